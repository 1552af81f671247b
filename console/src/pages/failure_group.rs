//! The messages of one cause: sent again by the group, a few first, or discarded with a reason. What was decided is carried out step by
//! step, also when nobody looks; the page shows how far it has come.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::failures::group::{self, Order, Run};
use renkei_consumers::failures::traced::{self, Ends};
use renkei_consumers::failures::{self, Failure, Prospect};
use renkei_core::catalogue::Lang;
use renkei_core::words::{self, say};
use uuid::Uuid;

use super::failures::{ROWS, cause, find, hope, queues, table};
use super::owners::{self, Owner};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, Tone, badge, count, field, frame, post, when};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// So long an answer waits for the end of what was decided: a few messages are done by then.
const PATIENCE: Duration = Duration::from_secs(2);

/// Open messages of a cause: how many, and the newest.
async fn open(desk: &Desk, one: &Failure) -> Answer<(i64, i64)> {
    let sql = "select count(*), coalesce(max(id), 0) from intake.failure where state = 'open' and queue = $1 and code = $2";
    Ok(sqlx::query_as(sql).bind(&one.queue).bind(&one.code).fetch_one(&desk.pool).await?)
}

/// The topic of its queue; none for what no topic took.
fn topics<'d>(desk: &'d Desk, one: &Failure) -> Vec<&'d str> {
    let slug = one.queue.split_once('.').map_or("", |(_, slug)| slug);
    desk.registry.sides().map(|side| side.slug.as_str()).filter(|known| *known == slug).take(1).collect()
}

/// The page.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer {
    let lang = person.lang;
    let (one, _) = find(&desk, &person, id, Action::See).await?;
    let members: Vec<Failure> = sqlx::query_as(include_str!("sql/failures_of_group.sql"))
        .bind(&one.queue)
        .bind(&one.code)
        .bind(ROWS)
        .fetch_all(&desk.pool)
        .await?;
    let (open, newest) = open(&desk, &one).await?;
    let run = group::latest(&desk.pool, &one.queue, &one.code).await?;
    let works = run.as_ref().is_some_and(|run| run.ended_at.is_none());
    let ends = match &run {
        Some(run) if run.action == "retried" => Some(traced::ends(&desk.pool, run.id).await?),
        _ => None,
    };
    let operates = queues(&desk, &person, Action::Operate).is_none_or(|queues| queues.contains(&one.queue));
    let owners = if operates { owners::of(&desk, &topics(&desk, &one)).await? } else { Vec::new() };
    let body = html! {
        dl.facts {
            dt { (say(lang, "キュー", "Queue")) } dd { code { (one.queue) } }
            dt { (say(lang, "コード", "Code")) } dd { code { (one.code) } }
            dt { (say(lang, "原因", "Why")) } dd { (cause(lang, &one.code, &one.reason)) }
            dt { (say(lang, "未対応", "Open")) } dd { span id="open" data-live { (count(open)) } }
        }
        div id="run" data-live { @if let Some(run) = &run { (progress(lang, run, ends.as_ref())) } }
        div id="mend" data-live { @if operates && open > 0 && !works { (forms(&person, &owners, &one, (open, newest))) } }
        div id="members" data-live { (table(lang, &members)) }
        @if open > ROWS { p.hint { (say(lang, "未対応のうち古いものから表示しています。", "The oldest open ones are shown.")) } }
    };
    let title = format!("{} {}", say(lang, "障害", "Failures"), one.code);
    Ok(frame(&person, &Page::new(Nav::Failures, &title).after(Notice::of(fields.get("done"))), body))
}

/// How far the last decision has come, and what became of what it sent again.
fn progress(lang: Lang, run: &Run, ends: Option<&Ends>) -> Markup {
    let (handled, stopped) = (run.done.saturating_add(run.failed), run.trouble.is_some());
    let came_back = ends.map_or(0, |ends| ends.came_back);
    let under_way = ends.map_or(0, |ends| run.done - ends.handled - ends.came_back).max(0);
    html! {
        section.panel {
            h2 { (words::action(lang, &format!("failure.{}", run.action))) " "
                @match (&run.ended_at, stopped) {
                    (None, _) => (badge(Tone::Busy, say(lang, "処理中", "under way"))),
                    (Some(_), true) => (badge(Tone::Bad, say(lang, "一部は未処理", "not all of them"))),
                    (Some(_), false) if came_back > 0 => (badge(Tone::Bad, say(lang, "再び失敗", "failed again"))),
                    (Some(_), false) if under_way > 0 => (badge(Tone::Busy, say(lang, "再送完了・処理待ち", "sent, on their way"))),
                    (Some(_), false) => (badge(Tone::Good, say(lang, "完了", "done"))),
                } }
            p { progress max=(run.wanted) value=(handled) aria-label=(say(lang, "進み具合", "how far it is")) {} " "
                (count(run.done)) " / " (count(run.wanted)) " " (say(lang, "件", "messages"))
                " · " (run.by) " · " (when(&run.at)) @if let Some(ended) = &run.ended_at { " – " (when(ended)) } }
            @if let Some(ends) = ends { p {
                (say(lang, "処理済", "went through")) " " (count(ends.handled)) " · " (say(lang, "再び失敗", "failed again")) " " (count(ends.came_back))
                @if let Some(newest) = ends.newest { " (" a href={ "/failures/" (newest) } { (say(lang, "最新: 障害", "newest: message")) " " (newest) } ")" }
                " · " (say(lang, "処理待ち", "on their way")) " " (count(under_way))
            } }
            @if run.failed > 0 { p { (count(run.failed)) " " (say(lang, "件は再送できず、未対応のままです。", "messages could not be sent and stay open.")) } }
            @if let Some(trouble) = &run.trouble {
                p { (say(lang, "途中で止まりました。残りは未対応のままです。", "It stopped on the way; the rest stays open.")) }
                (html::verbatim(lang, true, trouble))
            }
        }
    }
}

fn forms(person: &Person, owners: &[Owner], one: &Failure, (open, newest): (i64, i64)) -> Markup {
    let (lang, id) = (person.lang, one.id);
    let prospect = Prospect::of(&one.code);
    let address = |act: &str| format!("/failures/groups/{id}/{act}");
    // A form that is sent twice is one decision, about the messages that were there when the page was made.
    let marks =
        || html! { input type="hidden" name="key" value=(Uuid::now_v7()); input type="hidden" name="upto" value=(newest); };
    let retry = post(
        person,
        &address("retry"),
        html! {
            (marks())
            (field(say(lang, "件数", "How many"), "messages", html! { input id="messages" name="messages" type="number" min="1" max=(open) value=(open.min(3)) required; }))
            (field(say(lang, "メモ", "Note"), "retry-reason", html! { input id="retry-reason" name="reason" maxlength="400"; }))
            button type="submit" { (say(lang, "古い順に再送", "Send the oldest again")) }
        },
    );
    html! {
        section.panel {
            h2 { (say(lang, "対応", "Mend")) }
            @if let Some(hope) = hope(lang, prospect, false) { p { (hope) } }
            @match prospect {
                Prospect::Nowhere => {}
                Prospect::Open | Prospect::AfterMending => {
                    p.hint { (say(lang, "まず数件を再送し、結果を確かめてから残りを再送してください。", "Send a few again, look at the outcome, then send the rest.")) }
                    (retry)
                }
                // What fails again as it is comes last.
                _ => details { summary { (say(lang, "このまま再送する", "Send them again as they are")) } (retry) }
            }
            (post(person, &address("note"), html! {
                (owners::choice(lang, owners, &person.login))
                (field(say(lang, "メモ", "Note"), "note", html! { input id="note" name="note" maxlength="400"; }))
                button.second type="submit" { (say(lang, "保存", "Save")) }
            }))
            details {
                summary { (say(lang, "破棄", "Discard")) }
                (post(person, &address("discard"), html! {
                    (marks())
                    (field(say(lang, "理由", "Reason"), "discard-reason", html! { input id="discard-reason" name="reason" required maxlength="400"; }))
                    label { input type="checkbox" name="all" value="yes" required; " " (say(lang, "この原因の未対応をすべて破棄する", "discard every open message of this cause")) }
                    button.danger type="submit" { (say(lang, "破棄する", "Discard them")) }
                }))
            }
        }
    }
}

/// Sends some of a cause again, oldest first.
pub(crate) async fn retry(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    let (one, _) = find(&desk, &person, id, Action::Operate).await?;
    let messages = fields.number("messages")?.max(1);
    decide(&desk, &person, &one, &fields, (group::Action::Retry, messages, fields.get("reason"))).await?;
    Ok(see_other(&format!("/failures/groups/{id}?done=retried")))
}

/// Discards all of a cause.
pub(crate) async fn discard(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    let (one, _) = find(&desk, &person, id, Action::Operate).await?;
    let reason = fields.reason()?;
    if fields.some("all").is_none() {
        return Err(Refusal::sentence("すべて破棄することを確認してください。", "Confirm that all of them are discarded."));
    }
    decide(&desk, &person, &one, &fields, (group::Action::Discard, i64::MAX, reason)).await?;
    Ok(see_other(&format!("/failures/groups/{id}?done=discarded")))
}

/// Writes the decision down and begins to carry it out. What takes longer goes on behind the page.
async fn decide(
    desk: &Arc<Desk>,
    person: &Person,
    one: &Failure,
    fields: &Fields,
    (action, messages, reason): (group::Action, i64, &str),
) -> Answer<()> {
    let key = fields.get("key").parse().map_err(|_| Refusal::value("key", fields.get("key")))?;
    let upto = fields.number("upto")?;
    let order = Order { key, queue: &one.queue, code: &one.code, action, upto, messages, actor: &person.login, reason };
    let Some(run) = group::order(&desk.pool, &order).await? else { return Ok(()) };
    let behind = desk.clone();
    let work = tokio::spawn(async move { group::carry_out(&behind.pool, &behind.publisher, run).await });
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(Err(error))) => Err(error.into()),
        // It goes on, or another process goes on with it; the page shows how far it is.
        _ => Ok(()),
    }
}

/// Who looks after a cause, and what is known of it.
pub(crate) async fn note(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer<Response> {
    let (one, _) = find(&desk, &person, id, Action::Operate).await?;
    owners::check(&desk, fields.get("owner"), &topics(&desk, &one)).await?;
    failures::note(&desk.pool, &one.queue, &one.code, fields.get("owner"), fields.get("note"), &person.login).await?;
    Ok(see_other(&format!("/failures/groups/{id}?done=noted")))
}
