//! The forms of 決算統計 (05) as a list: rows and columns of the survey's tables, read and entered whole.

use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::{LedgerError, Signed, refused};

/// What `change_settlement_axis` says of a line that is in force already.
const UNCHANGED: &str = "setting_changes_something";

/// A row or column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
#[serde(deny_unknown_fields)]
pub struct FormLine {
    /// 表, two digits.
    pub table: String,
    /// `row`, `column`.
    pub axis: String,
    /// Two digits of a row, three of a column.
    pub no: String,
    /// A column that means this in one row only: that row.
    #[serde(default)]
    pub within: String,
    /// First fiscal year.
    pub from_year: i32,
    /// Caption.
    pub name: String,
    /// What it means; empty takes it back.
    #[serde(default)]
    pub role: String,
    /// Which of them.
    #[serde(default)]
    pub item: String,
    /// Evidence, A to D.
    pub grade: String,
}

/// What became of a form.
#[derive(Debug, Default)]
pub struct EnteredForm {
    /// Lines that say something new.
    pub changed: usize,
    /// Lines that were in force already.
    pub unchanged: usize,
    /// Place of each faulty line, counted from 0, and what is wrong with it. Where there is one, nothing is entered.
    pub faults: Vec<(usize, LedgerError)>,
}

/// The form as it is in a fiscal year, of one table or all.
pub async fn survey_form(pool: &PgPool, year: i32, table: Option<&str>) -> Result<Vec<FormLine>, LedgerError> {
    sqlx::query_as(include_str!("survey_form.sql")).bind(year).bind(table).fetch_all(pool).await.map_err(LedgerError::Database)
}

/// Enters lines of a form, all or none; what is in force already is passed over.
pub async fn enter_survey_form(pool: &PgPool, lines: &[FormLine], signed: Signed<'_>) -> Result<EnteredForm, LedgerError> {
    let mut tx = pool.begin().await.map_err(LedgerError::Database)?;
    let mut entered = EnteredForm::default();
    for (place, line) in lines.iter().enumerate() {
        let mut attempt = sqlx::Connection::begin(&mut *tx).await.map_err(LedgerError::Database)?;
        let change = sqlx::query(
            "select ledger.change_settlement_axis($1, $2, $3, $4, $5, $6, nullif($7, ''), nullif($8, ''), $9, $10, $11)",
        )
        .bind(&line.table)
        .bind(&line.axis)
        .bind(&line.no)
        .bind(&line.within)
        .bind(line.from_year)
        .bind(&line.name)
        .bind(&line.role)
        .bind(&line.item)
        .bind(&line.grade)
        .bind(signed.why.trim())
        .bind(signed.who)
        .execute(&mut *attempt)
        .await;
        match change.map_err(refused) {
            Ok(_) => {
                attempt.commit().await.map_err(LedgerError::Database)?;
                entered.changed += 1;
                continue;
            }
            Err(LedgerError::Database(error)) => return Err(LedgerError::Database(error)),
            Err(LedgerError::Rule { constraint, .. }) if constraint == UNCHANGED => entered.unchanged += 1,
            Err(error) => entered.faults.push((place, error)),
        }
        attempt.rollback().await.map_err(LedgerError::Database)?;
    }
    if entered.faults.is_empty() {
        tx.commit().await.map_err(LedgerError::Database)?;
    }
    Ok(entered)
}
