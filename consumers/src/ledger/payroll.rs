//! Pay by person: moved to another day while it is unsent, and transferred once more when it came back.

use serde::Serialize;
use serde_json::json;
use sqlx::postgres::{PgConnection, PgPool};

use super::returned::NewAccount;
use super::{LedgerError, refused};

/// What was moved to another pay date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct MovedPay {
    /// Payrolls.
    pub runs: i64,
    /// Credits of persons that were listed already.
    pub credits: i64,
    /// Yen.
    pub yen: i64,
}

/// What would be booked: entries of one event and day, summed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Booked {
    /// Name of the event.
    pub event: String,
    /// 会計年度.
    pub fiscal_year: i32,
    /// The day, ISO.
    pub booked_on: String,
    /// Account that is debited.
    pub debit: String,
    /// Account that is credited.
    pub credit: String,
    /// Postings.
    pub postings: i64,
    /// Their yen.
    pub yen: i64,
}

/// Pay of a day, and the day it gets; of one 支給区分, or of all.
#[derive(Debug, Clone, Copy)]
pub struct PayMove<'a> {
    /// The day it is due, ISO.
    pub from: &'a str,
    /// The day it gets.
    pub to: &'a str,
    /// 支給区分.
    pub kind: Option<&'a str>,
    /// Who decides.
    pub who: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Today.
    pub today: &'a str,
}

async fn move_in(conn: &mut PgConnection, pay: &PayMove<'_>) -> Result<MovedPay, LedgerError> {
    sqlx::query_as("select runs, credits, yen from ledger.move_payroll($1::date, $2::date, $3, $4, $5, $6::date)")
        .bind(pay.from)
        .bind(pay.to)
        .bind(pay.kind)
        .bind(pay.who)
        .bind(pay.reason)
        .bind(pay.today)
        .fetch_one(conn)
        .await
        .map_err(refused)
}

/// 支払日の変更: pay of a day that no file carries is due on another bank business day. All or none.
pub async fn move_payroll(pool: &PgPool, pay: &PayMove<'_>) -> Result<MovedPay, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let moved = move_in(&mut transaction, pay).await?;
    transaction.commit().await.map_err(refused)?;
    Ok(moved)
}

/// The same, rolled back: what would be moved, and what would be booked for it.
pub async fn preview_move(pool: &PgPool, pay: &PayMove<'_>) -> Result<(MovedPay, Vec<Booked>), LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let newest = newest_entry(&mut transaction).await?;
    let moved = move_in(&mut transaction, pay).await?;
    let booked = booked_since(&mut transaction, newest).await?;
    transaction.rollback().await.map_err(LedgerError::Database)?;
    Ok((moved, booked))
}

pub(super) async fn newest_entry(conn: &mut PgConnection) -> Result<i64, LedgerError> {
    let newest = sqlx::query_scalar("select coalesce(max(id), 0) from ledger.entry");
    newest.fetch_one(conn).await.map_err(LedgerError::Database)
}

/// What this transaction has booked since.
pub(super) async fn booked_since(conn: &mut PgConnection, newest: i64) -> Result<Vec<Booked>, LedgerError> {
    let booked = sqlx::query_as(include_str!("booked_here.sql")).bind(newest);
    booked.fetch_all(conn).await.map_err(LedgerError::Database)
}

/// Pay that came back, the day it is transferred once more, and the account if it is another.
#[derive(Debug, Clone, Copy)]
pub struct PayAgain<'a> {
    /// 給与返戻.
    pub returned: i64,
    /// The day, ISO.
    pub pay_date: &'a str,
    /// The account the payroll section corrected.
    pub account: Option<NewAccount<'a>>,
    /// Who orders it.
    pub who: &'a str,
    /// Today.
    pub today: &'a str,
}

async fn repay_in(conn: &mut PgConnection, pay: &PayAgain<'_>) -> Result<i64, LedgerError> {
    sqlx::query_scalar("select ledger.repay_returned_pay($1, $2::date, $3, $4, $5, $6::date)")
        .bind(pay.returned)
        .bind(pay.pay_date)
        .bind(pay.account.map(|account| account.account))
        .bind(pay.account.map(|account| account.holder))
        .bind(pay.who)
        .bind(pay.today)
        .fetch_one(conn)
        .await
        .map_err(refused)
}

/// 給与返戻の再振込: a draft that transfers pay that came back once more, to another account or the same. Its id.
pub async fn repay_returned_pay(pool: &PgPool, pay: &PayAgain<'_>) -> Result<i64, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let made = repay_in(&mut transaction, pay).await?;
    transaction.commit().await.map_err(refused)?;
    Ok(made)
}

/// A transfer of pay that came back, as it is drafted. The account's number is told to nobody but the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct DraftedPay {
    /// 給与返戻.
    pub returned: i64,
    /// Yen.
    pub amount: i64,
    /// The day it is due, ISO.
    pub pay_date: String,
    /// Bank and branch by code and name.
    pub branch: String,
    /// Whether it goes to another account than the one it came back from.
    pub account_changed: bool,
    /// The last two digits of the account.
    pub account_end: String,
    /// Fund whose off-budget cash pays it.
    pub fund: String,
    /// Who drafted it.
    pub made_by: String,
    /// Who approved it.
    pub approved_by: Option<String>,
}

/// The draft of a 給与返戻 that is not withdrawn.
pub async fn drafted_pay(pool: &PgPool, returned: i64) -> Result<Option<DraftedPay>, LedgerError> {
    sqlx::query_as(include_str!("drafted_pay.sql")).bind(returned).fetch_optional(pool).await.map_err(LedgerError::Database)
}

/// The account of a draft, which is told to who decides about it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DraftedAccount {
    /// `bank:branch:kind:number`, as it is entered.
    pub account: String,
    /// Its holder in kana.
    pub holder: String,
}

/// The account of the draft of a 給与返戻. Who looked at it is an audit event, written with the look.
pub async fn show_drafted_account(pool: &PgPool, returned: i64, who: &str) -> Result<Option<DraftedAccount>, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let account: Option<DraftedAccount> = sqlx::query_as(
        "select concat_ws(':', bank, branch, account_kind, account) as account, holder_kana as holder
           from ledger.payroll_repayment where result_id = $1 and withdrawn_at is null",
    )
    .bind(returned)
    .fetch_optional(&mut *transaction)
    .await
    .map_err(LedgerError::Database)?;
    if account.is_some() {
        sqlx::query("select audit.record($1, 'personal.show', 'payroll_result', $2, null, $3, null)")
            .bind(who)
            .bind(returned.to_string())
            .bind(json!({ "what": "account" }))
            .execute(&mut *transaction)
            .await
            .map_err(LedgerError::Database)?;
    }
    transaction.commit().await.map_err(LedgerError::Database)?;
    Ok(account)
}

/// What a draft would say, rolled back.
pub async fn preview_repay(pool: &PgPool, pay: &PayAgain<'_>) -> Result<DraftedPay, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    repay_in(&mut transaction, pay).await?;
    let drafted = sqlx::query_as(include_str!("drafted_pay.sql"))
        .bind(pay.returned)
        .fetch_one(&mut *transaction)
        .await
        .map_err(LedgerError::Database)?;
    transaction.rollback().await.map_err(LedgerError::Database)?;
    Ok(drafted)
}

/// A second person approves such drafts, all or none; the next payroll file of their day carries them. Returns how many.
pub async fn approve_returned_pay(pool: &PgPool, returned: &[i64], who: &str, today: &str) -> Result<i64, LedgerError> {
    let asked = sqlx::query_scalar("select ledger.approve_returned_pay($1, $2, $3::date)").bind(returned).bind(who).bind(today);
    asked.fetch_one(pool).await.map_err(refused)
}

/// Takes such drafts, or what was approved and is in no file, back; all or none. Returns how many.
pub async fn withdraw_returned_pay(pool: &PgPool, returned: &[i64], who: &str, reason: &str) -> Result<i64, LedgerError> {
    let asked = sqlx::query_scalar("select ledger.withdraw_returned_pay($1, $2, $3)").bind(returned).bind(who).bind(reason);
    asked.fetch_one(pool).await.map_err(refused)
}
