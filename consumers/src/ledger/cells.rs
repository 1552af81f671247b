//! From a cell of the survey (決算統計) back to the budget lines that make it.

use serde::Serialize;
use sqlx::{FromRow, PgPool};

use super::LedgerError;

/// A cell of an edition.
#[derive(Debug, Clone, Serialize, FromRow)]
pub struct Cell {
    /// Its id.
    pub id: i64,
    /// 決算年度
    pub fiscal_year: i32,
    /// 版
    pub edition: i32,
    /// 試算
    pub trial: bool,
    /// 表
    pub table_no: String,
    /// Its caption.
    pub table_name: String,
    /// 行
    pub row_no: String,
    /// Its caption.
    pub row_name: String,
    /// 列
    pub column_no: String,
    /// Its caption.
    pub column_name: String,
    /// 千円
    pub thousand: i64,
    /// Yen.
    pub yen: i64,
    /// Postings behind it.
    pub postings: i64,
}

/// What a budget line gives to a cell.
#[derive(Debug, Clone, Serialize, FromRow)]
pub struct CellFact {
    /// `revenue`, `expenditure`, or `figure`: given by people, on no budget line.
    pub side: String,
    /// 会計
    pub fund: Option<String>,
    /// Its name.
    pub fund_name: Option<String>,
    /// 予算科目
    pub budget_line: Option<String>,
    /// Its name.
    pub line_name: String,
    /// 目的
    pub purpose: Option<String>,
    /// 性質
    pub nature: Option<String>,
    /// 財源
    pub source: Option<String>,
    /// 歳入の区分
    pub revenue: Option<String>,
    /// -1 where the cell takes it off.
    pub sign: i32,
    /// Yen.
    pub yen: i64,
    /// Its share in 千円.
    pub thousand: i64,
    /// Postings of its budget line.
    pub postings: i64,
}

impl CellFact {
    /// What it is in the survey: 目的, 性質, 財源, 歳入の区分.
    pub fn words(&self) -> String {
        let words = [&self.purpose, &self.nature, &self.source, &self.revenue];
        words.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · ")
    }
}

/// A cell that an outgoing file carries; none when it does not carry it.
pub async fn cell_of_file(pool: &PgPool, file: i64, cell: i64) -> Result<Option<Cell>, LedgerError> {
    let found = sqlx::query_as(include_str!("cell_of_file.sql")).bind(file).bind(cell).fetch_optional(pool).await;
    found.map_err(LedgerError::Database)
}

/// The facts a cell is the sum of.
pub async fn facts_of_cell(pool: &PgPool, cell: i64) -> Result<Vec<CellFact>, LedgerError> {
    let found = sqlx::query_as(include_str!("facts_of_cell.sql")).bind(cell).fetch_all(pool).await;
    found.map_err(LedgerError::Database)
}
