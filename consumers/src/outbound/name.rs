//! File names from the layout's pattern.

use renkei_core::layout::{Format, Layout};

use super::error::OutboundError;
use super::model::ExportFile;

/// Fills the pattern of the layout (`file_name = "…"`), or makes `<topic>_<yyyymmdd>_<seq3>.<csv|txt|json|xml>`.
///
/// Placeholders: `{yyyymmdd} {yymmdd} {yyyymm} {mmdd}` of the business date; `{seq}`, `{seq2}` … `{seq9}`: number of the file
/// within topic and day; `{param.<key>}` and `{setting.<key>}`, where a date `2026-11-30` is written `20261130`.
pub(super) fn file_name(topic: &str, layout: &Layout, file: &ExportFile, number: i32) -> Result<String, OutboundError> {
    let extension = match layout.format {
        Format::Csv => "csv",
        Format::Fixed => "txt",
        Format::Json => "json",
        Format::Xml => "xml",
    };
    let usual = format!("{topic}_{{yyyymmdd}}_{{seq3}}.{extension}");
    let pattern = layout.file_name.as_deref().unwrap_or(&usual);
    fill(pattern, |key| value(key, layout, file, number)).map_err(|what| {
        let what = format!("file_name {pattern:?}: {what}");
        OutboundError::Contract { topic: topic.to_owned(), file: "layout.toml", what }
    })
}

fn fill(pattern: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut name = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (key, tail) = after.split_once('}').ok_or("a { is not closed")?;
        name.push_str(before);
        name.push_str(&value(key).ok_or_else(|| format!("{{{key}}} has no value"))?);
        rest = tail;
    }
    name.push_str(rest);
    match name.chars().find(|c| matches!(c, '/' | '\\') || c.is_control()) {
        Some(c) => Err(format!("{c:?} cannot be part of a file name")),
        None if name.is_empty() || name.starts_with('.') => Err("it gives no usable name".to_owned()),
        None => Ok(name),
    }
}

fn value(key: &str, layout: &Layout, file: &ExportFile, number: i32) -> Option<String> {
    let date = compact(&file.business_date);
    if let Some(digits) = key.strip_prefix("seq") {
        let width = if digits.is_empty() { 1 } else { digits.parse::<usize>().ok().filter(|width| (2..=9).contains(width))? };
        let text = format!("{number:0width$}");
        return (digits.is_empty() || text.len() == width).then_some(text);
    }
    match key {
        "yyyymmdd" => Some(date),
        "yymmdd" => Some(date.get(2..)?.to_owned()),
        "yyyymm" => Some(date.get(..6)?.to_owned()),
        "mmdd" => Some(date.get(4..)?.to_owned()),
        _ => match key.split_once('.')? {
            ("param", key) => file.params.0.get(key).map(|value| compact(value)),
            ("setting", key) => layout.values.get(key).map(|value| compact(value)),
            _ => None,
        },
    }
}

/// `2026-11-30` → `20261130`; anything else stays.
pub(super) fn compact(text: &str) -> String {
    let is_date =
        text.len() == 10 && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if is_date { text.replace('-', "") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_odd_names_refused() {
        let value = |key: &str| match key {
            "seq3" => Some("007".to_owned()),
            "slash" => Some("a/b".to_owned()),
            _ => None,
        };
        assert_eq!(fill("x_{seq3}.csv", value), Ok("x_007.csv".to_owned()));
        assert_eq!(fill("plain", value), Ok("plain".to_owned()));
        for wrong in ["{seq3", "{what}", "{slash}", "", "../x"] {
            assert!(fill(wrong, value).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_dates_lose_their_dashes() {
        assert_eq!(compact("2026-11-30"), "20261130");
        assert_eq!(compact("26-11-30"), "26-11-30");
        assert_eq!(compact("支払-2026年1"), "支払-2026年1");
    }
}
