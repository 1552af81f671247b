//! Media: who carried a batch, who answered for it, and that it was wiped.

use renkei_consumers::inbound::State;
use renkei_core::broker::Handler;
use renkei_core::message::Medium;

use crate::bench::{Bench, File, message};

fn carried(records: &[(&str, i64)]) -> File {
    let medium = Medium {
        id: "5A1B-22C3".to_owned(),
        label: "文書室USB".to_owned(),
        bearer: "kinuta".to_owned(),
        approver: "kyodo".to_owned(),
        accepted_by: "kakari".to_owned(),
        accepted_at: "2026-10-05T10:14:00+09:00".to_owned(),
    };
    File { medium: Some(medium), ..File::new(records, 2) }
}

#[tokio::test]
async fn a_batch_keeps_its_medium_once_and_tells_when_it_was_wiped() {
    let bench = Bench::open("").await;
    let file = carried(&[("a", 1), ("b", 2), ("c", 3)]);
    let batch = bench.deliver(&file).await;
    assert_eq!(batch.state, State::Posted);
    bench.deliver(&file).await;
    let medium = bench.intake.medium(batch.id).await.expect("an answer").expect("a medium");
    assert_eq!((medium.medium.as_str(), medium.bearer.as_str(), medium.approver.as_str()), ("5A1B-22C3", "kinuta", "kyodo"));
    assert_eq!((medium.accepted_at.as_str(), medium.wiped_at), ("2026-10-05T10:14:00+09:00", None));
    assert_eq!(bench.number("select count(*) from audit.event where action = 'medium.accept' and actor = 'kakari'").await, 1);

    assert_eq!(bench.intake.wiped("5A1B-22C3", "kinuta", "kakari").await.expect("recorded"), [batch.id]);
    let medium = bench.intake.medium(batch.id).await.expect("an answer").expect("a medium");
    assert_eq!(medium.wiped_by.as_deref(), Some("kinuta"));
    assert_eq!(bench.number("select count(*) from audit.event where action = 'medium.wipe' and object = 'medium'").await, 1);
    // Nothing was carried since, or ever: nothing is recorded.
    assert_eq!(bench.intake.wiped("5A1B-22C3", "kinuta", "kakari").await.expect("an answer"), Vec::<i64>::new());
    assert_eq!(bench.intake.wiped("0000-0000", "kinuta", "kakari").await.expect("an answer"), Vec::<i64>::new());
    assert_eq!(bench.number("select count(*) from intake.medium_wipe").await, 1);
    bench.close().await;
}

#[tokio::test]
async fn what_came_over_a_line_has_no_medium_and_what_was_refused_keeps_its_own() {
    let bench = Bench::open("").await;
    let plain = bench.deliver(&File::new(&[("a", 1)], 2)).await;
    assert_eq!(bench.intake.medium(plain.id).await.expect("an answer"), None);
    let refused = bench.deliver(&carried(&[("reject", 1)])).await;
    assert_eq!(refused.state, State::Rejected);
    assert!(bench.intake.medium(refused.id).await.expect("an answer").is_some());
    bench.close().await;
}

#[tokio::test]
async fn no_message_to_a_topic_of_media_goes_around_them() {
    let bench = Bench::open("medium = true").await;
    let mut told = message("records", &serde_json::json!([{"name": "a", "day": "2026-10-01", "amount": 1}]));
    told.app_id = "einvoice".to_owned();
    bench.handler.handle(told).await;
    assert_eq!(bench.text("select string_agg(code, ' ') from intake.fault").await, "MEDIUM_MISSING");
    bench.close().await;
}
