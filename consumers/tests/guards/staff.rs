//! Pay to staff by payment order: what it consists of, what the law withholds of it, and what becomes of it.

use renkei_consumers::ledger::{self, LedgerError, StaffOrder, StaffPay, Worklist};

use crate::scratch::Scratch;

const TODAY: &str = "2026-10-06";

/// A committee member with another main employer, and somebody whose main post is in the ward; both have creditors.
async fn ward() -> Scratch {
    let db = Scratch::new().await;
    db.run(
        "insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values
             ('01234567', '髙橋', 'タカハシ', '01', 'in_service', '2015-04-01', '2015-04-01'),
             ('02000001', '砧', 'キヌタ', '06', 'in_service', '2024-04-01', '2024-04-01');
         insert into ledger.staff_posting (staff_no, organization, post_kind, rank, valid_from) values
             ('01234567', '12030000', 'main', '40', '2024-04-01'), ('02000001', '12030000', 'main', '90', '2024-04-01');
         insert into ledger.creditor (no, name, kana) values ('0000007001', '髙橋', 'ﾀｶﾊｼ'), ('0000007002', '砧', 'ｷﾇﾀ')",
    )
    .await;
    for (creditor, staff) in [("0000007001", "01234567"), ("0000007002", "02000001")] {
        ledger::link_staff_creditor(&db.pool, creditor, staff, "kaikei").await.unwrap();
    }
    db
}

async fn order(
    db: &Scratch,
    staff_no: &str,
    tax_column: &str,
    parts: &[&str],
    pay_date: &str,
) -> Result<StaffOrder, LedgerError> {
    let parts: Vec<_> = parts.iter().map(|part| part.parse().unwrap()).collect();
    let pay = StaffPay {
        staff_no,
        tax_column,
        pay_date,
        fiscal_year: None,
        fund: "01",
        budget_line: "0201010101",
        organization: None,
        title: "講師報酬",
        parts: &parts,
    };
    ledger::order_staff_pay(&db.pool, &pay, "kakari", TODAY).await
}

/// The rule that refuses it.
async fn refused(db: &Scratch, staff_no: &str, tax_column: &str, parts: &[&str], pay_date: &str) -> String {
    match order(db, staff_no, tax_column, parts, pay_date).await {
        Err(LedgerError::Rule { constraint, .. }) => constraint,
        other => panic!("{parts:?} on {pay_date}: {other:?}"),
    }
}

/// 乙欄 is 3.063 % for who has less than 105,000 yen in the month, not in the payment.
#[tokio::test]
async fn the_limit_of_the_rate_is_one_of_the_month() {
    let db = ward().await;
    let apart = ["01:60000", "02:60000"];
    assert_eq!(refused(&db, "02000001", "2", &apart, "2026-10-15").await, "staff_pay_states_its_tax", "two parts of one order");
    assert_eq!(order(&db, "02000001", "2", &["01:60000"], "2026-10-15").await.unwrap().deducted, 1_837);
    assert_eq!(
        order(&db, "02000001", "2", &["01:44999", "04:90000:0:0:3675"], "2026-10-20").await.unwrap().deducted,
        1_378 + 3_675
    );
    assert_eq!(refused(&db, "02000001", "2", &["01:1"], "2026-10-30").await, "staff_pay_states_its_tax", "104,999 are ordered");
    assert_eq!(order(&db, "02000001", "2", &["01:1:0:0:0"], "2026-10-30").await.unwrap().deducted, 0, "stated");
    assert_eq!(order(&db, "02000001", "2", &["01:60000"], "2026-11-16").await.unwrap().deducted, 1_837, "another month");
    // What is taken back, or came back, is not pay of the month.
    db.run("update ledger.payment_order set state = 'cancelled' where pay_date = '2026-10-15'").await;
    assert_eq!(order(&db, "02000001", "2", &["01:50000"], "2026-10-15").await.unwrap().deducted, 1_531);
}

#[tokio::test]
async fn what_the_law_gives_as_a_rate_is_withheld_to_the_yen() {
    let db = ward().await;
    for (parts, amount, deducted) in [
        (&["01:30000"][..], 30_000, 918),              // 918.9
        (&["01:60000:0:5000"], 60_000, 5_000 + 1_684), // of 55,000: 1684.65
        (&["01:104999"], 104_999, 3_216),              // the last yen below the table
        (&["01:105000:0:0:3600"], 105_000, 3_600),     // the table begins: stated
        (&["01:1", "05:0:1200"], 1_201, 0),            // 0.03; what is not taxable withholds nothing
        (&["04:50000:0:0:2042"], 50_000, 2_042),       // a bonus has a table of its own
    ] {
        let made = order(&db, "02000001", "2", parts, "2026-10-15").await.unwrap();
        assert_eq!((made.amount, made.deducted), (amount, deducted), "{parts:?}");
        db.run("update ledger.payment_order set state = 'cancelled'").await;
    }
    for (column, parts, rule) in [
        ("2", "01:30000:0:0:919", "staff_pay_withholds_by_rate"),
        ("2", "01:105000", "staff_pay_states_its_tax"),
        ("3", "01:9800", "staff_pay_states_its_tax"),
        ("2", "01:0", "staff_payment_is_not_negative"),
        ("2", "04:100:0:0:101", "payment_order_deducts_a_part"),
        ("1", "01:30000:0:0:0", "staff_main_employer_is_ward"),
    ] {
        assert_eq!(refused(&db, "02000001", column, &[parts], "2026-10-15").await, rule, "{column} {parts}");
    }
    let rows: i64 = db.one("select count(*) from ledger.payment_order").await;
    assert_eq!(rows, 6, "what is refused leaves no order behind");
}

#[tokio::test]
async fn a_pay_date_is_a_bank_day_of_an_open_year_and_the_payee_is_known() {
    let db = ward().await;
    for day in ["2026-10-05", "2026-10-12", "2026-12-31"] {
        assert_eq!(refused(&db, "01234567", "1", &["01:1000:0:0:0"], day).await, "staff_pay_day_is_open", "{day}");
    }
    order(&db, "01234567", "1", &["01:1000:0:0:0"], "2026-12-30").await.unwrap();
    db.run("delete from ledger.staff_creditor").await;
    assert_eq!(refused(&db, "01234567", "1", &["01:1000:0:0:0"], "2026-10-15").await, "staff_has_a_creditor");
}

#[tokio::test]
async fn an_order_to_staff_is_not_approved_before_it_says_what_it_consists_of() {
    let db = ward().await;
    db.run(
        "insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by)
         values ('2026P90000001', 2026, '01', '0201010101', '12030000', '0000007001', 5000, '2026-10-15', '立替', 'kakari')",
    )
    .await;
    let numbers = ["2026P90000001".to_owned()];
    let error = ledger::approve_payment_orders(&db.pool, &numbers, "kacho", TODAY).await.unwrap_err();
    assert!(matches!(&error, LedgerError::Rule { constraint, .. } if constraint == "staff_order_is_broken_down"), "{error:?}");
    let made = order(&db, "01234567", "1", &["03:5000:0:0:0"], "2026-10-15").await.unwrap();
    assert_eq!(ledger::approve_payment_orders(&db.pool, &[made.no], "kacho", TODAY).await.unwrap(), 1);
}

#[tokio::test]
async fn paid_and_returned_are_written_down_and_never_paid_is_not() {
    let db = ward().await;
    let mut numbers = Vec::new();
    for _ in 0..2 {
        numbers.push(order(&db, "02000001", "2", &["01:30000"], "2026-10-15").await.unwrap().no);
    }
    ledger::approve_payment_orders(&db.pool, &numbers, "kacho", TODAY).await.unwrap();
    for step in ["state = 'in_file'", "state = 'released'"] {
        db.run(&format!("update ledger.payment_order set {step}")).await;
    }
    db.run(&format!("update ledger.payment_order set state = 'paid' where no = '{}'", numbers[0])).await;
    db.run("update ledger.payment_order set state = 'returned', settled_on = '2026-10-19'").await;

    let rows = Worklist::StaffPayments.rows(&db.pool, 10).await.unwrap();
    let told: Vec<_> =
        rows.iter().map(|row| (row[0].clone().unwrap(), row[5].clone().unwrap(), row[8].clone().unwrap())).collect();
    let row = |day: &str, what: &str, yen: &str| (day.to_owned(), what.to_owned(), yen.to_owned());
    assert_eq!(told, [row("2026-10-15", "paid", "29082"), row("2026-10-19", "returned", "-29082")]);

    let note = ledger::note_staff_payment(&db.pool, &numbers[0], 1, "書面で連絡済", "kaikei");
    assert_eq!(note.await.unwrap(), 2);
    assert!(Worklist::StaffPayments.rows(&db.pool, 10).await.unwrap().is_empty());
    let again = ledger::note_staff_payment(&db.pool, &numbers[0], 1, "もう一度", "kaikei").await.unwrap_err();
    assert!(
        matches!(&again, LedgerError::Rule { constraint, .. } if constraint == "staff_payment_waits_for_a_note"),
        "{again:?}"
    );
}

#[tokio::test]
async fn what_did_not_happen_after_all_is_not_told_and_keeps_nothing_from_being_paid() {
    let db = ward().await;
    let no = order(&db, "02000001", "2", &["01:30000"], "2026-10-15").await.unwrap().no;
    ledger::approve_payment_orders(&db.pool, &[no], "kacho", TODAY).await.unwrap();
    let step = async |state: &str| db.run(&format!("update ledger.payment_order set state = '{state}'")).await;
    let told = async || Worklist::StaffPayments.rows(&db.pool, 10).await.unwrap().len();
    for state in ["in_file", "released", "paid"] {
        step(state).await;
    }
    assert_eq!(told().await, 1);
    // The bank did not process the file: voided, sent again, paid.
    step("approved").await;
    assert_eq!(told().await, 0);
    for state in ["in_file", "released", "paid"] {
        step(state).await;
    }
    assert_eq!(told().await, 1);
    // It came back, by mistake: the answer is taken back.
    step("returned").await;
    assert_eq!(told().await, 2);
    step("paid").await;
    assert_eq!(told().await, 1);
    // What was told by hand stands: the payment is not told a second time, its return is not taken back.
    step("returned").await;
    db.run("update ledger.staff_payment_event set noted_by = 'kaikei', note = '書面で連絡済'").await;
    assert_eq!(db.refused("update ledger.payment_order set state = 'paid'").await, "staff_return_is_told");
}
