//! The judgements on one record that need more than the cell itself.

use super::Event;
use super::core::Core;
use super::fields::{Place, RecordCells, field_fault};
use super::record::Value;
use crate::fault::Fault;
use crate::layout::model::Kind;
use crate::layout::names::Auto;
use crate::layout::order::Wrong;
use crate::layout::totals::{Cells, MATCH_KEYS_MAX, Untold};
use crate::layout::value::{self, Typed};

impl<F: FnMut(Event<'_>)> Core<'_, F> {
    /// Required fields, always or on a condition.
    pub(super) fn required(&mut self, kind_index: usize, kind: &Kind, raw: &[u8], place: Place) {
        for position in 0..self.must[kind_index].len() {
            let index = self.must[kind_index][position];
            if self.fields.values[index] == Value::Absent {
                self.fields.miss(index);
                self.sink.fault(field_fault("FIELD_EMPTY", index, &kind.fields[index], place).at_bytes(place.offset, 0));
            }
        }
        for position in 0..self.conditional[kind_index].len() {
            let index = self.conditional[kind_index][position];
            let Some(condition) = &kind.fields[index].must_when else { continue };
            let cells = RecordCells { fields: &self.fields, raw };
            let empty = match self.fields.values[index] {
                Value::Absent => true,
                Value::Text { held, start, end, .. } => value::is_blank(self.fields.slice(raw, held, start, end)),
                _ => false,
            };
            if !empty || !cells.is_one_of(condition.field, &condition.any_of) {
                continue;
            }
            self.fields.miss(index);
            let fault = field_fault("FIELD_EMPTY_WHEN", index, &kind.fields[index], place).at_bytes(place.offset, 0);
            let other = &kind.fields[condition.field].name;
            self.sink.fault(fault.arg("other", other).arg("values", condition.any_of.join(", ")));
        }
    }

    /// An urgent record that cannot go on is named as such: somebody must not wait for the mended file.
    #[cold]
    pub(super) fn urgent_refused(&mut self, kind: &Kind, raw: &[u8], place: Place) {
        let Some(condition) = &kind.urgent else { return };
        if (RecordCells { fields: &self.fields, raw }).is_one_of(condition.field, &condition.any_of) {
            let field = &kind.fields[condition.field];
            let column = condition.field as u32 + 1;
            self.sink.fault(Fault::new("URGENT_RECORD_FAULTY").on_line(place.line).in_field(column, &field.id, &field.name));
        }
    }

    /// The order of kinds; gives the group of the record.
    #[inline]
    pub(super) fn ordered(&mut self, kind_index: usize, place: Place) -> u32 {
        let step = self.order.step(kind_index);
        if step.new_group {
            self.totals.begin_group();
            for (index, kind) in self.layout.kinds().iter().enumerate() {
                if kind.repeat {
                    self.sequences[index] = 0;
                }
            }
        }
        if step.wrong.is_some() || !step.missing.is_empty() {
            self.out_of_order(kind_index, &step.missing, step.wrong, place);
        }
        step.group
    }

    #[cold]
    fn out_of_order(&mut self, kind_index: usize, missing: &[usize], wrong: Option<Wrong>, place: Place) {
        let kinds = self.layout.kinds();
        let found = &kinds[kind_index].name;
        let fault = |code: &str| Fault::new(code).on_line(place.line).at_bytes(place.offset, 0).arg("kind", found);
        for &index in missing.iter().filter(|_| !self.gaps) {
            self.sink.fault(fault("RECORD_MISSING").arg("missing", &kinds[index].name));
        }
        match wrong {
            Some(Wrong::Repeated) => self.sink.fault(fault("RECORD_REPEATED")),
            Some(Wrong::Order) => self.sink.fault(fault("RECORD_ORDER")),
            Some(Wrong::AfterEnd) => self.sink.fault(fault("DATA_AFTER_END")),
            None => {}
        }
    }

    /// Values the program makes: sequence numbers and the layout version.
    pub(super) fn sequence(&mut self, kind_index: usize, kind: &Kind, raw: &[u8], place: Place) {
        self.sequences[kind_index] += 1;
        for position in 0..self.autos[kind_index].len() {
            let index = self.autos[kind_index][position];
            let field = &kind.fields[index];
            if matches!(self.fields.values[index], Value::Refused | Value::Absent) {
                continue;
            }
            let mut scratch = Vec::new();
            let found = String::from_utf8_lossy(self.fields.bytes(raw, index, &mut scratch)).into_owned();
            let (code, expected) = match field.auto {
                Some(Auto::Sequence) => ("SEQUENCE_WRONG", self.sequences[kind_index].to_string()),
                Some(Auto::LayoutVersion) => ("LAYOUT_VERSION_WRONG", self.layout.version.clone()),
                None => continue,
            };
            let equal = match (field.auto, found.parse()) {
                (Some(Auto::Sequence), Ok(number)) => {
                    // A gap is one finding, not one for every record behind it.
                    std::mem::replace(&mut self.sequences[kind_index], number) == number
                }
                _ => found == expected,
            };
            if !equal {
                self.fields.clean = false;
                let fault = field_fault(code, index, field, place).at_bytes(place.offset, 0);
                self.sink.fault(fault.value(found).arg("expected", expected));
            }
        }
    }

    /// Totals that stand in this record against what was read.
    pub(super) fn compare(&mut self, kind_index: usize, kind: &Kind, raw: &[u8], place: Place) {
        if !self.has_totals[kind_index] {
            return;
        }
        let cells = RecordCells { fields: &self.fields, raw };
        for (index, told) in self.totals.of(kind_index, &cells) {
            let field = &kind.fields[index];
            let found = match self.fields.values[index] {
                Value::Typed(Typed::Int(found)) => found,
                // An empty or refused total has its own fault.
                _ => continue,
            };
            let fault = field_fault("TOTAL_WRONG", index, field, place).at_bytes(place.offset, 0).value(found.to_string());
            match told {
                Ok(expected) if expected == found => {}
                Ok(expected) => {
                    self.fields.clean = false;
                    let difference = i128::from(found) - i128::from(expected);
                    self.sink.fault(fault.arg("expected", expected).arg("difference", difference));
                }
                Err(Untold::Overflow) => {
                    self.fields.clean = false;
                    self.sink.fault(Fault { code: "TOTAL_OVERFLOW".to_owned(), ..fault }.arg("kind", &kind.name));
                }
                Err(Untold::Keys) => {
                    self.fields.clean = false;
                    self.sink.fault(Fault { code: "TOTAL_MATCH_KEYS".to_owned(), ..fault }.arg("limit", MATCH_KEYS_MAX));
                }
                Err(Untold::Unsound) => {}
            }
        }
    }

    /// A key that came before, with other content.
    pub(super) fn natural_key(&mut self, kind_index: usize, kind: &Kind, raw: &[u8], place: Place) {
        let Some(keys) = &mut self.keys[kind_index] else { return };
        let mut scratch = Vec::new();
        let mut key = keys.hash();
        for &index in &kind.key {
            key.part(self.fields.bytes(raw, index, &mut scratch));
        }
        let mut content = keys.hash();
        if self.autos[kind_index].is_empty() && !raw.is_empty() {
            content.part(raw);
        } else {
            // A record number differs in every record; it is no content. The bytes of an element are not at hand.
            for (index, field) in kind.fields.iter().enumerate() {
                if field.auto.is_none() {
                    content.part(self.fields.bytes(raw, index, &mut scratch));
                }
            }
        }
        let Some(repeated) = keys.add(key.finish(), content.finish(), place.line) else { return };
        if repeated.identical && !kind.key_unique {
            return;
        }
        let shown: Vec<String> = kind
            .key
            .iter()
            .map(|&index| String::from_utf8_lossy(self.fields.bytes(raw, index, &mut scratch)).into_owned())
            .collect();
        let code = if repeated.identical { "KEY_REPEATED" } else { "KEY_REPEATED_CHANGED" };
        let index = kind.key.last().copied().unwrap_or(0);
        let fault = field_fault(code, index, &kind.fields[index], place).at_bytes(place.offset, raw.len() as u32);
        let names: Vec<&str> = kind.key.iter().map(|&index| kind.fields[index].name.as_str()).collect();
        self.fields.clean = false;
        self.sink.fault(fault.value(shown.join(" / ")).arg("key", names.join(" / ")).arg("first_line", repeated.line));
    }

    /// The record's yen, added to the sums.
    pub(super) fn amount(&mut self, kind_index: usize, kind: &Kind) -> i64 {
        let yen = match kind.amount.map(|index| self.fields.values[index]) {
            Some(Value::Typed(Typed::Int(yen))) => yen,
            _ => 0,
        };
        let tally = &mut self.tally[kind_index];
        tally.0 += 1;
        match (tally.1.checked_add(yen), self.yen.checked_add(yen)) {
            (Some(kind_sum), Some(sum)) => (tally.1, self.yen) = (kind_sum, sum),
            _ => self.yen_overflow = true,
        }
        yen
    }
}
