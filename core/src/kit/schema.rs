//! A layout as JSON Schema (2020-12): what a message of records looks like. What JSON Schema cannot say – check digits, days of the
//! calendar, kana classes, natural keys – stands in the descriptions; the program judges it all the same.

use serde_json::{Map, Value, json};

use crate::layout::{Field, FieldType, Kind, Layout, Occurs};

/// The schema of a message: a list of records, or one record.
pub fn of(slug: &str, variant: &str, layout: &Layout) -> Value {
    let kinds = layout.kinds();
    let roots: Vec<usize> = (0..kinds.len()).filter(|&index| kinds[index].parent.is_none()).collect();
    let reference = |index: usize| json!({ "$ref": format!("#/$defs/{}", kinds[index].id) });
    let record = if let [only] = roots[..] {
        reference(only)
    } else {
        json!({ "oneOf": roots.iter().map(|&root| reference(root)).collect::<Vec<_>>() })
    };
    let definitions: Map<String, Value> =
        (0..kinds.len()).map(|index| (kinds[index].id.clone(), kind(layout, index, roots.len() > 1))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:renkei:{slug}:{variant}:{}", layout.version),
        "title": layout.name,
        "description": format!("{slug}, layout {variant}, version {}", layout.version),
        "oneOf": [{ "type": "array", "minItems": 1, "items": record }, record],
        "$defs": definitions,
    })
}

/// Where the list of a nested kind hangs in its parent: under its id, unless the parent has a field of that name.
pub(super) fn key_of<'l>(layout: &'l Layout, kind: &'l Kind) -> &'l str {
    let parent = kind.parent.map(|parent| &layout.kinds()[parent]);
    let taken = parent.is_some_and(|parent| parent.field(&kind.id).is_some());
    if taken { kind.path.as_deref().unwrap_or(&kind.id) } else { &kind.id }
}

fn kind(layout: &Layout, index: usize, named: bool) -> Value {
    let kind = &layout.kinds()[index];
    let mut properties = Map::new();
    let mut required = Vec::new();
    let root = kind.parent.is_none();
    if root {
        properties.insert("record".to_owned(), json!({ "const": kind.id }));
        if named {
            required.push(json!("record"));
        }
    }
    for (index, field) in kind.fields.iter().enumerate().filter(|(_, field)| field.ty != FieldType::Filler) {
        properties.insert(field.id.clone(), property(layout, kind, index));
        if field.must && field.constant.is_none() && field.default.is_none() {
            required.push(json!(field.id));
        }
    }
    for nested in layout.kinds().iter().filter(|nested| nested.parent == Some(index)) {
        let item = json!({ "$ref": format!("#/$defs/{}", nested.id) });
        let list = match nested.occurs {
            Occurs::One | Occurs::Optional => item,
            Occurs::Many => json!({ "type": "array", "minItems": 1, "items": item }),
            Occurs::Any => json!({ "type": "array", "items": item }),
        };
        properties.insert(key_of(layout, nested).to_owned(), list);
        if matches!(nested.occurs, Occurs::One | Occurs::Many) {
            required.push(json!(key_of(layout, nested)));
        }
    }
    let conditions: Vec<Value> = kind.fields.iter().filter_map(|field| condition(kind, field)).collect();
    let mut schema = json!({ "title": kind.name, "type": "object", "properties": properties, "required": required, "additionalProperties": layout.json.open });
    if !conditions.is_empty() {
        schema["allOf"] = Value::Array(conditions);
    }
    schema
}

/// `must_when` as if/then.
fn condition(kind: &Kind, field: &Field) -> Option<Value> {
    let condition = field.must_when.as_ref()?;
    let other = &kind.fields[condition.field];
    let values: Vec<Value> = condition
        .any_of
        .iter()
        .map(|value| match other.ty {
            FieldType::Int | FieldType::Yen | FieldType::Year => {
                value.parse::<i64>().map_or_else(|_| json!(value), |number| json!(number))
            }
            _ => json!(value),
        })
        .collect();
    Some(json!({
        "if": { "properties": { other.id.as_str(): { "enum": values } }, "required": [other.id] },
        "then": { "required": [field.id] },
    }))
}

fn property(layout: &Layout, kind: &Kind, index: usize) -> Value {
    let field = &kind.fields[index];
    let mut schema = shape(field);
    schema["title"] = json!(field.name);
    let row = &crate::layout::describe::rows(layout, kind, crate::catalogue::Lang::En)[index];
    if !row.rules.is_empty() {
        schema["description"] = json!(row.rule());
    }
    if let Some(constant) = &field.constant {
        schema["const"] = json!(constant);
    }
    if let Some(table) = field.codes.as_ref().filter(|_| !field.codes_open) {
        let mut codes: Vec<Value> = table.entries.iter().map(|(code, _)| json!(code)).collect();
        if table.is_flag() {
            codes.extend([json!(true), json!(false)]);
            schema["type"] = json!(["string", "boolean"]);
        }
        schema["enum"] = codes.into();
    }
    schema
}

fn shape(field: &Field) -> Value {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let number = |least: Option<i64>, most: Option<i64>| {
        let mut schema = json!({ "type": "integer" });
        if let Some(least) = least {
            schema["minimum"] = json!(least);
        }
        if let Some(most) = most {
            schema["maximum"] = json!(most);
        }
        schema
    };
    match field.ty {
        FieldType::Digits if field.min_len == field.len => text(&format!("^[0-9]{{{}}}$", field.len)),
        FieldType::Digits => text(&format!("^[0-9]{{{},{}}}$", field.min_len, field.len)),
        FieldType::Code | FieldType::Ascii | FieldType::Attachment => {
            text(&format!("^[ -~]{{{},{}}}$", field.min_len.max(1), field.len))
        }
        FieldType::Text | FieldType::Kana | FieldType::Filler => {
            json!({ "type": "string", "minLength": field.min_len.max(1), "maxLength": field.len })
        }
        FieldType::Int | FieldType::Yen => {
            let most = u32::try_from(field.len).ok().and_then(|digits| 10_i64.checked_pow(digits)).map(|bound| bound - 1);
            let least = field.min.or(if field.negative { most.map(|most| -most) } else { Some(0) });
            number(least, field.max.or(most))
        }
        FieldType::Year => number(Some(1000), Some(9999)),
        FieldType::Decimal => json!({ "type": "number" }),
        FieldType::Date => text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        FieldType::Month => text("^[0-9]{4}-[0-9]{2}$"),
        FieldType::Time => text("^[0-9]{2}:[0-9]{2}:[0-9]{2}$"),
        FieldType::Timestamp => {
            // The format alone is a remark to most validators.
            let mut schema =
                text("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$");
            schema["format"] = json!("date-time");
            schema
        }
        FieldType::Mmdd => text("^[0-9]{2}-[0-9]{2}$"),
    }
}
