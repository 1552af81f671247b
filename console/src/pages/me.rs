//! One's own password, one-time codes and roles; and the proof of identity before a release.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_core::words::say;

use crate::access::enter::{self, Entered, From};
use crate::access::session::{self, Own};
use crate::access::totp::{self, Enrolment};
use crate::access::{Person, accounts, password};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Nav, Page, Tone, badge, browser, field, frame, post, qr, topic, when};
use crate::notice::Notice;
use crate::pages::sign_in::{session_cookie, with_cookie};
use crate::refusal::{Answer, Refusal};

/// The page.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let enrolment = if person.has_totp || person.must_change {
        None
    } else {
        let mut tx = desk.pool.begin().await?;
        let enrolment = totp::enrol(&mut tx, &desk.sealer, &person.login).await?;
        tx.commit().await?;
        Some(enrolment)
    };
    let sessions = session::own(&desk.pool, &person.login, &person.session).await?;
    let lang = person.lang;
    let body = html! {
        @if person.must_change {
            p.refusal role="alert" {
                (say(lang, "初期パスワードのままです。自分のパスワードに変更すると、ほかの画面が使えるようになります。",
                     "You still have the password you were given. Choose your own; then the other pages open."))
            }
        }
        @if person.must_enrol && !person.must_change {
            p.refusal role="alert" {
                (say(lang, "あなたの権限には、ワンタイムコードの登録が必要です。下で登録すると、ほかの画面が使えるようになります。",
                     "Your role needs one-time codes. Set them up below; then the other pages open."))
            }
        }
        dl.facts {
            dt { (say(lang, "ログインID", "Login id")) } dd { code { (person.login) } " " bdi translate="no" { (person.name) } }
            dt { (say(lang, "権限", "Roles")) }
            dd {
                @if person.permissions.is_empty() { (say(lang, "なし", "none")) }
                ul.plain {
                    @for permission in &person.permissions {
                        li {
                            (permission.role.name(lang)) " · "
                            @match permission.topic.as_deref() { Some(slug) => (topic(&desk.registry, lang, slug)), None => (say(lang, "すべての連携", "every topic")) }
                        }
                    }
                }
            }
        }
        section.panel {
            h2 { (say(lang, "パスワードの変更", "Change the password")) }
            (password_form(&person))
        }
        @if let Some(enrolment) = &enrolment { (codes_form(&person, enrolment)) }
        @if person.has_totp {
            p { (say(lang, "ワンタイムコードを使用しています。", "One-time codes are in use.")) }
        }
        (own_sessions(&person, &sessions))
    };
    Ok(frame(
        &person,
        &Page::new(Nav::Me, say(lang, "自分のアカウント", "Your account")).after(Notice::of(fields.get("done"))),
        body,
    ))
}

/// Where one is signed in, and the way to end that elsewhere.
fn own_sessions(person: &Person, sessions: &[Own]) -> Markup {
    let lang = person.lang;
    html! { section.panel {
        h2 { (say(lang, "ログイン中のセッション", "Where you are signed in")) }
        div.scroll { table {
            thead { tr { th { (say(lang, "開始", "Since")) } th { (say(lang, "最終利用", "Last used")) } th { (say(lang, "接続元", "From")) } th { (say(lang, "ブラウザー", "Browser")) } th {} } }
            tbody { @for own in sessions { tr {
                td { (when(&own.begun_at)) } td { (when(&own.seen_at)) }
                td { code { (own.address) } @if own.this { " " (badge(Tone::Quiet, say(lang, "この画面", "this one"))) } } td { (browser(lang, &own.agent)) }
                td { @if !own.this { (post(person, "/me/end-one", html! {
                    input type="hidden" name="session" value=(own.id);
                    button.link type="submit" { (say(lang, "終了", "end it")) }
                })) } }
            } } }
        } }
        @if sessions.iter().any(|own| !own.this) {
            (post(person, "/me/end-others", html! { button.second type="submit" { (say(lang, "ほかのセッションを終了する", "End the others")) } }))
        }
    } }
}

/// Ends one's sessions elsewhere.
pub(crate) async fn end_others(State(desk): State<Arc<Desk>>, person: Person, from: From) -> Answer<Response> {
    enter::end_others(&desk.pool, &person, &from).await?;
    Ok(see_other("/me?done=sessions-ended"))
}

/// Ends one of them.
pub(crate) async fn end_one(State(desk): State<Arc<Desk>>, person: Person, from: From, fields: Fields) -> Answer<Response> {
    if !enter::end_one(&desk.pool, &person, fields.get("session"), &from).await? {
        return Err(Refusal::sentence(
            "そのセッションはすでに終了しているか、この画面のセッションです。",
            "The session is over already, or is the one of this page.",
        ));
    }
    Ok(see_other("/me?done=session-ended"))
}

fn password_form(person: &Person) -> Markup {
    let lang = person.lang;
    post(
        person,
        "/me/password",
        html! {
            // So that a password manager knows whose it is.
            input type="hidden" name="username" autocomplete="username" value=(person.login);
            (field(say(lang, "今のパスワード", "Current password"), "current", html! {
                input id="current" name="current" type="password" autocomplete="current-password" required;
            }))
            (field(say(lang, "新しいパスワード（12文字以上）", "New password (12 characters or more)"), "chosen", html! {
                input id="chosen" name="chosen" type="password" autocomplete="new-password" minlength=(password::LENGTH_MIN) maxlength=(password::LENGTH_MAX) required;
            }))
            (field(say(lang, "新しいパスワード（確認）", "New password again"), "again", html! {
                input id="again" name="again" type="password" autocomplete="new-password" required;
            }))
            button type="submit" { (say(lang, "変更する", "Change")) }
        },
    )
}

fn codes_form(person: &Person, enrolment: &Enrolment) -> Markup {
    let lang = person.lang;
    html! {
        section.panel {
            h2 { (say(lang, "ワンタイムコードの登録", "Use one-time codes")) }
            p {
                (say(lang, "認証アプリで次の二次元コードを読み取り、表示された6桁のコードを入力してください。以後、ログインと払出のときに入力します。",
                     "Scan this code with your authenticator app, then type the six digits it shows. They are asked for at sign-in and at releases."))
            }
            div.row {
                (qr(&enrolment.uri, say(lang, "認証アプリで読み取る二次元コード", "Code to scan with the authenticator app")))
                div {
                    p { (say(lang, "カメラで読み取れないときは、次のキーを入力します。", "Without a camera, type this key.")) }
                    p { code.secret { (enrolment.secret) } }
                }
            }
            p { a href=(enrolment.uri) { (say(lang, "この端末の認証アプリに登録", "Add to the app on this device")) } }
            (post(person, "/me/codes", html! {
                (field(say(lang, "6桁のコード", "Six digits"), "code", html! {
                    input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" required;
                }))
                button type="submit" { (say(lang, "登録する", "Use them")) }
            }))
        }
    }
}

/// Chooses a password.
pub(crate) async fn password(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let chosen = fields.raw("chosen");
    if chosen != fields.raw("again") {
        return Err(Refusal::sentence(
            "新しいパスワードの2回の入力が一致しません。",
            "The new password was typed differently the second time.",
        ));
    }
    let typed = (fields.raw("current"), chosen);
    if !accounts::choose_password(&desk.pool, &person.login, typed, &desk.known_passwords, &person.session).await? {
        return Err(Refusal::sentence("今のパスワードが正しくありません。", "The current password is wrong."));
    }
    Ok(see_other("/me?done=password-changed"))
}

/// Proves the secret of the one-time codes with the first of them.
pub(crate) async fn codes(State(desk): State<Arc<Desk>>, person: Person, from: From, fields: Fields) -> Answer<Response> {
    if person.has_totp {
        return Err(Refusal::sentence("すでに登録されています。", "They are in use already."));
    }
    // Whoever finds a screen unlocked must not tie the account to their own device.
    if !person.proven_lately {
        return Ok(see_other("/prove?back=/me"));
    }
    let proving = Person { has_totp: true, ..person };
    match enter::prove(&desk.pool, &desk.sealer, &proving, fields.get("code"), &from).await? {
        Entered::Begun(begun) => {
            accounts::note_codes(&desk.pool, &proving.login).await?;
            Ok(with_cookie(see_other("/me?done=codes-on"), session_cookie(&begun.token)))
        }
        Entered::Refused => Err(Refusal::sentence(
            "コードが正しくありません。端末の時刻も確認してください。",
            "The code is wrong. Look at the clock of the device, too.",
        )),
    }
}

/// Asks again who is there; `back` is the page that needs to know.
pub(crate) async fn show_prove(person: Person, fields: Fields) -> Markup {
    prove_form(&person, fields.get("back"), false)
}

fn prove_form(person: &Person, back: &str, wrong: bool) -> Markup {
    let lang = person.lang;
    let label = if person.has_totp {
        say(lang, "認証アプリの6桁のコード", "Six digits of your authenticator app")
    } else {
        say(lang, "パスワード", "Password")
    };
    let body = html! {
        @if wrong { p.refusal role="alert" { (say(lang, "確認できませんでした。", "That was not right.")) } }
        p { (say(lang, "お金に関わる操作の前に、本人であることを確認します。", "Before an act about money you are asked who you are.")) }
        (post(person, "/prove", html! {
            input type="hidden" name="back" value=(back);
            (field(label, "secret", html! {
                input id="secret" name="secret" type=(if person.has_totp { "text" } else { "password" }) autocomplete=(if person.has_totp { "one-time-code" } else { "current-password" }) required autofocus;
            }))
            button type="submit" { (say(lang, "確認する", "Confirm")) }
        }))
    };
    frame(person, &Page::new(Nav::Me, say(lang, "本人確認", "Who are you?")), body)
}

/// Proves it.
pub(crate) async fn prove(State(desk): State<Arc<Desk>>, person: Person, from: From, fields: Fields) -> Answer<Response> {
    let back = fields.get("back");
    let Entered::Begun(begun) = enter::prove(&desk.pool, &desk.sealer, &person, fields.raw("secret"), &from).await? else {
        return Ok((StatusCode::UNAUTHORIZED, prove_form(&person, back, true)).into_response());
    };
    let ours = back.starts_with('/') && !back.starts_with("//") && !back.contains('\\');
    let joint = if back.contains('?') { '&' } else { '?' };
    let to = if ours { format!("{back}{joint}done=proven") } else { "/me?done=proven".to_owned() };
    Ok(with_cookie(see_other(&to), session_cookie(&begun.token)))
}
