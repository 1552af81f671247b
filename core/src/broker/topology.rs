//! Exchanges, quorum queues, the retry ladder and the dead letters of one virtual host.
//!
//! ```text
//!  upstream systems ──► renkei ──────────┐  (no queue takes it: renkei.unrouted)
//!  our publishers ────► renkei.direct ───┴─► in.NN_slug, out.NN_slug ──► renkei.dead
//!                                             ▲        │ a copy, after a passing failure
//!                              renkei.return ─┘        ▼
//!                                   ▲            renkei.retry
//!                                   └── renkei.retry.10s · 1m · 10m · 1h
//! ```
//!
//! Only the queue type and single-active-consumer are arguments of a queue, because those cannot be changed without deleting
//! it. Dead-lettering, limits and waits are policies, which can be changed live. Some brokers accept an argument they do not
//! know; `verify` therefore reads back what the broker says is in effect.

use std::time::Duration;

mod apply;
mod check;
mod verify;
mod wanted;

pub use apply::apply;
pub use check::check;
pub use verify::verify;

/// Front door for upstream systems: topic exchange; what no queue takes goes to [`UNROUTED`] instead of being lost.
pub const EXCHANGE: &str = "renkei";
/// Direct exchange for our own publishers, without an alternate: an unknown queue is reported to the publisher, which the
/// front door cannot do, because what its alternate exchange takes counts as routed.
pub const DIRECT: &str = "renkei.direct";
/// Fanout exchange and queue of messages that no queue took.
pub const UNROUTED: &str = "renkei.unrouted";
/// Headers exchange: a failed message waits on the rung its header names, its routing key the queue it failed in.
pub const RETRY: &str = "renkei.retry";
/// Direct exchange: a message that has waited goes back to the queue it failed in, and to no other.
pub const RETURN: &str = "renkei.return";
/// Fanout exchange and queue of messages we could not handle.
pub const DEAD: &str = "renkei.dead";

/// Crash fuse of [`DEAD`] and [`UNROUTED`]: as good as none. Leaving it out means 20 and then loss on RabbitMQ 4, and −1 means
/// loss at the first return on 3.10.
pub const DELIVERY_LIMIT_NONE: i64 = 1_000_000_000;

/// What a full queue does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    /// Refuses the publisher.
    RejectPublish,
    /// Throws its oldest message away; refused by [`check`].
    DropHead,
}

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
    /// Most bytes in the queue; publishers are refused beyond. None = as much as the disk takes.
    pub max_bytes: Option<u64>,
    /// Most messages in the queue; None = no limit.
    pub max_messages: Option<u64>,
    /// What a full queue does.
    pub overflow: Overflow,
    /// Where messages go that the queue gives up on.
    pub dead_letter_exchange: Option<String>,
}

impl QueueSpec {
    /// A queue with the safe defaults: 20 deliveries (ordered: 100, because an ordered topic stops long before), 4 GiB.
    pub fn new(name: &str, ordered: bool) -> Self {
        QueueSpec {
            name: name.to_owned(),
            ordered,
            delivery_limit: Some(if ordered { 100 } else { 20 }),
            max_bytes: Some(4 * 1024 * 1024 * 1024),
            max_messages: None,
            overflow: Overflow::RejectPublish,
            dead_letter_exchange: Some(DEAD.to_owned()),
        }
    }
}

/// The whole topology of a virtual host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopologySpec {
    /// Waits of the retry ladder, shortest first.
    pub ladder: Vec<Duration>,
    /// Queues of the topics.
    pub queues: Vec<QueueSpec>,
}

impl TopologySpec {
    /// The default ladder and these queues.
    pub fn new(queues: Vec<QueueSpec>) -> Self {
        TopologySpec { ladder: default_ladder(), queues }
    }
}

/// 10 s, 1 min, 10 min, 1 h.
pub fn default_ladder() -> Vec<Duration> {
    [10, 60, 600, 3600].map(Duration::from_secs).to_vec()
}

/// A wait as people write it: `10s`, `1m`, `1h`, `250ms`.
pub fn rung_label(wait: Duration) -> String {
    let (seconds, millis) = (wait.as_secs(), wait.as_millis());
    match (seconds, millis % 1000) {
        (_, part) if part != 0 => format!("{millis}ms"),
        (s, _) if s >= 3600 && s % 3600 == 0 => format!("{}h", s / 3600),
        (s, _) if s >= 60 && s % 60 == 0 => format!("{}m", s / 60),
        (s, _) => format!("{s}s"),
    }
}

/// The queue of a rung: `renkei.retry.10s`.
pub fn rung_queue(wait: Duration) -> String {
    format!("{RETRY}.{}", rung_label(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_are_named_as_people_say_them() {
        let names: Vec<String> = default_ladder().into_iter().map(rung_queue).collect();
        assert_eq!(names, ["renkei.retry.10s", "renkei.retry.1m", "renkei.retry.10m", "renkei.retry.1h"]);
        assert_eq!(rung_label(Duration::from_millis(90_500)), "90500ms");
        assert_eq!(rung_label(Duration::from_secs(90)), "90s");
    }
}
