//! 支払の確認: what left for the bank and did not come back by the day after its day is paid.
//!
//! A bank tells of what failed, and seldom of what worked; so it is time that confirms a payment, and an answer may still undo it. Of a
//! file whose delivery is in doubt nothing is confirmed, nor of one that lies in the outbox until somebody carries it to the bank.

use std::time::Duration;

use renkei_core::calendar::clock;
use renkei_core::registry::Registry;
use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;

use crate::ledger::LedgerError;
use crate::tasks;

/// Writes down as paid what was due before `today` (ISO). Returns how many orders; doing it again changes nothing.
pub async fn confirm(pool: &PgPool, registry: &Registry, today: &str) -> Result<i64, LedgerError> {
    // Told here and not by the tasks alone: between the delivery and the task nobody has carried anything either.
    let carried: Vec<&str> = tasks::carried(registry).collect();
    let confirm = "select ledger.confirm_transfers($1::date, $2::text[])";
    let confirmed = sqlx::query_scalar(confirm).bind(today).bind(carried).fetch_one(pool).await;
    confirmed.map_err(LedgerError::Database)
}

/// Calls [`confirm`] every `pause` until `cancel`.
pub async fn keep_confirming(pool: PgPool, registry: &Registry, pause: Duration, cancel: CancellationToken) {
    loop {
        match confirm(&pool, registry, &clock::today().to_string()).await {
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
