//! Records that wait for no other. A file with an error is refused whole; where its layout says `urgent`, the sound records that
//! are urgent (a login that is disabled) are written out beside it as a file of their own, byte for byte as they stood, while it
//! is read. Memory is one record.

use std::io::{self, BufRead, Read, Write};

use super::model::{Condition, Kind, Layout};
use super::names::{Format, Header, Items, Newline};
use super::read::Event;
use crate::fault::{Fault, Severity};

impl Layout {
    /// The kind whose records may be urgent, and when they are.
    pub fn urgent(&self) -> Option<(&Kind, &Condition)> {
        self.kinds.iter().find_map(|kind| Some((kind.as_ref(), kind.urgent.as_ref()?)))
    }

    /// What makes a record urgent, for people: 有効区分 = 0（無効）.
    pub fn urgent_means(&self) -> Option<String> {
        let (kind, condition) = self.urgent()?;
        let field = &kind.fields[condition.field];
        let word = |value: &String| match field.codes.as_ref().and_then(|table| table.meaning(value)) {
            Some(meaning) => format!("{value}（{meaning}）"),
            None => value.clone(),
        };
        Some(format!("{} = {}", field.name, condition.any_of.iter().map(word).collect::<Vec<_>>().join(" / ")))
    }
}

/// Watches a reading, and writes its sound urgent records out.
#[derive(Debug)]
pub struct Urgent<'l, W> {
    kind: &'l Kind,
    condition: &'l Condition,
    out: W,
    /// What stands before the first record, between two and behind the last.
    frame: [Vec<u8>; 3],
    /// A record has others inside, so it is known to be sound only when the next begins.
    nested: bool,
    /// The last urgent record, until nothing more can be said against it.
    pending: Option<(u64, Vec<u8>)>,
    records: u64,
    errors: u64,
    errors_max: u64,
    failed: Option<io::Error>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UrgentSummary {
    /// Records.
    pub records: u64,
}

impl<'l, W: Write> Urgent<'l, W> {
    /// For the reading of a file, whose beginning is read here for its header line. `None`: the layout has nothing urgent.
    pub fn of_file(layout: &'l Layout, file: impl Read, errors_max: usize, out: W) -> io::Result<Option<Self>> {
        let Some((kind, condition)) = layout.urgent() else { return Ok(None) };
        let frame = match layout.format {
            Format::Csv => lines(layout, header(layout, file)?),
            _ if layout.json.items == Items::Lines => lines(layout, Vec::new()),
            _ => array(),
        };
        Ok(Some(Urgent::new(layout, kind, condition, frame, errors_max, out)))
    }

    /// For the reading of records of a message.
    pub fn of_message(layout: &'l Layout, errors_max: usize, out: W) -> Option<Self> {
        let (kind, condition) = layout.urgent()?;
        Some(Urgent::new(layout, kind, condition, array(), errors_max, out))
    }

    fn new(layout: &Layout, kind: &'l Kind, condition: &'l Condition, frame: [Vec<u8>; 3], errors_max: usize, out: W) -> Self {
        Urgent {
            kind,
            condition,
            out,
            frame,
            nested: layout.kinds().len() > 1,
            pending: None,
            records: 0,
            errors: 0,
            errors_max: errors_max as u64,
            failed: None,
        }
    }

    /// Looks at what the reader found. A fault to add: an urgent record that seemed sound is not.
    pub fn look(&mut self, event: &Event<'_>) -> Option<Fault> {
        match event {
            Event::Record(record) if record.kind.id == self.kind.id => {
                self.keep();
                let is = record.text(self.condition.field);
                let urgent = is.is_some_and(|is| self.condition.any_of.iter().any(|any| *any == is));
                // The reader tells of so many errors and no more: behind the last one nothing is known of parts of a record.
                if urgent && !(self.nested && self.errors >= self.errors_max) {
                    self.pending = Some((record.line, record.raw.to_vec()));
                }
                None
            }
            Event::Fault(fault) if fault.severity == Severity::Error => {
                self.errors += 1;
                let (line, _) = self.pending.take_if(|(line, _)| fault.line == Some(*line))?;
                let field = &self.kind.fields[self.condition.field];
                let column = u32::try_from(self.condition.field + 1).unwrap_or(u32::MAX);
                Some(Fault::new("URGENT_RECORD_FAULTY").on_line(line).in_field(column, &field.id, &field.name))
            }
            _ => None,
        }
    }

    /// Writes the end; tells how much there is. Without a record nothing was written.
    pub fn finish(mut self) -> io::Result<UrgentSummary> {
        if self.nested && self.errors >= self.errors_max {
            self.pending = None;
        }
        self.keep();
        if self.records > 0 && self.failed.is_none() {
            self.failed = self.out.write_all(&self.frame[2]).and_then(|()| self.out.flush()).err();
        }
        match self.failed {
            Some(error) => Err(error),
            None => Ok(UrgentSummary { records: self.records }),
        }
    }

    /// Nothing was said against the pending record.
    fn keep(&mut self) {
        let Some((_, raw)) = self.pending.take() else { return };
        let before = if self.records == 0 { &self.frame[0] } else { &self.frame[1] };
        self.records += 1;
        if self.failed.is_none() {
            self.failed = self.out.write_all(before).and_then(|()| self.out.write_all(&raw)).err();
        }
    }
}

fn array() -> [Vec<u8>; 3] {
    [b"[".to_vec(), b",\n".to_vec(), b"]\n".to_vec()]
}

/// Lines behind this beginning.
fn lines(layout: &Layout, head: Vec<u8>) -> [Vec<u8>; 3] {
    let last = if matches!(layout.newline, Newline::CrlfBetween | Newline::LfBetween) { b"".as_slice() } else { end(layout) };
    [head, end(layout).to_vec(), last.to_vec()]
}

/// The end of a line.
fn end(layout: &Layout) -> &'static [u8] {
    if matches!(layout.newline, Newline::Crlf | Newline::CrlfBetween) { b"\r\n" } else { b"\n" }
}

/// The header line as it stands, with its mark; its end is made right, so that the fault of it is not handed on.
fn header(layout: &Layout, file: impl Read) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    if layout.csv.header == Header::Names {
        let most = layout.limits.record_bytes_max as u64;
        io::BufReader::new(file.take(most)).read_until(b'\n', &mut line)?;
        line.truncate(line.trim_ascii_end().len());
        line.extend_from_slice(end(layout));
    }
    Ok(line)
}
