//! What tests of every crate have in common: where the servers are, what they call what they make there, where the checkout is.

use std::path::{Path, PathBuf};
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
    process.is_some_and(|id| !Path::new(&format!("/proc/{id}")).exists())
}

/// The root of the checkout: the folder of the tested crate, or one above.
pub(crate) fn root() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    crates.into_iter().find(|folder| folder.join("queues.toml").is_file()).expect("the root has queues.toml").to_owned()
}
