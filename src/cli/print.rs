//! What commands print. Tables for people, JSON for scripts; widths count East Asian characters.

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle, presets};
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::{Fault, Severity};
use renkei_core::money::Yen;
use renkei_producers::Stage;
use renkei_producers::delivery::Unpacked;

/// No frame, one line under the heading: narrow, and easy to copy from.
const STYLE: TableStyle = presets::NOTHING.header_separator(LineStyle::new(' ', '─', ' ', ' '));

/// A table with a heading; columns whose heading starts with `>` are right-aligned.
pub(crate) fn table(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.iter().map(|heading| Cell::new(heading.trim_start_matches('>'))));
    let right: Vec<bool> = headings.iter().map(|heading| heading.starts_with('>')).collect();
    for row in rows {
        let cells = row.into_iter().enumerate().map(|(index, text)| {
            let cell = Cell::new(text);
            if right.get(index).copied().unwrap_or(false) { cell.set_alignment(CellAlignment::Right) } else { cell }
        });
        table.add_row(cells);
    }
    table.to_string()
}

pub(crate) use renkei_core::words::say;

/// One fault as lines: where, what, what to do.
pub(crate) fn fault(lang: Lang, fault: &Fault) -> String {
    let mut place = Vec::new();
    let mut add = |label: &str, value: Option<String>| {
        if let Some(value) = value {
            place.push(format!("{label} {value}"));
        }
    };
    add(say(lang, "行", "line"), fault.line.map(|v| v.to_string()));
    add(say(lang, "列", "column"), fault.column.map(|v| v.to_string()));
    add(say(lang, "バイト", "byte"), fault.byte.map(|v| v.to_string()));
    add(say(lang, "項目", "field"), fault.field_name.clone());
    let kind = match fault.severity {
        Severity::Error => say(lang, "誤り", "error"),
        Severity::Warning => say(lang, "注意", "warning"),
    };
    let mut text = format!("{kind} [{}] {}\n  {}", fault.code, place.join(" · "), catalogue::text(fault, lang));
    let remedy = catalogue::remedy(fault, lang);
    if !remedy.is_empty() {
        text.push_str(&format!("\n  → {remedy}"));
    }
    text
}

/// How a delivery ended, in a word.
pub(crate) fn delivered(lang: Lang, stage: Stage) -> &'static str {
    match stage {
        Stage::Published => say(lang, "受け付けました", "accepted"),
        Stage::Unpacked => say(lang, "展開しました", "unpacked"),
        Stage::Refused | Stage::Rejected => say(lang, "却下しました", "rejected"),
        Stage::Claimed | Stage::Validated | Stage::Opened => say(lang, "処理中です", "under way"),
    }
}

/// A document that came with a file.
pub(crate) fn document(lang: Lang, name: &str, bytes: u64) -> String {
    format!("  {}: {name} · {bytes} {}", say(lang, "証拠書類", "document"), say(lang, "バイト", "bytes"))
}

/// One file of an archive and how it ended.
pub(crate) fn member(lang: Lang, member: &Unpacked) -> String {
    let Unpacked { delivery, file, stage, records, yen, faults_total } = member;
    let (state, yen) = (delivered(lang, *stage), Yen(*yen));
    match lang {
        Lang::Ja => format!("  {file}: {state} · {delivery} {records} レコード · {yen} 円 · 誤り {faults_total} 件"),
        Lang::En => format!("  {file}: {state} · {delivery} {records} records · {yen} yen · {faults_total} error(s)"),
    }
}

/// An item that could not go into a file, as a sentence from the catalogue.
pub(crate) fn refusal(lang: Lang, refusal: &renkei_consumers::outbound::Refusal) -> String {
    let item = match (&refusal.object, refusal.object_id) {
        (Some(object), Some(id)) => format!("{object} {id} "),
        _ => String::new(),
    };
    format!("{item}{}", sentence(lang, &refusal.code, &refusal.detail))
}

/// The sentence of a code with its values, and what to do.
pub(crate) fn sentence(lang: Lang, code: &str, detail: &serde_json::Value) -> String {
    let fault = Fault::new(code).with_values(detail);
    format!("[{code}] {}\n  → {}", catalogue::text(&fault, lang), catalogue::remedy(&fault, lang))
}
