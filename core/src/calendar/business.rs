//! Days on which the office or the banks work (integrations.md §1.3, bank.md §6).
//!
//! Holidays are data with a horizon. Beyond the horizon the answer is an error: a calendar that runs out must not make every
//! weekday a business day.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use jiff::civil::{Date, Weekday};

use crate::verdict::{Classify, Verdict};

/// Whose days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayRule {
    /// The ward office: closed on weekends, national holidays and 29 December – 3 January.
    Office,
    /// Banks: closed on weekends, national holidays and 31 December – 3 January.
    Bank,
}

/// National holidays of a span of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessCalendar {
    holidays: BTreeSet<Date>,
    covered: RangeInclusive<Date>,
}

/// A question the calendar cannot answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the holiday calendar covers {first} to {last} and says nothing about {asked}")]
pub struct CalendarError {
    /// The day asked about (or the last one a search came to).
    pub asked: Date,
    /// First day covered.
    pub first: Date,
    /// Last day covered.
    pub last: Date,
}

impl CalendarError {
    /// Catalogue code.
    pub const fn code(&self) -> &'static str {
        "CALENDAR_BEYOND_HORIZON"
    }
}

impl Classify for CalendarError {
    /// Somebody must load the holidays; the order waits.
    fn verdict(&self) -> Verdict {
        Verdict::Hold
    }
}

impl BusinessCalendar {
    /// A calendar that knows all national holidays (with 振替休日 and 国民の休日) of the covered days.
    pub fn new(holidays: impl IntoIterator<Item = Date>, covered: RangeInclusive<Date>) -> BusinessCalendar {
        BusinessCalendar { holidays: holidays.into_iter().collect(), covered }
    }

    /// The last day the calendar covers.
    pub fn horizon(&self) -> Date {
        *self.covered.end()
    }

    /// Whether the day is a business day.
    ///
    /// # Errors
    /// The day is not covered.
    pub fn is_business_day(&self, rule: DayRule, day: Date) -> Result<bool, CalendarError> {
        if !self.covered.contains(&day) {
            return Err(CalendarError { asked: day, first: *self.covered.start(), last: *self.covered.end() });
        }
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        Ok(!weekend && !self.holidays.contains(&day) && !year_end(rule, day))
    }

    /// The first business day after `day`.
    ///
    /// # Errors
    /// The search left the covered days.
    pub fn next(&self, rule: DayRule, day: Date) -> Result<Date, CalendarError> {
        self.nth(rule, day, 1)
    }

    /// The last business day before `day`.
    ///
    /// # Errors
    /// The search left the covered days.
    pub fn previous(&self, rule: DayRule, day: Date) -> Result<Date, CalendarError> {
        self.nth(rule, day, -1)
    }

    /// `day` itself when it is a business day, else the next one.
    ///
    /// # Errors
    /// The search left the covered days.
    pub fn on_or_after(&self, rule: DayRule, day: Date) -> Result<Date, CalendarError> {
        if self.is_business_day(rule, day)? { Ok(day) } else { self.next(rule, day) }
    }

    /// `day` itself when it is a business day, else the previous one.
    ///
    /// # Errors
    /// The search left the covered days.
    pub fn on_or_before(&self, rule: DayRule, day: Date) -> Result<Date, CalendarError> {
        if self.is_business_day(rule, day)? { Ok(day) } else { self.previous(rule, day) }
    }

    /// The `n`-th business day after `day` (before it when `n` is negative); `day` itself when `n` is 0.
    ///
    /// # Errors
    /// The search left the covered days.
    pub fn nth(&self, rule: DayRule, day: Date, n: i32) -> Result<Date, CalendarError> {
        let mut at = day;
        let mut left = n.unsigned_abs();
        while left > 0 {
            let step = if n > 0 { at.tomorrow() } else { at.yesterday() };
            at = step.map_err(|_| CalendarError { asked: at, first: *self.covered.start(), last: *self.covered.end() })?;
            if self.is_business_day(rule, at)? {
                left -= 1;
            }
        }
        Ok(at)
    }
}

fn year_end(rule: DayRule, day: Date) -> bool {
    let first_closed = match rule {
        DayRule::Office => 29,
        DayRule::Bank => 31,
    };
    match day.month() {
        12 => day.day() >= first_closed,
        1 => day.day() <= 3,
        _ => false,
    }
}
