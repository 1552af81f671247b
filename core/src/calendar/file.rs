//! The calendar of an installation as a file. The ledger's database is the authority; producers have no database, so a consuming
//! role writes its calendar down and they read it. A missing, damaged or expired file stops what needs it: a day is never guessed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{BusinessCalendar, OwnDay, clock};
use crate::metrics::metrics;
use crate::verdict::{Classify, Verdict};
use crate::whole;

/// Days before the last day covered from which on it is warned. The next year is published each February, when more than 300 are
/// left of the year before: who is warned has half a year.
pub const WARNING_DAYS: i32 = 200;
/// Version of the file's form.
const VERSION: u16 = 2;

/// Why the calendar cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CalendarFileError {
    /// There is none yet.
    #[error("there is no calendar {path}: `renkei consume` or `renkei calendar write` makes it from the ledger's holidays")]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It cannot be read or written.
    #[error("{doing} the calendar {path}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is no calendar.
    #[error("{path} is no calendar; `renkei calendar write` makes it anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// Another version of the program wrote it.
    #[error("{path} is a calendar of version {version}, this program reads version {VERSION}")]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u16,
    },
}

impl Classify for CalendarFileError {
    /// Somebody must provide the calendar; what needs it waits.
    fn verdict(&self) -> Verdict {
        match self {
            CalendarFileError::Io { .. } => Verdict::Retry,
            _ => Verdict::Hold,
        }
    }
}

/// The form of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u16,
    since: Date,
    through: Date,
    holidays: Vec<(Date, String)>,
    own: Vec<OwnDay>,
}

/// What every version of it begins with.
#[derive(Debug, Deserialize)]
struct Version {
    version: u16,
}

/// The file's text for a calendar.
fn text(calendar: &BusinessCalendar) -> String {
    let holidays = calendar.holidays().map(|(day, name)| (day, name.to_owned())).collect();
    let (since, through, own) = (calendar.since(), calendar.horizon(), calendar.own_days().collect());
    let written = Written { version: VERSION, since, through, holidays, own };
    // Dates and strings always serialise.
    serde_json::to_string(&written).unwrap_or_default() + "\n"
}

/// Writes it whole or not at all; `false` when the file says the same already.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, calendar: &BusinessCalendar) -> Result<bool, CalendarFileError> {
    let text = text(calendar);
    whole::write(path, text.as_bytes()).map_err(|(doing, source)| CalendarFileError::Io { doing, path: path.to_owned(), source })
}

/// Reads it.
///
/// # Errors
/// It is missing or no calendar of this version.
pub fn read(path: &Path) -> Result<BusinessCalendar, CalendarFileError> {
    let path_of = || path.to_owned();
    let bytes = fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => CalendarFileError::Missing { path: path_of() },
        _ => CalendarFileError::Io { doing: "reading", path: path_of(), source },
    })?;
    let damaged = |source| CalendarFileError::Damaged { path: path_of(), source };
    // Its version first: what another version wrote has another form.
    let Version { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
    if version != VERSION {
        return Err(CalendarFileError::Version { path: path_of(), version });
    }
    let written: Written = serde_json::from_slice(&bytes).map_err(damaged)?;
    Ok(BusinessCalendar::named(written.holidays, written.since..=written.through).with_own(written.own))
}

/// Whether it ends soon: the days left, when they are few.
pub fn ends_soon(calendar: &BusinessCalendar, today: Date) -> Option<i32> {
    Some(calendar.days_left(today)).filter(|left| *left < WARNING_DAYS)
}

/// The calendar of a long-running role: read again when the file changes.
#[derive(Debug)]
pub struct CalendarSource {
    path: PathBuf,
    known: Mutex<Option<Known>>,
}

#[derive(Debug)]
struct Known {
    stamp: (SystemTime, u64),
    calendar: Arc<BusinessCalendar>,
}

impl CalendarSource {
    /// The calendar of this file; nothing is read yet.
    pub fn new(path: impl Into<PathBuf>) -> CalendarSource {
        CalendarSource { path: path.into(), known: Mutex::new(None) }
    }

    /// The calendar as the file says now. Tells `calendar_left_days`.
    ///
    /// # Errors
    /// There is none that can be used. What was read before does not stand in for it.
    pub fn calendar(&self) -> Result<Arc<BusinessCalendar>, CalendarFileError> {
        let stamp = fs::metadata(&self.path).and_then(|meta| Ok((meta.modified()?, meta.len()))).ok();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let calendar = match known.take().filter(|known| Some(known.stamp) == stamp) {
            Some(same) => same.calendar,
            None => Arc::new(read(&self.path)?),
        };
        metrics().calendar_left_days.set(i64::from(calendar.days_left(clock::today())));
        // A file that changed between the look and the reading is read again next time.
        *known = stamp.map(|stamp| Known { stamp, calendar: calendar.clone() });
        Ok(calendar)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::DayRule;
    use super::*;

    fn calendar(through: Date) -> BusinessCalendar {
        let own = OwnDay { calendar: DayRule::Office, day: date(2026, 10, 1), opens: false, name: "都民の日".to_owned() };
        BusinessCalendar::named([(date(2027, 1, 1), "元日".to_owned())], date(2026, 1, 1)..=through).with_own([own])
    }

    #[test]
    fn what_is_written_is_read_and_a_change_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/calendar.json");
        let source = CalendarSource::new(&path);
        assert!(matches!(source.calendar(), Err(CalendarFileError::Missing { .. })));
        let first = calendar(date(2027, 12, 31));
        assert!(write(&path, &first).unwrap());
        assert!(!write(&path, &first).unwrap(), "nothing new");
        assert_eq!(*source.calendar().unwrap(), first);
        // Another length, so that the change shows whatever the clock of the file system.
        let longer = BusinessCalendar::named(
            [(date(2027, 1, 1), "元日".to_owned()), (date(2028, 1, 1), "元日".to_owned())],
            date(2026, 1, 1)..=date(2028, 12, 31),
        );
        assert!(write(&path, &longer).unwrap());
        assert_eq!(*source.calendar().unwrap(), longer);
        fs::write(&path, "{").unwrap();
        assert!(matches!(source.calendar(), Err(CalendarFileError::Damaged { .. })));
        fs::remove_file(&path).unwrap();
        assert!(source.calendar().is_err(), "what was read before does not stand in for a missing file");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0, "no half file is left");
    }

    #[test]
    fn another_version_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calendar.json");
        fs::write(&path, r#"{"version":1,"since":"2026-01-01","through":"2026-12-31","holidays":[]}"#).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("version 1"));
    }

    #[test]
    fn it_warns_long_before_it_ends() {
        let calendar = calendar(date(2027, 12, 31));
        for (today, warned) in [
            (date(2027, 2, 28), None),
            (date(2027, 6, 14), None),
            (date(2027, 6, 15), Some(199)),
            (date(2027, 12, 31), Some(0)),
            (date(2028, 1, 2), Some(-2)),
        ] {
            assert_eq!(ends_soon(&calendar, today), warned, "{today}");
        }
    }
}
