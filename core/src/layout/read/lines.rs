//! Lines and what ends them.

use std::io::Read;

use memchr::memchr2;

use super::ReadError;
use super::window::Window;
use crate::fault::Fault;
use crate::layout::names::Newline;

/// What stands behind a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// CR LF.
    Crlf,
    /// LF.
    Lf,
    /// CR alone.
    Cr,
    /// Nothing: the file ends, or the next record begins.
    None,
}

impl Ending {
    /// Bytes it takes.
    pub(super) const fn bytes(self) -> usize {
        match self {
            Ending::Crlf => 2,
            Ending::Lf | Ending::Cr => 1,
            Ending::None => 0,
        }
    }

    /// Name in error texts; the catalogue has the words.
    const fn as_str(self) -> &'static str {
        match self {
            Ending::Crlf => "crlf",
            Ending::Lf => "lf",
            Ending::Cr => "cr",
            Ending::None => "none",
        }
    }
}

/// A line at the front of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Its length without ending, and the ending.
    Whole(usize, Ending),
    /// Longer than allowed; the window begins with it.
    TooLong,
    /// No more lines.
    End,
}

/// Finds the next line. Quotation marks mean nothing here.
#[inline]
pub(super) fn next_line<R: Read>(window: &mut Window<R>, bytes_max: usize) -> Result<Line, ReadError> {
    let mut scanned = 0;
    loop {
        let bytes = window.bytes();
        match memchr2(b'\r', b'\n', &bytes[scanned..]) {
            Some(found) => {
                let at = scanned + found;
                if at > bytes_max {
                    return Ok(Line::TooLong);
                }
                if bytes[at] == b'\n' {
                    return Ok(Line::Whole(at, Ending::Lf));
                }
                let next = bytes.get(at + 1).copied();
                match next {
                    Some(b'\n') => return Ok(Line::Whole(at, Ending::Crlf)),
                    Some(_) => return Ok(Line::Whole(at, Ending::Cr)),
                    None if window.fill()? => scanned = at,
                    None => return Ok(Line::Whole(at, Ending::Cr)),
                }
            }
            None => {
                scanned = bytes.len();
                if scanned > bytes_max {
                    return Ok(Line::TooLong);
                }
                if !window.fill()? {
                    return Ok(if scanned == 0 { Line::End } else { Line::Whole(scanned, Ending::None) });
                }
            }
        }
    }
}

/// Drops a line that is too long to hold, in pieces.
#[cold]
pub(super) fn skip_line<R: Read>(window: &mut Window<R>) -> Result<(), ReadError> {
    loop {
        if let Some(at) = memchr2(b'\r', b'\n', window.bytes()) {
            window.consume(at);
            window.ensure(2)?;
            let ending = if window.bytes().starts_with(b"\r\n") { 2 } else { 1 };
            window.consume(ending);
            return Ok(());
        }
        window.consume(window.bytes().len());
        if !window.fill()? {
            return Ok(());
        }
    }
}

/// Whether the endings of a file are those of its layout. Each wrong kind is reported once, at its first place.
#[derive(Debug)]
pub(super) struct Endings {
    wanted: Newline,
    /// `any`: the first ending seen is the one for the file.
    first: Option<Ending>,
    reported: Vec<Ending>,
    last: Ending,
}

impl Endings {
    pub(super) fn new(wanted: Newline) -> Self {
        Endings { wanted, first: None, reported: Vec::new(), last: Ending::None }
    }

    /// Takes the ending of a record that is not known to be the last.
    #[inline]
    pub(super) fn check(&mut self, ending: Ending, line: u64, offset: u64) -> Option<Fault> {
        self.last = ending;
        let good = match (self.wanted, ending) {
            (Newline::Crlf | Newline::CrlfBetween, Ending::Crlf) => true,
            (Newline::Lf | Newline::LfBetween, Ending::Lf) => true,
            (Newline::None, Ending::None) => true,
            (Newline::Any, Ending::Crlf | Ending::Lf) => *self.first.get_or_insert(ending) == ending,
            _ => false,
        };
        if good { None } else { self.wrong(ending, line, offset) }
    }

    #[cold]
    fn wrong(&mut self, ending: Ending, line: u64, offset: u64) -> Option<Fault> {
        if self.reported.contains(&ending) {
            return None;
        }
        self.reported.push(ending);
        let wanted = match (self.wanted, self.first) {
            (Newline::Any, Some(first)) => first.as_str(),
            (Newline::Any, None) => "crlf / lf",
            (Newline::Crlf | Newline::CrlfBetween, _) => "crlf",
            (Newline::Lf | Newline::LfBetween, _) => "lf",
            (Newline::None, _) => "none",
        };
        let mixed = self.wanted == Newline::Any && self.first.is_some();
        let code = if mixed { "NEWLINE_MIXED" } else { "NEWLINE_KIND" };
        let fault = Fault::new(code).on_line(line).at_bytes(offset, ending.bytes() as u32);
        Some(fault.arg("expected", wanted).arg("found", ending.as_str()))
    }

    /// Whether this ending was refused before; the reader then takes it without more words.
    pub(super) fn tolerates(&self, ending: Ending) -> bool {
        self.reported.contains(&ending)
    }

    /// Takes the ending of the last record, or the lack of one.
    pub(super) fn last(&mut self, ending: Ending, line: u64, offset: u64) -> Option<Fault> {
        let between = matches!(self.wanted, Newline::CrlfBetween | Newline::LfBetween);
        match (self.wanted, ending) {
            (Newline::Crlf | Newline::Lf, Ending::None) => {
                Some(Fault::new("NEWLINE_LAST_MISSING").on_line(line).at_bytes(offset, 0))
            }
            (_, Ending::None) | (Newline::Any, _) => None,
            (_, _) if between => {
                Some(Fault::new("NEWLINE_LAST_UNEXPECTED").on_line(line).at_bytes(offset, ending.bytes() as u32))
            }
            _ => None,
        }
    }
}
