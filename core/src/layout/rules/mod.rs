//! Rules of a document beyond its fields: sums, and what one part says about another. A layout refers to them by name; what they
//! need of it is bound when it is loaded.

mod jp_pint;

use super::model::Layout;
use super::names::Rules;
use super::totals::{Addend, Cells};

/// A record as the rules see it, valid or not.
pub(super) struct Seen<'s> {
    pub(super) cells: &'s dyn Cells,
    /// Whether there was an element for the field that did not count (`where`).
    pub(super) passed_over: &'s dyn Fn(usize) -> bool,
}

impl Seen<'_> {
    /// The canonical text of a field that has a valid value.
    fn text(&self, field: usize) -> Option<String> {
        Some(self.cells.text(field)).filter(|text| !text.is_empty())
    }

    /// The number of a field that has a valid value.
    fn number(&self, field: usize) -> Option<i64> {
        match self.cells.addend(field) {
            Addend::Value(value) if value != 0 || self.text(field).is_some() => Some(value),
            _ => None,
        }
    }

    /// Whether there is no element for the field, so that not even a wrong value stands there.
    fn is_absent(&self, field: usize) -> bool {
        !self.cells.is_refused(field) && self.text(field).is_none() && !(self.passed_over)(field)
    }
}

/// A broken rule, about a field of the record at hand.
pub(super) struct Finding {
    pub(super) code: &'static str,
    pub(super) field: usize,
    /// What to show, when it is not the field's own text.
    pub(super) value: Option<String>,
    pub(super) args: Vec<(&'static str, String)>,
}

impl Finding {
    fn new(code: &'static str, field: usize) -> Finding {
        Finding { code, field, value: None, args: Vec::new() }
    }

    fn arg(mut self, name: &'static str, value: impl ToString) -> Finding {
        self.args.push((name, value.to_string()));
        self
    }
}

/// What the rules remember of the document at hand.
pub(super) enum State {
    JpPint(Box<jp_pint::Invoice>),
}

impl State {
    pub(super) fn new(rules: Rules, layout: &Layout) -> State {
        match rules {
            Rules::JpPint => State::JpPint(Box::new(jp_pint::Invoice::new(jp_pint::Ids::bind(layout).0))),
        }
    }

    /// Judges a record. Records inside it came before; the root record comes last and ends the document.
    pub(super) fn record(&mut self, kind: usize, seen: &Seen<'_>) -> Vec<Finding> {
        match self {
            State::JpPint(invoice) => invoice.record(kind, seen),
        }
    }
}

/// What the rules need and the layout lacks, each in words.
pub(super) fn missing(rules: Rules, layout: &Layout) -> Vec<String> {
    match rules {
        Rules::JpPint => jp_pint::Ids::bind(layout).1,
    }
}
