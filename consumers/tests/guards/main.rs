//! What must never happen, tried against a real database: a payment file that leaves twice, a file changed after its
//! approval, a maker who approves, an export half made, an audit event changed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod approval;
mod audit;
mod crash;
mod leaving;
mod names;
mod once;
mod scratch;
mod selection;
mod toy;
