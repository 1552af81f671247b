//! A file taken apart into cells, so that one can be changed without the writer, which would refuse it.

use serde_json::Value;

use super::BreakError;
use crate::charset::Encoding;
use crate::kit::model::Row;
use crate::layout::{FieldType, Format, Header, Items, Layout, Newline};

/// The cells of a file.
pub(super) enum Shape<'l> {
    Csv { layout: &'l Layout, encoding: Encoding, rows: Vec<Vec<Vec<u8>>>, mark: bool },
    Fixed { layout: &'l Layout, bytes: Vec<u8>, stride: usize },
    Json { layout: &'l Layout, value: Value },
}

impl<'l> Shape<'l> {
    pub(super) fn of(layout: &'l Layout, file: &[u8]) -> Result<Shape<'l>, BreakError> {
        match layout.format {
            Format::Csv => csv(layout, file),
            Format::Fixed => {
                let stride = layout.record_bytes
                    + match layout.newline {
                        Newline::None => 0,
                        Newline::Lf | Newline::LfBetween => 1,
                        _ => 2,
                    };
                Ok(Shape::Fixed { layout, bytes: file.to_vec(), stride })
            }
            Format::Xml => Err(BreakError::Shape("an XML document".to_owned())),
            Format::Json if layout.json.items == Items::Lines => Err(BreakError::Shape("one JSON value a line".to_owned())),
            Format::Json => {
                let value = serde_json::from_slice(file).map_err(|error| BreakError::Shape(error.to_string()))?;
                Ok(Shape::Json { layout, value })
            }
        }
    }

    /// Sets a cell; `None` when there is no such place, or when it cannot hold the text.
    pub(super) fn set(&mut self, row: &Row, field: usize, text: &str) -> Option<()> {
        match self {
            Shape::Csv { encoding, rows, .. } => {
                let cell = rows.get_mut(usize::try_from(row.line).ok()?.checked_sub(1)?)?.get_mut(field)?;
                *cell = encode(*encoding, text)?;
            }
            Shape::Fixed { layout, bytes, stride } => {
                let field = &layout.kinds()[row.kind].fields[field];
                let at = usize::try_from(row.line).ok()?.checked_sub(1)? * *stride + field.offset;
                let padded = if matches!(field.ty, FieldType::Digits | FieldType::Int | FieldType::Yen) && !text.is_empty() {
                    format!("{text:0>width$}", width = field.len)
                } else {
                    format!("{text:width$}", width = field.len)
                };
                if padded.len() != field.len || !padded.is_ascii() {
                    return None;
                }
                bytes.get_mut(at..at + field.len)?.copy_from_slice(padded.as_bytes());
            }
            Shape::Json { layout, value } => {
                let kind = &layout.kinds()[row.kind];
                let object = element(layout, value, row)?;
                let name = kind.fields[field].name.as_str();
                let held = object.get_mut(name)?;
                *held = match (&*held, text.parse::<i64>()) {
                    (Value::Number(_), Ok(number)) => number.into(),
                    _ => text.into(),
                };
            }
        }
        Some(())
    }

    /// Copies a cell from one record to another of its kind.
    pub(super) fn copy(&mut self, from: &Row, to: &Row, field: usize) -> Option<()> {
        let at = |row: &Row| usize::try_from(row.line).ok()?.checked_sub(1);
        match self {
            Shape::Csv { rows, .. } => {
                let cell = rows.get(at(from)?)?.get(field)?.clone();
                *rows.get_mut(at(to)?)?.get_mut(field)? = cell;
            }
            Shape::Fixed { layout, bytes, stride } => {
                let field = &layout.kinds()[to.kind].fields[field];
                let source = at(from)? * *stride + field.offset;
                bytes.copy_within(source..source + field.len, at(to)? * *stride + field.offset);
            }
            Shape::Json { layout, value } => {
                let name = layout.kinds()[to.kind].fields[field].name.clone();
                let cell = element(layout, value, from)?.get(&name)?.clone();
                *element(layout, value, to)?.get_mut(&name)? = cell;
            }
        }
        Some(())
    }

    /// Exchanges the first two cells of the header.
    pub(super) fn swap_header(&mut self) -> bool {
        match self {
            Shape::Csv { rows, .. } if rows.first().is_some_and(|header| header.len() > 1) => {
                rows[0].swap(0, 1);
                true
            }
            _ => false,
        }
    }

    /// Takes the last cell of a record away.
    pub(super) fn drop_last_cell(&mut self, row: &Row) -> Option<()> {
        let Shape::Csv { rows, .. } = self else { return None };
        rows.get_mut(usize::try_from(row.line).ok()?.checked_sub(1)?)?.pop().map(|_| ())
    }

    /// Moves the cells of a record one to the right, from its second one on; the last is lost.
    pub(super) fn shift(&mut self, row: &Row) -> Option<()> {
        let Shape::Csv { rows, .. } = self else { return None };
        let cells = rows.get_mut(usize::try_from(row.line).ok()?.checked_sub(1)?)?;
        cells.pop();
        cells.insert(1, Vec::new());
        Some(())
    }

    /// The file again.
    pub(super) fn bytes(self) -> Vec<u8> {
        match self {
            Shape::Csv { layout, rows, mark, .. } => {
                let newline: &[u8] = if matches!(layout.newline, Newline::Lf | Newline::LfBetween) { b"\n" } else { b"\r\n" };
                let mut out: Vec<u8> = if mark { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
                for row in rows {
                    out.extend_from_slice(&row.join(&b','));
                    out.extend_from_slice(newline);
                }
                out
            }
            Shape::Fixed { bytes, .. } => bytes,
            Shape::Json { value, .. } => value.to_string().into_bytes(),
        }
    }
}

/// Cells with their quotation marks, as they stand.
fn csv<'l>(layout: &'l Layout, file: &[u8]) -> Result<Shape<'l>, BreakError> {
    let (mark, body) = file.strip_prefix(b"\xEF\xBB\xBF").map_or((false, file), |body| (true, body));
    let encoding = if mark || std::str::from_utf8(body).is_ok() { Encoding::Utf8 } else { Encoding::Cp932 };
    let mut rows = Vec::new();
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    for line in body.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut cells = vec![Vec::new()];
        let mut quoted = false;
        for &byte in line {
            quoted ^= byte == b'"';
            match (byte, quoted, cells.last_mut()) {
                (b',', false, _) => cells.push(Vec::new()),
                (_, _, Some(cell)) => cell.push(byte),
                _ => {}
            }
        }
        if quoted {
            return Err(BreakError::Shape("a quoted cell goes over several lines".to_owned()));
        }
        rows.push(cells);
    }
    debug_assert!(matches!(layout.csv.header, Header::Names | Header::None));
    Ok(Shape::Csv { layout, encoding, rows, mark })
}

fn encode(encoding: Encoding, text: &str) -> Option<Vec<u8>> {
    if encoding == Encoding::Utf8 {
        return Some(text.as_bytes().to_vec());
    }
    let (bytes, _, unmappable) = encoding_rs::SHIFT_JIS.encode(text);
    (!unmappable).then(|| bytes.into_owned())
}

/// The object of a record.
fn element<'v>(layout: &Layout, value: &'v mut Value, row: &Row) -> Option<&'v mut Value> {
    let nth = usize::try_from(row.line).ok()?.checked_sub(1)?;
    let root = match (layout.json.items, value) {
        (_, Value::Array(elements)) => elements.get_mut(nth)?,
        (Items::Map, Value::Object(map)) => map.values_mut().nth(nth)?,
        (_, object) => object,
    };
    let kind = &layout.kinds()[row.kind];
    let (Some(parent), Some(path)) = (kind.parent, &kind.path) else { return Some(root) };
    if layout.kinds()[parent].parent.is_some() {
        return None; // Deeper than one list: the number in the list does not say in which.
    }
    match root.get_mut(path)? {
        Value::Array(elements) => elements.get_mut(usize::try_from(row.sub).ok()?.checked_sub(1)?),
        object => Some(object),
    }
}
