use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::ledger::JournalLine;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use sqlx::FromRow;

use super::{Tab, tabs, whole};
use crate::access::Person;
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, count, field, file_badge, frame, older, search, when, yen};
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
    /// The first payment order it is about, where nobody's file booked it.
    order: Option<i64>,
    order_no: Option<String>,
    /// How many it is about.
    orders: i64,
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
                     @if let Some(file) = entry.file { a href={ "/exports/" (file) } { (say(lang, "送出ファイル", "file")) " " (file) } }
                     @if let (Some(order), Some(number)) = (entry.order, &entry.order_no) { (of_orders(lang, entry, order, number)) } }
                td { (html::who(lang, &entry.actor)) }
            } } }
        } }
    }
}

/// The payment order an entry is about: of several the first, and the entry with all of them.
fn of_orders(lang: Lang, entry: &Listed, order: i64, number: &str) -> Markup {
    let more = entry.orders.saturating_sub(1);
    html! {
        a href={ "/ledger/lineage/payment_order/" (order) } { (say(lang, "支出命令", "order")) " " (number) }
        @if more > 0 { " " a href={ "/ledger/entries/" (entry.id) } { (say(lang, "ほか", "and")) " " (count(more)) " " (say(lang, "件", "more")) } }
    }
}

/// One entry: its lines, where it comes from, and which files that went out carry what it is about.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, Path(entry): Path<i64>, fields: Fields) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    let from = fields.some("line").map(|text| text.parse::<i64>().map_err(|_| Refusal::value("line", text))).transpose()?;
    let only = fields.some("budget_line");
    let lines: Vec<JournalLine> = sqlx::query_as(include_str!("../sql/entry.sql"))
        .bind(entry)
        .bind(from)
        .bind(POSTINGS)
        .bind(only)
        .fetch_all(&desk.pool)
        .await?;
    let full = i64::try_from(lines.len()).unwrap_or(0) == 2 * POSTINGS;
    // A line with more postings than a page has is not shown twice.
    let next = lines.last().filter(|_| full).and_then(|last| last.source_line);
    let next = next.map(|line| if Some(line) == from { line + 1 } else { line });
    if lines.is_empty() {
        return Err(Refusal::not_found());
    }
    let carried: Vec<Carried> = sqlx::query_as(include_str!("../sql/entry_exports.sql"))
        .bind(entry)
        .bind(from)
        .bind(POSTINGS)
        .bind(only)
        .fetch_all(&desk.pool)
        .await?;
    let further = only.map(|only| format!("&budget_line={only}")).unwrap_or_default();
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
        @if let Some(only) = only { p { (say(lang, "予算科目", "Budget line")) " " (only) " · " a href={ "/ledger/entries/" (entry) } { (say(lang, "伝票の全明細", "all lines of the entry")) } } }
        (journal(&person, &lines))
        @if let Some(next) = next { nav.older { a href={ "/ledger/entries/" (entry) "?line=" (next) (further) } rel="next" { (say(lang, "続きの明細", "further lines")) } } }
        @if !carried.is_empty() {
            section.panel {
                h2 { (say(lang, "表示中の明細に関わる送出ファイル", "Outgoing files that carry what is shown")) }
                ul.plain { @for file in &carried { li { a href={ "/exports/" (file.file) } { (file.name.as_deref().unwrap_or(&file.topic)) } " " (file_badge(lang, &file.state)) " " (when(&file.at)) } } }
            }
        }
    };
    let title = format!("{} {entry}", say(lang, "伝票", "Entry"));
    Ok(frame(&person, &Page::new(Nav::Ledger, &title), body))
}
