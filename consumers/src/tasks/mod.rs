//! What people must do by a time (手動の連携): carry a released file to the partner, fetch one, decide about a run that was missed.
//!
//! Tasks are derived, each once, from what is known; they end by what is known too (the partner accepted the file, the file came, the
//! run was made) or by a person, who signs. Nothing here moves data: a task is the paper on the desk, not the work.

/// Tasks from what is known, and their end by it.
mod derive;
/// What can go wrong.
mod error;
/// Runs that no scheduler ordered in time.
mod missed;

use std::time::Duration;

pub(crate) use derive::carried;
pub use derive::refresh;
pub use error::TaskError;
use jiff::ZonedDateTime;
pub(crate) use missed::note_missed;
use renkei_core::calendar::{BusinessCalendar, clock};
use renkei_core::registry::{Registry, Topic};
use renkei_core::schedule::Rule;
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgPool;
use sqlx::{FromRow, PgConnection};
use tokio_util::sync::CancellationToken;

/// Where a topic names no time: the office's day ends.
const DUE_DEFAULT: jiff::civil::Time = jiff::civil::Time::constant(17, 0, 0, 0);
/// Name in the audit log of what the program does by itself.
const MACHINE: &str = "renkei";

/// One task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Task {
    /// Its number.
    pub id: i64,
    /// `carry`, `fetch`, `missed_run`.
    pub kind: String,
    /// Topic slug.
    pub topic: String,
    /// What it is about: the delivery, the due instant, the scheduled instant.
    pub key: String,
    /// The export file to be carried.
    pub file_id: Option<i64>,
    /// Name of the file, where it has one.
    pub file: String,
    /// From whom.
    pub from_whom: String,
    /// To whom.
    pub to_whom: String,
    /// By when, RFC 3339.
    pub due_at: String,
    /// When it began.
    pub made_at: String,
    /// Whether its time is over and it is open.
    pub late: bool,
    /// `done`, `not_needed`; `None`: open.
    pub outcome: Option<String>,
    /// When it ended.
    pub done_at: Option<String>,
    /// Who ended it.
    pub done_by: Option<String>,
    /// What was said.
    pub note: String,
}

/// How a person ends a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is done.
    Done,
    /// It need not be done; the note says why.
    NotNeeded,
}

/// Which tasks are listed.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Of one topic.
    pub topic: Option<String>,
    /// Of one kind.
    pub kind: Option<String>,
    /// Of one export file.
    pub file: Option<i64>,
    /// Ended ones too.
    pub all: bool,
    /// Tasks shown at most.
    pub rows_max: u32,
}

/// The tasks, by their time; ended ones last.
pub async fn list(pool: &PgPool, filter: &TaskFilter, now: &ZonedDateTime) -> Result<Vec<Task>, TaskError> {
    sqlx::query_as(include_str!("list.sql"))
        .bind(clock::rfc3339(now))
        .bind(&filter.topic)
        .bind(&filter.kind)
        .bind(filter.all)
        .bind(i64::from(filter.rows_max))
        .bind(None::<i64>)
        .bind(filter.file)
        .fetch_all(pool)
        .await
        .map_err(TaskError::database("list tasks"))
}

/// One task.
pub async fn show(pool: &PgPool, id: i64, now: &ZonedDateTime) -> Result<Task, TaskError> {
    let mut conn = pool.acquire().await.map_err(TaskError::database("read a task"))?;
    find(&mut conn, id, now).await
}

/// One task that is open.
pub async fn open(pool: &PgPool, id: i64, now: &ZonedDateTime) -> Result<Task, TaskError> {
    let task = show(pool, id, now).await?;
    match &task.done_by {
        Some(by) => Err(TaskError::Ended { task: id, by: by.clone() }),
        None => Ok(task),
    }
}

async fn find(conn: &mut PgConnection, id: i64, now: &ZonedDateTime) -> Result<Task, TaskError> {
    let found: Option<Task> = sqlx::query_as(include_str!("list.sql"))
        .bind(clock::rfc3339(now))
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(true)
        .bind(1_i64)
        .bind(Some(id))
        .bind(None::<i64>)
        .fetch_optional(conn)
        .await
        .map_err(TaskError::database("read a task"))?;
    found.ok_or(TaskError::Unknown(id))
}

/// Ends a task: who, and what they say. A task that has ended stays as it is.
pub async fn end(pool: &PgPool, id: i64, end: End, actor: &str, note: &str, now: &ZonedDateTime) -> Result<Task, TaskError> {
    let failed = || TaskError::on_task(id, "end a task");
    let mut tx = pool.begin().await.map_err(failed())?;
    let before = find(&mut tx, id, now).await?;
    let (outcome, action) = match end {
        End::Done => ("done", "task.done"),
        End::NotNeeded => ("not_needed", "task.not_needed"),
    };
    sqlx::query("update work.task set outcome = $2, done_at = $3::timestamptz, done_by = $4, note = $5 where id = $1")
        .bind(id)
        .bind(outcome)
        .bind(clock::rfc3339(now))
        .bind(actor)
        .bind(note)
        .execute(&mut *tx)
        .await
        .map_err(failed())?;
    let what =
        json!({ "kind": before.kind, "topic": before.topic, "key": before.key, "file": before.file_id, "due_at": before.due_at });
    sqlx::query("select audit.record($1, $2, 'task', $3, null, $4, nullif($5, ''))")
        .bind(actor)
        .bind(action)
        .bind(id.to_string())
        .bind(what)
        .bind(note)
        .execute(&mut *tx)
        .await
        .map_err(failed())?;
    let ended = find(&mut tx, id, now).await?;
    tx.commit().await.map_err(failed())?;
    Ok(ended)
}

/// By when something of a topic must be done that could be done from `from` on: the topic's next due time, else the end of the office's
/// day. Where the calendar is silent it is due at once: better early than never.
fn due_after(topic: &Topic, calendar: &BusinessCalendar, from: &ZonedDateTime) -> ZonedDateTime {
    let own = topic.due.as_ref().and_then(|due| due.rule.clone());
    let rule = own.or_else(|| Rule::daily(DUE_DEFAULT));
    let next = rule.and_then(|rule| rule.after(Some(calendar), from).ok().flatten());
    next.map_or_else(|| from.clone(), |next| next.at)
}

/// Calls [`refresh`] every `pause` until `cancel`.
pub async fn keep_refreshing(pool: PgPool, registry: &Registry, pause: Duration, cancel: CancellationToken) {
    loop {
        if let Err(error) = refresh(&pool, registry, &clock::now()).await {
            tracing::warn!(%error, "tasks are not up to date");
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
