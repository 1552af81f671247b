//! One file that goes out: what is in it, recounted from the ledger; what is different from last time; approval bound to the bytes,
//! release, and what can go wrong afterwards.

/// A cell of the survey, back to the budget lines that make it.
pub(crate) mod cell;
/// What a person decides.
pub(crate) mod decide;
/// From its records back.
mod items;
/// Ordering a file, with a look at what it would hold.
pub(crate) mod order;
/// Whom it pays.
mod payees;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::outbound::{ComparedTotal, ExportFile, FileDetail, FileState, Notable, Refusal as Refused};
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};

use super::{seen, tasks};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{
    Fields, Nav, Page, Tone, ascii, badge, count, file_badge, frame, problem_told, short, told, topic, when, who, yen,
};
use crate::notice::{Notice, Subject};
use crate::refusal::{Answer, Refusal};

/// A file one may look at.
async fn find(desk: &Desk, person: &Person, id: i64) -> Answer<FileDetail> {
    let detail = desk.exporter.outline(id).await.map_err(|error| match error {
        renkei_consumers::outbound::OutboundError::NoFile(_) => Refusal::not_found(),
        other => other.into(),
    })?;
    if person.may_on(Action::See, &detail.file.topic) { Ok(detail) } else { Err(Refusal::not_found()) }
}

/// Records of a file that are recounted while its page is made; of a larger one the page asks for it afterwards.
const AT_ONCE: i64 = 2_000;

/// The header by which a page that is open asks for its live parts (`console.js`).
const RENEWS: &str = "x-part";

/// The page.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    headers: HeaderMap,
    fields: Fields,
) -> Answer {
    let lang = person.lang;
    // What is decided by stays as it was read; only what became of the file since is asked for again.
    let renews = headers.contains_key(RENEWS);
    let detail = find(&desk, &person, id).await?;
    let full = seen::may_uncover(&person, Some(&detail.file.topic));
    if full && !detail.refusals.is_empty() {
        seen::note(&desk, &person, ("export.file", &id.to_string()), "marks").await?;
    }
    let title = format!("{} {id}", say(lang, "送出ファイル", "File"));
    let notice = Notice::of(fields.get("done")).map(|notice| notice.about(Subject::File(id)));
    let body = html! {
        div id="facts" data-live { (facts(&desk, lang, &detail.file, full)) }
        div id="tasks" data-live { (tasks::of_file(&desk, &person, id).await?) }
        @if renews {}
        @else if detail.file.records > Some(AT_ONCE) && fields.get("recount") != "now" {
            // Nobody decides before it is there: the forms come with it.
            section.panel id="recount" data-later aria-busy="true" {
                h2 { (say(lang, "元帳から数え直した合計", "Recounted from the ledger")) }
                p { a href={ "/exports/" (id) "?recount=now" } { (say(lang, "元帳から数え直しています。しばらくお待ちください。", "The ledger is being recounted; this takes some seconds.")) } }
            }
        } @else {
            (recounted(&desk, &person, detail.clone(), full).await?)
        }
        @let left: Vec<&Refused> = detail.refusals.iter().filter(|item| item.severity != BAR).collect();
        @if !left.is_empty() { section.panel { h2 { (say(lang, "送れなかったもの", "What could not go")) " (" (left.len()) ")" } (left_behind(lang, left, full)) } }
        (items::panel(&desk, &person, id, &fields).await?)
        (approvals(lang, &detail))
        div id="deliveries" data-live { (deliveries(lang, &detail)) }
    };
    Ok(frame(&person, &Page::new(Nav::Exports, &title).after(notice), body))
}

/// What is decided, and what it is decided by: the items of the file as the ledger has them now.
async fn recounted(desk: &Desk, person: &Person, outline: FileDetail, full: bool) -> Answer {
    let lang = person.lang;
    let detail = desk.exporter.recount(outline).await?;
    let marked = detail.comparison.as_ref().is_some_and(|comparison| !comparison.notable.is_empty());
    if full && marked && detail.refusals.is_empty() {
        seen::note(desk, person, ("export.file", &detail.file.id.to_string()), "marks").await?;
    }
    Ok(html! {
        div id="recount" {
            (barred(lang, &detail))
            (decide::forms(person, &detail))
            div.columns {
                section.panel { h2 { (say(lang, "元帳から数え直した合計", "Recounted from the ledger")) } (review(lang, &detail)) }
                section.panel { h2 { (say(lang, "前回の払出", "Last release")) } (previous(lang, &detail)) }
            }
            (beside(lang, &detail))
            // Orders of a void file have gone back, and name no account.
            @if detail.file.state != FileState::Void { (payees::panel(desk, person, &detail.file, full).await?) }
            (comparison(lang, &detail, full))
        }
    })
}

/// The severity of what keeps a file as a whole from being released, ever.
const BAR: &str = "bar";

/// Whether it was made to be looked at only.
fn is_barred(detail: &FileDetail) -> bool {
    detail.refusals.iter().any(|item| item.severity == BAR)
}

/// Why nobody is asked to approve it.
fn barred(lang: Lang, detail: &FileDetail) -> Markup {
    html! {
        @if is_barred(detail) {
            section.panel {
                h2 { (badge(Tone::Quiet, say(lang, "確認用", "to be looked at"))) " " (say(lang, "承認・払出しの対象外", "Neither approved nor released")) }
                ul.plain { @for item in detail.refusals.iter().filter(|item| item.severity == BAR) { li { (told(lang, &item.code, Some(&item.detail))) } } }
            }
        }
    }
}

/// What is no part of the file and good to know beside it.
fn beside(lang: Lang, detail: &FileDetail) -> Markup {
    let rows = detail.review.as_ref().map(|review| review.beside.as_slice()).unwrap_or_default();
    html! {
        @if !rows.is_empty() {
            section.panel id="beside" {
                h2 { (say(lang, "このファイルに含まれないもの", "No part of this file")) }
                table {
                    thead { tr { th { (say(lang, "内容", "What")) } th.number { (say(lang, "件数", "Count")) } th.number { (say(lang, "金額", "Yen")) } } }
                    tbody { @for row in rows { tr { td { (say(lang, &row.label_ja, &row.label_en)) } td.number { (count(row.count)) } td.number { (yen(row.yen)) } } } }
                }
                p.hint { (say(lang, "上の数え直しと承認の対象には入りません。", "It counts neither in the recount above nor in what is approved.")) }
            }
        }
    }
}

/// What a folder calls a parameter; of one it no longer knows the id.
fn param_name<'p>(desk: &'p Desk, lang: Lang, topic: &str, id: &'p str) -> &'p str {
    let folder = desk.registry.topic(topic).and_then(|topic| topic.integration.as_ref());
    let param = folder.and_then(|folder| folder.params.all().iter().find(|param| param.id == id));
    param.map_or(id, |param| param.name(lang))
}

fn facts(desk: &Desk, lang: Lang, file: &ExportFile, full: bool) -> Markup {
    html! {
        dl.facts {
            dt { (say(lang, "状態", "State")) }
            dd { (file_badge(lang, file.state.as_str())) @if let Some(problem) = &file.problem { (problem_told(lang, problem, full)) } }
            dt { (say(lang, "連携", "Topic")) } dd { (topic(&desk.registry, lang, &file.topic)) " " code { (file.profile) } }
            @if let Some(name) = &file.file_name { dt { (say(lang, "ファイル名", "Name")) } dd { (name) @if file.parts > 1 { " (" (file.part) "/" (file.parts) ")" } } }
            @if let (Some(number), Some(total)) = (file.count, file.total) {
                dt { (say(lang, "件数・金額", "Count and total")) } dd { strong { (count(number)) } " " (say(lang, "件", "records")) " · " strong { (yen(total)) } " " (say(lang, "円", "yen")) }
            }
            @if let Some(sha256) = &file.sha256 { dt { "SHA-256" } dd { code { (sha256) } } }
            dt { (say(lang, "業務日", "Business day")) } dd { (file.business_date) }
            @for (name, value) in &file.params.0 { dt { (param_name(desk, lang, &file.topic, name)) } dd { (value) } }
            dt { (say(lang, "作成指示", "Ordered")) } dd { (who(lang, &file.made_by)) " · " (when(&file.ordered_at)) }
            @if let (Some(by), Some(at)) = (&file.released_by, &file.released_at) { dt { (say(lang, "払出", "Released")) } dd { (who(lang, by)) " · " (when(at)) } }
            @if let Some(by) = &file.needed_by { dt { (say(lang, "相手先の期限", "Partner needs it by")) } dd { (when(by)) } }
            @if let Some(at) = &file.delivered_at { dt { (say(lang, "引渡", "Delivered")) } dd { (when(at)) } }
            @if let (Some(by), Some(reason)) = (&file.voided_by, &file.void_reason) { dt { (say(lang, "無効", "Void")) } dd { (who(lang, by)) @if let Some(at) = &file.voided_at { " · " (when(at)) } " · " (reason) @if let Some(confirmed) = file.void_confirmation.as_deref().filter(|text| !text.is_empty()) { " · " (confirmed) } } }
            dt { (say(lang, "払出の規則", "Release")) }
            dd { (match file.release_policy.as_str() {
                "two_person" => say(lang, "二人で（作成者と承認者は別の人）", "two persons (maker and approver differ)"),
                "operator" => say(lang, "一人で", "one person"),
                _ => say(lang, "自動", "automatic"),
            }) @if file.once { " · " (say(lang, "一度だけ送る", "leaves once only")) } }
        }
    }
}

fn review(lang: Lang, detail: &FileDetail) -> Markup {
    let recounted = detail.review.as_ref().and_then(|review| review.rows.first()).map(|row| (Some(row.count), Some(row.yen)));
    html! {
        @if let Some(problem) = &detail.review_problem { div.refusal { (say(lang, "元帳から数え直せません。", "The ledger cannot be recounted.")) (problem_told(lang, problem, true)) } }
        @if let Some(review) = &detail.review {
            table {
                thead { tr { th { (say(lang, "内訳", "What")) } th.number { (say(lang, "件数", "Count")) } th.number { (say(lang, "金額", "Yen")) } } }
                tbody { @for row in &review.rows { tr { td { (say(lang, &row.label_ja, &row.label_en)) } td.number { (count(row.count)) } td.number { (yen(row.yen)) } } } }
            }
            @if recounted == Some((detail.file.count, detail.file.total)) { p { (badge(Tone::Good, say(lang, "ファイルと一致", "as in the file"))) } }
            @else { p { (badge(Tone::Bad, say(lang, "ファイルと不一致：承認できません", "not as in the file: it cannot be approved"))) } }
        }
        @if detail.file.state == FileState::Void { p.hint { (say(lang, "無効のため数え直しません。明細はもう一度送れる状態に戻っています。", "It is void and not recounted: its items are free to go again.")) } }
        @else if detail.review.is_none() && detail.review_problem.is_none() { p.hint { (say(lang, "ファイルはまだありません。", "There is no file yet.")) } }
    }
}

fn previous(lang: Lang, detail: &FileDetail) -> Markup {
    html! {
        @match &detail.previous {
            None => p.hint { (say(lang, "前回の払出はありません。", "Nothing was released before.")) },
            Some(last) => {
                p { a href={ "/exports/" (last.id) } { (last.file_name) }
                    @if last.files > 1 { " " (if lang == Lang::Ja { format!("ほか{}ファイル", last.files - 1) } else { format!("and {} more of its order", last.files - 1) }) }
                    " · " (when(&last.released_at)) }
                table {
                    thead { tr { th {} th.number { (say(lang, "前回", "Then")) } th.number { (say(lang, "増減", "More")) } } }
                    tbody {
                        tr { th scope="row" { (say(lang, "件数", "Count")) } td.number { (count(last.count)) } td.number { (count(last.count_more)) } }
                        tr { th scope="row" { (say(lang, "金額", "Yen")) } td.number { (yen(last.total)) } td.number { (yen(last.total_more)) } }
                    }
                }
            }
        }
    }
}

fn comparison(lang: Lang, detail: &FileDetail, full: bool) -> Markup {
    html! {
        @if let Some(problem) = &detail.comparison_problem { div.refusal { (say(lang, "前回と比べられません。", "It cannot be compared with last time.")) (problem_told(lang, problem, true)) } }
        @if let Some(comparison) = &detail.comparison {
            @if !comparison.totals.is_empty() { section.panel { h2 { (say(lang, "内訳ごとの前回との差", "Parts beside last time")) } (totals(lang, &comparison.totals)) } }
            @for mark in &comparison.notable { section.panel { (notable(lang, mark, full)) } }
        }
    }
}

fn totals(lang: Lang, totals: &[ComparedTotal]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th { (say(lang, "区分", "By")) } th { (say(lang, "内訳", "Part")) } th.number { (say(lang, "件数", "Count")) } th.number { (say(lang, "金額", "Yen")) }
                th.number { (say(lang, "前回件数", "Count then")) } th.number { (say(lang, "前回金額", "Yen then")) } th.number { (say(lang, "金額の増減", "More yen")) } } }
            tbody { @for total in totals { tr {
                td { (say(lang, &total.part_ja, &total.part_en)) } td { (say(lang, &total.label_ja, &total.label_en)) }
                td.number { (count(total.count)) } td.number { (yen(total.yen)) } td.number { (count(total.count_before)) } td.number { (yen(total.yen_before)) }
                td.number { (yen(total.yen.saturating_sub(total.yen_before))) }
            } } }
        } }
    }
}

fn notable(lang: Lang, mark: &Notable, full: bool) -> Markup {
    let more = usize::try_from(mark.count).unwrap_or(usize::MAX).saturating_sub(mark.items.len());
    html! {
        h2 { (badge(Tone::Act, say(lang, "要確認", "look"))) " " (count(mark.count)) " " (say(lang, "件", "items")) " · " (yen(mark.yen)) " " (say(lang, "円", "yen")) }
        ul.plain { @for item in &mark.items { li { (told(lang, &mark.code, seen::values(Some(&item.detail), full).as_ref())) } } }
        @if more > 0 { p.hint { (say(lang, "ほか", "and")) " " (more) " " (say(lang, "件", "more")) } }
    }
}

/// Items that stay behind.
fn left_behind<'i>(lang: Lang, refusals: impl IntoIterator<Item = &'i Refused>, full: bool) -> Markup {
    html! {
        ul.plain { @for item in refusals.into_iter().take(200) {
            li { @if let (Some(object), Some(id)) = (&item.object, item.object_id) { (words::claim_object(lang, object)) " " (id) " · " } (told(lang, &item.code, seen::values(Some(&item.detail), full).as_ref())) }
        } }
    }
}

fn approvals(lang: Lang, detail: &FileDetail) -> Markup {
    html! {
        @if !detail.approvals.is_empty() {
            section.panel {
                h2 { (say(lang, "承認", "Approvals")) }
                table {
                    thead { tr { th { (say(lang, "承認者", "By")) } th { (say(lang, "日時", "When")) } th { "SHA-256" } th.number { (say(lang, "件数", "Count")) } th.number { (say(lang, "金額", "Yen")) } th { (say(lang, "状態", "State")) } } }
                    tbody { @for approval in &detail.approvals { tr {
                        td { (approval.approver) } td { (when(&approval.at)) } td { (short(&approval.sha256)) } td.number { (count(approval.count)) } td.number { (yen(approval.total)) }
                        td { @if approval.live { (badge(Tone::Good, say(lang, "有効", "live"))) } @else { (badge(Tone::Quiet, say(lang, "失効", "dead"))) " " span.detail { (match approval.dead_reason.as_deref() { Some("the file was voided") => say(lang, "ファイルの無効による", "the file was voided"), other => other.unwrap_or_default() }) } } }
                    } } }
                }
            }
        }
    }
}

fn deliveries(lang: Lang, detail: &FileDetail) -> Markup {
    html! {
        @if !detail.deliveries.is_empty() {
            section.panel {
                h2 { (say(lang, "引渡しの記録", "Deliveries")) }
                div.scroll { table {
                    thead { tr { th { (say(lang, "種類", "What")) } th { (say(lang, "日時", "When")) } th { (say(lang, "担当", "Who")) } th { (say(lang, "場所", "Where")) } th { (say(lang, "回答・理由", "Answer")) } th { (say(lang, "次の送信", "Next try")) } } }
                    tbody { @for step in &detail.deliveries { tr {
                        td { (words::delivery(lang, &step.kind)) } td { (when(&step.at)) } td { (who(lang, &step.actor)) } td.file { (step.place) }
                        td { (step.detail.as_deref().unwrap_or_default()) } td { @if let Some(next) = &step.next_try { (when(next)) } }
                    } } }
                } }
                @if detail.downloads > 0 { p.hint { (say(lang, "再取得の回数", "downloads")) " " (detail.downloads) } }
            }
        }
    }
}

fn attachment(name: &str, bytes: Vec<u8>) -> Response {
    // The name as it is for browsers that read it, and one of plain letters for those that do not.
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let disposition = format!("attachment; filename=\"{}\"; filename*=UTF-8''{}", ascii(name), encoded.replace('+', "%20"));
    ([(CONTENT_TYPE, "application/octet-stream".to_owned()), (CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

/// 再取得: the same bytes as ever, written down.
pub(crate) async fn download(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer<Response> {
    let detail = find(&desk, &person, id).await?;
    let able = [Action::Operate, Action::Approve].into_iter().any(|action| person.may_on(action, &detail.file.topic));
    if !able {
        return Err(Refusal::forbidden());
    }
    let download = desk.exporter.download(id, &person.login).await?;
    Ok(attachment(&download.file_name, download.bytes.to_vec()))
}

/// The workbook for reviewing a file.
pub(crate) async fn workbook(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer<Response> {
    let detail = find(&desk, &person, id).await?;
    let able =
        [Action::Operate, Action::Approve, Action::Audit].into_iter().any(|action| person.may_on(action, &detail.file.topic));
    if !able {
        return Err(Refusal::forbidden());
    }
    let book = desk.exporter.workbook(id, person.lang, &person.login).await?;
    Ok(attachment(&book.name, book.bytes))
}
