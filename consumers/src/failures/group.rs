//! One decision about many parked messages of one cause. It is written down first and carried out in steps; each step publishes some
//! hundreds of messages and counts them in the transaction that decides them. Whoever finds a decision that has not ended goes on with
//! it: after a kill a step may publish its messages again, which consumers know by their ids.

use std::time::Duration;

use futures_util::future::join_all;
use renkei_core::broker::{Outgoing, PublishError, Publisher};
use renkei_core::crash;
use renkei_core::verdict::{Classify, Verdict};
use serde_json::json;
use sqlx::FromRow;
use sqlx::postgres::{PgConnection, PgPool};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{FailureError, Parked, Prospect, database, outgoing};

/// Messages of one step.
const STEP_MESSAGES: i64 = 250;
/// Bytes of bodies held in one step.
const STEP_BYTES: i64 = 16 * 1024 * 1024;

/// What is done with the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Sent again.
    Retry,
    /// Given up.
    Discard,
}

impl Action {
    /// The state messages have after it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Retry => "retried",
            Action::Discard => "discarded",
        }
    }
}

/// What a person decides about the messages of a cause.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// Of the form: sent twice it is one decision.
    pub key: Uuid,
    /// Queue they failed in.
    pub queue: &'a str,
    /// Catalogue code.
    pub code: &'a str,
    /// What is done.
    pub action: Action,
    /// The newest message the person saw.
    pub upto: i64,
    /// Messages at most, oldest first.
    pub messages: i64,
    /// Who decides.
    pub actor: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// A decision and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Run {
    /// Id.
    pub id: i64,
    /// `retried` or `discarded`.
    pub action: String,
    /// Messages it is about.
    pub wanted: i64,
    /// Messages decided.
    pub done: i64,
    /// Messages that could not be sent and stay open.
    pub failed: i64,
    /// Who.
    pub by: String,
    /// When it began, RFC 3339.
    pub at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Why it ended before its time, or what the last message said that could not be sent.
    pub trouble: Option<String>,
}

/// Writes a decision down. Gives its id, also of one that was sent before; `None` when no message is open any more.
pub async fn order(pool: &PgPool, order: &Order<'_>) -> Result<Option<i64>, FailureError> {
    let Order { key, queue, code, action, upto, messages, actor, reason } = order;
    if *action == Action::Discard && reason.trim().is_empty() {
        return Err(FailureError::ReasonMissing(*upto));
    }
    if *action == Action::Retry && Prospect::of(code) == Prospect::Nowhere {
        return Err(FailureError::Unrouted { id: *upto, routing_key: (*queue).to_owned() });
    }
    let doing = || format!("begin a decision about {code} in {queue}");
    let made: Option<i64> = sqlx::query_scalar(include_str!("group_order.sql"))
        .bind(key)
        .bind(queue)
        .bind(code)
        .bind(action.as_str())
        .bind(upto)
        .bind(messages)
        .bind(reason)
        .bind(actor)
        .fetch_optional(pool)
        .await
        .map_err(database(doing()))?;
    if made.is_some() {
        return Ok(made);
    }
    let known: Option<i64> = sqlx::query_scalar("select id from intake.failure_run where key = $1")
        .bind(key)
        .fetch_optional(pool)
        .await
        .map_err(database(doing()))?;
    match (known, latest(pool, queue, code).await?) {
        (Some(known), _) => Ok(Some(known)),
        (None, Some(run)) if run.ended_at.is_none() => Err(FailureError::UnderWay { id: *upto, by: run.by }),
        (None, _) => Ok(None),
    }
}

/// Writes down who looks after the messages of one cause, and what is known of it.
pub async fn note(pool: &PgPool, queue: &str, code: &str, owner: &str, note: &str, actor: &str) -> Result<(), FailureError> {
    let doing = || format!("note something about {code} in {queue}");
    let mut tx = pool.begin().await.map_err(database(doing()))?;
    sqlx::query("insert into intake.failure_note (queue, code, owner, note, by) values ($1, $2, $3, $4, $5)")
        .bind(queue)
        .bind(code)
        .bind(owner)
        .bind(note)
        .bind(actor)
        .execute(&mut *tx)
        .await
        .map_err(database(doing()))?;
    sqlx::query("select audit.record($1, 'failure.noted', 'failure_group', $2, null, $3, nullif($4, ''))")
        .bind(actor)
        .bind(format!("{queue} {code}"))
        .bind(json!({ "owner": owner }))
        .bind(note)
        .execute(&mut *tx)
        .await
        .map_err(database(doing()))?;
    tx.commit().await.map_err(database(doing()))
}

/// The newest decision about a cause.
pub async fn latest(pool: &PgPool, queue: &str, code: &str) -> Result<Option<Run>, FailureError> {
    let found = sqlx::query_as(include_str!("group_latest.sql")).bind(queue).bind(code).fetch_optional(pool).await;
    found.map_err(database(format!("read the last decision about {code} in {queue}")))
}

/// Carries a decision out, from where it stands to its end.
pub async fn carry_out(pool: &PgPool, publisher: &Publisher, id: i64) -> Result<(), FailureError> {
    while step(pool, publisher, id, STEP_MESSAGES).await? {}
    Ok(())
}

/// Carries out what somebody began and did not end, again and again until `shutdown`.
pub async fn keep_carrying_out(pool: PgPool, publisher: Publisher, every: Duration, shutdown: CancellationToken) {
    loop {
        if let Err(error) = carry_out_all(&pool, &publisher).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a decision about parked messages is not carried out yet");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
    }
}

async fn carry_out_all(pool: &PgPool, publisher: &Publisher) -> Result<(), FailureError> {
    let begun: Vec<i64> = sqlx::query_scalar("select id from intake.failure_run where ended_at is null order by id")
        .fetch_all(pool)
        .await
        .map_err(database("read the decisions that have not ended"))?;
    for id in begun {
        carry_out(pool, publisher, id).await?;
    }
    Ok(())
}

/// Where a decision stands.
#[derive(Debug, FromRow)]
struct Standing {
    queue: String,
    code: String,
    action: String,
    upto: i64,
    left: i64,
    reached: i64,
    reason: String,
    by: String,
}

/// A message of a step.
#[derive(Debug, FromRow)]
struct Member {
    #[sqlx(flatten)]
    parked: Parked,
    version: i32,
    body: Vec<u8>,
}

/// What became of the messages of a step.
#[derive(Debug, Default)]
struct Outcome {
    decided: Vec<i64>,
    versions: Vec<i32>,
    failed: i64,
    trouble: Option<String>,
    /// The broker is away: the decision ends here.
    stopped: bool,
}

/// One step, of so many messages at most. Whether there is more to do.
pub async fn step(pool: &PgPool, publisher: &Publisher, id: i64, messages: i64) -> Result<bool, FailureError> {
    let doing = || format!("carry out decision {id} about parked messages");
    let mut tx = pool.begin().await.map_err(database(doing()))?;
    // The lock keeps two processes from doing the same step.
    let standing: Option<Standing> =
        sqlx::query_as(include_str!("group_standing.sql")).bind(id).fetch_optional(&mut *tx).await.map_err(database(doing()))?;
    let Some(standing) = standing else { return Ok(false) };
    let members: Vec<Member> = sqlx::query_as(include_str!("group_step.sql"))
        .bind(&standing.queue)
        .bind(&standing.code)
        .bind(standing.reached)
        .bind(standing.upto)
        .bind(standing.left.min(messages))
        .bind(STEP_BYTES)
        .fetch_all(&mut *tx)
        .await
        .map_err(database(doing()))?;
    let reached = members.last().map_or(standing.upto, |member| member.parked.id);
    let outcome = match standing.action.as_str() {
        "retried" => publish(publisher, members).await,
        _ => Outcome {
            versions: vec![1; members.len()],
            decided: members.into_iter().map(|member| member.parked.id).collect(),
            ..Outcome::default()
        },
    };
    let done = i64::try_from(outcome.decided.len()).unwrap_or(i64::MAX);
    let ends = outcome.stopped || done + outcome.failed >= standing.left || reached >= standing.upto;
    write_down(&mut tx, id, &standing, &outcome).await.map_err(database(doing()))?;
    sqlx::query(include_str!("group_count.sql"))
        .bind(id)
        .bind(done)
        .bind(outcome.failed)
        .bind(reached)
        .bind(&outcome.trouble)
        .bind(ends)
        .execute(&mut *tx)
        .await
        .map_err(database(doing()))?;
    crash::point("failures.before_commit");
    tx.commit().await.map_err(database(doing()))?;
    Ok(!ends)
}

async fn write_down(tx: &mut PgConnection, run: i64, standing: &Standing, outcome: &Outcome) -> Result<(), sqlx::Error> {
    sqlx::query(include_str!("group_decide.sql"))
        .bind(&outcome.decided)
        .bind(&outcome.versions)
        .bind(&standing.action)
        .bind(&standing.by)
        .bind(&standing.reason)
        .bind(run)
        .execute(tx)
        .await
        .map(|_| ())
}

/// Publishes the messages of a step side by side, and sorts them by what the broker said.
async fn publish(publisher: &Publisher, members: Vec<Member>) -> Outcome {
    let kept: Vec<(i64, i32)> = members.iter().map(|member| (member.parked.id, member.version)).collect();
    let messages: Vec<Outgoing> = members.into_iter().map(|member| outgoing(&member.parked, member.body)).collect();
    let answers: Vec<Result<(), PublishError>> = join_all(messages.into_iter().map(|message| publisher.publish(message))).await;
    let mut outcome = Outcome::default();
    for ((id, version), answer) in kept.into_iter().zip(answers) {
        match answer {
            Ok(()) => {
                outcome.decided.push(id);
                outcome.versions.push(version);
            }
            Err(error) => {
                outcome.failed += 1;
                outcome.stopped |= error.verdict() == Verdict::Retry;
                outcome.trouble = Some(error.to_string());
            }
        }
    }
    outcome
}
