//! The audit log: append-only, sealed without losing late commits, and every kind of tampering is found.

use renkei_consumers::audit::seal::seal;
use renkei_consumers::audit::verify::{Broken, verify, verify_against};

use crate::scratch::Scratch;

const EVENT: &str = "select audit.record('sato', 'payment_order.approve', 'payment_order', '7', null, '{\"yen\": 1000}', '定例')";

/// A database with a chain of five links in two seals.
async fn sealed() -> Scratch {
    let db = Scratch::new().await;
    for _ in 0..3 {
        db.run(EVENT).await;
    }
    seal(&db.pool).await.unwrap();
    db.run(EVENT).await;
    db.run(EVENT).await;
    assert_eq!(seal(&db.pool).await.unwrap().events, 2);
    db
}

async fn broken_by(sql: &str) -> Broken {
    let db = sealed().await;
    assert!(verify(&db.pool).await.unwrap().is_whole());
    db.tamper(sql).await;
    verify(&db.pool).await.unwrap().broken.expect("the chain is broken")
}

#[tokio::test]
async fn a_whole_chain_is_whole_and_shows_its_tail() {
    let db = sealed().await;
    db.run(&format!("begin; set local time zone 'Asia/Tokyo'; {EVENT}; commit")).await;
    let report = verify(&db.pool).await.unwrap();
    assert_eq!((report.links, report.seals, report.unsealed, report.broken), (5, 2, 1, None));
    assert_eq!(db.one::<String>("select source from audit.event where id = 1").await, "renkei");
    assert_eq!(db.one::<String>("select at_offset from audit.event where id = 6").await, "+09:00");
}

#[tokio::test]
async fn events_and_links_cannot_be_changed_or_deleted() {
    let db = sealed().await;
    for table in ["event", "link", "seal"] {
        for sql in [format!("delete from audit.{table}"), format!("truncate audit.{table} cascade")] {
            assert_eq!(db.refused(&sql).await, "audit_append_only");
        }
    }
    assert_eq!(db.refused("update audit.event set actor = 'someone'").await, "audit_append_only");
    assert_eq!(db.refused("update audit.link set hash = hash").await, "audit_append_only");
}

#[tokio::test]
async fn a_changed_field_is_found() {
    for change in
        ["actor = 'suzuki'", "after = '{\"yen\": 9000}'", "reason = null", "at = at + interval '1 microsecond'", "before = '{}'"]
    {
        let broken = broken_by(&format!("update audit.event set {change} where id = 2")).await;
        assert_eq!(broken, Broken::Changed { position: 2, event_id: 2 }, "{change}");
    }
}

#[tokio::test]
async fn deleted_events_and_links_are_found() {
    assert_eq!(broken_by("delete from audit.event where id = 3").await, Broken::Deleted { position: 3, event_id: 3 });
    let both = "delete from audit.link where position = 3; delete from audit.event where id = 3";
    assert_eq!(broken_by(both).await, Broken::LinkMissing { position: 3 });
    let tail = "delete from audit.link where position = 5; delete from audit.event where id = 5";
    assert_eq!(broken_by(tail).await, Broken::Seal { seal: 2, position: 5 });
}

#[tokio::test]
async fn inserted_and_reordered_events_are_found() {
    let insert = "insert into audit.event (actor, action, object, object_id) values ('x', 'y', 'z', '1')";
    assert_eq!(broken_by(insert).await, Broken::Inserted { event_id: 6 });
    let swap = "update audit.link set event_id = -1 where position = 1; update audit.link set event_id = 1 where position = 2;
                update audit.link set event_id = 2 where position = 1";
    assert_eq!(broken_by(swap).await, Broken::Changed { position: 1, event_id: 2 });
    assert_eq!(broken_by("insert into audit.unsealed values (4)").await, Broken::Requeued { event_id: 4 });
    assert_eq!(broken_by("delete from audit.seal where id = 1").await, Broken::Unsealed { position: 1 });
}

#[tokio::test]
async fn a_chain_cut_off_with_its_seal_is_found_by_a_head_written_down() {
    let db = sealed().await;
    let head = verify(&db.pool).await.unwrap().head.unwrap();
    let head = head.to_string().parse().unwrap();
    assert!(verify_against(&db.pool, &head).await.unwrap().is_whole());
    db.tamper(
        "delete from audit.seal where id = 2; delete from audit.link where position > 3; delete from audit.event where id > 3",
    )
    .await;
    assert!(verify(&db.pool).await.unwrap().is_whole());
    assert_eq!(verify_against(&db.pool, &head).await.unwrap().broken, Some(Broken::Head { expected: head }));
}

#[tokio::test]
async fn a_transaction_that_commits_late_is_sealed_and_a_rolled_back_one_leaves_no_hole() {
    let db = Scratch::new().await;
    let mut late = db.pool.begin().await.unwrap();
    sqlx::raw_sql(EVENT).execute(&mut *late).await.unwrap();
    let mut undone = db.pool.begin().await.unwrap();
    sqlx::raw_sql(EVENT).execute(&mut *undone).await.unwrap();
    db.run(EVENT).await;
    assert_eq!(seal(&db.pool).await.unwrap().events, 1);
    undone.rollback().await.unwrap();
    late.commit().await.unwrap();
    assert_eq!(seal(&db.pool).await.unwrap().events, 1);
    let order: Vec<i64> =
        sqlx::query_scalar("select event_id from audit.link order by position").fetch_all(&db.pool).await.unwrap();
    assert_eq!(order, [3, 1]);
    let report = verify(&db.pool).await.unwrap();
    assert_eq!((report.links, report.unsealed, report.broken), (2, 0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_sealers_make_one_chain() {
    let db = Scratch::new().await;
    db.run(&format!("select count(*) from generate_series(1, 2000) n, lateral ({EVENT}) e")).await;
    let sealers: Vec<_> = (0..4)
        .map(|_| {
            tokio::spawn({
                let pool = db.pool.clone();
                async move { seal(&pool).await.unwrap().events }
            })
        })
        .collect();
    let mut sealed = 0;
    for sealer in sealers {
        sealed += sealer.await.unwrap();
    }
    let events: i64 = db.one("select count(*) from audit.event").await;
    sealed += seal(&db.pool).await.unwrap().events;
    assert_eq!(i64::try_from(sealed).unwrap(), events);
    assert!(verify(&db.pool).await.unwrap().is_whole());
}

#[tokio::test]
async fn moments_are_told_with_the_offset_of_the_ward() {
    let db = Scratch::new().await;
    assert_eq!(db.one::<String>("select to_char(now(), 'TZH:TZM')").await, "+09:00");
    assert_eq!(db.one::<String>("select current_setting('jit')").await, "off");
}

#[tokio::test]
async fn a_role_writes_down_the_configuration_it_starts_with() {
    let db = Scratch::new().await;
    let registry = renkei_core::registry::Registry::load().unwrap();
    renkei_consumers::audit::record_configuration(&db.pool, &registry, "consume").await.unwrap();
    let facts =
        "select object_id || ' ' || length(after->>'queues') || ' ' || length(after->'integrations'->>'12_civic_assessments')
                   from audit.event where action = 'config.loaded'";
    assert_eq!(db.one::<String>(facts).await, "consume 64 64");
}
