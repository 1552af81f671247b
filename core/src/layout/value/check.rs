//! Constants, code tables and named checks.

use super::{Outcome, Problem, Typed};
use crate::codes;
use crate::layout::model::Field;

/// Whether a well-formed value is one the field allows.
pub(super) fn check(field: &Field, text: &[u8], typed: Typed, notes: &mut Vec<Problem>) -> Outcome<()> {
    let number;
    let text = match typed {
        // Leading zeros of a fixed file are no part of a number.
        Typed::Int(value) => {
            number = value.to_string();
            number.as_bytes()
        }
        _ => text,
    };
    if let Some(constant) = &field.constant {
        let equal = match typed {
            Typed::Int(value) => constant.parse() == Ok(value),
            Typed::Text { .. } => constant.as_bytes() == text,
            other => same_value(field, constant, other),
        };
        if !equal {
            return Err(Problem::whole("FIELD_CONST").arg("expected", constant));
        }
    }
    if let Some(codes) = &field.codes
        && !codes.contains(text)
    {
        let problem = Problem::whole("FIELD_CODE_UNKNOWN").arg("expected", known_codes(codes));
        if !field.codes_open {
            return Err(problem);
        }
        notes.push(*problem);
    }
    match field.check {
        Some(name) => named(field, name, text, notes),
        None => Ok(()),
    }
}

/// The constant of a date or time field in the file's own form.
fn same_value(field: &Field, constant: &str, found: Typed) -> bool {
    let mut plain = field.clone();
    plain.constant = None;
    let forms = [super::Form::Csv, super::Form::Canonical];
    forms.into_iter().any(|form| super::parse(&plain, constant.as_bytes(), form, false, None, &mut Vec::new()) == Ok(found))
}

#[cold]
fn known_codes(codes: &crate::layout::CodeTable) -> String {
    const SHOWN_MAX: usize = 12;
    let mut shown: Vec<String> =
        codes.entries.iter().take(SHOWN_MAX).map(|(code, meaning)| format!("{code} {meaning}")).collect();
    if codes.entries.len() > SHOWN_MAX {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

fn named(field: &Field, name: &str, text: &[u8], notes: &mut Vec<Problem>) -> Outcome<()> {
    let Ok(text) = std::str::from_utf8(text) else { return Err(Problem::whole("FIELD_NOT_TEXT")) };
    let Err(failed) = codes::check(name, text) else { return Ok(()) };
    let problem = Problem::whole(failed.code()).arg("check", name).arg("detail", &failed.detail);
    if failed.is_warning() || field.check_warns {
        notes.push(*problem);
        return Ok(());
    }
    Err(problem)
}
