//! What the accounting office decides about money that came, or did not come: 還付, 充当, 整理, 不納欠損.

use std::collections::BTreeMap;

use sqlx::PgPool;
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::QueryScalar;
use sqlx::types::Json;

use super::{LedgerError, refused};

/// Who settles, when and why.
#[derive(Debug, Clone, Copy)]
pub struct Settling<'a> {
    /// Day it is booked, ISO.
    pub on: &'a str,
    /// Who decided.
    pub who: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Today, ISO: no day to come is taken, and a closed year takes nothing.
    pub today: &'a str,
}

/// 還付: overpayments that were paid back, all or none. How many.
pub async fn refund_overpayments(pool: &PgPool, overpayments: &[i64], settling: &Settling<'_>) -> Result<i64, LedgerError> {
    let sql = "select ledger.refund_overpayments($5, $1::date, $2, $3, $4::date)";
    decided(asked(sql, settling).bind(overpayments), pool).await
}

/// 戻出: pays back what had been received rightly, before the assessment is reduced. The yen.
pub async fn refund_received(pool: &PgPool, assessment: &str, yen: i64, settling: &Settling<'_>) -> Result<i64, LedgerError> {
    let sql = "select ledger.refund_received($5, $6, $1::date, $2, $3, $4::date)";
    decided(asked(sql, settling).bind(assessment).bind(yen), pool).await
}

/// 充当: an overpayment pays what is unpaid of a receivable. The yen taken; the rest stays open.
pub async fn appropriate(pool: &PgPool, overpayment: i64, to: &str, settling: &Settling<'_>) -> Result<i64, LedgerError> {
    let sql = "select ledger.appropriate_overpayment($5, $6, $1::date, $2, $3, $4::date)";
    decided(asked(sql, settling).bind(overpayment).bind(to), pool).await
}

/// Money of 収入未整理 pays what is unpaid of the receivable a person found. The yen taken; the rest stays open.
pub async fn allocate(pool: &PgPool, unallocated: i64, to: &str, settling: &Settling<'_>) -> Result<i64, LedgerError> {
    let sql = "select ledger.allocate_receipt($5, $6, $1::date, $2, $3, $4::date)";
    decided(asked(sql, settling).bind(unallocated).bind(to), pool).await
}

/// 不納欠損: gives up what is unpaid of receivables, all or none. How many.
pub async fn write_off(pool: &PgPool, assessments: &[String], settling: &Settling<'_>) -> Result<i64, LedgerError> {
    let sql = "select ledger.write_off($5, $1::date, $2, $3, $4::date)";
    decided(asked(sql, settling).bind(assessments), pool).await
}

/// 滞納繰越: what is unpaid of a year whose books are closed goes on in the next one, under the line that `lines` names
/// (`会計/予算科目` → `予算科目`), else under its own. How many.
pub async fn carry_over(
    pool: &PgPool,
    year: i32,
    lines: &BTreeMap<String, String>,
    (who, reason): (&str, &str),
    today: &str,
) -> Result<i64, LedgerError> {
    let sql = "select ledger.carry_receivables($1, $2, $3, $4, $5::date)";
    decided(sqlx::query_scalar(sql).bind(year).bind(Json(lines)).bind(who).bind(reason).bind(today), pool).await
}

/// 配賦基準: the weight of a facility in sharing common cost out, from a fiscal year on. Its version.
pub async fn set_allocation_key(
    pool: &PgPool,
    (fund, facility, from_year): (&str, &str, i32),
    weight: i64,
    (who, reason): (&str, &str),
) -> Result<i32, LedgerError> {
    let sql = "select ledger.set_allocation_key($1, $2, $3, $4, $5, $6)";
    let set = sqlx::query_scalar(sql).bind(fund).bind(facility).bind(from_year).bind(weight).bind(who).bind(reason);
    set.fetch_one(pool).await.map_err(refused)
}

/// 共通費の配賦: shares what was spent for no facility out to the facilities. The yen; what was shared out before is not again.
pub async fn allocate_common_cost(pool: &PgPool, year: i32, fund: &str, settling: &Settling<'_>) -> Result<i64, LedgerError> {
    let sql = "select ledger.allocate_common_cost($5, $6, $1::date, $2, $3, $4::date)";
    decided(asked(sql, settling).bind(year).bind(fund), pool).await
}

/// Takes settlements back today, all or none. How many.
pub async fn undo_settlements(
    pool: &PgPool,
    settlements: &[i64],
    who: &str,
    reason: &str,
    today: &str,
) -> Result<i64, LedgerError> {
    let sql = "select ledger.undo_settlements($1, $2, $3, $4::date)";
    decided(sqlx::query_scalar(sql).bind(settlements).bind(who).bind(reason).bind(today), pool).await
}

fn asked<'q>(sql: &'static str, settling: &Settling<'q>) -> QueryScalar<'q, Postgres, i64, PgArguments> {
    sqlx::query_scalar(sql).bind(settling.on).bind(settling.who).bind(settling.reason).bind(settling.today)
}

async fn decided(query: QueryScalar<'_, Postgres, i64, PgArguments>, pool: &PgPool) -> Result<i64, LedgerError> {
    query.fetch_one(pool).await.map_err(refused)
}
