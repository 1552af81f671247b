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
/// The program as processes of their own: roles and commands.
pub(crate) mod program;
/// Virtual hosts of tests.
pub(crate) mod vhost;
/// Everything one test on the real servers has.
pub(crate) mod world;

use std::sync::atomic::{AtomicU64, Ordering};

/// A setting the servers' start prints, or one sentence about how to get it.
pub(crate) fn setting(name: &str) -> String {
    std::env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_else(|| {
        panic!("{name} is not set: this test needs RabbitMQ and Postgres; run `make test`, which starts private ones")
    })
}

/// A name no other test has, with the process in it, so that the next run can tell who is dead.
pub(crate) fn unique_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{PREFIX}{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

const PREFIX: &str = "renkei_test_";

/// Whether a name was made by [`unique_name`] in a process that is no more.
pub(crate) fn is_left_over(name: &str) -> bool {
    let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next()).and_then(|id| id.parse::<u32>().ok());
    process.is_some_and(|id| !std::path::Path::new(&format!("/proc/{id}")).exists())
}

/// The root of the checkout.
pub(crate) fn root() -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
