//! From master data to a name a bank accepts (bank.md §3.2).
//!
//! Folding makes a *legal* half-width name from the reading a person registered, or says why it cannot. What changes nothing
//! (full width to half width, capitals) passes silently; what changes the look or the sound is reported with the place; what would
//! have to be guessed is refused. Nothing is blanked out and nothing is cut: a name the bank cannot match comes back unpaid.

use super::kana::{KanaClass, KanaRule, Switches, broken_rule, stranded};
use crate::verdict::{Classify, Verdict};

/// What ･ and ・ become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Nakaguro {
    /// A person must choose. The banks disagree.
    #[default]
    Refuse,
    /// `.`
    Dot,
    /// A space.
    Space,
}

/// What a bank profile says about folding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FoldOptions {
    /// The class's switches.
    pub switches: Switches,
    /// What the middle dot becomes.
    pub nakaguro: Nakaguro,
}

/// How much a change weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FoldSeverity {
    /// The same sound in another script.
    Note,
    /// The name looks or sounds different; a person should see it once.
    Material,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldNote {
    /// How much it weighs.
    pub severity: FoldSeverity,
    /// 0-based index of the character in the source text.
    pub index: usize,
    /// The character of the source.
    pub from: char,
    /// What it became; empty when the class has no place for it (space and dot of a bank name).
    pub to: String,
}

/// A legal name and what was changed to make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// Half-width text of the class.
    pub text: String,
    /// Changes worth knowing, in the order of the source.
    pub notes: Vec<FoldNote>,
}

impl Folded {
    /// Whether some change is material.
    pub fn is_material(&self) -> bool {
        self.notes.iter().any(|note| note.severity == FoldSeverity::Material)
    }
}

/// Why a character has no legal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoldReason {
    /// Kanji or another sign without a reading.
    NoReading,
    /// A kana that single-byte kana lack or that reads in several ways: ヰ ヱ ヷ ヸ ヹ ヺ ヵ ヶ.
    NoKana,
    /// A long vowel in a payroll name, which has no sign for it.
    LongVowelInPayroll,
    /// A middle dot, and the profile does not say what it becomes.
    MiddleDot,
    /// The half-width form is not in the class.
    Class(KanaRule),
}

impl FoldReason {
    /// All reasons of folding itself; [`FoldReason::Class`] has the codes of [`KanaRule`].
    pub const OWN: [FoldReason; 4] =
        [FoldReason::NoReading, FoldReason::NoKana, FoldReason::LongVowelInPayroll, FoldReason::MiddleDot];

    /// Catalogue code.
    pub const fn code(self) -> &'static str {
        match self {
            FoldReason::NoReading => "NAME_NO_READING",
            FoldReason::NoKana => "NAME_NO_KANA",
            FoldReason::LongVowelInPayroll => "NAME_LONG_VOWEL_IN_PAYROLL",
            FoldReason::MiddleDot => "NAME_MIDDLE_DOT",
            FoldReason::Class(rule) => rule.code(),
        }
    }
}

/// A character that cannot be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldRefusal {
    /// 0-based index of the character in the source text.
    pub index: usize,
    /// The character of the source.
    pub ch: char,
    /// Why.
    pub reason: FoldReason,
}

/// A text that has no legal form, with every character in the way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the name has no legal form for the bank: {}", list(.refusals))]
pub struct FoldError {
    /// All refused characters, in the order of the source.
    pub refusals: Vec<FoldRefusal>,
}

impl Classify for FoldError {
    /// Somebody must correct the reading in the master data.
    fn verdict(&self) -> Verdict {
        Verdict::Hold
    }
}

fn list(refusals: &[FoldRefusal]) -> String {
    let parts: Vec<String> =
        refusals.iter().map(|r| format!("{:?} at character {} ({})", r.ch, r.index, r.reason.code())).collect();
    parts.join(", ")
}

/// Makes a legal name of `class` from `text`.
///
/// # Errors
/// Every character that has no legal form in the class.
pub fn fold(text: &str, class: KanaClass, options: FoldOptions) -> Result<Folded, FoldError> {
    let mut folded = Folded { text: String::with_capacity(text.len()), notes: Vec::new() };
    let mut refusals = Vec::new();
    let mut before = None;
    for (index, ch) in text.chars().enumerate() {
        match step(ch, class, options, before) {
            Ok(Step { to, severity }) => {
                // After a dropped character a mark must not join the kana before it.
                before = to.chars().next_back();
                if let Some(severity) = severity {
                    folded.notes.push(FoldNote { severity, index, from: ch, to: to.clone() });
                }
                folded.text.push_str(&to);
            }
            Err(reason) => {
                before = None;
                refusals.push(FoldRefusal { index, ch, reason });
            }
        }
    }
    if refusals.is_empty() { Ok(folded) } else { Err(FoldError { refusals }) }
}

/// What one character becomes.
struct Step {
    to: String,
    severity: Option<FoldSeverity>,
}

fn step(ch: char, class: KanaClass, options: FoldOptions, before: Option<char>) -> Result<Step, FoldReason> {
    let step = narrow(ch, class, options)?;
    if class == KanaClass::BankName && matches!(step.to.as_str(), "." | " ") {
        return Ok(Step { to: String::new(), severity: Some(FoldSeverity::Material) });
    }
    let mut last = before;
    for half in step.to.chars() {
        let broken = broken_rule(class, options.switches, half).or_else(|| stranded(last, half));
        if let Some(rule) = broken {
            return Err(FoldReason::Class(rule));
        }
        last = Some(half);
    }
    Ok(step)
}

/// The half-width form, whatever the class thinks of it.
fn narrow(ch: char, class: KanaClass, options: FoldOptions) -> Result<Step, FoldReason> {
    let plain = |to: &str| Ok(Step { to: to.to_owned(), severity: None });
    match ch {
        'a'..='z' => plain(ch.to_ascii_uppercase().encode_utf8(&mut [0; 4])),
        'ー' | 'ｰ' | '－' | '—' | '―' | '‐' | '‑' | '–' | '−' if class == KanaClass::PayrollName => {
            Err(FoldReason::LongVowelInPayroll)
        }
        'ー' | 'ｰ' | '－' | '—' | '―' | '‐' | '‑' | '–' | '−' => {
            Ok(Step { to: "-".to_owned(), severity: Some(FoldSeverity::Material) })
        }
        '･' | '・' => match options.nakaguro {
            Nakaguro::Refuse => Err(FoldReason::MiddleDot),
            Nakaguro::Dot => Ok(Step { to: ".".to_owned(), severity: Some(FoldSeverity::Material) }),
            Nakaguro::Space => Ok(Step { to: " ".to_owned(), severity: Some(FoldSeverity::Material) }),
        },
        '　' => plain(" "),
        '￥' | '¥' => plain("\\"),
        '「' => plain("｢"),
        '」' => plain("｣"),
        '゛' | '\u{3099}' => plain("ﾞ"),
        '゜' | '\u{309A}' => plain("ﾟ"),
        '！'..='～' => narrow(shift(ch, 0xFF01, 0x21), class, options),
        'ぁ'..='ゖ' => {
            let step = narrow(shift(ch, 0x3041, 0x30A1), class, options)?;
            Ok(Step { severity: step.severity.max(Some(FoldSeverity::Note)), ..step })
        }
        'ァ'..='ヺ' | 'ｧ'..='ｯ' => katakana(ch),
        '\u{20}'..='\u{7E}' | '｡'..='ﾟ' => plain(ch.encode_utf8(&mut [0; 4])),
        ch if ch.is_control() => Err(FoldReason::Class(KanaRule::Control)),
        _ => Err(FoldReason::NoReading),
    }
}

/// The character at the same place of another block.
fn shift(ch: char, from: u32, to: u32) -> char {
    char::from_u32(u32::from(ch) - from + to).unwrap_or(ch)
}

/// Full-width kana and their half-width forms, place by place.
const LARGE: [(&str, &str); 3] = [
    ("アイウエオカキクケコサシスセソタチツテト", "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄ"),
    ("ナニヌネノハヒフヘホマミムメモ", "ﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓ"),
    ("ヤユヨラリルレロワヲン", "ﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ"),
];
/// Voiced kana and the half-width kana that carries the mark.
const VOICED: (&str, &str) = ("ヴガギグゲゴザジズゼゾダヂヅデドバビブベボ", "ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ");
/// Half-voiced kana and the half-width kana that carries the mark.
const HALF_VOICED: (&str, &str) = ("パピプペポ", "ﾊﾋﾌﾍﾎ");
/// Small kana and the large half-width kana they become.
const SMALL: (&str, &str) = ("ァィゥェォャュョッヮｧｨｩｪｫｬｭｮｯ", "ｱｲｳｴｵﾔﾕﾖﾂﾜｱｲｳｴｵﾔﾕﾖﾂ");

fn katakana(ch: char) -> Result<Step, FoldReason> {
    let found = |(full, half): (&str, &'static str)| full.chars().zip(half.chars()).find(|(f, _)| *f == ch).map(|(_, h)| h);
    if let Some(half) = LARGE.into_iter().find_map(found) {
        return Ok(Step { to: half.to_string(), severity: None });
    }
    if let Some(base) = found(VOICED) {
        return Ok(Step { to: format!("{base}ﾞ"), severity: None });
    }
    if let Some(base) = found(HALF_VOICED) {
        return Ok(Step { to: format!("{base}ﾟ"), severity: None });
    }
    found(SMALL).map(|large| Step { to: large.to_string(), severity: Some(FoldSeverity::Material) }).ok_or(FoldReason::NoKana)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::kana::check_with;
    use super::*;

    fn folded(text: &str, class: KanaClass) -> String {
        fold(text, class, FoldOptions::default()).unwrap().text
    }

    fn refused(text: &str, class: KanaClass) -> Vec<(usize, FoldReason)> {
        let error = fold(text, class, FoldOptions::default()).unwrap_err();
        error.refusals.into_iter().map(|refusal| (refusal.index, refusal.reason)).collect()
    }

    #[test]
    fn width_script_and_capitals() {
        let name = fold("せたがや　ぎんざ", KanaClass::PartyName, FoldOptions::default()).unwrap();
        assert_eq!(name.text, "ｾﾀｶﾞﾔ ｷﾞﾝｻﾞ");
        assert_eq!(name.notes.len(), 7, "each hiragana is a note, the space is none");
        assert!(!name.is_material());
        assert_eq!(folded("ＡＢＣ（かぶ）１２．ｘ", KanaClass::PartyName), "ABC(ｶﾌﾞ)12.X");
        assert_eq!(folded("ヴァイオリン", KanaClass::PartyName), "ｳﾞｱｲｵﾘﾝ");
        assert_eq!(folded("パ\u{306F}\u{309A}ﾊﾟ", KanaClass::PartyName), "ﾊﾟﾊﾟﾊﾟ");
    }

    #[test]
    fn small_kana_and_long_vowels_are_material() {
        let name = fold("キャッシュデータ", KanaClass::PartyName, FoldOptions::default()).unwrap();
        assert_eq!(name.text, "ｷﾔﾂｼﾕﾃﾞ-ﾀ");
        let changed: Vec<(usize, char, &str)> = name.notes.iter().map(|n| (n.index, n.from, n.to.as_str())).collect();
        assert_eq!(changed, [(1, 'ャ', "ﾔ"), (2, 'ッ', "ﾂ"), (4, 'ュ', "ﾕ"), (6, 'ー', "-")]);
        assert!(name.notes.iter().all(|note| note.severity == FoldSeverity::Material));
        for dash in ['ー', 'ｰ', '－', '—', '‐'] {
            assert_eq!(folded(&format!("ｱ{dash}"), KanaClass::EdiInfo), "ｱ-");
        }
    }

    #[test]
    fn what_cannot_be_folded_is_refused_not_blanked() {
        use KanaClass::{EdiInfo, PartyName, PayrollName};
        assert_eq!(refused("世田谷ﾀﾛｳ", PartyName).len(), 3);
        assert_eq!(refused("データ", PayrollName), [(1, FoldReason::LongVowelInPayroll)]);
        assert_eq!(refused("ﾀ-ｶﾅ", PayrollName), [(1, FoldReason::Class(KanaRule::Symbol))]);
        assert_eq!(refused("ｱA", PayrollName), [(1, FoldReason::Class(KanaRule::Latin))]);
        assert_eq!(refused("カヲル", PartyName), [(1, FoldReason::Class(KanaRule::Wo))]);
        assert_eq!(folded("カヲル", EdiInfo), "ｶｦﾙ");
        assert_eq!(refused("ヷヺヰヱヵヶ", PartyName).len(), 6);
        assert_eq!(refused("A&B@C", PartyName).len(), 2);
        assert_eq!(refused("A,B", EdiInfo), [(1, FoldReason::Class(KanaRule::Symbol))]);
        assert_eq!(refused("\0", PartyName), [(0, FoldReason::Class(KanaRule::Control))]);
        assert_eq!(refused("ナ゛", PartyName), [(1, FoldReason::Class(KanaRule::StrandedMark))]);
        assert_eq!(refused("ア・ベ", PartyName), [(1, FoldReason::MiddleDot)]);
    }

    #[test]
    fn the_profile_decides_about_dots_and_wo() {
        let dot = FoldOptions { nakaguro: Nakaguro::Dot, ..FoldOptions::default() };
        let space = FoldOptions { nakaguro: Nakaguro::Space, ..FoldOptions::default() };
        let wo = FoldOptions { switches: Switches { allow_wo: true, ..Switches::default() }, ..FoldOptions::default() };
        assert_eq!(fold("ア・ベ", KanaClass::PartyName, dot).unwrap().text, "ｱ.ﾍﾞ");
        assert_eq!(fold("ア・ベ", KanaClass::PartyName, space).unwrap().text, "ｱ ﾍﾞ");
        assert_eq!(fold("カヲル", KanaClass::PartyName, wo).unwrap().text, "ｶｦﾙ");
    }

    #[test]
    fn bank_names_lose_dots_and_spaces_and_say_so() {
        let name = fold("ジェ－．ピ－ モルガン", KanaClass::BankName, FoldOptions::default()).unwrap();
        assert_eq!(name.text, "ｼﾞｴ-ﾋﾟ-ﾓﾙｶﾞﾝ");
        let dropped: Vec<(usize, char)> = name.notes.iter().filter(|n| n.to.is_empty()).map(|n| (n.index, n.from)).collect();
        assert_eq!(dropped, [(3, '．'), (6, ' ')]);
        let stranded = fold("ｶ ﾞ", KanaClass::BankName, FoldOptions::default()).unwrap_err();
        assert_eq!(stranded.refusals[0].reason, FoldReason::Class(KanaRule::StrandedMark));
    }

    fn options() -> impl Strategy<Value = FoldOptions> {
        let nakaguro = prop_oneof![Just(Nakaguro::Refuse), Just(Nakaguro::Dot), Just(Nakaguro::Space)];
        (any::<bool>(), any::<bool>(), nakaguro)
            .prop_map(|(allow_wo, allow_dot, nakaguro)| FoldOptions { switches: Switches { allow_wo, allow_dot }, nakaguro })
    }

    proptest! {
        #[test]
        fn output_passes_its_class_and_stays_as_it_is(
            text in "[ぁ-ゖァ-ヺー・ 　！-～ -~｡-ﾟ゛゜\u{3099}]{0,12}",
            class in prop::sample::select(&KanaClass::ALL[..]),
            options in options(),
        ) {
            if let Ok(folded) = fold(&text, class, options) {
                prop_assert_eq!(check_with(class, options.switches, &folded.text), Ok(()));
                let again = fold(&folded.text, class, options);
                prop_assert_eq!(again, Ok(Folded { text: folded.text, notes: Vec::new() }));
            }
        }

        #[test]
        fn what_the_class_allows_folds_to_itself(text in "[ｱ-ﾟ0-9]{0,20}", class in prop::sample::select(&KanaClass::ALL[..])) {
            prop_assume!(check_with(class, Switches::default(), &text).is_ok());
            prop_assert_eq!(fold(&text, class, FoldOptions::default()).map(|folded| folded.text), Ok(text));
        }
    }
}
