//! `[[record]]`: one kind of record, first by itself, then linked to the kinds it names.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::de::DeTable;

use super::field::{self, TotalDraft};
use crate::catalogue;
use crate::codes;
use crate::layout::model::{CodeTable, Condition, Kind, Layout, Total};
use crate::layout::names::{FieldType, Format, Occurs};
use crate::walk::{Faults, Section};

/// A kind whose references to other kinds are still names.
pub(super) struct Draft {
    pub(super) kind: Kind,
    place: usize,
    parent: Option<(String, usize)>,
    totals: Vec<(usize, TotalDraft)>,
}

/// Reads one `[[record]]`.
pub(super) fn parse(
    table: &DeTable<'_>,
    place: usize,
    codes: &BTreeMap<String, Arc<CodeTable>>,
    layout: &Layout,
    faults: &mut Faults<'_>,
) -> Draft {
    let id = table.get("kind").and_then(|value| value.get_ref().as_str()).unwrap_or("?").to_owned();
    let what = format!("record {id}");
    let mut section = Section::new(table, place, what.clone());
    let id = section.required(faults, "kind");
    if !id.is_empty() && !is_snake_case(&id) {
        faults.at(section.place_of("kind"), format!("{what}: `kind` must be snake_case ASCII"));
    }
    let (fields, totals) = fields(&mut section, &what, codes, layout, faults);
    let position = |name: &str| fields.iter().position(|field| field.id == name);
    let amount_place = section.place_of("amount");
    let amount = section.string(faults, "amount").and_then(|name| {
        let found = position(&name).filter(|&index| matches!(fields[index].ty, FieldType::Yen | FieldType::Int));
        if found.is_none() {
            faults.at(amount_place, format!("{what}: `amount` = \"{name}\" is not a yen field of this record"));
        }
        found
    });
    let key_place = section.place_of("key");
    let mut key = Vec::new();
    for name in section.strings(faults, "key").unwrap_or_default() {
        match position(&name) {
            Some(index) => key.push(index),
            None => faults.at(key_place, format!("{what}: `key` names no field \"{name}\" of this record")),
        }
    }
    let key_unique = section.flag(faults, "key_unique");
    if key_unique && key.is_empty() {
        faults.at(section.place_of("key_unique"), format!("{what}: `key_unique` needs `key`"));
    }
    let serial = serial(&mut section, &what, &fields, faults);
    let urgent = urgent(&mut section, &what, &fields, faults);
    let parent_place = section.place_of("parent");
    let parent = section.string(faults, "parent").map(|name| (name, parent_place));
    let path = section.string(faults, "path");
    if parent.is_some() != path.is_some() && layout.format != Format::Xml {
        faults.at(parent_place, format!("{what}: `parent` and `path` belong together"));
    }
    let fault_place = section.place_of("fault");
    let fault = section.string(faults, "fault");
    if let Some(code) = fault.as_deref().filter(|code| !catalogue::is_known(code)) {
        faults.at(fault_place, format!("{what}: `fault` = \"{code}\" is no code of the catalogue"));
    }
    let name = section.string(faults, "name").unwrap_or_else(|| id.clone());
    let occurs = section.word(faults, "occurs", Occurs::ALL).unwrap_or(Occurs::Any);
    let kind = Kind {
        name,
        tag: section.string(faults, "tag"),
        occurs,
        repeat: section.flag(faults, "repeat"),
        amount,
        key,
        key_unique,
        serial,
        urgent,
        parent: None,
        path,
        fault,
        fields,
        id,
    };
    section.finish(faults);
    Draft { kind, place, parent, totals }
}

fn serial(section: &mut Section<'_, '_>, what: &str, fields: &[crate::layout::Field], faults: &mut Faults<'_>) -> Vec<usize> {
    let place = section.place_of("serial");
    let numbers = |field: &crate::layout::Field| {
        let text = matches!(field.ty, FieldType::Digits | FieldType::Code | FieldType::Ascii | FieldType::Text);
        text && field.codes.is_none() && field.constant.is_none() && field.check.is_none_or(codes::is_form_only)
    };
    let mut found = Vec::new();
    for name in section.strings(faults, "serial").unwrap_or_default() {
        match fields.iter().position(|field| field.id == name && numbers(field)) {
            Some(index) => found.push(index),
            None => {
                faults.at(place, format!("{what}: `serial` names no text \"{name}\" of this record that could hold a number"))
            }
        }
    }
    found
}

fn urgent(
    section: &mut Section<'_, '_>,
    what: &str,
    fields: &[crate::layout::Field],
    faults: &mut Faults<'_>,
) -> Option<Condition> {
    let mut urgent = section.table(faults, "urgent")?;
    let name = urgent.required(faults, "field");
    let any_of = urgent.strings(faults, "in").unwrap_or_default();
    let place = urgent.place;
    urgent.finish(faults);
    if any_of.is_empty() {
        faults.at(place, format!("{what}: `urgent` needs `in` with at least one value"));
    }
    let field = fields.iter().position(|field| field.id == name);
    match field {
        None => faults.at(place, format!("{what}: `urgent` names \"{name}\", which is no field of the record")),
        Some(index) => field::known_values(&fields[index], &any_of, place, &format!("{what}: `urgent`"), faults),
    }
    Some(Condition { field: field?, any_of })
}

fn fields(
    section: &mut Section<'_, '_>,
    what: &str,
    codes: &BTreeMap<String, Arc<CodeTable>>,
    layout: &Layout,
    faults: &mut Faults<'_>,
) -> (Vec<crate::layout::Field>, Vec<(usize, TotalDraft)>) {
    let mut fields: Vec<crate::layout::Field> = Vec::new();
    let mut totals = Vec::new();
    let mut offset = 0;
    let tables = section.tables(faults, "fields");
    if tables.is_empty() {
        faults.at(section.place, format!("{what}: `fields` is missing or empty"));
    }
    for (index, (table, place)) in tables.into_iter().enumerate() {
        let (mut field, total) = field::parse(table, place, index, &fields, what, codes, layout, faults);
        if fields.iter().any(|other| other.id == field.id) {
            faults.at(place, format!("{what}: the field id \"{}\" stands twice", field.id));
        }
        let same_name = fields.iter().any(|other| other.name == field.name && other.ty != FieldType::Filler);
        if same_name && field.ty != FieldType::Filler && layout.format != Format::Fixed {
            faults.at(place, format!("{what}: the field name \"{}\" stands twice", field.name));
        }
        field.offset = offset;
        offset += field.len;
        if let Some(total) = total {
            totals.push((index, total));
        }
        fields.push(field);
    }
    if layout.format == Format::Fixed && offset != layout.record_bytes {
        let record = layout.record_bytes;
        faults.at(section.place, format!("{what}: the fields have {offset} bytes together, record_bytes is {record}"));
    }
    (fields, totals)
}

/// Whether a name can be a JSON key and an SQL column without quoting.
pub(super) fn is_snake_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Resolves parents and totals, which name other kinds.
pub(super) fn link(drafts: &mut [Draft], layout: &Layout, faults: &mut Faults<'_>) {
    let ids: Vec<String> = drafts.iter().map(|draft| draft.kind.id.clone()).collect();
    for (index, id) in ids.iter().enumerate() {
        if ids[..index].contains(id) {
            faults.at(drafts[index].place, format!("the record kind \"{id}\" stands twice"));
        }
    }
    for (index, draft) in drafts.iter_mut().enumerate() {
        let Some((parent, place)) = draft.parent.clone() else { continue };
        match ids[..index].iter().position(|id| *id == parent) {
            Some(found) => draft.kind.parent = Some(found),
            None => faults.at(place, format!("record {}: the parent \"{parent}\" does not stand before it", draft.kind.id)),
        }
        if !matches!(layout.format, Format::Json | Format::Xml) {
            faults.at(place, format!("record {}: `parent` is for json and xml layouts", draft.kind.id));
        }
    }
    for index in 0..drafts.len() {
        for (field, draft) in std::mem::take(&mut drafts[index].totals) {
            if let Some(total) = link_total(drafts, index, &draft, &ids, faults) {
                drafts[index].kind.fields[field].total = Some(total);
            }
        }
    }
}

fn link_total(drafts: &[Draft], owner: usize, draft: &TotalDraft, ids: &[String], faults: &mut Faults<'_>) -> Option<Total> {
    let own = &drafts[owner].kind;
    let what = format!("record {}: total", own.id);
    let Some(counted) = ids.iter().position(|id| *id == draft.kind) else {
        faults.at(draft.place, format!("{what}: no record kind \"{}\"", draft.kind));
        return None;
    };
    if counted >= owner {
        // A stream can be totalled only after the records went by, and a writer could not go back to fill a header in.
        faults.at(draft.place, format!("{what}: \"{}\" must stand before the record with the total", draft.kind));
        return None;
    }
    let other = &drafts[counted].kind;
    let mut complete = true;
    let mut find = |kind: &Kind, name: &str, faults: &mut Faults<'_>| {
        let found = kind.field(name);
        if found.is_none() {
            faults.at(draft.place, format!("{what}: record {} has no field \"{name}\"", kind.id));
            complete = false;
        }
        found
    };
    let sum = draft.field.as_deref().and_then(|name| find(other, name, faults));
    let mut conditions = Vec::new();
    for (name, any_of) in &draft.conditions {
        if let Some(field) = find(other, name, faults) {
            field::known_values(&other.fields[field], any_of, draft.place, &what, faults);
            conditions.push(Condition { field, any_of: any_of.clone() });
        }
    }
    let mut matching = Vec::new();
    for name in &draft.matching {
        if let (Some(here), Some(there)) = (find(own, name, faults), find(other, name, faults)) {
            matching.push((here, there));
        }
    }
    if !complete {
        return None;
    }
    if sum.is_some_and(|index| !matches!(other.fields[index].ty, FieldType::Yen | FieldType::Int)) {
        faults.at(draft.place, format!("{what}: the summed field must be yen or int"));
    }
    let per_group = own.repeat;
    if per_group && !other.repeat {
        faults.at(draft.place, format!("{what}: \"{}\" does not belong to the group", draft.kind));
    }
    Some(Total { kind: counted, sum, conditions, matching, per_group })
}
