use maud::{Markup, html};
use renkei_core::words::{self, say};
use sqlx::FromRow;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, Fields, Tone, badge, yen};
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
    /// The topic of the batch.
    topic: Option<String>,
    line: Option<i64>,
}

/// From each record of the file back to the line that asked for it, and to what was booked.
pub(super) async fn panel(desk: &Desk, person: &Person, file: i64, fields: &Fields) -> Answer {
    let lang = person.lang;
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
                tbody { @for item in &items { (row(person, file, item)) } }
            } }
            @if let Some(next) = next { nav.older { a href={ "/exports/" (file) "?record=" (next) "#items" } rel="next" { (say(lang, "続き", "more")) } } }
        }
    })
}

/// The thing, with the way to its lineage: of a cell to what makes it, of an order to its entries. Lineages are of the ledger as a whole.
fn named(person: &Person, file: i64, item: &Item) -> Markup {
    let whole = person.may_everywhere(Action::See);
    let address = match item.object.as_str() {
        "settlement_cell" => Some(format!("/exports/{file}/cells/{}", item.object_id)),
        object => lineage::address(object, item.object_id).filter(|_| whole),
    };
    let name = item.name.clone().unwrap_or_else(|| item.object_id.to_string());
    html! { @match address { Some(address) => a href=(address) { (name) }, None => (name) } }
}

fn row(person: &Person, file: i64, item: &Item) -> Markup {
    let lang = person.lang;
    let opens = item.topic.as_deref().is_some_and(|topic| person.may_on(Action::See, topic));
    html! {
        tr {
            td.number { (item.seq) }
            td { (words::claim_object(lang, &item.object)) " " (named(person, file, item)) }
            td.number { @if let Some(amount) = item.yen { (yen(amount)) } }
            td { @if let Some(batch) = item.batch {
                (html::link(opens, &format!("/batches/{batch}?line={}#records", item.line.unwrap_or(0)), html! {
                    (say(lang, "受付", "batch")) " " (batch) @if let Some(line) = item.line { " · " (say(lang, "行", "line")) " " (line) }
                }))
            } }
            td { @if !item.live { (badge(Tone::Quiet, say(lang, "無効", "no longer"))) } }
        }
    }
}
