//! HTTP pull: files that a partner does not bring but lets be fetched.
//!
//! At each instant of its schedule a topic's address is asked: whether it changed, and if so for the file, going on where an
//! earlier answer broke off. A file that came whole is a delivery like any other and goes the one way in; what was handed in
//! before is not handed in again. What will pass (network, 5xx, 429) is tried again within the day; what will not (401, 404, a
//! certificate) waits for an operator and is asked for again at the next instant.
//!
//! The state is files below the spool; one process fetches a topic at a time, and any may go on after a crash.

/// Addresses and where requests may go.
mod address;
/// One try: every file asked for, what is new handed in.
mod ask;
/// The HTTP side: credentials, certificates, redirects.
mod client;
/// Settings of one topic.
mod config;
/// Checksums that servers state.
mod digest;
/// Documents a fetched file names.
mod documents;
/// Why a file was not fetched.
mod error;
/// One file over the line.
mod fetch;
/// From a fetched file to a delivery.
mod hand_in;
/// Lists of files.
mod listing;
/// What is remembered.
mod state;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod documents_tests;
#[cfg(test)]
mod server;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use config::PullConfig;
pub use error::PullError;
use jiff::civil::Date;
use jiff::{Timestamp, ZonedDateTime};
use renkei_core::calendar::clock;
use renkei_core::message::run_id;
use renkei_core::metrics::metrics;
use renkei_core::registry::Topic;
use renkei_core::schedule::Clockwork;
use renkei_core::verdict::Classify;
use state::Place;
pub use state::{Known, Last, Pulled, PulledOutcome, Run, State, look};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::intake::Intake;
use crate::schedule::{self, ScheduleError};
use crate::station::chain;

/// Longest sleep; a stepped clock is noticed within it.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// Skipped instants told of in one turn.
const SKIPPED_MAX: usize = 100;
/// Pause after a failure of our own disk, or while another process fetches.
const OWN_PAUSE: Duration = Duration::from_secs(5);
/// How long a person waits for another process that is fetching, and how often it is looked.
const LOCK_WAIT: Duration = Duration::from_secs(2);
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Fetches the files of one topic.
pub struct Puller {
    intake: Arc<Intake>,
    topic: Arc<Topic>,
    config: PullConfig,
    clockwork: Clockwork,
    place: Place,
    wake: Arc<Notify>,
}

impl std::fmt::Debug for Puller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Puller").field("topic", &self.topic.slug).field("config", &self.config).finish_non_exhaustive()
    }
}

impl Puller {
    /// The puller of a topic; `None` when nothing is set for it.
    pub fn of(intake: &Arc<Intake>, topic: &Arc<Topic>, wake: Arc<Notify>) -> Result<Option<Puller>, ScheduleError> {
        let Some(config) = intake.config.pull.get(topic.slug.as_str()) else { return Ok(None) };
        let place = Place::open(state::dir(&intake.config.spool_dir, topic.slug.as_str()))?;
        if let Some(at) = place.state()?.last_success {
            metrics().pull_last_success.with_label_values(&[topic.slug.as_str()]).set(at.as_second());
        }
        Ok(Some(Puller {
            intake: intake.clone(),
            topic: topic.clone(),
            clockwork: schedule::clockwork(topic.slug.as_str(), &config.schedule)?,
            config: config.clone(),
            place,
            wake,
        }))
    }

    /// Works until the intake stops.
    pub async fn run(self) {
        let stopping = self.intake.stopping.clone();
        loop {
            let now = clock::now();
            let pause = tokio::select! {
                () = stopping.cancelled() => return,
                turned = self.turn(&now) => turned.unwrap_or_else(|error| {
                    tracing::error!(topic = %self.topic.slug, verdict = %error.verdict(), error = %chain(&error), "fetching waits");
                    OWN_PAUSE
                }),
            };
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Fetches what is due at `now`; gives the time to sleep. A partner who does not give the file is no error here: it is in
    /// the state, in the log and in the metrics.
    pub async fn turn(&self, now: &ZonedDateTime) -> Result<Duration, PullError> {
        let Some(_lock) = self.place.lock()? else { return Ok(OWN_PAUSE) };
        let mut state = self.place.state()?;
        self.settle(&mut state)?;
        self.take_up(&mut state, now)?;
        if let Some(run) = state.run.clone().filter(|run| run.next_try <= now.timestamp()) {
            let day = run.instant.to_zoned_datetime(clock::tokyo()).date();
            if day == now.with_time_zone(clock::tokyo()).date() {
                // What comes next is on disk before the partner is asked: a disk that is full, or a process that dies each time,
                // does not ask again and again.
                state.run = Some(self.later(run.clone(), now, Duration::ZERO));
                self.place.keep_state(&state)?;
                self.attempt(&mut state, run, now, day, false).await;
            } else {
                self.note(&mut state, run.id, now, Vec::new(), Some(&PullError::GivenUp { attempts: run.attempts }));
                state.run = None;
            }
            self.place.keep_state(&state)?;
        }
        let next = next(&self.config, &state, now);
        let wait = next.and_then(|next| Duration::try_from(next.duration_since(now.timestamp())).ok());
        Ok(wait.map_or(SLEEP_MAX, |wait| wait.min(SLEEP_MAX)))
    }

    /// Fetches now, whatever the schedule says. `day`: the day in the address; `again`: hand in even what was before.
    pub async fn now(&self, day: Option<Date>, again: bool) -> Result<Last, PullError> {
        let _lock = self.lock_soon().await?;
        let now = clock::now();
        let mut state = self.place.state()?;
        self.settle(&mut state)?;
        // Asked for by a person twice is two runs, even at one instant.
        let id = Uuid::now_v7();
        let run = Run { id, instant: now.timestamp(), attempts: 0, next_try: now.timestamp() };
        let scheduled = state.run.take();
        let today = now.with_time_zone(clock::tokyo()).date();
        let day = day.unwrap_or(today);
        self.attempt(&mut state, run, &now, day, again).await;
        // What was fetched by hand, the schedule need not fetch today; what failed in passing, it tries again, unless it was asked
        // for in a way of its own.
        let is_done = day == today && state.last.as_ref().is_some_and(|last| last.run == id && last.verdict.is_none());
        let by_hand = state.run.take().filter(|_| day == today && !again);
        state.run = scheduled.filter(|_| !is_done).or(by_hand);
        self.place.keep_state(&state)?;
        state.last.ok_or_else(|| PullError::Taken { topic: self.topic.slug.to_string() })
    }

    /// The right to fetch, waiting a little for another process to let it go.
    async fn lock_soon(&self) -> Result<File, PullError> {
        let begun = Instant::now();
        loop {
            match self.place.lock()? {
                Some(lock) => return Ok(lock),
                None if begun.elapsed() < LOCK_WAIT => tokio::time::sleep(LOCK_PAUSE).await,
                None => return Err(PullError::Taken { topic: self.topic.slug.to_string() }),
            }
        }
    }

    /// Begins the run of an instant that has come.
    fn take_up(&self, state: &mut State, now: &ZonedDateTime) -> Result<(), PullError> {
        let slug = self.topic.slug.as_str();
        let Some(last) = state.scheduled else {
            // Before the first start nothing was missed.
            state.scheduled = Some(now.timestamp());
            return Ok(self.place.keep_state(state)?);
        };
        let last = last.to_zoned_datetime(clock::tokyo());
        let due = self.clockwork.missed(&last, now);
        let mut newest = self.tell_skipped(&last, due.as_ref().unwrap_or(now));
        if let Some(due) = due {
            let id = run_id(slug, &clock::rfc3339(&due));
            state.run = Some(Run { id, instant: due.timestamp(), attempts: 0, next_try: now.timestamp() });
            newest = Some(due.timestamp());
        }
        let Some(newest) = newest else { return Ok(()) };
        state.scheduled = Some(newest);
        Ok(self.place.keep_state(state)?)
    }

    /// Tells of instants of earlier days that nobody fetched at, once; gives the newest that is over. What an earlier instant
    /// of today would have brought, a later one brings.
    fn tell_skipped(&self, last: &ZonedDateTime, end: &ZonedDateTime) -> Option<Timestamp> {
        let slug = self.topic.slug.as_str();
        let skipped = self.clockwork.between(last, end, SKIPPED_MAX);
        let today = end.with_time_zone(clock::tokyo()).date();
        for day in skipped.iter().map(ZonedDateTime::date).filter(|day| *day < today) {
            tracing::error!(
                topic = slug,
                %day,
                "nothing was fetched on this day; if the address names the day: renkei pull --topic {slug} --now --day {day}"
            );
            metrics().schedule_skipped.with_label_values(&[slug]).inc();
        }
        skipped.last().map(ZonedDateTime::timestamp)
    }
}

/// When a topic is asked next by its settings and state, for a look at it.
pub fn next(config: &PullConfig, state: &State, now: &ZonedDateTime) -> Option<Timestamp> {
    let instant = Clockwork::parse(&config.schedule).ok()?.after(now).map(|next| next.timestamp());
    instant.into_iter().chain(state.run.as_ref().map(|run| run.next_try)).min()
}
