//! One validated record, borrowed from the reader's window.

use std::borrow::Cow;

use crate::layout::model::Kind;

/// One validated record. Values lie in the reader's window or arena; copy what must outlive the callback.
#[derive(Debug)]
pub struct Record<'a> {
    /// Index of the kind in [`crate::layout::Layout::kinds`].
    pub kind_index: usize,
    /// The kind.
    pub kind: &'a Kind,
    /// 1-based: line (CSV), record (fixed), element (JSON).
    pub line: u64,
    /// Place of a nested record in its list, from 1; 0 for others.
    pub sub: u32,
    /// Number of the repeating group, from 1; 0 when the layout has none.
    pub group: u32,
    /// 0-based byte offset of the record in the file.
    pub offset: u64,
    /// Bytes of the record without its separator.
    pub length: u32,
    /// Value of the kind's `amount` field, 0 without one.
    pub yen: i64,
}

impl Record<'_> {
    /// The value of a field by index in its canonical text form (dates `2026-10-05`, numbers without leading zeros).
    pub fn text(&self, field: usize) -> Option<Cow<'_, str>> {
        let _ = field;
        unimplemented!("lands next")
    }

    /// The value of a field by id, see [`Record::text`].
    pub fn get(&self, id: &str) -> Option<Cow<'_, str>> {
        self.text(self.kind.field(id)?)
    }

    /// Appends `{"record":…,"line":…,…fields}`: `sub` and `group` are left out when 0, empty fields are left out.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        let _ = out;
        unimplemented!("lands next")
    }
}
