//! The written forms of dates in files (integrations.md §1.3; bank.md §9.2).
//!
//! Parsing takes bytes, because the usual form `yyyymmdd` is read a million times a second. Digits are ASCII; blanks and
//! full-width digits are faults, as everywhere. An era that cannot hold the date is a fault; 平成31年5月 to 12月 is read as 令和1年 with a
//! note, because printed forms of that year carry it.

use jiff::{Span, civil::Date};

use super::{Era, MonthDay, Window};
use crate::verdict::{Classify, Verdict};

/// A written form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateForm {
    /// `20261005`
    Yyyymmdd,
    /// `2026-10-05`
    YyyyMmDd,
    /// `2026/10/5`; reads `2026/10/05` too.
    YyyyMD,
    /// `令和8年10月5日`, `令和元年5月1日`; reads leading zeros and 令和1年 too, writes 元年.
    EraKanji,
    /// `R8.10.5`; reads leading zeros too.
    EraDots,
    /// `R081005`
    EraCompact,
    /// `5081005`: the era code of statutory media first (3 明治, 2 大正, 1 昭和, 4 平成, 5 令和).
    EraDigit,
    /// `081005`: era year without era. Which era is meant comes from a reference date: within a year of it.
    YymmddEra,
    /// `1005`: no year. Which year is meant comes from a reference date: the first such day on or after it, within a year.
    Mmdd,
}

impl DateForm {
    /// All forms.
    pub const ALL: [DateForm; 9] = [
        DateForm::Yyyymmdd,
        DateForm::YyyyMmDd,
        DateForm::YyyyMD,
        DateForm::EraKanji,
        DateForm::EraDots,
        DateForm::EraCompact,
        DateForm::EraDigit,
        DateForm::YymmddEra,
        DateForm::Mmdd,
    ];

    /// The form of a layout's name for it.
    pub fn parse_name(name: &str) -> Option<DateForm> {
        DateForm::ALL.into_iter().find(|form| form.as_str() == name)
    }

    /// The name used in layouts.
    pub const fn as_str(self) -> &'static str {
        match self {
            DateForm::Yyyymmdd => "yyyymmdd",
            DateForm::YyyyMmDd => "yyyy-mm-dd",
            DateForm::YyyyMD => "yyyy/m/d",
            DateForm::EraKanji => "era-kanji",
            DateForm::EraDots => "era-dots",
            DateForm::EraCompact => "era-compact",
            DateForm::EraDigit => "era-digit",
            DateForm::YymmddEra => "yymmdd-era",
            DateForm::Mmdd => "mmdd",
        }
    }

    /// Whether reading needs a reference date.
    pub const fn needs_reference(self) -> bool {
        matches!(self, DateForm::YymmddEra | DateForm::Mmdd)
    }

    /// Reads a date in this form. `reference` is the day the file was made or received.
    ///
    /// # Errors
    /// What is wrong with the text, or that the form needs a reference date and got none.
    pub fn parse(self, text: &[u8], reference: Option<Date>) -> Result<ParsedDate, DateFault> {
        match self {
            DateForm::Yyyymmdd => parse_yyyymmdd(text).map(ParsedDate::plain),
            DateForm::YyyyMmDd => parse_dashes(text).map(ParsedDate::plain),
            DateForm::YyyyMD => parse_slashes(text).map(ParsedDate::plain),
            DateForm::EraKanji => parse_era_kanji(text),
            DateForm::EraDots => parse_era_dots(text),
            DateForm::EraCompact => parse_era_compact(text, Era::from_letter),
            DateForm::EraDigit => parse_era_compact(text, Era::from_digit),
            DateForm::YymmddEra => parse_era_less(text, reference.ok_or(DateFault::NeedsReference)?),
            DateForm::Mmdd => {
                let reference = reference.ok_or(DateFault::NeedsReference)?;
                let day = MonthDay::parse(text)?;
                day.resolve(reference, Window::YEAR).map(ParsedDate::plain).ok_or(DateFault::OutsideWindow)
            }
        }
    }

    /// Appends the date in this form.
    ///
    /// # Errors
    /// The form cannot hold the date: years before 1 or, for era forms, before 1873 or with more than two digits.
    pub fn format(self, day: Date, out: &mut Vec<u8>) -> Result<(), DateFault> {
        use std::io::Write;
        let (year, month, dom) = (day.year(), day.month(), day.day());
        let era = || match Era::of(day).map(|era| (era, era.year_of(day))) {
            Some((_, 100..)) => Err(DateFault::YearOutOfRange),
            Some(found) => Ok(found),
            None => Err(DateFault::NoEra),
        };
        if year < 1 {
            return Err(DateFault::YearOutOfRange);
        }
        let written = match self {
            DateForm::Yyyymmdd => write!(out, "{year:04}{month:02}{dom:02}"),
            DateForm::YyyyMmDd => write!(out, "{year:04}-{month:02}-{dom:02}"),
            DateForm::YyyyMD => write!(out, "{year:04}/{month}/{dom}"),
            DateForm::EraKanji => match era()? {
                (era, 1) => write!(out, "{}元年{month}月{dom}日", era.kanji()),
                (era, in_era) => write!(out, "{}{in_era}年{month}月{dom}日", era.kanji()),
            },
            DateForm::EraDots => {
                let (era, in_era) = era()?;
                write!(out, "{}{in_era}.{month}.{dom}", char::from(era.letter()))
            }
            DateForm::EraCompact | DateForm::EraDigit | DateForm::YymmddEra => {
                let (era, in_era) = era()?;
                match self {
                    DateForm::EraCompact => out.push(era.letter()),
                    DateForm::EraDigit => out.push(era.digit()),
                    _ => {}
                }
                write!(out, "{in_era:02}{month:02}{dom:02}")
            }
            DateForm::Mmdd => write!(out, "{month:02}{dom:02}"),
        };
        written.map_err(|_| DateFault::YearOutOfRange)
    }
}

impl std::fmt::Display for DateForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A date as read, and what a person should know about the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParsedDate {
    /// The date.
    pub date: Date,
    /// Shown as a warning.
    pub note: Option<DateNote>,
}

impl ParsedDate {
    const fn plain(date: Date) -> ParsedDate {
        ParsedDate { date, note: None }
    }
}

/// A reading that deserves a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateNote {
    /// 平成31年5月–12月, read as 令和1年.
    HeiseiAfterItsEnd,
}

impl DateNote {
    /// Catalogue code.
    pub const fn code(self) -> &'static str {
        match self {
            DateNote::HeiseiAfterItsEnd => "DATE_HEISEI_AFTER_ITS_END",
        }
    }
}

/// Why a text is no date in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DateFault {
    /// The text does not have the shape of the form.
    #[error("the date does not have the expected form")]
    Form,
    /// The shape is right, the day does not exist (2026-02-30).
    #[error("the day does not exist in the calendar")]
    NoSuchDay,
    /// The era does not hold that day (平成32年).
    #[error("the era does not hold that day")]
    ImpossibleEra,
    /// A year without era lies within a year of the reference date in no era.
    #[error("the year without era is not within a year of the reference date")]
    NoEraNear,
    /// A year without era lies within a year of the reference date in more than one era.
    #[error("the year without era fits more than one era")]
    AmbiguousEra,
    /// The form needs a reference date.
    #[error("the form of date needs a reference date")]
    NeedsReference,
    /// Month and day do not fall into the window after the reference date.
    #[error("month and day do not fall into the window after the reference date")]
    OutsideWindow,
    /// Writing: the day lies before the first era known here (1873).
    #[error("the day lies before 1873 and has no era here")]
    NoEra,
    /// Writing: the year does not fit the form.
    #[error("the year does not fit the form of date")]
    YearOutOfRange,
}

impl DateFault {
    /// All faults.
    pub const ALL: [DateFault; 9] = [
        DateFault::Form,
        DateFault::NoSuchDay,
        DateFault::ImpossibleEra,
        DateFault::NoEraNear,
        DateFault::AmbiguousEra,
        DateFault::NeedsReference,
        DateFault::OutsideWindow,
        DateFault::NoEra,
        DateFault::YearOutOfRange,
    ];

    /// Catalogue code.
    pub const fn code(self) -> &'static str {
        match self {
            DateFault::Form => "DATE_FORM",
            DateFault::NoSuchDay => "DATE_NO_SUCH_DAY",
            DateFault::ImpossibleEra => "DATE_IMPOSSIBLE_ERA",
            DateFault::NoEraNear => "DATE_NO_ERA_NEAR",
            DateFault::AmbiguousEra => "DATE_AMBIGUOUS_ERA",
            DateFault::NeedsReference => "DATE_NEEDS_REFERENCE",
            DateFault::OutsideWindow => "DATE_OUTSIDE_WINDOW",
            DateFault::NoEra => "DATE_NO_ERA",
            DateFault::YearOutOfRange => "DATE_YEAR_OUT_OF_RANGE",
        }
    }
}

impl Classify for DateFault {
    fn verdict(&self) -> Verdict {
        match self {
            // A layout that asks for such a form where no reference date exists is ours to mend.
            DateFault::NeedsReference => Verdict::Bug,
            _ => Verdict::Reject,
        }
    }
}

/// Reads `20261005`. The fast path: no allocation, no search.
///
/// # Errors
/// Not eight ASCII digits, or no such day.
#[inline]
pub fn parse_yyyymmdd(text: &[u8]) -> Result<Date, DateFault> {
    let text: &[u8; 8] = text.try_into().map_err(|_| DateFault::Form)?;
    let mut digits = [0_u8; 8];
    let mut highest = 0;
    for (digit, byte) in digits.iter_mut().zip(text) {
        *digit = byte.wrapping_sub(b'0');
        highest = highest.max(*digit);
    }
    if highest > 9 {
        return Err(DateFault::Form);
    }
    let two = |at: usize| (digits[at] * 10 + digits[at + 1]) as i8;
    civil(i16::from(two(0)) * 100 + i16::from(two(2)), two(4), two(6))
}

/// A day of the calendar; year 0 is refused, because `00000000` means "none" in many files and must be dealt with by the layout.
pub(super) fn civil(year: i16, month: i8, day: i8) -> Result<Date, DateFault> {
    if year < 1 {
        return Err(DateFault::NoSuchDay);
    }
    Date::new(year, month, day).map_err(|_| DateFault::NoSuchDay)
}

/// A number of `min` to `max` ASCII digits (at most four).
pub(super) fn number(text: &[u8], min: usize, max: usize) -> Result<i16, DateFault> {
    if text.len() < min || text.len() > max || !text.iter().all(u8::is_ascii_digit) {
        return Err(DateFault::Form);
    }
    Ok(text.iter().fold(0, |value, byte| value * 10 + i16::from(byte - b'0')))
}

fn month_or_day(text: &[u8], min: usize) -> Result<i8, DateFault> {
    number(text, min, 2).map(|value| value as i8)
}

fn parse_dashes(text: &[u8]) -> Result<Date, DateFault> {
    let [year @ .., b'-', m1, m2, b'-', d1, d2] = text else { return Err(DateFault::Form) };
    civil(number(year, 4, 4)?, month_or_day(&[*m1, *m2], 2)?, month_or_day(&[*d1, *d2], 2)?)
}

fn parse_slashes(text: &[u8]) -> Result<Date, DateFault> {
    let [year, month, day] = parts(text, b'/')?;
    civil(number(year, 4, 4)?, month_or_day(month, 1)?, month_or_day(day, 1)?)
}

fn parse_era_kanji(text: &[u8]) -> Result<ParsedDate, DateFault> {
    let text = std::str::from_utf8(text).map_err(|_| DateFault::Form)?;
    let (era, rest) =
        Era::ALL.into_iter().find_map(|era| text.strip_prefix(era.kanji()).map(|rest| (era, rest))).ok_or(DateFault::Form)?;
    let (year, rest) = rest.split_once('年').ok_or(DateFault::Form)?;
    let (month, rest) = rest.split_once('月').ok_or(DateFault::Form)?;
    let day = rest.strip_suffix('日').ok_or(DateFault::Form)?;
    let year = if year == "元" { 1 } else { number(year.as_bytes(), 1, 2)? };
    in_era(era, year, month_or_day(month.as_bytes(), 1)?, month_or_day(day.as_bytes(), 1)?)
}

fn parse_era_dots(text: &[u8]) -> Result<ParsedDate, DateFault> {
    let (&letter, rest) = text.split_first().ok_or(DateFault::Form)?;
    let era = Era::from_letter(letter).ok_or(DateFault::Form)?;
    let [year, month, day] = parts(rest, b'.')?;
    in_era(era, number(year, 1, 2)?, month_or_day(month, 1)?, month_or_day(day, 1)?)
}

/// An era in one character, then six digits.
fn parse_era_compact(text: &[u8], era: fn(u8) -> Option<Era>) -> Result<ParsedDate, DateFault> {
    let (&first, rest) = text.split_first().ok_or(DateFault::Form)?;
    let era = era(first).ok_or(DateFault::Form)?;
    let [year, month, day] = six_digits(rest)?;
    in_era(era, year, month as i8, day as i8)
}

fn parse_era_less(text: &[u8], reference: Date) -> Result<ParsedDate, DateFault> {
    let [year, month, day] = six_digits(text)?;
    let mut near = None;
    let mut exists = false;
    for era in Era::ALL {
        let Ok(candidate) = in_era(era, year, month as i8, day as i8) else { continue };
        exists = true;
        if !within_a_year(candidate.date, reference) {
            continue;
        }
        // No two eras so far share a year number within two years; a short era to come could.
        if near.replace(candidate).is_some() {
            return Err(DateFault::AmbiguousEra);
        }
    }
    near.ok_or(if exists { DateFault::NoEraNear } else { DateFault::NoSuchDay })
}

fn within_a_year(day: Date, reference: Date) -> bool {
    let year = Span::new().years(1);
    let from = reference.checked_sub(year).unwrap_or(Date::MIN);
    let to = reference.checked_add(year).unwrap_or(Date::MAX);
    (from..=to).contains(&day)
}

/// A day by era year; the era must hold it.
fn in_era(era: Era, year: i16, month: i8, day: i8) -> Result<ParsedDate, DateFault> {
    let western = era.western_year(year).ok_or(DateFault::ImpossibleEra)?;
    let date = civil(western, month, day)?;
    match Era::of(date) {
        Some(actual) if actual == era => Ok(ParsedDate::plain(date)),
        Some(Era::Reiwa) if era == Era::Heisei && western == 2019 => {
            Ok(ParsedDate { date, note: Some(DateNote::HeiseiAfterItsEnd) })
        }
        _ => Err(DateFault::ImpossibleEra),
    }
}

fn parts(text: &[u8], separator: u8) -> Result<[&[u8]; 3], DateFault> {
    let mut parts = text.split(|byte| *byte == separator);
    let three = [parts.next(), parts.next(), parts.next()];
    match (three, parts.next()) {
        ([Some(first), Some(second), Some(third)], None) => Ok([first, second, third]),
        _ => Err(DateFault::Form),
    }
}

fn six_digits(text: &[u8]) -> Result<[i16; 3], DateFault> {
    let [y1, y2, m1, m2, d1, d2] = text else { return Err(DateFault::Form) };
    Ok([number(&[*y1, *y2], 2, 2)?, number(&[*m1, *m2], 2, 2)?, number(&[*d1, *d2], 2, 2)?])
}
