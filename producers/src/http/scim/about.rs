//! What is understood: read by identity providers before they send anything.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::error::{SCIM_JSON, ScimError};
use super::shape::{Plain, Shape};
use super::users::PAGE_MAX;
use super::{Api, admit};

fn answer(body: &Value) -> Response {
    (StatusCode::OK, [(CONTENT_TYPE, SCIM_JSON)], body.to_string()).into_response()
}

fn list(items: Vec<Value>) -> Response {
    answer(&json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": items.len(), "startIndex": 1, "itemsPerPage": items.len(), "Resources": items,
    }))
}

/// `GET /scim/v2/ServiceProviderConfig`
pub(super) async fn config(state: State<Arc<Api>>, headers: HeaderMap) -> Result<Response, ScimError> {
    admit(state, &headers)?;
    let no = json!({ "supported": false });
    Ok(answer(&json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": PAGE_MAX },
        "changePassword": no, "sort": no, "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "Bearer token", "description": "`renkei token new` makes one", "primary": true,
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": "/scim/v2/ServiceProviderConfig" },
    })))
}

/// `GET /scim/v2/ResourceTypes`
pub(super) async fn resource_types(state: State<Arc<Api>>, headers: HeaderMap) -> Result<Response, ScimError> {
    let (_, desk) = admit(state, &headers)?;
    Ok(list(vec![user(&desk.shape)]))
}

/// `GET /scim/v2/ResourceTypes/User`
pub(super) async fn resource_type(state: State<Arc<Api>>, headers: HeaderMap) -> Result<Response, ScimError> {
    let (_, desk) = admit(state, &headers)?;
    Ok(answer(&user(&desk.shape)))
}

fn user(shape: &Shape) -> Value {
    let extensions = shape.parts.iter().filter(|part| part.is_extension());
    let extensions: Vec<Value> = extensions.map(|part| json!({ "schema": part.name, "required": part.must })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User", "name": "User", "endpoint": "/Users", "schema": shape.name, "schemaExtensions": extensions,
        "meta": { "resourceType": "ResourceType", "location": "/scim/v2/ResourceTypes/User" },
    })
}

/// `GET /scim/v2/Schemas`
pub(super) async fn schemas(state: State<Arc<Api>>, headers: HeaderMap) -> Result<Response, ScimError> {
    let (_, desk) = admit(state, &headers)?;
    Ok(list(described(&desk.shape)))
}

/// `GET /scim/v2/Schemas/{urn}`
pub(super) async fn schema(state: State<Arc<Api>>, Path(urn): Path<String>, headers: HeaderMap) -> Result<Response, ScimError> {
    let (_, desk) = admit(state, &headers)?;
    let found =
        described(&desk.shape).into_iter().find(|schema| schema["id"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(&urn)));
    found.as_ref().map(answer).ok_or_else(ScimError::not_found)
}

/// The core schema and each extension.
fn described(shape: &Shape) -> Vec<Value> {
    let extensions = shape.parts.iter().filter(|part| part.is_extension());
    std::iter::once(shape).chain(extensions).map(described_schema).collect()
}

fn described_schema(shape: &Shape) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": shape.name, "name": "User", "attributes": attributes(shape),
        "meta": { "resourceType": "Schema", "location": format!("/scim/v2/Schemas/{}", shape.name) },
    })
}

fn attributes(shape: &Shape) -> Vec<Value> {
    // `meta` belongs to every resource and to no schema.
    let parts = shape.parts.iter().filter(|part| !part.is_extension() && part.name != "meta");
    shape.plain.iter().map(plain).chain(parts.map(complex)).collect()
}

fn plain(plain: &Plain) -> Value {
    json!({
        "name": plain.name, "type": if plain.flag { "boolean" } else { "string" }, "multiValued": false, "required": plain.must,
        "caseExact": !plain.unique, "mutability": "readWrite", "returned": "default",
        "uniqueness": if plain.unique { "server" } else { "none" },
    })
}

fn complex(part: &Shape) -> Value {
    json!({
        "name": part.name, "type": "complex", "multiValued": part.many, "required": part.must, "mutability": "readWrite",
        "returned": "default", "uniqueness": "none", "subAttributes": attributes(part),
    })
}
