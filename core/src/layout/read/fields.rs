//! The values of the record at hand: cells come in one by one, are decoded when needed, typed, and kept without allocating.

use jiff::civil::Date;

use super::Event;
use super::record::Value;
use super::sink::Sink;
use crate::charset::{self, Encoding};
use crate::fault::Fault;
use crate::layout::model::Field;
use crate::layout::totals::{Addend, Cells};
use crate::layout::value::{self, Form, Problem, Typed};

/// Where the record at hand lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// 1-based line or record number.
    pub(super) line: u64,
    /// Place in a nested list, from 1.
    pub(super) sub: u32,
    /// File offset of the record.
    pub(super) offset: u64,
}

/// A cell of the record at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'a> {
    /// Its bytes, without quotes and padding.
    pub(super) bytes: &'a [u8],
    /// Where they begin in the record; for a cell that was unescaped, where the escaped text begins.
    pub(super) start: usize,
    /// The bytes are those of the record at `start`; otherwise they were unescaped and must be kept.
    pub(super) in_place: bool,
}

/// The values of one record.
pub(super) struct Fields {
    pub(super) values: Vec<Value>,
    pub(super) held: Vec<u8>,
    /// No cell had an error.
    pub(super) clean: bool,
    /// The record at hand is known to hold no odd character, see [`value::is_tame`].
    pub(super) tame: bool,
    notes: Vec<Problem>,
    form: Form,
    /// The form of what the layout itself says: defaults and constants.
    own_form: Form,
    reference: Option<Date>,
    place: Place,
    encoding: Encoding,
    utf8: bool,
    ascii_based: bool,
}

impl Fields {
    pub(super) fn new(form: Form, own_form: Form, reference: Option<Date>) -> Self {
        Fields {
            values: Vec::new(),
            held: Vec::new(),
            clean: true,
            tame: false,
            notes: Vec::new(),
            form,
            own_form,
            reference,
            place: Place { line: 0, sub: 0, offset: 0 },
            encoding: Encoding::Utf8,
            utf8: true,
            ascii_based: true,
        }
    }

    /// Forgets the last record; the next one lies at `place`.
    #[inline]
    pub(super) fn begin(&mut self, place: Place, encoding: Encoding) {
        self.values.clear();
        self.held.clear();
        self.clean = true;
        self.tame = false;
        self.place = place;
        self.encoding = encoding;
        self.utf8 = matches!(encoding, Encoding::Utf8 | Encoding::Utf8Bom);
        self.ascii_based = encoding.is_ascii_based();
    }

    /// A value that must be there is not: what it should have added to a sum is not known.
    #[cold]
    pub(super) fn miss(&mut self, index: usize) {
        self.clean = false;
        self.values[index] = Value::Refused;
    }

    /// Adds an absent value, or the field's default.
    #[inline]
    pub(super) fn push_absent(&mut self, field: &Field) {
        match &field.default {
            None => self.values.push(Value::Absent),
            Some(text) => {
                let value = self.made(field, text);
                self.values.push(value);
            }
        }
    }

    /// A value that does not stand in the file: a default, or a constant that a message left out.
    pub(super) fn made(&mut self, field: &Field, text: &str) -> Value {
        // Defaults and constants were checked in this form when the layout was read.
        match value::parse(field, text.as_bytes(), self.own_form, false, self.reference, &mut self.notes) {
            Ok(Typed::Text { plain }) => self.hold(text.as_bytes(), plain),
            Ok(typed) => Value::Typed(typed),
            Err(_) => Value::Absent,
        }
    }

    fn hold(&mut self, text: &[u8], plain: bool) -> Value {
        let start = self.held.len() as u32;
        self.held.extend_from_slice(text);
        Value::Text { held: true, plain, start, end: self.held.len() as u32 }
    }

    /// Adds a cell that is not empty.
    #[inline(always)]
    pub(super) fn push<F: FnMut(Event<'_>)>(&mut self, column: usize, field: &Field, cell: Cell<'_>, sink: &mut Sink<F>) {
        if !(self.utf8 || (self.ascii_based && cell.bytes.is_ascii())) {
            let value = self.decoded(column, field, cell, sink);
            self.values.push(value);
            return self.warn(column, field, cell, sink);
        }
        // One arm for each shape: a value put together first and copied afterwards stalls the processor, and this runs for every
        // cell of every file.
        match value::parse(field, cell.bytes, self.form, self.tame, self.reference, &mut self.notes) {
            Ok(Typed::Text { plain }) if cell.in_place => {
                let start = cell.start as u32;
                self.values.push(Value::Text { held: false, plain, start, end: start + cell.bytes.len() as u32 });
            }
            Ok(Typed::Int(number)) => self.values.push(Value::Typed(Typed::Int(number))),
            Ok(Typed::Date(date)) => self.values.push(Value::Typed(Typed::Date(date))),
            Ok(Typed::Text { plain }) => {
                let value = self.hold(cell.bytes, plain);
                self.values.push(value);
            }
            Ok(typed) => self.values.push(Value::Typed(typed)),
            Err(problem) => {
                let value = self.refuse(column, field, cell, *problem, cell.bytes, Encoding::Utf8, sink);
                self.values.push(value);
            }
        }
        if !self.notes.is_empty() {
            self.warn(column, field, cell, sink);
        }
    }

    /// A cell whose bytes are not UTF-8.
    fn decoded<F: FnMut(Event<'_>)>(&mut self, column: usize, field: &Field, cell: Cell<'_>, sink: &mut Sink<F>) -> Value {
        let encoding = self.encoding;
        let text = match charset::decode(encoding, cell.bytes) {
            Ok(text) => text,
            Err(error) => {
                let shown = charset::hex_bytes(&error.bytes);
                let problem = Problem::place("ENCODING_INVALID", error.offset_in_field, error.bytes.len())
                    .arg("encoding", encoding)
                    .arg("bytes", &shown);
                self.report(column, field, cell, &problem, error.offset_in_field, shown, false, sink);
                return Value::Refused;
            }
        };
        match value::parse(field, text.as_bytes(), self.form, false, self.reference, &mut self.notes) {
            Ok(Typed::Text { plain }) => self.hold(text.as_bytes(), plain),
            Ok(typed) => Value::Typed(typed),
            Err(problem) => self.refuse(column, field, cell, *problem, text.as_bytes(), encoding, sink),
        }
    }

    /// Reports an error in a cell; `text` is the decoded value the problem speaks of.
    #[cold]
    #[allow(clippy::too_many_arguments)]
    fn refuse<F: FnMut(Event<'_>)>(
        &mut self,
        column: usize,
        field: &Field,
        cell: Cell<'_>,
        mut problem: Problem,
        text: &[u8],
        encoding: Encoding,
        sink: &mut Sink<F>,
    ) -> Value {
        let at = offset_in_file(text, problem.at, encoding);
        if problem.len > 0 {
            problem.len = offset_in_file(text, problem.at + problem.len, encoding) - at;
        }
        self.report(column, field, cell, &problem, at, value::show(text), false, sink);
        Value::Refused
    }

    #[cold]
    #[allow(clippy::too_many_arguments)]
    fn report<F: FnMut(Event<'_>)>(
        &mut self,
        column: usize,
        field: &Field,
        cell: Cell<'_>,
        problem: &Problem,
        at: usize,
        shown: String,
        warning: bool,
        sink: &mut Sink<F>,
    ) {
        let place = self.place;
        let length = if problem.len == 0 { cell.bytes.len() } else { problem.len };
        let byte = place.offset + (cell.start + at) as u64;
        let mut fault = field_fault(problem.code, column, field, place).at_bytes(byte, length as u32);
        if !value::is_hidden(problem.code) {
            fault = fault.value(shown);
        }
        fault.args.extend(problem.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        if warning {
            fault = Fault { code: problem.code.to_owned(), ..fault }.warning();
        } else {
            self.clean = false;
        }
        sink.fault(fault);
    }

    #[cold]
    fn warn<F: FnMut(Event<'_>)>(&mut self, column: usize, field: &Field, cell: Cell<'_>, sink: &mut Sink<F>) {
        for mut note in std::mem::take(&mut self.notes) {
            // A note speaks of the decoded value, a person reads characters, and the file has bytes.
            let decoded = charset::decode(self.encoding, cell.bytes).ok();
            let text = decoded.as_ref().map_or(cell.bytes, |text| text.as_bytes());
            let at = offset_in_file(text, note.at, self.encoding);
            if note.len > 0 {
                note.len = offset_in_file(text, note.at + note.len, self.encoding) - at;
            }
            self.report(column, field, cell, &note, at, value::show(text), true, sink);
        }
    }

    /// The bytes of a text value.
    pub(super) fn slice<'a>(&'a self, raw: &'a [u8], held: bool, start: u32, end: u32) -> &'a [u8] {
        let source = if held { &self.held } else { raw };
        &source[start as usize..end as usize]
    }

    /// The canonical text of a value in `scratch`, or in place; empty when it has none.
    pub(super) fn bytes<'a>(&'a self, raw: &'a [u8], field: usize, scratch: &'a mut Vec<u8>) -> &'a [u8] {
        match self.values.get(field) {
            None | Some(Value::Absent | Value::Refused) => b"",
            Some(Value::Text { held, start, end, .. }) => self.slice(raw, *held, *start, *end),
            Some(Value::Typed(typed)) => {
                scratch.clear();
                value::canonical(*typed, scratch);
                scratch
            }
        }
    }
}

/// A fault about one field of the record at hand, by the code the layout has for it.
#[cold]
pub(super) fn field_fault(code: &str, column: usize, field: &Field, place: Place) -> Fault {
    let fault = Fault::new(field.fault.as_deref().unwrap_or(code)).on_line(place.line).in_field(
        column as u32 + 1,
        &field.id,
        &field.name,
    );
    // A text of the layout's own choice speaks of a value, even where there is none.
    let fault = if field.fault.is_some() { fault.value("") } else { fault };
    if place.sub > 0 { fault.arg("sub", place.sub) } else { fault }
}

/// Where a character of the decoded text begins in the file's own bytes.
fn offset_in_file(text: &[u8], at: usize, encoding: Encoding) -> usize {
    if matches!(encoding, Encoding::Utf8 | Encoding::Utf8Bom) {
        return at;
    }
    let mut before = Vec::new();
    let encoded = std::str::from_utf8(&text[..at]).ok().and_then(|text| charset::encode(encoding, text, &mut before).ok());
    encoded.map_or(at, |()| before.len())
}

/// A record's values as the totals see them.
pub(super) struct RecordCells<'a> {
    pub(super) fields: &'a Fields,
    pub(super) raw: &'a [u8],
}

impl Cells for RecordCells<'_> {
    fn addend(&self, field: usize) -> Addend {
        match self.fields.values.get(field) {
            Some(Value::Typed(Typed::Int(value))) => Addend::Value(*value),
            Some(Value::Refused) => Addend::Refused,
            _ => Addend::Value(0),
        }
    }

    fn is_refused(&self, field: usize) -> bool {
        self.fields.values.get(field) == Some(&Value::Refused)
    }

    fn is_one_of(&self, field: usize, any_of: &[String]) -> bool {
        let mut scratch = Vec::new();
        let text = self.fields.bytes(self.raw, field, &mut scratch);
        any_of.iter().any(|wanted| wanted.as_bytes() == text)
    }

    fn text(&self, field: usize) -> String {
        let mut scratch = Vec::new();
        String::from_utf8_lossy(self.fields.bytes(self.raw, field, &mut scratch)).into_owned()
    }
}
