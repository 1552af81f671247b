//! What is decided about money, and the order of the extracts that tell of it.

use renkei_consumers::ledger::{
    Settling, allocate, appropriate, carry_over, refund_overpayments, refund_received, undo_settlements, write_off,
};

use crate::scratch::Scratch;

/// Receivables 1 (overpaid by 500) and 2 (open), one of a year that is closed (3), and 300 yen nobody is known to owe.
const LEDGER: &str = "
    insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
        fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
    select v.id, 7, v.id, v.year, v.amount, v.amount, '2026-09-01', '2026-10-30', '2026-10-30', 'SKS', '2026-CV-' || v.id, '1',
        '01', '2105010101', '12030000', '1', '0', '1', '1570073', '受講料', '砧　三郎', 'キヌタ', '東京都'
      from (values (1, 2026, 4500), (2, 2026, 400), (3, 2024, 900)) v (id, year, amount);
    begin;
    drop table if exists pg_temp.batch; create temp table batch on commit drop as select 8::bigint as id, date '2026-10-16' as business_date, 'kakari' as actor;
    select ledger.begin_journal();
    select ledger.begin_receipts();
    insert into pg_temp.incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values (1, 1, '1', '2026-10-15', '2026-10-16', 5000, null), (2, null, '1', '2026-10-15', '2026-10-16', 300, 'no receivable');
    select ledger.book_receipts();
    select ledger.post_journal();
    drop table pg_temp.journal;
    commit";

const SETTLING: Settling<'_> = Settling { on: "2026-11-20", who: "kakari", reason: "申出", today: "2026-11-20" };

fn sentence<T>(result: Result<T, renkei_consumers::ledger::LedgerError>) -> String {
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn money_is_settled_once_and_only_where_it_may_be() {
    let db = Scratch::new().await;
    db.run(LEDGER).await;
    let pool = &db.pool;
    let early = Settling { on: "2026-10-15", ..SETTLING };
    assert!(sentence(refund_overpayments(pool, &[1], &early).await).contains("the money came only on 2026-10-16"));
    let ahead = Settling { on: "2026-11-21", ..SETTLING };
    assert!(sentence(refund_overpayments(pool, &[1], &ahead).await).contains("the day is still to come"));
    let mute = Settling { reason: " ", ..SETTLING };
    assert!(sentence(refund_overpayments(pool, &[1], &mute).await).contains("without a reason"));
    assert!(sentence(refund_overpayments(pool, &[1, 9], &SETTLING).await).contains("overpayment 9 cannot be refunded"));
    assert!(sentence(appropriate(pool, 1, "2024A0000003", &SETTLING).await).contains("year 2024 is closed"));
    assert!(sentence(refund_received(pool, "2026A0000001", 4_501, &SETTLING).await).contains("4500 yen were received"));
    let before_due = Settling { on: "2026-10-30", ..SETTLING };
    assert!(sentence(write_off(pool, &["2026A0000002".to_owned()], &before_due).await).contains("it is due on 2026-10-30"));
    assert_eq!(db.one::<i64>("select count(*) from ledger.settlement").await, 0, "nothing was booked");

    // 400 of the 500 pay the other fee; the rest stays open and is refunded.
    assert_eq!(appropriate(pool, 1, "2026A0000002", &SETTLING).await.unwrap(), 400);
    assert!(sentence(appropriate(pool, 1, "2026A0000002", &SETTLING).await).contains("it is appropriated"));
    assert!(sentence(allocate(pool, 1, "2026A0000002", &SETTLING).await).contains("nothing is unpaid"));
    assert_eq!(refund_overpayments(pool, &[2], &SETTLING).await.unwrap(), 1);
    // A claim of a closed year is given up in the books of today.
    assert_eq!(write_off(pool, &["2024A0000003".to_owned()], &SETTLING).await.unwrap(), 1);
    assert_eq!(db.one::<i32>("select fiscal_year from ledger.entry where event = 'WRITE_OFF'").await, 2026);
    assert_eq!(db.one::<i64>("select unpaid from ledger.receivable where id = 3").await, 0);

    // Undone, the money is where it was; the same settlement is undone once.
    assert_eq!(undo_settlements(pool, &[1], "kakari", "誤り", "2026-11-21").await.unwrap(), 1);
    assert!(sentence(undo_settlements(pool, &[1], "kakari", "誤り", "2026-11-21").await).contains("it was undone on 2026-11-21"));
    assert_eq!(db.one::<i64>("select unpaid from ledger.receivable where id = 2").await, 400);
    assert_eq!(allocate(pool, 1, "2026A0000002", &SETTLING).await.unwrap(), 300);
    let faults = "select count(*) from ledger.clearing_faults(array[1, 2, 3])";
    assert_eq!(db.one::<i64>(faults).await, 0, "every running total is the sum of its events");
    let suspense = "select coalesce(sum(credit - debit), 0)::bigint from ledger.trial_balance where account in ('2205', '2209')";
    let open = "select (select coalesce(sum(amount), 0) from ledger.overpayment where state = 'open')::bigint
                     + (select coalesce(sum(amount), 0) from ledger.unallocated_receipt where state = 'open')::bigint";
    assert_eq!(db.one::<i64>(suspense).await, db.one::<i64>(open).await, "what is open is what the accounts say");
    assert_eq!(db.one::<i64>("select count(*) from audit.event where reason in ('申出', '誤り')").await, 5);
}

#[tokio::test]
async fn what_is_unpaid_of_a_closed_year_goes_on_in_the_next() {
    let db = Scratch::new().await;
    db.run(LEDGER).await;
    let pool = &db.pool;
    let by = ("shunyu", "滞納繰越");
    // 戻出 of what 2026 received: taken back while its books are open, or where what is owed was carried to.
    let spring = Settling { on: "2027-05-20", today: "2027-05-20", ..SETTLING };
    assert_eq!(refund_received(pool, "2026A0000001", 1_000, &spring).await.unwrap(), 1_000);
    let none = std::collections::BTreeMap::new();
    assert!(sentence(carry_over(pool, 2026, &none, by, "2027-05-31").await).contains("its books are open through 2027-05-31"));
    assert!(sentence(undo_settlements(pool, &[1], "kakari", "誤り", "2027-06-01").await).contains("year 2026 is closed"));
    let nowhere = [("01/2105010101".to_owned(), "9999999999".to_owned())].into();
    assert!(
        sentence(carry_over(pool, 2026, &nowhere, by, "2027-06-01").await).contains("2027 has no line of revenue 9999999999")
    );
    assert_eq!(carry_over(pool, 2026, &none, by, "2027-06-01").await.unwrap(), 2);
    assert_eq!(carry_over(pool, 2026, &none, by, "2027-06-01").await.unwrap(), 0, "what was carried over is not carried twice");
    assert_eq!(undo_settlements(pool, &[1], "kakari", "誤り", "2027-06-02").await.unwrap(), 1);
    let summer = Settling { on: "2027-06-03", today: "2027-06-03", ..SETTLING };
    assert_eq!(allocate(pool, 1, "2026A0000002", &summer).await.unwrap(), 300);
    // 戻出 reaches what the books received that the receivable lives in now, not the 3,500 of the year that is closed.
    assert!(
        sentence(refund_received(pool, "2026A0000001", 1_001, &summer).await).contains("3500 belong to a year that is closed")
    );
    let booked =
        "select string_agg(concat_ws(' ', e.event, e.fiscal_year, p.budget_line, p.debit_account, p.amount), ', ' order by e.id)
                    from ledger.entry e join ledger.posting p on p.entry_id = e.id where e.booked_on >= '2027-05-01'";
    assert_eq!(
        db.one::<String>(booked).await,
        "REFUND_RECEIVED 2026 2105010101 1201 1000, REFUND_RECEIVED 2027 2105010101 1101 1000, \
         ALLOCATION_IN 2027 2105010101 1101 300, ALLOCATION_OUT 2027 2209 300"
    );
    // Every yen of the budget has its line: 05 and 24 go on.
    assert_eq!(db.one::<i64>("select count(*) from ledger.budget_execution where budget_line is null").await, 0);
    assert_eq!(db.one::<i64>("select count(*) from audit.event where action = 'receivable.carry'").await, 2);
}

#[tokio::test]
async fn a_receipt_whose_money_was_settled_cannot_be_cancelled() {
    let db = Scratch::new().await;
    db.run(LEDGER).await;
    refund_overpayments(&db.pool, &[1], &SETTLING).await.unwrap();
    allocate(&db.pool, 1, "2026A0000002", &SETTLING).await.unwrap();
    let blockers = "select string_agg(code, ' ' order by code) from ledger.receipt_blockers(8)";
    assert_eq!(db.one::<String>(blockers).await, "REVENUE_BLOCKED_BY_ALLOCATION REVENUE_BLOCKED_BY_REFUND");
}

#[tokio::test]
async fn extracts_leave_in_order_and_only_the_last_one_is_voided() {
    let db = Scratch::new().await;
    db.run(
        "insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
         select gen_random_uuid(), '14_civic_clearings', '', '{}', 'operator', true, '2026-10-16', 'tsukuru', now() from generate_series(1, 3);
         insert into ledger.clearing_extract (file_id, target, number, extracted_at)
         values (1, 'SKS', 1, now()), (2, 'SKS', 2, now()), (3, 'SHF', 1, now())",
    )
    .await;
    let step = async |file: i64, what: &str| {
        let mut tx = db.pool.begin().await.unwrap();
        sqlx::query("create temp table run on commit drop as select $1::bigint as file_id")
            .bind(file)
            .execute(&mut *tx)
            .await
            .unwrap();
        let done = sqlx::query(sqlx::AssertSqlSafe(format!("select ledger.{what}()"))).execute(&mut *tx).await;
        let said = done.err().map(|error| error.as_database_error().unwrap().message().to_owned()).unwrap_or_default();
        tx.rollback().await.unwrap();
        said
    };
    assert_eq!(step(2, "release_clearings").await, "CLEARING_ORDER");
    assert_eq!(step(1, "void_clearings").await, "CLEARING_VOID_LATER");
    for (file, what) in [(1, "release_clearings"), (2, "void_clearings"), (3, "release_clearings"), (3, "void_clearings")] {
        assert_eq!(step(file, what).await, "", "file {file}: {what}");
    }
}
