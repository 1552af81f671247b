//! Wall-clock time of Tokyo for the cron search. One offset and no summer time: no wall-clock time is doubled or missing.

use std::cmp::Ordering;

use croner::errors::CronError;
use croner::time::{CivilDateTime, CronDateTime, Resolution, Weekday};
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ZonedDateTime};

use crate::calendar::clock;

/// A wall-clock time in Tokyo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TokyoTime(DateTime);

impl TokyoTime {
    pub(super) fn of(instant: &ZonedDateTime) -> Self {
        TokyoTime(instant.with_time_zone(clock::tokyo()).datetime())
    }

    /// Midnight at which the day begins.
    pub(super) fn begin_of(day: Date) -> Self {
        TokyoTime(DateTime::from_parts(day, jiff::civil::Time::midnight()))
    }

    pub(super) fn date(self) -> Date {
        self.0.date()
    }

    pub(super) fn instant(self) -> Option<ZonedDateTime> {
        self.0.to_zoned_datetime(clock::tokyo()).ok()
    }
}

/// A part of a time as the number the cron search counts with; the calendar keeps every part positive.
fn part(value: i8) -> u32 {
    u32::from(value.unsigned_abs())
}

fn small(value: u32) -> Result<i8, CronError> {
    i8::try_from(value).map_err(|_| CronError::InvalidDate)
}

impl CronDateTime for TokyoTime {
    fn to_civil(&self) -> CivilDateTime {
        let (date, time) = (self.0.date(), self.0.time());
        CivilDateTime::new(
            croner::time::CivilDate::from_parts_unchecked(i32::from(date.year()), part(date.month()), part(date.day())),
            croner::time::CivilTime::from_parts_unchecked(part(time.hour()), part(time.minute()), part(time.second())),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(part(self.0.weekday().to_sunday_zero_offset()))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let year = i16::try_from(civil.year()).map_err(|_| CronError::InvalidDate)?;
        let (month, day) = (small(civil.month())?, small(civil.day())?);
        let (hour, minute, second) = (small(civil.hour())?, small(civil.minute())?, small(civil.second())?);
        let time = DateTime::new(year, month, day, hour, minute, second, 0).map_err(|_| CronError::InvalidDate)?;
        Ok(Resolution::Single(TokyoTime(time)))
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0.checked_add(SignedDuration::from_secs(seconds)).ok().map(TokyoTime)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}
