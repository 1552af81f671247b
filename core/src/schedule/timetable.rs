//! Rule and calendar to instants. The instants of one day are the unit: whatever is shifted to a day stands in the order of its time,
//! and what falls together is one instant.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Unit, ZonedDateTime};

use super::rule::{Days, Rule, Shift, When};
use crate::calendar::{BusinessCalendar, CalendarError, Closed, DayRule, clock};
use crate::verdict::{Classify, Verdict};

/// Farthest day looked at for the next instant: two leap days apart, where a century year has none.
const REACH_DAYS: i32 = 3_000;

/// An instant and the day it was meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instant {
    /// When.
    pub at: ZonedDateTime,
    /// The day the rule named, and why it is closed, where the instant was shifted.
    pub shifted: Option<(Date, Closed)>,
}

/// Why a rule gives no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// It depends on a day the calendar does not cover.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// It counts business days and there is no calendar.
    #[error("the rule counts business days, and there is no calendar")]
    NoCalendar,
}

impl RuleError {
    /// Catalogue code.
    pub const fn code(&self) -> &'static str {
        "CALENDAR_BEYOND_HORIZON"
    }
}

impl Classify for RuleError {
    fn verdict(&self) -> Verdict {
        Verdict::Hold
    }
}

impl Rule {
    /// The first instant after `instant`; `None` when there is none in reach.
    ///
    /// # Errors
    /// It depends on a day the calendar does not cover.
    pub fn after(&self, calendar: Option<&BusinessCalendar>, instant: &ZonedDateTime) -> Result<Option<Instant>, RuleError> {
        let from = instant.with_time_zone(clock::tokyo());
        if let When::Cron { cron, days } = &self.when {
            if *days == Days::Every {
                return Ok(cron.after(&from).map(Instant::plain));
            }
            if cron.day_from(from.date()).is_none() {
                return Ok(None);
            }
        }
        for day in from.date().series(jiff::Span::new().days(1)).take(REACH_DAYS as usize) {
            if let Some(next) = self.on(calendar, day)?.into_iter().find(|found| found.at > from) {
                return Ok(Some(next));
            }
        }
        Ok(None)
    }

    /// All instants of a day, rising.
    ///
    /// # Errors
    /// They depend on a day the calendar does not cover.
    pub fn on(&self, calendar: Option<&BusinessCalendar>, day: Date) -> Result<Vec<Instant>, RuleError> {
        match &self.when {
            When::Cron { cron, days: Days::Every } => Ok(cron.on(day).into_iter().map(Instant::plain).collect()),
            When::Cron { cron, days: Days::Business { calendar: whose, shift } } => {
                let known = calendar.ok_or(RuleError::NoCalendar)?;
                let mut instants = Vec::new();
                for source in sources(known, *whose, *shift, day)? {
                    let times = cron.on(source);
                    let shifted = match known.closed(*whose, source)? {
                        Some(why) if source != day => Some((source, why)),
                        _ => None,
                    };
                    instants.extend(times.iter().filter_map(|time| moment(day, time.time(), shifted.clone())));
                }
                // An instant meant for the day itself stands before one that was shifted to it.
                instants.sort_by(|a, b| a.at.cmp(&b.at).then(a.shifted.is_some().cmp(&b.shifted.is_some())));
                instants.dedup_by(|later, first| later.at == first.at);
                Ok(instants)
            }
            When::NthBusinessDay { nth, months, at, calendar: whose } => {
                if !months.is_empty() && !months.contains(&day.month()) {
                    return Ok(Vec::new());
                }
                let known = calendar.ok_or(RuleError::NoCalendar)?;
                let found = known.nth_of_month(*whose, day, i32::from(*nth))?;
                Ok(moment(day, *at, None).filter(|_| found == Some(day)).into_iter().collect())
            }
        }
    }

    /// The instants after `last` and up to `end`, day by day, only days that have one; at most `days` days before `end` are looked at.
    ///
    /// # Errors
    /// They depend on a day the calendar does not cover.
    pub fn days_between(
        &self,
        calendar: Option<&BusinessCalendar>,
        last: &ZonedDateTime,
        end: &ZonedDateTime,
        days: i64,
    ) -> Result<Vec<Vec<Instant>>, RuleError> {
        let end_day = end.with_time_zone(clock::tokyo()).date();
        let farthest = end_day.saturating_sub(jiff::Span::new().days(days));
        let first = last.with_time_zone(clock::tokyo()).date().max(farthest);
        let mut found = Vec::new();
        for day in first.series(jiff::Span::new().days(1)).take_while(|day| *day <= end_day) {
            let mut instants = self.on(calendar, day)?;
            instants.retain(|instant| instant.at > *last && instant.at <= *end);
            if !instants.is_empty() {
                found.push(instants);
            }
        }
        Ok(found)
    }

    /// The last instant up to `instant`, at most `days` days before it.
    ///
    /// # Errors
    /// It depends on a day the calendar does not cover.
    pub fn up_to(
        &self,
        calendar: Option<&BusinessCalendar>,
        instant: &ZonedDateTime,
        days: i64,
    ) -> Result<Option<Instant>, RuleError> {
        let at = instant.with_time_zone(clock::tokyo());
        let farthest = at.date().saturating_sub(jiff::Span::new().days(days));
        let mut day = at.date();
        while day >= farthest {
            if let Some(found) = self.on(calendar, day)?.into_iter().rfind(|found| found.at <= at) {
                return Ok(Some(found));
            }
            let Ok(before) = day.yesterday() else { break };
            day = before;
        }
        Ok(None)
    }
}

impl Instant {
    fn plain(at: ZonedDateTime) -> Instant {
        Instant { at, shifted: None }
    }
}

/// The days whose instants lie on `day`: none when it is closed; with a shift the closed days beside it too.
fn sources(calendar: &BusinessCalendar, whose: DayRule, shift: Shift, day: Date) -> Result<Vec<Date>, CalendarError> {
    if !calendar.is_business_day(whose, day)? {
        return Ok(Vec::new());
    }
    let step = |day: Date| match shift {
        Shift::Skip => None,
        Shift::Next => day.yesterday().ok(),
        Shift::Previous => day.tomorrow().ok(),
    };
    let mut days = vec![day];
    let mut beside = step(day);
    while let Some(other) = beside {
        if calendar.is_business_day(whose, other)? {
            break;
        }
        days.push(other);
        beside = step(other);
    }
    Ok(days)
}

/// The day at a time, to the second.
fn moment(day: Date, time: Time, shifted: Option<(Date, Closed)>) -> Option<Instant> {
    let at = DateTime::from_parts(day, time).round(Unit::Second).ok()?.to_zoned_datetime(clock::tokyo()).ok()?;
    Some(Instant { at, shifted })
}
