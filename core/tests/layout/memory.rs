//! What a file can make the reader hold: never more than a record may have, whatever its quotation marks do.

use std::cell::Cell;
use std::io::Read;

use renkei_core::layout::read::{Event, ReadLimits, read_file};

/// Counts the bytes it hands out.
struct Counted<'a> {
    rest: &'a [u8],
    given: &'a Cell<usize>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.rest.read(buffer)?;
        self.given.set(self.given.get() + count);
        Ok(count)
    }
}

const NARROW: &str = "[layout]\nname = \"x\"\nversion = \"1\"\nformat = \"csv\"\nencoding = \"utf-8\"\nnewline = \"lf\"\n[csv]\nheader = \"none\"\n[limits]\nrecord_bytes_max = 1000\n[[record]]\nkind = \"row\"\nfields = [{ id = \"a\", name = \"A\", type = \"text\", len = 100 }]\n";

/// The first finding, and how many bytes had been asked for by then.
fn first_finding(file: &[u8]) -> (String, Option<u64>, usize) {
    let layout = crate::layouts::parse(NARROW);
    let given = Cell::new(0);
    let mut first = None;
    let summary = read_file(&layout, Counted { rest: file, given: &given }, &ReadLimits::default(), |event| {
        if let (Event::Fault(fault), None) = (event, &first) {
            first = Some((fault.code, fault.line, given.get()));
        }
    })
    .expect("memory can be read");
    assert_eq!(summary.bytes, file.len() as u64);
    first.expect("a finding")
}

#[test]
fn doubled_quotation_marks_without_end_hold_one_record_at_most() {
    let file = [b"\"".as_slice(), &b"\"\"\n".repeat(1_000_000)].concat();
    let (code, line, given) = first_finding(&file);
    assert_eq!((code.as_str(), line), ("CSV_QUOTE_OPEN", Some(1)));
    assert!(given < 1_000_000, "{given} bytes of {} were read for one record", file.len());
}

#[test]
fn closed_cells_without_end_hold_one_record_at_most() {
    let file = b"\"\n\",".repeat(1_000_000);
    let (code, line, given) = first_finding(&file);
    assert!(matches!(code.as_str(), "CSV_QUOTE_OPEN" | "LIMIT_RECORD_BYTES") && line == Some(1), "{code} {line:?}");
    assert!(given < 1_000_000, "{given} bytes of {} were read for one record", file.len());
}
