use std::borrow::Cow;

use serde::Deserialize;

use super::{CATALOGUE, Lang, fill, value_of};
use crate::fault::Fault;

/// Something to do, as `[acts]` has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    ja: String,
    en: String,
    /// Its command behind `renkei`, where it is not the act's own key.
    command: Option<String>,
    /// The address of the console's page that does the same.
    page: Option<String>,
}

/// A part of a remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Said as it is.
    Text(String),
    /// Something to do.
    Act(Act),
}

/// Something to do, with the values of a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// What it is called, as a noun in the reader's language.
    pub name: &'static str,
    /// Its command, `renkei` first.
    pub command: String,
    /// Its page, or the list that leads there where the fault does not say of which.
    pub page: Option<String>,
}

/// The pages that acts lead to.
pub fn pages() -> impl Iterator<Item = &'static str> {
    CATALOGUE.acts.values().filter_map(|entry| entry.page.as_deref())
}

/// The commands of all acts, behind `renkei`.
pub fn all_commands() -> impl Iterator<Item = &'static str> {
    CATALOGUE.acts.iter().map(|(key, entry)| entry.command.as_deref().unwrap_or(key))
}

/// What stands before an act, its key, and what follows; `None`: there is none.
fn next(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once("{@")?;
    let (key, after) = rest.split_once('}')?;
    Some((before, key, after))
}

fn command(key: &str) -> String {
    let written = CATALOGUE.acts.get(key).and_then(|entry| entry.command.as_deref()).unwrap_or(key);
    format!("renkei {written}")
}

/// A text with each act as its command; other placeholders stay.
pub(super) fn commands(template: &str) -> Cow<'_, str> {
    if !template.contains("{@") {
        return Cow::Borrowed(template);
    }
    let mut rest = template;
    let mut out = String::with_capacity(template.len() + 32);
    while let Some((before, key, after)) = next(rest) {
        out.push_str(before);
        out.push_str(&command(key));
        rest = after;
    }
    Cow::Owned(out + rest)
}

/// A text in parts, filled.
pub(super) fn parts(template: &str, fault: &Fault, lang: Lang) -> Vec<Part> {
    let mut rest = template;
    let mut found = Vec::new();
    while let Some((before, key, after)) = next(rest) {
        found.push(Part::Text(fill(before, fault, lang)));
        let entry = CATALOGUE.acts.get(key);
        found.push(Part::Act(Act {
            name: entry.map_or("", |entry| lang.choose(&entry.ja, &entry.en)),
            command: fill(&command(key), fault, lang),
            page: entry.and_then(|entry| entry.page.as_deref()).map(|page| address(page, fault)),
        }));
        rest = after;
    }
    found.push(Part::Text(fill(rest, fault, lang)));
    found.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
    found
}

/// An address with its value; without one, or with one that is no number or slug, the list it is in.
fn address(page: &str, fault: &Fault) -> String {
    let Some((before, rest)) = page.split_once('{') else { return page.to_owned() };
    let (name, after) = rest.split_once('}').unwrap_or((rest, ""));
    let plain = |value: &String| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match value_of(fault, name).filter(plain) {
        Some(value) => format!("{before}{value}{after}"),
        None => before.trim_end_matches('/').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::{remedy, remedy_parts};

    fn act(fault: &Fault) -> Act {
        let parts = remedy_parts(fault, Lang::Ja).into_iter();
        parts.filter_map(|part| if let Part::Act(act) = part { Some(act) } else { None }).next().expect("an act")
    }

    #[test]
    fn a_remedy_is_a_command_here_and_a_page_there() {
        let fault = Fault::new("INTAKE_STATE").arg("batch", 17);
        assert!(remedy(&fault, Lang::Ja).contains("renkei batch show 17"), "{}", remedy(&fault, Lang::Ja));
        let known = act(&fault);
        assert_eq!((known.name, known.command.as_str()), ("受付の画面", "renkei batch show 17"));
        assert_eq!(known.page.as_deref(), Some("/batches/17"));
        let crooked = act(&Fault::new("INTAKE_STATE").arg("batch", "1/../2?x"));
        assert_eq!(crooked.page.as_deref(), Some("/batches"), "a value is never an address of its own");
    }

    #[test]
    fn remedies_name_commands_as_acts_and_each_act_is_named() {
        let mut used = BTreeSet::new();
        for (code, entry) in &CATALOGUE.entries {
            for text in [&entry.ja, &entry.en, &entry.remedy_ja, &entry.remedy_en] {
                assert!(!text.contains("renkei "), "{code} names a command: a reader of a page has none");
            }
            assert!(!entry.ja.contains("{@") && !entry.en.contains("{@"), "{code}: only a remedy says what to do");
            let keys = |text| -> BTreeSet<&str> {
                std::iter::successors(next(text), |(_, _, after)| next(after)).map(|(_, key, _)| key).collect()
            };
            let (ja, en) = (keys(&entry.remedy_ja), keys(&entry.remedy_en));
            assert_eq!(ja, en, "{code}: the languages do not tell to do the same");
            used.extend(ja);
        }
        let known: BTreeSet<&str> = CATALOGUE.acts.keys().map(String::as_str).collect();
        assert_eq!(used, known);
    }
}
