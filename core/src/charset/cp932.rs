//! Code page 932 as Windows has it, on top of encoding_rs's Shift_JIS index (which equals it but for error handling).
//!
//! Stricter than encoding_rs in two places: byte 0x80, which no Windows text holds, and the user-defined area 0xF040–0xF9FC
//! (外字), whose characters mean something only on the machine that made them. Both are errors, not code points nobody can read.

use std::borrow::Cow;

use encoding_rs::{EncoderResult, SHIFT_JIS};

use super::{DecodeError, DecodeReason, Encoding, Unmappable};

/// Code points that share their CP932 bytes with another one: (other, canonical). Both are written as the same bytes; reading
/// gives the canonical one. Windows and JIS disagree about these eight double-byte characters; the last two are the yen sign
/// and the overline of single-byte JIS.
pub const PAIRS: [(char, char); 10] = [
    ('\u{301C}', '\u{FF5E}'), // 0x8160 〜 wave dash · ～ full-width tilde
    ('\u{2212}', '\u{FF0D}'), // 0x817C − minus · － full-width hyphen-minus
    ('\u{2014}', '\u{2015}'), // 0x815C — em dash · ― horizontal bar
    ('\u{2016}', '\u{2225}'), // 0x8161 ‖ double vertical line · ∥ parallel to
    ('\u{00A2}', '\u{FFE0}'), // 0x8191 ¢ · ￠
    ('\u{00A3}', '\u{FFE1}'), // 0x8192 £ · ￡
    ('\u{00AC}', '\u{FFE2}'), // 0x81CA ¬ · ￢
    ('\u{00A6}', '\u{FFE4}'), // 0xFA55 ¦ · ￤
    ('\u{00A5}', '\u{005C}'), // 0x5C ¥ · \
    ('\u{203E}', '\u{007E}'), // 0x7E ‾ · ~
];

/// The text with the code points that CP932 would give back. Idempotent. Use it to compare names that came by different ways.
pub fn canonical(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || text.chars().all(|ch| canonical_char(ch) == ch) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(canonical_char).collect())
}

fn canonical_char(ch: char) -> char {
    PAIRS.iter().find(|(other, _)| *other == ch).map_or(ch, |(_, canonical)| *canonical)
}

/// Whether these CP932 bytes are text and would be written back as the very same bytes. False for the duplicates of NEC and
/// IBM (0xED40–0xEEFC have twins in 0xFA40–0xFC4B, a few symbols of 0x87xx and 0xFAxx in 0x81xx) and for bytes that are no text.
pub fn round_trips(bytes: &[u8]) -> bool {
    let Ok(text) = decode(bytes) else { return false };
    let mut written = Vec::with_capacity(bytes.len());
    encode(&text, &mut written).is_ok() && written == bytes
}

pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    match SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if !holds_refused(&text) => Ok(text),
        _ => Err(first_fault(bytes)),
    }
}

/// U+0080 (byte 0x80) and the private use area (外字), found by their UTF-8 lead bytes.
fn holds_refused(text: &str) -> bool {
    let utf8 = text.as_bytes();
    memchr::memchr2_iter(0xC2, 0xEE, utf8).any(|at| utf8[at] == 0xEE || utf8.get(at + 1) == Some(&0x80))
}

/// Walks the bytes character by character to the first one that is no text. Only called when there is one.
fn first_fault(bytes: &[u8]) -> DecodeError {
    let mut offset = 0;
    while offset < bytes.len() {
        let width = if is_lead(bytes[offset]) { 2 } else { 1 };
        let character = &bytes[offset..bytes.len().min(offset + width)];
        let reason = if character.len() < width {
            Some(DecodeReason::Truncated)
        } else if matches!(character, [0xF0..=0xF9, 0x40..=0x7E | 0x80..=0xFC]) {
            Some(DecodeReason::UserDefined)
        } else if character == [0x80] || SHIFT_JIS.decode_without_bom_handling_and_without_replacement(character).is_none() {
            Some(DecodeReason::Undefined)
        } else {
            None
        };
        if let Some(reason) = reason {
            return fault(offset, character, reason);
        }
        offset += width;
    }
    // The walk and encoding_rs agree on every sequence (tested over all pairs); this line keeps the function total.
    fault(0, bytes, DecodeReason::Undefined)
}

fn fault(offset: usize, bytes: &[u8], reason: DecodeReason) -> DecodeError {
    DecodeError { encoding: Encoding::Cp932, offset_in_field: offset, bytes: bytes.to_vec(), reason }
}

const fn is_lead(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9F | 0xE0..=0xFC)
}

pub(super) fn encode(text: &str, out: &mut Vec<u8>) -> Result<(), Unmappable> {
    if text.is_ascii() {
        out.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    let start = out.len();
    let mut encoder = SHIFT_JIS.new_encoder();
    let mut rest = text;
    loop {
        // Two bytes at most per character, and no character is shorter than one byte of UTF-8.
        out.reserve(rest.len() * 2 + 16);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, out, true);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => break,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(ch) => {
                let index = text[..text.len() - rest.len()].chars().count() - 1;
                let twin = canonical_char(ch);
                if twin == ch {
                    out.truncate(start);
                    return Err(Unmappable { encoding: Encoding::Cp932, ch, index });
                }
                out.extend_from_slice(&SHIFT_JIS.encode(twin.encode_utf8(&mut [0; 4])).0);
            }
        }
    }
    refuse_c1(text, start, out)
}

/// encoding_rs writes U+0080 as byte 0x80; reading refuses it, so writing does too.
fn refuse_c1(text: &str, start: usize, out: &mut Vec<u8>) -> Result<(), Unmappable> {
    match text.chars().position(|ch| ch == '\u{80}') {
        Some(index) => {
            out.truncate(start);
            Err(Unmappable { encoding: Encoding::Cp932, ch: '\u{80}', index })
        }
        None => Ok(()),
    }
}
