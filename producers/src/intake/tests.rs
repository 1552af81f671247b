//! Files in, messages out: good, bad, wrong totals, shapes, places, and going on after a failure.

use std::os::unix::fs::symlink;
use std::sync::atomic::Ordering;

use renkei_core::message::{Rejection, chunk_message_id};

use super::*;
use crate::delivery::Controls;
use crate::intake::claim::HandedIn;
use crate::send::send;
use crate::testing::{BAD_CSV, MASTER, Memory, TOY, Toy, good_csv, turn};

fn codes(delivery: &Delivery) -> Vec<&str> {
    delivery.faults.iter().map(|fault| fault.code.as_str()).collect()
}

/// Drops one file and carries it.
async fn carried(name: &str, bytes: impl AsRef<[u8]>) -> (Toy, Arc<Memory>, Outcome) {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    toy.drop_file(TOY, name, bytes);
    let mut outcomes = turn(&toy, &intake, TOY).await.unwrap();
    assert_eq!(outcomes.len(), 1);
    (toy, memory, outcomes.remove(0))
}

#[tokio::test]
async fn a_good_file_becomes_chunks_and_moves_to_done() {
    let (toy, memory, outcome) = carried("調定 10月.csv", good_csv()).await;
    let delivery = &outcome.delivery;
    assert!(outcome.is_published(), "{:?}", delivery.faults);
    assert_eq!((delivery.records, delivery.yen, delivery.chunks(), delivery.layout.as_str()), (7, 2_800, 3, "listed"));
    let records = memory.records(delivery.delivery);
    assert_eq!(records.len(), 7);
    assert_eq!(
        (&records[1]["code"], &records[1]["amount"], &records[1]["memo"]),
        (&"0002".into(), &"200".into(), &"玩具, 2".into())
    );
    assert_eq!(records[1]["line"], 3);
    let messages = memory.messages();
    assert_eq!(messages.len(), 3);
    for message in &messages {
        let envelope = renkei_core::message::Envelope::from_headers(&message.headers).unwrap();
        assert_eq!((envelope.chunks, envelope.records, envelope.yen, envelope.file.as_str()), (3, 7, 2_800, "調定 10月.csv"));
        assert_eq!(message.message_id, chunk_message_id(delivery.delivery, envelope.chunk));
        assert_eq!((message.routing_key.as_str(), message.kind.as_str()), ("in.90_toy", "records"));
    }
    let done = format!("{}/{}_調定_10月.csv", delivery.received_on(), delivery.delivery);
    assert_eq!(toy.files(TOY, "done"), [done]);
    assert_eq!(toy.files(TOY, "processing"), Vec::<String>::new());
    let archived = Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let key = renkei_core::archive::ArchiveKey::parse(&delivery.archive).unwrap();
    assert_eq!(archived.get_bytes(&key).await.unwrap(), good_csv().as_bytes());
}

#[tokio::test]
async fn a_bad_file_becomes_one_rejection_with_every_fault_and_an_error_list() {
    let (toy, memory, outcome) = carried("bad.csv", BAD_CSV).await;
    let delivery = &outcome.delivery;
    assert_eq!(delivery.stage, Stage::Rejected);
    let messages = memory.messages();
    assert_eq!((messages.len(), messages[0].kind.as_str()), (1, "rejection"), "not a single record");
    let rejection: Rejection = serde_json::from_slice(&messages[0].body).unwrap();
    assert_eq!(rejection.faults_total, delivery.faults_total);
    assert!(rejection.faults_total >= 4 && rejection.faults.len() <= 5, "{rejection:?}");
    let name = format!("{}_bad.csv", delivery.delivery);
    assert_eq!(toy.files(TOY, "rejected"), [name.clone(), format!("{name}.errors.csv"), format!("{name}.errors.txt")]);
    let list = std::fs::read_to_string(toy.dir.join("inbox/90_toy/rejected").join(format!("{name}.errors.csv"))).unwrap();
    assert!(list.starts_with("\u{FEFF}\"行\"") && list.lines().count() > 3, "{list}");
    for fault in &rejection.faults {
        assert!(renkei_core::catalogue::is_known(&fault.code), "{} is not in the catalogue", fault.code);
        assert!(list.contains(&fault.code), "{} is not in the list", fault.code);
    }
}

#[tokio::test]
async fn control_totals_agree_or_the_file_is_refused() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    toy.drop_file(TOY, "a.csv", good_csv());
    toy.drop_file(TOY, "a.csv.ctl", r#"{"if":"90","count":7,"sum":2800}"#);
    let right = turn(&toy, &intake, TOY).await.unwrap().remove(0);
    assert!(right.is_published(), "{:?}", right.delivery.faults);
    assert!(toy.files(TOY, "done").iter().any(|name| name.ends_with("_a.csv.ctl")), "the control file is kept beside");
    toy.drop_file(TOY, "a.csv", good_csv());
    toy.drop_file(TOY, "a.csv.ctl", r#"{"if":"90","count":7,"sum":2801}"#);
    let off = turn(&toy, &intake, TOY).await.unwrap().remove(0);
    assert_eq!((off.delivery.stage, codes(&off.delivery)), (Stage::Rejected, vec!["CONTROL_SUM"]));
    assert_ne!(off.delivery.delivery, right.delivery.delivery, "the same name again is another delivery");
    toy.drop_file(TOY, "a.csv", good_csv());
    toy.drop_file(TOY, "a.csv.ctl", "count=7");
    let unreadable = turn(&toy, &intake, TOY).await.unwrap().remove(0);
    assert_eq!(codes(&unreadable.delivery), ["CONTROL_UNREADABLE"]);
    assert!(!toy.dir.join("inbox/90_toy/a.csv.ctl").exists());
}

#[tokio::test]
async fn what_is_no_file_is_refused_clearly() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    toy.drop_file(TOY, "1-empty.csv", "");
    toy.drop_file(TOY, "2-large.csv", vec![b'x'; 100_001]);
    std::fs::create_dir(toy.dir.join("inbox/90_toy/3-folder")).unwrap();
    let secret = toy.dir.join("elsewhere.csv");
    std::fs::write(&secret, good_csv()).unwrap();
    symlink(&secret, toy.dir.join("inbox/90_toy/4-link.csv")).unwrap();
    let mut found: Vec<(String, String)> = Vec::new();
    for outcome in turn(&toy, &intake, TOY).await.unwrap() {
        assert_eq!(outcome.delivery.stage, Stage::Rejected);
        found.push((outcome.delivery.file.clone(), codes(&outcome.delivery).join(",")));
    }
    found.sort();
    let expected = [
        ("1-empty.csv", "FILE_ZERO_BYTES"),
        ("2-large.csv", "FILE_TOO_LARGE"),
        ("3-folder", "FILE_NOT_REGULAR"),
        ("4-link.csv", "FILE_IS_LINK"),
    ];
    assert_eq!(found, expected.map(|(file, code)| (file.to_owned(), code.to_owned())));
    assert!(secret.exists() && memory.messages().iter().all(|message| message.kind == "rejection"));
}

#[tokio::test]
async fn the_shape_is_found_by_the_look_of_the_file() {
    for (bytes, layout) in [
        (good_csv(), "listed"),
        ("0001,100,a\r\n0002,200,b\r\n".to_owned(), "bare"),
        ("0001000000100\r\n0002000000200\r\n".to_owned(), "coded"),
        (r#"[{"番号":"0001","金額":300}]"#.to_owned(), "items"),
    ] {
        let (_, _, outcome) = carried("x", &bytes).await;
        assert!(outcome.is_published(), "{layout}: {:?}", outcome.delivery.faults);
        assert_eq!((outcome.delivery.layout.as_str(), outcome.delivery.yen), (layout, 300.max(outcome.delivery.yen)));
    }
    let (_, _, nearest) = carried("x", "番号,金客,摘要\r\n0001,100,a\r\n").await;
    assert_eq!(
        (nearest.delivery.stage, nearest.delivery.layout.as_str()),
        (Stage::Rejected, "listed"),
        "the nearest shape is told about"
    );
}

#[tokio::test]
async fn a_delivery_that_could_not_be_published_goes_on_with_the_same_ids_and_bytes() {
    let (toy, memory) = (Toy::new(), Memory::new());
    memory.limit.store(1, Ordering::Relaxed);
    toy.drop_file(TOY, "a.csv", good_csv());
    let intake = toy.intake(memory.clone());
    let error = turn(&toy, &intake, TOY).await.unwrap_err();
    assert_eq!(error.verdict(), Verdict::Retry);
    assert_eq!(toy.files(TOY, "done"), Vec::<String>::new());
    let before = memory.messages();
    assert_eq!(before.len(), 1);
    memory.limit.store(0, Ordering::Relaxed);
    // A new process: nothing but the directories is left.
    let again = turn(&toy, &toy.intake(memory.clone()), TOY).await.unwrap().remove(0);
    assert!(again.is_published());
    assert!(memory.distinct().contains_key(&before[0].message_id), "published under the id of before");
    assert_eq!((memory.distinct().len(), memory.records(again.delivery.delivery).len()), (3, 7));
}

#[tokio::test]
async fn lost_or_damaged_chunks_are_made_again_from_the_original() {
    for damage in [None, Some(b"\0\0\0\x02[]".as_slice())] {
        let (toy, memory) = (Toy::new(), Memory::new());
        memory.limit.store(1, Ordering::Relaxed);
        toy.drop_file(TOY, "a.csv", good_csv());
        turn(&toy, &toy.intake(memory.clone()), TOY).await.unwrap_err();
        let spool = toy.files(TOY, "processing").into_iter().find(|path| path.ends_with("/chunks")).unwrap();
        let spool = toy.dir.join("inbox/90_toy/processing").join(spool);
        match damage {
            None => std::fs::remove_file(spool).unwrap(),
            Some(bytes) => std::fs::write(spool, bytes).unwrap(),
        }
        memory.limit.store(0, Ordering::Relaxed);
        let again = turn(&toy, &toy.intake(memory.clone()), TOY).await.unwrap().remove(0);
        assert_eq!((memory.distinct().len(), memory.records(again.delivery.delivery).len()), (3, 7));
    }
}

#[tokio::test]
async fn ordered_files_go_in_order_and_nothing_overtakes() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let now = std::time::SystemTime::now();
    for (name, age_s) in [("new.csv", 10), ("old-b.csv", 20), ("old-a.csv", 20)] {
        let path = toy.drop_file(MASTER, name, good_csv());
        let file = std::fs::File::options().append(true).open(path).unwrap();
        file.set_modified(now - Duration::from_secs(age_s)).unwrap();
    }
    memory.limit.store(1, Ordering::Relaxed);
    turn(&toy, &intake, MASTER).await.unwrap_err();
    memory.limit.store(0, Ordering::Relaxed);
    let outcomes = turn(&toy, &intake, MASTER).await.unwrap();
    let order: Vec<&str> = outcomes.iter().map(|outcome| outcome.delivery.file.as_str()).collect();
    assert_eq!(order, ["old-a.csv", "old-b.csv", "new.csv"]);
}

#[tokio::test]
async fn a_file_sent_by_hand_is_copied_and_carried_with_its_totals() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let file = toy.dir.join("手渡し.csv");
    std::fs::write(&file, good_csv()).unwrap();
    let steps = Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = steps.clone();
    let progress: OnProgress = Arc::new(move |step| kept.lock().unwrap().push(step));
    let with = |sum| HandedIn {
        sender: "cli:sato".to_owned(),
        controls: Some(Controls { count: Some(7), sum: Some(sum), ..Controls::default() }),
        ..HandedIn::default()
    };
    for topic in [TOY, MASTER] {
        let outcome = send(&intake, topic, &file, with(2_800), Some(progress.clone())).await.unwrap();
        assert!(outcome.is_published());
        assert_eq!((outcome.delivery.file.as_str(), outcome.delivery.sender.as_str()), ("手渡し.csv", "cli:sato"));
        let record = intake.find(outcome.delivery.delivery).unwrap().unwrap();
        assert_eq!(record, outcome.delivery, "the status is kept");
    }
    let steps = steps.lock().unwrap().clone();
    assert!(steps.contains(&Progress::Archived) && steps.contains(&Progress::Publishing { done: 3, of: 3 }), "{steps:?}");
    assert!(file.exists());
    let off = send(&intake, TOY, &file, with(2_799), None).await.unwrap();
    assert_eq!(codes(&off.delivery), ["CONTROL_SUM"]);
    let unknown = HandedIn { variant: Some("other".to_owned()), ..HandedIn::default() };
    assert_eq!(codes(&send(&intake, TOY, &file, unknown, None).await.unwrap().delivery), ["LAYOUT_UNKNOWN"]);
    let error = send(&intake, "93_none", &file, HandedIn::default(), None).await.unwrap_err();
    assert!(error.to_string().contains("no such topic"), "{error}");
}

#[tokio::test]
async fn a_layout_changed_half_way_ends_in_a_rejection() {
    let (toy, memory) = (Toy::new(), Memory::new());
    memory.limit.store(1, Ordering::Relaxed);
    toy.drop_file(TOY, "a.csv", good_csv());
    turn(&toy, &toy.intake(memory.clone()), TOY).await.unwrap_err();
    let layout = toy.dir.join("integrations/90_toy/layouts/listed.toml");
    let text = std::fs::read_to_string(&layout).unwrap().replace("\"memo\"", "\"remark\"");
    std::fs::write(&layout, text).unwrap();
    let spool = toy.files(TOY, "processing").into_iter().find(|path| path.ends_with("/chunks")).unwrap();
    std::fs::remove_file(toy.dir.join("inbox/90_toy/processing").join(spool)).unwrap();
    memory.limit.store(0, Ordering::Relaxed);
    let changed = toy.read_again();
    let outcome = turn(&changed, &changed.intake(memory.clone()), TOY).await.unwrap().remove(0);
    assert_eq!((outcome.delivery.stage, codes(&outcome.delivery)), (Stage::Rejected, vec!["DELIVERY_LAYOUT_CHANGED"]));
    let kinds: Vec<String> = memory.messages().into_iter().map(|message| message.kind).collect();
    assert_eq!(kinds, ["records", "rejection"]);
}

#[tokio::test]
async fn a_refused_file_is_archived_even_when_only_its_control_file_is_wrong() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    toy.drop_file(TOY, "a.csv", BAD_CSV);
    toy.drop_file(TOY, "a.csv.ctl", "{}{}");
    let outcome = turn(&toy, &intake, TOY).await.unwrap().remove(0);
    assert_eq!(outcome.delivery.faults[0].code, "CONTROL_UNREADABLE");
    assert!(outcome.delivery.faults.len() > 1 && !outcome.delivery.archive.is_empty(), "{:?}", outcome.delivery);
}

/// The one claim of the folder.
fn only_claim(toy: &Toy) -> std::path::PathBuf {
    let processing = toy.dir.join("inbox/90_toy/processing");
    let claims = std::fs::read_dir(processing).unwrap().map(|entry| entry.unwrap().path());
    claims.filter(|path| path.is_dir()).collect::<Vec<_>>().remove(0)
}

#[tokio::test]
async fn a_delivery_that_fails_every_time_by_our_fault_is_refused() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let file = toy.drop_file(TOY, "a.csv", good_csv());
    let station = intake.inbox(&toy.topic(TOY)).unwrap().clone();
    let mut claim = claim::dropped(&station, TOY, &file, Vec::new()).unwrap().unwrap();
    let fault = || IntakeError::Orphan { path: "somewhere".into() };
    for _ in 0..2 {
        intake.note_failure(&mut claim, &fault());
        assert_eq!(claim.delivery.stage, Stage::Claimed, "it may go well the next time");
    }
    let delivery = claim.delivery.delivery;
    intake.note_failure(&mut claim, &IntakeError::Stopping { delivery });
    assert_eq!(claim.delivery.failures, 2, "what is no fault of ours is not counted");
    intake.note_failure(&mut claim, &fault());
    drop(claim);
    let refused = turn(&toy, &intake, TOY).await.unwrap().remove(0);
    assert_eq!((refused.delivery.stage, codes(&refused.delivery)), (Stage::Rejected, vec!["DELIVERY_FAILED"]));
    assert_eq!(memory.messages().len(), 1);
}

#[tokio::test]
async fn a_delivery_that_failed_pauses_and_is_carried_later() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let config = ProducerConfig { retry_ms: 60_000, ..toy.config() };
    let archive = Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let intake = Intake::open(config, toy.registry.clone(), archive, memory.clone(), CancellationToken::new()).unwrap();
    let mut worker =
        crate::folder::Worker::new(intake.clone(), toy.topic(TOY), Arc::new(tokio::sync::Semaphore::new(2)), Arc::default());
    toy.drop_file(TOY, "a.csv", good_csv());
    // In the way of the chunks.
    let station = intake.inbox(&toy.topic(TOY)).unwrap().clone();
    let claim = claim::dropped(&station, TOY, &toy.dir.join("inbox/90_toy/a.csv"), Vec::new()).unwrap().unwrap();
    let chunks = claim.spool();
    std::fs::create_dir(&chunks).unwrap();
    drop(claim);
    assert!(worker.turn().await.unwrap().is_empty());
    std::fs::remove_dir(&chunks).unwrap();
    assert!(worker.turn().await.unwrap().is_empty(), "it was tried again without a pause");
    assert!(only_claim(&toy).exists());
    assert_eq!(turn(&toy, &intake, TOY).await.unwrap().len(), 1, "another worker need not wait");
}

#[tokio::test]
async fn the_role_watches_orders_and_stops() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let archive = Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let config = ProducerConfig { poll_ms: 5, ..toy.config() };
    let shutdown = CancellationToken::new();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let running = tokio::spawn(crate::run(config, toy.registry.clone(), archive, memory.clone(), shutdown.clone(), begun));
    begins.await.unwrap();
    for slug in [TOY, MASTER] {
        toy.drop_file(slug, "a.csv", good_csv());
    }
    let is_done =
        || [TOY, MASTER].iter().all(|slug| toy.files(slug, "processing").is_empty() && toy.files(slug, "done").len() == 1);
    for _ in 0..10_000 {
        if is_done() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shutdown.cancel();
    running.await.unwrap().unwrap();
    assert!(is_done() && memory.distinct().len() == 6, "{:?}", memory.messages());
    let wrong = ProducerConfig { poll_ms: 0, ..toy.config() };
    let archive = Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let refused =
        crate::run(wrong, toy.registry.clone(), archive, memory, shutdown, tokio::sync::oneshot::channel().0).await.unwrap_err();
    assert!(refused.to_string().contains("poll_ms"), "{refused}");
}
