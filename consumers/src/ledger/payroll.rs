//! Pay by person: moved to another day while it is unsent, and transferred once more when it came back.

use serde::Serialize;
use sqlx::postgres::PgPool;

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

/// 支払日の変更: pay of a day that no file carries is due on another bank business day; of one 支給区分, or of all. All or none.
pub async fn move_payroll(
    pool: &PgPool,
    (from, to): (&str, &str),
    kind: Option<&str>,
    (who, reason): (&str, &str),
    today: &str,
) -> Result<MovedPay, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let moved = sqlx::query_as("select runs, credits, yen from ledger.move_payroll($1::date, $2::date, $3, $4, $5, $6::date)")
        .bind(from)
        .bind(to)
        .bind(kind)
        .bind(who)
        .bind(reason)
        .bind(today)
        .fetch_one(&mut *transaction)
        .await
        .map_err(refused)?;
    transaction.commit().await.map_err(refused)?;
    Ok(moved)
}

/// 給与返戻の再振込: a draft that transfers pay that came back once more, to another account or the same. Its id.
pub async fn repay_returned_pay(
    pool: &PgPool,
    returned: i64,
    pay_date: &str,
    account: Option<NewAccount<'_>>,
    who: &str,
    today: &str,
) -> Result<i64, LedgerError> {
    let asked = sqlx::query_scalar("select ledger.repay_returned_pay($1, $2::date, $3, $4, $5, $6::date)")
        .bind(returned)
        .bind(pay_date)
        .bind(account.map(|account| account.account))
        .bind(account.map(|account| account.holder))
        .bind(who)
        .bind(today);
    asked.fetch_one(pool).await.map_err(refused)
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
