//! What an order for an outgoing file may say: the parameters that a folder declares in `params.toml`, as checked types.
//!
//! ```toml
//! [[param]]
//! id      = "pay_date"
//! name    = "支払日"
//! name_en = "pay date"
//! type    = "date"
//! must    = true
//! layouts = ["transfer", "payroll"]   # absent: of every layout of the topic
//! help    = "銀行営業日"
//! help_en = "a bank business day"
//! ```

mod parse;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use serde::Serialize;

use crate::catalogue::Lang;

/// The parameter of every topic whose items leave once only: why the same content goes once more.
pub const SAME_CONTENT_REASON: &str = "same_content_reason";
/// Most characters of a text, unless the parameter says less.
const TEXT_CHARS_MAX: usize = 200;

/// What a value must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamType {
    /// `2026-11-30`
    Date,
    /// `2026-11`
    Month,
    /// Four digits: a fiscal or calendar year.
    Year,
    /// Up to nine digits.
    Number,
    /// `18:30` or `18:30:00`
    Time,
    /// A moment with its offset: `2026-10-16T18:00:00+09:00`
    Moment,
    /// Any text of one line.
    Text,
    /// One of a list.
    Choice,
}

impl ParamType {
    const ALL: &'static [(&'static str, ParamType)] = &[
        ("date", ParamType::Date),
        ("month", ParamType::Month),
        ("year", ParamType::Year),
        ("number", ParamType::Number),
        ("time", ParamType::Time),
        ("moment", ParamType::Moment),
        ("text", ParamType::Text),
        ("choice", ParamType::Choice),
    ];

    /// Its word in `params.toml`; the catalogue's term for it is `param_` and this.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, ty)| *ty == self).map_or("", |(name, _)| name)
    }

    /// A value that has the shape, for examples and placeholders.
    pub const fn example(self) -> &'static str {
        match self {
            ParamType::Date => "2026-11-30",
            ParamType::Month => "2026-11",
            ParamType::Year => "2026",
            ParamType::Number => "1",
            ParamType::Time => "18:30",
            ParamType::Moment => "2026-10-16T18:00:00+09:00",
            ParamType::Text | ParamType::Choice => "",
        }
    }
}

/// One value of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// As the order says it.
    pub value: String,
    /// As people read it.
    pub name: String,
    /// The same in English.
    pub name_en: String,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Param {
    /// As orders and `select.sql` name it.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// What a value must look like.
    #[serde(rename = "type")]
    pub ty: ParamType,
    /// An order without it is refused.
    pub must: bool,
    /// The value of an order that does not say one.
    pub default: Option<String>,
    /// Values of a choice.
    pub choices: Vec<Choice>,
    /// Most characters of a text.
    pub chars_max: usize,
    /// Layout variants that know it; empty: all.
    pub layouts: Vec<String>,
    /// A sentence for who fills it in.
    pub help: String,
    /// The same in English.
    pub help_en: String,
}

static SAME_CONTENT: LazyLock<Param> = LazyLock::new(|| Param {
    id: SAME_CONTENT_REASON.to_owned(),
    name: "同じ内容を再び送る理由".to_owned(),
    name_en: "why the same content goes again".to_owned(),
    ty: ParamType::Text,
    must: false,
    default: None,
    choices: Vec::new(),
    chars_max: TEXT_CHARS_MAX,
    layouts: Vec::new(),
    help: "送付済みのファイルと同じ内容になるときだけ".to_owned(),
    help_en: "only where a file that has left has the same content".to_owned(),
});

impl Param {
    /// Its name in a language.
    pub fn name(&self, lang: Lang) -> &str {
        if lang == Lang::Ja { &self.name } else { &self.name_en }
    }

    /// Its help in a language.
    pub fn help(&self, lang: Lang) -> &str {
        if lang == Lang::Ja { &self.help } else { &self.help_en }
    }

    /// Whether orders for this layout variant may say it.
    pub fn is_of(&self, variant: &str) -> bool {
        self.layouts.is_empty() || self.layouts.iter().any(|layout| layout == variant)
    }

    fn takes(&self, value: &str) -> bool {
        match self.ty {
            ParamType::Date => shaped(value, "9999-99-99") && value.parse::<Date>().is_ok(),
            ParamType::Month => shaped(value, "9999-99") && format!("{value}-01").parse::<Date>().is_ok(),
            ParamType::Year => shaped(value, "9999"),
            ParamType::Number => (1..=9).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit()),
            ParamType::Time => (shaped(value, "99:99") || shaped(value, "99:99:99")) && value.parse::<Time>().is_ok(),
            ParamType::Moment => value.as_bytes().get(10) == Some(&b'T') && value.parse::<jiff::Timestamp>().is_ok(),
            ParamType::Text => {
                !value.trim().is_empty() && value.chars().count() <= self.chars_max && !value.chars().any(char::is_control)
            }
            ParamType::Choice => self.choices.iter().any(|choice| choice.value == value),
        }
    }

    /// What a value looks like, in words that need no language: an example, or the values of a choice.
    pub fn form(&self) -> String {
        match self.ty {
            ParamType::Choice => self.choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(" | "),
            ParamType::Text => format!("… (≤ {})", self.chars_max),
            other => other.example().to_owned(),
        }
    }
}

/// Whether a value is written like a pattern, where `9` is any digit.
fn shaped(value: &str, pattern: &str) -> bool {
    let same = |(byte, wanted): (u8, u8)| if wanted == b'9' { byte.is_ascii_digit() } else { byte == wanted };
    value.len() == pattern.len() && value.bytes().zip(pattern.bytes()).all(same)
}

/// What is wrong with the parameters of an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamFault {
    /// The topic, or this layout of it, has no such parameter.
    #[error("there is no parameter `{param}`; known: {known}")]
    Unknown {
        /// As the order says it.
        param: String,
        /// Its Japanese name, where another layout of the topic has it.
        name: String,
        /// In English.
        name_en: String,
        /// Those there are.
        known: String,
    },
    /// A value that is none of the parameter's.
    #[error("parameter `{param}` = \"{value}\" is no {}: {form}", .ty.as_str())]
    Malformed {
        /// Parameter.
        param: String,
        /// Its Japanese name.
        name: String,
        /// In English.
        name_en: String,
        /// Its type.
        ty: ParamType,
        /// As the order says it.
        value: String,
        /// What it should look like.
        form: String,
    },
    /// An order that must say it and does not.
    #[error("parameter `{param}` is missing: {form}")]
    Missing {
        /// Parameter.
        param: String,
        /// Its Japanese name.
        name: String,
        /// In English.
        name_en: String,
        /// What it should look like.
        form: String,
    },
}

impl ParamFault {
    /// Catalogue code.
    pub const fn code(&self) -> &'static str {
        match self {
            ParamFault::Unknown { .. } => "EXPORT_PARAM_UNKNOWN",
            ParamFault::Malformed { .. } => "EXPORT_PARAM_MALFORMED",
            ParamFault::Missing { .. } => "EXPORT_PARAM_MISSING",
        }
    }

    /// Values of its text.
    pub fn detail(&self) -> serde_json::Value {
        match self {
            ParamFault::Unknown { param, name, name_en, known } => {
                serde_json::json!({ "param": param, "name": name, "name_en": name_en, "known": known })
            }
            ParamFault::Malformed { param, name, name_en, ty, value, form } => {
                let ty = format!("param_{}", ty.as_str());
                serde_json::json!({ "param": param, "name": name, "name_en": name_en, "type": ty, "value": value, "form": form })
            }
            ParamFault::Missing { param, name, name_en, form } => {
                serde_json::json!({ "param": param, "name": name, "name_en": name_en, "form": form })
            }
        }
    }
}

/// The parameters of a topic.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<Param>);

impl Params {
    /// With the parameter that every topic has whose items leave once only.
    #[must_use]
    pub fn of_once_only(mut self) -> Params {
        self.0.push(SAME_CONTENT.clone());
        self
    }

    /// All of them, in the order of the file.
    pub fn all(&self) -> &[Param] {
        &self.0
    }

    /// Those that orders for a layout variant may say.
    pub fn of<'p>(&'p self, variant: &'p str) -> impl Iterator<Item = &'p Param> {
        self.0.iter().filter(move |param| param.is_of(variant))
    }

    /// The parameters of an order for a layout variant, defaults filled in.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn check(&self, variant: &str, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Vec<ParamFault>> {
        let mut faults = self.unknown(variant, given);
        let mut whole = given.clone();
        for param in self.of(variant) {
            match (given.get(&param.id), &param.default) {
                (Some(value), _) if param.takes(value) => {}
                (Some(value), _) => faults.push(ParamFault::Malformed {
                    param: param.id.clone(),
                    name: param.name.clone(),
                    name_en: param.name_en.clone(),
                    ty: param.ty,
                    value: value.clone(),
                    form: param.form(),
                }),
                (None, Some(default)) => drop(whole.insert(param.id.clone(), default.clone())),
                (None, None) if param.must => {
                    faults.push(ParamFault::Missing {
                        param: param.id.clone(),
                        name: param.name.clone(),
                        name_en: param.name_en.clone(),
                        form: param.form(),
                    });
                }
                (None, None) => {}
            }
        }
        if faults.is_empty() { Ok(whole) } else { Err(faults) }
    }

    /// Names in an order that mean nothing to this layout variant.
    pub fn unknown(&self, variant: &str, given: &BTreeMap<String, String>) -> Vec<ParamFault> {
        let known: Vec<&str> = self.of(variant).map(|param| param.id.as_str()).collect();
        let strange = given.keys().filter(|name| !known.contains(&name.as_str()));
        let fault = |param: &String| {
            let elsewhere = self.0.iter().find(|other| other.id == *param);
            ParamFault::Unknown {
                param: param.clone(),
                name: elsewhere.map_or(param, |other| &other.name).clone(),
                name_en: elsewhere.map_or(param, |other| &other.name_en).clone(),
                known: known.join(", "),
            }
        };
        strange.map(fault).collect()
    }
}
