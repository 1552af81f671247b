//! Exports by the clock: at each instant of a topic's cron expression (Asia/Tokyo) one export order is published.
//!
//! The run id is made of the topic and the instant, so that any number of schedulers order one export. The last instant is
//! kept in a small file; what was missed while every scheduler was down is made up for once, late, on the same day only: a
//! file of yesterday is a person's decision. Business days are not known here: an order on a holiday is published like any
//! other, and what it means is decided where the calendar is. Shifting belongs into `Clockwork::after`, the one place
//! instants come from.

mod cron_time;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cron_time::TokyoTime;
use croner::Cron;
use croner::errors::CronError;
use jiff::ZonedDateTime;
use renkei_core::broker::{Outgoing, PublishError};
use renkei_core::calendar::clock;
use renkei_core::message::{ExportOrder, MessageKind, message_id, run_id};
use renkei_core::metrics::metrics;
use renkei_core::registry::{Direction, Registry, Topic};
use renkei_core::verdict::{Classify, Verdict};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::error::IntakeError;
use crate::publish::Publish;
use crate::station::{chain, is_absent, make_dir, write_whole};

/// Longest sleep; a stepped clock is noticed within it.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// Skipped instants told of in one turn.
pub(crate) const SKIPPED_MAX: usize = 100;
const RETRY_PAUSE: Duration = Duration::from_secs(5);

/// Why a schedule does not run.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// The expression is no cron expression.
    #[error("schedule {expression:?} of {topic} cannot be read")]
    Expression {
        /// Topic slug.
        topic: String,
        /// As written.
        expression: String,
        /// Why not.
        source: CronError,
    },
    /// The file with the last instant.
    #[error(transparent)]
    State(#[from] IntakeError),
    /// The broker did not take the order.
    #[error("ordering the export of {topic} at {instant}")]
    Publish {
        /// Topic slug.
        topic: String,
        /// Scheduled instant.
        instant: String,
        /// Why not.
        source: Box<PublishError>,
    },
}

impl Classify for ScheduleError {
    fn verdict(&self) -> Verdict {
        match self {
            ScheduleError::Expression { .. } => Verdict::Bug,
            ScheduleError::State(error) => error.verdict(),
            ScheduleError::Publish { source, .. } => source.verdict(),
        }
    }
}

/// The instants of one topic.
#[derive(Debug, Clone)]
pub struct Clockwork {
    cron: Cron,
}

impl Clockwork {
    /// Reads a topic's expression: five fields, or six with seconds in front.
    pub fn parse(topic: &str, expression: &str) -> Result<Self, ScheduleError> {
        let cron = expression.parse::<Cron>().map_err(|source| ScheduleError::Expression {
            topic: topic.to_owned(),
            expression: expression.to_owned(),
            source,
        })?;
        Ok(Clockwork { cron })
    }

    /// The first instant after `instant`; `None` when there is none in reach (30 February).
    pub fn after(&self, instant: &ZonedDateTime) -> Option<ZonedDateTime> {
        self.cron.find_next_occurrence(&TokyoTime::of(instant), false).ok()?.instant()
    }

    /// The latest instant after `last` up to `now` that lies on the day of `now`.
    pub fn missed(&self, last: &ZonedDateTime, now: &ZonedDateTime) -> Option<ZonedDateTime> {
        let now = now.with_time_zone(clock::tokyo());
        let latest = self.cron.find_previous_occurrence(&TokyoTime::of(&now), true).ok()?.instant()?;
        (latest > *last && latest <= now && latest.date() == now.date()).then_some(latest)
    }
}

impl Clockwork {
    /// Instants after `last` and before `end`, oldest first, at most `most`.
    pub(crate) fn between(&self, last: &ZonedDateTime, end: &ZonedDateTime, most: usize) -> Vec<ZonedDateTime> {
        std::iter::successors(self.after(last), |instant| self.after(instant))
            .take_while(|instant| instant < end)
            .take(most)
            .collect()
    }
}

/// The order of an instant; the same for every scheduler.
pub fn order(topic: &Topic, instant: &ZonedDateTime) -> Outgoing {
    let at = clock::rfc3339(instant);
    let run = run_id(topic.slug.as_str(), &at);
    let body = ExportOrder {
        run,
        variant: String::new(),
        params: std::collections::BTreeMap::new(),
        ordered_by: "schedule".to_owned(),
        ordered_at: at,
    };
    let id = message_id(MessageKind::Export, &run.to_string());
    let body = serde_json::to_vec(&body).unwrap_or_default();
    Outgoing::to_queue(&topic.queue(), id, MessageKind::Export.as_str(), body).header("renkei-topic", topic.slug.as_str())
}

/// Content of the state file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    /// Last instant whose order is confirmed, or the first start.
    last: jiff::Timestamp,
}

/// Orders the exports of one topic.
pub struct Scheduler {
    topic: Arc<Topic>,
    clockwork: Clockwork,
    state: PathBuf,
    publisher: Arc<dyn Publish>,
}

impl Scheduler {
    /// The schedulers of all active outbound topics with a schedule; state lies in `dir`.
    pub fn all(registry: &Registry, dir: &Path, publisher: &Arc<dyn Publish>) -> Result<Vec<Scheduler>, ScheduleError> {
        let mut schedulers = Vec::new();
        for topic in registry.active(Direction::Out) {
            let Some(expression) = &topic.schedule else { continue };
            make_dir(dir)?;
            schedulers.push(Scheduler {
                topic: topic.clone(),
                clockwork: Clockwork::parse(topic.slug.as_str(), expression)?,
                state: dir.join(format!("{}.json", topic.slug)),
                publisher: publisher.clone(),
            });
        }
        Ok(schedulers)
    }

    /// Works until `stopping`.
    pub async fn run(self, stopping: CancellationToken) {
        loop {
            let pause = match self.turn(&clock::now()).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(topic = %self.topic.slug, verdict = %error.verdict(), error = %chain(&error), "a scheduled export waits");
                    RETRY_PAUSE
                }
            };
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Orders what is due at `now`; gives the time to sleep.
    pub async fn turn(&self, now: &ZonedDateTime) -> Result<Duration, ScheduleError> {
        let last = match self.last()? {
            Some(last) => last,
            None => {
                // Before the first start nothing was missed.
                self.keep(now)?;
                now.clone()
            }
        };
        let due = self.clockwork.missed(&last, now);
        self.tell_skipped(&last, due.as_ref().unwrap_or(now))?;
        if let Some(due) = due {
            let slug = self.topic.slug.to_string();
            let instant = clock::rfc3339(&due);
            self.publisher.publish(order(&self.topic, &due)).await.map_err(|source| ScheduleError::Publish {
                topic: slug.clone(),
                instant: instant.clone(),
                source: Box::new(source),
            })?;
            self.keep(&due)?;
            tracing::info!(topic = %slug, %instant, "export ordered by schedule");
        }
        let next = self.clockwork.after(now).map(|next| next.timestamp().duration_since(now.timestamp()));
        Ok(next.and_then(|wait| Duration::try_from(wait).ok()).map_or(SLEEP_MAX, |wait| wait.min(SLEEP_MAX)))
    }

    /// Tells of instants nobody will order any more, once: they lie on an earlier day, or a later one of today stands for them.
    fn tell_skipped(&self, last: &ZonedDateTime, end: &ZonedDateTime) -> Result<(), ScheduleError> {
        let skipped = self.clockwork.between(last, end, SKIPPED_MAX);
        let slug = self.topic.slug.as_str();
        for instant in &skipped {
            let instant = clock::rfc3339(instant);
            tracing::error!(
                topic = slug,
                instant,
                "a scheduled export was not ordered on its day; if it is wanted: renkei export run {slug} --key {instant} --as NAME"
            );
            metrics().schedule_skipped.with_label_values(&[slug]).inc();
        }
        skipped.last().map_or(Ok(()), |newest| self.keep(newest))
    }

    fn last(&self) -> Result<Option<ZonedDateTime>, ScheduleError> {
        match std::fs::read(&self.state) {
            Ok(text) => {
                let state: State =
                    serde_json::from_slice(&text).map_err(|source| IntakeError::Record { path: self.state.clone(), source })?;
                Ok(Some(state.last.to_zoned_datetime(clock::tokyo())))
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(source) => Err(IntakeError::Io { operation: "reading", path: self.state.clone(), source }.into()),
        }
    }

    fn keep(&self, last: &ZonedDateTime) -> Result<(), ScheduleError> {
        let text = serde_json::to_vec(&State { last: last.timestamp() })
            .map_err(|source| IntakeError::Record { path: self.state.clone(), source })?;
        Ok(write_whole(&self.state, &text)?)
    }
}
