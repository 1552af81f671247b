//! The broker: the only code that speaks AMQP.
//!
//! | module | duty |
//! |--|--|
//! | `topology` | exchanges, quorum queues, retry ladder, dead letters; refuses what could lose data; applies and verifies |
//! | `publish` | one task per confirm channel: pipelined, persistent, mandatory, republished after a reconnect |
//! | `consume` | one supervised consumer: handlers, outcomes, acknowledgements, pause, graceful end |
//! | `retry` | jittered backoff for whoever waits, and the copy that waits on the ladder |
//! | `management` | the management HTTP API: virtual hosts, policies, connections |
//! | `depth` | how many messages are where |
//! | `connection` | opening a connection with heartbeat and time limits, and its errors |
//! | `message` | what goes out and what comes in, as plain types |
//!
//! Two rules come from measurements, not taste. Publishing and consuming never share a connection, because an alarm of the
//! broker stops every write on a publishing connection, acknowledgements included. And nothing here relies on automatic
//! recovery of the client library: a supervisor rebuilds connection, channel and consumer after every failure, and the
//! handlers are idempotent because whatever was unacknowledged comes again.

/// Opening connections, and what can go wrong with them.
pub mod connection;
/// Supervised consumers.
pub mod consume;
/// How many messages are where.
pub mod depth;
/// The management HTTP API.
pub mod management;
/// Messages as plain types.
pub mod message;
/// Confirmed publishing.
pub mod publish;
/// Backoff and the retry ladder.
pub mod retry;
/// Exchanges, queues, policies.
pub mod topology;

/// Log directive for the client library. At its own level it writes returned messages, bodies included, into the log.
pub const LOG_DIRECTIVE: &str = "lapin=error";

pub use connection::{AmqpCause, BrokerConfig, BrokerError};
pub use consume::{ConsumeError, ConsumeOptions, Handler, Outcome};
pub use message::{Death, Door, Incoming, Outgoing, Via};
pub use publish::{PublishError, PublishOptions, Publisher};
