//! Now, in Tokyo.
//!
//! Japan has had one offset and no summer time since 1951, so the zone is the fixed offset +09:00 and no zone database is
//! needed. `RENKEI_NOW` (RFC 3339 with offset) stops the clock at an instant, so that demonstrations and tests give the same
//! bytes every day; it is read once.

use std::sync::OnceLock;

use jiff::{
    Timestamp, ZonedDateTime,
    civil::Date,
    tz::{self, TimeZone},
};

use crate::verdict::{Classify, Verdict};

/// The environment variable that stops the clock.
pub const RENKEI_NOW: &str = "RENKEI_NOW";

/// `RENKEI_NOW` is set to something that is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("RENKEI_NOW is {value:?}, expected an instant such as 2026-10-05T10:15:00+09:00: {reason}")]
pub struct ClockError {
    /// The value found.
    pub value: String,
    /// What the parser says.
    pub reason: String,
}

impl Classify for ClockError {
    fn verdict(&self) -> Verdict {
        Verdict::Bug
    }
}

/// The zone of everything renkei writes.
pub fn tokyo() -> TimeZone {
    TimeZone::fixed(tz::offset(9))
}

/// Reads the setting. Programs call this at start and refuse to run on an error; without that, [`now`] ignores a bad setting.
///
/// # Errors
/// `RENKEI_NOW` is no instant.
pub fn check() -> Result<Option<Timestamp>, ClockError> {
    static SETTING: OnceLock<Result<Option<Timestamp>, ClockError>> = OnceLock::new();
    SETTING.get_or_init(|| std::env::var(RENKEI_NOW).ok().filter(|value| !value.is_empty()).map(parse).transpose()).clone()
}

fn parse(value: String) -> Result<Timestamp, ClockError> {
    value.parse().map_err(|error: jiff::Error| ClockError { value, reason: error.to_string() })
}

/// Now, or the instant the clock is stopped at.
pub fn now() -> ZonedDateTime {
    check().ok().flatten().unwrap_or_else(Timestamp::now).to_zoned_datetime(tokyo())
}

/// Today in Tokyo.
pub fn today() -> Date {
    now().date()
}

/// Now as RFC 3339 with offset, to the second: `2026-10-05T10:15:00+09:00`.
pub fn now_rfc3339() -> String {
    rfc3339(&now())
}

/// An instant as RFC 3339 with Tokyo's offset, to the second.
pub fn rfc3339(instant: &ZonedDateTime) -> String {
    instant.timestamp().to_zoned_datetime(tokyo()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_tokyo_time_with_offset() {
        let instant = parse("2026-10-05T01:15:00Z".to_owned()).unwrap();
        assert_eq!(rfc3339(&instant.to_zoned_datetime(TimeZone::UTC)), "2026-10-05T10:15:00+09:00");
    }

    #[test]
    fn names_a_bad_setting() {
        let error = parse("yesterday".to_owned()).unwrap_err();
        assert!(error.to_string().contains("\"yesterday\""), "{error}");
    }

    #[test]
    fn today_is_the_date_of_now() {
        let before = now().date();
        let today = today();
        assert!(before <= today && today <= now().date());
    }
}
