//! A layout as a specification sheet: what stands where, for people who make or read such a file.

use std::fmt::Write;

use super::model::{Field, Kind, Layout};
use super::names::{Auto, FieldType, Format, Header};
use super::width;
use crate::catalogue::Lang;
use crate::words;

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
    pub rule: String,
    /// Evidence grade.
    pub grade: &'static str,
}

/// The fields of one kind of record, as rows.
pub fn rows(layout: &Layout, kind: &Kind) -> Vec<FieldRow> {
    let fixed = layout.format == Format::Fixed;
    let row = |(index, field): (usize, &Field)| FieldRow {
        position: index + 1,
        offset: fixed.then_some(field.offset),
        id: field.id.clone(),
        name: field.name.clone(),
        ty: type_of(field),
        length: length_of(field, fixed),
        required: required_of(field),
        rule: rule_of(layout, kind, field),
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
        table(&rows(layout, kind), ja, &mut line);
    }
    out
}

fn table(rows: &[FieldRow], ja: bool, line: &mut impl FnMut(String)) {
    let fixed = rows.iter().any(|row| row.offset.is_some());
    let head: Vec<&str> = if ja {
        vec!["#", "位置", "id", "項目", "型", "桁", "必須", "内容", "根拠"]
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
            row.rule.clone(),
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

fn type_of(field: &Field) -> String {
    match (field.ty, field.class) {
        (FieldType::Kana, Some(class)) => format!("kana {}", class.as_str()),
        (FieldType::Date, _) => {
            let forms: Vec<&str> = field.forms.iter().map(|form| form.as_str()).collect();
            format!("date {}", forms.join(" / "))
        }
        (ty, _) => ty.to_string(),
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

fn rule_of(layout: &Layout, kind: &Kind, field: &Field) -> String {
    let mut rules = Vec::new();
    if let Some(constant) = &field.constant {
        rules.push(format!("= {constant}"));
    }
    if let Some(default) = &field.default {
        rules.push(format!("default {default}"));
    }
    match field.auto {
        Some(Auto::Sequence) => rules.push("1, 2, 3 …".to_owned()),
        Some(Auto::LayoutVersion) => rules.push(format!("= {}", layout.version)),
        None => {}
    }
    if let Some(total) = &field.total {
        let other = &layout.kinds()[total.kind];
        let of = total.sum.map_or_else(|| "count".to_owned(), |index| format!("sum of {}", other.fields[index].id));
        let mut text = format!("{of} ({})", other.id);
        for condition in &total.conditions {
            let _ = write!(text, " {} = {}", other.fields[condition.field].id, condition.any_of.join("|"));
        }
        for (here, _) in &total.matching {
            let _ = write!(text, " per {}", kind.fields[*here].id);
        }
        rules.push(text);
    }
    if let Some(condition) = &field.must_when {
        rules.push(format!("when {} = {}", kind.fields[condition.field].id, condition.any_of.join("|")));
    }
    if let Some(codes) = &field.codes {
        let shown: Vec<String> = codes.entries.iter().take(8).map(|(code, meaning)| format!("{code} {meaning}")).collect();
        rules.push(format!("{}{}", shown.join(", "), if codes.entries.len() > 8 { " …" } else { "" }));
    }
    if let Some(urgent) = kind.urgent.as_ref().filter(|urgent| kind.fields[urgent.field].id == field.id) {
        rules.push(format!("urgent: {}", urgent.any_of.join("|")));
    }
    match (field.min, field.max) {
        (Some(min), Some(max)) => rules.push(format!("{min}–{max}")),
        (Some(min), None) => rules.push(format!("≥ {min}")),
        (None, Some(max)) => rules.push(format!("≤ {max}")),
        (None, None) => {}
    }
    if field.negative {
        rules.push("±".to_owned());
    }
    if let Some(path) = &field.path {
        rules.push(path.clone());
    }
    if let Some(choice) = &field.choice {
        let sign = if choice.others { "≠" } else { "=" };
        rules.push(format!("where {} {sign} {}", choice.path, choice.any_of.join("|")));
    }
    if let Some(check) = field.check {
        rules.push(if field.check_warns { format!("{check} (warning)") } else { check.to_owned() });
    }
    rules.join("; ")
}
