//! JIS X 0201 and EBCDIC kana as fixed 256-entry tables, built at compile time.
//!
//! Sources: JIS X 0201 eight-bit (identical to the single-byte part of CP932); IBM CCSID 290 (bank.md §2.2). Byte 0x5C of JIS
//! and 0x5B of EBCDIC are the yen sign on paper and `\` in CP932; renkei reads `\` and writes either. The same holds for the
//! overline and `~`.

use std::borrow::Cow;

use super::{DecodeError, DecodeReason, Encoding, Unmappable};

/// Marks a byte without character; no table holds it as a character.
const NONE: u16 = 0xFFFF;
/// First and last half-width katakana sign of Unicode: `｡` and `ﾟ`.
const KANA_FIRST: u16 = 0xFF61;
const KANA_COUNT: usize = 63;

/// One single-byte encoding, both ways.
pub(super) struct Table {
    encoding: Encoding,
    to_char: [u16; 256],
    /// Byte of an ASCII character.
    from_ascii: [Option<u8>; 128],
    /// Byte of a half-width katakana sign.
    from_kana: [Option<u8>; KANA_COUNT],
}

/// Eight-bit JIS X 0201.
pub(super) static JIS_X0201: Table = Table::new(Encoding::JisX0201, jis_x0201());
/// EBCDIC kana, CCSID 290 as far as bank files use it.
pub(super) static EBCDIC_KANA: Table = Table::new(Encoding::EbcdicKana, ebcdic_kana());

const fn jis_x0201() -> [u16; 256] {
    let mut table = [NONE; 256];
    let mut i = 0;
    while i < 0x80 {
        table[i] = i as u16;
        i += 1;
    }
    run(table, 0xA1, KANA_FIRST, KANA_COUNT)
}

const fn ebcdic_kana() -> [u16; 256] {
    let mut table = [NONE; 256];
    // Carriage return, line feed, substitute: the separators of §2.1 in EBCDIC.
    table = pairs(table, &[(0x0D, '\r'), (0x25, '\n'), (0x3F, '\u{1A}')]);
    table = run(table, 0xF0, '0' as u16, 10);
    table = run(table, 0xC1, 'A' as u16, 9);
    table = run(table, 0xD1, 'J' as u16, 9);
    table = run(table, 0xE2, 'S' as u16, 8);
    table = pairs(table, &[(0x40, ' '), (0x4B, '.'), (0x4C, '<'), (0x4D, '('), (0x4E, '+'), (0x4F, '|'), (0x50, '&')]);
    table = pairs(table, &[(0x5A, '!'), (0x5B, '\\'), (0x5C, '*'), (0x5D, ')'), (0x5E, ';'), (0x60, '-'), (0x61, '/')]);
    table = pairs(table, &[(0x6B, ','), (0x6C, '%'), (0x6D, '_'), (0x6E, '>'), (0x6F, '?'), (0x79, '`'), (0x7A, ':')]);
    table = pairs(table, &[(0x7B, '#'), (0x7C, '@'), (0x7D, '\''), (0x7E, '='), (0x7F, '"'), (0xA1, '~'), (0xE0, '$')]);
    // Punctuation, small kana and the long vowel mark: never legal in a bank file, but to be named when they occur.
    table = run(table, 0x41, '｡' as u16, 9);
    table = run(table, 0x51, 'ｪ' as u16, 6);
    table = pairs(table, &[(0x58, 'ｰ')]);
    table = run(table, 0x81, 'ｱ' as u16, 10);
    table = run(table, 0x8C, 'ｻ' as u16, 4);
    table = run(table, 0x90, 'ｿ' as u16, 11);
    table = run(table, 0x9D, 'ﾊ' as u16, 3);
    table = run(table, 0xA2, 'ﾍ' as u16, 9);
    table = run(table, 0xAC, 'ﾖ' as u16, 4);
    run(table, 0xBA, 'ﾚ' as u16, 6)
}

/// Consecutive bytes for consecutive characters.
const fn run(mut table: [u16; 256], byte: usize, first: u16, count: usize) -> [u16; 256] {
    let mut i = 0;
    while i < count {
        table[byte + i] = first + i as u16;
        i += 1;
    }
    table
}

const fn pairs<const N: usize>(mut table: [u16; 256], list: &[(u8, char); N]) -> [u16; 256] {
    let mut i = 0;
    while i < N {
        table[list[i].0 as usize] = list[i].1 as u16;
        i += 1;
    }
    table
}

impl Table {
    const fn new(encoding: Encoding, to_char: [u16; 256]) -> Table {
        let mut from_ascii = [None; 128];
        let mut from_kana = [None; KANA_COUNT];
        let mut byte = 0;
        while byte < 256 {
            let unit = to_char[byte];
            if unit < 128 {
                from_ascii[unit as usize] = Some(byte as u8);
            } else if unit != NONE {
                from_kana[(unit - KANA_FIRST) as usize] = Some(byte as u8);
            }
            byte += 1;
        }
        Table { encoding, to_char, from_ascii, from_kana }
    }

    pub(super) fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, str>, DecodeError> {
        if self.encoding.is_ascii_based()
            && bytes.is_ascii()
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Ok(Cow::Borrowed(text));
        }
        let mut text = String::with_capacity(bytes.len() * 3);
        for (offset, &byte) in bytes.iter().enumerate() {
            match self.char_of(byte) {
                Some(ch) => text.push(ch),
                None => {
                    return Err(DecodeError {
                        encoding: self.encoding,
                        offset_in_field: offset,
                        bytes: vec![byte],
                        reason: DecodeReason::Undefined,
                    });
                }
            }
        }
        Ok(Cow::Owned(text))
    }

    pub(super) fn encode(&self, text: &str, out: &mut Vec<u8>) -> Result<(), Unmappable> {
        let start = out.len();
        out.reserve(text.len());
        for (index, ch) in text.chars().enumerate() {
            match self.byte_of(ch) {
                Some(byte) => out.push(byte),
                None => {
                    out.truncate(start);
                    return Err(Unmappable { encoding: self.encoding, ch, index });
                }
            }
        }
        Ok(())
    }

    fn char_of(&self, byte: u8) -> Option<char> {
        match self.to_char[usize::from(byte)] {
            NONE => None,
            unit => char::from_u32(u32::from(unit)),
        }
    }

    fn byte_of(&self, ch: char) -> Option<u8> {
        let ch = match ch {
            '¥' => '\\',
            '‾' => '~',
            other => other,
        };
        match u32::from(ch) {
            code @ 0..=0x7F => self.from_ascii[code as usize],
            code @ 0xFF61..=0xFF9F => self.from_kana[(code - u32::from(KANA_FIRST)) as usize],
            _ => None,
        }
    }
}
