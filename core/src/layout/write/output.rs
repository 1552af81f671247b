//! The sink: buffers, hashes, counts, and knows what stands before, between and after the records of a file.

use std::io::Write;

use sha2::{Digest, Sha256};

use super::{WriteError, render};
use crate::charset::{Encoding, detect};
use crate::layout::model::Layout;
use crate::layout::names::{Format, Header, Items, Newline};

/// Bytes collected before they are hashed and handed on.
const BUFFER_BYTES: usize = 64 * 1024;

pub(super) struct Output<W> {
    sink: W,
    buffer: Vec<u8>,
    hasher: Sha256,
    bytes: u64,
    records: u64,
    frame: Frame,
}

/// What stands around the records.
struct Frame {
    before: Vec<u8>,
    between: Vec<u8>,
    after_each: Vec<u8>,
    after: Vec<u8>,
    after_none: Vec<u8>,
}

impl Frame {
    fn new(layout: &Layout, encoding: Encoding) -> Frame {
        let ebcdic = !encoding.is_ascii_based();
        let newline: &[u8] = match layout.newline {
            Newline::Crlf | Newline::CrlfBetween if ebcdic => b"\x0D\x25",
            Newline::Lf | Newline::LfBetween if ebcdic => b"\x25",
            Newline::Crlf | Newline::CrlfBetween | Newline::Any => b"\r\n",
            Newline::Lf | Newline::LfBetween => b"\n",
            Newline::None => b"",
        };
        let mut frame =
            Frame { before: Vec::new(), between: Vec::new(), after_each: Vec::new(), after: Vec::new(), after_none: Vec::new() };
        if encoding == Encoding::Utf8Bom {
            frame.before.extend_from_slice(detect::UTF8_BOM);
        }
        let lines = layout.format != Format::Json || layout.json.items == Items::Lines;
        if lines {
            let between = matches!(layout.newline, Newline::CrlfBetween | Newline::LfBetween);
            *(if between { &mut frame.between } else { &mut frame.after_each }) = newline.to_vec();
            if layout.final_1a {
                frame.after.push(if ebcdic { 0x3F } else { 0x1A });
            }
            frame.after_none.clone_from(&frame.after);
            return frame;
        }
        let (open, close): (&[u8], &[u8]) = match layout.json.items {
            Items::Map => (b"{", b"}"),
            Items::One => (b"", b""),
            _ => (b"[", b"]"),
        };
        frame.before.extend_from_slice(open);
        if !open.is_empty() {
            frame.before.extend_from_slice(b"\n");
        }
        frame.between = b",\n".to_vec();
        let last: &[u8] = if close.is_empty() { b"" } else { b"\n" };
        frame.after = [b"\n", close, last].concat();
        frame.after_none = [close, b"\n"].concat();
        frame
    }
}

impl<W: Write> Output<W> {
    pub(super) fn new(sink: W, layout: &Layout, encoding: Encoding) -> Self {
        let mut frame = Frame::new(layout, encoding);
        if layout.format == Format::Csv && layout.csv.header == Header::Names {
            render::header(layout, encoding, &mut frame.before);
            // With separators between records, the first record stands behind one too.
            frame.before.extend_from_slice(&frame.after_each);
        }
        let records = u64::from(layout.format == Format::Csv && layout.csv.header == Header::Names);
        Output { sink, buffer: Vec::with_capacity(BUFFER_BYTES * 2), hasher: Sha256::new(), bytes: 0, records, frame }
    }

    pub(super) fn begin(&mut self) -> Result<(), WriteError> {
        self.buffer.extend_from_slice(&self.frame.before);
        self.flush_full()
    }

    /// Appends one record.
    pub(super) fn record(&mut self, fill: impl FnOnce(&mut Vec<u8>) -> Result<(), WriteError>) -> Result<(), WriteError> {
        if self.records > 0 {
            self.buffer.extend_from_slice(&self.frame.between);
        }
        self.records += 1;
        fill(&mut self.buffer)?;
        self.buffer.extend_from_slice(&self.frame.after_each);
        self.flush_full()
    }

    fn flush_full(&mut self) -> Result<(), WriteError> {
        if self.buffer.len() < BUFFER_BYTES { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.hasher.update(&self.buffer);
        let byte = self.bytes;
        self.sink.write_all(&self.buffer).map_err(|source| WriteError::Io { byte, source })?;
        self.bytes += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Size and SHA-256 of the file.
    pub(super) fn finish(mut self) -> Result<(u64, String), WriteError> {
        let end =
            if self.records > 0 { std::mem::take(&mut self.frame.after) } else { std::mem::take(&mut self.frame.after_none) };
        self.buffer.extend_from_slice(&end);
        self.flush()?;
        let byte = self.bytes;
        self.sink.flush().map_err(|source| WriteError::Io { byte, source })?;
        Ok((self.bytes, hex::encode(self.hasher.finalize())))
    }
}
