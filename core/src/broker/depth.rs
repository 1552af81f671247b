//! How many messages are where.
//!
//! The management API gathers its numbers every five seconds and shows none at all for a queue younger than that, so what
//! waits and who consumes is asked over AMQP, which answers with the state of the moment. Only the number of messages given
//! out and not acknowledged is the gathered one.

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Channel, Queue};

use super::connection::{self, BrokerConfig, BrokerError, Link, REPLY_TIMEOUT, answered};
use super::management::QueueInfo;

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
    let channel = open(&link).await?;
    let mut counts = Vec::with_capacity(queues.len());
    for queue in queues {
        counts.push(ask(&channel, queue).await?.message_count());
    }
    connection::close(&link.connection).await;
    Ok(counts)
}

/// Depth of these queues. Those that have gone meanwhile are left out, as are queues of one connection only.
pub(super) async fn queue_depths(config: &BrokerConfig, queues: &[QueueInfo]) -> Result<Vec<QueueDepth>, BrokerError> {
    let link = connection::connect(config, "renkei count").await?;
    let mut channel = open(&link).await?;
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
            Err(BrokerError::Amqp { source, .. }) if source.is_amqp_soft_error() => channel = open(&link).await?,
            Err(error) => return Err(error),
        }
    }
    connection::close(&link.connection).await;
    Ok(depths)
}

async fn open(link: &Link) -> Result<Channel, BrokerError> {
    answered(REPLY_TIMEOUT, || "open a channel to count".to_owned(), link.connection.create_channel()).await
}

async fn ask(channel: &Channel, queue: &str) -> Result<Queue, BrokerError> {
    let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    let asking = channel.queue_declare(queue.into(), options, FieldTable::default());
    answered(REPLY_TIMEOUT, || format!("count queue {queue}"), asking).await
}
