//! Users: the requests.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, ETAG, HeaderMap, IF_MATCH, IF_NONE_MATCH};
use axum::response::{IntoResponse, Response};
use renkei_core::message::keyed_delivery_id;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::{SCIM_JSON, ScimError};
use super::store::Kept;
use super::{Api, admit, patch as operations};

/// Most users of one page.
pub(super) const PAGE_MAX: usize = 200;

type Answer = Result<Response, ScimError>;

/// `POST /scim/v2/Users`
pub(super) async fn create(state: State<Arc<Api>>, headers: HeaderMap, body: Body) -> Answer {
    let (sender, desk) = admit(state, &headers)?;
    let given = desk.body(&headers, body).await?;
    let (content, stated) = desk.content(&given)?;
    let _lock = desk.store.lock(&desk.api.intake.stopping).await?;
    let text = |name: &str| content.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (user_name, external_id) = (text("userName"), text("externalId"));
    let known = desk.store.owner(&user_name)?;
    match &known {
        // The same call again, because it was not answered.
        Some(kept) if !kept.confirmed && kept.content == content => {
            return desk.finish(&sender.label(), kept.clone(), true).await;
        }
        // Deleted, and back: of the same person only.
        Some(kept) if kept.deleted && kept.text("externalId") == external_id => {}
        Some(_) => return Err(ScimError::uniqueness("userName")),
        None => {}
    }
    let id = match &known {
        Some(kept) => kept.id,
        None => keyed_delivery_id(desk.topic.slug.as_str(), "scim", &user_name.to_ascii_lowercase()),
    };
    if !external_id.is_empty()
        && let Some(person) = desk.store.person(&external_id)?
        && person.id != id
        && !person.deleted
    {
        return Err(ScimError::uniqueness("externalId"));
    }
    let kept = desk.version(id, known.as_ref(), content, stated)?;
    desk.judge(&kept)?;
    desk.store.put(&kept)?;
    renkei_core::crash::point("producer.scim_noted");
    desk.finish(&sender.label(), kept, true).await
}

/// `PUT /scim/v2/Users/{id}`
pub(super) async fn replace(state: State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Answer {
    let (sender, desk) = admit(state, &headers)?;
    let given = desk.body(&headers, body).await?;
    let (content, stated) = desk.content(&given)?;
    let _lock = desk.store.lock(&desk.api.intake.stopping).await?;
    let before = desk.known(&id)?;
    if_match(&headers, &before)?;
    desk.change(&sender.label(), before, content, stated).await
}

/// `PATCH /scim/v2/Users/{id}`
pub(super) async fn patch(state: State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Answer {
    let (sender, desk) = admit(state, &headers)?;
    let given = desk.body(&headers, body).await?;
    let _lock = desk.store.lock(&desk.api.intake.stopping).await?;
    let before = desk.known(&id)?;
    if_match(&headers, &before)?;
    let changed = operations::apply(&desk.shape, &before.content, &given, &desk.topic.secrets)?;
    let (content, stated) = desk.content(&Value::Object(changed))?;
    desk.change(&sender.label(), before, content, stated).await
}

/// `DELETE /scim/v2/Users/{id}`: disabled, never removed.
pub(super) async fn delete(state: State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let (sender, desk) = admit(state, &headers)?;
    let _lock = desk.store.lock(&desk.api.intake.stopping).await?;
    let before = match desk.find(&id)? {
        // The same call again, because it was not answered.
        Some(mut kept) if kept.deleted && !kept.confirmed => {
            desk.hand_over(&sender.label(), &mut kept).await?;
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        Some(kept) if !kept.deleted => kept,
        _ => return Err(ScimError::not_found()),
    };
    if_match(&headers, &before)?;
    desk.settle(&sender.label(), &before).await?;
    let mut content = before.content.clone();
    content.insert("active".to_owned(), Value::Bool(false));
    let mut kept = desk.version(before.id, Some(&before), content, None)?;
    kept.deleted = true;
    desk.store.put(&kept)?;
    desk.hand_over(&sender.label(), &mut kept).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /scim/v2/Users/{id}`
pub(super) async fn get(state: State<Arc<Api>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let (_, desk) = admit(state, &headers)?;
    let kept = desk.known(&id)?;
    let unchanged = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(|given| lists(given, &kept));
    if unchanged {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, kept.etag())]).into_response());
    }
    Ok(desk.answer(StatusCode::OK, &kept))
}

/// Parameters of a list; the others of RFC 7644 §3.4.2 ask for less than is answered, and are passed over.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    filter: Option<String>,
    #[serde(rename = "startIndex")]
    start_index: Option<i64>,
    count: Option<i64>,
}

/// `GET /scim/v2/Users`
pub(super) async fn list(state: State<Arc<Api>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Answer {
    let (_, desk) = admit(state, &headers)?;
    let mut found = match &asked.filter {
        Some(filter) => desk.filtered(filter)?,
        None => desk.store.all()?,
    };
    found.retain(|kept| !kept.deleted);
    let start = usize::try_from(asked.start_index.unwrap_or(1).max(1)).unwrap_or(1);
    let count = usize::try_from(asked.count.unwrap_or(PAGE_MAX as i64).max(0)).unwrap_or(PAGE_MAX).min(PAGE_MAX);
    let page: Vec<Value> = found.iter().skip(start - 1).take(count).map(|kept| desk.document(kept)).collect();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": found.len(), "startIndex": start, "itemsPerPage": page.len(), "Resources": page,
    });
    Ok((StatusCode::OK, [(CONTENT_TYPE, SCIM_JSON)], body.to_string()).into_response())
}

/// A change is made to the version the sender has seen, or not at all.
fn if_match(headers: &HeaderMap, kept: &Kept) -> Result<(), ScimError> {
    match headers.get(IF_MATCH).map(|value| value.to_str().unwrap_or_default()) {
        Some(given) if !lists(given, kept) => Err(ScimError::precondition()),
        _ => Ok(()),
    }
}

fn lists(given: &str, kept: &Kept) -> bool {
    let own = kept.etag();
    given.split(',').map(str::trim).any(|tag| tag == "*" || tag == own || own.strip_prefix("W/") == Some(tag))
}
