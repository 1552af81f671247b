//! One record as CSV or fixed-length bytes.

use std::io::Write;

use super::WriteError;
use super::build::Built;
use super::output::Output;
use crate::charset::{self, Encoding};
use crate::layout::harmless;
use crate::layout::model::{Field, Kind, Layout};
use crate::layout::names::{Blank, FieldType, Pad, Quote};
use crate::layout::value::{self, Problem};

/// The text of a value as the file has it.
pub(super) fn text_of(kind: &Kind, index: usize, record: u64, built: &Built, out: &mut Vec<u8>) -> Result<bool, WriteError> {
    let Some((typed, text)) = built.get(index) else { return Ok(false) };
    value::file_text(&kind.fields[index], typed, text, out)
        .map_err(|problem| WriteError::value(record, kind, index, &problem, &String::from_utf8_lossy(text)))?;
    Ok(true)
}

/// Appends a text in the file's encoding; a character it lacks is an error that names it.
fn encode(kind: &Kind, index: usize, record: u64, encoding: Encoding, text: &[u8], out: &mut Vec<u8>) -> Result<(), WriteError> {
    if text.is_ascii() && encoding.is_ascii_based() {
        out.extend_from_slice(text);
        return Ok(());
    }
    let text = String::from_utf8_lossy(text);
    charset::encode(encoding, &text, out).map_err(|unmappable| {
        let at: usize = text.chars().take(unmappable.index).map(char::len_utf8).sum();
        let problem = Problem::place("ENCODING_UNMAPPABLE", at, unmappable.ch.len_utf8())
            .arg("char", unmappable.ch)
            .arg("code_point", unmappable.code_point())
            .arg("encoding", encoding);
        WriteError::value(record, kind, index, &problem, &text)
    })
}

/// Appends the header line without its ending.
pub(super) fn header(layout: &Layout, encoding: Encoding, out: &mut Vec<u8>) {
    let Some(kind) = layout.kinds().first() else { return };
    let mut cell = Vec::new();
    for (index, field) in kind.fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        cell.clear();
        // A layout whose names its own encoding lacks is refused when it is read (parse/cross.rs).
        if charset::encode(encoding, &field.name, &mut cell).is_ok() {
            quoted(&cell, layout.csv.quote, out);
        }
    }
}

/// Writes one CSV record.
pub(super) fn csv<W: Write>(
    layout: &Layout,
    kind: &Kind,
    encoding: Encoding,
    record: u64,
    built: &Built,
    out: &mut Output<W>,
) -> Result<(), WriteError> {
    out.record(|line| {
        let mut text = Vec::new();
        let mut cell = Vec::new();
        for index in 0..kind.fields.len() {
            if index > 0 {
                line.push(b',');
            }
            text.clear();
            cell.clear();
            text_of(kind, index, record, built, &mut text)?;
            if layout.csv.marks(&kind.fields[index]) && harmless::marked(&String::from_utf8_lossy(&text)).len() > text.len() {
                text.insert(0, b'\'');
            }
            encode(kind, index, record, encoding, &text, &mut cell)?;
            if layout.csv.quote == Quote::None && cell.iter().any(|byte| matches!(byte, b',' | b'\r' | b'\n')) {
                let problem = Problem::whole("CSV_NEEDS_QUOTE");
                return Err(WriteError::value(record, kind, index, &problem, &String::from_utf8_lossy(&text)));
            }
            quoted(&cell, layout.csv.quote, line);
        }
        Ok(())
    })
}

fn quoted(cell: &[u8], quote: Quote, out: &mut Vec<u8>) {
    let needed = match quote {
        Quote::All => true,
        Quote::None => false,
        Quote::Minimal => cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')),
    };
    if !needed {
        out.extend_from_slice(cell);
        return;
    }
    out.push(b'"');
    for &byte in cell {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Writes one fixed-length record.
pub(super) fn fixed<W: Write>(
    kind: &Kind,
    encoding: Encoding,
    record: u64,
    built: &Built,
    out: &mut Output<W>,
) -> Result<(), WriteError> {
    let (blank, zero, minus) = if encoding.is_ascii_based() { (b' ', b'0', b'-') } else { (0x40, 0xF0, 0x60) };
    out.record(|line| {
        let mut text = Vec::new();
        let mut cell = Vec::new();
        for (index, field) in kind.fields.iter().enumerate() {
            text.clear();
            cell.clear();
            if !text_of(kind, index, record, built, &mut text)? {
                let fill = if absent_is_zeros(field) { zero } else { blank };
                line.extend(std::iter::repeat_n(fill, field.len));
                continue;
            }
            encode(kind, index, record, encoding, &text, &mut cell)?;
            if cell.len() > field.len {
                let problem = Problem::whole("FIELD_TOO_LONG").arg("expected", field.len).arg("found", cell.len());
                return Err(WriteError::value(record, kind, index, &problem, &String::from_utf8_lossy(&text)));
            }
            pad(field, &cell, blank, zero, minus, line);
        }
        Ok(())
    })
}

/// Whether an absent value is written as zeros (`docs/LAYOUTS.md`, blank).
fn absent_is_zeros(field: &Field) -> bool {
    // Midnight is a time; six zeros would invent one.
    field.ty.is_numeric() && field.ty != FieldType::Time && field.pad == Pad::ZeroLeft && field.blank == Blank::Zeros
}

fn pad(field: &Field, cell: &[u8], blank: u8, zero: u8, minus: u8, line: &mut Vec<u8>) {
    let missing = field.len - cell.len();
    match field.pad {
        Pad::SpaceRight => {
            line.extend_from_slice(cell);
            line.extend(std::iter::repeat_n(blank, missing));
        }
        Pad::SpaceLeft => {
            line.extend(std::iter::repeat_n(blank, missing));
            line.extend_from_slice(cell);
        }
        Pad::ZeroLeft => {
            // The sign stays in front of the zeros.
            let (sign, digits) = if cell.first() == Some(&minus) { cell.split_at(1) } else { cell.split_at(0) };
            line.extend_from_slice(sign);
            line.extend(std::iter::repeat_n(zero, missing));
            line.extend_from_slice(digits);
        }
    }
}
