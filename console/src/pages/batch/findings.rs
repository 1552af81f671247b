use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use futures_util::stream;
use maud::{Markup, html};
use renkei_consumers::inbound::{Batch, Finding, StoredFault};
use renkei_core::calendar::clock;
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use renkei_core::words::{self, say};
use serde_json::json;

use super::super::seen;
use super::choose;
use super::faults::told_to;
use super::sight::{self, Sight};
use super::{errors, facts, find};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, Nav, Page, Tone, badge, csv_stream, fault_told, frame, masked, post, when};
use crate::refusal::{Answer, Refusal};

/// Findings shown on the page; the list as CSV has all.
const SHOWN_MAX: i64 = 300;
/// Rows of the list on paper; the list as CSV has all.
const PRINTED_MAX: i64 = 1_000;
/// Rows that are read at a time for the list as CSV.
const BLOCK: i64 = 2_000;

/// A place in the findings of a batch: behind this line, behind this finding of it.
type Place = (i64, i64);
/// Before the first.
const BEGIN: Place = (-1, -1);

async fn read(desk: &Desk, batch: i64, behind: Place, rows: i64) -> Answer<Vec<Finding>> {
    let mut found: Vec<Finding> = sqlx::query_as(include_str!("../sql/findings.sql"))
        .bind(batch)
        .bind(behind.0)
        .bind(behind.1)
        .bind(rows)
        .fetch_all(&desk.pool)
        .await?;
    found.truncate(usize::try_from(rows).unwrap_or(usize::MAX));
    Ok(found)
}

fn place_of(finding: &Finding) -> Place {
    (finding.line.unwrap_or(-1), finding.id)
}

/// The first of them, with the way to all.
pub(super) async fn panel(desk: &Desk, person: &Person, batch: &Batch) -> Answer {
    let lang = person.lang;
    let sight = sight::of(person, batch);
    let full = sight == Sight::Full;
    let findings = read(desk, batch.id, BEGIN, SHOWN_MAX + 1).await?;
    if findings.is_empty() {
        return Ok(html! {});
    }
    // Texts of checks may name a payee or an account.
    if full && findings.iter().filter_map(|finding| finding.detail.as_ref()).any(|detail| masked(detail) != *detail) {
        seen::note(desk, person, ("batch", &batch.id.to_string()), "findings").await?;
    }
    let shown = usize::try_from(SHOWN_MAX).unwrap_or(usize::MAX);
    let more = findings.len() > shown;
    Ok(html! {
        section.panel {
            h2 { (say(lang, "検査の結果", "What the checks say")) " (" @if more { (shown) "+" } @else { (findings.len()) } ")" }
            (lists(person, batch.id, sight))
            div.scroll { table {
                thead { tr {
                    th.number { (say(lang, "行", "Line")) } th { (say(lang, "判定", "Verdict")) } th { (say(lang, "内容", "What")) } th { (say(lang, "状態", "State")) }
                } }
                tbody { @for finding in findings.iter().take(shown) { tr {
                    td.number { @match finding.line { Some(line) => a href={ "/batches/" (batch.id) "?line=" (line) "#records" } { (line) }, None => (say(lang, "全体", "file")) } }
                    td { (verdict(lang, &finding.verdict)) }
                    td { (fault_told(lang, &as_told(finding, full))) }
                    td {
                        @if finding.state == "open" { (badge(Tone::Act, say(lang, "未処理", "open"))) " "
                            @if finding.verdict == "hold" && person.may_on(Action::Operate, &batch.topic) { (choose::link(lang, batch.id, finding.line, &finding.code)) } }
                        @if finding.state == "resolved" { (say(lang, "処理済", "resolved")) " " (html::who(lang, finding.resolved_by.as_deref().unwrap_or_default())) }
                    }
                } } }
            } }
            @if more { p.hint { (say(lang, "ほかの行はCSVにあります。", "The CSV has the rest.")) } }
        }
    })
}

/// Where everything found can be had.
pub(super) fn lists(person: &Person, batch: i64, sight: Sight) -> Markup {
    let lang = person.lang;
    html! {
        p { a href={ "/batches/" (batch) "/errors.csv" } { (say(lang, "一覧をCSVで保存", "Save the list as CSV")) } " · "
            a href={ "/batches/" (batch) "/errors" } { (say(lang, "所管課へ返す印刷用の一覧", "A list to print and hand back")) } }
        @if sight == Sight::OnAsking {
            (post(person, &format!("/batches/{batch}/errors"), html! {
                button.second type="submit" { (say(lang, "値を伏せずに一覧を表示（記録されます）", "Show the list with its values (this is recorded)")) }
            }))
        }
    }
}

fn verdict(lang: Lang, verdict: &str) -> Markup {
    let tone = match verdict {
        "reject" => Tone::Bad,
        "hold" => Tone::Act,
        "warn" => Tone::Busy,
        _ => Tone::Quiet,
    };
    badge(tone, &words::verdict(lang, verdict))
}

fn headings(lang: Lang) -> [&'static str; 9] {
    match lang {
        Lang::Ja => [">行", ">列", ">バイト", "項目", "値", "判定", "コード", "内容", "対応"],
        Lang::En => [">line", ">column", ">byte", "field", "value", "verdict", "code", "what", "what to do"],
    }
}

/// A fault of the file as a row of the list.
fn fault_row(lang: Lang, stored: &StoredFault, full: bool) -> Vec<String> {
    let fault = told_to(&stored.as_fault(), full);
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    vec![
        number(fault.line),
        number(fault.column.map(u64::from)),
        number(fault.byte),
        fault.field_name.clone().unwrap_or_default(),
        fault.value.clone().unwrap_or_default(),
        say(lang, "誤り", "error").to_owned(),
        fault.code.clone(),
        catalogue::text(&fault, lang),
        html::remedy_named(&fault, lang),
    ]
}

/// A finding as it may be told: its text may name a payee or an account.
fn as_told(finding: &Finding, full: bool) -> Fault {
    Finding { detail: seen::values(finding.detail.as_ref(), full), ..finding.clone() }.as_fault()
}

/// A finding of the checks as a row of the list.
fn finding_row(desk: &Desk, lang: Lang, topic: &str, finding: &Finding, full: bool) -> Vec<String> {
    let fault = as_told(finding, full);
    vec![
        finding.line.map(|line| line.to_string()).unwrap_or_default(),
        String::new(),
        String::new(),
        finding.field.as_deref().map(|id| field_name(desk, lang, topic, id)).unwrap_or_default(),
        String::new(),
        words::verdict(lang, &finding.verdict),
        finding.code.clone(),
        catalogue::text(&fault, lang),
        html::remedy_named(&fault, lang),
    ]
}

/// A field in the section's words, as a layout of the topic has them.
fn field_name(desk: &Desk, lang: Lang, topic: &str, id: &str) -> String {
    let sides = desk.registry.sides().filter(|side| side.slug.as_str() == topic);
    let layouts = sides.filter_map(|side| side.integration.as_ref()).flat_map(|folder| &folder.layouts);
    let mut kinds = layouts.flat_map(|(_, layout)| layout.kinds());
    let found = kinds.find_map(|kind| kind.fields.get(kind.field(id)?));
    found.filter(|_| lang == Lang::Ja).map_or_else(|| id.to_owned(), |field| field.name.clone())
}

/// Whether the list has values in full; that it was handed out so is written down.
async fn noted(desk: &Desk, person: &Person, batch: &Batch) -> Answer<bool> {
    let full = sight::of(person, batch) == Sight::Full;
    if full {
        seen::note(desk, person, ("batch", &batch.id.to_string()), "error list").await?;
    }
    Ok(full)
}

/// Everything found, for a spreadsheet: read block by block while it is sent.
pub(crate) async fn as_csv(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer<Response> {
    let lang = person.lang;
    let batch = find(&desk, &person, id).await?;
    let full = noted(&desk, &person, &batch).await?;
    let first: Vec<Vec<String>> = desk.intake.faults(id).await?.iter().map(|stored| fault_row(lang, stored, full)).collect();
    let blocks = stream::try_unfold((desk, Some((first, BEGIN))), move |(desk, state)| {
        let topic = batch.topic.clone();
        async move {
            let Some((rows, behind)) = state else { return Ok::<_, Refusal>(None) };
            let found = read(&desk, id, behind, BLOCK).await?;
            let next = found
                .last()
                .map(|last| (found.iter().map(|one| finding_row(&desk, lang, &topic, one, full)).collect(), place_of(last)));
            Ok(Some((rows, (desk, next))))
        }
    });
    Ok(csv_stream(&format!("batch_{id}_errors.csv"), &headings(lang), blocks))
}

/// Everything found, on paper for the section.
pub(crate) async fn on_paper(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer {
    let batch = find(&desk, &person, id).await?;
    let may_see = noted(&desk, &person, &batch).await?;
    paper(&desk, &person, &batch, may_see).await
}

/// The same with its values for the section whose file it is; that they asked is an audit event.
pub(crate) async fn uncovered(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer {
    let batch = find(&desk, &person, id).await?;
    if sight::of(&person, &batch) == Sight::Masked {
        return Err(Refusal::forbidden());
    }
    sqlx::query("select audit.record($1, 'personal.show', 'batch', $2, null, $3, null)")
        .bind(&person.login)
        .bind(id.to_string())
        .bind(json!({ "what": "error list asked for" }))
        .execute(&desk.pool)
        .await?;
    paper(&desk, &person, &batch, true).await
}

async fn paper(desk: &Desk, person: &Person, batch: &Batch, may_see: bool) -> Answer {
    let (lang, id) = (person.lang, batch.id);
    let faults: Vec<StoredFault> =
        sqlx::query_as(include_str!("../sql/faults.sql")).bind(id).bind(PRINTED_MAX).fetch_all(&desk.pool).await?;
    let findings = read(desk, id, BEGIN, PRINTED_MAX).await?;
    let errors = errors(desk, batch).await?;
    let full = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX) == PRINTED_MAX;
    let cut = full(faults.len()) || full(findings.len());
    let faults = faults.iter().map(|stored| fault_row(lang, stored, may_see));
    let rows: Vec<Vec<String>> =
        faults.chain(findings.iter().map(|one| finding_row(desk, lang, &batch.topic, one, may_see))).collect();
    let headings = headings(lang);
    let body = html! {
        p { button.second type="button" data-print hidden { (say(lang, "印刷する", "Print")) } }
        dl.facts {
            @if let Some(topic) = desk.registry.incoming(&batch.topic) { dt { (say(lang, "宛先", "To")) } dd { (desk.registry.partner(lang, &topic.from)) } }
            dt { (say(lang, "作成", "Written")) } dd { (when(&clock::now_rfc3339())) " · " (html::who(lang, &person.login)) }
        }
        (facts(desk, lang, batch, errors))
        @if rows.is_empty() { (html::empty(say(lang, "指摘はありません。", "Nothing was found."))) }
        @else {
            table {
                thead { tr { @for heading in headings { th.number[heading.starts_with('>')] { (heading.trim_start_matches('>')) } } } }
                tbody { @for row in &rows { tr { @for (place, cell) in row.iter().enumerate() { td.number[place < 3] { (cell) } } } } }
            }
            @if cut { p { (say(lang, "ほかの行はCSVにあります。", "The CSV has the rest.")) } }
        }
    };
    let title = format!("{} {id}", say(lang, "誤り一覧 受付", "Errors of batch"));
    Ok(frame(person, &Page::new(Nav::Batches, &title), body))
}
