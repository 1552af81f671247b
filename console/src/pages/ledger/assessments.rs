use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use sqlx::FromRow;

use super::super::seen;
use super::{Tab, tabs, whole};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, Fields, Nav, Page, Tone, address, badge, field, frame, older, search, shown, when, yen};
use crate::refusal::{Answer, Refusal};

/// Assessments of one page.
const ROWS: i64 = 50;

/// An assessment with its totals.
#[derive(Debug, FromRow)]
struct Assessed {
    id: i64,
    key: String,
    source: String,
    fiscal_year: i32,
    payer: String,
    due_on: String,
    assessed: i64,
    received: i64,
    batch: Option<i64>,
}

/// Money that came for one.
#[derive(Debug, FromRow)]
struct Received {
    kind: String,
    day: String,
    yen: i64,
    batch: Option<i64>,
    at: String,
}

/// 調定 with what was received; one in full when its number is given.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    let before = fields.some("before").map(|text| text.parse::<i64>().map_err(|_| Refusal::value("before", text))).transpose()?;
    let found: Vec<Assessed> = sqlx::query_as(include_str!("../sql/assessments.sql"))
        .bind(fields.some("find"))
        .bind(before)
        .bind(ROWS)
        .fetch_all(&desk.pool)
        .await?;
    let next = found.last().filter(|_| i64::try_from(found.len()).unwrap_or(0) == ROWS).map(|assessed| assessed.id);
    let receipts = match (fields.some("find"), found.as_slice()) {
        (Some(_), [only]) => {
            sqlx::query_as(include_str!("../sql/assessment_events.sql")).bind(only.id).fetch_all(&desk.pool).await?
        }
        _ => Vec::new(),
    };
    if person.may_everywhere(Action::Audit) && !found.is_empty() {
        seen::note(&desk, &person, ("assessment", "*"), "payers").await?;
    }
    let body = html! {
        (tabs(lang, Tab::Assessments))
        (search("/ledger/assessments", html! {
            (field(say(lang, "調定番号・納入通知書番号", "Assessment or slip number"), "find", html! { input id="find" name="find" type="search" value=(fields.get("find")); }))
            button type="submit" { (say(lang, "検索", "Find")) }
        }))
        @if found.is_empty() { (html::empty(say(lang, "該当する調定はありません。", "No assessment matches."))) }
        @else { (table(&person, &found)) }
        @if !receipts.is_empty() { section.panel { h2 { (say(lang, "収入・消込", "Receipts and clearings")) } (events(lang, &receipts)) } }
        (older(&person, &address("/ledger/assessments", &fields, &["find"]), next))
    };
    Ok(frame(&person, &Page::new(Nav::Ledger, say(lang, "調定", "Assessments")), body))
}

fn table(person: &Person, found: &[Assessed]) -> Markup {
    let lang = person.lang;
    let full = person.may_everywhere(Action::Audit);
    html! {
        div.scroll { table {
            thead { tr {
                th { (say(lang, "調定番号", "Assessment")) } th { (say(lang, "年度", "Year")) } th { (say(lang, "納付者", "Payer")) } th { (say(lang, "納期限", "Due on")) }
                th.number { (say(lang, "調定額", "Assessed")) } th.number { (say(lang, "収入済額", "Received")) } th.number { (say(lang, "未済額", "Open")) } th { (say(lang, "受付", "Batch")) }
            } }
            tbody { @for one in found { tr {
                td { a href={ "/ledger/assessments?find=" (one.key) } { (one.key) } " " span.hint { (one.source) } } td { (one.fiscal_year) }
                td { (shown("payer_name", &one.payer, full)) } td { (one.due_on) }
                td.number { (yen(one.assessed)) } td.number { (yen(one.received)) }
                td.number { @let open = one.assessed.saturating_sub(one.received); @if open == 0 { (badge(Tone::Good, say(lang, "完納", "paid"))) } @else { (yen(open)) } }
                td { @if let Some(batch) = one.batch { a href={ "/batches/" (batch) } { (batch) } } }
            } } }
        } }
    }
}

fn events(lang: Lang, receipts: &[Received]) -> Markup {
    html! {
        table {
            thead { tr { th { (say(lang, "日付", "Day")) } th { (say(lang, "区分", "Kind")) } th.number { (say(lang, "金額", "Yen")) } th { (say(lang, "受付", "Batch")) } th { (say(lang, "記録", "Recorded")) } } }
            tbody { @for receipt in receipts { tr {
                td { (receipt.day) } td { (renkei_core::words::clearing(lang, &receipt.kind)) } td.number { (yen(receipt.yen)) }
                td { @if let Some(batch) = receipt.batch { a href={ "/batches/" (batch) } { (batch) } } } td { (when(&receipt.at)) }
            } } }
        }
    }
}
