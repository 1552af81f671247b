//! After the release: the ledger, the outbox, void, and 送信結果不明.

use renkei_consumers::outbound::{FileState, Found, OutboundError};

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
async fn a_file_that_never_left_is_voided_without_confirmation() {
    let toy = Toy::new().await;
    let file = toy.make("a").await;
    toy.exporter.approve(file.id, "鈴木", sha(&file)).await.unwrap();
    let void = toy.exporter.void(file.id, "佐藤", "金額の誤り", "").await.unwrap();
    assert_eq!((void.state, toy.claims().await), (FileState::Void, 0));
    assert!(matches!(toy.exporter.release(file.id, "佐藤").await, Err(OutboundError::State { .. })));
}

#[tokio::test]
async fn an_unknown_result_is_never_retried_by_machine() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    assert!(matches!(toy.exporter.mark_unknown(file.id, "佐藤", " ").await, Err(OutboundError::ReasonMissing { .. })));
    toy.exporter.mark_unknown(file.id, "佐藤", "媒体が行方不明").await.unwrap();
    assert!(toy.exporter.deliver_pending().await.unwrap().is_empty());
    assert!(matches!(toy.exporter.release(file.id, "佐藤").await, Err(OutboundError::State { .. })));
    assert_eq!((toy.make("a").await.state, toy.claims().await), (FileState::Unknown, 3));

    std::fs::remove_dir_all(toy.outbox_folder().join("20261125-001")).unwrap();
    let again = toy.exporter.resolve_unknown(file.id, "鈴木", Found::NotArrived, "銀行に確認").await.unwrap();
    assert_eq!(again.state, FileState::Delivered);
    assert_eq!(toy.outbox(), ["20261125-001"]);
    toy.exporter.mark_unknown(file.id, "佐藤", "受領書が来ない").await.unwrap();
    let arrived = toy.exporter.resolve_unknown(file.id, "鈴木", Found::Arrived, "銀行に確認").await.unwrap();
    assert_eq!((arrived.state, arrived.released_at), (FileState::Delivered, file.released_at));
}

/// A delivery that was visible once and is gone is not made again: somebody may have carried it.
#[tokio::test]
async fn a_delivery_that_somebody_took_is_not_made_twice() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    // As after a crash between the rename and the commit, with the folder carried away meanwhile.
    toy.db.tamper(&format!("update export.file set state = 'released', delivered_at = null where id = {}", file.id)).await;
    std::fs::remove_dir_all(toy.outbox_folder().join("20261125-001")).unwrap();
    let found = toy.exporter.deliver_pending().await.unwrap();
    assert_eq!((found.len(), found[0].state), (1, FileState::Unknown));
    assert_eq!(toy.outbox(), Vec::<String>::new());
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
