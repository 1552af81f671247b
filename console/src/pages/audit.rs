//! 監査: who did what to which object, and whether the log is still what was written.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use maud::{Markup, html};
use renkei_consumers::audit::verify::{self, Broken};
use renkei_core::catalogue::{self, Lang};
use renkei_core::words::{self, say};
use serde_json::Value;
use sqlx::FromRow;

use crate::access::Person;
use crate::desk::Desk;
use crate::html::{self, Fields, Nav, Page, Tone, address, badge, count, csv_stream, field, frame, older, post, search, when};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Events of one page.
const ROWS: i64 = 100;
/// Events that are read at a time for a spreadsheet.
const BLOCK: i64 = 2_000;

/// What events are chosen by.
const FIELDS: [&str; 6] = ["actor", "action", "object", "object_id", "from", "to"];

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

/// Which events.
#[derive(Debug, Clone, Default)]
struct Wanted {
    actor: Option<String>,
    action: Option<String>,
    object: Option<String>,
    object_id: Option<String>,
    from: Option<String>,
    to: Option<String>,
    before: Option<i64>,
}

impl Wanted {
    fn of(fields: &Fields) -> Answer<Wanted> {
        let text = |name: &str| fields.some(name).map(str::to_owned);
        let day = |name| match fields.some(name) {
            Some(text) => {
                text.parse::<jiff::civil::Date>().map(|day| Some(day.to_string())).map_err(|_| Refusal::value(name, text))
            }
            None => Ok(None),
        };
        let before = fields.some("before").map(|text| text.parse().map_err(|_| Refusal::value("before", text))).transpose()?;
        let (actor, action, object, object_id) = (text("actor"), text("action"), text("object"), text("object_id"));
        Ok(Wanted { actor, action, object, object_id, from: day("from")?, to: day("to")?, before })
    }
}

async fn find(desk: &Desk, wanted: &Wanted, rows: i64) -> Answer<Vec<Event>> {
    let found = sqlx::query_as(include_str!("sql/audit.sql"))
        .bind(&wanted.actor)
        .bind(&wanted.action)
        .bind(&wanted.object)
        .bind(&wanted.object_id)
        .bind(&wanted.from)
        .bind(&wanted.to)
        .bind(wanted.before)
        .bind(rows)
        .fetch_all(&desk.pool)
        .await?;
    Ok(found)
}

/// The log, newest first.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let events = find(&desk, &Wanted::of(&fields)?, ROWS).await?;
    let next = events.last().filter(|_| i64::try_from(events.len()).unwrap_or(0) == ROWS).map(|event| event.id);
    let body = html! {
        (filter(lang, &fields))
        div.row {
            (post(&person, "/audit/verify", html! { button.second type="submit" { (say(lang, "連鎖を検証する", "Verify the chain")) } }))
            a href=(address("/audit.csv", &fields, &FIELDS)) { (say(lang, "CSVで保存", "Save as CSV")) }
        }
        (table(lang, &events))
        (older(&person, &address("/audit", &fields, &FIELDS), next))
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
            (actions(lang, fields.get("action")))
            (choice(lang, say(lang, "対象の種類", "Kind of object"), "object", fields.get("object"), "audit_object"))
            (text(say(lang, "対象の番号", "Object"), "object_id", "search"))
            (text(say(lang, "いつから", "From"), "from", "date"))
            (text(say(lang, "いつまで", "To"), "to", "date"))
            button type="submit" { (say(lang, "検索", "Find")) }
        },
    )
}

/// What is wrong with the chain, and where.
fn broken_told(lang: Lang, broken: &Broken) -> String {
    if lang == Lang::En {
        return broken.to_string();
    }
    match broken {
        Broken::Changed { position, event_id } => {
            format!("連鎖の位置{position}：記録{event_id}が封印した内容と違います（書き換え、または差し替え）。")
        }
        Broken::Deleted { position, event_id } => format!("連鎖の位置{position}：記録{event_id}が削除されています。"),
        Broken::LinkMissing { position } => format!("連鎖の位置{position}：つなぎが削除されています。"),
        Broken::Seal { seal, position } => format!("封印{seal}：位置{position}の連鎖が、封印した内容と違います。"),
        Broken::Unsealed { position } => {
            format!("連鎖の位置{position}：封印がありません（封印の削除、または別の手による書き込み）。")
        }
        Broken::Inserted { event_id } => {
            format!("記録{event_id}は、連鎖にも封印待ちにもありません（通常の手順によらない書き込み）。")
        }
        Broken::Requeued { event_id } => format!("記録{event_id}は、連鎖にあるのに、もう一度封印待ちになっています。"),
        Broken::Head { expected } => format!("書き留めた末尾{expected}が連鎖にありません（切り詰め、または書き換え）。"),
    }
}

/// A value the catalogue has words for, or any. Each word stands once; what it chooses is all that it tells.
fn choice(lang: Lang, label: &str, name: &str, chosen: &str, table: &str) -> Markup {
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for value in catalogue::values(table) {
        known.entry(catalogue::word(table, value, lang).unwrap_or(value)).or_default().push(value);
    }
    let asked = |values: &[&str]| chosen.split(',').any(|one| values.contains(&one));
    field(
        label,
        name,
        html! {
            select id=(name) name=(name) {
                option value="" { (say(lang, "すべて", "all")) }
                @for (word, values) in &known { option value=(values.join(",")) selected[asked(values)] { (word) } }
                // What was written by an older version may have no words any more.
                @if !chosen.is_empty() && !known.values().any(|values| asked(values)) { option value=(chosen) selected { (chosen) } }
            }
        },
    )
}

/// An action, among those about the same; within them as in [`choice`].
fn actions(lang: Lang, chosen: &str) -> Markup {
    let mut known: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for value in catalogue::values("audit_action") {
        let word = catalogue::word("audit_action", value, lang).unwrap_or(value);
        known.entry(words::action_group(lang, value)).or_default().entry(word).or_default().push(value);
    }
    let asked = |values: &[&str]| chosen.split(',').any(|one| values.contains(&one));
    let listed = known.values().flat_map(BTreeMap::values).any(|values| asked(values));
    field(
        say(lang, "操作", "Action"),
        "action",
        html! {
            select id="action" name="action" {
                option value="" { (say(lang, "すべて", "all")) }
                @for (group, of_group) in &known { optgroup label=(group) {
                    @for (word, values) in of_group { option value=(values.join(",")) selected[asked(values)] { (word) } }
                } }
                // What was written by an older version may have no words any more.
                @if !chosen.is_empty() && !listed { option value=(chosen) selected { (chosen) } }
            }
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
                    td { (when(&event.at)) } td { (html::who(lang, &event.actor)) } td { (words::action(lang, &event.action)) } td { (object(lang, event)) }
                    td { @if let Some(reason) = &event.reason { (html::reason(lang, reason)) } } td.door { (html::who(lang, &event.source)) }
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

/// The log for a spreadsheet: all that matches, read block by block while it is sent.
pub(crate) async fn as_csv(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let lang = person.lang;
    let wanted = Wanted::of(&fields)?;
    let headings = match lang {
        Lang::Ja => {
            [">番号", "日時", "職員", "操作", "操作コード", "対象の種類", "対象の番号", "理由", "入口", "前", "後", ">連鎖の位置"]
        }
        Lang::En => {
            [">id", "when", "who", "action", "action code", "object", "object id", "why", "door", "before", "after", ">position"]
        }
    };
    let blocks = stream::try_unfold((desk, Some(wanted)), move |(desk, wanted)| async move {
        let Some(wanted) = wanted else { return Ok::<_, Refusal>(None) };
        let events = find(&desk, &wanted, BLOCK).await?;
        let next = events.last().map(|last| Wanted { before: Some(last.id), ..wanted });
        Ok(Some((events.into_iter().map(|event| row(lang, event)).collect(), (desk, next))))
    });
    Ok(csv_stream("audit.csv", &headings, blocks))
}

fn row(lang: Lang, event: Event) -> Vec<String> {
    let json = |value: Option<Value>| value.map(|value| value.to_string()).unwrap_or_default();
    vec![
        event.id.to_string(),
        event.at,
        event.actor,
        words::action(lang, &event.action),
        event.action,
        words::object(lang, &event.object),
        event.object_id,
        event.reason.unwrap_or_default(),
        words::door(lang, &event.source),
        json(event.before),
        json(event.after),
        event.position.map(|position| position.to_string()).unwrap_or_default(),
    ]
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
                p { (broken_told(lang, broken)) }
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
