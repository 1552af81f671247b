//! Pay is paid once: a list, a file, an approval and a cancellation that meet.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::scratch::Scratch;

const LIST: &str = "insert into ledger.payroll_list (run_id, heads, amount, sha256, brought_by) values (1, 2, 800000, repeat('a', 64), 'jinji');
    insert into ledger.payroll_transfer (run_id, list_id, line, staff_no, section, bank, branch, account_kind, account, holder_kana, amount) values
        (1, 1, 2, '0000001001', '0005010000', '0001', '201', '1', '1111111', 'ｽｽﾞｷ', 500000),
        (1, 1, 3, '0000001002', '0005010000', '0009', '401', '1', '2222222', 'ｻﾄｳ', 300000)";

/// What a file of 20 leaves, by its own SQL: gross 1,000,000, withheld 200,000, net to accounts 800,000; 共済費 50,000.
const STAGED: &str = include_str!("../../../tests/support/staged_payroll.sql");

fn post(sha: char, change: &str) -> String {
    format!(
        "begin;
         insert into intake.batch (delivery, topic, file, layout, layout_digest, archive, sender, sha256, bytes, chunks, records_read, yen_read, received_at)
         values (gen_random_uuid(), '20_payroll', 'KYUYO.csv', 'layout', repeat('0', 64), 'x', 'jinji', repeat('{sha}', 64), 1, 1, 1, 1, '2026-10-01 09:00+09');
         {STAGED}; {change}; select ledger.post_payroll(); select ledger.post_journal(); commit"
    )
}

async fn posted() -> Scratch {
    let db = Scratch::new().await;
    db.run(&post('1', "")).await;
    db
}

async fn approved() -> Scratch {
    let db = posted().await;
    db.run("select ledger.approve_payment_orders(array(select id from ledger.payment_order), 'kacho', '2026-10-02')").await;
    db
}

/// A file of the bank with these credits; the order of net pay with it or not.
async fn in_file(db: &Scratch, with_order: bool) {
    db.run(
        "insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
         values (gen_random_uuid(), '09_bank_transfers', 'mizuho_payroll', '{}', 'operator', true, '2026-10-06', 'tsukuru', '2026-10-06 09:00+09');
         insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
         select f.id, f.topic, t.id, 'payroll_transfer', t.id, t.amount, true from ledger.payroll_transfer t, (select max(id) as id, max(topic) as topic from export.file) f",
    )
    .await;
    if with_order {
        db.run(
            "insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
             select max(f.id), '09_bank_transfers', 0, 'payment_order', o.order_id, null, true from export.file f, ledger.payroll_orders(1) o group by o.order_id;
             update ledger.payment_order set state = 'in_file' where id in (select order_id from ledger.payroll_orders(1))",
        )
        .await;
    }
}

async fn sqlstate(conn: &mut PgConnection, sql: &str) -> String {
    let error = sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.expect_err("the database must refuse this");
    error.as_database_error().and_then(|e| e.code()).expect("a state").into_owned()
}

#[tokio::test]
async fn a_list_that_comes_while_a_file_is_made_makes_it_anew() {
    let db = approved().await;
    let mut maker = PgConnection::connect(&db.url).await.unwrap();
    sqlx::raw_sql("begin isolation level repeatable read; select count(*) from ledger.payroll_transfer")
        .execute(&mut maker)
        .await
        .unwrap();
    db.run(
        "begin;
         create temp table brought on commit drop as select repeat('b', 64) as sha256, 'jinji'::text as actor, date '2026-10-06' as today;
         create temp table brought_header on commit drop as select '71'::text as business, '10-15'::text as pay_date;
         create temp table brought_pay on commit drop as
           select 2::bigint as line, '0001'::text as bank, '201'::text as branch, '1'::text as account_kind, '1111111'::text as account, 'ｽｽﾞｷ'::text as holder,
                  800000::bigint as amount, '0000001001'::text as staff_no, '0005010000'::text as section;
         select ledger.bring_payroll_list(); commit",
    )
    .await;
    assert_eq!(db.one::<i64>("select count(*) from ledger.payroll_transfer").await, 1, "the list was taken");
    assert_eq!(sqlstate(&mut maker, "select ledger.lock_payroll_runs('2026-10-15')").await, "40001");
}

#[tokio::test]
async fn a_payroll_in_a_file_is_neither_taken_back_nor_cancelled() {
    let db = approved().await;
    db.run(LIST).await;
    in_file(&db, false).await;
    let order: i64 = db.one("select order_id from ledger.payroll_orders(1)").await;
    let cancel = format!("select ledger.cancel_payment_orders(array[{order}], 'shonin', '支給誤り', '2026-10-06')");
    let mut conn = PgConnection::connect(&db.url).await.unwrap();
    assert_eq!(sqlstate(&mut conn, &cancel).await, "RK010");
    let blocked = "select string_agg(code || ' ' || (detail ->> 'file'), ' ') from ledger.payroll_file_blockers(1)";
    assert_eq!(db.one::<String>(blocked).await, "PAYROLL_BLOCKED_BY_FILE 1");
    db.tamper("update export.claim set live = false").await;
    assert_eq!(db.one::<i64>("select count(*) from ledger.payroll_file_blockers(1)").await, 0);
    db.run(&cancel).await;
}

#[tokio::test]
async fn an_approval_between_check_and_post_does_not_double_a_payroll() {
    let db = posted().await;
    // Another version of the month is checked while the first one's orders are drafts; then they are approved.
    let mut conn = PgConnection::connect(&db.url).await.unwrap();
    db.run("select ledger.approve_payment_orders(array(select id from ledger.payment_order), 'kacho', '2026-10-02')").await;
    let state = sqlstate(&mut conn, &post('2', "update staged_expense set amount = amount + 1 where section = '02'")).await;
    assert_eq!(state, "40001", "it is checked again");
    drop(conn);
    assert_eq!(db.one::<i64>("select count(*) from ledger.payroll_run").await, 1);
}

#[tokio::test]
async fn orders_of_a_payroll_end_as_others_do() {
    let db = approved().await;
    db.run(LIST).await;
    in_file(&db, true).await;
    db.tamper(
        "update export.file set state = 'delivered', seq_of_day = 1, sha256 = repeat('0', 64), records = 5, count = 2, total = 800000, bytes = 610,
                archive = 'a', file_name = 'a', integration_digest = '', generated_at = now(), released_at = now(), released_by = 'kakari', delivered_at = now()",
    )
    .await;
    db.run(
        "update ledger.payment_order set state = 'released', paid_on = '2026-10-15' where state = 'in_file';
         insert into ledger.transfer_file (file_id, paid_on) values (1, '2026-10-15')",
    )
    .await;
    assert_eq!(db.one::<i64>("select ledger.confirm_transfers('2026-10-16')").await, 1);
    let told = "select after ->> 'yen' from audit.event where action = 'payment_order.paid'";
    assert_eq!(db.one::<String>(told).await, "800000", "what the bank transferred, not the gross amount");
    let order = "update ledger.payment_order set state = 'approved', paid_on = null where id in (select order_id from ledger.payroll_orders(1))";
    db.run(order).await;
}

#[tokio::test]
async fn what_has_another_payee_is_paid_at_the_counter() {
    let db = posted().await;
    let order: i64 = db.one("select id from ledger.payment_order where method = 'counter'").await;
    let pay = |day: &str, receipt: &str, who: &str| {
        format!("select ledger.book_counter_payments(array[{order}], '{day}', '{receipt}', '{who}', '2026-12-31')")
    };
    assert_eq!(db.refused(&pay("2026-12-20", "領収書", "kaikei")).await, "counter_order_approved");
    db.run("select ledger.approve_payment_orders(array(select id from ledger.payment_order), 'kacho', '2026-10-02')").await;
    // The day of the approval is that of the clock.
    db.tamper("update ledger.payment_order set approved_at = '2026-10-02 09:00+09'").await;
    let net: i64 = db.one("select order_id from ledger.payroll_orders(1)").await;
    assert_eq!(
        db.refused(&pay("2026-10-20", "領収書", "kaikei").replace(&format!("[{order}]"), &format!("[{net}]"))).await,
        "counter_order_approved"
    );
    assert_eq!(db.refused(&pay("2026-10-20", " ", "kaikei")).await, "counter_receipt");
    assert_eq!(db.refused(&pay("2026-10-20", "領収書", "jinji")).await, "counter_by_second_person");
    for day in ["2026-10-01", "2027-01-04"] {
        assert_eq!(db.refused(&pay(day, "領収書", "kaikei")).await, "counter_day_open", "{day}");
    }
    db.run(&pay("2026-10-20", "領収書 123", "kaikei")).await;
    let booked =
        "select concat_ws(' ', event, booked_on, account, debit) from ledger.journal_line where event = 'PAYMENT' and debit > 0";
    assert_eq!(db.one::<String>(booked).await, "PAYMENT 2026-10-20 2101 50000");
    assert_eq!(db.refused(&pay("2026-10-20", "領収書 123", "kaikei")).await, "counter_order_approved");
}

fn moved(from: &str, to: &str, who: &str, why: &str) -> String {
    format!("select ledger.move_payroll('{from}', '{to}', null, '{who}', '{why}', '2026-10-16')")
}

#[tokio::test]
async fn pay_that_is_too_late_gets_another_day_from_somebody_else_and_is_paid_once() {
    let db = approved().await;
    db.run(LIST).await;
    let net: i64 = db.one("select order_id from ledger.payroll_orders(1)").await;
    let alone = format!("select ledger.reschedule_payment_orders(array[{net}], '2026-10-20', 'kacho', '締切', '2026-10-16')");
    assert_eq!(db.refused(&alone).await, "pay_moves_with_its_run", "its run would keep the old day");
    assert_eq!(db.refused(&moved("2026-10-15", "2026-10-20", "kacho", " ")).await, "pay_move_why");
    assert_eq!(db.refused(&moved("2026-10-15", "2026-10-18", "kacho", "締切")).await, "repay_bank_day", "a Sunday");
    assert_eq!(db.refused(&moved("2026-10-14", "2026-10-20", "kacho", "締切")).await, "pay_move_nothing");
    assert_eq!(db.refused(&moved("2026-10-15", "2026-10-20", "jinji", "締切")).await, "pay_move_by_second_person");
    assert_eq!(db.refused(&moved("2026-10-15", "2027-06-01", "kacho", "締切")).await, "pay_move_year_open");
    in_file(&db, true).await;
    assert_eq!(db.refused(&moved("2026-10-15", "2026-10-20", "kacho", "締切")).await, "pay_move_in_file");
    db.tamper("update export.claim set live = false; update ledger.payment_order set state = 'approved' where state = 'in_file'")
        .await;
    db.run(&moved("2026-10-15", "2026-10-20", "kacho", "締切")).await;
    let days = "select concat_ws(' ', r.pay_date, r.given_date, p.pay_date, p.rescheduled_by) from ledger.payroll_run r, ledger.payment_order p where p.method = 'payroll'";
    assert_eq!(db.one::<String>(days).await, "2026-10-20 2026-10-15 2026-10-20 kacho");
    let withheld = "select string_agg(concat_ws(' ', e.booked_on, p.debit_account, p.amount), ', ' order by e.id) from ledger.entry e join ledger.posting p on p.entry_id = e.id where e.event = 'NONBUDGET_IN'";
    assert_eq!(db.one::<String>(withheld).await, "2026-10-15 1101 200000, 2026-10-16 2201 200000, 2026-10-20 1101 200000");
    // Sent again under its old day, pay of a kind that may be paid on several days is still known.
    let again = format!("begin; {STAGED}; update staged_expense set pay_kind = '4'");
    let mut conn = PgConnection::connect(&db.url).await.unwrap();
    db.tamper("update ledger.payroll_run set pay_kind = '4'").await;
    sqlx::raw_sql(AssertSqlSafe(again)).execute(&mut conn).await.unwrap();
    let found: Option<i64> =
        sqlx::query_scalar("select max(run_id) from ledger.payroll_earlier()").fetch_one(&mut conn).await.unwrap();
    assert_eq!(found, Some(1));
}

#[tokio::test]
async fn pay_that_came_back_is_transferred_once_more_or_paid_at_the_counter_never_both() {
    let db = approved().await;
    db.run(LIST).await;
    in_file(&db, true).await;
    db.tamper(
        "update ledger.payment_order set state = 'released', paid_on = '2026-10-15' where state = 'in_file';
         insert into ledger.payroll_result (transfer_id, file_id, outcome, reason, returned_on, fund, batch_id, line)
         values (2, 1, 'returned', '05', '2026-10-16', '01', 1, 3)",
    )
    .await;
    let again =
        |account: &str, day: &str| format!("select ledger.repay_returned_pay(1, '{day}', {account}, '', 'kakari', '2026-10-16')");
    let right = "'0009:401:1:2222299'";
    assert_eq!(db.refused(&again("null", "2026-10-20")).await, "returned_pay_to_other_account", "the account is closed");
    assert_eq!(db.refused(&again("'2222299'", "2026-10-20")).await, "account_written");
    assert_eq!(db.refused(&again("'0009:999:1:2222299'", "2026-10-20")).await, "account_branch_known");
    assert_eq!(db.refused(&again(right, "2026-10-18")).await, "repay_bank_day");
    db.run(&again(right, "2026-10-20")).await;
    assert_eq!(db.refused(&again(right, "2026-10-20")).await, "returned_pay_once");
    let counter = "select ledger.pay_returned_pay(array[1], '2026-10-16', '領収書', 'kaikei', '2026-10-16')";
    assert_eq!(db.refused(counter).await, "returned_pay_once");
    let approve = |who: &str| format!("select ledger.approve_returned_pay(array[1], '{who}', '2026-10-16')");
    assert_eq!(db.refused(&approve("kakari")).await, "payroll_repayment_by_second_person");
    db.run(&approve("kacho")).await;
    assert_eq!(db.refused(&approve("kacho")).await, "returned_pay_drafted");
    let due =
        "select string_agg(concat_ws(' ', account, amount, held_in, pay_date), ',') from ledger.payroll_credit where repays = 1";
    assert_eq!(db.one::<String>(due).await, "2222299 300000 01 2026-10-20");
    assert_eq!(db.one::<String>("select again_state from ledger.returned_pay").await, "approved");
    let blocked = "select string_agg(code, ' ') from ledger.payroll_result_blockers(1)";
    assert_eq!(db.one::<String>(blocked).await, "RETURNED_PAY_SENT_AGAIN");
    // Withdrawn, it waits again and may be paid at the counter; once.
    db.run("select ledger.withdraw_returned_pay(array[1], 'kacho', '窓口で支給')").await;
    assert_eq!(db.one::<i64>("select count(*) from ledger.payroll_credit where repays = 1").await, 0);
    db.run(counter).await;
    assert_eq!(db.refused(&again(right, "2026-10-20")).await, "returned_pay_waits");
    assert_eq!(db.one::<i64>("select count(*) from ledger.returned_pay").await, 0);
}
