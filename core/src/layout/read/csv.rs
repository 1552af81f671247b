//! CSV: lines to cells. Lines without quotation marks are cut at commas; the rest goes through `quoted`.

use std::io::Read;

use memchr::{memchr, memchr_iter};

use super::core::Core;
use super::encoding::Decision;
use super::fields::{Cell, Place};
use super::lines::{Ending, Endings, Line, next_line, skip_line};
use super::quoted::{self, Quoted};
use super::window::Window;
use super::{Event, ReadError, header, undecodable_fault};
use crate::charset::{self, Encoding};
use crate::fault::Fault;
use crate::layout::harmless;
use crate::layout::model::Layout;
use crate::layout::names::{Header, Quote};
use crate::layout::value;

/// Where a cell lies in its record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
    /// It holds doubled quotation marks.
    pub(super) escaped: bool,
}

/// Reads a whole CSV file.
pub(super) fn read<R: Read, F: FnMut(Event<'_>)>(
    window: &mut Window<R>,
    core: &mut Core<'_, F>,
    decision: &mut Decision,
    bytes_max: u64,
) -> Result<(), ReadError> {
    let layout = core.layout;
    let mut file = Csv {
        layout,
        endings: Endings::new(layout.newline),
        spans: Vec::with_capacity(64),
        unescaped: Vec::new(),
        line: 1,
        in_header: layout.csv.header == Header::Names,
        single: (layout.kinds().len() == 1 && layout.kinds()[0].tag.is_none()).then_some(0),
    };
    let mut last = (Ending::None, 1, 0);
    while !core.stopped {
        if super::too_large(window, core, bytes_max, file.line) || file.at_final_1a(window, core)? {
            break;
        }
        let (length, ending, lines) = match next_line(window, layout.limits.record_bytes_max)? {
            Line::End => break,
            Line::TooLong => {
                file.too_long(window, core)?;
                continue;
            }
            // The end mark behind an unended last line is no part of it.
            Line::Whole(length, Ending::None) if length > 1 && window.bytes()[length - 1] == 0x1A => {
                match file.split(window, core, length - 1, Ending::None)? {
                    Some(split) => split,
                    None => continue,
                }
            }
            Line::Whole(length, ending) => match file.split(window, core, length, ending)? {
                Some(split) => split,
                None => continue,
            },
        };
        let offset = window.offset();
        file.take(&window.bytes()[..length], offset, core, decision);
        let end = offset + length as u64;
        if let Some(fault) = (ending != Ending::None).then(|| file.endings.check(ending, file.line, end)).flatten() {
            core.fault(fault);
        }
        last = (ending, file.line, end);
        window.consume(length + ending.bytes());
        file.line += lines;
    }
    if file.in_header && !core.stopped {
        let kind = &layout.kinds()[0];
        core.fault(Fault::new("FILE_EMPTY").arg("kind", &kind.name).arg("tag", ""));
        // Said once: that the records are missing too needs no word.
        core.gaps = true;
    }
    if last.2 > 0
        && !core.stopped
        && let Some(fault) = file.endings.last(last.0, last.1, last.2)
    {
        core.fault(fault);
    }
    Ok(())
}

/// The state of one CSV file.
struct Csv<'l> {
    layout: &'l Layout,
    endings: Endings,
    spans: Vec<Span>,
    unescaped: Vec<u8>,
    line: u64,
    in_header: bool,
    /// The only kind, when lines carry no tag.
    single: Option<usize>,
}

impl Csv<'_> {
    /// Cuts the line at the front of the window; gives length, ending and lines of the record, or `None` when it was refused and
    /// dropped.
    #[inline]
    fn split<R: Read, F: FnMut(Event<'_>)>(
        &mut self,
        window: &mut Window<R>,
        core: &mut Core<'_, F>,
        length: usize,
        ending: Ending,
    ) -> Result<Option<(usize, Ending, u64)>, ReadError> {
        let line = &window.bytes()[..length];
        if self.layout.csv.quote == Quote::None || memchr(b'"', line).is_none() {
            self.spans.clear();
            let mut start = 0;
            for comma in memchr_iter(b',', line) {
                self.spans.push(Span { start, end: comma as u32, escaped: false });
                start = comma as u32 + 1;
            }
            self.spans.push(Span { start, end: length as u32, escaped: false });
            return Ok(Some((length, ending, 1)));
        }
        let max = self.layout.limits.record_bytes_max;
        let (code, at) = match quoted::split(window, max, &mut self.spans)? {
            Quoted::Record { length, ending, lines } => return Ok(Some((length, ending, lines))),
            Quoted::Stray(at) => ("CSV_QUOTE_STRAY", at),
            Quoted::Open(at) => ("CSV_QUOTE_OPEN", at),
            Quoted::TooLong => ("LIMIT_RECORD_BYTES", 0),
        };
        // Only the line where the quotation mark opened is given up; the next line is read again as a line.
        let byte = window.offset() + at as u64;
        let shown = value::show(&window.bytes()[..length]);
        core.fault(Fault::new(code).on_line(self.line).at_bytes(byte, 1).value(shown).arg("limit", max));
        core.unreadable(self.single);
        core.count(Place { line: self.line, sub: 0, offset: window.offset() });
        self.in_header = false;
        window.consume(length + ending.bytes());
        self.line += 1;
        Ok(None)
    }

    /// Validates the cells of one record.
    #[inline]
    fn take<F: FnMut(Event<'_>)>(&mut self, raw: &[u8], offset: u64, core: &mut Core<'_, F>, decision: &mut Decision) {
        let place = Place { line: self.line, sub: 0, offset };
        let encoding = match decision.judge(raw) {
            Ok(encoding) => encoding,
            Err(error) => {
                core.fault(undecodable_fault(&error, raw, place));
                core.unreadable(self.single);
                if self.in_header {
                    core.stopped = true;
                } else {
                    core.count(place);
                }
                return;
            }
        };
        if self.in_header {
            self.in_header = false;
            core.stopped = !header::check(self.layout, raw, &self.spans, encoding, offset, core);
            return;
        }
        if !core.count(place) {
            return;
        }
        let Some(kind_index) = self.kind_of(raw, place, core) else { return };
        let kind = &self.layout.kinds()[kind_index];
        if self.spans.len() != kind.fields.len() {
            self.wrong_columns(kind_index, raw, place, core);
            return;
        }
        core.fields.begin(place, encoding);
        core.fields.tame = matches!(encoding, Encoding::Utf8 | Encoding::Utf8Bom) && value::is_tame(raw);
        for (index, span) in self.spans.iter().enumerate() {
            let bytes = &raw[span.start as usize..span.end as usize];
            let mut cell = Cell { bytes, start: span.start as usize, in_place: true };
            if span.escaped {
                quoted::unescape(bytes, &mut self.unescaped);
                cell = Cell { bytes: &self.unescaped, in_place: false, ..cell };
            }
            if cell.bytes.first() == Some(&b'\'') && self.layout.csv.marks(&kind.fields[index]) {
                cell = behind_mark(cell, encoding);
            }
            core.cell(kind, index, cell);
        }
        if !core.fields.clean {
            super::shifted::look(kind, raw, &self.spans, encoding, place, core);
        }
        core.accept(kind_index, raw, place);
    }

    #[inline]
    fn kind_of<F: FnMut(Event<'_>)>(&self, raw: &[u8], place: Place, core: &mut Core<'_, F>) -> Option<usize> {
        if self.single.is_some() {
            return self.single;
        }
        let first = self.spans.first().map_or(&raw[..0], |span| &raw[span.start as usize..span.end as usize]);
        let kinds = self.layout.kinds();
        let found = kinds.iter().position(|kind| kind.tag.as_ref().is_some_and(|tag| tag.as_bytes() == first));
        if found.is_none() {
            core.fault(super::unknown_tag(self.layout, first, place));
            core.unreadable(None);
        }
        found
    }

    #[cold]
    fn wrong_columns<F: FnMut(Event<'_>)>(&self, kind_index: usize, raw: &[u8], place: Place, core: &mut Core<'_, F>) {
        let kind = &self.layout.kinds()[kind_index];
        let more = self.spans.len() > kind.fields.len();
        let code = match raw {
            [] => "CSV_BLANK_LINE",
            // What stands in a column nobody agreed on is a person's, until somebody says otherwise.
            _ if more && self.layout.suspicion.impersonal => "PERSONAL_COLUMNS",
            _ => "COLUMN_COUNT",
        };
        let mut fault = Fault::new(code).on_line(place.line).at_bytes(place.offset, raw.len() as u32);
        if !value::is_hidden(code) {
            fault = fault.value(value::show(raw));
        }
        core.fault(fault.arg("expected", kind.fields.len()).arg("found", self.spans.len()).arg("kind", &kind.name));
        core.unreadable(Some(kind_index));
    }

    #[cold]
    fn too_long<R: Read, F: FnMut(Event<'_>)>(
        &mut self,
        window: &mut Window<R>,
        core: &mut Core<'_, F>,
    ) -> Result<(), ReadError> {
        let limit = self.layout.limits.record_bytes_max;
        core.fault(Fault::new("LIMIT_RECORD_BYTES").on_line(self.line).at_bytes(window.offset(), 0).arg("limit", limit));
        core.unreadable(self.single);
        core.count(Place { line: self.line, sub: 0, offset: window.offset() });
        self.in_header = false;
        skip_line(window)?;
        self.line += 1;
        Ok(())
    }

    /// A 0x1A where a line would begin: the end mark of old systems. Whether it may be there is the layout's word.
    #[inline]
    fn at_final_1a<R: Read, F: FnMut(Event<'_>)>(
        &mut self,
        window: &mut Window<R>,
        core: &mut Core<'_, F>,
    ) -> Result<bool, ReadError> {
        if window.bytes().first() != Some(&0x1A) {
            return Ok(false);
        }
        super::final_1a(window, core, 0x1A, self.line)
    }
}

/// The cell behind the apostrophe that the writer put before what looks like a formula.
#[cold]
fn behind_mark(cell: Cell<'_>, encoding: Encoding) -> Cell<'_> {
    match charset::decode(encoding, cell.bytes) {
        Ok(text) if harmless::unmarked(&text).is_some() => Cell { bytes: &cell.bytes[1..], start: cell.start + 1, ..cell },
        _ => cell,
    }
}
