//! Whole numbers and yen, and exact decimals. No floats.

use super::text::{not_digits, too_long};
use super::{Form, Outcome, Problem, Typed};
use crate::layout::model::Field;
use crate::layout::names::FieldType;

/// `int`, `yen`.
#[inline]
pub(super) fn whole(field: &Field, text: &[u8], form: Form) -> Outcome<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return unusual(field, text, form);
    }
    let magnitude = digits.iter().fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
    let leading_zero = digits.len() > 1 && digits[0] == b'0' && form != Form::Fixed;
    if negative || leading_zero {
        check_form(field, negative, leading_zero, magnitude)?;
    }
    bounded(field, if negative { -magnitude } else { magnitude }, digits.len(), form)
}

fn check_form(field: &Field, negative: bool, leading_zero: bool, magnitude: i64) -> Outcome<()> {
    if leading_zero {
        return Err(Problem::whole("NUMBER_LEADING_ZERO"));
    }
    if negative && !field.negative {
        return Err(Problem::whole("NUMBER_NEGATIVE"));
    }
    if negative && magnitude == 0 {
        return Err(Problem::whole("NUMBER_NEGATIVE_ZERO"));
    }
    Ok(())
}

#[inline]
fn bounded(field: &Field, value: i64, digits: usize, form: Form) -> Outcome<i64> {
    if digits > field.len && form != Form::Fixed {
        return Err(too_long(field, digits));
    }
    if let Some(min) = field.min
        && value < min
    {
        return Err(Problem::whole("NUMBER_TOO_SMALL").arg("min", min));
    }
    if let Some(max) = field.max
        && value > max
    {
        return Err(Problem::whole("NUMBER_TOO_LARGE").arg("max", max));
    }
    Ok(value)
}

/// The cold path: marks of negative numbers where the field allows them, very long numbers, and everything that is no number.
#[cold]
fn unusual(field: &Field, text: &[u8], form: Form) -> Outcome<i64> {
    if let Some(magnitude) = marked_negative(text) {
        if !field.negative_marks || form == Form::Canonical {
            return Err(Problem::whole(if field.negative { "NUMBER_NEGATIVE_MARK" } else { "NUMBER_NEGATIVE" }));
        }
        if magnitude.len() > 18 && form != Form::Fixed {
            return Err(too_long(field, magnitude.len()));
        }
        let value = std::str::from_utf8(magnitude).ok().and_then(|text| text.parse::<i64>().ok());
        let value = value.ok_or_else(|| Problem::whole("NUMBER_OVERFLOW"))?;
        let leading_zero = magnitude.len() > 1 && magnitude[0] == b'0' && form != Form::Fixed;
        check_form(field, true, leading_zero, value)?;
        return bounded(field, -value, magnitude.len(), form);
    }
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        return long(field, text, digits, form);
    }
    if form == Form::Xml
        && field.ty == FieldType::Int
        && let Some(whole) = without_zero_fraction(text)
    {
        return self::whole(field, whole, form);
    }
    if let Some((at, comma)) = separator(text) {
        return Err(Problem::place("NUMBER_SEPARATOR", at, comma.len_utf8()));
    }
    if digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') && digits.first().is_some_and(u8::is_ascii_digit) {
        let at = text.iter().position(|&byte| byte == b'.').unwrap_or(0);
        return Err(Problem::place("NUMBER_FRACTION", at, text.len() - at));
    }
    Err(not_digits(field, text))
}

/// The first separator of thousands, half or full width, of a number that is none but for them.
fn separator(text: &[u8]) -> Option<(usize, char)> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.chars().any(|ch| ch.is_ascii_digit()))?;
    let known = |ch: char| ch.is_ascii_digit() || matches!(ch, ',' | '，' | '-');
    text.char_indices().find(|(_, ch)| matches!(ch, ',' | '，')).filter(|_| text.chars().all(known))
}

/// `10` of `10.00`: the same number to an XML schema. Amounts in yen are not written so.
fn without_zero_fraction(text: &[u8]) -> Option<&[u8]> {
    let at = text.iter().position(|&byte| byte == b'.')?;
    let (whole, fraction) = (&text[..at], &text[at + 1..]);
    (!whole.is_empty() && !fraction.is_empty() && fraction.iter().all(|&byte| byte == b'0')).then_some(whole)
}

/// More than 18 digits: leading zeros of a wide fixed field, or too much for 64 bits.
fn long(field: &Field, text: &[u8], digits: &[u8], form: Form) -> Outcome<i64> {
    if form != Form::Fixed {
        return Err(too_long(field, digits.len()));
    }
    let value = std::str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok());
    let value = value.ok_or_else(|| Problem::whole("NUMBER_OVERFLOW"))?;
    check_form(field, text.len() != digits.len(), false, value.saturating_abs())?;
    bounded(field, value, digits.len(), form)
}

/// The digits of `△100`, `▲100` and `(100)`.
fn marked_negative(text: &[u8]) -> Option<&[u8]> {
    let inner = text.strip_prefix("△".as_bytes()).or_else(|| text.strip_prefix("▲".as_bytes()));
    let inner = inner.or_else(|| text.strip_prefix(b"(")?.strip_suffix(b")"));
    inner.filter(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

/// `decimal`: kept as written; the written form is the canonical one.
pub(super) fn decimal(field: &Field, text: &[u8]) -> Outcome<Typed> {
    debug_assert_eq!(field.ty, FieldType::Decimal);
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let mut parts = unsigned.splitn(2, |&byte| byte == b'.');
    let whole = parts.next().unwrap_or_default();
    let fraction = parts.next();
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if !digits(whole) || !fraction.is_none_or(digits) {
        return Err(not_digits(field, text));
    }
    if unsigned.len() != text.len() && !field.negative {
        return Err(Problem::whole("NUMBER_NEGATIVE"));
    }
    if whole.len() > 1 && whole[0] == b'0' {
        return Err(Problem::whole("NUMBER_LEADING_ZERO"));
    }
    if whole.len() > field.len {
        return Err(too_long(field, whole.len()));
    }
    if fraction.is_some_and(|part| part.len() > field.scale) {
        return Err(Problem::whole("NUMBER_FRACTION").arg("expected", field.scale));
    }
    Ok(Typed::Text { plain: true })
}
