//! Messages that are not chunks of a file: rejections, direct publishers, contradictions, dead letters.

use crate::bench::{Bench, File, message};
use bytes::Bytes;
use renkei_consumers::failures::traced::{self, Way};
use renkei_consumers::failures::{self, DeadLetters, Traced};
use renkei_consumers::inbound::State;
use renkei_core::broker::message::{HEADER_DOOR, HEADER_RETRY_OF};
use renkei_core::broker::topology::Names;
use renkei_core::broker::{BrokerConfig, Death, Handler, Incoming, Outcome, Publisher};
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
        // The database has no U+0000 in its texts; whatever wrote it into a fault, the list of errors is kept.
        Fault { value: Some("S\0S".into()), args: vec![("found".into(), "\0".into())], ..Fault::new("HEADER_ABSENT") },
    ];
    let mut rejection = message("rejection", &json!(Rejection { faults, faults_total: 5000 }));
    rejection.headers = file.envelope(0).to_headers();
    assert_eq!(bench.handler.handle(rejection.clone()).await, Outcome::Done);
    assert_eq!(bench.handler.handle(rejection).await, Outcome::Done, "the same rejection again");
    let batch = bench.batch(&file).await;
    assert_eq!((batch.state, batch.faults_total, batch.records_staged), (State::Rejected, 5000, 0));
    let stored = bench.intake.faults(batch.id).await.expect("faults");
    assert_eq!(stored.len(), 3);
    assert_eq!((stored[2].value.as_deref(), &stored[2].args), (Some("S<00>S"), &json!([["found", "<00>"]])));
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
    assert_eq!(code, "INTAKE_PROPERTIES_NOT_UNDERSTOOD");
    assert!(reason.contains("its yen differs from what the delivery's other chunks say"), "{reason}");
    assert_eq!(bench.batch(&file).await.state, State::Received);
    bench.close().await;
}

#[tokio::test]
async fn what_is_no_message_of_ours_is_parked_with_a_sentence() {
    let bench = Bench::open("").await;
    let file = File::new(&[("a", 1)], 1);
    let mut broken = file.messages().remove(0);
    broken.body = Bytes::from_static(b"{\"kinds\":[],\"records\":[[");
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
    let delivery = direct_delivery_id("12_toy", "sks", "SKS-2026-1");
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
    let batch = bench.intake.find(&direct_delivery_id("12_toy", "sks", "1").to_string()).await.expect("a batch");
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

/// A direct message as it comes from the front door.
fn upstream(kind: &str, id: &str, body: &serde_json::Value) -> Incoming {
    let mut message = message(kind, body);
    message.headers.insert(HEADER_DOOR.to_owned(), "upstream".to_owned());
    (message.app_id, message.message_id) = ("sks".to_owned(), id.to_owned());
    message
}

#[tokio::test]
async fn an_upstream_system_hands_in_records_and_gives_no_orders() {
    let bench = Bench::open("").await;
    let file = File::new(&[("a", 1000)], 1);
    assert_eq!(bench.handler.handle(file.messages().remove(0)).await, Outcome::Done);
    assert_eq!(bench.batch(&file).await.state, State::Posted);
    let order = json!({ "delivery": file.delivery, "actor": "kacho", "reason": "mistake" });
    for (id, kind) in [("1", "cancel"), ("2", "confirm"), ("3", "export"), ("4", "rejection"), ("5", "no such type")] {
        assert_eq!(bench.handler.handle(upstream(kind, id, &order)).await, Outcome::Done, "{kind}");
        let refused = bench.intake.find(&direct_delivery_id("12_toy", "sks", id).to_string()).await.expect("a batch");
        assert_eq!((refused.state, refused.reason.as_deref()), (State::Rejected, Some("MESSAGE_TYPE_FORBIDDEN")), "{kind}");
    }
    assert_eq!(bench.batch(&file).await.state, State::Posted, "it was cancelled from outside");
    let forged = File::new(&[("b", 7)], 1);
    let mut envelope = upstream("records", "6", &json!([{ "name": "b", "amount": 7 }]));
    envelope.headers.extend(forged.envelope(0).to_headers());
    assert_eq!(bench.handler.handle(envelope).await, Outcome::Done);
    let taken = bench.intake.find(&direct_delivery_id("12_toy", "sks", "6").to_string()).await.expect("a batch");
    assert_eq!((taken.state, taken.sender.as_str()), (State::Posted, "sks"), "read as a direct message, envelope or not");
    bench.close().await;
}

#[tokio::test]
async fn a_used_message_id_with_another_content_is_refused_and_told() {
    let bench = Bench::open("").await;
    let (sound, other) = (json!([{ "name": "a", "amount": 5 }]), json!([{ "name": "a", "amount": 6 }]));
    let faulty = json!([{ "name": "a", "amount": "x" }]);
    // Refused and mended; refused and refused otherwise; posted and changed; posted and then faulty.
    for (id, first, second, state) in [
        ("1", &faulty, &sound, State::Rejected),
        ("2", &faulty, &json!([{ "amount": "y" }]), State::Rejected),
        ("3", &sound, &other, State::Posted),
        ("4", &other, &faulty, State::Posted),
    ] {
        assert_eq!(bench.handler.handle(upstream("records", id, first)).await, Outcome::Done);
        for _ in 0..2 {
            assert_eq!(bench.handler.handle(upstream("records", id, second)).await, Outcome::Done, "{id}");
        }
        let kept = bench.intake.find(&direct_delivery_id("12_toy", "sks", id).to_string()).await.expect("a batch");
        assert_eq!(kept.state, state, "{id}");
        let told = format!("select count(*) from intake.batch where file = '{id}' and reason = 'MESSAGE_ID_REUSED'");
        let told: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(told)).fetch_one(&bench.pool).await.expect("a count");
        assert_eq!(told, 1, "{id}: the sender is told once for each content");
    }
    bench.close().await;
}

/// A message in the dead-letter queue, given up by the broker.
fn dead_letter() -> Incoming {
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
    dead
}

#[tokio::test]
async fn a_text_the_database_refuses_does_not_stop_the_drain() {
    let bench = Bench::open("").await;
    let drain = DeadLetters::new(bench.pool.clone());
    let mut dead = dead_letter();
    // The broker shows a NUL as hexadecimal before it comes here; whatever else there is must not stand before all others.
    dead.message_id = "a\0b".to_owned();
    dead.headers.insert("k".to_owned(), "x\0".to_owned());
    assert_eq!(drain.handle(dead).await, Outcome::Done);
    let found = failures::list(&bench.pool, &failures::Filter::default()).await.expect("failures");
    assert_eq!((found.len(), found[0].message_id.as_str(), &found[0].headers["k"]), (1, "a\\u{0}b", &json!("x\\u{0}")));
    assert!(found[0].reason.contains("texts shown with escapes"), "{}", found[0].reason);
    bench.close().await;
}

#[tokio::test]
async fn the_brokers_own_reason_stands_before_that_of_an_earlier_failure() {
    let bench = Bench::open("").await;
    let drain = DeadLetters::new(bench.pool.clone());
    let mut dead = dead_letter();
    dead.headers.insert("renkei-error-code".to_owned(), "INTAKE_DATABASE".to_owned());
    dead.headers.insert("renkei-error".to_owned(), "lock timeout".to_owned());
    assert_eq!(drain.handle(dead).await, Outcome::Done);
    let found = failures::list(&bench.pool, &failures::Filter::default()).await.expect("failures");
    assert_eq!(found[0].code, "BROKER_DELIVERY_LIMIT");
    assert!(found[0].reason.ends_with("before that INTAKE_DATABASE: lock timeout"), "{}", found[0].reason);
    bench.close().await;
}

#[tokio::test]
async fn two_messages_under_one_id_are_two_failures_with_their_own_bodies() {
    let bench = Bench::open("").await;
    let drain = DeadLetters::new(bench.pool.clone());
    for (sender, body) in [("sks", "[1]"), ("jinji", "[1]"), ("sks", "[2]"), ("sks", "[1]")] {
        let mut dead = dead_letter();
        (dead.app_id, dead.message_id, dead.body) = (sender.to_owned(), "1".to_owned(), Bytes::from(body));
        assert_eq!(drain.handle(dead).await, Outcome::Done);
    }
    let kept: Vec<(String, Vec<u8>, i32)> = sqlx::query_as("select app_id, body, times_seen from intake.failure order by id")
        .fetch_all(&bench.pool)
        .await
        .expect("failures");
    let expected = [("sks", "[1]", 2), ("jinji", "[1]", 1), ("sks", "[2]", 1)];
    assert_eq!(kept, expected.map(|(sender, body, times)| (sender.to_owned(), body.as_bytes().to_vec(), times)));
    bench.close().await;
}

#[tokio::test]
async fn what_no_queue_took_is_kept_and_cannot_be_put_back() {
    let bench = Bench::open("").await;
    let drain = DeadLetters::unrouted(bench.pool.clone());
    let mut lost = upstream("records", "1", &json!([]));
    (lost.queue, lost.routing_key) = ("renkei.unrouted".to_owned(), "in.99_nowhere".to_owned());
    assert_eq!(drain.handle(lost).await, Outcome::Done);
    let found = failures::list(&bench.pool, &failures::Filter::default()).await.expect("failures");
    let (code, key) = (found[0].code.as_str(), found[0].routing_key.as_str());
    assert_eq!((code, key), ("UPSTREAM_UNROUTED", "in.99_nowhere"));
    let nowhere = BrokerConfig {
        amqp_uri: "amqp://127.0.0.1:9".to_owned(),
        management_uri: String::new(),
        vhost: "/".to_owned(),
        ca_file: None,
        names: Names::default(),
    };
    let publisher = Publisher::start(&nowhere, "test").expect("an address");
    let refused = failures::retry(&bench.pool, &publisher, found[0].id, "sato", "").await.expect_err("no queue");
    assert!(refused.to_string().contains("\"in.99_nowhere\", which no queue takes"), "{refused}");
    bench.close().await;
}

#[tokio::test]
async fn dead_letters_are_kept_once_and_discarded_with_a_reason() {
    let bench = Bench::open("").await;
    let drain = DeadLetters::new(bench.pool.clone());
    let dead = dead_letter();
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

/// What comes back after it was sent again is linked to what was sent, whatever its bytes are by now; what was done with is noted there.
#[tokio::test]
async fn what_was_sent_again_is_followed_to_its_end() {
    let bench = Bench::open("").await;
    let drain = DeadLetters::new(bench.pool.clone());
    let dead = dead_letter();
    let first = drain.keep(&dead).await.expect("kept");
    sqlx::query("update intake.failure set state = 'retried', decided_at = now(), decided_by = 'sato'")
        .execute(&bench.pool)
        .await
        .expect("decided");
    let mut again = dead;
    again.headers.insert(HEADER_RETRY_OF.to_owned(), first.to_string());
    again.body = Bytes::from_static(b"[]");
    let second = drain.keep(&again).await.expect("kept");
    // A number that belongs to another message links nothing.
    let stranger = Incoming { message_id: "1".to_owned(), ..again.clone() };
    let other = drain.keep(&stranger).await.expect("kept");
    let way = async |id| traced::way(&bench.pool, id).await.expect("a way");
    assert_eq!((way(first).await.came_back, way(second).await.came_from), (Some(second), Some(first)));
    assert_eq!((way(other).await, way(first).await.handled_at), (Way::default(), None));

    // A consumer is done with the next: a chunk it takes, not one it parks.
    let consumer = Traced::new(Deaf, bench.pool.clone());
    let mut sent = Incoming { queue: "in.12_toy".to_owned(), death: None, ..again };
    sent.headers.insert(HEADER_RETRY_OF.to_owned(), second.to_string());
    sent.kind = "park".to_owned();
    assert_ne!(consumer.handle(sent.clone()).await, Outcome::Done);
    assert_eq!(way(second).await.handled_at, None);
    sent.kind = "take".to_owned();
    for _ in 0..2 {
        assert_eq!(consumer.handle(sent.clone()).await, Outcome::Done);
    }
    assert!(way(second).await.handled_at.is_some());
    bench.close().await;
}

/// Takes everything but what it is told to park.
struct Deaf;

impl Handler for Deaf {
    async fn handle(&self, message: Incoming) -> Outcome {
        match message.kind.as_str() {
            "park" => Outcome::Park { code: "X".to_owned(), reason: "told to".to_owned() },
            _ => Outcome::Done,
        }
    }

    async fn ready(&self) -> bool {
        true
    }
}
