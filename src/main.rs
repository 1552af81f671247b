//! `renkei`: the one binary. Parse, match, call; each command is a file in `cli/`.

/// The commands.
mod cli;
/// Settings of an installation.
mod config;
/// The guided tour.
mod demo;
/// What a running role shows of itself.
mod observe;
/// Sample files.
mod samples;
/// Logs.
mod telemetry;
/// From settings to running roles.
mod wiring;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
