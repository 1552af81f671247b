//! 監査: who did what to which object, and whether the log is still what was written.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::audit::verify;
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};
use serde_json::Value;
use sqlx::FromRow;

use crate::access::Person;
use crate::desk::Desk;
use crate::html::{self, Fields, Nav, Page, Tone, badge, count, csv, field, frame, older, post, search, when};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Events of one page, and of a list for a spreadsheet.
const ROWS: i64 = 100;
const CSV_ROWS: i64 = 100_000;

/// An event.
#[derive(Debug, FromRow)]
struct Event {
    id: i64,
    at: String,
    actor: String,
    action: String,
    object: String,
    object_id: String,
    before: Option<Value>,
    after: Option<Value>,
    reason: Option<String>,
    source: String,
    position: Option<i64>,
}

async fn find(desk: &Desk, fields: &Fields, rows: i64) -> Answer<Vec<Event>> {
    let before = fields.some("before").map(|text| text.parse::<i64>().map_err(|_| Refusal::value("before", text))).transpose()?;
    let day = |name| match fields.some(name) {
        Some(text) => text.parse::<jiff::civil::Date>().map(|day| Some(day.to_string())).map_err(|_| Refusal::value(name, text)),
        None => Ok(None),
    };
    let found = sqlx::query_as(include_str!("sql/audit.sql"))
        .bind(fields.some("actor"))
        .bind(fields.some("action"))
        .bind(fields.some("object"))
        .bind(fields.some("object_id"))
        .bind(day("from")?)
        .bind(day("to")?)
        .bind(before)
        .bind(rows)
        .fetch_all(&desk.pool)
        .await?;
    Ok(found)
}

fn query(fields: &Fields) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in ["actor", "action", "object", "object_id", "from", "to"] {
        if let Some(value) = fields.some(name) {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

/// The log, newest first.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let events = find(&desk, &fields, ROWS).await?;
    let next = events.last().filter(|_| i64::try_from(events.len()).unwrap_or(0) == ROWS).map(|event| event.id);
    let query = query(&fields);
    let body = html! {
        (filter(lang, &fields))
        div.row {
            (post(&person, "/audit/verify", html! { button.second type="submit" { (say(lang, "連鎖を検証する", "Verify the chain")) } }))
            a href={ "/audit.csv?" (query) } { (say(lang, "CSVで保存", "Save as CSV")) }
        }
        (table(lang, &events))
        (older(&person, &format!("/audit?{query}{}", if query.is_empty() { "" } else { "&" }), next))
    };
    Ok(frame(&person, &Page::new(Nav::Audit, say(lang, "監査記録", "Audit log")).after(Notice::of(fields.get("done"))), body))
}

fn filter(lang: Lang, fields: &Fields) -> Markup {
    let text = |label: &str, name: &str, kind: &str| {
        field(label, name, html! { input id=(name) name=(name) type=(kind) value=(fields.get(name)); })
    };
    search(
        "/audit",
        html! {
            (text(say(lang, "職員", "Who"), "actor", "search"))
            (text(say(lang, "操作", "Action"), "action", "search"))
            (text(say(lang, "対象の種類", "Kind of object"), "object", "search"))
            (text(say(lang, "対象の番号", "Object"), "object_id", "search"))
            (text(say(lang, "いつから", "From"), "from", "date"))
            (text(say(lang, "いつまで", "To"), "to", "date"))
            button type="submit" { (say(lang, "検索", "Find")) }
        },
    )
}

/// The page of an object, where it has one.
fn object(lang: Lang, event: &Event) -> Markup {
    let kind = words::object(lang, &event.object);
    let address = match event.object.as_str() {
        "batch" => Some(format!("/batches/{}", event.object_id)),
        "export.file" => Some(format!("/exports/{}", event.object_id)),
        "failure" => Some(format!("/failures/{}", event.object_id)),
        _ => None,
    };
    html! {
        @match address { Some(address) => a href=(address) { (kind) " " (event.object_id) }, None => { (kind) " " code { (event.object_id) } } }
    }
}

fn table(lang: Lang, events: &[Event]) -> Markup {
    html! {
        @if events.is_empty() { (html::empty(say(lang, "該当する記録はありません。", "No event matches."))) }
        @else {
            div.scroll { table {
                thead { tr {
                    th { (say(lang, "日時", "When")) } th { (say(lang, "職員", "Who")) } th { (say(lang, "操作", "What")) } th { (say(lang, "対象", "Object")) }
                    th { (say(lang, "理由", "Why")) } th { (say(lang, "入口", "Door")) } th { (say(lang, "前後", "Before, after")) } th.number { (say(lang, "連鎖", "Chain")) }
                } }
                tbody { @for event in events { tr {
                    td { (when(&event.at)) } td { (event.actor) } td { (words::action(lang, &event.action)) } td { (object(lang, event)) }
                    td { (event.reason.as_deref().unwrap_or_default()) } td { (words::door(lang, &event.source)) }
                    td { @if event.before.is_some() || event.after.is_some() { details { summary { (say(lang, "表示", "show")) } pre { (pair(event)) } } } }
                    td.number { @match event.position { Some(position) => (count(position)), None => (badge(Tone::Busy, say(lang, "封印待ち", "waits"))) } }
                } } }
            } }
        }
    }
}

fn pair(event: &Event) -> String {
    let text = |value: &Option<Value>| {
        value.as_ref().map(|value| serde_json::to_string_pretty(value).unwrap_or_default()).unwrap_or_default()
    };
    format!("{}\n→\n{}", text(&event.before), text(&event.after))
}

/// The log for a spreadsheet.
pub(crate) async fn as_csv(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let lang = person.lang;
    let events = find(&desk, &fields, CSV_ROWS).await?;
    let headings = match lang {
        Lang::Ja => [">番号", "日時", "職員", "操作", "対象の種類", "対象の番号", "理由", "入口", "前", "後", ">連鎖の位置"],
        Lang::En => [">id", "when", "who", "action", "object", "object id", "why", "door", "before", "after", ">position"],
    };
    let json = |value: Option<Value>| value.map(|value| value.to_string()).unwrap_or_default();
    let rows = events.into_iter().map(|event| {
        vec![
            event.id.to_string(),
            event.at,
            event.actor,
            event.action,
            event.object,
            event.object_id,
            event.reason.unwrap_or_default(),
            event.source,
            json(event.before),
            json(event.after),
            event.position.map(|position| position.to_string()).unwrap_or_default(),
        ]
    });
    Ok(csv("audit.csv", &headings, &rows.collect::<Vec<_>>()))
}

/// Walks the chain.
pub(crate) async fn verify_chain(State(desk): State<Arc<Desk>>, person: Person) -> Answer {
    let lang = person.lang;
    let report = verify::verify(&desk.pool).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the audit chain cannot be walked");
        Refusal::sentence(
            "監査記録を検証できません。システム管理者に連絡してください。",
            "The log cannot be verified; tell the system's administrator.",
        )
    })?;
    let whole = |number: u64| count(i64::try_from(number).unwrap_or(i64::MAX));
    let body = html! {
        @match &report.broken {
            None => p.notice role="status" { (say(lang, "監査記録の連鎖は正しくつながっています。", "The chain is whole.")) },
            Some(broken) => {
                p.refusal role="alert" { (say(lang, "監査記録が改変されています。システム管理者と監査担当に直ちに連絡してください。", "The log was tampered with. Tell the administrator and the auditors at once.")) }
                p.detail lang="en" { (broken) }
            }
        }
        dl.facts {
            dt { (say(lang, "正しい記録", "Whole links")) } dd { (whole(report.links)) }
            dt { (say(lang, "封印", "Seals")) } dd { (whole(report.seals)) }
            dt { (say(lang, "封印待ち", "Waiting to be sealed")) } dd { (whole(report.unsealed)) }
            @if let Some(head) = &report.head { dt { (say(lang, "末尾（書き留めておく値）", "Head (write it down)")) } dd { code { (head) } } }
        }
        p { a href="/audit" { (say(lang, "監査記録に戻る", "Back to the log")) } }
    };
    Ok(frame(&person, &Page::new(Nav::Audit, say(lang, "連鎖の検証", "The chain")), body))
}
