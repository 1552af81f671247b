//! A layout as checked types. Built only by `Layout::parse`; nothing in here is a string that must be checked again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::names::{
    Auto, Blank, EmptyElements, FieldType, Format, Grade, Header, Items, Newline, Occurs, Pad, Quote, Readers, Rules, Status,
};
use super::paths::Paths;
use crate::calendar::DateForm;
use crate::charset::Encoding;
use crate::charset::kana::KanaClass;

/// How bytes and named fields of one file shape correspond.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Name shown to people.
    pub name: String,
    /// Raised with every change of shape.
    pub version: String,
    /// Whether the partner's own sheet is behind it.
    pub status: Status,
    /// Evidence grade of the whole.
    pub grade: Option<Grade>,
    /// Where the shape comes from.
    pub source: Option<String>,
    /// Shape of the file.
    pub format: Format,
    /// Accepted encodings in order; writing uses the first.
    pub encodings: Vec<Encoding>,
    /// What stands between records.
    pub newline: Newline,
    /// A 0x1A after the last record: written if true, accepted only if true.
    pub final_1a: bool,
    /// Naming pattern of the file.
    pub file_name: Option<String>,
    /// CSV options (defaults when the format is another).
    pub csv: CsvOptions,
    /// Bytes of every record of a fixed file; 0 for other formats.
    pub record_bytes: usize,
    /// JSON options (defaults when the format is another).
    pub json: JsonOptions,
    /// XML options (defaults when the format is another).
    pub xml: XmlOptions,
    /// Bounds of one file.
    pub limits: Limits,
    /// What its readers look for behind a value that is refused.
    pub suspicion: Suspicion,
    /// Its records tell of named persons what nobody but the receiver is to read: they are not shown on a page or in a terminal.
    pub personal: bool,
    /// Settings that SQL reads (from the profile).
    pub values: BTreeMap<String, String>,
    /// Name of the applied profile.
    pub profile: Option<String>,
    pub(super) kinds: Vec<Arc<Kind>>,
    pub(super) toml: Arc<str>,
    pub(super) origin: Arc<str>,
    pub(super) digest: String,
}

/// What may be behind a value that is refused, so that the fault says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Suspicion {
    /// The values were read from paper by a machine: a letter that looks like a digit is named.
    pub ocr: bool,
    /// The file speaks of no person: names, 個人番号 and further columns are refused as such, and not repeated in the fault.
    pub impersonal: bool,
}

/// Options of a CSV file.
#[derive(Debug, Clone, Copy)]
pub struct CsvOptions {
    /// First line.
    pub header: Header,
    /// Quoting.
    pub quote: Quote,
    /// For whom it is made.
    pub readers: Readers,
}

impl CsvOptions {
    /// Whether texts of this field that look like a formula are marked. Constants are the layout's own, numbers and days cannot run.
    pub fn marks(&self, field: &Field) -> bool {
        let text = matches!(field.ty, FieldType::Code | FieldType::Ascii | FieldType::Text | FieldType::Kana);
        self.readers == Readers::People && text && field.constant.is_none()
    }
}

/// Options of a JSON file.
#[derive(Debug, Clone)]
pub struct JsonOptions {
    /// How records lie in the file.
    pub items: Items,
    /// `items = "map"`: id of the field that equals the key of the object.
    pub map_key: Option<String>,
    /// Keys that the layout does not name are ignored instead of refused.
    pub open: bool,
    /// Writing: a list without records is written as `[]` instead of left out.
    pub empty_lists: bool,
}

/// Options of an XML document.
#[derive(Debug, Clone)]
pub struct XmlOptions {
    /// Prefixes that the layout's paths use, with their namespaces. The document may use others.
    pub namespaces: BTreeMap<String, String>,
    /// What an empty element is.
    pub empty_elements: EmptyElements,
    /// Rules beyond the fields.
    pub rules: Option<Rules>,
    /// Where records and fields lie.
    pub(super) paths: Arc<Paths>,
}

/// Bounds of one file, each with a default.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most records in a file.
    pub records_max: u64,
    /// Most bytes of one record (CSV line, JSON element).
    pub record_bytes_max: usize,
    /// XML: deepest nesting of elements.
    pub depth_max: usize,
    /// XML: most attributes of an element, namespace declarations included.
    pub attributes_max: usize,
    /// XML: most bytes of one tag, or of the text of one value.
    pub value_bytes_max: usize,
    /// XML: most attachments.
    pub attachments_max: usize,
    /// XML: most bytes of one attachment, decoded.
    pub attachment_bytes_max: u64,
}

/// One kind of record.
#[derive(Debug, Clone)]
pub struct Kind {
    /// `snake_case` id; `staged_<id>` in SQL.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Value of the first field (CSV, JSON) or of the first bytes (fixed) that marks this kind.
    pub tag: Option<String>,
    /// How often it occurs.
    pub occurs: Occurs,
    /// Part of the group that may occur again.
    pub repeat: bool,
    /// Index of the field whose value is the record's yen.
    pub amount: Option<usize>,
    /// Indexes of the fields of the natural key; empty when there is none.
    pub key: Vec<usize>,
    /// A repeated natural key is refused even when the records are identical.
    pub key_unique: bool,
    /// Indexes of the fields whose last digits number the records: what sample files count up.
    pub serial: Vec<usize>,
    /// Records that wait for no other: in a file that is refused, the sound ones go on by themselves.
    pub urgent: Option<Condition>,
    /// Index of the kind this one is nested in (JSON, XML).
    pub parent: Option<usize>,
    /// JSON: key of the list inside the parent. XML: path of the element, from the parent's or from the document's beginning.
    pub path: Option<String>,
    /// Code of the catalogue to report when the kind is missing.
    pub fault: Option<String>,
    /// The fields in file order.
    pub fields: Vec<Field>,
}

/// One field of a kind.
#[derive(Debug, Clone)]
pub struct Field {
    /// `snake_case` id: JSON key and SQL column.
    pub id: String,
    /// Japanese name: CSV header cell, JSON key of a `json` file.
    pub name: String,
    /// Type.
    pub ty: FieldType,
    /// Most characters or digits; fixed: exactly this many bytes.
    pub len: usize,
    /// Fewest digits.
    pub min_len: usize,
    /// `decimal`: most digits after the point.
    pub scale: usize,
    /// Byte offset in a fixed record.
    pub offset: usize,
    /// Always required.
    pub must: bool,
    /// Required when an earlier field has one of these values.
    pub must_when: Option<Condition>,
    /// Always this value.
    pub constant: Option<String>,
    /// Value of an empty field.
    pub default: Option<String>,
    /// Allowed values.
    pub codes: Option<Arc<CodeTable>>,
    /// Other values than those of `codes` are only warned about.
    pub codes_open: bool,
    /// Least number.
    pub min: Option<i64>,
    /// Greatest number.
    pub max: Option<i64>,
    /// Negative numbers allowed.
    pub negative: bool,
    /// `△ ▲ (…)` accepted as minus when reading.
    pub negative_marks: bool,
    /// Accepted written forms of a date; the first is written.
    pub forms: Vec<DateForm>,
    /// Kana class.
    pub class: Option<KanaClass>,
    /// The kana ｦ is allowed in names.
    pub kana_wo: bool,
    /// The full stop is allowed in names.
    pub kana_dot: bool,
    /// Named check, see [`crate::codes::check`].
    pub check: Option<&'static str>,
    /// A failing check only warns.
    pub check_warns: bool,
    /// Filling of a fixed field.
    pub pad: Pad,
    /// Form of an absent number in a fixed field.
    pub blank: Blank,
    /// Computed count or sum.
    pub total: Option<Total>,
    /// What a copy for a sample file holds instead of the model's value: `a + kind.b - 3`.
    pub sample: Option<String>,
    /// Value made by the program.
    pub auto: Option<Auto>,
    /// What may be behind a refused value; the layout's.
    pub suspicion: Suspicion,
    /// XML: path of the element or attribute, from the record's element.
    pub path: Option<String>,
    /// Attachment: earlier fields that hold its file name and its media type.
    pub labels: Option<Labels>,
    /// XML: which of several elements on the path is meant.
    pub choice: Option<Choice>,
    /// Code of the catalogue to report instead of the general one for whatever is wrong with the field.
    pub fault: Option<String>,
    /// It stands for a run of columns whose captions are data, see [`Layout::spread_over`].
    pub spread: bool,
    /// Evidence grade.
    pub grade: Option<Grade>,
    /// `,"id":` ready for JSON.
    pub(super) json_key: Box<[u8]>,
}

/// `must_when`, `urgent`: a field of the same record has one of the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Index of the field.
    pub field: usize,
    /// The values.
    pub any_of: Vec<String>,
}

/// What an attachment is called, by index of an earlier field of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labels {
    /// Field of the file name.
    pub file_name: usize,
    /// Field of the media type.
    pub media_type: usize,
}

/// XML: the element that counts has this value beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// `@name`: an attribute of the value's own element; else a path from the element that holds the value.
    pub path: String,
    /// The values.
    pub any_of: Vec<String>,
    /// Any value but these (`not_in`).
    pub others: bool,
}

impl Choice {
    /// Whether an element with this value beside it counts.
    pub fn takes(&self, value: &str) -> bool {
        self.any_of.iter().any(|any| any == value) != self.others
    }
}

/// A named list of codes with their meanings, in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeTable {
    /// Name of the table.
    pub name: String,
    /// Code and meaning.
    pub entries: Vec<(String, String)>,
    sorted: Vec<Box<[u8]>>,
}

impl CodeTable {
    pub(super) fn new(name: String, entries: Vec<(String, String)>) -> Self {
        let mut sorted: Vec<Box<[u8]>> = entries.iter().map(|(code, _)| code.as_bytes().into()).collect();
        sorted.sort();
        CodeTable { name, entries, sorted }
    }

    /// Whether the code is in the table.
    pub fn contains(&self, code: &[u8]) -> bool {
        self.sorted.binary_search_by(|known| known.as_ref().cmp(code)).is_ok()
    }

    /// Whether the codes are `true` and `false`: JSON then also writes them without quotation marks.
    pub fn is_flag(&self) -> bool {
        self.contains(b"true") && self.contains(b"false")
    }

    /// The meaning of a code.
    pub fn meaning(&self, code: &str) -> Option<&str> {
        self.entries.iter().find(|(known, _)| known == code).map(|(_, meaning)| meaning.as_str())
    }
}

/// A count or sum over records of another kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// Index of the kind whose records are counted.
    pub kind: usize,
    /// Index of the summed field; `None` counts records.
    pub sum: Option<usize>,
    /// Only records whose fields have these values.
    pub conditions: Vec<Condition>,
    /// Pairs (field here, field there) that must be equal; an empty field here matches every value.
    pub matching: Vec<(usize, usize)>,
    /// Covers the group it stands in instead of the file.
    pub per_group: bool,
}

impl Layout {
    /// The kinds of record in file order. Nested kinds (JSON) stand after their parent.
    pub fn kinds(&self) -> &[Arc<Kind>] {
        &self.kinds
    }

    /// The kind with this id and its index.
    pub fn kind(&self, id: &str) -> Option<(usize, &Arc<Kind>)> {
        self.kinds.iter().enumerate().find(|(_, kind)| kind.id == id)
    }

    /// Whether records of messages are taken in this layout; of documents with attachments only the file is whole.
    pub fn takes_messages(&self) -> bool {
        self.format != Format::Xml
    }

    /// SHA-256 (hex) of the layout file and the applied profile.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Where the layout came from, as given to [`Layout::parse`].
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Kind {
    /// The carried fields: id and SQL type, in file order (fillers are left out).
    pub fn sql_columns(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.fields.iter().filter_map(|field| Some((field.id.as_str(), field.ty.sql_type()?)))
    }

    /// Index of the field with this id.
    pub fn field(&self, id: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.id == id)
    }

    /// Whether a writer can make the record without being given values.
    pub fn makes_itself(&self) -> bool {
        self.occurs == Occurs::One && self.parent.is_none() && self.fields.iter().all(Field::makes_itself)
    }
}

impl Field {
    /// The column type of a temp table, or `None` for a filler.
    pub fn sql_type(&self) -> Option<&'static str> {
        self.ty.sql_type()
    }

    /// Whether a writer knows the value, or may leave it out.
    pub fn makes_itself(&self) -> bool {
        self.constant.is_some()
            || self.default.is_some()
            || self.auto.is_some()
            || self.total.as_ref().is_some_and(|total| total.matching.is_empty())
            || self.ty == FieldType::Filler
            || (!self.must && self.must_when.is_none())
    }
}
