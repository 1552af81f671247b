//! Error codes as data: what a person reads, in Japanese and English, and what to do about it.
//!
//! The texts live in `catalogue.toml` and are compiled in. Placeholders such as `{value}` are filled from the fault itself
//! (`line column byte length field value`) and from its named arguments. A placeholder without value shows as `?`, so that a
//! text is never lost over a missing argument; a test demands that every argument a text uses is declared.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::fault::Fault;

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
}

static ENTRIES: LazyLock<BTreeMap<String, Entry>> =
    LazyLock::new(|| toml::from_str(include_str!("../catalogue.toml")).expect("the embedded catalogue is tested"));

/// All codes, sorted.
pub fn codes() -> impl Iterator<Item = &'static str> {
    ENTRIES.keys().map(String::as_str)
}

/// Whether the catalogue has a code.
pub fn is_known(code: &str) -> bool {
    ENTRIES.contains_key(code)
}

/// What is wrong, as a sentence. A code the catalogue lacks is shown as it is, with the fault's arguments.
pub fn text(fault: &Fault, lang: Lang) -> String {
    match ENTRIES.get(&fault.code) {
        Some(entry) => fill(if lang == Lang::Ja { &entry.ja } else { &entry.en }, fault),
        None => fault.args.iter().fold(fault.code.clone(), |text, (name, value)| format!("{text} {name}={value}")),
    }
}

/// What to do about it, as a sentence; empty for a code the catalogue lacks.
pub fn remedy(fault: &Fault, lang: Lang) -> String {
    match ENTRIES.get(&fault.code) {
        Some(entry) => fill(if lang == Lang::Ja { &entry.remedy_ja } else { &entry.remedy_en }, fault),
        None => String::new(),
    }
}

/// Replaces `{name}`. Values are not searched again, so a value may hold braces.
fn fill(template: &str, fault: &Fault) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else { break };
        out.push_str(&rest[..start]);
        let name = &rest[start + 1..start + length];
        out.push_str(&value_of(fault, name).unwrap_or_else(|| "?".to_owned()));
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    out
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
        template.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_code_has_four_texts_and_declared_placeholders() {
        let mut wrong = Vec::new();
        for (code, entry) in ENTRIES.iter() {
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
            for arg in &entry.args {
                if !texts.iter().any(|text| placeholders(text).contains(&arg.as_str())) {
                    wrong.push(format!("{code}: args declares {arg}, no text uses it"));
                }
            }
            let (mut ja, mut en) = (placeholders(&entry.ja), placeholders(&entry.en));
            ja.sort_unstable();
            en.sort_unstable();
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
        assert_eq!(fill("{line}行{field}「{value}」{max}{none}", &fault), "3行調定額「6,0{line}」11?");
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
