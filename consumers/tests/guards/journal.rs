//! The double entry is kept by the database itself, whoever writes.

use sqlx::AssertSqlSafe;

use crate::scratch::Scratch;

/// An entry with both its sides, in one transaction.
const SOUND: &str = "begin;
    insert into ledger.entry (event, fiscal_year, booked_on, fund, actor) values ('ASSESSMENT', 2026, '2026-10-05', '01', 'test');
    insert into ledger.line (entry_id, no, account, debit, credit)
    select id, no, (select min(code) from ledger.account), debit, credit
      from ledger.entry, (values (1, 600, 0), (2, 0, 600)) side (no, debit, credit);
    commit";

/// Code and text of the refusal.
async fn refusal(db: &Scratch, sql: &str) -> (String, String) {
    let error = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&db.pool).await.expect_err("the database must refuse this");
    let error = error.as_database_error().expect("the server says why");
    (error.code().unwrap_or_default().into_owned(), error.message().to_owned())
}

#[tokio::test]
async fn one_side_alone_is_refused() {
    let db = Scratch::new().await;
    let (code, text) = refusal(&db, &SOUND.replace("(2, 0, 600)", "(2, 0, 599)")).await;
    assert_eq!(code, "RK003");
    assert!(text.ends_with("does not balance: debit 600, credit 599"), "{text}");
    assert_eq!(db.one::<i64>("select count(*) from ledger.entry").await, 0);
}

#[tokio::test]
async fn nothing_is_added_to_an_entry_of_the_past() {
    let db = Scratch::new().await;
    db.run(SOUND).await;
    let more = "insert into ledger.line (entry_id, no, account, debit, credit)
                select entry_id, no + 2, account, debit, credit from ledger.line";
    let (code, text) = refusal(&db, more).await;
    assert_eq!(code, "RK004");
    assert!(text.ends_with("was written before: nothing can be added to it"), "{text}");
    assert_eq!(db.one::<i64>("select count(*) from ledger.line").await, 2);
}

#[tokio::test]
async fn an_entry_without_lines_is_refused_when_it_is_committed() {
    let db = Scratch::new().await;
    let empty = SOUND.replace("from ledger.entry, ", "from ledger.entry natural join (select 1 where false) none, ");
    let (code, text) = refusal(&db, &empty).await;
    assert_eq!(code, "RK003");
    assert!(text.ends_with("has no lines"), "{text}");
}

#[tokio::test]
async fn an_account_outside_the_chart_is_refused() {
    let db = Scratch::new().await;
    let (code, text) = refusal(&db, &SOUND.replace("(select min(code) from ledger.account)", "'9999999'")).await;
    assert_eq!((code.as_str(), text.as_str()), ("RK004", "account 9999999 is not in the chart of accounts"));
}
