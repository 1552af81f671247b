//! Payment orders: no step but the known ones, and two people at one order at once.

use renkei_consumers::ledger::{self, LedgerError};
use sqlx::postgres::{PgConnection, Postgres};
use sqlx::{AssertSqlSafe, Transaction};

use crate::scratch::Scratch;

/// Two orders of batch 7 by kakari for 2026-10-15: the first with its invoice, the second a draft, too.
pub(crate) async fn orders(states: &[&str]) -> Scratch {
    let db = Scratch::new().await;
    for (index, state) in states.iter().enumerate() {
        let line = index + 1;
        db.run(&format!(
            "insert into ledger.invoice (source, source_key, invoice_no, issued_on, issuer_name, creditor, organization, net, tax, gross, payable,
                                         content_hash, batch_id, line)
             values ('OTH', 'k{line}', 'no-{line}', '2026-09-30', '砧', '0000000101', '05020000', 1000, 100, 1100, 1100, 'x', 7, {line});
             insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, invoice_id, amount, pay_date, memo,
                                               made_by, batch_id, line)
             select '2026P0000000{line}', 2026, '01', '0201030212', '05020000', '0000000101', max(id), 1100, '2026-10-15', '清掃', 'kakari', 7, {line}
               from ledger.invoice"
        ))
        .await;
        if *state == "approved" {
            db.run(&format!("select ledger.approve_payment_orders(array[{line}], 'kacho', '2026-10-06')")).await;
        }
    }
    db
}

/// Runs a statement in a session; the server's code and sentence when it is refused.
async fn said(conn: &mut PgConnection, sql: &str) -> Result<(), (String, String)> {
    let ran = sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await;
    ran.map(|_| ()).map_err(|error| {
        let error = error.into_database_error().expect("an error of the database");
        (error.code().unwrap_or_default().into_owned(), error.message().to_owned())
    })
}

async fn refused(db: &Scratch, sql: &str) -> (String, String) {
    let mut conn = db.pool.acquire().await.unwrap();
    said(&mut conn, sql).await.expect_err(sql)
}

/// Runs `second` while `first` holds its locks, commits `first`, and gives what `second` met.
async fn behind(db: &Scratch, mut first: Transaction<'_, Postgres>, second: &str) -> Result<(), (String, String)> {
    let mut conn = db.pool.acquire().await.unwrap();
    let commit = async {
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while db.one::<i64>(waiting).await == 0 {
            tokio::task::yield_now().await;
        }
        sqlx::raw_sql("select 1").execute(&mut *first).await.unwrap();
        first.commit().await.unwrap();
    };
    let (met, ()) = tokio::join!(said(&mut conn, second), commit);
    met
}

async fn state(db: &Scratch, no: u32) -> String {
    db.one(&format!("select state from ledger.payment_order where no = '2026P0000000{no}'")).await
}

#[tokio::test]
async fn an_order_takes_only_known_steps() {
    let db = orders(&["draft", "approved"]).await;
    for (no, to) in [(1, "in_file"), (1, "released"), (2, "draft"), (2, "paid"), (2, "released")] {
        let step = format!("update ledger.payment_order set state = '{to}', approved_by = 'kacho' where no = '2026P0000000{no}'");
        let (code, sentence) = refused(&db, &step).await;
        assert_eq!(code, "RK011", "{to}: {sentence}");
    }
    db.run("update ledger.payment_order set state = 'in_file' where no = '2026P00000002'").await;
}

#[tokio::test]
async fn of_many_orders_in_one_statement_none_takes_an_unknown_step() {
    let all = |to: &str| format!("update ledger.payment_order set state = '{to}', approved_by = 'kacho'");
    for states in [["draft", "draft"], ["draft", "approved"], ["approved", "draft"]] {
        let db = orders(&states).await;
        let (code, sentence) = refused(&db, &all("in_file")).await;
        assert_eq!(code, "RK011", "{states:?}: {sentence}");
    }
    let db = orders(&["approved", "approved"]).await;
    // No file carries a transfer that is paid: the step is known, but not for such an order.
    assert_eq!(refused(&db, &all("paid")).await.0, "RK011");
    db.run(&all("in_file")).await;
    assert_eq!(refused(&db, &all("paid")).await.0, "RK011");
    db.run(&all("released")).await;
    db.run("update ledger.payment_order set state = case id when 1 then 'paid' else 'returned' end").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancellation_that_waited_for_the_approval_is_refused_by_it() {
    let db = orders(&["draft", "draft"]).await;
    let mut approval = db.pool.begin().await.unwrap();
    sqlx::raw_sql("select ledger.approve_payment_orders(array[1], 'kacho', '2026-10-06')").execute(&mut *approval).await.unwrap();
    let look = "do $$ begin if (select string_agg(object_id || ' ' || (detail ->> 'state'), ',') from ledger.order_blockers(7))
                             is distinct from '1 approved' then raise 'not seen'; end if; end $$";
    behind(&db, approval, look).await.expect("the look waits and then sees the approved order");
    assert_eq!(state(&db, 1).await, "approved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_that_waited_for_another_is_refused_by_it() {
    let db = orders(&["draft", "draft"]).await;
    let mut approval = db.pool.begin().await.unwrap();
    sqlx::raw_sql("select ledger.approve_payment_orders(array[1], 'kacho', '2026-10-06')").execute(&mut *approval).await.unwrap();
    let second = "select ledger.approve_payment_orders(array[2, 1], 'bucho', '2026-10-06')";
    let (code, sentence) = behind(&db, approval, second).await.unwrap_err();
    assert_eq!(code, "RK010");
    assert_eq!(sentence, "ORDER_APPROVE_STATE");
    assert_eq!((state(&db, 1).await.as_str(), state(&db, 2).await.as_str()), ("approved", "draft"));
}

#[tokio::test]
async fn a_refusal_says_what_to_do() {
    let db = orders(&["draft"]).await;
    let error =
        ledger::approve_payment_orders(&db.pool, &["2026P00000001".to_owned()], "kakari", "2026-10-06").await.unwrap_err();
    let told = "payment order 2026P00000001 cannot be approved by who made it. → A second person approves it.";
    assert_eq!(error.to_string(), told);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancellation_never_cancels_what_was_approved_while_it_waited() {
    let db = orders(&["draft", "draft"]).await;
    let mut approval = db.pool.begin().await.unwrap();
    sqlx::raw_sql("select ledger.approve_payment_orders(array[1], 'kacho', '2026-10-06')").execute(&mut *approval).await.unwrap();
    let (code, _) = behind(&db, approval, "select ledger.cancel_batch_orders(7)").await.unwrap_err();
    assert_eq!(code, "40001", "to be tried again");
    assert_eq!((state(&db, 1).await.as_str(), state(&db, 2).await.as_str()), ("approved", "draft"));
    assert_eq!(db.one::<i64>("select count(*) from ledger.invoice where cancelled_at is not null").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_went_into_a_file_meanwhile_keeps_its_day() {
    let db = orders(&["approved"]).await;
    let mut file = db.pool.begin().await.unwrap();
    sqlx::raw_sql("update ledger.payment_order set state = 'in_file'").execute(&mut *file).await.unwrap();
    let (code, sentence) =
        behind(&db, file, "select ledger.reschedule_payment_orders(array[1], '2026-10-20', 'kacho', '締切', '2026-10-06')")
            .await
            .unwrap_err();
    assert_eq!(code, "RK011");
    assert_eq!(sentence, "ORDER_DAY_STATE");
}

#[tokio::test]
async fn an_approved_order_whose_day_passed_is_paid_on_another() {
    let db = orders(&["approved", "draft"]).await;
    let by = |ids: &str, day: &str, who: &str| {
        format!("select ledger.reschedule_payment_orders(array[{ids}], '{day}', '{who}', '締切', '2026-10-19')")
    };
    for (ids, day, who, why) in [
        ("1", "2026-10-20", "KAKARI", "ORDER_DAY_BY_MAKER"),
        ("1", "2026-10-24", "kacho", "ORDER_DAY_BANKS_CLOSED"),
        ("1", "2026-10-16", "kacho", "ORDER_DAY_PASSED"),
        ("1", "2027-06-01", "kacho", "ORDER_DAY_BOOKS_CLOSED"),
        ("1, 2", "2026-10-20", "kacho", "ORDER_DAY_STATE"),
        ("99", "2026-10-20", "kacho", "ORDERS_UNKNOWN"),
    ] {
        let (_, sentence) = refused(&db, &by(ids, day, who)).await;
        assert_eq!(sentence, why, "{ids} {day} {who}");
    }
    let without = by("1", "2026-10-20", "kacho").replace("'締切'", "' '");
    assert_eq!(refused(&db, &without).await.1, "ORDER_REASON_MISSING");
    let (code, _) = refused(&db, "update ledger.payment_order set pay_date = '2026-10-20' where id = 1").await;
    assert_eq!(code, "RK011", "nobody signs for it");
    assert_eq!(db.one::<i64>(&by("1", "2026-10-20", "kacho")).await, 1);
    assert_eq!(db.one::<String>("select pay_date::text from ledger.payment_order where id = 1").await, "2026-10-20");
    let told = "select count(*) from audit.event where action = 'payment_order.reschedule' and actor = 'kacho' and object_id = '2026P00000001'
                   and reason = '締切' and before ->> 'pay_date' = '2026-10-15' and after ->> 'pay_date' = '2026-10-20'";
    assert_eq!(db.one::<i64>(told).await, 1);
}

#[tokio::test]
async fn an_approved_order_is_taken_back_with_its_expense() {
    let db = orders(&["draft", "draft"]).await;
    // One entry holds both; only one of them is taken out of it.
    db.run("select ledger.approve_payment_orders(array[1, 2], 'kacho', '2026-10-06')").await;
    let by = |who: &str, why: &str| format!("select ledger.cancel_payment_orders(array[1], '{who}', '{why}', '2026-10-19')");
    assert_eq!(refused(&db, &by("kakari", "二重")).await.0, "RK010", "the maker may not take back a 決裁");
    assert_eq!(refused(&db, &by("kacho", " ")).await.0, "RK010", "not without a reason");
    assert_eq!(db.one::<i64>(&by("kacho", "二重")).await, 1);
    assert_eq!((state(&db, 1).await.as_str(), state(&db, 2).await.as_str()), ("cancelled", "approved"));
    let left = "select coalesce(sum(credit - debit), 0)::bigint from ledger.line where account = '2101' and object = 'payment_order' and object_id =";
    assert_eq!(db.one::<i64>(&format!("{left} 1")).await, 0);
    assert_eq!(db.one::<i64>(&format!("{left} 2")).await, 1100);
    assert_eq!(
        db.one::<i64>("select count(*) from ledger.invoice where cancelled_at is not null and line = 1").await,
        1,
        "it may come again"
    );
    assert_eq!(
        db.one::<i64>("select count(*) from audit.event where action = 'payment_order.cancel' and reason = '二重'").await,
        1
    );
    assert_eq!(refused(&db, &by("kacho", "二重")).await.1, "ORDER_CANCEL_STATE");
}

/// Nobody sent it before the closing: it must end, and the closed books take nothing back.
#[tokio::test]
async fn an_order_that_nobody_sent_lapses_after_the_closing() {
    let db = orders(&["draft"]).await;
    db.run("select ledger.approve_payment_orders(array[1], 'kacho', '2026-10-06')").await;
    assert_eq!(db.one::<i64>("select ledger.cancel_payment_orders(array[1], 'kacho', '閉鎖', '2027-06-01')").await, 1);
    assert_eq!(state(&db, 1).await, "cancelled");
    let lapsed = "select string_agg(concat_ws(' ', e.event, e.fiscal_year, p.debit_account, p.credit_account, p.amount, p.budget_line), ', ')
                    from ledger.entry e join ledger.posting p on p.entry_id = e.id where e.booked_on = '2027-06-01'";
    assert_eq!(db.one::<String>(lapsed).await, "EXPENSE_LAPSED 2027 2101 7190 1100");
    assert_eq!(db.one::<i64>("select count(*) from ledger.invoice where cancelled_at is not null and line = 1").await, 1);
}

#[tokio::test]
async fn an_approval_when_the_books_are_closed_is_refused_in_words() {
    let db = orders(&["draft"]).await;
    let numbers = ["2026P00000001".to_owned()];
    let error = ledger::approve_payment_orders(&db.pool, &numbers, "kacho", "2027-06-01").await.unwrap_err();
    assert!(matches!(&error, LedgerError::Rule { constraint, .. } if constraint == "entry_year_is_open"), "{error:?}");
    assert!(error.to_string().contains("outside the booking period"), "{error}");
    assert_eq!(state(&db, 1).await, "draft");
}

/// The entry of an approval names no batch; the order on its lines does.
#[tokio::test]
async fn an_expense_leads_to_the_line_that_asked_for_it() {
    let db = orders(&["approved", "draft"]).await;
    for lines in [
        ledger::journal_of_order(&db.pool, "2026P00000001", 10).await.unwrap(),
        ledger::journal_of_batch(&db.pool, 7, 10).await.unwrap(),
    ] {
        let found: Vec<_> = lines.iter().map(|line| (line.event.as_str(), line.order_batch, line.order_line)).collect();
        assert_eq!(found, [("EXPENSE", Some(7), Some(1)); 2]);
        assert!(lines.iter().all(|line| line.order_no.as_deref() == Some("2026P00000001")));
    }
}
