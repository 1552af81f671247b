//! The Cabinet Office's list of holidays (内閣府「国民の祝日について」, `syukujitsu.csv`): one day a line, from 1955 to the end of the
//! next year, 振替休日 and 国民の休日 among them under the name 休日. CP932; UTF-8 where somebody has saved it again. Published each
//! February for the year after.
//!
//! The list is believed whole years at a time: a year without its first or its last fixed holiday is a file that was cut.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::charset::{self, Encoding};
use crate::verdict::{Classify, Verdict};

/// The headings the list has had.
const HEADINGS: [[&str; 2]; 2] = [["国民の祝日・休日月日", "国民の祝日・休日名称"], ["国民の祝日月日", "国民の祝日名称"]];
/// Days every year has had since the law of 1948.
const FIXED: [(i8, i8, &str); 2] = [(1, 1, "元日"), (11, 23, "勤労感謝の日")];
/// Longest name of a day, in characters; the longest so far has 18.
const NAME_MAX: usize = 40;
/// Largest file read, in bytes; seventy years take 20 KiB.
pub const BYTES_MAX: u64 = 1 << 20;

/// Holidays of whole years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayList {
    /// Each day with its name.
    pub holidays: BTreeMap<Date, String>,
    /// First and last year covered.
    pub years: RangeInclusive<i16>,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}

/// Why a file is no list of holidays: every fault with its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not the Cabinet Office's list of holidays:\n{}", .faults.join("\n"))]
pub struct HolidayFaults {
    /// One sentence each.
    pub faults: Vec<String>,
}

impl Classify for HolidayFaults {
    fn verdict(&self) -> Verdict {
        Verdict::Reject
    }
}

impl HolidayList {
    /// Reads the file.
    ///
    /// # Errors
    /// It is not in a known form; all faults are named.
    pub fn read(bytes: &[u8]) -> Result<HolidayList, HolidayFaults> {
        let text = decoded(bytes).map_err(|fault| HolidayFaults { faults: vec![fault] })?;
        let (mut holidays, mut faults) = (BTreeMap::new(), Vec::new());
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, cells(line)));
        match lines.next() {
            Some((_, cells)) if HEADINGS.iter().any(|heading| cells == heading) => {}
            _ => faults.push(format!("line 1: the heading must be {}", HEADINGS.map(|heading| heading.join(",")).join(" or "))),
        }
        for (number, cells) in lines.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())) {
            match entry(&cells) {
                Ok((day, name)) if holidays.contains_key(&day) => {
                    faults.push(format!("line {number}: {day} ({name}) stands twice"))
                }
                Ok((day, name)) => drop(holidays.insert(day, name)),
                Err(fault) => faults.push(format!("line {number}: {fault}")),
            }
        }
        let years = years(&holidays);
        for year in years.clone() {
            faults.extend(incomplete(&holidays, year));
        }
        if years.is_empty() && faults.is_empty() {
            faults.push("it holds no day".to_owned());
        }
        let sha256 = hex::encode(Sha256::digest(bytes));
        if faults.is_empty() { Ok(HolidayList { holidays, years, sha256 }) } else { Err(HolidayFaults { faults }) }
    }

    /// The days it covers: 1 January of its first year to 31 December of its last.
    pub fn covered(&self) -> RangeInclusive<Date> {
        Date::constant(*self.years.start(), 1, 1)..=Date::constant(*self.years.end(), 12, 31)
    }
}

/// UTF-8 when it is, else CP932: the list in CP932 is never sound UTF-8.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let bare = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bare) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(_) => charset::decode(Encoding::Cp932, bytes).map_err(|error| format!("it is neither UTF-8 nor Shift_JIS: {error}")),
    }
}

fn cells(line: &str) -> Vec<&str> {
    line.split(',').map(|cell| cell.trim().trim_matches('"').trim()).collect()
}

fn entry(cells: &[&str]) -> Result<(Date, String), String> {
    let [day, name] = cells else { return Err(format!("it has {} columns instead of day and name", cells.len())) };
    let date = date(day).ok_or_else(|| format!("{day:?} is no day such as 2027/1/1"))?;
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return Err(format!("{name:?} is no name of a holiday"));
    }
    Ok((date, (*name).to_owned()))
}

/// `2027/1/1`, or `2027-01-01` as the list of 2017 wrote it.
fn date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(if text.contains('/') { '/' } else { '-' }).collect();
    let [year, month, day] = parts[..] else { return None };
    if year.len() != 4 || !parts.iter().all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[allow(clippy::reversed_empty_ranges)]
fn years(holidays: &BTreeMap<Date, String>) -> RangeInclusive<i16> {
    match (holidays.keys().next(), holidays.keys().next_back()) {
        (Some(first), Some(last)) => first.year()..=last.year(),
        _ => 1..=0,
    }
}

fn incomplete(holidays: &BTreeMap<Date, String>, year: i16) -> Option<String> {
    let missing = FIXED.iter().find(|(month, day, _)| !holidays.contains_key(&Date::constant(year, *month, *day)))?;
    Some(format!("{year} has no {} ({}/{}): the list must hold whole years", missing.2, missing.0, missing.1))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const LIST: &str = "国民の祝日・休日月日,国民の祝日・休日名称\r\n2026/1/1,元日\r\n2026/5/6,休日\r\n2026/11/23,勤労感謝の日\r\n\
                        2027/1/1,元日\r\n2027/3/22,休日\r\n2027/11/23,勤労感謝の日\r\n";

    fn cp932(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        charset::encode(Encoding::Cp932, text, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_list_is_read_in_each_form_it_has_had() {
        let list = HolidayList::read(&cp932(LIST)).unwrap();
        assert_eq!((list.years.clone(), list.holidays.len()), (2026..=2027, 6));
        assert_eq!(list.covered(), date(2026, 1, 1)..=date(2027, 12, 31));
        assert_eq!(list.holidays[&date(2027, 3, 22)], "休日", "振替休日");
        let older = LIST.replace("・休日月日", "月日").replace("・休日名称", "名称").replace('/', "-").replace("-1-1", "-01-01");
        for same in [LIST.to_owned(), format!("\u{feff}{LIST}"), older, format!("{LIST}\n,\n")] {
            let read = HolidayList::read(same.as_bytes()).unwrap();
            assert_eq!((&read.holidays, &read.years), (&list.holidays, &list.years), "{same}");
        }
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let text =
            LIST.replace("2026/5/6,休日", "2026/5/6\r\n2026/2/30,休日\r\n2026/1/1,元日\r\n2026/5/5,").replacen("国民", "国", 1);
        let faults = HolidayList::read(text.as_bytes()).unwrap_err().faults;
        let begins: Vec<&str> = faults.iter().map(|fault| fault.split(':').next().unwrap()).collect();
        assert_eq!(begins, ["line 1", "line 3", "line 4", "line 5", "line 6"], "{faults:#?}");
    }

    #[test]
    fn a_list_that_was_cut_or_has_a_gap_is_refused() {
        let cut = &LIST[..LIST.find("2027/11").unwrap()];
        let gap = LIST.replace("2027/", "2028/");
        for (text, year) in [(cut, "2027 has no 勤労感謝の日"), (gap.as_str(), "2027 has no 元日")] {
            let faults = HolidayList::read(text.as_bytes()).unwrap_err().faults;
            assert!(faults[0].starts_with(year), "{faults:?}");
        }
        assert!(HolidayList::read("国民の祝日月日,国民の祝日名称\n".as_bytes()).is_err());
        assert!(HolidayList::read(b"\x81\xff").unwrap_err().faults[0].contains("neither"));
    }
}
