//! A consumer's time on one connection, which it shares with the others of the process.
//!
//! A session begins *carefully*, with one message at a time, and takes the full prefetch only after a message that has not
//! been given out several times before. A message that kills its consumer would otherwise take its prefetched neighbours
//! along: they are returned with it at every crash, and the broker's delivery limit would send all of them to the dead
//! letters.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::OptionFuture;
use futures_util::{FutureExt, StreamExt};
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Acker, Channel, Consumer};
use prometheus::IntGauge;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::line::{Line, Wire};
use super::work::{Settled, Work};
use super::{Desk, Ending, Handler};
use crate::broker::connection::{BrokerError, CLOSE_TIMEOUT, REPLY_TIMEOUT, answered, chain};
use crate::broker::message::Incoming;
use crate::broker::retry::Backoff;

/// How often silent trouble is looked for.
const CHECK_EVERY: Duration = Duration::from_millis(500);
/// Deliveries from which on a message is suspected to kill its consumer.
const SUSPECT_DELIVERIES: u32 = 3;
/// Longest wait for handlers at work when a session ends; then they are aborted and their messages come again.
const DRAIN_MAX: Duration = Duration::from_secs(120);

/// Why a subscription ended.
enum Ended {
    /// The session is over.
    Session(Ending),
    /// Subscribe again, on a new channel, with this prefetch: no suspect is about, or it has been quiet for long.
    Again(u16),
}

/// Connects, subscribes, and consumes until told to stop or something breaks.
pub(super) async fn run<H: Handler>(line: &Line, desk: &Desk<H>, up: &IntGauge) -> Ending {
    let wire = tokio::select! {
        wire = line.take() => match wire {
            Ok(wire) => wire,
            Err(error) => return Ending::Lost(chain(&error)),
        },
        () = desk.cancel.cancelled() => return Ending::Cancelled,
    };
    let ending = subscribe(&wire, desk, up).await;
    wire.give_back().await;
    ending
}

async fn subscribe<H: Handler>(wire: &Wire, desk: &Desk<H>, up: &IntGauge) -> Ending {
    let mut prefetch = 1;
    loop {
        let subscription = match Subscription::open(wire, desk, prefetch).await {
            Ok(subscription) => subscription,
            Err(error) => {
                let costs_the_channel = matches!(&error, BrokerError::Amqp { source, .. } if source.costs_the_channel());
                if !costs_the_channel {
                    wire.break_off().await;
                }
                return Ending::Lost(chain(&error));
            }
        };
        up.set(1);
        desk.tell_subscribed();
        tracing::debug!(queue = desk.options.queue, prefetch, "consuming");
        match subscription.run().await {
            Ended::Again(next) => prefetch = next,
            Ended::Session(ending) => return ending,
        }
    }
}

/// One channel with one consumer.
struct Subscription<'a, H> {
    desk: &'a Desk<H>,
    wire: &'a Wire,
    channel: Channel,
    consumer: Consumer,
    prefetch: u16,
    work: JoinSet<Settled>,
    pause: watch::Sender<bool>,
    /// Tells handlers that hold a message to give it back.
    over: CancellationToken,
    /// Tells them that the channel is gone: an acknowledgement under way may never be answered.
    gone: CancellationToken,
    probes: Backoff,
    worked: bool,
    /// A message to be given back when the subscription has ended.
    held: Option<Acker>,
}

impl<'a, H: Handler> Subscription<'a, H> {
    async fn open(wire: &'a Wire, desk: &'a Desk<H>, prefetch: u16) -> Result<Self, BrokerError> {
        let queue = desk.options.queue.as_str();
        let operation = || format!("consume queue {queue}");
        let channel = answered(REPLY_TIMEOUT, operation, wire.connection.create_channel()).await?;
        answered(REPLY_TIMEOUT, operation, channel.basic_qos(prefetch, BasicQosOptions::default())).await?;
        let consuming =
            channel.basic_consume(queue.into(), "renkei".into(), BasicConsumeOptions::default(), FieldTable::default());
        let consumer = answered(REPLY_TIMEOUT, operation, consuming).await?;
        Ok(Subscription {
            desk,
            wire,
            channel,
            consumer,
            prefetch,
            work: JoinSet::new(),
            pause: watch::Sender::new(false),
            over: CancellationToken::new(),
            gone: CancellationToken::new(),
            probes: Backoff::new(Duration::from_millis(200), Duration::from_secs(15)),
            worked: false,
            held: None,
        })
    }

    async fn run(mut self) -> Ended {
        let desk = self.desk;
        let parallel = usize::from(desk.options.parallel.min(self.prefetch));
        let careful = self.prefetch < desk.options.prefetch;
        let mut suspect = false;
        let mut quiet_since = Instant::now();
        let mut pauses = self.pause.subscribe();
        let mut check = tokio::time::interval(CHECK_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut probe = std::pin::pin!(OptionFuture::from(None));
        let ended = loop {
            let paused = *self.pause.borrow();
            tokio::select! {
                biased;
                () = desk.cancel.cancelled() => break Ended::Session(Ending::Cancelled),
                Some(settled) = self.work.join_next() => match settled {
                    Ok(Settled::Done) => {
                        self.worked = true;
                        self.probes.reset();
                        if careful && !suspect {
                            break Ended::Again(desk.options.prefetch);
                        }
                    }
                    Ok(Settled::GivenBack) => {}
                    Ok(Settled::Gone(reason)) => break Ended::Session(Ending::Lost(reason)),
                    Ok(Settled::Held { reason, acker }) => {
                        self.held = Some(acker);
                        break Ended::Session(Ending::Exhausted { reason, untried: true, worked: self.worked });
                    }
                    Ok(Settled::Exhausted { reason, untried }) => {
                        break Ended::Session(Ending::Exhausted { reason, untried, worked: self.worked });
                    }
                    Err(error) => break Ended::Session(Ending::Lost(format!("a handler ended abnormally: {error}"))),
                },
                _ = pauses.changed() => {
                    if *pauses.borrow_and_update() {
                        probe.set(Some(until_ready(&*desk.handler, self.probes.next_wait())).into());
                    }
                }
                Some(()) = &mut probe, if paused => {
                    probe.set(None.into());
                    tracing::info!(queue = desk.options.queue, "the dependency is back; the consumer goes on");
                    self.pause.send_replace(false);
                }
                reason = self.wire.ended() => break Ended::Session(Ending::Lost(reason)),
                _ = check.tick() => {
                    if !self.wire.connection.status().connected() || !self.channel.status().connected() {
                        break Ended::Session(Ending::Lost("the channel is no longer open".to_owned()));
                    }
                }
                () = tokio::time::sleep_until(quiet_since + desk.options.renew_idle), if !paused && self.work.is_empty() => {
                    break Ended::Again(self.prefetch);
                }
                item = self.consumer.next(), if self.work.len() < parallel && !paused => match item {
                    Some(Ok(mut delivery)) => {
                        let incoming = Incoming::from_delivery(desk.publisher.names(), &desk.options.queue, &mut delivery);
                        quiet_since = Instant::now();
                        suspect = incoming.delivery_count >= SUSPECT_DELIVERIES;
                        self.start(incoming, delivery.acker);
                    }
                    Some(Err(error)) => break Ended::Session(Ending::Lost(error.to_string())),
                    None => {
                        let reason = "the broker cancelled the consumer; was its queue deleted?".to_owned();
                        break Ended::Session(Ending::Lost(reason));
                    }
                },
            }
        };
        self.end(ended).await
    }

    fn start(&mut self, incoming: Incoming, acker: Acker) {
        let options = &self.desk.options;
        let work = Work {
            incoming,
            acker,
            ordered: options.ordered,
            drained: options.drained,
            ladder: options.ladder.clone(),
            hold_until: Instant::now() + options.hold_max,
            publisher: self.desk.publisher.clone(),
            pause: self.pause.clone(),
            over: self.over.clone(),
            gone: self.gone.clone(),
        };
        self.work.spawn(work.run(Arc::clone(&self.desk.handler)));
    }

    /// Takes nothing more, lets the handlers finish, and closes the channel. Also after a loss: the next session of an ordered
    /// queue must not begin while a handler of this one is at work.
    async fn end(mut self, mut ended: Ended) -> Ended {
        let desk = self.desk;
        let queue = &desk.options.queue;
        let lost = matches!(ended, Ended::Session(Ending::Lost(_)));
        let alive = !lost && self.channel.status().connected() && self.wire.connection.status().connected();
        if alive {
            let cancelling = self.channel.basic_cancel("renkei".into(), BasicCancelOptions::default());
            if let Err(error) = answered(CLOSE_TIMEOUT, || format!("cancel the consumer of {queue}"), cancelling).await {
                tracing::debug!(error = %chain(&error), "consumer was not cancelled cleanly");
            }
        }
        if let Some(acker) = self.held.take().filter(|_| alive) {
            let giving = acker.nack(BasicNackOptions { requeue: true, ..BasicNackOptions::default() });
            if let Err(error) = answered(CLOSE_TIMEOUT, || format!("give a message back to {queue}"), giving).await {
                tracing::debug!(error = %chain(&error), "a held message comes back with the end of the channel");
            }
        }
        if let Ended::Again(_) = ended {
            // The message that came before the cancel took hold is handled, not given back: giving back is counted.
            while let Some(Some(Ok(mut delivery))) = self.consumer.next().now_or_never() {
                self.start(Incoming::from_delivery(desk.publisher.names(), queue, &mut delivery), delivery.acker);
            }
        }
        self.over.cancel();
        if !alive {
            self.gone.cancel();
        }
        let draining = async {
            while let Some(settled) = self.work.join_next().await {
                if let (Ended::Again(_), Ok(Settled::Gone(reason))) = (&ended, settled) {
                    ended = Ended::Session(Ending::Lost(reason));
                }
            }
        };
        if tokio::time::timeout(DRAIN_MAX, draining).await.is_err() {
            tracing::error!(queue, "handlers did not finish in {DRAIN_MAX:?} and are aborted; their messages come again");
            self.work.shutdown().await;
        }
        self.close_channel().await;
        ended
    }
}

impl<H> Subscription<'_, H> {
    /// Closes the channel, so that what it holds comes again. One that does not answer keeps its messages as long as the
    /// connection lives: then the connection has to go.
    async fn close_channel(&self) {
        if !self.channel.status().connected() || !self.wire.connection.status().connected() {
            return;
        }
        let queue = &self.desk.options.queue;
        let closing = self.channel.close(200, "closed by renkei".into());
        if let Err(error) = answered(CLOSE_TIMEOUT, || format!("close the channel of {queue}"), closing).await {
            tracing::debug!(error = %chain(&error), "channel was not closed cleanly");
            self.wire.break_off().await;
        }
    }
}

/// Asks the handler until it is ready, with growing pauses.
pub(super) async fn until_ready<H: Handler>(handler: &H, first: Duration) {
    tokio::time::sleep(first).await;
    let mut backoff = Backoff::new(first, Duration::from_secs(30));
    // A panic while asking is an answer too: not ready.
    while !AssertUnwindSafe(handler.ready()).catch_unwind().await.unwrap_or(false) {
        backoff.sleep().await;
    }
}
