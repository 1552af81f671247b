//! What happens to a record once its cells are typed: required fields, order, totals, sequence, natural key, limits; then it is
//! handed to the caller.

use super::fields::{Cell, Fields, Place, RecordCells};
use super::keys::Keys;
use super::sink::Sink;
use super::{Event, ReadLimits, ReadSummary, Record};
use crate::charset::Encoding;
use crate::fault::Fault;
use crate::layout::model::{Kind, Layout};
use crate::layout::order::Order;
use crate::layout::totals::Totals;
use crate::layout::value::Form;

/// Whether the input is a file, with structure, or a message, which is a bare list of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    File,
    Message,
}

/// The state of one reading apart from the bytes.
pub(super) struct Core<'l, F> {
    pub(super) layout: &'l Layout,
    pub(super) sink: Sink<F>,
    pub(super) fields: Fields,
    pub(super) source: Source,
    /// A limit was passed: nothing more is validated.
    pub(super) stopped: bool,
    pub(super) order: Order,
    /// A record of unknown kind was met: what seems to be missing may have been that one.
    pub(super) gaps: bool,
    pub(super) totals: Totals,
    pub(super) keys: Vec<Option<Keys>>,
    /// For each kind the fields that must have a value.
    pub(super) must: Vec<Vec<usize>>,
    pub(super) conditional: Vec<Vec<usize>>,
    pub(super) autos: Vec<Vec<usize>>,
    pub(super) has_totals: Vec<bool>,
    pub(super) sequences: Vec<u64>,
    pub(super) tally: Vec<(u64, i64)>,
    records: u64,
    group: u32,
    pub(super) yen: i64,
    pub(super) yen_overflow: bool,
}

impl<'l, F: FnMut(Event<'_>)> Core<'l, F> {
    pub(super) fn new(layout: &'l Layout, source: Source, limits: &ReadLimits, on: F) -> Self {
        let form = if source == Source::Message { Form::Canonical } else { Form::of(layout.format) };
        let kinds = layout.kinds();
        let indexes = |wanted: &dyn Fn(&crate::layout::Field) -> bool| -> Vec<Vec<usize>> {
            let of = |kind: &Kind| (0..kind.fields.len()).filter(|&index| wanted(&kind.fields[index])).collect();
            kinds.iter().map(|kind| of(kind)).collect()
        };
        Core {
            layout,
            sink: Sink::new(limits, on),
            fields: Fields::new(form, Form::of(layout.format), limits.reference),
            source,
            stopped: false,
            order: Order::new(kinds),
            gaps: false,
            totals: Totals::new(kinds),
            keys: kinds.iter().map(|kind| (!kind.key.is_empty()).then(Keys::new)).collect(),
            must: indexes(&|field| field.must),
            conditional: indexes(&|field| field.must_when.is_some()),
            autos: indexes(&|field| field.auto.is_some()),
            has_totals: kinds.iter().map(|kind| kind.fields.iter().any(|field| field.total.is_some())).collect(),
            sequences: vec![0; kinds.len()],
            tally: vec![(0, 0); kinds.len()],
            records: 0,
            group: 0,
            yen: 0,
            yen_overflow: false,
        }
    }

    /// A fault about the file at a line.
    #[cold]
    pub(super) fn fault(&mut self, fault: Fault) {
        self.sink.fault(fault);
    }

    /// Adds one cell of the record at hand; an empty cell is an absent value.
    #[inline(always)]
    pub(super) fn cell(&mut self, kind: &Kind, index: usize, cell: Cell<'_>) {
        let field = &kind.fields[index];
        if cell.bytes.is_empty() {
            self.fields.push_absent(field);
        } else {
            self.fields.push(index, field, cell, &mut self.sink);
        }
    }

    /// Counts a record before its cells are looked at; `false` when the limit is passed.
    #[inline]
    pub(super) fn count(&mut self, place: Place) -> bool {
        self.records += 1;
        if self.records <= self.layout.limits.records_max {
            return true;
        }
        if !self.stopped {
            let limit = self.layout.limits.records_max;
            self.fault(Fault::new("LIMIT_RECORDS").on_line(place.line).at_bytes(place.offset, 0).arg("limit", limit));
            self.stopped = true;
        }
        false
    }

    /// A record that could not be split or told: it takes part in nothing, and totals it belongs to are not compared. Its kind, if
    /// known, counts as present, so that one bad line does not look like a missing record too.
    #[cold]
    pub(super) fn unreadable(&mut self, kind: Option<usize>) {
        match kind {
            Some(kind) => {
                self.totals.add_unreadable(kind);
                self.order.step(kind);
                self.sequences[kind] += 1;
            }
            None => {
                self.gaps = true;
                (0..self.layout.kinds().len()).for_each(|kind| self.totals.add_unreadable(kind));
            }
        }
    }

    /// Judges the record whose cells are in `fields` and hands it on when it is valid.
    pub(super) fn accept(&mut self, kind_index: usize, raw: &[u8], place: Place) {
        self.accept_of(kind_index, raw, place, raw.len() as u32);
    }

    /// The same for a record of which the bytes are not at hand, only how many there are.
    pub(super) fn accept_of(&mut self, kind_index: usize, raw: &[u8], place: Place, length: u32) {
        let layout = self.layout;
        let kind: &Kind = &layout.kinds()[kind_index];
        self.required(kind_index, kind, raw, place);
        let group =
            if self.source == Source::File && kind.parent.is_none() { self.ordered(kind_index, place) } else { self.group };
        self.group = group;
        if self.source == Source::File {
            self.sequence(kind_index, kind, raw, place);
            self.compare(kind_index, kind, raw, place);
            if self.totals.wants(kind_index) {
                self.totals.add(kind_index, &RecordCells { fields: &self.fields, raw });
            }
        }
        if self.fields.clean && self.keys[kind_index].is_some() {
            self.natural_key(kind_index, kind, raw, place);
        }
        if !self.fields.clean {
            self.urgent_refused(kind, raw, place);
            return;
        }
        let yen = self.amount(kind_index, kind);
        let record = Record {
            kind_index,
            kind,
            line: place.line,
            sub: place.sub,
            group,
            offset: place.offset,
            length,
            yen,
            values: &self.fields.values,
            raw,
            held: &self.fields.held,
        };
        self.sink.record(&record);
    }

    /// Ends the reading: kinds that are missing, and the sums.
    pub(super) fn finish(mut self, bytes: u64, sha256: String, encoding: Encoding) -> ReadSummary {
        if self.source == Source::File && !self.stopped && !self.gaps {
            for index in self.order.missing_at_end() {
                let kind = &self.layout.kinds()[index];
                let code = if self.records == 0 { "FILE_EMPTY" } else { "RECORD_MISSING_AT_END" };
                self.sink.fault(Fault::new(code).arg("kind", &kind.name).arg("tag", kind.tag.as_deref().unwrap_or("")));
            }
        }
        if self.yen_overflow {
            self.sink.fault(Fault::new("TOTAL_OVERFLOW").arg("kind", &self.layout.name));
        }
        let kinds = self.layout.kinds();
        ReadSummary {
            records: self.records,
            yen: self.yen,
            faults: self.sink.errors,
            warnings: self.sink.warnings,
            bytes,
            sha256,
            encoding: Some(encoding),
            attachments: Vec::new(),
            per_kind: kinds.iter().zip(&self.tally).map(|(kind, (count, yen))| (kind.id.clone(), *count, *yen)).collect(),
        }
    }
}
