//! The place a fault speaks of, cut out of the original file: the record as text with the place underlined, and its bytes.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::model::Layout;
use super::names::{Format, Newline};
use super::{value, width};
use crate::charset;
use crate::fault::Fault;

/// Bytes looked at before and behind the place.
const AROUND_BYTES: u64 = 4096;
/// Columns shown before and behind the place.
const AROUND_COLUMNS: usize = 40;
/// Bytes in a row of hex, and most rows.
const ROW_BYTES: usize = 16;
const ROWS_MAX: usize = 4;

/// A cut-out, printed by `Display`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// Line or record number of the fault.
    pub line: Option<u64>,
    /// File offset of the place.
    pub byte: u64,
    /// Text before the place, shortened.
    pub before: String,
    /// The place itself.
    pub place: String,
    /// Text behind the place, shortened.
    pub behind: String,
    /// Rows of bytes that hold the place: offset, bytes, and which of them belong to it.
    pub hex: Vec<(u64, Vec<u8>, Range<usize>)>,
}

/// Cuts the place of a fault out of the file. `None` when the fault has no place in bytes, or one that is not shown.
///
/// # Errors
/// The file cannot be read.
pub fn excerpt<R: Read + Seek>(layout: &Layout, fault: &Fault, input: &mut R) -> io::Result<Option<Excerpt>> {
    let Some(range) = range(fault) else { return Ok(None) };
    input.seek(SeekFrom::Start(range.start))?;
    let mut bytes = Vec::new();
    input.take(range.end - range.start).read_to_end(&mut bytes)?;
    Ok(cut(layout, fault, &bytes))
}

/// The bytes of the file that [`cut`] looks at, some thousands at most; they may end behind its end.
pub fn range(fault: &Fault) -> Option<Range<u64>> {
    let byte = fault.byte.filter(|_| !value::is_hidden(&fault.code))?;
    Some(byte.saturating_sub(AROUND_BYTES)..byte.saturating_add(shown_length(fault)).saturating_add(AROUND_BYTES))
}

fn shown_length(fault: &Fault) -> u64 {
    u64::from(fault.length.unwrap_or(0)).min(AROUND_BYTES)
}

/// The same as [`excerpt`] from the bytes of [`range`], as far as the file has them.
pub fn cut(layout: &Layout, fault: &Fault, bytes: &[u8]) -> Option<Excerpt> {
    let (byte, from) = (fault.byte?, range(fault)?.start);
    let at = usize::try_from(byte - from).unwrap_or(0).min(bytes.len());
    let end = (at + usize::try_from(shown_length(fault)).unwrap_or(0)).min(bytes.len());
    let (begin, stop) = record_around(layout, fault, from, bytes, at, end);
    let text = |part: &[u8]| decode(layout, part);
    let mut before = tail(&text(&bytes[begin..at]), AROUND_COLUMNS);
    if begin == 0 && from > 0 && !before.starts_with('…') {
        before.insert(0, '…');
    }
    Some(Excerpt {
        line: fault.line,
        byte,
        before,
        place: head(&text(&bytes[at..end]), AROUND_COLUMNS * 2),
        behind: head(&text(&bytes[end..stop]), AROUND_COLUMNS),
        hex: hex_rows(bytes, from, begin, stop, at, end),
    })
}

/// The record that holds the place, as far as the bytes at hand go.
fn record_around(layout: &Layout, fault: &Fault, from: u64, bytes: &[u8], at: usize, end: usize) -> (usize, usize) {
    if layout.format == Format::Fixed && layout.newline == Newline::None && fault.line.is_some() {
        let size = layout.record_bytes as u64;
        let record = (fault.line.unwrap_or(1) - 1) * size;
        let begin = usize::try_from(record.saturating_sub(from)).unwrap_or(0).min(at);
        return (begin, (begin + layout.record_bytes).max(end).min(bytes.len()));
    }
    let ebcdic = layout.format == Format::Fixed && layout.encodings.iter().any(|encoding| !encoding.is_ascii_based());
    let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n') || (ebcdic && *byte == 0x25);
    let begin = bytes[..at].iter().rposition(is_break).map_or(0, |found| found + 1);
    let stop = bytes[end..].iter().position(is_break).map_or(bytes.len(), |found| end + found);
    (begin, stop)
}

/// Text of the first encoding that fits; bytes of no encoding are shown as `<8F>`.
fn decode(layout: &Layout, bytes: &[u8]) -> String {
    let found = layout.encodings.iter().find_map(|encoding| charset::decode(*encoding, bytes).ok());
    match found {
        Some(text) => text.chars().map(|ch| if ch.is_control() { control(ch) } else { ch.to_string() }).collect(),
        None => value::show_all(bytes),
    }
}

fn control(ch: char) -> String {
    format!("<{:02X}>", u32::from(ch))
}

/// The beginning of a text, at most so many columns.
fn head(text: &str, columns: usize) -> String {
    if width::of(text) <= columns {
        return text.to_owned();
    }
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|ch| {
            used += width::of_char(*ch);
            used < columns
        })
        .collect();
    format!("{kept}…")
}

/// The end of a text, at most so many columns.
fn tail(text: &str, columns: usize) -> String {
    if width::of(text) <= columns {
        return text.to_owned();
    }
    let mut used = 0;
    let kept: Vec<char> = text
        .chars()
        .rev()
        .take_while(|ch| {
            used += width::of_char(*ch);
            used < columns
        })
        .collect();
    format!("…{}", kept.into_iter().rev().collect::<String>())
}

/// Rows of the record that hold the place; rows are counted from the record's first byte.
fn hex_rows(bytes: &[u8], from: u64, begin: usize, stop: usize, at: usize, end: usize) -> Vec<(u64, Vec<u8>, Range<usize>)> {
    let first = begin + (at - begin) / ROW_BYTES * ROW_BYTES;
    let last = end.max(at + 1);
    let mut rows = Vec::new();
    let mut row = first;
    while row < last && rows.len() < ROWS_MAX && row < bytes.len() {
        let row_end = (row + ROW_BYTES).min(stop.max(last)).min(bytes.len());
        let marked = at.clamp(row, row_end) - row..end.clamp(row, row_end) - row;
        rows.push((from + row as u64, bytes[row..row_end].to_vec(), marked));
        row += ROW_BYTES;
    }
    rows
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.map_or_else(String::new, |line| line.to_string());
        writeln!(f, "{number:>8} | {}{}{}", self.before, self.place, self.behind)?;
        let mark = "^".repeat(width::of(&self.place).max(1));
        write!(f, "{:>8} | {}{mark}", "", " ".repeat(width::of(&self.before)))?;
        for (offset, bytes, marked) in &self.hex {
            let shown: Vec<String> = bytes
                .iter()
                .enumerate()
                .map(|(index, byte)| if marked.contains(&index) { format!("[{byte:02X}]") } else { format!(" {byte:02X} ") })
                .collect();
            write!(f, "\n{offset:08X} |{}", shown.concat().trim_end())?;
        }
        Ok(())
    }
}
