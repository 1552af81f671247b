//! The body of a chunk of records: a table, because the names of twenty fields in front of their values would be two thirds of it.
//!
//! ```json
//! {"kinds":[{"record":"item","fields":["name","day","amount"]}],"records":[[0,2,0,0,61,18,"a","2026-10-05","600"]]}
//! ```
//!
//! `kinds` are the kinds of record the chunk holds, with their fields. A row is the number of its kind in `kinds`, its `line`, `sub`,
//! `group`, `offset` and `length`, then the values of its fields as texts in their canonical form; `null` is an empty field, and
//! empty fields at the end are missing. The fields are named, so that the two ends need not have read the same version of a layout.

use crate::layout::Kind;
use crate::layout::read::Record;

/// A body without records.
pub const EMPTY: &[u8] = br#"{"kinds":[],"records":[]}"#;

/// Bytes a row has beyond its own text at most: the number of its kind and a comma on either side of it.
const ROW_MORE: usize = 8;

/// Cuts a stream of records into bodies.
#[derive(Debug)]
pub struct ChunkWriter {
    records_max: usize,
    bytes_max: usize,
    /// Rows of the body being filled, parted by commas.
    rows: Vec<u8>,
    records: usize,
    /// Its kinds, by their index in the layout, and their text.
    kinds: Vec<usize>,
    kinds_text: Vec<u8>,
    /// The row at hand from its `line` on; kept for its allocation.
    row: Vec<u8>,
}

/// A record that fits no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    /// Bytes of a body that holds nothing else.
    pub bytes: usize,
}

impl ChunkWriter {
    /// Bodies of at most so many records and bytes.
    pub fn new(records_max: usize, bytes_max: usize) -> Self {
        // Grown as records come and kept from body to body: most messages have one record.
        let (rows, row) = (Vec::new(), Vec::new());
        ChunkWriter { records_max, bytes_max, rows, records: 0, kinds: Vec::new(), kinds_text: Vec::new(), row }
    }

    /// Adds a record. Gives the body that is full without it.
    pub fn push(&mut self, record: &Record<'_>) -> Result<Option<Vec<u8>>, TooLarge> {
        self.row.clear();
        record.write_row(&mut self.row);
        let row = self.row.len() + ROW_MORE;
        let mut number = self.number_of(record);
        let mut new = if number.is_none() { described(record.kind) } else { Vec::new() };
        let mut done = None;
        if self.records > 0 && (self.records == self.records_max || self.bytes() + new.len() + row > self.bytes_max) {
            done = self.finish();
            (number, new) = (None, described(record.kind));
        }
        if self.bytes() + new.len() + row > self.bytes_max {
            return Err(TooLarge { bytes: self.bytes() + new.len() + row });
        }
        let number = number.unwrap_or_else(|| {
            if !self.kinds.is_empty() {
                self.kinds_text.push(b',');
            }
            self.kinds_text.extend_from_slice(&new);
            self.kinds.push(record.kind_index);
            self.kinds.len() - 1
        });
        self.rows.extend_from_slice(if self.records == 0 { b"[" } else { b",[" });
        self.rows.extend_from_slice(number.to_string().as_bytes());
        self.rows.extend_from_slice(&self.row);
        self.rows.push(b']');
        self.records += 1;
        Ok(done)
    }

    /// The rest, if there is any.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        if self.records == 0 {
            return None;
        }
        let mut body = Vec::with_capacity(self.bytes());
        body.extend_from_slice(b"{\"kinds\":[");
        body.append(&mut self.kinds_text);
        body.extend_from_slice(b"],\"records\":[");
        body.append(&mut self.rows);
        body.extend_from_slice(b"]}");
        self.kinds.clear();
        self.records = 0;
        Some(body)
    }

    fn number_of(&self, record: &Record<'_>) -> Option<usize> {
        self.kinds.iter().position(|kind| *kind == record.kind_index)
    }

    fn bytes(&self) -> usize {
        EMPTY.len() + self.kinds_text.len() + self.rows.len()
    }
}

/// A kind as an element of `kinds`. Its fields are those a row has values of.
fn described(kind: &Kind) -> Vec<u8> {
    let fields: Vec<&str> = kind.sql_columns().map(|(id, _)| id).collect();
    serde_json::json!({ "record": kind.id, "fields": fields }).to_string().into_bytes()
}
