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

/// In the child: walk until the crash point. In the parent: not a child.
async fn walk_as_child() -> bool {
    let Ok(child) = std::env::var(CHILD) else { return false };
    let (url, folder) = child.split_once('|').expect("url|folder");
    let pool = renkei_consumers::db::connect(url, 4).await.expect("connect");
    whole_way(pool, Path::new(folder)).await;
    true
}

fn crash_at(point: &str, db: &Scratch, folder: &Path) {
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "crash::a_crash_at_any_point_ends_in_exactly_one_file", "--nocapture"])
        .env(CHILD, format!("{}|{}", db.url, folder.display()))
        .env(renkei_core::crash::VARIABLE, point)
        .output()
        .expect("start the child");
    let said = String::from_utf8_lossy(&child.stderr).into_owned();
    assert!(!child.status.success() && said.contains("crash point"), "the child must die at {point}: {said}");
}

#[tokio::test]
async fn a_crash_at_any_point_ends_in_exactly_one_file() {
    if walk_as_child().await {
        return;
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
        crash_at(point, &toy.db, toy.folder.path());
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
