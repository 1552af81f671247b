//! Publishing: every message gets its own true outcome, whatever happens to the connection.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use renkei_core::broker::topology::QueueSpec;
use renkei_core::broker::{Outcome, Outgoing, PublishError, PublishOptions, Publisher, Via};
use uuid::Uuid;

use crate::harness::{Broker, Consuming, Proxy, Recorder, UNROUTED, eventually, message, options};

const QUEUE: &str = "in.00_test";

/// Publishes all at once and gives each outcome with its message.
async fn publish_all(publisher: &Publisher, messages: Vec<Outgoing>) -> Vec<(Outgoing, Result<(), PublishError>)> {
    let mut outcomes = Vec::with_capacity(messages.len());
    let publishing = messages.into_iter().map(async |message| (message.clone(), publisher.publish(message).await));
    let mut publishing: FuturesUnordered<_> = publishing.collect();
    while let Some(outcome) = publishing.next().await {
        outcomes.push(outcome);
    }
    outcomes
}

fn ids(messages: impl IntoIterator<Item = Outgoing>) -> BTreeSet<String> {
    messages.into_iter().map(|message| message.message_id.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_pipelined_messages_are_confirmed_and_consumed_once() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    publisher.ready().await;
    let begun = Instant::now();
    let body = "x".repeat(1024);
    let messages: Vec<Outgoing> =
        (0..10_000).map(|_| Outgoing::to_queue(QUEUE, Uuid::new_v4(), "records", body.clone())).collect();
    let outcomes = publish_all(&publisher, messages).await;
    let published = begun.elapsed();
    assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()));
    assert_eq!(broker.ready(QUEUE).await, 10_000);

    let handler = Recorder::new(|_| Outcome::Done);
    let begun = Instant::now();
    let consuming = Consuming::start(&broker.config, options(QUEUE, 300, 8, &[1000]), &handler);
    eventually("all consumed", async || handler.done_count() >= 10_000).await;
    println!("10000 messages of 1 KiB: published in {published:?}, consumed in {:?}", begun.elapsed());
    consuming.stop().await;
    publisher.close().await;
    assert_eq!(handler.done_ids().len(), 10_000);
    assert_eq!(handler.done_count(), 10_000);
    broker.assert_empty(&[QUEUE]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unroutable_message_is_reported_for_exactly_that_id() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    for _ in 0..5 {
        let to = |n: u32| if n.is_multiple_of(7) { "in.99_nowhere" } else { QUEUE };
        let outcomes = publish_all(&publisher, (0..1000).map(|n| message(to(n), n)).collect()).await;
        for (message, outcome) in outcomes {
            match (message.routing_key.as_str(), outcome) {
                (QUEUE, Ok(())) => {}
                ("in.99_nowhere", Err(PublishError::Unroutable { message_id, .. })) => assert_eq!(message_id, message.message_id),
                (key, outcome) => panic!("a message to {key} ended as {outcome:?}"),
            }
        }
    }
    assert_eq!(broker.ready(QUEUE).await, 5 * (1000 - 143));
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_a_missing_exchange_fails_alone() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    publisher.ready().await;
    let lost = Outgoing { via: Via::Named("no.such.exchange".to_owned()), ..message(QUEUE, 0) };
    let lost_id = lost.message_id;
    let mut messages: Vec<Outgoing> = (1..20).map(|n| message(QUEUE, n)).collect();
    messages.insert(10, lost);
    for (message, outcome) in publish_all(&publisher, messages).await {
        match outcome {
            Ok(()) => assert_ne!(message.message_id, lost_id),
            Err(PublishError::Unroutable { message_id, reason, .. }) => {
                assert_eq!((message_id, message.message_id), (lost_id, lost_id));
                assert!(reason.contains("no.such.exchange"), "{reason}");
            }
            Err(error) => panic!("{error}"),
        }
    }
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_door_keeps_what_no_queue_takes() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    for key in [QUEUE, "in.99_nowhere"] {
        let upstream = Outgoing { via: Via::FrontDoor, ..message(key, 1) };
        publisher.publish(upstream).await.unwrap();
    }
    assert_eq!((broker.ready(QUEUE).await, broker.ready(UNROUTED).await), (1, 1));
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_exactly_what_it_does_not_store() {
    let full = QueueSpec { max_messages: Some(5), ..QueueSpec::new(QUEUE, false) };
    let (broker, _) = Broker::with(vec![full], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let mut stored = Vec::new();
    let mut refused = Vec::new();
    // A quorum queue notices late that it is full, so bursts go on until it has.
    while refused.is_empty() {
        assert!(stored.len() < 10_000, "the queue is never full");
        for (message, outcome) in publish_all(&publisher, (0..200).map(|n| message(QUEUE, n)).collect()).await {
            match outcome {
                Ok(()) => stored.push(message),
                Err(PublishError::Refused { message_id, .. }) => {
                    assert_eq!(message_id, message.message_id);
                    refused.push(message);
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    let handler = Recorder::new(|_| Outcome::Done);
    let consuming = Consuming::start(&broker.config, options(QUEUE, 50, 4, &[1000]), &handler);
    eventually("what was stored is consumed", async || handler.done_count() >= stored.len()).await;
    consuming.stop().await;
    assert_eq!(handler.done_ids().into_keys().collect::<BTreeSet<_>>(), ids(stored));
    broker.assert_empty(&[QUEUE]).await;
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_connections_lose_nothing_and_duplicates_carry_the_same_id() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let proxy = Proxy::start(&broker.config).await;
    let publisher = Publisher::start(&proxy.config, "test").unwrap();
    let handler = Recorder::new(|_| Outcome::Done);
    let consuming = Consuming::start(&proxy.config, options(QUEUE, 100, 8, &[1000]), &handler);
    let messages: Vec<Outgoing> = (0..20_000).map(|n| message(QUEUE, n)).collect();
    let wanted = ids(messages.clone());
    let cutting = async {
        for at in [500, 5_000, 12_000] {
            eventually("some consumed", async || handler.done_count() >= at).await;
            proxy.cut();
        }
    };
    let (outcomes, ()) = tokio::join!(publish_all(&publisher, messages), cutting);
    assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()), "a publication failed");
    eventually("all consumed", async || handler.done_ids().len() >= 20_000).await;
    consuming.drain(&broker).await;
    publisher.close().await;
    assert_eq!(handler.done_ids().into_keys().collect::<BTreeSet<_>>(), wanted);
    broker.assert_empty(&[QUEUE]).await;
    println!("{} of 20000 messages came twice", handler.done_count() - 20_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_closed_by_an_operator_lose_nothing() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let handler = Recorder::slow(Duration::from_millis(2), |_| Outcome::Done);
    let consuming = Consuming::start(&broker.config, options(QUEUE, 100, 4, &[1000]), &handler);
    let messages: Vec<Outgoing> = (0..3_000).map(|n| message(QUEUE, n)).collect();
    let wanted = ids(messages.clone());
    let closing = async {
        let mut closed = BTreeSet::new();
        eventually("publisher and consumer are listed and closed", async || {
            for connection in broker.management.connections().await.unwrap() {
                if connection.user_provided_name.starts_with("renkei") {
                    broker.management.close_connection(&connection.name).await.unwrap();
                    closed.insert(connection.user_provided_name);
                }
            }
            closed.contains("renkei test publish") && closed.contains(&format!("renkei consume {QUEUE}"))
        })
        .await;
    };
    let (first, second) = (messages[..1_500].to_vec(), messages[1_500..].to_vec());
    let (outcomes, ()) = tokio::join!(publish_all(&publisher, first), closing);
    assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()));
    assert!(publish_all(&publisher, second).await.iter().all(|(_, outcome)| outcome.is_ok()));
    eventually("all consumed", async || handler.done_ids().len() >= 3_000).await;
    consuming.drain(&broker).await;
    publisher.close().await;
    assert_eq!(handler.done_ids().into_keys().collect::<BTreeSet<_>>(), wanted);
    broker.assert_empty(&[QUEUE]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_falls_silent_is_replaced() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let proxy = Proxy::start(&broker.config).await;
    let limits = PublishOptions { confirm_timeout: Duration::from_millis(700), ..PublishOptions::default() };
    let publisher = Publisher::start_with(&proxy.config, "test", limits).unwrap();
    publisher.publish(message(QUEUE, 0)).await.unwrap();
    proxy.freeze();
    publisher.publish(message(QUEUE, 1)).await.unwrap();
    assert!(broker.ready(QUEUE).await >= 2);
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_broker_the_deadline_says_why() {
    let broker = Broker::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let (scheme_user, _) = broker.config.amqp_uri.rsplit_once('@').unwrap();
    let config = renkei_core::broker::BrokerConfig { amqp_uri: format!("{scheme_user}@{nobody}"), ..broker.config.clone() };
    let limits = PublishOptions { deadline: Duration::from_millis(600), ..PublishOptions::default() };
    let publisher = Publisher::start_with(&config, "test", limits).unwrap();
    let error = publisher.publish(message(QUEUE, 0)).await.unwrap_err();
    assert!(matches!(error, PublishError::Deadline { .. }), "{error}");
    assert!(error.to_string().contains("not connected: connect renkei test publish"), "{error}");
    publisher.close().await;
    let error = publisher.publish(message(QUEUE, 0)).await.unwrap_err();
    assert!(matches!(error, PublishError::Closed { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_be_sent_is_refused_at_once() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let limits = PublishOptions { message_bytes_max: 10, ..PublishOptions::default() };
    let publisher = Publisher::start_with(&broker.config, "test", limits).unwrap();
    let large = Outgoing { body: vec![0; 11].into(), ..message(QUEUE, 0) };
    let wordy = message(QUEUE, 1).header("renkei-error", "x".repeat(70_000));
    for (message, reason) in [(large, "11 bytes, the limit is 10"), (wordy, "the limit is 65536")] {
        let error = publisher.publish(message).await.unwrap_err();
        assert!(matches!(error, PublishError::Invalid { .. }) && error.to_string().contains(reason), "{error}");
    }
    publisher.close().await;
}
