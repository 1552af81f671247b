//! GS1-128 of payment slips for convenience stores, 44 digits (eltax.md §6.1).

use jiff::civil::Date;

use super::{CheckFailed, CheckReason, Digits};

/// The bar code of one slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gs1Slip {
    /// 請求書発行企業コード.
    pub company: Digits<6>,
    /// Free area of the collector and the issuer.
    pub free: Digits<21>,
    /// 再発行区分: how often the slip was issued again.
    pub reissue: Digits<1>,
    /// 支払期限 YYMMDD, 999999 = none.
    pub limit: Digits<6>,
    /// 印紙フラグ.
    pub stamp: Digits<1>,
    /// Amount in yen.
    pub amount: Digits<6>,
}

impl Gs1Slip {
    const CHECK: &'static str = "gs1_128";
    /// The highest amount the code can hold, in yen.
    pub const AMOUNT_YEN_MAX: i64 = 999_999;

    /// Reads 44 digits and proves the check digit.
    ///
    /// # Errors
    /// Not 44 digits, another application identifier than 91, or the check digit does not fit.
    pub fn parse(text: &str) -> Result<Gs1Slip, CheckFailed> {
        let failed = |reason, detail: String| CheckFailed::new(Self::CHECK, text, reason, detail);
        let form = || failed(CheckReason::Form, "expected 44 digits".to_owned());
        Digits::<44>::parse(text).ok_or_else(form)?;
        if !text.starts_with("91") {
            return Err(failed(CheckReason::Form, "expected application identifier 91 at the start".to_owned()));
        }
        let expected = check_digit(&text[..43]);
        if text.as_bytes()[43] != expected {
            let detail = format!("the check digit (last digit) should be {}", char::from(expected));
            return Err(failed(CheckReason::CheckDigit, detail));
        }
        Ok(Gs1Slip {
            company: Digits::parse(&text[2..8]).ok_or_else(form)?,
            free: Digits::parse(&text[8..29]).ok_or_else(form)?,
            reissue: Digits::parse(&text[29..30]).ok_or_else(form)?,
            limit: Digits::parse(&text[30..36]).ok_or_else(form)?,
            stamp: Digits::parse(&text[36..37]).ok_or_else(form)?,
            amount: Digits::parse(&text[37..43]).ok_or_else(form)?,
        })
    }

    /// The 44 digits.
    pub fn encode(&self) -> String {
        let mut text = format!("91{}{}{}{}{}{}", self.company, self.free, self.reissue, self.limit, self.stamp, self.amount);
        let check = check_digit(&text);
        text.push(char::from(check));
        text
    }

    /// 支払期限 as the bar code writes it.
    pub fn limit_of(day: Option<Date>) -> Digits<6> {
        let written = day.map(|day| format!("{:02}{:02}{:02}", day.year().rem_euclid(100), day.month(), day.day()));
        Digits::parse(written.as_deref().unwrap_or("999999")).expect("three two-digit numbers are six digits")
    }
}

/// Modulus 10, weights 3 and 1 from the rightmost digit.
fn check_digit(digits: &str) -> u8 {
    let sum: u32 =
        digits.bytes().rev().enumerate().map(|(i, byte)| u32::from(byte - b'0') * if i % 2 == 0 { 3 } else { 1 }).sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}
