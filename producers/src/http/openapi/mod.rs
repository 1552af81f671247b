//! The HTTP intake as an OpenAPI 3.1 document, made from the registry: it cannot name a topic or a shape the program does not have.

/// The SCIM door.
mod users;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use renkei_core::kit::{asyncapi, schema};
use renkei_core::registry::topics::Door;
use renkei_core::registry::{Direction, Registry, Topic};
use serde_json::{Map, Value, json};

use super::Api;
use super::problem::Problem;

/// The document. Schemas stand in files beside it (`schemas/…`), which the program serves too.
pub fn document(registry: &Registry) -> Value {
    let mut paths = Map::new();
    for topic in registry.active(Direction::In) {
        // What a medium carries is taken by no other door.
        if topic.medium {
            continue;
        }
        if topic.door == Some(Door::Scim) {
            paths.extend(users::paths(topic));
        }
        let slug = topic.slug.as_str();
        paths.insert(format!("/v1/topics/{slug}/files"), json!({ "post": files(topic) }));
        if topic.takes_messages() {
            paths.insert(format!("/v1/topics/{slug}/records"), json!({ "post": records(topic) }));
        }
    }
    paths.insert("/v1/deliveries/{id}".to_owned(), json!({ "get": delivery() }));
    for (path, summary) in [("/healthz", "the process lives"), ("/readyz", "deliveries are taken")] {
        let answers = json!({ "200": { "description": "yes" }, "503": { "description": "no" } });
        paths.insert(path.to_owned(), json!({ "get": { "summary": summary, "security": [], "responses": answers } }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "renkei: handing in files and records over HTTP",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "202 means: the bytes are on disk under this delivery id and will reach the topic, as records or as a rejection. \
                Whether the content is right is told by the status of the delivery, not by the answer.",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "`renkei token` makes one for a sender and its topics" } },
            "headers": { "Location": { "schema": { "type": "string" }, "description": "where the status of the delivery is" } },
            "parameters": parameters(),
            "schemas": { "Accepted": accepted(), "Delivery": status(), "Problem": problem() },
            "responses": { "problem": { "description": "refused; `type` is a stable word", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } } },
        },
    })
}

fn files(topic: &Topic) -> Value {
    let binary = json!({ "type": "string", "format": "binary" });
    let mut content = json!({ "application/octet-stream": { "schema": binary } });
    if topic.evidence.is_some() {
        let parts = json!({ "file": binary, "evidence": { "type": "array", "items": binary, "description": "the documents the file names" } });
        content["multipart/form-data"] = json!({ "schema": { "type": "object", "required": ["file"], "properties": parts } });
    }
    operation(
        topic,
        "file",
        "Hand in a file",
        json!({
            "required": true, "description": "the bytes of the file", "content": content,
        }),
        &["file_name", "disposition"],
    )
}

fn records(topic: &Topic) -> Value {
    let variants = topic.integration.iter().flat_map(|integration| integration.message_layouts());
    let shapes: Vec<Value> = variants
        .map(|(variant, _)| json!({ "$ref": format!("./{}", asyncapi::schema_file(topic.slug.as_str(), variant)) }))
        .collect();
    operation(
        topic,
        "records",
        "Hand in records",
        json!({
            "required": true, "description": "a list of records, or one record",
            "content": { "application/json": { "schema": { "anyOf": shapes } } },
        }),
        &[],
    )
}

fn operation(topic: &Topic, form: &str, summary: &str, body: Value, more: &[&str]) -> Value {
    let variants: Vec<&str> =
        topic.integration.iter().flat_map(|integration| &integration.layouts).map(|(variant, _)| variant.as_str()).collect();
    let mut parameters = vec![json!({
        "name": "layout", "in": "query", "description": "the shape; default: the one that fits", "schema": { "enum": variants },
    })];
    let names = ["idempotency_key", "control_count", "control_sum", "control_sha256"];
    parameters.extend(names.iter().chain(more).map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })));
    let refused = json!({ "$ref": "#/components/responses/problem" });
    let mut responses = Map::new();
    responses.insert(
        "202".to_owned(),
        json!({
            "description": "taken",
            "headers": { "Location": { "$ref": "#/components/headers/Location" } },
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Accepted" } } },
        }),
    );
    for code in ["400", "401", "403", "404", "409", "413", "415", "503"] {
        responses.insert(code.to_owned(), refused.clone());
    }
    json!({
        "operationId": format!("{form}_{}", topic.slug),
        "tags": [topic.slug],
        "summary": format!("{summary}: {} ({})", topic.name_en, topic.name),
        "parameters": parameters,
        "requestBody": body,
        "responses": responses,
    })
}

fn delivery() -> Value {
    json!({
        "operationId": "delivery",
        "summary": "How far a delivery is, and what is wrong with it",
        "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } }],
        "responses": {
            "200": { "description": "the delivery", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Delivery" } } } },
            "401": { "$ref": "#/components/responses/problem" },
            "404": { "$ref": "#/components/responses/problem" },
        },
    })
}

fn parameters() -> Value {
    let header = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "header", "description": description, "schema": schema });
    json!({
        "file_name": header("X-File-Name", "name of the file, UTF-8, percent-encoded or plain", json!({ "type": "string" })),
        "disposition": header("Content-Disposition", "filename* or filename, where X-File-Name is absent", json!({ "type": "string" })),
        "idempotency_key": header("Idempotency-Key", "a repeated request with the same key is the same delivery", json!({ "type": "string", "minLength": 1, "maxLength": 255 })),
        "control_count": header("X-Control-Count", "records of the file, compared before anything is posted", json!({ "type": "integer" })),
        "control_sum": header("X-Control-Sum", "yen of the file", json!({ "type": "integer" })),
        "control_sha256": header("X-Control-Sha256", "digest of the body", json!({ "type": "string", "pattern": "^[0-9a-fA-F]{64}$" })),
    })
}

fn accepted() -> Value {
    json!({
        "type": "object",
        "required": ["delivery", "topic", "status", "status_url"],
        "properties": {
            "delivery": { "type": "string", "format": "uuid" }, "topic": { "type": "string" },
            "status": { "type": "string" }, "status_url": { "type": "string" },
        },
    })
}

fn status() -> Value {
    json!({
        "type": "object",
        "required": ["delivery", "topic", "file", "status", "faults"],
        "properties": {
            "delivery": { "type": "string", "format": "uuid" }, "topic": { "type": "string" }, "file": { "type": "string" },
            "received_at": { "type": "string", "format": "date-time" }, "status": { "type": "string" },
            "layout": { "type": ["string", "null"] }, "sha256": { "type": ["string", "null"] }, "bytes": { "type": ["integer", "null"] },
            "records": { "type": ["integer", "null"] }, "yen": { "type": ["integer", "null"] },
            "members": { "type": "array", "description": "the files of an archive and their deliveries", "items": {
                "type": "object",
                "required": ["delivery", "file", "stage"],
                "properties": {
                    "delivery": { "type": "string", "format": "uuid" }, "file": { "type": "string" }, "stage": { "type": "string" },
                    "records": { "type": "integer" }, "yen": { "type": "integer" }, "faults_total": { "type": "integer" },
                },
            } },
            "evidence": { "type": "array", "description": "the documents that came with the file", "items": {
                "type": "object",
                "properties": {
                    "name": { "type": "string" }, "kind": { "type": "string" }, "sha256": { "type": "string" },
                    "bytes": { "type": "integer" }, "named": { "type": "boolean" },
                },
            } },
            "faults_total": { "type": "integer" }, "warnings_total": { "type": "integer" },
            "faults": { "type": "array", "items": {
                "type": "object",
                "required": ["code", "message_ja", "message_en", "remedy_ja", "remedy_en"],
                "properties": {
                    "code": { "type": "string" }, "severity": { "enum": ["error", "warning"] },
                    "line": { "type": "integer" }, "column": { "type": "integer" }, "byte": { "type": "integer" }, "length": { "type": "integer" },
                    "field": { "type": "string" }, "field_name": { "type": "string" }, "value": { "type": "string" },
                    "message_ja": { "type": "string" }, "message_en": { "type": "string" },
                    "remedy_ja": { "type": "string" }, "remedy_en": { "type": "string" },
                },
            } },
        },
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "required": ["type", "status", "title", "title_ja"],
        "properties": {
            "type": { "type": "string", "pattern": "^urn:renkei:problem:" }, "status": { "type": "integer" },
            "title": { "type": "string" }, "title_ja": { "type": "string" }, "detail": { "type": "string" },
        },
    })
}

/// `GET /v1/openapi.json`
pub(super) async fn serve(State(api): State<Arc<Api>>) -> Json<Value> {
    Json(document(&api.intake.registry))
}

/// `GET /v1/schemas/{file}`: the schema of a layout by its file name.
pub(super) async fn serve_schema(State(api): State<Arc<Api>>, Path(file): Path<String>) -> Result<Json<Value>, Problem> {
    for topic in api.intake.registry.active(Direction::In) {
        for (variant, layout) in topic.integration.iter().flat_map(|integration| integration.message_layouts()) {
            if asyncapi::schema_file(topic.slug.as_str(), variant) == format!("schemas/{file}") {
                return Ok(Json(schema::of(topic.slug.as_str(), variant, layout)));
            }
        }
    }
    Err(Problem::not_found("schema"))
}
