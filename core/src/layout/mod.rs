//! Bytes ↔ records, driven by a TOML file (`docs/LAYOUTS.md`). The same layout reads and writes.
//!
//! [`Layout::parse`] turns TOML into checked types and reports every fault of the file at once. [`read::read_file`] streams a
//! file through a layout; [`write::Writer`] makes one. Nothing is ever replaced, cut or trimmed silently.

mod error;
mod model;
mod names;
mod parse;
/// Bytes to records.
pub mod read;
/// Records to bytes.
pub mod write;

pub use error::{LayoutErrors, LayoutFault};
pub use model::{CodeTable, Condition, CsvOptions, Field, JsonOptions, Kind, Layout, Limits, Total};
pub use names::{
    Auto, Blank, Check, Class, DateForm, Encoding, FieldType, Format, Grade, Header, Items, Newline, Occurs, Pad, Quote, Status,
};
