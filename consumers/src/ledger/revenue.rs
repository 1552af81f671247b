//! What the accounting office tells the ledger about slips and their money.

use serde::Serialize;
use sqlx::PgPool;

use super::{LedgerError, refused};

/// An amount of 払込通知 or of the bank's credit.
#[derive(Debug, Clone)]
pub struct FundCredit<'a> {
    /// 払込日, ISO.
    pub fund_on: &'a str,
    /// 税目・料金番号
    pub fee_item: &'a str,
    /// `notice` or `bank`.
    pub kind: &'a str,
    /// Whole yen; negative corrects.
    pub yen: i64,
    /// Why; needed to correct.
    pub reason: &'a str,
}

/// Enters one amount; the sum of its day, item and kind afterwards.
pub async fn enter_fund_credit(pool: &PgPool, credit: &FundCredit<'_>, who: &str) -> Result<i64, LedgerError> {
    let sql = "select ledger.enter_fund_credit($1::date, $2, $3, $4, $5, $6)";
    let entered = sqlx::query_scalar(sql)
        .bind(credit.fund_on)
        .bind(credit.fee_item)
        .bind(credit.kind)
        .bind(credit.yen)
        .bind(who)
        .bind(credit.reason)
        .fetch_one(pool)
        .await;
    entered.map_err(|error| match error.as_database_error().and_then(|database| database.constraint()) {
        Some("fund_credit_correction_has_reason") => LedgerError::Refused("a correction needs a reason".to_owned()),
        Some("fund_credit_item_is_known") => LedgerError::Refused(format!("there is no fee item {}", credit.fee_item)),
        Some("fund_credit_is_not_zero") => LedgerError::Refused("zero yen are no entry".to_owned()),
        _ => refused(error),
    })
}

/// A slip that was issued anew.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Reissued {
    /// 納入通知書番号 of the slip that ended.
    pub old_no: String,
    /// Of the new one.
    pub new_no: String,
    /// 案件特定キー of the new one.
    pub new_key: String,
    /// Yen unpaid, which the new one asks for.
    pub amount: i64,
}

/// Issues slips anew, by 案件特定キー or 納入通知書番号, payable to `limit_on`: all or none.
pub async fn reissue_slips(
    pool: &PgPool,
    slips: &[String],
    limit_on: &str,
    today: &str,
    who: &str,
) -> Result<Vec<Reissued>, LedgerError> {
    let sql = "select * from ledger.reissue_slips($1, $2::date, $3::date, $4)";
    let issued = sqlx::query_as(sql).bind(slips).bind(limit_on).bind(today).bind(who).fetch_all(pool).await;
    issued.map_err(refused)
}

/// A slip whose posting day has come although the partner is not known to have accepted it.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct LateSlip {
    /// Yen.
    pub amount: i64,
    /// Catalogue code.
    pub code: String,
    /// Values of its text.
    pub detail: serde_json::Value,
}

/// The late slips of a day.
pub async fn late_slips(pool: &PgPool, today: &str) -> Result<Vec<LateSlip>, LedgerError> {
    let sql = "select amount, code, detail from ledger.late_slips($1::date)";
    sqlx::query_as(sql).bind(today).fetch_all(pool).await.map_err(LedgerError::Database)
}
