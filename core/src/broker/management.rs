//! The management HTTP API of RabbitMQ, as far as we need it: virtual hosts, policies, queue depths, connections.

/// Depth of one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDepth {
    /// Queue.
    pub name: String,
    /// Waiting.
    pub ready: u64,
    /// Given out and not acknowledged.
    pub unacked: u64,
    /// Consumers.
    pub consumers: u64,
}
