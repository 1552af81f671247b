//! A partner who lets files be fetched: by the schedule, by hand, packed, and when it says no.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;

use crate::support::files::{self, ASSESSMENTS};
use crate::support::world;

/// A Tuesday, half an hour after the instant of the schedule.
const NOW: &str = "2026-10-06T06:30:00+09:00";

/// A partner with one packed file behind a token. It answers with the status that is set, where one is.
async fn partner(file: Vec<u8>) -> (String, Arc<AtomicU16>) {
    let status = Arc::new(AtomicU16::new(0));
    let set = status.clone();
    let answer = move |headers: HeaderMap| async move {
        let known = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
        let tag = [("etag", "\"1\"")];
        match StatusCode::from_u16(set.load(Ordering::Relaxed)) {
            Ok(status) => (status, tag, Vec::new()),
            Err(_) if !known("authorization", "Bearer s3cret") => (StatusCode::UNAUTHORIZED, tag, Vec::new()),
            Err(_) if known("if-none-match", "\"1\"") => (StatusCode::NOT_MODIFIED, tag, Vec::new()),
            Err(_) => (StatusCode::OK, tag, file),
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/daily.zip", get(answer))).await });
    (format!("http://{address}/daily.zip"), status)
}

#[test]
fn a_packed_file_is_fetched_unpacked_and_posted_once() {
    world::run(NOW, async |world| {
        let (file, yen) = files::assessments("2026-CV", 3, "4");
        let (url, answers) = partner(files::zip("R8/IF12_SKS_20261006_001.csv", &file)).await;
        std::fs::write(world.path("queues.toml"), files::queues_with(ASSESSMENTS, "unpack = \"zip\"")).unwrap();
        world.surroundings.set("RENKEI_QUEUES", world.path("queues.toml").to_str().unwrap());
        let config = world.path("renkei.toml");
        let table =
            format!("[produce.pull.{ASSESSMENTS}]\nurl = \"{url}\"\nschedule = \"0 6 * * *\"\nsecret_env = \"PARTNER_TOKEN\"\n");
        std::fs::write(&config, std::fs::read_to_string(&config).unwrap() + &table).unwrap();

        // Without its token nothing is asked, and somebody must see to it.
        let untold = world.renkei(&["pull", "--topic", "12", "--now"]).expect(&[4]);
        assert!(untold.out.contains("PULL_SETTING") && untold.out.contains("PARTNER_TOKEN"), "{}", untold.out);
        world.renkei(&["pull"]).expect(&[4]);
        world.surroundings.set("PARTNER_TOKEN", "s3cret");
        answers.store(503, Ordering::Relaxed);
        world.renkei(&["pull", "--topic", "12", "--now"]).expect(&[1]);
        answers.store(0, Ordering::Relaxed);

        // The role takes up the instant that passed while it stood still.
        let state = world.data("spool/pull").join(ASSESSMENTS).join("state.json");
        std::fs::write(&state, r#"{"scheduled":"2026-10-05T20:00:00Z"}"#).unwrap();
        world.start("consume").await;
        world.start("produce").await;
        world.until_sql("select state from intake.batch", "posted").await;
        assert_eq!(world.number("select sum(debit)::bigint from ledger.line").await, yen);
        let as_sent = "select count(*) from intake.batch where file = 'IF12_SKS_20261006_001.csv' and sender like 'pull:%'";
        assert_eq!(world.number(as_sent).await, 1);
        let origin = world.json(&["batch", "show", "1"], &[0])["batch"]["origin"].as_str().unwrap_or_default().to_owned();
        assert!(origin.starts_with("daily.zip (blobs/") && origin.ends_with(&format!("{url} (ETag \"1\")")), "{origin}");

        // Asked again it has nothing new, and a person sees when it was asked.
        let again = world.json(&["pull", "--topic", "12", "--now"], &[0]);
        assert_eq!((&again["outcome"], &again["deliveries"]), (&"unchanged".into(), &serde_json::json!([])), "{again}");
        let shown = world.renkei(&["topic", "show", "12"]).expect(&[0]).out;
        assert!(shown.contains("next fetch: 2026-10-07 06:00") && shown.contains("last success: 2026-10-06 06:30"), "{shown}");
        assert!(shown.contains("nothing new") && !shown.contains("s3cret"), "{shown}");

        // Taken in again on purpose it is what the ledger has already.
        let forced = world.json(&["pull", "--topic", "12", "--now", "--again"], &[0]);
        assert_eq!(forced["outcome"], "handed_in", "{forced}");
        world.until_sql("select state from intake.batch where id = 2", "duplicate").await;
        assert_eq!(world.number("select sum(debit)::bigint from ledger.line").await, yen);
    });
}
