//! Users: the requests.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_TYPE, ETAG, HeaderMap, IF_MATCH, IF_NONE_MATCH, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use renkei_core::calendar::clock;
use renkei_core::message::keyed_delivery_id;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::error::{SCIM_JSON, ScimError};
use super::path::Comparison;
use super::shape::secret;
use super::store::Kept;
use super::{Api, Desk, admit, patch as operations, secret_refused};
use crate::http::head;
use crate::http::problem::Problem;

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

impl Desk {
    /// The body of a request as JSON. One with something secret in it goes no further than here.
    async fn body(&self, headers: &HeaderMap, body: Body) -> Result<Value, ScimError> {
        let kind = head::content_type(headers).unwrap_or_default();
        if ![SCIM_JSON, "application/json"].iter().any(|known| known.eq_ignore_ascii_case(kind)) {
            return Err(Problem::unsupported(SCIM_JSON).into());
        }
        if self.api.intake.stopping.is_cancelled() {
            return Err(ScimError::busy());
        }
        let bytes_max = self.api.config.records_bytes_max;
        let limit = usize::try_from(bytes_max).unwrap_or(usize::MAX);
        let reading = tokio::time::timeout(self.api.idle_timeout(), to_bytes(body, limit));
        let bytes = reading.await.map_err(|_| Problem::timeout())?.map_err(|_| Problem::too_large(bytes_max))?;
        let given: Value = serde_json::from_slice(&bytes).map_err(|error| {
            ScimError::bad(
                "invalidSyntax",
                format!("JSON として読み取れません。 / It is no JSON: line {}, column {}", error.line(), error.column()),
            )
        })?;
        match secret(&given, &self.topic.secrets) {
            Some(name) => Err(secret_refused(&name)),
            None if given.is_object() => Ok(given),
            None => Err(ScimError::bad("invalidSyntax", "利用者は JSON のオブジェクトです。 / A user is a JSON object.")),
        }
    }

    /// The attributes of a user as given, and the version the sender states.
    fn content(&self, given: &Value) -> Result<(Map<String, Value>, Option<i64>), ScimError> {
        let empty = Map::new();
        let mut content = self.shape.canonical(given.as_object().unwrap_or(&empty))?;
        let meta = content.remove("meta");
        let stated = meta.as_ref().and_then(|meta| meta["version"].as_str()).and_then(|text| {
            text.trim().trim_start_matches("W/").trim_matches('"').parse::<i64>().ok().filter(|version| *version > 0)
        });
        Ok((content, stated))
    }

    fn find(&self, id: &str) -> Result<Option<Kept>, ScimError> {
        match id.parse::<Uuid>() {
            Ok(id) => Ok(self.store.get(id)?),
            Err(_) => Ok(None),
        }
    }

    fn known(&self, id: &str) -> Result<Kept, ScimError> {
        self.find(id)?.filter(|kept| !kept.deleted).ok_or_else(ScimError::not_found)
    }

    fn filtered(&self, filter: &str) -> Result<Vec<Kept>, ScimError> {
        let wrong = || ScimError::bad("invalidFilter", r#"filter: userName eq "…", externalId eq "…", id eq "…""#);
        let comparison = Comparison::parse(filter).ok_or_else(wrong)?;
        let value = comparison.value.as_str().ok_or_else(wrong)?;
        let found = match comparison.attribute.to_ascii_lowercase().as_str() {
            // Who once had the login id is not who has it.
            "username" => self.store.owner(value)?.filter(|kept| kept.text("userName").eq_ignore_ascii_case(value)),
            "externalid" => self.store.person(value)?.filter(|kept| kept.text("externalId") == value),
            "id" => self.find(value)?,
            _ => return Err(wrong()),
        };
        Ok(found.into_iter().collect())
    }

    /// The next version of a user.
    fn version(
        &self,
        id: Uuid,
        before: Option<&Kept>,
        content: Map<String, Value>,
        stated: Option<i64>,
    ) -> Result<Kept, ScimError> {
        let now = clock::now_rfc3339();
        let known = before.map_or(0, |kept| kept.version);
        let counted = before.is_some_and(|kept| kept.counted);
        let (version, counts) = match stated {
            Some(stated) if stated > known => (stated, true),
            Some(stated) if stated < known => return Err(ScimError::precondition()),
            Some(_) if counted => return Err(ScimError::version_reused()),
            // The version we gave, sent back to us: the sender says what his change is based on.
            _ if counted => (known + 1, true),
            _ => (milliseconds(&now).max(known + 1), false),
        };
        Ok(Kept {
            id,
            delivery: Uuid::now_v7(),
            confirmed: false,
            deleted: false,
            version,
            counted: counts,
            created: before.map_or_else(|| now.clone(), |kept| kept.created.clone()),
            modified: now,
            content,
        })
    }

    /// An earlier version that was not confirmed goes first.
    async fn settle(&self, sender: &str, before: &Kept) -> Result<(), ScimError> {
        self.hand_over(sender, &mut before.clone()).await
    }

    /// A user changed, or the same call again.
    async fn change(&self, sender: &str, before: Kept, content: Map<String, Value>, stated: Option<i64>) -> Answer {
        if before.content == content && stated.is_none_or(|stated| stated <= before.version) {
            return self.finish(sender, before, false).await;
        }
        let user_name = content.get("userName").and_then(Value::as_str).unwrap_or_default();
        if let Some(other) = self.store.owner(user_name)?
            && other.id != before.id
        {
            return Err(ScimError::uniqueness("userName"));
        }
        let kept = self.version(before.id, Some(&before), content, stated)?;
        self.judge(&kept)?;
        self.settle(sender, &before).await?;
        self.store.put(&kept)?;
        renkei_core::crash::point("producer.scim_noted");
        self.finish(sender, kept, false).await
    }

    async fn finish(&self, sender: &str, mut kept: Kept, new: bool) -> Answer {
        self.hand_over(sender, &mut kept).await?;
        Ok(self.answer(if new { StatusCode::CREATED } else { StatusCode::OK }, &kept))
    }

    fn answer(&self, status: StatusCode, kept: &Kept) -> Response {
        let mut response = (status, [(CONTENT_TYPE, SCIM_JSON)], self.document(kept).to_string()).into_response();
        let texts = [
            (ETAG, kept.etag()),
            (LOCATION, format!("/scim/v2/Users/{}", kept.id)),
            (HeaderName::from_static("renkei-delivery"), kept.delivery.to_string()),
        ];
        for (name, text) in texts {
            if let Ok(value) = HeaderValue::from_str(&text) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
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

/// Unix time of an instant.
fn milliseconds(rfc3339: &str) -> i64 {
    rfc3339.parse::<jiff::Timestamp>().map_or(0, |at| at.as_millisecond())
}
