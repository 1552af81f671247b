//! One finding about one place in one file: which line, which column, which byte, which value, and why.
//!
//! A fault carries a *code*; the sentence a person reads comes from `crate::catalogue`, in Japanese or English, filled with
//! the fault's own values. Readers collect faults and go on; they do not stop at the first.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How much a fault weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The whole file is refused.
    #[default]
    Error,
    /// The file goes on; the finding is shown.
    Warning,
}

/// A text that every store takes: Postgres has no U+0000 in its texts, so it is told as `<00>`, as in all values that are shown.
pub fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "<00>")) } else { Cow::Borrowed(text) }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Fault {
    /// Catalogue code, e.g. `FIELD_NOT_DIGITS`.
    pub code: String,
    /// Whether it refuses the file.
    #[serde(default)]
    pub severity: Severity,
    /// 1-based line (text) or record (fixed length) number; absent when the fault is about the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// 1-based column (CSV) or field number (fixed length).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// 0-based byte offset in the file of the first offending byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
    /// Length in bytes of the offending place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Field id of the layout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Japanese name of the field, as in the header of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_name: Option<String>,
    /// The value as found, shortened; undecodable bytes are shown as `<8F A2>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Named values for the catalogue text, e.g. `expected` → `24`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(String, String)>,
}

impl Fault {
    /// A fault about the whole file.
    pub fn new(code: &str) -> Self {
        Fault { code: code.to_owned(), ..Fault::default() }
    }

    /// Adds a named value for the catalogue text.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.to_owned(), storable(&value.to_string()).into_owned()));
        self
    }

    /// Adds the values of a JSON object as named values, as findings of the database keep them.
    #[must_use]
    pub fn with_values(mut self, values: &Value) -> Self {
        for (name, value) in values.as_object().into_iter().flatten() {
            self = self.arg(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        self
    }

    /// Places the fault on a line.
    #[must_use]
    pub fn on_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Places the fault on bytes of the file.
    #[must_use]
    pub fn at_bytes(mut self, byte: u64, length: u32) -> Self {
        self.byte = Some(byte);
        self.length = Some(length);
        self
    }

    /// Names the field by id and Japanese name and its 1-based column.
    #[must_use]
    pub fn in_field(mut self, column: u32, id: &str, name: &str) -> Self {
        self.column = Some(column);
        self.field = Some(id.to_owned());
        self.field_name = Some(name.to_owned());
        self
    }

    /// Shows the offending value.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(storable(&value.into()).into_owned());
        self
    }

    /// Turns the fault into a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}
