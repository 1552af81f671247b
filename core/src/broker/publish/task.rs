//! The task behind a publisher.

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{Job, PublishOptions, PublisherState};
use crate::broker::connection::BrokerConfig;

/// What the task needs.
pub(super) struct Setup {
    pub(super) config: BrokerConfig,
    pub(super) name: String,
    pub(super) options: PublishOptions,
    pub(super) inbox: mpsc::Receiver<Job>,
    pub(super) state: watch::Sender<PublisherState>,
    pub(super) stop: CancellationToken,
}

/// Runs until stopped.
pub(super) async fn run(setup: Setup) {
    setup.stop.cancelled().await;
}
