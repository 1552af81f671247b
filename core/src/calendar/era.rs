//! Eras (元号). The first day of an era is the day the calendar changed to it (integrations.md §1.3).

use jiff::civil::{Date, date};

/// An era. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Era {
    /// 明治. Accepted from 明治6年 (1873), when Japan took over the Gregorian calendar; earlier dates are not ours to convert.
    Meiji,
    /// 大正.
    Taisho,
    /// 昭和.
    Showa,
    /// 平成.
    Heisei,
    /// 令和.
    Reiwa,
}

impl Era {
    /// All eras, oldest first.
    pub const ALL: [Era; 5] = [Era::Meiji, Era::Taisho, Era::Showa, Era::Heisei, Era::Reiwa];

    /// 令和 and so on.
    pub const fn kanji(self) -> &'static str {
        match self {
            Era::Meiji => "明治",
            Era::Taisho => "大正",
            Era::Showa => "昭和",
            Era::Heisei => "平成",
            Era::Reiwa => "令和",
        }
    }

    /// The letter of JIS X 0301.
    pub const fn letter(self) -> u8 {
        match self {
            Era::Meiji => b'M',
            Era::Taisho => b'T',
            Era::Showa => b'S',
            Era::Heisei => b'H',
            Era::Reiwa => b'R',
        }
    }

    /// The era of a letter of JIS X 0301.
    pub fn from_letter(letter: u8) -> Option<Era> {
        Era::ALL.into_iter().find(|era| era.letter() == letter)
    }

    /// The era code of statutory media (法定調書の光ディスク等, integrations.md §1.3).
    pub const fn digit(self) -> u8 {
        match self {
            Era::Meiji => b'3',
            Era::Taisho => b'2',
            Era::Showa => b'1',
            Era::Heisei => b'4',
            Era::Reiwa => b'5',
        }
    }

    /// The era of a code of statutory media.
    pub fn from_digit(digit: u8) -> Option<Era> {
        Era::ALL.into_iter().find(|era| era.digit() == digit)
    }

    /// First day.
    pub const fn first_day(self) -> Date {
        match self {
            Era::Meiji => date(1873, 1, 1),
            Era::Taisho => date(1912, 7, 30),
            Era::Showa => date(1926, 12, 25),
            Era::Heisei => date(1989, 1, 8),
            Era::Reiwa => date(2019, 5, 1),
        }
    }

    /// Western year of the era's year 1.
    fn first_year(self) -> i16 {
        match self {
            Era::Meiji => 1868,
            _ => self.first_day().year(),
        }
    }

    /// The era of a day; `None` before 1873.
    pub fn of(day: Date) -> Option<Era> {
        Era::ALL.into_iter().rev().find(|era| era.first_day() <= day)
    }

    /// Western year of a year of the era (1 = 元年); `None` when it does not fit.
    pub fn western_year(self, year: i16) -> Option<i16> {
        if year < 1 { None } else { self.first_year().checked_add(year - 1) }
    }

    /// Year of the era a day lies in, 1 = 元年. The day must lie in the era.
    pub fn year_of(self, day: Date) -> i16 {
        day.year() - self.first_year() + 1
    }
}
