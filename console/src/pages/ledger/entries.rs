use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::ledger::JournalLine;
use renkei_consumers::ledger::lineage::{self, Lineage, LineageError};
use renkei_core::catalogue::Lang;
use renkei_core::charset::{self, Encoding};
use renkei_core::words::say;
use sqlx::FromRow;

use super::super::seen;
use super::{Tab, tabs, whole};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, count, field, file_badge, frame, older, record, search, topic, when, yen};
use crate::pages::batch::table as journal;
use crate::refusal::{Answer, Refusal};

/// Entries of one page.
const ROWS: i64 = 50;
/// Postings of one page.
const POSTINGS: i64 = 250;

/// An export that carries what an entry is about.
#[derive(Debug, FromRow)]
struct Carried {
    file: i64,
    topic: String,
    name: Option<String>,
    state: String,
    at: String,
}

/// An entry in the list.
#[derive(Debug, FromRow)]
struct Listed {
    id: i64,
    event: String,
    rule: Option<String>,
    fiscal_year: i32,
    booked_on: String,
    fund: String,
    batch: Option<i64>,
    file: Option<i64>,
    actor: String,
    reverses: Option<i64>,
    postings: i64,
    yen: Option<i64>,
}

/// Entries, newest first; one by its number.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    whole(&person)?;
    if fields.some("entry").is_some() {
        return Ok(see_other(&format!("/ledger/entries/{}", fields.number("entry")?)));
    }
    let lang = person.lang;
    let before = fields.some("before").map(|text| text.parse::<i64>().map_err(|_| Refusal::value("before", text))).transpose()?;
    let entries: Vec<Listed> =
        sqlx::query_as(include_str!("../sql/entries.sql")).bind(before).bind(ROWS).fetch_all(&desk.pool).await?;
    let next = entries.last().filter(|_| i64::try_from(entries.len()).unwrap_or(0) == ROWS).map(|entry| entry.id);
    let body = html! {
        (tabs(lang, Tab::Entries))
        (search("/ledger/entries", html! {
            (field(say(lang, "伝票番号", "Entry"), "entry", html! { input id="entry" name="entry" type="search" inputmode="numeric" required; }))
            button type="submit" { (say(lang, "表示", "Show")) }
        }))
        @if entries.is_empty() { (html::empty(say(lang, "仕訳はまだありません。", "Nothing has been booked yet."))) }
        @else { (listed(lang, &entries)) }
        (older(&person, "/ledger/entries?", next))
    };
    Ok(frame(&person, &Page::new(Nav::Ledger, say(lang, "伝票", "Entries")), body).into_response())
}

fn listed(lang: Lang, entries: &[Listed]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th.number { (say(lang, "伝票", "Entry")) } th { (say(lang, "日付", "Day")) } th { (say(lang, "年度・会計", "Year, fund")) } th { (say(lang, "仕訳ルール", "Rule")) }
                th.number { (say(lang, "仕訳数", "Postings")) } th.number { (say(lang, "金額", "Yen")) } th { (say(lang, "由来", "From")) } th { (say(lang, "起票者", "By")) }
            } }
            tbody { @for entry in entries { tr {
                td.number { a href={ "/ledger/entries/" (entry.id) } { (entry.id) } } td { (entry.booked_on) } td { (entry.fiscal_year) " " (entry.fund) }
                td { @match entry.rule.as_ref().filter(|_| lang == Lang::Ja) { Some(rule) => (rule), None => code { (entry.event) } } @if let Some(original) = entry.reverses { " " (say(lang, "取消元", "reverses")) " " a href={ "/ledger/entries/" (original) } { (original) } } }
                // Of a large entry the first thousand are summed up; the page of the entry has all.
                @if entry.postings > 1000 { td.number { "1,000+" } td.number { "–" } }
                @else { td.number { (count(entry.postings)) } td.number { (yen(entry.yen.unwrap_or(0))) } }
                td { @if let Some(batch) = entry.batch { a href={ "/batches/" (batch) } { (say(lang, "受付", "batch")) " " (batch) } }
                     @if let Some(file) = entry.file { a href={ "/exports/" (file) } { (say(lang, "送出ファイル", "file")) " " (file) } } }
                td { (html::who(lang, &entry.actor)) }
            } } }
        } }
    }
}

/// One entry: its lines, where it comes from, and which files that went out carry what it is about.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, Path(entry): Path<i64>, fields: Fields) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    let from = fields.some("line").map(|text| text.parse::<i64>().map_err(|_| Refusal::value("line", text))).transpose()?;
    let lines: Vec<JournalLine> =
        sqlx::query_as(include_str!("../sql/entry.sql")).bind(entry).bind(from).bind(POSTINGS).fetch_all(&desk.pool).await?;
    let full = i64::try_from(lines.len()).unwrap_or(0) == 2 * POSTINGS;
    // A line with more postings than a page has is not shown twice.
    let next = lines.last().filter(|_| full).and_then(|last| last.source_line);
    let next = next.map(|line| if Some(line) == from { line + 1 } else { line });
    if lines.is_empty() {
        return Err(Refusal::not_found());
    }
    let carried: Vec<Carried> =
        sqlx::query_as(include_str!("../sql/entry_exports.sql")).bind(entry).fetch_all(&desk.pool).await?;
    let from: Option<(Option<i64>, Option<i64>, String, String)> =
        sqlx::query_as(include_str!("../sql/entry_origin.sql")).bind(entry).fetch_optional(&desk.pool).await?;
    let body = html! {
        (tabs(lang, Tab::Entries))
        @if let Some((batch, file, actor, at)) = &from {
            dl.facts {
                dt { (say(lang, "由来", "From")) }
                dd {
                    @if let Some(batch) = batch { a href={ "/batches/" (batch) } { (say(lang, "受付", "batch")) " " (batch) } }
                    @if let Some(file) = file { a href={ "/exports/" (file) } { (say(lang, "送出ファイル", "file")) " " (file) } }
                    @if batch.is_none() && file.is_none() { (say(lang, "職員の操作", "a person's decision")) }
                }
                dt { (say(lang, "起票者・日時", "By, when")) } dd { (html::who(lang, actor)) " · " (when(at)) }
            }
        }
        (journal(lang, &lines))
        @if let Some(next) = next { nav.older { a href={ "/ledger/entries/" (entry) "?line=" (next) } rel="next" { (say(lang, "続きの明細", "further lines")) } } }
        @if !carried.is_empty() {
            section.panel {
                h2 { (say(lang, "この伝票に関わる送出ファイル", "Files that carry it")) }
                ul.plain { @for file in &carried { li { a href={ "/exports/" (file.file) } { (file.name.as_deref().unwrap_or(&file.topic)) } " " (file_badge(lang, &file.state)) " " (when(&file.at)) } } }
            }
        }
    };
    let title = format!("{} {entry}", say(lang, "伝票", "Entry"));
    Ok(frame(&person, &Page::new(Nav::Ledger, &title), body))
}

/// From a ledger line back to message, batch, line and bytes.
pub(crate) async fn line(State(desk): State<Arc<Desk>>, person: Person, Path((entry, line)): Path<(i64, i64)>) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    let lineage = match lineage::of_line(&desk.pool, &desk.archive, entry, line).await {
        Ok(lineage) => lineage,
        Err(LineageError::Unknown { .. }) => return Err(Refusal::not_found()),
        Err(LineageError::Database(error)) => return Err(error.into()),
        Err(LineageError::Archive(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, "an original cannot be read");
            return Err(Refusal::sentence(
                "原本を読み出せません。システム管理者に連絡してください。",
                "The original cannot be read; tell the system's administrator.",
            ));
        }
    };
    if person.may_everywhere(Action::Audit) {
        seen::note(&desk, &person, ("entry", &format!("{entry}/{line}")), "lineage").await?;
    }
    let body = html! {
        (tabs(lang, Tab::Entries))
        (origin(&desk, lang, &lineage))
        section.panel { h2 { (say(lang, "仕訳", "Journal")) } (journal(lang, &lineage.lines)) }
        (records(&desk, &person, &lineage))
        (original(lang, &person, &lineage))
    };
    let title = format!("{} {entry} · {} {line}", say(lang, "由来 伝票", "Lineage of entry"), say(lang, "行", "line"));
    Ok(frame(&person, &Page::new(Nav::Ledger, &title), body))
}

fn origin(desk: &Desk, lang: Lang, lineage: &Lineage) -> Markup {
    let origin = &lineage.origin;
    html! {
        dl.facts {
            dt { (say(lang, "連携", "Topic")) } dd { (topic(&desk.registry, lang, &origin.topic)) }
            @if let Some(batch) = origin.batch { dt { (say(lang, "受付", "Batch")) } dd { a href={ "/batches/" (batch) } { (batch) } } }
            @if let Some(file) = origin.exported { dt { (say(lang, "送出ファイル", "File")) } dd { a href={ "/exports/" (file) } { (file) } } }
            dt { (say(lang, "ファイル", "File name")) } dd { (origin.file) }
            dt { "SHA-256" } dd { code { (origin.sha256) } }
            dt { (say(lang, "保管先", "Archive")) } dd { code { (origin.archive) } }
        }
    }
}

/// The kind of a record, as a layout of the topic has it.
fn kind_of<'d>(desk: &'d Desk, topic: &str, kind: &str) -> Option<&'d renkei_core::layout::Kind> {
    let sides = desk.registry.sides().filter(|side| side.slug.as_str() == topic);
    let mut layouts = sides.filter_map(|side| side.integration.as_ref()).flat_map(|folder| &folder.layouts);
    layouts.find_map(|(_, layout)| layout.kinds().iter().find(|known| known.id == kind)).map(Arc::as_ref)
}

fn records(desk: &Desk, person: &Person, lineage: &Lineage) -> Markup {
    let lang = person.lang;
    let kind = |source: &lineage::SourceRecord| kind_of(desk, &lineage.origin.topic, &source.kind);
    let full = person.may_everywhere(Action::Audit);
    html! {
        @for source in &lineage.records {
            section.panel {
                h2 { (say(lang, "レコード", "Record")) " " @match kind(source).filter(|_| lang == Lang::Ja) { Some(kind) => (kind.name), None => code { (source.kind) } } " · " (say(lang, "バイト", "bytes")) " " (source.byte_offset) "–" (source.byte_offset + i64::from(source.byte_length)) }
                (record(lang, kind(source), &source.fields, full))
            }
        }
    }
}

/// The bytes hold names and accounts: they are for those who may see them in full.
fn original(lang: Lang, person: &Person, lineage: &Lineage) -> Markup {
    if lineage.bytes.is_empty() {
        return html! {};
    }
    if !person.may_everywhere(Action::Audit) {
        return html! { p.hint { (say(lang, "原本のバイト列は監査の権限で表示できます。受付の画面では、表示を記録したうえで値を確認できます。", "The bytes are shown to auditors; the batch's page shows the values, recorded.")) } };
    }
    let text = [Encoding::Utf8, Encoding::Cp932].into_iter().find_map(|encoding| charset::decode(encoding, &lineage.bytes).ok());
    html! {
        section.panel {
            h2 { (say(lang, "原本の該当部分", "The original says")) }
            @if let Some(text) = &text { pre { (text) } }
            details { summary { (say(lang, "16進表示", "Bytes")) } pre { (charset::hex_bytes(&lineage.bytes)) } }
        }
    }
}
