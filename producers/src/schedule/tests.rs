//! Instants, deterministic orders, and what is made up for after a pause.

use std::sync::Mutex;

use futures_util::future::BoxFuture;
use renkei_core::broker::PublishError;

use super::*;
use crate::testing;

fn at(text: &str) -> ZonedDateTime {
    text.parse::<jiff::Timestamp>().unwrap().to_zoned_datetime(clock::tokyo())
}

fn clockwork(expression: &str) -> Clockwork {
    Clockwork::parse("91_toy_export", expression).unwrap()
}

#[derive(Default)]
struct Kept {
    messages: Mutex<Vec<Outgoing>>,
    down: std::sync::atomic::AtomicBool,
}

impl Publish for Kept {
    fn publish(&self, message: Outgoing) -> BoxFuture<'_, Result<(), PublishError>> {
        let down = self.down.load(std::sync::atomic::Ordering::Relaxed);
        let id = message.message_id;
        if !down {
            self.messages.lock().unwrap().push(message);
        }
        Box::pin(async move { if down { Err(PublishError::Closed { message_id: id }) } else { Ok(()) } })
    }
}

fn scheduler(dir: &Path, expression: &str, publisher: &Arc<Kept>) -> Scheduler {
    Scheduler {
        topic: testing::outbound_topic(expression),
        clockwork: clockwork(expression),
        state: dir.join("91_toy_export.json"),
        publisher: publisher.clone(),
    }
}

fn ordered(publisher: &Kept) -> Vec<ExportOrder> {
    publisher.messages.lock().unwrap().iter().map(|message| serde_json::from_slice(&message.body).unwrap()).collect()
}

#[test]
fn instants_are_tokyo_time() {
    let next = clockwork("30 9 * * MON-FRI").after(&at("2026-10-02T01:00:00Z")).unwrap();
    assert_eq!(clock::rfc3339(&next), "2026-10-05T09:30:00+09:00", "Friday 10:00 in Tokyo → Monday");
    let last_day = clockwork("0 17 L * *").after(&at("2027-02-01T00:00:00Z")).unwrap();
    assert_eq!(clock::rfc3339(&last_day), "2027-02-28T17:00:00+09:00");
    assert_eq!(clockwork("0 0 30 2 *").after(&at("2026-10-02T01:00:00Z")), None, "a day that never comes");
}

#[test]
fn an_expression_that_cannot_be_read_is_named() {
    let error = Clockwork::parse("91_toy_export", "every day").unwrap_err();
    assert!(error.to_string().contains("every day") && error.verdict() == Verdict::Bug, "{error}");
}

#[test]
fn only_the_latest_missed_instant_of_the_same_day_counts() {
    let every_hour = clockwork("0 * * * *");
    let now = at("2026-10-05T12:30:00+09:00");
    let missed = every_hour.missed(&at("2026-10-05T08:00:00+09:00"), &now).unwrap();
    assert_eq!(clock::rfc3339(&missed), "2026-10-05T12:00:00+09:00");
    assert_eq!(every_hour.missed(&at("2026-10-05T12:00:00+09:00"), &now), None, "done already");
    let evening = clockwork("0 18 * * *");
    assert_eq!(evening.missed(&at("2026-10-03T18:00:00+09:00"), &now), None, "yesterday's is a person's decision");
}

#[test]
fn two_schedulers_order_the_same_run() {
    let topic = testing::outbound_topic("0 9 * * *");
    let instant = at("2026-10-05T09:00:00+09:00");
    let (first, second) = (order(&topic, &instant), order(&topic, &at("2026-10-05T00:00:00Z")));
    assert_eq!((first.message_id, &first.body), (second.message_id, &second.body));
    assert_eq!(first.routing_key, "out.91_toy_export");
    assert_ne!(first.message_id, order(&topic, &at("2026-10-06T09:00:00+09:00")).message_id);
}

#[tokio::test]
async fn a_first_start_makes_up_for_nothing_and_each_instant_is_ordered_once() {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Arc::new(Kept::default());
    let scheduler = scheduler(folder.path(), "0 9 * * *", &publisher);
    let pause = scheduler.turn(&at("2026-10-05T09:00:10+09:00")).await.unwrap();
    assert_eq!((ordered(&publisher).len(), pause), (0, SLEEP_MAX));
    assert_eq!(scheduler.turn(&at("2026-10-06T08:59:55+09:00")).await.unwrap(), Duration::from_secs(5));
    scheduler.turn(&at("2026-10-06T09:00:00+09:00")).await.unwrap();
    scheduler.turn(&at("2026-10-06T09:00:30+09:00")).await.unwrap();
    let orders = ordered(&publisher);
    assert_eq!(orders.len(), 1);
    assert_eq!((orders[0].ordered_by.as_str(), orders[0].ordered_at.as_str()), ("schedule", "2026-10-06T09:00:00+09:00"));
    assert_eq!(orders[0].run, run_id("91_toy_export", "2026-10-06T09:00:00+09:00"));
}

#[tokio::test]
async fn what_the_broker_did_not_take_is_ordered_later_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Arc::new(Kept::default());
    scheduler(folder.path(), "0 9 * * *", &publisher).turn(&at("2026-10-05T08:00:00+09:00")).await.unwrap();
    publisher.down.store(true, std::sync::atomic::Ordering::Relaxed);
    let error = scheduler(folder.path(), "0 9 * * *", &publisher).turn(&at("2026-10-05T09:00:00+09:00")).await.unwrap_err();
    assert_eq!(error.verdict(), Verdict::Retry);
    publisher.down.store(false, std::sync::atomic::Ordering::Relaxed);
    scheduler(folder.path(), "0 9 * * *", &publisher).turn(&at("2026-10-05T11:20:00+09:00")).await.unwrap();
    assert_eq!(ordered(&publisher).len(), 1);
    assert_eq!(ordered(&publisher)[0].ordered_at, "2026-10-05T09:00:00+09:00");
}

#[tokio::test]
async fn skipped_instants_are_counted_once_and_not_ordered() {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Arc::new(Kept::default());
    let scheduler = scheduler(folder.path(), "0 9,18 * * *", &publisher);
    let skipped = || metrics().schedule_skipped.with_label_values(&["91_toy_export"]).get();
    scheduler.turn(&at("2026-10-05T08:00:00+09:00")).await.unwrap();
    let before = skipped();
    // Down for two days and a morning: 9 and 18 o'clock twice, and 9 o'clock of today, for which 18 o'clock stands.
    for _ in 0..2 {
        scheduler.turn(&at("2026-10-07T18:30:00+09:00")).await.unwrap();
    }
    assert_eq!(skipped() - before, 5);
    let orders = ordered(&publisher);
    assert_eq!((orders.len(), orders[0].ordered_at.as_str()), (1, "2026-10-07T18:00:00+09:00"));
    // The key of the command in the log makes the run the schedule would have made.
    assert_eq!(order(&scheduler.topic, &at("2026-10-06T09:00:00+09:00")).message_id, {
        let run = run_id("91_toy_export", "2026-10-06T09:00:00+09:00");
        message_id(MessageKind::Export, &run.to_string())
    });
}

#[tokio::test]
async fn a_damaged_state_file_is_told_and_nothing_is_ordered() {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Arc::new(Kept::default());
    std::fs::write(folder.path().join("91_toy_export.json"), "{").unwrap();
    let error = scheduler(folder.path(), "0 9 * * *", &publisher).turn(&at("2026-10-05T09:00:00+09:00")).await.unwrap_err();
    assert!(error.to_string().contains("91_toy_export.json"), "{error}");
    assert_eq!(ordered(&publisher).len(), 0);
}
