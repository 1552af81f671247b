//! XML documents: a stream of tags and texts, and a tree of paths that says what each is for. What the layout does not name is
//! passed over, but all of it must be well-formed.
//!
//! A document is as hostile as its sender: no document type declaration, no entities but the five of XML, and a limit on
//! everything that is kept – depth, attributes, the length of tags and values. Whatever a document holds, memory stays flat.

mod attachment;
mod record;
mod scope;
mod tags;
mod token;

use std::io::Read;

use self::record::Records;
use self::scope::Scope;
use self::token::{Cut, Token, Tokens};
use super::core::Core;
use super::encoding::Decision;
use super::fields::Place;
use super::window::Window;
use super::{Event, ReadError};
use crate::fault::Fault;
use crate::layout::names::EmptyElements;
use crate::layout::value;

pub use attachment::{Attachment, decode_attachment};

/// Why reading cannot go on; `at` counts from the front of the window.
#[derive(Debug)]
struct Trouble {
    code: &'static str,
    at: usize,
    length: usize,
    value: String,
    args: Vec<(&'static str, String)>,
}

impl Trouble {
    #[cold]
    fn new(code: &'static str, at: usize, length: usize) -> Trouble {
        Trouble { code, at, length, value: String::new(), args: Vec::new() }
    }

    fn arg(mut self, name: &'static str, value: impl ToString) -> Trouble {
        self.args.push((name, value.to_string()));
        self
    }

    fn value(mut self, value: impl Into<String>) -> Trouble {
        self.value = value.into();
        self
    }
}

/// An open element.
struct Frame {
    /// Its node in the layout's paths; `None` for what the layout does not name.
    node: Option<usize>,
    /// Where its name begins among the names of open elements.
    name: usize,
    /// Declarations in force outside of it.
    scope: usize,
    /// It has text or elements.
    filled: bool,
    /// Where its tag begins in the file.
    offset: u64,
    text_line: u64,
}

/// One reading.
struct Document<'c, 'l, F> {
    core: &'c mut Core<'l, F>,
    records: Records<'l>,
    tokens: Tokens,
    scope: Scope,
    frames: Vec<Frame>,
    /// Names of the open elements, one behind the other.
    names: String,
    /// The document element is closed.
    closed: bool,
}

/// Reads a document.
pub(super) fn read<R: Read, F: FnMut(Event<'_>)>(
    window: &mut Window<R>,
    core: &mut Core<'_, F>,
    decision: &mut Decision,
    bytes_max: u64,
) -> Result<Vec<Attachment>, ReadError> {
    let layout = core.layout;
    let mut document = Document {
        records: Records::new(layout),
        tokens: Tokens::new(layout.limits.value_bytes_max),
        scope: Scope::new(),
        frames: Vec::new(),
        names: String::new(),
        closed: false,
        core,
    };
    while !document.core.stopped && !super::too_large(window, document.core, bytes_max, document.records.number()) {
        match document.step(window, decision) {
            Ok(true) => {}
            Ok(false) => break,
            Err(Cut::Trouble(trouble)) => document.stop(*trouble, window.offset()),
            Err(Cut::Read(error)) => return Err(error),
        }
    }
    Ok(document.records.attachments)
}

impl<F: FnMut(Event<'_>)> Document<'_, '_, F> {
    /// Takes one tag or text; `false` at the end.
    fn step<R: Read>(&mut self, window: &mut Window<R>, decision: &mut Decision) -> Result<bool, Cut> {
        let offset = |window: &Window<R>| window.offset();
        let token = self.tokens.next(window)?;
        let at = offset(window);
        let length = match token {
            Token::Eof => return self.end_of_file().map(|()| false),
            Token::Start { length, .. } | Token::End { length } | Token::Text { length, .. } => length,
        };
        let bytes = &window.bytes()[..length];
        if let Err(error) = decision.judge(bytes) {
            let place = Place { line: self.records.number(), sub: 0, offset: at };
            self.core.fault(super::undecodable_fault(&error, bytes, place));
            self.give_up();
            return Ok(false);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Trouble::new("XML_SYNTAX", 0, 1).arg("detail", "UTF-8"))?;
        if let Some(odd) = first_odd(text) {
            let shown = value::show(&bytes[odd..odd + 1]);
            return Err(Trouble::new("XML_CHARACTER", odd, 1).value(shown).into());
        }
        match token {
            Token::Start { empty, .. } => self.start(text, empty, at)?,
            Token::End { .. } => self.end(text, at)?,
            Token::Text { literal, .. } => self.text(text, literal, at)?,
            Token::Eof => {}
        }
        self.tokens.consume(window, length);
        Ok(true)
    }

    fn end_of_file(&mut self) -> Result<(), Cut> {
        if self.closed {
            return Ok(());
        }
        let open = self.frames.last().map_or("", |frame| &self.names[frame.name..]);
        Err(Trouble::new("XML_CUT", 0, 0).value(open).into())
    }

    fn text(&mut self, text: &str, literal: bool, at: u64) -> Result<(), Cut> {
        let blank = text.bytes().all(|byte| byte.is_ascii_whitespace());
        let Some(frame) = self.frames.last_mut() else {
            if blank && !literal {
                return Ok(());
            }
            let code = if self.closed { "XML_AFTER_END" } else { "XML_SYNTAX" };
            let begin = text.len() - text.trim_start().len();
            return Err(Trouble::new(code, begin, 1).value(value::show(text.trim().as_bytes())).arg("detail", "text").into());
        };
        frame.filled |= !blank;
        if !literal && let Some(at) = memchr::memmem::find(text.as_bytes(), b"]]>") {
            return Err(Trouble::new("XML_SYNTAX", at, 3).arg("detail", "]]>").into());
        }
        if let Some(node) = frame.node {
            return self.records.text(node, text, literal, at, self.core).map_err(Cut::from);
        }
        if !literal && text.contains('&') {
            tags::unescape(text, 0)?;
        }
        Ok(())
    }

    /// Stops at something that leaves the rest without meaning.
    #[cold]
    fn stop(&mut self, trouble: Trouble, front: u64) {
        let mut fault = Fault::new(trouble.code).on_line(self.records.number());
        fault = fault.at_bytes(front + trouble.at as u64, trouble.length as u32).value(trouble.value);
        fault = fault.arg("text_line", self.tokens.text_line).arg("element", self.innermost());
        self.core.fault(trouble.args.into_iter().fold(fault, |fault, (name, value)| fault.arg(name, value)));
        self.give_up();
    }

    #[cold]
    fn give_up(&mut self) {
        self.core.unreadable(None);
        self.core.stopped = true;
    }

    /// The name of the innermost open element.
    fn innermost(&self) -> String {
        self.frames.last().map_or_else(|| "-".to_owned(), |frame| self.names[frame.name..].to_owned())
    }

    /// An element without text and elements.
    #[cold]
    fn empty(&mut self, frame: &Frame, name: &str) {
        if self.core.layout.xml.empty_elements == EmptyElements::Refused {
            let fault =
                Fault::new("XML_ELEMENT_EMPTY").on_line(self.records.number()).at_bytes(frame.offset, name.len() as u32 + 1);
            self.core.fault(fault.value(name).arg("text_line", frame.text_line));
        }
    }
}

/// Offset of the first character that no XML document may hold.
fn first_odd(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    if !bytes.iter().fold(false, |found, &byte| found | control(byte) | (byte == 0xEF)) {
        return None;
    }
    text.char_indices()
        .find(|(_, ch)| matches!(ch, '\u{FFFE}' | '\u{FFFF}') || control(u8::try_from(*ch).unwrap_or(b' ')))
        .map(|(at, _)| at)
}
