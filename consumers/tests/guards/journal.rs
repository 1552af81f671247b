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

#[tokio::test]
async fn a_journal_of_several_slices_is_written_whole() {
    let db = Scratch::new().await;
    // More pages than a slice has; negative amounts swap sides, and rows without yen make no lines.
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
    let swapped = "select count(*) from ledger.line l join ledger.line o using (entry_id, source_line)
                    where l.source_line % 1000 = 0 and l.no < o.no and l.credit = l.source_line and o.debit = l.source_line";
    assert_eq!(db.one::<i64>(swapped).await, 60);
}
