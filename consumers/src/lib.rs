//! Topic → ledger or file. The only crate that knows the database, and the only one that writes the ledger.
//!
//! Read `inbound` for how a delivery becomes postings (design §5), `outbound` for how the ledger becomes a file (§7).

/// Login ids whose people are not in service.
pub mod accounts;
/// Files that should have come.
pub mod arrivals;
/// Seals the audit log into a hash chain and verifies it.
pub mod audit;
/// Holidays of the ledger, and the file that producers read.
pub mod calendar;
/// Pool, session limits and migrations.
pub mod db;
/// Parked messages: drained, retried, discarded.
pub mod failures;
/// Topic → ledger: staged, checked, posted, held, cancelled.
pub mod inbound;
/// Reading the ledger; approval of payment orders.
pub mod ledger;
/// Exports: made, approved, released once.
pub mod outbound;
/// Topics that stand still.
pub mod paused;
/// What left for the bank and did not come back is paid.
pub mod payments;
/// Receipts for direct publishers.
pub mod replies;
/// Tokens of upstream systems, and the file that producers read.
pub mod senders;
/// What waits, the totals of the day, the audit chain, the database: the gauges of a consuming role.
pub mod standing;
/// What people must do by a time.
pub mod tasks;
