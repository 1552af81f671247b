//! 障害: messages nobody could handle, grouped by cause; each with its evidence, sent again or discarded with a reason.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::failures::traced::{self, Way};
use renkei_consumers::failures::{self, Failure, Prospect, edit};
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};
use sqlx::FromRow;

use super::{failure_edit, seen};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, Tone, badge, count, failure_badge, field, frame, older, post, when};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Messages of one page.
pub(super) const ROWS: i64 = 50;
/// Bytes of a message shown on the page.
const BODY_BYTES_MAX: usize = 20_000;

/// Open messages of one cause.
#[derive(Debug, FromRow)]
struct Group {
    queue: String,
    code: String,
    reason: String,
    messages: i64,
    first_seen: String,
    last_seen: String,
    newest: i64,
    owner: Option<String>,
    note: Option<String>,
}

/// The queues of topics a person may do this on: null for all, what belongs to no topic included.
pub(super) fn queues(desk: &Desk, person: &Person, action: Action) -> Option<Vec<String>> {
    if person.may_everywhere(action) {
        return None;
    }
    let sides = desk.registry.sides().filter(|topic| person.may_on(action, topic.slug.as_str()));
    Some(sides.map(|topic| topic.queue()).collect())
}

/// The queues of one topic, for the filter.
fn of_topic(desk: &Desk, slug: Option<&str>) -> Option<Vec<String>> {
    let slug = slug?;
    Some(desk.registry.sides().filter(|topic| topic.slug.as_str() == slug).map(|topic| topic.queue()).collect())
}

/// The page.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let may_see = queues(&desk, &person, Action::See);
    let wanted = of_topic(&desk, fields.some("topic"));
    let groups: Vec<Group> =
        sqlx::query_as(include_str!("sql/failure_groups.sql")).bind(&may_see).bind(&wanted).fetch_all(&desk.pool).await?;
    let before = fields.some("before").and_then(|text| text.parse::<i64>().ok());
    let closed: Vec<Failure> = sqlx::query_as(include_str!("sql/failures_closed.sql"))
        .bind(&may_see)
        .bind(&wanted)
        .bind(before)
        .bind(ROWS)
        .fetch_all(&desk.pool)
        .await?;
    let next = closed.last().filter(|_| i64::try_from(closed.len()).unwrap_or(0) == ROWS).map(|failure| failure.id);
    let body = html! {
        div id="failures" data-live {
            @if groups.is_empty() { (html::empty(say(lang, "未対応の障害はありません。", "No message is parked."))) }
            @for group in &groups { (group_panel(&desk, lang, group)) }
        }
        section.panel {
            h2 { (say(lang, "対応済", "Decided")) }
            @if closed.is_empty() { p.hint { (say(lang, "まだありません。", "None yet.")) } } @else { (table(lang, &closed)) }
            (older(&person, "/failures?", next))
        }
    };
    Ok(frame(&person, &Page::new(Nav::Failures, say(lang, "障害", "Failures")).after(Notice::of(fields.get("done"))), body))
}

/// Why messages are parked: what the code means and what to do, and what the program said.
pub(super) fn cause(lang: Lang, code: &str, said: &str) -> Markup {
    let known = html::general(lang, code);
    html! {
        @if let Some((meaning, remedy)) = &known {
            p { (meaning) }
            @if let Some(remedy) = remedy { p.remedy { "→ " (remedy) } }
        }
        (html::verbatim(lang, known.is_some(), said))
    }
}

/// How often it was tried before it was parked, and how often it came here.
fn times(lang: Lang, code: &str, tried: i32, parked: i32) -> String {
    match lang {
        // What no queue took, nobody worked on.
        Lang::Ja if Prospect::of(code) == Prospect::Nowhere => format!("どのキューにも入らず、ここに{parked}回届きました"),
        Lang::En if Prospect::of(code) == Prospect::Nowhere => format!("taken by no queue, parked here {parked} times"),
        Lang::Ja => format!("処理を{tried}回試行し、ここに{parked}回届きました"),
        Lang::En => format!("worked on {tried} times, parked here {parked} times"),
    }
}

/// The topic of a queue, by name; what is no queue of ours stays as it is.
pub(super) fn queue_name(desk: &Desk, lang: Lang, queue: &str) -> Markup {
    match desk.registry.sides().find(|side| side.queue() == queue) {
        Some(side) => html! { (format!("{:02}", side.number)) " " (say(lang, &side.name, &side.name_en)) },
        None => html! { code { (queue) } },
    }
}

fn group_panel(desk: &Desk, lang: Lang, group: &Group) -> Markup {
    html! {
        section.panel {
            h2 { a href={ "/failures/groups/" (group.newest) } { (queue_name(desk, lang, &group.queue)) " · " code { (group.code) } } " (" (count(group.messages)) ")" }
            (cause(lang, &group.code, &group.reason))
            p { code { (group.queue) } " · " (say(lang, "最初", "first")) " " (when(&group.first_seen)) " · " (say(lang, "最後", "last")) " " (when(&group.last_seen))
                @if let Some(owner) = &group.owner { " · " (say(lang, "担当", "owner")) " " (owner) }
                @if let Some(note) = &group.note { " · " (note) } }
        }
    }
}

pub(super) fn table(lang: Lang, failures: &[Failure]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th.number { (say(lang, "番号", "No.")) } th { (say(lang, "キュー", "Queue")) } th { (say(lang, "コード", "Code")) }
                th { (say(lang, "状態", "State")) } th.number { (say(lang, "試行", "Tries")) } th { (say(lang, "最後", "Last seen")) } th { (say(lang, "処理者・理由", "Decided by, why")) }
            } }
            tbody { @for failure in failures { tr {
                td.number { a href={ "/failures/" (failure.id) } { (failure.id) } }
                td { code { (failure.queue) } } td { code { (failure.code) } } td { (failure_badge(lang, &failure.state)) }
                td.number { (failure.attempts) } td { (when(&failure.last_seen)) }
                td { (html::who(lang, failure.decided_by.as_deref().unwrap_or_default())) " " (failure.decision.as_deref().unwrap_or_default()) }
            } } }
        } }
    }
}

pub(super) async fn find(desk: &Desk, person: &Person, id: i64, action: Action) -> Answer<(Failure, Vec<u8>)> {
    let found = failures::get(&desk.pool, id).await.map_err(|_| Refusal::not_found())?;
    let allowed = |action| queues(desk, person, action).is_none_or(|queues| queues.contains(&found.0.queue));
    if !allowed(Action::See) {
        return Err(Refusal::not_found());
    }
    if allowed(action) { Ok(found) } else { Err(Refusal::forbidden()) }
}

/// One message with its evidence.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer {
    let lang = person.lang;
    let (failure, body) = find(&desk, &person, id, Action::See).await?;
    let operates = queues(&desk, &person, Action::Operate).is_none_or(|queues| queues.contains(&failure.queue));
    let corrections = failure_edit::history(&desk, lang, id).await?;
    let full = [Action::Operate, Action::Approve, Action::Audit]
        .into_iter()
        .any(|action| queues(&desk, &person, action).is_none_or(|queues| queues.contains(&failure.queue)));
    if full {
        seen::note(&desk, &person, ("failure", &id.to_string()), "body").await?;
    }
    let way = traced::way(&desk.pool, id).await?;
    let versions = edit::versions(&desk.pool, id).await?.len();
    let page = html! {
        div id="facts" data-live { (facts(lang, &failure, &way)) }
        section.panel {
            h2 { (say(lang, "原因", "Why")) " " code { (failure.code) } }
            (cause(lang, &failure.code, &failure.reason))
        }
        div id="mend" data-live {
            @if operates && failure.state == "open" { (mend(&person, &failure, failure_edit::is_editable(&failure, &body), versions)) }
        }
        (corrections)
        section.panel {
            h2 { (say(lang, "ヘッダー", "Headers")) }
            dl.facts { @if let Some(headers) = failure.headers.as_object() { @for (name, value) in headers {
                dt { code { (name) } } dd { code { (value.as_str().map_or_else(|| value.to_string(), str::to_owned)) } }
            } } }
        }
        section.panel {
            h2 { (say(lang, "本文", "Body")) " (" (count(i64::from(failure.body_bytes))) " " (say(lang, "バイト", "bytes")) ")" }
            @if versions > 1 { p.hint { (say(lang, "届いたままの本文です。再送すると、上の「訂正」の最新の版を送ります。", "The body as it came. Sending it again sends the newest of the corrections above.")) } }
            @if full { pre { (text(&body)) } } @else { p.hint { (seen::withheld(lang)) } }
            @if full && body.len() > BODY_BYTES_MAX { p.hint { (say(lang, "先頭だけを表示しています。", "Only the beginning is shown.")) } }
        }
        p { a href={ "/failures/groups/" (id) } { (say(lang, "同じ原因の障害", "Messages of the same cause")) } }
    };
    let title = format!("{} {id}", say(lang, "障害", "Parked message"));
    Ok(frame(&person, &Page::new(Nav::Failures, &title).after(Notice::of(fields.get("done"))), page))
}

fn facts(lang: Lang, failure: &Failure, way: &Way) -> Markup {
    html! {
        dl.facts {
            dt { (say(lang, "状態", "State")) } dd { (failure_badge(lang, &failure.state)) @if let Some(by) = &failure.decided_by { " " (html::who(lang, by)) " " (failure.decision.as_deref().unwrap_or_default()) } }
            @if failure.state == "retried" { dt { (say(lang, "再送の結果", "What became of it")) } dd { (outcome(lang, way)) } }
            @if let Some(before) = way.came_from {
                dt { (say(lang, "前回の障害", "Parked before as")) }
                dd { a href={ "/failures/" (before) } { (say(lang, "障害", "message")) " " (before) } " " (say(lang, "を再送したメッセージです。", "was sent again, and failed as this one.")) }
            }
            dt { (say(lang, "キュー", "Queue")) } dd { code { (failure.queue) } }
            dt { (say(lang, "ルーティングキー", "Routing key")) } dd { code { (failure.routing_key) } }
            dt { (say(lang, "メッセージID", "Message id")) } dd { code { (failure.message_id) } }
            dt { (say(lang, "種類", "Type")) } dd { @let word = words::message_kind(lang, &failure.kind); @if word != failure.kind { (word) " " } code.detail { (failure.kind) } }
            @if let Some(app) = &failure.app_id { dt { (say(lang, "送信元", "Sender")) } dd { (app) } }
            dt { (say(lang, "試行回数", "Tries")) } dd { (times(lang, &failure.code, failure.attempts, failure.times_seen)) }
            dt { (say(lang, "期間", "Seen")) } dd { (when(&failure.first_seen)) " – " (when(&failure.last_seen)) }
        }
    }
}

/// What became of a message that was sent again.
fn outcome(lang: Lang, way: &Way) -> Markup {
    html! { @match way {
        Way { came_back: Some(new), .. } => {
            (badge(Tone::Bad, say(lang, "再び失敗", "failed again"))) " "
            a href={ "/failures/" (new) } { (say(lang, "障害", "message")) " " (new) } " " (say(lang, "として保管しています。", "is what it was parked as."))
        }
        Way { handled_at: Some(at), .. } => { (badge(Tone::Good, say(lang, "処理済", "went through"))) " " (when(at)) }
        _ => (badge(Tone::Busy, say(lang, "処理待ち", "on its way"))),
    } }
}

/// What can be done, with what is to be expected of it.
fn mend(person: &Person, failure: &Failure, is_editable: bool, versions: usize) -> Markup {
    let (lang, id) = (person.lang, failure.id);
    let corrected = versions > 1;
    let prospect = Prospect::of(&failure.code);
    let retry = post(
        person,
        &format!("/failures/{id}/retry"),
        html! {
            (field(say(lang, "メモ", "Note"), "reason", html! { input id="reason" name="reason" maxlength="400"; }))
            button type="submit" { (say(lang, "再送", "Send again")) }
        },
    );
    let correct = html! {
        @if is_editable && prospect != Prospect::Nowhere { p { a.button[prospect == Prospect::OnlyCorrected && !corrected] href={ "/failures/" (id) "/edit" } { (say(lang, "本文を訂正する", "Correct the body")) } } }
    };
    html! {
        section.panel {
            h2 { (say(lang, "対応", "Mend")) }
            @if let Some(hope) = hope(lang, prospect, corrected) { p { (hope) } }
            @match prospect {
                Prospect::Nowhere => {}
                Prospect::OnlySentAnew | Prospect::OnlyOrderedAnew => details { summary { (say(lang, "このまま再送する", "Send it again as it is")) } (retry) },
                Prospect::OnlyCorrected if !corrected => {
                    (correct)
                    @if !is_editable { p { (say(lang, "この本文は画面では訂正できません。相手先に訂正した内容の再送を依頼し、このメッセージは破棄してください。",
                                                "This body cannot be corrected on a page. Ask the partner to send it again, corrected, and discard this one.")) } }
                    details { summary { (say(lang, "訂正せずに再送する", "Send it again as it is")) } (retry) }
                }
                _ => { (retry) (correct) }
            }
            (post(person, &format!("/failures/{id}/discard"), html! {
                (field(say(lang, "破棄の理由", "Why it is discarded"), "why", html! { input id="why" name="reason" required maxlength="400"; }))
                button.danger type="submit" { (say(lang, "破棄", "Discard")) }
            }))
        }
    }
}

/// What is to be expected of sending messages of a cause again.
pub(super) fn hope(lang: Lang, prospect: Prospect, corrected: bool) -> Option<&'static str> {
    Some(match prospect {
        Prospect::Open => return None,
        Prospect::AfterMending => say(
            lang,
            "原因を取り除いてから再送してください。そのまま再送すると、同じ理由で失敗します。",
            "Mend the cause before it is sent again; until then it fails for the same reason.",
        ),
        Prospect::OnlyCorrected if corrected => {
            say(lang, "再送すると、訂正した最新の版を送ります。", "Sending it again sends the newest correction.")
        }
        Prospect::OnlyCorrected => say(
            lang,
            "メッセージの内容が原因です。そのまま再送しても、同じ理由で失敗します。本文を訂正して再送するか、理由を付けて破棄してください。",
            "What it says is the cause: sent again as it is, it fails for the same reason. Correct the body and send that, or discard it with a reason.",
        ),
        Prospect::OnlyOrderedAnew => say(
            lang,
            "指示の内容が原因です。そのまま再送しても、同じ理由で失敗します。作成を指示し直し、このメッセージは理由を付けて破棄してください。",
            "What was ordered is the cause: sent again as it is, it fails for the same reason. Order anew, and discard this one with a reason.",
        ),
        Prospect::OnlySentAnew => say(
            lang,
            "メッセージの種類かヘッダーが原因です。これらはここでは訂正できず、そのまま再送しても同じ理由で失敗します。送信側に送り直しを依頼し、このメッセージは理由を付けて破棄してください。",
            "Its type or headers are the cause. They cannot be corrected here, and sent again as it is, it fails for the same reason. Ask the sender to send it anew, and discard this one with a reason.",
        ),
        Prospect::Nowhere => say(
            lang,
            "受け取るキューがないため、再送も訂正もできません。送信側に、正しいルーティングキーで送り直すよう依頼し、理由を付けて破棄してください。",
            "No queue takes it, so it can be neither sent again nor corrected. Ask the sender to send it with the right key, and discard this one with a reason.",
        ),
    })
}

/// A body as text; JSON is laid out, every value as it was written.
fn text(body: &[u8]) -> String {
    let head = &body[..body.len().min(BODY_BYTES_MAX)];
    let text = String::from_utf8_lossy(head);
    if head.len() == body.len() { failure_edit::spread(&text) } else { text.into_owned() }
}

/// Sends one again.
pub(crate) async fn retry(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    find(&desk, &person, id, Action::Operate).await?;
    failures::retry(&desk.pool, &desk.publisher, id, &person.login, fields.get("reason")).await?;
    Ok(see_other(&format!("/failures/{id}?done=retried")))
}

/// Discards one.
pub(crate) async fn discard(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    find(&desk, &person, id, Action::Operate).await?;
    failures::discard(&desk.pool, id, &person.login, fields.reason()?).await?;
    Ok(see_other(&format!("/failures/{id}?done=discarded")))
}
