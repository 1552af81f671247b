//! The header line of a CSV file: the field names, exactly, in the layout's order.

use super::Event;
use super::core::Core;
use super::csv::Span;
use super::quoted;
use crate::charset::{self, Encoding};
use crate::fault::Fault;
use crate::layout::model::Layout;
use crate::layout::value;

/// Compares the header line with the layout; `false` when the columns cannot be trusted and reading must stop.
pub(super) fn check<F: FnMut(Event<'_>)>(
    layout: &Layout,
    raw: &[u8],
    spans: &[Span],
    encoding: Encoding,
    offset: u64,
    core: &mut Core<'_, F>,
) -> bool {
    let names: Vec<&str> = layout.kinds()[0].fields.iter().map(|field| field.name.as_str()).collect();
    let cells: Vec<String> = spans.iter().map(|span| text(raw, *span, encoding)).collect();
    let at = |index: usize| {
        let span = spans[index];
        (offset + u64::from(span.start), span.end - span.start)
    };
    let place = |code: &str, index: usize| {
        let (byte, length) = at(index);
        Fault { column: Some(index as u32 + 1), ..Fault::new(code).on_line(1).at_bytes(byte, length).value(shown(&cells[index])) }
    };
    if cells.iter().map(String::as_str).eq(names.iter().copied()) {
        return true;
    }
    let trimmed: Vec<&str> = cells.iter().map(|cell| cell.trim()).collect();
    if trimmed == names {
        // Known from published files; the columns are certain, so it is said and not refused.
        for index in (0..cells.len()).filter(|&index| cells[index] != names[index]) {
            core.fault(place("HEADER_BLANKS", index).arg("expected", names[index]).warning());
        }
        return true;
    }
    if !trimmed.iter().any(|cell| names.contains(cell)) {
        core.fault(
            Fault::new("HEADER_ABSENT")
                .on_line(1)
                .at_bytes(offset, raw.len() as u32)
                .value(shown(&cells.join(",")))
                .arg("expected", names.join(",")),
        );
        return false;
    }
    let mut sets_differ = false;
    for (index, cell) in trimmed.iter().enumerate() {
        if trimmed[..index].contains(cell) {
            core.fault(place("HEADER_DUPLICATE", index));
            sets_differ = true;
        } else if !names.contains(cell) {
            core.fault(place("HEADER_UNKNOWN", index));
            sets_differ = true;
        }
    }
    for name in names.iter().filter(|name| !trimmed.contains(name)) {
        core.fault(Fault::new("HEADER_MISSING").on_line(1).at_bytes(offset, raw.len() as u32).arg("expected", name));
        sets_differ = true;
    }
    if !sets_differ {
        let first = (0..names.len()).find(|&index| trimmed[index] != names[index]).unwrap_or(0);
        core.fault(place("HEADER_ORDER", first).arg("expected", names[first]));
    }
    false
}

/// A cell as a fault tells it: as it is, with controls as `<00>`.
fn shown(cell: &str) -> String {
    value::show_all(cell.as_bytes())
}

fn text(raw: &[u8], span: Span, encoding: Encoding) -> String {
    let bytes = &raw[span.start as usize..span.end as usize];
    let mut unescaped = Vec::new();
    let bytes = if span.escaped {
        quoted::unescape(bytes, &mut unescaped);
        &unescaped
    } else {
        bytes
    };
    charset::decode(encoding, bytes).map_or_else(|_| String::from_utf8_lossy(bytes).into_owned(), std::borrow::Cow::into_owned)
}
