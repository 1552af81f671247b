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
    leave_when_nobody_reads();
    cli::run()
}

/// A reader that has seen enough (`renkei batch list | head`) closes the pipe; printing into it is no bug to report.
fn leave_when_nobody_reads() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>().map(String::as_str).unwrap_or_default();
        if said.starts_with("failed printing to std") && said.contains("Broken pipe") {
            std::process::exit(0);
        }
        report(panic);
    }));
}
