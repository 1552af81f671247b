//! One batch: every hop, what the checks say, the records over the original bytes, the journal it makes, and what a person decides.

/// The creditor or commitment of a held line.
pub(crate) mod choose;
/// What a person decides.
pub(crate) mod decide;
/// Errors by line and column, over the original bytes.
mod faults;
/// What the checks say; everything found, for a spreadsheet and on paper.
pub(crate) mod findings;
/// The journal it made, or would make.
mod journal;
/// Its records.
pub(crate) mod records;
/// Who sees the values of what was found in it.
mod sight;

use std::sync::Arc;

use axum::extract::{Path, State};
use maud::{Markup, html};
use renkei_consumers::inbound::{Batch, State as BatchState, StoredDocument};
use renkei_core::catalogue::{self, Lang};
use renkei_core::words::{self, say};
use sqlx::FromRow;

pub(crate) use journal::table;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, Fields, Nav, Page, Tone, badge, batch_badge, count, frame, when, yen};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// A batch one may look at.
pub(super) async fn find(desk: &Desk, person: &Person, id: i64) -> Answer<Batch> {
    let batch = desk.intake.get(id).await.map_err(|_| Refusal::not_found())?;
    if person.may_on(Action::See, &batch.topic) { Ok(batch) } else { Err(Refusal::not_found()) }
}

/// The page.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer {
    let lang = person.lang;
    let batch = find(&desk, &person, id).await?;
    let documents = desk.intake.documents(id).await?;
    let steps = steps(&desk, id).await?;
    let errors = errors(&desk, &batch).await?;
    let title = format!("{} {id}", say(lang, "受付", "Batch"));
    let body = html! {
        div id="batch" data-live {
            (facts(&desk, lang, &batch, errors))
            div.columns {
                section.panel { h2 { (say(lang, "件数と金額の流れ", "Hops")) } (hops(lang, &batch)) }
                section.panel { h2 { (say(lang, "経過", "Timeline")) } (timeline(lang, &steps, errors)) }
            }
        }
        // Each part renews itself on its own: one in which somebody fills something in stays, and the others go on.
        div id="act" data-live { (decide::forms(&desk, &person, &batch).await?) }
        div id="findings" data-live { (findings::panel(&desk, &person, &batch).await?) }
        div id="faults" data-live { @if batch.faults_total > 0 { (faults::panel(&desk, &person, &batch).await?) } }
        div id="journal" data-live { (journal::panel(&desk, &person, &batch).await?) }
        div id="staged" data-live { (records::panel(&desk, &person, &batch, &fields, false).await?) }
        div id="documents" data-live { @if !documents.is_empty() { (document_panel(lang, &documents)) } }
    };
    // What is refused, or was there before, was not accepted, whenever that turned out.
    let speaks = matches!(batch.state, BatchState::Rejected | BatchState::Duplicate) && fields.get("done") == "handed-in";
    let notice = Notice::of(fields.get("done")).filter(|_| !speaks);
    Ok(frame(&person, &Page::new(Nav::Batches, &title).after(notice), body))
}

/// How many errors refused it: of its reading, else of its checks.
async fn errors(desk: &Desk, batch: &Batch) -> Answer<i64> {
    if batch.state != BatchState::Rejected {
        return Ok(0);
    }
    if batch.faults_total > 0 {
        return Ok(batch.faults_total);
    }
    let sql = "select count(*) from intake.finding f where f.batch_id = $1 and f.verdict = 'reject'
                  and not exists (select from intake.finding n where n.renews = f.id)";
    Ok(sqlx::query_scalar(sql).bind(batch.id).fetch_one(&desk.pool).await?)
}

fn facts(desk: &Desk, lang: Lang, batch: &Batch, errors: i64) -> Markup {
    html! {
        dl.facts {
            dt { (say(lang, "状態", "State")) }
            dd {
                (batch_badge(lang, batch.state.as_str()))
                @if let Some(reason) = &batch.reason { " " (reason_told(lang, reason, errors)) }
                @if let Some(twin) = batch.duplicate_of { " " a href={ "/batches/" (twin) } { (say(lang, "同じファイルの受付", "the same file as batch")) " " (twin) } }
            }
            dt { (say(lang, "連携", "Topic")) } dd { (html::topic(&desk.registry, lang, &batch.topic)) }
            dt { (say(lang, "ファイル", "File")) } dd { (batch.file) " · " (count(batch.bytes)) " " (say(lang, "バイト", "bytes")) " · " (layout_name(desk, batch)) }
            dt { "SHA-256" } dd { code { (batch.sha256) } }
            dt { (say(lang, "送付者", "Sender")) } dd { (html::who(lang, &batch.sender)) @if !batch.origin.is_empty() { " · " (batch.origin) } }
            dt { (say(lang, "受付番号", "Delivery")) } dd { code { (batch.delivery) } }
            @if let Some(by) = &batch.decided_by {
                dt { (say(lang, "処理者", "Decided by")) } dd { (html::who(lang, by)) @if let Some(at) = &batch.decided_at { " · " (when(at)) } }
            }
            @if let Some(day) = &batch.business_date { dt { (say(lang, "業務日", "Business day")) } dd { (day) } }
        }
    }
}

/// The layout as it is called; one that is no more, by what it was known by.
fn layout_name(desk: &Desk, batch: &Batch) -> Markup {
    let folder = desk.registry.incoming(&batch.topic).and_then(|topic| topic.integration.as_ref());
    match folder.and_then(|folder| folder.layout(&batch.layout)) {
        Some(layout) => html::ja(&layout.name),
        None => html! { code { (batch.layout) } },
    }
}

/// A reason is a code of the catalogue, or what somebody wrote. The values of a code's text are told with the finding itself; of several
/// errors the first would not stand for the others, so they are counted.
fn reason_told(lang: Lang, reason: &str, errors: i64) -> Markup {
    let known = catalogue::template(reason, lang);
    html! { @match known {
        None => (words::audit_reason(lang, reason)),
        Some(_) if errors > 1 => { @if lang == Lang::Ja { "誤りが" (count(errors)) "件あります。内容は下に示します。" } @else { (count(errors)) " errors, told below." } }
        Some((text, _)) if !text.contains('{') => (text),
        Some(_) => { (say(lang, "下に示す内容のとおり", "as told below")) " " code.detail { (reason) } }
    } }
}

/// Read = published = staged = posted + held + known + rejected, in records and yen.
fn hops(lang: Lang, batch: &Batch) -> Markup {
    let hops = batch.hops();
    let [.., posted, held, known, rejected] = &hops;
    let sum = |numbers: [i64; 4]| numbers.into_iter().fold(0_i64, i64::saturating_add);
    let ends = (
        sum([posted.records, held.records, known.records, rejected.records]),
        sum([posted.yen, held.yen, known.yen, rejected.yen]),
    );
    let cancelled = batch.state == BatchState::Cancelled;
    let whole = batch.state == BatchState::Rejected && batch.faults_total > 0;
    let staged = (batch.records_staged, batch.yen_staged);
    let decided = !matches!(
        batch.state,
        BatchState::Received | BatchState::Staged | BatchState::AwaitingConfirmation | BatchState::Duplicate
    );
    let agree = (batch.records_read, batch.yen_read) == staged && (!decided || ends == staged);
    html! {
        table {
            thead { tr { th { (say(lang, "段階", "Hop")) } th.number { (say(lang, "件数", "Records")) } th.number { (say(lang, "金額", "Yen")) } } }
            tbody {
                @for (place, hop) in hops.iter().enumerate() {
                    // A file that is refused as a whole ends with all that was read.
                    @let end = if whole && place + 1 == hops.len() { &hops[0] } else { hop };
                    tr { th scope="row" { (say(lang, hop.ja, hop.en)) } td.number { (count(end.records)) } td.number { (yen(end.yen)) } }
                }
                // What was posted is taken back, and nothing of it stands.
                @if cancelled { tr { th scope="row" { (say(lang, "取消（反対仕訳）", "reversed")) } td.number { (count(-posted.records)) } td.number { (yen(-posted.yen)) } } }
            }
        }
        p {
            @if cancelled {
                (badge(Tone::Quiet, say(lang, "取消済", "cancelled"))) " "
                (if posted.records > 0 { say(lang, "記帳した分は反対仕訳で打ち消しています。この受付で有効な記帳はありません。", "What was posted is reversed; nothing of this batch stands.") }
                 else { say(lang, "記帳したものはありません。", "Nothing had been posted.") })
            } @else {
            @if batch.state == BatchState::Received { (badge(Tone::Busy, say(lang, "受信中", "arriving"))) " " (batch.chunks_staged) "/" (batch.chunks) }
            @else if batch.faults_total > 0 { (badge(Tone::Bad, say(lang, "ファイル全体を却下", "the whole file was refused"))) }
            @else if agree { (badge(Tone::Good, say(lang, "一致", "they agree"))) }
            @else { (badge(Tone::Bad, say(lang, "不一致", "they differ"))) }
            }
        }
    }
}

/// A step of a batch's life: a hop of its data, or what the audit log tells. How long it took is since the step before.
#[derive(Debug, FromRow)]
struct Step {
    at: String,
    actor: String,
    action: String,
    reason: Option<String>,
    source: String,
    took_ms: Option<i64>,
}

async fn steps(desk: &Desk, id: i64) -> Answer<Vec<Step>> {
    Ok(sqlx::query_as(include_str!("../sql/steps.sql")).bind(id).fetch_all(&desk.pool).await?)
}

fn timeline(lang: Lang, steps: &[Step], errors: i64) -> Markup {
    html! {
        @if steps.is_empty() { p.hint { (say(lang, "まだ何も起きていません。", "Nothing has happened yet.")) } }
        ol.timeline {
            @for step in steps {
                li.bad[step.action.ends_with("reject") || step.action.ends_with("cancel")] {
                    (when(&step.at)) " " strong { (step_name(lang, &step.action)) } " "
                    // The checks refuse a file, in the name of who sent it.
                    @let by_checks = step.action == "batch.reject" && !step.source.is_empty();
                    @if !by_checks { (html::who(lang, &step.actor)) }
                    @if let Some(took) = step.took_ms { " " span.hint { "+" (lasted(lang, took)) } }
                    @if by_checks { " · " (html::who(lang, &step.source)) } @else if !step.source.is_empty() { span.hint { " · " (html::who(lang, &step.source)) } }
                    @if let Some(reason) = &step.reason { div.detail { (reason_told(lang, reason, if step.action == "batch.reject" { errors } else { 0 })) } }
                }
            }
        }
    }
}

/// A hop of the data, or an action of the audit log.
fn step_name(lang: Lang, action: &str) -> String {
    match action {
        "hop.received" => say(lang, "ファイル受領", "File received").to_owned(),
        "hop.opened" => say(lang, "最初のメッセージの受入", "First message staged").to_owned(),
        "hop.staged" => say(lang, "全メッセージの受入完了", "All messages staged").to_owned(),
        other => action_name(lang, other),
    }
}

/// A time span as people say it.
fn lasted(lang: Lang, milliseconds: i64) -> String {
    let (ms, seconds) = (milliseconds.max(0), milliseconds.max(0) / 1000);
    match (lang, seconds) {
        (Lang::Ja, 0) => format!("{ms}ミリ秒"),
        (Lang::En, 0) => format!("{ms} ms"),
        (Lang::Ja, 1..60) => format!("{seconds}.{}秒", ms % 1000 / 100),
        (Lang::En, 1..60) => format!("{seconds}.{} s", ms % 1000 / 100),
        (Lang::Ja, 60..3600) => format!("{}分{}秒", seconds / 60, seconds % 60),
        (Lang::En, 60..3600) => format!("{} min {} s", seconds / 60, seconds % 60),
        (Lang::Ja, 3600..172_800) => format!("{}時間{}分", seconds / 3600, seconds % 3600 / 60),
        (Lang::En, 3600..172_800) => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        (Lang::Ja, _) => format!("{}日", seconds / 86_400),
        (Lang::En, _) => format!("{} days", seconds / 86_400),
    }
}

/// An action of the audit log in words.
pub(crate) fn action_name(lang: Lang, action: &str) -> String {
    words::action(lang, action)
}

fn document_panel(lang: Lang, documents: &[StoredDocument]) -> Markup {
    html! {
        section.panel {
            h2 { (say(lang, "証拠書類", "Documents")) }
            table {
                thead { tr { th { (say(lang, "名称", "Name")) } th { (say(lang, "種類", "Kind")) } th.number { (say(lang, "バイト", "Bytes")) } th { "SHA-256" } } }
                tbody { @for document in documents { tr { td { (document.name) } td { (document.kind) } td.number { (count(document.bytes)) } td { code { (document.sha256) } } } } }
            }
        }
    }
}
