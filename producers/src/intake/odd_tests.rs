//! What people and machines leave in a watched folder beside files.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::*;
use crate::testing::{MASTER, Memory, TOY, Toy, good_csv, turn};

fn codes(outcome: &Outcome) -> String {
    outcome.delivery.faults.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn odd_names_are_carried_like_others() {
    // In an ordered topic one file that cannot be taken would hold up all behind it.
    for slug in [TOY, MASTER] {
        let toy = Toy::new();
        let intake = toy.intake(Memory::new());
        let names: [Vec<u8>; 6] = [
            [vec![b'x'; 251], b".csv".to_vec()].concat(),
            ["調".repeat(83).into_bytes(), b".csv".to_vec()].concat(),
            b"line\nbreak\t\x07.csv".to_vec(),
            b"\x93\xFA\x96\x7B.csv".to_vec(),
            b" ".to_vec(),
            b"-rf *;$(id)`'\".csv".to_vec(),
        ];
        for name in &names {
            let path = toy.dir.join("inbox").join(slug).join(OsString::from_vec(name.clone()));
            std::fs::write(&path, good_csv()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        let outcomes = turn(&toy, &intake, slug).await.unwrap();
        assert_eq!(outcomes.len(), names.len(), "{slug}");
        for outcome in &outcomes {
            assert!(outcome.is_published(), "{}: {}", outcome.delivery.file, codes(outcome));
            assert!(!outcome.delivery.file.chars().any(char::is_control), "{:?}", outcome.delivery.file);
        }
        assert_eq!(toy.files(slug, "done").len(), names.len());
        assert!(turn(&toy, &intake, slug).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_never_waited_for() {
    let toy = Toy::new();
    let intake = toy.intake(Memory::new());
    let inbox = toy.dir.join("inbox").join(TOY);
    std::fs::create_dir_all(inbox.join("1-full/inner")).unwrap();
    std::fs::write(inbox.join("1-full/inner/a.csv"), good_csv()).unwrap();
    let made = Command::new("mkfifo").arg(inbox.join("2-pipe.csv")).status().unwrap();
    assert!(made.success());
    symlink("nowhere", inbox.join("3-dangling.csv")).unwrap();
    symlink(&inbox, inbox.join("4-circle")).unwrap();
    symlink("/dev/zero", inbox.join("5-endless.csv")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(inbox.join("6-socket.csv")).unwrap();
    // Beside a good file: control files that are none.
    toy.drop_file(TOY, "7-good.csv", good_csv());
    assert!(Command::new("mkfifo").arg(inbox.join("7-good.csv.ctl")).status().unwrap().success());
    let mut found: Vec<(String, String)> =
        turn(&toy, &intake, TOY).await.unwrap().iter().map(|outcome| (outcome.delivery.file.clone(), codes(outcome))).collect();
    found.sort();
    let expected = [
        ("1-full", "FILE_NOT_REGULAR"),
        ("2-pipe.csv", "FILE_NOT_REGULAR"),
        ("3-dangling.csv", "FILE_IS_LINK"),
        ("4-circle", "FILE_IS_LINK"),
        ("5-endless.csv", "FILE_IS_LINK"),
        ("6-socket.csv", "FILE_NOT_REGULAR"),
        ("7-good.csv", "CONTROL_UNREADABLE"),
    ];
    assert_eq!(found, expected.map(|(file, code)| (file.to_owned(), code.to_owned())));
    assert!(toy.files(TOY, "rejected").iter().any(|name| name.ends_with("_1-full/inner/a.csv")), "a folder is kept as it is");
    assert!(turn(&toy, &intake, TOY).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_that_grows_is_left_alone() {
    let toy = Toy::new();
    let settling = ProducerConfig { settle_ms: 60_000, ..toy.config() };
    let archive = Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let intake = Intake::open(settling, toy.registry.clone(), archive, Memory::new(), CancellationToken::new()).unwrap();
    let path = toy.drop_file(TOY, "a.csv", "half");
    let places = Arc::new(tokio::sync::Semaphore::new(2));
    let mut worker = crate::folder::Worker::new(intake, toy.topic(TOY), places, Arc::default());
    for more in ["", "of", "it"] {
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text + more).unwrap();
        assert!(worker.turn().await.unwrap().is_empty());
    }
    assert!(path.exists());
}
