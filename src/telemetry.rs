//! Logs: structured, English, on standard error; `RUST_LOG` filters them, `RENKEI_LOG=json` makes them JSON lines.

use tracing_subscriber::EnvFilter;

/// Starts logging. `quiet` commands (those that print a result) log warnings only.
pub(crate) fn start(quiet: bool) {
    let fallback = if quiet { "warn,sqlx=error" } else { "info,sqlx=warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(fallback));
    // The client library logs returned messages with their bodies, which hold names and accounts: never, whatever RUST_LOG says.
    let filter = match renkei_core::broker::LOG_DIRECTIVE.parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(true);
    let started = if std::env::var("RENKEI_LOG").is_ok_and(|value| value == "json") {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
    // A second start in one process (tests) keeps the first.
    drop(started);
}
