//! Japanese dates, fiscal years, eras, business days, and the clock.
//!
//! Dates are `jiff::civil::Date`. Everything here is pure but `clock` and `file`: what today is, and which days are
//! holidays, is given by the caller.

/// Days on which the office or the banks work.
pub mod business;
/// Now, in Tokyo.
pub mod clock;
/// 明治 to 令和.
pub mod era;
/// The holidays of an installation as a file, for those who have no database.
pub mod file;
/// 会計年度 and 出納整理期間.
pub mod fiscal;
/// The written forms of dates in files.
pub mod form;
/// The Cabinet Office's list of holidays.
pub mod holidays;
/// Month and day without a year, and which date is meant.
pub mod month_day;

pub use business::{BusinessCalendar, CalendarError, Closed, DayRule, OwnDay};
pub use era::Era;
pub use fiscal::FiscalYear;
pub use form::{DateFault, DateForm, DateNote, ParsedDate, parse_yyyymmdd};
pub use jiff::civil::Date;
pub use month_day::{MonthDay, Window};

#[cfg(test)]
mod tests;
