//! What the invented ward of the tour had done before, and what the tour needs to know of a batch.

use sqlx::PgPool;

use super::LedgerError;

/// Books a closed year and last month's pay of the invented ward, once. Only for an installation that is the tour's own.
pub async fn book_sample_past(pool: &PgPool) -> Result<(), LedgerError> {
    sqlx::raw_sql(include_str!("sample_past.sql")).execute(pool).await.map_err(LedgerError::Database)?;
    Ok(())
}

/// 調定番号 of the receivables a batch brought, in the order of its file.
pub async fn receivables_of_batch(pool: &PgPool, batch: i64) -> Result<Vec<String>, LedgerError> {
    let sql = "select v.assessment_no from ledger.assessment a join ledger.receivable v using (id) where a.batch_id = $1 order by a.line";
    sqlx::query_scalar(sql).bind(batch).fetch_all(pool).await.map_err(LedgerError::Database)
}
