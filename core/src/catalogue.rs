//! Error codes as data: what a person reads, in Japanese and English, and what to do about it.
//!
//! The texts live in `catalogue.toml` and are compiled in. Placeholders such as `{value}` are filled from the fault itself
//! (`line column byte length field value`) and from its named arguments. A placeholder without value shows as `?`, so that a
//! text is never lost over a missing argument; a test demands that every argument a text uses is declared. What stands before 円 or
//! ` yen` is shown with separators. `{name|term}` shows
//! the value in the reader's words when `[terms]` has them, because a clerk knows 法人番号 and not `corporate_number`;
//! `{name|order_state}` takes them from the table `[words.order_state]`, which commands use too. `{@ledger orders}` is something to
//! do (`act`): who reads it at a command line gets the command, who reads it on a page the way to the page.

/// What remedies tell people to do.
pub mod act;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::fault::Fault;
use crate::money::Yen;

/// Language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Japanese, the language of the operators.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Reads `ja` or `en`.
    pub fn parse(name: &str) -> Option<Lang> {
        match name {
            "ja" => Some(Lang::Ja),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// `ja` or `en`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Lang::Ja => "ja",
            Lang::En => "en",
        }
    }

    const fn choose<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Ja => ja,
            Lang::En => en,
        }
    }
}

/// The texts of one code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Names of the arguments the texts use beyond the fault's own fields.
    #[cfg_attr(not(test), expect(dead_code, reason = "the declaration is for readers and the test"))]
    #[serde(default)]
    args: Vec<String>,
    ja: String,
    en: String,
    remedy_ja: String,
    remedy_en: String,
    /// The kind of ledger object that a person may choose for a line held with it.
    #[serde(default)]
    choose: Option<String>,
}

/// A value of the program in a reader's words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    ja: String,
    en: String,
}

#[derive(Debug, Deserialize)]
struct Catalogue {
    acts: BTreeMap<String, act::Entry>,
    terms: BTreeMap<String, Term>,
    /// Words by table and value.
    words: BTreeMap<String, BTreeMap<String, Term>>,
    #[serde(flatten)]
    entries: BTreeMap<String, Entry>,
}

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| toml::from_str(include_str!("../catalogue.toml")).expect("the embedded catalogue is tested"));

/// All codes, sorted.
pub fn codes() -> impl Iterator<Item = &'static str> {
    CATALOGUE.entries.keys().map(String::as_str)
}

/// Whether the catalogue has a code.
pub fn is_known(code: &str) -> bool {
    CATALOGUE.entries.contains_key(code)
}

/// What is wrong, as a sentence. A code the catalogue lacks is shown as it is, with the fault's arguments.
pub fn text(fault: &Fault, lang: Lang) -> String {
    match CATALOGUE.entries.get(&fault.code) {
        Some(entry) => fill(lang.choose(&entry.ja, &entry.en), fault, lang),
        None => fault.args.iter().fold(fault.code.clone(), |text, (name, value)| format!("{text} {name}={value}")),
    }
}

/// The texts of a code as they stand, with `{…}` for the values of a finding: what is wrong, and what to do, by commands.
pub fn template(code: &str, lang: Lang) -> Option<(&'static str, Cow<'static, str>)> {
    let entry = CATALOGUE.entries.get(code)?;
    Some((lang.choose(&entry.ja, &entry.en), act::commands(lang.choose(&entry.remedy_ja, &entry.remedy_en))))
}

/// The kind of ledger object that a person may choose for a line held with a code: `creditor`, `commitment`.
pub fn choice(code: &str) -> Option<&'static str> {
    CATALOGUE.entries.get(code)?.choose.as_deref()
}

/// The codes for which such an object may be chosen.
pub fn choosing(object: &str) -> Vec<&'static str> {
    let asks = |entry: &Entry| entry.choose.as_deref() == Some(object);
    CATALOGUE.entries.iter().filter(|(_, entry)| asks(entry)).map(|(code, _)| code.as_str()).collect()
}

/// What to do about it, as a sentence with the commands that do it; empty for a code the catalogue lacks.
pub fn remedy(fault: &Fault, lang: Lang) -> String {
    match CATALOGUE.entries.get(&fault.code) {
        Some(entry) => fill(&act::commands(lang.choose(&entry.remedy_ja, &entry.remedy_en)), fault, lang),
        None => String::new(),
    }
}

/// The same in parts, for readers who have pages or paper and no command line; none for a code the catalogue lacks.
pub fn remedy_parts(fault: &Fault, lang: Lang) -> Vec<act::Part> {
    let entry = CATALOGUE.entries.get(&fault.code);
    entry.map_or_else(Vec::new, |entry| act::parts(lang.choose(&entry.remedy_ja, &entry.remedy_en), fault, lang))
}

/// A value of the database in the reader's words, by the table of its kind (`order_state`); `None` where there are none.
pub fn word(table: &str, value: &str, lang: Lang) -> Option<&'static str> {
    let term = CATALOGUE.words.get(table)?.get(value)?;
    Some(lang.choose(&term.ja, &term.en))
}

/// A value that the program names in English in the reader's words, item by item of a list; without words it stays.
pub fn terms(value: &str, lang: Lang) -> String {
    in_words(&CATALOGUE.terms, value, lang)
}

/// The values a table has words for.
pub fn values(table: &str) -> impl Iterator<Item = &'static str> {
    CATALOGUE.words.get(table).into_iter().flat_map(|words| words.keys().map(String::as_str))
}

/// Replaces `{name}`, `{name|term}` and `{name|table}`. Values are not searched again, so a value may hold braces.
fn fill(template: &str, fault: &Fault, lang: Lang) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else { break };
        out.push_str(&rest[..start]);
        let value = match rest[start + 1..start + length].split_once('|') {
            Some((name, "term")) => value_of(fault, name).map(|value| in_words(&CATALOGUE.terms, &value, lang)),
            Some((name, table)) => value_of(fault, name)
                .map(|value| CATALOGUE.words.get(table).map_or(value.clone(), |words| in_words(words, &value, lang))),
            None => value_of(fault, &rest[start + 1..start + length]),
        };
        let behind = &rest[start + length + 1..];
        let is_yen = UNITS.iter().any(|unit| behind.starts_with(unit));
        let value = value.map(|value| if is_yen { grouped(&value).unwrap_or(value) } else { value });
        out.push_str(value.as_deref().unwrap_or("?"));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// What stands behind an amount in a text.
const UNITS: [&str; 2] = ["円", " yen"];

/// An amount with separators; what is written in another way (`0012`) stays as it is written.
fn grouped(value: &str) -> Option<String> {
    let yen: i64 = value.parse().ok()?;
    (yen.to_string() == value).then(|| Yen(yen).to_string())
}

/// A value, or each value of a list, in the reader's words where there are some.
fn in_words(words: &BTreeMap<String, Term>, value: &str, lang: Lang) -> String {
    let word = |value: &str| words.get(value).map(|term| lang.choose(&term.ja, &term.en).to_owned());
    // `2026P00000001 draft`: a thing and its state.
    let behind = |part: &str| part.rsplit_once(' ').and_then(|(thing, value)| Some(format!("{thing} {}", word(value)?)));
    if let Some(word) = word(value) {
        return word;
    }
    let separator = if value.contains(" / ") { " / " } else { ", " };
    let parts = value.split(separator).map(|part| word(part).or_else(|| behind(part)).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join(if separator == ", " { lang.choose("、", ", ") } else { separator })
}

/// Arguments come first: a fault may say more exactly what its own field says.
fn value_of(fault: &Fault, name: &str) -> Option<String> {
    if let Some((_, value)) = fault.args.iter().find(|(arg, _)| arg == name) {
        return Some(value.clone());
    }
    match name {
        "line" => fault.line.map(|line| line.to_string()),
        "column" => fault.column.map(|column| column.to_string()),
        "byte" => fault.byte.map(|byte| byte.to_string()),
        "length" => fault.length.map(|length| length.to_string()),
        "field" => fault.field_name.clone().or_else(|| fault.field.clone()),
        "value" => fault.value.clone(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Placeholders every fault can fill by itself.
    const OWN: [&str; 6] = ["line", "column", "byte", "length", "field", "value"];

    fn placeholders(template: &str) -> Vec<&str> {
        let inner = template.split('{').skip(1).filter_map(|part| part.split_once('}'));
        let names = inner.map(|(name, _)| name.split_once('|').map_or(name, |(name, _)| name));
        names.filter(|name| !name.starts_with('@')).collect()
    }

    /// Names of tables of words that a text uses.
    fn tables(template: &str) -> Vec<&str> {
        let inner = template.split('{').skip(1).filter_map(|part| part.split_once('}'));
        inner.filter_map(|(name, _)| name.split_once('|')).map(|(_, table)| table).filter(|table| *table != "term").collect()
    }

    #[test]
    fn every_code_has_four_texts_and_declared_placeholders() {
        let mut wrong = Vec::new();
        for (code, entry) in CATALOGUE.entries.iter() {
            let texts = [&entry.ja, &entry.en, &entry.remedy_ja, &entry.remedy_en];
            if texts.iter().any(|text| text.trim().is_empty()) {
                wrong.push(format!("{code}: an empty text"));
            }
            for text in texts {
                for name in placeholders(text) {
                    if !OWN.contains(&name) && !entry.args.iter().any(|arg| arg == name) {
                        wrong.push(format!("{code}: {{{name}}} is neither a field of a fault nor declared in args"));
                    }
                }
            }
            for table in texts.iter().flat_map(|text| tables(text)) {
                if !CATALOGUE.words.contains_key(table) {
                    wrong.push(format!("{code}: there are no [words.{table}]"));
                }
            }
            // A state in a text is in the reader's words.
            if entry.ja.contains("{state}") || entry.remedy_ja.contains("{state}") {
                wrong.push(format!("{code}: {{state}} needs a table of words"));
            }
            for arg in &entry.args {
                if !texts.iter().any(|text| placeholders(text).contains(&arg.as_str())) {
                    wrong.push(format!("{code}: args declares {arg}, no text uses it"));
                }
            }
            let (mut ja, mut en) = (placeholders(&entry.ja), placeholders(&entry.en));
            // A value that is a sentence itself has an English twin.
            for name in ja.iter_mut().chain(&mut en) {
                *name = name.strip_suffix("_en").unwrap_or(name);
            }
            ja.sort_unstable();
            en.sort_unstable();
            ja.dedup();
            en.dedup();
            if ja != en {
                wrong.push(format!("{code}: the Japanese and English texts say different values"));
            }
            if !code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_') {
                wrong.push(format!("{code}: codes are UPPER_SNAKE_CASE"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn fills_from_the_fault_and_its_arguments() {
        let fault = Fault::new("X").on_line(3).in_field(2, "amount", "調定額").value("6,0{line}").arg("max", 11);
        let filled = fill("{line}行{field}「{value}」{max}{none}", &fault, Lang::Ja);
        assert_eq!(filled, "3行調定額「6,0{line}」11?");
        let fault = Fault::new("X").value("0012345").arg("paid", 1_234_567).arg("less", -1_500);
        let amounts = "{value}円 {paid}円 {less} yen {paid}件";
        assert_eq!(fill(amounts, &fault, Lang::Ja), "0012345円 1,234,567円 -1,500 yen 1234567件");
    }

    #[test]
    fn terms_speak_the_readers_language() {
        let fault = Fault::new("CODE_CHECK_DIGIT")
            .in_field(3, "corporate_number", "法人番号")
            .value("1234567890123")
            .arg("check", "corporate_number");
        assert_eq!(
            text(&fault, Lang::Ja),
            "法人番号「1234567890123」は、法人番号（数字13桁）の検査数字が合いません。写し間違いの可能性があります。"
        );
        assert!(text(&fault, Lang::En).contains("the check digit of the corporate number (13 digits) does not fit"));
        assert_eq!(remedy(&fault, Lang::Ja), "元の書類や公表サイトで番号を確認してください。");
        assert_eq!(in_words(&CATALOGUE.terms, "yyyymmdd / era-dots / other", Lang::Ja), "20261005 / R8.10.5 / other");
        assert_eq!(in_words(&CATALOGUE.terms, "cp932, utf-8", Lang::En), "Shift_JIS (CP932), UTF-8");
        let orders = in_words(&CATALOGUE.words["order_state"], "2026P00000001 draft, 2026P00000002 paid, —", Lang::Ja);
        assert_eq!(orders, "2026P00000001 起票、2026P00000002 支払済、—");
    }

    #[test]
    fn values_of_the_database_speak_the_readers_language() {
        let fault = Fault::new("ORDER_BEYOND_DRAFT").arg("order", "2026P00000001").arg("state", "approved");
        assert!(text(&fault, Lang::Ja).contains("決裁済"), "{}", text(&fault, Lang::Ja));
        assert!(text(&fault, Lang::En).contains("approved"));
        assert_eq!(word("order_state", "no such state", Lang::Ja), None);
        assert_eq!(word("no_such_table", "draft", Lang::Ja), None);
        for (table, words) in &CATALOGUE.words {
            for (value, term) in words {
                assert!(!term.ja.trim().is_empty() && !term.en.trim().is_empty(), "{table}.{value}");
            }
        }
    }

    #[test]
    fn everything_the_leaves_can_answer_has_texts() {
        use crate::calendar::form::{DateFault, DateNote};
        use crate::calendar::{FiscalYear, fiscal::OutsideFiscalYear};
        use crate::charset::{fold::FoldReason, kana::KanaRule};
        use crate::codes;

        let mut used: Vec<&str> = KanaRule::ALL.iter().map(|rule| rule.code()).collect();
        used.extend(FoldReason::OWN.iter().map(|reason| reason.code()));
        used.extend(DateFault::ALL.iter().map(|fault| fault.code()));
        used.extend(codes::CheckReason::ALL.iter().map(|reason| reason.code()));
        used.extend([DateNote::HeiseiAfterItsEnd.code(), "ENCODING_INVALID", "ENCODING_UNMAPPABLE"]);
        used.extend(["NAME_TOO_LONG", "CALENDAR_BEYOND_HORIZON"]);
        let year = FiscalYear::parse("2026").unwrap();
        for (booked, arose) in [("2026-03-31", "2026-03-31"), ("2027-04-01", "2027-04-01"), ("2027-06-01", "2027-03-31")] {
            let outside = year.accepts(booked.parse().unwrap(), arose.parse().unwrap());
            used.push(outside.as_ref().map_err(OutsideFiscalYear::code).unwrap_err());
        }
        let missing: Vec<&str> = used.into_iter().filter(|code| !is_known(code)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        for check in codes::names() {
            assert!(CATALOGUE.terms.contains_key(check), "{check}");
        }
        for form in crate::calendar::DateForm::ALL {
            assert!(CATALOGUE.terms.contains_key(form.as_str()), "{form}");
        }
    }

    #[test]
    fn an_unknown_code_is_shown_with_its_arguments() {
        let fault = Fault::new("NOT_IN_CATALOGUE").arg("bank", "9998");
        assert_eq!(text(&fault, Lang::Ja), "NOT_IN_CATALOGUE bank=9998");
        assert_eq!(remedy(&fault, Lang::En), "");
        assert!(!is_known(&fault.code));
    }

    #[test]
    fn languages_have_names() {
        for lang in [Lang::Ja, Lang::En] {
            assert_eq!(Lang::parse(lang.as_str()), Some(lang));
        }
        assert_eq!(Lang::parse("fr"), None);
    }
}
