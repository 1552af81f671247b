//! Files of a partner that name documents: fetched with them or not at all.

use std::path::Path;
use std::sync::Arc;

use renkei_core::archive::Archive;
use renkei_core::evidence::Document;
use renkei_core::verdict::Verdict;

use super::crash_tests::{PARTNER, PLACE, dies_at};
use super::server::{Asked, Server, file, status};
use super::*;
use crate::config::ProducerConfig;
use crate::delivery::Delivery;
use crate::testing::{Memory, PAPERS, Toy, paper, papers_csv, turn};

/// One look at the partner in a directory that lasts, and what was carried then.
async fn asked(dir: &Path, config: PullConfig) -> (Last, Vec<Delivery>, Arc<Memory>) {
    let (toy, memory) = (Toy::at(dir, "0 9 * * *"), Memory::new());
    let settings = ProducerConfig { pull: [(PAPERS.to_owned(), config)].into(), ..toy.config() };
    let archive = Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let intake = Intake::open(settings, toy.registry.clone(), archive, memory.clone(), Default::default()).unwrap();
    let puller = Puller::of(&intake, &toy.topic(PAPERS), Arc::default()).unwrap().unwrap();
    let last = puller.now(None, false).await.unwrap();
    let carried = turn(&toy, &intake, PAPERS).await.unwrap();
    (last, carried.into_iter().map(|outcome| outcome.delivery).collect(), memory)
}

/// Names of the documents that were published.
fn published(memory: &Memory) -> Vec<String> {
    let lists = memory.messages().into_iter().filter(|message| message.kind == "evidence");
    lists
        .flat_map(|message| serde_json::from_slice::<Vec<Document>>(&message.body).unwrap())
        .map(|document| document.name)
        .collect()
}

/// A partner with a file and the documents it names, without those that are absent.
fn partner(absent: &'static [&'static str]) -> impl Fn(&Asked) -> axum::response::Response + Send + Sync + 'static {
    let (one, two) = (paper("one"), paper("two"));
    let csv = papers_csv(&[("一 号.pdf", &one.1), ("two.pdf", &two.1)]);
    let list = r#"[{"url":"list.csv"},{"url":"deep/two.pdf","name":"two.pdf"}]"#;
    move |asked| match asked.path.as_str() {
        path if absent.contains(&path) => status(404, &[]),
        "/v/list.csv?key=1" | "/v/list.csv" => file(asked, "\"f\"", csv.as_bytes()),
        "/v/all.json" => file(asked, "\"l\"", list.as_bytes()),
        "/v/%E4%B8%80%20%E5%8F%B7.pdf?key=1" | "/v/%E4%B8%80%20%E5%8F%B7.pdf" => file(asked, "\"1\"", &one.0),
        "/v/two.pdf?key=1" | "/v/deep/two.pdf" => file(asked, "\"2\"", &two.0),
        _ => status(404, &[]),
    }
}

#[tokio::test]
async fn documents_beside_the_file_come_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(partner(&[])).await;
    let (last, carried, memory) = asked(folder.path(), server.config("/v/list.csv?key=1")).await;
    assert_eq!(last.fault, None);
    assert!(carried.len() == 1 && carried[0].faults.is_empty(), "{:?}", carried);
    let mut names = published(&memory);
    names.sort();
    assert_eq!(names, ["two.pdf", "一 号.pdf"]);
    let left = std::fs::read_dir(folder.path().join("spool/pull").join(PAPERS)).unwrap();
    assert_eq!(left.count(), 2, "lock and state");
}

#[tokio::test]
async fn a_file_waits_for_a_document_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(partner(&["/v/two.pdf?key=1"])).await;
    let (last, carried, _) = asked(folder.path(), server.config("/v/list.csv?key=1")).await;
    let fault = last.fault.unwrap();
    assert_eq!((fault.code.as_str(), last.verdict), ("PULL_DOCUMENT", Some(Verdict::Retry)));
    assert!(fault.args.iter().any(|(name, value)| name == "name" && value == "two.pdf"), "{fault:?}");
    assert!(carried.is_empty() && last.files.is_empty(), "half a file is none");
    server.now(partner(&[]));
    let (last, carried, memory) = asked(folder.path(), server.config("/v/list.csv?key=1")).await;
    assert_eq!((last.fault, carried.len(), published(&memory).len()), (None, 1, 2));
}

#[tokio::test]
async fn documents_of_a_list_are_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(partner(&[])).await;
    let config = PullConfig { list: true, ..server.config("/v/all.json") };
    let (last, carried, memory) = asked(folder.path(), config).await;
    assert_eq!((last.fault, last.files.len(), carried.len()), (None, 1, 1));
    assert_eq!(published(&memory).len(), 2, "one from the list, one from beside the file");
}

#[tokio::test]
async fn the_one_with_documents_that_dies() {
    if let (Some(dir), Ok(url)) = (std::env::var_os(PLACE), std::env::var(PARTNER)) {
        asked(Path::new(&dir), PullConfig::new(&url, "0 6 * * *")).await;
    }
}

#[tokio::test]
async fn documents_survive_death_at_every_point() {
    for point in ["pull.whole", "pull.pending", "pull.claimed", "pull.documents", "pull.handed_in", "pull.noted"] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(partner(&[])).await;
        let url = server.url("/v/list.csv?key=1");
        dies_at(point, "pull::documents_tests::the_one_with_documents_that_dies", folder.path(), &url).await;
        let (last, carried, memory) = asked(folder.path(), PullConfig::new(&url, "0 6 * * *")).await;
        assert_eq!(last.fault, None, "{point}");
        assert!(carried.len() == 1 && carried[0].faults.is_empty(), "{point}: {carried:?}");
        assert_eq!(published(&memory).len(), 2, "{point}");
    }
}
