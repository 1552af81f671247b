//! The objects a specification means: one list that `apply` makes and `verify` compares.

use lapin::ExchangeKind;
use lapin::types::{AMQPValue, FieldTable};
use serde_json::{Map, Value, json};

use super::{DEAD, DELIVERY_LIMIT_NONE, DIRECT, EXCHANGE, Overflow, QueueSpec, RETRY, RETURN, TopologySpec, UNROUTED};
use super::{rung_label, rung_queue};
use crate::broker::management::Policy;
use crate::broker::message::HEADER_RUNG;

/// Above policies an operator makes without thinking of a priority.
const POLICY_PRIORITY: i64 = 10;

/// An exchange; always durable.
pub(super) struct WantedExchange {
    pub(super) name: &'static str,
    pub(super) kind: ExchangeKind,
    pub(super) kind_name: &'static str,
}

/// A quorum queue with the definition its policy must bring into effect.
pub(super) struct WantedQueue {
    pub(super) name: String,
    pub(super) single_active_consumer: bool,
    pub(super) definition: Map<String, Value>,
}

/// A binding of a queue.
pub(super) struct WantedBinding {
    pub(super) exchange: &'static str,
    pub(super) queue: String,
    pub(super) routing_key: String,
    /// Value of [`HEADER_RUNG`] a message must carry.
    pub(super) rung: Option<String>,
}

impl WantedBinding {
    /// Arguments for a declaration.
    pub(super) fn arguments(&self) -> FieldTable {
        let mut table = FieldTable::default();
        if let Some(rung) = &self.rung {
            table.insert("x-match".into(), AMQPValue::LongString("all".into()));
            table.insert(HEADER_RUNG.into(), AMQPValue::LongString(rung.as_str().into()));
        }
        table
    }
}

/// Every object.
pub(super) struct Wanted {
    pub(super) exchanges: Vec<WantedExchange>,
    pub(super) queues: Vec<WantedQueue>,
    pub(super) bindings: Vec<WantedBinding>,
    pub(super) policies: Vec<Policy>,
}

impl Wanted {
    /// What `spec` means.
    pub(super) fn of(spec: &TopologySpec) -> Self {
        let mut queues = vec![shared_queue(DEAD), shared_queue(UNROUTED)];
        let mut bindings = vec![bound(DEAD, DEAD, ""), bound(UNROUTED, UNROUTED, "")];
        // A message of the shared queues may wait on the ladder too, and comes back by the same way.
        bindings.extend([bound(RETURN, DEAD, DEAD), bound(RETURN, UNROUTED, UNROUTED)]);
        for wait in &spec.ladder {
            let name = rung_queue(*wait);
            let ttl_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            let mut definition = dead_lettering(RETURN);
            definition.insert("message-ttl".to_owned(), json!(ttl_ms));
            queues.push(WantedQueue { name: name.clone(), single_active_consumer: false, definition });
            let rung = Some(rung_label(*wait));
            bindings.push(WantedBinding { exchange: RETRY, queue: name, routing_key: String::new(), rung });
        }
        for queue in &spec.queues {
            queues.push(topic_queue(queue));
            bindings.extend([EXCHANGE, DIRECT, RETURN].map(|exchange| bound(exchange, &queue.name, &queue.name)));
        }
        let mut policies: Vec<Policy> = queues.iter().map(queue_policy).collect();
        policies.push(alternate_policy(EXCHANGE, UNROUTED));
        // A message that waited for a queue which has been removed meanwhile would block its rung for ever.
        policies.push(alternate_policy(RETURN, DEAD));
        Wanted { exchanges: exchanges(), queues, bindings, policies }
    }
}

fn exchanges() -> Vec<WantedExchange> {
    let exchange = |name, kind, kind_name| WantedExchange { name, kind, kind_name };
    vec![
        exchange(UNROUTED, ExchangeKind::Fanout, "fanout"),
        exchange(DEAD, ExchangeKind::Fanout, "fanout"),
        exchange(RETRY, ExchangeKind::Headers, "headers"),
        exchange(RETURN, ExchangeKind::Direct, "direct"),
        exchange(DIRECT, ExchangeKind::Direct, "direct"),
        exchange(EXCHANGE, ExchangeKind::Topic, "topic"),
    ]
}

fn bound(exchange: &'static str, queue: &str, routing_key: &str) -> WantedBinding {
    WantedBinding { exchange, queue: queue.to_owned(), routing_key: routing_key.to_owned(), rung: None }
}

/// The dead and the unrouted: nobody behind them, so they never give up on a message.
fn shared_queue(name: &str) -> WantedQueue {
    let mut definition = Map::new();
    definition.insert("delivery-limit".to_owned(), json!(DELIVERY_LIMIT_NONE));
    definition.insert("overflow".to_owned(), json!("reject-publish"));
    WantedQueue { name: name.to_owned(), single_active_consumer: false, definition }
}

fn topic_queue(spec: &QueueSpec) -> WantedQueue {
    let mut definition = spec.dead_letter_exchange.as_deref().map(dead_lettering).unwrap_or_default();
    if spec.overflow == Overflow::DropHead {
        definition.insert("overflow".to_owned(), json!("drop-head"));
    }
    let mut set = |key: &str, value: Option<Value>| value.map(|value| definition.insert(key.to_owned(), value));
    set("delivery-limit", spec.delivery_limit.map(Value::from));
    set("max-length-bytes", spec.max_bytes.map(Value::from));
    set("max-length", spec.max_messages.map(Value::from));
    WantedQueue { name: spec.name.clone(), single_active_consumer: spec.ordered, definition }
}

/// At-least-once needs `reject-publish`; with the default overflow it silently becomes at-most-once.
fn dead_lettering(exchange: &str) -> Map<String, Value> {
    let mut definition = Map::new();
    definition.insert("dead-letter-exchange".to_owned(), json!(exchange));
    definition.insert("dead-letter-strategy".to_owned(), json!("at-least-once"));
    definition.insert("overflow".to_owned(), json!("reject-publish"));
    definition
}

fn queue_policy(queue: &WantedQueue) -> Policy {
    Policy {
        name: format!("renkei.queue.{}", queue.name),
        pattern: exactly(&queue.name),
        apply_to: "queues".to_owned(),
        definition: queue.definition.clone(),
        priority: POLICY_PRIORITY,
    }
}

fn alternate_policy(exchange: &str, alternate: &str) -> Policy {
    let mut definition = Map::new();
    definition.insert("alternate-exchange".to_owned(), json!(alternate));
    Policy {
        name: format!("renkei.exchange.{exchange}"),
        pattern: exactly(exchange),
        apply_to: "exchanges".to_owned(),
        definition,
        priority: POLICY_PRIORITY,
    }
}

/// A pattern that matches this name and no other.
fn exactly(name: &str) -> String {
    format!("^{}$", name.replace('.', "\\."))
}
