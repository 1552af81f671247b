//! 未着: what is due, late and noticed, by the office's calendar.

use crate::bench::{Bench, File, TOPIC};
use jiff::ZonedDateTime;
use renkei_consumers::arrivals::{self, Arrival, ArrivalState};
use renkei_core::calendar::clock;

fn tokyo(minute: &str) -> ZonedDateTime {
    format!("{minute}:00+09:00").parse::<jiff::Timestamp>().expect("a moment").to_zoned_datetime(clock::tokyo())
}

/// Where the toy stands at a moment of Tokyo.
async fn at(bench: &Bench, now: &str) -> (ArrivalState, String, i64) {
    let expected = arrivals::expected(&bench.pool, &bench.registry, &tokyo(now)).await.expect("an answer");
    let [arrival] = &expected[..] else { panic!("{expected:?}") };
    assert_eq!(arrival.topic, TOPIC);
    (arrival.state(), arrival.day.clone(), arrival.left_s)
}

#[tokio::test]
async fn a_daily_file_is_due_every_business_day_and_late_after_its_time() {
    let bench = Bench::open("due = \"10:00\"\nstarts_on = \"2026-10-01\"").await;
    use ArrivalState::{Arrived, Due, Late};
    assert_eq!(at(&bench, "2026-08-03T15:00").await, (Due, "2026-10-01".into(), (59 * 24 - 5) * 3600), "not before it starts");
    assert_eq!(at(&bench, "2026-10-05T09:00").await, (Due, "2026-10-05".into(), 3600));
    assert_eq!(at(&bench, "2026-10-05T10:30").await, (Late, "2026-10-05".into(), -1800));
    // Saturday; the Monday after it is a holiday.
    assert_eq!(at(&bench, "2026-10-10T10:30").await.1, "2026-10-13");
    // A refused file has not come; a posted one has, and the next is due on the next business day.
    bench.deliver(&File::new(&[("reject", 1)], 2)).await;
    assert_eq!(at(&bench, "2026-10-05T10:30").await.0, Late);
    bench.deliver(&File::new(&[("a", 1)], 2)).await;
    assert_eq!(at(&bench, "2026-10-05T10:30").await, (Arrived, "2026-10-05".into(), 23 * 3600 + 1800));
    assert_eq!(at(&bench, "2026-10-06T10:30").await.0, Late, "yesterday's file is not today's");
    bench.close().await;
}

#[tokio::test]
async fn a_late_file_is_noticed_once_a_day() {
    let bench = Bench::open("due = \"10:00\"").await;
    let notice =
        async |now: &str| -> Vec<Arrival> { arrivals::notice(&bench.pool, &bench.registry, &tokyo(now)).await.expect("looked") };
    assert_eq!(notice("2026-10-05T09:59").await, []);
    assert_eq!(notice("2026-10-05T10:01").await.len(), 1);
    assert_eq!(notice("2026-10-05T17:00").await, []);
    assert_eq!(notice("2026-10-06T10:01").await.len(), 1);
    let days = "select string_agg(day::text, ' ' order by day) from intake.arrival_missing";
    assert_eq!(bench.text(days).await, "2026-10-05 2026-10-06");
    assert_eq!(bench.number("select count(*) from audit.event where action = 'arrival.missing'").await, 2);
    bench.close().await;
}
