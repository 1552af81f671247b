//! A supervised consumer: takes messages of one queue, hands them to a `Handler`, and does what the `Outcome` says.
//!
//! It has a channel of its own on a connection that the consumers of a process share (a `Line`), acknowledges by hand, and is
//! rebuilt after every failure: an error item, a stream that just ends (queue deleted, consumer cancelled by the broker), a
//! channel or connection that is gone without a word. What was not acknowledged comes again, so handlers must be idempotent.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::connection::BrokerError;
use super::message::Incoming;
use super::publish::Publisher;
use super::retry::Backoff;
use crate::metrics::{metrics, topic_label};
use crate::verdict::{Classify, Verdict};

mod line;
mod session;
mod work;

pub use line::Line;

/// RabbitMQ's default: a delivery unacknowledged for longer ends the channel or the consumer.
pub const ACK_TIMEOUT_BROKER: Duration = Duration::from_secs(30 * 60);

/// First pause before a handler is asked again whether its dependencies are back.
const FIRST_PROBE: Duration = Duration::from_millis(200);

/// What to do with a message that was handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The effect is committed (or had been before): acknowledge.
    Done,
    /// Something passing: try again later. A copy waits on the retry ladder; an ordered topic waits in the process.
    Retry {
        /// Catalogue code.
        code: String,
        /// In words.
        reason: String,
    },
    /// We cannot handle it: a copy with the reason goes to the dead-letter queue.
    Park {
        /// Catalogue code.
        code: String,
        /// In words.
        reason: String,
    },
    /// A dependency is down; nothing is wrong with the message. The consumer takes nothing new until [`Handler::ready`]; this
    /// message stays unacknowledged and is handled again then. Giving it back at once would cost it one of its deliveries
    /// each time on RabbitMQ before 4.3. What cannot be held any longer goes to the end of its queue as a copy that has spent
    /// none; on an ordered queue it is given back to its place, and nothing is taken until the handler is ready.
    Unavailable {
        /// Which dependency, in words.
        reason: String,
    },
}

/// Handles messages of one queue.
pub trait Handler: Send + Sync + 'static {
    /// Handles one message. May be called again for the same message, in this process or another.
    fn handle(&self, message: Incoming) -> impl Future<Output = Outcome> + Send;

    /// Whether the dependencies are there; asked with growing pauses after an [`Outcome::Unavailable`].
    fn ready(&self) -> impl Future<Output = bool> + Send;
}

/// How to consume one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumeOptions {
    /// Queue.
    pub queue: String,
    /// Most unacknowledged messages given to this consumer; taken as 1 when `ordered`.
    pub prefetch: u16,
    /// Most handlers at work; taken as 1 when `ordered`.
    pub parallel: u16,
    /// One message at a time, in the order of the queue.
    pub ordered: bool,
    /// A queue with nothing behind it, drained into the database: what cannot be kept waits on the ladder, again and again.
    pub drained: bool,
    /// Waits of the retry ladder, shortest first; each must be a rung of the topology.
    pub ladder: Vec<Duration>,
    /// How long a message is kept unacknowledged while it is tried again in the process. Stays below the broker's
    /// acknowledgement timeout (30 minutes by default).
    pub hold_max: Duration,
    /// A subscription that has been quiet for so long is made anew. A queue deleted in the instant it gains a consumer and made
    /// again under its name can count on that consumer without ever reaching it, and nothing announces it.
    pub renew_idle: Duration,
}

impl ConsumeOptions {
    /// Options for `queue` with the default ladder: prefetch 50 and 4 handlers, or one at a time when `ordered`.
    pub fn new(queue: &str, ordered: bool) -> Self {
        ConsumeOptions {
            queue: queue.to_owned(),
            prefetch: if ordered { 1 } else { 50 },
            parallel: if ordered { 1 } else { 4 },
            ordered,
            drained: false,
            ladder: super::topology::default_ladder(),
            hold_max: Duration::from_secs(600),
            renew_idle: Duration::from_secs(60),
        }
    }

    /// Options for draining `queue`, the dead letters or the unrouted: few messages at once, because they may be large and what
    /// waits in hand while the database is away was given out for nothing.
    pub fn drain(queue: &str) -> Self {
        ConsumeOptions { prefetch: 4, parallel: 2, drained: true, ..ConsumeOptions::new(queue, false) }
    }
}

/// Why a consumer cannot run at all. Passing failures never end it.
#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    /// The broker address cannot be read.
    #[error(transparent)]
    Broker(#[from] BrokerError),
    /// The options contradict themselves.
    #[error("consumer of {queue}: {reason}")]
    Options {
        /// Queue.
        queue: String,
        /// Why.
        reason: String,
    },
}

impl Classify for ConsumeError {
    fn verdict(&self) -> Verdict {
        match self {
            ConsumeError::Broker(error) => error.verdict(),
            ConsumeError::Options { .. } => Verdict::Bug,
        }
    }
}

/// Consumes until `cancel`, then lets the handlers at work finish, acknowledges, and closes. `publisher` carries the copies for
/// the retry ladder and the dead-letter queue; it must outlive this call.
pub async fn run<H: Handler>(
    line: &Line,
    options: ConsumeOptions,
    publisher: Publisher,
    handler: Arc<H>,
    cancel: CancellationToken,
) -> Result<(), ConsumeError> {
    run_and_tell(line, options, publisher, handler, cancel, None).await
}

/// Like [`run`], and tells `subscribed` when the queue is subscribed for the first time.
pub async fn run_and_tell<H: Handler>(
    line: &Line,
    options: ConsumeOptions,
    publisher: Publisher,
    handler: Arc<H>,
    cancel: CancellationToken,
    subscribed: Option<oneshot::Sender<()>>,
) -> Result<(), ConsumeError> {
    let options = checked(options)?;
    let role = format!("consume {}", topic_label(&options.queue));
    let up = metrics().broker_connection_up.with_label_values(&[&role]);
    let desk = Desk { options, publisher, handler, cancel: cancel.clone(), subscribed: Mutex::new(subscribed) };
    let mut backoff = Backoff::reconnect();
    // After a message had to be given back because nothing worked, growing pauses keep it from being given back too often.
    let mut exhausted = Backoff::new(Duration::from_secs(5), Duration::from_secs(600));
    while !cancel.is_cancelled() {
        let begun = Instant::now();
        let ending = session::run(line, &desk, &up).await;
        up.set(0);
        if begun.elapsed() > Duration::from_secs(10) {
            backoff.reset();
        }
        let queue = &desk.options.queue;
        let mut untried_before = false;
        let wait = match ending {
            Ending::Cancelled => return Ok(()),
            Ending::Lost(reason) => {
                metrics().broker_reconnects.with_label_values(&[&role]).inc();
                tracing::warn!(queue, reason, "consumer lost; starting it again");
                backoff.next_wait()
            }
            Ending::Exhausted { reason, untried: true, .. } => {
                tracing::warn!(queue, reason, "a dependency stays down; the consumer takes nothing until it is back");
                untried_before = true;
                Duration::ZERO
            }
            Ending::Exhausted { reason, worked, .. } => {
                if worked {
                    exhausted.reset();
                }
                tracing::error!(queue, reason, "a message was given back after every try in the process; the consumer pauses");
                exhausted.next_wait()
            }
        };
        let pausing = async {
            if untried_before {
                // Every message given out while nothing can be done with it costs it one of its deliveries.
                session::until_ready(&*desk.handler, FIRST_PROBE).await;
            }
            tokio::time::sleep(wait).await;
        };
        tokio::select! {
            () = pausing => {}
            () = cancel.cancelled() => {}
        }
    }
    Ok(())
}

/// What sessions and handlers at work share.
struct Desk<H> {
    options: ConsumeOptions,
    publisher: Publisher,
    handler: Arc<H>,
    cancel: CancellationToken,
    /// Who waits for the first subscription.
    subscribed: Mutex<Option<oneshot::Sender<()>>>,
}

impl<H> Desk<H> {
    fn tell_subscribed(&self) {
        if let Some(waiting) = self.subscribed.lock().ok().and_then(|mut waiting| waiting.take()) {
            // Who no longer waits need not be told.
            let _ = waiting.send(());
        }
    }
}

/// Why a session ended.
enum Ending {
    /// We were told to stop.
    Cancelled,
    /// The connection, the channel or the subscription is gone.
    Lost(String),
    /// A message was given back after [`ConsumeOptions::hold_max`].
    Exhausted {
        reason: String,
        /// Nothing is wrong with the message: a dependency was down.
        untried: bool,
        /// Whether any message went well in this session.
        worked: bool,
    },
}

/// Refuses what contradicts itself; an ordered queue goes one at a time whatever was asked for.
fn checked(mut options: ConsumeOptions) -> Result<ConsumeOptions, ConsumeError> {
    if options.ordered {
        (options.prefetch, options.parallel) = (1, 1);
    }
    let refused = |reason: &str| Err(ConsumeError::Options { queue: options.queue.clone(), reason: reason.to_owned() });
    if options.prefetch == 0 || options.parallel == 0 {
        return refused("prefetch and parallel start at 1; 0 would mean no limit");
    }
    if options.parallel > options.prefetch {
        return refused("more handlers than prefetched messages would idle; raise prefetch or lower parallel");
    }
    if options.hold_max > ACK_TIMEOUT_BROKER / 2 {
        return refused("hold_max must stay below half the broker's acknowledgement timeout of 30 minutes");
    }
    Ok(options)
}
