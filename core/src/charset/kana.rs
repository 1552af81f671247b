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
    /// All rules.
    pub const ALL: [KanaRule; 10] = [
        KanaRule::NotHalfWidth,
        KanaRule::Control,
        KanaRule::LowerCase,
        KanaRule::Latin,
        KanaRule::SmallKana,
        KanaRule::LongVowel,
        KanaRule::Wo,
        KanaRule::Space,
        KanaRule::Symbol,
        KanaRule::StrandedMark,
    ];

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

impl TooLong {
    /// Catalogue code.
    pub const fn code(&self) -> &'static str {
        "NAME_TOO_LONG"
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(class: KanaClass, text: &str) -> Option<(usize, KanaRule)> {
        check(class, text).err().map(|fault| (fault.index, fault.rule))
    }

    #[test]
    fn names_parse_back() {
        for class in KanaClass::ALL {
            assert_eq!(KanaClass::parse(class.as_str()), Some(class));
        }
    }

    #[test]
    fn each_class_has_its_signs() {
        use KanaClass::{BankName, EdiInfo, PartyName, PayrollName};
        // Every half-width sign there is, against the sets of bank.md §3.1.
        for ch in (0x20..0x7F_u32).chain(0xFF61..=0xFF9F).filter_map(char::from_u32).filter(|ch| !matches!(ch, 'ﾞ' | 'ﾟ')) {
            let common = matches!(ch, '0'..='9' | 'ｱ'..='ﾝ');
            let capital = ch.is_ascii_uppercase();
            let text = ch.to_string();
            let allowed = |class| check(class, &text).is_ok();
            assert_eq!(allowed(BankName), common || capital || ch == '-', "{ch}");
            assert_eq!(allowed(PartyName), common || capital || " ()-.".contains(ch), "{ch}");
            assert_eq!(allowed(PayrollName), common || ch == ' ', "{ch}");
            assert_eq!(allowed(EdiInfo), common || capital || " \\｢｣()-/.ｦ".contains(ch), "{ch}");
        }
    }

    #[test]
    fn the_rule_is_named() {
        use KanaClass::{BankName, EdiInfo, PartyName, PayrollName};
        assert_eq!(rule(PartyName, "ｱa"), Some((1, KanaRule::LowerCase)));
        assert_eq!(rule(PartyName, "ｷｬ"), Some((1, KanaRule::SmallKana)));
        assert_eq!(rule(PartyName, "ﾃﾞｰﾀ"), Some((2, KanaRule::LongVowel)));
        assert_eq!(rule(PartyName, "ｶｦﾙ"), Some((1, KanaRule::Wo)));
        assert_eq!(rule(BankName, "ｱ ｲ"), Some((1, KanaRule::Space)));
        assert_eq!(rule(PayrollName, "ｱ-"), Some((1, KanaRule::Symbol)));
        assert_eq!(rule(PayrollName, "A"), Some((0, KanaRule::Latin)));
        assert_eq!(rule(EdiInfo, "1,000"), Some((1, KanaRule::Symbol)));
        assert_eq!(rule(PartyName, "ア"), Some((0, KanaRule::NotHalfWidth)));
        assert_eq!(rule(PartyName, "ｱ\t"), Some((1, KanaRule::Control)));
    }

    #[test]
    fn marks_need_a_base_that_carries_them() {
        let voiced = "ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ";
        let half_voiced = "ﾊﾋﾌﾍﾎ";
        for base in "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝA0".chars()
        {
            let stands = |mark| check(KanaClass::PartyName, &format!("{base}{mark}")).is_ok();
            assert_eq!(stands('ﾞ'), voiced.contains(base), "{base}");
            assert_eq!(stands('ﾟ'), half_voiced.contains(base), "{base}");
        }
        assert_eq!(rule(KanaClass::PartyName, "ﾞ"), Some((0, KanaRule::StrandedMark)));
        assert_eq!(rule(KanaClass::PartyName, "ｶﾞﾞ"), Some((2, KanaRule::StrandedMark)));
    }

    #[test]
    fn switches_of_the_profile() {
        let profile = Switches { allow_wo: true, allow_dot: false };
        assert_eq!(check_with(KanaClass::PartyName, profile, "ｶｦﾙ"), Ok(()));
        assert_eq!(check_with(KanaClass::PartyName, profile, "A.B").map_err(|fault| fault.index), Err(1));
        assert_eq!(check_with(KanaClass::EdiInfo, profile, "A.B"), Ok(()));
    }

    #[test]
    fn a_name_is_never_parted_between_base_and_mark() {
        assert_eq!(fits("ﾀﾞｲｶﾞｸ", 6), Ok(()));
        let long = fits("ﾀﾞｲｶﾞｸ", 4).unwrap_err();
        assert_eq!((long.bytes, long.bytes_max, long.last_whole), (6, 4, 3));
        assert_eq!(fits("ﾀﾞｲｶﾞｸ", 5).unwrap_err().last_whole, 5);
    }
}
