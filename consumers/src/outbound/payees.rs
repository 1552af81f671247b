//! Whom a file pays: what an approver looks at first, of a file that is made and of one that would be.

use sqlx::{FromRow, PgConnection};

use super::error::OutboundError;

/// A creditor the file pays, by one account.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Payee {
    /// 債権者番号
    pub creditor: String,
    /// Name.
    pub name: String,
    /// Bank, branch, kind and number, with hyphens; empty where the file pays to none.
    pub account: String,
    /// Payment orders.
    pub orders: i64,
    /// Yen of all of them.
    pub yen: i64,
    /// How many payees the file has.
    pub payees: i64,
}

/// The `rows` largest of a file; none where it pays no creditor.
pub async fn payees(conn: &mut PgConnection, file: i64, rows: i64) -> Result<Vec<Payee>, OutboundError> {
    let found = sqlx::query_as(include_str!("sql/file_payees.sql")).bind(file).bind(rows).fetch_all(conn).await;
    found.map_err(OutboundError::database("read whom a file pays"))
}
