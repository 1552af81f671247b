//! One value of one field: from text to a typed value, and back.
//!
//! Works on UTF-8 bytes and allocates nothing for a good value. The reader calls it for what stands in a file, the writer for
//! what it is given, so both judge by the same rules.

mod check;
mod format;
mod number;
mod suspect;
mod text;
mod time;

use jiff::civil::Date;

use super::model::Field;
use super::names::{FieldType, Format};
use crate::calendar::MonthDay;

pub(super) use format::{canonical, file_text, whole};
pub(super) use suspect::is_hidden;
pub(super) use text::{is_blank, is_tame, show, show_all};

/// Which written form a value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As in a CSV file.
    Csv,
    /// As in a fixed file: numbers may have leading zeros.
    Fixed,
    /// As in a JSON file: like CSV.
    Json,
    /// As in an XML document: like CSV, but a whole number may be written `10.00`.
    Xml,
    /// As in messages and SQL: dates `2026-10-05`, months `2026-10`, times `10:15:00`.
    Canonical,
}

impl Form {
    /// The form of a file format.
    pub(super) const fn of(format: Format) -> Form {
        match format {
            Format::Csv => Form::Csv,
            Format::Fixed => Form::Fixed,
            Format::Json => Form::Json,
            Format::Xml => Form::Xml,
        }
    }
}

/// A value without its text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Typed {
    /// The text itself is the value. `plain`: ASCII without quotation mark, backslash and control.
    Text {
        /// Needs no escaping in JSON.
        plain: bool,
    },
    /// `int`, `yen`, `year`.
    Int(i64),
    /// `date`.
    Date(Date),
    /// `month`: year and month.
    Month(i16, i8),
    /// `time`: hour, minute, second.
    Time(i8, i8, i8),
    /// `mmdd`.
    MonthDay(MonthDay),
}

/// What is wrong with a value, still without its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// Catalogue code.
    pub(super) code: &'static str,
    /// Byte offset of the first offending character in the text.
    pub(super) at: usize,
    /// Bytes of the offending place; 0 when it is the whole value.
    pub(super) len: usize,
    /// Named values for the catalogue text.
    pub(super) args: Vec<(&'static str, String)>,
}

/// Problems are rare and big; a box keeps the good path small.
pub(super) type Outcome<T> = Result<T, Box<Problem>>;

impl Problem {
    /// The whole value is wrong.
    #[cold]
    pub(super) fn whole(code: &'static str) -> Box<Problem> {
        Box::new(Problem { code, at: 0, len: 0, args: Vec::new() })
    }

    /// A place in the value is wrong.
    #[cold]
    pub(super) fn place(code: &'static str, at: usize, len: usize) -> Box<Problem> {
        Box::new(Problem { code, at, len, args: Vec::new() })
    }

    /// Adds a named value.
    pub(super) fn arg(mut self: Box<Self>, name: &'static str, value: impl ToString) -> Box<Problem> {
        self.args.push((name, value.to_string()));
        self
    }
}

/// Reads a value that is not empty. `tame` says that [`is_tame`] holds for the text; `false` is always right. What only deserves a
/// warning goes to `notes`.
#[inline]
pub(super) fn parse(
    field: &Field,
    text: &[u8],
    form: Form,
    tame: bool,
    reference: Option<Date>,
    notes: &mut Vec<Problem>,
) -> Outcome<Typed> {
    let typed = typed(field, text, form, tame, reference, notes).map_err(|problem| suspect::named(field, text, problem))?;
    if field.codes.is_some() || field.constant.is_some() || field.check.is_some() {
        check::check(field, text, typed, notes)?;
    }
    Ok(typed)
}

/// The value by its type alone.
#[inline]
fn typed(
    field: &Field,
    text: &[u8],
    form: Form,
    tame: bool,
    reference: Option<Date>,
    notes: &mut Vec<Problem>,
) -> Outcome<Typed> {
    Ok(match field.ty {
        FieldType::Digits => text::digits(field, text)?,
        FieldType::Code | FieldType::Ascii => text::ascii(field, text)?,
        FieldType::Text => text::text(field, text, tame)?,
        FieldType::Kana => text::kana(field, text)?,
        FieldType::Int | FieldType::Yen => Typed::Int(number::whole(field, text, form)?),
        FieldType::Decimal => number::decimal(field, text)?,
        FieldType::Date => Typed::Date(time::date(field, text, form, reference, notes)?),
        FieldType::Year => Typed::Int(time::year(text)?),
        FieldType::Month => time::month(text, form)?,
        FieldType::Time => time::time(text, form)?,
        FieldType::Timestamp => time::timestamp(field, text)?,
        FieldType::Mmdd => Typed::MonthDay(time::month_day(text, form)?),
        // The reader puts the digest there.
        FieldType::Attachment => text::ascii(field, text)?,
        FieldType::Filler => return Err(Problem::whole("FILLER_NOT_BLANK")),
    })
}
