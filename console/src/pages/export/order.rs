use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::outbound::{self, DryRun, OrderRequest, OutboundError};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::fault::Fault;
use renkei_core::message::{self, ExportOrder};
use renkei_core::params::{Param, ParamFault, ParamType};
use renkei_core::registry::{Direction, Topic};
use renkei_core::words::say;
use uuid::Uuid;

use super::super::{seen, still};
use super::payees;
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, count, field, frame, post, problem_told, told, when, who, yen};
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

/// Whether every file that can be chosen needs it. The browser cannot know which one is chosen.
fn is_of_all(topic: &Topic, param: &Param) -> bool {
    topic.integration.as_ref().is_some_and(|folder| match folder.profiles.as_slice() {
        [] => folder.layouts.iter().all(|(variant, _)| param.is_of(variant)),
        profiles => profiles.iter().all(|profile| param.is_of(&profile.base)),
    })
}

/// One parameter, as its type asks for it, with what was typed before. The browser insists on what every file must have; the rest is
/// refused in words.
fn input(lang: Lang, topic: &Topic, param: &Param, typed: &Fields) -> Markup {
    let id = format!("{PARAM}{}", param.id);
    let of_all = is_of_all(topic, param);
    let must = param.must && of_all;
    let kind = match param.ty {
        ParamType::Date => "date",
        ParamType::Month => "month",
        _ => "text",
    };
    let value = typed.some(&id).or(param.default.as_deref().filter(|_| param.layouts.is_empty()));
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
        @if !param.layouts.is_empty() { span.hint { (only_for(lang, topic, param)) } }
    };
    let mark = match (param.must, of_all) {
        (true, true) => say(lang, "（必須）", " (required)"),
        (true, false) => say(lang, "（様式により必須）", " (required by some)"),
        (false, _) => "",
    };
    field(&format!("{}{mark}", param.name(lang)), &id, filled)
}

/// The layouts that take a parameter which others do not, as they are called.
fn only_for(lang: Lang, topic: &Topic, param: &Param) -> Markup {
    let called = |variant: &String| {
        topic.integration.as_ref().and_then(|folder| folder.layout(variant)).map(|layout| layout.name.as_str())
    };
    let names: Vec<&str> = param.layouts.iter().filter_map(called).collect();
    html! { (say(lang, "対象: ", "only for ")) span lang="ja" { (names.join("、")) } }
}

/// The files that can be chosen, and what they are called.
fn variants(topic: &Topic) -> Vec<(String, String)> {
    topic.integration.as_ref().map_or_else(Vec::new, |folder| {
        if folder.profiles.is_empty() {
            folder.layouts.iter().map(|(name, layout)| (name.clone(), layout.name.clone())).collect()
        } else {
            folder.profiles.iter().map(|profile| (profile.name.clone(), profile.title.clone())).collect()
        }
    })
}

/// The form: a look first. The key in it makes one run of a form that is sent twice.
pub(crate) fn form(person: &Person, topic: &Topic) -> Markup {
    form_with(person, topic, &Fields::default())
}

/// The same with what was typed before.
fn form_with(person: &Person, topic: &Topic, typed: &Fields) -> Markup {
    let lang = person.lang;
    let slug = topic.slug.as_str();
    let variants = variants(topic);
    post(
        person,
        &format!("/topics/{slug}/dry-run"),
        html! {
            @if variants.len() > 1 {
                (field(say(lang, "様式・銀行", "Profile"), "profile", html! {
                    select id="profile" name="profile" { @for (name, title) in &variants { option value=(name) lang="ja" selected[typed.get("profile") == name] { (title) } } }
                }))
            }
            @for param in params(topic) { (input(lang, topic, param, typed)) }
            button type="submit" { (say(lang, "送る内容を確認する", "Look at what would go")) }
        },
    )
}

/// What is wrong with the parameters, over the form as it was filled in. What the command line would be told to do helps nobody here.
fn once_more(person: &Person, topic: &Topic, typed: &Fields, faults: &[ParamFault]) -> Response {
    let lang = person.lang;
    let body = html! {
        div.refusal role="alert" {
            @for fault in faults { p { (html::without_remedy(lang, &Fault::new(fault.code()).with_values(&fault.detail()))) } }
        }
        (form_with(person, topic, typed))
        p { a href={ "/topics/" (topic.slug) } { (say(lang, "連携に戻る", "Back to the topic")) } }
    };
    let title = format!("{}: {}", say(lang, "ファイルを作る", "Order a file"), say(lang, &topic.name, &topic.name_en));
    (StatusCode::CONFLICT, frame(person, &Page::new(Nav::Exports, &title), body)).into_response()
}

/// What an order would send now: the same SQL and the same writer, rolled back.
pub(crate) async fn dry_run(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(slug): Path<String>,
    fields: Fields,
) -> Answer<Response> {
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
    let dry = match desk.exporter.dry_run(topic, &order).await {
        Err(OutboundError::Params(faults)) => return Ok(once_more(&person, topic, &fields, &faults)),
        dry => dry?,
    };
    let full = seen::may_uncover(&person, Some(&slug));
    if !dry.refusals.is_empty() || !dry.head.is_empty() || dry.payees.iter().any(|payees| !payees.is_empty()) {
        seen::note(&desk, &person, ("topic", &slug), "dry run").await?;
    }
    let makes = dry.problem.is_none() && !dry.files.is_empty();
    let paused = still::of(&desk, &slug).await?;
    let body = html! {
        @if let Some(paused) = &paused {
            p.refusal { (say(lang, "この連携は停止中です。作成を指示しても、再開するまでファイルはできません。", "The topic stands still: what is ordered is made when it goes on.")) " " (when(&paused.at)) " · " (who(lang, &paused.by)) " · " (paused.why) }
        }
        (asked(lang, topic, &request))
        (found(lang, &dry, personal(topic, &request.variant), full))
        @if makes {
            (post(&person, &format!("/topics/{slug}/order"), html! {
                input type="hidden" name="key" value=(Uuid::now_v7());
                input type="hidden" name="profile" value=(request.variant);
                @for (name, value) in &request.params { input type="hidden" name={ (PARAM) (name) } value=(value); }
                button type="submit" { (say(lang, "この内容で作成を指示する", "Order this file")) }
            }))
        } @else {
            // Most of what was said is right: one of it is changed, and it is looked at again.
            section.panel { h2 { (say(lang, "条件を変えて確認する", "Look again with other parameters")) } (form_with(&person, topic, &fields)) }
        }
        p { a href={ "/topics/" (slug) } { (say(lang, "連携に戻る", "Back to the topic")) } }
    };
    let title = format!("{}: {}", say(lang, "送る内容の確認", "What would go"), say(lang, &topic.name, &topic.name_en));
    Ok(frame(&person, &Page::new(Nav::Exports, &title), body).into_response())
}

/// What was asked for.
fn asked(lang: Lang, topic: &Topic, request: &OrderRequest) -> Markup {
    let title = variants(topic).into_iter().find(|(name, _)| *name == request.variant).map(|(_, title)| title);
    html! {
        dl.facts {
            @if let Some(title) = title { dt { (say(lang, "様式・銀行", "Profile")) } dd { span lang="ja" { (title) } } }
            @for param in params(topic) { @if let Some(value) = request.params.get(&param.id) {
                dt { (param.name(lang)) }
                dd { @match param.choices.iter().find(|choice| choice.value == *value) { Some(choice) => (say(lang, &choice.name, &choice.name_en)), None => (value) } }
            } }
        }
    }
}

/// Whether the files of a profile, or of a layout where there are none, tell of persons.
fn personal(topic: &Topic, variant: &str) -> bool {
    let layout = |folder: &renkei_core::registry::Integration| match folder.profile(variant) {
        Some(profile) => profile.layout.personal,
        None => folder.layout(variant).is_none_or(|layout| layout.personal),
    };
    topic.integration.as_deref().is_none_or(layout)
}

fn found(lang: Lang, dry: &DryRun, personal: bool, full: bool) -> Markup {
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
            div.refusal { (say(lang, "このままでは作成できません。", "It cannot be made as things are.")) (problem_told(lang, problem, full)) }
        }
        @else if dry.files.is_empty() { p { (say(lang, "送るものがありません。", "There is nothing to send.")) } (waits(lang, dry)) }
        @for ((file, review), payees) in dry.files.iter().zip(&dry.reviews).zip(&dry.payees) {
            dl.facts {
                dt { (say(lang, "件数・金額", "Count and total")) } dd { strong { (count(i64::try_from(file.count).unwrap_or(i64::MAX))) } " " (say(lang, "件", "records")) " · " strong { (yen(file.yen)) } " " (say(lang, "円", "yen")) }
                dt { (say(lang, "レコード・バイト", "Records, bytes")) } dd { (file.records) " · " (file.bytes) }
                @for row in review.rows.iter().skip(1) { dt { (say(lang, &row.label_ja, &row.label_en)) } dd { (count(row.count)) " · " (yen(row.yen)) } }
                @for row in &review.beside { dt { (say(lang, &row.label_ja, &row.label_en)) " " span.hint { (say(lang, "ファイルの外", "no part of it")) } } dd { (count(row.count)) " · " (yen(row.yen)) } }
            }
            (payees::table(lang, payees, full, say(lang, "件。", "more.")))
        }
        @if !dry.refusals.is_empty() { section.panel { h2 { (say(lang, "送れないもの", "What stays behind")) " (" (dry.refusals.len()) ")" } (super::left_behind(lang, &dry.refusals, full)) } }
        // The payroll of named persons is nobody's reading matter.
        @if full && !text.is_empty() && !personal { details { summary { (say(lang, "ファイルの先頭", "The beginning of the file")) } pre { (text) } } }
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
    if let Err(error) = outbound::order(&desk.publisher, topic, request(&person, topic, &fields)).await {
        return match error {
            OutboundError::Params(faults) => Ok(once_more(&person, topic, &fields, &faults)),
            other => Err(other.into()),
        };
    }
    Ok(see_other(&format!("/exports?topic={slug}&done=ordered")))
}
