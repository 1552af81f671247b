//! A sound synthetic file of any size: the records of a model file, copied with rising serial numbers.
//!
//! Which field numbers the records is said by the layout (`serial`). Everything else of a copy is as in the model, so that it
//! keeps whatever rules the model keeps; headers, trailers and totals are the writer's.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::follows::{self, Whole};
use super::model::{self, ModelError, Row};
use super::sample_xml;
use crate::layout::write::{WriteContext, WriteError, WriteSummary, Writer};
use crate::layout::{Auto, Field, Format, Layout, Newline};

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Numbered records; a file whose records belong together in groups may get a few more.
    pub records: u64,
    /// Where the numbers begin: files of different seeds have no number in common, those of one seed are the same bytes.
    pub seed: u64,
}

/// Why there is no sample.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The model file is none.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// More records than the model has, of a layout that numbers none.
    #[error("the model file has {found} records, and the layout names no field that numbers them (`serial`)")]
    NoSerial {
        /// Records of the model.
        found: u64,
    },
    /// The numbers do not fit.
    #[error("{field} has no room for the number {number}")]
    Full {
        /// Japanese name of the field.
        field: String,
        /// The number.
        number: u64,
    },
    /// The layout says that a value follows from one the file does not have.
    #[error("`sample` = {sample:?} of {field} names what the file does not have")]
    Follows {
        /// Japanese name of the field.
        field: String,
        /// What the layout says.
        sample: String,
    },
    /// The file cannot be written.
    #[error("the file cannot be written")]
    Out(#[source] std::io::Error),
    /// A copy does not fit the layout.
    #[error("a copy of a record cannot be written")]
    Write(#[from] WriteError),
}

/// Records that are written once, or copied together.
enum Part {
    Once(Row),
    Copied(Vec<Row>),
}

/// Writes a file of `wish.records` records made from the model file; gives how many there are of the kinds that carry or number.
///
/// # Errors
/// See [`SampleError`].
pub fn write<W: Write>(layout: &Layout, model: &[u8], wish: Wish, out: W) -> Result<u64, SampleError> {
    if layout.format == Format::Xml {
        return sample_xml::write(layout, model, wish, out);
    }
    let rows = model::rows(layout, model)?;
    let whole = if follows::any(layout) {
        // Totals are the writer's: a first file tells them, the second one says what follows from them.
        let mut first = Vec::new();
        copies(layout, rows.clone(), wish, &Whole::new(), &mut first)?;
        follows::whole(layout, &model::rows(layout, &first)?)
    } else {
        Whole::new()
    };
    Ok(copies(layout, rows, wish, &whole, out)?.count)
}

/// The file, with what follows from `whole`; without it as the model has it.
fn copies<W: Write>(layout: &Layout, rows: Vec<Row>, wish: Wish, whole: &Whole, out: W) -> Result<WriteSummary, SampleError> {
    let counted = rows.iter().filter(|row| is_counted(layout, row)).count() as u64;
    let copies = wish.records.div_ceil(counted.max(1)).max(1);
    let first = wish.seed.saturating_mul(copies);
    let numbers = Numbers::of(layout, &rows, first, first.saturating_add(copies - 1));
    if (wish.records > counted || wish.seed > 0) && numbers.is_none() {
        return Err(SampleError::NoSerial { found: counted });
    }
    // Any line end is for readers; a file has one.
    let mut layout = Cow::Borrowed(layout);
    if layout.newline == Newline::Any {
        layout.to_mut().newline = Newline::Crlf;
    }
    let layout = layout.as_ref();
    let mut writer = Writer::new(layout, WriteContext::default(), out)?;
    let mut left = wish.records;
    for part in parts(layout, rows) {
        match part {
            Part::Once(row) => record(&mut writer, layout, &row, None, whole)?,
            Part::Copied(rows) => {
                for copy in 0..copies {
                    let numbered = numbers.as_ref().map(|numbers| (numbers, numbers.first.saturating_add(copy)));
                    for row in &rows {
                        if is_counted(layout, row) {
                            if left == 0 && is_plain(layout) {
                                break;
                            }
                            left = left.saturating_sub(1);
                        }
                        record(&mut writer, layout, row, numbered, whole)?;
                    }
                }
            }
        }
    }
    Ok(writer.finish()?)
}

/// A record the wish counts: of a kind that is numbered, or without such a kind any that may come many times.
fn is_counted(layout: &Layout, row: &Row) -> bool {
    let kinds = layout.kinds();
    let first = kinds.iter().position(|kind| !kind.serial.is_empty() && kind.parent.is_none());
    first.map_or_else(|| kinds[row.kind].parent.is_none() && kinds[row.kind].occurs.may_repeat(), |first| first == row.kind)
}

/// One kind of record that may stand anywhere and ends nothing: the file can end after any of them.
fn is_plain(layout: &Layout) -> bool {
    layout.kinds().iter().filter(|kind| kind.occurs.may_repeat() || kind.repeat || kind.parent.is_some()).count() == 1
}

/// Where the model's records are copied: groups whose first record is the numbered one as a whole, else the records of a kind.
fn parts(layout: &Layout, rows: Vec<Row>) -> Vec<Part> {
    let kinds = layout.kinds();
    // Where some kind is numbered, a record of another cannot be copied: it would stand there twice.
    let some_numbered = kinds.iter().any(|kind| !kind.serial.is_empty());
    let whole_groups = kinds.iter().any(|kind| kind.repeat && !kind.serial.is_empty() && !kind.occurs.may_repeat());
    let mut parts: Vec<(Option<usize>, Part)> = Vec::new();
    for row in rows {
        let kind = &kinds[row.kind];
        // What is nested follows the record it is nested in.
        let copied = kind.occurs.may_repeat() && !(some_numbered && kind.serial.is_empty());
        let run = match (kind.parent, whole_groups && kind.repeat, copied) {
            (Some(_), ..) => parts.last().and_then(|(run, _)| *run),
            (None, true, _) => Some(usize::MAX),
            (None, false, true) => Some(row.kind),
            (None, false, false) => None,
        };
        match (run, parts.last_mut()) {
            (Some(_), Some((last, Part::Copied(rows)))) if *last == run => rows.push(row),
            (Some(_), _) => parts.push((run, Part::Copied(vec![row]))),
            (None, _) => parts.push((None, Part::Once(row))),
        }
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

fn record<W: Write>(
    writer: &mut Writer<'_, W>,
    layout: &Layout,
    row: &Row,
    numbered: Option<(&Numbers, u64)>,
    whole: &Whole,
) -> Result<(), SampleError> {
    let kind = &layout.kinds()[row.kind];
    if kind.makes_itself() {
        return Ok(()); // The writer puts it where it belongs.
    }
    let mut serials = Vec::with_capacity(kind.serial.len());
    if let Some((numbers, copy)) = numbered {
        for &field in &kind.serial {
            if let Some(value) = &row.values[field] {
                serials.push((field, numbers.apply(&kind.fields[field], value, copy)?));
            }
        }
    }
    for (at, field) in kind.fields.iter().enumerate() {
        let Some(sample) = field.sample.as_deref().filter(|_| !whole.is_empty()) else { continue };
        let follows = || SampleError::Follows { field: field.name.clone(), sample: sample.to_owned() };
        serials.push((
            at,
            follows::value(layout, row, sample, whole, numbered.map_or(0, |(_, copy)| copy)).ok_or_else(follows)?.to_string(),
        ));
    }
    let values = |id: &str| {
        let field = kind.field(id)?;
        // Totals are told anew, and so is the number within the kind.
        if kind.fields[field].total.is_some() || kind.fields[field].auto == Some(Auto::Sequence) {
            return None;
        }
        let serial = serials.iter().find(|(numbered, _)| *numbered == field);
        serial.map(|(_, value)| value).or(row.values[field].as_ref()).map(|value| Cow::Borrowed(value.as_str()))
    };
    writer.record(&kind.id, 0, &values)?;
    Ok(())
}

/// How the numbers rise from copy to copy.
#[derive(Debug, Clone)]
struct Numbers {
    /// By field id: fields of one name in several kinds number the same things.
    ways: BTreeMap<String, Way>,
    /// Number of the first copy.
    first: u64,
}

/// How the numbers of a field rise.
#[derive(Debug, Clone)]
enum Way {
    /// By so much from one copy to the next.
    Step(u64),
    /// The model has them far apart and there is no room for steps: copies take the numbers between these, from 1.
    Free(Vec<u64>),
}

impl Numbers {
    fn of(layout: &Layout, rows: &[Row], first: u64, last: u64) -> Option<Numbers> {
        let mut found: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        let serials = || rows.iter().flat_map(move |row| layout.kinds()[row.kind].serial.iter().map(move |&field| (row, field)));
        let valued = |row: &'_ Row, field: usize| row.values[field].clone();
        for (row, field) in serials() {
            let Some(number) = valued(row, field).and_then(|value| split(&value).1.parse().ok()) else { continue };
            found.entry(layout.kinds()[row.kind].fields[field].id.clone()).or_default().insert(number);
        }
        let step = |numbers: &BTreeSet<u64>| numbers.last().zip(numbers.first()).map_or(1, |(most, least)| most - least + 1);
        let ways = found.iter().map(|(id, numbers)| (id.clone(), Way::Step(step(numbers)))).collect();
        let mut numbers = Numbers { ways, first };
        for (row, at) in serials() {
            let field = &layout.kinds()[row.kind].fields[at];
            let has_room = valued(row, at).is_none_or(|value| numbers.apply(field, &value, last).is_ok());
            if !has_room && let Some(known) = found.get(&field.id) {
                numbers.ways.insert(field.id.clone(), Way::Free(known.iter().copied().collect()));
            }
        }
        (!numbers.ways.is_empty()).then_some(numbers)
    }

    /// The value with its last digits raised, as wide as before if they fit.
    fn apply(&self, field: &Field, value: &str, copy: u64) -> Result<String, SampleError> {
        let (head, digits) = split(value);
        let base: u64 = digits.parse().unwrap_or(0);
        let number = match self.ways.get(&field.id) {
            _ if copy == 0 => base,
            Some(Way::Free(known)) => {
                let rank = known.iter().position(|&number| number == base).unwrap_or(0) as u64;
                let nth = (copy - 1).saturating_mul(known.len() as u64).saturating_add(rank + 1);
                known.iter().fold(nth, |number, &taken| if taken > 0 && number >= taken { number + 1 } else { number })
            }
            Some(Way::Step(step)) => base.saturating_add(copy.saturating_mul(*step)),
            None => base.saturating_add(copy),
        };
        let made = format!("{head}{number:0width$}", width = digits.len());
        if made.chars().count() > field.len {
            return Err(SampleError::Full { field: field.name.clone(), number });
        }
        Ok(made)
    }
}

/// A value and its last run of digits, of which 18 count.
pub(super) fn split(value: &str) -> (&str, &str) {
    let digits = value.bytes().rev().take_while(u8::is_ascii_digit).count().min(18);
    value.split_at(value.len() - digits)
}
