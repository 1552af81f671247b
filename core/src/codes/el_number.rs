//! eL番号: what a payer types to pay a slip of a local body (eltax.md §3, §9).
//!
//! All systems of one ward share its 機関コード and so one space of 案件特定キー. renkei numbers only inside its own `Partition`, the first
//! two digits of the key.

use super::{CheckFailed, CheckReason, Digits};

/// The four keys of eL番号.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ElNumber {
    /// 共通納税機関コード: the first five digits of the body's 地方公共団体コード.
    pub agency: Digits<5>,
    /// 案件特定キー (納付番号).
    pub key: Digits<20>,
    /// 確認番号.
    pub confirmation: Digits<6>,
    /// 税目・料金番号 (納付区分).
    pub item: Digits<3>,
}

impl ElNumber {
    /// Reads the 34 digits in the order agency, key, confirmation, item.
    ///
    /// # Errors
    /// Not 34 digits. eL番号 has no check digit of its own.
    pub fn parse(text: &str) -> Result<ElNumber, CheckFailed> {
        let form = || CheckFailed::new("el_number", text, CheckReason::Form, "expected 34 digits");
        Digits::<34>::parse(text).ok_or_else(form)?;
        Ok(ElNumber {
            agency: Digits::parse(&text[..5]).ok_or_else(form)?,
            key: Digits::parse(&text[5..25]).ok_or_else(form)?,
            confirmation: Digits::parse(&text[25..31]).ok_or_else(form)?,
            item: Digits::parse(&text[31..]).ok_or_else(form)?,
        })
    }
}

impl std::fmt::Display for ElNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}{}", self.agency, self.key, self.confirmation, self.item)
    }
}

/// The system prefix of 案件特定キー that belongs to one system of the ward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Partition(Digits<2>);

impl Partition {
    /// Reads two digits.
    ///
    /// # Errors
    /// Not two digits.
    pub fn parse(text: &str) -> Result<Partition, CheckFailed> {
        let form = || CheckFailed::new("partition", text, CheckReason::Form, "expected 2 digits");
        Digits::parse(text).map(Partition).ok_or_else(form)
    }

    /// Whether a key was numbered in this partition.
    pub fn owns(&self, key: &Digits<20>) -> bool {
        key.as_str().starts_with(self.0.as_str())
    }
}

impl std::fmt::Display for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// 案件特定キー as renkei numbers it: `SS YYYY NNNNNNNNN BB RR 0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CaseKey {
    /// `SS`: the system.
    pub partition: Partition,
    /// `YYYY`: 会計年度.
    pub fiscal_year: Digits<4>,
    /// `NNNNNNNNN`: 調定番号.
    pub assessment: Digits<9>,
    /// `BB`: 分割・期別.
    pub instalment: Digits<2>,
    /// `RR`: how often the slip was issued again.
    pub reissue: Digits<2>,
}

impl CaseKey {
    /// Reads a key of this scheme, of whatever partition.
    ///
    /// # Errors
    /// Not 20 digits, or the reserved last digit is not 0.
    pub fn parse(text: &str) -> Result<CaseKey, CheckFailed> {
        let failed = |reason, detail| CheckFailed::new("case_key", text, reason, detail);
        let form = || failed(CheckReason::Form, "expected 20 digits");
        Digits::<20>::parse(text).ok_or_else(form)?;
        if !text.ends_with('0') {
            return Err(failed(CheckReason::Reserved, "the last digit is reserved and is 0"));
        }
        Ok(CaseKey {
            partition: Partition(Digits::parse(&text[..2]).ok_or_else(form)?),
            fiscal_year: Digits::parse(&text[2..6]).ok_or_else(form)?,
            assessment: Digits::parse(&text[6..15]).ok_or_else(form)?,
            instalment: Digits::parse(&text[15..17]).ok_or_else(form)?,
            reissue: Digits::parse(&text[17..19]).ok_or_else(form)?,
        })
    }

    /// The 20 digits.
    pub fn digits(&self) -> Digits<20> {
        Digits::parse(&self.to_string()).expect("2 + 4 + 9 + 2 + 2 + 1 digits are 20 digits")
    }
}

impl std::fmt::Display for CaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}{}{}0", self.partition, self.fiscal_year, self.assessment, self.instalment, self.reissue)
    }
}
