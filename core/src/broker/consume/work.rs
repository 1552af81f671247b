//! One message: handle it, and do what the outcome says.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use lapin::Acker;
use lapin::options::{BasicAckOptions, BasicNackOptions, BasicRejectOptions};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Handler, Outcome};
use crate::broker::connection::{BrokerError, REPLY_TIMEOUT, answered, chain};
use crate::broker::message::{Incoming, Outgoing};
use crate::broker::publish::{PublishError, Publisher};
use crate::broker::retry::{Backoff, dead_copy, ladder_copy, same_copy};
use crate::crash;
use crate::metrics::{metrics, topic_label};

/// Catalogue code of a handler that panicked.
pub(super) const CODE_PANIC: &str = "HANDLER_PANIC";
/// How long a copy under way may still take when the consumer is told to stop.
const COPY_GRACE: Duration = Duration::from_secs(5);

/// What became of a message.
pub(super) enum Settled {
    /// Acknowledged.
    Done,
    /// Given back without a verdict, because the session ends.
    GivenBack,
    /// The channel is gone; the message comes again.
    Gone(String),
    /// Still held while a dependency is down. It is given back only when the subscription has ended: before that the broker
    /// would give it out again at once, and count that too.
    Held { reason: String, acker: Acker },
    /// Given back after every try in the process.
    Exhausted {
        reason: String,
        /// Because a dependency was down.
        untried: bool,
    },
}

/// A message in hand.
pub(super) struct Work {
    pub(super) incoming: Incoming,
    pub(super) acker: Acker,
    pub(super) ordered: bool,
    pub(super) drained: bool,
    pub(super) ladder: Vec<Duration>,
    pub(super) hold_until: Instant,
    pub(super) publisher: Publisher,
    /// True while the consumer takes nothing new.
    pub(super) pause: watch::Sender<bool>,
    pub(super) over: CancellationToken,
    /// The channel is gone.
    pub(super) gone: CancellationToken,
}

/// How to give a message back.
enum Return {
    /// Not tried, or not its fault: costs no delivery on RabbitMQ 4.3 and later.
    Untried,
    /// Tried and failed: counts toward the delivery limit everywhere.
    Failed,
}

impl Work {
    /// Handles the message until it is acknowledged or given back.
    pub(super) async fn run<H: Handler>(mut self, handler: Arc<H>) -> Settled {
        if self.ordered {
            // An ordered message never waits on the ladder; what the broker counts is all there is from earlier sessions.
            self.incoming.attempt = self.incoming.attempt.saturating_add(self.incoming.delivery_count);
        }
        let mut waits = Backoff::new(Duration::from_millis(500), Duration::from_secs(60));
        loop {
            match self.handle(&*handler).await {
                Outcome::Done => return self.acknowledge("ok").await,
                Outcome::Park { code, reason } => return self.park(&code, &reason).await,
                Outcome::Retry { code, reason } if !self.ordered => return self.climb(&code, &reason).await,
                Outcome::Retry { code, reason } => {
                    let wait = waits.next_wait();
                    self.count_retry(&code);
                    tracing::warn!(
                        queue = self.incoming.queue,
                        message_id = self.incoming.message_id,
                        code,
                        reason,
                        ?wait,
                        "ordered message failed; trying it again"
                    );
                    if Instant::now() + wait > self.hold_until {
                        return self.exhausted(reason).await;
                    }
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = self.over.cancelled() => return self.give_back(Return::Failed).await,
                    }
                    self.incoming.attempt = self.incoming.attempt.saturating_add(1);
                }
                Outcome::Unavailable { reason } => {
                    tracing::warn!(
                        queue = self.incoming.queue,
                        message_id = self.incoming.message_id,
                        reason,
                        "a dependency is down; the consumer pauses"
                    );
                    self.count("unavailable");
                    let until = self.hold_until;
                    tokio::select! {
                        () = self.resumed() => {}
                        () = tokio::time::sleep_until(until) => return self.set_back(reason).await,
                        () = self.over.cancelled() => return self.give_back(Return::Untried).await,
                    }
                }
            }
        }
    }

    /// One handling; a panic is a bug of ours, and the message is parked with it.
    async fn handle<H: Handler>(&self, handler: &H) -> Outcome {
        let timer = metrics().processing_seconds.with_label_values(&[topic_label(&self.incoming.queue)]).start_timer();
        let outcome = AssertUnwindSafe(handler.handle(self.incoming.clone())).catch_unwind().await;
        timer.observe_duration();
        outcome.unwrap_or_else(|panic| {
            let reason = format!("the handler panicked: {}", panic_text(&*panic));
            tracing::error!(queue = self.incoming.queue, message_id = self.incoming.message_id, reason, "parking the message");
            Outcome::Park { code: CODE_PANIC.to_owned(), reason }
        })
    }

    /// Pauses the consumer and waits until it goes on.
    async fn resumed(&self) {
        let mut pauses = self.pause.subscribe();
        self.pause.send_if_modified(|paused| !std::mem::replace(paused, true));
        // The sender is in `self`; the wait ends with the pause.
        let _ = pauses.wait_for(|paused| !paused).await;
    }

    async fn acknowledge(&self, label: &str) -> Settled {
        crash::point("broker.before_ack");
        let queue = &self.incoming.queue;
        let acknowledging = self.acker.ack(BasicAckOptions::default());
        let sent = self.told(answered(REPLY_TIMEOUT, || format!("acknowledge a message of {queue}"), acknowledging)).await;
        match sent {
            Ok(()) => {
                self.count(label);
                Settled::Done
            }
            Err(reason) => Settled::Gone(reason),
        }
    }

    /// Waits until the broker has been told about the message, or never can be: then the message comes again.
    async fn told(&self, telling: impl Future<Output = Result<bool, BrokerError>>) -> Result<(), String> {
        let sent = tokio::select! {
            sent = telling => sent,
            () = self.gone.cancelled() => return Err("the channel is gone".to_owned()),
        };
        match sent {
            Ok(true) => Ok(()),
            // The library's word for a delivery whose channel is gone: it sent nothing.
            Ok(false) => Err("nothing was sent: the channel is gone".to_owned()),
            Err(error) => Err(chain(&error)),
        }
    }

    /// Puts a copy on the retry ladder, or after the last rung to the dead letters.
    async fn climb(&self, code: &str, reason: &str) -> Settled {
        match ladder_copy(&self.incoming, &self.ladder, self.drained, code, reason) {
            Some(copy) => {
                self.count_retry(code);
                self.replace_by(copy, "retry").await
            }
            None => self.park(code, reason).await,
        }
    }

    /// Puts a copy into the dead letters. A message that is there already waits on the ladder instead and comes back.
    async fn park(&self, code: &str, reason: &str) -> Settled {
        let copy = match self.drained {
            true => ladder_copy(&self.incoming, &self.ladder, self.drained, code, reason),
            false => Some(dead_copy(&self.incoming, code, reason)),
        };
        match copy {
            Some(copy) => self.replace_by(copy, "parked").await,
            None => self.exhausted(reason.to_owned()).await,
        }
    }

    /// Publishes the copy, confirmed and routed, and only then acknowledges the original. A crash in between makes a duplicate
    /// with the same id.
    async fn replace_by(&self, copy: Outgoing, label: &str) -> Settled {
        let mut waits = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));
        loop {
            let publishing = self.publisher.publish_until(copy.clone(), self.hold_until);
            let error = tokio::select! {
                published = publishing => match published {
                    Ok(()) => {
                        crash::point("broker.copy_confirmed");
                        return self.acknowledge(label).await;
                    }
                    Err(error @ PublishError::Invalid { .. }) if !self.drained => return self.refuse(&error).await,
                    Err(error) => error,
                },
                () = self.over_and(COPY_GRACE) => return self.give_back(Return::Failed).await,
            };
            tracing::warn!(queue = self.incoming.queue, message_id = self.incoming.message_id, %error, "a copy could not be published; trying again");
            let wait = waits.next_wait();
            if Instant::now() + wait > self.hold_until {
                return self.exhausted(error.to_string()).await;
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.over.cancelled() => return self.give_back(Return::Failed).await,
            }
        }
    }

    async fn over_and(&self, grace: Duration) {
        self.over.cancelled().await;
        tokio::time::sleep(grace).await;
    }

    async fn exhausted(&self, reason: String) -> Settled {
        match self.give_back(Return::Failed).await {
            Settled::GivenBack => Settled::Exhausted { reason, untried: false },
            gone => gone,
        }
    }

    /// Puts a message whose dependency is down to the end of its queue, as a copy with all its deliveries before it. Where the
    /// order counts, or no copy can be published, it is given back and the broker counts that.
    async fn set_back(&self, reason: String) -> Settled {
        let held = |reason| Settled::Held { reason, acker: self.acker.clone() };
        if self.ordered {
            return held(reason);
        }
        let publishing = self.publisher.publish_until(same_copy(&self.incoming), Instant::now() + COPY_GRACE);
        match publishing.await {
            Ok(()) => match self.acknowledge("unavailable").await {
                Settled::Done => Settled::Exhausted { reason, untried: true },
                gone => gone,
            },
            Err(error) => {
                tracing::warn!(queue = self.incoming.queue, message_id = self.incoming.message_id, %error, "no copy could be published; the message is given back");
                held(reason)
            }
        }
    }

    /// Gives a message to the dead letters as it is, because its copy can never be published. The reason is in the log alone.
    async fn refuse(&self, error: &PublishError) -> Settled {
        let queue = &self.incoming.queue;
        tracing::error!(queue, message_id = self.incoming.message_id, %error, "the original goes to the dead letters");
        let rejecting = self.acker.reject(BasicRejectOptions { requeue: false });
        match self.told(answered(REPLY_TIMEOUT, || format!("reject a message of {queue}"), rejecting)).await {
            Ok(()) => {
                self.count("parked");
                Settled::Done
            }
            Err(reason) => Settled::Gone(reason),
        }
    }

    /// Gives the message back to its queue.
    async fn give_back(&self, how: Return) -> Settled {
        let queue = &self.incoming.queue;
        let operation = || format!("give a message back to {queue}");
        let sent = match how {
            Return::Untried => {
                let options = BasicNackOptions { requeue: true, ..BasicNackOptions::default() };
                self.told(answered(REPLY_TIMEOUT, operation, self.acker.nack(options))).await
            }
            Return::Failed => {
                let options = BasicRejectOptions { requeue: true };
                self.told(answered(REPLY_TIMEOUT, operation, self.acker.reject(options))).await
            }
        };
        match sent {
            Ok(()) => {
                self.count("requeued");
                Settled::GivenBack
            }
            Err(reason) => Settled::Gone(reason),
        }
    }

    fn count(&self, outcome: &str) {
        metrics().messages_consumed.with_label_values(&[topic_label(&self.incoming.queue), outcome]).inc();
    }

    fn count_retry(&self, code: &str) {
        metrics().retries.with_label_values(&[topic_label(&self.incoming.queue), code]).inc();
    }
}

/// The message of a panic.
fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
