//! 送出: files that go out, newest first.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::registry::Direction;
use renkei_core::words::{self, say};
use sqlx::FromRow;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, Fields, Nav, Page, Tone, address, badge, count, field, file_badge, frame, older, search, when, yen};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Rows of one page.
const ROWS: i64 = 50;
/// States one may ask for, and two that stand for several.
const STATES: [&str; 11] =
    ["ordered", "generated", "approved", "released", "delivered", "unknown", "void", "empty", "refused", "failed", "superseded"];

/// A file in a list.
#[derive(Debug, FromRow)]
struct Listed {
    id: i64,
    topic: String,
    profile: String,
    part: i32,
    parts: i32,
    state: String,
    file_name: Option<String>,
    count: Option<i64>,
    total: Option<i64>,
    made_by: String,
    released_by: Option<String>,
    barred: bool,
    at: String,
}

/// The newest files of a topic, as its page shows them.
pub(crate) async fn recent(desk: &Desk, lang: Lang, topic: &str, rows: i64) -> Answer {
    let files: Vec<Listed> = sqlx::query_as(include_str!("sql/exports.sql"))
        .bind(None::<Vec<String>>)
        .bind(topic)
        .bind(None::<&str>)
        .bind(None::<i64>)
        .bind(rows)
        .fetch_all(&desk.pool)
        .await?;
    Ok(table(desk, lang, &files))
}

/// The list.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let before = fields.some("before").map(|text| text.parse::<i64>().map_err(|_| Refusal::value("before", text))).transpose()?;
    let files: Vec<Listed> = sqlx::query_as(include_str!("sql/exports.sql"))
        .bind(person.scope(Action::See).topics())
        .bind(fields.some("topic"))
        .bind(fields.some("state"))
        .bind(before)
        .bind(ROWS)
        .fetch_all(&desk.pool)
        .await?;
    let full = i64::try_from(files.len()).unwrap_or(0) == ROWS;
    let next = files.last().filter(|_| full).map(|file| file.id);
    let topics = desk.registry.active(Direction::Out).filter(|topic| person.may_on(Action::See, topic.slug.as_str()));
    let body = html! {
        (search("/exports", html! {
            (field(say(lang, "連携", "Topic"), "topic", html! {
                select id="topic" name="topic" {
                    option value="" { (say(lang, "すべて", "all")) }
                    @for topic in topics {
                        option value=(topic.slug) selected[fields.get("topic") == topic.slug.as_str()] { (format!("{:02}", topic.number)) " " (say(lang, &topic.name, &topic.name_en)) }
                    }
                }
            }))
            (field(say(lang, "状態", "State"), "state", html! {
                select id="state" name="state" {
                    option value="" { (say(lang, "すべて", "all")) }
                    option value="open" selected[fields.get("state") == "open"] { (say(lang, "承認・払出待ち", "to approve or release")) }
                    option value="trouble" selected[fields.get("state") == "trouble"] { (say(lang, "異常", "in trouble")) }
                    @for state in STATES { option value=(state) selected[fields.get("state") == state] { (words::file_state(lang, state)) } }
                }
            }))
            button type="submit" { (say(lang, "検索", "Find")) }
        }))
        div id="exports" data-live[before.is_none()] { (table(&desk, lang, &files)) }
        (older(&person, &address("/exports", &fields, &["topic", "state"]), next))
    };
    Ok(frame(&person, &Page::new(Nav::Exports, say(lang, "送出", "Exports")).after(Notice::of(fields.get("done"))), body))
}

fn table(desk: &Desk, lang: Lang, files: &[Listed]) -> Markup {
    html! {
        @if files.is_empty() { (html::empty(say(lang, "該当するファイルはありません。", "No file matches."))) }
        @else {
            div.scroll { table {
                thead { tr {
                    th.number { (say(lang, "番号", "File")) } th { (say(lang, "連携", "Topic")) } th { (say(lang, "ファイル名", "Name")) }
                    th { (say(lang, "状態", "State")) } th.number { (say(lang, "件数", "Count")) } th.number { (say(lang, "金額", "Yen")) }
                    th { (say(lang, "作成者", "Made by")) } th { (say(lang, "払出者", "Released by")) } th { (say(lang, "日時", "When")) }
                } }
                tbody { @for file in files { tr {
                    td.number { a href={ "/exports/" (file.id) } { (file.id) } }
                    td { (html::topic(&desk.registry, lang, &file.topic)) @if !file.profile.is_empty() { " " code.hint { (file.profile) } } }
                    td.file { (file.file_name.as_deref().unwrap_or("–")) @if file.parts > 1 { " (" (file.part) "/" (file.parts) ")" } }
                    td { (file_badge(lang, &file.state)) @if file.barred { " " (badge(Tone::Quiet, say(lang, "確認用", "to look at"))) } }
                    td.number { @if let Some(number) = file.count { (count(number)) } } td.number { @if let Some(total) = file.total { (yen(total)) } }
                    td { (html::who(lang, &file.made_by)) } td { (html::who(lang, file.released_by.as_deref().unwrap_or_default())) } td { (when(&file.at)) }
                } } }
            } }
        }
    }
}
