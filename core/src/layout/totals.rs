//! Counts and sums of a layout's `total` fields: collected while records go by, asked for when the record with the total comes.
//! Checked arithmetic: a sum that does not fit is reported, never wrapped.

use std::collections::HashMap;
use std::sync::Arc;

use super::model::{Kind, Total};

/// Most different values of the `match` fields of one total; more is a mistake in layout or file.
pub(super) const MATCH_KEYS_MAX: usize = 100_000;

/// What a cell adds to a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addend {
    /// Its value; an absent one adds 0.
    Value(i64),
    /// It was refused: what it should have added is not known.
    Refused,
}

/// Gives values of a record to the totals.
pub(super) trait Cells {
    /// What a number field adds.
    fn addend(&self, field: usize) -> Addend;
    /// Whether the cell was refused, so that nothing can be told by it.
    fn is_refused(&self, field: usize) -> bool;
    /// Whether the canonical text of a field is one of these.
    fn is_one_of(&self, field: usize, any_of: &[String]) -> bool;
    /// The canonical text of a field; empty when it has none.
    fn text(&self, field: usize) -> String;
}

/// Why a total cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untold {
    /// It does not fit 64 bits.
    Overflow,
    /// A summed value was invalid, so that comparing would only repeat that fault.
    Unsound,
    /// The `match` fields have more than [`MATCH_KEYS_MAX`] different values.
    Keys,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    value: i64,
    overflow: bool,
    unsound: bool,
    /// There were more keys than are kept apart.
    keys: bool,
}

impl Sum {
    fn add(&mut self, value: Addend) {
        match value {
            Addend::Refused => self.unsound = true,
            Addend::Value(value) => match self.value.checked_add(value) {
                Some(sum) => self.value = sum,
                None => self.overflow = true,
            },
        }
    }

    fn told(self) -> Result<i64, Untold> {
        match self {
            Sum { keys: true, .. } => Err(Untold::Keys),
            Sum { unsound: true, .. } => Err(Untold::Unsound),
            Sum { overflow: true, .. } => Err(Untold::Overflow),
            Sum { value, .. } => Ok(value),
        }
    }

    fn join(&mut self, other: Sum) {
        self.add(Addend::Value(other.value));
        self.overflow |= other.overflow;
        self.unsound |= other.unsound;
    }
}

struct Counter {
    owner: usize,
    field: usize,
    total: Total,
    sum: Sum,
    matched: HashMap<Box<[String]>, Sum>,
}

/// All totals of a layout.
pub(super) struct Totals {
    counters: Vec<Counter>,
    /// For each kind the counters it feeds.
    feeds: Vec<Vec<usize>>,
}

impl Totals {
    pub(super) fn new(kinds: &[Arc<Kind>]) -> Self {
        let mut counters = Vec::new();
        let mut feeds = vec![Vec::new(); kinds.len()];
        for (owner, kind) in kinds.iter().enumerate() {
            for (field, definition) in kind.fields.iter().enumerate() {
                let Some(total) = &definition.total else { continue };
                feeds[total.kind].push(counters.len());
                counters.push(Counter { owner, field, total: total.clone(), sum: Sum::default(), matched: HashMap::new() });
            }
        }
        Totals { counters, feeds }
    }

    /// Whether records of this kind are counted anywhere.
    #[inline]
    pub(super) fn wants(&self, kind: usize) -> bool {
        !self.feeds[kind].is_empty()
    }

    /// Counts a record.
    pub(super) fn add(&mut self, kind: usize, cells: &impl Cells) {
        for &index in &self.feeds[kind] {
            let counter = &mut self.counters[index];
            let total = &counter.total;
            let mut tells =
                total.conditions.iter().map(|condition| condition.field).chain(total.matching.iter().map(|pair| pair.1));
            if tells.any(|field| cells.is_refused(field)) {
                counter.sum.unsound = true;
                continue;
            }
            if !total.conditions.iter().all(|condition| cells.is_one_of(condition.field, &condition.any_of)) {
                continue;
            }
            let value = match total.sum {
                Some(field) => cells.addend(field),
                None => Addend::Value(1),
            };
            if total.matching.is_empty() {
                counter.sum.add(value);
                continue;
            }
            let key: Box<[String]> = total.matching.iter().map(|(_, there)| cells.text(*there)).collect();
            if counter.matched.len() < MATCH_KEYS_MAX || counter.matched.contains_key(&key) {
                counter.matched.entry(key).or_default().add(value);
            } else {
                counter.sum.keys = true;
            }
        }
    }

    /// Counts a record that could not be read: sums it would have been in are not compared.
    pub(super) fn add_unreadable(&mut self, kind: usize) {
        for &index in &self.feeds[kind] {
            self.counters[index].sum.unsound = true;
        }
    }

    /// The totals that stand in a record of this kind: field index and value.
    pub(super) fn of(&self, owner: usize, cells: &impl Cells) -> Vec<(usize, Result<i64, Untold>)> {
        let own = self.counters.iter().filter(|counter| counter.owner == owner);
        own.map(|counter| (counter.field, counter.told(cells))).collect()
    }

    /// Forgets the totals that cover a group.
    pub(super) fn begin_group(&mut self) {
        for counter in self.counters.iter_mut().filter(|counter| counter.total.per_group) {
            counter.sum = Sum::default();
            counter.matched.clear();
        }
    }
}

impl Counter {
    fn told(&self, cells: &impl Cells) -> Result<i64, Untold> {
        if self.total.matching.is_empty() {
            return self.sum.told();
        }
        let wanted: Vec<String> = self.total.matching.iter().map(|(here, _)| cells.text(*here)).collect();
        let mut sum = self.sum;
        for (key, part) in &self.matched {
            // An empty field of the record with the total stands for every value.
            if wanted.iter().zip(key.iter()).all(|(wanted, found)| wanted.is_empty() || wanted == found) {
                sum.join(*part);
            }
        }
        sum.told()
    }
}
