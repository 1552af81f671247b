//! The crash matrix of this side: the process dies at each named point, another one goes on, and what the broker has then is
//! each chunk under one id with one content.
//!
//! The dying process is this test program itself, started again with only `the_one_that_dies` to run.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use renkei_core::broker::{Outgoing, PublishError};
use renkei_core::crash;

use crate::publish::Publish;
use crate::testing::{BAD_CSV, PAPERS, TOY, Toy, URGENT, good_csv, paper, papers_csv, turn, zip_of};

/// Tells the dying process where to work.
const PLACE: &str = "RENKEI_TEST_CRASH_DIR";
/// Tells it which topic to carry.
const TOPIC: &str = "RENKEI_TEST_CRASH_TOPIC";

/// A broker that outlives the process: a file.
struct Ledgered(PathBuf);

impl Publish for Ledgered {
    fn publish(&self, message: Outgoing) -> BoxFuture<'_, Result<(), PublishError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let line =
                serde_json::json!([message.message_id, message.kind, message.headers, String::from_utf8_lossy(&message.body)]);
            let mut file = OpenOptions::new().create(true).append(true).open(&self.0).unwrap();
            file.write_all(format!("{line}\n").as_bytes()).unwrap();
            Ok(())
        })
    }
}

/// By message id: everything but the id, and how often it came.
fn published(path: &Path) -> BTreeMap<String, (String, u32)> {
    let mut found = BTreeMap::<String, (String, u32)>::new();
    for line in std::fs::read_to_string(path).unwrap_or_default().lines() {
        let message: Vec<serde_json::Value> = serde_json::from_str(line).unwrap();
        let content = serde_json::to_string(&message[1..]).unwrap();
        let entry = found.entry(message[0].to_string()).or_insert_with(|| (content.clone(), 0));
        assert_eq!(entry.0, content, "the same id with another content");
        entry.1 += 1;
    }
    found
}

async fn carry(dir: &Path) -> usize {
    carry_topic(dir, &std::env::var(TOPIC).unwrap_or_else(|_| TOY.to_owned())).await
}

async fn carry_topic(dir: &Path, topic: &str) -> usize {
    let toy = Toy::at(dir, "0 9 * * *");
    let intake = toy.intake(Arc::new(Ledgered(dir.join("published"))));
    turn(&toy, &intake, topic).await.unwrap().len()
}

/// Without a place to die at this carries one file like any other test.
#[tokio::test]
async fn the_one_that_dies() {
    match std::env::var_os(PLACE) {
        Some(dir) => {
            carry(Path::new(&dir)).await;
        }
        None => {
            let folder = tempfile::tempdir().unwrap();
            Toy::at(folder.path(), "0 9 * * *").drop_file(TOY, "a.csv", good_csv());
            assert_eq!(carry(folder.path()).await, 1);
            assert_eq!(published(&folder.path().join("published")).len(), 3);
        }
    }
}

/// Carries what lies in the folder of a topic in another process, which is killed at `point`.
fn die(folder: &Path, point: &str, topic: &str) {
    let died = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "intake::crash_tests::the_one_that_dies", "--nocapture"])
        .env(PLACE, folder)
        .env(TOPIC, topic)
        .env(crash::VARIABLE, point)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&died.stderr).into_owned();
    assert!(!died.status.success() && said.contains("aborting"), "{point}: it did not die there: {said}");
}

/// Kills a process at `point` while it carries `bytes`, lets another go on, and gives what was published how often.
async fn killed_at(point: &str, bytes: &str) -> BTreeMap<String, (String, u32)> {
    let folder = tempfile::tempdir().unwrap();
    let toy = Toy::at(folder.path(), "0 9 * * *");
    toy.drop_file(TOY, "a.csv", bytes);
    die(folder.path(), point, TOY);
    let ends = if point == "producer.done" { 0 } else { 1 };
    assert_eq!(carry(folder.path()).await, ends, "{point}: deliveries carried on");
    assert_eq!(carry(folder.path()).await, 0, "{point}: nothing is left to do");
    assert_eq!(toy.files(TOY, "processing"), Vec::<String>::new(), "{point}");
    assert!(!toy.dir.join("inbox/90_toy/a.csv").exists(), "{point}");
    let kept = toy.files(TOY, if bytes == BAD_CSV { "rejected" } else { "done" });
    assert_eq!(kept.iter().filter(|name| name.ends_with("_a.csv")).count(), 1, "{point}: {kept:?}");
    published(&folder.path().join("published"))
}

#[tokio::test]
async fn a_good_file_survives_death_at_every_point() {
    for point in [
        "producer.claimed",
        "producer.archived",
        "producer.before_publish",
        "producer.mid_publish",
        "producer.mid_publish:2",
        "producer.before_confirm",
        "producer.after_confirm",
        "producer.done",
    ] {
        let found = killed_at(point, &good_csv()).await;
        assert_eq!(found.len(), 3, "{point}: three chunks, each under one id");
        assert!(found.values().all(|(content, _)| content.contains("records")), "{point}");
    }
}

#[tokio::test]
async fn an_archive_survives_death_at_every_point() {
    for point in [
        "producer.claimed",
        "producer.claimed:2",
        "producer.archived",
        "producer.member_unpacked",
        "producer.member_unpacked:2",
        "producer.before_publish:2",
        "producer.mid_publish:3",
        "producer.after_confirm:2",
        "producer.done",
        "producer.member_done",
        "producer.member_done:2",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let toy = Toy::at(folder.path(), "0 9 * * *");
        let good = good_csv();
        toy.drop_file(
            TOY,
            "a.zip",
            zip_of(&[("1.csv", good.as_bytes()), ("2.csv", BAD_CSV.as_bytes()), ("3.csv", good.as_bytes())]),
        );
        die(folder.path(), point, TOY);
        assert!(carry(folder.path()).await >= 1, "{point}");
        assert_eq!(carry(folder.path()).await, 0, "{point}: nothing is left to do");
        let found = published(&folder.path().join("published"));
        assert_eq!(found.len(), 3 + 1 + 3, "{point}: each chunk and the rejection under one id");
        assert_eq!(toy.files(TOY, "processing"), Vec::<String>::new(), "{point}");
        assert_eq!((toy.files(TOY, "done").len(), toy.files(TOY, "rejected").len()), (3, 3), "{point}");
    }
}

#[tokio::test]
async fn a_rejection_survives_death_at_every_point() {
    for point in ["producer.claimed", "producer.archived", "producer.before_publish", "producer.after_confirm", "producer.done"] {
        let found = killed_at(point, BAD_CSV).await;
        assert_eq!(found.len(), 1, "{point}: one rejection under one id");
        assert!(found.values().all(|(content, _)| content.contains("rejection")), "{point}");
    }
}

/// One of three records is wrong, another is urgent: two deliveries, however often the process dies.
#[tokio::test]
async fn urgent_records_survive_death_at_every_point() {
    for point in [
        "producer.claimed",
        "producer.claimed:2",
        "producer.archived:2",
        "producer.before_publish",
        "producer.after_confirm",
        "producer.done",
        "producer.urgent_done",
        "producer.before_publish:2",
        "producer.after_confirm:2",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let toy = Toy::at(folder.path(), "0 9 * * *");
        toy.drop_file(URGENT, "a.csv", "番号,金額,摘要\r\n0001,100,\r\n0009,7,\r\nx,5,\r\n");
        die(folder.path(), point, URGENT);
        assert!(carry_topic(folder.path(), URGENT).await >= 1, "{point}");
        assert_eq!(carry_topic(folder.path(), URGENT).await, 0, "{point}: nothing is left to do");
        let found = published(&folder.path().join("published"));
        let count = |what: &str| found.values().filter(|(content, _)| content.starts_with(what)).count();
        assert_eq!((count("[\"records\""), count("[\"rejection\"")), (1, 1), "{point}: {found:?}");
        assert!(found.values().any(|(content, _)| content.contains("URGENT_RECORDS_TAKEN")), "{point}");
        assert_eq!((toy.files(URGENT, "done").len(), toy.files(URGENT, "rejected").len()), (1, 3), "{point}");
        assert_eq!(toy.files(URGENT, "processing"), Vec::<String>::new(), "{point}");
    }
}

/// Two records name one document, a third another: all of it lies in the folder.
#[tokio::test]
async fn documents_survive_death_at_every_point() {
    let ((one, hash_one), (two, hash_two)) = (paper("one"), paper("two"));
    let csv = papers_csv(&[("一.pdf", &hash_one), ("一.pdf", &hash_one), ("二.pdf", &hash_two)]);
    for point in [
        "producer.claimed",
        "producer.evidence_gathered",
        "producer.archived",
        "producer.evidence_kept",
        "producer.before_publish",
        "producer.mid_publish",
        "producer.after_confirm",
        "producer.done",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let toy = Toy::at(folder.path(), "0 9 * * *");
        for (name, bytes) in [("一.pdf", &one[..]), ("二.pdf", &two), ("list.csv", csv.as_bytes())] {
            toy.drop_file(PAPERS, name, bytes);
        }
        die(folder.path(), point, PAPERS);
        let intake = toy.intake(Arc::new(Ledgered(folder.path().join("published"))));
        let ends = if point == "producer.done" { 0 } else { 1 };
        assert_eq!(turn(&toy, &intake, PAPERS).await.unwrap().len(), ends, "{point}");
        let found = published(&folder.path().join("published"));
        let lists: Vec<&String> =
            found.values().map(|(content, _)| content).filter(|text| text.contains("\"evidence\"")).collect();
        assert_eq!((found.len(), lists.len()), (2, 1), "{point}: one chunk of records and one of documents, each under one id");
        assert!(lists[0].contains(&hash_one) && lists[0].contains(&hash_two), "{point}: {lists:?}");
        let done = toy.files(PAPERS, "done");
        let kept = |name: &str| done.iter().filter(|path| path.contains(".evidence/") && path.ends_with(name)).count();
        assert_eq!((kept("一.pdf"), kept("二.pdf"), done.len()), (1, 1, 3), "{point}: {done:?}");
        assert_eq!(toy.files(PAPERS, "processing"), Vec::<String>::new(), "{point}");
    }
}
