//! The dead-letter queue and the queue of the unrouted, drained into Postgres and acknowledged after the commit: a broker is no
//! archive.

use renkei_core::broker::message::{HEADER_ERROR, HEADER_ERROR_CODE, HEADER_ORIGIN_QUEUE, HEADER_RETRY_OF};
use renkei_core::broker::{Handler, Incoming, Outcome};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgPool;

use crate::db::{self, Trouble};

/// Code of a message that the broker dead-lettered itself, because its consumer died or gave it back too often.
const CODE_DELIVERY_LIMIT: &str = "BROKER_DELIVERY_LIMIT";
/// Code of any other message without one.
const CODE_UNKNOWN: &str = "BROKER_DEAD_LETTER";
/// Code of a message that no queue took.
pub(super) const CODE_UNROUTED: &str = "UPSTREAM_UNROUTED";
/// Code of a parked message the database refuses even in plain ASCII.
const CODE_NOT_STORED: &str = "INTAKE_DATABASE";

/// Which queue is drained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Dead,
    Unrouted,
}

/// Handles one of the drained queues.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    pool: PgPool,
    source: Source,
}

impl DeadLetters {
    /// The dead letters, into this database.
    pub fn new(pool: PgPool) -> Self {
        DeadLetters { pool, source: Source::Dead }
    }

    /// The messages no queue took.
    pub fn unrouted(pool: PgPool) -> Self {
        DeadLetters { pool, source: Source::Unrouted }
    }

    /// Keeps a message; its number.
    pub async fn keep(&self, message: &Incoming) -> Result<i64, sqlx::Error> {
        let (code, reason) = match self.source {
            Source::Dead => explanation(message),
            Source::Unrouted => unrouted(message),
        };
        match self.insert(message, &code, &reason, str::to_owned).await {
            // Whatever it is about its texts, the evidence is worth more than their looks.
            Err(error) if db::trouble(&error) == Trouble::Lasting => {
                let note = format!("{reason} (texts shown with escapes, because the database said: {})", db::sentence(&error));
                self.insert(message, &code, &note, |text| text.escape_default().to_string()).await
            }
            kept => kept,
        }
    }

    async fn insert(
        &self,
        message: &Incoming,
        code: &str,
        reason: &str,
        text: impl Fn(&str) -> String,
    ) -> Result<i64, sqlx::Error> {
        let queue = message.headers.get(HEADER_ORIGIN_QUEUE).or(message.death.as_ref().map(|death| &death.queue));
        // Without an id of its own a message is known by its bytes.
        let message_id = if message.message_id.is_empty() {
            format!("sha256:{}", hex::encode(Sha256::digest(&message.body)))
        } else {
            text(&message.message_id)
        };
        let headers: std::collections::BTreeMap<String, String> =
            message.headers.iter().map(|(name, value)| (text(name), text(value))).collect();
        sqlx::query_scalar(include_str!("insert.sql"))
            .bind(text(queue.unwrap_or(&message.queue)))
            .bind(text(&message.routing_key))
            .bind(message_id)
            .bind(text(&message.kind))
            .bind(Some(text(&message.app_id)).filter(|id| !id.is_empty()))
            .bind(message.reply_to.as_deref().map(&text))
            .bind(message.correlation_id.as_deref().map(&text))
            .bind(json!(headers))
            .bind(&message.body[..])
            .bind(text(code))
            .bind(text(reason))
            .bind(i32::try_from(message.attempt).unwrap_or(i32::MAX))
            .bind(message.headers.get(HEADER_RETRY_OF).and_then(|id| id.parse::<i64>().ok()))
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
            Err(error) => {
                let sentence = db::sentence(&error);
                match db::trouble(&error) {
                    Trouble::Down => Outcome::Unavailable { reason: format!("the database is down: {sentence}") },
                    // One message must not stand before all others: it waits on the ladder and comes back, again and again.
                    Trouble::Passing | Trouble::Lasting => {
                        let reason = format!("the parked message cannot be stored: {sentence}");
                        tracing::error!(message_id = message.message_id, reason, "parked message waits on the retry ladder");
                        Outcome::Retry { code: CODE_NOT_STORED.to_owned(), reason }
                    }
                }
            }
        }
    }

    async fn ready(&self) -> bool {
        db::ping(&self.pool).await
    }
}

/// Code and reason of a dead letter: what the broker says when it gave the message up, else ours from the headers. In this
/// order, because a message that waited on the ladder still carries the code of that earlier failure.
fn explanation(message: &Incoming) -> (String, String) {
    let ours = message.headers.get(HEADER_ERROR_CODE);
    let words = message.headers.get(HEADER_ERROR).map(String::as_str).unwrap_or_default();
    match (&message.death, ours) {
        (Some(death), _) => {
            let code = if death.reason == "delivery_limit" { CODE_DELIVERY_LIMIT } else { CODE_UNKNOWN };
            let before = ours.map(|code| format!("; before that {code}: {words}")).unwrap_or_default();
            let reason =
                format!("dead-lettered by the broker from {}: {} ({} time(s)){before}", death.queue, death.reason, death.count);
            (code.to_owned(), reason)
        }
        (None, Some(code)) => (code.clone(), words.to_owned()),
        (None, None) => (CODE_UNKNOWN.to_owned(), "in the dead-letter queue without a reason".to_owned()),
    }
}

fn unrouted(message: &Incoming) -> (String, String) {
    (CODE_UNROUTED.to_owned(), format!("no queue takes the routing key {:?}", message.routing_key))
}
