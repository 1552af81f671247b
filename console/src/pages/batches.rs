//! 受付: what came in, newest first, found by topic, state, file name, id or day.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::registry::{Direction, Registry};
use renkei_core::words::{self, say};
use sqlx::FromRow;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, Fields, Nav, Page, batch_badge, count, field, frame, older, search, when, yen};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Rows of one page.
const ROWS: i64 = 50;
const STATES: [&str; 8] = ["received", "staged", "awaiting_confirmation", "posted", "held", "rejected", "duplicate", "cancelled"];

/// A batch in a list.
#[derive(Debug, FromRow)]
pub(crate) struct Listed {
    id: i64,
    topic: String,
    file: String,
    state: String,
    records_read: i64,
    yen_read: i64,
    records_posted: i64,
    records_held: i64,
    records_rejected: i64,
    received_at: String,
}

/// The list.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let scope = person.scope(Action::See);
    let before = fields.some("before").map(|text| text.parse::<i64>().map_err(|_| Refusal::value("before", text))).transpose()?;
    let batches: Vec<Listed> = sqlx::query_as(include_str!("sql/batches.sql"))
        .bind(scope.topics())
        .bind(fields.some("topic"))
        .bind(fields.some("state"))
        .bind(fields.some("find"))
        .bind(fields.some("day"))
        .bind(before)
        .bind(ROWS)
        .fetch_all(&desk.pool)
        .await?;
    let full = i64::try_from(batches.len()).unwrap_or(0) == ROWS;
    let next = batches.last().filter(|_| full).map(|batch| batch.id);
    let body = html! {
        (filter(&desk.registry, &person, &fields))
        div id="batches" data-live[before.is_none()] { (table(&desk, lang, &batches)) }
        (older(&person, &address(&fields), next))
    };
    Ok(frame(&person, &Page::new(Nav::Batches, say(lang, "受付", "Batches")).after(Notice::of(fields.get("done"))), body))
}

/// The address of the same list, without its page.
fn address(fields: &Fields) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in ["topic", "state", "find", "day"] {
        if let Some(value) = fields.some(name) {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    format!("/batches?{query}{}", if query.is_empty() { "" } else { "&" })
}

fn filter(registry: &Registry, person: &Person, fields: &Fields) -> Markup {
    let lang = person.lang;
    let topics = registry.active(Direction::In).filter(|topic| person.may_on(Action::See, topic.slug.as_str()));
    search(
        "/batches",
        html! {
            (field(say(lang, "連携", "Topic"), "topic", html! {
                select id="topic" name="topic" {
                    option value="" { (say(lang, "すべて", "all")) }
                    @for topic in topics {
                        option value=(topic.slug) selected[fields.get("topic") == topic.slug.as_str()] {
                            (format!("{:02}", topic.number)) " " (say(lang, &topic.name, &topic.name_en))
                        }
                    }
                }
            }))
            (field(say(lang, "状態", "State"), "state", html! {
                select id="state" name="state" {
                    option value="" { (say(lang, "すべて", "all")) }
                    @for state in STATES {
                        option value=(state) selected[fields.get("state") == state] { (words::batch_state(lang, state)) }
                    }
                }
            }))
            (field(say(lang, "受領日", "Day"), "day", html! { input id="day" name="day" type="date" value=(fields.get("day")); }))
            (field(say(lang, "ファイル名・番号", "File name or number"), "find", html! {
                input id="find" name="find" type="search" value=(fields.get("find"));
            }))
            button type="submit" { (say(lang, "検索", "Find")) }
        },
    )
}

/// Batches as a table.
pub(crate) fn table(desk: &Desk, lang: Lang, batches: &[Listed]) -> Markup {
    html! {
        @if batches.is_empty() { (html::empty(say(lang, "該当する受付はありません。", "No batch matches."))) }
        @else {
            div.scroll { table {
                thead { tr {
                    th.number { (say(lang, "番号", "Batch")) }
                    th { (say(lang, "連携", "Topic")) }
                    th { (say(lang, "ファイル", "File")) }
                    th { (say(lang, "状態", "State")) }
                    th.number { (say(lang, "件数", "Records")) }
                    th.number { (say(lang, "金額", "Yen")) }
                    th.number { (say(lang, "記帳", "Posted")) }
                    th.number { (say(lang, "保留", "Held")) }
                    th.number { (say(lang, "却下", "Rejected")) }
                    th { (say(lang, "受領", "Received")) }
                } }
                tbody { @for batch in batches { tr {
                    td.number { a href={ "/batches/" (batch.id) } { (batch.id) } }
                    td { (html::topic(&desk.registry, lang, &batch.topic)) }
                    td.file { (batch.file) }
                    td { (batch_badge(lang, &batch.state)) }
                    td.number { (count(batch.records_read)) }
                    td.number { (yen(batch.yen_read)) }
                    td.number { (count(batch.records_posted)) }
                    td.number { (count(batch.records_held)) }
                    td.number { (count(batch.records_rejected)) }
                    td { (when(&batch.received_at)) }
                } } }
            } }
        }
    }
}
