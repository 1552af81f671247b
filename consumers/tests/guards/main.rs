//! What must never happen, tried against a real database: a payment file that leaves twice, a file changed after its
//! approval, a maker who approves, an export half made, an audit event changed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod approval;
mod audit;
mod balances;
mod bucket;
mod calendar;
mod crash;
#[allow(dead_code, reason = "each test program uses its part of this")]
#[path = "../../../tests/support/database.rs"]
mod database;
mod encrypted;
mod issuers;
mod journal;
mod leaving;
mod masters;
mod names;
#[path = "../../../tests/support/naming.rs"]
mod naming;
mod once;
mod orders;
mod partner;
mod payroll;
mod push;
mod returns;
mod revenue;
mod rights;
mod same_content;
mod scratch;
mod selection;
mod settings;
mod settling;
mod slips;
mod staff;
mod standing;
mod survey;
mod tasks;
mod tenders;
mod toy;
mod transfers;
mod unclear;
mod voiding;
mod worklists;
