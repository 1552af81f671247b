//! Where records and faults go: the caller's function, with faults capped but counted to the end.

use super::{Event, ReadLimits, Record};
use crate::fault::{Fault, Severity};

pub(super) struct Sink<F> {
    on: F,
    faults_max: u64,
    pub(super) errors: u64,
    pub(super) warnings: u64,
}

impl<F: FnMut(Event<'_>)> Sink<F> {
    pub(super) fn new(limits: &ReadLimits, on: F) -> Self {
        Sink { on, faults_max: limits.faults_max as u64, errors: 0, warnings: 0 }
    }

    #[cold]
    pub(super) fn fault(&mut self, fault: Fault) {
        let count = match fault.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *count += 1;
        if *count <= self.faults_max {
            (self.on)(Event::Fault(fault));
        }
    }

    #[inline]
    pub(super) fn record(&mut self, record: &Record<'_>) {
        (self.on)(Event::Record(record));
    }
}
