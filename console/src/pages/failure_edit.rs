//! Correcting the body of a parked message: what is typed is shown as a difference first, then kept as the next version beside the
//! original; a retry sends the newest.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::failures::{Failure, FailureError, edit};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

use super::failures::find;
use super::seen;
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Nav, Page, diff, field, frame, post, verbatim, when};
use crate::refusal::{Answer, Refusal};

/// Largest body that is edited on a page.
const EDIT_BYTES_MAX: usize = 200_000;

/// Whether the page can edit it: text, not too long, and no part of a file.
pub(crate) fn is_editable(failure: &Failure, body: &[u8]) -> bool {
    failure.state == "open"
        && edit::fixed(&failure.kind, &failure.headers).is_none()
        && body.len() <= EDIT_BYTES_MAX
        && std::str::from_utf8(body).is_ok()
}

/// JSON with one value a line; every value stays as it was written, digit by digit. What is no JSON stays as it is.
pub(super) fn spread(text: &str) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return text.to_owned();
    }
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0_usize, false, false);
    let newline = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    let mut opened = false;
    for c in text.chars() {
        if quoted {
            out.push(c);
            (quoted, escaped) = (escaped || c != '"', !escaped && c == '\\');
            continue;
        }
        if c.is_ascii_whitespace() {
            continue;
        }
        if opened && !matches!(c, ']' | '}') {
            newline(&mut out, depth);
        }
        if !opened && matches!(c, ']' | '}') {
            newline(&mut out, depth.saturating_sub(1));
        }
        opened = matches!(c, '[' | '{');
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            '"' => quoted = true,
            _ => {}
        }
        out.push(c);
        match c {
            ',' => newline(&mut out, depth),
            ':' => out.push(' '),
            _ => {}
        }
    }
    out
}

/// What keeps a typed body from being JSON, where what came was JSON: place and reason.
struct Unreadable {
    line: usize,
    character: usize,
    ended: bool,
    said: String,
}

impl Unreadable {
    fn of(came_as_json: bool, typed: &str) -> Option<Unreadable> {
        let error = serde_json::from_str::<serde::de::IgnoredAny>(typed).err().filter(|_| came_as_json)?;
        let before = typed.lines().nth(error.line().saturating_sub(1)).unwrap_or_default().as_bytes();
        let before = before.get(..error.column()).unwrap_or(before);
        let character = String::from_utf8_lossy(before).chars().count();
        Some(Unreadable { line: error.line(), character, ended: error.is_eof(), said: error.to_string() })
    }

    fn words(&self, lang: Lang) -> String {
        let Unreadable { line, character, ended, .. } = self;
        match (lang, ended) {
            (Lang::Ja, true) => {
                format!("訂正した本文がJSONの途中で終わっています（{line}行目の{character}文字目）。保存していません。")
            }
            (Lang::Ja, false) => {
                format!("訂正した本文がJSONになっていません（{line}行目の{character}文字目）。保存していません。")
            }
            (Lang::En, true) => {
                format!("The body ends in the middle of JSON (line {line}, character {character}). Nothing was kept.")
            }
            (Lang::En, false) => format!("The body is not JSON (line {line}, character {character}). Nothing was kept."),
        }
    }
}

/// Whether what came was JSON: a correction must be JSON then, too.
async fn came_as_json(desk: &Desk, id: i64) -> Answer<bool> {
    let versions = edit::versions(&desk.pool, id).await?;
    let original = versions.first().ok_or_else(Refusal::not_found)?;
    Ok(serde_json::from_slice::<serde::de::IgnoredAny>(&original.body).is_ok())
}

/// The newest version as text, and its number.
async fn newest(desk: &Desk, id: i64) -> Answer<(i32, String)> {
    let versions = edit::versions(&desk.pool, id).await?;
    let newest = versions.into_iter().last().ok_or_else(Refusal::not_found)?;
    let text = String::from_utf8(newest.body).map_err(|_| not_here())?;
    Ok((newest.version, text))
}

/// Why it is not corrected here.
fn fixed(failure: &Failure) -> Refusal {
    match edit::fixed(&failure.kind, &failure.headers) {
        Some(edit::Fixed::Order) => Refusal::from(FailureError::Order(failure.id)),
        _ => not_here(),
    }
}

fn not_here() -> Refusal {
    Refusal::sentence(
        "この本文は画面では訂正できません。相手先に訂正した内容の再送を依頼してください。",
        "This body cannot be corrected on a page. Ask the partner to send it again.",
    )
}

async fn editable(desk: &Desk, person: &Person, id: i64) -> Answer<Failure> {
    let (failure, body) = find(desk, person, id, Action::Operate).await?;
    if is_editable(&failure, &body) { Ok(failure) } else { Err(fixed(&failure)) }
}

/// What was typed, as a body: browsers end lines by CR LF.
fn typed(fields: &Fields) -> String {
    fields.raw("body").replace("\r\n", "\n")
}

fn form(person: &Person, id: i64, version: i32, text: &str, reason: &str) -> Markup {
    let lang = person.lang;
    let (label, why) = (say(lang, "本文", "Body"), say(lang, "訂正の理由", "Why it is corrected"));
    html! {
        form.tall.wide method="post" action={ "/failures/" (id) "/edit" } {
            input type="hidden" name="csrf" value=(person.csrf);
            input type="hidden" name="version" value=(version);
            (field(label, "body", html! { textarea.code id="body" name="body" rows="18" spellcheck="false" required { "\n" (text) } }))
            (field(why, "reason", html! { input id="reason" name="reason" required maxlength="400" value=(reason); }))
            button type="submit" { (say(lang, "違いを確かめる", "Show the difference")) }
        }
    }
}

/// The body to be edited.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>) -> Answer {
    let lang = person.lang;
    editable(&desk, &person, id).await?;
    seen::note(&desk, &person, ("failure", &id.to_string()), "body").await?;
    let (version, text) = newest(&desk, id).await?;
    let body = html! {
        p.hint { (say(lang, "届いた本文はそのまま残り、訂正は次の版になります。再送すると最新の版を送ります。",
                      "What came stays as it is; a correction is the next version. Sending it again sends the newest.")) }
        (form(&person, id, version, &spread(&text), ""))
        p { a href={ "/failures/" (id) } { (say(lang, "訂正せずに戻る", "Back without a correction")) } }
    };
    Ok(frame(&person, &Page::new(Nav::Failures, &title(lang, id)), body))
}

fn title(lang: Lang, id: i64) -> String {
    match lang {
        Lang::Ja => format!("障害 {id} の本文の訂正"),
        Lang::En => format!("Correct parked message {id}"),
    }
}

/// The difference, before anything is kept.
pub(crate) async fn compare(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(id): Path<i64>,
    fields: Fields,
) -> Answer<Response> {
    let lang = person.lang;
    editable(&desk, &person, id).await?;
    let (version, before) = newest(&desk, id).await?;
    let (after, reason) = (typed(&fields), fields.reason()?);
    if let Some(unreadable) = Unreadable::of(came_as_json(&desk, id).await?, &after) {
        let body = html! {
            div.refusal role="alert" { p { (unreadable.words(lang)) } (verbatim(lang, true, &unreadable.said)) }
            (form(&person, id, version, &after, reason))
            p { a href={ "/failures/" (id) } { (say(lang, "訂正せずに戻る", "Back without a correction")) } }
        };
        let page = frame(&person, &Page::new(Nav::Failures, &title(lang, id)), body);
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let body = html! {
        section.panel {
            h2 { (say(lang, "違い", "Difference")) }
            (diff(lang, &spread(&before), &spread(&after)))
            @if before == after || spread(&before) == spread(&after) { p.hint { (say(lang, "違いはありません。", "There is no difference.")) } }
            @else { (post(&person, &format!("/failures/{id}/versions"), html! {
                input type="hidden" name="version" value=(fields.get("version"));
                input type="hidden" name="body" value=(after);
                input type="hidden" name="reason" value=(reason);
                button type="submit" { (say(lang, "この内容で訂正する", "Keep this correction")) }
            })) }
        }
        section.panel { h2 { (say(lang, "直す", "Edit on")) } (form(&person, id, version, &after, reason)) }
        p { a href={ "/failures/" (id) } { (say(lang, "訂正せずに戻る", "Back without a correction")) } }
    };
    Ok(frame(&person, &Page::new(Nav::Failures, &title(lang, id)), body).into_response())
}

/// Keeps it as the next version.
pub(crate) async fn save(State(desk): State<Arc<Desk>>, person: Person, Path(id): Path<i64>, fields: Fields) -> Answer<Response> {
    editable(&desk, &person, id).await?;
    let base = i32::try_from(fields.number("version")?).map_err(|_| Refusal::value("version", fields.get("version")))?;
    if let Some(unreadable) = Unreadable::of(came_as_json(&desk, id).await?, &typed(&fields)) {
        return Err(Refusal::sentence(&unreadable.words(Lang::Ja), &unreadable.words(Lang::En)));
    }
    edit::edit(&desk.pool, id, base, typed(&fields).as_bytes(), &person.login, fields.reason()?).await?;
    Ok(see_other(&format!("/failures/{id}?done=corrected")))
}

/// Versions of a message that was corrected, each with what it changed.
pub(crate) async fn history(desk: &Desk, lang: Lang, id: i64) -> Answer<Markup> {
    let versions = edit::versions(&desk.pool, id).await?;
    let text = |version: &edit::Version| spread(&String::from_utf8_lossy(&version.body));
    Ok(html! {
        @if versions.len() > 1 {
            section.panel {
                h2 { (say(lang, "訂正", "Corrections")) }
                @for pair in versions.windows(2) { @if let [before, after] = pair {
                    h3 { (say(lang, "第", "Version ")) (after.version) (say(lang, "版", "")) " · " (when(&after.at)) " · " (after.by) }
                    p { (after.reason) }
                    (diff(lang, &text(before), &text(after)))
                } }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_laid_out_and_every_value_stays_as_it_was_written() {
        let text = r#"[{"a":"x, \"y\" {","yen":12345678901234567890.10,"none":[],"o":{}}]"#;
        let laid = spread(text);
        assert_eq!(
            laid,
            "[\n  {\n    \"a\": \"x, \\\"y\\\" {\",\n    \"yen\": 12345678901234567890.10,\n    \"none\": [],\n    \"o\": {}\n  }\n]"
        );
        assert_eq!(spread(&laid), laid, "laid out again it is the same");
        assert_eq!(spread("氏名,住所"), "氏名,住所");
    }
}
