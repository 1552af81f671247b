//! One 連携: description, specification sheet with its evidence grade, history, and what can be done: hand in a file, order one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::layout::describe::{self, Rule};
use renkei_core::layout::{Grade, Layout};
use renkei_core::registry::topics::Confirm;
use renkei_core::registry::{Direction, Integration, Topic};
use renkei_core::words::{self, say};

use super::batches::{self, Wanted};
use super::board;
use super::export::order;
use super::exports;
use super::{kit, still, upload};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, Fields, Nav, Page, Tone, badge, frame};
use crate::notice::Notice;
use crate::refusal::{Answer, Refusal};

/// Batches shown.
const RECENT: i64 = 10;

/// A topic one may look at.
pub(super) fn find<'d>(desk: &'d Desk, person: &Person, slug: &str) -> Answer<&'d Arc<Topic>> {
    let topic = desk.registry.topic(slug).filter(|topic| topic.slug.as_str() == slug);
    topic.filter(|_| person.may_on(Action::See, slug)).ok_or_else(Refusal::not_found)
}

/// The page.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, Path(slug): Path<String>, fields: Fields) -> Answer {
    let lang = person.lang;
    let topic = find(&desk, &person, &slug)?;
    let title = format!("{:02} {}", topic.number, say(lang, &topic.name, &topic.name_en));
    let wanted = Wanted { topic: Some(&slug), rows: RECENT, ..Wanted::default() };
    let (recent, _) = batches::read(&desk, &wanted).await?;
    let takes = topic.incoming().is_some();
    let operates = person.may_on(Action::Operate, &slug);
    let depths = desk.depths.now();
    let paused = still::of(&desk, &slug).await?;
    let outlook = board::outlook(&desk).await;
    let next = outlook.map_or_else(|| html! {}, |known| board::next(lang, &known.value, &slug));
    let body = html! {
        @if paused.is_some() { (still::panel(&person, &slug, paused.as_ref())) }
        (facts(&desk, lang, topic, &next, depths.as_ref().and_then(|depths| depths.get(&topic.queue()).copied())))
        @if operates && topic.direction == Direction::Out { section.panel { h2 { (say(lang, "ファイルを作る", "Order a file")) } (order::form(&person, topic)) } }
        @if operates && takes { section.panel {
            h2 { @if topic.direction == Direction::Out { (say(lang, "相手先の回答ファイルを渡す", "Hand in the partner's answer")) } @else { (say(lang, "ファイルを渡す", "Hand in a file")) } }
            (upload::form(&person, topic, paused.is_some()))
        } }
        @if takes {
            section.panel {
                h2 { a href={ "/batches?topic=" (slug) } { (say(lang, "最近の受付", "Recent batches")) } }
                div id="recent" data-live { (batches::table(&desk, lang, &recent)) }
            }
        }
        @if topic.direction == Direction::Out {
            section.panel {
                h2 { a href={ "/exports?topic=" (slug) } { (say(lang, "最近の送出ファイル", "Recent files")) } }
                div id="sent" data-live { (exports::recent(&desk, lang, &slug, RECENT).await?) }
            }
        }
        @if let Some(integration) = &topic.integration { (sheets(&desk, lang, topic, integration)) }
        @if let Some(results) = &topic.results { @if let Some(integration) = &results.integration { h2 { (say(lang, "相手先の回答", "Answers of the partner")) } (sheets(&desk, lang, topic, integration)) } }
        @if paused.is_none() { (still::panel(&person, &slug, None)) }
    };
    Ok(frame(&person, &Page::new(Nav::Board, &title).after(Notice::of(fields.get("done"))), body))
}

fn facts(desk: &Desk, lang: Lang, topic: &Topic, next: &Markup, waiting: Option<u64>) -> Markup {
    html! {
        dl.facts {
            dt { (say(lang, "識別子", "Slug")) } dd { code { (topic.slug) } }
            dt { (say(lang, "向き", "Way")) } dd { (words::direction(lang, topic.direction)) " · " (desk.registry.partner(lang, &topic.from)) " → " (desk.registry.partner(lang, &topic.to)) }
            dt { (say(lang, "キュー", "Queue")) } dd { code { (topic.queue()) } @if let Some(waiting) = waiting { " · " (say(lang, "待ち", "waiting")) " " (waiting) } }
            @if topic.results.as_deref().unwrap_or(topic).confirm == Confirm::Operator { dt { (say(lang, "記帳", "Posting")) } dd { (say(lang, "検査のあと、人が内容を確かめてから記帳します。", "Checked files wait until a person has looked at them.")) } }
            @if let Some(schedule) = &topic.schedule { dt { (say(lang, "予定", "Schedule")) } dd { (words::schedule(lang, &schedule.rule)) } }
            @if let Some(due) = &topic.due {
                @let rule = due.rule.as_ref().map_or_else(|| due.written.clone(), |rule| words::schedule(lang, rule));
                @if topic.direction == Direction::Out { dt { (say(lang, "引渡期限", "Carried by")) } dd { (say(lang, "払出後の最初の", "once released, the next of: ")) (rule) } }
                @else { dt { (say(lang, "到着期限", "Due")) } dd { (rule) } }
            }
            @if topic.schedule.is_some() || topic.due.is_some() && topic.direction == Direction::In { dt { (say(lang, "次の予定・期限", "Next due")) } dd { (next) } }
            dt { (say(lang, "再試行", "Retry after")) } dd { (topic.retry.ladder_s.iter().map(|seconds| words::span(lang, *seconds)).collect::<Vec<_>>().join(say(lang, "、", ", "))) }
            // Remarks are written for those who keep queues.toml, in English.
            @if !topic.remark.is_empty() && lang == Lang::En { dt { (say(lang, "備考", "Remark")) } dd translate="no" { (topic.remark) } }
        }
    }
}

/// The specification sheets: one a layout.
fn sheets(desk: &Desk, lang: Lang, topic: &Topic, integration: &Integration) -> Markup {
    let slug = topic.slug.as_str();
    html! {
        @for (variant, layout) in &integration.layouts {
            section.panel {
                h2 { (html::ja(&layout.name)) " " span.hint { @if integration.layouts.len() > 1 { code { (variant) } " · " } (say(lang, "第", "version ")) (layout.version) (say(lang, "版", "")) } " " (evidence(lang, layout)) }
                (sources(lang, layout))
                @for kind in layout.kinds() {
                    details {
                        summary { (html::ja(&kind.name)) " (" (kind.fields.len()) ")" }
                        div.scroll { table {
                            thead { tr {
                                th.number { "#" } th { (say(lang, "項目", "Field")) } th { (say(lang, "項目ID", "Id")) } th { (say(lang, "型", "Type")) } th { (say(lang, "長さ", "Length")) }
                                th { (say(lang, "必須", "Needed")) } th { (say(lang, "規則", "Rules")) } th { (say(lang, "根拠", "Evidence")) }
                            } }
                            tbody { @for row in describe::rows(layout, kind, lang) { tr {
                                td.number { (row.position) } th scope="row" lang="ja" { @if row.name.is_ascii() { code { (row.name) } } @else { (row.name) } } td { code { (row.id) } } td { (row.ty) } td { (row.length) }
                                td { (row.required) } td { (rules(&row)) } td { (row.grade) }
                            } } }
                        } }
                    }
                }
                p { a href={ "/topics/" (slug) "/layouts/" (variant) } { (say(lang, "仕様書をテキストで保存", "Save the sheet as text")) } " · " (kit::links(desk, lang, topic, variant)) }
            }
        }
    }
}

/// The rules of a field; what is written so in the file is a word of no language.
fn rules(row: &describe::FieldRow) -> Markup {
    html! { @for (place, rule) in row.rules.iter().enumerate() {
        @if place > 0 { "; " }
        @match rule {
            Rule::Words(text) => (text),
            Rule::Verbatim(text) => code { (text) },
            Rule::Value(what, value) => { (what) " " code { (value) } }
            Rule::Codes(codes, more) => {
                @for (place, (code, meaning)) in codes.iter().enumerate() { @if place > 0 { ", " } code { (code) } " " (meaning) }
                @if *more { " …" }
            }
        }
    } }
}

/// How well the layout is known, said to who uses it. Where its items were found is a note for who keeps the layout, in English.
fn sources(lang: Lang, layout: &Layout) -> Markup {
    let known = layout.grade.map(|grade| match grade {
        Grade::A => say(
            lang,
            "公開された仕様書など3点以上の資料、または実際のファイルで確かめた様式です。",
            "Known from three sources or from verified bytes.",
        ),
        Grade::B => say(lang, "2点の資料で確かめた様式です。", "Known from two sources."),
        Grade::C => say(
            lang,
            "1点の資料による様式です。本番の前に相手先の仕様書と照合してください。",
            "Known from one source; compare it with the partner's sheet before real use.",
        ),
        Grade::D => say(
            lang,
            "相手先の仕様が公開されていないため、こちらで提案している様式です。本番の前に相手先と合意してください。",
            "Our proposal, because the partner's layout is not public; agree on it before real use.",
        ),
    });
    html! {
        @if let Some(known) = known { p.hint { (known) } }
        @if let Some(source) = &layout.source {
            details { summary { (say(lang, "様式の出典（設計資料の章・英語）", "Where its items were found")) } p.detail lang="en" translate="no" { (source) } }
        }
    }
}

fn evidence(lang: Lang, layout: &Layout) -> Markup {
    let grade = layout.grade.map_or("", |grade| grade.as_str());
    let tone = if layout.status == renkei_core::layout::Status::Confirmed { Tone::Good } else { Tone::Act };
    html! { (badge(tone, words::layout_status(lang, layout.status))) " " (badge(Tone::Quiet, &format!("{} {grade}", say(lang, "根拠", "grade")))) }
}

/// A sheet as text.
pub(crate) async fn sheet(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((slug, variant)): Path<(String, String)>,
) -> Answer<Response> {
    let topic = find(&desk, &person, &slug)?;
    let folders = [topic.integration.as_ref(), topic.results.as_ref().and_then(|results| results.integration.as_ref())];
    let layout = folders.into_iter().flatten().find_map(|folder| folder.layout(&variant)).ok_or_else(Refusal::not_found)?;
    let name = html::ascii(&format!("{slug}_{variant}.txt"));
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, describe::sheet(layout, person.lang)).into_response())
}
