//! 全国地方公共団体コード: five digits and a check digit (integrations.md §1.6, eltax.md §3).

use super::{CheckFailed, CheckReason, Digits};

/// A code of a prefecture or municipality, six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocalBodyCode(Digits<6>);

impl LocalBodyCode {
    const CHECK: &'static str = "local_body";

    /// Reads six digits and proves the check digit.
    ///
    /// # Errors
    /// Not six digits, or the check digit does not fit.
    pub fn parse(text: &str) -> Result<LocalBodyCode, CheckFailed> {
        let digits = Digits::<6>::parse(text)
            .ok_or_else(|| CheckFailed::new(Self::CHECK, text, CheckReason::Form, "expected 6 digits"))?;
        let expected = check_digit(&digits.values()[..5]);
        if digits.values()[5] == expected {
            return Ok(LocalBodyCode(digits));
        }
        let detail = format!("the check digit (last digit) should be {expected}");
        Err(CheckFailed::new(Self::CHECK, text, CheckReason::CheckDigit, detail))
    }

    /// Puts the check digit behind five digits.
    pub fn from_base(base: Digits<5>) -> LocalBodyCode {
        let full = format!("{base}{}", check_digit(&base.values()));
        LocalBodyCode(Digits::parse(&full).expect("five digits and a check digit are six digits"))
    }

    /// The first five digits: the 共通納税機関コード of the body.
    pub fn agency(&self) -> Digits<5> {
        Digits::parse(&self.0.as_str()[..5]).expect("the first five of six digits are five digits")
    }

    /// The six digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Last digit of 11 − (S mod 11), weights 6 5 4 3 2.
fn check_digit(base: &[u32]) -> u32 {
    let sum: u32 = base.iter().zip([6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    (11 - sum % 11) % 10
}
