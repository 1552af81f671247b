//! Topology: applied twice the same, and every deviation found.

use renkei_core::broker::management::Policy;
use renkei_core::broker::topology::{Names, Overflow, QueueSpec, TopologySpec, apply, default_ladder, verify};
use renkei_core::broker::{BrokerError, Outgoing, PublishError, Publisher, Via};
use serde_json::json;

use crate::harness::{Broker, DEAD, UNROUTED, message, rung_queue};

const PLAIN: &str = "in.12_civic_assessments";
const ORDERED: &str = "in.01_financial_institutions";

fn spec() -> TopologySpec {
    TopologySpec::new(vec![QueueSpec::new(PLAIN, false), QueueSpec::new(ORDERED, true)])
}

fn policy(name: &str, queue: &str, definition: serde_json::Value, priority: i64) -> Policy {
    Policy {
        name: name.to_owned(),
        pattern: format!("^{}$", queue.replace('.', "\\.")),
        apply_to: "queues".to_owned(),
        definition: definition.as_object().unwrap().clone(),
        priority,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_applied_is_what_is_in_effect_also_the_second_time() {
    let broker = Broker::start().await;
    let before = verify(&broker.config, &spec()).await.unwrap();
    assert!(before.iter().any(|line| line == &format!("queue {PLAIN} is missing")), "{before:?}");
    for _ in 0..2 {
        apply(&broker.config, &spec()).await.unwrap();
        assert_eq!(verify(&broker.config, &spec()).await.unwrap(), Vec::<String>::new());
    }
    let depths = broker.management.queue_depths().await.unwrap();
    let mut names: Vec<&str> = depths.iter().map(|depth| depth.name.as_str()).collect();
    names.sort_unstable();
    let rungs: Vec<String> = default_ladder().into_iter().map(rung_queue).collect();
    let mut wanted = vec![PLAIN, ORDERED, DEAD, UNROUTED, "renkei.unreadable"];
    wanted.extend(rungs.iter().map(String::as_str));
    wanted.sort_unstable();
    assert_eq!(names, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_name_follows_the_one_of_the_front_door() {
    let mut broker = Broker::start().await;
    broker.config.names = Names::of("ward");
    apply(&broker.config, &spec()).await.unwrap();
    assert_eq!(verify(&broker.config, &spec()).await.unwrap(), Vec::<String>::new());
    let depths = broker.management.queue_depths().await.unwrap();
    assert!(depths.iter().all(|depth| !depth.name.starts_with("renkei")), "{depths:?}");
    assert!(depths.iter().any(|depth| depth.name == "ward.retry.10s"), "{depths:?}");
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    publisher.publish(message(PLAIN, 1)).await.unwrap();
    publisher.publish(Outgoing { via: Via::FrontDoor, ..message("in.99_nowhere", 2) }).await.unwrap();
    assert_eq!((broker.ready(PLAIN).await, broker.ready("ward.unrouted").await), (1, 1));
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_door_leads_to_inbound_queues_only() {
    const OUT: &str = "out.09_bank_transfers";
    let (broker, spec) = Broker::with(vec![QueueSpec::new(PLAIN, false), QueueSpec::new(OUT, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    for queue in [PLAIN, OUT] {
        publisher.publish(Outgoing { via: Via::FrontDoor, ..message(queue, 1) }).await.unwrap();
    }
    assert_eq!((broker.ready(PLAIN).await, broker.ready(OUT).await, broker.ready(UNROUTED).await), (1, 0, 1));
    broker.bind("renkei", OUT).await;
    let found = verify(&broker.config, &spec).await.unwrap();
    assert_eq!(found, [format!("{OUT} is bound to renkei by \"{OUT}\"; wanted no such binding")]);
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_outranked_and_missing_parts_are_found_and_mended() {
    let broker = Broker::start().await;
    apply(&broker.config, &spec()).await.unwrap();
    let ours = broker.management.policies().await.unwrap();
    let mut changed = ours.iter().find(|policy| policy.name == format!("renkei.queue.{PLAIN}")).unwrap().clone();
    changed.definition.insert("overflow".to_owned(), json!("drop-head"));
    changed.definition.remove("dead-letter-strategy");
    broker.management.put_policy(&changed).await.unwrap();
    let outranking = policy("night shift", ORDERED, json!({"max-length": 7}), 99);
    broker.management.put_policy(&outranking).await.unwrap();
    broker.management.delete_queue(&rung_queue(default_ladder()[1])).await.unwrap();
    broker.management.delete_policy("renkei.exchange.renkei.return").await.unwrap();

    let found = verify(&broker.config, &spec()).await.unwrap();
    for wanted in [
        format!("queue {PLAIN}: overflow in effect is \"drop-head\"; wanted \"reject-publish\""),
        format!("queue {PLAIN}: dead-letter-strategy is not in effect; wanted \"at-least-once\""),
        format!("queue {ORDERED}: max-length = 7 is in effect; wanted none"),
        format!("queue {ORDERED}: dead-letter-exchange is not in effect; wanted \"{DEAD}\""),
        "queue renkei.retry.1m is missing".to_owned(),
        "queue renkei.retry.1m is not bound to renkei.retry".to_owned(),
        format!("exchange renkei.return: alternate-exchange is null; wanted \"{DEAD}\""),
    ] {
        assert!(found.contains(&wanted), "{wanted:?} is not among {found:#?}");
    }
    broker.management.delete_policy("night shift").await.unwrap();
    apply(&broker.config, &spec()).await.unwrap();
    assert_eq!(verify(&broker.config, &spec()).await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsafe_topology_is_refused_before_anything_is_touched() {
    let broker = Broker::start().await;
    let mut unsafe_spec = spec();
    unsafe_spec.queues[0].overflow = Overflow::DropHead;
    unsafe_spec.queues[1].delivery_limit = None;
    let error = apply(&broker.config, &unsafe_spec).await.unwrap_err();
    assert!(matches!(&error, BrokerError::Unsafe(faults) if faults.len() == 2), "{error}");
    assert!(broker.management.queue_depths().await.unwrap().is_empty());
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let unroutable = publisher.publish(message(PLAIN, 1)).await.unwrap_err();
    assert!(matches!(unroutable, PublishError::Unroutable { .. }), "{unroutable}");
    publisher.close().await;
}
