//! Bytes to records: a streaming window, framing, splitting, typed validation, structure and totals.
//!
//! Memory does not grow with the file, with one exception: a layout that declares a natural key keeps 16 bytes a record.

mod record;

use std::io::Read;

use super::model::Layout;
use super::names::Encoding;
use crate::fault::Fault;
use crate::verdict::{Classify, Verdict};

pub use record::Record;

/// Bounds of one reading, on top of the layout's own.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Most faults (errors and warnings each) handed to the caller; the rest is only counted.
    pub faults_max: usize,
    /// Most bytes of the file.
    pub file_bytes_max: u64,
}

impl Default for ReadLimits {
    /// 1,000 faults: more than anyone reads, few enough for one message. 4 GiB: larger files are a mistake.
    fn default() -> Self {
        ReadLimits { faults_max: 1_000, file_bytes_max: 4 << 30 }
    }
}

/// What a reading yields, in file order.
#[derive(Debug)]
pub enum Event<'a> {
    /// A record whose fields are all valid.
    Record(&'a Record<'a>),
    /// A finding.
    Fault(Fault),
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadSummary {
    /// Records read, valid or not, all kinds together.
    pub records: u64,
    /// Sum of the `amount` fields of valid records.
    pub yen: i64,
    /// Errors found, also those beyond the limit.
    pub faults: u64,
    /// Warnings found, also those beyond the limit.
    pub warnings: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Encoding that was decided; the first of the layout for pure ASCII.
    pub encoding: Option<Encoding>,
    /// Kind id, valid records, yen.
    pub per_kind: Vec<(String, u64, i64)>,
}

/// Reading itself failed; the content is another matter.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The source gave an error.
    #[error("cannot read the file at byte {byte}")]
    Io {
        /// Bytes read so far.
        byte: u64,
        /// The cause.
        source: std::io::Error,
    },
}

impl Classify for ReadError {
    fn verdict(&self) -> Verdict {
        Verdict::Retry
    }
}

/// Reads a whole file. Faults of the content are events; the caller decides with [`ReadSummary::faults`].
pub fn read_file<R: Read>(
    layout: &Layout,
    input: R,
    limits: &ReadLimits,
    on: impl FnMut(Event<'_>),
) -> Result<ReadSummary, ReadError> {
    let _ = (layout, input, limits, on);
    unimplemented!("lands next")
}

/// Validates a JSON array of records keyed by field id, as upstream systems publish them. Structure (order, occurrence, totals)
/// belongs to files and is not asked for here; constants and sequence numbers may be left out.
pub fn read_messages(layout: &Layout, body: &[u8], limits: &ReadLimits, on: impl FnMut(Event<'_>)) -> ReadSummary {
    let _ = (layout, body, limits, on);
    unimplemented!("lands next")
}
