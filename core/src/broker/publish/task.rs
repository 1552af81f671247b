//! The task behind a publisher: a supervisor that keeps a connection, and the messages that wait for one.
//!
//! Nothing is forgotten between two connections. A message is *waiting* until it is written, *in flight* until the broker has
//! spoken about it, and goes back to waiting, in its old place, when the connection is lost in between.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use lapin::Channel;
use lapin::options::ConfirmSelectOptions;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::session::{Ending, Session};
use super::{Job, PublishError, PublishOptions, PublisherState};
use crate::broker::connection::{self, BrokerConfig, BrokerError, Link, REPLY_TIMEOUT, answered, chain};
use crate::broker::retry::Backoff;
use crate::broker::topology::Names;
use crate::metrics::metrics;

/// What the task needs.
pub(super) struct Setup {
    pub(super) config: BrokerConfig,
    pub(super) name: String,
    pub(super) options: PublishOptions,
    pub(super) inbox: mpsc::Receiver<Job>,
    pub(super) state: watch::Sender<PublisherState>,
    pub(super) stop: CancellationToken,
}

/// A message written to the broker.
pub(super) struct Flight {
    pub(super) job: Job,
    pub(super) sent_at: Instant,
}

/// Everything that outlives a connection.
pub(super) struct Outbox {
    /// To be written, by age.
    pub(super) waiting: BTreeMap<u64, Job>,
    /// Written and not yet spoken about.
    pub(super) in_flight: HashMap<u64, Flight>,
    /// While above zero, messages are written one at a time: one of them made the broker close the channel, and alone it
    /// cannot take the blame of another.
    pub(super) suspects: usize,
    next: u64,
}

impl Outbox {
    /// Takes a new message.
    pub(super) fn take(&mut self, job: Job) {
        self.waiting.insert(self.next, job);
        self.next += 1;
    }

    /// The next message to write; those whose caller has gone are dropped here.
    pub(super) fn next_to_write(&mut self) -> Option<(u64, Job)> {
        if self.suspects > 0 && !self.in_flight.is_empty() {
            return None;
        }
        loop {
            let (number, job) = self.waiting.pop_first()?;
            if !job.outcome.is_closed() {
                return Some((number, job));
            }
            self.suspects = self.suspects.saturating_sub(1);
        }
    }

    /// Tells the caller of an in-flight message.
    pub(super) fn settle(&mut self, number: u64, outcome: Result<(), PublishError>) {
        if let Some(flight) = self.in_flight.remove(&number) {
            self.suspects = self.suspects.saturating_sub(1);
            // The caller may have reached its deadline meanwhile; then nobody listens and the outcome is only counted.
            let _ = flight.job.outcome.send(outcome);
        }
    }

    /// After a lost connection everything in flight waits again in its old place.
    fn recall(&mut self) {
        for (number, flight) in self.in_flight.drain() {
            self.waiting.insert(number, flight.job);
        }
    }

    /// After the broker closed the channel over one message: it is known when it was alone, and else it is looked for.
    fn blame(&mut self, names: &Names, reason: &str) {
        if self.in_flight.len() == 1 {
            let numbers: Vec<u64> = self.in_flight.keys().copied().collect();
            for number in numbers {
                let refused = self.in_flight.get(&number).map(|flight| channel_refusal(flight, names, reason));
                if let Some(refused) = refused {
                    self.settle(number, Err(refused));
                }
            }
        } else {
            self.suspects = self.in_flight.len();
        }
    }

    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.is_empty()
    }
}

/// The error of a message over which the broker closed the channel: no such exchange, no permission, too large.
fn channel_refusal(flight: &Flight, names: &Names, reason: &str) -> PublishError {
    let message = &flight.job.message;
    if reason.contains("NOT_FOUND") || reason.contains("NOT-FOUND") {
        return PublishError::Unroutable {
            message_id: message.message_id,
            exchange: message.via.exchange(names).to_owned(),
            routing_key: message.routing_key.clone(),
            reason: reason.to_owned(),
        };
    }
    PublishError::Invalid { message_id: message.message_id, reason: reason.to_owned() }
}

/// Runs until stopped and every message taken has its outcome.
pub(super) async fn run(mut setup: Setup) {
    let mut outbox = Outbox { waiting: BTreeMap::new(), in_flight: HashMap::new(), suspects: 0, next: 0 };
    let mut backoff = Backoff::reconnect();
    let up = metrics().broker_connection_up.with_label_values(&[&setup.name]);
    loop {
        if setup.stop.is_cancelled() {
            setup.inbox.close();
            while let Ok(job) = setup.inbox.try_recv() {
                outbox.take(job);
            }
            outbox.waiting.retain(|_, job| !job.outcome.is_closed());
            if outbox.is_empty() {
                return;
            }
        }
        match open(&setup).await {
            Ok((link, channel)) => {
                setup.state.send_modify(|state| *state = PublisherState { connected: true, ..PublisherState::default() });
                up.set(1);
                let connected_at = Instant::now();
                let ending = Session::new(&mut setup, &mut outbox, link, channel).run().await;
                up.set(0);
                if connected_at.elapsed() > Duration::from_secs(10) {
                    backoff.reset();
                }
                match ending {
                    Ending::Finished => {
                        setup.state.send_modify(|state| *state = PublisherState::default());
                        return;
                    }
                    Ending::ChannelRefused(reason) => {
                        outbox.blame(&setup.config.names, &reason);
                        lost(&setup, &mut outbox, &reason);
                    }
                    Ending::Lost(reason) => lost(&setup, &mut outbox, &reason),
                }
            }
            Err(error) => {
                tracing::warn!(publisher = setup.name, error = %chain(&error), "the broker cannot be reached; trying again");
                setup.state.send_modify(|state| state.last_error = Some(chain(&error)));
            }
        }
        pause(&mut setup, &mut outbox, backoff.next_wait()).await;
    }
}

/// Notes the loss and puts everything in flight back.
fn lost(setup: &Setup, outbox: &mut Outbox, reason: &str) {
    outbox.recall();
    metrics().broker_reconnects.with_label_values(&[&setup.name]).inc();
    metrics().broker_blocked.with_label_values(&[&setup.name]).set(0);
    tracing::warn!(publisher = setup.name, reason, unconfirmed = outbox.waiting.len(), "connection lost; connecting again");
    let last_error = Some(reason.to_owned());
    setup.state.send_modify(|state| *state = PublisherState { connected: false, blocked: None, last_error });
}

/// Waits between two tries. While stopping, callers that reach their deadline let the task end sooner.
async fn pause(setup: &mut Setup, outbox: &mut Outbox, wait: Duration) {
    let until = Instant::now() + wait;
    if !setup.stop.is_cancelled() {
        tokio::select! {
            () = tokio::time::sleep_until(until) => {}
            () = setup.stop.cancelled() => {}
        }
        return;
    }
    let last = outbox.waiting.values().map(|job| job.deadline).max().unwrap_or(until);
    tokio::time::sleep_until(until.min(last)).await;
}

/// A connection with one channel in confirm mode.
async fn open(setup: &Setup) -> Result<(Link, Channel), BrokerError> {
    let link = connection::connect(&setup.config, &format!("renkei {} publish", setup.name)).await?;
    let operation = || format!("open a confirm channel for {}", setup.name);
    let channel = answered(REPLY_TIMEOUT, operation, link.connection.create_channel()).await?;
    answered(REPLY_TIMEOUT, operation, channel.confirm_select(ConfirmSelectOptions::default())).await?;
    Ok((link, channel))
}
