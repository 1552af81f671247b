//! Reading into plain vectors, and writing what was read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::Layout;
use renkei_core::layout::read::{Event, ReadLimits, ReadSummary, read_file};
use renkei_core::layout::write::{WriteContext, WriteError, WriteSummary, Writer};

/// A record with owned values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) kind: String,
    pub(crate) line: u64,
    pub(crate) sub: u32,
    pub(crate) group: u32,
    pub(crate) offset: u64,
    pub(crate) length: u32,
    pub(crate) yen: i64,
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) json: String,
}

/// Everything a reading gave.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) rows: Vec<Row>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) summary: ReadSummary,
}

impl Reading {
    /// The codes of the errors, in order.
    pub(crate) fn errors(&self) -> Vec<&str> {
        self.codes(Severity::Error)
    }

    /// The codes of the warnings, in order.
    pub(crate) fn warnings(&self) -> Vec<&str> {
        self.codes(Severity::Warning)
    }

    fn codes(&self, severity: Severity) -> Vec<&str> {
        self.faults.iter().filter(|fault| fault.severity == severity).map(|fault| fault.code.as_str()).collect()
    }

    /// Fails with every finding unless there is none.
    #[track_caller]
    pub(crate) fn clean(self) -> Self {
        assert!(self.faults.is_empty(), "{:#?}", self.faults);
        self
    }

    /// The only finding.
    #[track_caller]
    pub(crate) fn only(&self) -> &Fault {
        assert_eq!(self.faults.len(), 1, "{:#?}", self.faults);
        &self.faults[0]
    }
}

/// Copies an event's record.
pub(crate) fn row(record: &renkei_core::layout::read::Record<'_>) -> Row {
    let mut json = Vec::new();
    record.write_json(&mut json);
    let fields = record.kind.fields.iter().enumerate();
    Row {
        kind: record.kind.id.clone(),
        line: record.line,
        sub: record.sub,
        group: record.group,
        offset: record.offset,
        length: record.length,
        yen: record.yen,
        values: fields.filter_map(|(at, field)| Some((field.id.clone(), record.text(at)?.into_owned()))).collect(),
        json: String::from_utf8(json).expect("JSON is UTF-8"),
    }
}

/// Reads with limits.
pub(crate) fn read_with(layout: &Layout, bytes: &[u8], limits: &ReadLimits) -> Reading {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let summary = read_file(layout, bytes, limits, |event| match event {
        Event::Record(record) => rows.push(row(record)),
        Event::Fault(fault) => faults.push(fault),
    })
    .expect("memory can be read");
    Reading { rows, faults, summary }
}

/// Reads with the usual limits.
pub(crate) fn read(layout: &Layout, bytes: &[u8]) -> Reading {
    read_with(layout, bytes, &ReadLimits::default())
}

/// Writes rows that were read.
pub(crate) fn write(layout: &Layout, rows: &[Row]) -> Result<(Vec<u8>, WriteSummary), WriteError> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(layout, WriteContext::default(), &mut bytes)?;
    for row in rows {
        let value = |id: &str| row.values.get(id).map(|text| Cow::Borrowed(text.as_str()));
        writer.record(&row.kind, row.group, &value)?;
    }
    let summary = writer.finish()?;
    Ok((bytes, summary))
}

/// Reads a file without findings, writes it, and compares every byte.
#[track_caller]
pub(crate) fn round_trip(layout: &Layout, bytes: &[u8]) -> Reading {
    let reading = read(layout, bytes).clean();
    let (written, summary) = write(layout, &reading.rows).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(bytes));
    assert_eq!(written, bytes);
    assert_eq!(summary.sha256, reading.summary.sha256);
    assert_eq!(summary.bytes, bytes.len() as u64);
    assert_eq!(summary.records, reading.summary.records);
    assert_eq!(summary.yen, reading.summary.yen);
    reading
}
