//! Exchanges, quorum queues, the retry ladder and the dead letters of one virtual host.
//!
//! Only the queue type and single-active-consumer are arguments of a queue, because those cannot be changed without deleting
//! it. Dead-lettering, limits and waits are policies, which can be changed live.

use std::time::Duration;

/// Front door for upstream systems: topic exchange; what no queue takes goes to [`UNROUTED`] instead of being lost.
pub const EXCHANGE: &str = "renkei";
/// Direct exchange for our own publishers, without an alternate: an unknown queue is reported to the publisher, which the
/// front door cannot do, because what its alternate exchange takes counts as routed.
pub const DIRECT: &str = "renkei.direct";
/// Fanout exchange and queue of messages that no queue took.
pub const UNROUTED: &str = "renkei.unrouted";
/// Headers exchange: a failed message waits on the rung its header names.
pub const RETRY: &str = "renkei.retry";
/// Direct exchange: a message that has waited goes back to the queue it failed in, and to no other.
pub const RETURN: &str = "renkei.return";
/// Fanout exchange and queue of messages we could not handle.
pub const DEAD: &str = "renkei.dead";

/// A queue of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSpec {
    /// Name and routing key: `in.NN_slug` or `out.NN_slug`.
    pub name: String,
    /// Single active consumer, one message at a time.
    pub ordered: bool,
    /// Crash fuse: a message given back more often goes to the dead letters. On ordered queues it also keeps a returned
    /// message at its place (RabbitMQ before 4.0 moves it to the end without a limit).
    pub delivery_limit: Option<i64>,
    /// Most bytes in the queue; publishers are refused beyond.
    pub max_bytes: Option<u64>,
}

/// The whole topology of a virtual host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopologySpec {
    /// Waits of the retry ladder.
    pub ladder: Vec<Duration>,
    /// Queues of the topics.
    pub queues: Vec<QueueSpec>,
}

/// 10 s, 1 min, 10 min, 1 h.
pub fn default_ladder() -> Vec<Duration> {
    [10, 60, 600, 3600].map(Duration::from_secs).to_vec()
}
