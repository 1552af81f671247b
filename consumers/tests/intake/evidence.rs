//! Documents of a delivery: counted like records, stored once, told when nobody names them, refused where they cannot come.

use renkei_consumers::inbound::State;
use renkei_core::broker::message::HEADER_DOOR;
use renkei_core::broker::{Handler, Incoming, Outcome};
use serde_json::{Value, json};

use crate::bench::{Bench, File, message};

fn document(name: &str, named: bool) -> Value {
    let sha256 = format!("{:0>64}", if named { "a" } else { "b" });
    json!({ "name": name, "kind": "pdf", "sha256": sha256, "bytes": 20, "archive": format!("blobs/00/{sha256}"), "named": named })
}

/// Two chunks of records and one of documents.
fn delivery() -> Vec<Incoming> {
    let mut file = File::new(&[("a", 1), ("b", 2)], 1);
    file.chunks.push(vec![document("契約.pdf", true), document("余分.pdf", false)]);
    let mut messages = file.messages();
    messages[2].kind = "evidence".to_owned();
    messages
}

#[tokio::test]
async fn a_batch_is_whole_when_its_documents_are_known() {
    let bench = Bench::open("").await;
    let messages = delivery();
    let id = messages[0].headers["renkei-delivery"].clone();
    for message in &messages[..2] {
        assert_eq!(bench.handler.handle(message.clone()).await, Outcome::Done);
    }
    assert_eq!(bench.intake.find(&id).await.expect("the batch").state, State::Received, "its documents are missing");
    for message in [&messages[2], &messages[2], &messages[0]] {
        assert_eq!(bench.handler.handle(message.clone()).await, Outcome::Done, "also when it comes again");
    }
    let batch = bench.intake.find(&id).await.expect("the batch");
    assert_eq!((batch.state, batch.records_staged, batch.yen_posted), (State::Posted, 2, 3));
    let stored = bench.intake.documents(batch.id).await.expect("documents");
    let names: Vec<(&str, bool)> = stored.iter().map(|document| (document.name.as_str(), document.named)).collect();
    assert_eq!(names, [("余分.pdf", false), ("契約.pdf", true)]);
    let findings = bench.intake.findings(batch.id).await.expect("findings");
    let told: Vec<(&str, Option<&Value>)> =
        findings.iter().map(|finding| (finding.code.as_str(), finding.detail.as_ref())).collect();
    assert_eq!(told, [("EVIDENCE_UNNAMED", Some(&json!({ "name": "余分.pdf" })))]);
    bench.close().await;
}

#[tokio::test]
async fn documents_may_come_first() {
    let bench = Bench::open("").await;
    let messages = delivery();
    for message in messages.iter().rev() {
        assert_eq!(bench.handler.handle(message.clone()).await, Outcome::Done);
    }
    let batch = bench.intake.find(&messages[0].headers["renkei-delivery"]).await.expect("the batch");
    assert_eq!((batch.state, bench.intake.documents(batch.id).await.expect("documents").len()), (State::Posted, 2));
    bench.close().await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_parked() {
    let bench = Bench::open("").await;
    let mut broken = delivery().remove(2);
    broken.body = r#"[{"name":"a.pdf"}]"#.into();
    let outcome = bench.handler.handle(broken).await;
    let Outcome::Park { code, reason } = outcome else { panic!("{outcome:?} is not parked") };
    assert!(code == "INTAKE_MESSAGE_NOT_UNDERSTOOD" && reason.contains("the list of documents"), "{code}: {reason}");
    bench.close().await;
}

#[tokio::test]
async fn upstream_systems_bring_no_documents_by_message() {
    let bench = Bench::open("evidence = { field = \"name\", kinds = [\"pdf\"], required = true }").await;
    let upstream = |kind: &str, body: Value, id: &str| {
        let mut message = message(kind, &body);
        message.headers.insert(HEADER_DOOR.to_owned(), "upstream".to_owned());
        (message.app_id, message.message_id) = ("section".to_owned(), id.to_owned());
        message
    };
    let record = json!([{ "name": "a.pdf", "day": "2026-10-01", "amount": 1 }]);
    for (kind, body, code) in
        [("", record, "EVIDENCE_NOT_BY_MESSAGE"), ("evidence", json!([document("a.pdf", true)]), "MESSAGE_TYPE_FORBIDDEN")]
    {
        assert_eq!(bench.handler.handle(upstream(kind, body, code)).await, Outcome::Done);
    }
    let codes = bench.text("select string_agg(code, ' ' order by batch_id) from intake.fault").await;
    assert_eq!(codes, "EVIDENCE_NOT_BY_MESSAGE MESSAGE_TYPE_FORBIDDEN");
    assert_eq!(bench.number("select count(*) from intake.evidence").await, 0);
    bench.close().await;
}
