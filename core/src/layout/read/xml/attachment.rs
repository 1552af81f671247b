//! An attachment: base64 text decoded piece by piece, measured and hashed. Nothing of it is kept.

use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::Trouble;
use crate::evidence::HEAD_BYTES;

/// Digits decoded at once; a multiple of four.
const DIGITS: usize = 4096;

/// Where an attachment lies in the file, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its file name, as the document says.
    pub file_name: Option<String>,
    /// Its media type, as the document says.
    pub media_type: Option<String>,
    /// SHA-256 of the decoded bytes, hex.
    pub sha256: String,
    /// Its first bytes, at most [`HEAD_BYTES`]: they tell what it is.
    pub head: Vec<u8>,
    /// Decoded bytes.
    pub bytes: u64,
    /// File offset of the base64 text.
    pub offset: u64,
    /// Bytes of the base64 text.
    pub length: u64,
}

/// Base64 text coming in pieces. White space between digits is allowed, nothing else is.
pub(super) struct Decoder {
    digits: Vec<u8>,
    decoded: Vec<u8>,
    padded: bool,
    head: Vec<u8>,
    bytes: u64,
    bytes_max: u64,
    hasher: Sha256,
}

impl Decoder {
    pub(super) fn new(bytes_max: u64) -> Self {
        let (digits, decoded) = (Vec::with_capacity(DIGITS), Vec::with_capacity(DIGITS));
        Decoder { digits, decoded, padded: false, head: Vec::new(), bytes: 0, bytes_max, hasher: Sha256::new() }
    }

    /// Takes a piece; `at` is where it begins in the window, for the place of a fault.
    pub(super) fn feed(&mut self, piece: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Trouble> {
        for (at, &byte) in piece.iter().enumerate() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' if !self.padded => self.digits.push(byte),
                _ => return Err(Trouble::new("ATTACHMENT_BASE64", at, 1).value(crate::layout::value::show(&[byte]))),
            }
            if self.digits.len() == DIGITS || (byte == b'=' && self.digits.len().is_multiple_of(4)) {
                self.decode(at, out)?;
            }
        }
        Ok(())
    }

    fn decode(&mut self, at: usize, out: &mut dyn FnMut(&[u8])) -> Result<(), Trouble> {
        self.padded = self.digits.last() == Some(&b'=');
        self.decoded.clear();
        if STANDARD.decode_vec(&self.digits, &mut self.decoded).is_err() {
            return Err(Trouble::new("ATTACHMENT_BASE64", at, 1).value(crate::layout::value::show(&self.digits)));
        }
        self.digits.clear();
        self.bytes += self.decoded.len() as u64;
        if self.bytes > self.bytes_max {
            return Err(Trouble::new("ATTACHMENT_TOO_LARGE", at, 1).arg("limit", self.bytes_max));
        }
        let wanted = HEAD_BYTES.saturating_sub(self.head.len()).min(self.decoded.len());
        self.head.extend_from_slice(&self.decoded[..wanted]);
        self.hasher.update(&self.decoded);
        out(&self.decoded);
        Ok(())
    }

    /// Ends it: digest, size and first bytes.
    pub(super) fn finish(mut self, out: &mut dyn FnMut(&[u8])) -> Result<(String, u64, Vec<u8>), Trouble> {
        if !self.digits.is_empty() {
            self.decode(0, out)?;
        }
        Ok((hex::encode(self.hasher.finalize()), self.bytes, self.head))
    }
}

/// Decodes an attachment that was read before, from the part of the file it lies in.
///
/// # Errors
/// The source gave an error, or the bytes are no base64: the file is another one.
pub fn decode_attachment(mut input: impl Read, mut out: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut decoder = Decoder::new(u64::MAX);
    let mut buffer = vec![0; 64 * 1024];
    let mut failed = Ok(());
    let mut pass = |bytes: &[u8]| {
        if failed.is_ok() {
            failed = out(bytes);
        }
    };
    let wrong = |_| io::Error::new(io::ErrorKind::InvalidData, "not base64");
    loop {
        match input.read(&mut buffer)? {
            0 => break,
            count => decoder.feed(&buffer[..count], &mut pass).map_err(wrong)?,
        }
    }
    decoder.finish(&mut pass).map_err(wrong)?;
    failed
}
