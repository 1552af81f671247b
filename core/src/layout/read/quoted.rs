//! CSV records with quotation marks (RFC 4180). The `csv` crate reads leniently and gives no byte positions; here a stray or
//! unclosed quotation mark is a finding with its place, and never swallows the lines behind it.

use std::io::Read;

use memchr::{memchr, memchr3};

use super::ReadError;
use super::csv::Span;
use super::lines::Ending;
use super::window::Window;

/// What stands at the front of the window.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Quoted {
    /// A record; `lines` line ends lie in it, its own included.
    Record {
        /// Bytes without ending.
        length: usize,
        /// What ends it.
        ending: Ending,
        /// Lines it covers.
        lines: u64,
    },
    /// A quotation mark inside an unquoted cell, or text behind a closing one.
    Stray(usize),
    /// A quotation mark that is not closed within the most bytes a record may have.
    Open(usize),
    /// Every quotation mark is closed, but the record goes on beyond the most bytes it may have.
    TooLong,
}

/// Cuts the record at the front of the window into `spans`.
pub(super) fn split<R: Read>(window: &mut Window<R>, bytes_max: usize, spans: &mut Vec<Span>) -> Result<Quoted, ReadError> {
    spans.clear();
    let mut at = 0;
    loop {
        if at > bytes_max {
            return Ok(Quoted::TooLong);
        }
        let next = if byte(window, at)? == Some(b'"') {
            match quoted_cell(window, at, bytes_max, spans)? {
                Ok(next) => next,
                Err(bad) => return Ok(bad),
            }
        } else {
            match plain_cell(window, at, bytes_max, spans)? {
                Ok(next) => next,
                Err(bad) => return Ok(bad),
            }
        };
        match byte(window, next)? {
            Some(b',') => at = next + 1,
            found => {
                let ending = match found {
                    Some(b'\n') => Ending::Lf,
                    Some(_) if byte(window, next + 1)? == Some(b'\n') => Ending::Crlf,
                    Some(_) => Ending::Cr,
                    None => Ending::None,
                };
                let lines = 1 + memchr::memchr_iter(b'\n', &window.bytes()[..next]).count() as u64;
                return Ok(Quoted::Record { length: next, ending, lines });
            }
        }
    }
}

/// A cell in quotation marks that begins at `open`; gives the place behind it.
fn quoted_cell<R: Read>(
    window: &mut Window<R>,
    open: usize,
    bytes_max: usize,
    spans: &mut Vec<Span>,
) -> Result<Result<usize, Quoted>, ReadError> {
    let mut at = open + 1;
    let mut escaped = false;
    loop {
        let bytes = window.bytes();
        let Some(found) = memchr(b'"', &bytes[at..]) else {
            at = bytes.len();
            if at > bytes_max || !window.fill()? {
                return Ok(Err(Quoted::Open(open)));
            }
            continue;
        };
        at += found;
        // Also where quotation marks go on without end: doubled ones close nothing, and the window must not grow with the file.
        if at > bytes_max {
            return Ok(Err(Quoted::Open(open)));
        }
        match byte(window, at + 1)? {
            Some(b'"') => {
                escaped = true;
                at += 2;
            }
            None | Some(b',' | b'\r' | b'\n') => {
                spans.push(Span { start: open as u32 + 1, end: at as u32, escaped });
                return Ok(Ok(at + 1));
            }
            Some(_) => return Ok(Err(Quoted::Stray(at))),
        }
    }
}

/// A cell without quotation marks that begins at `start`; gives the place behind it.
fn plain_cell<R: Read>(
    window: &mut Window<R>,
    start: usize,
    bytes_max: usize,
    spans: &mut Vec<Span>,
) -> Result<Result<usize, Quoted>, ReadError> {
    loop {
        let bytes = window.bytes();
        let end = memchr3(b',', b'\r', b'\n', &bytes[start..]).map(|found| start + found);
        let rest = bytes.len() - usize::from(bytes.last() == Some(&0x1A));
        let Some(end) = end.or_else(|| window.ended().then_some(rest)) else {
            if bytes.len() > bytes_max {
                return Ok(Err(Quoted::TooLong));
            }
            window.fill()?;
            continue;
        };
        if end > bytes_max {
            return Ok(Err(Quoted::TooLong));
        }
        if let Some(stray) = memchr(b'"', &bytes[start..end]) {
            return Ok(Err(Quoted::Stray(start + stray)));
        }
        spans.push(Span { start: start as u32, end: end as u32, escaped: false });
        return Ok(Ok(end));
    }
}

/// The byte at an offset of the window, reading more when needed. An end mark (0x1A) behind the last line is no part of it.
fn byte<R: Read>(window: &mut Window<R>, at: usize) -> Result<Option<u8>, ReadError> {
    window.ensure(at + 1)?;
    let found = window.bytes().get(at).copied();
    match found {
        Some(0x1A) if !window.ensure(at + 2)? => Ok(None),
        found => Ok(found),
    }
}

/// Halves doubled quotation marks.
pub(super) fn unescape(bytes: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut after_quote = false;
    for &byte in bytes {
        if byte == b'"' && after_quote {
            after_quote = false;
            continue;
        }
        after_quote = byte == b'"';
        out.push(byte);
    }
}
