//! Consumers that share one connection: what befalls one of them, and what befalls the connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use renkei_core::broker::consume::Line;
use renkei_core::broker::topology::{QueueSpec, apply};
use renkei_core::broker::{ConsumeOptions, Outcome, Publisher};

use crate::harness::{Broker, Consuming, Recorder, eventually, message, options};

const ONE: &str = "in.00_test";
const OTHER: &str = "in.01_other";
/// As the broker lists it.
const NAME: &str = "renkei consume all";

/// Names the broker gives to the shared connections that are open.
async fn connections(broker: &Broker) -> Vec<String> {
    let open = broker.management.connections().await.unwrap();
    open.into_iter().filter(|connection| connection.user_provided_name == NAME).map(|connection| connection.name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_queue_is_a_matter_of_its_own_consumer() {
    let (broker, spec) = Broker::with(vec![QueueSpec::new(ONE, false), QueueSpec::new(OTHER, true)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let line = Line::new(&broker.config, "consume all").unwrap();
    let (first, second) = (Recorder::new(|_| Outcome::Done), Recorder::new(|_| Outcome::Done));
    let watchful = ConsumeOptions { renew_idle: Duration::from_secs(1), ..options(ONE, 10, 4, &[1000]) };
    let one = Consuming::on(&broker.config, &line, watchful, &first);
    let other = Consuming::on(&broker.config, &line, ConsumeOptions::new(OTHER, true), &second);
    publisher.publish(message(ONE, 1)).await.unwrap();
    publisher.publish(message(OTHER, 1)).await.unwrap();
    eventually("both took one", async || (first.done_count(), second.done_count()) == (1, 1)).await;
    eventually("they are listed", async || !connections(&broker).await.is_empty()).await;
    let shared = connections(&broker).await;
    assert_eq!(shared.len(), 1, "two consumers, one connection");

    broker.management.delete_queue(ONE).await.unwrap();
    publisher.publish(message(OTHER, 2)).await.unwrap();
    eventually("the other goes on", async || second.done_count() == 2).await;
    assert_eq!(connections(&broker).await, shared, "on the same connection");
    apply(&broker.config, &spec).await.unwrap();
    publisher.publish(message(ONE, 2)).await.unwrap();
    eventually("the first is back", async || first.done_count() == 2).await;
    // Subscribing while the queue is being made can be answered with INTERNAL_ERROR, which ends the connection for both.
    eventually("they share one connection", async || connections(&broker).await.len() == 1).await;

    one.stop().await;
    publisher.publish(message(OTHER, 3)).await.unwrap();
    eventually("one that leaves does not close it", async || second.done_count() == 3).await;
    other.stop().await;
    publisher.close().await;
    eventually("the last one closes it", async || connections(&broker).await.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_replaced_by_one() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(ONE, false), QueueSpec::new(OTHER, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let line = Line::new(&broker.config, "consume all").unwrap();
    let (first, second) = (Recorder::new(|_| Outcome::Done), Recorder::new(|_| Outcome::Done));
    let one = Consuming::on(&broker.config, &line, options(ONE, 10, 4, &[1000]), &first);
    let other = Consuming::on(&broker.config, &line, options(OTHER, 10, 4, &[1000]), &second);
    eventually("it is listed", async || connections(&broker).await.len() == 1).await;
    let lost = connections(&broker).await.remove(0);
    broker.management.close_connection(&lost).await.unwrap();
    for n in 0..50 {
        publisher.publish(message(ONE, n)).await.unwrap();
        publisher.publish(message(OTHER, n)).await.unwrap();
    }
    eventually("both took all", async || first.done_ids().len() == 50 && second.done_ids().len() == 50).await;
    eventually("there is one connection again", async || {
        let now = connections(&broker).await;
        now.len() == 1 && now[0] != lost
    })
    .await;
    one.drain(&broker).await;
    other.drain(&broker).await;
    publisher.close().await;
    broker.assert_empty(&[ONE, OTHER]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_on_a_lost_channel_comes_again_though_the_connection_lives() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(ONE, false), QueueSpec::new(OTHER, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let line = Line::new(&broker.config, "consume all").unwrap();
    let down = std::sync::Arc::new(AtomicBool::new(true));
    let still = down.clone();
    let failing = Recorder::new(move |_| match still.load(Ordering::SeqCst) {
        true => Outcome::Unavailable { reason: "the database is away".to_owned() },
        false => Outcome::Done,
    });
    let fine = Recorder::new(|_| Outcome::Done);
    // Held for a moment only, then given back; each session ends and the next one begins on the same connection.
    let impatient = ConsumeOptions { hold_max: Duration::from_millis(300), ..ConsumeOptions::new(ONE, true) };
    let one = Consuming::on(&broker.config, &line, impatient, &failing);
    let other = Consuming::on(&broker.config, &line, options(OTHER, 10, 4, &[1000]), &fine);
    publisher.publish(message(ONE, 1)).await.unwrap();
    eventually("it was tried and given back", async || failing.seen.lock().unwrap().len() >= 2).await;
    down.store(false, Ordering::SeqCst);
    eventually("it is done", async || failing.done_count() == 1).await;
    publisher.publish(message(OTHER, 1)).await.unwrap();
    eventually("the other was not disturbed", async || fine.done_count() == 1).await;
    one.stop().await;
    other.stop().await;
    publisher.close().await;
    broker.assert_empty(&[ONE, OTHER]).await;
}
