//! Intake on a real Postgres database (`make test` starts one), without a broker: messages go to the handlers directly.

mod arrivals;
mod batches;
mod bench;
mod cancelling;
mod crash;
#[allow(dead_code, clippy::unwrap_used, reason = "each test program uses its part of this")]
#[path = "../../../tests/support/database.rs"]
mod database;
mod evidence;
mod medium;
mod messages;
#[path = "../../../tests/support/naming.rs"]
mod naming;
mod standing;
mod worklist;
