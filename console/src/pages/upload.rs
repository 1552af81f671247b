//! Hands a file in: of the kinds its topic takes, stored under a name of our own; and the page that waits for what becomes of it.

use std::sync::Arc;

use axum::extract::multipart::Multipart;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_core::registry::Topic;
use renkei_core::words::say;
use renkei_producers::intake::claim::HandedIn;
use renkei_producers::{Controls, evidence, send};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use super::kinds::{HEAD_BYTES, Kinds};
use super::{still, topics};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::{check_token, see_other};
use crate::html::{Nav, Page, field, frame, topic as topic_name, when, who};
use crate::refusal::{Answer, Refusal};

/// The form of a topic's page.
pub(super) fn form(person: &Person, topic: &Arc<Topic>, paused: bool) -> Markup {
    let lang = person.lang;
    let kinds = topic.incoming().map(|incoming| Kinds::of(incoming)).unwrap_or_default();
    let documents = topic
        .evidence
        .as_ref()
        .map(|rule| rule.kinds.iter().map(|kind| format!(".{}", kind.as_str())).collect::<Vec<_>>().join(","));
    html! {
        @if paused { p.refusal { (say(lang, "この連携は停止中です。ファイルは受け付けますが、検査と記帳は再開した後に行います。", "This topic stands still. Files are taken in, but checked and posted only when it goes on.")) } }
        p.hint { (say(lang, "受け付ける種類: ", "Taken: ")) (kinds.shown(lang)) }
        form method="post" action={ "/topics/" (topic.slug) "/files" } enctype="multipart/form-data" {
            input type="hidden" name="csrf" value=(person.csrf);
            (field(say(lang, "ファイル", "File"), "file", html! { input id="file" name="file" type="file" accept=(kinds.accept()) required; }))
            @if let Some(documents) = &documents { (field(say(lang, "証拠書類", "Documents"), "documents", html! { input id="documents" name="documents" type="file" accept=(documents) multiple; })) }
            (field(say(lang, "件数（分かる場合）", "Records (if known)"), "count", html! { input id="count" name="count" inputmode="numeric" pattern="[0-9０-９,，]*"; }))
            (field(say(lang, "合計金額（分かる場合）", "Total yen (if known)"), "sum", html! { input id="sum" name="sum" inputmode="numeric" pattern="[-△]?[0-9０-９,，]*"; }))
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

impl Uploaded {
    /// What was typed beside the files.
    fn typed(&self) -> Vec<(String, String)> {
        let count = self.count.map(|count| ("count".to_owned(), count.to_string()));
        count.into_iter().chain(self.sum.map(|sum| ("sum".to_owned(), sum.to_string()))).collect()
    }
}

/// Takes a file in: stored under a name of our own, checked, published; the page of its batch shows what became of it.
pub(crate) async fn hand_in(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(slug): Path<String>,
    form: Multipart,
) -> Answer<Response> {
    let topic = topics::find(&desk, &person, &slug)?;
    if !person.may_on(Action::Operate, &slug) {
        return Err(Refusal::forbidden());
    }
    let incoming = topic.incoming().ok_or_else(Refusal::not_found)?;
    let folder = std::env::temp_dir().join(format!("renkei-upload-{}", Uuid::now_v7()));
    tokio::fs::create_dir(&folder).await.map_err(|error| no_room(&error))?;
    let mut keeping = Vec::new();
    let outcome = async {
        let limit = desk.registry.settings.limits.file_bytes_max;
        let uploaded = receive(&person, form, &folder, limit).await?;
        keeping = uploaded.typed();
        let (name, path) = uploaded.file.ok_or_else(|| Refusal::sentence("ファイルを選んでください。", "Choose a file."))?;
        Kinds::of(incoming).admit(&name, &beginning(&path).await?)?;
        let stated = uploaded.count.is_some() || uploaded.sum.is_some();
        let controls = stated.then(|| Controls { count: uploaded.count, sum: uploaded.sum, ..Controls::default() });
        let with = HandedIn {
            name,
            sender: format!("console:{}", person.login),
            controls,
            documents: uploaded.documents,
            place: Some(evidence::ON_FORM),
            ..HandedIn::default()
        };
        Ok::<_, Refusal>(send::send(&desk.hand_in, incoming.slug.as_str(), &path, with, None).await?)
    }
    .await;
    let _ = tokio::fs::remove_dir_all(&folder).await;
    let delivery = outcome.map_err(|refusal| refusal.keeping(keeping))?.delivery;
    // The files in an archive become a batch each.
    if !delivery.members.is_empty() {
        return Ok(see_other(&format!("/topics/{slug}?done=handed-in")));
    }
    Ok(see_other(&format!("/topics/{slug}/files/{}", delivery.delivery)))
}

/// The first bytes of a file.
async fn beginning(path: &std::path::Path) -> Answer<Vec<u8>> {
    let file = tokio::fs::File::open(path).await.map_err(|error| no_room(&error))?;
    let mut head = Vec::new();
    file.take(HEAD_BYTES).read_to_end(&mut head).await.map_err(|error| no_room(&error))?;
    Ok(head)
}

/// What became of a file that was handed in: the page waits for its batch, and goes on to it.
pub(crate) async fn waiting(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((slug, delivery)): Path<(String, Uuid)>,
) -> Answer<Response> {
    let lang = person.lang;
    let topic = topics::find(&desk, &person, &slug)?;
    let incoming = topic.incoming().ok_or_else(Refusal::not_found)?;
    let batch: Option<(i64, bool)> =
        sqlx::query_as("select id, state in ('rejected', 'duplicate') from intake.batch where delivery = $1 and topic = $2")
            .bind(delivery)
            .bind(&slug)
            .fetch_optional(&desk.pool)
            .await?;
    if let Some((batch, speaks)) = batch {
        // What is refused or was there before says so itself.
        let told = if speaks { "" } else { "?done=handed-in" };
        return Ok(see_other(&format!("/batches/{batch}{told}")));
    }
    let paused = still::of(&desk, &slug).await?;
    let before = desk.depths.now().and_then(|depths| depths.get(&incoming.queue()).copied());
    let body = html! {
        p.notice role="status" { (say(lang, "ファイルを受け付けました。", "The file was accepted.")) }
        div id="handed-in" data-live data-goes-on {
            @if let Some(paused) = &paused {
                p.refusal { (say(lang, "この連携は停止中のため、検査と記帳はまだ行いません。再開すると処理します。", "The topic stands still: the file is checked and posted when it goes on.")) }
                p { (say(lang, "停止", "Paused")) ": " (when(&paused.at)) " · " (who(lang, &paused.by)) " · " (paused.why) }
            } @else {
                p { (say(lang, "検査と記帳を待っています。終わると、この画面が受付の画面に変わります。", "It is being checked and posted. This page goes on to its batch by itself.")) }
                @if let Some(before) = before.filter(|before| *before > 0) { p.hint { (say(lang, "順番を待つメッセージ", "Messages that wait")) ": " (before) } }
            }
            dl.facts {
                dt { (say(lang, "連携", "Topic")) } dd { (topic_name(&desk.registry, lang, &slug)) }
                dt { (say(lang, "受付番号", "Delivery")) } dd { code { (delivery) } }
            }
        }
        p { a href={ "/topics/" (slug) "/files/" (delivery) } { (say(lang, "今すぐ確認する", "Look again now")) } }
        p { a href={ "/topics/" (slug) } { (say(lang, "連携に戻る", "Back to the topic")) } }
    };
    Ok(frame(&person, &Page::new(Nav::Batches, say(lang, "ファイルの受付", "A file handed in")), body).into_response())
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
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let read = crate::html::ungrouped(text).and_then(|number| number.parse().ok());
    read.map(Some).ok_or_else(|| if name == "sum" { Refusal::amount(text) } else { Refusal::value(name, text) })
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
        assert!(number::<u64>("count", "１，２３４").expect("a number") == Some(1_234));
        assert!(number::<u64>("count", "多数").is_err());
    }
}
