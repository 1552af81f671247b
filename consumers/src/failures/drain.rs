//! The dead-letter queue drained into Postgres, acknowledged after the commit: a broker is no archive.

use renkei_core::broker::message::{HEADER_ERROR, HEADER_ERROR_CODE, HEADER_ORIGIN_QUEUE};
use renkei_core::broker::{Handler, Incoming, Outcome};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgPool;

use crate::db::{self, Trouble};

/// Code of a message that the broker dead-lettered itself, because its consumer died or gave it back too often.
const CODE_DELIVERY_LIMIT: &str = "BROKER_DELIVERY_LIMIT";
/// Code of any other message without one.
const CODE_UNKNOWN: &str = "BROKER_DEAD_LETTER";

/// Handles the dead-letter queue.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    pool: PgPool,
}

impl DeadLetters {
    /// Into this database.
    pub fn new(pool: PgPool) -> Self {
        DeadLetters { pool }
    }

    /// Keeps a message; its number.
    pub async fn keep(&self, message: &Incoming) -> Result<i64, sqlx::Error> {
        let (code, reason) = explanation(message);
        let queue = message.headers.get(HEADER_ORIGIN_QUEUE).or(message.death.as_ref().map(|death| &death.queue));
        // Without an id of its own a message is known by its bytes.
        let message_id = if message.message_id.is_empty() {
            format!("sha256:{}", hex::encode(Sha256::digest(&message.body)))
        } else {
            message.message_id.clone()
        };
        sqlx::query_scalar(include_str!("insert.sql"))
            .bind(queue.unwrap_or(&message.queue))
            .bind(&message.routing_key)
            .bind(message_id)
            .bind(&message.kind)
            .bind(Some(&message.app_id).filter(|id| !id.is_empty()))
            .bind(&message.reply_to)
            .bind(&message.correlation_id)
            .bind(json!(message.headers))
            .bind(&message.body[..])
            .bind(code)
            .bind(reason)
            .bind(i32::try_from(message.attempt).unwrap_or(i32::MAX))
            .fetch_one(&self.pool)
            .await
    }
}

impl Handler for DeadLetters {
    async fn handle(&self, message: Incoming) -> Outcome {
        match self.keep(&message).await {
            Ok(id) => {
                tracing::error!(failure = id, message_id = message.message_id, "message parked");
                Outcome::Done
            }
            // The dead-letter queue is the last stop: nothing is parked out of it, so every failure is waited out.
            Err(error) => {
                let what = match db::trouble(&error) {
                    Trouble::Down => "the database is down",
                    Trouble::Passing | Trouble::Lasting => "the parked message cannot be stored",
                };
                Outcome::Unavailable { reason: format!("{what}: {}", db::sentence(&error)) }
            }
        }
    }

    async fn ready(&self) -> bool {
        db::ping(&self.pool).await
    }
}

/// Code and reason: ours from the headers, else what the broker says.
fn explanation(message: &Incoming) -> (String, String) {
    if let Some(code) = message.headers.get(HEADER_ERROR_CODE) {
        return (code.clone(), message.headers.get(HEADER_ERROR).cloned().unwrap_or_default());
    }
    match &message.death {
        Some(death) => {
            let code = if death.reason == "delivery_limit" { CODE_DELIVERY_LIMIT } else { CODE_UNKNOWN };
            (
                code.to_owned(),
                format!("dead-lettered by the broker from {}: {} ({} time(s))", death.queue, death.reason, death.count),
            )
        }
        None => (CODE_UNKNOWN.to_owned(), "in the dead-letter queue without a reason".to_owned()),
    }
}
