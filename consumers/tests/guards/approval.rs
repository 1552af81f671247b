//! Two persons, one file: the approval is bound to the bytes and totals that were seen.

use renkei_consumers::outbound::{FileState, OutboundError};
use renkei_core::message::ExportOrder;

use crate::toy::{PAYMENTS, Toy, order, sha};

fn rule(error: &OutboundError) -> &str {
    match error {
        OutboundError::Rule { constraint, .. } => constraint,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_maker_cannot_approve_their_own_file() {
    let toy = Toy::new().await;
    let file = toy.make("a").await;
    let refused = toy.exporter.approve(file.id, "佐藤", sha(&file)).await.unwrap_err();
    assert_eq!(rule(&refused), "approval_not_by_maker");
    assert!(refused.to_string().contains("The maker cannot approve their own file"), "{refused}");
    // Not by SQL either.
    let sql = format!(
        "insert into export.approval (file_id, approver, sha256, count, total)
                       select id, '佐藤', sha256, count, total from export.file where id = {}",
        file.id
    );
    assert_eq!(toy.db.refused(&sql).await, "approval_not_by_maker");
    assert_eq!(toy.state(file.id).await, "generated");
}

#[tokio::test]
async fn a_change_of_letters_does_not_make_another_person() {
    let toy = Toy::new().await;
    let file = toy
        .try_make(ExportOrder { ordered_by: "Sato".to_owned(), ..order(PAYMENTS, "a", &[("pay_date", "2026-11-30")]) })
        .await
        .unwrap();
    assert_eq!(rule(&toy.exporter.approve(file.id, "SATO", sha(&file)).await.unwrap_err()), "approval_not_by_maker");
    assert_eq!(rule(&toy.exporter.approve(file.id, " suzuki", sha(&file)).await.unwrap_err()), "approval_approver_named");
}

#[tokio::test]
async fn nothing_leaves_without_approval() {
    let toy = Toy::new().await;
    let file = toy.make("a").await;
    assert_eq!(rule(&toy.exporter.release(file.id, "佐藤").await.unwrap_err()), "release_needs_approval");
    assert!(matches!(toy.exporter.download(file.id, "佐藤").await, Err(OutboundError::State { .. })));
    assert_eq!((toy.outbox(), toy.state(file.id).await), (vec![], "generated".to_owned()));
}

#[tokio::test]
async fn a_row_changed_after_approval_kills_the_approval() {
    let toy = Toy::new().await;
    let file = toy.make("a").await;
    toy.exporter.approve(file.id, "鈴木", sha(&file)).await.unwrap();
    toy.db.tamper(&format!("update export.file set total = 999 where id = {}", file.id)).await;
    // The database alone refuses it …
    let sql =
        format!("update export.file set state = 'released', released_at = now(), released_by = '佐藤' where id = {}", file.id);
    assert_eq!(toy.db.refused(&sql).await, "release_matches_approval");
    // … and the release ends the approval and says why.
    let refused = toy.exporter.release(file.id, "佐藤").await.unwrap_err();
    assert!(matches!(&refused, OutboundError::ApprovalDead { approver, .. } if approver == "鈴木"), "{refused}");
    assert_eq!(toy.state(file.id).await, "generated");
    assert_eq!(toy.outbox(), Vec::<String>::new());
    let approvals = "select count(*) from export.approval where not live and dead_reason <> ''";
    assert_eq!(toy.db.one::<i64>(approvals).await, 1);
    assert_eq!(toy.db.one::<i64>("select count(*) from audit.event where action = 'export.approval_died'").await, 1);
}

#[tokio::test]
async fn bytes_changed_after_approval_kill_the_approval() {
    let toy = Toy::new().await;
    let file = toy.make("a").await;
    toy.exporter.approve(file.id, "鈴木", sha(&file)).await.unwrap();
    let blob = toy.folder.path().join("archive").join(file.archive.as_deref().unwrap());
    let mut bytes = std::fs::read(&blob).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&blob, bytes).unwrap();
    let refused = toy.exporter.release(file.id, "佐藤").await.unwrap_err();
    assert!(matches!(refused, OutboundError::ApprovalDead { .. }), "{refused}");
    assert_eq!((toy.state(file.id).await, toy.outbox()), ("generated".to_owned(), vec![]));
    assert!(matches!(toy.exporter.approve(file.id, "鈴木", sha(&file)).await, Err(OutboundError::Archive(_))));
}

#[tokio::test]
async fn an_older_file_of_equal_count_and_total_is_not_the_same_file() {
    let toy = Toy::new().await;
    let older = toy.make("older").await;
    toy.db.run("insert into toy.payment (payee, amount) values ('別人', 300000), ('別の人', 20000), ('また別の人', 1000)").await;
    let newer = toy.make("newer").await;
    assert_eq!((older.count, older.total), (newer.count, newer.total));
    let refused = toy.exporter.approve(newer.id, "鈴木", sha(&older)).await.unwrap_err();
    assert!(matches!(refused, OutboundError::NotAsSeen { .. }), "{refused}");
    let sql = format!(
        "insert into export.approval (file_id, approver, sha256, count, total) values ({}, '鈴木', '{}', 3, 321000)",
        newer.id,
        sha(&older)
    );
    assert_eq!(toy.db.refused(&sql).await, "approval_matches_file");
    toy.exporter.approve(older.id, "鈴木", sha(&older)).await.unwrap();
    assert_eq!(rule(&toy.exporter.release(newer.id, "佐藤").await.unwrap_err()), "release_needs_approval");
}

#[tokio::test]
async fn totals_that_the_ledger_no_longer_has_are_not_approved() {
    let toy = Toy::new().await;
    let file = toy.make("a").await;
    toy.db.run("update toy.payment set amount = amount + 1 where id = 1").await;
    let refused = toy.exporter.approve(file.id, "鈴木", sha(&file)).await.unwrap_err();
    assert!(matches!(refused, OutboundError::ReviewDiffers { total: 321_000, review_yen: 321_001, .. }), "{refused}");
}

#[tokio::test]
async fn a_file_of_the_schedule_still_needs_two_persons() {
    let toy = Toy::new().await;
    let file = toy
        .try_make(ExportOrder { ordered_by: "schedule".to_owned(), ..order(PAYMENTS, "a", &[("pay_date", "2026-11-30")]) })
        .await
        .unwrap();
    toy.exporter.approve(file.id, "鈴木", sha(&file)).await.unwrap();
    assert_eq!(rule(&toy.exporter.release(file.id, "鈴木").await.unwrap_err()), "release_by_second_person");
    assert_eq!(toy.exporter.release(file.id, "佐藤").await.unwrap().state, FileState::Delivered);
}

#[tokio::test]
async fn the_approver_sees_the_ledger_s_totals_and_the_last_release() {
    let toy = Toy::new().await;
    let first = toy.released("first").await;
    toy.db.run("insert into toy.payment (payee, amount) values ('あとから', 5)").await;
    let second = toy.make("second").await;
    let detail = toy.exporter.show(second.id).await.unwrap();
    let review = &detail.review.unwrap().rows[0];
    assert_eq!((review.label_ja.as_str(), review.count, review.yen), ("合計", 1, 5));
    let previous = detail.previous.unwrap();
    assert_eq!((previous.id, previous.count_more, previous.total_more), (first.id, -2, -320_995));
    // An order of which the partner takes no more in a file is one order still.
    let part = "insert into export.file overriding system value
                select (jsonb_populate_record(f, jsonb_build_object('id', 100, 'part', 2, 'parts', 2, 'seq_of_day', 100, 'sha256', repeat('1', 64), 'count', 1, 'total', 7))).*
                  from export.file f where f.id = ";
    toy.db.tamper(&format!("{part} {}", first.id)).await;
    let previous = toy.exporter.show(second.id).await.unwrap().previous.unwrap();
    assert_eq!((previous.files, previous.count, previous.total), (2, 4, 321_007));
    assert_eq!((previous.count_more, previous.total_more), (-3, -321_002));
}

#[tokio::test]
async fn fewer_than_twelve_digits_are_not_what_the_approver_saw() {
    let toy = Toy::new().await;
    let file = toy.make("a").await;
    assert!(toy.exporter.approve(file.id, "鈴木", "").await.is_err());
    assert!(toy.exporter.approve(file.id, "鈴木", &sha(&file)[..11]).await.is_err());
    toy.exporter.approve(file.id, "鈴木", &sha(&file)[..12]).await.unwrap();
}
