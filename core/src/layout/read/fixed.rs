//! Fixed length: records of a number of bytes, told apart by their first bytes. The layout says how records are separated; what
//! is found instead is worked out only to say it well, and nothing is repaired.

use std::io::Read;

use memchr::memchr2;

use super::core::Core;
use super::encoding::Decision;
use super::fields::{Cell, Place};
use super::lines::{Ending, Endings};
use super::window::Window;
use super::{Event, ReadError};
use crate::charset::{self, Encoding};
use crate::fault::Fault;
use crate::layout::model::{Field, Kind, Layout};
use crate::layout::names::{Blank, FieldType, Newline, Pad};
use crate::layout::value;

/// Bytes looked at beyond a record to find the separator it should have had.
const SEARCH_BYTES: usize = 4096;

/// Reads a whole fixed-length file.
pub(super) fn read<R: Read, F: FnMut(Event<'_>)>(
    window: &mut Window<R>,
    core: &mut Core<'_, F>,
    decision: &mut Decision,
    bytes_max: u64,
) -> Result<(), ReadError> {
    let layout = core.layout;
    window.ensure(layout.record_bytes)?;
    let encoding = first_encoding(layout, window.bytes());
    if let Some(encoding) = encoding {
        decision.decide(encoding);
    }
    let mut file = Fixed::new(layout, decision.current());
    while !core.stopped {
        if super::too_large(window, core, bytes_max, file.number) {
            return Ok(());
        }
        window.ensure(layout.record_bytes + 2)?;
        if window.bytes().is_empty() {
            break;
        }
        if window.bytes()[0] == file.end_mark && super::final_1a(window, core, file.end_mark, file.number)? {
            break;
        }
        let (length, ending) = file.frame(window)?;
        let offset = window.offset();
        let place = Place { line: file.number, sub: 0, offset };
        let ending_at = offset + length as u64;
        let at_end = window.ended() && file.is_all(&window.bytes()[length + ending.1..]);
        if !(at_end && ending.0 == Ending::None)
            && let Some(fault) = file.endings.check(ending.0, file.number, ending_at)
        {
            core.fault(fault);
        }
        file.last = (ending.0, file.number, ending_at);
        let raw = &window.bytes()[..length];
        if core.count(place) {
            if length == layout.record_bytes {
                file.take(raw, place, core, decision);
            } else {
                file.wrong_length(raw, at_end && ending.0 == Ending::None, place, core);
            }
        }
        window.consume(length + ending.1);
        file.number += 1;
    }
    if file.number > 1 && !core.stopped {
        let (ending, line, byte) = file.last;
        if let Some(fault) = file.endings.last(ending, line, byte) {
            // The records are whole, so nothing is lost; banks themselves differ on this point.
            core.fault(fault.warning());
        }
    }
    Ok(())
}

/// EBCDIC or not, as the first bytes of the first record show it.
fn first_encoding(layout: &Layout, start: &[u8]) -> Option<Encoding> {
    let begins = |encoding: &&Encoding| {
        layout.kinds().iter().filter_map(|kind| kind.tag.as_deref()).any(|tag| {
            let mut bytes = Vec::new();
            charset::encode(**encoding, tag, &mut bytes).is_ok() && start.starts_with(&bytes)
        })
    };
    let ebcdic = layout.encodings.iter().find(|encoding| !encoding.is_ascii_based());
    let found = ebcdic.filter(begins).copied();
    // With EBCDIC ruled out a list of two is decided.
    found.or_else(|| {
        let rest: Vec<Encoding> = layout.encodings.iter().copied().filter(|encoding| encoding.is_ascii_based()).collect();
        (rest.len() == 1).then(|| rest[0])
    })
}

/// The state of one fixed-length file.
struct Fixed<'l> {
    layout: &'l Layout,
    endings: Endings,
    number: u64,
    last: (Ending, u64, u64),
    /// Tags in the file's encoding with their kinds, longest first.
    tags: Vec<(Vec<u8>, usize)>,
    line_feed: u8,
    blank: u8,
    zero: u8,
    end_mark: u8,
}

impl<'l> Fixed<'l> {
    fn new(layout: &'l Layout, encoding: Encoding) -> Self {
        let mut tags: Vec<(Vec<u8>, usize)> = Vec::new();
        for (index, kind) in layout.kinds().iter().enumerate() {
            let mut bytes = Vec::new();
            if let Some(tag) = &kind.tag
                && charset::encode(encoding, tag, &mut bytes).is_ok()
            {
                tags.push((bytes, index));
            }
        }
        tags.sort_by_key(|(tag, _)| std::cmp::Reverse(tag.len()));
        let ebcdic = !encoding.is_ascii_based();
        Fixed {
            layout,
            endings: Endings::new(layout.newline),
            number: 1,
            last: (Ending::None, 1, 0),
            tags,
            line_feed: if ebcdic { 0x25 } else { b'\n' },
            blank: if ebcdic { 0x40 } else { b' ' },
            zero: if ebcdic { 0xF0 } else { b'0' },
            end_mark: if ebcdic { 0x3F } else { 0x1A },
        }
    }

    /// Whether nothing follows but the end mark.
    fn is_all(&self, rest: &[u8]) -> bool {
        rest.is_empty() || rest == [self.end_mark]
    }

    /// Length of the record at the front of the window, its ending, and the ending's bytes.
    fn frame<R: Read>(&mut self, window: &mut Window<R>) -> Result<(usize, (Ending, usize)), ReadError> {
        let due = self.layout.record_bytes;
        let expects = self.layout.newline != Newline::None;
        if window.bytes().len() >= due {
            let ending = self.ending_at(window.bytes(), due);
            let clean_at_end = window.ended() && self.is_all(&window.bytes()[due..]);
            let none_tolerated = !expects || self.endings.tolerates(Ending::None);
            let no_break = memchr2(b'\r', self.line_feed, &window.bytes()[..due]).is_none();
            if no_break && (ending.1 > 0 || clean_at_end || none_tolerated) {
                return Ok((due, ending));
            }
        }
        self.search(window, expects)
    }

    /// The record has not the length or the separator it should have: find out what it has.
    #[cold]
    fn search<R: Read>(&mut self, window: &mut Window<R>, expects: bool) -> Result<(usize, (Ending, usize)), ReadError> {
        let due = self.layout.record_bytes;
        window.ensure(due + SEARCH_BYTES)?;
        let bytes = window.bytes();
        let stop = bytes.len().min(due + SEARCH_BYTES);
        match memchr2(b'\r', self.line_feed, &bytes[..stop]) {
            // A whole number of records up to the next separator: the separators are missing, the records are not.
            Some(at) if expects && at > due && at % due == 0 => Ok((due, (Ending::None, 0))),
            Some(at) if expects || at < due => Ok((at, self.ending_at(bytes, at))),
            _ => Ok((due.min(bytes.len()), (Ending::None, 0))),
        }
    }

    fn ending_at(&self, bytes: &[u8], at: usize) -> (Ending, usize) {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'\r'), Some(next)) if *next == self.line_feed => (Ending::Crlf, 2),
            (Some(b'\r'), _) => (Ending::Cr, 1),
            (Some(byte), _) if *byte == self.line_feed => (Ending::Lf, 1),
            _ => (Ending::None, 0),
        }
    }

    /// Validates one record of the right length.
    fn take<F: FnMut(Event<'_>)>(&self, raw: &[u8], place: Place, core: &mut Core<'_, F>, decision: &mut Decision) {
        let encoding = match decision.judge(raw) {
            Ok(encoding) => encoding,
            Err(error) => {
                core.fault(super::undecodable_fault(&error, raw, place));
                core.unreadable(None);
                return;
            }
        };
        let Some(kind_index) = self.kind_of(raw) else {
            let width = self.tags.first().map_or(1, |(tag, _)| tag.len());
            let shown = charset::decode(encoding, &raw[..width]).map_or_else(|_| String::new(), |text| text.into_owned());
            core.fault(super::unknown_tag(self.layout, shown.as_bytes(), place));
            core.unreadable(None);
            return;
        };
        let kind: &Kind = &self.layout.kinds()[kind_index];
        core.fields.begin(place, encoding);
        for (index, field) in kind.fields.iter().enumerate() {
            let bytes = &raw[field.offset..field.offset + field.len];
            let (skip, bytes) = self.unpad(field, bytes);
            if field.ty == FieldType::Filler && !bytes.is_empty() {
                self.dirty_filler(index, field, bytes, skip, place, core);
                continue;
            }
            let cell = Cell { bytes, start: field.offset + skip, in_place: true };
            core.cell(kind, index, cell);
        }
        core.accept(kind_index, raw, place);
    }

    fn kind_of(&self, raw: &[u8]) -> Option<usize> {
        if self.tags.is_empty() {
            return Some(0);
        }
        self.tags.iter().find(|(tag, _)| raw.starts_with(tag)).map(|(_, kind)| *kind)
    }

    /// The value without the filling the layout speaks of, and how many bytes were before it. Empty when there is no value.
    fn unpad<'r>(&self, field: &Field, bytes: &'r [u8]) -> (usize, &'r [u8]) {
        let nothing = &bytes[..0];
        if field.constant.is_none() && self.stands_for_nothing(field, bytes) {
            return (0, nothing);
        }
        match field.pad {
            Pad::ZeroLeft => (0, bytes),
            Pad::SpaceRight => {
                let end = bytes.iter().rposition(|&byte| byte != self.blank).map_or(0, |last| last + 1);
                (0, &bytes[..end])
            }
            Pad::SpaceLeft => {
                let start = bytes.iter().position(|&byte| byte != self.blank).unwrap_or(bytes.len());
                (start, &bytes[start..])
            }
        }
    }

    /// All blanks; or, for optional numbers that have no other use for it, all zeros (`docs/LAYOUTS.md`, blank).
    fn stands_for_nothing(&self, field: &Field, bytes: &[u8]) -> bool {
        if bytes.iter().all(|&byte| byte == self.blank) {
            return true;
        }
        if field.must || !field.ty.is_numeric() || !bytes.iter().all(|&byte| byte == self.zero) {
            return false;
        }
        match field.ty {
            FieldType::Int | FieldType::Yen | FieldType::Time => false,
            FieldType::Digits => {
                let zeros = vec![b'0'; field.len];
                field.blank == Blank::Zeros && !field.codes.as_ref().is_some_and(|codes| codes.contains(&zeros))
            }
            _ => true,
        }
    }

    #[cold]
    fn dirty_filler<F: FnMut(Event<'_>)>(
        &self,
        index: usize,
        field: &Field,
        bytes: &[u8],
        skip: usize,
        place: Place,
        core: &mut Core<'_, F>,
    ) {
        let byte = place.offset + (field.offset + skip) as u64;
        let fault = super::fields::field_fault("FILLER_NOT_BLANK", index, field, place);
        let fault = fault.at_bytes(byte, bytes.len() as u32).value(value::show(bytes));
        if field.check_warns {
            core.fault(fault.warning());
        } else {
            core.fields.clean = false;
            core.fault(fault);
        }
        core.fields.push_absent(field);
    }

    #[cold]
    fn wrong_length<F: FnMut(Event<'_>)>(&self, raw: &[u8], truncated: bool, place: Place, core: &mut Core<'_, F>) {
        let code = if truncated && raw.len() < self.layout.record_bytes { "RECORD_TRUNCATED" } else { "RECORD_LENGTH" };
        let fault = Fault::new(code).on_line(place.line).at_bytes(place.offset, raw.len() as u32).value(value::show(raw));
        core.fault(fault.arg("expected", self.layout.record_bytes).arg("found", raw.len()));
        core.unreadable(self.kind_of(raw));
    }
}
