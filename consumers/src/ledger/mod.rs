//! Reading the ledger, and the approval of payment orders that stands in for the accounting system's 決裁.

/// From a ledger line back to the bytes it comes from.
pub mod lineage;

use renkei_core::verdict::{Classify, Verdict};
use serde::Serialize;
use sqlx::PgPool;

/// A question to the ledger failed.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database did not answer or refused.
    #[error("the ledger could not answer")]
    Database(#[from] sqlx::Error),
    /// A rule of the ledger refused the action; the sentence is the database's own.
    #[error("{0}")]
    Refused(String),
}

impl Classify for LedgerError {
    fn verdict(&self) -> Verdict {
        match self {
            LedgerError::Database(_) => Verdict::Retry,
            LedgerError::Refused(_) => Verdict::Reject,
        }
    }
}

/// One line of a journal as an accountant reads it.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct JournalLine {
    /// 伝票番号
    pub entry: i64,
    /// Event.
    pub event: String,
    /// 会計年度
    pub fiscal_year: i32,
    /// Day it is booked, ISO.
    pub booked_on: String,
    /// 会計
    pub fund: String,
    /// Line of the file it comes from.
    pub source_line: Option<i64>,
    /// 勘定科目 code.
    pub account: String,
    /// 勘定科目 name.
    pub account_name: String,
    /// 借方
    pub debit: i64,
    /// 貸方
    pub credit: i64,
    /// 予算科目
    pub budget_line: Option<String>,
    /// 摘要
    pub memo: Option<String>,
    /// The entry this one reverses.
    pub reverses: Option<i64>,
}

/// The journal a batch made, at most `limit` lines, in order.
pub async fn journal_of_batch(pool: &PgPool, batch: i64, limit: i64) -> Result<Vec<JournalLine>, LedgerError> {
    Ok(sqlx::query_as(include_str!("journal_of_batch.sql")).bind(batch).bind(limit).fetch_all(pool).await?)
}

/// The journal the release of an exported file made.
pub async fn journal_of_file(pool: &PgPool, file: i64, limit: i64) -> Result<Vec<JournalLine>, LedgerError> {
    Ok(sqlx::query_as(include_str!("journal_of_file.sql")).bind(file).bind(limit).fetch_all(pool).await?)
}

/// One account of the trial balance.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct AccountBalance {
    /// 会計年度
    pub fiscal_year: i32,
    /// 会計
    pub fund: String,
    /// 勘定科目 code.
    pub account: String,
    /// 勘定科目 name.
    pub name: String,
    /// In English.
    pub name_en: String,
    /// 借方合計
    pub debit: i64,
    /// 貸方合計
    pub credit: i64,
}

/// 合計残高試算表
pub async fn trial_balance(pool: &PgPool) -> Result<Vec<AccountBalance>, LedgerError> {
    let sql = "select fiscal_year, fund, account, name, name_en, debit, credit from ledger.trial_balance order by 1, 2, 3";
    Ok(sqlx::query_as(sql).fetch_all(pool).await?)
}

/// A payment order in a list.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct PaymentOrder {
    /// Internal id.
    pub id: i64,
    /// 支出命令番号
    pub no: String,
    /// State.
    pub state: String,
    /// 債権者番号
    pub creditor: String,
    /// Name of the creditor.
    pub creditor_name: String,
    /// Yen.
    pub amount: i64,
    /// Day the bank credits, ISO.
    pub pay_date: String,
    /// 摘要
    pub memo: String,
    /// Who made it.
    pub made_by: String,
    /// Who approved it.
    pub approved_by: Option<String>,
}

/// Payment orders, newest last; all states when `state` is empty.
pub async fn payment_orders(pool: &PgPool, state: &str, limit: i64) -> Result<Vec<PaymentOrder>, LedgerError> {
    Ok(sqlx::query_as(include_str!("payment_orders.sql")).bind(state).bind(limit).fetch_all(pool).await?)
}

/// 決裁: approves drafts by number, all or none; posts the expense. Returns how many.
pub async fn approve_payment_orders(pool: &PgPool, numbers: &[String], approver: &str, day: &str) -> Result<i64, LedgerError> {
    let sql = "select ledger.approve_payment_orders(\
               array(select coalesce(p.id, -1) from unnest($1::text[]) n left join ledger.payment_order p on p.no = n), $2, $3::date)";
    let mut transaction = pool.begin().await?;
    let approved =
        sqlx::query_scalar(sql).bind(numbers).bind(approver).bind(day).fetch_one(&mut *transaction).await.map_err(refused)?;
    transaction.commit().await?;
    Ok(approved)
}

/// The ledger's own rules raise codes that begin with RK; their message is meant for people.
fn refused(error: sqlx::Error) -> LedgerError {
    match error.as_database_error() {
        Some(database) if database.code().is_some_and(|code| code.starts_with("RK")) => {
            LedgerError::Refused(database.message().to_owned())
        }
        _ => LedgerError::Database(error),
    }
}
