//! Bytes ↔ records, driven by a TOML file (`docs/LAYOUTS.md`). The same layout reads and writes.
//!
//! `Layout::parse` turns TOML into checked types and reports every fault of the file at once. `read::read_file` streams a
//! file through a layout; `write::Writer` makes one. Nothing is ever replaced, cut or trimmed silently.

/// A layout as a specification sheet.
pub mod describe;
mod error;
/// The place of a fault, cut out of the file.
pub mod excerpt;
/// Cells that a spreadsheet would take for a formula.
pub mod harmless;
mod model;
mod names;
mod order;
mod parse;
mod paths;

/// Bytes to records.
pub mod read;
mod rules;
mod spread;
mod totals;
/// Records that wait for no other.
pub mod urgent;
mod value;
mod width;
/// Records to bytes.
pub mod write;

pub use crate::calendar::DateForm;
pub use crate::charset::Encoding;
pub use crate::charset::kana::KanaClass;
pub use error::{LayoutErrors, LayoutFault};
pub use model::{Choice, CodeTable, Condition, CsvOptions, Field, JsonOptions, Kind, Labels, Layout, Limits, Total, XmlOptions};
pub use names::{
    Auto, Blank, EmptyElements, FieldType, Format, Grade, Header, Items, Newline, Occurs, Pad, Quote, Readers, Rules, Status,
};
pub use spread::SpreadError;
