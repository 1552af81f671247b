//! After the release: the ledger and the outbox.

use renkei_consumers::outbound::{FileState, OutboundError};

use renkei_core::verdict::{Classify, Verdict};

use crate::toy::{Toy, sha};

#[tokio::test]
async fn a_release_books_the_ledger_once_and_a_void_takes_it_back_and_frees_the_claims() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    let booked = "select coalesce(sum(debit), 0)::bigint from ledger.trial_balance where account = '2101'";
    assert_eq!(toy.db.one::<i64>(booked).await, 321_000);

    for (reason, confirmation, rule) in
        [("", "銀行の田中氏に電話で確認", "file_void_needs_reason"), ("二重", " ", "file_void_needs_confirmation")]
    {
        match toy.exporter.void(file.id, "鈴木", reason, confirmation).await.unwrap_err() {
            OutboundError::Rule { constraint, .. } => assert_eq!(constraint, rule),
            other => panic!("{other}"),
        }
    }
    assert_eq!(toy.claims().await, 3);

    let void = toy.exporter.void(file.id, "鈴木", "振込日の誤り", "11/25 銀行の田中氏に電話で確認。未処理").await.unwrap();
    assert_eq!((void.state, toy.claims().await), (FileState::Void, 0));
    let net = "select (sum(debit) - sum(credit))::bigint from ledger.trial_balance where account = '2101'";
    assert_eq!(toy.db.one::<i64>(net).await, 0);
    assert_eq!(toy.outbox(), ["20261125-001.void"]);

    let again = toy.released("again").await;
    assert_eq!((again.count, again.total, again.seq_of_day), (Some(3), Some(321_000), Some(2)));
    assert_eq!(sha(&again), sha(&file));
    // A second void would free what the second file carries.
    assert!(matches!(toy.exporter.void(file.id, "鈴木", "もう一度", "はい").await, Err(OutboundError::State { .. })));
    assert_eq!(
        toy.db.refused(&format!("update export.file set void_reason = 'x' where id = {}", file.id)).await,
        "file_step_known"
    );
    assert_eq!(toy.claims().await, 3);
}

#[tokio::test]
async fn an_occupied_outbox_is_not_overwritten() {
    let toy = Toy::new().await;
    let file = toy.make("a").await;
    toy.exporter.approve(file.id, "鈴木", sha(&file)).await.unwrap();
    let place = toy.outbox_folder().join("20261125-001");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("PAY_20261130_001.csv"), b"something else").unwrap();
    let refused = toy.exporter.release(file.id, "佐藤").await.unwrap_err();
    assert!(matches!(refused, OutboundError::OutboxOccupied { .. }), "{refused}");
    assert_eq!(std::fs::read(place.join("PAY_20261130_001.csv")).unwrap(), b"something else");
    assert_eq!(toy.state(file.id).await, "released");

    std::fs::remove_dir_all(&place).unwrap();
    assert_eq!(toy.exporter.deliver_pending().await.unwrap()[0].state, FileState::Delivered);
}

#[tokio::test]
async fn the_manifest_says_what_was_released() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    let text = std::fs::read_to_string(toy.outbox_folder().join("20261125-001/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(manifest["sha256"], sha(&file));
    assert_eq!((manifest["count"].as_i64(), manifest["total"].as_i64()), (Some(3), Some(321_000)));
    assert_eq!(
        (&manifest["made_by"], &manifest["approved_by"], &manifest["release"]),
        (&"佐藤".into(), &"鈴木".into(), &file.run.to_string().into())
    );
}

/// The file was approved for its day; a release after it is refused by the folder, in a sentence.
#[tokio::test]
async fn a_release_that_the_folder_refuses_changes_nothing_and_says_why() {
    let toy = Toy::new().await;
    let file = toy.make("a").await;
    toy.exporter.approve(file.id, "鈴木", sha(&file)).await.unwrap();
    let refused = toy.on(jiff::civil::date(2026, 12, 1)).release(file.id, "佐藤").await.unwrap_err();
    assert_eq!(refused.code(), "TRANSFER_DATE_TOO_EARLY");
    assert!(refused.to_string().contains("release.sql refuses it: the pay date 2026-11-30 is too near"), "{refused}");
    assert_eq!(refused.verdict(), Verdict::Reject);
    assert_eq!((toy.state(file.id).await, toy.outbox()), ("approved".to_owned(), vec![]));
    assert_eq!(toy.exporter.release(file.id, "佐藤").await.unwrap().state, FileState::Delivered);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_deliver_at_once_make_one_delivery() {
    let toy = Toy::new().await;
    let file = toy.waiting("a").await;
    let delivered = futures_util::future::join_all((0..4).map(|_| toy.exporter.deliver_pending())).await;
    let delivered: usize = delivered.into_iter().map(|files| files.unwrap().len()).sum();
    assert_eq!((delivered, toy.outbox(), toy.state(file.id).await), (1, vec!["20261125-001".to_owned()], "delivered".to_owned()));
    assert_eq!(toy.db.one::<i64>("select count(*) from export.delivery where kind = 'placing'").await, 1);
}
