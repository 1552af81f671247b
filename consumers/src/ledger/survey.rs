//! 決算統計 (05): the tables staff edit. Nothing is changed in place: each edit is a higher version, signed and with its reason.

use serde::Serialize;
use sqlx::PgPool;
use sqlx::query::QueryScalar;

use super::{LedgerError, refused};

/// A rule of the 対応表.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct SurveyRule {
    /// `fund`, `purpose`, `nature`, `revenue`.
    pub role: String,
    /// 会計; empty: all.
    pub fund: String,
    /// 会計, 予算科目 or 節.
    pub key: String,
    /// First fiscal year.
    pub from_year: i32,
    /// Version in force.
    pub version: i32,
    /// What it is in the survey.
    pub item: String,
    /// The same by name.
    pub name: String,
    /// Who made it.
    pub made_by: String,
    /// Why.
    pub why: String,
}

/// Who edits, and why.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Who.
    pub who: &'a str,
    /// Why.
    pub why: &'a str,
}

/// Part of what a budget line paid.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    /// 会計年度
    pub year: i32,
    /// 会計
    pub fund: &'a str,
    /// 予算科目
    pub budget_line: &'a str,
    /// 性質別; empty for an earmark of the part that has the 性質別 of its 節.
    pub nature: &'a str,
    /// 財源; `None`: a portion and no earmark.
    pub source: Option<&'a str>,
    /// Whole yen; 0 takes it back.
    pub yen: i64,
}

/// The 対応表 as it is in a fiscal year.
pub async fn survey_rules(pool: &PgPool, year: i32) -> Result<Vec<SurveyRule>, LedgerError> {
    let sql = "select role, fund, key, from_year, version, item, name, made_by, why from ledger.settlement_rules_in($1)";
    sqlx::query_as(sql).bind(year).fetch_all(pool).await.map_err(LedgerError::Database)
}

/// Sets a rule from a fiscal year on; `item` `None` takes it back. Its version.
pub async fn set_survey_rule(
    pool: &PgPool,
    (role, fund, key): (&str, &str, &str),
    from_year: i32,
    item: Option<&str>,
    signed: Signed<'_>,
) -> Result<i32, LedgerError> {
    let query = sqlx::query_scalar("select ledger.set_settlement_rule($1, $2, $3, $4, $5, $6, $7)");
    version(query.bind(role).bind(fund).bind(key).bind(from_year).bind(item).bind(signed.who).bind(signed.why), pool).await
}

/// Sets a figure the ledger cannot know. Its version.
pub async fn set_survey_figure(pool: &PgPool, year: i32, figure: &str, yen: i64, signed: Signed<'_>) -> Result<i32, LedgerError> {
    let query = sqlx::query_scalar("select ledger.set_settlement_figure($1, $2, $3, $4, $5)");
    version(query.bind(year).bind(figure).bind(yen).bind(signed.who).bind(signed.why), pool).await
}

/// Sets a portion of a line, or an earmark of it. Its version.
pub async fn set_survey_share(pool: &PgPool, share: &Share<'_>, signed: Signed<'_>) -> Result<i32, LedgerError> {
    let query = sqlx::query_scalar("select ledger.set_settlement_share($1, $2, $3, $4, $5, $6, $7, $8)");
    let query = query.bind(share.year).bind(share.fund).bind(share.budget_line).bind(share.nature).bind(share.source);
    version(query.bind(share.yen).bind(signed.who).bind(signed.why), pool).await
}

async fn version(
    query: QueryScalar<'_, sqlx::Postgres, i32, sqlx::postgres::PgArguments>,
    pool: &PgPool,
) -> Result<i32, LedgerError> {
    query.fetch_one(pool).await.map_err(refused)
}
