//! What every request passes before its page: who asks, whether they may, and whether a form is ours. Deny by default.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, USER_AGENT, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cookie::Cookie;
use maud::html;
use renkei_core::catalogue::Lang;
use subtle::ConstantTimeEq;
use tracing::warn;

use crate::access::enter::{self, From};
use crate::access::session::{self, Found};
use crate::access::{AccessError, Person};
use crate::desk::Desk;
use crate::html::{self, Fields, Nav, Page};
use crate::refusal::Refusal;
use crate::routes::Need;

/// Largest form that is not a file.
pub(crate) const FORM_BYTES_MAX: usize = 1024 * 1024;
/// Cookie of the language.
pub(crate) const LANGUAGE_COOKIE: &str = "renkei-language";

/// The guard of one route.
#[derive(Debug, Clone)]
pub(crate) struct Guarded {
    pub(crate) desk: Arc<Desk>,
    pub(crate) need: Need,
}

/// Lets a request through to its page, or answers in its place.
pub(crate) async fn pass(State(Guarded { desk, need }): State<Guarded>, mut request: Request, next: Next) -> Response {
    let lang = language(request.headers());
    let found = match person(&desk, request.headers(), lang).await {
        Ok(found) => found,
        Err(error) => return page_of(&Refusal::from(error), None, lang),
    };
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if writes && !is_same_origin(request.headers()) {
        return page_of(&Refusal::foreign_form(), None, lang);
    }
    let person = match (need, found) {
        (Need::Open, found) => found.and_then(|found| if let Found::Whole(person) = found { Some(person) } else { None }),
        (_, None) => return to_the_door(&request, lang),
        (Need::HalfWay, Some(Found::HalfWay(person) | Found::Whole(person))) => Some(person),
        (_, Some(Found::HalfWay(_))) => return see_other("/enter/code"),
        (Need::Session, Some(Found::Whole(person))) => Some(person),
        (need, Some(Found::Whole(person))) => {
            // Their own password and codes first; until then no other page opens.
            if person.must_change || person.must_enrol {
                return see_other("/me");
            }
            let everywhere = matches!(need, Need::House(_));
            if need.met(|action| if everywhere { person.may_everywhere(action) } else { person.may(action) }) == Some(false) {
                let asked = format!("{} {}", request.method(), request.uri().path());
                return not_for(&desk, &person, &asked, lang).await;
            }
            Some(person)
        }
    };
    if writes
        && let Some(person) = &person
        && !is_multipart(request.headers())
    {
        request = match with_token(request, person).await {
            Ok(request) => request,
            Err(refusal) => return page_of(&refusal, Some(person), lang),
        };
    }
    request.extensions_mut().insert(lang);
    if let Some(person) = &person {
        request.extensions_mut().insert(person.clone());
    }
    let response = next.run(request).await;
    if writes && !response.status().is_client_error() {
        // What somebody has done is in every number they see next.
        desk.lists.forget();
        desk.outlook.forget();
    }
    match response.extensions().get::<Refusal>().cloned().or_else(|| of_the_framework(&response, writes)) {
        Some(refusal) => page_of(&refusal, person.as_ref(), lang),
        None => response,
    }
}

/// A refusal that no page of ours made, in place of its English sentence: a number in the address that is none, a form that is cut off.
fn of_the_framework(response: &Response, writes: bool) -> Option<Refusal> {
    let status = response.status();
    let is_sentence = text(response.headers(), &CONTENT_TYPE).starts_with("text/plain");
    match status {
        _ if !status.is_client_error() || !is_sentence => None,
        StatusCode::BAD_REQUEST if !writes => Some(Refusal::not_found()),
        _ => Some(Refusal::unreadable(status)),
    }
}

/// The role does not allow it: said, and written down.
async fn not_for(desk: &Desk, person: &Person, asked: &str, lang: Lang) -> Response {
    warn!(login = person.login, asked, "refused for want of a role");
    let asked: String = asked.chars().take(200).collect();
    match enter::note_refusal(&desk.pool, &person.login, &asked).await {
        Ok(()) => page_of(&Refusal::forbidden(), Some(person), lang),
        Err(error) => page_of(&Refusal::from(error), Some(person), lang),
    }
}

/// A refusal as a page: in the frame of the person, or bare.
fn page_of(refusal: &Refusal, person: Option<&Person>, lang: Lang) -> Response {
    let (title, body) = (refusal.title(lang), refusal.body(lang));
    let told = html! { (body) }.into_string();
    let refused = Refused { told, lang, signed_in: person.is_some(), typed: refusal.typed.clone() };
    let page = match person {
        Some(person) => html::frame(person, &Page::new(Nav::Board, title), body),
        None => html::bare(lang, title, body),
    };
    let mut response = (refusal.status(), page).into_response();
    response.extensions_mut().insert(refused);
    response
}

/// The answer is a refusal: what it says, for the page that shows the form again (`again`).
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    /// Sentence, code and remedy.
    pub(crate) told: String,
    pub(crate) lang: Lang,
    /// Somebody is signed in.
    pub(crate) signed_in: bool,
    /// What was typed, where the form is none that is read here.
    pub(crate) typed: Vec<(String, String)>,
}

/// Not signed in: a page leads to the door and back; a form that was sent is told that nothing happened.
fn to_the_door(request: &Request, lang: Lang) -> Response {
    if request.method() == Method::GET {
        let back = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("back", back).finish();
        return see_other(&format!("/enter?{query}"));
    }
    page_of(&Refusal::foreign_form(), None, lang)
}

/// 303 to another page.
pub(crate) fn see_other(address: &str) -> Response {
    let value = HeaderValue::from_str(address).unwrap_or_else(|_| HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, value)]).into_response()
}

/// The session's token must be in the form. The body is read here and handed on.
async fn with_token(request: Request, person: &Person) -> Result<Request, Refusal> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| Refusal::foreign_form())?;
    check_token(person, Fields::parse(&bytes).get("csrf"))?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// For forms with files, whose first field is the token.
pub(crate) fn check_token(person: &Person, token: &str) -> Result<(), Refusal> {
    let same: bool = token.as_bytes().ct_eq(person.csrf.as_bytes()).into();
    if same && !token.is_empty() { Ok(()) } else { Err(Refusal::foreign_form()) }
}

fn is_multipart(headers: &HeaderMap) -> bool {
    text(headers, &CONTENT_TYPE).starts_with("multipart/form-data")
}

/// Browsers say where a form comes from; what comes from elsewhere is not ours. The token is the second lock.
fn is_same_origin(headers: &HeaderMap) -> bool {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    let site = text(headers, &SITE);
    if !site.is_empty() && site != "same-origin" && site != "none" {
        return false;
    }
    let origin = text(headers, &ORIGIN);
    let host = text(headers, &HOST);
    origin.is_empty() || origin.split_once("://").is_some_and(|(_, rest)| rest == host)
}

pub(crate) fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// A cookie's value.
pub(crate) fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = all.flat_map(|value| Cookie::split_parse(value.to_owned())).filter_map(Result::ok);
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

async fn person(desk: &Desk, headers: &HeaderMap, lang: Lang) -> Result<Option<Found>, AccessError> {
    match cookie_of(headers, session::COOKIE) {
        Some(token) if token.len() == 64 => {
            let found = session::find(&desk.pool, &token, lang).await?;
            Ok(found.map(|found| match found {
                Found::Whole(person) => Found::Whole(person.under(&desk.codes_for)),
                half_way => half_way,
            }))
        }
        _ => Ok(None),
    }
}

/// Japanese unless somebody has chosen otherwise.
fn language(headers: &HeaderMap) -> Lang {
    cookie_of(headers, LANGUAGE_COOKIE).and_then(|value| Lang::parse(&value)).unwrap_or(Lang::Ja)
}

/// Headers of every answer.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
    const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
    const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                  form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
        (OPENER, "same-origin"),
        (RESOURCE, "same-origin"),
        (PERMISSIONS, "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages of money and people stay in no cache; the assets say otherwise themselves.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

impl FromRequestParts<Arc<Desk>> for Person {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Desk>) -> Result<Self, Refusal> {
        parts.extensions.get::<Person>().cloned().ok_or_else(Refusal::forbidden)
    }
}

impl FromRequestParts<Arc<Desk>> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Self::Rejection> {
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let address = peer.map(|info| desk.proxies.client(info.0.ip(), forwarded).to_string());
        let agent = text(&parts.headers, &USER_AGENT).to_owned();
        Ok(From { address: address.unwrap_or_else(|| "unknown".to_owned()), agent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let value = |text: &str| HeaderValue::from_str(text).expect("a header");
        pairs.iter().map(|(name, text)| (HeaderName::from_static(name), value(text))).collect()
    }

    #[test]
    fn a_form_of_another_origin_is_not_ours() {
        assert!(is_same_origin(&with(&[("host", "renkei.example")])), "a program, whose token is looked at next");
        assert!(is_same_origin(&with(&[("host", "renkei.example"), ("origin", "https://renkei.example")])));
        assert!(!is_same_origin(&with(&[("host", "renkei.example"), ("origin", "https://evil.example")])));
        assert!(!is_same_origin(&with(&[("host", "renkei.example"), ("origin", "null")])));
        assert!(!is_same_origin(&with(&[("host", "a"), ("origin", "https://a"), ("sec-fetch-site", "cross-site")])));
    }

    #[test]
    fn the_language_is_japanese_unless_chosen() {
        assert_eq!(language(&HeaderMap::new()), Lang::Ja);
        assert_eq!(language(&with(&[("cookie", "a=b; renkei-language=en")])), Lang::En);
        assert_eq!(language(&with(&[("cookie", "renkei-language=xx")])), Lang::Ja);
    }
}
