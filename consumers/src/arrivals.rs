//! 未着: files that should have come and have not (18-F4 of eltax.md §10).
//!
//! A topic with a due time in `queues.toml` is expected on every business day of the office (daily), or by the last one of the
//! month (monthly); the other timings have no day by which to be late. The calendar is the ledger's. What is late is noticed
//! once a day and topic: a row, an audit event, a warning in the log; `topic_due_seconds` tells it to Prometheus.

use std::time::Duration;

use renkei_core::calendar::clock;
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use renkei_core::metrics::metrics;
use renkei_core::registry::topics::Timing;
use renkei_core::registry::{Direction, Registry};
use serde::Serialize;
use serde_json::json;
use sqlx::FromRow;
use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;

use crate::inbound::IntakeError;

/// Where a topic stands on the day it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalState {
    /// It has come.
    Arrived,
    /// It has not come, and there is time.
    Due,
    /// It has not come in time.
    Late,
}

/// One expected file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Arrival {
    /// Topic slug.
    pub topic: String,
    /// The day it is due, `yyyy-mm-dd`.
    pub day: String,
    /// Time of day, `HH:MM`.
    pub due: String,
    /// Whether it has come.
    pub arrived: bool,
    /// Seconds until it, or the next one when it has come, is due; negative = late.
    pub left_s: i64,
}

impl Arrival {
    /// Where it stands.
    pub fn state(&self) -> ArrivalState {
        match (self.arrived, self.left_s < 0) {
            (true, _) => ArrivalState::Arrived,
            (false, false) => ArrivalState::Due,
            (false, true) => ArrivalState::Late,
        }
    }

    /// A late one as the catalogue tells it.
    pub fn fault(&self) -> Fault {
        Fault::new("ARRIVAL_OVERDUE").arg("topic", &self.topic).arg("day", &self.day).arg("due", &self.due)
    }
}

/// The expected files at `now` (RFC 3339).
pub async fn expected(pool: &PgPool, registry: &Registry, now: &str) -> Result<Vec<Arrival>, IntakeError> {
    let (mut topics, mut dues, mut timings, mut starts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for topic in registry.active(Direction::In) {
        let timing = match topic.timing {
            Timing::Daily => "daily",
            Timing::Monthly => "monthly",
            Timing::OnDemand | Timing::Yearly | Timing::EveryFiveMinutes => continue,
        };
        let Some(due) = &topic.due else { continue };
        topics.push(topic.slug.as_str());
        dues.push(due.as_str());
        timings.push(timing);
        starts.push(topic.starts_on.map(|day| day.to_string()));
    }
    sqlx::query_as(include_str!("arrivals.sql"))
        .bind(topics)
        .bind(dues)
        .bind(timings)
        .bind(starts)
        .bind(now)
        .fetch_all(pool)
        .await
        .map_err(IntakeError::database("look which files have not come"))
}

/// Sets the gauge of every expected file and notices the late ones. Returns those that were not noticed before.
pub async fn notice(pool: &PgPool, registry: &Registry, now: &str) -> Result<Vec<Arrival>, IntakeError> {
    let mut news = Vec::new();
    for arrival in expected(pool, registry, now).await? {
        metrics().topic_due_seconds.with_label_values(&[&arrival.topic]).set(arrival.left_s);
        if arrival.state() == ArrivalState::Late && write_down(pool, &arrival).await? {
            let text = catalogue::text(&arrival.fault(), Lang::En);
            tracing::warn!(topic = arrival.topic, code = "ARRIVAL_OVERDUE", "{text}");
            news.push(arrival);
        }
    }
    Ok(news)
}

/// `false`: somebody has noticed it before.
async fn write_down(pool: &PgPool, arrival: &Arrival) -> Result<bool, IntakeError> {
    let failed = || IntakeError::database(format!("notice that {} has not come", arrival.topic));
    let mut tx = pool.begin().await.map_err(failed())?;
    let new = sqlx::query(
        "insert into intake.arrival_missing (topic, day, due_at)
         values ($1, $2::text::date, ($2::text::date + $3::text::time) at time zone 'Asia/Tokyo')
         on conflict on constraint arrival_missing_once do nothing",
    )
    .bind(&arrival.topic)
    .bind(&arrival.day)
    .bind(&arrival.due)
    .execute(&mut *tx)
    .await
    .map_err(failed())?;
    if new.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("select audit.record('renkei', 'arrival.missing', 'topic', $1, null, $2, null)")
        .bind(&arrival.topic)
        .bind(json!({ "day": arrival.day, "due": arrival.due }))
        .execute(&mut *tx)
        .await
        .map_err(failed())?;
    tx.commit().await.map_err(failed())?;
    Ok(true)
}

/// Calls [`notice`] every `pause` until `cancel`.
pub async fn keep_noticing(pool: PgPool, registry: &Registry, pause: Duration, cancel: CancellationToken) {
    loop {
        if let Err(error) = notice(&pool, registry, &clock::now_rfc3339()).await {
            tracing::warn!(%error, "it is not known which files have not come");
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
