//! A message that was sent again says of which parked message it is, on all its way (`renkei-retry-of`). Here it ends: a consumer is
//! done with it, and that is written down beside the parked one; or it is parked once more, and `drain` links the two.

use renkei_core::broker::message::HEADER_RETRY_OF;
use renkei_core::broker::{Handler, Incoming, Outcome};
use sqlx::FromRow;
use sqlx::postgres::PgPool;

use super::{FailureError, database};
use crate::db::{self, Trouble};

/// A handler of which it is written down when it is done with a message that was sent again.
#[derive(Debug)]
pub struct Traced<H> {
    handler: H,
    pool: PgPool,
}

impl<H> Traced<H> {
    /// Writes down what `handler` is done with.
    pub fn new(handler: H, pool: PgPool) -> Self {
        Traced { handler, pool }
    }
}

/// Which parked message was sent again.
struct Trace {
    parked: i64,
    queue: String,
    message_id: String,
}

impl Trace {
    fn of(message: &Incoming) -> Option<Trace> {
        let parked = message.headers.get(HEADER_RETRY_OF)?.parse().ok()?;
        Some(Trace { parked, queue: message.queue.clone(), message_id: message.message_id.clone() })
    }

    async fn note(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let sql = "update intake.failure set handled_at = clock_timestamp()
                    where id = $1 and queue = $2 and message_id = $3 and handled_at is null";
        sqlx::query(sql).bind(self.parked).bind(&self.queue).bind(&self.message_id).execute(pool).await.map(|_| ())
    }
}

impl<H: Handler> Handler for Traced<H> {
    async fn handle(&self, message: Incoming) -> Outcome {
        let trace = Trace::of(&message);
        let outcome = self.handler.handle(message).await;
        let Some(trace) = trace.filter(|_| outcome == Outcome::Done) else { return outcome };
        match trace.note(&self.pool).await {
            Ok(()) => Outcome::Done,
            // What it did is done, and doing it again does nothing: it is handled once more when the database is back.
            Err(error) if db::trouble(&error) == Trouble::Down => {
                Outcome::Unavailable { reason: format!("the database is down: {}", db::sentence(&error)) }
            }
            Err(error) => {
                tracing::warn!(
                    failure = trace.parked,
                    error = db::sentence(&error),
                    "that a message went through is not written down"
                );
                Outcome::Done
            }
        }
    }

    async fn ready(&self) -> bool {
        self.handler.ready().await
    }
}

/// What is known of the way of one parked message.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub struct Way {
    /// The parked message that came back as this one.
    pub came_from: Option<i64>,
    /// When a consumer was done with it after it was sent again, RFC 3339.
    pub handled_at: Option<String>,
    /// As which parked message it came back.
    pub came_back: Option<i64>,
}

/// The way of one parked message.
pub async fn way(pool: &PgPool, id: i64) -> Result<Way, FailureError> {
    let found = sqlx::query_as(include_str!("way.sql")).bind(id).fetch_optional(pool).await;
    Ok(found.map_err(database(format!("read what became of parked message {id}")))?.unwrap_or_default())
}

/// What became of the messages that a decision sent again. What is in neither number is on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub struct Ends {
    /// Messages a consumer was done with.
    pub handled: i64,
    /// Messages that were parked once more.
    pub came_back: i64,
    /// The newest of them.
    pub newest: Option<i64>,
}

/// What became of the messages of a decision.
pub async fn ends(pool: &PgPool, run: i64) -> Result<Ends, FailureError> {
    let found = sqlx::query_as(include_str!("ends.sql")).bind(run).fetch_one(pool).await;
    found.map_err(database(format!("read what became of the messages of decision {run}")))
}
