//! One 連携: description, specification sheet with its evidence grade, history, and what can be done: hand in a file, order one.

use std::sync::Arc;

use axum::extract::multipart::Multipart;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::layout::{Grade, Layout, describe};
use renkei_core::registry::{Direction, Integration, Topic};
use renkei_core::words::{self, say};
use renkei_producers::intake::claim::HandedIn;
use renkei_producers::{Controls, send};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::batches::{self, Wanted};
use super::board;
use super::export::order;
use super::exports;
use super::{kit, still};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::{check_token, see_other};
use crate::html::{self, Fields, Nav, Page, Tone, badge, field, frame};
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
        (facts(lang, topic, &next, depths.as_ref().and_then(|depths| depths.get(&topic.queue()).copied())))
        @if operates && takes { section.panel { h2 { (say(lang, "ファイルを渡す", "Hand in a file")) } (upload_form(&person, topic)) } }
        @if operates && topic.direction == Direction::Out { section.panel { h2 { (say(lang, "ファイルを作る", "Order a file")) } (order::form(&person, topic)) } }
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

fn facts(lang: Lang, topic: &Topic, next: &Markup, waiting: Option<u64>) -> Markup {
    html! {
        dl.facts {
            dt { (say(lang, "識別子", "Slug")) } dd { code { (topic.slug) } }
            dt { (say(lang, "向き", "Way")) } dd { (words::direction(lang, topic.direction)) " · " (topic.from) " → " (topic.to) }
            dt { (say(lang, "キュー", "Queue")) } dd { code { (topic.queue()) } @if let Some(waiting) = waiting { " · " (say(lang, "待ち", "waiting")) " " (waiting) } }
            @if let Some(schedule) = &topic.schedule { dt { (say(lang, "予定", "Schedule")) } dd { (words::schedule(lang, &schedule.rule)) } }
            @if let Some(due) = &topic.due { dt { (say(lang, "到着期限", "Due")) } dd { (due.rule.as_ref().map_or_else(|| due.written.clone(), |rule| words::schedule(lang, rule))) } }
            @if topic.schedule.is_some() || topic.due.is_some() { dt { (say(lang, "次の予定・期限", "Next due")) } dd { (next) } }
            dt { (say(lang, "再試行", "Retry after")) } dd { (topic.retry.ladder_s.iter().map(|seconds| words::span(lang, *seconds)).collect::<Vec<_>>().join(say(lang, "、", ", "))) }
            // Remarks are written for those who keep queues.toml, in English.
            @if !topic.remark.is_empty() && lang == Lang::En { dt { (say(lang, "備考", "Remark")) } dd { (topic.remark) } }
        }
    }
}

/// The specification sheets: one a layout.
fn sheets(desk: &Desk, lang: Lang, topic: &Topic, integration: &Integration) -> Markup {
    let slug = topic.slug.as_str();
    html! {
        @for (variant, layout) in &integration.layouts {
            section.panel {
                h2 { (layout.name) " " span.hint { @if integration.layouts.len() > 1 { code { (variant) } " · " } (say(lang, "第", "version ")) (layout.version) (say(lang, "版", "")) } " " (evidence(lang, layout)) }
                (sources(lang, layout))
                @for kind in layout.kinds() {
                    details {
                        summary { (kind.name) " (" (kind.fields.len()) ")" }
                        div.scroll { table {
                            thead { tr {
                                th.number { "#" } th { (say(lang, "項目", "Field")) } th { "id" } th { (say(lang, "型", "Type")) } th { (say(lang, "長さ", "Length")) }
                                th { (say(lang, "必須", "Needed")) } th { (say(lang, "規則", "Rules")) } th { (say(lang, "根拠", "Evidence")) }
                            } }
                            tbody { @for row in describe::rows(layout, kind) { tr {
                                td.number { (row.position) } th scope="row" { (row.name) } td { code { (row.id) } } td { (row.ty) } td { (row.length) }
                                td { (row.required) } td { (row.rule) } td { (row.grade) }
                            } } }
                        } }
                    }
                }
                p { a href={ "/topics/" (slug) "/layouts/" (variant) } { (say(lang, "仕様書をテキストで保存", "Save the sheet as text")) } " · " (kit::links(desk, lang, topic, variant)) }
            }
        }
    }
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
            details { summary { (say(lang, "様式の出典（設計資料の章・英語）", "Where its items were found")) } p.detail lang="en" { (source) } }
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

fn upload_form(person: &Person, topic: &Topic) -> Markup {
    let lang = person.lang;
    html! {
        form method="post" action={ "/topics/" (topic.slug) "/files" } enctype="multipart/form-data" {
            input type="hidden" name="csrf" value=(person.csrf);
            (field(say(lang, "ファイル", "File"), "file", html! { input id="file" name="file" type="file" required; }))
            @if topic.evidence.is_some() { (field(say(lang, "証拠書類", "Documents"), "documents", html! { input id="documents" name="documents" type="file" multiple; })) }
            (field(say(lang, "件数（分かる場合）", "Records (if known)"), "count", html! { input id="count" name="count" inputmode="numeric" pattern="[0-9]*"; }))
            (field(say(lang, "合計金額（分かる場合）", "Total yen (if known)"), "sum", html! { input id="sum" name="sum" inputmode="numeric" pattern="-?[0-9]*"; }))
            button type="submit" { (say(lang, "検査して渡す", "Check and hand in")) }
        }
    }
}

/// What an upload form brought.
#[derive(Default)]
struct Uploaded {
    file: Option<(String, std::path::PathBuf)>,
    documents: Vec<std::path::PathBuf>,
    count: Option<u64>,
    sum: Option<i64>,
}

/// Takes a file in: stored under a name of our own, checked, published; the page of its batch shows what became of it.
pub(crate) async fn hand_in(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(slug): Path<String>,
    form: Multipart,
) -> Answer<Response> {
    let topic = find(&desk, &person, &slug)?;
    if !person.may_on(Action::Operate, &slug) {
        return Err(Refusal::forbidden());
    }
    let incoming = topic.incoming().ok_or_else(Refusal::not_found)?;
    let folder = std::env::temp_dir().join(format!("renkei-upload-{}", Uuid::now_v7()));
    tokio::fs::create_dir(&folder).await.map_err(|error| no_room(&error))?;
    let outcome = async {
        let limit = desk.registry.settings.limits.file_bytes_max;
        let uploaded = receive(&person, form, &folder, limit).await?;
        let (name, path) = uploaded.file.ok_or_else(|| Refusal::sentence("ファイルを選んでください。", "Choose a file."))?;
        let stated = uploaded.count.is_some() || uploaded.sum.is_some();
        let controls = stated.then(|| Controls { count: uploaded.count, sum: uploaded.sum, ..Controls::default() });
        let with = HandedIn {
            name,
            sender: format!("console:{}", person.login),
            controls,
            documents: uploaded.documents,
            ..HandedIn::default()
        };
        Ok::<_, Refusal>(send::send(&desk.hand_in, incoming.slug.as_str(), &path, with, None).await?)
    }
    .await;
    let _ = tokio::fs::remove_dir_all(&folder).await;
    let delivery = outcome?.delivery;
    Ok(see_other(&format!("/batches?find={}&done=handed-in", delivery.delivery)))
}

fn no_room(error: &std::io::Error) -> Refusal {
    tracing::error!(error = error as &dyn std::error::Error, "an upload could not be stored");
    Refusal::sentence(
        "ファイルを保存できません。システム管理者に連絡してください。",
        "The file cannot be stored; tell the system's administrator.",
    )
}

/// Reads the form part by part; the first must be the token. Nothing is held in memory but names and numbers.
async fn receive(person: &Person, mut form: Multipart, folder: &std::path::Path, limit: u64) -> Answer<Uploaded> {
    let broken =
        |_| Refusal::sentence("アップロードが途中で切れました。やり直してください。", "The upload was cut off; try again.");
    let mut uploaded = Uploaded::default();
    let mut proven = false;
    let mut place = 0_u32;
    while let Some(mut part) = form.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        if !proven {
            if name != "csrf" {
                return Err(Refusal::foreign_form());
            }
            check_token(person, &part.text().await.map_err(broken)?)?;
            proven = true;
            continue;
        }
        match name.as_str() {
            "file" | "documents" => {
                let shown = last_part(part.file_name().unwrap_or_default());
                if shown.is_empty() {
                    continue;
                }
                place += 1;
                // A name of our own on the disk; documents are known by theirs, so they keep it, without its folders.
                let inside = folder.join(format!("{place}"));
                tokio::fs::create_dir(&inside).await.map_err(|error| no_room(&error))?;
                let path = inside.join(&shown);
                let mut file = tokio::fs::File::create(&path).await.map_err(|error| no_room(&error))?;
                let mut bytes = 0_u64;
                while let Some(chunk) = part.chunk().await.map_err(broken)? {
                    bytes = bytes.saturating_add(chunk.len() as u64);
                    if bytes > limit {
                        return Err(Refusal::sentence("ファイルが大きすぎます。", "The file is too large."));
                    }
                    file.write_all(&chunk).await.map_err(|error| no_room(&error))?;
                }
                file.flush().await.map_err(|error| no_room(&error))?;
                if name == "file" { uploaded.file = Some((shown, path)) } else { uploaded.documents.push(path) }
            }
            "count" => uploaded.count = number(&name, &part.text().await.map_err(broken)?)?,
            "sum" => uploaded.sum = number(&name, &part.text().await.map_err(broken)?)?,
            other => return Err(Refusal::value("field", other)),
        }
    }
    if proven { Ok(uploaded) } else { Err(Refusal::foreign_form()) }
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Answer<Option<T>> {
    let text = text.trim().replace(',', "");
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Refusal::value(name, &text))
}

/// The name without folders or control characters: some browsers send a path.
fn last_part(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    if kept == "." || kept == ".." { String::new() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere() {
        for (name, kept) in
            [("C:\\data\\調定.csv", "調定.csv"), ("../../etc/passwd", "passwd"), ("..", ""), ("a\r\nb.csv", "ab.csv")]
        {
            assert_eq!(last_part(name), kept);
        }
        assert!(number::<u64>("count", "1,234").expect("a number") == Some(1_234));
        assert!(number::<u64>("count", "多数").is_err());
    }
}
