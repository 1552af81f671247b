use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::outbound::{self, DryRun, OrderRequest};
use renkei_core::calendar::clock;
use renkei_core::message::{self, ExportOrder};
use renkei_core::registry::{Direction, Topic};
use renkei_core::words::{self, say};
use uuid::Uuid;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Nav, Page, count, field, frame, post, yen};
use crate::refusal::{Answer, Refusal};

/// Bytes of a file shown before it is made.
const HEAD_CHARS_MAX: usize = 3_000;

/// The outbound topic, for somebody who may order from it.
fn topic<'d>(desk: &'d Desk, person: &Person, slug: &str) -> Answer<&'d Arc<Topic>> {
    let topic = desk.registry.topic(slug).filter(|topic| topic.slug.as_str() == slug && topic.direction == Direction::Out);
    let topic = topic.filter(|topic| person.may_on(Action::See, topic.slug.as_str())).ok_or_else(Refusal::not_found)?;
    if person.may_on(Action::Operate, slug) { Ok(topic) } else { Err(Refusal::forbidden()) }
}

fn request(person: &Person, fields: &Fields) -> OrderRequest {
    let pairs = fields.all("param");
    let names = fields.all("name");
    let params: BTreeMap<String, String> = names
        .iter()
        .zip(&pairs)
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let key = fields.some("key").map(str::to_owned);
    OrderRequest { variant: fields.get("profile").to_owned(), params, ordered_by: person.login.clone(), key }
}

/// Whether a parameter is a day.
fn is_day(name: &str) -> bool {
    name.ends_with("_date") || name == "as_of"
}

/// The form: a look first. The key in it makes one run of a form that is sent twice.
pub(crate) fn form(person: &Person, topic: &Topic) -> Markup {
    let lang = person.lang;
    let slug = topic.slug.as_str();
    let variants: Vec<(String, String)> = topic.integration.as_ref().map_or_else(Vec::new, |folder| {
        if folder.profiles.is_empty() {
            folder.layouts.iter().map(|(name, layout)| (name.clone(), layout.name.clone())).collect()
        } else {
            folder.profiles.iter().map(|profile| (profile.name.clone(), profile.title.clone())).collect()
        }
    });
    post(
        person,
        &format!("/topics/{slug}/dry-run"),
        html! {
            @if variants.len() > 1 {
                (field(say(lang, "様式・銀行", "Profile"), "profile", html! {
                    select id="profile" name="profile" { @for (name, title) in &variants { option value=(name) { (title) } } }
                }))
            }
            @for name in topic.integration.iter().flat_map(|folder| folder.parameters()) {
                input type="hidden" name="name" value=(name);
                (field(&words::parameter(lang, name), &format!("param-{name}"), html! {
                    input id={ "param-" (name) } name="param" type=(if is_day(name) { "date" } else { "text" }) autocomplete="off";
                }))
            }
            button type="submit" { (say(lang, "送る内容を確認する", "Look at what would go")) }
        },
    )
}

/// What an order would send now: the same SQL and the same writer, rolled back.
pub(crate) async fn dry_run(State(desk): State<Arc<Desk>>, person: Person, Path(slug): Path<String>, fields: Fields) -> Answer {
    let lang = person.lang;
    let topic = topic(&desk, &person, &slug)?;
    let request = request(&person, &fields);
    let order = ExportOrder {
        run: message::run_id(&slug, "dry run"),
        variant: request.variant.clone(),
        params: request.params.clone(),
        ordered_by: request.ordered_by.clone(),
        ordered_at: clock::now_rfc3339(),
    };
    let dry = desk.exporter.dry_run(topic, &order).await?;
    let makes = dry.problem.is_none() && !dry.files.is_empty();
    let body = html! {
        (found(lang, topic, &dry))
        @if makes {
            (post(&person, &format!("/topics/{slug}/order"), html! {
                input type="hidden" name="key" value=(Uuid::now_v7());
                input type="hidden" name="profile" value=(request.variant);
                @for (name, value) in &request.params { input type="hidden" name="name" value=(name); input type="hidden" name="param" value=(value); }
                button type="submit" { (say(lang, "この内容で作成を指示する", "Order this file")) }
            }))
        }
        p { a href={ "/topics/" (slug) } { (say(lang, "連携に戻る", "Back to the topic")) } }
    };
    let title = format!("{} {slug}", say(lang, "送る内容の確認", "What would go"));
    Ok(frame(&person, &Page::new(Nav::Exports, &title), body))
}

fn found(lang: renkei_core::catalogue::Lang, topic: &Topic, dry: &DryRun) -> Markup {
    let head = String::from_utf8_lossy(&dry.head);
    let readable = std::str::from_utf8(&dry.head).is_ok();
    let text: String = match readable {
        true => head.chars().take(HEAD_CHARS_MAX).collect(),
        false => renkei_core::charset::decode(renkei_core::charset::Encoding::Cp932, &dry.head)
            .map_or_else(|_| head.to_string(), |text| text.into_owned())
            .chars()
            .take(HEAD_CHARS_MAX)
            .collect(),
    };
    html! {
        @if let Some(problem) = &dry.problem { p.refusal { (say(lang, "このままでは作成できません。", "It cannot be made as things are.")) " " span.detail lang="en" { (problem) } } }
        @else if dry.files.is_empty() { p { (say(lang, "送るものがありません。", "There is nothing to send.")) } }
        @for file in &dry.files {
            dl.facts {
                dt { (say(lang, "件数・金額", "Count and total")) } dd { strong { (count(i64::try_from(file.count).unwrap_or(i64::MAX))) } " " (say(lang, "件", "records")) " · " strong { (yen(file.yen)) } " " (say(lang, "円", "yen")) }
                dt { (say(lang, "レコード・バイト", "Records, bytes")) } dd { (file.records) " · " (file.bytes) }
            }
        }
        @if !dry.refusals.is_empty() { section.panel { h2 { (say(lang, "送れないもの", "What stays behind")) " (" (dry.refusals.len()) ")" } (super::left_behind(lang, &dry.refusals)) } }
        // The payroll of named persons is nobody's reading matter.
        @if !text.is_empty() && topic.integration.is_some() { details { summary { (say(lang, "ファイルの先頭", "The beginning of the file")) } pre { (text) } } }
    }
}

/// Orders the file; the consumer makes it.
pub(crate) async fn order(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(slug): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    let topic = topic(&desk, &person, &slug)?;
    outbound::order(&desk.publisher, topic, request(&person, &fields)).await?;
    Ok(see_other(&format!("/exports?topic={slug}&done=ordered")))
}
