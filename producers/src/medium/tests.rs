//! A medium is a folder, and what is mounted there is what the test says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use renkei_core::message::Envelope;
use renkei_core::verdict::{Classify, Verdict};

use super::*;
use crate::delivery::{Controls, Stage};
use crate::intake::claim::HandedIn;
use crate::testing::{CARRIED, Memory, TOY, Toy, good_csv, turn};

/// Mounts as the test says: folder, id, read-only.
struct Fake(Vec<(PathBuf, &'static str, bool)>);

impl Mounts for Fake {
    fn at(&self, path: &Path) -> io::Result<Option<Mounted>> {
        let found = self.0.iter().find(|(place, ..)| place == path);
        Ok(found.map(|(path, id, read_only)| Mounted { path: path.clone(), id: (*id).to_owned(), read_only: *read_only }))
    }
}

const ID: &str = "5A1B-22C3";

struct Desk {
    toy: Toy,
    memory: Arc<Memory>,
    config: MediumConfig,
    mounts: Fake,
}

impl Desk {
    fn new() -> Desk {
        let toy = Toy::new();
        let mount_dir = toy.dir.join("media");
        let stick = mount_dir.join("stick");
        fs::create_dir_all(&stick).unwrap();
        let known = KnownMedium { id: ID.to_owned(), label: "文書室USB".to_owned(), topics: vec![CARRIED.to_owned()] };
        let config = MediumConfig { mount_dir, known: vec![known] };
        Desk { toy, memory: Memory::new(), config, mounts: Fake(vec![(stick, ID, true)]) }
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.config.mount_dir.join("stick").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    async fn accept(&self, with: Acceptance) -> Result<Accepted, MediumError> {
        let intake = self.toy.intake(self.memory.clone());
        accept(&intake, &self.config, &self.mounts, CARRIED, with).await
    }

    async fn refusal(&self, with: Acceptance) -> String {
        let error = self.accept(with).await.unwrap_err();
        assert_eq!(error.verdict(), Verdict::Reject, "{error}");
        assert!(self.memory.messages().is_empty(), "something was taken");
        error.to_string()
    }
}

fn signed() -> Acceptance {
    Acceptance {
        bearer: "砧 花子".to_owned(),
        approver: "経堂 太郎".to_owned(),
        accepted_by: "kakari".to_owned(),
        controls: Some(Controls { sum: Some(2_800), ..Controls::default() }),
        ..Acceptance::default()
    }
}

#[tokio::test]
async fn a_file_is_taken_with_the_names_of_those_who_stand_for_it_and_only_once() {
    let desk = Desk::new();
    desk.put("T94_20261005.csv", good_csv());
    desk.put("System Volume Information/WPSettings.dat", "x");
    let accepted = desk.accept(signed()).await.unwrap();
    assert_eq!(accepted.taken.len(), 1);
    let delivery = &accepted.taken[0].delivery;
    assert_eq!((delivery.stage, delivery.sender.as_str()), (Stage::Published, "medium:5A1B-22C3"));
    let envelope = Envelope::from_headers(&desk.memory.messages()[0].headers).unwrap();
    let medium = envelope.medium.unwrap();
    assert_eq!((medium.id.as_str(), medium.bearer.as_str(), medium.approver.as_str()), (ID, "砧 花子", "経堂 太郎"));
    assert_eq!((medium.label.as_str(), medium.accepted_by.as_str()), ("文書室USB", "kakari"));
    // The medium stays as it was, and the same bytes are known under any name.
    assert!(desk.config.mount_dir.join("stick/T94_20261005.csv").exists());
    desk.put("T94_copy.csv", good_csv());
    let again = desk.accept(signed()).await.unwrap();
    assert!(again.taken.is_empty());
    assert_eq!(again.known.iter().map(|(_, delivery)| *delivery).collect::<Vec<_>>(), [delivery.delivery; 2]);
}

#[tokio::test]
async fn a_refused_file_may_come_again() {
    let desk = Desk::new();
    desk.put("T94_20261005.csv", good_csv());
    let wrong = Acceptance { controls: Some(Controls { sum: Some(2_801), ..Controls::default() }), ..signed() };
    let refused = desk.accept(wrong).await.unwrap();
    assert_eq!(refused.taken[0].delivery.faults[0].code, "CONTROL_SUM");
    assert!(desk.accept(signed()).await.unwrap().taken[0].is_published());
}

#[tokio::test]
async fn bearer_and_approver_are_two_persons() {
    let desk = Desk::new();
    desk.put("T94_20261005.csv", good_csv());
    for (bearer, approver) in [("sato", "ＳＡＴＯ"), ("佐藤 花子", "佐藤　花子"), ("", "kyodo"), ("sato", " ")] {
        let with = Acceptance { bearer: bearer.to_owned(), approver: approver.to_owned(), ..signed() };
        assert!(desk.refusal(with).await.contains("two persons"), "{bearer} {approver}");
    }
}

#[tokio::test]
async fn only_a_known_medium_that_cannot_be_written_to_is_read() {
    let mut desk = Desk::new();
    desk.put("T94_20261005.csv", good_csv());
    desk.mounts.0[0].2 = false;
    assert!(desk.refusal(signed()).await.contains("not mounted read-only"));
    (desk.mounts.0[0].1, desk.mounts.0[0].2) = ("FFFF-0000", true);
    assert!(desk.refusal(signed()).await.contains("is not registered"));
    desk.mounts.0[0].1 = ID;
    desk.config.known[0].topics = vec![TOY.to_owned()];
    assert!(desk.refusal(signed()).await.contains("is not registered"));
    desk.mounts.0.clear();
    assert!(desk.refusal(signed()).await.starts_with("0 media are mounted"));
}

#[tokio::test]
async fn of_several_media_one_must_be_named() {
    let mut desk = Desk::new();
    desk.put("T94_20261005.csv", good_csv());
    let other = desk.config.mount_dir.join("other");
    fs::create_dir_all(&other).unwrap();
    desk.mounts.0.push((other, "9999-0000", true));
    assert!(desk.refusal(signed()).await.starts_with("2 media are mounted"));
    let named = Acceptance { medium: ID.to_owned(), ..signed() };
    assert_eq!(desk.accept(named).await.unwrap().taken.len(), 1);
}

#[tokio::test]
async fn programs_and_strangers_on_a_medium_refuse_all_of_it_and_are_listed() {
    for (name, bytes, word) in [
        ("setup.exe", "x", "setup.exe (program)"),
        ("autorun.inf", "x", "autorun.inf (program)"),
        ("folder/T94_2.csv", "MZ\u{1}", "folder/T94_2.csv (program)"),
        ("run", "#!/bin/sh", "run (program)"),
        ("System Volume Information/x.exe", "x", "x.exe (program)"),
        ("System Volume Information/other.dat", "x", "other.dat (unexpected)"),
        ("notes.docx", "x", "notes.docx (unexpected)"),
        (".hidden.csv", "x", ".hidden.csv (unexpected)"),
        ("lone.csv.ctl", "{}", "lone.csv.ctl (unexpected)"),
    ] {
        let desk = Desk::new();
        desk.put("T94_20261005.csv", good_csv());
        desk.put(name, bytes);
        assert!(desk.refusal(signed()).await.contains(word), "{name}");
    }
    let desk = Desk::new();
    std::os::unix::fs::symlink("/etc/hostname", desk.config.mount_dir.join("stick/T94_3.csv")).unwrap();
    assert!(desk.refusal(signed()).await.contains("T94_3.csv (unreadable)"));
}

#[tokio::test]
async fn a_total_for_many_files_stands_beside_each() {
    let desk = Desk::new();
    desk.put("T94_1.csv", good_csv());
    desk.put("T94_2.csv", good_csv().replace("0007,700", "0007,701"));
    assert!(desk.refusal(signed()).await.contains("put <file>.ctl beside each"));
    desk.put("T94_1.csv.ctl", r#"{"sum":2800}"#);
    desk.put("T94_2.csv.ctl", r#"{"sum":2801}"#);
    let accepted = desk.accept(Acceptance { controls: None, ..signed() }).await.unwrap();
    assert!(accepted.taken.iter().all(crate::Outcome::is_published));
    assert_eq!(accepted.taken.len(), 2);
}

#[tokio::test]
async fn no_other_door_takes_such_a_file() {
    let desk = Desk::new();
    let intake = desk.toy.intake(desk.memory.clone());
    let path = desk.toy.drop_file(CARRIED, "T94_20261005.csv", good_csv());
    let sent = crate::send::send(&intake, CARRIED, &path, HandedIn::default(), None).await.unwrap();
    let dropped = turn(&desk.toy, &intake, CARRIED).await.unwrap();
    for outcome in dropped.iter().chain([&sent]) {
        let codes: Vec<&str> = outcome.delivery.faults.iter().map(|fault| fault.code.as_str()).collect();
        assert_eq!(codes, ["CONTROL_SUM_MISSING", "MEDIUM_MISSING"]);
    }
    assert_eq!(dropped.len(), 1);
}

#[tokio::test]
async fn a_topic_without_media_takes_nothing_from_one() {
    let desk = Desk::new();
    let intake = desk.toy.intake(desk.memory.clone());
    let error = accept(&intake, &desk.config, &desk.mounts, TOY, signed()).await.unwrap_err();
    assert!(matches!(error, MediumError::Topic { .. }), "{error}");
}

#[test]
fn a_medium_that_waits_is_told_once_until_it_is_gone() {
    let mut desk = Desk::new();
    let (topic, mut watch) = (desk.toy.topic(CARRIED), Watch::default());
    assert_eq!(watch.look(&desk.config, &desk.mounts, &topic), [ID]);
    assert!(watch.look(&desk.config, &desk.mounts, &topic).is_empty());
    let mounts = std::mem::replace(&mut desk.mounts, Fake(Vec::new()));
    assert!(watch.look(&desk.config, &desk.mounts, &topic).is_empty());
    assert_eq!(watch.look(&desk.config, &mounts, &topic), [ID]);
}
