//! What a partner builds against, from the page of its topic: a sound sample file, and the JSON Schema of a message.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::kit::schema;
use renkei_core::layout::Layout;
use renkei_core::registry::Topic;
use renkei_core::words::say;

use super::topics;
use crate::access::Person;
use crate::desk::Desk;
use crate::html;
use crate::refusal::{Answer, Refusal};

/// The layout of a variant, of the topic itself or of its partner's answers.
fn layout<'t>(topic: &'t Topic, variant: &str) -> Answer<&'t Arc<Layout>> {
    let folders = [topic.integration.as_ref(), topic.results.as_ref().and_then(|results| results.integration.as_ref())];
    folders.into_iter().flatten().find_map(|folder| folder.layout(variant)).ok_or_else(Refusal::not_found)
}

/// Links below the sheet of a layout.
pub(crate) fn links(desk: &Desk, lang: Lang, topic: &Topic, variant: &str) -> Markup {
    let slug = topic.slug.as_str();
    html! {
        @if (desk.samples)(topic, variant).is_some() {
            a href={ "/topics/" (slug) "/samples/" (variant) } { (say(lang, "見本のファイルを保存", "Save a sample file")) } " · "
        }
        a href={ "/topics/" (slug) "/schemas/" (variant) } { (say(lang, "JSONスキーマを保存", "Save the JSON Schema")) }
    }
}

/// A sound file of invented data.
pub(crate) async fn sample(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((slug, variant)): Path<(String, String)>,
) -> Answer<Response> {
    let topic = topics::find(&desk, &person, &slug)?;
    layout(topic, &variant)?;
    let (name, bytes) = (desk.samples)(topic, &variant).ok_or_else(Refusal::not_found)?;
    Ok(saved("application/octet-stream", &name, bytes))
}

/// What a message of records looks like.
pub(crate) async fn json_schema(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((slug, variant)): Path<(String, String)>,
) -> Answer<Response> {
    let topic = topics::find(&desk, &person, &slug)?;
    let text = serde_json::to_string_pretty(&schema::of(&slug, &variant, layout(topic, &variant)?)).unwrap_or_default();
    Ok(saved("application/schema+json", &format!("{slug}_{variant}.schema.json"), text.into_bytes()))
}

fn saved(kind: &str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{}\"", html::ascii(name));
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], bytes).into_response()
}
