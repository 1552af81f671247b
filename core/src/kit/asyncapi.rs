//! The AMQP side as an AsyncAPI 3.0 document: one channel a topic, and the receipts that come back.

use serde_json::{Map, Value, json};

use super::schema;
use crate::broker::message::HEADER_LAYOUT;
use crate::registry::{Direction, Registry, Topic};

/// The document; schemas are those of [`schema::of`], under their file names.
pub fn document(registry: &Registry) -> Value {
    let topics: Vec<_> = registry.active(Direction::In).filter(|topic| topic.takes_messages()).collect();
    let exchange = registry.settings.exchange.as_str();
    let mut channels = Map::new();
    let mut operations = Map::new();
    for topic in topics {
        let slug = topic.slug.as_str();
        channels.insert(slug.to_owned(), channel(topic, exchange));
        operations.insert(
            format!("publish_{slug}"),
            json!({
                "action": "receive",
                "summary": format!("{} ({})", topic.name_en, topic.name),
                "channel": { "$ref": format!("#/channels/{slug}") },
                "reply": { "address": { "location": "$message.header#/replyTo" }, "channel": { "$ref": "#/channels/receipts" } },
            }),
        );
    }
    channels.insert("receipts".to_owned(), receipts());
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "renkei: publishing records over AMQP",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A message is a JSON array of records (or one record). It needs the AMQP properties message_id (yours, unique for each message: \
                a repetition is recognised by it) and app_id (your system); reply_to asks for receipts. It is judged like a file of one chunk.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
    })
}

fn channel(topic: &Topic, exchange: &str) -> Value {
    let slug = topic.slug.as_str();
    let layouts = topic.integration.iter().flat_map(|integration| integration.message_layouts());
    let messages: Map<String, Value> = layouts
        .map(|(variant, layout)| {
            let message = json!({
                "name": format!("{slug}.{variant}"),
                "title": layout.name,
                "contentType": "application/json",
                "headers": { "type": "object", "properties": { HEADER_LAYOUT: { "const": variant, "description": "names the shape; may be left out where the topic has one" } } },
                "payload": { "$ref": format!("./{}", schema_file(slug, variant)) },
            });
            (variant.clone(), message)
        })
        .collect();
    json!({
        "address": topic.queue(),
        "title": topic.name,
        "description": format!("from {} to {}", topic.from, topic.to),
        "messages": messages,
        "bindings": { "amqp": { "is": "routingKey", "exchange": { "name": exchange, "type": "topic", "durable": true, "autoDelete": false } } },
    })
}

fn receipts() -> Value {
    json!({
        "address": null,
        "title": "受領・検証・記帳",
        "description": "sent to the reply_to of a message, with its correlation_id",
        "messages": { "receipt": { "name": "receipt", "contentType": "application/json", "payload": {
            "type": "object",
            "required": ["stage", "topic", "delivery", "batch", "state", "records", "yen"],
            "properties": {
                "stage": { "enum": ["received", "checked", "posted"] },
                "stage_name": { "enum": ["受領", "検証", "記帳"] },
                "topic": { "type": "string" },
                "delivery": { "type": "string", "format": "uuid" },
                "batch": { "type": "integer" },
                "state": { "type": "string" },
                "reason": { "type": ["string", "null"] },
                "accepted": { "type": "boolean", "description": "stage checked: neither rejected nor a duplicate" },
                "records": { "$ref": "#/channels/receipts/messages/receipt/payload/$defs/hops" },
                "yen": { "$ref": "#/channels/receipts/messages/receipt/payload/$defs/hops" },
                "faults": { "type": "array", "items": { "type": "object" }, "description": "stage checked: what the layout refused" },
                "findings": { "type": "array", "items": { "type": "object" }, "description": "stage checked: what the ledger's checks said" },
                "findings_error": { "type": "string" },
            },
            "$defs": { "hops": { "type": "object", "properties": {
                "read": { "type": "integer" }, "staged": { "type": "integer" }, "posted": { "type": "integer" },
                "held": { "type": "integer" }, "skipped": { "type": "integer" }, "rejected": { "type": "integer" },
            } } },
        } } },
    })
}

/// Where the schema of a layout lies beside the document.
pub fn schema_file(slug: &str, variant: &str) -> String {
    format!("schemas/{slug}.{variant}.schema.json")
}

/// Every schema with its file name.
pub fn schemas(registry: &Registry) -> Vec<(String, Value)> {
    let mut schemas = Vec::new();
    for topic in registry.active(Direction::In) {
        for (variant, layout) in topic.integration.iter().flat_map(|integration| integration.message_layouts()) {
            schemas.push((schema_file(topic.slug.as_str(), variant), schema::of(topic.slug.as_str(), variant, layout)));
        }
    }
    schemas
}
