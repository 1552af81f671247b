//! A sample of an XML layout: the model document with more records of the nested kind that is numbered, as copies of its last one.
//! XML is not written by the program, so the text is copied and the values that number or follow are put in.

use std::io::Write;

use super::follows;
use super::model::{self, Row};
use super::sample::{SampleError, Wish, split};
use crate::layout::Layout;

/// Writes the document; gives the count of its numbered records.
pub(super) fn write<W: Write>(layout: &Layout, model: &[u8], wish: Wish, mut out: W) -> Result<u64, SampleError> {
    let rows = model::rows(layout, model)?;
    let kinds = layout.kinds();
    let is_numbered = |row: &&Row| kinds[row.kind].parent.is_some() && !kinds[row.kind].serial.is_empty();
    let counted = rows.iter().filter(is_numbered).count() as u64;
    let Some(last) = rows.iter().rev().find(is_numbered) else { return Err(SampleError::NoSerial { found: rows.len() as u64 }) };
    let text = String::from_utf8_lossy(model);
    let end = usize::try_from(last.offset + u64::from(last.length)).unwrap_or(usize::MAX).min(text.len());
    let begin = usize::try_from(last.offset).unwrap_or(usize::MAX).min(end);
    let (head, element, tail) = (&text[..begin], &text[begin..end], &text[end..]);
    let mut document = head.to_owned();
    for row in rows.iter().filter(|row| wish.seed > 0 && kinds[row.kind].parent.is_none()) {
        for &field in &kinds[row.kind].serial {
            let Some(value) = row.values[field].as_deref() else { continue };
            document = with(&document, path(layout, row, field), value, &raised(value, wish.seed));
        }
    }
    let indent = &head[head.trim_end().len()..];
    document.push_str(element);
    let more = wish.records.saturating_sub(counted);
    for copy in 1..=more {
        let mut made = element.to_owned();
        for (at, field) in kinds[last.kind].fields.iter().enumerate() {
            let Some(value) = last.values[at].as_deref() else { continue };
            let new = match &field.sample {
                Some(sample) => {
                    follows::value(layout, last, sample, &follows::Whole::new(), copy).map(|number| number.to_string())
                }
                None => kinds[last.kind].serial.contains(&at).then(|| raised(value, copy)),
            };
            if let Some(new) = new {
                made = with(&made, path(layout, last, at), value, &new);
            }
        }
        document.push_str(indent);
        document.push_str(&made);
    }
    document.push_str(tail);
    out.write_all(document.as_bytes()).map_err(SampleError::Out)?;
    Ok(counted + more)
}

fn path<'l>(layout: &'l Layout, row: &Row, field: usize) -> &'l str {
    layout.kinds()[row.kind].fields[field].path.as_deref().unwrap_or_default()
}

/// The value with its last digits raised.
fn raised(value: &str, by: u64) -> String {
    let (head, digits) = split(value);
    let number = digits.parse::<u64>().unwrap_or(0).saturating_add(by);
    format!("{head}{number:0width$}", width = digits.len())
}

/// The text with the first element of a name that holds `old` holding `new`.
fn with(text: &str, path: &str, old: &str, new: &str) -> String {
    let name = path.rsplit('/').next().and_then(|step| step.rsplit(':').next()).unwrap_or_default();
    let mut at = 0;
    while let Some(open) = text[at..].find('<').map(|found| at + found + 1) {
        let Some(close) = text[open..].find('>').map(|found| open + found) else { break };
        let tag = text[open..close].split_whitespace().next().unwrap_or_default();
        let content = &text[close + 1..];
        let content = &content[..content.find('<').unwrap_or(content.len())];
        if tag.rsplit(':').next() == Some(name) && content.trim() == old {
            return format!("{}{new}{}", &text[..=close], &text[close + 1 + content.len()..]);
        }
        at = close;
    }
    text.to_owned()
}
