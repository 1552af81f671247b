//! One JSON object to one record, and the lists inside it to nested records.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Event;
use super::core::{Core, Source};
use super::encoding::Decision;
use super::fields::{Cell, Place, field_fault};
use super::record::Value;
use crate::charset::Encoding;
use crate::fault::Fault;
use crate::layout::model::{CodeTable, Field, Kind, Layout};
use crate::layout::names::{FieldType, Occurs};
use crate::layout::value;

/// Keys of the message contract that are no fields.
const RESERVED: &[&str] = &["record", "line", "sub", "group", "offset", "length"];

#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// An object with its keys in order, repeated keys included, and its values still as text.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut entries = Vec::with_capacity(32);
                while let Some((key, value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    entries.push((key.0, value));
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// Reads one element of the file.
pub(super) fn take<F: FnMut(Event<'_>)>(
    bytes: &[u8],
    place: Place,
    key: Option<&str>,
    core: &mut Core<'_, F>,
    decision: &mut Decision,
) {
    if let Err(error) = decision.judge(bytes) {
        core.count(place);
        core.fault(super::undecodable_fault(&error, bytes, place));
        core.unreadable(None);
        return;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let object: Object<'_> = match serde_json::from_str(text) {
        Ok(object) => object,
        Err(error) => {
            let at = offset_of(text, error.line(), error.column());
            let fault = Fault::new("JSON_SYNTAX").on_line(place.line).at_bytes(place.offset + at as u64, 1);
            core.count(place);
            core.fault(fault.value(value::show(bytes)).arg("detail", error));
            core.unreadable(None);
            return;
        }
    };
    let layout = core.layout;
    let mut reader = Reader { text, layout, place, core };
    let Some(kind_index) = reader.root_kind(&object) else {
        reader.core.count(place);
        reader.core.unreadable(None);
        return;
    };
    reader.record(kind_index, &object, text, 0, key);
}

/// Byte offset of serde_json's 1-based line and column.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

struct Reader<'r, 'l, F> {
    /// The element.
    text: &'r str,
    layout: &'r Layout,
    place: Place,
    core: &'r mut Core<'l, F>,
}

impl<'r, F: FnMut(Event<'_>)> Reader<'r, '_, F> {
    /// The key of a field: its id in messages, its name in files.
    fn key_of<'k>(&self, field: &'k Field) -> &'k str {
        if self.core.source == Source::Message { &field.id } else { &field.name }
    }

    fn root_kind(&mut self, object: &Object<'_>) -> Option<usize> {
        let kinds = self.core.layout.kinds();
        let roots: Vec<usize> = (0..kinds.len()).filter(|&index| kinds[index].parent.is_none()).collect();
        let message = self.core.source == Source::Message;
        let wanted =
            |name: &str| object.0.iter().find(|(key, _)| key == name).map(|(_, raw)| raw.get().trim_matches('"').to_owned());
        let named = if message { wanted("record") } else { None };
        if let [only] = roots[..]
            && named.is_none()
            && (message || kinds[only].tag.is_none())
        {
            return Some(only);
        }
        let found = if message {
            roots.iter().copied().find(|&index| Some(&kinds[index].id) == named.as_ref())
        } else {
            let tagged = |index: &usize| kinds[*index].fields.first().and_then(|field| wanted(&field.name)) == kinds[*index].tag;
            roots.iter().copied().find(tagged)
        };
        if found.is_none() {
            let shown = named.unwrap_or_default();
            let fault = super::unknown_tag(self.core.layout, shown.as_bytes(), self.place);
            self.core.fault(fault);
        }
        found
    }

    /// One object: its fields, then its lists.
    fn record(&mut self, kind_index: usize, object: &Object<'_>, raw: &str, sub: u32, map_key: Option<&str>) {
        let layout = self.core.layout;
        let kind: &Kind = &layout.kinds()[kind_index];
        let begin = self.within(raw);
        let place = Place { sub, offset: self.place.offset + begin as u64, ..self.place };
        if !self.core.count(place) {
            return;
        }
        self.core.fields.begin(place, Encoding::Utf8);
        let mut used = 0;
        let mut guess = 0;
        for (index, field) in kind.fields.iter().enumerate() {
            let key = self.key_of(field);
            let found = match object.0.get(guess) {
                Some((at_guess, _)) if at_guess == key => Some(guess),
                _ => object.0.iter().position(|(known, _)| known == key),
            };
            match found {
                Some(position) => {
                    used += 1;
                    guess = position + 1;
                    let raw_value = object.0[position].1.get();
                    self.value(kind, index, raw_value, begin, place);
                }
                None => self.left_out(field),
            }
        }
        if let (Some(key), Some(field)) = (map_key, layout.json.map_key.as_deref().and_then(|id| kind.field(id))) {
            self.same_as_map_key(kind, field, key, raw, place);
        }
        let children: Vec<usize> =
            (0..layout.kinds().len()).filter(|&index| layout.kinds()[index].parent == Some(kind_index)).collect();
        let lists: Vec<(usize, Option<&RawValue>)> = children.iter().map(|&child| (child, self.list_of(object, child))).collect();
        used += lists.iter().filter(|(_, list)| list.is_some()).count();
        if used < object.0.len() {
            self.other_keys(kind, &children, object, place);
        }
        self.core.accept(kind_index, raw.as_bytes(), place);
        for (child, list) in lists {
            self.nested(child, list, place);
        }
    }

    fn list_of<'o>(&self, object: &Object<'o>, child: usize) -> Option<&'o RawValue> {
        let key = self.list_key(child);
        object.0.iter().find(|(known, _)| known == key).map(|(_, raw)| *raw)
    }

    /// The key of a nested list: its path in files; in messages the id of its kind, unless the parent has a field of that id.
    fn list_key(&self, child: usize) -> &'r str {
        let layout = self.layout;
        let kind = &layout.kinds()[child];
        let taken = kind.parent.is_some_and(|parent| layout.kinds()[parent].field(&kind.id).is_some());
        if self.core.source == Source::Message && !taken { &kind.id } else { kind.path.as_deref().unwrap_or(&kind.id) }
    }

    /// A key that is not there.
    fn left_out(&mut self, field: &Field) {
        match &field.constant {
            // A message need not repeat what is always the same.
            Some(constant) if self.core.source == Source::Message => {
                let value = self.core.fields.made(field, constant);
                self.core.fields.values.push(value);
            }
            _ => self.core.fields.push_absent(field),
        }
    }

    /// One scalar.
    fn value(&mut self, kind: &Kind, index: usize, raw: &str, begin: usize, place: Place) {
        let field = &kind.fields[index];
        let bytes = raw.as_bytes();
        let start = self.within(raw) - begin;
        let number = field.ty.is_number();
        match bytes[0] {
            b'n' => self.core.fields.push_absent(field),
            b'"' if !number || field.ty == FieldType::Decimal => {
                let inner = &bytes[1..bytes.len() - 1];
                if memchr::memchr(b'\\', inner).is_none() {
                    self.core.cell(kind, index, Cell { bytes: inner, start: start + 1, in_place: true });
                    return;
                }
                match serde_json::from_str::<String>(raw) {
                    Ok(text) => {
                        let cell = Cell { bytes: text.as_bytes(), start: start + 1, in_place: false };
                        self.core.cell(kind, index, cell);
                    }
                    Err(error) => self.refuse(kind, index, raw, start, place, "JSON_SYNTAX", &error.to_string()),
                }
            }
            // A flag: the field's code table says `true` and `false`.
            b't' | b'f' if field.codes.as_deref().is_some_and(CodeTable::is_flag) => {
                self.core.cell(kind, index, Cell { bytes, start, in_place: true });
            }
            b'-' | b'0'..=b'9' if number => {
                self.core.cell(kind, index, Cell { bytes, start, in_place: true });
            }
            _ => self.refuse(kind, index, raw, start, place, "JSON_TYPE", if number { "number" } else { "string" }),
        }
    }

    #[cold]
    #[allow(clippy::too_many_arguments)]
    fn refuse(&mut self, kind: &Kind, index: usize, raw: &str, start: usize, place: Place, code: &str, detail: &str) {
        let fault = field_fault(code, index, &kind.fields[index], place);
        let fault = fault.at_bytes(place.offset + start as u64, raw.len() as u32).value(value::show(raw.as_bytes()));
        self.core.fields.clean = false;
        self.core.fields.values.push(Value::Refused);
        self.core.fault(fault.arg("expected", detail).arg("detail", detail));
    }

    /// `items = "map"`: the key of the entry and the field of the same meaning must agree.
    fn same_as_map_key(&mut self, kind: &Kind, index: usize, key: &str, raw: &str, place: Place) {
        let field = &kind.fields[index];
        if self.core.fields.values[index] == Value::Absent {
            // Judged as a cell: a key that does not fit the field is a fault of its own, not an empty field.
            self.core.cell(kind, index, Cell { bytes: key.as_bytes(), start: 0, in_place: false });
            if let Some(value) = self.core.fields.values.pop() {
                self.core.fields.values[index] = value;
            }
            return;
        }
        let mut scratch = Vec::new();
        let found = String::from_utf8_lossy(self.core.fields.bytes(raw.as_bytes(), index, &mut scratch)).into_owned();
        if found != key && self.core.fields.values[index] != Value::Refused {
            self.core.fields.clean = false;
            let fault = field_fault("JSON_MAP_KEY", index, field, place).at_bytes(place.offset, 0).value(found);
            self.core.fault(fault.arg("expected", key));
        }
    }

    /// Keys that are neither field nor list: unknown, or a known one twice.
    #[cold]
    fn other_keys(&mut self, kind: &Kind, children: &[usize], object: &Object<'_>, place: Place) {
        let message = self.core.source == Source::Message;
        let list_keys: Vec<&str> = children.iter().map(|&child| self.list_key(child)).collect();
        for (position, (key, raw)) in object.0.iter().enumerate() {
            let known = kind.fields.iter().any(|field| self.key_of(field) == key) || list_keys.contains(&key.as_ref());
            let twice = object.0[..position].iter().any(|(before, _)| before == key);
            let code = match (known, twice) {
                (_, true) => "JSON_KEY_DUPLICATE",
                (false, _) if message && RESERVED.contains(&key.as_ref()) => continue,
                (false, _) if !self.core.layout.json.open => "JSON_KEY_UNKNOWN",
                _ => continue,
            };
            let byte = self.place.offset + self.within(raw.get()) as u64;
            self.core.fields.clean = false;
            self.core.fault(Fault::new(code).on_line(place.line).at_bytes(byte, raw.get().len() as u32).value(key.as_ref()));
        }
    }

    /// The records of a list (or of one object, when the kind occurs once).
    fn nested(&mut self, child: usize, list: Option<&RawValue>, parent: Place) {
        let kind = &self.core.layout.kinds()[child];
        let single = matches!(kind.occurs, Occurs::One | Occurs::Optional);
        let raw = list.map_or("null", RawValue::get);
        let parts: Result<Vec<&RawValue>, serde_json::Error> = match (raw, single, list) {
            ("null", _, _) => Ok(Vec::new()),
            (_, true, Some(object)) => Ok(vec![object]),
            _ => serde_json::from_str(raw),
        };
        let key = self.list_key(child);
        let byte = self.place.offset + if list.is_some() { self.within(raw) as u64 } else { 0 };
        let fault = |code: &str| Fault::new(code).on_line(parent.line).at_bytes(byte, 0).arg("key", key).arg("kind", &kind.name);
        let Ok(parts) = parts else {
            self.core.fault(fault("JSON_TYPE").arg("expected", "list").value(value::show(raw.as_bytes())));
            self.core.unreadable(Some(child));
            return;
        };
        if parts.is_empty() && !kind.occurs.may_be_absent() {
            self.core.fault(fault("JSON_LIST_EMPTY"));
        }
        for (position, part) in parts.into_iter().enumerate() {
            let object: Result<Object<'_>, serde_json::Error> = serde_json::from_str(part.get());
            let Ok(object) = object else {
                self.core.fault(fault("JSON_TYPE").arg("expected", "object").value(value::show(part.get().as_bytes())));
                self.core.unreadable(Some(child));
                continue;
            };
            self.record(child, &object, part.get(), position as u32 + 1, None);
        }
    }

    /// Where a part of the element begins in it. Parts are borrowed from the element, so addresses tell.
    fn within(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }
}
