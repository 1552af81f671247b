//! 24 compares its balances with the general ledger, both ways. No booking can make them differ: what would is a fault of the program,
//! so the way from the postings to the balances is broken here on purpose.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;

use crate::scratch::Scratch;

const SELECT: &str = include_str!("../../../integrations/24_facility_balances/select.sql");

const BOOKED: &str = "begin;
    create temp table batch on commit drop as select 1::bigint as id, 'kakari'::text as actor;
    select ledger.begin_journal();
    insert into journal (event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo)
    values ('ASSESSMENT', 2026, '2026-06-10', '01', '1301020301', '12030000', 300000, '施設使用料');
    select ledger.post_journal();
    commit";

const ASKED: &str = "begin;
    create temp table run as select date '2026-07-01' as business_date;
    create temp table param as
    select * from (values ('as_of', '2026-06-30'), ('closing', '0')) v (key, value);
    create temp table setting as
    select * from (values ('common_name', '共通'), ('common_organization', '00000000')) v (key, value)";

/// Puts another function where the selection takes what was posted from; `truly` is what was.
fn posted_as(query: &str) -> String {
    format!(
        "alter function ledger.posted_until rename to posted_truly;
         create function ledger.posted_until(as_of date, closing boolean)
         returns table (fund text, facility text, opening boolean, allocated boolean, debit_account text, credit_account text, budget_line text,
                        amount bigint, postings bigint)
         language sql stable as $$ with truly as (select * from ledger.posted_truly(as_of, closing)) {query} $$"
    )
}

async fn findings(pool: &PgPool) -> Vec<String> {
    let mut connection = pool.acquire().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("{ASKED};\n{SELECT}"))).execute(&mut *connection).await.unwrap();
    let sql = "select concat_ws(' ', code, detail ->> 'account', detail ->> 'ledger', detail ->> 'file') from refusal order by 1";
    let found = sqlx::query_scalar(sql).fetch_all(&mut *connection).await.unwrap();
    sqlx::raw_sql("rollback").execute(&mut *connection).await.unwrap();
    found
}

#[tokio::test]
async fn what_the_general_ledger_has_not_is_in_no_file_of_balances() {
    let db = Scratch::new().await;
    db.run(BOOKED).await;
    assert_eq!(findings(&db.pool).await, Vec::<String>::new());
    // Both sides are accounts nobody has booked on, so debit and credit agree.
    db.run(&posted_as(
        "select * from truly union all select '01', '000000', false, false, '1302', '2205', null, 700::bigint, 1::bigint",
    ))
    .await;
    assert_eq!(findings(&db.pool).await, ["BALANCE_GENERAL_LEDGER 1302 0 700", "BALANCE_GENERAL_LEDGER 2205 0 -700"]);
}

#[tokio::test]
async fn what_the_general_ledger_has_is_not_missing_in_a_file_of_balances() {
    let db = Scratch::new().await;
    db.run(BOOKED).await;
    db.run(&posted_as("select * from truly where debit_account <> '1201'")).await;
    let found = findings(&db.pool).await;
    assert!(found.len() == 2 && found[0] == "BALANCE_GENERAL_LEDGER 1201 300000 0", "{found:?}");
}
