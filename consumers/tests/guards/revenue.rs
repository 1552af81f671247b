//! Cancelling what another session is just building on: the question is asked again once that session is done.

use std::time::Duration;

use sqlx::{Connection, Executor, PgConnection, Row};

use crate::scratch::Scratch;

/// A receivable of batch 7 and a receipt of batch 8 with an overpayment.
const LEDGER: &str = "
    insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
        fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
    values (1, 7, 2, 2026, 4500, 4500, '2026-09-01', '2026-10-30', '2026-10-30', 'SKS', '2026-CV-000100', '1',
        '01', '2105010101', '12030000', '1', '0', '1', '1570073', '受講料', '砧　三郎', 'キヌタ', '東京都');
    insert into ledger.receipt (id, assessment_id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated, batch_id, line)
    values (1, 1, '7', '2026-09-08', '2026-09-11', 500, 0, 500, 0, 8, 2);
    insert into ledger.overpayment (id, receipt_id, assessment_id, amount, batch_id, line) values (1, 1, 1, 500, 8, 2)";

/// Does `first` in one session, asks in another, commits `first`, and gives the codes of the answer.
async fn asked_while(db: &Scratch, first: &'static str, question: &'static str) -> Vec<String> {
    let mut busy = PgConnection::connect(&db.url).await.unwrap();
    busy.execute("begin").await.unwrap();
    busy.execute(first).await.unwrap();
    let pool = db.pool.clone();
    let asking = tokio::spawn(async move {
        let rows = pool.fetch_all(question).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>("code")).collect::<Vec<_>>()
    });
    // The question waits for the lock: only then is it true that it was asked before the other session committed.
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    for _ in 0..600 {
        if asking.is_finished() || db.one::<i64>(waits).await > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    busy.execute("commit").await.unwrap();
    busy.close().await.unwrap();
    asking.await.unwrap()
}

#[tokio::test]
async fn a_receipt_that_is_being_posted_refuses_the_cancellation_of_its_assessment() {
    let db = Scratch::new().await;
    db.run(LEDGER).await;
    db.run("update ledger.receipt set cancelled_at = now()").await;
    let posting = "select from ledger.assessment where id = 1 for update;
        insert into ledger.receipt (id, assessment_id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated, batch_id, line)
        values (2, 1, '7', '2026-09-08', '2026-09-11', 4500, 4500, 0, 0, 9, 2)";
    let codes = asked_while(&db, posting, "select code from ledger.assessment_blockers(7)").await;
    assert_eq!(codes, ["REVENUE_BLOCKED_BY_RECEIPT"]);
}

#[tokio::test]
async fn a_refund_that_is_being_made_refuses_the_cancellation_of_its_receipt() {
    let db = Scratch::new().await;
    db.run(LEDGER).await;
    let refunding = "update ledger.overpayment set state = 'refunded' where id = 1";
    let codes = asked_while(&db, refunding, "select code from ledger.receipt_blockers(8)").await;
    assert_eq!(codes, ["REVENUE_BLOCKED_BY_REFUND"]);
}
