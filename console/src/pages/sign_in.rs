//! The door: login id and password, then the one-time code of those who use one.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

use crate::access::enter::{self, Entered, From};
use crate::access::session::Begun;
use crate::access::{Person, session};
use crate::desk::Desk;
use crate::guard::{LANGUAGE_COOKIE, see_other};
use crate::html::{Fields, bare, field, post};
use crate::refusal::{Answer, Refusal};
use crate::routes::page_of;

pub(crate) fn with_cookie(mut response: Response, cookie: Cookie<'_>) -> Response {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// The cookie of a session: for this host alone, over TLS alone, out of reach of scripts, not sent from other sites' forms.
pub(crate) fn session_cookie(token: &str) -> Cookie<'_> {
    Cookie::build((session::COOKIE, token)).path("/").secure(true).http_only(true).same_site(SameSite::Strict).build()
}

/// A page of ours to go back to; anything else leads to the board.
pub(crate) fn back(address: &str) -> &str {
    let ours = address.starts_with('/') && !address.starts_with("//") && !address.contains(['\\', '\r', '\n']);
    if ours { address } else { "/" }
}

/// Where to go with a session that has just begun.
pub(crate) fn next(begun: &Begun, back: &str) -> String {
    if begun.complete {
        return back.to_owned();
    }
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("back", back).finish();
    format!("/enter/code?{query}")
}

fn door(lang: Lang, with_provider: bool, wrong: bool, login: &str, back: &str) -> Markup {
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("back", back).finish();
    let body = html! {
        @if wrong {
            p.refusal role="alert" {
                (say(lang, "ログインIDまたはパスワードが正しくありません。続けて誤ると、しばらく受け付けません。",
                     "The login id or the password is wrong. After several wrong attempts you have to wait."))
            }
        }
        form method="post" action="/enter" {
            input type="hidden" name="back" value=(back);
            (field(say(lang, "ログインID", "Login id"), "login", html! {
                input id="login" name="login" value=(login) autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus[login.is_empty()];
            }))
            (field(say(lang, "パスワード", "Password"), "password", html! {
                input id="password" name="password" type="password" autocomplete="current-password" required autofocus[!login.is_empty()];
            }))
            button type="submit" { (say(lang, "ログイン", "Sign in")) }
        }
        @if with_provider {
            // A link and no form: a form may lead to no other site here.
            p { a href={ "/enter/oidc?" (query) } { (say(lang, "庁内の認証サーバーでログイン", "Sign in with the login server")) } }
        }
    };
    bare(lang, say(lang, "ログイン", "Sign in"), body)
}

/// The form.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    person: Option<Extension<Person>>,
    Extension(lang): Extension<Lang>,
    fields: Fields,
) -> Response {
    if person.is_some() {
        return see_other(back(fields.get("back")));
    }
    door(lang, desk.oidc.is_some(), false, "", back(fields.get("back"))).into_response()
}

/// Login id and password.
pub(crate) async fn enter(
    State(desk): State<Arc<Desk>>,
    Extension(lang): Extension<Lang>,
    from: From,
    fields: Fields,
) -> Answer<Response> {
    let (login, back) = (fields.get("login"), back(fields.get("back")));
    Ok(match enter::with_password(&desk.pool, login, fields.raw("password"), &from).await? {
        Entered::Begun(begun) => with_cookie(see_other(&next(&begun, back)), session_cookie(&begun.token)),
        Entered::Refused => {
            (axum::http::StatusCode::UNAUTHORIZED, door(lang, desk.oidc.is_some(), true, login, back)).into_response()
        }
    })
}

fn code_form(person: &Person, wrong: bool, back: &str) -> Markup {
    let lang = person.lang;
    let body = html! {
        @if wrong {
            p.refusal role="alert" { (say(lang, "コードが正しくないか、すでに使われています。", "The code is wrong or was used before.")) }
        }
        (post(person, "/enter/code", html! {
            input type="hidden" name="back" value=(back);
            (field(say(lang, "認証アプリの6桁のコード", "Six digits of your authenticator app"), "code", html! {
                input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" required autofocus;
            }))
            button type="submit" { (say(lang, "ログイン", "Sign in")) }
        }))
    };
    bare(lang, say(lang, "ワンタイムコード", "One-time code"), body)
}

/// The form of the code.
pub(crate) async fn show_code(person: Person, fields: Fields) -> Markup {
    code_form(&person, false, back(fields.get("back")))
}

/// The code.
pub(crate) async fn enter_code(State(desk): State<Arc<Desk>>, person: Person, from: From, fields: Fields) -> Answer<Response> {
    let back = back(fields.get("back"));
    Ok(match enter::with_code(&desk.pool, &desk.sealer, &person, fields.get("code"), &from).await? {
        Entered::Begun(begun) => with_cookie(see_other(back), session_cookie(&begun.token)),
        Entered::Refused => (axum::http::StatusCode::UNAUTHORIZED, code_form(&person, true, back)).into_response(),
    })
}

/// Leaves: the session is over on the server, and the browser forgets what it had.
pub(crate) async fn leave(State(desk): State<Arc<Desk>>, person: Person, from: From) -> Answer<Response> {
    enter::leave(&desk.pool, &person, &from).await?;
    let mut response = see_other("/enter");
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""));
    Ok(response)
}

/// Another language, and back to the page one came from: as its link says (`again` has written it where a form was answered), else by
/// what the browser says. The answer to a form is no page to go back to: then it is the page the form belongs to.
pub(crate) async fn language(Path(name): Path<String>, headers: HeaderMap, fields: Fields) -> Answer<Response> {
    let lang = Lang::parse(&name).ok_or_else(Refusal::not_found)?;
    let referer = headers.get("referer").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or("/");
    let to = page_of(back(fields.some("back").unwrap_or(path)));
    let cookie = Cookie::build((LANGUAGE_COOKIE, lang.as_str())).path("/").secure(true).http_only(true).same_site(SameSite::Lax);
    Ok(with_cookie(see_other(to), cookie.permanent().build()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_in_the_house() {
        for (address, leads) in [
            ("/batches?topic=12", "/batches?topic=12"),
            ("//evil.example/", "/"),
            ("https://evil.example/", "/"),
            ("/\\evil", "/"),
            ("", "/"),
        ] {
            assert_eq!(back(address), leads);
        }
    }

    #[test]
    fn scripts_and_other_sites_never_see_the_session() {
        let text = session_cookie("t").to_string();
        assert_eq!(text, "__Host-renkei=t; HttpOnly; SameSite=Strict; Secure; Path=/");
    }
}
