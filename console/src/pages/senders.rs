//! 送信元: tokens of upstream systems that hand in over HTTP. A token is shown once; what is kept of it is a hash.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::senders as list;
use renkei_core::catalogue::Lang;
use renkei_core::registry::Direction;
use renkei_core::words::say;
use renkei_producers::http::tokens;
use uuid::Uuid;

use super::accounts::tabs;
use crate::access::Person;
use crate::access::accounts::By;
use crate::access::senders::{self, SenderToken, Wanted};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, Tone, badge, field, frame, post, topic, when};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Its address.
pub(crate) const ADDRESS: &str = "/accounts/senders";

/// All of them.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let known = senders::list(&desk.pool).await?;
    let reached = reached(&desk, lang).await?;
    let body = html! {
        (tabs(lang, ADDRESS))
        p.hint { (say(lang, "HTTP受付口（と SCIM）に送信するシステムのトークンです。トークンそのものは保存しません。担当者が替わるとき、漏れた疑いがあるときは、新しいトークンを発行し、切替えを確かめてから古いものを失効させます。",
                      "Tokens of systems that hand in over HTTP, or by SCIM. The token itself is kept nowhere. When it may have leaked, issue another, see that it is in use, and revoke the old one.")) }
        p { (say(lang, "受付口への反映", "At the intake")) ": " (reached) }
        @if known.is_empty() { (html::empty(say(lang, "発行したトークンはまだありません。", "No token has been issued yet."))) }
        @else { div.scroll { table {
            thead { tr {
                th.number { (say(lang, "番号", "No.")) } th { (say(lang, "送信元", "Sender")) } th { (say(lang, "状態", "State")) } th { (say(lang, "連携", "Topics")) }
                th { (say(lang, "期限", "Good through")) } th { (say(lang, "この送信元の最後の受付", "Last batch of the sender")) } th { (say(lang, "発行", "Issued")) } th { (say(lang, "失効", "Revoked")) }
            } }
            tbody { @for token in &known { (row(&desk, &person, token)) } }
        } } }
        (by_hand(&desk, lang))
        section.panel { h2 { (say(lang, "トークンの発行", "Issue a token")) } (form(&desk, &person)) }
    };
    let page = Page::new(Nav::Accounts, say(lang, "利用者", "Accounts")).after(Notice::of(fields.get("done")));
    Ok(frame(&person, &page, body))
}

/// Whether the intake of this machine has the list as it is now.
async fn reached(desk: &Desk, lang: Lang) -> Answer<Markup> {
    let now = list::load(&desk.pool).await?;
    let (tone, word) = match renkei_core::senders::read(&desk.senders_file) {
        Ok(written) if written == now => (Tone::Good, say(lang, "反映済み", "it has this list")),
        Err(error) if error.is_missing() => {
            (Tone::Quiet, say(lang, "このサーバーには書出しファイルがありません", "this machine has no file of the list"))
        }
        _ => (
            Tone::Act,
            say(lang, "反映待ち（consume が数秒ごとに書き出します）", "not yet; consume writes the list every few seconds"),
        ),
    };
    Ok(badge(tone, word))
}

fn topics(desk: &Desk, lang: Lang, slugs: &[String]) -> Markup {
    html! { ul.plain { @for slug in slugs { li {
        @if slug == "*" { (say(lang, "すべての連携", "every topic")) } @else { (topic(&desk.registry, lang, slug)) }
    } } } }
}

fn row(desk: &Desk, person: &Person, token: &SenderToken) -> Markup {
    let lang = person.lang;
    let (tone, word) = match token.state.as_str() {
        "live" => (Tone::Good, say(lang, "有効", "counts")),
        "over" => (Tone::Quiet, say(lang, "期限切れ", "expired")),
        _ => (Tone::Quiet, say(lang, "失効", "revoked")),
    };
    html! { tr {
        td.number { (token.id) } th scope="row" { code { (token.name) } } td { (badge(tone, word)) } td { (topics(desk, lang, &token.topics)) }
        td { (token.valid_through.as_deref().unwrap_or(say(lang, "なし", "no end"))) }
        td { @match &token.last_batch_at { Some(at) => (when(at)), None => (say(lang, "なし", "none")) } }
        td { (when(&token.made_at)) " · " (token.made_by) div.hint { (token.why) } }
        td {
            @match (&token.revoked_at, &token.revoked_by) {
                (Some(at), Some(by)) => { (when(at)) " · " (by) div.hint { (token.revoked_why.as_deref().unwrap_or_default()) } }
                _ => details {
                    summary { (say(lang, "失効させる", "Revoke")) }
                    (post(person, &format!("{ADDRESS}/{}/revoke", token.id), html! {
                        (field(say(lang, "理由", "Reason"), &format!("reason-{}", token.id), html! {
                            input id={ "reason-" (token.id) } name="reason" required maxlength="400";
                        }))
                        button.danger type="submit" { (say(lang, "失効させる", "Revoke")) }
                    }))
                }
            }
        }
    } }
}

/// Those of the file on this machine: they count, too, and nobody can revoke them here.
fn by_hand(desk: &Desk, lang: Lang) -> Markup {
    let known = tokens::by_hand(&desk.tokens_file);
    html! { @match known {
        Ok(known) if known.is_empty() => {}
        Ok(known) => section.panel {
            h2 { (say(lang, "設定ファイルのトークン", "Tokens of the file")) }
            p.hint { (say(lang, "このサーバーの tokens.toml に書かれたトークンです。この画面では失効できません。ファイルから項目を消すと、再起動なしで失効します。",
                          "They stand in tokens.toml on this machine and cannot be revoked here: taken out of the file, one is withdrawn without a restart.")) }
            div.scroll { table {
                thead { tr { th { (say(lang, "送信元", "Sender")) } th { (say(lang, "連携", "Topics")) } } }
                tbody { @for (name, slugs) in &known { tr { th scope="row" { code { (name) } } td { (topics(desk, lang, slugs)) } } } }
            } }
        },
        Err(_) => p { (badge(Tone::Bad, say(lang, "tokens.toml が読めません", "tokens.toml cannot be read"))) },
    } }
}

fn form(desk: &Desk, person: &Person) -> Markup {
    let lang = person.lang;
    post(
        person,
        ADDRESS,
        html! {
            input type="hidden" name="form" value=(Uuid::new_v4());
            (field(say(lang, "送信元の名前（半角の英小文字・数字・- _、40字まで）", "Name of the sender (a-z, 0-9, - and _, up to 40)"), "name", html! {
                input id="name" name="name" pattern="[a-z0-9_\\-]{1,40}" required autocomplete="off";
            }))
            fieldset {
                legend { (say(lang, "送信できる連携", "Topics it may hand in to")) }
                @for known in desk.registry.active(Direction::In) {
                    label { input type="checkbox" name="topic" value=(known.slug); " " (format!("{:02} ", known.number)) (say(lang, &known.name, &known.name_en)) }
                }
            }
            (field(say(lang, "期限（この日まで有効。空欄なら失効させるまで）", "Good through this day; empty: until it is revoked"), "through", html! {
                input id="through" name="through" type="date";
            }))
            (field(say(lang, "発行の理由（システム名・担当者など）", "What for: the system, whom to call"), "why", html! {
                input id="why" name="reason" required maxlength="400";
            }))
            button type="submit" { (say(lang, "発行する", "Issue")) }
        },
    )
}

/// Asks again who is there when it is some minutes since they last said so.
fn proof(person: &Person) -> Option<Response> {
    (!person.proven_lately).then(|| see_other(&format!("/prove?back={ADDRESS}")))
}

/// Producers of this machine learn of it at once; elsewhere the consuming role tells them.
async fn tell(desk: &Desk) {
    if let Err(error) = list::write_down(&desk.pool, &desk.senders_file).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the list of senders is not written down here");
    }
}

/// Issues one.
pub(crate) async fn issue(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    if let Some(proof) = proof(&person) {
        return Ok(proof);
    }
    let name = fields.get("name");
    if !tokens::is_name(name) {
        return Err(Refusal::value("name", name));
    }
    let topics: Vec<String> = fields.all("topic").into_iter().map(str::to_owned).collect();
    let known = |slug: &String| desk.registry.active(Direction::In).any(|topic| topic.slug.as_str() == slug);
    if topics.is_empty() || !topics.iter().all(known) {
        return Err(Refusal::sentence(
            "送信できる連携を、一覧から一つ以上選んでください。",
            "Choose at least one topic of the list.",
        ));
    }
    let wanted = Wanted {
        name,
        topics: &topics,
        through: match fields.some("through") {
            Some(day) => Some(day.parse().map_err(|_| Refusal::value("through", day))?),
            None => None,
        },
        form: fields.get("form").parse().map_err(|_| Refusal::value("form", fields.get("form")))?,
    };
    let by = By { actor: &person.login, reason: fields.reason()? };
    let (id, token) = senders::issue(&desk.pool, &desk.registry, wanted, by).await?;
    tell(&desk).await;
    Ok(shown_once(&person, id, name, &token))
}

/// The token, here and nowhere else.
fn shown_once(person: &Person, id: i64, name: &str, token: &str) -> Response {
    let lang = person.lang;
    let body = html! {
        p { (say(lang, "次のトークンを送信元の担当者に安全な方法で渡してください。この画面を閉じると、二度と表示できません。",
                 "Give this token to the sender in a safe way. It is shown here once and never again.")) }
        dl.facts {
            dt { (say(lang, "番号", "No.")) } dd { (id) }
            dt { (say(lang, "送信元", "Sender")) } dd { code { (name) } }
            dt { (say(lang, "トークン", "Token")) } dd { code.secret { (token) } }
        }
        p { a href=(ADDRESS) { (say(lang, "送信元の一覧へ", "To the senders")) } }
    };
    frame(person, &Page::new(Nav::Accounts, say(lang, "送信元のトークン", "Token of a sender")), body).into_response()
}

/// Revokes one.
pub(crate) async fn revoke(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    if let Some(proof) = proof(&person) {
        return Ok(proof);
    }
    senders::revoke(&desk.pool, id, By { actor: &person.login, reason: fields.reason()? }).await?;
    tell(&desk).await;
    Ok(see_other(&format!("{ADDRESS}?done=token-revoked")))
}
