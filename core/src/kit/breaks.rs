//! A sound file, broken in one named way: what the program must refuse, for publishers to see the answer, and for tests.

use std::fmt;

use super::model::{self, ModelError, Row};
use crate::charset::Encoding;
use crate::codes;
use crate::layout::{Auto, Field, FieldType, Format, Header, Layout, Newline};

mod shape;

use shape::Shape;

/// A way to break a file. What spreadsheets do to a file comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Leading zeros of a code are gone: `01` is `1`.
    ZerosLost,
    /// A long number is written `1.23E+11`.
    Exponent,
    /// A code became a date: `1-2` is `1月2日`.
    DateForCode,
    /// Digits are full-width.
    FullWidthDigits,
    /// An amount has thousands separators.
    Separator,
    /// Cells of a line moved one column to the right.
    Shifted,
    /// A byte order mark the layout does not have.
    ByteOrderMark,
    /// One line ends otherwise than the others.
    MixedNewlines,
    /// Two header cells changed places.
    HeaderOrder,
    /// A line lacks its last column.
    ColumnMissing,
    /// A line is of another encoding than the others.
    MixedEncoding,
    /// A letter O stands among the digits.
    LetterInNumber,
    /// A required value is empty.
    RequiredEmpty,
    /// A code is in no table.
    CodeUnknown,
    /// The check digit of a number is another.
    CheckDigit,
    /// A number lacks its last digit: a 登録番号 with 12.
    NumberShort,
    /// A date that is in no calendar.
    NoSuchDay,
    /// A text has one character too many.
    TooLong,
    /// An amount is negative.
    Negative,
    /// A total is one off.
    TotalOff,
    /// A natural key stands twice, with different content.
    KeyChanged,
    /// The file ends in the middle of its last record.
    Truncated,
}

impl Break {
    /// All of them.
    pub const ALL: [Break; 22] = [
        Break::ZerosLost,
        Break::Exponent,
        Break::DateForCode,
        Break::FullWidthDigits,
        Break::Separator,
        Break::Shifted,
        Break::ByteOrderMark,
        Break::MixedNewlines,
        Break::HeaderOrder,
        Break::ColumnMissing,
        Break::MixedEncoding,
        Break::LetterInNumber,
        Break::RequiredEmpty,
        Break::CodeUnknown,
        Break::CheckDigit,
        Break::NumberShort,
        Break::NoSuchDay,
        Break::TooLong,
        Break::Negative,
        Break::TotalOff,
        Break::KeyChanged,
        Break::Truncated,
    ];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Break::ZerosLost => "zeros-lost",
            Break::Exponent => "exponent",
            Break::DateForCode => "date-for-code",
            Break::FullWidthDigits => "full-width-digits",
            Break::Separator => "separator",
            Break::Shifted => "shifted",
            Break::ByteOrderMark => "byte-order-mark",
            Break::MixedNewlines => "mixed-newlines",
            Break::HeaderOrder => "header-order",
            Break::ColumnMissing => "column-missing",
            Break::MixedEncoding => "mixed-encoding",
            Break::LetterInNumber => "letter-in-number",
            Break::RequiredEmpty => "required-empty",
            Break::CodeUnknown => "code-unknown",
            Break::CheckDigit => "check-digit",
            Break::NumberShort => "number-short",
            Break::NoSuchDay => "no-such-day",
            Break::TooLong => "too-long",
            Break::Negative => "negative",
            Break::TotalOff => "total-off",
            Break::KeyChanged => "key-changed",
            Break::Truncated => "truncated",
        }
    }

    /// The codes of which one must be among the findings.
    pub const fn codes(self) -> &'static [&'static str] {
        match self {
            Break::ZerosLost => &["DIGITS_TOO_SHORT"],
            Break::Exponent => &["FIELD_EXCEL_NUMBER"],
            Break::DateForCode => &["FIELD_EXCEL_DATE"],
            Break::FullWidthDigits => &["FIELD_FULL_WIDTH_DIGITS"],
            Break::Separator => &["NUMBER_SEPARATOR"],
            Break::Shifted => &["COLUMNS_SHIFTED"],
            Break::ByteOrderMark => &["ENCODING_BOM_UNEXPECTED"],
            Break::MixedNewlines => &["NEWLINE_MIXED", "NEWLINE_KIND"],
            Break::HeaderOrder => &["HEADER_ORDER"],
            Break::ColumnMissing => &["COLUMN_COUNT"],
            Break::MixedEncoding => &["ENCODING_INVALID", "ENCODING_MIXED"],
            Break::LetterInNumber => &["FIELD_NOT_DIGITS", "OCR_LOOK_ALIKE", "JSON_TYPE"],
            Break::RequiredEmpty => &["FIELD_EMPTY"],
            Break::CodeUnknown => &["FIELD_CODE_UNKNOWN"],
            Break::CheckDigit => &["CODE_CHECK_DIGIT"],
            Break::NumberShort => &["CODE_FORM", "DIGITS_TOO_SHORT", "FIELD_TOO_SHORT"],
            Break::NoSuchDay => &["DATE_NO_SUCH_DAY"],
            Break::TooLong => &["FIELD_TOO_LONG"],
            // Behind the zeros of a fixed field a sign is no digit.
            Break::Negative => &["NUMBER_NEGATIVE", "NUMBER_TOO_SMALL", "FIELD_NOT_DIGITS"],
            Break::TotalOff => &["TOTAL_WRONG"],
            Break::KeyChanged => &["KEY_REPEATED_CHANGED"],
            Break::Truncated => &[
                "XML_CUT",
                "RECORD_TRUNCATED",
                "RECORD_MISSING_AT_END",
                "NEWLINE_LAST_MISSING",
                "RECORD_LENGTH",
                "ENCODING_INVALID",
                "ENCODING_MIXED",
                "COLUMN_COUNT",
                "JSON_SYNTAX",
            ],
        }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Break {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = || Break::ALL.map(Break::as_str).join(", ");
        Break::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| format!("no such break; there are: {}", all()))
    }
}

/// Why a file is not broken.
#[derive(Debug, thiserror::Error)]
pub enum BreakError {
    /// It is no sound file.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Files of this layout cannot be broken so.
    #[error("a file of this layout cannot be broken by {0}: it has no place for it")]
    NoPlace(Break),
    /// The file is not what its layout says, though it was read without fault.
    #[error("the file cannot be taken apart: {0}")]
    Shape(String),
}

/// The ways a sound file can be broken: those that are refused by their name.
pub fn offered(layout: &Layout, file: &[u8]) -> Vec<Break> {
    let refused = |kind: &Break| {
        let broken = apply(layout, file, *kind).ok()?;
        let codes = model::codes(layout, &broken).ok()?;
        codes.iter().any(|code| kind.codes().contains(&code.as_str())).then_some(())
    };
    Break::ALL.into_iter().filter(|kind| refused(kind).is_some()).collect()
}

/// Breaks a sound file.
///
/// # Errors
/// See [`BreakError`].
pub fn apply(layout: &Layout, file: &[u8], kind: Break) -> Result<Vec<u8>, BreakError> {
    let rows = model::rows(layout, file)?;
    if layout.format == Format::Xml {
        return if kind == Break::Truncated { Ok(truncated(file)) } else { Err(BreakError::NoPlace(kind)) };
    }
    let mut shape = Shape::of(layout, file)?;
    let no_place = || BreakError::NoPlace(kind);
    let csv = layout.format == Format::Csv;
    let wide = |fields: usize| {
        let kind = |row: &Row| &layout.kinds()[row.kind];
        rows.iter().rev().find(|row| kind(row).occurs.may_repeat() && kind(row).fields.len() >= fields)
    };
    match kind {
        Break::ZerosLost | Break::Exponent | Break::DateForCode | Break::FullWidthDigits | Break::Separator if !csv => {
            // Only what went through a spreadsheet is damaged so.
            return Err(no_place());
        }
        Break::ByteOrderMark => return byte_order_mark(layout, file).ok_or_else(no_place),
        Break::MixedNewlines => return mixed_newlines(layout, file).ok_or_else(no_place),
        Break::MixedEncoding => return mixed_encoding(layout, file).ok_or_else(no_place),
        Break::Truncated => return Ok(truncated(file)),
        Break::HeaderOrder => {
            let named = csv && layout.csv.header == Header::Names;
            if !named || !shape.swap_header() {
                return Err(no_place());
            }
        }
        Break::ColumnMissing => shape.drop_last_cell(wide(4).ok_or_else(no_place)?).ok_or_else(no_place)?,
        Break::Shifted => {
            shape.shift(wide(8).ok_or_else(no_place)?).ok_or_else(no_place)?;
            let shifted = shape.bytes();
            // Where neighbouring columns take each other's values, too little is left to see.
            return if model::codes(layout, &shifted)?.iter().any(|code| kind.codes().contains(&code.as_str())) {
                Ok(shifted)
            } else {
                Err(no_place())
            };
        }
        Break::KeyChanged => key_changed(layout, &rows, &mut shape).ok_or_else(no_place)?,
        _ => value(layout, &rows, &mut shape, kind).ok_or_else(no_place)?,
    }
    Ok(shape.bytes())
}

/// Sets one value that must not be.
fn value(layout: &Layout, rows: &[Row], shape: &mut Shape<'_>, kind: Break) -> Option<()> {
    for row in rows.iter().rev() {
        for (index, field) in layout.kinds()[row.kind].fields.iter().enumerate() {
            if layout.json.map_key.as_ref() == Some(&field.id) {
                continue; // An empty one is filled from the key of the map.
            }
            let Some(bad) = row.values[index].as_deref().and_then(|value| bad_value(field, value, kind)) else { continue };
            if shape.set(row, index, &bad).is_some() {
                return Some(());
            }
        }
    }
    None
}

/// What stands in a field instead of `value`; `None` when the field cannot be broken so.
fn bad_value(field: &Field, value: &str, kind: Break) -> Option<String> {
    let free = field.constant.is_none() && field.total.is_none() && field.auto.is_none();
    let digits = field.ty == FieldType::Digits;
    let number = matches!(field.ty, FieldType::Yen | FieldType::Int);
    let plain = free && field.codes.is_none();
    match kind {
        Break::ZerosLost => {
            let short = value.trim_start_matches('0');
            (digits && value.starts_with('0') && !short.is_empty() && short.len() < field.min_len).then(|| short.to_owned())
        }
        Break::Exponent => {
            (digits && plain && value.len() > 6).then(|| format!("{}.{}E+{:02}", &value[..1], &value[1..3], value.len() - 1))
        }
        Break::DateForCode => (digits && plain).then(|| "1月2日".to_owned()),
        Break::FullWidthDigits => (number && free).then(|| value.chars().map(full_width).collect()),
        Break::Separator => (number && free).then(|| format!("\"{}\"", separated(value))),
        Break::LetterInNumber => {
            let at = value.rfind(['0', '1'])?;
            ((digits || number) && free).then(|| format!("{}O{}", &value[..at], &value[at + 1..]))
        }
        Break::RequiredEmpty => (field.must && free).then(String::new),
        Break::CodeUnknown => {
            let table = field.codes.as_ref().filter(|_| !field.codes_open && digits)?;
            let unknown =
                (0..10).map(|digit| digit.to_string().repeat(field.len)).find(|code| !table.contains(code.as_bytes()))?;
            Some(unknown)
        }
        Break::CheckDigit | Break::NumberShort => {
            let check = field.check.filter(|_| plain && !field.check_warns)?;
            let (head, last) = value.split_at_checked(value.len().checked_sub(1)?)?;
            let digit: u8 = last.parse().ok()?;
            let bad = if kind == Break::CheckDigit { format!("{head}{}", (digit + 1) % 10) } else { head.to_owned() };
            let refused = codes::check(check, &bad).err().filter(|failed| !failed.is_warning())?;
            (kind == Break::NumberShort || refused.code() == "CODE_CHECK_DIGIT").then_some(bad)
        }
        Break::NoSuchDay => {
            let eight = field.forms.first().is_some_and(|form| form.as_str() == "yyyymmdd");
            (field.ty == FieldType::Date && eight).then(|| format!("{}0230", value.get(..4).unwrap_or("2026")))
        }
        Break::TooLong => (matches!(field.ty, FieldType::Text) && plain).then(|| "長".repeat(field.len + 1)),
        Break::Negative => (number && free && !field.negative && value != "0").then(|| format!("-{value}")),
        Break::TotalOff => {
            field.total.as_ref()?;
            Some((value.parse::<i64>().ok()? + 1).to_string())
        }
        _ => None,
    }
}

fn full_width(ch: char) -> char {
    match ch {
        '0'..='9' => char::from_u32(u32::from(ch) - u32::from('0') + u32::from('０')).unwrap_or(ch),
        other => other,
    }
}

fn separated(value: &str) -> String {
    let mut text = String::new();
    for (index, ch) in value.chars().enumerate() {
        if index > 0 && (value.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(ch);
    }
    if text.contains(',') { text } else { format!("{value},000") }
}

/// The last record of a kind with a key takes the key of one before it. Codes are equal in both: other rules of the record may
/// hang on them.
fn key_changed(layout: &Layout, rows: &[Row], shape: &mut Shape<'_>) -> Option<()> {
    for (at, row) in rows.iter().enumerate().rev() {
        let kind = &layout.kinds()[row.kind];
        if kind.key.is_empty() || kind.key.iter().any(|&field| kind.fields[field].auto == Some(Auto::Sequence)) {
            continue;
        }
        let coded = |field: &usize| kind.fields[*field].codes.is_some();
        let fits = |other: &&Row| {
            other.kind == row.kind
                && (0..kind.fields.len()).filter(coded).all(|field| other.values[field] == row.values[field])
                && (0..kind.fields.len()).any(|field| !kind.key.contains(&field) && other.values[field] != row.values[field])
        };
        let Some(other) = rows[..at].iter().rev().find(fits) else { continue };
        for &field in kind.key.iter().filter(|field| !coded(field)) {
            shape.copy(other, row, field)?;
        }
        return Some(());
    }
    None
}

/// The file ends in the middle of the last line that has something to lose.
fn truncated(file: &[u8]) -> Vec<u8> {
    const LINE_BYTES_MIN: usize = 5;
    let mut body = file.trim_ascii_end();
    loop {
        let line = memchr::memrchr(b'\n', body).map_or(0, |at| at + 1);
        if body.len() - line >= LINE_BYTES_MIN || line == 0 {
            return body[..line + (body.len() - line) / 2].to_vec();
        }
        body = body[..line].trim_ascii_end();
    }
}

fn byte_order_mark(layout: &Layout, file: &[u8]) -> Option<Vec<u8>> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    let taken = layout.encodings.contains(&Encoding::Utf8Bom) || layout.format != Format::Csv;
    (!taken).then(|| [MARK, file].concat())
}

fn mixed_newlines(layout: &Layout, file: &[u8]) -> Option<Vec<u8>> {
    let lines = matches!(layout.newline, Newline::Crlf | Newline::Lf | Newline::Any) && layout.format == Format::Csv;
    let at = memchr::memchr(b'\n', file).filter(|_| lines && file.iter().filter(|&&byte| byte == b'\n').count() > 1)?;
    let mut broken = file.to_vec();
    if at > 0 && file[at - 1] == b'\r' {
        broken.remove(at - 1);
    } else {
        broken.insert(at, b'\r');
    }
    Some(broken)
}

/// The last line that is not ASCII is written in another encoding than those before it.
fn mixed_encoding(layout: &Layout, file: &[u8]) -> Option<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = file.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    let foreign = |line: &Vec<u8>| !line.is_ascii();
    let last = lines.iter().rposition(foreign).filter(|&last| lines[..last].iter().any(foreign))?;
    if layout.format != Format::Csv {
        return None;
    }
    let line = &lines[last];
    let other = match std::str::from_utf8(line) {
        Ok(text) => encoding_rs::SHIFT_JIS.encode(text).0.into_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode(line).0.into_owned().into_bytes(),
    };
    lines[last] = other;
    Some(lines.concat())
}
