//! Month and day without a year (bank files: 振込指定日 MMDD), and which date is meant.

use jiff::{Span, civil::Date};

use super::form::{DateFault, civil, number};

/// A month and a day that exist in some year; 02-29 does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    month: i8,
    day: i8,
}

/// How far from the creation date of a file a day without year may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// First allowed day, counted in days after the creation date.
    pub days_from: u16,
    /// Last allowed day, counted in days after the creation date.
    pub days_to: u16,
}

impl Window {
    /// From the creation date to the day before it comes round again: every month and day but 02-29 is found.
    pub const YEAR: Window = Window { days_from: 0, days_to: 365 };
}

impl MonthDay {
    /// A leap year, in which every month and day exists.
    const LEAP_YEAR: i16 = 2000;

    /// Reads `1005`.
    ///
    /// # Errors
    /// Not four ASCII digits, or no such day in any year.
    pub fn parse(text: &[u8]) -> Result<MonthDay, DateFault> {
        let [m1, m2, d1, d2] = text else { return Err(DateFault::Form) };
        MonthDay::new(number(&[*m1, *m2], 2, 2)? as i8, number(&[*d1, *d2], 2, 2)? as i8)
    }

    /// A month and a day.
    ///
    /// # Errors
    /// No such day in any year.
    pub fn new(month: i8, day: i8) -> Result<MonthDay, DateFault> {
        civil(MonthDay::LEAP_YEAR, month, day)?;
        Ok(MonthDay { month, day })
    }

    /// Month and day of a date.
    pub fn of(date: Date) -> MonthDay {
        MonthDay { month: date.month(), day: date.day() }
    }

    /// 1–12.
    pub const fn month(self) -> i8 {
        self.month
    }

    /// 1–31.
    pub const fn day(self) -> i8 {
        self.day
    }

    /// `1005`, as bank files write it.
    pub fn compact(self) -> String {
        format!("{:02}{:02}", self.month, self.day)
    }

    /// The date that is meant: the first such day on or after the creation date, if it lies in the window (bank.md §6, 9).
    /// 02-29 is never moved to another day: in a window without a leap day it is `None`.
    pub fn resolve(self, created: Date, window: Window) -> Option<Date> {
        let first = created.checked_add(Span::new().days(i64::from(window.days_from))).ok()?;
        let last = created.checked_add(Span::new().days(i64::from(window.days_to))).ok()?;
        (first.year()..=last.year())
            .filter_map(|year| Date::new(year, self.month, self.day).ok())
            .find(|date| (first..=last).contains(date))
    }
}

impl std::fmt::Display for MonthDay {
    /// `10-05`, as JSON carries it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}
