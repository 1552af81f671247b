//! The process dies at named points; afterwards everything is there once.

use std::path::Path;
use std::process::Command;

use crate::scratch::Scratch;
use crate::toy::{PAYMENTS, Toy, exporter, order, sha};

/// Set in the child: the database to work on and the folder of the toy.
const CHILD: &str = "RENKEI_TEST_EXPORT_CHILD";

/// The whole way of a file: made, approved, released, delivered.
async fn whole_way(pool: sqlx::PgPool, folder: &Path) {
    let exporter = exporter(pool, folder);
    let topic = exporter.topic(PAYMENTS).expect("the toy topic");
    let file = exporter.make(topic, &order(PAYMENTS, "crash", &[("pay_date", "2026-11-30")])).await.expect("made");
    if file.state == renkei_consumers::outbound::FileState::Generated {
        exporter.approve(file.id, "鈴木", sha(&file)).await.expect("approved");
    }
    exporter.release(file.id, "佐藤").await.expect("released");
}

/// In the child: what it works on. In the parent: nothing.
async fn child() -> Option<(sqlx::PgPool, std::path::PathBuf)> {
    let child = std::env::var(CHILD).ok()?;
    let (url, folder) = child.split_once('|').expect("url|folder");
    Some((renkei_consumers::db::connect(url, 4).await.expect("connect"), folder.into()))
}

fn crash_at(point: &str, test: &str, db: &Scratch, folder: &Path) {
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, format!("{}|{}", db.url, folder.display()))
        .env(renkei_core::crash::VARIABLE, point)
        .output()
        .expect("start the child");
    let said = String::from_utf8_lossy(&child.stderr).into_owned();
    assert!(!child.status.success() && said.contains("crash point"), "the child must die at {point}: {said}");
}

#[tokio::test]
async fn a_crash_at_any_point_ends_in_exactly_one_file() {
    if let Some((pool, folder)) = child().await {
        return whole_way(pool, &folder).await;
    }
    for point in [
        "outbound.writing:2",
        "outbound.before_commit",
        "outbound.after_commit",
        "outbound.before_release",
        "outbound.after_release",
        "outbound.prepared",
        "outbound.placing",
        "outbound.placed",
    ] {
        let toy = Toy::new().await;
        crash_at(point, "crash::a_crash_at_any_point_ends_in_exactly_one_file", &toy.db, toy.folder.path());
        let made = !matches!(point, "outbound.writing:2" | "outbound.before_commit");
        assert_eq!(toy.claims().await, if made { 3 } else { 0 }, "{point}: claims and contents come together or not at all");

        toy.exporter.deliver_pending().await.expect("the next start delivers what waits");
        whole_way(toy.db.pool.clone(), toy.folder.path()).await;

        let file = toy.make("crash").await;
        assert_eq!(file.state.as_str(), "delivered", "{point}");
        assert_eq!((toy.claims().await, toy.outbox()), (3, vec!["20261125-001".to_owned()]), "{point}");
        assert_eq!(toy.delivered_bytes(&file), toy.exporter.download(file.id, "佐藤").await.unwrap().bytes, "{point}");
        let booked = "select sum(debit)::bigint from ledger.trial_balance where account = '2101'";
        assert_eq!(toy.db.one::<i64>(booked).await, 321_000, "{point}");
        assert_eq!(toy.db.one::<i64>("select count(*) from export.file").await, 1, "{point}");
        assert_eq!(toy.db.one::<i64>("select count(*) from audit.event where action = 'export.generated'").await, 1, "{point}");
        let blobs = std::fs::read_dir(toy.folder.path().join("archive/blobs")).expect("blobs").count();
        assert_eq!(blobs, 1, "{point}: the same bytes are one blob");
    }
}

/// Between the mark on the folder and the commit: the file is not void, nobody carries it, and the void is repeated.
#[tokio::test]
async fn a_void_that_dies_is_repeated() {
    if let Some((pool, folder)) = child().await {
        exporter(pool, &folder).void(1, "鈴木", "振込日の誤り", "銀行に確認。未処理").await.expect("voided");
        return;
    }
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    crash_at("outbound.retired", "crash::a_void_that_dies_is_repeated", &toy.db, toy.folder.path());
    let marked = vec!["20261125-001.void".to_owned()];
    assert_eq!((toy.state(file.id).await, toy.claims().await, toy.outbox()), ("delivered".to_owned(), 3, marked.clone()));
    assert!(toy.exporter.deliver_pending().await.unwrap().is_empty());
    toy.exporter.void(file.id, "鈴木", "振込日の誤り", "銀行に確認。未処理").await.unwrap();
    assert_eq!((toy.claims().await, toy.outbox()), (0, marked));
}
