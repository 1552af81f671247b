//! 連携 that stand still for the moment: while a topic is paused nothing is taken from its queues. Its messages wait there; nothing
//! is lost.

use std::collections::BTreeSet;
use std::time::Duration;

use renkei_core::verdict::{Classify, Coded, Verdict};
use serde::Serialize;
use sqlx::FromRow;
use sqlx::postgres::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::db::{self, Trouble};

/// A topic that stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Paused {
    /// Its slug.
    pub topic: String,
    /// Since when, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// Why.
    pub why: String,
}

/// Why a topic could not be paused or resumed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing}: {}", db::sentence(source))]
pub struct PauseError {
    doing: &'static str,
    source: sqlx::Error,
}

impl PauseError {
    fn of(doing: &'static str) -> impl FnOnce(sqlx::Error) -> PauseError {
        move |source| PauseError { doing, source }
    }

    /// The rule of the schema that refused it: it is paused already, or not paused.
    pub fn rule(&self) -> Option<String> {
        db::broken_rule(&self.source)
    }
}

impl Classify for PauseError {
    fn verdict(&self) -> Verdict {
        match db::trouble(&self.source) {
            Trouble::Down | Trouble::Passing => Verdict::Retry,
            Trouble::Lasting if self.rule().is_some() => Verdict::Reject,
            Trouble::Lasting => Verdict::Bug,
        }
    }

    fn coded(&self) -> Option<Coded> {
        db::coded(&self.source)
    }
}

/// Topics that stand still.
pub async fn list(pool: &PgPool) -> Result<Vec<Paused>, PauseError> {
    let sql = "select topic, to_char(paused_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD\"T\"HH24:MI:SS\"+09:00\"') as at, paused_by as by, why
                 from work.paused_topic where resumed_at is null order by topic";
    sqlx::query_as(sql).fetch_all(pool).await.map_err(PauseError::of("read the paused topics"))
}

/// Lets a topic stand still.
pub async fn pause(pool: &PgPool, topic: &str, actor: &str, why: &str) -> Result<(), PauseError> {
    call(pool, "select work.pause_topic($1, $2, $3)", "pause the topic", [topic, actor, why]).await
}

/// Lets it go on.
pub async fn resume(pool: &PgPool, topic: &str, actor: &str, why: &str) -> Result<(), PauseError> {
    call(pool, "select work.resume_topic($1, $2, $3)", "resume the topic", [topic, actor, why]).await
}

async fn call(pool: &PgPool, sql: &'static str, doing: &'static str, values: [&str; 3]) -> Result<(), PauseError> {
    let [topic, actor, why] = values;
    let called = sqlx::query(sql).bind(topic).bind(actor).bind(why.trim()).execute(pool).await;
    called.map(|_| ()).map_err(PauseError::of(doing))
}

/// Slugs of the topics that stand still, as of now.
pub async fn slugs(pool: &PgPool) -> Result<BTreeSet<String>, PauseError> {
    Ok(list(pool).await?.into_iter().map(|paused| paused.topic).collect())
}

/// Tells the consumers what stands still, every `pause` until `cancel`. While the database is away, what was known stays.
pub async fn keep_telling(pool: PgPool, tell: watch::Sender<BTreeSet<String>>, pause: Duration, cancel: CancellationToken) {
    loop {
        match slugs(&pool).await {
            Ok(now) => {
                tell.send_if_modified(|known| {
                    let differs = *known != now;
                    *known = now;
                    differs
                });
            }
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "the paused topics cannot be read"),
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
