//! The door through an OpenID provider: out, and back in.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use maud::html;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use tracing::warn;

use super::sign_in::{back, next, session_cookie, with_cookie};
use crate::access::enter::{self, Entered, From};
use crate::access::oidc::{self, Known, Oidc, OidcError};
use crate::desk::Desk;
use crate::guard::{cookie_of, see_other};
use crate::html::{Fields, bare};
use crate::refusal::{Answer, Refusal};

/// Cookie of a sign-in under way.
const COOKIE: &str = "__Host-renkei-oidc";

/// Lax: the provider's answer comes from its site. It is good for nothing but ending this one sign-in.
fn flow_cookie(value: String) -> Cookie<'static> {
    Cookie::build((COOKIE, value)).path("/").secure(true).http_only(true).same_site(SameSite::Lax).build()
}

fn provider(desk: &Desk) -> Result<&Oidc, Refusal> {
    desk.oidc.as_ref().ok_or_else(Refusal::not_found)
}

/// Off to the provider.
pub(crate) async fn begin(State(desk): State<Arc<Desk>>, Extension(lang): Extension<Lang>, fields: Fields) -> Answer<Response> {
    Ok(match provider(&desk)?.begin(&desk.sealer, back(fields.get("back"))).await {
        Ok(begun) => with_cookie(see_other(&begun.address), flow_cookie(begun.cookie)),
        Err(error) => came_to_nothing(lang, &error),
    })
}

/// Back from the provider.
pub(crate) async fn end(
    State(desk): State<Arc<Desk>>,
    Extension(lang): Extension<Lang>,
    headers: HeaderMap,
    from: From,
    fields: Fields,
) -> Answer<Response> {
    let cookie = cookie_of(&headers, COOKIE).unwrap_or_default();
    let answer =
        oidc::Answer { code: fields.get("code"), state: fields.get("state"), iss: fields.get("iss"), error: fields.get("error") };
    let Known { login, back: wanted } = match provider(&desk)?.end(&desk.sealer, &cookie, &answer).await {
        Ok(known) => known,
        Err(error) => return Ok(forgotten(came_to_nothing(lang, &error))),
    };
    let Entered::Begun(begun) = enter::with_provider(&desk.pool, &login, &from).await? else {
        return Ok(forgotten(no_account(lang)));
    };
    let address = next(&begun, back(&wanted));
    let body = html! { p { a href=(address) { (say(lang, "続ける", "Continue")) } } };
    let mut response = bare(lang, say(lang, "ログイン", "Sign in"), body).into_response();
    // Not a redirect: browsers keep a strict cookie back from whatever another site has begun. From this page on, the way is ours.
    if let Ok(value) = HeaderValue::from_str(&format!("0; url={address}")) {
        response.headers_mut().insert("refresh", value);
    }
    Ok(with_cookie(forgotten(response), session_cookie(&begun.token)))
}

/// The browser need not keep the sign-in any longer.
fn forgotten(response: Response) -> Response {
    let mut cookie = flow_cookie(String::new());
    cookie.make_removal();
    with_cookie(response, cookie)
}

/// What exactly went wrong is for the log.
fn came_to_nothing(lang: Lang, error: &OidcError) -> Response {
    warn!(error = error as &dyn std::error::Error, "a sign-in with the OpenID provider came to nothing");
    let status = match error {
        OidcError::Refused(_) => StatusCode::UNAUTHORIZED,
        OidcError::Unreachable { .. } | OidcError::Access(_) => StatusCode::BAD_GATEWAY,
    };
    let (ja, en) = (
        "認証サーバーでのログインを確認できませんでした。もう一度やり直してください。続く場合は管理者に連絡してください。",
        "The sign-in with the login server could not be confirmed. Try again; if it goes on, tell an administrator.",
    );
    refused(lang, status, say(lang, ja, en))
}

fn no_account(lang: Lang) -> Response {
    let (ja, en) = (
        "このログインIDの利用者は登録されていないか、無効です。管理者に登録を依頼してください。",
        "There is no active account of your login id here. Ask an administrator for one.",
    );
    refused(lang, StatusCode::FORBIDDEN, say(lang, ja, en))
}

fn refused(lang: Lang, status: StatusCode, sentence: &str) -> Response {
    let body = html! {
        p.refusal role="alert" { (sentence) }
        p { a href="/enter" { (say(lang, "ログイン画面へ", "To the sign-in page")) } }
    };
    (status, bare(lang, say(lang, "ログイン", "Sign in"), body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::session;

    #[test]
    fn a_sign_in_under_way_is_out_of_reach_of_scripts_and_of_plain_text() {
        let text = flow_cookie("x".to_owned()).to_string();
        assert_eq!(text, "__Host-renkei-oidc=x; HttpOnly; SameSite=Lax; Secure; Path=/");
        assert_ne!(COOKIE, session::COOKIE);
    }
}
