//! The eL-QR payload: 255 digits in a TLV frame around two OCR lines (eltax.md §4).

use jiff::civil::Date;

use super::{
    CheckFailed, CheckReason, Digits,
    ocr::{check_pair, crc_decimal},
};
use crate::calendar::parse_yyyymmdd;
use crate::verdict::{Classify, Verdict};

/// Length of the payload, in digits; the capacity of a version 6-M symbol.
pub const LENGTH: usize = 255;
/// 地方税共同機構's own agency id.
const AGENCY: &str = "13800";
/// Everything before the MPN block: version, dynamic, merchant information with the agency id.
const HEAD: &str = "00020101021227960005138000183";
const MPN_START: usize = HEAD.len();
const MPN_END: usize = MPN_START + 83;

/// What an eL-QR says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElQr {
    /// Account of 地方税共同機構; all zeros in the published codes, so a setting.
    pub account: Digits<11>,
    /// Amount, yen.
    pub amount: Digits<11>,
    /// 手数料負担区分; 2 = 加入者負担.
    pub fee: Digits<1>,
    /// 印紙税要否区分; 0 = 不要.
    pub stamp: Digits<1>,
    /// 税目・料金番号 (納付区分).
    pub item: Digits<3>,
    /// 案件特定キー (納付番号).
    pub key: Digits<20>,
    /// 確認番号.
    pub confirmation: Digits<6>,
    /// 共通納税機関コード of the body.
    pub agency: Digits<5>,
    /// 税務事務所コード.
    pub office: Digits<3>,
    /// 賦課年度.
    pub levy_year: Digits<4>,
    /// 課税年度.
    pub tax_year: Digits<4>,
    /// 期別.
    pub period: Digits<2>,
    /// 納期限.
    pub due: Date,
    /// 支払期限.
    pub limit: Date,
    /// 付加情報2; all zeros in the published codes, carried as it is.
    pub more: Digits<85>,
}

/// What is wrong with a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ElQrFault {
    /// Not exactly 255 digits.
    #[error("an eL-QR is exactly 255 digits")]
    Form,
    /// A part that is the same in every eL-QR is not.
    #[error("the fixed part at digit {position} is not the one of an eL-QR")]
    Frame {
        /// 1-based position of the part.
        position: usize,
    },
    /// Check digits of the upper OCR line (MPN positions 1–2).
    #[error("the check digits of the upper OCR line do not fit")]
    UpperCheck,
    /// Check digits of the lower OCR line (MPN positions 40–41).
    #[error("the check digits of the lower OCR line do not fit")]
    LowerCheck,
    /// The CRC (last five digits).
    #[error("the CRC does not fit")]
    Crc,
    /// Amount of tag 54 and of the MPN block differ.
    #[error("the amount of tag 54 differs from the one of the OCR line")]
    Amount,
    /// Agency id of the OCR line is not 13800.
    #[error("the agency id of the OCR line is not 13800")]
    Agency,
    /// 納期限 or 支払期限 is no day.
    #[error("the due date or the payment limit is no day of the calendar")]
    Date,
}

impl Classify for ElQrFault {
    fn verdict(&self) -> Verdict {
        Verdict::Reject
    }
}

impl ElQr {
    /// The upper OCR line, 39 digits with its check digits.
    pub fn upper_line(&self) -> String {
        with_check(format!("{}{}{}{AGENCY}{}{}00000", self.account, self.amount, self.fee, self.stamp, self.item))
    }

    /// The lower OCR line, 44 digits with its check digits.
    pub fn lower_line(&self) -> String {
        with_check(format!("{}{}0{}{}0000000", self.key, self.confirmation, self.agency, self.office))
    }

    /// The 255 digits.
    pub fn encode(&self) -> String {
        let mut text = String::with_capacity(LENGTH);
        text.push_str(HEAD);
        text.push_str(&self.upper_line());
        text.push_str(&self.lower_line());
        text.push_str(&format!("5411{}6226{}{}{}", self.amount, self.levy_year, self.tax_year, self.period));
        text.push_str(&format!("{}{}8085{}6305", compact(self.due), compact(self.limit), self.more));
        let crc = crc_decimal(&text);
        text.push_str(&crc);
        text
    }

    /// Reads 255 digits and proves both pairs of check digits, the CRC and the equalities.
    ///
    /// # Errors
    /// The first thing that is wrong; [`faults`] gives all.
    pub fn parse(text: &str) -> Result<ElQr, ElQrFault> {
        match faults(text).first() {
            Some(fault) => Err(*fault),
            None => ElQr::fields(text).ok_or(ElQrFault::Form),
        }
    }

    fn fields(text: &str) -> Option<ElQr> {
        let mpn = &text[MPN_START..MPN_END];
        let extra = &text[131..157];
        Some(ElQr {
            account: Digits::parse(&mpn[2..13])?,
            amount: Digits::parse(&mpn[13..24])?,
            fee: Digits::parse(&mpn[24..25])?,
            stamp: Digits::parse(&mpn[30..31])?,
            item: Digits::parse(&mpn[31..34])?,
            key: Digits::parse(&mpn[41..61])?,
            confirmation: Digits::parse(&mpn[61..67])?,
            agency: Digits::parse(&mpn[68..73])?,
            office: Digits::parse(&mpn[73..76])?,
            levy_year: Digits::parse(&extra[0..4])?,
            tax_year: Digits::parse(&extra[4..8])?,
            period: Digits::parse(&extra[8..10])?,
            due: parse_yyyymmdd(&extra.as_bytes()[10..18]).ok()?,
            limit: parse_yyyymmdd(&extra.as_bytes()[18..26]).ok()?,
            more: Digits::parse(&text[161..246])?,
        })
    }
}

/// Everything that is wrong with a payload, in the order of the digits, the CRC last.
pub fn faults(text: &str) -> Vec<ElQrFault> {
    if Digits::<LENGTH>::parse(text).is_none() {
        return vec![ElQrFault::Form];
    }
    let mut faults = Vec::new();
    let fixed: [(usize, &str); 8] = [
        (0, HEAD),
        (MPN_START + 34, "00000"),
        (MPN_START + 67, "0"),
        (MPN_START + 76, "0000000"),
        (MPN_END, "5411"),
        (127, "6226"),
        (157, "8085"),
        (246, "6305"),
    ];
    for (start, expected) in fixed {
        if !text[start..].starts_with(expected) {
            faults.push(ElQrFault::Frame { position: start + 1 });
        }
    }
    let mpn = &text[MPN_START..MPN_END];
    if mpn.as_bytes()[..2] != check_pair(&mpn[2..39]) {
        faults.push(ElQrFault::UpperCheck);
    }
    if mpn.as_bytes()[39..41] != check_pair(&mpn[41..]) {
        faults.push(ElQrFault::LowerCheck);
    }
    if mpn[25..30] != *AGENCY {
        faults.push(ElQrFault::Agency);
    }
    if mpn[13..24] != text[116..127] {
        faults.push(ElQrFault::Amount);
    }
    if parse_yyyymmdd(&text.as_bytes()[141..149]).is_err() || parse_yyyymmdd(&text.as_bytes()[149..157]).is_err() {
        faults.push(ElQrFault::Date);
    }
    if crc_decimal(&text[..250]) != text[250..] {
        faults.push(ElQrFault::Crc);
    }
    faults
}

fn with_check(digits: String) -> String {
    let [first, second] = check_pair(&digits);
    format!("{}{}{digits}", char::from(first), char::from(second))
}

fn compact(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// The named check.
pub(super) fn check_text(text: &str) -> Result<(), CheckFailed> {
    let faults = faults(text);
    let Some(first) = faults.first() else { return Ok(()) };
    let reason = match first {
        ElQrFault::Form | ElQrFault::Frame { .. } => CheckReason::Form,
        ElQrFault::UpperCheck | ElQrFault::LowerCheck | ElQrFault::Crc => CheckReason::CheckDigit,
        ElQrFault::Amount | ElQrFault::Agency => CheckReason::Contradiction,
        ElQrFault::Date => CheckReason::Form,
    };
    let detail: Vec<String> = faults.iter().map(ToString::to_string).collect();
    Err(CheckFailed::new("elqr", text, reason, detail.join("; ")))
}
