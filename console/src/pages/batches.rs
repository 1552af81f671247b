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
use crate::html::{self, Fields, Nav, Page, address, batch_badge, count, field, frame, older, search, when, yen};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Rows of one page.
const ROWS: i64 = 50;
/// Batches among which a part of a name is looked for at a time.
const SEARCHED: i64 = 20_000;
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

/// Which batches.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted<'a> {
    /// Topics one may see; `None`: all.
    pub(crate) topics: Option<Vec<String>>,
    pub(crate) topic: Option<&'a str>,
    pub(crate) state: Option<&'a str>,
    /// A part of a file's name, a number, a delivery or the beginning of a SHA-256.
    pub(crate) find: Option<&'a str>,
    pub(crate) day: Option<&'a str>,
    pub(crate) before: Option<i64>,
    pub(crate) rows: i64,
}

/// Batches, newest first, and where older ones begin. A part of a name is looked for among so many batches at a time: the next page
/// looks on.
pub(crate) async fn read(desk: &Desk, wanted: &Wanted<'_>) -> Answer<(Vec<Listed>, Option<i64>)> {
    let Wanted { topics, topic, state, find, day, before, rows } = wanted;
    let (mut above, mut found) = (0, Vec::new());
    if let Some(find) = find {
        let newest: i64;
        (newest, found) = by_number(desk, find).await?;
        above = before.unwrap_or(newest.saturating_add(1)).saturating_sub(SEARCHED + 1).max(0);
    }
    // The index of days begins with the topic.
    let every = || desk.registry.sides().map(|side| side.slug.to_string()).collect();
    let topics = if day.is_some() { Some(topics.clone().unwrap_or_else(every)) } else { topics.clone() };
    let batches: Vec<Listed> = sqlx::query_as(include_str!("sql/batches.sql"))
        .bind(topics)
        .bind(topic)
        .bind(state)
        .bind(find)
        .bind(day)
        .bind(before)
        .bind(rows)
        .bind(above)
        .bind(found)
        .fetch_all(&desk.pool)
        .await?;
    let full = i64::try_from(batches.len()).unwrap_or(0) >= *rows;
    let next = if full { batches.last().map(|batch| batch.id) } else { Some(above + 1).filter(|_| above > 0) };
    Ok((batches, next))
}

/// The newest batch of all, and those with this number, this delivery, or a SHA-256 that begins so.
async fn by_number(desk: &Desk, find: &str) -> Answer<(i64, Vec<i64>)> {
    let hex = find.len() >= 8 && find.bytes().all(|byte| byte.is_ascii_hexdigit());
    let found = sqlx::query_as(include_str!("sql/batches_by_number.sql"))
        .bind(find.parse::<i64>().ok())
        .bind(find.parse::<uuid::Uuid>().ok())
        .bind(hex.then(|| find.to_ascii_lowercase()))
        .fetch_one(&desk.pool)
        .await?;
    Ok(found)
}

/// The list.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let scope = person.scope(Action::See);
    let before = fields.some("before").map(|text| text.parse::<i64>().map_err(|_| Refusal::value("before", text))).transpose()?;
    let wanted = Wanted {
        topics: scope.topics().map(<[String]>::to_vec),
        topic: fields.some("topic"),
        state: fields.some("state"),
        find: fields.some("find"),
        day: fields.some("day"),
        before,
        rows: ROWS,
    };
    let (batches, next) = read(&desk, &wanted).await?;
    let body = html! {
        (filter(&desk.registry, &person, &fields))
        div id="batches" data-live[before.is_none()] { (table(&desk, lang, &batches)) }
        (older(&person, &address("/batches", &fields, &["topic", "state", "find", "day"]), next))
    };
    Ok(frame(&person, &Page::new(Nav::Batches, say(lang, "受付", "Batches")).after(Notice::of(fields.get("done"))), body))
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
