//! Cells that moved one column: each misfit, and each cell between them, would do in the neighbouring field. Said beside the misfits,
//! because who sees five of them does not see that they are one.

use super::core::Core;
use super::csv::Span;
use super::fields::{Place, field_fault};
use super::record::Value;
use super::{Event, quoted};
use crate::charset::{self, Encoding};
use crate::layout::model::{Field, Kind};
use crate::layout::value::{self, Form};

/// Misfits from which a pattern is one.
const MISFITS_MIN: usize = 2;

/// Reports a shift if the misfits of the record at hand look like one.
#[cold]
pub(super) fn look<F: FnMut(Event<'_>)>(
    kind: &Kind,
    raw: &[u8],
    spans: &[Span],
    encoding: Encoding,
    place: Place,
    core: &mut Core<'_, F>,
) {
    let misfits: Vec<usize> =
        (0..kind.fields.len()).filter(|&index| core.fields.values.get(index) == Some(&Value::Refused)).collect();
    let Some((&first, &last)) = misfits.first().zip(misfits.last()).filter(|_| misfits.len() >= MISFITS_MIN) else { return };
    let texts: Option<Vec<String>> = (first..=last).map(|index| text(raw, spans[index], encoding)).collect();
    let Some(texts) = texts else { return };
    // What moved, moved together: a cell between them that would not do in the field it came from says that nothing did.
    let moved = |by: isize| {
        (first..=last).zip(&texts).all(|(index, text)| {
            let home = index.checked_add_signed(-by).and_then(|home| kind.fields.get(home));
            home.is_some_and(|home| text.is_empty() && !misfits.contains(&index) || would_do(home, text))
        })
    };
    let direction = if moved(1) {
        "right"
    } else if moved(-1) {
        "left"
    } else {
        return;
    };
    let span = spans[first];
    let fault = field_fault("COLUMNS_SHIFTED", first, &kind.fields[first], place);
    let fault = fault.at_bytes(place.offset + u64::from(span.start), span.end - span.start).value(&texts[0]);
    core.fault(fault.arg("direction", direction).arg("misfits", misfits.len()));
}

fn text(raw: &[u8], span: Span, encoding: Encoding) -> Option<String> {
    let bytes = raw.get(span.start as usize..span.end as usize)?;
    let mut unescaped = Vec::new();
    let bytes = if span.escaped {
        quoted::unescape(bytes, &mut unescaped);
        &unescaped
    } else {
        bytes
    };
    charset::decode(encoding, bytes).ok().map(|text| text.into_owned())
}

fn would_do(field: &Field, text: &str) -> bool {
    value::parse(field, text.as_bytes(), Form::Csv, false, None, &mut Vec::new()).is_ok()
}
