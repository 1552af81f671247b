//! What came back from the bank: accounts corrected, payments made once more (再振込) or given up (戻入).

use serde::Serialize;
use sqlx::{PgConnection, PgPool};

use super::orders::{IDS, decide};
use super::payroll::{Booked, booked_since, newest_entry};
use super::{LedgerError, refused};

/// Another account for a creditor.
#[derive(Debug, Clone, Copy)]
pub struct NewAccount<'a> {
    /// `bank:branch:kind:number`.
    pub account: &'a str,
    /// Holder in the bank's kana; empty: as before.
    pub holder: &'a str,
}

/// A payment that is made once more.
#[derive(Debug, Clone, Serialize)]
pub struct Repayment {
    /// 支出命令番号 of the order that came back.
    pub repays: String,
    /// Of the draft that pays it once more.
    pub order: String,
    /// The day the creditor's new account begins, ISO; none was named: the account stays.
    pub account_from: Option<String>,
}

/// 再振込: a draft that names the order that came back, with the creditor's new account where one is given. Both or neither.
pub async fn repay(
    pool: &PgPool,
    failed: &str,
    pay_date: &str,
    account: Option<NewAccount<'_>>,
    who: &str,
    today: &str,
) -> Result<Repayment, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let mut account_from = None;
    if let Some(account) = account {
        let creditor: Option<String> = sqlx::query_scalar("select creditor from ledger.payment_order where no = $1")
            .bind(failed)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(LedgerError::Database)?;
        if let Some(creditor) = creditor {
            account_from = Some(correct(&mut transaction, &creditor, account, who, today).await?);
        }
    }
    let order = sqlx::query_scalar("select ledger.repay_order($1, $2::date, $3, $4::date)")
        .bind(failed)
        .bind(pay_date)
        .bind(who)
        .bind(today)
        .fetch_one(&mut *transaction)
        .await
        .map_err(refused)?;
    transaction.commit().await.map_err(refused)?;
    Ok(Repayment { repays: failed.to_owned(), order, account_from })
}

/// Gives a creditor another account. Returns the day it begins.
pub async fn correct_account(
    pool: &PgPool,
    creditor: &str,
    account: NewAccount<'_>,
    who: &str,
    today: &str,
) -> Result<String, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let begins = correct(&mut transaction, creditor, account, who, today).await?;
    transaction.commit().await.map_err(refused)?;
    Ok(begins)
}

async fn correct(
    conn: &mut PgConnection,
    creditor: &str,
    account: NewAccount<'_>,
    who: &str,
    today: &str,
) -> Result<String, LedgerError> {
    sqlx::query_scalar("select ledger.correct_account($1, $2, $3, $4, $5::date)::text")
        .bind(creditor)
        .bind(account.account)
        .bind(account.holder)
        .bind(who)
        .bind(today)
        .fetch_one(conn)
        .await
        .map_err(refused)
}

/// The marked account of a creditor is right after all: transfers go to it again.
pub async fn confirm_account(pool: &PgPool, creditor: &str, who: &str, reason: &str, today: &str) -> Result<(), LedgerError> {
    sqlx::query("select ledger.confirm_account($1, $2, $3, $4::date)")
        .bind(creditor)
        .bind(who)
        .bind(reason)
        .bind(today)
        .execute(pool)
        .await
        .map(|_| ())
        .map_err(refused)
}

/// 戻入: orders that came back are not paid again, all or none. Returns how many.
pub async fn settle_returned(
    pool: &PgPool,
    numbers: &[String],
    who: &str,
    reason: &str,
    today: &str,
) -> Result<i64, LedgerError> {
    decide(pool, &format!("select ledger.settle_returned({IDS}, $2, $3, $4::date)"), numbers, &[who, reason, today]).await
}

/// 出納閉鎖: what came back in a year and is not being paid again goes into 歳入歳出外現金. Returns how many.
pub async fn carry_returned(pool: &PgPool, year: i32, who: &str, today: &str) -> Result<i64, LedgerError> {
    sqlx::query_scalar("select ledger.carry_returned($1, $2, $3::date)")
        .bind(year)
        .bind(who)
        .bind(today)
        .fetch_one(pool)
        .await
        .map_err(refused)
}

/// Pay that came back (給与返戻) and reached the person in another way.
#[derive(Debug, Clone, Copy)]
pub struct PaidPay<'a> {
    /// Which.
    pub returned: &'a [i64],
    /// The day, ISO.
    pub paid_on: &'a str,
    /// How, and what shows it.
    pub how: &'a str,
    /// Who looked.
    pub who: &'a str,
    /// Today.
    pub today: &'a str,
}

async fn pay_in(conn: &mut PgConnection, pay: &PaidPay<'_>) -> Result<i64, LedgerError> {
    sqlx::query_scalar("select ledger.pay_returned_pay($1, $2::date, $3, $4, $5::date)")
        .bind(pay.returned)
        .bind(pay.paid_on)
        .bind(pay.how)
        .bind(pay.who)
        .bind(pay.today)
        .fetch_one(conn)
        .await
        .map_err(refused)
}

/// Puts it down as paid, all or none. Returns how many.
pub async fn pay_returned_pay(pool: &PgPool, pay: &PaidPay<'_>) -> Result<i64, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let paid = pay_in(&mut transaction, pay).await?;
    transaction.commit().await.map_err(refused)?;
    Ok(paid)
}

/// What would be booked for it; rolled back.
pub async fn preview_paid_pay(pool: &PgPool, pay: &PaidPay<'_>) -> Result<Vec<Booked>, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let newest = newest_entry(&mut transaction).await?;
    pay_in(&mut transaction, pay).await?;
    let booked = booked_since(&mut transaction, newest).await?;
    transaction.rollback().await.map_err(LedgerError::Database)?;
    Ok(booked)
}
