//! The objects a specification means: one list that `apply` makes and `verify` compares.

use lapin::ExchangeKind;
use lapin::types::{AMQPValue, FieldTable};
use serde_json::{Map, Value, json};

use super::{DELIVERY_LIMIT_DRAINED, DELIVERY_LIMIT_NONE, Names, Overflow, QueueSpec, TopologySpec, rung_label};
use crate::broker::management::Policy;
use crate::broker::message::HEADER_RUNG;

/// Above policies an operator makes without thinking of a priority.
const POLICY_PRIORITY: i64 = 10;

/// An exchange; always durable.
pub(super) struct WantedExchange {
    pub(super) name: String,
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
    pub(super) exchange: String,
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
    /// What `spec` means under these names.
    pub(super) fn of(spec: &TopologySpec, names: &Names) -> Self {
        let Names { exchange, direct, unrouted, retry, back, dead, unreadable } = names;
        let mut queues = vec![drained_queue(dead, unreadable), drained_queue(unrouted, unreadable), last_queue(unreadable)];
        let mut bindings = vec![bound(dead, dead, ""), bound(unrouted, unrouted, ""), bound(unreadable, unreadable, "")];
        // A message of the drained queues may wait on the ladder too, and comes back by the same way.
        bindings.extend([bound(back, dead, dead), bound(back, unrouted, unrouted)]);
        for wait in &spec.ladder {
            let name = names.rung_queue(*wait);
            let ttl_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            let mut definition = dead_lettering(back);
            definition.insert("message-ttl".to_owned(), json!(ttl_ms));
            queues.push(WantedQueue { name: name.clone(), single_active_consumer: false, definition });
            let rung = Some(rung_label(*wait));
            bindings.push(WantedBinding { exchange: retry.clone(), queue: name, routing_key: String::new(), rung });
        }
        for queue in &spec.queues {
            queues.push(topic_queue(queue, dead));
            bindings.extend([direct, back].map(|exchange| bound(exchange, &queue.name, &queue.name)));
            // Upstream systems hand in; what goes out is ordered by our own schedule and operators alone.
            if queue.name.starts_with("in.") {
                bindings.push(bound(exchange, &queue.name, &queue.name));
            }
        }
        let mut policies: Vec<Policy> = queues.iter().map(queue_policy).collect();
        policies.push(alternate_policy(exchange, unrouted));
        // A message that waited for a queue which has been removed meanwhile would block its rung for ever.
        policies.push(alternate_policy(back, dead));
        Wanted { exchanges: exchanges(names), queues, bindings, policies }
    }
}

fn exchanges(names: &Names) -> Vec<WantedExchange> {
    let exchange = |name: &String, kind, kind_name| WantedExchange { name: name.clone(), kind, kind_name };
    vec![
        exchange(&names.unreadable, ExchangeKind::Fanout, "fanout"),
        exchange(&names.unrouted, ExchangeKind::Fanout, "fanout"),
        exchange(&names.dead, ExchangeKind::Fanout, "fanout"),
        exchange(&names.retry, ExchangeKind::Headers, "headers"),
        exchange(&names.back, ExchangeKind::Direct, "direct"),
        exchange(&names.direct, ExchangeKind::Direct, "direct"),
        exchange(&names.exchange, ExchangeKind::Topic, "topic"),
    ]
}

fn bound(exchange: &str, queue: &str, routing_key: &str) -> WantedBinding {
    WantedBinding { exchange: exchange.to_owned(), queue: queue.to_owned(), routing_key: routing_key.to_owned(), rung: None }
}

/// The dead and the unrouted: what ends their consumer again and again goes to the last stop.
fn drained_queue(name: &str, last_stop: &str) -> WantedQueue {
    let mut definition = dead_lettering(last_stop);
    definition.insert("delivery-limit".to_owned(), json!(DELIVERY_LIMIT_DRAINED));
    WantedQueue { name: name.to_owned(), single_active_consumer: false, definition }
}

/// The last stop: nobody is behind it, so it never gives up on a message.
fn last_queue(name: &str) -> WantedQueue {
    let mut definition = Map::new();
    definition.insert("delivery-limit".to_owned(), json!(DELIVERY_LIMIT_NONE));
    definition.insert("overflow".to_owned(), json!("reject-publish"));
    WantedQueue { name: name.to_owned(), single_active_consumer: false, definition }
}

fn topic_queue(spec: &QueueSpec, dead: &str) -> WantedQueue {
    let mut definition = if spec.dead_letters { dead_lettering(dead) } else { Map::new() };
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
pub(super) fn exactly(name: &str) -> String {
    format!("^{}$", name.replace('.', "\\."))
}
