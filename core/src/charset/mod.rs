//! Encodings of the partners' files and the character classes of bank fields.
//!
//! Decoding is strict and works on one field at a time: a byte that is no character of the encoding is an error with its exact
//! offset, never a replacement character. Encoding is strict too: a character the encoding lacks is an error that names the
//! code point. Single-byte encodings use fixed tables, because a general Shift_JIS decoder may swallow the byte after a stray
//! lead byte and shift every later column (bank.md §2.2).
//!
//! # Which code point is canonical
//!
//! CP932 has one byte pair where Unicode has two characters (`0x8160` is U+FF5E to Windows and U+301C to JIS). Decoding gives
//! the Windows reading, because that is what every section's spreadsheet shows; encoding accepts both; `canonical` maps a
//! text to the code points that reading back would give. The claim, proven by tests for every encoding `e` and text `t` that
//! `e` can hold:
//!
//! > `decode(e, encode(e, t)) == canonical(t)` for CP932 and the single-byte encodings, `== t` for UTF-8;
//! > and the bytes no longer change from the first writing on.
//!
//! The other way round, a few CP932 bytes have a twin for the same character (`0xEEE0` and `0xFBFC` are both 髙). They are read,
//! and written as the twin Windows writes; `cp932_round_trips` tells whether a given field is free of them.

use std::borrow::Cow;

use crate::verdict::{Classify, Verdict};

/// Suggested abbreviations of legal forms and businesses in account names.
pub mod abbreviation;
/// Code page 932: pairs, twins, strictness.
mod cp932;
/// What the first bytes of a file, or a strange byte in it, tell about its encoding.
pub mod detect;
/// From master data to a name a bank accepts.
pub mod fold;
/// Character classes of bank fields.
pub mod kana;
/// JIS X 0201 and EBCDIC kana as fixed tables.
mod single_byte;

pub use cp932::{PAIRS, canonical, round_trips as cp932_round_trips};

/// The encodings a layout may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8 without byte order mark.
    Utf8,
    /// UTF-8 whose file starts with a byte order mark.
    Utf8Bom,
    /// Microsoft's Shift_JIS, code page 932.
    Cp932,
    /// Eight-bit JIS X 0201: ASCII and half-width kana, one byte each.
    JisX0201,
    /// IBM EBCDIC with kana (CCSID 290), one byte each.
    EbcdicKana,
}

impl Encoding {
    /// All encodings, in the order of the documentation.
    pub const ALL: [Encoding; 5] = [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Cp932, Encoding::JisX0201, Encoding::EbcdicKana];

    /// The encoding of a layout's name for it.
    pub fn parse(name: &str) -> Option<Encoding> {
        Encoding::ALL.into_iter().find(|encoding| encoding.as_str() == name)
    }

    /// The name used in layouts, logs and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf8Bom => "utf-8-bom",
            Encoding::Cp932 => "cp932",
            Encoding::JisX0201 => "jis-x0201",
            Encoding::EbcdicKana => "ebcdic-kana",
        }
    }

    /// The bytes a file in this encoding starts with.
    pub const fn preamble(self) -> &'static [u8] {
        match self {
            Encoding::Utf8Bom => detect::UTF8_BOM,
            _ => b"",
        }
    }

    /// Whether each character is one byte, so that bytes and columns agree.
    pub const fn is_single_byte(self) -> bool {
        matches!(self, Encoding::JisX0201 | Encoding::EbcdicKana)
    }

    /// Whether bytes below 0x80 are ASCII.
    pub const fn is_ascii_based(self) -> bool {
        !matches!(self, Encoding::EbcdicKana)
    }
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why bytes are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecodeReason {
    /// No character of the encoding.
    Undefined,
    /// The field ends in the middle of a character.
    Truncated,
    /// A user-defined character (外字), which means something only on the machine that made it.
    UserDefined,
}

/// The first bytes of a field that are no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset_in_field} of the field is no {encoding} text: {}", hex_bytes(.bytes))]
pub struct DecodeError {
    /// Encoding that was tried.
    pub encoding: Encoding,
    /// 0-based offset of the first bad byte in the field.
    pub offset_in_field: usize,
    /// The bad bytes (one character's worth).
    pub bytes: Vec<u8>,
    /// Why they are bad.
    pub reason: DecodeReason,
}

impl DecodeError {
    /// Catalogue code.
    pub const fn code(&self) -> &'static str {
        "ENCODING_INVALID"
    }
}

impl Classify for DecodeError {
    fn verdict(&self) -> Verdict {
        Verdict::Reject
    }
}

/// A character the encoding cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("character {index} of the text, {} (U+{:04X}), does not exist in {encoding}", .ch.escape_debug(), u32::from(*.ch))]
pub struct Unmappable {
    /// Encoding that lacks the character.
    pub encoding: Encoding,
    /// The character.
    pub ch: char,
    /// 0-based index of the character in the text, counted in characters.
    pub index: usize,
}

impl Unmappable {
    /// Catalogue code.
    pub const fn code(&self) -> &'static str {
        "ENCODING_UNMAPPABLE"
    }

    /// `U+9AD9`, the way error texts name the character.
    pub fn code_point(&self) -> String {
        format!("U+{:04X}", u32::from(self.ch))
    }
}

impl Classify for Unmappable {
    /// The text is ours and cannot be written: a person must decide how the partner shall see it.
    fn verdict(&self) -> Verdict {
        Verdict::Hold
    }
}

/// `<8F A2>`, the way error texts show undecodable bytes.
pub fn hex_bytes(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("<{}>", pairs.join(" "))
}

/// Decodes one field. Borrows when the bytes already are UTF-8 (ASCII, in most fields).
///
/// # Errors
/// The first byte that is no character of the encoding, with its offset in the field.
pub fn decode(encoding: Encoding, bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => decode_utf8(encoding, bytes),
        Encoding::Cp932 => cp932::decode(bytes),
        Encoding::JisX0201 => single_byte::JIS_X0201.decode(bytes),
        Encoding::EbcdicKana => single_byte::EBCDIC_KANA.decode(bytes),
    }
}

/// Appends the text in the encoding to `out`. On error `out` is as it was before.
///
/// # Errors
/// The first character the encoding cannot hold.
pub fn encode(encoding: Encoding, text: &str, out: &mut Vec<u8>) -> Result<(), Unmappable> {
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => {
            out.extend_from_slice(text.as_bytes());
            Ok(())
        }
        Encoding::Cp932 => cp932::encode(text, out),
        Encoding::JisX0201 => single_byte::JIS_X0201.encode(text, out),
        Encoding::EbcdicKana => single_byte::EBCDIC_KANA.encode(text, out),
    }
}

fn decode_utf8(encoding: Encoding, bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let offset = error.valid_up_to();
        let (reason, length) = match error.error_len() {
            Some(length) => (DecodeReason::Undefined, length),
            None => (DecodeReason::Truncated, bytes.len() - offset),
        };
        DecodeError { encoding, offset_in_field: offset, bytes: bytes[offset..offset + length].to_vec(), reason }
    })
}

#[cfg(test)]
mod tests;
