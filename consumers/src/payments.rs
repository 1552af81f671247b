//! 支払の確認: what left for the bank and did not come back by the day after its day is paid.
//!
//! A bank tells of what failed, and seldom of what worked; so it is time that confirms a payment, and an answer may still undo it. Of a
//! file whose delivery is in doubt nothing is confirmed.

use std::time::Duration;

use renkei_core::calendar::clock;
use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;

use crate::ledger::LedgerError;

/// Writes down as paid what was due before `today` (ISO). Returns how many orders; doing it again changes nothing.
pub async fn confirm(pool: &PgPool, today: &str) -> Result<i64, LedgerError> {
    let confirmed = sqlx::query_scalar("select ledger.confirm_transfers($1::date)").bind(today).fetch_one(pool).await;
    confirmed.map_err(LedgerError::Database)
}

/// Calls [`confirm`] every `pause` until `cancel`.
pub async fn keep_confirming(pool: PgPool, pause: Duration, cancel: CancellationToken) {
    loop {
        match confirm(&pool, &clock::today().to_string()).await {
            Ok(0) => {}
            Ok(orders) => tracing::info!(orders, "payment orders did not come back and count as paid"),
            Err(error) => tracing::warn!(%error, "it could not be written down which payments are paid"),
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
