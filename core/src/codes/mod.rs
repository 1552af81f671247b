//! Check digits and composite codes.
//!
//! Each code is a type that can only be made from a valid text. `check` offers the same by name, for layouts.

/// Numbers of banks, branches and accounts.
pub mod bank;
/// 法人番号 and 適格請求書発行事業者登録番号.
pub mod corporate;
/// Fixed numbers of ASCII digits.
pub mod digits;
/// eL番号: agency, 案件特定キー, 確認番号, 税目・料金番号.
pub mod el_number;
/// The eL-QR payload.
pub mod el_qr;
/// GS1-128 of payment slips.
pub mod gs1;
/// 全国地方公共団体コード.
pub mod local_body;
/// Login ids of people.
pub mod login_id;
/// Check digits of OCR lines and the CRC of the eL-QR.
pub mod ocr;

pub use bank::{AccountNumber, BankCode, BranchCode};
pub use corporate::{CorporateNumber, InvoiceNumber};
pub use digits::Digits;
pub use el_number::{CaseKey, ElNumber, Partition};
pub use el_qr::{ElQr, ElQrFault};
pub use local_body::LocalBodyCode;

use crate::verdict::{Classify, Verdict};

/// Why a value is not a code of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckReason {
    /// Wrong length or characters.
    Form,
    /// The check digit does not fit.
    CheckDigit,
    /// Well-formed, but a value that no such code has (0000, all zeros).
    Reserved,
    /// The parts of a composite code contradict each other.
    Contradiction,
    /// A 登録番号 whose digits are no 法人番号: a sole trader or an error. A warning, never a refusal.
    MayBeIndividual,
}

impl CheckReason {
    /// All reasons.
    pub const ALL: [CheckReason; 5] = [
        CheckReason::Form,
        CheckReason::CheckDigit,
        CheckReason::Reserved,
        CheckReason::Contradiction,
        CheckReason::MayBeIndividual,
    ];

    /// Catalogue code.
    pub const fn code(self) -> &'static str {
        match self {
            CheckReason::Form => "CODE_FORM",
            CheckReason::CheckDigit => "CODE_CHECK_DIGIT",
            CheckReason::Reserved => "CODE_RESERVED",
            CheckReason::Contradiction => "CODE_CONTRADICTION",
            CheckReason::MayBeIndividual => "CODE_MAY_BE_INDIVIDUAL",
        }
    }
}

/// A value that failed a check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is no valid {check}: {detail}")]
pub struct CheckFailed {
    /// Name of the check.
    pub check: &'static str,
    /// The value.
    pub value: String,
    /// What is wrong, by kind.
    pub reason: CheckReason,
    /// What is wrong, in words.
    pub detail: String,
}

impl CheckFailed {
    pub(crate) fn new(check: &'static str, value: &str, reason: CheckReason, detail: impl Into<String>) -> CheckFailed {
        CheckFailed { check, value: value.to_owned(), reason, detail: detail.into() }
    }

    /// Catalogue code.
    pub const fn code(&self) -> &'static str {
        self.reason.code()
    }

    /// Whether it is never more than a warning.
    pub const fn is_warning(&self) -> bool {
        matches!(self.reason, CheckReason::MayBeIndividual)
    }
}

impl Classify for CheckFailed {
    fn verdict(&self) -> Verdict {
        Verdict::Reject
    }
}

/// A check by name.
type Check = fn(&str) -> Result<(), CheckFailed>;

/// The checks a layout may name.
const CHECKS: [(&str, Check); 9] = [
    ("corporate_number", |value| CorporateNumber::parse(value).map(drop)),
    ("invoice_number", corporate::check_invoice_number),
    ("local_body", |value| LocalBodyCode::parse(value).map(drop)),
    ("elqr", el_qr::check_text),
    ("gs1_128", |value| gs1::Gs1Slip::parse(value).map(drop)),
    ("el_number", |value| ElNumber::parse(value).map(drop)),
    ("case_key", |value| CaseKey::parse(value).map(drop)),
    ("zengin_account", |value| AccountNumber::parse(value).map(drop)),
    ("login_id", login_id::check),
];

/// Names of all checks.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}

/// Whether there is a check of this name.
pub fn is_known(name: &str) -> bool {
    names().any(|known| known == name)
}

/// Whether a check only asks for characters and length, so that counting up the digits of a value leaves it valid.
pub fn is_form_only(name: &str) -> bool {
    name == "login_id"
}

/// Runs a check by name. Layouts are refused at load when they name an unknown check, so an unknown name here is answered as a
/// failed check that says so.
///
/// # Errors
/// Why the value is no such code. [`CheckFailed::is_warning`] tells findings that must not refuse a file.
pub fn check(name: &str, value: &str) -> Result<(), CheckFailed> {
    match CHECKS.iter().find(|(known, _)| *known == name) {
        Some((_, run)) => run(value),
        None => Err(CheckFailed::new("check", value, CheckReason::Form, format!("there is no check named {name:?}"))),
    }
}

#[cfg(test)]
mod tests;
