//! One connection's worth of publishing: write, collect confirms and returns, notice that the connection is gone.
//!
//! Two measured properties of the client library shape this file. A confirm belongs to its message only if tags are taken and
//! frames are queued in one task; this task is the only one that touches the channel. And a *return* (no queue took the
//! message) is attached to whichever confirm is resolved next, so it is matched by the message id, exchange and key inside it,
//! and no confirm is believed before every confirm of the same frame has been looked at (see `Session::collect`).

use std::collections::HashMap;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use lapin::message::BasicReturnMessage;
use lapin::options::BasicPublishOptions;
use lapin::{Channel, Confirmation, Event};
use tokio::time::{Instant, MissedTickBehavior};

use super::PublishError;
use super::task::{Flight, Outbox, Setup};
use crate::broker::connection::{self, CLOSE_TIMEOUT, Link, answered, chain};
use crate::broker::message::{Outgoing, properties_of, short};
use crate::broker::topology::Names;
use crate::crash;
use crate::metrics::metrics;

/// How often silent trouble is looked for.
const CHECK_EVERY: Duration = Duration::from_millis(500);

/// Why a session ended.
pub(super) enum Ending {
    /// Stopped, and everything has its outcome.
    Finished,
    /// The broker closed the channel over a message.
    ChannelRefused(String),
    /// The connection is gone or sick.
    Lost(String),
}

/// A confirm to come: the number of the message and what the broker said.
type Confirming = Pin<Box<dyn Future<Output = (u64, lapin::Result<Confirmation>)> + Send>>;

/// What identifies a returned message.
#[derive(PartialEq, Eq, Hash)]
struct ReturnKey {
    message_id: String,
    exchange: String,
    routing_key: String,
}

/// See the module.
pub(super) struct Session<'a> {
    setup: &'a mut Setup,
    outbox: &'a mut Outbox,
    link: Link,
    channel: Channel,
    confirms: FuturesUnordered<Confirming>,
    returned: HashMap<ReturnKey, (u32, String)>,
    blocked: bool,
    /// Confirms are expected from here on; moved by the end of an alarm.
    patient_from: Instant,
}

impl<'a> Session<'a> {
    /// A session on a fresh connection.
    pub(super) fn new(setup: &'a mut Setup, outbox: &'a mut Outbox, link: Link, channel: Channel) -> Self {
        Session {
            setup,
            outbox,
            link,
            channel,
            confirms: FuturesUnordered::new(),
            returned: HashMap::new(),
            blocked: false,
            patient_from: Instant::now(),
        }
    }

    /// Publishes until stopped or lost.
    pub(super) async fn run(mut self) -> Ending {
        let mut check = tokio::time::interval(CHECK_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stop = self.setup.stop.clone();
        let mut stopping = false;
        loop {
            self.write_waiting();
            if stopping && self.outbox.waiting.is_empty() && self.outbox.in_flight.is_empty() {
                self.close().await;
                return Ending::Finished;
            }
            let ending = tokio::select! {
                Some(first) = self.confirms.next(), if !self.confirms.is_empty() => self.collect(first),
                job = self.setup.inbox.recv(), if !self.setup.inbox.is_closed() || !self.setup.inbox.is_empty() => {
                    if let Some(job) = job {
                        self.outbox.take(job);
                    }
                    None
                }
                event = self.link.events.next() => self.on_event(event),
                _ = check.tick() => self.check(stopping),
                () = stop.cancelled(), if !stopping => {
                    stopping = true;
                    self.setup.inbox.close();
                    None
                }
            };
            if let Some(ending) = ending {
                return ending;
            }
        }
    }

    /// Writes what waits.
    fn write_waiting(&mut self) {
        while let Some((number, job)) = self.outbox.next_to_write() {
            let sending = sending(&self.channel, &self.setup.config.names, number, &job.message);
            self.outbox.in_flight.insert(number, Flight { job, sent_at: Instant::now() });
            match sending {
                Ok(mut sending) => {
                    // The first poll takes the tag and queues the frames: here, in order, before the next message.
                    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                    match sending.as_mut().poll(&mut context) {
                        Poll::Pending => self.confirms.push(sending),
                        Poll::Ready(result) => self.confirms.push(Box::pin(std::future::ready(result))),
                    }
                    crash::point("broker.before_confirm");
                }
                Err(reason) => {
                    let message_id = self.outbox.in_flight.get(&number).map(|flight| flight.job.message.message_id);
                    let message_id = message_id.unwrap_or_default();
                    self.outbox.settle(number, Err(PublishError::Invalid { message_id, reason }));
                }
            }
        }
    }

    /// Takes every confirm that is there, then tells the callers.
    ///
    /// When the broker confirms several messages in one frame, the library resolves them in no particular order, under a
    /// lock, handing the waiting returns to whichever comes first. So a message can be confirmed a moment before the confirm
    /// that carries its return. Passing through the same lock after the last confirm seen proves that the frame has been
    /// dealt with; what it resolved is then ready to be taken.
    fn collect(&mut self, first: (u64, lapin::Result<Confirmation>)) -> Option<Ending> {
        let mut seen = Vec::new();
        let mut ending = self.note(first, &mut seen);
        loop {
            let before = seen.len();
            // Looks at the last pending confirm and thereby takes the lock; its answer is of no interest.
            let _ = self.channel.wait_for_confirms().now_or_never();
            while let Some(Some(next)) = self.confirms.next().now_or_never() {
                ending = self.note(next, &mut seen).or(ending);
            }
            if seen.len() == before {
                break;
            }
        }
        for (number, stored) in seen {
            self.decide(number, stored);
        }
        ending
    }

    /// Notes one confirm and the return that rides on it. An error leaves the message in flight: it is published again.
    fn note(&mut self, (number, result): (u64, lapin::Result<Confirmation>), seen: &mut Vec<(u64, bool)>) -> Option<Ending> {
        match result {
            Ok(Confirmation::Ack(returned)) => {
                self.note_return(returned);
                seen.push((number, true));
                None
            }
            Ok(Confirmation::Nack(returned)) => {
                self.note_return(returned);
                seen.push((number, false));
                None
            }
            Ok(Confirmation::NotRequested) => Some(Ending::Lost("the channel is not in confirm mode".to_owned())),
            Err(error) if error.is_amqp_soft_error() => Some(Ending::ChannelRefused(error.to_string())),
            Err(error) => Some(Ending::Lost(error.to_string())),
        }
    }

    fn note_return(&mut self, returned: Option<BasicReturnMessage>) {
        let Some(returned) = returned else { return };
        let key = ReturnKey {
            message_id: returned.properties.message_id().as_ref().map(ToString::to_string).unwrap_or_default(),
            exchange: returned.exchange.to_string(),
            routing_key: returned.routing_key.to_string(),
        };
        let entry = self.returned.entry(key).or_insert((0, returned.reply_text.to_string()));
        entry.0 += 1;
    }

    /// Tells the caller.
    fn decide(&mut self, number: u64, stored: bool) {
        let Some(flight) = self.outbox.in_flight.get(&number) else { return };
        let message = &flight.job.message;
        let (message_id, routing_key) = (message.message_id, message.routing_key.clone());
        let seconds = flight.sent_at.elapsed().as_secs_f64();
        metrics().publish_confirm_seconds.with_label_values(&[&self.setup.name]).observe(seconds);
        let key = ReturnKey {
            message_id: message_id.to_string(),
            exchange: message.via.exchange(&self.setup.config.names).to_owned(),
            routing_key: routing_key.clone(),
        };
        let outcome = match self.returned.get_mut(&key) {
            Some((count, reason)) => {
                let reason = reason.clone();
                *count -= 1;
                if *count == 0 {
                    self.returned.remove(&key);
                }
                Err(PublishError::Unroutable { message_id, exchange: key.exchange, routing_key, reason })
            }
            None if stored => {
                crash::point("broker.after_confirm");
                Ok(())
            }
            None => Err(PublishError::Refused { message_id, routing_key }),
        };
        self.outbox.settle(number, outcome);
    }

    fn on_event(&mut self, event: Option<Event>) -> Option<Ending> {
        let gauge = metrics().broker_blocked.with_label_values(&[&self.setup.name]);
        match event {
            Some(Event::ConnectionBlocked(reason)) => {
                tracing::warn!(publisher = self.setup.name, reason, "the broker stops all publishers by an alarm");
                self.blocked = true;
                gauge.set(1);
                self.setup.state.send_modify(|state| state.blocked = Some(reason));
                None
            }
            Some(Event::ConnectionUnblocked) => {
                tracing::info!(publisher = self.setup.name, "the alarm of the broker is over");
                self.blocked = false;
                self.patient_from = Instant::now();
                gauge.set(0);
                self.setup.state.send_modify(|state| state.blocked = None);
                None
            }
            // A refusal of the channel shows in the confirms too, where it can be told from a lost connection.
            Some(Event::Error(error)) if error.is_amqp_soft_error() => Some(Ending::ChannelRefused(error.to_string())),
            Some(Event::Error(error)) => Some(Ending::Lost(error.to_string())),
            Some(_) => None,
            None => Some(Ending::Lost("the connection ended".to_owned())),
        }
    }

    /// Looks for trouble nobody announces.
    fn check(&mut self, stopping: bool) -> Option<Ending> {
        if stopping {
            // Nobody waits for these any more; an alarm must not keep the process from ending.
            self.outbox.in_flight.retain(|_, flight| !flight.job.outcome.is_closed());
            self.outbox.waiting.retain(|_, job| !job.outcome.is_closed());
        }
        if !self.link.connection.status().connected() || !self.channel.status().connected() {
            // The confirms carry the reason; give them the chance to tell it.
            return match self.confirms.next().now_or_never() {
                Some(Some(first)) => {
                    self.collect(first).or_else(|| Some(Ending::Lost("the channel is no longer open".to_owned())))
                }
                _ => Some(Ending::Lost("the channel is no longer open".to_owned())),
            };
        }
        let oldest = self.outbox.in_flight.values().map(|flight| flight.sent_at).min()?;
        let waited = oldest.max(self.patient_from).elapsed();
        if !self.blocked && waited > self.setup.options.confirm_timeout {
            return Some(Ending::Lost(format!("no confirm in {waited:?}")));
        }
        None
    }

    async fn close(self) {
        let closing = self.channel.close(200, "closed by renkei".into());
        if let Err(error) = answered(CLOSE_TIMEOUT, || "close a channel".to_owned(), closing).await {
            tracing::debug!(error = %chain(&error), "channel was not closed cleanly");
        }
        connection::close(&self.link.connection).await;
    }
}

/// The future that writes a message and waits for its confirm.
fn sending(channel: &Channel, names: &Names, number: u64, message: &Outgoing) -> Result<Confirming, String> {
    let unix_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let properties = properties_of(message, unix_s)?;
    let (exchange, key) = (short(message.via.exchange(names), "exchange")?, short(&message.routing_key, "routing key")?);
    let (channel, body) = (channel.clone(), message.body.clone());
    let options = BasicPublishOptions { mandatory: true, immediate: false };
    Ok(Box::pin(async move {
        let written = channel.basic_publish(exchange, key, options, &body, properties).await;
        match written {
            Ok(confirm) => (number, confirm.await),
            Err(error) => (number, Err(error)),
        }
    }))
}
