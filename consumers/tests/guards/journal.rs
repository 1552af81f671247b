//! The double entry is kept by the database itself, whoever writes.

use sqlx::AssertSqlSafe;

use crate::scratch::Scratch;

/// An entry with its posting, in one transaction.
const SOUND: &str = "begin;
    insert into ledger.entry (event, fiscal_year, booked_on, fund, actor) values ('ASSESSMENT', 2026, '2026-10-05', '01', 'test');
    insert into ledger.posting (entry_id, no, amount, debit_account, credit_account)
    select id, 1, 600, (select min(code) from ledger.account), (select max(code) from ledger.account) from ledger.entry;
    commit";

/// Code and text of the refusal.
async fn refusal(db: &Scratch, sql: &str) -> (String, String) {
    let error = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&db.pool).await.expect_err("the database must refuse this");
    let error = error.as_database_error().expect("the server says why");
    (error.code().unwrap_or_default().into_owned(), error.message().to_owned())
}

#[tokio::test]
async fn one_side_alone_cannot_be_written() {
    let db = Scratch::new().await;
    let not_null = "23502";
    let (code, text) = refusal(&db, &SOUND.replace("(select max(code) from ledger.account)", "null")).await;
    assert_eq!(code, not_null);
    assert!(text.contains("credit_account"), "{text}");
    assert_eq!(db.one::<i64>("select count(*) from ledger.entry").await, 0);
}

#[tokio::test]
async fn the_two_sides_are_read_never_written() {
    let db = Scratch::new().await;
    let (_, text) =
        refusal(&db, "insert into ledger.line (entry_id, no, account, debit, credit) values (1, 1, '1101', 600, 0)").await;
    assert_eq!(text, "cannot insert into view \"line\"");
}

#[tokio::test]
async fn a_posting_of_nothing_or_less_is_refused() {
    let db = Scratch::new().await;
    for amount in ["0", "-600"] {
        let (_, text) = refusal(&db, &SOUND.replace("600", amount)).await;
        assert!(text.contains("posting_amount_is_positive"), "{text}");
    }
}

#[tokio::test]
async fn nothing_is_added_to_an_entry_of_the_past() {
    let db = Scratch::new().await;
    db.run(SOUND).await;
    let more = "insert into ledger.posting (entry_id, no, amount, debit_account, credit_account)
                select entry_id, no + 1, amount, debit_account, credit_account from ledger.posting";
    let (code, text) = refusal(&db, more).await;
    assert_eq!(code, "RK004");
    assert!(text.ends_with("was written before: nothing can be added to it"), "{text}");
    assert_eq!(db.one::<i64>("select count(*) from ledger.line").await, 2);
}

#[tokio::test]
async fn an_entry_without_postings_is_refused_when_it_is_committed() {
    let db = Scratch::new().await;
    let empty = SOUND.replace("from ledger.entry;", "from ledger.entry where false;");
    let (code, text) = refusal(&db, &empty).await;
    assert_eq!(code, "RK003");
    assert!(text.ends_with("has no postings"), "{text}");
}

#[tokio::test]
async fn an_account_outside_the_chart_is_refused() {
    let db = Scratch::new().await;
    for side in ["min", "max"] {
        let (code, text) = refusal(&db, &SOUND.replace(&format!("(select {side}(code) from ledger.account)"), "'9999999'")).await;
        assert_eq!((code.as_str(), text.as_str()), ("RK004", "account 9999999 is not in the chart of accounts"));
    }
}

#[tokio::test]
async fn a_journal_of_several_slices_is_written_whole() {
    let db = Scratch::new().await;
    // More pages than a slice has; negative amounts swap sides, and rows without yen make no postings.
    db.run(
        "begin;
         select ledger.begin_journal();
         insert into pg_temp.journal (line, event, fiscal_year, booked_on, fund, budget_line, organization, amount, memo, object, object_id)
         select n, 'ASSESSMENT', 2026, '2026-10-05', '01', '2105010101', '12030000',
                case when n % 1000 = 0 then -n when n % 777 = 0 then 0 else n end, 'several slices', 'assessment', n
           from generate_series(1, 60000) n;
         create table public.pages as select pg_relation_size('pg_temp.journal') / current_setting('block_size')::int as pages;
         -- A folder's query may look at the journal while it posts it.
         create table public.outcome as select ledger.post_journal() as posted, (select count(*) from pg_temp.journal) as seen;
         create table public.left_over as select count(*) from pg_temp.journal;
         insert into public.outcome select ledger.post_journal(), 0;
         commit",
    )
    .await;
    assert!(db.one::<i64>("select pages from public.pages").await > 1000, "at least three slices");
    // The zeros are the multiples of 777 that are not multiples of 1000 (none below 60,000 is both).
    let posted = 60_000 - 60_000 / 777;
    assert_eq!(db.one::<i64>("select posted from public.outcome where posted > 0").await, posted);
    assert_eq!(db.one::<i64>("select count from public.left_over").await, 0);
    assert_eq!(db.one::<i64>("select count(*) from ledger.entry").await, 1);
    assert_eq!(db.one::<i64>("select count(*) from ledger.line").await, 2 * posted);
    assert_eq!(db.one::<i64>("select count(distinct source_line) from ledger.line").await, posted);
    let yen = "select sum(case when n % 1000 <> 0 and n % 777 = 0 then 0 else n end)::bigint from generate_series(1, 60000) n";
    let yen = db.one::<i64>(yen).await;
    assert_eq!(db.one::<i64>("select sum(debit)::bigint from ledger.line").await, yen);
    assert_eq!(db.one::<i64>("select sum(credit)::bigint from ledger.line").await, yen);
    let swapped = "select count(*) from ledger.posting
                    where source_line % 1000 = 0 and credit_account = '1201' and debit_account = '4290' and amount = source_line";
    assert_eq!(db.one::<i64>(swapped).await, 60);
}
