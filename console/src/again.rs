//! What was typed is not lost. A form that is refused, or whose sender must first say who they are, comes back as it was filled in: the
//! answer is the form's own page with the refusal above it. Nothing is kept on the server and nothing is put into an address; passwords
//! and codes are asked for anew.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION, REFERER, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use maud::html;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use tower::ServiceExt;

use crate::guard::{FORM_BYTES_MAX, Refused, text};
use crate::html::{Fields, carry, may_return, refill};
use crate::pages::sign_in;
use crate::routes::{only_asks, page_of};

/// Largest page that is shown again.
const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Where one says again who one is.
const PROVE: &str = "/prove";
/// The hidden field with the address of the form that waits for a proof.
const WAITS: &str = "waits-for";
/// What stands before the names of its fields.
const TYPED: &str = "typed.";
/// What stands before the session's token in a form.
const CSRF: &str = "name=\"csrf\" value=\"";
/// Where the language is changed.
const LANGUAGE: &str = "/language/";

/// Sends a request on, and looks at the answer.
pub(crate) async fn pass(State(pages): State<Router>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let is_form = parts.method == Method::POST && !text(&parts.headers, &CONTENT_TYPE).starts_with("multipart/");
    let (body, typed) = if is_form {
        // A form that is too large arrives without its token, and is refused for that.
        let bytes = to_bytes(body, FORM_BYTES_MAX).await.unwrap_or_default();
        let typed = Fields::parse(&bytes);
        (Body::from(bytes), typed)
    } else {
        (body, Fields::default())
    };
    let asked = Asked { pages, parts: parts.clone(), typed };
    let response = next.run(Request::from_parts(parts, body)).await;
    // What only asked, waits, or was refused is asked again in the other language; what was decided, or may not be, is not.
    let waits = text(response.headers(), &LOCATION).strip_prefix("/prove?").map(|query| Fields::parse(query.as_bytes()));
    let waits_on = waits.as_ref().and_then(|query| query.some("back")).map(|back| page_of(sign_in::back(back)).to_owned());
    let leads = (asked.parts.method == Method::POST).then(|| waits_on.unwrap_or_else(|| asked.leads_back()));
    let refused = response.extensions().get::<Refused>().is_some() && response.status() != StatusCode::FORBIDDEN;
    let carried = if is_form && (waits.is_some() || refused || asked.is_on_its_way()) { asked.carried() } else { Vec::new() };
    let answer = answer(asked, response, is_form).await;
    match leads {
        Some(leads) => in_another_language(answer, &leads, &carried).await,
        None => answer,
    }
}

/// The answer, or in its place the page that shows the form again.
async fn answer(asked: Asked, response: Response, is_form: bool) -> Response {
    if let Some(refused) = response.extensions().get::<Refused>().cloned() {
        return asked.refused(response, &refused).await;
    }
    if !is_form {
        return response;
    }
    let to = text(response.headers(), &LOCATION).to_owned();
    if asked.path() == PROVE || asked.path().starts_with(LANGUAGE) {
        return asked.shown_again(response, &to).await;
    }
    if response.status() == StatusCode::SEE_OTHER && to.starts_with("/prove?") {
        asked.proof(response, &to).await
    } else {
        response
    }
}

/// What somebody asked for.
struct Asked {
    pages: Router,
    parts: Parts,
    typed: Fields,
}

impl Asked {
    fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// A page as the same person would get it now; `None`: it is none.
    async fn page(&self, address: &str, cookies: &HeaderValue) -> Option<String> {
        let mut request = Request::builder().uri(address).body(Body::empty()).ok()?;
        for name in [HOST, USER_AGENT, HeaderName::from_static("x-forwarded-for")] {
            for value in self.parts.headers.get_all(&name) {
                request.headers_mut().append(&name, value.clone());
            }
        }
        request.headers_mut().insert(COOKIE, cookies.clone());
        if let Some(peer) = self.parts.extensions.get::<ConnectInfo<SocketAddr>>() {
            request.extensions_mut().insert(*peer);
        }
        let response = self.pages.clone().oneshot(request).await.ok()?;
        let is_page = response.status() == StatusCode::OK && text(response.headers(), &CONTENT_TYPE).starts_with("text/html");
        if is_page { read(response.into_body()).await } else { None }
    }

    fn cookies(&self) -> HeaderValue {
        self.parts.headers.get(COOKIE).cloned().unwrap_or_else(|| HeaderValue::from_static(""))
    }

    /// The page of ours the browser says it comes from.
    fn stood(&self) -> Option<String> {
        let (_, from) = text(&self.parts.headers, &REFERER).split_once("://")?;
        let ours = from.strip_prefix(text(&self.parts.headers, &HOST)).filter(|address| address.starts_with('/'))?;
        Some(without_notice(ours)).filter(|place| is_place(place))
    }

    /// Where the form may have stood: the page the browser says it comes from; the form's own address; what that is a part of.
    fn places(&self) -> Vec<String> {
        let mut places: Vec<String> = self.stood().into_iter().collect();
        let mut path = self.path();
        while !path.is_empty() {
            places.push(path.to_owned());
            path = path.rsplit_once('/').map_or("", |(head, _)| head);
        }
        places.retain(|place| is_place(place));
        places
    }

    /// Whether its answer decides nothing yet.
    fn is_on_its_way(&self) -> bool {
        self.path() == PROVE || self.path().starts_with(LANGUAGE) || only_asks(self.path())
    }

    /// The form as it was filled in, as hidden fields; one that waits already goes on as it came.
    fn carried(&self) -> Vec<(String, String)> {
        let typed = self.typed.pairs().iter();
        if self.typed.some(WAITS).is_some() {
            return typed.filter(|(name, _)| name == WAITS || name.starts_with(TYPED)).cloned().collect();
        }
        let fields = typed.filter(|(name, _)| may_return(name)).map(|(name, value)| (format!("{TYPED}{name}"), value.clone()));
        std::iter::once((WAITS.to_owned(), self.path().to_owned())).chain(fields).collect()
    }

    /// Where a GET leads back from the answer to a form: the page it stood on, else the page it belongs to.
    fn leads_back(&self) -> String {
        let asks_again = self.path() == PROVE || self.path().starts_with(LANGUAGE);
        let stood = self.stood().filter(|place| page_of(place) == place);
        let waits = || self.typed.some("back").filter(|_| asks_again).map(str::to_owned);
        let place = stood.or_else(waits).unwrap_or_else(|| self.path().to_owned());
        page_of(sign_in::back(&place)).to_owned()
    }

    /// The page the form stood on, as it was filled in, with the refusal above; or the refusal with a way back.
    async fn refused(self, response: Response, refused: &Refused) -> Response {
        let status = response.status();
        let is_form = self.parts.method == Method::POST;
        let query = Fields::parse(self.parts.uri.query().unwrap_or_default().as_bytes());
        let asks = is_form || (!query.pairs().is_empty() && status != StatusCode::NOT_FOUND);
        // Who may not do it gets no form for it.
        if asks && refused.signed_in && status != StatusCode::FORBIDDEN && self.path() != PROVE {
            let apart: Fields = refused.typed.iter().cloned().collect();
            let typed = match (is_form, refused.typed.is_empty()) {
                (false, _) => &query,
                (true, true) => &self.typed,
                (true, false) => &apart,
            };
            // A form that only asks is put back where the browser says that it stood.
            let places = if is_form { self.places() } else { self.stood().into_iter().collect() };
            for place in places {
                if let Some(page) = self.page(&place, &self.cookies()).await {
                    let page = refill(&page, self.path(), typed);
                    return with_page(response, status, above(&page, &refused.told));
                }
            }
        }
        let mut places = self.places();
        places.retain(|place| place.as_str() != self.path());
        let back = places.into_iter().next().filter(|_| is_form || self.parts.headers.contains_key(REFERER));
        let lang = refused.lang;
        let link = match (refused.signed_in, back) {
            (true, Some(back)) => html! { p { a href=(back) { (say(lang, "前の画面に戻る", "Back to the page before")) } } },
            (true, None) => html! { p { a href="/" { (say(lang, "連携状況に戻る", "Back to the board")) } } },
            (false, back) => {
                let query: String =
                    form_urlencoded::Serializer::new(String::new()).append_pair("back", back.as_deref().unwrap_or("/")).finish();
                html! { p { a href={ "/enter?" (query) } { (say(lang, "ログイン画面へ", "To the sign-in")) } } }
            }
        };
        let (head, body) = response.into_parts();
        let page = read(body).await.unwrap_or_default();
        let page = page.replacen("</main>", &format!("{}</main>", link.into_string()), 1);
        with_page(Response::from_parts(head, Body::empty()), status, page)
    }

    /// Who is there must be proven first: the question, which carries what was typed.
    async fn proof(self, response: Response, to: &str) -> Response {
        let Some(page) = self.page(to, &self.cookies()).await else { return response };
        with_page(response, StatusCode::UNAUTHORIZED, carry(&page, PROVE, &self.carried()))
    }

    /// It was proven, or the language was changed: the form is shown again as it was filled in. Or it was not, and the question goes on
    /// carrying it.
    async fn shown_again(self, response: Response, to: &str) -> Response {
        let Some(action) = self.typed.some(WAITS).map(str::to_owned) else { return response };
        if response.status() != StatusCode::SEE_OTHER {
            let (head, body) = response.into_parts();
            let page = read(body).await.unwrap_or_default();
            let status = head.status;
            return with_page(Response::from_parts(head, Body::empty()), status, carry(&page, PROVE, &self.carried()));
        }
        // The session goes on under another token, or in another language.
        let fresh = response.headers().get(SET_COOKIE).and_then(|value| value.to_str().ok()?.split(';').next());
        let other = text(&self.parts.headers, &COOKIE).split(';').map(str::trim);
        let name = fresh.and_then(|cookie| cookie.split('=').next()).unwrap_or_default().to_owned();
        let kept = other.filter(|cookie| cookie.split('=').next() != Some(&name));
        let cookies: Vec<&str> = fresh.into_iter().chain(kept).collect();
        let Ok(cookies) = HeaderValue::from_str(&cookies.join("; ")) else { return response };
        let Some(page) = self.page(to, &cookies).await else { return response };
        let typed = self.typed.pairs().iter();
        let typed: Fields =
            typed.filter_map(|(name, value)| Some((name.strip_prefix(TYPED)?.to_owned(), value.clone()))).collect();
        with_page(response, StatusCode::OK, refill(&page, &action, &typed))
    }
}

async fn read(body: Body) -> Option<String> {
    let bytes: Bytes = to_bytes(body, PAGE_BYTES_MAX).await.ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}

/// The door and the question who is there are no places of a form.
fn is_place(address: &str) -> bool {
    let others = ["/language", "/pulse", "/enter", PROVE];
    sign_in::back(address) != "/" && !others.iter().any(|other| address.starts_with(other))
}

/// The address without the word of what was done before.
fn without_notice(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("done=")).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// The page with its way to the other language leading back to a page: the answer to a form cannot be opened by its address. What was
/// typed goes with it.
async fn in_another_language(response: Response, leads: &str, carried: &[(String, String)]) -> Response {
    if !text(response.headers(), &CONTENT_TYPE).starts_with("text/html") {
        return response;
    }
    let status = response.status();
    let (head, body) = response.into_parts();
    let mut page = read(body).await.unwrap_or_default();
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("back", leads).finish();
    let csrf = page.split_once(CSRF).and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned);
    if let (Some(csrf), [_, _, ..]) = (&csrf, carried) {
        let (before, link, behind) = language_link(&page);
        let lang = if link.contains("/language/en") { Lang::En } else { Lang::Ja };
        let name = if lang == Lang::En { "English" } else { "日本語" };
        let form = html! { @if !link.is_empty() {
            form.language method="post" action={ (LANGUAGE) (lang.as_str()) } {
                input type="hidden" name="csrf" value=(csrf);
                input type="hidden" name="back" value=(leads);
                @for (name, value) in carried { input type="hidden" name=(name) value=(value); }
                button.link type="submit" lang=(lang.as_str()) { (name) }
            }
        } };
        page = format!("{before}{}{behind}", form.into_string());
    }
    for lang in ["ja", "en"] {
        page = page.replacen(&format!("href=\"/language/{lang}\""), &format!("href=\"/language/{lang}?{query}\""), 1);
    }
    with_page(Response::from_parts(head, Body::empty()), status, page)
}

/// What stands before the link to the other language, the link, and what stands behind it; without one all stands before.
fn language_link(page: &str) -> (&str, &str, &str) {
    let found = page.find("<a class=\"language\"").and_then(|at| Some((at, at + page[at..].find("</a>")? + "</a>".len())));
    let (from, to) = found.unwrap_or((page.len(), page.len()));
    (&page[..from], &page[from..to], &page[to..])
}

/// A page with a refusal before its heading.
fn above(page: &str, told: &str) -> String {
    const MAIN: &str = "<main id=\"main\" tabindex=\"-1\">";
    page.replacen(MAIN, &format!("{MAIN}{told}"), 1)
}

/// The answer with another page; its cookies stay.
fn with_page(response: Response, status: StatusCode, page: String) -> Response {
    let (mut head, _) = response.into_parts();
    head.status = status;
    head.headers.remove(LOCATION);
    head.headers.remove(CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(head, Body::from(page))
}
