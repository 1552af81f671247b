//! The printable payment slip (納付書): one A4 page a slip, with its eL-QR, as PDF.
//!
//! A slip says the same thing four times: in figures and dates for the payer, in the eL番号 for whoever types it in, in the eL-QR for
//! whoever scans it, and on the receipt. [`crate::slip::print()`] refuses a slip whose eL-QR says anything else than the page. The same slips and
//! the same font give the same bytes: no time, no random number goes in.
//!
//! What the symbol is (eltax.md §4): QR model 2, version 6, level M, numeric, 255 digits; that is exactly what it holds. How large it is
//! printed is ours: a module of 0.508 mm is six dots of a 300 dpi printer, so that no printer rounds it; four modules around it stay
//! white. OCR lines and a shop's bar code are not printed.

/// A PDF of pages that share one font.
mod document;
/// A font file: glyphs, widths, and the part of it that goes into the PDF.
mod font;
/// Where everything stands on the page.
mod form;
/// Which font, and where it is.
mod lookup;
/// The eL-QR as dark and light modules.
mod mark;
/// Something to draw on.
mod paper;
/// Days and numbers as a slip writes them.
mod words;

use jiff::civil::Date;
use serde::Deserialize;

use crate::codes::el_qr::{ElQr, ElQrFault};
use crate::money::Yen;
use crate::verdict::{Classify, Coded, Verdict};

pub use font::Typeface;
pub use lookup::{FONTS, find_font};
pub use mark::{MODULES, QUIET_MODULES, symbol};

/// Who sends the slip: the same on every page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Issuer {
    /// 発行者, e.g. 連携区長.
    pub authority: String,
    /// Whose account the money goes to, e.g. 連携区会計管理者.
    pub payee: String,
    /// Where it can be paid, in a sentence.
    pub payable_at: String,
}

/// One slip, as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Slip {
    /// 納入通知書番号
    pub slip_no: String,
    /// 調定番号
    pub assessment_no: String,
    /// 会計年度; 賦課年度 of the eL-QR.
    pub fiscal_year: i16,
    /// 課税年度; not printed beside the eL-QR.
    pub tax_year: i16,
    /// 会計, in words.
    pub fund: String,
    /// 科目, in words.
    pub budget_line: String,
    /// 所管課, in words.
    pub section: String,
    /// Telephone of the section; empty when not known.
    pub telephone: String,
    /// 事由
    pub reason: String,
    /// 期別; `00` is none.
    pub period: String,
    /// Seven digits.
    pub postal: String,
    /// Address of the payer.
    pub address: String,
    /// Name of the payer.
    pub payer: String,
    /// 納付金額, the sum of the next three.
    pub amount: Yen,
    /// 本体額
    pub amount_main: Yen,
    /// 督促手数料
    pub amount_reminder: Yen,
    /// 延滞金等
    pub amount_interest: Yen,
    /// 発行日
    pub issued_on: Date,
    /// 納期限
    pub due_on: Date,
    /// 支払期限, the last day the eL-QR is accepted.
    pub pay_limit_on: Date,
    /// 共通納税機関コード, five digits.
    pub agency: String,
    /// 税務事務所コード, three digits; not printed beside the eL-QR.
    pub office: String,
    /// 案件特定キー, twenty digits.
    pub case_key: String,
    /// 確認番号, six digits.
    pub confirmation: String,
    /// 税目・料金番号, three digits.
    pub fee_item: String,
    /// The 255 digits of the eL-QR.
    pub qr: String,
}

/// Why a slip is not printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlipError {
    /// No font of the list is there.
    #[error("there is no Japanese font at {tried}")]
    FontMissing {
        /// Where it was looked for.
        tried: String,
    },
    /// The file is no font that can be embedded.
    #[error("the font {path} cannot be used: {why}")]
    FontUnusable {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The font has no glyph for a character of the slip.
    #[error("slip {slip}: the font has no character {character} (U+{code}) of {field}")]
    CharacterMissing {
        /// 納入通知書番号
        slip: String,
        /// Name of the place on the page.
        field: String,
        /// The character.
        character: char,
        /// Its code point, hexadecimal.
        code: String,
    },
    /// A text does not fit its place, not even in small letters.
    #[error("slip {slip}: {field} does not fit its place: {value}")]
    TooLong {
        /// 納入通知書番号
        slip: String,
        /// Name of the place on the page.
        field: String,
        /// The text.
        value: String,
    },
    /// There is no such slip, or it cannot be paid (any more).
    #[error("slip {value} cannot be printed: it is {state}")]
    NotPayable {
        /// How it was asked for.
        value: String,
        /// Its state, or `unknown`.
        state: String,
    },
    /// The eL-QR is none.
    #[error("slip {slip}: {fault}")]
    Qr {
        /// 納入通知書番号
        slip: String,
        /// What is wrong.
        fault: ElQrFault,
    },
    /// The eL-QR says something else than the page.
    #[error("slip {slip}: the eL-QR has another {field} than the slip")]
    Contradiction {
        /// 納入通知書番号
        slip: String,
        /// What differs.
        field: &'static str,
    },
}

impl SlipError {
    /// Code of the catalogue.
    pub fn code(&self) -> &'static str {
        match self {
            SlipError::FontMissing { .. } => "SLIP_FONT_MISSING",
            SlipError::FontUnusable { .. } => "SLIP_FONT_UNUSABLE",
            SlipError::CharacterMissing { .. } => "SLIP_CHARACTER_MISSING",
            SlipError::TooLong { .. } => "SLIP_TEXT_TOO_LONG",
            SlipError::NotPayable { .. } => "SLIP_NOT_PAYABLE",
            SlipError::Qr { .. } | SlipError::Contradiction { .. } => "SLIP_QR_CONTRADICTS",
        }
    }

    /// Values for the text of the code.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            SlipError::FontMissing { tried } => vec![("tried", tried.clone())],
            SlipError::FontUnusable { path, why } => vec![("value", path.clone()), ("why", why.clone())],
            SlipError::CharacterMissing { slip, field, character, code } => {
                vec![("slip", slip.clone()), ("field", field.clone()), ("value", character.to_string()), ("code", code.clone())]
            }
            SlipError::TooLong { slip, field, value } => {
                vec![("slip", slip.clone()), ("field", field.clone()), ("value", value.clone())]
            }
            SlipError::NotPayable { value, state } => vec![("value", value.clone()), ("state", state.clone())],
            SlipError::Qr { slip, fault } => vec![("slip", slip.clone()), ("what", fault.to_string())],
            SlipError::Contradiction { slip, field } => vec![("slip", slip.clone()), ("what", (*field).to_owned())],
        }
    }
}

impl Classify for SlipError {
    fn verdict(&self) -> Verdict {
        Verdict::Reject
    }

    fn coded(&self) -> Option<Coded> {
        let values = self.args().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        Some(Coded::new(self.code(), Some(serde_json::Value::Object(values))))
    }
}

/// Prints slips, a page each.
///
/// # Errors
/// The first slip that cannot be printed as it is: nothing is replaced, cut, or left out.
pub fn print(slips: &[Slip], issuer: &Issuer, typeface: &Typeface) -> Result<Vec<u8>, SlipError> {
    let mut document = document::Document::new(typeface)?;
    for slip in slips {
        agrees(slip)?;
        let modules = mark::modules(slip)?;
        let mut page = document.page(&slip.slip_no);
        form::draw(&mut page, slip, issuer, &modules)?;
        let content = page.finish();
        document.add(content);
    }
    document.finish()
}

/// The eL-QR is sound and says what the slip says. What it has besides (account of the operator, 手数料負担, 印紙) is no figure of a slip.
fn agrees(slip: &Slip) -> Result<(), SlipError> {
    let qr = ElQr::parse(&slip.qr).map_err(|fault| SlipError::Qr { slip: slip.slip_no.clone(), fault })?;
    let same = [
        ("amount", qr.amount.to_string().parse() == Ok(slip.amount.0)),
        ("case_key", qr.key.to_string() == slip.case_key),
        ("confirmation_no", qr.confirmation.to_string() == slip.confirmation),
        ("agency", qr.agency.to_string() == slip.agency),
        ("office", qr.office.to_string() == slip.office),
        ("fee_item", qr.item.to_string() == slip.fee_item),
        ("due_on", qr.due == slip.due_on),
        ("pay_limit_on", qr.limit == slip.pay_limit_on),
        ("levy_year", qr.levy_year.to_string().parse() == Ok(slip.fiscal_year)),
        ("tax_year", qr.tax_year.to_string().parse() == Ok(slip.tax_year)),
        ("period", qr.period.to_string() == slip.period),
    ];
    match same.into_iter().find(|(_, same)| !same) {
        Some((field, _)) => Err(SlipError::Contradiction { slip: slip.slip_no.clone(), field }),
        None => Ok(()),
    }
}
