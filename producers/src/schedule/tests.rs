//! Instants, deterministic orders, and what is made up for after a pause.

use std::sync::Mutex;

use futures_util::future::BoxFuture;
use renkei_core::broker::PublishError;
use renkei_core::registry::topics::TopicSlug;

use super::*;
use crate::testing;

fn at(text: &str) -> ZonedDateTime {
    text.parse::<jiff::Timestamp>().unwrap().to_zoned_datetime(clock::tokyo())
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

fn scheduler(dir: &Path, schedule: &str, publisher: &Arc<Kept>) -> Scheduler {
    let topic = testing::outbound_topic(schedule);
    Scheduler {
        schedule: topic.schedule.clone().unwrap(),
        topic,
        calendar: Arc::new(CalendarSource::new(dir.join("calendar.json"))),
        state: dir.join("91_toy_export.json"),
        publisher: publisher.clone(),
    }
}

/// October 2026 with its holiday on the 12th, a Monday.
fn put_calendar(dir: &Path, through: jiff::civil::Date) {
    let holiday = jiff::civil::date(2026, 10, 12);
    let calendar = BusinessCalendar::new([holiday], jiff::civil::date(2026, 1, 1)..=through);
    renkei_core::calendar::file::write(&dir.join("calendar.json"), &calendar).unwrap();
}

fn bodies<T: serde::de::DeserializeOwned>(publisher: &Kept, kind: MessageKind) -> Vec<T> {
    let messages = publisher.messages.lock().unwrap();
    let of_kind = messages.iter().filter(|message| message.kind == kind.as_str());
    of_kind.map(|message| serde_json::from_slice(&message.body).unwrap()).collect()
}

fn ordered(publisher: &Kept) -> Vec<ExportOrder> {
    bodies(publisher, MessageKind::Export)
}

fn told(publisher: &Kept) -> Vec<(String, MissedOutcome)> {
    let told: Vec<MissedRun> = bodies(publisher, MessageKind::Missed);
    told.into_iter().map(|missed| (missed.instant, missed.outcome)).collect()
}

/// What is ordered and told when every scheduler was down from one instant to the other.
async fn after_a_rest(schedule: &str, last: &str, now: &str) -> (Vec<String>, Vec<(String, MissedOutcome)>) {
    let folder = tempfile::tempdir().unwrap();
    put_calendar(folder.path(), jiff::civil::date(2027, 12, 31));
    let publisher = Arc::new(Kept::default());
    let scheduler = scheduler(folder.path(), schedule, &publisher);
    scheduler.keep(&at(last)).unwrap();
    // The second turn has nothing left to do.
    for _ in 0..2 {
        scheduler.turn(&at(now)).await.unwrap();
    }
    (ordered(&publisher).into_iter().map(|order| order.ordered_at).collect(), told(&publisher))
}

#[test]
fn an_expression_that_cannot_be_read_is_named() {
    let error = clockwork("91_toy_export", "every day").unwrap_err();
    assert!(error.to_string().contains("every day") && error.verdict() == Verdict::Bug, "{error}");
}

#[tokio::test]
async fn each_topic_says_what_is_done_about_a_missed_run() {
    use MissedOutcome::{Ask, Skip};
    let rule = |missed: &str| format!("{{ cron = '0 9,16 * * *', days = 'business', missed = '{missed}' }}");
    let instant = |text: &str| format!("2026-10-{text}:00+09:00");
    // From Thursday evening to the Tuesday behind a long weekend: Friday and the Tuesday's morning were missed.
    let (last, now) = ("2026-10-08T18:00:00+09:00", "2026-10-13T11:00:00+09:00");
    let (friday, tuesday) = (instant("09T16:00"), instant("13T09:00"));
    for (missed, orders, tellings) in [
        ("today", vec![&tuesday], vec![(&friday, Ask)]),
        ("once", vec![&tuesday], vec![]),
        ("skip", vec![], vec![(&friday, Skip), (&tuesday, Skip)]),
        ("ask", vec![], vec![(&friday, Ask), (&tuesday, Ask)]),
    ] {
        let (ordered, told) = after_a_rest(&rule(missed), last, now).await;
        assert_eq!(ordered.iter().collect::<Vec<_>>(), orders, "{missed}");
        assert_eq!(told.iter().map(|(at, what)| (at, *what)).collect::<Vec<_>>(), tellings, "{missed}");
    }
    // On the Sunday nothing of that day was missed: `once` makes up for the Friday.
    let sunday = "2026-10-11T11:00:00+09:00";
    assert_eq!(after_a_rest(&rule("once"), last, sunday).await, (vec![friday.clone()], vec![]));
    assert_eq!(after_a_rest(&rule("today"), last, sunday).await, (vec![], vec![(friday, Ask)]));
}

#[tokio::test]
async fn an_order_of_the_last_minutes_is_not_missed() {
    for missed in ["today", "once", "skip", "ask"] {
        let rule = format!("{{ cron = '0 9 * * *', days = 'business', missed = '{missed}' }}");
        let (ordered, told) = after_a_rest(&rule, "2026-10-08T18:00:00+09:00", "2026-10-09T09:10:00+09:00").await;
        assert_eq!((ordered, told), (vec!["2026-10-09T09:00:00+09:00".to_owned()], vec![]), "{missed}");
    }
    // Around midnight the newer one stands for the older.
    let (ordered, told) =
        after_a_rest("{ cron = '*/5 * * * *', missed = 'ask' }", "2026-10-08T23:53:00+09:00", "2026-10-09T00:01:00+09:00").await;
    assert_eq!((ordered, told), (vec!["2026-10-09T00:00:00+09:00".to_owned()], vec![]));
}

#[tokio::test]
async fn without_a_calendar_a_schedule_that_counts_business_days_stops_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Arc::new(Kept::default());
    let scheduler = scheduler(folder.path(), "{ cron = '0 9 * * *', days = 'business', calendar = 'bank' }", &publisher);
    let stopped = || metrics().schedule_stopped.with_label_values(&["91_toy_export"]).get();
    scheduler.keep(&at("2026-10-08T18:00:00+09:00")).unwrap();
    let error = scheduler.turn(&at("2026-10-09T09:00:00+09:00")).await.unwrap_err();
    assert!(matches!(error, ScheduleError::Calendar { .. }) && error.verdict() == Verdict::Hold, "{error}");
    // It came, and ends with the year: what is sure is ordered, what is not is waited for.
    put_calendar(folder.path(), jiff::civil::date(2026, 10, 31));
    scheduler.turn(&at("2026-10-09T09:00:00+09:00")).await.unwrap();
    assert_eq!(ordered(&publisher).len(), 1);
    scheduler.keep(&at("2026-10-29T18:00:00+09:00")).unwrap();
    let error = scheduler.turn(&at("2026-10-30T09:00:00+09:00")).await.unwrap_err();
    assert!(matches!(error, ScheduleError::Horizon { .. }), "{error}");
    assert_eq!((ordered(&publisher).len(), stopped()), (2, 1));
    let error = scheduler.turn(&at("2026-11-02T09:00:00+09:00")).await.unwrap_err();
    assert!(error.to_string().contains("renkei calendar import"), "{error}");
    assert_eq!(ordered(&publisher).len(), 2, "nobody knows whether the 2nd is a business day");
    // The next holidays come: what waited is ordered on its day.
    put_calendar(folder.path(), jiff::civil::date(2027, 12, 31));
    scheduler.turn(&at("2026-11-02T09:30:00+09:00")).await.unwrap();
    assert_eq!((ordered(&publisher).len(), stopped()), (3, 0));
}

#[tokio::test]
async fn a_schedule_that_stood_still_for_long_looks_back_a_month() {
    let (ordered, told) = after_a_rest(
        "{ business_day = 1, at = '09:00', missed = 'ask' }",
        "2026-01-05T10:00:00+09:00",
        "2026-10-13T11:00:00+09:00",
    )
    .await;
    assert_eq!((ordered, told), (vec![], vec![("2026-10-01T09:00:00+09:00".to_owned(), MissedOutcome::Ask)]));
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
    let mut scheduler = scheduler(folder.path(), "0 9,18 * * *", &publisher);
    // A name of its own: the counter is one for all tests of this program.
    scheduler.topic = Arc::new(Topic { slug: TopicSlug::parse("92_skipping").unwrap(), ..(*scheduler.topic).clone() });
    let skipped = || metrics().schedule_skipped.with_label_values(&["92_skipping"]).get();
    scheduler.turn(&at("2026-10-05T08:00:00+09:00")).await.unwrap();
    let before = skipped();
    // Down for two days and a morning: 9 and 18 o'clock twice, and 9 o'clock of today, for which 18 o'clock stands.
    for _ in 0..2 {
        scheduler.turn(&at("2026-10-07T18:30:00+09:00")).await.unwrap();
    }
    assert_eq!(skipped() - before, 5);
    let orders = ordered(&publisher);
    assert_eq!((orders.len(), orders[0].ordered_at.as_str()), (1, "2026-10-07T18:00:00+09:00"));
    // A person is asked about each of the two days, once.
    let asked: Vec<String> = told(&publisher).into_iter().map(|(instant, _)| instant).collect();
    assert_eq!(asked, ["2026-10-05T18:00:00+09:00", "2026-10-06T18:00:00+09:00"]);
    // The key of the command in the log makes the run the schedule would have made.
    assert_eq!(order(&scheduler.topic, &at("2026-10-06T09:00:00+09:00")).message_id, {
        let run = run_id("92_skipping", "2026-10-06T09:00:00+09:00");
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
