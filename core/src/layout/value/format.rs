//! From a typed value back to text.

use super::{Outcome, Problem, Typed};
use crate::calendar::DateForm;
use crate::layout::model::Field;
use crate::layout::names::FieldType;

/// Appends the canonical text of a value: numbers plain, dates `2026-10-05`, months `2026-10`, times `10:15:00`, `10-05`.
/// For [`Typed::Text`] the text itself is the value and nothing is appended.
pub(in crate::layout) fn canonical(typed: Typed, out: &mut Vec<u8>) {
    match typed {
        Typed::Text { .. } => {}
        Typed::Int(value) => whole(value, out),
        Typed::Date(date) => {
            four(date.year(), out);
            out.push(b'-');
            two(date.month(), out);
            out.push(b'-');
            two(date.day(), out);
        }
        Typed::Month(year, month) => {
            four(year, out);
            out.push(b'-');
            two(month, out);
        }
        Typed::Time(hour, minute, second) => {
            for (index, part) in [hour, minute, second].into_iter().enumerate() {
                if index > 0 {
                    out.push(b':');
                }
                two(part, out);
            }
        }
        Typed::MonthDay(day) => {
            two(day.month(), out);
            out.push(b'-');
            two(day.day(), out);
        }
    }
}

/// Appends the text of a value as a file has it, without padding. `text` is the value when it is [`Typed::Text`].
pub(in crate::layout) fn file_text(field: &Field, typed: Typed, text: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
    match typed {
        Typed::Text { .. } => out.extend_from_slice(text),
        Typed::Int(value) if field.ty == FieldType::Year => {
            let year = i16::try_from(value).map_err(|_| Problem::whole("YEAR_FORM"))?;
            four(year, out);
        }
        Typed::Int(value) => whole(value, out),
        Typed::Date(date) => {
            let form = field.forms.first().copied().unwrap_or(DateForm::Yyyymmdd);
            form.format(date, out).map_err(|fault| Problem::whole(fault.code()).arg("expected", form.as_str()))?;
        }
        Typed::Month(year, month) => {
            four(year, out);
            two(month, out);
        }
        Typed::Time(hour, minute, second) => {
            for part in [hour, minute, second] {
                two(part, out);
            }
        }
        Typed::MonthDay(day) => {
            two(day.month(), out);
            two(day.day(), out);
        }
    }
    Ok(())
}

fn two(value: i8, out: &mut Vec<u8>) {
    let value = value.unsigned_abs();
    out.extend_from_slice(&[b'0' + value / 10, b'0' + value % 10]);
}

fn four(value: i16, out: &mut Vec<u8>) {
    let value = value.unsigned_abs();
    for divisor in [1000, 100, 10, 1] {
        out.push(b'0' + u8::try_from(value / divisor % 10).unwrap_or(0));
    }
}

/// A number without the machinery of `format!`, which would be a fifth of the time of a record.
pub(in crate::layout) fn whole(value: i64, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}
