//! How many messages are where.
//!
//! The management API gathers its numbers every five seconds and shows none at all for a queue younger than that, so what
//! waits and who consumes is asked over AMQP, which answers with the state of the moment. Only the number of messages given
//! out and not acknowledged is the gathered one.

use std::time::Duration;

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Channel, Connection, Queue};
use tokio_util::sync::CancellationToken;

use super::connection::{self, BrokerConfig, BrokerError, REPLY_TIMEOUT, answered, chain};
use super::management::QueueInfo;
use crate::metrics::metrics;

/// Depth of one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDepth {
    /// Queue.
    pub name: String,
    /// Waiting, now.
    pub ready: u64,
    /// Given out and not acknowledged, up to five seconds ago.
    pub unacked: u64,
    /// Consumers, now.
    pub consumers: u64,
}

/// Exactly how many messages wait in each of these queues now. What is given out and unacknowledged is not counted.
pub async fn ready_counts(config: &BrokerConfig, queues: &[&str]) -> Result<Vec<u32>, BrokerError> {
    let link = connection::connect(config, "renkei count").await?;
    let channel = open(&link.connection).await?;
    let mut counts = Vec::with_capacity(queues.len());
    for queue in queues {
        counts.push(ask(&channel, queue).await?.message_count());
    }
    connection::close(&link.connection).await;
    Ok(counts)
}

/// Shows in the metrics how many messages wait in the queues where none should stay, again and again until `stop`.
pub async fn watch_set_aside(config: &BrokerConfig, every: Duration, stop: CancellationToken) {
    let queues = config.names.set_aside();
    loop {
        match ready_counts(config, &queues).await {
            Ok(counts) => {
                for (queue, count) in queues.iter().zip(counts) {
                    metrics().queue_waiting_messages.with_label_values(&[queue]).set(i64::from(count));
                }
            }
            Err(error) => tracing::debug!(error = %chain(&error), "the set-aside queues could not be counted"),
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Depth of these queues. Those that have gone meanwhile are left out, as are queues of one connection only.
pub(super) async fn queue_depths(config: &BrokerConfig, queues: &[QueueInfo]) -> Result<Vec<QueueDepth>, BrokerError> {
    let link = connection::connect(config, "renkei count").await?;
    let mut channel = open(&link.connection).await?;
    let mut depths = Vec::with_capacity(queues.len());
    for queue in queues.iter().filter(|queue| queue.exclusive != true) {
        match ask(&channel, &queue.name).await {
            Ok(answer) => depths.push(QueueDepth {
                name: queue.name.clone(),
                ready: u64::from(answer.message_count()),
                unacked: queue.messages_unacknowledged,
                consumers: u64::from(answer.consumer_count()),
            }),
            // The question about a queue that is gone costs the channel.
            Err(BrokerError::Amqp { source, .. }) if source.costs_the_channel() => channel = open(&link.connection).await?,
            Err(error) => return Err(error),
        }
    }
    connection::close(&link.connection).await;
    Ok(depths)
}

async fn open(connection: &Connection) -> Result<Channel, BrokerError> {
    answered(REPLY_TIMEOUT, || "open a channel to count".to_owned(), connection.create_channel()).await
}

async fn ask(channel: &Channel, queue: &str) -> Result<Queue, BrokerError> {
    let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let asking = channel.queue_declare(queue.into(), options, FieldTable::default());
    answered(REPLY_TIMEOUT, || format!("count queue {queue}"), asking).await
}
