//! What is behind a refused value: a letter that a machine read for a digit, or a person where the file should speak of none.
//!
//! Asked only of values that are refused already, so a good file pays nothing for it.

use super::Problem;
use super::text::looks_like_excel;
use crate::layout::model::Field;
use crate::layout::names::FieldType;

/// Digits of a 個人番号.
const PERSONAL_NUMBER_DIGITS: usize = 12;

/// Characters from which a letter and digits are taken for a staff number.
const STAFF_NUMBER_CHARS_MIN: usize = 6;

/// Letters that readers of paper take for digits, and the digits.
const LOOK_ALIKES: [(char, char); 17] = [
    ('O', '0'),
    ('o', '0'),
    ('D', '0'),
    ('Q', '0'),
    ('l', '1'),
    ('I', '1'),
    ('i', '1'),
    ('|', '1'),
    ('Z', '2'),
    ('z', '2'),
    ('S', '5'),
    ('s', '5'),
    ('G', '6'),
    ('b', '6'),
    ('B', '8'),
    ('g', '9'),
    ('q', '9'),
];

/// Whether a fault of this code must not repeat what it found.
pub(in crate::layout) fn is_hidden(code: &str) -> bool {
    matches!(code, "PERSONAL_DETAIL" | "PERSONAL_COLUMNS")
}

/// The problem in better words, where the layout asks for them.
#[cold]
pub(super) fn named(field: &Field, text: &[u8], problem: Box<Problem>) -> Box<Problem> {
    if is_of_form(problem.code) && looks_like_excel(text) {
        return Problem::whole("FIELD_EXCEL_NUMBER");
    }
    let suspicion = field.suspicion;
    if !(suspicion.ocr || suspicion.impersonal) || !is_written_in_digits(field.ty) || !is_vague(problem.code) {
        return problem;
    }
    let Ok(text) = std::str::from_utf8(text) else { return problem };
    let person = suspicion.impersonal.then(|| person(text)).flatten();
    if let Some(what) = person {
        return Problem::whole("PERSONAL_DETAIL").arg("what", what);
    }
    suspicion.ocr.then(|| look_alike(text)).flatten().unwrap_or(problem)
}

/// Problems of days and times that say no more than "not written so".
fn is_of_form(code: &str) -> bool {
    matches!(code, "DATE_FORM" | "YEAR_FORM" | "MONTH_FORM" | "TIME_FORM")
}

/// Problems that say no more than "not what it should be"; what a spreadsheet did, or a blank, says more already.
fn is_vague(code: &str) -> bool {
    matches!(code, "FIELD_NOT_DIGITS" | "FIELD_TOO_LONG") || is_of_form(code)
}

fn is_written_in_digits(ty: FieldType) -> bool {
    use FieldType::{Date, Digits, Int, Mmdd, Month, Time, Year, Yen};
    matches!(ty, Digits | Int | Yen | Date | Year | Month | Time | Mmdd)
}

/// The first look-alike of a value that would be digits without them.
fn look_alike(text: &str) -> Option<Box<Problem>> {
    let digit_for = |ch: char| LOOK_ALIKES.iter().find(|(letter, _)| *letter == ch).map(|(_, digit)| *digit);
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.chars().all(|ch| ch.is_ascii_digit() || digit_for(ch).is_some()) {
        return None;
    }
    let (at, ch) = text.char_indices().find(|(_, ch)| digit_for(*ch).is_some())?;
    Some(Problem::place("OCR_LOOK_ALIKE", at, ch.len_utf8()).arg("char", ch).arg("digit", digit_for(ch)?))
}

/// Which personal detail a value looks like.
fn person(text: &str) -> Option<&'static str> {
    if text.len() == PERSONAL_NUMBER_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some("personal_number");
    }
    let letters = text.chars().filter(|ch| ch.is_alphabetic()).count();
    if letters > 1 || letters == 1 && !text.is_ascii() {
        return Some("person_name");
    }
    let mut bytes = text.bytes();
    let prefixed = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic()) && bytes.all(|byte| byte.is_ascii_digit());
    (prefixed && text.len() >= STAFF_NUMBER_CHARS_MIN).then_some("staff_number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_named_with_the_digit_it_was_read_for() {
        let problem = look_alike("2O26").unwrap();
        assert_eq!((problem.at, problem.args), (1, vec![("char", "O".to_owned()), ("digit", "0".to_owned())]));
        assert_eq!(look_alike("-l23").unwrap().at, 1);
        assert_eq!((look_alike("2026"), look_alike("20X6O")), (None, None));
    }

    #[test]
    fn persons_are_told_from_mistyped_digits() {
        assert_eq!(person("123456789012"), Some("personal_number"));
        assert_eq!(person("世田谷"), Some("person_name"));
        assert_eq!(person("ｾﾀｶﾞﾔ"), Some("person_name"));
        assert_eq!(person("S0123456"), Some("staff_number"));
        assert_eq!((person("12 34"), person("１２３"), person("0501O000")), (None, None, None));
    }
}
