//! The records of a model file, out of the reader's window.

use crate::calendar::clock;
use crate::catalogue::{self, Lang};
use crate::fault::{Fault, Severity};
use crate::layout::Layout;
use crate::layout::read::{Event, ReadError, ReadLimits, read_file};

/// One record with its values in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Index of its kind.
    pub kind: usize,
    /// Line, record or element, from 1.
    pub line: u64,
    /// Place in the list it is nested in, from 1; 0 for others.
    pub sub: u32,
    /// First byte in the file.
    pub offset: u64,
    /// Bytes in the file.
    pub length: u32,
    /// One value a field of the kind.
    pub values: Vec<Option<String>>,
}

/// Why a file is no model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It has faults.
    #[error("the model file has faults, the first on line {line}: {text}")]
    Faulty {
        /// Line of the first fault.
        line: u64,
        /// The fault in words.
        text: String,
    },
    /// Records of messages are not taken in the layout.
    #[error("no message is made of \"{0}\", which is a format of files")]
    FilesOnly(String),
    /// It cannot be read.
    #[error("the model file cannot be read")]
    Unreadable(#[source] ReadError),
}

/// As a file is read that is handed in today: a day without year is one near it.
fn limits() -> ReadLimits {
    ReadLimits { reference: Some(clock::today()), ..ReadLimits::default() }
}

/// The codes a file is refused with.
pub(super) fn codes(layout: &Layout, file: &[u8]) -> Result<Vec<String>, ModelError> {
    let mut codes = Vec::new();
    read_file(layout, file, &limits(), |event| match event {
        Event::Fault(fault) if fault.severity == Severity::Error => codes.push(fault.code),
        _ => {}
    })
    .map_err(ModelError::Unreadable)?;
    Ok(codes)
}

/// Reads a model file.
pub(super) fn rows(layout: &Layout, file: &[u8]) -> Result<Vec<Row>, ModelError> {
    let mut rows = Vec::new();
    let mut first: Option<Fault> = None;
    read_file(layout, file, &limits(), |event| match event {
        Event::Record(record) => rows.push(Row {
            kind: record.kind_index,
            line: record.line,
            sub: record.sub,
            offset: record.offset,
            length: record.length,
            values: (0..record.kind.fields.len()).map(|field| record.text(field).map(|text| text.into_owned())).collect(),
        }),
        Event::Fault(fault) if fault.severity == Severity::Error && first.is_none() => first = Some(fault),
        Event::Fault(_) => {}
    })
    .map_err(ModelError::Unreadable)?;
    match first {
        None => Ok(rows),
        Some(fault) => Err(ModelError::Faulty { line: fault.line.unwrap_or(0), text: catalogue::text(&fault, Lang::En) }),
    }
}
