//! Character classes of the single-byte name fields of bank files (bank.md §3.1, the strict readings).
//!
//! A class says which half-width characters a field may hold. Two switches of the bank profile widen or narrow it. The mark
//! rule holds everywhere: a voiced mark `ﾞ` stands only after ｳ ｶ–ｺ ｻ–ｿ ﾀ–ﾄ ﾊ–ﾎ, a half-voiced mark `ﾟ` only after ﾊ–ﾎ.

use crate::verdict::{Classify, Verdict};

/// A class of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KanaClass {
    /// 銀行名・支店名: kana, Latin capitals, digits and `-`; no space.
    BankName,
    /// 依頼人名・受取人名・預金者名: as bank names, and space and `( ) .`.
    PartyName,
    /// Names in payroll files: kana, digits and space only.
    PayrollName,
    /// EDI情報: kana with ｦ, capitals, digits, space and `\ ｢ ｣ ( ) - / .`.
    EdiInfo,
}

impl KanaClass {
    /// All classes.
    pub const ALL: [KanaClass; 4] = [KanaClass::BankName, KanaClass::PartyName, KanaClass::PayrollName, KanaClass::EdiInfo];

    /// The class of a layout's name for it.
    pub fn parse(name: &str) -> Option<KanaClass> {
        KanaClass::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// The name used in layouts.
    pub const fn as_str(self) -> &'static str {
        match self {
            KanaClass::BankName => "bank_name",
            KanaClass::PartyName => "party_name",
            KanaClass::PayrollName => "payroll_name",
            KanaClass::EdiInfo => "edi_info",
        }
    }
}

/// What a bank profile may change about the classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Switches {
    /// ｦ is allowed in names too. Default no: the revised rule of 2019 is not followed by every bank.
    pub allow_wo: bool,
    /// `.` is allowed in party names. Default yes; at least one bank refuses it.
    pub allow_dot: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Switches { allow_wo: false, allow_dot: true }
    }
}

/// Which rule a character breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KanaRule {
    /// Not a half-width character at all.
    NotHalfWidth,
    /// A control character.
    Control,
    /// a–z.
    LowerCase,
    /// A capital letter where the class has none.
    Latin,
    /// ｧ–ｯ: written as the large kana.
    SmallKana,
    /// ｰ: written as `-` where the class has it.
    LongVowel,
    /// ｦ where the class has none.
    Wo,
    /// A space where the class has none.
    Space,
    /// Any other sign the class lacks.
    Symbol,
    /// ﾞ or ﾟ after something that cannot carry it.
    StrandedMark,
}

impl KanaRule {
    /// Catalogue code of the rule.
    pub const fn code(self) -> &'static str {
        match self {
            KanaRule::NotHalfWidth => "KANA_NOT_HALF_WIDTH",
            KanaRule::Control => "KANA_CONTROL",
            KanaRule::LowerCase => "KANA_LOWER_CASE",
            KanaRule::Latin => "KANA_LATIN",
            KanaRule::SmallKana => "KANA_SMALL",
            KanaRule::LongVowel => "KANA_LONG_VOWEL",
            KanaRule::Wo => "KANA_WO",
            KanaRule::Space => "KANA_SPACE",
            KanaRule::Symbol => "KANA_SYMBOL",
            KanaRule::StrandedMark => "KANA_STRANDED_MARK",
        }
    }
}

/// The first character of a text that its class does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("character {index} of the name, {ch:?}, is not allowed: {}", .rule.code())]
pub struct KanaFault {
    /// 0-based index, in characters (= bytes of a single-byte field, when all before it are half-width).
    pub index: usize,
    /// The character.
    pub ch: char,
    /// The rule it breaks.
    pub rule: KanaRule,
}

impl Classify for KanaFault {
    fn verdict(&self) -> Verdict {
        Verdict::Reject
    }
}

/// Checks a half-width text against a class with the default switches.
///
/// # Errors
/// The first character that is not allowed.
pub fn check(class: KanaClass, text: &str) -> Result<(), KanaFault> {
    check_with(class, Switches::default(), text)
}

/// Checks a half-width text against a class as a bank profile has it.
///
/// # Errors
/// The first character that is not allowed.
pub fn check_with(class: KanaClass, switches: Switches, text: &str) -> Result<(), KanaFault> {
    let mut before = None;
    for (index, ch) in text.chars().enumerate() {
        let broken = broken_rule(class, switches, ch).or_else(|| stranded(before, ch));
        if let Some(rule) = broken {
            return Err(KanaFault { index, ch, rule });
        }
        before = Some(ch);
    }
    Ok(())
}

/// Whether one character, standing alone, is allowed; marks are judged by [`stranded`].
pub(super) fn broken_rule(class: KanaClass, switches: Switches, ch: char) -> Option<KanaRule> {
    use KanaClass::{BankName, EdiInfo, PartyName, PayrollName};
    match ch {
        '0'..='9' | 'ｱ'..='ﾝ' | 'ﾞ' | 'ﾟ' => None,
        'A'..='Z' => (class == PayrollName).then_some(KanaRule::Latin),
        'a'..='z' => Some(KanaRule::LowerCase),
        ' ' => (class == BankName).then_some(KanaRule::Space),
        'ｦ' => (class != EdiInfo && !switches.allow_wo).then_some(KanaRule::Wo),
        '-' => (class == PayrollName).then_some(KanaRule::Symbol),
        '(' | ')' => (!matches!(class, PartyName | EdiInfo)).then_some(KanaRule::Symbol),
        '.' => match class {
            EdiInfo => None,
            PartyName if switches.allow_dot => None,
            _ => Some(KanaRule::Symbol),
        },
        '\\' | '¥' | '｢' | '｣' | '/' => (class != EdiInfo).then_some(KanaRule::Symbol),
        'ｧ'..='ｯ' => Some(KanaRule::SmallKana),
        'ｰ' => Some(KanaRule::LongVowel),
        '｡' | '､' | '･' | '!'..='~' => Some(KanaRule::Symbol),
        ch if ch.is_control() => Some(KanaRule::Control),
        _ => Some(KanaRule::NotHalfWidth),
    }
}

/// Whether `ch` is a mark that the character before it cannot carry.
pub(super) fn stranded(before: Option<char>, ch: char) -> Option<KanaRule> {
    let carried = match ch {
        'ﾞ' => matches!(before, Some('ｳ' | 'ｶ'..='ｺ' | 'ｻ'..='ｿ' | 'ﾀ'..='ﾄ' | 'ﾊ'..='ﾎ')),
        'ﾟ' => matches!(before, Some('ﾊ'..='ﾎ')),
        _ => true,
    };
    (!carried).then_some(KanaRule::StrandedMark)
}

/// A half-width text that is longer than its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name has {bytes} bytes, the field takes {bytes_max}")]
pub struct TooLong {
    /// Bytes of the text, one for each half-width character.
    pub bytes: usize,
    /// Bytes of the field.
    pub bytes_max: usize,
    /// The longest beginning that fits and does not part a mark from its base. For a suggestion to a person: renkei itself
    /// never cuts a name.
    pub last_whole: usize,
}

impl Classify for TooLong {
    fn verdict(&self) -> Verdict {
        Verdict::Reject
    }
}

/// Whether a half-width text fits a field of `bytes_max` bytes.
///
/// # Errors
/// The lengths, and where a person could shorten the name without parting a mark from its base.
pub fn fits(text: &str, bytes_max: usize) -> Result<(), TooLong> {
    let bytes = text.chars().count();
    if bytes <= bytes_max {
        return Ok(());
    }
    let cut_is_inside = matches!(text.chars().nth(bytes_max), Some('ﾞ' | 'ﾟ'));
    Err(TooLong { bytes, bytes_max, last_whole: if cut_is_inside { bytes_max.saturating_sub(1) } else { bytes_max } })
}
