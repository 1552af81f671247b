//! One entry of `fields`: type, length, and everything that may be said about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::de::DeTable;

use super::kind::is_snake_case;
use crate::calendar::DateForm;
use crate::charset::Encoding;
use crate::codes;
use crate::layout::model::{Choice, CodeTable, Condition, Field, Labels, Layout};
use crate::layout::names::{self, Auto, Blank, FieldType, Format, Grade, Pad};
use crate::walk::{Faults, Section};

/// Ids the message contract keeps for itself.
const RESERVED: &[&str] = &["line", "sub", "record", "group", "grp", "offset", "length", "seq"];
/// Digits of the greatest amount that fits 64 bits whatever its digits are.
const NUMBER_DIGITS_MAX: usize = 18;

/// A total whose record kinds and fields are still names.
pub(super) struct TotalDraft {
    pub(super) place: usize,
    pub(super) kind: String,
    pub(super) field: Option<String>,
    pub(super) conditions: Vec<(String, Vec<String>)>,
    pub(super) matching: Vec<String>,
}

/// Reads one field. `before` are the fields that stand before it in the record.
#[allow(clippy::too_many_arguments)]
pub(super) fn parse(
    table: &DeTable<'_>,
    place: usize,
    index: usize,
    before: &[Field],
    record: &str,
    codes: &BTreeMap<String, Arc<CodeTable>>,
    layout: &Layout,
    faults: &mut Faults<'_>,
) -> (Field, Option<TotalDraft>) {
    let shown = table.get("id").and_then(|value| value.get_ref().as_str()).unwrap_or("?");
    let what = format!("{record}, field {} ({shown})", index + 1);
    let mut section = Section::new(table, place, what.clone());
    let ty = section.word(faults, "type", FieldType::ALL);
    if ty.is_none() && table.get("type").is_none() {
        faults.at(place, format!("{what}: `type` is missing"));
    }
    let ty = ty.unwrap_or(FieldType::Text);
    let (id, name) = identity(&mut section, ty, index, &what, faults);
    let forms = section.words(faults, "forms", names::DATE_FORMS);
    if forms.is_some() && ty != FieldType::Date {
        faults.at(section.place_of("forms"), format!("{what}: `forms` belongs to type date"));
    }
    let (len, min_len) = lengths(&mut section, ty, layout, forms.as_deref(), &what, faults);
    let pad_default = if ty.is_numeric() { Pad::ZeroLeft } else { Pad::SpaceRight };
    let mut field = Field {
        json_key: format!(",\"{id}\":").into_bytes().into_boxed_slice(),
        id,
        name,
        ty,
        len,
        min_len,
        scale: section.size(faults, "scale", 0).unwrap_or(if ty == FieldType::Decimal { 4 } else { 0 }),
        offset: 0,
        must: section.flag(faults, "must"),
        must_when: must_when(&mut section, before, &what, faults),
        constant: section.string(faults, "const"),
        default: section.string(faults, "default").filter(|text| !text.is_empty()),
        codes: code_table(&mut section, codes, &what, faults),
        codes_open: section.flag(faults, "codes_open"),
        min: section.integer(faults, "min"),
        max: section.integer(faults, "max"),
        negative: section.flag(faults, "negative"),
        negative_marks: section.flag(faults, "negative_marks"),
        forms: forms.unwrap_or_else(|| vec![DateForm::Yyyymmdd]),
        class: section.word(faults, "class", names::CLASSES),
        kana_wo: section.flag(faults, "kana_wo"),
        kana_dot: section.boolean(faults, "kana_dot").unwrap_or(true),
        check: section.word(faults, "check", &codes::names().map(|name| (name, name)).collect::<Vec<_>>()),
        check_warns: section.flag(faults, "check_warns"),
        pad: section.word(faults, "pad", Pad::ALL).unwrap_or(pad_default),
        blank: section.word(faults, "blank", Blank::ALL).unwrap_or(Blank::Zeros),
        total: None,
        sample: section.string(faults, "sample"),
        auto: section.word(faults, "auto", Auto::ALL),
        suspicion: layout.suspicion,
        path: section.string(faults, "path"),
        labels: labels(&mut section, before, ty, &what, faults),
        choice: choice(&mut section, &what, faults),
        fault: section.string(faults, "fault"),
        spread: section.flag(faults, "spread"),
        grade: section.word(faults, "grade", Grade::ALL),
    };
    if field.constant.is_some() {
        field.must = true;
    }
    let total = total(&mut section, &what, faults);
    section.finish(faults);
    super::cross::check_field(&field, total.is_some(), layout, &what, place, faults);
    (field, total)
}

fn identity(section: &mut Section<'_, '_>, ty: FieldType, index: usize, what: &str, faults: &mut Faults<'_>) -> (String, String) {
    if ty == FieldType::Filler {
        // Blanks need no name; one is made so that faults can point at them.
        let id = section.string(faults, "id").unwrap_or_else(|| format!("filler_{}", index + 1));
        return (id, section.string(faults, "name").unwrap_or_else(|| "予備".to_owned()));
    }
    let id = section.required(faults, "id");
    let name = section.required(faults, "name");
    if !id.is_empty() && !is_snake_case(&id) {
        faults.at(section.place_of("id"), format!("{what}: `id` must be snake_case ASCII"));
    }
    if RESERVED.contains(&id.as_str()) {
        faults.at(section.place_of("id"), format!("{what}: the id \"{id}\" is reserved"));
    }
    (id, name)
}

/// Length and least length. Types with one written form know their length; for the rest it must be said.
fn lengths(
    section: &mut Section<'_, '_>,
    ty: FieldType,
    layout: &Layout,
    forms: Option<&[DateForm]>,
    what: &str,
    faults: &mut Faults<'_>,
) -> (usize, usize) {
    let own = match ty {
        FieldType::Date => {
            Some(forms.and_then(|forms| forms.first()).map_or(8, |form| names::date_form_len_max(*form, kanji_len(layout))))
        }
        FieldType::Year | FieldType::Mmdd => Some(4),
        FieldType::Month | FieldType::Time => Some(6),
        FieldType::Timestamp => Some(35),
        // SHA-256 in hex.
        FieldType::Attachment => Some(64),
        FieldType::Filler if layout.format != Format::Fixed => Some(0),
        _ => None,
    };
    let given = section.size(faults, "len", 1);
    if given.is_none() && own.is_none() && section.value("len").is_none() {
        faults.at(section.place, format!("{what}: `len` is missing"));
    }
    let len = given.or(own).unwrap_or(1);
    if matches!(ty, FieldType::Int | FieldType::Yen) && len > NUMBER_DIGITS_MAX && layout.format != Format::Fixed {
        faults.at(section.place_of("len"), format!("{what}: numbers have at most {NUMBER_DIGITS_MAX} digits"));
    }
    let least = if ty == FieldType::Digits { len } else { 1 };
    let min_len = section.size(faults, "min_len", 1).unwrap_or(least);
    if min_len > len {
        faults.at(section.place_of("min_len"), format!("{what}: `min_len` {min_len} is more than `len` {len}"));
    }
    (len, min_len)
}

fn must_when(section: &mut Section<'_, '_>, before: &[Field], what: &str, faults: &mut Faults<'_>) -> Option<Condition> {
    let mut when = section.table(faults, "must_when")?;
    let name = when.required(faults, "field");
    let any_of = when.strings(faults, "in").unwrap_or_default();
    let place = when.place;
    when.finish(faults);
    if any_of.is_empty() {
        faults.at(place, format!("{what}: `must_when` needs `in` with at least one value"));
    }
    let field = before.iter().position(|field| field.id == name);
    match field {
        None => faults.at(place, format!("{what}: `must_when` names \"{name}\", which is no earlier field of the record")),
        Some(index) => known_values(&before[index], &any_of, place, &format!("{what}: `must_when`"), faults),
    }
    Some(Condition { field: field?, any_of })
}

fn labels(section: &mut Section<'_, '_>, before: &[Field], ty: FieldType, what: &str, faults: &mut Faults<'_>) -> Option<Labels> {
    let place = section.place;
    let mut earlier = |key: &'static str| {
        let name = section.string(faults, key);
        name.and_then(|name| before.iter().position(|field| field.id == name))
    };
    let found = earlier("file_name").zip(earlier("media_type"));
    let stated = section.has("file_name") || section.has("media_type");
    if stated != (ty == FieldType::Attachment) || (stated && found.is_none()) {
        faults
            .at(place, format!("{what}: an attachment, and nothing else, names earlier fields by `file_name` and `media_type`"));
    }
    found.map(|(file_name, media_type)| Labels { file_name, media_type })
}

fn choice(section: &mut Section<'_, '_>, what: &str, faults: &mut Faults<'_>) -> Option<Choice> {
    let mut choice = section.table(faults, "where")?;
    let path = choice.required(faults, "path");
    let (wanted, unwanted) = (choice.strings(faults, "in"), choice.strings(faults, "not_in"));
    let others = unwanted.is_some();
    if wanted.is_some() == others || wanted.iter().chain(&unwanted).any(Vec::is_empty) {
        faults.at(choice.place, format!("{what}: `where` needs `in` or `not_in` with at least one value"));
    }
    choice.finish(faults);
    Some(Choice { path, any_of: wanted.or(unwanted).unwrap_or_default(), others })
}

/// A condition on a value that the field's own code table refuses would never hold.
pub(super) fn known_values(field: &Field, any_of: &[String], place: usize, what: &str, faults: &mut Faults<'_>) {
    let Some(table) = field.codes.as_ref().filter(|_| !field.codes_open) else { return };
    for value in any_of.iter().filter(|value| !value.is_empty() && !table.contains(value.as_bytes())) {
        faults.at(place, format!("{what}: \"{value}\" is not in the table [codes.{}] of \"{}\"", table.name, field.id));
    }
}

/// What a 漢字 takes in a length: bytes in a fixed file, one character elsewhere.
fn kanji_len(layout: &Layout) -> usize {
    match (layout.format, layout.encodings.first()) {
        (Format::Fixed, Some(Encoding::Utf8 | Encoding::Utf8Bom)) => 3,
        (Format::Fixed, _) => 2,
        (Format::Csv | Format::Json | Format::Xml, _) => 1,
    }
}

fn code_table(
    section: &mut Section<'_, '_>,
    codes: &BTreeMap<String, Arc<CodeTable>>,
    what: &str,
    faults: &mut Faults<'_>,
) -> Option<Arc<CodeTable>> {
    let name = section.string(faults, "codes")?;
    let found = codes.get(&name).cloned();
    if found.is_none() {
        faults.at(section.place_of("codes"), format!("{what}: there is no table [codes.{name}]"));
    }
    found
}

fn total(section: &mut Section<'_, '_>, what: &str, faults: &mut Faults<'_>) -> Option<TotalDraft> {
    let mut total = section.table(faults, "total")?;
    let of = total.word(faults, "of", &[("count", false), ("sum", true)]);
    let kind = total.required(faults, "kind");
    let field = total.string(faults, "field");
    let conditions = total.table(faults, "where").map(|mut table| table.entries(faults)).unwrap_or_default();
    let matching = total.strings(faults, "match").unwrap_or_default();
    let place = total.place;
    total.finish(faults);
    match of {
        None => faults.at(place, format!("{what}: total needs `of` = \"count\" or \"sum\"")),
        Some(sum) if sum != field.is_some() => {
            faults.at(place, format!("{what}: `field` belongs to a total of = \"sum\", and only to that"));
        }
        Some(_) => {}
    }
    let conditions = conditions.into_iter().map(|(name, any_of, _)| (name, any_of)).collect();
    Some(TotalDraft { place, kind, field, conditions, matching })
}
