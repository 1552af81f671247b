//! JSON files: one element at a time. The stream is cut at the elements by counting brackets; each element is then parsed by
//! itself, so memory holds one record and not the file.

use std::io::Read;

use memchr::memchr2;

use super::core::{Core, Source};
use super::encoding::Decision;
use super::fields::Place;
use super::keys::Keys;
use super::lines::{Ending, Endings, Line, next_line};
use super::window::Window;
use super::{Event, ReadError, json_record};
use crate::fault::Fault;
use crate::layout::names::Items;
use crate::layout::value;

/// Deepest nesting of one element; layouts use two levels.
const DEPTH_MAX: u32 = 32;

/// Reads a JSON file, or a message.
pub(super) fn read<R: Read, F: FnMut(Event<'_>)>(
    window: &mut Window<R>,
    core: &mut Core<'_, F>,
    decision: &mut Decision,
    bytes_max: u64,
) -> Result<(), ReadError> {
    let items = if core.source == Source::Message { Items::OneOrArray } else { core.layout.json.items };
    if items == Items::Lines {
        return lines(window, core, decision, bytes_max);
    }
    let mut stream = Stream { number: 1, bytes_max, keys: Keys::new() };
    match (items, stream.next_byte(window)?) {
        (_, None) => return Ok(()),
        (Items::Array | Items::OneOrArray, Some(b'[')) => stream.list(window, core, decision, b']')?,
        (Items::Map, Some(b'{')) => stream.list(window, core, decision, b'}')?,
        (Items::One | Items::OneOrArray, Some(b'{')) => {
            stream.element(window, core, decision, None)?;
        }
        (_, Some(_)) => {
            let shown = value::show(&window.bytes()[..window.bytes().len().min(40)]);
            core.fault(Fault::new("JSON_SHAPE").at_bytes(window.offset(), 1).value(shown).arg("expected", items));
            core.stopped = true;
        }
    }
    if !core.stopped && stream.next_byte(window)?.is_some() {
        let shown = value::show(&window.bytes()[..window.bytes().len().min(40)]);
        core.fault(Fault::new("DATA_AFTER_END").at_bytes(window.offset(), 1).value(shown).arg("kind", "JSON"));
        core.stopped = true;
    }
    Ok(())
}

/// One object per line.
fn lines<R: Read, F: FnMut(Event<'_>)>(
    window: &mut Window<R>,
    core: &mut Core<'_, F>,
    decision: &mut Decision,
    bytes_max: u64,
) -> Result<(), ReadError> {
    let layout = core.layout;
    let mut endings = Endings::new(layout.newline);
    let mut number = 1;
    let mut last = (Ending::None, 0);
    while !core.stopped && !super::too_large(window, core, bytes_max, number) {
        let (length, ending) = match next_line(window, layout.limits.record_bytes_max)? {
            Line::End => break,
            Line::TooLong => {
                too_long(window, core, number);
                return Ok(());
            }
            Line::Whole(length, ending) => (length, ending),
        };
        let place = Place { line: number, sub: 0, offset: window.offset() };
        let end = place.offset + length as u64;
        json_record::take(&window.bytes()[..length], place, None, core, decision);
        if let Some(fault) = (ending != Ending::None).then(|| endings.check(ending, number, end)).flatten() {
            core.fault(fault);
        }
        last = (ending, end);
        window.consume(length + ending.bytes());
        number += 1;
    }
    if number > 1
        && !core.stopped
        && let Some(fault) = endings.last(last.0, number - 1, last.1)
    {
        core.fault(fault);
    }
    Ok(())
}

#[cold]
fn too_long<R: Read, F: FnMut(Event<'_>)>(window: &Window<R>, core: &mut Core<'_, F>, number: u64) {
    let limit = core.layout.limits.record_bytes_max;
    core.fault(Fault::new("LIMIT_RECORD_BYTES").on_line(number).at_bytes(window.offset(), 0).arg("limit", limit));
    // Where the element ends cannot be known without reading on without bound.
    core.stopped = true;
}

/// How a value at the front of the window ends.
enum Extent {
    /// After this many bytes.
    Bytes(usize),
    TooLong,
    TooDeep(usize),
    /// The file ends first.
    Cut,
}

struct Stream {
    number: u64,
    bytes_max: u64,
    /// Keys of the entries of a map.
    keys: Keys,
}

impl Stream {
    /// Skips white space; the byte at the front of the window.
    fn next_byte<R: Read>(&self, window: &mut Window<R>) -> Result<Option<u8>, ReadError> {
        loop {
            let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            let skip = window.bytes().iter().take_while(|byte| blank(byte)).count();
            window.consume(skip);
            if let Some(&byte) = window.bytes().first() {
                return Ok(Some(byte));
            }
            if !window.fill()? {
                return Ok(None);
            }
        }
    }

    /// The elements of `[…]`, or the entries of `{…}`.
    fn list<R: Read, F: FnMut(Event<'_>)>(
        &mut self,
        window: &mut Window<R>,
        core: &mut Core<'_, F>,
        decision: &mut Decision,
        close: u8,
    ) -> Result<(), ReadError> {
        window.consume(1);
        let mut first = true;
        while !core.stopped && !super::too_large(window, core, self.bytes_max, self.number) {
            match self.next_byte(window)? {
                Some(byte) if byte == close && first => {
                    window.consume(1);
                    return Ok(());
                }
                Some(_) => {}
                None => {
                    self.cut(window, core);
                    return Ok(());
                }
            }
            first = false;
            let key = if close == b'}' { self.key(window, core)? } else { None };
            if core.stopped || !self.element(window, core, decision, key.as_deref())? {
                return Ok(());
            }
            match self.next_byte(window)? {
                Some(b',') => window.consume(1),
                Some(byte) if byte == close => {
                    window.consume(1);
                    return Ok(());
                }
                Some(_) => self.garbage(window, core),
                None => self.cut(window, core),
            }
        }
        Ok(())
    }

    /// The key of a map entry and the colon behind it.
    fn key<R: Read, F: FnMut(Event<'_>)>(
        &mut self,
        window: &mut Window<R>,
        core: &mut Core<'_, F>,
    ) -> Result<Option<String>, ReadError> {
        let Extent::Bytes(length) = self.extent(window, core)? else {
            self.cut(window, core);
            return Ok(None);
        };
        let key = serde_json::from_slice::<String>(&window.bytes()[..length]).ok();
        if key.is_none() {
            self.garbage(window, core);
            return Ok(None);
        }
        if let Some(key) = &key {
            self.once(key, window.offset(), length, core);
        }
        window.consume(length);
        if self.next_byte(window)? == Some(b':') {
            window.consume(1)
        } else {
            self.garbage(window, core)
        }
        Ok(key)
    }

    /// A key that came before: which of the two entries is meant cannot be known.
    fn once<F: FnMut(Event<'_>)>(&mut self, key: &str, offset: u64, length: usize, core: &mut Core<'_, F>) {
        let mut hash = self.keys.hash();
        hash.part(key.as_bytes());
        if let Some(first) = self.keys.add(hash.finish(), 0, self.number) {
            let fault = Fault::new("JSON_MAP_KEY_REPEATED").on_line(self.number).at_bytes(offset, length as u32);
            core.fault(fault.value(value::show(key.as_bytes())).arg("first_line", first.line));
        }
    }

    /// One element; `false` when the stream cannot be followed any further.
    fn element<R: Read, F: FnMut(Event<'_>)>(
        &mut self,
        window: &mut Window<R>,
        core: &mut Core<'_, F>,
        decision: &mut Decision,
        key: Option<&str>,
    ) -> Result<bool, ReadError> {
        self.next_byte(window)?;
        let length = match self.extent(window, core)? {
            Extent::Bytes(0) => {
                self.garbage(window, core);
                return Ok(false);
            }
            Extent::Bytes(length) => length,
            Extent::TooLong => {
                too_long(window, core, self.number);
                return Ok(false);
            }
            Extent::TooDeep(at) => {
                let fault = Fault::new("JSON_DEPTH").on_line(self.number).at_bytes(window.offset() + at as u64, 1);
                core.fault(fault.arg("limit", DEPTH_MAX));
                core.stopped = true;
                return Ok(false);
            }
            Extent::Cut => {
                self.cut(window, core);
                return Ok(false);
            }
        };
        let place = Place { line: self.number, sub: 0, offset: window.offset() };
        json_record::take(&window.bytes()[..length], place, key, core, decision);
        window.consume(length);
        self.number += 1;
        Ok(!core.stopped)
    }

    /// Length of the value at the front of the window.
    fn extent<R: Read, F: FnMut(Event<'_>)>(&self, window: &mut Window<R>, core: &Core<'_, F>) -> Result<Extent, ReadError> {
        let max = core.layout.limits.record_bytes_max;
        let mut at = 0;
        let mut depth = 0_u32;
        let mut in_string = false;
        loop {
            while at < window.bytes().len() {
                let bytes = window.bytes();
                if in_string {
                    match memchr2(b'"', b'\\', &bytes[at..]) {
                        None => at = bytes.len(),
                        Some(found) if bytes[at + found] == b'"' => {
                            at += found + 1;
                            in_string = false;
                            if depth == 0 {
                                return Ok(Extent::Bytes(at));
                            }
                        }
                        Some(found) if at + found + 1 < bytes.len() => at += found + 2,
                        Some(found) => {
                            at += found;
                            break;
                        }
                    }
                    continue;
                }
                match bytes[at] {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' if depth > 1 => depth -= 1,
                    b'}' | b']' if depth == 1 => return Ok(Extent::Bytes(at + 1)),
                    b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return Ok(Extent::Bytes(at)),
                    _ => {}
                }
                if depth > DEPTH_MAX {
                    return Ok(Extent::TooDeep(at));
                }
                at += 1;
            }
            if at > max {
                return Ok(Extent::TooLong);
            }
            if !window.fill()? {
                return Ok(if depth == 0 && !in_string { Extent::Bytes(at) } else { Extent::Cut });
            }
        }
    }

    #[cold]
    fn cut<R: Read, F: FnMut(Event<'_>)>(&self, window: &Window<R>, core: &mut Core<'_, F>) {
        let end = window.offset() + window.bytes().len() as u64;
        core.fault(Fault::new("RECORD_TRUNCATED").on_line(self.number).at_bytes(end, 0).arg("expected", "]").arg("found", "-"));
        core.unreadable(None);
        core.stopped = true;
    }

    #[cold]
    fn garbage<R: Read, F: FnMut(Event<'_>)>(&self, window: &Window<R>, core: &mut Core<'_, F>) {
        let shown = value::show(&window.bytes()[..window.bytes().len().min(40)]);
        core.fault(
            Fault::new("JSON_SYNTAX")
                .on_line(self.number)
                .at_bytes(window.offset(), 1)
                .value(shown)
                .arg("detail", "expected , or ]"),
        );
        core.unreadable(None);
        core.stopped = true;
    }
}
