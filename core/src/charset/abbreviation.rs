//! Suggested abbreviations of legal forms and businesses in account names (bank.md §3.3).
//!
//! Only suggestions: the kana registered in the payee master is what the bank compares with, so a person accepts or ignores
//! what is proposed here, and nothing is applied by itself.

/// What is abbreviated, which decides how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AbbreviationKind {
    /// A legal form: `ｶ)` at the head, `(ｶ` at the tail, `(ｶ)` in the middle. One per name.
    LegalForm,
    /// An office of a company, at the tail, with a bracket: `(ｴｲ`.
    Office,
    /// A kind of business, without brackets.
    Business,
}

/// Where a word stands in the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// At the head.
    Head,
    /// In the middle.
    Middle,
    /// At the tail.
    Tail,
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The word found in the name.
    pub word: &'static str,
    /// What it is.
    pub kind: AbbreviationKind,
    /// Where it stands.
    pub place: Place,
    /// How the bank writes it there: `ｶ)`.
    pub written: String,
}

use AbbreviationKind::{Business, LegalForm, Office};

/// Word, kind, abbreviation. Longer words come before the words they contain.
const TABLE: [(&str, AbbreviationKind, &str); 59] = [
    ("株式会社", LegalForm, "ｶ"),
    ("有限会社", LegalForm, "ﾕ"),
    ("合名会社", LegalForm, "ﾒ"),
    ("合資会社", LegalForm, "ｼ"),
    ("合同会社", LegalForm, "ﾄﾞ"),
    ("医療法人社団", LegalForm, "ｲ"),
    ("医療法人財団", LegalForm, "ｲ"),
    ("社会医療法人", LegalForm, "ｲ"),
    ("医療法人", LegalForm, "ｲ"),
    ("一般財団法人", LegalForm, "ｻﾞｲ"),
    ("公益財団法人", LegalForm, "ｻﾞｲ"),
    ("財団法人", LegalForm, "ｻﾞｲ"),
    ("一般社団法人", LegalForm, "ｼﾔ"),
    ("公益社団法人", LegalForm, "ｼﾔ"),
    ("社団法人", LegalForm, "ｼﾔ"),
    ("宗教法人", LegalForm, "ｼﾕｳ"),
    ("学校法人", LegalForm, "ｶﾞｸ"),
    ("社会福祉法人", LegalForm, "ﾌｸ"),
    ("更生保護法人", LegalForm, "ﾎｺﾞ"),
    ("相互会社", LegalForm, "ｿ"),
    ("特定非営利活動法人", LegalForm, "ﾄｸﾋ"),
    ("地方独立行政法人", LegalForm, "ﾁﾄﾞｸ"),
    ("独立行政法人", LegalForm, "ﾄﾞｸ"),
    ("有限責任中間法人", LegalForm, "ﾁﾕｳ"),
    ("無限責任中間法人", LegalForm, "ﾁﾕｳ"),
    ("中間法人", LegalForm, "ﾁﾕｳ"),
    ("弁護士法人", LegalForm, "ﾍﾞﾝ"),
    ("行政書士法人", LegalForm, "ｷﾞﾖ"),
    ("司法書士法人", LegalForm, "ｼﾎｳ"),
    ("税理士法人", LegalForm, "ｾﾞｲ"),
    ("国立大学法人", LegalForm, "ﾀﾞｲ"),
    ("公立大学法人", LegalForm, "ﾀﾞｲ"),
    ("農事組合法人", LegalForm, "ﾉｳ"),
    ("管理組合法人", LegalForm, "ｶﾝﾘ"),
    ("社会保険労務士法人", LegalForm, "ﾛｳﾑ"),
    ("営業所", Office, "ｴｲ"),
    ("出張所", Office, "ｼﾕﾂ"),
    ("国民健康保険団体連合会", Business, "ｺｸﾎﾚﾝ"),
    ("国保連合会", Business, "ｺｸﾎﾚﾝ"),
    ("農業協同組合連合会", Business, "ﾉｳｷﾖｳﾚﾝ"),
    ("農協連合会", Business, "ﾉｳｷﾖｳﾚﾝ"),
    ("共済農業協同組合連合会", Business, "ｷﾖｳｻｲﾚﾝ"),
    ("共済農協連", Business, "ｷﾖｳｻｲﾚﾝ"),
    ("漁業協同組合連合会", Business, "ｷﾞﾖﾚﾝ"),
    ("漁協連合会", Business, "ｷﾞﾖﾚﾝ"),
    ("連合会", Business, "ﾚﾝ"),
    ("共済組合", Business, "ｷﾖｳｻｲ"),
    ("生活協同組合", Business, "ｾｲｷﾖｳ"),
    ("食糧販売協同組合", Business, "ｼﾖｸﾊﾝｷﾖｳ"),
    ("協同組合", Business, "ｷﾖｳｸﾐ"),
    ("生命保険", Business, "ｾｲﾒｲ"),
    ("海上火災保険", Business, "ｶｲｼﾞﾖｳ"),
    ("火災海上保険", Business, "ｶｻｲ"),
    ("国民健康保険組合", Business, "ｺｸﾎ"),
    ("健康保険組合", Business, "ｹﾝﾎﾟ"),
    ("社会保険診療報酬支払基金", Business, "ｼﾔﾎ"),
    ("厚生年金基金", Business, "ｺｳﾈﾝ"),
    ("労働組合", Business, "ﾛｳｸﾐ"),
    ("社会福祉協議会", Business, "ｼﾔｷﾖｳ"),
];

/// Proposals for a name in kanji, in the order of the name. Of overlapping words the longest wins; at most one legal form is
/// proposed, the one at the head before the one at the tail before one in the middle.
pub fn suggest(name: &str) -> Vec<Suggestion> {
    let mut found: Vec<(usize, Suggestion)> = Vec::new();
    let mut at = 0;
    while at < name.len() {
        let longest = TABLE.iter().filter(|(word, ..)| name[at..].starts_with(word)).max_by_key(|(word, ..)| word.len());
        match longest {
            Some(&(word, kind, kana)) => {
                let place = match (at, at + word.len() == name.len()) {
                    (0, _) => Place::Head,
                    (_, true) => Place::Tail,
                    _ => Place::Middle,
                };
                found.push((at, Suggestion { word, kind, place, written: written(kind, place, kana) }));
                at += word.len();
            }
            None => at += name[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    let legal = [Place::Head, Place::Tail, Place::Middle]
        .into_iter()
        .find_map(|place| found.iter().find(|(_, s)| s.kind == LegalForm && s.place == place).map(|(at, _)| *at));
    found.retain(|(at, s)| s.kind != LegalForm || Some(*at) == legal);
    found.into_iter().map(|(_, suggestion)| suggestion).collect()
}

fn written(kind: AbbreviationKind, place: Place, kana: &str) -> String {
    match (kind, place) {
        (Business, _) => kana.to_owned(),
        (_, Place::Head) => format!("{kana})"),
        (_, Place::Tail) => format!("({kana}"),
        (_, Place::Middle) => format!("({kana})"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::kana::{KanaClass, check};
    use super::*;

    fn proposed(name: &str) -> Vec<(&'static str, String)> {
        suggest(name).into_iter().map(|suggestion| (suggestion.word, suggestion.written)).collect()
    }

    #[test]
    fn brackets_follow_the_place() {
        assert_eq!(proposed("株式会社世田谷"), [("株式会社", "ｶ)".to_owned())]);
        assert_eq!(proposed("世田谷株式会社"), [("株式会社", "(ｶ".to_owned())]);
        assert_eq!(proposed("世田谷株式会社砧営業所"), [("株式会社", "(ｶ)".to_owned()), ("営業所", "(ｴｲ".to_owned())]);
    }

    #[test]
    fn the_longest_word_wins_and_one_legal_form_is_enough() {
        assert_eq!(proposed("医療法人社団砧会"), [("医療法人社団", "ｲ)".to_owned())]);
        assert_eq!(proposed("砧国民健康保険組合"), [("国民健康保険組合", "ｺｸﾎ".to_owned())]);
        assert_eq!(proposed("砧生命保険相互会社"), [("生命保険", "ｾｲﾒｲ".to_owned()), ("相互会社", "(ｿ".to_owned())]);
        assert_eq!(proposed("株式会社砧有限会社"), [("株式会社", "ｶ)".to_owned())]);
        assert_eq!(proposed("田中花子"), []);
    }

    #[test]
    fn every_abbreviation_is_a_legal_party_name() {
        for (word, kind, kana) in TABLE {
            for place in [Place::Head, Place::Middle, Place::Tail] {
                assert_eq!(check(KanaClass::PartyName, &written(kind, place, kana)), Ok(()), "{word}");
            }
        }
    }
}
