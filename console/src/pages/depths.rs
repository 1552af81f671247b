//! Depth of the queues, asked every few seconds while the console runs, so that no page waits for the broker.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use renkei_core::broker::depth::ready_counts;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::desk::Desk;

/// What is known of the queues; `None` while the broker is silent.
#[derive(Debug, Clone, Default)]
pub struct Depths(Arc<Mutex<Option<BTreeMap<String, u64>>>>);

impl Depths {
    /// Messages waiting, by queue.
    pub(crate) fn now(&self) -> Option<BTreeMap<String, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, depths: Option<BTreeMap<String, u64>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = depths;
    }
}

/// Asks again and again.
pub(crate) async fn keep_asking(desk: Arc<Desk>, pause: Duration, shutdown: CancellationToken) {
    let sides = desk.registry.sides().filter(|topic| topic.integration.is_some());
    let queues: Vec<String> = sides.map(|topic| topic.queue()).collect();
    let names: Vec<&str> = queues.iter().map(String::as_str).collect();
    loop {
        match ready_counts(&desk.broker, &names).await {
            Ok(counts) => {
                let depths = queues.iter().cloned().zip(counts.into_iter().map(u64::from));
                desk.depths.set(Some(depths.collect()));
            }
            Err(error) => {
                debug!(error = &error as &dyn std::error::Error, "the queues could not be counted");
                desk.depths.set(None);
            }
        }
        tokio::select! { () = tokio::time::sleep(pause) => {}, () = shutdown.cancelled() => return }
    }
}
