//! Numbers of banks, branches and accounts (bank.md §4, §6 rules 10 and 12). Whether a bank exists on a day is the ledger's to
//! say; here is only what can be told from the digits.

use super::{CheckFailed, CheckReason, Digits};

/// 金融機関コード, four digits; never 0000 or 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankCode(Digits<4>);

impl BankCode {
    /// ゆうちょ銀行.
    pub const YUCHO: &'static str = "9900";

    /// Reads four digits.
    ///
    /// # Errors
    /// Not four digits, or 0000 or 9999.
    pub fn parse(text: &str) -> Result<BankCode, CheckFailed> {
        let failed = |reason, detail| CheckFailed::new("bank_code", text, reason, detail);
        let digits = Digits::parse(text).ok_or_else(|| failed(CheckReason::Form, "expected 4 digits"))?;
        match text {
            "0000" | "9999" => Err(failed(CheckReason::Reserved, "0000 and 9999 are no bank")),
            _ => Ok(BankCode(digits)),
        }
    }

    /// The four digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// 支店番号, three digits; 999 only at ゆうちょ銀行.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchCode(Digits<3>);

impl BranchCode {
    /// Reads three digits of a branch of `bank`.
    ///
    /// # Errors
    /// Not three digits, or 999 at a bank other than 9900.
    pub fn parse(text: &str, bank: BankCode) -> Result<BranchCode, CheckFailed> {
        let failed = |reason, detail| CheckFailed::new("branch_code", text, reason, detail);
        let digits = Digits::parse(text).ok_or_else(|| failed(CheckReason::Form, "expected 3 digits"))?;
        if text == "999" && bank.as_str() != BankCode::YUCHO {
            return Err(failed(CheckReason::Reserved, "999 is no branch"));
        }
        Ok(BranchCode(digits))
    }

    /// The three digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// 口座番号 of a bank file, seven digits, not all zeros. 記号番号 of ゆうちょ銀行 is another thing and is refused: the conversion rule is
/// unconfirmed (bank.md §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountNumber(Digits<7>);

impl AccountNumber {
    /// Reads seven digits.
    ///
    /// # Errors
    /// Not seven digits, or all zeros.
    pub fn parse(text: &str) -> Result<AccountNumber, CheckFailed> {
        let failed = |reason, detail| CheckFailed::new("zengin_account", text, reason, detail);
        let digits = Digits::<7>::parse(text).ok_or_else(|| failed(CheckReason::Form, "expected 7 digits"))?;
        if digits.is_zero() {
            return Err(failed(CheckReason::Reserved, "an account number is not all zeros"));
        }
        Ok(AccountNumber(digits))
    }

    /// From a number as master data has it: hyphens away, zeros on the left.
    ///
    /// # Errors
    /// More than seven digits, anything but digits and hyphens, or all zeros.
    pub fn from_master(written: &str) -> Result<AccountNumber, CheckFailed> {
        let digits: String = written.chars().filter(|ch| *ch != '-').collect();
        if digits.is_empty() || digits.len() > 7 {
            return Err(CheckFailed::new("zengin_account", written, CheckReason::Form, "expected 1 to 7 digits"));
        }
        AccountNumber::parse(&format!("{digits:0>7}"))
    }

    /// The seven digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}
