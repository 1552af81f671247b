//! A document cut into tags and texts on the sliding window. A tag is looked at whole and has a greatest length; a text comes in
//! pieces, so that an attachment of any size passes through one buffer. Comments and processing instructions are passed over.

use std::io::Read;

use memchr::{memchr, memmem};
use quick_xml::parser::{ElementParser, Parser};

use super::super::ReadError;
use super::super::window::Window;
use super::Trouble;

/// A text longer than this comes in pieces.
const PIECE_BYTES: usize = 64 * 1024;
/// Longest reference that is kept in one piece; `&#x10FFFF;` has ten bytes.
const REFERENCE_BYTES_MAX: usize = 64;
/// Longest XML declaration.
const DECLARATION_BYTES_MAX: usize = 512;

/// What stands at the front of the window, with its length in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// `<a …>`, or `<a …/>`.
    Start { length: usize, empty: bool },
    /// `</a>`
    End { length: usize },
    /// A text, or a piece of one; `literal` inside CDATA, where `&` means itself.
    Text { length: usize, literal: bool },
    /// The document ends.
    Eof,
}

/// Where in the document reading is.
pub(super) struct Tokens {
    value_bytes_max: usize,
    in_cdata: bool,
    /// Nothing was read yet: only here may the XML declaration stand.
    at_start: bool,
    /// 1-based line of the text, for people.
    pub(super) text_line: u64,
}

type Found = Result<Token, Cut>;

/// Why there is no token.
pub(super) enum Cut {
    Trouble(Box<Trouble>),
    Read(ReadError),
}

impl From<ReadError> for Cut {
    fn from(error: ReadError) -> Self {
        Cut::Read(error)
    }
}

impl From<Trouble> for Cut {
    fn from(trouble: Trouble) -> Self {
        Cut::Trouble(Box::new(trouble))
    }
}

impl Tokens {
    pub(super) fn new(value_bytes_max: usize) -> Self {
        Tokens { value_bytes_max, in_cdata: false, at_start: true, text_line: 1 }
    }

    /// Drops bytes from the front of the window, counting lines.
    pub(super) fn consume<R: Read>(&mut self, window: &mut Window<R>, count: usize) {
        self.text_line += memchr::memchr_iter(b'\n', &window.bytes()[..count]).count() as u64;
        window.consume(count);
    }

    /// The next tag or text.
    pub(super) fn next<R: Read>(&mut self, window: &mut Window<R>) -> Found {
        loop {
            if self.in_cdata {
                match self.literal(window)? {
                    Some(token) => return Ok(token),
                    None => continue,
                }
            }
            if !window.ensure(1)? {
                return Ok(Token::Eof);
            }
            if window.bytes()[0] != b'<' {
                self.at_start = false;
                return self.text(window);
            }
            window.ensure(9)?;
            let begin = window.bytes();
            match begin.get(1) {
                Some(b'?') => self.instruction(window)?,
                Some(b'!') if begin.starts_with(b"<!--") => self.comment(window)?,
                Some(b'!') if begin.starts_with(b"<![CDATA[") => {
                    self.consume(window, 9);
                    self.in_cdata = true;
                }
                Some(b'!') if begin.len() >= 9 && begin[2..9].eq_ignore_ascii_case(b"DOCTYPE") => {
                    return Err(Trouble::new("XML_DOCTYPE", 0, 9).into());
                }
                Some(b'/') => return self.tag(window),
                None => return Err(cut(window)),
                Some(_) => return self.tag(window),
            }
            self.at_start = false;
        }
    }

    /// A tag, whole.
    fn tag<R: Read>(&mut self, window: &mut Window<R>) -> Found {
        let mut parser = ElementParser::default();
        let mut at = 1;
        loop {
            if let Some(found) = parser.feed(&window.bytes()[at..]) {
                let length = at + found + 1;
                if length > self.value_bytes_max {
                    return Err(self.too_long("tag"));
                }
                let bytes = &window.bytes()[..length];
                return Ok(match bytes[1] {
                    b'/' => Token::End { length },
                    _ => Token::Start { length, empty: bytes[length - 2] == b'/' },
                });
            }
            at = window.bytes().len();
            if at > self.value_bytes_max {
                return Err(self.too_long("tag"));
            }
            if !window.fill()? {
                return Err(cut(window));
            }
        }
    }

    #[cold]
    pub(super) fn too_long(&self, what: &str) -> Cut {
        Trouble::new("XML_TOO_LONG", 0, 1).arg("limit", self.value_bytes_max).arg("what", what).into()
    }

    /// Text up to the next tag, or as much of it as is at hand.
    fn text<R: Read>(&mut self, window: &mut Window<R>) -> Found {
        loop {
            let bytes = window.bytes();
            if let Some(length) = memchr(b'<', bytes) {
                return Ok(Token::Text { length, literal: false });
            }
            if bytes.len() >= PIECE_BYTES {
                return Ok(Token::Text { length: whole_characters(bytes, true), literal: false });
            }
            if !window.fill()? {
                return Ok(Token::Text { length: window.bytes().len(), literal: false });
            }
        }
    }

    /// Text inside CDATA; `None` behind its end.
    fn literal<R: Read>(&mut self, window: &mut Window<R>) -> Result<Option<Token>, Cut> {
        loop {
            let bytes = window.bytes();
            match memmem::find(bytes, b"]]>") {
                Some(0) => {
                    self.consume(window, 3);
                    self.in_cdata = false;
                    return Ok(None);
                }
                Some(length) => return Ok(Some(Token::Text { length, literal: true })),
                None if bytes.len() >= PIECE_BYTES => {
                    // The end mark may lie across the border.
                    let length = whole_characters(&bytes[..bytes.len() - 2], false);
                    return Ok(Some(Token::Text { length, literal: true }));
                }
                None if !window.fill()? => return Err(cut(window)),
                None => {}
            }
        }
    }

    /// `<?…?>`. The XML declaration may name another encoding than the file has.
    fn instruction<R: Read>(&mut self, window: &mut Window<R>) -> Result<(), Cut> {
        window.ensure(DECLARATION_BYTES_MAX)?;
        let bytes = window.bytes();
        let declares = bytes.get(2..5).is_some_and(|name| name.eq_ignore_ascii_case(b"xml"))
            && bytes.get(5).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'?');
        if declares {
            let end = memmem::find(&bytes[..bytes.len().min(DECLARATION_BYTES_MAX)], b"?>");
            let Some(end) = end.filter(|_| self.at_start) else {
                return Err(Trouble::new("XML_SYNTAX", 0, 5).arg("detail", "<?xml").into());
            };
            declaration(&bytes[..end])?;
        }
        self.pass_over(window, 2, b"?>")
    }

    fn comment<R: Read>(&mut self, window: &mut Window<R>) -> Result<(), Cut> {
        self.pass_over(window, 4, b"--")?;
        window.ensure(1)?;
        if window.bytes().first() != Some(&b'>') {
            return Err(Trouble::new("XML_SYNTAX", 0, 1).arg("detail", "--").into());
        }
        self.consume(window, 1);
        Ok(())
    }

    /// Drops everything up to and with the mark.
    fn pass_over<R: Read>(&mut self, window: &mut Window<R>, begin: usize, mark: &[u8; 2]) -> Result<(), Cut> {
        self.consume(window, begin);
        loop {
            if let Some(found) = memmem::find(window.bytes(), mark) {
                self.consume(window, found + 2);
                return Ok(());
            }
            let kept = window.bytes().len().min(1);
            self.consume(window, window.bytes().len() - kept);
            if !window.fill()? {
                return Err(cut(window));
            }
        }
    }
}

/// The document ends inside a tag, text or comment.
#[cold]
fn cut<R: Read>(window: &Window<R>) -> Cut {
    Trouble::new("XML_CUT", window.bytes().len(), 0).into()
}

/// `encoding="…"` must be UTF-8, which is what was read.
fn declaration(bytes: &[u8]) -> Result<(), Cut> {
    let Some(at) = memmem::find(bytes, b"encoding") else { return Ok(()) };
    let rest = &bytes[at + 8..];
    let quote = rest.iter().position(|byte| matches!(byte, b'"' | b'\''));
    let name = quote.and_then(|open| rest[open + 1..].split(|byte| *byte == rest[open]).next()).unwrap_or_default();
    if name.eq_ignore_ascii_case(b"utf-8") {
        return Ok(());
    }
    let shown = String::from_utf8_lossy(name).into_owned();
    Err(Trouble::new("XML_ENCODING", at, 8).value(shown).into())
}

/// How much of a text can be handed on without cutting a character, or a reference, in two.
fn whole_characters(bytes: &[u8], references: bool) -> usize {
    let mut end = bytes.len();
    while end > 0 && end > bytes.len().saturating_sub(4) && bytes[end - 1] & 0x80 != 0 {
        end -= 1;
        if bytes[end] & 0xC0 == 0xC0 {
            break;
        }
    }
    let from = end.saturating_sub(REFERENCE_BYTES_MAX);
    if references
        && let Some(at) = memchr::memrchr(b'&', &bytes[from..end])
        && memchr(b';', &bytes[from + at..end]).is_none()
        && from + at > 0
    {
        end = from + at;
    }
    end.max(1)
}
