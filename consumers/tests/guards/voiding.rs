//! Void: the claims are free, so the folder must not look as if it could be carried.

use renkei_consumers::outbound::{FileState, OutboundError};

use crate::toy::{PAYMENTS, Toy, order, sha};

const WHY: (&str, &str) = ("振込日の誤り", "11/25 銀行の田中氏に電話で確認。未処理");

#[tokio::test]
async fn a_file_that_never_left_is_voided_without_confirmation() {
    let toy = Toy::new().await;
    let file = toy.make("a").await;
    toy.exporter.approve(file.id, "鈴木", sha(&file)).await.unwrap();
    let void = toy.exporter.void(file.id, "佐藤", "金額の誤り", "").await.unwrap();
    assert_eq!((void.state, toy.claims().await), (FileState::Void, 0));
    assert!(matches!(toy.exporter.release(file.id, "佐藤").await, Err(OutboundError::State { .. })));
}

/// A folder that cannot be marked keeps its file valid: claims and folder agree.
#[tokio::test]
async fn a_void_that_cannot_mark_the_folder_changes_nothing() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    let in_the_way = toy.outbox_folder().join(".20261125-001.part");
    std::fs::write(&in_the_way, "a file where a folder would be").unwrap();
    let refused = toy.exporter.void(file.id, "鈴木", WHY.0, WHY.1).await.unwrap_err();
    assert!(matches!(refused, OutboundError::Outbox { .. }), "{refused}");
    assert_eq!(
        (toy.state(file.id).await, toy.claims().await, toy.outbox()),
        ("delivered".into(), 3, vec!["20261125-001".into()])
    );
    std::fs::remove_file(&in_the_way).unwrap();
    assert_eq!(toy.exporter.void(file.id, "鈴木", WHY.0, WHY.1).await.unwrap().state, FileState::Void);
    assert_eq!((toy.claims().await, toy.outbox()), (0, vec!["20261125-001.void".into()]));
}

#[tokio::test]
async fn a_voided_file_that_is_visible_again_is_swept() {
    let toy = Toy::new().await;
    let file = toy.released("a").await;
    toy.exporter.void(file.id, "鈴木", WHY.0, WHY.1).await.unwrap();
    let folder = toy.outbox_folder();
    std::fs::rename(folder.join("20261125-001.void"), folder.join("20261125-001")).unwrap();
    assert!(toy.exporter.deliver_pending().await.unwrap().is_empty());
    assert_eq!(toy.outbox(), ["20261125-001.void"]);
    // What is not the file's own is left alone.
    std::fs::create_dir(folder.join("20261125-001")).unwrap();
    toy.exporter.deliver_pending().await.unwrap();
    assert_eq!(toy.outbox(), ["20261125-001", "20261125-001.void"]);
    // What was voided long ago is not looked for any more.
    std::fs::remove_dir(folder.join("20261125-001")).unwrap();
    std::fs::rename(folder.join("20261125-001.void"), folder.join("20261125-001")).unwrap();
    toy.db.tamper(&format!("update export.file set voided_at = now() - interval '31 days' where id = {}", file.id)).await;
    toy.exporter.deliver_pending().await.unwrap();
    assert_eq!(toy.outbox(), ["20261125-001"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_void_and_a_delivery_at_once_leave_no_valid_folder() {
    let toy = Toy::new().await;
    let file = toy.waiting("a").await;
    let (void, delivered) = tokio::join!(toy.exporter.void(file.id, "鈴木", WHY.0, WHY.1), toy.exporter.deliver_pending());
    void.unwrap();
    delivered.unwrap();
    assert_eq!((toy.state(file.id).await, toy.claims().await), ("void".into(), 0));
    assert!(toy.outbox().iter().all(|name| name.ends_with(".void")), "{:?}", toy.outbox());
}

/// A transfer date may lie in the next fiscal year: the reversal is of that year too, and after a year is closed there is none.
#[tokio::test]
async fn a_reversal_is_dated_in_the_year_of_its_original() {
    let toy = Toy::new().await;
    let first = toy.released("first").await;
    let closed = toy.on(jiff::civil::date(2027, 6, 1)).void(first.id, "鈴木", WHY.0, WHY.1).await.unwrap_err();
    assert_eq!(Toy::rule(&closed), "reversal_year_is_open");
    assert_eq!((toy.claims().await, toy.outbox()), (3, vec!["20261125-001".into()]));

    toy.db.run("insert into toy.payment (pay_date, payee, amount) values ('2027-04-02', '来年度', 7)").await;
    let file = toy.try_make(order(PAYMENTS, "next", &[("pay_date", "2027-04-02")])).await.unwrap();
    toy.exporter.approve(file.id, "鈴木", sha(&file)).await.unwrap();
    toy.exporter.release(file.id, "佐藤").await.unwrap();
    toy.exporter.void(file.id, "鈴木", WHY.0, WHY.1).await.unwrap();
    let reversal = "select fiscal_year || ' ' || booked_on from ledger.entry where reverses is not null";
    assert_eq!(toy.db.one::<String>(reversal).await, "2027 2027-04-02");
}
