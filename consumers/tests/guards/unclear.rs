//! 送信結果不明: nobody knows whether the file arrived. No machine goes on, and no person alone.

use renkei_consumers::outbound::{FileState, Found, OutboundError};

use crate::toy::Toy;

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
    let again =
        toy.exporter.resolve_unknown(file.id, "鈴木", Found::NotArrived, "銀行に確認", "未着と回答（田中氏）").await.unwrap();
    assert_eq!(again.state, FileState::Delivered);
    assert_eq!(toy.outbox(), ["20261125-001"]);
    toy.exporter.mark_unknown(file.id, "佐藤", "受領書が来ない").await.unwrap();
    let arrived = toy.exporter.resolve_unknown(file.id, "鈴木", Found::Arrived, "銀行に確認", "").await.unwrap();
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

/// Marking a payment file as unknown and then as not arrived would put it out a second time: two persons, and the bank's word.
#[tokio::test]
async fn one_person_cannot_put_a_payment_file_out_a_second_time() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    toy.exporter.mark_unknown(file.id, "sato", "媒体が行方不明").await.unwrap();
    let not_arrived =
        async |who: &str, said: &str| toy.exporter.resolve_unknown(file.id, who, Found::NotArrived, "x", said).await;
    for same in ["sato", "ＳＡＴＯ", "sato\u{3000}"] {
        let refused = not_arrived(same, "未着と回答").await.unwrap_err();
        assert_eq!(Toy::rule(&refused), "redelivery_by_second_person", "{same}");
    }
    assert_eq!(Toy::rule(&not_arrived("鈴木", " ").await.unwrap_err()), "redelivery_needs_confirmation");
    // Not by SQL either.
    for (sql, rule) in [
        ("state = 'released', resolved_by = 'sato', resolution = 'x'", "redelivery_by_second_person"),
        ("state = 'released', resolved_by = 'suzuki'", "redelivery_needs_confirmation"),
        ("unknown_by = 'suzuki'", "file_unknown_is_signed"),
    ] {
        assert_eq!(toy.db.refused(&format!("update export.file set {sql} where id = {}", file.id)).await, rule);
    }
    assert_eq!(toy.state(file.id).await, "unknown");
    let again = not_arrived("鈴木", "11/26 田中氏: 未着").await.unwrap();
    assert_eq!((again.state, again.resolution.as_deref()), (FileState::Delivered, Some("11/26 田中氏: 未着")));
}

/// When the program marks a delivery that is gone, whoever released the file may be the one who took it.
#[tokio::test]
async fn who_released_a_file_that_is_gone_cannot_release_it_again_alone() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    toy.db.tamper(&format!("update export.file set state = 'released', delivered_at = null where id = {}", file.id)).await;
    std::fs::remove_dir_all(toy.outbox_folder().join("20261125-001")).unwrap();
    let found = toy.exporter.deliver_pending().await.unwrap();
    assert_eq!(found[0].unknown_by.as_deref(), Some("renkei"));
    let refused = toy.exporter.resolve_unknown(file.id, "佐藤", Found::NotArrived, "x", "未着と回答").await.unwrap_err();
    assert_eq!(Toy::rule(&refused), "redelivery_by_second_person");
    assert_eq!(toy.outbox(), Vec::<String>::new());
}
