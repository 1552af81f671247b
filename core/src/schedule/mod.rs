//! When things are due: instants in Tokyo by cron expression and business-day rule. One language for exports that are ordered, files
//! that are expected and files that are carried.
//!
//! A rule is pure: it gets the calendar and gives instants. It never guesses: an instant that depends on a day the calendar does
//! not cover is an error.

/// A cron expression in Tokyo time.
mod clockwork;
/// Wall-clock time of Tokyo for the cron search.
mod cron_time;
/// What `queues.toml` says.
mod rule;
/// Rule and calendar to instants.
mod timetable;

pub use clockwork::Clockwork;
pub use croner::errors::CronError;
pub use rule::{Days, Due, Missed, Rule, Schedule, Shift, When};
pub use timetable::{Instant, RuleError};

#[cfg(test)]
mod tests;
