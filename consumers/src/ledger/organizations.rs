//! What people decide about organizations that have ended.

use sqlx::PgPool;

use super::{LedgerError, refused};

/// Says who carries the open items of an organization that was split or abolished. Returns the first day without it, ISO.
pub async fn name_carrier(
    pool: &PgPool,
    organization: &str,
    carrier: &str,
    reason: &str,
    who: &str,
    today: &str,
) -> Result<String, LedgerError> {
    let sql = "select ledger.name_carrier($1, $2, $3, $4, $5::date)::text";
    let named = sqlx::query_scalar(sql).bind(organization).bind(carrier).bind(reason).bind(who).bind(today);
    named.fetch_one(pool).await.map_err(refused)
}
