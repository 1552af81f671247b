//! Broken on purpose, as a matrix: the program is killed at every named point, the servers are killed under it, files and chunks
//! come twice. Every row ends in the same sentence: exactly once in the ledger, every hop balanced, nothing left in a queue.
//!
//! What ends a row is looked at by `tests/support/world.rs` when the test is over, and by [`exactly_once`] after every point.
//!
//! Tests that kill servers take the lock of [`SERVERS`] for writing, all others for reading, so that no test loses a server it
//! did not kill. This is a test program of its own: cargo runs test programs one after another.

#![expect(clippy::unwrap_used, reason = "a test fails by saying where")]

/// Killed while files come in.
mod inbound;
/// Killed while files go out.
mod outbound;
/// The servers are killed.
mod servers;
#[path = "../support/mod.rs"]
mod support;

use tokio::sync::RwLock;

use crate::support::world::World;

/// Who kills a server writes; who needs them reads.
static SERVERS: RwLock<()> = RwLock::const_new(());

const NOW: &str = "2026-10-06T09:30:00+09:00";

/// Every file dropped so far is in the ledger once: `batches` batches posted, `records` assessments, `yen` yen on each side.
async fn exactly_once(world: &mut World, batches: i64, records: i64, yen: i64) {
    let sums = "select count(*) from intake.batch where state = 'posted'";
    world.until("every file is posted", async |world| (world.number(sums).await >= batches).then_some(())).await;
    assert_eq!(world.number("select count(*) from intake.batch").await, batches, "batches");
    assert_eq!(world.number("select count(*) from ledger.assessment").await, records, "assessments");
    assert_eq!(world.number("select coalesce(sum(debit), 0)::bigint from ledger.line").await, yen, "debits");
    assert_eq!(world.number("select coalesce(sum(credit), 0)::bigint from ledger.line").await, yen, "credits");
    assert_eq!(world.number("select coalesce(sum(records_posted), 0)::bigint from intake.batch").await, records, "posted");
}
