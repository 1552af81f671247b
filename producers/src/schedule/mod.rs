//! Exports by the clock: at each instant of a topic's rule (Asia/Tokyo, business days of a calendar) one export order is published.
//!
//! The run id is made of the topic and the instant, so that any number of schedulers order one export. The last instant is kept in a
//! small file. What was missed while every scheduler was down is made up for, asked about or written down as the topic says
//! ([`renkei_core::schedule::Missed`]); the last instant of a day stands for those before it. A rule that needs the calendar stops when there is none or it
//! has ended: which day is a business day is never guessed.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, ZonedDateTime};
use renkei_core::broker::{Outgoing, PublishError};
use renkei_core::calendar::file::{CalendarFileError, CalendarSource};
use renkei_core::calendar::{BusinessCalendar, clock};
use renkei_core::message::{ExportOrder, MessageKind, MissedOutcome, MissedRun, message_id, run_id};
use renkei_core::metrics::metrics;
use renkei_core::registry::{Direction, Registry, Topic};
use renkei_core::schedule::{Clockwork, CronError, Instant, Missed, RuleError, Schedule};
use renkei_core::verdict::{Classify, Verdict};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::error::IntakeError;
use crate::publish::Publish;
use crate::station::{chain, is_absent, make_dir, write_whole};

/// Longest sleep; a stepped clock is noticed within it.
const SLEEP_MAX: Duration = Duration::from_secs(30);
const RETRY_PAUSE: Duration = Duration::from_secs(5);
/// An order this late is on time: a broker that starts anew, a role that is replaced.
const GRACE: SignedDuration = SignedDuration::from_mins(10);
/// Days looked back at for missed instants. A schedule that stood still for longer is told of as a whole.
const DAYS_MAX: i64 = 31;

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
    /// There is no calendar.
    #[error("the schedule of {topic} counts business days and stands still")]
    Calendar {
        /// Topic slug.
        topic: String,
        /// What is wrong with the calendar.
        source: CalendarFileError,
    },
    /// The calendar does not say enough.
    #[error("the schedule of {topic} counts business days and stands still; import the next holidays: renkei calendar import")]
    Horizon {
        /// Topic slug.
        topic: String,
        /// The day it does not know.
        source: RuleError,
    },
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
            ScheduleError::Calendar { source, .. } => source.verdict(),
            ScheduleError::Horizon { source, .. } => source.verdict(),
            ScheduleError::Publish { source, .. } => source.verdict(),
        }
    }
}

/// Reads the cron expression of a topic.
pub(crate) fn clockwork(topic: &str, expression: &str) -> Result<Clockwork, ScheduleError> {
    Clockwork::parse(expression).map_err(|source| ScheduleError::Expression {
        topic: topic.to_owned(),
        expression: expression.to_owned(),
        source,
    })
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
    message(topic, MessageKind::Export, &run.to_string(), &body)
}

/// The word that a run was missed; the same for every scheduler.
fn missed(topic: &Topic, instant: &ZonedDateTime, outcome: MissedOutcome) -> Outgoing {
    let instant = clock::rfc3339(instant);
    let run = run_id(topic.slug.as_str(), &instant);
    message(topic, MessageKind::Missed, &run.to_string(), &MissedRun { run, instant, outcome })
}

fn message<T: Serialize>(topic: &Topic, kind: MessageKind, key: &str, body: &T) -> Outgoing {
    let body = serde_json::to_vec(body).unwrap_or_default();
    Outgoing::to_queue(&topic.queue(), message_id(kind, key), kind.as_str(), body).header("renkei-topic", topic.slug.as_str())
}

/// Content of the state file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    /// Last instant that is settled (ordered, asked about, written down), or the first start.
    last: jiff::Timestamp,
}

/// What becomes of an instant that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Order,
    Tell(MissedOutcome),
    /// A later one stands for it.
    Nothing,
}

/// Orders the exports of one topic.
pub struct Scheduler {
    topic: Arc<Topic>,
    schedule: Schedule,
    calendar: Arc<CalendarSource>,
    state: PathBuf,
    publisher: Arc<dyn Publish>,
}

impl Scheduler {
    /// The schedulers of all active outbound topics with a schedule; state lies in `dir`.
    pub fn all(
        registry: &Registry,
        dir: &Path,
        publisher: &Arc<dyn Publish>,
        calendar: &Arc<CalendarSource>,
    ) -> Result<Vec<Scheduler>, ScheduleError> {
        let mut schedulers = Vec::new();
        for topic in registry.active(Direction::Out) {
            let Some(schedule) = &topic.schedule else { continue };
            make_dir(dir)?;
            schedulers.push(Scheduler {
                topic: topic.clone(),
                schedule: schedule.clone(),
                calendar: calendar.clone(),
                state: dir.join(format!("{}.json", topic.slug)),
                publisher: publisher.clone(),
            });
        }
        Ok(schedulers)
    }

    /// Works until `stopping`. What keeps it from working is told once, and again when it changes.
    pub async fn run(self, stopping: CancellationToken) {
        let mut told = String::new();
        loop {
            let pause = match self.turn(&clock::now()).await {
                Ok(pause) => {
                    told.clear();
                    pause
                }
                Err(error) => {
                    let text = chain(&error);
                    if text != told {
                        tracing::error!(topic = %self.topic.slug, verdict = %error.verdict(), error = %text, "a scheduled export waits");
                        told = text;
                    }
                    RETRY_PAUSE
                }
            };
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Settles what is due at `now`; gives the time to sleep.
    pub async fn turn(&self, now: &ZonedDateTime) -> Result<Duration, ScheduleError> {
        let turned = self.turn_by_calendar(now).await;
        let stopped = matches!(turned, Err(ScheduleError::Calendar { .. } | ScheduleError::Horizon { .. }));
        metrics().schedule_stopped.with_label_values(&[self.topic.slug.as_str()]).set(i64::from(stopped));
        turned
    }

    async fn turn_by_calendar(&self, now: &ZonedDateTime) -> Result<Duration, ScheduleError> {
        let topic = || self.topic.slug.to_string();
        let last = match self.last()? {
            Some(last) => last,
            None => {
                // Before the first start nothing was missed.
                self.keep(now)?;
                now.clone()
            }
        };
        let calendar = self.known_days()?;
        let horizon = |source| ScheduleError::Horizon { topic: topic(), source };
        let days = self.schedule.rule.days_between(calendar.as_deref(), &last, now, DAYS_MAX).map_err(horizon)?;
        self.tell_long_rest(&last, now);
        self.settle(&days, now).await?;
        let next = self.schedule.rule.after(calendar.as_deref(), now).map_err(horizon)?;
        let wait = next.and_then(|next| Duration::try_from(next.at.timestamp().duration_since(now.timestamp())).ok());
        Ok(wait.map_or(SLEEP_MAX, |wait| wait.min(SLEEP_MAX)))
    }

    /// The calendar, where the rule needs one.
    fn known_days(&self) -> Result<Option<Arc<BusinessCalendar>>, ScheduleError> {
        if !self.schedule.rule.needs_calendar() {
            return Ok(None);
        }
        let calendar = self.calendar.calendar();
        calendar.map(Some).map_err(|source| ScheduleError::Calendar { topic: self.topic.slug.to_string(), source })
    }

    /// Orders, asks or writes down, oldest first; each is kept when the broker has confirmed it.
    async fn settle(&self, days: &[Vec<Instant>], now: &ZonedDateTime) -> Result<(), ScheduleError> {
        for (index, day) in days.iter().enumerate() {
            let Some((stands, before)) = day.split_last() else { continue };
            before.iter().for_each(|instant| self.tell(&instant.at, "a later one of its day stands for it"));
            let at = &stands.at;
            match self.step(at, index + 1 == days.len(), now) {
                Step::Order => {
                    self.publish(order(&self.topic, at), at).await?;
                    tracing::info!(topic = %self.topic.slug, instant = clock::rfc3339(at), "export ordered by schedule");
                }
                Step::Tell(outcome) => {
                    self.publish(missed(&self.topic, at, outcome), at).await?;
                    self.tell(
                        at,
                        match outcome {
                            MissedOutcome::Ask => "a task asks whether it is wanted: renkei task list",
                            MissedOutcome::Skip => "the topic's rule is to leave it out",
                        },
                    );
                }
                Step::Nothing => self.tell(at, "a later one stands for it"),
            }
            self.keep(at)?;
        }
        Ok(())
    }

    fn step(&self, at: &ZonedDateTime, is_newest: bool, now: &ZonedDateTime) -> Step {
        if at.duration_until(now) <= GRACE {
            return if is_newest { Step::Order } else { Step::Nothing };
        }
        match self.schedule.missed {
            Missed::Today if at.date() == now.with_time_zone(clock::tokyo()).date() => Step::Order,
            Missed::Once if is_newest => Step::Order,
            Missed::Once => Step::Nothing,
            Missed::Today | Missed::Ask => Step::Tell(MissedOutcome::Ask),
            Missed::Skip => Step::Tell(MissedOutcome::Skip),
        }
    }

    async fn publish(&self, message: Outgoing, at: &ZonedDateTime) -> Result<(), ScheduleError> {
        self.publisher.publish(message).await.map_err(|source| ScheduleError::Publish {
            topic: self.topic.slug.to_string(),
            instant: clock::rfc3339(at),
            source: Box::new(source),
        })
    }

    /// Tells of an instant that is not ordered by the schedule any more.
    fn tell(&self, at: &ZonedDateTime, what: &str) {
        let (slug, instant) = (self.topic.slug.as_str(), clock::rfc3339(at));
        tracing::error!(
            topic = slug,
            instant,
            "a scheduled export was not ordered: {what}; if it is wanted: renkei export run {slug} --key {instant} --as NAME"
        );
        metrics().schedule_skipped.with_label_values(&[slug]).inc();
    }

    /// A schedule that stood still for longer than is looked back.
    fn tell_long_rest(&self, last: &ZonedDateTime, now: &ZonedDateTime) {
        if last.duration_until(now) > SignedDuration::from_hours(24 * (DAYS_MAX + 1)) {
            let last = clock::rfc3339(last);
            tracing::error!(topic = %self.topic.slug, last, "the schedule stood still for more than {DAYS_MAX} days; only those are looked at");
        }
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
