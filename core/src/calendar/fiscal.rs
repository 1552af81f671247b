//! 会計年度: April to March, kept open for receipts and payments of the old year until 31 May (出納整理期間; Local Autonomy Act,
//! arts. 208 and 235-5). The year is its own column everywhere, because the booking date does not tell it in April and May.

use jiff::civil::{Date, date};

use crate::verdict::{Classify, Verdict};

/// A fiscal year, named by the western year it starts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiscalYear(i16);

impl FiscalYear {
    /// The fiscal year that starts in April of `year`, 1900–9998.
    pub fn new(year: i16) -> Option<FiscalYear> {
        (1900..=9998).contains(&year).then_some(FiscalYear(year))
    }

    /// Reads four digits.
    pub fn parse(text: &str) -> Option<FiscalYear> {
        if text.len() != 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        text.parse().ok().and_then(FiscalYear::new)
    }

    /// The fiscal year a day lies in.
    pub fn of(day: Date) -> Option<FiscalYear> {
        FiscalYear::new(if day.month() >= 4 { day.year() } else { day.year() - 1 })
    }

    /// The western year it starts in.
    pub const fn year(self) -> i16 {
        self.0
    }

    /// 1 April.
    pub const fn first_day(self) -> Date {
        date(self.0, 4, 1)
    }

    /// 31 March of the next year.
    pub const fn last_day(self) -> Date {
        date(self.0 + 1, 3, 31)
    }

    /// 31 May of the next year, the last day of 出納整理期間.
    pub const fn closing_day(self) -> Date {
        date(self.0 + 1, 5, 31)
    }

    /// Rule R-FY: whether something may be booked into this year on a day. `arose_on` is the day the claim or the debt arose:
    /// in April and May after the year only what arose by 31 March belongs to it.
    ///
    /// # Errors
    /// Why the booking does not belong to the year.
    pub fn accepts(self, booked_on: Date, arose_on: Date) -> Result<(), OutsideFiscalYear> {
        let refusal = if booked_on < self.first_day() {
            FiscalRefusal::BeforeTheYear
        } else if booked_on <= self.last_day() {
            return Ok(());
        } else if booked_on > self.closing_day() {
            FiscalRefusal::AfterClosing
        } else if arose_on > self.last_day() {
            FiscalRefusal::AroseAfterTheYear
        } else {
            return Ok(());
        };
        Err(OutsideFiscalYear { year: self, booked_on, arose_on, refusal })
    }
}

impl std::fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// Why a booking does not belong to a fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FiscalRefusal {
    /// Booked before 1 April.
    BeforeTheYear,
    /// Booked in 出納整理期間, but it arose in the new year.
    AroseAfterTheYear,
    /// Booked after 31 May.
    AfterClosing,
}

/// A booking that does not belong to its fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{booked_on} cannot be booked into fiscal year {year} (arose on {arose_on}, books closed on {})", .year.closing_day())]
pub struct OutsideFiscalYear {
    /// The fiscal year asked for.
    pub year: FiscalYear,
    /// The booking date.
    pub booked_on: Date,
    /// The day the claim or debt arose.
    pub arose_on: Date,
    /// Why.
    pub refusal: FiscalRefusal,
}

impl OutsideFiscalYear {
    /// Catalogue code.
    pub const fn code(&self) -> &'static str {
        match self.refusal {
            FiscalRefusal::BeforeTheYear => "FISCAL_BEFORE_THE_YEAR",
            FiscalRefusal::AroseAfterTheYear => "FISCAL_AROSE_AFTER_THE_YEAR",
            FiscalRefusal::AfterClosing => "FISCAL_AFTER_CLOSING",
        }
    }
}

impl Classify for OutsideFiscalYear {
    fn verdict(&self) -> Verdict {
        Verdict::Reject
    }
}
