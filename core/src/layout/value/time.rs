//! Dates, years, months, times.

use jiff::civil::Date;

use super::text::too_long;
use super::{Form, Outcome, Problem, Typed};
use crate::calendar::{DateFault, DateForm, DateNote, MonthDay, ParsedDate, parse_yyyymmdd};
use crate::layout::model::Field;

/// `date`: the first accepted form that fits.
#[inline]
pub(super) fn date(field: &Field, text: &[u8], form: Form, reference: Option<Date>, notes: &mut Vec<Problem>) -> Outcome<Date> {
    if form == Form::Canonical {
        let parsed = DateForm::YyyyMmDd.parse(text, reference);
        return parsed.map(|parsed| parsed.date).map_err(|fault| wrong_date(fault, "yyyy-mm-dd"));
    }
    if field.forms.first() == Some(&DateForm::Yyyymmdd)
        && let Ok(date) = parse_yyyymmdd(text)
    {
        return Ok(date);
    }
    in_forms(field, text, reference).map(|parsed| {
        if let Some(DateNote::HeiseiAfterItsEnd) = parsed.note {
            notes.push(*Problem::whole(DateNote::HeiseiAfterItsEnd.code()));
        }
        parsed.date
    })
}

/// Tries the forms in order. The fault that says most is reported: a day that does not exist says more than "another form".
#[cold]
fn in_forms(field: &Field, text: &[u8], reference: Option<Date>) -> Outcome<ParsedDate> {
    let mut worst = DateFault::Form;
    for form in &field.forms {
        match form.parse(text, reference) {
            Ok(parsed) => return Ok(parsed),
            Err(DateFault::Form) => {}
            Err(fault) => worst = fault,
        }
    }
    let names: Vec<&str> = field.forms.iter().map(|form| form.as_str()).collect();
    Err(wrong_date(worst, &names.join(" / ")))
}

#[cold]
fn wrong_date(fault: DateFault, forms: &str) -> Box<Problem> {
    Problem::whole(fault.code()).arg("expected", forms)
}

/// `year`: four digits, from 1000.
#[inline]
pub(super) fn year(text: &[u8]) -> Outcome<i64> {
    match number(text, 4) {
        Some(year) if year >= 1000 => Ok(i64::from(year)),
        _ => Err(Problem::whole("YEAR_FORM")),
    }
}

/// `month`: `YYYYMM`, canonical `YYYY-MM`.
pub(super) fn month(text: &[u8], form: Form) -> Outcome<Typed> {
    let parts = match (form, text) {
        (Form::Canonical, [year @ .., b'-', m1, m2]) => Some((year, [*m1, *m2])),
        (Form::Canonical, _) => None,
        (_, [year @ .., m1, m2]) => Some((year, [*m1, *m2])),
        _ => None,
    };
    let found = parts.and_then(|(year, month)| Some((number(year, 4)?, number(&month, 2)?)));
    match found {
        Some((year @ 1.., month @ 1..=12)) => Ok(Typed::Month(year as i16, month as i8)),
        _ => Err(Problem::whole("MONTH_FORM").arg("expected", if form == Form::Canonical { "YYYY-MM" } else { "YYYYMM" })),
    }
}

/// `time`: `HHMMSS`, canonical `HH:MM:SS`.
pub(super) fn time(text: &[u8], form: Form) -> Outcome<Typed> {
    let digits = match (form, text) {
        (Form::Canonical, [h1, h2, b':', m1, m2, b':', s1, s2]) => Some([*h1, *h2, *m1, *m2, *s1, *s2]),
        (Form::Canonical, _) => None,
        (_, text) => <[u8; 6]>::try_from(text).ok(),
    };
    let found = digits.and_then(|d| Some((number(&d[..2], 2)?, number(&d[2..4], 2)?, number(&d[4..], 2)?)));
    match found {
        Some((hour @ 0..=23, minute @ 0..=59, second @ 0..=59)) => Ok(Typed::Time(hour as i8, minute as i8, second as i8)),
        _ => Err(Problem::whole("TIME_FORM").arg("expected", if form == Form::Canonical { "HH:MM:SS" } else { "HHMMSS" })),
    }
}

/// `timestamp`: ISO 8601 with offset; the text is kept.
pub(super) fn timestamp(field: &Field, text: &[u8]) -> Outcome<Typed> {
    if text.len() > field.len {
        return Err(too_long(field, text.len()));
    }
    // jiff reads more than partners and Postgres agree on: week days, zone names, a blank for the T.
    let shaped = has_timestamp_form(text);
    let parsed = std::str::from_utf8(text).ok().filter(|_| shaped).and_then(|text| text.parse::<jiff::Timestamp>().ok());
    match parsed {
        Some(_) => Ok(Typed::Text { plain: true }),
        None => Err(Problem::whole("TIMESTAMP_FORM")),
    }
}

/// `YYYY-MM-DDTHH:MM:SS[.f](Z|±HH:MM)`; at most six decimals, because the database would round more.
fn has_timestamp_form(text: &[u8]) -> bool {
    const SHAPE: &[u8; 19] = b"0000-00-00T00:00:00";
    let Some((head, rest)) = text.split_at_checked(SHAPE.len()) else { return false };
    let fits = |text: &[u8], shape: &[u8]| {
        let same = |(byte, wanted): (&u8, &u8)| if *wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted };
        text.len() == shape.len() && text.iter().zip(shape).all(same)
    };
    let zone = match rest.strip_prefix(b".") {
        None => rest,
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=6).contains(&digits) {
                return false;
            }
            &fraction[digits..]
        }
    };
    let offset = match zone.split_first() {
        Some((b'+' | b'-', offset)) => fits(offset, b"00:00") && offset <= b"14:00".as_slice(),
        _ => zone == b"Z",
    };
    // A leap second would become the second before it, and there is no year 0.
    offset && fits(head, SHAPE) && head[17] < b'6' && !head.starts_with(b"0000")
}

/// `mmdd`: `MMDD`, canonical `MM-DD`.
pub(super) fn month_day(text: &[u8], form: Form) -> Outcome<MonthDay> {
    let digits = match (form, text) {
        (Form::Canonical, [m1, m2, b'-', d1, d2]) => [*m1, *m2, *d1, *d2].to_vec(),
        (Form::Canonical, _) => Vec::new(),
        (_, text) => text.to_vec(),
    };
    MonthDay::parse(&digits).map_err(|fault| Problem::whole(fault.code()).arg("expected", "MMDD"))
}

fn number(text: &[u8], digits: usize) -> Option<u32> {
    if text.len() != digits || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
}
