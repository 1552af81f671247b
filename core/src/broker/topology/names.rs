//! Names of exchanges and shared queues, all made of the one name in `queues.toml`.

use std::time::Duration;

use super::rung_label;

/// Longest name of the front door, so that every name made of it stays far below AMQP's 255 bytes.
const PREFIX_BYTES_MAX: usize = 60;

/// The names of one installation: that of the front door, and the others made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Front door for upstream systems: topic exchange to the inbound queues; what no queue takes goes to `unrouted` instead of
    /// being lost. The only exchange an upstream user may write to.
    pub exchange: String,
    /// Direct exchange for our own publishers, without an alternate: an unknown queue is reported to the publisher, which the
    /// front door cannot do, because what its alternate exchange takes counts as routed.
    pub direct: String,
    /// Fanout exchange and queue of messages that no queue took.
    pub unrouted: String,
    /// Headers exchange: a failed message waits on the rung its header names, its routing key the queue it failed in.
    pub retry: String,
    /// Direct exchange: a message that has waited goes back to the queue it failed in, and to no other.
    pub back: String,
    /// Fanout exchange and queue of messages we could not handle.
    pub dead: String,
    /// Fanout exchange and queue of messages that could not even be drained: the last stop, for a person with broker tools.
    pub unreadable: String,
}

impl Default for Names {
    fn default() -> Self {
        Names::of("renkei")
    }
}

impl Names {
    /// The names made of that of the front door.
    pub fn of(exchange: &str) -> Self {
        let name = |tail: &str| format!("{exchange}.{tail}");
        Names {
            exchange: exchange.to_owned(),
            direct: name("direct"),
            unrouted: name("unrouted"),
            retry: name("retry"),
            back: name("return"),
            dead: name("dead"),
            unreadable: name("unreadable"),
        }
    }

    /// What is wrong with a name of the front door.
    pub fn fault(exchange: &str) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if exchange.is_empty() || exchange.len() > PREFIX_BYTES_MAX || !exchange.chars().all(plain) {
            return Some(format!("{exchange:?} must be 1 to {PREFIX_BYTES_MAX} ASCII letters, digits, _ . and -"));
        }
        let taken = ["amq.", "in.", "out."].into_iter().find(|head| format!("{exchange}.").starts_with(head));
        taken.map(|head| format!("{exchange:?} must not begin with {head}, which names other things"))
    }

    /// The queue of a rung: `renkei.retry.10s`.
    pub fn rung_queue(&self, wait: Duration) -> String {
        format!("{}.{}", self.retry, rung_label(wait))
    }

    /// Whether a queue is one of the hub itself, so that no stranger may name it as his.
    pub fn owns(&self, queue: &str) -> bool {
        let shared = queue.strip_prefix(self.exchange.as_str()).is_some_and(|tail| tail.is_empty() || tail.starts_with('.'));
        shared || queue.starts_with("in.") || queue.starts_with("out.")
    }

    /// The queues that are drained into the database, and the last stop behind them.
    pub fn set_aside(&self) -> [&str; 3] {
        [&self.dead, &self.unrouted, &self.unreadable]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_from_one() {
        let names = Names::of("ward.test");
        assert_eq!((names.back.as_str(), names.dead.as_str()), ("ward.test.return", "ward.test.dead"));
        assert_eq!(names.rung_queue(Duration::from_secs(60)), "ward.test.retry.1m");
    }

    #[test]
    fn a_name_that_means_something_else_is_refused() {
        for name in ["", "amq", "amq.topic", "in.x", "out", "a b", "財務"] {
            assert!(Names::fault(name).is_some(), "{name}");
        }
        assert_eq!(Names::fault("renkei"), None);
        assert_eq!(Names::fault("inbound"), None);
    }

    #[test]
    fn our_queues_are_told_from_others() {
        let names = Names::default();
        for queue in ["in.12_x", "out.09_x", "renkei.dead", "renkei.retry.10s", "renkei"] {
            assert!(names.owns(queue), "{queue}");
        }
        assert!(!names.owns("renkeisys.answers") && !names.owns("answers"));
    }
}
