//! Messages that are not chunks of a file: rejections, direct publishers, contradictions, dead letters.

use crate::bench::{Bench, File, message};
use bytes::Bytes;
use renkei_consumers::failures::{self, DeadLetters};
use renkei_consumers::inbound::State;
use renkei_core::broker::{Death, Handler, Outcome};
use renkei_core::fault::Fault;
use renkei_core::message::{Rejection, direct_delivery_id};
use serde_json::json;

#[tokio::test]
async fn a_rejection_is_a_rejected_batch_with_every_fault() {
    let bench = Bench::open("").await;
    let file = File::new(&[("a", 1)], 1);
    let faults = vec![
        Fault::new("FIELD_NOT_DIGITS").on_line(3).at_bytes(40, 2).in_field(3, "amount", "金額").value("6,0O0").arg("max", 11),
        Fault::new("FIELD_MISSING").on_line(9),
    ];
    let mut rejection = message("rejection", &json!(Rejection { faults, faults_total: 5000 }));
    rejection.headers = file.envelope(0).to_headers();
    assert_eq!(bench.handler.handle(rejection.clone()).await, Outcome::Done);
    assert_eq!(bench.handler.handle(rejection).await, Outcome::Done, "the same rejection again");
    let batch = bench.batch(&file).await;
    assert_eq!((batch.state, batch.faults_total, batch.records_staged), (State::Rejected, 5000, 0));
    let stored = bench.intake.faults(batch.id).await.expect("faults");
    assert_eq!(stored.len(), 2);
    assert_eq!((stored[0].line, stored[0].byte, stored[0].field_name.as_deref()), (Some(3), Some(40), Some("金額")));
    assert_eq!(stored[0].args, json!([["max", "11"]]));

    let contradiction = bench.handler.handle(file.messages().remove(0)).await;
    assert_eq!(contradiction, Outcome::Done, "a chunk of a closed batch is dropped");
    assert_eq!(bench.number("select count(*) from intake.record").await, 0);
    bench.close().await;
}

#[tokio::test]
async fn a_chunk_that_contradicts_its_delivery_is_parked() {
    let bench = Bench::open("").await;
    let file = File::new(&[("a", 1), ("b", 2)], 1);
    let mut messages = file.messages();
    assert_eq!(bench.handler.handle(messages[0].clone()).await, Outcome::Done);
    messages[1].headers.insert("renkei-yen".to_owned(), "4".to_owned());
    let outcome = bench.handler.handle(messages[1].clone()).await;
    let Outcome::Park { code, reason } = outcome else { panic!("{outcome:?} is not parked") };
    assert_eq!(code, "INTAKE_MESSAGE_NOT_UNDERSTOOD");
    assert!(reason.contains("its yen differs from what the delivery's other chunks say"), "{reason}");
    assert_eq!(bench.batch(&file).await.state, State::Received);
    bench.close().await;
}

#[tokio::test]
async fn what_is_no_message_of_ours_is_parked_with_a_sentence() {
    let bench = Bench::open("").await;
    let file = File::new(&[("a", 1)], 1);
    let mut broken = file.messages().remove(0);
    broken.body = Bytes::from_static(b"[{\"line\":2,");
    let mut foreign = file.messages().remove(0);
    foreign.headers.insert("renkei-topic".to_owned(), "99_other".to_owned());
    let mut headless = file.messages().remove(0);
    headless.headers.remove("renkei-chunks");
    let export = message("export", &json!({}));
    let unknown = File::new(&[("z", 1)], 1).order("confirm", "");
    for (message, said) in [
        (broken, "EOF while parsing"),
        (foreign, "belongs to topic 99_other"),
        (headless, "renkei-chunks"),
        (export, "no messages of type \"export\""),
        (unknown, "there is no batch"),
    ] {
        let outcome = bench.handler.handle(message).await;
        let Outcome::Park { reason, .. } = outcome else { panic!("{outcome:?} is not parked") };
        assert!(reason.contains(said), "{reason}");
    }
    bench.close().await;
}

#[tokio::test]
async fn a_direct_message_is_a_file_of_one_chunk() {
    let bench = Bench::open("").await;
    let mut direct = message("", &json!([{ "name": "a", "day": "2026-10-01", "amount": 1000 }, { "name": "b", "amount": 50 }]));
    (direct.app_id, direct.message_id) = ("sks".to_owned(), "SKS-2026-1".to_owned());
    for _ in 0..2 {
        assert_eq!(bench.handler.handle(direct.clone()).await, Outcome::Done);
    }
    let delivery = direct_delivery_id("sks", "SKS-2026-1");
    let batch = bench.intake.find(&delivery.to_string()).await.expect("a batch");
    assert_eq!((batch.state, batch.records_posted, batch.yen_posted), (State::Posted, 2, 1050));
    assert_eq!((batch.sender.as_str(), batch.file.as_str()), ("sks", "SKS-2026-1"));
    let kept: Vec<u8> = sqlx::query_scalar("select body from intake.body").fetch_one(&bench.pool).await.expect("the bytes");
    assert_eq!(kept, direct.body);
    bench.close().await;
}

#[tokio::test]
async fn a_faulty_direct_message_is_rejected_with_its_faults() {
    let bench = Bench::open("").await;
    let mut wrong = message("records", &json!([{ "name": "a", "amount": "6,0O0" }, { "amount": 50 }]));
    (wrong.app_id, wrong.message_id) = ("sks".to_owned(), "1".to_owned());
    assert_eq!(bench.handler.handle(wrong).await, Outcome::Done);
    let batch = bench.intake.find(&direct_delivery_id("sks", "1").to_string()).await.expect("a batch");
    assert_eq!(batch.state, State::Rejected);
    assert_eq!(bench.intake.faults(batch.id).await.expect("faults").len(), 2);

    let mut nameless = message("records", &json!([{ "name": "a", "amount": 1 }]));
    nameless.message_id = "2".to_owned();
    assert_eq!(bench.handler.handle(nameless).await, Outcome::Done);
    let code: String = sqlx::query_scalar("select reason from intake.batch order by id desc limit 1")
        .fetch_one(&bench.pool)
        .await
        .expect("a batch");
    assert_eq!(code, "MESSAGE_PROPERTY_MISSING");
    assert!(bench.items().await.is_empty());
    bench.close().await;
}

#[tokio::test]
async fn dead_letters_are_kept_once_and_discarded_with_a_reason() {
    let bench = Bench::open("").await;
    let drain = DeadLetters::new(bench.pool.clone());
    let mut dead = File::new(&[("a", 1)], 1).messages().remove(0);
    dead.queue = "renkei.dead".to_owned();
    dead.death = Some(Death {
        queue: "in.12_toy".to_owned(),
        reason: "delivery_limit".to_owned(),
        count: 1,
        exchange: "renkei".to_owned(),
        routing_keys: vec!["in.12_toy".to_owned()],
        unix_s: None,
    });
    for _ in 0..2 {
        assert_eq!(drain.handle(dead.clone()).await, Outcome::Done);
    }
    let open = failures::Filter { state: Some("open".to_owned()), ..failures::Filter::default() };
    let found = failures::list(&bench.pool, &open).await.expect("failures");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].queue.as_str(), found[0].code.as_str(), found[0].times_seen), ("in.12_toy", "BROKER_DELIVERY_LIMIT", 2));
    let (failure, body) = failures::get(&bench.pool, found[0].id).await.expect("a failure");
    assert_eq!(body, dead.body);
    assert_eq!(failure.headers["renkei-topic"], json!("12_toy"));

    let refused = failures::discard(&bench.pool, failure.id, "sato", "").await.expect_err("no reason");
    assert!(refused.to_string().contains("a reason is needed"), "{refused}");
    failures::discard(&bench.pool, failure.id, "sato", "test message").await.expect("discarded");
    let twice = failures::discard(&bench.pool, failure.id, "sato", "again").await.expect_err("decided");
    assert_eq!(twice.to_string(), format!("parked message {} is discarded already", failure.id));
    assert!(failures::list(&bench.pool, &open).await.expect("failures").is_empty());
    assert_eq!(bench.number("select count(*) from audit.event where action = 'failure.discarded'").await, 1);
    bench.close().await;
}
