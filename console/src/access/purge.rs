//! Attempts and sessions are kept for a quarter of a year, then removed. Who entered when stays in the audit log.

use std::time::Duration;

use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Days an attempt is kept, and a session after its end.
const DAYS: i32 = 90;

/// Removes what has been kept long enough; tells how many attempts and sessions that were.
pub async fn once(pool: &PgPool) -> Result<(i64, i64), sqlx::Error> {
    sqlx::query_as(include_str!("sql/purge.sql")).bind(DAYS).bind(super::session::WHOLE_HOURS).fetch_one(pool).await
}

/// Does so again and again. What fails is tried again the next time: nobody waits for it.
pub(crate) async fn keep_purging(pool: PgPool, pause: Duration, shutdown: CancellationToken) {
    loop {
        match once(&pool).await {
            Ok((0, 0)) => {}
            Ok((attempts, sessions)) => info!(attempts, sessions, "removed what was older than {DAYS} days"),
            Err(error) => warn!(error = &error as &dyn std::error::Error, "old attempts and sessions are not removed"),
        }
        tokio::select! { () = tokio::time::sleep(pause) => {}, () = shutdown.cancelled() => return }
    }
}
