//! 法人番号 and 適格請求書発行事業者登録番号 (integrations.md §1.6).

use super::{CheckFailed, CheckReason, Digits};

/// 法人番号: a check digit and twelve digits. The check digit cannot see a 0↔9 swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CorporateNumber(Digits<13>);

impl CorporateNumber {
    const CHECK: &'static str = "corporate_number";

    /// Reads thirteen digits and proves the check digit.
    ///
    /// # Errors
    /// Not thirteen digits, or the check digit does not fit.
    pub fn parse(text: &str) -> Result<CorporateNumber, CheckFailed> {
        let digits = Digits::<13>::parse(text)
            .ok_or_else(|| CheckFailed::new(Self::CHECK, text, CheckReason::Form, "expected 13 digits"))?;
        let expected = check_digit(&digits);
        if digits.values()[0] == expected {
            return Ok(CorporateNumber(digits));
        }
        let detail = format!("the check digit (first digit) should be {expected}");
        Err(CheckFailed::new(Self::CHECK, text, CheckReason::CheckDigit, detail))
    }

    /// Puts the check digit before twelve digits.
    pub fn from_base(base: Digits<12>) -> CorporateNumber {
        let unchecked = Digits::<13>::parse(&format!("0{base}")).expect("0 and 12 digits are 13 digits");
        let full = format!("{}{base}", check_digit(&unchecked));
        CorporateNumber(Digits::parse(&full).expect("a check digit is one digit"))
    }

    /// The thirteen digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// 9 − (S mod 9), S = the last twelve digits counted from the right, even places doubled.
fn check_digit(digits: &Digits<13>) -> u32 {
    let sum: u32 = digits.values().iter().rev().take(12).enumerate().map(|(i, d)| if i % 2 == 0 { *d } else { d * 2 }).sum();
    9 - sum % 9
}

/// 登録番号: `T` and thirteen digits. A corporation's digits are its 法人番号; those of a sole trader or an unincorporated body are
/// another number, so a check digit that does not fit proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceNumber {
    /// The digits are a valid 法人番号.
    Corporate(CorporateNumber),
    /// The digits are no 法人番号: a sole trader, an unincorporated body, or a slip of the pen.
    MayBeIndividual(Digits<13>),
}

impl InvoiceNumber {
    const CHECK: &'static str = "invoice_number";

    /// Reads `T` and thirteen digits.
    ///
    /// # Errors
    /// Any other form.
    pub fn parse(text: &str) -> Result<InvoiceNumber, CheckFailed> {
        let form = || CheckFailed::new(Self::CHECK, text, CheckReason::Form, "expected T and 13 digits");
        let digits = text.strip_prefix('T').ok_or_else(form)?;
        match CorporateNumber::parse(digits) {
            Ok(number) => Ok(InvoiceNumber::Corporate(number)),
            Err(_) => Digits::parse(digits).map(InvoiceNumber::MayBeIndividual).ok_or_else(form),
        }
    }

    /// What a person typed, brought to the form [`InvoiceNumber::parse`] reads: full-width to half-width, `t` to `T`, hyphens
    /// and blanks away. For master data and screens; fields of files are read as they are.
    pub fn normalize(typed: &str) -> String {
        let narrow = typed.chars().map(|ch| match ch {
            'ａ'..='ｚ' | 'Ａ'..='Ｚ' | '０'..='９' => char::from_u32(u32::from(ch) - 0xFEE0).unwrap_or(ch),
            other => other,
        });
        let kept = narrow.filter(|ch| !ch.is_whitespace() && !matches!(ch, '-' | '－' | '‐' | '−' | 'ー' | '―' | '–' | '—'));
        kept.map(|ch| ch.to_ascii_uppercase()).collect()
    }

    /// The thirteen digits after `T`.
    pub fn digits(&self) -> &str {
        match self {
            InvoiceNumber::Corporate(number) => number.as_str(),
            InvoiceNumber::MayBeIndividual(digits) => digits.as_str(),
        }
    }
}

impl std::fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "T{}", self.digits())
    }
}

/// The named check: a form error refuses, digits that are no 法人番号 are a warning.
pub(super) fn check_invoice_number(text: &str) -> Result<(), CheckFailed> {
    match InvoiceNumber::parse(text)? {
        InvoiceNumber::Corporate(_) => Ok(()),
        InvoiceNumber::MayBeIndividual(_) => Err(CheckFailed::new(
            InvoiceNumber::CHECK,
            text,
            CheckReason::MayBeIndividual,
            "the digits are no corporate number; it may belong to an individual",
        )),
    }
}
