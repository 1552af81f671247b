//! A profile laid over a layout: keys of `[layout]` and its neighbours, keys of single fields, code tables, and values for SQL.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::walk::{self, Faults};

/// Tables of the layout that a profile may override key by key.
const SECTIONS: &[&str] = &["layout", "csv", "fixed", "json", "xml", "limits", "codes"];

/// The key that names the layout a profile lies over.
const BASE: &str = "base";

/// The layout variant a profile lies over; `None`: the folder's first.
pub(super) fn base(profile: &str) -> Option<String> {
    let (document, _) = DeTable::parse_recoverable(profile);
    string(document.get_ref(), BASE).map(|name| name.to_string())
}

/// Lays `overrides` over `document`; gives the profile's name and its `[values]`.
pub(super) fn apply<'i>(
    document: &mut DeTable<'i>,
    overrides: DeTable<'i>,
    place: usize,
    faults: &mut Faults<'_>,
) -> (Option<String>, BTreeMap<String, String>) {
    let mut name = None;
    let mut values = BTreeMap::new();
    for (key, value) in overrides {
        let at = key.span().start;
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("name", DeValue::String(text)) => name = Some(text.to_string()),
            // Which layout it lies over was settled before there was one to lay it over: `base`.
            (BASE, DeValue::String(_)) => {}
            ("values", DeValue::Table(table)) => values = walk::scalars(table, faults),
            ("field", DeValue::Table(table)) => fields(document, table, faults),
            (section, DeValue::Table(table)) if SECTIONS.contains(&section) => {
                let own = document.entry(key.clone()).or_insert_with(|| Spanned::new(at..at, DeValue::Table(DeTable::new())));
                if let DeValue::Table(own) = own.get_mut() {
                    lay_over(own, table);
                }
            }
            (other, _) => faults.at(
                at,
                format!(
                    "profile: unknown or ill-shaped key `{other}`; known: name base layout csv fixed json xml limits codes field values"
                ),
            ),
        }
    }
    if name.is_none() {
        faults.at(place, "profile: `name` is missing");
    }
    (name, values)
}

/// Copies every key of `from`. An existing key keeps its place in the map but takes value and span from the profile.
fn lay_over<'i>(into: &mut DeTable<'i>, from: &DeTable<'i>) {
    for (key, value) in from {
        into.remove(key.get_ref().as_ref());
        into.insert(key.clone(), value.clone());
    }
}

/// `[field.<kind>.<field>]`
fn fields<'i>(document: &mut DeTable<'i>, kinds: &DeTable<'i>, faults: &mut Faults<'_>) {
    for (kind, table) in kinds {
        let Some(fields) = table.get_ref().as_table() else {
            faults.at(kind.span().start, "profile: [field.<kind>.<field>] is expected");
            continue;
        };
        for (field, keys) in fields {
            let Some(keys) = keys.get_ref().as_table() else {
                faults.at(field.span().start, "profile: [field.<kind>.<field>] is expected");
                continue;
            };
            match find_field(document, kind.get_ref(), field.get_ref()) {
                Some(own) => lay_over(own, keys),
                None => {
                    let (kind, id) = (kind.get_ref(), field.get_ref());
                    faults.at(field.span().start, format!("profile: the layout has no field \"{id}\" in record \"{kind}\""));
                }
            }
        }
    }
}

fn find_field<'d, 'i>(document: &'d mut DeTable<'i>, kind: &str, field: &str) -> Option<&'d mut DeTable<'i>> {
    let record = find_by(document, "record", "kind", kind)?;
    find_by(record, "fields", "id", field)
}

/// The table of the array `list` whose key `id` has the value.
fn find_by<'d, 'i>(table: &'d mut DeTable<'i>, list: &str, id: &str, value: &str) -> Option<&'d mut DeTable<'i>> {
    let array = match table.get_mut(list)?.get_mut() {
        DeValue::Array(array) => array,
        _ => return None,
    };
    array.iter_mut().find_map(|item| match item.get_mut() {
        DeValue::Table(table) if string(table, id).is_some_and(|text| text == value) => Some(table),
        _ => None,
    })
}

fn string<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<&'t DeString<'i>> {
    match table.get(key)?.get_ref() {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}
