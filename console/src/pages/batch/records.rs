use std::sync::Arc;

use axum::extract::{Path, State};
use maud::{Markup, html};
use renkei_consumers::inbound::{Batch, StagedRecord};
use renkei_core::catalogue::Lang;
use renkei_core::layout::Layout;
use renkei_core::words::say;
use serde_json::json;

use super::super::seen;
use crate::access::Person;
use crate::desk::Desk;
use crate::html::{Fields, Nav, Page, field, frame, post, record, search, yen};
use crate::refusal::{Answer, Refusal};

/// Records of one page.
const ROWS: i64 = 50;
/// Records that are searched for one page; the next page searches on.
const SEARCHED: i64 = 5_000;

/// A place in a batch: line, and place in a list on it.
type Place = (i64, i32);

/// Records, and where the next page begins.
async fn read(desk: &Desk, batch: i64, from: Place, find: Option<&str>) -> Answer<(Vec<StagedRecord>, Option<Place>)> {
    let full = |records: &[StagedRecord]| i64::try_from(records.len()).unwrap_or(0) >= ROWS;
    let behind =
        |records: &[StagedRecord]| records.last().filter(|_| full(records)).map(|last| (last.line, last.sub.saturating_add(1)));
    let Some(find) = find else {
        let records: Vec<StagedRecord> = sqlx::query_as(include_str!("../sql/records.sql"))
            .bind(batch)
            .bind(from.0)
            .bind(from.1)
            .bind(ROWS)
            .fetch_all(&desk.pool)
            .await?;
        let next = behind(&records);
        return Ok((records, next));
    };
    let end: Option<Place> = sqlx::query_as(include_str!("../sql/records_end.sql"))
        .bind(batch)
        .bind(from.0)
        .bind(from.1)
        .bind(SEARCHED)
        .fetch_optional(&desk.pool)
        .await?;
    let records: Vec<StagedRecord> = sqlx::query_as(include_str!("../sql/records_search.sql"))
        .bind(batch)
        .bind(from.0)
        .bind(from.1)
        .bind(end.map(|end| end.0))
        .bind(end.map(|end| end.1))
        .bind(find)
        .bind(ROWS)
        .fetch_all(&desk.pool)
        .await?;
    let next = behind(&records).or(end);
    Ok((records, next))
}

/// The records, searched by line or by a part of a value; names and accounts masked unless `full`.
pub(super) async fn panel(desk: &Desk, person: &Person, batch: &Batch, fields: &Fields, full: bool) -> Answer {
    let lang = person.lang;
    let from = (fields.get("line").parse().unwrap_or(0), fields.get("sub").parse().unwrap_or(0));
    let find = fields.some("value");
    // What is masked cannot be searched for: an answer would tell it.
    let find = find.filter(|_| full || may_unmask(person, batch));
    let (records, next) = read(desk, batch.id, from, find).await?;
    let layout = layout(desk, batch);
    let address = format!("/batches/{}", batch.id);
    Ok(html! {
        section.panel id="records" {
            h2 { (say(lang, "レコード", "Records")) }
            (search(&address, html! {
                (field(say(lang, "行から", "From line"), "line", html! { input id="line" name="line" inputmode="numeric" value=(fields.get("line")); }))
                @if may_unmask(person, batch) {
                    (field(say(lang, "値に含む", "A value holds"), "value", html! { input id="value" name="value" type="search" value=(fields.get("value")); }))
                }
                button.second type="submit" { (say(lang, "検索", "Find")) }
            }))
            @if records.is_empty() {
                @match next {
                    Some((line, _)) => p.hint { (say(lang, "ここまでに該当するレコードはありません。検索済みの行", "No record matches so far. Searched up to line")) " " (line) },
                    None => p.hint { (say(lang, "該当するレコードはありません。", "No record matches.")) },
                }
            }
            @for found in &records { (one(lang, found, layout, full)) }
            @if let Some(next) = next { nav.older { a href=(further(&address, next, find)) rel="next" { (say(lang, "続き", "more")) } } }
            @if !full && may_unmask(person, batch) && !records.is_empty() {
                (post(person, &format!("{address}/records"), html! {
                    input type="hidden" name="line" value=(fields.get("line"));
                    input type="hidden" name="sub" value=(fields.get("sub"));
                    input type="hidden" name="value" value=(fields.get("value"));
                    button.second type="submit" { (say(lang, "氏名・口座を表示（記録されます）", "Show names and accounts (this is recorded)")) }
                }))
            }
        }
    })
}

/// The page that begins at a place.
fn further(address: &str, (line, sub): Place, find: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("line", &line.to_string()).append_pair("sub", &sub.to_string());
    if let Some(find) = find {
        query.append_pair("value", find);
    }
    format!("{address}?{}#records", query.finish())
}

/// Whether they may see names and accounts of the batch.
pub(super) fn may_unmask(person: &Person, batch: &Batch) -> bool {
    seen::may_uncover(person, Some(&batch.topic))
}

/// The layout the batch came in.
fn layout<'d>(desk: &'d Desk, batch: &Batch) -> Option<&'d Arc<Layout>> {
    desk.registry.incoming(&batch.topic)?.integration.as_ref()?.layout(&batch.layout)
}

fn one(lang: Lang, found: &StagedRecord, layout: Option<&Arc<Layout>>, full: bool) -> Markup {
    let kinds = layout.map(|layout| layout.kinds()).unwrap_or_default();
    let kind = kinds.iter().find(|kind| kind.id == found.kind);
    let name = kind.filter(|_| lang == Lang::Ja).map_or(&found.kind, |kind| &kind.name);
    html! {
        details open[full] {
            summary {
                (say(lang, "行", "line")) " " (found.line) " · " (name)
                @if found.yen != 0 { " · " (yen(found.yen)) " " (say(lang, "円", "yen")) }
                " · " (say(lang, "バイト", "bytes")) " " (found.byte_offset) "–" (found.byte_offset + i64::from(found.byte_length))
            }
            (record(lang, kind.map(Arc::as_ref), &found.fields, full))
        }
    }
}

/// The records with names and accounts; who looked at which batch is an audit event.
pub(crate) async fn full(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer {
    let batch = super::find(&desk, &person, id).await?;
    if !may_unmask(&person, &batch) {
        return Err(Refusal::forbidden());
    }
    sqlx::query("select audit.record($1, 'personal.show', 'batch', $2, null, $3, null)")
        .bind(&person.login)
        .bind(id.to_string())
        .bind(json!({ "what": "records", "line": fields.get("line") }))
        .execute(&desk.pool)
        .await?;
    let lang = person.lang;
    let body = html! {
        p { a href={ "/batches/" (id) } { (say(lang, "受付に戻る", "Back to the batch")) } }
        (panel(&desk, &person, &batch, &fields, true).await?)
    };
    let title = format!("{} {id}", say(lang, "受付", "Batch"));
    Ok(frame(&person, &Page::new(Nav::Batches, &title), body))
}
