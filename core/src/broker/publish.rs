//! Confirmed publishing. One task owns one confirm channel on a connection of its own; any number of callers hand it messages
//! and each waits for the outcome of its own.
//!
//! A caller's future resolves when the broker has stored the message in a queue, when the broker refuses it for good, or at
//! the caller's deadline; never earlier. In between the task reconnects for ever and publishes again, under the same message
//! id, whatever was not confirmed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::Instant;
use uuid::Uuid;

use super::connection::{BrokerConfig, BrokerError};
use super::message::{Outgoing, Via};
use super::topology::Names;
use crate::metrics::{metrics, topic_label};
use crate::verdict::{Classify, Verdict};

mod session;
mod task;

/// Limits of a publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishOptions {
    /// Most messages handed over and not yet confirmed; callers beyond wait.
    pub window: u32,
    /// Most body bytes handed over and not yet confirmed; callers beyond wait.
    pub window_bytes: u32,
    /// Largest body; RabbitMQ 4 refuses more than 16 MiB by default.
    pub message_bytes_max: u32,
    /// A confirm that takes longer means a sick connection: it is replaced and the message is published again. Time during
    /// which the broker announces an alarm does not count.
    pub confirm_timeout: Duration,
    /// When a caller gives up.
    pub deadline: Duration,
}

impl Default for PublishOptions {
    fn default() -> Self {
        PublishOptions {
            window: 512,
            window_bytes: 32 * 1024 * 1024,
            message_bytes_max: 16 * 1024 * 1024,
            confirm_timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(120),
        }
    }
}

/// Why a message was not stored, or not known to be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// No queue takes this routing key: the topology is not applied, or the address is wrong. Nothing was stored.
    #[error("message {message_id} to exchange {exchange:?}, key {routing_key:?} was returned: {reason}")]
    Unroutable {
        /// Its id.
        message_id: Uuid,
        /// Where it was sent.
        exchange: String,
        /// With which key.
        routing_key: String,
        /// What the broker said.
        reason: String,
    },
    /// The queue did not take it, most often because it is full.
    #[error("message {message_id} to {routing_key:?} was refused by the broker; the queue is full or unavailable")]
    Refused {
        /// Its id.
        message_id: Uuid,
        /// With which key.
        routing_key: String,
    },
    /// Not confirmed by the deadline. It may have been stored: publish it again only under the same id.
    #[error("message {message_id} to {routing_key:?} was not confirmed in {waited:?}: {reason}")]
    Deadline {
        /// Its id.
        message_id: Uuid,
        /// With which key.
        routing_key: String,
        /// How long the caller waited.
        waited: Duration,
        /// What stood in the way.
        reason: String,
    },
    /// It can never be sent as it is.
    #[error("message {message_id} cannot be sent: {reason}")]
    Invalid {
        /// Its id.
        message_id: Uuid,
        /// Why.
        reason: String,
    },
    /// The publisher was closed.
    #[error("message {message_id} was not published: the publisher is closed")]
    Closed {
        /// Its id.
        message_id: Uuid,
    },
}

impl PublishError {
    /// The `outcome` label of the metrics.
    fn label(&self) -> &'static str {
        match self {
            PublishError::Unroutable { .. } => "unroutable",
            PublishError::Refused { .. } => "refused",
            PublishError::Deadline { .. } => "deadline",
            PublishError::Invalid { .. } => "invalid",
            PublishError::Closed { .. } => "closed",
        }
    }
}

impl Classify for PublishError {
    fn verdict(&self) -> Verdict {
        match self {
            PublishError::Unroutable { .. } | PublishError::Invalid { .. } => Verdict::Bug,
            PublishError::Refused { .. } | PublishError::Deadline { .. } | PublishError::Closed { .. } => Verdict::Retry,
        }
    }
}

/// How the publisher stands with the broker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PublisherState {
    /// A confirm channel is open.
    pub connected: bool,
    /// The broker stopped us by an alarm, with its reason.
    pub blocked: Option<String>,
    /// The last failure to connect or the reason the last connection ended.
    pub last_error: Option<String>,
}

/// A message on its way, and where its outcome goes.
struct Job {
    message: Outgoing,
    deadline: Instant,
    outcome: oneshot::Sender<Result<(), PublishError>>,
    /// Room in the window, given back with the outcome.
    _room: tokio::sync::OwnedSemaphorePermit,
    _room_kib: tokio::sync::OwnedSemaphorePermit,
}

/// Handle to one publishing task. Clones share the task and its window.
#[derive(Debug, Clone)]
pub struct Publisher {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    jobs: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
    room_kib: Arc<Semaphore>,
    options: PublishOptions,
    names: Names,
    state: watch::Receiver<PublisherState>,
    stop: tokio_util::sync::CancellationToken,
    task: std::sync::Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Publisher {
    /// Starts the task with the default limits. Returns at once: the connection is made, and made again, in the background.
    /// `name` is shown by the broker and labels the metrics, e.g. `produce`.
    pub fn start(config: &BrokerConfig, name: &str) -> Result<Self, BrokerError> {
        Self::start_with(config, name, PublishOptions::default())
    }

    /// Starts the task with other limits.
    pub fn start_with(config: &BrokerConfig, name: &str, options: PublishOptions) -> Result<Self, BrokerError> {
        config.uri()?;
        let (jobs, inbox) = mpsc::channel(options.window.max(1) as usize);
        let (state_sender, state) = watch::channel(PublisherState::default());
        let stop = tokio_util::sync::CancellationToken::new();
        let task = tokio::spawn(task::run(task::Setup {
            config: config.clone(),
            name: name.to_owned(),
            options: options.clone(),
            inbox,
            state: state_sender,
            stop: stop.clone(),
        }));
        let shared = Shared {
            jobs,
            room: Arc::new(Semaphore::new(options.window.max(1) as usize)),
            room_kib: Arc::new(Semaphore::new(window_kib(&options) as usize)),
            options,
            names: config.names.clone(),
            state,
            stop,
            task: std::sync::Mutex::new(Some(task)),
        };
        Ok(Publisher { shared: Arc::new(shared) })
    }

    /// Publishes one message; resolves when it is stored in a queue, refused for good, or at the deadline. Who drops the future
    /// gives up waiting: the message may have been stored or not.
    pub async fn publish(&self, message: Outgoing) -> Result<(), PublishError> {
        let deadline = Instant::now() + self.shared.options.deadline;
        self.publish_until(message, deadline).await
    }

    /// Publishes one message with a deadline of its own.
    pub async fn publish_until(&self, message: Outgoing, deadline: Instant) -> Result<(), PublishError> {
        let label = match message.via {
            // Reply queues are named by their owners; as labels they would be without number.
            Via::Queue => "reply".to_owned(),
            _ => topic_label(&message.routing_key).to_owned(),
        };
        let outcome = self.hand_over(message, deadline).await;
        let word = outcome.as_ref().map_or_else(PublishError::label, |()| "ok");
        metrics().messages_published.with_label_values(&[label.as_str(), word]).inc();
        outcome
    }

    /// Hands the message to the task and waits for its outcome.
    async fn hand_over(&self, message: Outgoing, deadline: Instant) -> Result<(), PublishError> {
        let shared = &self.shared;
        let (message_id, routing_key) = (message.message_id, message.routing_key.clone());
        let bytes = message.body.len();
        if bytes > shared.options.message_bytes_max as usize {
            let reason = format!("its body has {bytes} bytes, the limit is {}", shared.options.message_bytes_max);
            return Err(PublishError::Invalid { message_id, reason });
        }
        let closed = || PublishError::Closed { message_id };
        let begun = Instant::now();
        let late = |what: &str| PublishError::Deadline {
            message_id,
            routing_key: routing_key.clone(),
            waited: begun.elapsed(),
            reason: self.obstacle(what),
        };
        let (sender, outcome) = oneshot::channel();
        let handed_over = async {
            let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX).min(window_kib(&shared.options));
            let _room_kib = shared.room_kib.clone().acquire_many_owned(kib).await.map_err(|_| closed())?;
            let _room = shared.room.clone().acquire_owned().await.map_err(|_| closed())?;
            let job = Job { message, deadline, outcome: sender, _room, _room_kib };
            shared.jobs.send(job).await.map_err(|_| closed())
        };
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return Err(closed()),
            sent = tokio::time::timeout_at(deadline, handed_over) => sent.map_err(|_| late("no room to send it"))??,
        }
        match tokio::time::timeout_at(deadline, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(late("no confirm")),
        }
    }

    /// Names of the exchanges and shared queues it publishes to.
    pub fn names(&self) -> &Names {
        &self.shared.names
    }

    /// How the publisher stands with the broker now.
    pub fn state(&self) -> PublisherState {
        self.shared.state.borrow().clone()
    }

    /// Waits until a confirm channel is open and no alarm stops it.
    pub async fn ready(&self) {
        let mut state = self.shared.state.clone();
        // The sender lives as long as the task; when it is gone the publisher is closed and `publish` says so.
        let _ = state.wait_for(|state| state.connected && state.blocked.is_none()).await;
    }

    /// Stops taking messages, waits for the outcomes of those under way (at most until their deadlines), and closes the
    /// connection.
    pub async fn close(&self) {
        self.shared.stop.cancel();
        let task = self.shared.task.lock().ok().and_then(|mut task| task.take());
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the publishing task ended abnormally");
        }
    }

    /// What stands in the way, as far as we know.
    fn obstacle(&self, fallback: &str) -> String {
        let state = self.shared.state.borrow();
        match (&state.blocked, state.connected, &state.last_error) {
            (Some(alarm), ..) => format!("the broker stopped all publishers by an alarm: {alarm}"),
            (None, false, Some(error)) => format!("not connected: {error}"),
            (None, false, None) => "not connected".to_owned(),
            (None, true, _) => fallback.to_owned(),
        }
    }
}

/// The byte window in KiB, so that it fits the counter of a semaphore.
fn window_kib(options: &PublishOptions) -> u32 {
    (options.window_bytes / 1024).max(1)
}
