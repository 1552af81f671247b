//! Messages nobody could handle: drained from the dead-letter queue into `intake.failure` with their evidence, then retried or
//! discarded by a person.

/// The broker's handler of the dead-letter queue.
pub mod drain;
/// Bodies that a person corrected.
pub mod edit;
/// Decisions about many messages of one cause.
pub mod group;
/// What a person may expect of sending a message again.
pub mod prospect;
/// What became of messages that were sent again.
pub mod traced;

use renkei_core::broker::message::{
    HEADER_ATTEMPT, HEADER_DEATH, HEADER_ERROR, HEADER_ERROR_CODE, HEADER_MESSAGE_ID, HEADER_RETRY_OF, HEADER_RUNG,
};
use renkei_core::broker::{Outgoing, PublishError, Publisher};
use renkei_core::verdict::{Classify, Coded, Verdict};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::db::{self, Trouble};

pub use drain::DeadLetters;
pub use group::note;
pub use prospect::Prospect;
pub use traced::Traced;

/// A parked message, without its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Failure {
    /// Id.
    pub id: i64,
    /// Queue it failed in; a retry goes back there.
    pub queue: String,
    /// Routing key it was first published with.
    pub routing_key: String,
    /// AMQP message id.
    pub message_id: String,
    /// AMQP type.
    pub kind: String,
    /// AMQP application id.
    pub app_id: Option<String>,
    /// AMQP `reply_to`.
    pub reply_to: Option<String>,
    /// AMQP correlation id.
    pub correlation_id: Option<String>,
    /// Its headers.
    pub headers: Value,
    /// Size of the body.
    pub body_bytes: i32,
    /// Catalogue code.
    pub code: String,
    /// The error chain in words.
    pub reason: String,
    /// Attempts before it was parked.
    pub attempts: i32,
    /// When it was first parked, RFC 3339.
    pub first_seen: String,
    /// When it was last parked.
    pub last_seen: String,
    /// How often.
    pub times_seen: i32,
    /// `open`, `retried` or `discarded`.
    pub state: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// What for.
    pub decision: Option<String>,
}

/// What can go wrong with a parked message.
#[derive(Debug, thiserror::Error)]
pub enum FailureError {
    /// A statement failed.
    #[error("cannot {doing}: {}", db::sentence(source))]
    Database {
        /// What was being done.
        doing: String,
        /// The cause.
        source: sqlx::Error,
    },
    /// No such failure.
    #[error("there is no parked message {0}")]
    Unknown(i64),
    /// It was decided before.
    #[error("parked message {id} is {state} already")]
    Decided {
        /// Id.
        id: i64,
        /// Its state.
        state: String,
    },
    /// A discard without reason.
    #[error("to discard parked message {0} a reason is needed")]
    ReasonMissing(i64),
    /// No queue took it in the first place, so there is none to put it back on.
    #[error(
        "parked message {id} was published with the routing key {routing_key:?}, which no queue takes, so it cannot be put back: \
         the sender must publish it again with the right key; then discard this one"
    )]
    Unrouted {
        /// Id.
        id: i64,
        /// Its routing key.
        routing_key: String,
    },
    /// It is part of a file that lies in the archive: what is posted must be what the partner sent.
    #[error(
        "parked message {0} is part of a file that was handed in: its records cannot be changed here; \
         let the partner correct the file, hand it in, and discard this message"
    )]
    PartOfFile(i64),
    /// It is an order and names who acts: another body would act in their name.
    #[error(
        "parked message {0} is an order that says who acts, so its body is not corrected: order anew, and discard this message"
    )]
    Order(i64),
    /// Somebody has made a newer version than the one that was edited.
    #[error("parked message {id} has version {newest} by now; look at it and edit that one")]
    Newer {
        /// Id.
        id: i64,
        /// The newest version.
        newest: i32,
    },
    /// Somebody's decision about messages of the same cause is still being carried out.
    #[error("messages of the cause of parked message {id} are being decided for {by}; wait until that has ended")]
    UnderWay {
        /// Id.
        id: i64,
        /// Whose decision.
        by: String,
    },
    /// The edited body is the one that is there.
    #[error("the body of parked message {0} is the same as before")]
    Unchanged(i64),
    /// It could not be published again.
    #[error("cannot publish parked message {id} again")]
    Publish {
        /// Id.
        id: i64,
        /// The cause.
        #[source]
        source: PublishError,
    },
}

impl Classify for FailureError {
    fn verdict(&self) -> Verdict {
        match self {
            FailureError::Database { source, .. } if db::trouble(source) == Trouble::Lasting => Verdict::Bug,
            FailureError::Database { .. } => Verdict::Retry,
            FailureError::Publish { source, .. } => source.verdict(),
            FailureError::Unknown(_)
            | FailureError::Decided { .. }
            | FailureError::ReasonMissing(_)
            | FailureError::PartOfFile(_)
            | FailureError::Order(_)
            | FailureError::Newer { .. }
            | FailureError::UnderWay { .. }
            | FailureError::Unchanged(_)
            | FailureError::Unrouted { .. } => Verdict::Reject,
        }
    }

    fn coded(&self) -> Option<Coded> {
        let (code, detail) = match self {
            FailureError::Unknown(id) => ("FAILURE_UNKNOWN", json!({ "id": id })),
            FailureError::Decided { id, state } => ("FAILURE_DECIDED", json!({ "id": id, "state": state })),
            FailureError::ReasonMissing(id) => ("FAILURE_REASON_MISSING", json!({ "id": id })),
            FailureError::PartOfFile(id) => ("FAILURE_PART_OF_FILE", json!({ "id": id })),
            FailureError::Order(id) => ("FAILURE_IS_ORDER", json!({ "id": id })),
            FailureError::Newer { id, newest } => ("FAILURE_NEWER", json!({ "id": id, "newest": newest })),
            FailureError::UnderWay { by, .. } => ("FAILURE_UNDER_WAY", json!({ "by": by })),
            FailureError::Unchanged(id) => ("FAILURE_UNCHANGED", json!({ "id": id })),
            FailureError::Unrouted { id, routing_key } => ("FAILURE_UNROUTED", json!({ "id": id, "routing_key": routing_key })),
            FailureError::Database { .. } | FailureError::Publish { .. } => return None,
        };
        Some(Coded::new(code, Some(detail)))
    }
}

fn database(doing: impl Into<String>) -> impl FnOnce(sqlx::Error) -> FailureError {
    move |source| FailureError::Database { doing: doing.into(), source }
}

fn select(tail: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("{} {tail}", include_str!("select.sql")))
}

/// Which failures to list; newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this queue.
    pub queue: Option<String>,
    /// Only this state; `None`: all.
    pub state: Option<String>,
    /// Only ids below this one: the next page.
    pub before: Option<i64>,
    /// At most so many; 0 = 100.
    pub rows_max: u32,
}

/// Lists parked messages.
pub async fn list(pool: &PgPool, filter: &Filter) -> Result<Vec<Failure>, FailureError> {
    let tail = "where ($1::text is null or queue = $1) and ($2::text is null or state = $2) and ($3::bigint is null or id < $3)
                order by id desc limit $4";
    sqlx::query_as(select(tail))
        .bind(&filter.queue)
        .bind(&filter.state)
        .bind(filter.before)
        .bind(if filter.rows_max == 0 { 100 } else { i64::from(filter.rows_max) })
        .fetch_all(pool)
        .await
        .map_err(database("list the parked messages"))
}

/// One parked message and its body.
pub async fn get(pool: &PgPool, id: i64) -> Result<(Failure, Vec<u8>), FailureError> {
    let failure = sqlx::query_as(select("where id = $1")).bind(id).fetch_optional(pool).await;
    let failure = failure.map_err(database(format!("read parked message {id}")))?.ok_or(FailureError::Unknown(id))?;
    let body = sqlx::query_scalar("select body from intake.failure where id = $1").bind(id).fetch_one(pool).await;
    Ok((failure, body.map_err(database(format!("read the body of parked message {id}")))?))
}

/// Publishes a parked message again, with its newest body, to the queue it failed in, under its own id. Published first, then written down: a crash
/// between the two leaves it open, and a second retry is dropped by the consumer as known.
pub async fn retry(pool: &PgPool, publisher: &Publisher, id: i64, actor: &str, reason: &str) -> Result<(), FailureError> {
    let mut tx = pool.begin().await.map_err(database(format!("begin the retry of parked message {id}")))?;
    let failure = lock(&mut tx, id).await?;
    if Prospect::of(&failure.code) == Prospect::Nowhere {
        return Err(FailureError::Unrouted { id, routing_key: failure.routing_key });
    }
    let (version, body) = edit::newest(&mut tx, id).await?;
    publisher.publish(outgoing(&failure.parked(), body)).await.map_err(|source| FailureError::Publish { id, source })?;
    decide(&mut tx, &failure, version, "retried", actor, reason).await?;
    tx.commit().await.map_err(database(format!("write down the retry of parked message {id}")))
}

/// Gives a parked message up. It stays in the table.
pub async fn discard(pool: &PgPool, id: i64, actor: &str, reason: &str) -> Result<(), FailureError> {
    if reason.trim().is_empty() {
        return Err(FailureError::ReasonMissing(id));
    }
    let mut tx = pool.begin().await.map_err(database(format!("begin to discard parked message {id}")))?;
    let failure = lock(&mut tx, id).await?;
    decide(&mut tx, &failure, 1, "discarded", actor, reason).await?;
    tx.commit().await.map_err(database(format!("write down the discard of parked message {id}")))
}

/// What of a parked message travels again.
#[derive(Debug, FromRow)]
struct Parked {
    id: i64,
    queue: String,
    message_id: String,
    kind: String,
    app_id: Option<String>,
    reply_to: Option<String>,
    correlation_id: Option<String>,
    headers: Value,
}

impl Failure {
    fn parked(&self) -> Parked {
        Parked {
            id: self.id,
            queue: self.queue.clone(),
            message_id: self.message_id.clone(),
            kind: self.kind.clone(),
            app_id: self.app_id.clone(),
            reply_to: self.reply_to.clone(),
            correlation_id: self.correlation_id.clone(),
            headers: self.headers.clone(),
        }
    }
}

/// The message as it was, without the marks of its failure.
fn outgoing(failure: &Parked, body: Vec<u8>) -> Outgoing {
    const MARKS: [&str; 5] = [HEADER_ATTEMPT, HEADER_RUNG, HEADER_DEATH, HEADER_ERROR, HEADER_ERROR_CODE];
    let uuid = failure.message_id.parse::<Uuid>();
    let stand_in = || Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("failure/{}", failure.id).as_bytes());
    let message_id = uuid.as_ref().map_or_else(|_| stand_in(), |id| *id);
    let mut message = Outgoing::to_queue(&failure.queue, message_id, &failure.kind, body);
    if let Value::Object(headers) = &failure.headers {
        let kept = headers.iter().filter(|(name, _)| !MARKS.contains(&name.as_str()));
        message.headers = kept.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    }
    // A foreign id that is no UUID is what tells a repetition from a new message: it travels in a header.
    if uuid.is_err() {
        message.headers.entry(HEADER_MESSAGE_ID.to_owned()).or_insert_with(|| failure.message_id.clone());
    }
    message.headers.insert(HEADER_RETRY_OF.to_owned(), failure.id.to_string());
    message.app_id = failure.app_id.clone().unwrap_or_default();
    message.reply_to.clone_from(&failure.reply_to);
    message.correlation_id.clone_from(&failure.correlation_id);
    message
}

async fn lock(conn: &mut PgConnection, id: i64) -> Result<Failure, FailureError> {
    let failure = sqlx::query_as::<_, Failure>(select("where id = $1 for update")).bind(id).fetch_optional(conn).await;
    let failure = failure.map_err(database(format!("lock parked message {id}")))?.ok_or(FailureError::Unknown(id))?;
    if failure.state == "open" { Ok(failure) } else { Err(FailureError::Decided { id, state: failure.state }) }
}

async fn decide(
    conn: &mut PgConnection,
    failure: &Failure,
    version: i32,
    state: &str,
    actor: &str,
    reason: &str,
) -> Result<(), FailureError> {
    let id = failure.id;
    let mut after = json!({ "state": state });
    if version > 1 {
        after["version"] = version.into();
    }
    sqlx::query("update intake.failure set state = $2, decided_at = now(), decided_by = $3, decision = $4 where id = $1")
        .bind(id)
        .bind(state)
        .bind(actor)
        .bind(reason)
        .execute(&mut *conn)
        .await
        .map_err(database(format!("write down that parked message {id} is {state}")))?;
    sqlx::query("select audit.record($1, $2, 'failure', $3, $4, $5, $6)")
        .bind(actor)
        .bind(format!("failure.{state}"))
        .bind(id.to_string())
        .bind(json!({ "state": failure.state, "queue": failure.queue, "message_id": failure.message_id, "code": failure.code }))
        .bind(after)
        .bind(Some(reason).filter(|reason| !reason.is_empty()))
        .execute(conn)
        .await
        .map(|_| ())
        .map_err(database(format!("write the audit event of parked message {id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(message_id: &str) -> Failure {
        Failure {
            id: 7,
            queue: "in.12_x".into(),
            routing_key: "in.12_x".into(),
            message_id: message_id.into(),
            kind: "records".into(),
            app_id: Some("sks".into()),
            reply_to: Some("answers".into()),
            correlation_id: None,
            headers: json!({ "renkei-attempt": "5", "renkei-error": "no", "renkei-layout": "csv" }),
            body_bytes: 2,
            code: "X".into(),
            reason: "no".into(),
            attempts: 5,
            first_seen: String::new(),
            last_seen: String::new(),
            times_seen: 1,
            state: "open".into(),
            decided_by: None,
            decision: None,
        }
    }

    #[test]
    fn a_retry_is_the_same_message_without_the_marks_of_its_failure() {
        let id = Uuid::from_u128(5);
        let message = outgoing(&failure(&id.to_string()).parked(), b"[]".to_vec());
        assert_eq!((message.message_id, message.routing_key.as_str(), message.app_id.as_str()), (id, "in.12_x", "sks"));
        assert_eq!(message.headers.keys().collect::<Vec<_>>(), ["renkei-layout", "renkei-retry-of"]);
        assert_eq!(message.headers["renkei-retry-of"], "7");
        assert_eq!(message.reply_to.as_deref(), Some("answers"));
    }

    #[test]
    fn a_foreign_id_survives_in_a_header() {
        let message = outgoing(&failure("SKS-2026-1").parked(), b"[]".to_vec());
        assert_eq!(message.headers.get(HEADER_MESSAGE_ID).map(String::as_str), Some("SKS-2026-1"));
    }
}
