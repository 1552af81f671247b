//! One validated record, borrowed from the reader's window.

use std::borrow::Cow;

use crate::layout::model::Kind;
use crate::layout::names::FieldType;
use crate::layout::value::{self, Typed};

/// One value of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::layout) enum Value {
    /// The field is empty.
    Absent,
    /// The cell was refused; such a record is not handed on.
    Refused,
    /// A text in the record's bytes, or in the arena when it had to be decoded.
    Text {
        /// It lies in the arena.
        held: bool,
        /// It needs no escaping in JSON.
        plain: bool,
        /// First byte.
        start: u32,
        /// Byte behind the last.
        end: u32,
    },
    /// A value that is more than its text.
    Typed(Typed),
}

/// One validated record. Values lie in the reader's window or arena; copy what must outlive the callback.
#[derive(Debug)]
pub struct Record<'a> {
    /// Index of the kind in [`crate::layout::Layout::kinds`].
    pub kind_index: usize,
    /// The kind.
    pub kind: &'a Kind,
    /// 1-based: line (CSV), record (fixed), element (JSON).
    pub line: u64,
    /// Place of a nested record in its list, from 1; 0 for others.
    pub sub: u32,
    /// Number of the repeating group, from 1; 0 outside of groups.
    pub group: u32,
    /// 0-based byte offset of the record in the file.
    pub offset: u64,
    /// Bytes of the record without its separator.
    pub length: u32,
    /// Value of the kind's `amount` field, 0 without one.
    pub yen: i64,
    pub(in crate::layout) values: &'a [Value],
    pub(in crate::layout) raw: &'a [u8],
    pub(in crate::layout) held: &'a [u8],
}

impl Record<'_> {
    /// The bytes of a text value.
    fn slice(&self, held: bool, start: u32, end: u32) -> &[u8] {
        let source = if held { self.held } else { self.raw };
        &source[start as usize..end as usize]
    }

    /// The value of a field by index in its canonical text form (dates `2026-10-05`, numbers without leading zeros).
    pub fn text(&self, field: usize) -> Option<Cow<'_, str>> {
        match *self.values.get(field)? {
            Value::Absent | Value::Refused => None,
            Value::Text { held, start, end, .. } => Some(String::from_utf8_lossy(self.slice(held, start, end))),
            Value::Typed(typed) => {
                let mut text = Vec::with_capacity(20);
                value::canonical(typed, &mut text);
                Some(Cow::Owned(String::from_utf8_lossy(&text).into_owned()))
            }
        }
    }

    /// The value of a field by id, see [`Record::text`].
    pub fn get(&self, id: &str) -> Option<Cow<'_, str>> {
        self.text(self.kind.field(id)?)
    }

    /// The value of an `int`, `yen` or `year` field by index.
    pub fn number(&self, field: usize) -> Option<i64> {
        match self.values.get(field)? {
            Value::Typed(Typed::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// Appends `{"record":…,"line":…,"offset":…,"length":…,…fields}`. `sub` and `group` are left out when 0, empty fields and
    /// fillers are left out.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"record\":\"");
        out.extend_from_slice(self.kind.id.as_bytes());
        out.extend_from_slice(b"\",\"line\":");
        value::whole(i64::try_from(self.line).unwrap_or(i64::MAX), out);
        if self.sub > 0 {
            out.extend_from_slice(b",\"sub\":");
            value::whole(i64::from(self.sub), out);
        }
        if self.group > 0 {
            out.extend_from_slice(b",\"group\":");
            value::whole(i64::from(self.group), out);
        }
        out.extend_from_slice(b",\"offset\":");
        value::whole(i64::try_from(self.offset).unwrap_or(i64::MAX), out);
        out.extend_from_slice(b",\"length\":");
        value::whole(i64::from(self.length), out);
        for (field, value) in self.kind.fields.iter().zip(self.values) {
            match *value {
                Value::Absent | Value::Refused => {}
                Value::Text { held, plain, start, end } => {
                    out.extend_from_slice(&field.json_key);
                    let text = self.slice(held, start, end);
                    match (field.ty, plain) {
                        (FieldType::Decimal, _) => out.extend_from_slice(text),
                        (_, true) => quoted(text, out),
                        (_, false) => escaped(text, out),
                    }
                }
                Value::Typed(typed) => {
                    out.extend_from_slice(&field.json_key);
                    let quote = !matches!(typed, Typed::Int(_));
                    if quote {
                        out.push(b'"');
                    }
                    value::canonical(typed, out);
                    if quote {
                        out.push(b'"');
                    }
                }
            }
        }
        out.push(b'}');
    }

    /// Appends `,line,sub,group,offset,length` and the values of the fields as a row of a chunk has them ([`crate::chunk`]): texts in
    /// their canonical form, `null` for an empty field. Fillers are left out, and empty fields at the end.
    pub(crate) fn write_row(&self, out: &mut Vec<u8>) {
        let places = [u64::from(self.sub), u64::from(self.group), self.offset, u64::from(self.length)];
        for place in std::iter::once(self.line).chain(places) {
            out.push(b',');
            value::whole(i64::try_from(place).unwrap_or(i64::MAX), out);
        }
        let mut end = out.len();
        for (field, value) in self.kind.fields.iter().zip(self.values).filter(|(field, _)| field.sql_type().is_some()) {
            match *value {
                Value::Absent | Value::Refused => {
                    out.extend_from_slice(b",null");
                    continue;
                }
                Value::Text { held, plain, start, end } => {
                    out.push(b',');
                    let text = self.slice(held, start, end);
                    if plain || field.ty == FieldType::Decimal { quoted(text, out) } else { escaped(text, out) }
                }
                Value::Typed(typed) => {
                    out.extend_from_slice(b",\"");
                    value::canonical(typed, out);
                    out.push(b'"');
                }
            }
            end = out.len();
        }
        out.truncate(end);
    }
}

fn quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text);
    out.push(b'"');
}

/// Quotation marks, backslashes, controls.
#[cold]
fn escaped(text: &[u8], out: &mut Vec<u8>) {
    // Values are UTF-8 by construction; serde_json then cannot fail on a string.
    match serde_json::to_writer(&mut *out, &String::from_utf8_lossy(text)) {
        Ok(()) => {}
        Err(_) => out.extend_from_slice(b"null"),
    }
}
