//! What follows from other values of a sample file: a counter from the sum of its details, the net from gross and deductions. The
//! layout says it (`sample`): terms of its own record, of others as `kind.field`, `copy` for the number of the copy, and whole numbers, with `+` and `-` between them.

use std::collections::BTreeMap;

use super::model::Row;
use crate::layout::Layout;

/// Values of the file as a whole, by `kind.field`: those of the last record of each kind.
pub(super) type Whole = BTreeMap<String, i64>;

/// Whether a field of the layout follows from others.
pub(super) fn any(layout: &Layout) -> bool {
    layout.kinds().iter().any(|kind| kind.fields.iter().any(|field| field.sample.is_some()))
}

/// The numbers of a file.
pub(super) fn whole(layout: &Layout, rows: &[Row]) -> Whole {
    let mut whole = Whole::new();
    for row in rows {
        let kind = &layout.kinds()[row.kind];
        for (field, value) in kind.fields.iter().zip(&row.values) {
            if let Some(number) = value.as_deref().and_then(|value| value.parse().ok()) {
                whole.insert(format!("{}.{}", kind.id, field.id), number);
            }
        }
    }
    whole
}

/// The value of `sample` for a record; `None` when it names what the file does not have.
pub(super) fn value(layout: &Layout, row: &Row, sample: &str, whole: &Whole, copy: u64) -> Option<i64> {
    let kind = &layout.kinds()[row.kind];
    let (mut sum, mut sign) = (0_i64, 1_i64);
    for word in sample.split_whitespace() {
        let term = match word {
            "+" => {
                sign = 1;
                continue;
            }
            "-" => {
                sign = -1;
                continue;
            }
            "copy" => i64::try_from(copy).ok()?,
            _ => match (word.parse(), kind.field(word)) {
                (Ok(number), _) => number,
                (Err(_), Some(field)) => row.values[field].as_deref()?.parse().ok()?,
                (Err(_), None) => *whole.get(word)?,
            },
        };
        sum = sum.checked_add(sign.checked_mul(term)?)?;
    }
    Some(sum)
}
