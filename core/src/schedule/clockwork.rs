//! A cron expression in Tokyo time, every day of the calendar alike.

use croner::Cron;
use croner::errors::CronError;
use jiff::ZonedDateTime;
use jiff::civil::Date;

use super::cron_time::TokyoTime;
use crate::calendar::clock;

/// The instants of a cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clockwork {
    expression: String,
    /// Boxed: its tables are large, and a rule is often none.
    cron: Box<Cron>,
}

impl Clockwork {
    /// Reads an expression: five fields, or six with seconds in front.
    ///
    /// # Errors
    /// It is no cron expression.
    pub fn parse(expression: &str) -> Result<Self, CronError> {
        Ok(Clockwork { expression: expression.to_owned(), cron: Box::new(expression.parse()?) })
    }

    /// The expression as written.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The first instant after `instant`; `None` when there is none in reach (30 February).
    pub fn after(&self, instant: &ZonedDateTime) -> Option<ZonedDateTime> {
        self.cron.find_next_occurrence(&TokyoTime::of(instant), false).ok()?.instant()
    }

    /// The latest instant after `last` up to `now` that lies on the day of `now`.
    pub fn missed(&self, last: &ZonedDateTime, now: &ZonedDateTime) -> Option<ZonedDateTime> {
        let now = now.with_time_zone(clock::tokyo());
        let latest = self.cron.find_previous_occurrence(&TokyoTime::of(&now), true).ok()?.instant()?;
        (latest > *last && latest <= now && latest.date() == now.date()).then_some(latest)
    }

    /// Instants after `last` and before `end`, oldest first, at most `most`.
    pub fn between(&self, last: &ZonedDateTime, end: &ZonedDateTime, most: usize) -> Vec<ZonedDateTime> {
        std::iter::successors(self.after(last), |instant| self.after(instant))
            .take_while(|instant| instant < end)
            .take(most)
            .collect()
    }

    /// The first day on or after `day` that has an instant.
    pub(super) fn day_from(&self, day: Date) -> Option<Date> {
        self.cron.find_next_occurrence(&TokyoTime::begin_of(day), true).ok().map(TokyoTime::date)
    }

    /// All instants of a day, in order.
    pub(super) fn on(&self, day: Date) -> Vec<ZonedDateTime> {
        let first = self.cron.find_next_occurrence(&TokyoTime::begin_of(day), true).ok();
        let next = |time: &TokyoTime| self.cron.find_next_occurrence(time, false).ok();
        std::iter::successors(first, next).take_while(|time| time.date() == day).filter_map(TokyoTime::instant).collect()
    }
}
