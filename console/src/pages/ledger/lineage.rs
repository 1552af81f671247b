//! 由来: from a ledger line, an order, a record of an outgoing file back to message, batch, line and bytes, and forward to the files that
//! carry it.

use std::sync::Arc;

use axum::extract::{Path, State};
use maud::{Markup, html};
use renkei_consumers::ledger::lineage::{self, About, Carrier, Lineage, LineageError, Place, Source, SourceRecord};
use renkei_core::charset::{self, Encoding};
use renkei_core::layout::Kind;
use renkei_core::words::{self, say};

use super::super::seen;
use super::{Tab, order, tabs, whole};
use crate::access::Person;
use crate::desk::Desk;
use crate::html::{Nav, Page, Tone, badge, called, count, file_badge, frame, record, topic, when};
use crate::pages::batch::{choose, table as journal};
use crate::refusal::{Answer, Refusal};

/// What can be asked for by its number. Pay of one person is not among them: it is shown nowhere.
const TRACED: [&str; 9] = [
    "payment_order",
    "staff_payment",
    "receipt",
    "settlement",
    "assessment",
    "clearing",
    "slip_notice",
    "contract",
    "payroll_deduction",
];

/// The page of a thing, where it has one.
pub(crate) fn address(object: &str, id: i64) -> Option<String> {
    TRACED.contains(&object).then(|| format!("/ledger/lineage/{object}/{id}"))
}

/// From a ledger line back to message, batch, line and bytes.
pub(crate) async fn line(State(desk): State<Arc<Desk>>, person: Person, Path((entry, line)): Path<(i64, i64)>) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    let lineage = answered(lineage::of_line(&desk.pool, &desk.archive, entry, line).await)?;
    let title = format!("{} {entry} · {} {line}", say(lang, "由来 伝票", "Lineage of entry"), say(lang, "行", "line"));
    page(&desk, &person, &lineage, &title, ("entry", &format!("{entry}/{line}")), html! {}).await
}

/// The same for a thing: a payment order, a receipt, what somebody settled.
pub(crate) async fn object(State(desk): State<Arc<Desk>>, person: Person, Path((object, id)): Path<(String, i64)>) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    if !TRACED.contains(&object.as_str()) {
        return Err(Refusal::not_found());
    }
    let about = About { object, object_id: id };
    let lineage = answered(lineage::of_object(&desk.pool, &desk.archive, &about).await)?;
    let name = lineage.name.clone().unwrap_or_else(|| id.to_string());
    let title = format!("{} {} {name}", say(lang, "由来", "Lineage of"), words::claim_object(lang, &about.object));
    let now = if about.object == "payment_order" {
        let full = lineage.sources.iter().any(|source| uncovered(&person, source));
        order::now(&desk, &person, id, full).await?
    } else {
        html! {}
    };
    page(&desk, &person, &lineage, &title, (&about.object, &name), now).await
}

fn answered(found: Result<Lineage, LineageError>) -> Answer<Lineage> {
    match found {
        Ok(lineage) => Ok(lineage),
        Err(LineageError::Unknown { .. } | LineageError::NoSuch { .. }) => Err(Refusal::not_found()),
        Err(LineageError::Database(error)) => Err(error.into()),
        Err(LineageError::Archive(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "an original cannot be read");
            Err(Refusal::sentence(
                "原本を読み出せません。システム管理者に連絡してください。",
                "The original cannot be read; tell the system's administrator.",
            ))
        }
    }
}

async fn page(desk: &Desk, person: &Person, lineage: &Lineage, title: &str, seen_as: (&str, &str), now: Markup) -> Answer {
    let lang = person.lang;
    // What a person chose for a line stands beside what it says.
    let mut chosen = Vec::new();
    for source in &lineage.sources {
        chosen.push(match source.place.line {
            Some(line) => desk.intake.choices(source.place.batch, line).await?,
            None => Vec::new(),
        });
    }
    if lineage.sources.iter().any(|source| uncovered(person, source)) {
        seen::note(desk, person, seen_as, "lineage").await?;
    }
    let released = lineage.origin.as_ref().and_then(|origin| origin.exported);
    let body = html! {
        (tabs(lang, Tab::Entries))
        (now)
        @for chosen in chosen.iter().filter(|chosen| !chosen.is_empty()) { (choose::history(lang, chosen)) }
        @if let Some(file) = released { p { (say(lang, "送出ファイルの払出しによる仕訳", "Booked by the release of an outgoing file")) " " a href={ "/exports/" (file) } { (say(lang, "送出ファイル", "file")) " " (file) } } }
        @if lineage.sources.is_empty() { p.hint { (say(lang, "受け付けたファイルによるものではありません（職員の操作、またはマスタ）。", "No file brought it: a person decided, or it is a master.")) } }
        @for (nth, source) in lineage.sources.iter().enumerate() {
            @if nth == 0 { (of_source(desk, person, source)) }
            @else { details { summary { (say(lang, "受付", "Batch")) " " (source.place.batch) @if let Some(line) = source.place.line { " · " (say(lang, "行", "line")) " " (line) } } (of_source(desk, person, source)) } }
        }
        section.panel { h2 { (say(lang, "仕訳", "Journal")) }
            @if lineage.lines.is_empty() { p.hint { (say(lang, "仕訳はありません。", "Nothing is booked about it.")) } }
            @else { (journal(person, &lineage.lines)) }
        }
        section.panel { h2 { (say(lang, "送出ファイル", "Outgoing files that carry it")) }
            @if lineage.carriers.is_empty() { p.hint { (say(lang, "送出ファイルには含まれていません。", "No outgoing file carries it.")) } }
            @else { (carriers(desk, person, &lineage.carriers)) }
        }
    };
    Ok(frame(person, &Page::new(Nav::Ledger, title), body))
}

/// Whether they see names and accounts of a source: as on the page of a file that goes out.
fn uncovered(person: &Person, source: &Source) -> bool {
    seen::may_uncover(person, Some(&source.place.topic))
}

fn of_source(desk: &Desk, person: &Person, source: &Source) -> Markup {
    html! {
        (facts(desk, person, &source.place))
        (records(desk, person, source))
        (original(person, source))
    }
}

fn facts(desk: &Desk, person: &Person, place: &Place) -> Markup {
    let lang = person.lang;
    let line = place.line.unwrap_or(0);
    html! {
        dl.facts {
            dt { (say(lang, "連携", "Topic")) } dd { (topic(&desk.registry, lang, &place.topic)) }
            dt { (say(lang, "受付・行", "Batch, line")) }
            dd { a href={ "/batches/" (place.batch) "?line=" (line) "#records" } { (say(lang, "受付", "batch")) " " (place.batch) @if place.line.is_some() { " · " (say(lang, "行", "line")) " " (line) } } }
            dt { (say(lang, "ファイル", "File name")) } dd { (place.file) " · " (when(&place.received_at)) }
            dt { (say(lang, "受付番号", "Delivery")) } dd { code { (place.delivery) } }
            @if let (Some(message), Some(chunk)) = (&place.message, place.chunk) {
                dt { (say(lang, "メッセージ", "Message")) }
                dd { code { (message) } " (" (chunk) "/" (place.chunks) ")" @if let Some(at) = &place.staged_at { " · " (say(lang, "受入", "staged")) " " (when(at)) } }
            }
            dt { "SHA-256" } dd { code { (place.sha256) } }
            dt { (say(lang, "保管先", "Archive")) } dd { code { (place.archive) } }
        }
    }
}

/// The kind of a record, as the layout has it that the file was read by: layouts of a topic call other fields by other names.
fn kind_of<'d>(desk: &'d Desk, place: &Place, kind: &str) -> Option<&'d Kind> {
    let sides = desk.registry.sides().filter(|side| side.slug.as_str() == place.topic);
    let folders = sides.filter_map(|side| side.integration.as_ref());
    let layout = folders.filter_map(|folder| folder.layout(&place.layout)).next()?;
    layout.kinds().iter().find(|known| known.id == kind).map(Arc::as_ref)
}

fn records(desk: &Desk, person: &Person, source: &Source) -> Markup {
    let lang = person.lang;
    let kind = |found: &SourceRecord| kind_of(desk, &source.place, &found.kind);
    let full = uncovered(person, source);
    html! {
        @for found in &source.records {
            section.panel {
                h2 { (say(lang, "レコード", "Record")) " " (called(lang, &found.kind, kind(found).map(|kind| kind.name.as_str()))) " · " (say(lang, "バイト", "bytes")) " " (found.byte_offset) "–" (found.byte_offset + i64::from(found.byte_length)) }
                (record(lang, kind(found), &found.fields, full))
            }
        }
    }
}

/// The bytes hold names and accounts: they are for those who may see them in full.
fn original(person: &Person, source: &Source) -> Markup {
    let lang = person.lang;
    if source.bytes.is_empty() {
        return html! {};
    }
    if !uncovered(person, source) {
        return html! { p.hint { (seen::withheld(lang)) } };
    }
    let text = [Encoding::Utf8, Encoding::Cp932].into_iter().find_map(|encoding| charset::decode(encoding, &source.bytes).ok());
    html! {
        section.panel {
            h2 { (say(lang, "原本の該当部分", "The original says")) }
            @if let Some(text) = &text { pre { (text) } }
            details { summary { (say(lang, "16進表示", "Bytes")) } pre { (charset::hex_bytes(&source.bytes)) } }
        }
    }
}

fn carriers(desk: &Desk, person: &Person, found: &[Carrier]) -> Markup {
    let lang = person.lang;
    html! {
        table {
            thead { tr { th { (say(lang, "ファイル", "File")) } th { (say(lang, "連携", "Topic")) } th.number { (say(lang, "レコード", "Record")) } th { (say(lang, "状態", "State")) } th { (say(lang, "日時", "When")) } } }
            tbody { @for one in found { tr {
                td { a href={ "/exports/" (one.file) } { (one.name.as_deref().unwrap_or(&one.topic)) } " " span.hint { (one.file) } }
                td { (topic(&desk.registry, lang, &one.topic)) }
                td.number { @if let Some(seq) = one.record { a href={ "/exports/" (one.file) "?record=" (seq) "#items" } { (count(seq)) } } }
                td { (file_badge(lang, &one.state)) @if !one.live && one.state != "void" { " " (badge(Tone::Quiet, say(lang, "無効", "no longer"))) } }
                td { (when(&one.at)) }
            } } }
        }
    }
}
