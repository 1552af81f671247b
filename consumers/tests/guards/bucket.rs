//! Put into a bucket: once, never over something else, and what may have been fetched is not put there again by machine.
//!
//! The store is a small one of our own that speaks what S3 does for objects: `GET`, and `PUT` with `If-None-Match: *`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use renkei_consumers::outbound::{DeliverConfig, Destinations, Exporter, FileState, OutboundError};

use crate::partner::{Asked, Partner, Reply};
use crate::toy::{BUCKET, Toy};

type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

const FILE: &str = "/ward/out/95_toy_bucket/20261125-001/";

/// What such a store does with a request.
fn stored(objects: &Objects, asked: &Asked) -> Reply {
    let mut objects = objects.lock().unwrap();
    let found = objects.get(&asked.path).cloned();
    match (asked.method.as_str(), found) {
        ("GET", Some(bytes)) => {
            let headers = [("etag", "\"e\""), ("last-modified", "Wed, 25 Nov 2026 01:00:00 GMT")];
            Reply::Answer(200, headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(), bytes)
        }
        ("GET", None) => Reply::status(404, "<Error><Code>NoSuchKey</Code></Error>"),
        ("PUT", Some(_)) if asked.header("if-none-match") == "*" => {
            Reply::status(412, "<Error><Code>PreconditionFailed</Code></Error>")
        }
        ("PUT", _) => {
            objects.insert(asked.path.clone(), asked.body.clone());
            Reply::Answer(200, vec![("etag".to_owned(), "\"e\"".to_owned())], Vec::new())
        }
        (other, _) => panic!("a store is asked to {other}"),
    }
}

async fn store() -> (Partner, Objects) {
    let objects = Objects::default();
    let kept = objects.clone();
    (Partner::start(move |asked| stored(&kept, asked)).await, objects)
}

fn to(toy: &Toy, partner: &Partner) -> Exporter {
    let key = toy.folder.path().join("secret_key");
    std::fs::write(&key, "secret\n").unwrap();
    let config = DeliverConfig {
        endpoint: partner.url(""),
        region: "ward-1".into(),
        user: "key".into(),
        secret_file: key,
        whole_timeout_s: 1,
        ..DeliverConfig::new("s3://ward/out")
    };
    let destinations = Destinations::new([(BUCKET.to_owned(), config)].into(), &toy.registry()).unwrap();
    toy.exporter.clone().with_destinations(destinations)
}

async fn later(toy: &Toy) {
    toy.db.tamper("update export.delivery set next_try = clock_timestamp() where next_try is not null").await;
}

fn puts(partner: &Partner) -> Vec<String> {
    partner.asked().into_iter().filter(|asked| asked.method == "PUT").map(|asked| asked.path).collect()
}

#[tokio::test]
async fn file_and_manifest_are_put_once() {
    let toy = Toy::new().await;
    let (partner, objects) = store().await;
    let exporter = to(&toy, &partner);
    let file = toy.released_of(&exporter, BUCKET, "a").await;
    assert_eq!((file.state, toy.outbox()), (FileState::Delivered, Vec::<String>::new()));
    let name = format!("{FILE}{}", file.file_name.as_ref().unwrap());
    assert_eq!(puts(&partner), [name.clone(), format!("{FILE}manifest.json")], "the manifest says that the file is whole");
    let bytes = exporter.download(file.id, "佐藤").await.unwrap().bytes;
    assert_eq!(objects.lock().unwrap()[&name], bytes);
    let place: String = toy.db.one("select place from export.delivery where kind = 'delivered'").await;
    assert_eq!(place, format!("s3:/{name}"));
}

#[tokio::test]
async fn nothing_is_ever_overwritten() {
    let toy = Toy::new().await;
    let (partner, objects) = store().await;
    let exporter = to(&toy, &partner);
    let file = toy.released_of(&exporter, BUCKET, "a").await;
    let name = format!("{FILE}{}", file.file_name.as_ref().unwrap());
    objects.lock().unwrap().insert(name.clone(), b"somebody else's".to_vec());
    partner.asked();
    // As after a crash behind the first write.
    toy.db.tamper(&format!("update export.file set state = 'released', delivered_at = null where id = {}", file.id)).await;
    let stopped = exporter.release(file.id, "佐藤").await.unwrap_err();
    assert!(matches!(stopped, OutboundError::OutboxOccupied { .. }), "{stopped}");
    assert!(exporter.deliver_pending().await.unwrap().is_empty());
    assert_eq!((puts(&partner), toy.state(file.id).await.as_str()), (Vec::new(), "released"));
    assert_eq!(objects.lock().unwrap()[&name], b"somebody else's");
}

/// Two processes look at once and see nothing: the write itself is conditional.
#[tokio::test]
async fn a_write_between_look_and_put_is_seen() {
    for (bytes, ends_well) in [("same", true), ("other", false)] {
        let toy = Toy::new().await;
        let (partner, objects) = store().await;
        let (kept, meant) = (objects.clone(), bytes);
        partner.now(move |asked| {
            if asked.method == "PUT" && !kept.lock().unwrap().contains_key(&asked.path) {
                let bytes = if meant == "same" { asked.body.clone() } else { b"x".to_vec() };
                kept.lock().unwrap().insert(asked.path.clone(), bytes);
            }
            stored(&kept, asked)
        });
        let exporter = to(&toy, &partner);
        let order = crate::toy::order(BUCKET, "a", &[("pay_date", "2026-11-30")]);
        let file = exporter.make(exporter.topic(BUCKET).unwrap(), &order).await.unwrap();
        exporter.approve(file.id, "鈴木", crate::toy::sha(&file)).await.unwrap();
        let released = exporter.release(file.id, "佐藤").await;
        assert_eq!(released.is_ok_and(|file| file.state == FileState::Delivered), ends_well, "{bytes}");
    }
}

#[tokio::test]
async fn what_may_have_been_fetched_is_not_put_again_by_machine() {
    let toy = Toy::new().await;
    let (partner, objects) = store().await;
    let kept = objects.clone();
    // It is stored, the answer is lost, and the partner fetches and removes it.
    partner.now(move |asked| match asked.method.as_str() {
        "PUT" => Reply::BreakOff,
        _ => stored(&kept, asked),
    });
    let exporter = to(&toy, &partner);
    let file = toy.released_of(&exporter, BUCKET, "a").await;
    assert_eq!(file.state, FileState::Unknown);
    partner.now(move |asked| stored(&objects, asked));
    later(&toy).await;
    assert!(exporter.deliver_pending().await.unwrap().is_empty());
    assert_eq!(puts(&partner).len(), 1);
}

/// As after a crash behind the mark: what is there is the delivery, what is not there may have been fetched.
#[tokio::test]
async fn a_put_that_died_is_looked_for() {
    for (is_there, state) in [(true, FileState::Delivered), (false, FileState::Unknown)] {
        let toy = Toy::new().await;
        let (partner, objects) = store().await;
        let exporter = to(&toy, &partner);
        let file = toy.released_of(&exporter, BUCKET, "a").await;
        toy.db.tamper(&format!("update export.file set state = 'released', delivered_at = null where id = {}", file.id)).await;
        toy.db.tamper("delete from export.delivery where kind = 'delivered'").await;
        if !is_there {
            objects.lock().unwrap().clear();
        }
        partner.asked();
        let found = exporter.deliver_pending().await.unwrap();
        assert_eq!((found[0].state, puts(&partner).len()), (state, 0));
    }
}

#[tokio::test]
async fn a_store_that_says_no_or_is_away_got_nothing() {
    let toy = Toy::new().await;
    let (partner, objects) = store().await;
    let kept = objects.clone();
    partner.now(move |asked| match asked.method.as_str() {
        "PUT" => Reply::status(403, "<Error><Code>AccessDenied</Code></Error>"),
        _ => stored(&kept, asked),
    });
    let exporter = to(&toy, &partner);
    let file = toy.released_of(&exporter, BUCKET, "a").await;
    assert_eq!(file.state, FileState::Released);
    assert!(file.problem.is_some_and(|problem| problem.said.contains("putting s3://ward/out/95_toy_bucket")));
    partner.now(move |asked| stored(&objects, asked));
    later(&toy).await;
    assert_eq!(exporter.deliver_pending().await.unwrap()[0].state, FileState::Delivered);
}
