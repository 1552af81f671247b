//! The SCIM door in the document. What a user looks like is told by the door itself (`/scim/v2/Schemas`), from the layout.

use renkei_core::registry::Topic;
use serde_json::{Map, Value, json};

const MEDIA: &str = "application/scim+json";

/// The paths of the door of a topic.
pub(super) fn paths(topic: &Topic) -> Map<String, Value> {
    let tag = topic.slug.as_str();
    let mut paths = Map::new();
    let mut add = |path: &str, methods: Value| paths.insert(format!("/scim/v2/{path}"), methods);
    let list = vec![
        query("filter", "userName eq \"x\" or externalId eq \"x\"", json!({ "type": "string" })),
        query("startIndex", "from 1", json!({ "type": "integer", "minimum": 1 })),
        query("count", "users of a page", json!({ "type": "integer", "minimum": 0 })),
    ];
    add(
        "Users",
        json!({
            "get": call(tag, "Users as last taken in", list, None, &[("200", "a list, possibly empty")]),
            "post": call(tag, "A new user", Vec::new(), Some("the user"), &[("201", "taken in: the broker has confirmed it"), ("409", "userName or externalId is another's")]),
        }),
    );
    let one = || vec![json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } })];
    let guarded = || {
        let mut parameters = one();
        parameters.push(json!({ "name": "If-Match", "in": "header", "description": "the version that is meant", "schema": { "type": "string" } }));
        parameters
    };
    let changed = [("200", "the user as it is now"), ("412", "another version came in between")];
    add(
        "Users/{id}",
        json!({
            "get": call(tag, "A user as last taken in", one(), None, &[("200", "the user")]),
            "put": call(tag, "The user replaced", guarded(), Some("the user"), &changed),
            "patch": call(tag, "The user changed", guarded(), Some("Operations: add, replace, remove"), &changed),
            "delete": call(tag, "The user disabled; nothing is ever removed", guarded(), None, &[("204", "disabled")]),
        }),
    );
    for (path, summary) in [
        ("ServiceProviderConfig", "What is understood"),
        ("ResourceTypes", "Users, and nothing else"),
        ("ResourceTypes/User", "Users"),
        ("Schemas", "What a user looks like"),
    ] {
        add(path, json!({ "get": call(tag, summary, Vec::new(), None, &[("200", summary)]) }));
    }
    let urn = vec![json!({ "name": "urn", "in": "path", "required": true, "schema": { "type": "string" } })];
    add("Schemas/{urn}", json!({ "get": call(tag, "One schema", urn, None, &[("200", "the schema")]) }));
    paths
}

fn query(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

fn call(tag: &str, summary: &str, parameters: Vec<Value>, body: Option<&str>, answers: &[(&str, &str)]) -> Value {
    let media = || json!({ MEDIA: { "schema": { "type": "object" } } });
    let mut responses = Map::new();
    for (status, meaning) in answers {
        responses.insert((*status).to_owned(), json!({ "description": meaning, "content": media() }));
    }
    for (status, meaning) in [
        ("400", "wrong, in the words of the catalogue"),
        ("401", "no valid token"),
        ("403", "the token is for other topics"),
        ("503", "try again; a repeated call is the same delivery"),
    ] {
        responses.insert(status.to_owned(), json!({ "description": meaning, "content": media() }));
    }
    let mut operation = json!({ "tags": [tag], "summary": summary, "parameters": parameters, "responses": responses });
    if let Some(description) = body {
        operation["requestBody"] = json!({ "required": true, "description": description, "content": media() });
    }
    operation
}
