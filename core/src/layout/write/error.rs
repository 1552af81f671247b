//! Why a file cannot be written.

use crate::catalogue::{self, Lang};
use crate::fault::Fault;
use crate::layout::model::{Field, Kind};
use crate::layout::value::Problem;
use crate::verdict::{Classify, Verdict};

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The layout cannot write at all.
    #[error("the layout cannot write: {reason}")]
    Layout {
        /// The reason in a sentence.
        reason: String,
    },
    /// A value does not fit its field.
    #[error("record {record} ({kind}), field {}: {}; value {:?}", .fault.field.as_deref().unwrap_or("?"), catalogue::text(.fault, Lang::En), .fault.value.as_deref().unwrap_or(""))]
    Value {
        /// 1-based number of the record in the file.
        record: u64,
        /// Kind id.
        kind: String,
        /// Code, field and value; the texts are in the catalogue.
        fault: Box<Fault>,
    },
    /// The records do not make a file of this layout.
    #[error("record {record} ({kind}): {reason}")]
    Structure {
        /// Records written so far.
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

impl WriteError {
    /// A value that does not fit.
    #[cold]
    pub(super) fn value(record: u64, kind: &Kind, index: usize, problem: &Problem, value: &str) -> WriteError {
        let field: &Field = &kind.fields[index];
        let mut fault = Fault::new(problem.code).in_field(index as u32 + 1, &field.id, &field.name).value(value);
        fault.args = problem.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        WriteError::Value { record, kind: kind.id.clone(), fault: Box::new(fault) }
    }

    /// The finding about a value, for lists that people read.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            WriteError::Value { fault, .. } => Some(fault),
            _ => None,
        }
    }
}

impl Classify for WriteError {
    fn verdict(&self) -> Verdict {
        match self {
            WriteError::Value { .. } | WriteError::Structure { .. } => Verdict::Reject,
            WriteError::Layout { .. } => Verdict::Bug,
            WriteError::Io { .. } => Verdict::Retry,
        }
    }
}
