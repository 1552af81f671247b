//! The order of record kinds: a small state machine over the kinds of a layout, used by reader and writer.

use std::sync::Arc;

use super::model::Kind;

/// What a record does to the order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Step {
    /// Kinds (indexes) that must have come before this record and did not.
    pub(super) missing: Vec<usize>,
    /// The record cannot stand here at all.
    pub(super) wrong: Option<Wrong>,
    /// Group of the record, from 1; 0 outside of groups.
    pub(super) group: u32,
    /// The record begins a new group.
    pub(super) new_group: bool,
}

/// Why a record cannot stand where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The kind occurs once and came before.
    Repeated,
    /// A later kind came already.
    Order,
    /// The last record of the file came already.
    AfterEnd,
}

/// Where in the order a file is.
#[derive(Debug, Clone)]
pub(super) struct Order {
    kinds: Vec<Arc<Kind>>,
    /// Kinds that are not nested.
    roots: Vec<usize>,
    /// First and last place of the repeating group among the roots.
    cycle: Option<(usize, usize)>,
    at: Option<usize>,
    group: u32,
    after_end_seen: bool,
}

impl Order {
    pub(super) fn new(kinds: &[Arc<Kind>]) -> Self {
        let roots: Vec<usize> = (0..kinds.len()).filter(|&index| kinds[index].parent.is_none()).collect();
        let first = roots.iter().position(|&index| kinds[index].repeat);
        let last = roots.iter().rposition(|&index| kinds[index].repeat);
        Order { kinds: kinds.to_vec(), roots, cycle: first.zip(last), at: None, group: 0, after_end_seen: false }
    }

    /// Whether records of the same kind may simply follow one another and nothing else can happen.
    #[inline]
    fn steady(&self, place: usize) -> bool {
        self.at == Some(place) && self.kinds[self.roots[place]].occurs.may_repeat()
    }

    /// Takes a record of a kind.
    #[inline]
    pub(super) fn step(&mut self, kind: usize) -> Step {
        let Some(place) = self.roots.iter().position(|&root| root == kind) else { return Step::default() };
        if self.steady(place) {
            return Step { group: if self.in_cycle(place) { self.group } else { 0 }, ..Step::default() };
        }
        self.move_to(place)
    }

    fn move_to(&mut self, place: usize) -> Step {
        let mut step = Step::default();
        let from = self.at.map_or(0, |at| at + 1);
        match self.at {
            Some(at) if self.is_end(at) && place <= at => {
                step.wrong = (!self.after_end_seen).then_some(Wrong::AfterEnd);
                self.after_end_seen = true;
                step.group = if self.in_cycle(place) { self.group } else { 0 };
                return step;
            }
            Some(at) if place <= at && self.in_cycle(at) && self.begins_again(place, at) => {
                let (first, last) = self.cycle.unwrap_or((place, at));
                step.missing = self.required(from, last + 1);
                step.missing.extend(self.required(first, place));
                step.new_group = true;
            }
            Some(at) if place == at => step.wrong = Some(Wrong::Repeated),
            Some(at) if place < at => step.wrong = Some(Wrong::Order),
            _ => {
                step.missing = self.required(from, place);
                step.new_group = self.in_cycle(place) && !self.at.is_some_and(|at| self.in_cycle(at));
            }
        }
        if step.new_group {
            self.group += 1;
        }
        self.at = Some(place);
        step.group = if self.in_cycle(place) { self.group } else { 0 };
        step
    }

    /// A new group begins with its first kind; a later kind out of order is a fault, not a new group.
    fn begins_again(&self, place: usize, at: usize) -> bool {
        let Some((first, _)) = self.cycle else { return false };
        place == first || (place < at && self.in_cycle(place) && self.kinds[self.roots[first]].occurs.may_be_absent())
    }

    fn in_cycle(&self, place: usize) -> bool {
        self.cycle.is_some_and(|(first, last)| (first..=last).contains(&place))
    }

    /// Whether the place is an end record: the last of several kinds, occurring at most once.
    fn is_end(&self, place: usize) -> bool {
        let kind = &self.kinds[self.roots[place]];
        self.roots.len() > 1 && place + 1 == self.roots.len() && !kind.occurs.may_repeat() && !kind.repeat
    }

    fn required(&self, from: usize, to: usize) -> Vec<usize> {
        (from..to.min(self.roots.len()))
            .map(|place| self.roots[place])
            .filter(|&index| !self.kinds[index].occurs.may_be_absent())
            .collect()
    }

    /// Kinds that are still missing when the file ends here.
    pub(super) fn missing_at_end(&self) -> Vec<usize> {
        self.required(self.at.map_or(0, |at| at + 1), self.roots.len())
    }

    /// What `step` would say, without taking the record.
    pub(super) fn peek(&self, kind: usize) -> Step {
        self.clone().step(kind)
    }
}
