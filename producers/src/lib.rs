//! World to topic: everything that comes in from outside becomes messages here, and nothing here knows the database.
//!
//! Read `intake` first: it is the one way in. `folder`, `http`, `pull` and `send` only bring deliveries to it, each in its own
//! manner; `schedule` orders exports. A delivery lives in a directory until its last message is confirmed, so any process
//! may be killed at any place and another goes on under the same ids.

/// Settings of this role, with unit, default and reason.
pub mod config;
/// What is known about one delivery, and how far it has come: `delivery.json`.
pub mod delivery;
/// Why a delivery could not be carried on now.
pub mod error;
/// Documents that belong to a file and arrive with it.
pub mod evidence;
/// Watched folders: a file put there is claimed, carried and moved aside.
pub mod folder;
/// Accepts connections for HTTP, plain or with TLS.
pub mod front;
/// HTTP intake for upstream systems.
pub mod http;
/// Claim → archive → validate whole → publish → finish.
pub mod intake;
/// Files carried on a medium (USB), taken only with the names of those who stand for it.
pub mod medium;
/// File names as handed in, and as safe for a file system.
pub mod names;
/// The one thing this role needs of the broker.
pub mod publish;
/// HTTP pull: files that a partner lets be fetched.
pub mod pull;
/// Memory for bodies, shared by all deliveries.
mod room;
/// Starts every part and stops it in order.
mod run;
/// Exports by the clock.
pub mod schedule;
/// A file handed in by a person at the command line.
pub mod send;
/// The directories of one topic: processing, done, rejected, status.
pub mod station;
/// A registry with toy topics and a broker made of memory.
#[cfg(test)]
mod testing;

pub use config::{HttpConfig, ProducerConfig};
pub use delivery::{Controls, Delivery, Stage};
pub use error::IntakeError;
pub use intake::{Intake, Outcome, Progress};
pub use publish::Publish;
pub use pull::PullConfig;
pub use run::{RunError, run};
