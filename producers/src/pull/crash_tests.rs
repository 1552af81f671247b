//! The process dies at each point of fetching; another goes on, and the file is one delivery, carried once.
//!
//! The dying process is this test program itself, started again with only `the_one_that_dies` to run.

use std::path::Path;

use renkei_core::crash;
use tokio::process::Command;

use super::server::{Server, file, in_blocks};
use super::*;
use crate::config::ProducerConfig;
use crate::testing::{Memory, TOY, Toy, good_csv, turn};

/// Tell the dying process where to work and whom to ask.
pub(super) const PLACE: &str = "RENKEI_TEST_PULL_DIR";
pub(super) const PARTNER: &str = "RENKEI_TEST_PULL_URL";

/// Fetches once in a directory that lasts.
async fn pulled(dir: &Path, url: &str) -> (Toy, Arc<Intake>, Arc<Memory>, Last) {
    let (toy, memory) = (Toy::at(dir, "0 9 * * *"), Memory::new());
    let config = PullConfig::new(url, "0 6 * * *");
    let settings = ProducerConfig { pull: [(TOY.to_owned(), config)].into(), ..toy.config() };
    let archive = renkei_core::archive::Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let intake = Intake::open(settings, toy.registry.clone(), archive, memory.clone(), Default::default()).unwrap();
    let puller = Puller::of(&intake, &toy.topic(TOY), Arc::default()).unwrap().unwrap();
    let last = puller.now(None, false).await.unwrap();
    (toy, intake, memory, last)
}

/// Runs a test in a process of its own, in this folder and with this partner, until it dies at a point.
pub(super) async fn dies_at(point: &str, test: &str, folder: &Path, url: &str) {
    let died = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(PLACE, folder)
        .env(PARTNER, url)
        .env(crash::VARIABLE, point)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&died.stderr);
    assert!(!died.status.success() && said.contains("aborting"), "{point}: it did not die there: {said}");
}

#[tokio::test]
async fn the_one_that_dies() {
    if let (Some(dir), Ok(url)) = (std::env::var_os(PLACE), std::env::var(PARTNER)) {
        pulled(Path::new(&dir), &url).await;
    }
}

#[tokio::test]
async fn a_file_survives_death_at_every_point() {
    for (point, is_remembered) in [
        ("pull.mid_body", false),
        ("pull.whole", false),
        ("pull.pending", true),
        ("pull.claimed", true),
        ("pull.handed_in", true),
        ("pull.noted", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(|_| in_blocks("\"v1\"", good_csv().as_bytes(), 50)).await;
        let url = server.url("/a.csv");
        dies_at(point, "pull::crash_tests::the_one_that_dies", folder.path(), &url).await;
        server.now(|asked| file(asked, "\"v1\"", good_csv().as_bytes()));
        let (toy, intake, memory, last) = pulled(folder.path(), &url).await;
        let expected = if is_remembered { PulledOutcome::Unchanged } else { PulledOutcome::HandedIn };
        assert_eq!((last.fault, last.files[0].outcome), (None, expected), "{point}");
        let carried = turn(&toy, &intake, TOY).await.unwrap();
        assert_eq!(carried.len(), 1, "{point}: one delivery");
        assert!(carried[0].is_published() && carried[0].delivery.bytes == good_csv().len() as u64, "{point}");
        assert_eq!(last.files[0].delivery, Some(carried[0].delivery.delivery), "{point}");
        assert_eq!(memory.distinct().len(), 3, "{point}");
        assert!(turn(&toy, &intake, TOY).await.unwrap().is_empty(), "{point}: nothing is left to do");
        let left = std::fs::read_dir(folder.path().join("spool/pull").join(TOY)).unwrap();
        assert_eq!(left.count(), 2, "{point}: lock and state");
    }
}
