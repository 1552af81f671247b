use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};
use sqlx::FromRow;

use crate::desk::Desk;
use crate::html::{Fields, Tone, badge, yen};
use crate::pages::ledger::lineage;
use crate::refusal::Answer;

/// Records of one page.
const ROWS: i64 = 100;

/// A record of the file and what it is about.
#[derive(Debug, FromRow)]
struct Item {
    seq: i64,
    object: String,
    object_id: i64,
    yen: Option<i64>,
    live: bool,
    name: Option<String>,
    batch: Option<i64>,
    line: Option<i64>,
}

/// From each record of the file back to the line that asked for it, and to what was booked.
pub(super) async fn panel(desk: &Desk, lang: Lang, file: i64, fields: &Fields) -> Answer {
    let from = fields.get("record").parse::<i64>().unwrap_or(0);
    let items: Vec<Item> =
        sqlx::query_as(include_str!("../sql/file_items.sql")).bind(file).bind(from).bind(ROWS).fetch_all(&desk.pool).await?;
    if items.is_empty() && from == 0 {
        return Ok(html! {});
    }
    let next = items.last().filter(|_| i64::try_from(items.len()).unwrap_or(0) >= ROWS).map(|last| last.seq + 1);
    Ok(html! {
        section.panel id="items" {
            h2 { (say(lang, "ファイルの内容と由来", "What is in it, and where it comes from")) }
            div.scroll { table {
                thead { tr { th.number { (say(lang, "レコード", "Record")) } th { (say(lang, "内容", "What")) } th.number { (say(lang, "金額", "Yen")) } th { (say(lang, "由来", "From")) } th {} } }
                tbody { @for item in &items { (row(lang, file, item)) } }
            } }
            @if let Some(next) = next { nav.older { a href={ "/exports/" (file) "?record=" (next) "#items" } rel="next" { (say(lang, "続き", "more")) } } }
        }
    })
}

/// The thing, with the way to its lineage: of a cell to what makes it, of an order to its entries.
fn named(file: i64, item: &Item) -> Markup {
    let address = match item.object.as_str() {
        "settlement_cell" => Some(format!("/exports/{file}/cells/{}", item.object_id)),
        object => lineage::address(object, item.object_id),
    };
    let name = item.name.clone().unwrap_or_else(|| item.object_id.to_string());
    html! { @match address { Some(address) => a href=(address) { (name) }, None => (name) } }
}

fn row(lang: Lang, file: i64, item: &Item) -> Markup {
    html! {
        tr {
            td.number { (item.seq) }
            td { (words::claim_object(lang, &item.object)) " " (named(file, item)) }
            td.number { @if let Some(amount) = item.yen { (yen(amount)) } }
            td { @if let Some(batch) = item.batch {
                a href={ "/batches/" (batch) "?line=" (item.line.unwrap_or(0)) "#records" } {
                    (say(lang, "受付", "batch")) " " (batch) @if let Some(line) = item.line { " · " (say(lang, "行", "line")) " " (line) }
                }
            } }
            td { @if !item.live { (badge(Tone::Quiet, say(lang, "無効", "no longer"))) } }
        }
    }
}
