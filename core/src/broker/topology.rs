//! Exchanges, quorum queues, the retry ladder and the dead letters of one virtual host.
//!
//! ```text
//!  upstream systems ──► renkei ─────────► in.NN_slug     (no queue takes it: renkei.unrouted)
//!  our publishers ────► renkei.direct ──► in.NN_slug, out.NN_slug ──► renkei.dead ──► renkei.unreadable
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
mod names;
mod users;
mod verify;
mod wanted;

pub use apply::apply;
pub use check::check;
pub use names::Names;
pub use users::{NewUser, apply_users, user_name};
pub use verify::verify;

/// Crash fuse of a queue without a consumer: as good as none. Leaving it out means 20 and then loss on RabbitMQ 4, and −1 means
/// loss at the first return on 3.10.
pub const DELIVERY_LIMIT_NONE: i64 = 1_000_000_000;

/// Crash fuse of the dead and the unrouted, which are drained into the database. A message that cannot even be taken off the
/// wire would otherwise end its consumer for ever; a database that is away costs no delivery, and a start of the program one.
pub const DELIVERY_LIMIT_DRAINED: i64 = 100;

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
    /// Whether messages the queue gives up on go to the dead letters; without, they are lost, which [`check`] refuses.
    pub dead_letters: bool,
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
            dead_letters: true,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_are_named_as_people_say_them() {
        let names: Vec<String> = default_ladder().into_iter().map(|wait| Names::default().rung_queue(wait)).collect();
        assert_eq!(names, ["renkei.retry.10s", "renkei.retry.1m", "renkei.retry.10m", "renkei.retry.1h"]);
        assert_eq!(rung_label(Duration::from_millis(90_500)), "90500ms");
        assert_eq!(rung_label(Duration::from_secs(90)), "90s");
    }
}
