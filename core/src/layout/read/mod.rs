//! Bytes to records: a streaming window, framing, splitting, typed validation, structure and totals.
//!
//! Memory does not grow with the file, with one exception: a layout that declares a natural key, or a JSON map, keeps 16 bytes
//! a record.

mod core;
mod csv;
mod encoding;
mod fields;
mod fixed;
mod header;
mod json;
mod json_record;
mod judge;
mod keys;
mod lines;
mod quoted;
mod record;
mod shifted;
mod sink;
mod window;
mod xml;

use std::io::Read;

use jiff::civil::Date;

use self::core::{Core, Source};
use self::encoding::{Decision, Undecodable};
use self::fields::Place;
use self::window::Window;
use super::model::Layout;
use super::names::Format;
use super::value;
use crate::charset::Encoding;
use crate::charset::detect;
use crate::fault::Fault;
use crate::verdict::{Classify, Verdict};

pub use record::Record;
pub use xml::{Attachment, decode_attachment};

/// Bounds of one reading, on top of the layout's own.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Most faults (errors and warnings each) handed to the caller; the rest is only counted.
    pub faults_max: usize,
    /// Most bytes of the file.
    pub file_bytes_max: u64,
    /// Day the file was made or received: which year or era a short date means. Needed by the date forms `yymmdd-era` and `mmdd`.
    pub reference: Option<Date>,
}

impl Default for ReadLimits {
    /// 1,000 faults: more than anyone reads, few enough for one message. 4 GiB: larger files are a mistake.
    fn default() -> Self {
        ReadLimits { faults_max: 1_000, file_bytes_max: 4 << 30, reference: None }
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
    /// XML: the attachments, in file order. Their bytes are still where they lie.
    pub attachments: Vec<Attachment>,
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
///
/// # Errors
/// The source could not be read.
pub fn read_file<R: Read>(
    layout: &Layout,
    input: R,
    limits: &ReadLimits,
    on: impl FnMut(Event<'_>),
) -> Result<ReadSummary, ReadError> {
    let mut window = Window::new(input);
    let mut core = Core::new(layout, Source::File, limits, on);
    let mut decision = begin(layout, &mut window, &mut core)?;
    let mut attachments = Vec::new();
    if !core.stopped {
        match layout.format {
            Format::Csv => csv::read(&mut window, &mut core, &mut decision, limits.file_bytes_max)?,
            Format::Fixed => fixed::read(&mut window, &mut core, &mut decision, limits.file_bytes_max)?,
            Format::Json => json::read(&mut window, &mut core, &mut decision, limits.file_bytes_max)?,
            Format::Xml => attachments = xml::read(&mut window, &mut core, &mut decision, limits.file_bytes_max)?,
        }
    }
    window.drain(limits.file_bytes_max)?;
    let (bytes, sha256) = window.finish();
    Ok(ReadSummary { attachments, ..core.finish(bytes, sha256, decision.current()) })
}

/// Validates a JSON array of records keyed by field id (or one such record), as upstream systems publish them. Values have their
/// canonical form (`2026-10-05`). With several kinds the key `record` names the kind; nested kinds are lists under the kind's
/// id. Structure (order, occurrence, totals, sequence) belongs to files and is not asked for here; constants may be left out.
pub fn read_messages(layout: &Layout, body: &[u8], limits: &ReadLimits, on: impl FnMut(Event<'_>)) -> ReadSummary {
    let mut window = Window::new(body);
    let mut core = Core::new(layout, Source::Message, limits, on);
    let mut decision = Decision::new(vec![Encoding::Utf8]);
    if !layout.takes_messages() {
        core.fault(Fault::new("MESSAGE_NEEDS_FILE").arg("layout", &layout.name));
        core.stopped = true;
    }
    // Reading from memory cannot fail.
    let read = if core.stopped { Ok(()) } else { json::read(&mut window, &mut core, &mut decision, limits.file_bytes_max) };
    let drained = read.and_then(|()| window.drain(limits.file_bytes_max));
    debug_assert!(drained.is_ok());
    let (bytes, sha256) = window.finish();
    core.finish(bytes, sha256, Encoding::Utf8)
}

/// Byte order marks, and what they leave of the layout's encodings.
fn begin<R: Read, F: FnMut(Event<'_>)>(
    layout: &Layout,
    window: &mut Window<R>,
    core: &mut Core<'_, F>,
) -> Result<Decision, ReadError> {
    window.ensure(3)?;
    let start = window.bytes();
    if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
        core.fault(Fault::new("ENCODING_UTF16").at_bytes(0, 2));
        core.stopped = true;
    }
    let mut candidates = layout.encodings.clone();
    if detect::has_utf8_bom(start) {
        if candidates.contains(&Encoding::Utf8Bom) {
            candidates = vec![Encoding::Utf8Bom];
        } else {
            core.fault(Fault::new("ENCODING_BOM_UNEXPECTED").at_bytes(0, 3));
            candidates = vec![Encoding::Utf8];
        }
        window.consume(3);
    } else {
        let empty = start.is_empty();
        candidates.retain(|encoding| *encoding != Encoding::Utf8Bom);
        if candidates.is_empty() {
            if !empty {
                core.fault(Fault::new("ENCODING_BOM_MISSING").at_bytes(0, 0));
            }
            candidates = vec![Encoding::Utf8];
        }
    }
    Ok(Decision::new(candidates))
}

/// Whether the file is larger than the caller allows; said once, and reading stops.
#[inline]
fn too_large<R, F: FnMut(Event<'_>)>(window: &Window<R>, core: &mut Core<'_, F>, bytes_max: u64, line: u64) -> bool
where
    R: Read,
{
    if window.total() <= bytes_max {
        return false;
    }
    core.fault(Fault::new("LIMIT_FILE_BYTES").on_line(line).at_bytes(window.offset(), 0).arg("limit", bytes_max));
    core.stopped = true;
    true
}

/// A 0x1A where a record would begin. At the very end it is the end mark, allowed or not; anywhere else data follows it.
#[cold]
fn final_1a<R: Read, F: FnMut(Event<'_>)>(
    window: &mut Window<R>,
    core: &mut Core<'_, F>,
    mark: u8,
    line: u64,
) -> Result<bool, ReadError> {
    debug_assert_eq!(window.bytes().first(), Some(&mark));
    let more = window.ensure(2)?;
    let fault = |code: &str| Fault::new(code).on_line(line).at_bytes(window.offset(), 1).value(value::show(&[mark]));
    if more {
        core.fault(fault("DATA_AFTER_1A"));
        core.stopped = true;
        return Ok(true);
    }
    if !core.layout.final_1a {
        core.fault(fault("FINAL_1A"));
    }
    window.consume(1);
    Ok(true)
}

/// A record that is no text.
#[cold]
fn undecodable_fault(error: &Undecodable, raw: &[u8], place: Place) -> Fault {
    let code = if error.looks_like.is_some() { "ENCODING_MIXED" } else { "ENCODING_INVALID" };
    let bad = &raw[error.at..(error.at + error.len.min(16)).min(raw.len())];
    let fault = Fault::new(code).on_line(place.line).at_bytes(place.offset + error.at as u64, error.len as u32);
    let found = error.looks_like.map_or_else(|| "-".to_owned(), |other| other.to_string());
    let shown = crate::charset::hex_bytes(bad);
    fault.value(shown.clone()).arg("encoding", error.expected).arg("found", found).arg("bytes", shown)
}

/// A record of no kind the layout knows.
#[cold]
fn unknown_tag(layout: &Layout, found: &[u8], place: Place) -> Fault {
    let tags: Vec<String> =
        layout.kinds().iter().filter_map(|kind| Some(format!("{} {}", kind.tag.as_deref()?, kind.name))).collect();
    let fault = Fault::new("TAG_UNKNOWN").on_line(place.line).at_bytes(place.offset, found.len() as u32);
    fault.value(value::show(found)).arg("expected", tags.join(", "))
}
