//! What the tests on real servers share. Each test has a database, and where it needs one a virtual host, of its own; what a
//! killed run left behind is removed by the next.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by saying where")]
#![allow(dead_code, reason = "each test program uses its part of this")]

/// The operators' console of a test.
pub(crate) mod console;
/// A database of one test, copied from a migrated template.
pub(crate) mod database;
/// Files as a partner would send them.
pub(crate) mod files;
/// Settings of the run, names that nobody else has, the root of the checkout.
pub(crate) mod naming;
/// Payment orders by the thousand.
pub(crate) mod orders;
/// A payroll in the ledger.
pub(crate) mod pay;
/// The program as processes of their own: roles and commands.
pub(crate) mod program;
/// Virtual hosts of tests.
pub(crate) mod vhost;
/// Everything one test on the real servers has.
pub(crate) mod world;

pub(crate) use naming::{is_left_over, root, setting, unique_name};
