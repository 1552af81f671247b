//! Digits, codes, text and kana. The fast paths look at bytes; the cold paths find out what a person did.

use super::{Outcome, Problem, Typed};
use crate::charset::kana;
use crate::layout::model::Field;

/// Most characters of a value shown in a fault.
const SHOWN_CHARS_MAX: usize = 60;

/// A value shortened for an error text; controls and bytes that are no text are shown as `<0D>`.
pub(in crate::layout) fn show(bytes: &[u8]) -> String {
    show_most(bytes, SHOWN_CHARS_MAX)
}

/// Like [`show`], whole.
pub(in crate::layout) fn show_all(bytes: &[u8]) -> String {
    show_most(bytes, usize::MAX)
}

fn show_most(bytes: &[u8], chars_max: usize) -> String {
    let mut shown = String::new();
    let mut count = 0;
    for chunk in bytes.utf8_chunks() {
        for ch in chunk.valid().chars() {
            if count == chars_max {
                shown.push('…');
                return shown;
            }
            if ch.is_control() {
                shown.push_str(&format!("<{:02X}>", u32::from(ch)))
            } else {
                shown.push(ch)
            }
            count += 1;
        }
        for byte in chunk.invalid() {
            shown.push_str(&format!("<{byte:02X}>"));
            count += 1;
        }
    }
    shown
}

/// `digits`: ASCII digits, zeros kept.
#[inline]
pub(super) fn digits(field: &Field, text: &[u8]) -> Outcome<Typed> {
    if !text.iter().all(u8::is_ascii_digit) {
        return Err(not_digits(field, text));
    }
    if text.len() > field.len {
        return Err(too_long(field, text.len()));
    }
    if text.len() < field.min_len {
        return Err(Problem::whole("DIGITS_TOO_SHORT").arg("expected", field.min_len).arg("found", text.len()));
    }
    Ok(Typed::Text { plain: true })
}

/// A byte that must be escaped in JSON.
const ESCAPED: u8 = 1;
/// A byte that is, or may begin, a character no text holds.
const SUSPICIOUS: u8 = 2;
/// Not printable ASCII.
const FOREIGN: u8 = 4;
/// A byte that begins a character.
const BEGINS: u8 = 8;

/// What each byte of UTF-8 is. One look-up a byte beats several comparisons, and these loops see every byte of every text.
const BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        let mut class = 0;
        if byte < 0x20 || byte == b'"' || byte == b'\\' {
            class |= ESCAPED;
        }
        // C2: C1 controls lie there. EE, EF, F3, F4: private use areas and U+FFFD.
        if byte < 0x20 || matches!(byte, 0x7F | 0xC2 | 0xEE | 0xEF | 0xF3 | 0xF4) {
            class |= SUSPICIOUS;
        }
        if byte < 0x20 || byte > 0x7E {
            class |= FOREIGN;
        }
        if byte & 0xC0 != 0x80 {
            class |= BEGINS;
        }
        table[at] = class;
        at += 1;
    }
    table
};

/// Whether UTF-8 bytes hold nothing that a text may not hold and nothing that JSON escapes. One pass over a whole record, which
/// the compiler turns into vector instructions, spares a look at each byte of each text. `false` only means: look closer.
#[inline]
pub(in crate::layout) fn is_tame(bytes: &[u8]) -> bool {
    let Some((last, _)) = bytes.split_last() else { return true };
    // Controls, what JSON escapes, and bytes that begin C1 controls or private use characters. All terms are computed for all
    // bytes, without a branch, or nothing is vectorised.
    let odd = |byte: u8| {
        (byte < 0x20) | (byte == 0x7F) | (byte == b'"') | (byte == b'\\') | (byte == 0xC2) | (byte == 0xEE) | (byte >= 0xF3)
    };
    let found = bytes.iter().zip(&bytes[1..]).fold(0_u8, |found, (&byte, &next)| {
        // EF 80–A3: private use. EF BB, EF BF: byte order mark, replacement character and neighbours.
        let private = (byte == 0xEF) & ((next <= 0xA3) | (next == 0xBB) | (next == 0xBF));
        found | u8::from(odd(byte) | private)
    });
    found == 0 && !odd(*last)
}

/// `code`, `ascii`: printable ASCII.
#[inline]
pub(super) fn ascii(field: &Field, text: &[u8]) -> Outcome<Typed> {
    let class = text.iter().fold(0, |class, &byte| class | BYTES[usize::from(byte)]);
    refuse_blanks(field, text)?;
    // A spreadsheet's number ends in a sign and two digits.
    if matches!(text, [.., b'+', _, _]) && looks_like_excel(text) {
        return Err(Problem::whole("FIELD_EXCEL_NUMBER"));
    }
    if class & FOREIGN != 0 {
        if looks_like_excel_date(text) {
            return Err(Problem::whole("FIELD_EXCEL_DATE"));
        }
        let at = text.iter().position(|&byte| BYTES[usize::from(byte)] & FOREIGN != 0).unwrap_or(0);
        return Err(not_ascii(text, at));
    }
    check_length(field, text.len())?;
    Ok(Typed::Text { plain: class & ESCAPED == 0 })
}

/// `text`: any characters but controls, counted in characters.
#[inline]
pub(super) fn text(field: &Field, text: &[u8], tame: bool) -> Outcome<Typed> {
    refuse_blanks(field, text)?;
    if tame && text.len() <= field.len && field.min_len <= 1 {
        // As many bytes as characters are allowed: there cannot be too many characters.
        return Ok(Typed::Text { plain: true });
    }
    let mut chars = 0;
    let mut seen = 0;
    for &byte in text {
        let class = BYTES[usize::from(byte)];
        seen |= class;
        chars += usize::from(class & BEGINS != 0);
    }
    if seen & SUSPICIOUS != 0 {
        refuse_bad_characters(text)?;
    }
    check_length(field, chars)?;
    Ok(Typed::Text { plain: seen & ESCAPED == 0 })
}

/// `kana`: the class decides.
pub(super) fn kana(field: &Field, text: &[u8]) -> Outcome<Typed> {
    let Some(class) = field.class else { return Err(Problem::whole("FIELD_NOT_TEXT")) };
    refuse_blanks(field, text)?;
    let text = std::str::from_utf8(text).map_err(|error| Problem::place("FIELD_NOT_TEXT", error.valid_up_to(), 1))?;
    let switches = kana::Switches { allow_wo: field.kana_wo, allow_dot: field.kana_dot };
    if let Err(fault) = kana::check_with(class, switches, text) {
        let at = text.char_indices().nth(fault.index).map_or(0, |(at, _)| at);
        return Err(Problem::place(fault.rule.code(), at, fault.ch.len_utf8())
            .arg("char", fault.ch)
            .arg("class", class.as_str())
            .arg("index", fault.index + 1));
    }
    check_length(field, text.chars().count())?;
    Ok(Typed::Text { plain: !text.contains(['"', '\\']) })
}

/// A required value that consists of blanks says as little as an empty one. A constant of blanks is the layout's own wish.
#[inline]
fn refuse_blanks(field: &Field, text: &[u8]) -> Outcome<()> {
    if field.must && field.constant.is_none() && is_blank(text) {
        return Err(Problem::whole("FIELD_BLANKS_ONLY"));
    }
    Ok(())
}

/// Whether UTF-8 bytes are white space and nothing else. Almost every text is told by its first bytes.
#[inline]
pub(in crate::layout) fn is_blank(text: &[u8]) -> bool {
    let begins = matches!(
        text,
        [b' ' | b'\t', ..] | [0xC2, 0xA0, ..] | [0xE1, 0x9A, ..] | [0xE2, 0x80 | 0x81, ..] | [0xE3, 0x80, 0x80, ..]
    );
    begins && std::str::from_utf8(text).is_ok_and(|text| text.chars().all(char::is_whitespace))
}

#[inline]
fn check_length(field: &Field, chars: usize) -> Outcome<()> {
    if chars > field.len {
        return Err(too_long(field, chars));
    }
    if chars < field.min_len {
        return Err(Problem::whole("FIELD_TOO_SHORT").arg("expected", field.min_len).arg("found", chars));
    }
    Ok(())
}

#[cold]
pub(super) fn too_long(field: &Field, found: usize) -> Box<Problem> {
    Problem::whole("FIELD_TOO_LONG").arg("expected", field.len).arg("found", found)
}

/// Why a text that should be digits is none: names the habit behind it where it can be seen.
#[cold]
pub(super) fn not_digits(field: &Field, bytes: &[u8]) -> Box<Problem> {
    let place = |code, at: usize, len| Problem::place(code, at, len).arg("expected", field.len);
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return place("FIELD_NUL", at, 1);
    }
    if bytes.iter().all(|&byte| byte == b' ') {
        return place("FIELD_BLANKS_ONLY", 0, bytes.len());
    }
    if looks_like_excel(bytes) {
        return place("FIELD_EXCEL_NUMBER", 0, bytes.len());
    }
    if looks_like_excel_date(bytes) {
        return place("FIELD_EXCEL_DATE", 0, bytes.len());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return place("FIELD_NOT_DIGITS", 0, bytes.len()) };
    let bad = text.char_indices().find(|(_, ch)| !ch.is_ascii_digit());
    let Some((at, ch)) = bad else { return place("FIELD_NOT_DIGITS", 0, bytes.len()) };
    let code = match ch {
        '０'..='９' => "FIELD_FULL_WIDTH_DIGITS",
        ' ' | '\u{3000}' => "FIELD_BLANK_INSIDE",
        ch if ch.is_control() => "FIELD_CONTROL",
        _ => "FIELD_NOT_DIGITS",
    };
    place(code, at, ch.len_utf8()).arg("char", shown_char(ch))
}

/// `1.23E+11`: what a spreadsheet makes of a long number.
pub(super) fn looks_like_excel(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|&byte| matches!(byte, b'E' | b'e')) else { return false };
    let (mantissa, exponent) = (&text[..at], &text[at + 1..]);
    let number = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-'));
    mantissa.first().is_some_and(u8::is_ascii_digit) && number(mantissa) && !exponent.is_empty() && number(exponent)
}

/// `1月2日`, `1/2`, `2026/1/2`, `2-Jan`: what a spreadsheet makes of a code like `1-2`.
fn looks_like_excel_date(text: &[u8]) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let short = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((month, day)) = text.strip_suffix('日').and_then(|text| text.split_once('月')) {
        return short(month, 2) && short(day, 2);
    }
    if let [parts @ .., last] = text.split('/').collect::<Vec<_>>().as_slice() {
        let dated =
            matches!(parts.len(), 1 | 2) && parts.iter().enumerate().all(|(at, part)| short(part, if at == 0 { 4 } else { 2 }));
        if dated && short(last, 4) {
            return true;
        }
    }
    let is_month = |part: &str| MONTHS.contains(&part.to_ascii_lowercase().as_str());
    text.split_once('-').is_some_and(|(one, other)| (short(one, 2) && is_month(other)) || (is_month(one) && short(other, 4)))
}

#[cold]
fn not_ascii(bytes: &[u8], at: usize) -> Box<Problem> {
    let ch = std::str::from_utf8(&bytes[at..]).ok().and_then(|text| text.chars().next());
    let Some(ch) = ch else { return Problem::place("FIELD_NOT_ASCII", at, 1) };
    let code = match ch {
        '\0' => "FIELD_NUL",
        ch if ch.is_control() => "FIELD_CONTROL",
        '！'..='～' | '\u{3000}' => "FIELD_FULL_WIDTH",
        _ => "FIELD_NOT_ASCII",
    };
    Problem::place(code, at, ch.len_utf8()).arg("char", shown_char(ch))
}

/// Controls, the replacement character (a character was lost before the file reached us), and private use characters (外字 that
/// mean something only on the machine that made them).
#[cold]
fn refuse_bad_characters(bytes: &[u8]) -> Outcome<()> {
    let text = std::str::from_utf8(bytes).map_err(|error| Problem::place("FIELD_NOT_TEXT", error.valid_up_to(), 1))?;
    for (at, ch) in text.char_indices() {
        let code = match ch {
            '\0' => "FIELD_NUL",
            ch if ch.is_control() => "FIELD_CONTROL",
            '\u{FFFD}' => "TEXT_REPLACEMENT_CHARACTER",
            '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' => "TEXT_PRIVATE_USE",
            '\u{FEFF}' => "TEXT_BYTE_ORDER_MARK",
            _ => continue,
        };
        return Err(Problem::place(code, at, ch.len_utf8()).arg("char", shown_char(ch)));
    }
    Ok(())
}

/// `U+3000` for what cannot be seen, the character itself otherwise.
pub(super) fn shown_char(ch: char) -> String {
    if ch.is_control() || ch.is_whitespace() || !ch.is_ascii() {
        let visible = !ch.is_control() && !ch.is_whitespace();
        let code = format!("U+{:04X}", u32::from(ch));
        if visible { format!("{ch} ({code})") } else { code }
    } else {
        ch.to_string()
    }
}
