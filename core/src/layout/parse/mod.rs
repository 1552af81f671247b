//! TOML to checked types. Every fault of the file is found before the first one is reported.

mod cross;
mod field;
mod kind;
mod profile;
mod xml;

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::LayoutErrors;
use super::model::{CodeTable, CsvOptions, JsonOptions, Kind, Layout, Limits, Suspicion};
use super::names::{self, Format, Grade, Header, Items, Newline, Quote, Readers, Status};
use crate::charset::Encoding;
use crate::walk::{self, Faults, Section};

/// Most records of a file whose layout does not say.
const RECORDS_MAX: u64 = 5_000_000;
/// Most bytes of one record whose layout does not say: longer lines are a lost line end or quotation mark.
const RECORD_BYTES_MAX: usize = 1 << 20;
/// Deepest nesting of a document whose layout does not say: business documents have about ten levels.
const DEPTH_MAX: usize = 32;
/// Most attributes of one element whose layout does not say: a document element declares a handful of namespaces.
const ATTRIBUTES_MAX: usize = 32;
/// Most bytes of one tag or value whose layout does not say.
const VALUE_BYTES_MAX: usize = 64 << 10;
/// Most attachments of a document whose layout does not say.
const ATTACHMENTS_MAX: usize = 100;
/// Most bytes of one attachment whose layout does not say: a scan of some dozen pages.
const ATTACHMENT_BYTES_MAX: u64 = 20 << 20;

impl Layout {
    /// Reads a layout file. `origin` is what error texts call it. Every fault of the file is reported at once.
    ///
    /// # Errors
    /// All faults of the file with their lines.
    pub fn parse(toml: &str, origin: &str) -> Result<Layout, LayoutErrors> {
        build(toml, None, origin)
    }

    /// The same layout with a profile applied (`docs/LAYOUTS.md`, profiles).
    ///
    /// # Errors
    /// All faults of the profile and of the layout it makes.
    pub fn with_profile(&self, profile: &str) -> Result<Layout, LayoutErrors> {
        build(&self.toml, Some(profile), &self.origin)
    }

    /// The layout variant a profile lies over (`base = "…"`); `None`: the folder's first.
    pub fn base_of_profile(profile: &str) -> Option<String> {
        profile::base(profile)
    }
}

fn build(base: &str, profile: Option<&str>, origin: &str) -> Result<Layout, LayoutErrors> {
    let mut faults = Faults::new(base, profile);
    let (mut document, errors) = DeTable::parse_recoverable(base);
    for error in &errors {
        faults.at(error.span().map_or(0, |span| span.start), format!("not TOML: {}", error.message()));
    }
    // Padding gives the profile's offsets a range of their own; see `Faults`.
    let padded = profile.map(|text| format!("{}\n{text}", " ".repeat(base.len())));
    let mut profile_name = None;
    let mut values = BTreeMap::new();
    if let Some(padded) = &padded {
        let (overrides, errors) = DeTable::parse_recoverable(padded);
        for error in &errors {
            faults.at(error.span().map_or(base.len() + 1, |span| span.start), format!("not TOML: {}", error.message()));
        }
        let place = overrides.span().start.max(base.len() + 1);
        (profile_name, values) = profile::apply(document.get_mut(), overrides.into_inner(), place, &mut faults);
    }
    if !faults.is_empty() {
        return Err(faults.into_errors(origin));
    }
    let layout = document_to_layout(document.get_ref(), &mut faults);
    let Some(mut layout) = layout.filter(|_| faults.is_empty()) else { return Err(faults.into_errors(origin)) };
    layout.values.extend(values);
    layout.profile = profile_name;
    layout.toml = Arc::from(base);
    layout.origin = Arc::from(origin);
    layout.digest = digest(base, profile);
    Ok(layout)
}

fn digest(base: &str, profile: Option<&str>) -> String {
    let mut hasher = Sha256::new();
    hasher.update(base.as_bytes());
    if let Some(profile) = profile {
        // A byte that no TOML file holds keeps the two texts apart.
        hasher.update([0]);
        hasher.update(profile.as_bytes());
    }
    hex::encode(hasher.finalize())
}

fn document_to_layout(document: &DeTable<'_>, faults: &mut Faults<'_>) -> Option<Layout> {
    let mut root = Section::new(document, 0, walk::ROOT);
    let Some(mut head) = root.table(faults, "layout") else {
        faults.at(0, "the table [layout] is missing");
        return None;
    };
    let format = head.word(faults, "format", Format::ALL);
    if format.is_none() && head.value("format").is_none() {
        faults.at(head.place, "layout: `format` is missing");
    }
    let format = format.unwrap_or(Format::Csv);
    let encodings = encodings(&mut head, faults);
    let mut layout = Layout {
        name: head.required(faults, "name"),
        version: head.required(faults, "version"),
        status: head.word(faults, "status", Status::ALL).unwrap_or(Status::Provisional),
        grade: head.word(faults, "grade", Grade::ALL),
        source: head.string(faults, "source"),
        format,
        encodings,
        newline: head.word(faults, "newline", Newline::ALL).unwrap_or(Newline::Crlf),
        final_1a: head.flag(faults, "final_1a"),
        file_name: head.string(faults, "file_name"),
        csv: csv_options(root.table(faults, "csv"), faults),
        record_bytes: fixed_bytes(root.table(faults, "fixed"), faults),
        json: json_options(root.table(faults, "json"), faults),
        xml: xml::options(root.table(faults, "xml"), format, faults),
        limits: limits(root.table(faults, "limits"), format, faults),
        suspicion: Suspicion { ocr: head.flag(faults, "ocr"), impersonal: head.flag(faults, "impersonal") },
        personal: head.flag(faults, "personal"),
        values: BTreeMap::new(),
        profile: None,
        kinds: Vec::new(),
        toml: Arc::from(""),
        origin: Arc::from(""),
        digest: String::new(),
    };
    let head_place = head.place;
    head.finish(faults);
    if let Some(value) = root.value("values") {
        match value.get_ref().as_table() {
            Some(table) => layout.values = walk::scalars(table, faults),
            None => faults.at(value.span().start, "`values` must be a table: [values]"),
        }
    }
    let codes = code_tables(&mut root, faults);
    layout.kinds = kinds(&mut root, &codes, &layout, faults);
    root.finish(faults);
    cross::check_layout(&layout, head_place, faults);
    xml::link(&mut layout, head_place, faults);
    Some(layout)
}

fn encodings(head: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> Vec<Encoding> {
    let found = head.words(faults, "encoding", names::ENCODINGS).unwrap_or_default();
    if found.is_empty() && head.value("encoding").is_none() {
        faults.at(head.place, "layout: `encoding` is missing");
    }
    found
}

fn csv_options(section: Option<Section<'_, '_>>, faults: &mut Faults<'_>) -> CsvOptions {
    let mut options = CsvOptions { header: Header::Names, quote: Quote::Minimal, readers: Readers::Machine };
    if let Some(mut section) = section {
        options.header = section.word(faults, "header", Header::ALL).unwrap_or(options.header);
        options.quote = section.word(faults, "quote", Quote::ALL).unwrap_or(options.quote);
        options.readers = section.word(faults, "readers", Readers::ALL).unwrap_or(options.readers);
        section.finish(faults);
    }
    options
}

fn fixed_bytes(section: Option<Section<'_, '_>>, faults: &mut Faults<'_>) -> usize {
    let Some(mut section) = section else { return 0 };
    let bytes = section.size(faults, "record_bytes", 1);
    section.finish(faults);
    bytes.unwrap_or(0)
}

fn json_options(section: Option<Section<'_, '_>>, faults: &mut Faults<'_>) -> JsonOptions {
    let mut options = JsonOptions { items: Items::Array, map_key: None, open: false, empty_lists: false };
    if let Some(mut section) = section {
        options.items = section.word(faults, "items", Items::ALL).unwrap_or(options.items);
        options.map_key = section.string(faults, "map_key");
        options.open = section.flag(faults, "open");
        options.empty_lists = section.flag(faults, "empty_lists");
        section.finish(faults);
    }
    options
}

fn limits(section: Option<Section<'_, '_>>, format: Format, faults: &mut Faults<'_>) -> Limits {
    let mut limits = Limits {
        records_max: RECORDS_MAX,
        record_bytes_max: RECORD_BYTES_MAX,
        depth_max: DEPTH_MAX,
        attributes_max: ATTRIBUTES_MAX,
        value_bytes_max: VALUE_BYTES_MAX,
        attachments_max: ATTACHMENTS_MAX,
        attachment_bytes_max: ATTACHMENT_BYTES_MAX,
    };
    let Some(mut section) = section else { return limits };
    if let Some(records) = section.size(faults, "records_max", 1) {
        limits.records_max = records as u64;
    }
    limits.record_bytes_max = section.size(faults, "record_bytes_max", 1).unwrap_or(limits.record_bytes_max);
    if format == Format::Xml {
        limits.depth_max = section.size(faults, "depth_max", 1).unwrap_or(limits.depth_max);
        limits.attributes_max = section.size(faults, "attributes_max", 1).unwrap_or(limits.attributes_max);
        limits.value_bytes_max = section.size(faults, "value_bytes_max", 64).unwrap_or(limits.value_bytes_max);
        limits.attachments_max = section.size(faults, "attachments_max", 1).unwrap_or(limits.attachments_max);
        if let Some(bytes) = section.size(faults, "attachment_bytes_max", 1) {
            limits.attachment_bytes_max = bytes as u64;
        }
    }
    section.finish(faults);
    limits
}

fn code_tables(root: &mut Section<'_, '_>, faults: &mut Faults<'_>) -> BTreeMap<String, Arc<CodeTable>> {
    let mut tables = BTreeMap::new();
    let Some(codes) = root.value("codes") else { return tables };
    let Some(named) = codes.get_ref().as_table() else {
        faults.at(codes.span().start, "`codes` must hold tables: [codes.<name>]");
        return tables;
    };
    for (name, value) in named {
        let Some(table) = value.get_ref().as_table() else {
            faults.at(value.span().start, format!("codes.{} must be a table", name.get_ref()));
            continue;
        };
        let what = format!("codes.{}", name.get_ref());
        let mut entries = Vec::new();
        for (code, meaning, place) in Section::new(table, value.span().start, what.clone()).entries(faults) {
            if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
                faults.at(place, format!("{what}: the code \"{code}\" must be printable ASCII"));
            }
            entries.push((code, meaning.join(" ")));
        }
        if entries.is_empty() {
            faults.at(value.span().start, format!("{what}: the table is empty"));
        }
        let name = name.get_ref().to_string();
        tables.insert(name.clone(), Arc::new(CodeTable::new(name, entries)));
    }
    tables
}

fn kinds(
    root: &mut Section<'_, '_>,
    codes: &BTreeMap<String, Arc<CodeTable>>,
    layout: &Layout,
    faults: &mut Faults<'_>,
) -> Vec<Arc<Kind>> {
    let tables = root.tables(faults, "record");
    if tables.is_empty() {
        faults.at(0, "no [[record]]: a layout needs at least one kind of record");
    }
    let mut drafts: Vec<kind::Draft> =
        tables.into_iter().map(|(table, place)| kind::parse(table, place, codes, layout, faults)).collect();
    kind::link(&mut drafts, layout, faults);
    drafts.into_iter().map(|draft| Arc::new(draft.kind)).collect()
}
