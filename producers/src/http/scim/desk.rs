//! What the requests of one topic share: reading a body, finding a user, making the next version of him, answering.

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, ETAG, HeaderMap, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use renkei_core::calendar::clock;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::{SCIM_JSON, ScimError};
use super::path::Comparison;
use super::shape::secret;
use super::store::Kept;
use super::{Desk, secret_refused};
use crate::http::head;
use crate::http::problem::Problem;

impl Desk {
    /// The body of a request as JSON. One with something secret in it goes no further than here.
    pub(super) async fn body(&self, headers: &HeaderMap, body: Body) -> Result<Value, ScimError> {
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
    pub(super) fn content(&self, given: &Value) -> Result<(Map<String, Value>, Option<i64>), ScimError> {
        let empty = Map::new();
        let mut content = self.shape.canonical(given.as_object().unwrap_or(&empty))?;
        let meta = content.remove("meta");
        let stated = meta.as_ref().and_then(|meta| meta["version"].as_str()).and_then(|text| {
            text.trim().trim_start_matches("W/").trim_matches('"').parse::<i64>().ok().filter(|version| *version > 0)
        });
        Ok((content, stated))
    }

    pub(super) fn find(&self, id: &str) -> Result<Option<Kept>, ScimError> {
        match id.parse::<Uuid>() {
            Ok(id) => Ok(self.store.get(id)?),
            Err(_) => Ok(None),
        }
    }

    pub(super) fn known(&self, id: &str) -> Result<Kept, ScimError> {
        self.find(id)?.filter(|kept| !kept.deleted).ok_or_else(ScimError::not_found)
    }

    pub(super) fn filtered(&self, filter: &str) -> Result<Vec<Kept>, ScimError> {
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
    pub(super) fn version(
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
    pub(super) async fn settle(&self, sender: &str, before: &Kept) -> Result<(), ScimError> {
        self.hand_over(sender, &mut before.clone()).await
    }

    /// A user changed, or the same call again.
    pub(super) async fn change(
        &self,
        sender: &str,
        before: Kept,
        content: Map<String, Value>,
        stated: Option<i64>,
    ) -> Result<Response, ScimError> {
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

    pub(super) async fn finish(&self, sender: &str, mut kept: Kept, new: bool) -> Result<Response, ScimError> {
        self.hand_over(sender, &mut kept).await?;
        Ok(self.answer(if new { StatusCode::CREATED } else { StatusCode::OK }, &kept))
    }

    pub(super) fn answer(&self, status: StatusCode, kept: &Kept) -> Response {
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

/// Unix time of an instant.
fn milliseconds(rfc3339: &str) -> i64 {
    rfc3339.parse::<jiff::Timestamp>().map_or(0, |at| at.as_millisecond())
}
