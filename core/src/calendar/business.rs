//! Days on which the office or the banks work (integrations.md §1.3, bank.md §6).
//!
//! Holidays are data with a horizon. Beyond the horizon the answer is an error: a calendar that runs out must not make every
//! weekday a business day.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::verdict::{Classify, Verdict};

/// Whose days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayRule {
    /// The ward office: closed on weekends, national holidays and 29 December – 3 January.
    #[default]
    Office,
    /// Banks: closed on weekends, national holidays and 31 December – 3 January.
    Bank,
}

impl DayRule {
    /// The name in TOML and SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            DayRule::Office => "office",
            DayRule::Bank => "bank",
        }
    }

    /// From the name in TOML and SQL.
    pub fn parse(text: &str) -> Option<DayRule> {
        [DayRule::Office, DayRule::Bank].into_iter().find(|rule| rule.as_str() == text)
    }
}

/// Why nobody works on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// Saturday or Sunday.
    Weekend,
    /// A national holiday, by its name.
    Holiday(String),
    /// 年末年始.
    YearEnd,
    /// A day on which this calendar alone is closed, by its name (条例の休日, 臨時休業).
    Own(String),
}

/// A day on which one calendar is open or closed, whatever the rest says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnDay {
    /// Whose.
    pub calendar: DayRule,
    /// Which.
    pub day: Date,
    /// Open, or closed.
    pub opens: bool,
    /// What it is called.
    pub name: String,
}

/// National holidays of a span of days, and days that office or banks have by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessCalendar {
    holidays: BTreeMap<Date, String>,
    own: BTreeMap<(Date, DayRule), (bool, String)>,
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
        Self::named(holidays.into_iter().map(|day| (day, String::new())), covered)
    }

    /// The same with the holidays' names, so that it can say why a day is closed.
    pub fn named(holidays: impl IntoIterator<Item = (Date, String)>, covered: RangeInclusive<Date>) -> BusinessCalendar {
        BusinessCalendar { holidays: holidays.into_iter().collect(), own: BTreeMap::new(), covered }
    }

    /// The same with days that one of the calendars has by itself.
    pub fn with_own(mut self, own: impl IntoIterator<Item = OwnDay>) -> BusinessCalendar {
        self.own = own.into_iter().map(|own| ((own.day, own.calendar), (own.opens, own.name))).collect();
        self
    }

    /// Days that one of the calendars has by itself, in order.
    pub fn own_days(&self) -> impl Iterator<Item = OwnDay> {
        let own = |((day, calendar), (opens, name)): (&(Date, DayRule), &(bool, String))| OwnDay {
            calendar: *calendar,
            day: *day,
            opens: *opens,
            name: name.clone(),
        };
        self.own.iter().map(own)
    }

    /// The holidays in order.
    pub fn holidays(&self) -> impl Iterator<Item = (Date, &str)> {
        self.holidays.iter().map(|(day, name)| (*day, name.as_str()))
    }

    /// The first day the calendar covers.
    pub fn since(&self) -> Date {
        *self.covered.start()
    }

    /// The last day the calendar covers.
    pub fn horizon(&self) -> Date {
        *self.covered.end()
    }

    /// Days from `today` to the last day covered; negative when that has passed.
    pub fn days_left(&self, today: Date) -> i32 {
        // Both are dates of one calendar of four digits: the difference in days always fits.
        today.until(self.horizon()).map_or(0, |span| span.get_days())
    }

    /// Why the day is closed; `None` for a business day.
    ///
    /// # Errors
    /// The day is not covered.
    pub fn closed(&self, rule: DayRule, day: Date) -> Result<Option<Closed>, CalendarError> {
        if !self.covered.contains(&day) {
            return Err(self.silent_about(day));
        }
        if let Some((opens, name)) = self.own.get(&(day, rule)) {
            return Ok((!opens).then(|| Closed::Own(name.clone())));
        }
        if let Some(name) = self.holidays.get(&day) {
            return Ok(Some(Closed::Holiday(name.clone())));
        }
        if year_end(rule, day) {
            return Ok(Some(Closed::YearEnd));
        }
        Ok(matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday).then_some(Closed::Weekend))
    }

    /// Whether the day is a business day.
    ///
    /// # Errors
    /// The day is not covered.
    pub fn is_business_day(&self, rule: DayRule, day: Date) -> Result<bool, CalendarError> {
        Ok(self.closed(rule, day)?.is_none())
    }

    /// The `n`-th business day of the month of `day`, counted from its end when `n` is negative; `None` when it has not so many.
    ///
    /// # Errors
    /// The count left the covered days.
    pub fn nth_of_month(&self, rule: DayRule, day: Date, n: i32) -> Result<Option<Date>, CalendarError> {
        let edge = if n > 0 { day.first_of_month().yesterday() } else { day.last_of_month().tomorrow() };
        // Beyond the calendar of four-digit years nothing is covered either.
        let edge = edge.map_err(|_| self.silent_about(day))?;
        let found = self.nth(rule, edge, n)?;
        Ok((found.first_of_month() == day.first_of_month()).then_some(found))
    }

    fn silent_about(&self, asked: Date) -> CalendarError {
        CalendarError { asked, first: self.since(), last: self.horizon() }
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
            at = step.map_err(|_| self.silent_about(at))?;
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
