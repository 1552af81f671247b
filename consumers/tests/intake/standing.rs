//! What Prometheus is told: what waits, the totals of the day from hop to hop, the audit chain.

use crate::bench::{Bench, File, TOPIC};
use jiff::ZonedDateTime;
use renkei_consumers::{audit, standing};
use renkei_core::calendar::clock;
use renkei_core::metrics::metrics;

fn noon_of(day: &str) -> ZonedDateTime {
    format!("{day}T12:00:00+09:00").parse::<jiff::Timestamp>().expect("a moment").to_zoned_datetime(clock::tokyo())
}

async fn refresh(bench: &Bench, day: &str) {
    standing::refresh(&bench.pool, &bench.registry, &noon_of(day), true).await.expect("refreshed");
}

/// Records and yen of a hop of the day.
fn hop(hop: &str) -> (i64, i64) {
    let standing = &metrics().standing;
    let (records, yen) = (&standing.day_records, &standing.day_yen);
    (records.with_label_values(&[TOPIC, hop]).get(), yen.with_label_values(&[TOPIC, hop]).get())
}

// One test: the gauges are those of the process.
#[tokio::test]
async fn the_gauges_tell_how_things_stand() {
    let bench = Bench::open("").await;
    let standing = &metrics().standing;
    let batch = bench.deliver(&File::new(&[("a", 1000), ("unknown", 70), ("soft", 8), ("known", 300), ("odd", 5)], 10)).await;
    bench.deliver(&File::new(&[("reject", 1)], 2)).await;

    refresh(&bench, "2026-10-05").await;
    for (name, total) in [
        ("read", (6, 1384)),
        ("published", (6, 1384)),
        ("staged", (6, 1384)),
        ("posted", (2, 1005)),
        ("held", (2, 78)),
        ("skipped", (1, 300)),
        ("rejected", (1, 1)),
        ("exported", (0, 0)),
    ] {
        assert_eq!(hop(name), total, "{name}");
    }
    assert_eq!(standing.held_lines.with_label_values(&[TOPIC]).get(), 2);
    assert_eq!(standing.hops_unbalanced.with_label_values(&[TOPIC]).get(), 0);
    assert!(standing.database_bytes.get() > Some(0));
    refresh(&bench, "2026-10-06").await;
    assert_eq!((hop("read"), hop("posted")), ((0, 0), (0, 0)), "yesterday's are not today's");
    assert_eq!(standing.held_lines.with_label_values(&[TOPIC]).get(), 2, "what waits still waits");

    // What a person decides is seen, through whichever door.
    bench.intake.post_held(batch.id, None, "sato", "seen").await.expect("posted");
    refresh(&bench, "2026-10-05").await;
    assert_eq!((hop("posted"), hop("held")), ((3, 1013), (1, 70)));
    // A hop that lost a record.
    bench.run("update intake.batch set records_published = records_published - 1 where state = 'held'").await;
    refresh(&bench, "2026-10-05").await;
    assert_eq!(standing.hops_unbalanced.with_label_values(&[TOPIC]).get(), 1);
    bench.run("update intake.batch set records_published = records_published + 1 where state = 'held'").await;

    assert!(standing.audit_unsealed_events.get() > Some(0), "nobody has sealed");
    audit::seal::seal(&bench.pool).await.expect("sealed");
    refresh(&bench, "2026-10-05").await;
    assert_eq!((standing.audit_unsealed_events.get(), standing.audit_unsealed_oldest_age_seconds.get()), (Some(0), Some(0)));
    standing::walk_the_chain(&bench.pool).await;
    assert_eq!(standing.audit_chain_broken.get(), Some(0));
    assert!(standing.audit_chain_walked.get() > Some(0));
    bench
        .run(
            "alter table audit.event disable trigger event_append_only; update audit.event set actor = 'nobody' where id = \
             (select min(event_id) from audit.link)",
        )
        .await;
    standing::walk_the_chain(&bench.pool).await;
    assert_eq!(standing.audit_chain_broken.get(), Some(1), "an event was changed");
    bench.close().await;
}
