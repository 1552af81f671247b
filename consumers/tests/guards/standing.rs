//! What Prometheus is told of files that leave: where each stands, how long until it must be on its way, what was exported.

use jiff::ZonedDateTime;
use renkei_consumers::standing;
use renkei_core::calendar::clock;
use renkei_core::metrics::metrics;

use crate::toy::{PAYMENTS, STATUS, Toy, sha};

async fn refresh(toy: &Toy, now: &str) {
    let now: ZonedDateTime =
        format!("{now}:00+09:00").parse::<jiff::Timestamp>().expect("a moment").to_zoned_datetime(clock::tokyo());
    standing::refresh(&toy.db.pool, &toy.registry(), &now, true).await.expect("refreshed");
}

fn files(state: &str) -> i64 {
    metrics().standing.export_files.with_label_values(&[PAYMENTS, state]).get()
}

/// Seconds until the files of a topic must be on their way.
fn left_s(topic: &str) -> i64 {
    metrics().standing.topic_cut_off_seconds.with_label_values(&[topic]).get()
}

/// Whether a series has a value, and which.
fn pay_left_days() -> Option<String> {
    let (page, _) = renkei_core::metrics::exposition();
    let series = format!("renkei_approval_pay_left_days{{topic=\"{PAYMENTS}\"}} ");
    page.lines().find_map(|line| line.strip_prefix(&series)).map(str::to_owned)
}

// One test: the gauges are those of the process.
#[tokio::test]
async fn the_gauges_follow_a_file_from_its_making_to_its_end() {
    let toy = Toy::new().await;
    refresh(&toy, "2026-11-27T14:30").await;
    assert_eq!((files("generated"), pay_left_days()), (0, None), "no file, no pay date");
    // Friday: due at 15:00 each business day; the other has its cut-off then. At 15:30 the next is Monday's.
    assert_eq!((left_s(PAYMENTS), left_s(STATUS)), (1800, 1800));
    refresh(&toy, "2026-11-27T15:30").await;
    assert_eq!((left_s(PAYMENTS), left_s(STATUS)), (3 * 86_400 - 1800, 3 * 86_400 - 1800));

    let file = toy.make("a").await;
    refresh(&toy, "2026-11-27T14:30").await;
    assert_eq!((files("generated"), files("approved"), pay_left_days().as_deref()), (1, 0, Some("3")));
    toy.exporter.approve(file.id, "鈴木", sha(&file)).await.expect("approved");
    refresh(&toy, "2026-12-01T10:00").await;
    assert_eq!((files("generated"), files("approved"), pay_left_days().as_deref()), (0, 1, Some("-1")), "its day has passed");

    toy.exporter.release(file.id, "佐藤").await.expect("released");
    // Releases bear the time of the wall clock: any day before it.
    refresh(&toy, "2020-01-06T17:00").await;
    assert_eq!((files("approved"), pay_left_days()), (0, None));
    let standing = &metrics().standing;
    let exported = [PAYMENTS, "exported"];
    let totals = (standing.day_records.with_label_values(&exported).get(), standing.day_yen.with_label_values(&exported).get());
    assert_eq!(totals.1, 321_000, "{totals:?}");
    toy.exporter.mark_unknown(file.id, "佐藤", "the line broke").await.expect("marked");
    refresh(&toy, "2020-01-06T17:00").await;
    assert_eq!(files("unknown"), 1);
}
