//! Files and documents in: together, late, exchanged, misnamed, too many, alone.

use std::path::PathBuf;
use std::sync::Arc;

use renkei_core::evidence::Document;
use serde_json::Value;

use crate::folder::Worker;
use crate::intake::claim::HandedIn;
use crate::intake::{Intake, Outcome};
use crate::send::send;
use crate::testing::{Memory, PAPERS, TOY, Toy, good_csv, paper, papers_csv};

/// A folder that waits for documents `wait_s`, and its worker.
fn watched(toy: &Toy, memory: &Arc<Memory>, wait_s: u64) -> (Arc<Intake>, Worker) {
    let archive = renkei_core::archive::Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let config = crate::ProducerConfig { evidence_wait_s: wait_s, ..toy.config() };
    let intake = Intake::open(config, toy.registry.clone(), archive, memory.clone(), Default::default()).unwrap();
    let places = Arc::new(tokio::sync::Semaphore::new(2));
    (intake.clone(), Worker::new(intake, toy.topic(PAPERS), places, Arc::default()))
}

/// What one file and its documents come to when the folder does not wait.
async fn dropped(csv: &str, documents: &[(&str, &[u8])]) -> (Toy, Arc<Memory>, Outcome) {
    let (toy, memory) = (Toy::new(), Memory::new());
    let (_, mut worker) = watched(&toy, &memory, 0);
    for (name, bytes) in documents {
        toy.drop_file(PAPERS, name, bytes);
    }
    toy.drop_file(PAPERS, "list.csv", csv);
    let mut outcomes = worker.turn().await.unwrap();
    assert_eq!(outcomes.len(), 1);
    (toy, memory, outcomes.remove(0))
}

/// Code, line, column and value of a fault.
type Told = (String, Option<u64>, Option<u32>, Option<String>);

fn faults(outcome: &Outcome) -> Vec<Told> {
    let row = |fault: &renkei_core::fault::Fault| (fault.code.clone(), fault.line, fault.column, fault.value.clone());
    outcome.delivery.faults.iter().map(row).collect()
}

/// The documents the messages list, over all chunks.
fn listed(memory: &Memory) -> Vec<Document> {
    let lists = memory.messages().into_iter().filter(|message| message.kind == "evidence");
    lists.flat_map(|message| serde_json::from_slice::<Vec<Document>>(&message.body).unwrap()).collect()
}

#[tokio::test]
async fn where_documents_were_looked_for_is_told_whole() {
    let toy = Toy::new();
    let intake = toy.intake(Memory::new());
    let sent = send(&intake, PAPERS, std::path::Path::new("Cargo.toml"), HandedIn::default(), None).await.unwrap();
    assert!(std::path::Path::new(&sent.delivery.place).is_absolute(), "{:?}", sent.delivery.place);
}

#[tokio::test]
async fn a_file_waits_for_its_documents_and_takes_them_along() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let (_, mut worker) = watched(&toy, &memory, 3_600);
    let ((one, hash_one), (two, hash_two)) = (paper("one"), paper("two"));
    let rows = [("一.pdf", hash_one.as_str()), ("一.pdf", &hash_one), ("二.pdf", &hash_two.to_uppercase())];
    toy.drop_file(PAPERS, "list.csv", papers_csv(&rows));
    toy.drop_file(PAPERS, "一.pdf", &one);
    assert!(worker.turn().await.unwrap().is_empty(), "one of two documents is not there");
    toy.drop_file(PAPERS, "二.pdf", &two);
    let outcomes = worker.turn().await.unwrap();
    let delivery = &outcomes[0].delivery;
    assert!(outcomes[0].is_published(), "{:?}", delivery.faults);
    let plan = delivery.plan.as_ref().unwrap();
    assert_eq!((plan.chunks, plan.evidence_chunks, delivery.records), (2, 1, 3));
    let listed = listed(&memory);
    let rows: Vec<_> = listed.iter().map(|d| (d.name.as_str(), d.sha256.as_str(), d.bytes, d.named)).collect();
    assert_eq!(rows, [("一.pdf", hash_one.as_str(), one.len() as u64, true), ("二.pdf", &hash_two, two.len() as u64, true)]);
    let archive = renkei_core::archive::Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let key = renkei_core::archive::ArchiveKey::parse(&listed[1].archive).unwrap();
    assert_eq!(archive.get_bytes(&key).await.unwrap(), two);
    let done = toy.files(PAPERS, "done");
    assert_eq!(done.iter().filter(|path| path.ends_with("_list.csv.evidence/一.pdf")).count(), 1, "{done:?}");
    assert!(!toy.dir.join("inbox").join(PAPERS).join("二.pdf").exists());
}

/// macOS writes ガ as カ and a mark of its own. The file in the folder keeps its name; the ledger knows the one its record gives.
#[tokio::test]
async fn a_document_is_found_however_its_name_is_composed() {
    const SENT: &str = "カ\u{3099}ス料金.pdf";
    let (bytes, hash) = paper("one");
    let (toy, memory, outcome) = dropped(&papers_csv(&[("ガス料金.pdf", hash.as_str())]), &[(SENT, &bytes)]).await;
    assert_eq!(faults(&outcome), []);
    assert_eq!(outcome.delivery.documents[0].name, SENT);
    let kept = listed(&memory);
    assert_eq!((kept[0].name.as_str(), kept[0].named), ("ガス料金.pdf", true));

    // The same by command, where the documents lie beside the file.
    let file = toy.dir.join("list.csv");
    std::fs::write(&file, papers_csv(&[("ハ\u{309a}ン.pdf", hash.as_str())])).unwrap();
    std::fs::write(toy.dir.join("パン.pdf"), &bytes).unwrap();
    let (intake, _) = watched(&toy, &memory, 0);
    let sent = send(&intake, PAPERS, &file, HandedIn::default(), None).await.unwrap();
    assert_eq!(faults(&sent), []);

    // Twice in two spellings is twice.
    let both: [(&str, &[u8]); 2] = [(SENT, &bytes), ("ガス料金.pdf", &bytes)];
    let with: Vec<PathBuf> = both.iter().map(|(name, _)| toy.dir.join(name)).collect();
    for (path, (_, bytes)) in with.iter().zip(&both) {
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::write(&file, papers_csv(&[("ガス料金.pdf", hash.as_str()), ("ガス料金.pdf", hash.as_str())])).unwrap();
    let sent = send(&intake, PAPERS, &file, HandedIn { documents: with, ..HandedIn::default() }, None).await.unwrap();
    assert_eq!(faults(&sent)[0].0, "EVIDENCE_TWICE");
}

#[tokio::test]
async fn what_is_wrong_with_a_document_is_said_on_its_line() {
    let ((bytes, hash), (_, other)) = (paper("one"), paper("other"));
    let expected = |code: &str, column, value: &str| (code.to_owned(), Some(2), Some(column), Some(value.to_owned()));
    for (name, stated, documents, fault) in [
        ("a.pdf", hash.as_str(), vec![], expected("EVIDENCE_MISSING", 3, "a.pdf")),
        ("a.pdf", &hash, vec![("A.pdf", &bytes[..])], expected("EVIDENCE_MISSING", 3, "a.pdf")),
        ("a.pdf", &other, vec![("a.pdf", &bytes[..])], expected("EVIDENCE_HASH_DIFFERS", 4, &other)),
        ("a.pdf", "", vec![("a.pdf", &bytes[..])], expected("EVIDENCE_HASH_MISSING", 4, "")),
        ("a.exe", &hash, vec![], expected("EVIDENCE_KIND_UNKNOWN", 3, "a.exe")),
        ("../../a.pdf", &hash, vec![], expected("EVIDENCE_NAME_UNSAFE", 3, "../../a.pdf")),
        ("/etc/a.pdf", &hash, vec![], expected("EVIDENCE_NAME_UNSAFE", 3, "/etc/a.pdf")),
        ("x\\a.pdf", &hash, vec![], expected("EVIDENCE_NAME_UNSAFE", 3, "x\\a.pdf")),
        ("NUL.pdf", &hash, vec![], expected("EVIDENCE_NAME_UNSAFE", 3, "NUL.pdf")),
    ] {
        let (toy, memory, outcome) = dropped(&papers_csv(&[(name, stated)]), &documents).await;
        assert_eq!(faults(&outcome), [fault], "{name}");
        let kinds: Vec<String> = memory.messages().into_iter().map(|message| message.kind).collect();
        assert_eq!(kinds, ["rejection"], "{name}");
        if faults(&outcome)[0].0 == "EVIDENCE_MISSING" {
            let args = &outcome.delivery.faults[0].args;
            assert!(args.iter().any(|(key, place)| key == "place" && place.ends_with(PAPERS)), "{args:?}");
        }
        // A document that was claimed with a refused file lies beside it, to be handed in again.
        let rejected = toy.files(PAPERS, "rejected");
        let beside = rejected.iter().any(|path| path.ends_with("_list.csv.evidence/a.pdf"));
        assert_eq!(beside, documents.iter().any(|(given, _)| *given == name), "{rejected:?}");
    }
}

#[tokio::test]
async fn a_document_is_what_its_name_says() {
    let (_, hash) = paper("one");
    let large = [b"%PDF-1.7\n".as_slice(), &vec![b' '; 300_000]].concat();
    for (bytes, code) in [
        (b"MZ\x90 no pdf".as_slice(), "EVIDENCE_NOT_OF_KIND"),
        (b"".as_slice(), "EVIDENCE_EMPTY"),
        (large.as_slice(), "EVIDENCE_TOO_LARGE"),
    ] {
        let (_, memory, outcome) = dropped(&papers_csv(&[("a.pdf", &hash)]), &[("a.pdf", bytes)]).await;
        let found: Vec<String> = faults(&outcome).into_iter().map(|fault| fault.0).collect();
        assert_eq!(found, [code, "EVIDENCE_MISSING"]);
        assert_eq!(memory.messages().len(), 1);
    }
    let (toy, memory) = (Toy::new(), Memory::new());
    let (_, mut worker) = watched(&toy, &memory, 0);
    let list = toy.drop_file(PAPERS, "list.csv", papers_csv(&[("a.pdf", &hash)]));
    let secret = toy.dir.join("secret.pdf");
    std::fs::write(&secret, paper("one").0).unwrap();
    std::os::unix::fs::symlink(&secret, list.with_file_name("a.pdf")).unwrap();
    let outcomes = worker.turn().await.unwrap();
    assert_eq!(faults(&outcomes[0])[0].0, "EVIDENCE_NOT_A_FILE", "a link leads anywhere");
}

#[tokio::test]
async fn a_document_nobody_names_is_kept_and_told() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let (intake, _) = watched(&toy, &memory, 0);
    let put = |name: &str, bytes: &[u8]| {
        let path = toy.dir.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let ((one, hash), (two, _)) = (paper("one"), paper("two"));
    put("a.pdf", &one);
    let list = put("list.csv", papers_csv(&[("a.pdf", &hash)]).as_bytes());
    let with = |documents: Vec<PathBuf>| HandedIn { sender: "cli:test".to_owned(), documents, ..HandedIn::default() };
    let other = put("b.pdf", &two);
    let sent = send(&intake, PAPERS, &list, with(vec![other.clone()]), None).await.unwrap();
    assert!(sent.is_published(), "{:?}", sent.delivery.faults);
    assert_eq!(faults(&sent)[0].0, "EVIDENCE_UNNAMED");
    let named: Vec<(String, bool)> = listed(&memory).into_iter().map(|document| (document.name, document.named)).collect();
    assert_eq!(named, [("b.pdf".to_owned(), false), ("a.pdf".to_owned(), true)], "what lies beside the file is found");
    let twice = send(&intake, PAPERS, &list, with(vec![other.clone(), other.clone()]), None).await.unwrap();
    assert_eq!(faults(&twice)[0].0, "EVIDENCE_TWICE");
    let plain = put("plain.csv", good_csv().as_bytes());
    let refused = send(&intake, TOY, &plain, with(vec![other]), None).await.unwrap();
    assert_eq!(faults(&refused)[0].0, "EVIDENCE_UNEXPECTED");
}

#[tokio::test]
async fn many_documents_travel_in_several_messages() {
    let papers: Vec<(String, Vec<u8>, String)> = (0..7)
        .map(|number| {
            let (bytes, hash) = paper(&number.to_string());
            (format!("{number}.pdf"), bytes, hash)
        })
        .collect();
    let rows: Vec<(&str, &str)> = papers.iter().map(|(name, _, hash)| (name.as_str(), hash.as_str())).collect();
    let documents: Vec<(&str, &[u8])> = papers.iter().map(|(name, bytes, _)| (name.as_str(), &bytes[..])).collect();
    let (_, memory, outcome) = dropped(&papers_csv(&rows), &documents).await;
    let plan = outcome.delivery.plan.as_ref().unwrap();
    assert_eq!((plan.chunks, plan.evidence_chunks), (6, 3), "three records or documents a message");
    assert_eq!(listed(&memory).len(), 7);
    let numbers: Vec<(String, Value)> =
        memory.messages().iter().map(|m| (m.kind.clone(), Value::from(m.headers["renkei-chunk"].clone()))).collect();
    assert_eq!(numbers.iter().filter(|(kind, _)| kind == "records").count(), 3, "{numbers:?}");
}

#[tokio::test]
async fn a_document_that_stays_alone_is_set_aside_with_a_letter() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let path = toy.drop_file(PAPERS, "a.pdf", paper("one").0);
    let (_, mut patient) = watched(&toy, &memory, 3_600);
    assert!(patient.turn().await.unwrap().is_empty() && path.exists(), "its file may still come");
    let (_, mut worker) = watched(&toy, &memory, 0);
    assert!(worker.turn().await.unwrap().is_empty());
    let rejected = toy.files(PAPERS, "rejected");
    assert_eq!(rejected.len(), 2, "{rejected:?}");
    let letter = rejected.iter().find(|name| name.ends_with("_a.pdf.errors.txt")).unwrap();
    let letter = std::fs::read_to_string(toy.dir.join("inbox").join(PAPERS).join("rejected").join(letter)).unwrap();
    assert!(letter.contains("a.pdf") && letter.contains("EVIDENCE_ALONE"), "{letter}");
}

#[tokio::test]
async fn a_file_with_faults_of_its_own_waits_for_nothing() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let (_, mut worker) = watched(&toy, &memory, 3_600);
    let (_, hash) = paper("one");
    toy.drop_file(PAPERS, "list.csv", papers_csv(&[("a.pdf", &hash)]).replace("0001", "00O1"));
    let outcomes = worker.turn().await.unwrap();
    assert!(outcomes.len() == 1 && !outcomes[0].is_published());
}
