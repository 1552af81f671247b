use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::outbound::{self, DryRun, OrderRequest};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::message::{self, ExportOrder};
use renkei_core::params::{Param, ParamType};
use renkei_core::registry::{Direction, Topic};
use renkei_core::words::say;
use uuid::Uuid;

use super::super::seen;
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Nav, Page, count, field, frame, post, problem_told, told, yen};
use crate::refusal::{Answer, Refusal};

/// Bytes of a file shown before it is made.
const HEAD_CHARS_MAX: usize = 3_000;

/// The outbound topic, for somebody who may order from it.
fn topic<'d>(desk: &'d Desk, person: &Person, slug: &str) -> Answer<&'d Arc<Topic>> {
    let topic = desk.registry.topic(slug).filter(|topic| topic.slug.as_str() == slug && topic.direction == Direction::Out);
    let topic = topic.filter(|topic| person.may_on(Action::See, topic.slug.as_str())).ok_or_else(Refusal::not_found)?;
    if person.may_on(Action::Operate, slug) { Ok(topic) } else { Err(Refusal::forbidden()) }
}

/// What stands in front of a parameter's id in the form.
const PARAM: &str = "param.";

fn request(person: &Person, topic: &Topic, fields: &Fields) -> OrderRequest {
    let value = |param: &Param| fields.some(&format!("{PARAM}{}", param.id)).map(|value| (param.id.clone(), value.to_owned()));
    let params: BTreeMap<String, String> = params(topic).iter().filter_map(value).collect();
    let key = fields.some("key").map(str::to_owned);
    OrderRequest { variant: fields.get("profile").to_owned(), params, ordered_by: person.login.clone(), key }
}

fn params(topic: &Topic) -> &[Param] {
    topic.integration.as_ref().map_or(&[], |folder| folder.params.all())
}

/// One parameter, as its type asks for it. The browser insists on what every layout must have; the rest is refused in words.
fn input(lang: Lang, param: &Param) -> Markup {
    let id = format!("{PARAM}{}", param.id);
    let must = param.must && param.layouts.is_empty();
    let kind = match param.ty {
        ParamType::Date => "date",
        ParamType::Month => "month",
        _ => "text",
    };
    let value = param.default.as_deref().filter(|_| param.layouts.is_empty());
    let filled = html! {
        @if param.ty == ParamType::Choice {
            select id=(id) name=(id) required[must] {
                @if value.is_none() { option value="" { "—" } }
                @for choice in &param.choices { option value=(choice.value) selected[value == Some(&choice.value)] { (say(lang, &choice.name, &choice.name_en)) } }
            }
        } @else {
            input id=(id) name=(id) type=(kind) value=[value] placeholder=(param.ty.example()) required[must];
        }
        @if !param.help(lang).is_empty() { span.hint { (param.help(lang)) } }
        @if !param.layouts.is_empty() { span.hint { (param.layouts.join(", ")) } }
    };
    let mark = if param.must { say(lang, "（必須）", " (required)") } else { "" };
    field(&format!("{}{mark}", param.name(lang)), &id, filled)
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
            @for param in params(topic) { (input(lang, param)) }
            button type="submit" { (say(lang, "送る内容を確認する", "Look at what would go")) }
        },
    )
}

/// What an order would send now: the same SQL and the same writer, rolled back.
pub(crate) async fn dry_run(State(desk): State<Arc<Desk>>, person: Person, Path(slug): Path<String>, fields: Fields) -> Answer {
    let lang = person.lang;
    let topic = topic(&desk, &person, &slug)?;
    let request = request(&person, topic, &fields);
    let order = ExportOrder {
        run: message::run_id(&slug, "dry run"),
        variant: request.variant.clone(),
        params: request.params.clone(),
        ordered_by: request.ordered_by.clone(),
        ordered_at: clock::now_rfc3339(),
    };
    let dry = desk.exporter.dry_run(topic, &order).await?;
    if !dry.refusals.is_empty() || !dry.head.is_empty() {
        seen::note(&desk, &person, ("topic", &slug), "dry run").await?;
    }
    let makes = dry.problem.is_none() && !dry.files.is_empty();
    let body = html! {
        (found(lang, &dry, personal(topic, &request.variant)))
        @if makes {
            (post(&person, &format!("/topics/{slug}/order"), html! {
                input type="hidden" name="key" value=(Uuid::now_v7());
                input type="hidden" name="profile" value=(request.variant);
                @for (name, value) in &request.params { input type="hidden" name={ (PARAM) (name) } value=(value); }
                button type="submit" { (say(lang, "この内容で作成を指示する", "Order this file")) }
            }))
        }
        p { a href={ "/topics/" (slug) } { (say(lang, "連携に戻る", "Back to the topic")) } }
    };
    let title = format!("{} {slug}", say(lang, "送る内容の確認", "What would go"));
    Ok(frame(&person, &Page::new(Nav::Exports, &title), body))
}

/// Whether the files of a profile, or of a layout where there are none, tell of persons.
fn personal(topic: &Topic, variant: &str) -> bool {
    let layout = |folder: &renkei_core::registry::Integration| match folder.profile(variant) {
        Some(profile) => profile.layout.personal,
        None => folder.layout(variant).is_none_or(|layout| layout.personal),
    };
    topic.integration.as_deref().is_none_or(layout)
}

fn found(lang: Lang, dry: &DryRun, personal: bool) -> Markup {
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
        @if let Some(problem) = &dry.problem {
            div.refusal { (say(lang, "このままでは作成できません。", "It cannot be made as things are.")) (problem_told(lang, problem, true)) }
        }
        @else if dry.files.is_empty() { p { (say(lang, "送るものがありません。", "There is nothing to send.")) } (waits(lang, dry)) }
        @for (file, review) in dry.files.iter().zip(&dry.reviews) {
            dl.facts {
                dt { (say(lang, "件数・金額", "Count and total")) } dd { strong { (count(i64::try_from(file.count).unwrap_or(i64::MAX))) } " " (say(lang, "件", "records")) " · " strong { (yen(file.yen)) } " " (say(lang, "円", "yen")) }
                dt { (say(lang, "レコード・バイト", "Records, bytes")) } dd { (file.records) " · " (file.bytes) }
                @for row in review.rows.iter().skip(1) { dt { (say(lang, &row.label_ja, &row.label_en)) } dd { (count(row.count)) " · " (yen(row.yen)) } }
            }
        }
        @if !dry.refusals.is_empty() { section.panel { h2 { (say(lang, "送れないもの", "What stays behind")) " (" (dry.refusals.len()) ")" } (super::left_behind(lang, &dry.refusals, true)) } }
        // The payroll of named persons is nobody's reading matter.
        @if !text.is_empty() && !personal { details { summary { (say(lang, "ファイルの先頭", "The beginning of the file")) } pre { (text) } } }
    }
}

/// Why there is nothing to send.
fn waits(lang: Lang, dry: &DryRun) -> Markup {
    html! { @match dry.waiting.as_deref() {
        None => {}
        Some([]) => p.hint { (say(lang, "待っているものもありません。", "Nothing waits either.")) },
        Some(waiting) => section.panel {
            h2 { (say(lang, "待っているもの", "What waits")) }
            ul.plain { @for one in waiting { li { (told(lang, &one.code, Some(&one.values()))) } } }
        },
    } }
}

/// Orders the file; the consumer makes it.
pub(crate) async fn order(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(slug): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    let topic = topic(&desk, &person, &slug)?;
    outbound::order(&desk.publisher, topic, request(&person, topic, &fields)).await?;
    Ok(see_other(&format!("/exports?topic={slug}&done=ordered")))
}
