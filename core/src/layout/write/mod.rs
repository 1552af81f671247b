//! Records to bytes: the same layout the other way. Nothing is cut: a value that does not fit is an error.

use std::borrow::Cow;
use std::io::Write;

use super::model::Layout;
use crate::verdict::{Classify, Verdict};

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

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A value does not fit its field.
    #[error("record {record} ({kind}), field {field} ({name}): {reason}; value {value:?}")]
    Value {
        /// 1-based number of the record in the file.
        record: u64,
        /// Kind id.
        kind: String,
        /// Field id.
        field: String,
        /// Japanese name of the field.
        name: String,
        /// Catalogue code of the reason.
        code: &'static str,
        /// The reason in a sentence.
        reason: String,
        /// The value as given.
        value: String,
    },
    /// The records do not make a file of this layout.
    #[error("record {record} ({kind}): {reason}")]
    Structure {
        /// 1-based number of the record in the file.
        record: u64,
        /// Kind id.
        kind: String,
        /// The reason in a sentence.
        reason: String,
    },
    /// The sink gave an error.
    #[error("cannot write the file at byte {byte}")]
    Io {
        /// Bytes written so far.
        byte: u64,
        /// The cause.
        source: std::io::Error,
    },
}

impl Classify for WriteError {
    fn verdict(&self) -> Verdict {
        match self {
            WriteError::Value { .. } | WriteError::Structure { .. } => Verdict::Reject,
            WriteError::Io { .. } => Verdict::Retry,
        }
    }
}

/// Gives the value of a field in canonical text form (see `Record::text`), or `None` when it has none.
pub type Values<'a> = &'a dyn Fn(&str) -> Option<Cow<'a, str>>;

/// Writes one file. Records come in file order; constants, defaults, sequences and totals are the writer's, and so are records
/// that consist of nothing else (trailers, end records).
pub struct Writer<'l, W: Write> {
    layout: &'l Layout,
    out: W,
}

impl<'l, W: Write> Writer<'l, W> {
    /// Begins a file.
    pub fn new(layout: &'l Layout, context: WriteContext, out: W) -> Result<Self, WriteError> {
        let _ = context;
        Ok(Writer { layout, out })
    }

    /// Writes one record of the kind with this id. `group` counts repeating groups from 1; 0 when the layout has none.
    pub fn record(&mut self, kind: &str, group: u32, values: Values<'_>) -> Result<(), WriteError> {
        let _ = (kind, group, values, &self.layout, &mut self.out);
        unimplemented!("lands next")
    }

    /// Writes what is left (trailers, end record) and gives the totals.
    pub fn finish(self) -> Result<WriteSummary, WriteError> {
        unimplemented!("lands next")
    }
}
