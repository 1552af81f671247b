//! Intake on a real Postgres database (`make test` starts one), without a broker: messages go to the handlers directly.

mod arrivals;
mod batches;
mod bench;
mod cancelling;
mod crash;
mod evidence;
mod medium;
mod messages;
mod standing;
mod worklist;
