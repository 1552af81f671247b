//! Compares what the broker has with what the specification means.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::Instant;

use super::TopologySpec;
use super::wanted::{Wanted, WantedBinding, WantedQueue};
use crate::broker::connection::{BrokerConfig, BrokerError};
use crate::broker::management::{BindingInfo, ExchangeInfo, Management, Policy, QueueInfo};
use crate::broker::message::HEADER_RUNG;

/// Longest wait for the broker to report a changed policy as in effect; it gathers that every five seconds.
const SETTLE_MAX: Duration = Duration::from_secs(12);

/// Every difference as a sentence; empty when the broker is as wanted. Nothing is changed.
///
/// Queues are judged by what is in effect, not by what was declared: first by the policy the broker says it applies, and then
/// by the merged definition it reports, which also shows an operator policy. Shortly after a change that report is old; it is
/// then asked for again, up to `SETTLE_MAX`.
pub async fn verify(config: &BrokerConfig, spec: &TopologySpec) -> Result<Vec<String>, BrokerError> {
    let management = Management::new(config)?;
    let wanted = Wanted::of(spec, &config.names);
    let policies = management.policies().await?;
    let mut differences = Vec::new();
    compare_exchanges(&management.exchanges().await?, &policies, &wanted, &mut differences);
    let found = by_name(management.queues_now().await?);
    let mut agreed = Vec::new();
    for queue in &wanted.queues {
        let Some(found) = found.get(&queue.name) else {
            differences.push(format!("queue {} is missing", queue.name));
            continue;
        };
        compare_queue(queue, found, &mut differences);
        let policy = found.policy.as_ref().and_then(|name| policies.iter().find(|policy| policy.name == *name));
        let definition = policy.map(|policy| policy.definition.clone()).unwrap_or_default();
        let by_policy = differing_keys(queue, &definition);
        if by_policy.is_empty() {
            agreed.push(queue);
        }
        differences.extend(by_policy);
    }
    differences.extend(settled_differences(&management, &agreed).await?);
    compare_bindings(&management.bindings().await?, &wanted, &config.names.exchange, &mut differences);
    Ok(differences)
}

fn by_name(queues: Vec<QueueInfo>) -> BTreeMap<String, QueueInfo> {
    queues.into_iter().map(|queue| (queue.name.clone(), queue)).collect()
}

/// What the merged definitions of these queues still differ in when they have had time to be reported.
async fn settled_differences(management: &Management, queues: &[&WantedQueue]) -> Result<Vec<String>, BrokerError> {
    let until = Instant::now() + SETTLE_MAX;
    loop {
        let found = by_name(management.queues().await?);
        let mut differences = Vec::new();
        for queue in queues {
            // A queue too young to be reported has only its policy to go by.
            let reported = found.get(&queue.name).and_then(|found| found.effective_policy_definition.as_ref());
            if let Some(reported) = reported {
                differences.extend(differing_keys(queue, reported.as_object().unwrap_or(&Map::new())));
            }
        }
        if differences.is_empty() || Instant::now() >= until {
            return Ok(differences);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn compare_exchanges(found: &[ExchangeInfo], policies: &[Policy], wanted: &Wanted, differences: &mut Vec<String>) {
    for exchange in &wanted.exchanges {
        let name = &exchange.name;
        let Some(found) = found.iter().find(|found| found.name == *name) else {
            differences.push(format!("exchange {name} is missing"));
            continue;
        };
        if found.kind != exchange.kind_name || !found.durable {
            let durable = if found.durable { "durable" } else { "not durable" };
            differences
                .push(format!("exchange {name} is {durable} and of type {}; wanted durable {}", found.kind, exchange.kind_name));
        }
        let wanted_policy = wanted.policies.iter().find(|policy| policy.name == format!("renkei.exchange.{name}"));
        let in_effect = found.policy.as_ref().and_then(|name| policies.iter().find(|policy| policy.name == *name));
        let alternate = |policy: Option<&Policy>| {
            policy.and_then(|policy| policy.definition.get("alternate-exchange")).cloned().unwrap_or(Value::Null)
        };
        if alternate(wanted_policy) != alternate(in_effect) {
            let (wanted, found) = (alternate(wanted_policy), alternate(in_effect));
            differences.push(format!("exchange {name}: alternate-exchange is {found}; wanted {wanted}"));
        }
    }
}

fn compare_queue(wanted: &WantedQueue, found: &QueueInfo, differences: &mut Vec<String>) {
    let name = &wanted.name;
    let mut differs = |text: String| differences.push(format!("queue {name}: {text}"));
    let kind = found.arguments.get("x-queue-type").and_then(Value::as_str).unwrap_or("classic");
    if kind != "quorum" || !found.durable {
        differs(format!("it is a {kind} queue; wanted a quorum queue. Queues cannot be changed: drain and delete it"));
    }
    let single = found.arguments.get("x-single-active-consumer").and_then(Value::as_bool).unwrap_or(false);
    if single != wanted.single_active_consumer {
        differs(format!("single active consumer is {single}; wanted {}", wanted.single_active_consumer));
    }
    for (argument, value) in &found.arguments {
        if !matches!(argument.as_str(), "x-queue-type" | "x-single-active-consumer") {
            differs(format!("it was declared with {argument} = {value}, which beats every policy"));
        }
    }
}

/// Differences between what the policy of a queue must bring into effect and what is in effect.
fn differing_keys(wanted: &WantedQueue, in_effect: &Map<String, Value>) -> Vec<String> {
    let mut differences = Vec::new();
    let mut differs = |text: String| differences.push(format!("queue {}: {text}", wanted.name));
    for (key, value) in &wanted.definition {
        match in_effect.get(key) {
            Some(found) if found == value => {}
            Some(found) => differs(format!("{key} in effect is {found}; wanted {value}")),
            None => differs(format!("{key} is not in effect; wanted {value}")),
        }
    }
    for (key, value) in in_effect {
        if !wanted.definition.contains_key(key) {
            differs(format!("{key} = {value} is in effect; wanted none"));
        }
    }
    differences
}

/// Missing bindings everywhere; superfluous ones on our inner exchanges, where they would duplicate or misplace messages, and
/// of our queues to the front door, through which strangers could give orders. The front door may have listeners of its own.
fn compare_bindings(found: &[BindingInfo], wanted: &Wanted, front_door: &str, differences: &mut Vec<String>) {
    for binding in &wanted.bindings {
        if !found.iter().any(|found| same(binding, found)) {
            differences.push(format!("queue {} is not bound to {}", binding.queue, binding.exchange));
        }
    }
    let ours = |name: &str| wanted.exchanges.iter().any(|exchange| exchange.name == name);
    let our_queue = |name: &str| wanted.queues.iter().any(|queue| queue.name == name);
    for found in found.iter().filter(|found| ours(&found.source)) {
        let matters = found.source != front_door || our_queue(&found.destination);
        if matters && !wanted.bindings.iter().any(|binding| same(binding, found)) {
            let BindingInfo { source, destination, routing_key, .. } = found;
            differences.push(format!("{destination} is bound to {source} by {routing_key:?}; wanted no such binding"));
        }
    }
}

fn same(wanted: &WantedBinding, found: &BindingInfo) -> bool {
    let rung = found.arguments.get(HEADER_RUNG).and_then(Value::as_str);
    found.source == wanted.exchange
        && found.destination_type == "queue"
        && found.destination == wanted.queue
        && found.routing_key == wanted.routing_key
        && rung == wanted.rung.as_deref()
}
