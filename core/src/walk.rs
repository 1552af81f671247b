//! Walking a TOML table by hand, so that every fault of the file is found in one pass and carries its line. Layouts and
//! `queues.toml` are read this way.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::layout::{LayoutErrors, LayoutFault};

/// The name of the document's own table, which is not repeated in front of its sections.
pub(crate) const ROOT: &str = "file";

/// Collects faults and knows where lines begin.
///
/// A profile is parsed from a text padded to the length of the layout's text, so one offset says which of the two is meant.
pub(crate) struct Faults<'s> {
    base: &'s str,
    profile: Option<&'s str>,
    list: Vec<LayoutFault>,
}

impl<'s> Faults<'s> {
    pub(crate) fn new(base: &'s str, profile: Option<&'s str>) -> Self {
        Faults { base, profile, list: Vec::new() }
    }

    /// Records a fault at a byte offset of the (padded) text.
    pub(crate) fn at(&mut self, offset: usize, message: impl Into<String>) {
        let profile_begin = self.base.len() + 1;
        let (text, offset, in_profile) = match self.profile {
            Some(profile) if offset >= profile_begin => (profile, offset - profile_begin, true),
            _ => (self.base, offset, false),
        };
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        self.list.push(LayoutFault { line, in_profile, message: message.into() });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All faults in the order of their lines, as sentences that begin with file and line.
    pub(crate) fn into_sentences(self, origin: &str) -> Vec<String> {
        let faults = self.into_errors(origin).faults;
        faults.into_iter().map(|fault| format!("{origin}:{}: {}", fault.line, fault.message)).collect()
    }

    /// All faults in the order of their lines.
    pub(crate) fn into_errors(mut self, origin: &str) -> LayoutErrors {
        self.list.sort_by_key(|fault| (fault.in_profile, fault.line));
        self.list.dedup();
        LayoutErrors { origin: origin.to_owned(), faults: self.list }
    }
}

/// One table of the file: asks for keys by name and in the end refuses the keys nobody asked for.
pub(crate) struct Section<'t, 'i> {
    table: &'t DeTable<'i>,
    /// Offset for faults about the table as a whole.
    pub(crate) place: usize,
    what: String,
    known: Vec<&'static str>,
}

impl<'t, 'i> Section<'t, 'i> {
    pub(crate) fn new(table: &'t DeTable<'i>, place: usize, what: impl Into<String>) -> Self {
        Section { table, place, what: what.into(), known: Vec::new() }
    }

    /// The raw value of a key; asking makes the key known.
    pub(crate) fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'i>>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.table.get(key)
    }

    /// What faults call this table.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// Whether the key is there; asking does not make it known.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Offset of a key's value, or of the table.
    pub(crate) fn place_of(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.place, |value| value.span().start)
    }

    fn wrong(&self, faults: &mut Faults<'_>, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let found = value.get_ref().type_str();
        faults.at(value.span().start, format!("{}: `{key}` must be {wanted}, found {found}", self.what));
    }

    pub(crate) fn string(&mut self, faults: &mut Faults<'_>, key: &'static str) -> Option<String> {
        let value = self.value(key)?;
        match value.get_ref().as_str() {
            Some(text) => Some(text.to_owned()),
            None => {
                self.wrong(faults, key, value, "a string");
                None
            }
        }
    }

    /// A string that must be there and hold something.
    pub(crate) fn required(&mut self, faults: &mut Faults<'_>, key: &'static str) -> String {
        match self.string(faults, key) {
            Some(text) if !text.is_empty() => text,
            Some(_) => {
                faults.at(self.place_of(key), format!("{}: `{key}` is empty", self.what));
                String::new()
            }
            None => {
                if self.table.get(key).is_none() {
                    faults.at(self.place, format!("{}: `{key}` is missing", self.what));
                }
                String::new()
            }
        }
    }

    pub(crate) fn boolean(&mut self, faults: &mut Faults<'_>, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let found = value.get_ref().as_bool();
        if found.is_none() {
            self.wrong(faults, key, value, "true or false");
        }
        found
    }

    pub(crate) fn flag(&mut self, faults: &mut Faults<'_>, key: &'static str) -> bool {
        self.boolean(faults, key).unwrap_or(false)
    }

    pub(crate) fn integer(&mut self, faults: &mut Faults<'_>, key: &'static str) -> Option<i64> {
        let value = self.value(key)?;
        let found = integer_of(value.get_ref());
        if found.is_none() {
            self.wrong(faults, key, value, "a whole number");
        }
        found
    }

    /// A whole number of at least `least`.
    pub(crate) fn size(&mut self, faults: &mut Faults<'_>, key: &'static str, least: i64) -> Option<usize> {
        let number = self.integer(faults, key)?;
        if number < least || number > i64::from(u32::MAX) {
            faults.at(self.place_of(key), format!("{}: `{key}` = {number} must be at least {least}", self.what));
            return None;
        }
        usize::try_from(number).ok()
    }

    /// A whole number within bounds.
    pub(crate) fn between(&mut self, faults: &mut Faults<'_>, key: &'static str, least: u64, most: u64) -> Option<u64> {
        let number = self.integer(faults, key)?;
        let found = u64::try_from(number).ok().filter(|number| (least..=most).contains(number));
        if found.is_none() {
            faults.at(self.place_of(key), format!("{}: `{key}` = {number} must be {least} to {most}", self.what));
        }
        found
    }

    /// A list of whole numbers.
    pub(crate) fn integers(&mut self, faults: &mut Faults<'_>, key: &'static str) -> Option<Vec<i64>> {
        let value = self.value(key)?;
        let list = value.get_ref().as_array();
        let found = list.and_then(|list| list.iter().map(|item| integer_of(item.get_ref())).collect());
        if found.is_none() {
            self.wrong(faults, key, value, "a list of whole numbers");
        }
        found
    }

    /// One of a list of words.
    pub(crate) fn word<T: Copy>(&mut self, faults: &mut Faults<'_>, key: &'static str, all: &[(&str, T)]) -> Option<T> {
        let text = self.string(faults, key)?;
        let found = all.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            faults.at(self.place_of(key), format!("{}: `{key}` = \"{text}\" is not one of: {}", self.what, names_of(all)));
        }
        found
    }

    /// A list of strings; a single string counts as a list of one.
    pub(crate) fn strings(&mut self, faults: &mut Faults<'_>, key: &'static str) -> Option<Vec<String>> {
        let value = self.value(key)?;
        strings_of(value.get_ref()).or_else(|| {
            self.wrong(faults, key, value, "a list of strings");
            None
        })
    }

    /// A list of words.
    pub(crate) fn words<T: Copy>(&mut self, faults: &mut Faults<'_>, key: &'static str, all: &[(&str, T)]) -> Option<Vec<T>> {
        let texts = self.strings(faults, key)?;
        let mut found = Vec::with_capacity(texts.len());
        for text in &texts {
            match all.iter().find(|(name, _)| name == text) {
                Some((_, value)) => found.push(*value),
                None => {
                    let place = self.place_of(key);
                    faults.at(place, format!("{}: `{key}`: \"{text}\" is not one of: {}", self.what, names_of(all)));
                }
            }
        }
        Some(found)
    }

    /// A table inside this one.
    pub(crate) fn table(&mut self, faults: &mut Faults<'_>, key: &'static str) -> Option<Section<'t, 'i>> {
        let value = self.value(key)?;
        match value.get_ref().as_table() {
            Some(table) => Some(Section::new(
                table,
                value.span().start,
                if self.what == ROOT { key.to_owned() } else { format!("{} {key}", self.what) },
            )),
            None => {
                self.wrong(faults, key, value, "a table");
                None
            }
        }
    }

    /// The tables of an array, each with its place.
    pub(crate) fn tables(&mut self, faults: &mut Faults<'_>, key: &'static str) -> Vec<(&'t DeTable<'i>, usize)> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong(faults, key, value, "a list of tables");
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(array.len());
        for item in array.iter() {
            match item.get_ref().as_table() {
                Some(table) => tables.push((table, item.span().start)),
                None => self.wrong(faults, key, item, "a list of tables"),
            }
        }
        tables
    }

    /// Every entry whose value is a string or list of strings, in the order of the file.
    pub(crate) fn entries(&mut self, faults: &mut Faults<'_>) -> Vec<(String, Vec<String>, usize)> {
        let mut entries = Vec::new();
        for (key, value) in self.table {
            match strings_of(value.get_ref()) {
                Some(texts) => entries.push((key.get_ref().to_string(), texts, key.span().start)),
                None => self.wrong(faults, key.get_ref(), value, "a string"),
            }
        }
        entries.sort_by_key(|(_, _, place)| *place);
        entries
    }

    /// Refuses keys that were not asked for.
    pub(crate) fn finish(self, faults: &mut Faults<'_>) {
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if !self.known.contains(&name) {
                let known = self.known.join(" ");
                faults.at(key.span().start, format!("{}: unknown key `{name}`; known: {known}", self.what));
            }
        }
    }
}

/// Settings: names with scalar values, all kept as text.
pub(crate) fn scalars(table: &DeTable<'_>, faults: &mut Faults<'_>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (key, value) in table {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.as_str().replace('_', ""),
            DeValue::Boolean(flag) => flag.to_string(),
            other => {
                let found = other.type_str();
                faults.at(
                    value.span().start,
                    format!("values: `{}` must be a string, number or flag, found {found}", key.get_ref()),
                );
                continue;
            }
        };
        values.insert(key.get_ref().to_string(), text);
    }
    values
}

fn names_of<T>(all: &[(&str, T)]) -> String {
    all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

fn integer_of(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()
}

fn strings_of(value: &DeValue<'_>) -> Option<Vec<String>> {
    if let Some(text) = value.as_str() {
        return Some(vec![text.to_owned()]);
    }
    value.as_array()?.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
}
