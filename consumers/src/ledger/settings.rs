//! What the office sets by itself. Each change is one function of the schema: it refuses what cannot be, keeps what was there before,
//! and writes history and audit event in the same transaction.

use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use sqlx::{PgConnection, PgPool};

use super::{LedgerError, refused};

/// Who changes something, and why.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Login id.
    pub actor: &'a str,
    /// The reason, which must be there.
    pub why: &'a str,
}

/// One change of a setting.
#[derive(Debug, Clone, Serialize, FromRow)]
pub struct SettingChange {
    /// What was changed: the event, the day, the collector, the rule.
    pub key: String,
    /// How often it had been changed by then.
    pub version: i32,
    /// From when on it counts, where that is not the moment it was made.
    pub valid_from: Option<String>,
    /// What was there before.
    pub before: Value,
    /// What is there since.
    pub after: Value,
    /// Why.
    pub why: String,
    /// By whom.
    pub made_by: String,
    /// When, RFC 3339.
    pub made_at: String,
}

/// Changes of a kind of setting, newest first.
pub async fn setting_changes(pool: &PgPool, setting: &str, rows: i64) -> Result<Vec<SettingChange>, LedgerError> {
    let found = sqlx::query_as(include_str!("setting_changes.sql")).bind(setting).bind(rows).fetch_all(pool).await;
    found.map_err(LedgerError::Database)
}

/// Other accounts of an event, from a day on.
#[derive(Debug, Clone, Copy)]
pub struct PostingRule<'a> {
    /// Event.
    pub event: &'a str,
    /// Debited account; `None`: that of the budget line.
    pub debit: Option<&'a str>,
    /// Credited account; `None`: that of the budget line.
    pub credit: Option<&'a str>,
    /// First day of which entries take them, ISO.
    pub valid_from: &'a str,
}

/// Other accounts for what is booked on a day behind `today`, or after it. `seen` is the version the person looked at. Gives the new one.
pub async fn change_posting_rule(
    pool: &PgPool,
    rule: PostingRule<'_>,
    seen: i32,
    today: &str,
    by: By<'_>,
) -> Result<i32, LedgerError> {
    let mut conn = pool.acquire().await.map_err(LedgerError::Database)?;
    change_posting_rule_in(&mut conn, rule, seen, today, by).await
}

async fn change_posting_rule_in(
    conn: &mut PgConnection,
    rule: PostingRule<'_>,
    seen: i32,
    today: &str,
    by: By<'_>,
) -> Result<i32, LedgerError> {
    let sql = "select ledger.change_posting_rule($1, $2, $3, $4::text::date, $5, $6::text::date, $7, $8)";
    let changing = sqlx::query_scalar(sql).bind(rule.event).bind(rule.debit).bind(rule.credit).bind(rule.valid_from);
    changing.bind(seen).bind(today).bind(by.why.trim()).bind(by.actor).fetch_one(conn).await.map_err(refused)
}

/// A rule that has an account on the other side than the rule that is changed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MirroredRule {
    /// Event.
    pub event: String,
    /// Its Japanese name.
    pub name: String,
    /// The account, which the changed rule has no longer.
    pub account: String,
    /// Whether this rule debits it.
    pub debits: bool,
}

/// What [`change_posting_rule`] would leave behind, done and rolled back: rules that still take out of an account what the changed rule
/// puts in no longer, or the other way round.
pub async fn preview_posting_rule(
    pool: &PgPool,
    rule: PostingRule<'_>,
    seen: i32,
    today: &str,
    by: By<'_>,
) -> Result<Vec<MirroredRule>, LedgerError> {
    let mut transaction = pool.begin().await.map_err(LedgerError::Database)?;
    let mirrored = sqlx::query_as(include_str!("mirrored_rules.sql"));
    let mirrored = mirrored.bind(rule.event).bind(rule.debit).bind(rule.credit).bind(rule.valid_from);
    let mirrored = mirrored.fetch_all(&mut *transaction).await.map_err(LedgerError::Database)?;
    change_posting_rule_in(&mut transaction, rule, seen, today, by).await?;
    transaction.rollback().await.map_err(LedgerError::Database)?;
    Ok(mirrored)
}

/// A day behind `today` becomes a holiday, has another name, or is a holiday no more (`name` empty).
pub async fn change_holiday(pool: &PgPool, day: &str, name: &str, today: &str, by: By<'_>) -> Result<i32, LedgerError> {
    let changing =
        sqlx::query_scalar("select ledger.change_holiday($1::text::date, $2, $3::text::date, $4, $5)").bind(day).bind(name);
    changing.bind(today).bind(by.why.trim()).bind(by.actor).fetch_one(pool).await.map_err(refused)
}

/// A day behind `today` is open (`Some(true)`) or closed in these calendars (`office`, `bank`), or again what the rest says (`None`): in
/// all of them or in none.
pub async fn change_own_days(
    pool: &PgPool,
    calendars: &[&str],
    day: &str,
    (opens, name): (Option<bool>, &str),
    today: &str,
    by: By<'_>,
) -> Result<(), LedgerError> {
    let sql = "select ledger.change_own_day(c, $2::text::date, $3, $4, $5::text::date, $6, $7) from unnest($1::text[]) c";
    let changing = sqlx::query(sql).bind(calendars).bind(day).bind(opens).bind(name).bind(today);
    changing.bind(by.why.trim()).bind(by.actor).execute(pool).await.map(|_| ()).map_err(refused)
}

/// Where the contract number of a collector stands.
#[derive(Debug, Clone, Copy)]
pub struct ContractNumber<'a> {
    /// Collector.
    pub collector: &'a str,
    /// First debit date for which it counts, ISO.
    pub valid_from: &'a str,
    /// First character, from 1.
    pub start_at: i32,
    /// Characters.
    pub length: i32,
    /// Zeros before the number are no part of it.
    pub strip_zeros: bool,
}

/// Another place of the contract number from a debit date on.
pub async fn change_contract_number(pool: &PgPool, rule: ContractNumber<'_>, by: By<'_>) -> Result<i32, LedgerError> {
    let sql = "select ledger.change_contract_number_rule($1, $2::text::date, $3, $4, $5, $6, $7)";
    let changing = sqlx::query_scalar(sql).bind(rule.collector).bind(rule.valid_from).bind(rule.start_at).bind(rule.length);
    changing.bind(rule.strip_zeros).bind(by.why.trim()).bind(by.actor).fetch_one(pool).await.map_err(refused)
}

/// What a 会計, a 予算科目 or a 節 is in the survey.
#[derive(Debug, Clone, Copy)]
pub struct SurveyRule<'a> {
    /// fund, purpose, nature, revenue.
    pub role: &'a str,
    /// 会計; empty for all.
    pub fund: &'a str,
    /// Beginning of the 予算科目, the 節 or the 会計.
    pub key: &'a str,
    /// Fiscal year from which it counts.
    pub from_year: i32,
    /// Its item; `None` takes the rule back.
    pub item: Option<&'a str>,
}

/// Another word of the survey from a fiscal year on.
pub async fn change_survey_rule(pool: &PgPool, rule: SurveyRule<'_>, by: By<'_>) -> Result<i32, LedgerError> {
    let sql = "select ledger.change_settlement_rule($1, $2, $3, $4, $5, $6, $7)";
    let changing = sqlx::query_scalar(sql).bind(rule.role).bind(rule.fund).bind(rule.key).bind(rule.from_year).bind(rule.item);
    changing.bind(by.why.trim()).bind(by.actor).fetch_one(pool).await.map_err(refused)
}

/// A row or column of a table of the survey.
#[derive(Debug, Clone, Copy)]
pub struct SurveyAxis<'a> {
    /// 表.
    pub table_no: &'a str,
    /// row, column.
    pub axis: &'a str,
    /// Its number: two digits of a row, three of a column.
    pub no: &'a str,
    /// A column that means this in one row only: that row; else empty.
    pub within: &'a str,
    /// Fiscal year from which it counts.
    pub from_year: i32,
    /// Caption.
    pub name: &'a str,
    /// What it means: purpose, nature, source, revenue, lines, total, figure, amount; `None` takes it back.
    pub role: Option<&'a str>,
    /// Which of them; of lines `01/1401,01/1402`.
    pub item: Option<&'a str>,
    /// Evidence, A to D.
    pub grade: &'a str,
}

/// Another caption or meaning of a row or column from a fiscal year on.
pub async fn change_survey_axis(pool: &PgPool, axis: SurveyAxis<'_>, by: By<'_>) -> Result<i32, LedgerError> {
    let sql = "select ledger.change_settlement_axis($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let changing = sqlx::query_scalar(sql).bind(axis.table_no).bind(axis.axis).bind(axis.no).bind(axis.within);
    let changing = changing.bind(axis.from_year).bind(axis.name).bind(axis.role).bind(axis.item).bind(axis.grade);
    changing.bind(by.why.trim()).bind(by.actor).fetch_one(pool).await.map_err(refused)
}

/// Another name or payee of a 節 of personnel cost, from a pay date on.
#[derive(Debug, Clone, Copy)]
pub struct PayrollSection<'a> {
    /// Two digits.
    pub section: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Collective creditor its orders name.
    pub payee: &'a str,
    /// First pay date (支給日) for which it counts, ISO.
    pub valid_from: &'a str,
}

/// Another name or payee of a 節, for pay of a day behind `today`, or after it.
pub async fn change_payroll_section(
    pool: &PgPool,
    section: PayrollSection<'_>,
    seen: i32,
    today: &str,
    by: By<'_>,
) -> Result<i32, LedgerError> {
    let sql = "select ledger.change_payroll_section($1, $2, $3, $4::text::date, $5, $6::text::date, $7, $8)";
    let changing = sqlx::query_scalar(sql).bind(section.section).bind(section.name).bind(section.payee).bind(section.valid_from);
    changing.bind(seen).bind(today).bind(by.why.trim()).bind(by.actor).fetch_one(pool).await.map_err(refused)
}
