//! The door of a toy topic of users, and what a portal asks of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::config::HttpConfig;
use crate::http::tokens::{self, Tokens};
use crate::http::{Api, router};
use crate::testing::{Memory, TOY, Toy, records_of};

pub(super) const USERS: &str = "95_toy_users";
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(super) const OWN: &str = "urn:toy:1.0:User";

const ENTRY: &str = r#"
[[topic]]
number = 95
slug = "95_toy_users"
direction = "in"
name = "利用者"
name_en = "Users"
from = "甲"
to = "乙"
method = "automatic"
timing = "on_demand"
status = "active"
ordered = true
door = "scim"
secrets = ["password"]
"#;

const LAYOUT: &str = r#"
[layout]
name = "利用者"
version = "1"
status = "provisional"
grade = "D"
source = "test"
format = "json"
encoding = ["utf-8"]
newline = "any"
[json]
items = "one-or-array"
open = true
[codes.flag]
"true" = "はい"
"false" = "いいえ"
[[record]]
kind = "account"
occurs = "many"
fields = [
 { id = "staff_no", name = "externalId", type = "code", len = 8, must = true },
 { id = "login_id", name = "userName", type = "ascii", len = 64, min_len = 3, must = true, check = "login_id" },
 { id = "title", name = "title", type = "text", len = 30 },
 { id = "active", name = "active", type = "code", len = 5, must = true, codes = "flag" },
]
[[record]]
kind = "name"
parent = "account"
path = "name"
occurs = "one"
fields = [{ id = "family_name", name = "familyName", type = "text", len = 30, must = true }, { id = "given_name", name = "givenName", type = "text", len = 30 }]
[[record]]
kind = "email"
parent = "account"
path = "emails"
occurs = "any"
fields = [{ id = "value", name = "value", type = "ascii", len = 80 }, { id = "use", name = "type", type = "ascii", len = 20 }]
[[record]]
kind = "enterprise"
parent = "account"
path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
occurs = "optional"
fields = [{ id = "department", name = "department", type = "digits", len = 8 }]
[[record]]
kind = "extension"
parent = "account"
path = "urn:toy:1.0:User"
occurs = "optional"
fields = [{ id = "valid_from", name = "validFrom", type = "date", forms = ["yyyy-mm-dd"] }]
[[record]]
kind = "role"
parent = "extension"
path = "roles"
occurs = "any"
fields = [{ id = "value", name = "value", type = "ascii", len = 10, must = true }]
[[record]]
kind = "meta"
parent = "account"
path = "meta"
occurs = "optional"
fields = [{ id = "version", name = "version", type = "ascii", len = 40 }, { id = "modified_at", name = "lastModified", type = "timestamp" }]
"#;

pub(super) struct Door {
    pub(super) toy: Toy,
    pub(super) memory: Arc<Memory>,
    pub(super) api: Arc<Api>,
    /// For users, for another topic.
    pub(super) tokens: [String; 2],
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) etag: String,
    pub(super) body: Value,
}

impl Answer {
    pub(super) fn id(&self) -> String {
        format!("/Users/{}", self.body["id"].as_str().unwrap())
    }
}

pub(super) fn api(toy: &Toy, memory: &Arc<Memory>) -> Arc<Api> {
    let tokens = Tokens::load(&toy.dir.join("tokens.toml")).unwrap();
    Api::new(toy.intake(memory.clone()), HttpConfig::default(), tokens, Arc::new(Semaphore::new(2)), BTreeMap::new())
}

pub(super) fn door() -> Door {
    let toy = Toy::new();
    let folder = toy.dir.join("integrations").join(USERS);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in [("README.md", "toy"), ("check.sql", "-- toy\n"), ("post.sql", "-- toy\n"), ("layout.toml", LAYOUT)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let queues = toy.dir.join("queues.toml");
    let text = std::fs::read_to_string(&queues).unwrap();
    // A user is one message.
    let text = text.replace("chunk_records_max = 3", "chunk_records_max = 100");
    std::fs::write(&queues, format!("{text}{ENTRY}")).unwrap();
    let toy = toy.read_again();
    let made = [("portal", USERS), ("other", TOY)].map(|(name, topic)| tokens::make(name, &[topic.to_owned()]).unwrap());
    std::fs::write(toy.dir.join("tokens.toml"), made.iter().map(|made| made.entry.as_str()).collect::<String>()).unwrap();
    let memory = Memory::new();
    let api = api(&toy, &memory);
    Door { toy, memory, api, tokens: made.map(|made| made.token) }
}

impl Door {
    pub(super) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", format!("Bearer {}", self.tokens[0]));
        }
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/scim+json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = router(self.api.clone()).oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let etag = response.headers().get("etag").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        Answer { status, etag, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    pub(super) async fn create(&self, user: Value) -> Answer {
        self.ask("POST", "/Users", &[], user).await
    }

    pub(super) async fn patch(&self, path: &str, operations: Value) -> Answer {
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        self.ask("PATCH", path, &[], body).await
    }

    pub(super) async fn find(&self, filter: &str) -> Value {
        let path = format!("/Users?filter={}", filter.replace(' ', "%20").replace('"', "%22"));
        self.ask("GET", &path, &[], Value::Null).await.body
    }

    /// What went to the topic, message by message: each with the records of one user.
    pub(super) fn sent(&self) -> Vec<Vec<Value>> {
        let messages = self.memory.messages();
        messages.iter().filter(|m| m.kind == "records").map(records_of).collect()
    }

    pub(super) fn last(&self, kind: &str) -> Value {
        let sent = self.sent();
        sent.last().unwrap().iter().find(|record| record["record"] == kind).cloned().unwrap_or(Value::Null)
    }
}

pub(super) fn user(login: &str, staff: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "externalId": staff, "userName": login, "active": true, "name": { "familyName": "髙橋", "givenName": "花子" },
        "emails": [{ "type": "work", "value": "a@example.jp" }], ENTERPRISE: { "department": "12030000" },
        "phoneNumbers": [{ "value": "03-0000-0000" }],
    })
}
