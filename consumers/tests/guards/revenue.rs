//! Slips and their money: cancelling what another session is just building on, sums a person enters, slips issued anew.

use std::time::Duration;

use renkei_consumers::ledger::{FundCredit, enter_fund_credit, reissue_slips};
use sqlx::postgres::PgRow;
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::scratch::Scratch;

/// A receivable of batch 7 and a receipt of batch 8 with an overpayment.
const LEDGER: &str = "
    insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
        fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
    values (1, 7, 2, 2026, 4500, 4500, '2026-09-01', '2026-10-30', '2026-10-30', 'SKS', '2026-CV-000100', '1',
        '01', '2105010101', '12030000', '1', '0', '1', '1570073', '受講料', '砧　三郎', 'キヌタ', '東京都');
    insert into ledger.assessment_range (batch_id, first_id, last_id) values (7, 1, 1);
    insert into ledger.receipt (id, assessment_id, channel, paid_on, booked_on, amount, cleared, overpaid, unallocated, batch_id, line)
    values (1, 1, '7', '2026-09-08', '2026-09-11', 500, 0, 500, 0, 8, 2);
    insert into ledger.overpayment (id, receipt_id, assessment_id, amount, batch_id, line) values (1, 1, 1, 500, 8, 2)";

/// The slip of the receivable, of which eLTAX is still to be told.
const SLIP: &str = "
    update ledger.assessment set method = '4';
    insert into ledger.payment_slip (id, assessment_id, agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year,
        amount, amount_main, due_on, pay_limit_on, issued_on, state)
    values (100, 1, '13112', '000', '999', '05202600000000101000', '480213', 2026, 2026, 4500, 4500, '2026-10-30', '2026-11-30', '2026-09-01', 'queued');
    insert into ledger.slip_notice (slip_id, action) values (100, '1');
    select setval('ledger.payment_slip_id_seq', 100)";

/// Does `first` in one session, asks in another, commits `first`, and gives the codes of the answer.
async fn asked_while(db: &Scratch, first: &'static str, question: &'static str) -> Vec<String> {
    let rows = answer_while(db, first, question).await.unwrap();
    rows.iter().map(|row| row.get("code")).collect()
}

/// Does `first` in one session, asks in another, commits `first`, and gives the answer.
async fn answer_while(db: &Scratch, first: &'static str, question: &'static str) -> Result<Vec<PgRow>, sqlx::Error> {
    let mut busy = PgConnection::connect(&db.url).await.unwrap();
    busy.execute("begin").await.unwrap();
    busy.execute(first).await.unwrap();
    let pool = db.pool.clone();
    let asking = tokio::spawn(async move { pool.fetch_all(question).await });
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

#[tokio::test]
async fn a_change_that_is_being_put_into_a_file_refuses_the_void_of_the_file_with_the_slip() {
    let db = Scratch::new().await;
    db.run(LEDGER).await;
    db.run(SLIP).await;
    db.run(
        "insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
         select gen_random_uuid(), 'slips', '', '{}', 'operator', true, '2026-10-06', 'kakari', '2026-10-06 09:00+09' from generate_series(1, 2);
         update ledger.slip_notice set state = 'uploaded', file_id = 1;
         insert into ledger.slip_notice (slip_id, action) values (100, '3')",
    )
    .await;
    // As select.sql of the topic does it: what waits is locked, then claimed.
    let making = "select from ledger.slip_notice n where n.state = 'queued' for update;
        insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
        select 2, 'slips', 1, 'slip_notice', n.id, 4500, true from ledger.slip_notice n where n.state = 'queued'";
    let refused = answer_while(&db, making, "select ledger.check_slip_void(1)").await.unwrap_err().to_string();
    assert!(refused.contains("file 2 tells eLTAX of changes to slips of this file"), "{refused}");
}

#[tokio::test]
async fn a_slip_named_twice_is_ended_once() {
    let db = Scratch::new().await;
    db.run(LEDGER).await;
    db.run(SLIP).await;
    db.run("update ledger.payment_slip set state = 'uploaded'; update ledger.slip_notice set state = 'uploaded'").await;
    let names = ["05202600000000101000".to_owned(), "2026000000001-01".to_owned()];
    let issued = reissue_slips(&db.pool, &names, "2026-12-31", "2026-12-01", "kakari").await.unwrap();
    assert!(issued.iter().all(|slip| slip.new_no == "2026000000001-02"), "{issued:?}");
    let ends = "select count(*) from ledger.slip_notice where action = '3'";
    assert_eq!(db.one::<i64>(ends).await, 1);
    let twice = db.refused("insert into ledger.slip_notice (slip_id, action) values (100, '3')").await;
    assert_eq!(twice, "slip_notice_ends_once");
}

#[tokio::test]
async fn a_fund_credit_adds_up_and_is_corrected_with_a_reason_only() {
    let db = Scratch::new().await;
    let enter = async |fee_item: &str, yen: i64, reason: &str| {
        let credit = FundCredit { fund_on: "2026-09-11", fee_item, kind: "bank", yen, reason };
        enter_fund_credit(&db.pool, &credit, "suito").await.map_err(|error| error.to_string())
    };
    assert_eq!(enter("999", 312_345, "").await, Ok(312_345));
    assert_eq!(enter("999", -45, "").await, Err("a correction needs a reason".to_owned()));
    assert_eq!(enter("998", 45, "").await, Err("there is no fee item 998".to_owned()));
    assert_eq!(enter("999", -45, "誤入力").await, Ok(312_300));
    assert_eq!(db.one::<i64>("select count(*) from audit.event where action = 'fund_credit.enter'").await, 2);
    let deleted = db.pool.execute("delete from ledger.fund_credit").await.unwrap_err().to_string();
    assert!(deleted.contains("append-only"), "{deleted}");
}

#[tokio::test]
async fn slips_are_issued_anew_all_or_none() {
    let db = Scratch::new().await;
    db.run(LEDGER).await;
    db.run(SLIP).await;
    let reissue = async |slips: &[&str], limit: &str| {
        let slips: Vec<String> = slips.iter().map(|slip| (*slip).to_owned()).collect();
        let issued = reissue_slips(&db.pool, &slips, limit, "2026-12-01", "kakari").await;
        issued.map(|slips| slips.into_iter().map(|slip| slip.new_no).collect::<Vec<_>>()).map_err(|error| error.to_string())
    };
    let unknown = reissue(&["2026000000001-01", "2026000000009-01"], "2026-12-31").await.unwrap_err();
    assert!(unknown.contains("2026000000009-01 cannot be issued anew: there is no such slip"), "{unknown}");
    let past = reissue(&["2026000000001-01"], "2026-11-30").await.unwrap_err();
    assert!(past.contains("the new limit 2026-11-30 is past"), "{past}");
    assert_eq!(db.one::<String>("select state from ledger.payment_slip where id = 100").await, "queued", "nothing was changed");

    assert_eq!(reissue(&["05202600000000101000"], "2026-12-31").await, Ok(vec!["2026000000001-02".to_owned()]));
    let told = "select string_agg(s.case_key || ' ' || n.action || ' ' || n.state, ', ' order by n.id)
                  from ledger.slip_notice n join ledger.payment_slip s on s.id = n.slip_id";
    assert_eq!(db.one::<String>(told).await, "05202600000000101000 1 withdrawn, 05202600000000101010 1 queued");
}
