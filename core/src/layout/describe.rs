//! A layout as a specification sheet: what stands where, for people who make or read such a file.

use std::fmt::Write;

use super::model::{Field, Kind, Layout, Total};
use super::names::{Auto, FieldType, Format, Header};
use super::width;
use crate::catalogue::{self, Lang};
use crate::words::{self, say};

/// One field of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRow {
    /// 1-based position in the record.
    pub position: usize,
    /// 0-based byte offset; fixed files only.
    pub offset: Option<usize>,
    /// Id: JSON key and SQL column.
    pub id: String,
    /// Japanese name.
    pub name: String,
    /// Type and, for dates and kana, forms or class.
    pub ty: String,
    /// `8`, `1–5`; with the unit that the format counts in.
    pub length: String,
    /// `●` always, `△` on a condition, `○` optional.
    pub required: &'static str,
    /// Constant, default, codes, bounds, check, total: what else is asked of the value.
    pub rules: Vec<Rule>,
    /// Evidence grade.
    pub grade: &'static str,
}

/// One rule of a field. What is written so in the file is a word of no language, and stands apart from what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A sentence.
    Words(String),
    /// A constant, a path.
    Verbatim(String),
    /// A value with what it is: `default 0`.
    Value(&'static str, String),
    /// Codes and their meanings, and whether there are more.
    Codes(Vec<(String, String)>, bool),
}

impl Rule {
    /// As one text.
    pub fn text(&self) -> String {
        match self {
            Rule::Words(text) | Rule::Verbatim(text) => text.clone(),
            Rule::Value(what, value) => format!("{what} {value}"),
            Rule::Codes(codes, more) => {
                let shown: Vec<String> = codes.iter().map(|(code, meaning)| format!("{code} {meaning}")).collect();
                format!("{}{}", shown.join(", "), if *more { " …" } else { "" })
            }
        }
    }
}

impl FieldRow {
    /// All rules in a row.
    pub fn rule(&self) -> String {
        self.rules.iter().map(Rule::text).collect::<Vec<_>>().join("; ")
    }
}

/// The fields of one kind of record, as rows.
pub fn rows(layout: &Layout, kind: &Kind, lang: Lang) -> Vec<FieldRow> {
    let fixed = layout.format == Format::Fixed;
    let row = |(index, field): (usize, &Field)| FieldRow {
        position: index + 1,
        offset: fixed.then_some(field.offset),
        id: field.id.clone(),
        name: field.name.clone(),
        ty: type_of(field, lang),
        length: length_of(field, fixed),
        required: required_of(field),
        rules: rules_of(layout, kind, field, lang),
        grade: field.grade.or(layout.grade).map_or("", |grade| grade.as_str()),
    };
    kind.fields.iter().enumerate().map(row).collect()
}

/// The whole sheet as text.
pub fn sheet(layout: &Layout, lang: Lang) -> String {
    let ja = lang == Lang::Ja;
    let say = |japanese: &'static str, english: &'static str| if ja { japanese } else { english };
    let mut out = String::new();
    let mut line = |text: String| {
        let _ = writeln!(out, "{}", text.trim_end());
    };
    line(format!("{}  {} {}  {}", layout.name, say("版", "version"), layout.version, words::layout_status(lang, layout.status)));
    let encodings: Vec<&str> = layout.encodings.iter().map(|encoding| encoding.as_str()).collect();
    let shape = match layout.format {
        Format::Csv if layout.csv.header == Header::Names => say("見出し行あり", "with header line").to_owned(),
        Format::Csv => say("見出し行なし", "without header line").to_owned(),
        Format::Fixed => format!("{} {}", layout.record_bytes, say("バイト", "bytes")),
        Format::Json => layout.json.items.to_string(),
        Format::Xml => layout.xml.rules.map_or_else(|| say("規則なし", "no rules").to_owned(), |rules| rules.to_string()),
    };
    line(format!("  {} ({shape}) · {} · {} {}", layout.format, encodings.join(" / "), say("改行", "newline"), layout.newline));
    for (label, text) in [
        (say("ファイル名", "file name"), &layout.file_name),
        (say("出典", "source"), &layout.source),
        (say("プロファイル", "profile"), &layout.profile),
    ] {
        if let Some(text) = text {
            line(format!("  {label}: {text}"));
        }
    }
    for kind in layout.kinds() {
        let tag = kind.tag.as_ref().map(|tag| format!(" [{tag}]")).unwrap_or_default();
        let group = if kind.repeat { say("・繰返しの組", ", repeating group") } else { "" };
        line(String::new());
        line(format!("{}{tag} {} ({}{group})", kind.name, kind.id, kind.occurs));
        table(&rows(layout, kind, lang), ja, &mut line);
    }
    out
}

fn table(rows: &[FieldRow], ja: bool, line: &mut impl FnMut(String)) {
    let fixed = rows.iter().any(|row| row.offset.is_some());
    let head: Vec<&str> = if ja {
        vec!["#", "位置", "項目ID", "項目", "型", "桁", "必須", "規則", "根拠"]
    } else {
        vec!["#", "byte", "id", "name", "type", "length", "must", "content", "grade"]
    };
    let mut cells: Vec<Vec<String>> = vec![head.into_iter().map(str::to_owned).collect()];
    for row in rows {
        cells.push(vec![
            row.position.to_string(),
            row.offset.map(|offset| offset.to_string()).unwrap_or_default(),
            row.id.clone(),
            row.name.clone(),
            row.ty.clone(),
            row.length.clone(),
            row.required.to_owned(),
            row.rule(),
            row.grade.to_owned(),
        ]);
    }
    let columns: Vec<usize> = (0..9).filter(|&column| column != 1 || fixed).collect();
    let wide = |column: &usize| cells.iter().map(|row| width::of(&row[*column])).max().unwrap_or(0);
    let widths: Vec<usize> = columns.iter().map(wide).collect();
    for row in &cells {
        let texts = columns.iter().zip(&widths).map(|(&column, &width)| width::pad(&row[column], width));
        line(format!("  {}", texts.collect::<Vec<_>>().join("  ")));
    }
}

fn type_of(field: &Field, lang: Lang) -> String {
    let name = catalogue::word("field_type", field.ty.as_str(), lang).unwrap_or_else(|| field.ty.as_str());
    match (field.ty, field.class, lang) {
        (FieldType::Kana, Some(class), Lang::Ja) => format!("{name}（{}）", catalogue::terms(class.as_str(), lang)),
        (FieldType::Kana, Some(class), Lang::En) => format!("{name} {}", class.as_str()),
        (FieldType::Date, ..) => {
            let forms: Vec<&str> = field.forms.iter().map(|form| form.as_str()).collect();
            let forms = forms.join(" / ");
            format!("{name} {}", if lang == Lang::Ja { catalogue::terms(&forms, lang) } else { forms })
        }
        _ => name.to_owned(),
    }
}

fn length_of(field: &Field, fixed: bool) -> String {
    let variable = !fixed && matches!(field.ty, FieldType::Digits) && field.min_len < field.len;
    match field.ty {
        FieldType::Decimal => format!("{}.{}", field.len, field.scale),
        _ if variable => format!("{}–{}", field.min_len, field.len),
        _ => field.len.to_string(),
    }
}

fn required_of(field: &Field) -> &'static str {
    match (field.must, &field.must_when) {
        (true, _) => "●",
        (false, Some(_)) => "△",
        (false, None) if field.ty == FieldType::Filler => "",
        (false, None) => "○",
    }
}

/// The rules of a field: in Japanese by the names of fields and kinds, in English by their ids.
fn rules_of(layout: &Layout, kind: &Kind, field: &Field, lang: Lang) -> Vec<Rule> {
    let named = |field: &'_ Field| if lang == Lang::Ja { field.name.clone() } else { field.id.clone() };
    let mut rules = Vec::new();
    let words = Rule::Words;
    if let Some(constant) = &field.constant {
        rules.push(Rule::Verbatim(format!("= {constant}")));
    }
    if let Some(default) = &field.default {
        rules.push(Rule::Value(say(lang, "既定値", "default"), default.clone()));
    }
    match field.auto {
        Some(Auto::Sequence) => rules.push(words("1, 2, 3 …".to_owned())),
        Some(Auto::LayoutVersion) => rules.push(words(format!("= {}", layout.version))),
        None => {}
    }
    if let Some(total) = &field.total {
        rules.push(words(total_of(layout, kind, total, lang)));
    }
    if let Some(condition) = &field.must_when {
        let (other, values) = (named(&kind.fields[condition.field]), condition.any_of.join("|"));
        rules.push(words(match lang {
            Lang::Ja => format!("{other} = {values} のとき必須"),
            Lang::En => format!("when {other} = {values}"),
        }));
    }
    if let Some(codes) = &field.codes {
        rules.push(Rule::Codes(codes.entries.iter().take(8).cloned().collect(), codes.entries.len() > 8));
    }
    if let Some(urgent) = kind.urgent.as_ref().filter(|urgent| kind.fields[urgent.field].id == field.id) {
        rules.push(Rule::Value(say(lang, "至急:", "urgent:"), urgent.any_of.join("|")));
    }
    match (field.min, field.max) {
        (Some(min), Some(max)) => rules.push(words(format!("{min}–{max}"))),
        (Some(min), None) => rules.push(words(format!("≥ {min}"))),
        (None, Some(max)) => rules.push(words(format!("≤ {max}"))),
        (None, None) => {}
    }
    if field.negative {
        rules.push(words("±".to_owned()));
    }
    if let Some(path) = &field.path {
        rules.push(Rule::Verbatim(path.clone()));
    }
    if let Some(choice) = &field.choice {
        let sign = if choice.others { "≠" } else { "=" };
        let value = format!("{} {sign} {}", choice.path, choice.any_of.join("|"));
        rules.push(Rule::Value(say(lang, "条件", "where"), value));
    }
    if let Some(check) = field.check {
        let name = if lang == Lang::Ja { catalogue::terms(check, lang) } else { check.to_owned() };
        rules.push(words(if field.check_warns {
            format!("{name}{}", say(lang, "（注意のみ）", " (warning)"))
        } else {
            name
        }));
    }
    rules
}

fn total_of(layout: &Layout, kind: &Kind, total: &Total, lang: Lang) -> String {
    let other = &layout.kinds()[total.kind];
    let named = |field: &Field| if lang == Lang::Ja { field.name.clone() } else { field.id.clone() };
    let summed = total.sum.map(|index| named(&other.fields[index]));
    let mut text = match (lang, summed) {
        (Lang::Ja, Some(field)) => format!("{}の{field}の合計", other.name),
        (Lang::Ja, None) => format!("{}の件数", other.name),
        (Lang::En, Some(field)) => format!("sum of {field} ({})", other.id),
        (Lang::En, None) => format!("count ({})", other.id),
    };
    for condition in &total.conditions {
        let _ = write!(text, " {} = {}", named(&other.fields[condition.field]), condition.any_of.join("|"));
    }
    for (here, _) in &total.matching {
        let of = named(&kind.fields[*here]);
        let _ = if lang == Lang::Ja { write!(text, "（{of}ごと）") } else { write!(text, " per {of}") };
    }
    text
}
