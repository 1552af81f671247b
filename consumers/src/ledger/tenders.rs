//! Tenders (案件) before their opening: opened, nominated, approved, opened again for change, cancelled.

use serde::Serialize;
use serde_json::Value;
use sqlx::PgPool;

use super::{LedgerError, refused};

/// A tender in a list.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Tender {
    /// 案件番号
    pub no: String,
    /// 版: rises when an approved tender is opened for change.
    pub version: i32,
    /// State.
    pub state: String,
    /// 件名
    pub title: String,
    /// 入札方式 by name.
    pub method: String,
    /// 公表日, ISO.
    pub published_on: String,
    /// 締切日時
    pub closes_at: String,
    /// 開札日時
    pub opens_at: String,
    /// How many vendors were nominated.
    pub nominees: i64,
    /// Who made this version.
    pub made_by: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// The file that told this version (連携7), once it was released.
    pub file: Option<i64>,
}

/// A vendor nominated for a tender.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Nominee {
    /// 受付番号
    pub vendor: String,
    /// 商号又は名称; none where its registration was taken back.
    pub name: Option<String>,
    /// 選定区分
    pub kind: String,
    /// 選定理由
    pub reason: Option<String>,
}

/// A rule that a tender or one of its nominees breaks.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct TenderFault {
    /// 受付番号; none: it is about the tender itself.
    pub vendor: Option<String>,
    /// Catalogue code.
    pub code: String,
    /// Values of its text.
    pub detail: Value,
}

/// Tenders, newest last; all states when `state` is empty.
pub async fn tenders(pool: &PgPool, state: &str, limit: i64) -> Result<Vec<Tender>, LedgerError> {
    let found = sqlx::query_as(include_str!("tenders.sql")).bind(state).bind("").bind(limit).fetch_all(pool).await;
    found.map_err(LedgerError::Database)
}

/// One tender with its nominees and every rule they break; none when there is no such tender.
pub async fn tender(pool: &PgPool, no: &str) -> Result<Option<(Tender, Vec<Nominee>, Vec<TenderFault>)>, LedgerError> {
    let found = sqlx::query_as(include_str!("tenders.sql")).bind("").bind(no).bind(1_i64).fetch_optional(pool).await;
    let Some(tender) = found.map_err(LedgerError::Database)? else { return Ok(None) };
    let sql = "select n.vendor, r.name, n.kind, n.reason from ledger.tender_nominee n
                 left join ledger.registered_vendor r on r.no = n.vendor where n.tender_no = $1 order by n.seq";
    let nominees = sqlx::query_as(sql).bind(no).fetch_all(pool).await.map_err(LedgerError::Database)?;
    Ok(Some((tender, nominees, tender_faults(pool, no).await?)))
}

/// Every rule that a tender and its nominees break as they stand.
pub async fn tender_faults(pool: &PgPool, no: &str) -> Result<Vec<TenderFault>, LedgerError> {
    let sql = "select vendor, code, detail from ledger.tender_faults(array[$1])";
    sqlx::query_as(sql).bind(no).fetch_all(pool).await.map_err(LedgerError::Database)
}

/// 執行伺を起案: opens a draft and binds its budget. `terms` is an object with the columns of `ledger.tender`. Returns 案件番号.
pub async fn open_tender(pool: &PgPool, terms: &Value, who: &str, today: &str) -> Result<String, LedgerError> {
    let sql = "select ledger.open_tender($1, $2, $3::date)";
    sqlx::query_scalar(sql).bind(terms).bind(who).bind(today).fetch_one(pool).await.map_err(refused)
}

/// 業者を選定: adds vendors to a draft, in this order, all or none.
pub async fn nominate(pool: &PgPool, no: &str, vendors: &[String], reason: &str, who: &str) -> Result<(), LedgerError> {
    let done = sqlx::query("select ledger.nominate($1, $2, $3, $4)").bind(no).bind(vendors).bind(reason).bind(who).execute(pool);
    done.await.map(drop).map_err(refused)
}

/// Takes vendors out of a draft, all or none.
pub async fn strike_nominees(pool: &PgPool, no: &str, vendors: &[String], reason: &str, who: &str) -> Result<(), LedgerError> {
    let sql = "select ledger.strike_nominees($1, $2, $3, $4)";
    sqlx::query(sql).bind(no).bind(vendors).bind(reason).bind(who).execute(pool).await.map(drop).map_err(refused)
}

/// Changes what is told of a draft. `changes` is an object with columns of `ledger.tender`.
pub async fn change_tender(pool: &PgPool, no: &str, changes: &Value, who: &str) -> Result<(), LedgerError> {
    let done = sqlx::query("select ledger.change_tender($1, $2, $3)").bind(no).bind(changes).bind(who).execute(pool).await;
    done.map(drop).map_err(refused)
}

/// 決裁 by a second person. What bars it, if anything: then nothing changed.
pub async fn approve_tender(pool: &PgPool, no: &str, who: &str, now: &str) -> Result<Vec<TenderFault>, LedgerError> {
    let sql = "select vendor, code, detail from ledger.approve_tender($1, $2, $3::timestamptz)";
    sqlx::query_as(sql).bind(no).bind(who).bind(now).fetch_all(pool).await.map_err(refused)
}

/// Makes an approved, told or failed tender a draft again. Returns its new version.
pub async fn reopen_tender(pool: &PgPool, no: &str, reason: &str, who: &str) -> Result<i32, LedgerError> {
    let sql = "select ledger.reopen_tender($1, $2, $3)";
    sqlx::query_scalar(sql).bind(no).bind(reason).bind(who).fetch_one(pool).await.map_err(refused)
}

/// Gives a tender up before anybody was told, or after 不調; its budget is free again.
pub async fn cancel_tender(pool: &PgPool, no: &str, reason: &str, who: &str) -> Result<(), LedgerError> {
    let done = sqlx::query("select ledger.cancel_tender($1, $2, $3)").bind(no).bind(reason).bind(who).execute(pool).await;
    done.map(drop).map_err(refused)
}
