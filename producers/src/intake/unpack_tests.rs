//! Archives in: each member is a delivery of its own, a hostile archive is one rejection, and a control file goes where it belongs.

use renkei_core::message::member_delivery_id;

use super::*;
use crate::intake::claim::HandedIn;
use crate::testing::{BAD_CSV, MASTER, Memory, TOY, Toy, good_csv, turn, zip_of};

fn codes(delivery: &Delivery) -> Vec<&str> {
    delivery.faults.iter().map(|fault| fault.code.as_str()).collect()
}

async fn only(toy: &Toy, intake: &Arc<Intake>, slug: &str) -> Delivery {
    let mut outcomes = turn(toy, intake, slug).await.unwrap();
    assert_eq!(outcomes.len(), 1);
    outcomes.remove(0).delivery
}

#[tokio::test]
async fn each_member_is_a_delivery_of_its_own() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let good = good_csv();
    let bytes = zip_of(&[
        ("R6/一.csv", good.as_bytes()),
        ("bad.csv", BAD_CSV.as_bytes()),
        ("__MACOSX/._x", b"x"),
        ("三.csv", good.as_bytes()),
    ]);
    toy.drop_file(TOY, "落札.zip", &bytes);
    let archive = only(&toy, &intake, TOY).await;
    assert_eq!(archive.stage, Stage::Unpacked, "{:?}", archive.faults);
    let ends: Vec<_> = archive.members.iter().map(|member| (member.file.as_str(), member.stage, member.records)).collect();
    assert_eq!(ends, [("一.csv", Stage::Published, 7), ("bad.csv", Stage::Rejected, 4), ("三.csv", Stage::Published, 7)]);
    for (place, member) in archive.members.iter().enumerate() {
        assert_eq!(member.delivery, member_delivery_id(archive.delivery, place));
        let record = intake.find(member.delivery).unwrap().unwrap();
        assert_eq!(
            record.parent.as_ref().map(|parent| (parent.delivery, parent.file.as_str())),
            Some((archive.delivery, "落札.zip"))
        );
        assert_eq!((record.sender.as_str(), &record.received_at), ("folder:90_toy", &archive.received_at));
        assert_ne!(record.archive, archive.archive, "the member is kept beside the archive");
    }
    let kept = Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let key = renkei_core::archive::ArchiveKey::parse(&archive.archive).unwrap();
    assert_eq!(kept.get_bytes(&key).await.unwrap(), bytes, "the archive as it came");
    assert_eq!((toy.files(TOY, "done").len(), toy.files(TOY, "rejected").len()), (3, 3));
    assert_eq!(memory.distinct().len(), 3 + 1 + 3, "chunks of two members and one rejection");
    assert!(turn(&toy, &intake, TOY).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_hostile_archive_is_one_rejection() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let (good, csv) = (good_csv(), ("../../a.csv", b"x".as_slice()));
    let mut broken = zip_of(&[("a.csv", good.as_bytes())]);
    broken[50] ^= 1;
    let many: Vec<(String, Vec<u8>)> = (0..6).map(|at| (format!("{at}.csv"), b"1".to_vec())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    for (bytes, code) in [
        (zip_of(&[("ok.csv", good.as_bytes()), csv]), "ZIP_NAME"),
        (broken, "ZIP_DAMAGED"),
        (zip_of(&many), "ZIP_MEMBERS"),
        (zip_of(&[("in.zip", &zip_of(&[csv]))]), "ZIP_NESTED"),
        (zip_of(&[("xl/workbook.xml", b"<x/>")]), "ZIP_IS_WORKBOOK"),
        (zip_of(&[("large.csv", &[b'x'; 100_001])])[..99_999].to_vec(), "ZIP_BROKEN"),
        (zip_of(&[]), "ZIP_EMPTY"),
    ] {
        let before = memory.messages().len();
        toy.drop_file(TOY, "a.zip", bytes);
        let delivery = only(&toy, &intake, TOY).await;
        assert_eq!((delivery.stage, codes(&delivery)), (Stage::Rejected, vec![code]));
        let messages = memory.messages();
        assert_eq!(
            (messages.len() - before, messages[before].kind.as_str()),
            (1, "rejection"),
            "{code}: nothing of it is handed on"
        );
    }
    let list = toy.files(TOY, "rejected").into_iter().find(|name| name.ends_with(".errors.txt")).unwrap();
    let text = std::fs::read_to_string(toy.dir.join("inbox/90_toy/rejected").join(list)).unwrap();
    assert!(text.contains("ZIP"), "{text}");
}

#[tokio::test]
async fn a_topic_that_takes_no_archives_says_so() {
    let toy = Toy::new();
    let queues = toy.dir.join("queues.toml");
    std::fs::write(&queues, std::fs::read_to_string(&queues).unwrap().replace("unpack = \"zip\"\n", "")).unwrap();
    let toy = toy.read_again();
    let intake = toy.intake(Memory::new());
    toy.drop_file(TOY, "a.zip", zip_of(&[("a.csv", good_csv().as_bytes())]));
    assert_eq!(codes(&only(&toy, &intake, TOY).await), ["ZIP_NOT_TAKEN"]);
    toy.drop_file(TOY, "a.xlsx", zip_of(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")]));
    assert_eq!(codes(&only(&toy, &intake, TOY).await), ["ZIP_IS_WORKBOOK"]);
}

#[tokio::test]
async fn what_is_stated_goes_to_the_one_file() {
    let (toy, good) = (Toy::new(), good_csv());
    let intake = toy.intake(Memory::new());
    let one = zip_of(&[("a.csv", good.as_bytes())]);
    toy.drop_file(TOY, "1.zip", &one);
    toy.drop_file(TOY, "1.zip.ctl", r#"{"if":"90","count":7,"sum":2801}"#);
    let archive = only(&toy, &intake, TOY).await;
    let member = intake.find(archive.members[0].delivery).unwrap().unwrap();
    assert_eq!((archive.stage, codes(&member)), (Stage::Unpacked, vec!["CONTROL_SUM"]));
    toy.drop_file(TOY, "2.zip", zip_of(&[("a.csv", good.as_bytes()), ("b.csv", good.as_bytes())]));
    toy.drop_file(TOY, "2.zip.ctl", r#"{"if":"91","count":14}"#);
    assert_eq!(codes(&only(&toy, &intake, TOY).await), ["CONTROL_NUMBER", "ZIP_CONTROLS"]);
    toy.drop_file(TOY, "3.zip", &one);
    toy.drop_file(TOY, "3.zip.ctl", format!(r#"{{"sha256":"{}"}}"#, "0".repeat(64)));
    assert_eq!(codes(&only(&toy, &intake, TOY).await), ["CONTROL_SHA256"]);
}

#[tokio::test]
async fn nothing_overtakes_the_members_of_an_archive() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let good = good_csv();
    toy.drop_file(MASTER, "1.zip", zip_of(&[("a.csv", good.as_bytes()), ("b.csv", good.as_bytes())]));
    toy.drop_file(MASTER, "2.csv", &good);
    // The broker goes away in the middle of the second member.
    memory.limit.store(4, std::sync::atomic::Ordering::Relaxed);
    let error = turn(&toy, &intake, MASTER).await.unwrap_err();
    assert!(matches!(&error, IntakeError::Member { member, .. } if member == "b.csv"), "{error:?}");
    assert_eq!((error.verdict(), error.concerns_all()), (Verdict::Retry, true));
    memory.limit.store(0, std::sync::atomic::Ordering::Relaxed);
    let ended: Vec<String> = turn(&toy, &intake, MASTER).await.unwrap().into_iter().map(|end| end.delivery.file).collect();
    assert_eq!(ended, ["1.zip", "2.csv"]);
    let mut files = Vec::new();
    for message in memory.messages() {
        if files.last() != Some(&message.headers["renkei-file"]) {
            files.push(message.headers["renkei-file"].clone());
        }
    }
    assert_eq!(files, ["a.csv", "b.csv", "2.csv"]);
    assert_eq!(memory.distinct().len(), 9);
}

#[tokio::test]
async fn a_sent_archive_ends_with_its_members() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let path = toy.dir.join("a.zip");
    for (content, is_published) in [(good_csv(), true), (BAD_CSV.to_owned(), false)] {
        std::fs::write(&path, zip_of(&[("a.csv", content.as_bytes())])).unwrap();
        for slug in [TOY, MASTER] {
            let sent = crate::send::send(&intake, slug, &path, HandedIn::default(), None).await.unwrap();
            assert_eq!((sent.delivery.stage, sent.is_published()), (Stage::Unpacked, is_published));
        }
    }
}
