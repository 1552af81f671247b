//! The process dies at named points; afterwards everything is there once.

use std::path::Path;
use std::process::Command;

use renkei_consumers::outbound::{DeliverConfig, Destinations, Exporter};

use crate::partner::{Partner, Reply};
use crate::scratch::Scratch;
use crate::toy::{PAYMENTS, PUSHED, PUSHED_STATUS, Toy, exporter, order, sha};

/// Set in the child: the database to work on and the folder of the toy.
const CHILD: &str = "RENKEI_TEST_EXPORT_CHILD";
/// Set in a child that delivers: the partner's address, and the topic.
const PARTNER: &str = "RENKEI_TEST_EXPORT_PARTNER";
const TOPIC: &str = "RENKEI_TEST_EXPORT_TOPIC";

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
    crash_with(point, test, db, folder, &[]);
}

fn crash_with(point: &str, test: &str, db: &Scratch, folder: &Path, more: &[(&str, &str)]) {
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, format!("{}|{}", db.url, folder.display()))
        .env(renkei_core::crash::VARIABLE, point)
        .envs(more.iter().copied())
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

/// Killed around a push: what certainly did not leave is sent by the next start; what may have left only people send again when it is
/// money, and the next start under the same key when it is a picture of a moment.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_dies_is_never_repeated_blindly() {
    let test = "crash::a_push_that_dies_is_never_repeated_blindly";
    if let Ok(url) = std::env::var(PARTNER) {
        let (pool, folder) = child().await.expect("a child");
        let topic = std::env::var(TOPIC).expect("a topic");
        let exporter = towards(exporter(pool, &folder), &folder, &topic, &url);
        leave(&exporter, &topic).await;
        return;
    }
    for (topic, point, sent, state, sent_after) in [
        (PUSHED, "outbound.prepared", 0, "delivered", 1),
        (PUSHED, "outbound.placing", 0, "unknown", 0),
        (PUSHED, "outbound.placed", 1, "unknown", 1),
        (PUSHED_STATUS, "outbound.prepared", 0, "delivered", 1),
        (PUSHED_STATUS, "outbound.placing", 0, "delivered", 1),
        (PUSHED_STATUS, "outbound.placed", 1, "delivered", 2),
    ] {
        let toy = Toy::new().await;
        let partner = Partner::start(|_| Reply::status(200, "")).await;
        let url = partner.url("/in");
        crash_with(point, test, &toy.db, toy.folder.path(), &[(PARTNER, &url), (TOPIC, topic)]);
        let mut asked = partner.asked();
        assert_eq!(asked.len(), sent, "{topic} {point}: sent before");
        let exporter = towards(toy.exporter.clone(), toy.folder.path(), topic, &url);
        exporter.deliver_pending().await.expect("the next start looks at what waits");
        exporter.deliver_pending().await.expect("and looks again");
        asked.extend(partner.asked());
        assert_eq!((toy.state(1).await.as_str(), asked.len()), (state, sent_after), "{topic} {point}: in the end");
        let keys: std::collections::BTreeSet<&str> = asked.iter().map(|asked| asked.header("idempotency-key")).collect();
        assert!(keys.len() <= 1, "{topic} {point}: one release, one key");
    }
}

/// The toy's files of a topic go to this address.
fn towards(exporter: Exporter, folder: &Path, topic: &str, url: &str) -> Exporter {
    let tables = [(topic.to_owned(), DeliverConfig::new(url))].into();
    let registry = crate::toy::registry_in(folder);
    exporter.with_destinations(Destinations::new(tables, &registry).expect("an address that fits"))
}

/// Made, approved where it must be, and released.
async fn leave(exporter: &Exporter, topic: &str) {
    let order = order(topic, "crash", &[("pay_date", "2026-11-30")]);
    let file = exporter.make(exporter.topic(topic).expect("a toy topic"), &order).await.expect("made");
    if file.once {
        exporter.approve(file.id, "鈴木", sha(&file)).await.expect("approved");
    }
    exporter.release(file.id, "佐藤").await.expect("released");
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
