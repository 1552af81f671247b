use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::outbound::{FileDetail, FileState, Found};
use renkei_consumers::tasks;
use renkei_core::calendar::clock;
use renkei_core::words::say;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, field, post};
use crate::refusal::{Answer, Refusal};

/// What can be decided about a file now, by this person.
pub(super) fn forms(person: &Person, detail: &FileDetail) -> Markup {
    let lang = person.lang;
    let file = &detail.file;
    let approves = person.may_on(Action::Approve, &file.topic);
    let operates = person.may_on(Action::Operate, &file.topic);
    let one = file.release_policy != "two_person";
    let releases = approves || (one && operates);
    let state = file.state;
    let barred = super::is_barred(detail);
    let address = |act: &str| format!("/exports/{}/{act}", file.id);
    let acts = approves || operates;
    html! {
        @if acts {
            section.panel {
                h2 { (say(lang, "操作", "Act")) }
                @if state == FileState::Generated && approves && !one && !barred {
                    p { (say(lang, "下の数え直しと前回との差を確かめてから承認してください。承認はこのファイルのSHA-256に結び付き、内容が変われば失効します。",
                             "Look at the recount and the differences below, then approve. The approval is bound to this SHA-256 and dies with any change.")) }
                    (post(person, &address("approve"), html! {
                        input type="hidden" name="sha256" value=(file.sha256.as_deref().unwrap_or_default());
                        button type="submit" { (say(lang, "承認する", "Approve")) }
                    }))
                }
                @if releases && !barred && (state == FileState::Approved || (one && state == FileState::Generated)) {
                    (post(person, &address("release"), html! { button type="submit" { (say(lang, "払い出す", "Release")) } }))
                }
                @if state.has_left() {
                    (post(person, &address("download"), html! { button.second type="submit" { (say(lang, "再取得（記録されます）", "Download again (recorded)")) } }))
                }
                @if file.sha256.is_some() {
                    (post(person, &address("workbook"), html! { button.second type="submit" { (say(lang, "確認用のExcelブック", "Workbook for review")) } }))
                }
                @if matches!(state, FileState::Released | FileState::Delivered) && acts {
                    details { summary { (say(lang, "送信結果が分からない", "Nobody knows whether it arrived")) }
                        (reason_form(person, &address("unknown"), say(lang, "送信結果不明にする", "Mark as unknown"), false)) }
                }
                @if state == FileState::Released && acts {
                    details { summary { (say(lang, "相手先に届かなかったので、もう一度送る", "It did not arrive; deliver it again")) }
                        (reason_form(person, &address("retry"), say(lang, "再送する", "Deliver again"), false)) }
                }
                @if state == FileState::Unknown && acts {
                    (post(person, &address("resolve"), html! {
                        fieldset { legend { (say(lang, "相手先に確認した結果", "What the partner says")) }
                            label { input type="radio" name="found" value="arrived" required; " " (say(lang, "届いている", "it has the file")) } " "
                            label { input type="radio" name="found" value="not-arrived" required; " " (say(lang, "届いていない（もう一度送る）", "it never got it (deliver again)")) } }
                        (field(say(lang, "確認の方法", "How that is known"), "resolve-reason", html! { input id="resolve-reason" name="reason" required maxlength="400"; }))
                        (field(say(lang, "相手先の回答", "The partner's words"), "confirmation", html! { input id="confirmation" name="confirmation" maxlength="400"; }))
                        button type="submit" { (say(lang, "記録する", "Record")) }
                    }))
                }
                @if approves && !matches!(state, FileState::Void | FileState::Empty | FileState::Refused | FileState::Superseded | FileState::Ordered | FileState::Failed) {
                    details { summary { (say(lang, "無効にする", "Void")) }
                        p.hint { (say(lang, "無効にすると、このファイルの明細はもう一度送れるようになります。払い出した後は、相手先が処理していないことの確認が必要です。",
                                      "Its items are then free to go again. After the release the partner must confirm that it did not process the file.")) }
                        (reason_form(person, &address("void"), say(lang, "無効にする", "Void it"), file.released_at.is_some())) }
                }
            }
        }
    }
}

fn reason_form(person: &Person, action: &str, words: &str, confirmed: bool) -> Markup {
    let lang = person.lang;
    let id = action.replace('/', "-");
    post(
        person,
        action,
        html! {
            (field(say(lang, "理由", "Reason"), &format!("reason{id}"), html! { input id={ "reason" (id) } name="reason" required maxlength="400"; }))
            @if confirmed {
                (field(say(lang, "相手先の確認（処理していないこと）", "The partner's confirmation that it did not process it"), &format!("confirmation{id}"), html! {
                    input id={ "confirmation" (id) } name="confirmation" required maxlength="400";
                }))
            }
            button.danger type="submit" { (words) }
        },
    )
}

/// The file, for somebody who may do this with it.
async fn allowed(desk: &Desk, person: &Person, id: i64, actions: &[Action]) -> Answer<FileDetail> {
    let detail = super::find(desk, person, id).await?;
    let able = actions.iter().any(|action| person.may_on(*action, &detail.file.topic));
    if able { Ok(detail) } else { Err(Refusal::forbidden()) }
}

/// Acts about money ask again who is there, when it is some minutes since they last said so.
fn proof(person: &Person, id: i64) -> Option<Response> {
    (!person.proven_lately).then(|| see_other(&format!("/prove?back=/exports/{id}")))
}

fn back(id: i64, done: &str) -> Response {
    see_other(&format!("/exports/{id}?done={done}"))
}

/// 承認, of exactly the bytes that were shown.
pub(crate) async fn approve(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    allowed(&desk, &person, id, &[Action::Approve]).await?;
    if let Some(ask) = proof(&person, id) {
        return Ok(ask);
    }
    desk.exporter.approve(id, &person.login, fields.get("sha256")).await?;
    Ok(back(id, "approved"))
}

/// 払出
pub(crate) async fn release(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer<Response> {
    let detail = super::find(&desk, &person, id).await?;
    let one = detail.file.release_policy != "two_person";
    let able = person.may_on(Action::Approve, &detail.file.topic) || (one && person.may_on(Action::Operate, &detail.file.topic));
    if !able {
        return Err(Refusal::forbidden());
    }
    if let Some(ask) = proof(&person, id) {
        return Ok(ask);
    }
    // Released before: nothing happens a second time, and whoever clicked should know.
    if detail.file.state.has_left() {
        return Err(Refusal::sentence(
            "このファイルはすでに払い出されています。二度は払い出せません。",
            "The file was released already; it leaves once only.",
        ));
    }
    desk.exporter.release(id, &person.login).await?;
    // Who carries it learns it now, not with the next look for what is to be done.
    if let Err(error) = tasks::refresh(&desk.pool, &desk.registry, &clock::now()).await {
        tracing::warn!(error = &error as &dyn std::error::Error, file = id, "the task of carrying the file is made later");
    }
    Ok(back(id, "released"))
}

/// 無効
pub(crate) async fn void(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer<Response> {
    allowed(&desk, &person, id, &[Action::Approve]).await?;
    if let Some(ask) = proof(&person, id) {
        return Ok(ask);
    }
    desk.exporter.void(id, &person.login, fields.reason()?, fields.get("confirmation")).await?;
    Ok(back(id, "voided"))
}

/// 送信結果不明
pub(crate) async fn unknown(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    allowed(&desk, &person, id, &[Action::Operate, Action::Approve]).await?;
    desk.exporter.mark_unknown(id, &person.login, fields.reason()?).await?;
    Ok(back(id, "marked-unknown"))
}

/// What a person found out about an unknown delivery.
pub(crate) async fn resolve(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    allowed(&desk, &person, id, &[Action::Operate, Action::Approve]).await?;
    let found = match fields.get("found") {
        "arrived" => Found::Arrived,
        "not-arrived" => Found::NotArrived,
        other => return Err(Refusal::value("found", other)),
    };
    if let Some(ask) = proof(&person, id) {
        return Ok(ask);
    }
    desk.exporter.resolve_unknown(id, &person.login, found, fields.reason()?, fields.get("confirmation")).await?;
    Ok(back(id, "resolved"))
}

/// Delivers once more what certainly did not arrive.
pub(crate) async fn retry(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    allowed(&desk, &person, id, &[Action::Operate, Action::Approve]).await?;
    if let Some(ask) = proof(&person, id) {
        return Ok(ask);
    }
    desk.exporter.deliver_again(id, &person.login, fields.reason()?).await?;
    Ok(back(id, "retried"))
}
