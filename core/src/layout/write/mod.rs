//! Records to bytes: the same layout the other way. Nothing is cut: a value that does not fit is an error that names record,
//! field and value, and the file is then worthless to the caller.

mod build;
mod error;
mod output;
mod render;
mod tree;

use std::borrow::Cow;
use std::io::Write;

use self::build::Built;
use self::output::Output;
use self::tree::Tree;
use super::model::{Kind, Layout};
use super::names::{Format, Newline};
use super::order::{Order, Wrong};
use super::totals::Totals;
use crate::charset::Encoding;

pub use error::WriteError;

/// What the writer cannot know from layout and values.
#[derive(Debug, Clone, Default)]
pub struct WriteContext {
    /// Most records; the smaller of this and the layout's own limit holds.
    pub records_max: Option<u64>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WriteSummary {
    /// Records written, all kinds together, headers and trailers included.
    pub records: u64,
    /// Records of the kinds that carry money (`amount`); of all kinds when none does.
    pub count: u64,
    /// Sum of the `amount` fields.
    pub yen: i64,
    /// Bytes written.
    pub bytes: u64,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
}

/// Gives the value of a field in canonical text form (see `Record::text`), or `None` when it has none.
pub type Values<'a> = &'a dyn Fn(&str) -> Option<Cow<'a, str>>;

/// Writes one file. Records come in file order; constants, defaults, sequences and totals are the writer's, and so are records
/// that consist of nothing else (trailers, end records).
pub struct Writer<'l, W: Write> {
    layout: &'l Layout,
    encoding: Encoding,
    out: Output<W>,
    order: Order,
    totals: Totals,
    sequences: Vec<u64>,
    records_max: u64,
    records: u64,
    tally: Vec<(u64, i64)>,
    built: Built,
    /// JSON: the record at hand with what is nested in it.
    tree: Tree,
}

impl<'l, W: Write> Writer<'l, W> {
    /// Begins a file: byte order mark, header line, opening bracket.
    ///
    /// # Errors
    /// The layout is for reading only, or the sink gave an error.
    pub fn new(layout: &'l Layout, context: WriteContext, out: W) -> Result<Self, WriteError> {
        if layout.newline == Newline::Any {
            return Err(WriteError::Layout { reason: "newline = \"any\" is for reading only".to_owned() });
        }
        if layout.format == Format::Xml {
            return Err(WriteError::Layout { reason: "format = \"xml\" is for reading only".to_owned() });
        }
        if let Some(field) = layout.spread() {
            let reason = format!("the captions of the columns of \"{}\" are not known yet (spread_over)", field.id);
            return Err(WriteError::Layout { reason });
        }
        let Some(&encoding) = layout.encodings.first() else {
            return Err(WriteError::Layout { reason: "the layout names no encoding".to_owned() });
        };
        let kinds = layout.kinds();
        let mut writer = Writer {
            layout,
            encoding,
            out: Output::new(out, layout, encoding),
            order: Order::new(kinds),
            totals: Totals::new(kinds),
            sequences: vec![0; kinds.len()],
            records_max: context.records_max.map_or(layout.limits.records_max, |max| max.min(layout.limits.records_max)),
            records: 0,
            tally: vec![(0, 0); kinds.len()],
            built: Built::default(),
            tree: Tree::default(),
        };
        writer.out.begin()?;
        Ok(writer)
    }

    /// Writes one record of the kind with this id. `group` counts repeating groups from 1 and must agree with the order of the
    /// records; 0 leaves it to the order.
    ///
    /// # Errors
    /// A value does not fit, the record cannot stand here, or the sink gave an error.
    pub fn record(&mut self, kind: &str, group: u32, values: Values<'_>) -> Result<(), WriteError> {
        let Some((index, kind)) = self.layout.kind(kind) else {
            return Err(self.structure(kind, "the layout has no such kind of record"));
        };
        if kind.parent.is_none() {
            self.arrive(index, group)?;
        }
        self.write(index, values)
    }

    /// Writes what is left (trailers, end record) and gives the totals.
    ///
    /// # Errors
    /// A record that the file needs was not given, a sum does not fit, or the sink gave an error.
    pub fn finish(mut self) -> Result<WriteSummary, WriteError> {
        for index in self.order.missing_at_end() {
            self.make(index)?;
        }
        self.tree.flush(self.layout, &mut self.out)?;
        let yen = self.tally.iter().try_fold(0_i64, |sum, (_, yen)| sum.checked_add(*yen));
        let yen = yen.ok_or_else(|| self.structure(&self.layout.name, "the sum of all records does not fit 64 bits"))?;
        let carries = |index: &usize| self.layout.kinds()[*index].amount.is_some();
        let any = (0..self.tally.len()).any(|index| carries(&index));
        let count = (0..self.tally.len()).filter(|index| !any || carries(index)).map(|index| self.tally[index].0).sum();
        let records = self.records;
        let (bytes, sha256) = self.out.finish()?;
        Ok(WriteSummary { records, count, yen, bytes, sha256 })
    }

    /// Moves the order on to a record that was given, writing on the way what writes itself.
    fn arrive(&mut self, index: usize, group: u32) -> Result<(), WriteError> {
        let kind = &self.layout.kinds()[index];
        for missing in self.order.peek(index).missing {
            self.make(missing)?;
        }
        let step = self.order.step(index);
        if let Some(wrong) = step.wrong {
            let reason = match wrong {
                Wrong::Repeated => "the record may occur only once here",
                Wrong::Order => "the record stands behind a kind that must follow it",
                Wrong::AfterEnd => "the record comes after the end record",
            };
            return Err(self.structure(&kind.id, reason));
        }
        if step.new_group {
            self.totals.begin_group();
            let kinds = self.layout.kinds().iter();
            kinds.zip(&mut self.sequences).filter(|(kind, _)| kind.repeat).for_each(|(_, sequence)| *sequence = 0);
        }
        if group != 0 && step.group != group {
            let reason = format!("the record belongs to group {group}, the file is at group {}", step.group);
            return Err(self.structure(&kind.id, &reason));
        }
        Ok(())
    }

    /// Writes a record nobody gave, if it consists of constants, totals and the like.
    fn make(&mut self, index: usize) -> Result<(), WriteError> {
        let kind: &Kind = &self.layout.kinds()[index];
        if !kind.makes_itself() {
            return Err(self.structure(&kind.id, "the file needs this record and it was not given"));
        }
        self.order.step(index);
        self.write(index, &|_| None)
    }

    fn write(&mut self, index: usize, values: Values<'_>) -> Result<(), WriteError> {
        let kind: &Kind = &self.layout.kinds()[index];
        if self.records >= self.records_max {
            return Err(self.structure(&kind.id, &format!("the file may have at most {} records", self.records_max)));
        }
        self.records += 1;
        self.sequences[index] += 1;
        self.built.build(self.layout, index, self.records, self.sequences[index], &self.totals, values)?;
        if self.totals.wants(index) {
            self.totals.add(index, &self.built);
        }
        let yen = kind.amount.and_then(|field| self.built.int(field)).unwrap_or(0);
        let tally = &mut self.tally[index];
        tally.0 += 1;
        match tally.1.checked_add(yen) {
            Some(sum) => tally.1 = sum,
            None => return Err(self.structure(&kind.id, "the sum of the records does not fit 64 bits")),
        }
        match self.layout.format {
            Format::Csv => render::csv(self.layout, kind, self.encoding, self.records, &self.built, &mut self.out),
            Format::Fixed => render::fixed(kind, self.encoding, self.records, &self.built, &mut self.out),
            Format::Xml => Err(WriteError::Layout { reason: "format = \"xml\" is for reading only".to_owned() }),
            Format::Json => self.tree.add(self.layout, index, self.records, &self.built, &mut self.out),
        }
    }

    fn structure(&self, kind: &str, reason: &str) -> WriteError {
        WriteError::Structure { record: self.records, kind: kind.to_owned(), reason: reason.to_owned() }
    }
}
