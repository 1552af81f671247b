//! 作業: what people must do by a time: carry a file, fetch one, decide about a missed run.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::ZonedDateTime;
use maud::{Markup, html};
use renkei_consumers::tasks::{self, End, Task, TaskFilter};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, Tone, badge, field, file_badge, frame, post, when};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Tasks of one page.
const ROWS: u32 = 200;

/// The list: open ones by their time, or all.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let all = fields.get("all") == "yes";
    let filter = TaskFilter { topic: fields.some("topic").map(str::to_owned), all, rows_max: ROWS, ..TaskFilter::default() };
    let mut found = tasks::list(&desk.pool, &filter, &clock::now()).await?;
    found.retain(|task| person.may_on(Action::See, &task.topic));
    let body = html! {
        nav.tabs {
            a href="/tasks" aria-current=[(!all).then_some("page")] { (say(lang, "未完了", "Open")) }
            a href="/tasks?all=yes" aria-current=[all.then_some("page")] { (say(lang, "すべて", "All")) }
        }
        div id="tasks" data-live {
            @if found.is_empty() { (html::empty(say(lang, "作業はありません。", "There is nothing to do."))) }
            @else { (table(&desk, &person, &found)) }
        }
    };
    Ok(frame(&person, &Page::new(Nav::Tasks, say(lang, "作業", "Tasks")).after(Notice::of(fields.get("done"))), body))
}

fn table(desk: &Desk, person: &Person, found: &[Task]) -> Markup {
    let lang = person.lang;
    html! {
        div.scroll { table {
            thead { tr {
                th { (say(lang, "期限", "By")) } th { (say(lang, "種類", "What")) } th { (say(lang, "連携", "Topic")) } th { (say(lang, "ファイル", "File")) }
                th { (say(lang, "どこから", "From")) } th { (say(lang, "どこへ", "To")) } th { (say(lang, "状態", "State")) }
            } }
            tbody { @for task in found { tr {
                td { (when(&task.due_at)) @if task.late { " " (badge(Tone::Bad, say(lang, "期限超過", "late"))) } }
                td { (words::task_kind(lang, &task.kind)) }
                td { (html::topic(&desk.registry, lang, &task.topic)) }
                td.file { (file(task)) }
                td { (desk.registry.partner(lang, &task.from_whom)) } td { (desk.registry.partner(lang, &task.to_whom)) } td { (state(person, task)) }
            } } }
        } }
    }
}

fn state(person: &Person, task: &Task) -> Markup {
    let lang: Lang = person.lang;
    if let Some(outcome) = &task.outcome {
        let word = if outcome == "done" { say(lang, "完了", "done") } else { say(lang, "不要", "not needed") };
        return html! { (badge(Tone::Quiet, word)) " " (html::who(lang, task.done_by.as_deref().unwrap_or_default())) @if let Some(at) = &task.done_at { " · " (when(at)) } " " (task.note) };
    }
    html! {
        @if person.may_on(Action::Operate, &task.topic) {
            a.button.second href={ "/tasks/" (task.id) "/end" } { (say(lang, "完了…", "Done…")) }
        } @else { (badge(Tone::Act, say(lang, "未完了", "open"))) }
    }
}

/// What is to be done with a file by hand, and what was done with it, on the file's page.
pub(super) async fn of_file(desk: &Desk, person: &Person, file: i64) -> Answer {
    let lang = person.lang;
    let filter = TaskFilter { file: Some(file), all: true, rows_max: ROWS, ..TaskFilter::default() };
    let found = tasks::list(&desk.pool, &filter, &clock::now()).await?;
    Ok(html! {
        @if !found.is_empty() {
            section.panel {
                h2 { (say(lang, "作業", "Tasks")) }
                @for task in &found { p {
                    (words::task_kind(lang, &task.kind)) " · " (desk.registry.partner(lang, &task.from_whom)) " → " (desk.registry.partner(lang, &task.to_whom))
                    " · " (say(lang, "期限", "by")) " " (when(&task.due_at)) " " (state(person, task))
                } }
            }
        }
    })
}

/// A task somebody may end.
async fn endable(desk: &Desk, person: &Person, id: i64, now: &ZonedDateTime) -> Answer<Task> {
    let task = tasks::open(&desk.pool, id, now).await?;
    if !person.may_on(Action::See, &task.topic) {
        return Err(Refusal::not_found());
    }
    if person.may_on(Action::Operate, &task.topic) { Ok(task) } else { Err(Refusal::forbidden()) }
}

/// The task once more, before it is signed: what it is about, and a note of what was done.
pub(crate) async fn look(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer {
    let lang = person.lang;
    let task = endable(&desk, &person, id, &clock::now()).await?;
    let action = format!("/tasks/{id}/end");
    let carried = match task.file_id {
        Some(file) => Some(desk.exporter.outline(file).await?),
        None => None,
    };
    let body = html! {
        dl.facts {
            dt { (say(lang, "種類", "What")) } dd { (words::task_kind(lang, &task.kind)) }
            dt { (say(lang, "連携", "Topic")) } dd { (html::topic(&desk.registry, lang, &task.topic)) }
            @if !task.file.is_empty() { dt { (say(lang, "ファイル", "File")) } dd { (file(&task)) @if let Some(carried) = &carried { " " (file_badge(lang, carried.file.state.as_str())) } } }
            dt { (say(lang, "どこから・どこへ", "From, to")) } dd { (desk.registry.partner(lang, &task.from_whom)) " → " (desk.registry.partner(lang, &task.to_whom)) }
            dt { (say(lang, "期限", "By")) } dd { (when(&task.due_at)) @if task.late { " " (badge(Tone::Bad, say(lang, "期限超過", "late"))) } }
        }
        section.panel {
            h2 { (say(lang, "完了の確認", "It is done")) }
            p.hint { (say(lang, "あなたの名前と日時で記録します。後から未完了には戻せません。", "It is put down with your name and the time, and stays done.")) }
            (post(&person, &action, html! {
                (field(say(lang, "行ったこと（任意）", "What was done (if you like)"), "note", html! { input id="note" name="reason" maxlength="400" autofocus; }))
                button type="submit" name="end" value="done" { (say(lang, "完了にする", "It is done")) }
            }))
        }
        // A file that counts is carried, or voided.
        @if task.kind != "carry" {
            section.panel {
                h2 { (say(lang, "対応が不要な場合", "It need not be done")) }
                (post(&person, &action, html! {
                    (field(say(lang, "不要の理由", "Why not"), "why", html! { input id="why" name="reason" required maxlength="400"; }))
                    button.second type="submit" name="end" value="not-needed" { (say(lang, "不要にする", "It is not needed")) }
                }))
            }
        }
        p { a href="/tasks" { (say(lang, "一覧に戻る", "Back to the list")) } }
    };
    let title = format!("{} {id}", say(lang, "作業の完了", "End task"));
    Ok(frame(&person, &Page::new(Nav::Tasks, &title), body))
}

fn file(task: &Task) -> Markup {
    html! { @match task.file_id { Some(file) => a href={ "/exports/" (file) } { (task.file) }, None => (task.file) } }
}

/// Done, or not needed with a reason.
pub(crate) async fn end(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer<Response> {
    let now = clock::now();
    endable(&desk, &person, id, &now).await?;
    let (end, note) = match fields.get("end") {
        "done" => (End::Done, fields.get("reason")),
        "not-needed" => (End::NotNeeded, fields.reason()?),
        other => return Err(Refusal::value("end", other)),
    };
    tasks::end(&desk.pool, id, end, &person.login, note, &now).await?;
    Ok(see_other(if end == End::Done { "/tasks?done=done" } else { "/tasks?done=not-needed" }))
}
