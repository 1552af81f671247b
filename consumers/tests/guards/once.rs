//! Each item leaves once, whatever is asked, in whatever order, by how many at a time.

use renkei_consumers::outbound::{FileState, OutboundError};

use crate::toy::{PAYMENTS, Toy, order, sha};

#[tokio::test]
async fn the_bytes_are_those_of_the_layout() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    assert_eq!((file.count, file.total, file.records, file.seq_of_day), (Some(3), Some(321_000), Some(5), Some(1)));
    assert_eq!(file.file_name.as_deref(), Some("PAY_20261130_001.csv"));
    let mut expected = b"1,20261130\r\n2,".to_vec();
    // 山田 太郎 and 髙橋〜商店 in CP932: 髙 is FB FC, the wave dash 81 60.
    expected.extend_from_slice(b"\x8E\x52\x93\x63 \x91\xBE\x98\x59,1000\r\n2,\xFB\xFC\x8B\xB4\x81\x60\x8F\xA4\x93\x58,20000\r\n");
    expected.extend_from_slice(b"2,ABC,300000\r\n8,3,321000\r\n");
    assert_eq!(toy.delivered_bytes(&file), expected);
}

#[tokio::test]
async fn the_same_payment_date_twice_gives_nothing_the_second_time() {
    let toy = Toy::new().await;
    let first = toy.make("first").await;
    assert_eq!((first.state, toy.claims().await), (FileState::Generated, 3));
    let second = toy.make("second").await;
    assert_eq!((second.state, second.sha256), (FileState::Empty, None));
    assert_eq!(toy.claims().await, 3);

    toy.db.run("insert into toy.payment (payee, amount) values ('あとから', 5)").await;
    let third = toy.make("third").await;
    assert_eq!((third.count, third.total, third.seq_of_day), (Some(1), Some(5), Some(2)));
}

#[tokio::test]
async fn the_same_run_is_the_same_file() {
    let toy = Toy::new().await;
    let first = toy.make("a").await;
    toy.db.run("insert into toy.payment (payee, amount) values ('あとから', 5)").await;
    assert_eq!(toy.make("a").await, first);
    assert_eq!(toy.db.one::<i64>("select count(*) from export.file").await, 1);
    let other = toy.try_make(order(PAYMENTS, "a", &[("pay_date", "2026-12-01")])).await.unwrap_err();
    assert!(matches!(other, OutboundError::RunReused { .. }), "{other}");
}

/// A run that took its snapshot before another committed finds the items taken, starts again, and carries only what is new.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_concurrent_runs_the_later_carries_only_what_is_new() {
    let toy = Toy::new().await;
    let mut gate = toy.db.pool.begin().await.unwrap();
    sqlx::raw_sql("select pg_advisory_xact_lock(42)").execute(&mut *gate).await.unwrap();
    let late = order(PAYMENTS, "late", &[("pay_date", "2026-11-30"), ("gate", "yes")]);
    let waiting = async {
        let blocked = "select count(*) from pg_locks where locktype = 'advisory' and not granted
                          and database = (select oid from pg_database where datname = current_database())";
        while toy.db.one::<i64>(blocked).await == 0 {
            tokio::task::yield_now().await;
        }
        let early = toy.make("early").await;
        toy.db.run("insert into toy.payment (payee, amount) values ('あとから', 5)").await;
        gate.commit().await.unwrap();
        early
    };
    let (late, early) = tokio::join!(toy.try_make(late), waiting);
    let late = late.unwrap();
    assert_eq!((early.count, early.total), (Some(3), Some(321_000)));
    assert_eq!((late.count, late.total), (Some(1), Some(5)));
    assert_eq!((early.seq_of_day, late.seq_of_day), (Some(1), Some(2)));
    assert_eq!(toy.db.one::<i64>("select count(distinct object_id) from export.live_claim").await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_run_on_two_consumers_at_once_is_one_file() {
    let toy = Toy::new().await;
    let files = futures_util::future::join_all((0..4).map(|_| toy.make("same"))).await;
    assert!(files.iter().all(|file| *file == files[0]));
    assert_eq!(toy.db.one::<i64>("select count(*) from export.claim").await, 3);
}

#[tokio::test]
async fn a_released_file_asked_for_again_gives_the_same_bytes_and_is_counted() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    assert_eq!(file.state, FileState::Delivered);
    assert_eq!(toy.exporter.release(file.id, "佐藤").await.unwrap(), file);
    assert_eq!(toy.make("a").await, file);
    for number in 1..=2 {
        let again = toy.exporter.download(file.id, "田中").await.unwrap();
        assert_eq!((again.bytes.to_vec(), again.number), (toy.delivered_bytes(&file), number));
        assert_eq!(again.sha256, sha(&file));
    }
    assert_eq!(toy.outbox(), ["20261125-001"]);
    assert_eq!(toy.exporter.show(file.id).await.unwrap().downloads, 2);
    let audited = "select count(*) from audit.event where action = 'export.downloaded_again' and actor = '田中'";
    assert_eq!(toy.db.one::<i64>(audited).await, 2);
    assert_eq!(toy.db.one::<i64>("select count(*) from audit.event where action = 'export.released'").await, 1);
}

#[tokio::test]
async fn the_database_itself_refuses_a_second_claim_and_any_change() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    let id = file.id;
    toy.db
        .run(
            "insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
                values (gen_random_uuid(), '91_toy_payments', '', '{}', 'two_person', true, '2026-11-25', 'x', now())",
        )
        .await;
    let claim = "insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
                 select max(id), '91_toy_payments', 1, 'payment', 1, 1000, true from export.file";
    assert_eq!(toy.db.refused(claim).await, "claim_live_once");
    for (sql, rule) in [
        ("update export.file set total = total + 1 where state = 'delivered'", "file_contents_immutable"),
        ("update export.file set released_by = 'x' where state = 'delivered'", "file_release_is_final"),
        ("update export.file set state = 'generated' where state = 'delivered'", "file_step_known"),
        ("update export.file set params = '{}' where state = 'delivered'", "file_order_immutable"),
        ("update export.claim set live = false", "claim_immutable"),
        ("update export.claim set yen = 0", "claim_immutable"),
        ("delete from export.claim", "export_append_only"),
        ("delete from export.file", "export_append_only"),
        ("update export.approval set approver = 'x'", "approval_immutable"),
        ("update export.delivery set actor = 'x'", "export_append_only"),
    ] {
        assert_eq!(toy.db.refused(sql).await, rule, "{sql}");
    }
    let late = format!(
        "insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
                        values ({id}, '91_toy_payments', 9, 'payment', 99, 1, true)"
    );
    assert_eq!(toy.db.refused(&late).await, "claim_immutable");
}
