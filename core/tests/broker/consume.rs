//! Consuming: outcomes, the retry ladder, the crash fuse, order, pauses, and rebuilding after every loss.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use renkei_core::broker::message::{HEADER_ERROR, HEADER_ERROR_CODE, HEADER_ORIGIN_QUEUE};
use renkei_core::broker::topology::{QueueSpec, apply};
use renkei_core::broker::{ConsumeOptions, Door, Incoming, Outcome, Outgoing, Publisher, Via};

use crate::harness::{Broker, Consuming, DEAD, Proxy, Recorder, eventually, message, number, options, rung_queue};

const QUEUE: &str = "in.00_test";
const OTHER: &str = "in.01_other";

fn retry() -> Outcome {
    Outcome::Retry { code: "DB_DOWN".to_owned(), reason: "the database does not answer".to_owned() }
}

/// Takes the dead letters out, to be looked at.
async fn dead_letters(broker: &Broker, count: usize) -> Vec<Incoming> {
    let handler = Recorder::new(|_| Outcome::Done);
    let consuming = Consuming::start(&broker.config, options(DEAD, 10, 1, &[]), &handler);
    eventually("the dead letters are there", async || handler.done_count() >= count).await;
    consuming.stop().await;
    let dead = handler.done.lock().unwrap().clone();
    assert_eq!(dead.len(), count, "{dead:?}");
    dead
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ladder_returns_a_message_to_the_queue_it_failed_in_and_then_gives_up() {
    let ladder = [150, 300];
    let queues = vec![QueueSpec::new(QUEUE, false), QueueSpec::new(OTHER, false)];
    let (broker, _) = Broker::with(queues, &ladder).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    // Number 1 goes well at its third attempt, number 2 never.
    let handler = Recorder::new(|m| if number(m) == 1 && m.attempt == 3 { Outcome::Done } else { retry() });
    let other = Recorder::new(|_| Outcome::Done);
    let consuming = [
        Consuming::start(&broker.config, options(QUEUE, 10, 4, &ladder), &handler),
        Consuming::start(&broker.config, options(OTHER, 10, 4, &ladder), &other),
    ];
    let foreign = Outgoing { via: Via::FrontDoor, ..message(QUEUE, 1) }.header("sender", "upstream");
    let sent = [foreign.message_id.to_string(), String::new()];
    publisher.publish(foreign).await.unwrap();
    let hopeless = message(QUEUE, 2);
    let sent = [sent[0].clone(), hopeless.message_id.to_string()];
    publisher.publish(hopeless).await.unwrap();

    let dead = dead_letters(&broker, 1).await;
    eventually("number 1 is done", async || handler.done_count() == 1).await;
    for consuming in consuming {
        consuming.stop().await;
    }
    assert_eq!(dead[0].message_id, sent[1]);
    assert_eq!((dead[0].attempt, number(&dead[0])), (3, 2));
    assert_eq!(dead[0].headers[HEADER_ERROR_CODE], "DB_DOWN");
    assert_eq!(dead[0].headers[HEADER_ERROR], "the database does not answer");
    assert_eq!(dead[0].headers[HEADER_ORIGIN_QUEUE], QUEUE);
    let seen = handler.seen.lock().unwrap().clone();
    let attempts = |n: u32| -> Vec<u32> { seen.iter().filter(|m| number(m) == n).map(|m| m.attempt).collect() };
    assert_eq!((attempts(1), attempts(2)), (vec![1, 2, 3], vec![1, 2, 3]));
    assert!(seen.iter().filter(|m| number(m) == 1).all(|m| m.message_id == sent[0] && m.headers["sender"] == "upstream"));
    assert!(seen.iter().all(|m| m.routing_key == QUEUE));
    assert!(other.seen.lock().unwrap().is_empty(), "the other queue was given a retried message");
    let rungs: Vec<String> = ladder.iter().map(|ms| rung_queue(Duration::from_millis(*ms))).collect();
    broker.assert_empty(&[QUEUE, OTHER, DEAD, &rungs[0], &rungs[1]]).await;
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_message_and_a_panic_reach_the_dead_letters_with_their_reason() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let handler = Recorder::new(|m| match number(m) {
        1 => Outcome::Park { code: "UNKNOWN_KIND".to_owned(), reason: "no such kind".to_owned() },
        2 => panic!("cannot happen"),
        _ => Outcome::Done,
    });
    let consuming = Consuming::start(&broker.config, options(QUEUE, 10, 4, &[1000]), &handler);
    for n in 0..4 {
        publisher.publish(message(QUEUE, n)).await.unwrap();
    }
    let mut dead = dead_letters(&broker, 2).await;
    dead.sort_by_key(number);
    eventually("the others are done", async || handler.done_count() == 2).await;
    consuming.stop().await;
    assert_eq!(dead[0].headers[HEADER_ERROR_CODE], "UNKNOWN_KIND");
    assert_eq!(dead[1].headers[HEADER_ERROR_CODE], "HANDLER_PANIC");
    assert_eq!(dead[1].headers[HEADER_ERROR], "the handler panicked: cannot happen");
    broker.assert_empty(&[QUEUE]).await;
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_kills_its_consumer_is_taken_out_by_the_fuse_and_no_other() {
    let fused = QueueSpec { delivery_limit: Some(4), ..QueueSpec::new(QUEUE, false) };
    let (broker, _) = Broker::with(vec![fused], &[1000]).await;
    let publisher = broker.filled(QUEUE, 40).await;
    let proxy = Arc::new(Proxy::start(&broker.config).await);
    let (deaths, killer) = (Arc::new(AtomicU32::new(0)), proxy.clone());
    let counted = deaths.clone();
    let handler = Recorder::slow(Duration::from_millis(5), move |m| {
        if number(m) == 7 {
            counted.fetch_add(1, Ordering::SeqCst);
            killer.cut();
        }
        Outcome::Done
    });
    let consuming = Consuming::start(&proxy.config, options(QUEUE, 20, 2, &[1000]), &handler);
    let dead = dead_letters(&broker, 1).await;
    let innocents = async || {
        let done = handler.done.lock().unwrap();
        (0..40).filter(|n| *n != 7).all(|n| done.iter().any(|m| number(m) == n))
    };
    eventually("all others are done", innocents).await;
    consuming.drain(&broker).await;
    let death = dead[0].death.clone().expect("the broker says how it died");
    assert_eq!((number(&dead[0]), death.reason.as_str(), death.queue.as_str()), (7, "delivery_limit", QUEUE));
    let deaths = deaths.load(Ordering::SeqCst);
    let counts: Vec<u32> = handler.seen.lock().unwrap().iter().filter(|m| number(m) == 7).map(|m| m.delivery_count).collect();
    assert!((2..=5).contains(&deaths), "a limit of 4 returns is 5 deliveries, some of them not yet handled: {counts:?}");
    broker.assert_empty(&[QUEUE, DEAD]).await;
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_deleted_under_the_consumer_is_consumed_again_when_it_is_back() {
    let (broker, spec) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let handler = Recorder::new(|_| Outcome::Done);
    let watchful = ConsumeOptions { renew_idle: Duration::from_secs(1), ..options(QUEUE, 10, 4, &[1000]) };
    let consuming = Consuming::start(&broker.config, watchful, &handler);
    publisher.publish(message(QUEUE, 1)).await.unwrap();
    eventually("the first is done", async || handler.done_count() == 1).await;
    broker.management.delete_queue(QUEUE).await.unwrap();
    assert!(publisher.publish(message(QUEUE, 2)).await.is_err(), "a deleted queue took a message");
    apply(&broker.config, &spec).await.unwrap();
    publisher.publish(message(QUEUE, 3)).await.unwrap();
    eventually("the third is done", async || handler.done_count() == 2).await;
    consuming.stop().await;
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordered_queue_keeps_its_order_over_failures_and_lost_connections() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, true)], &[1000]).await;
    let publisher = broker.filled(QUEUE, 60).await;
    let proxy = Arc::new(Proxy::start(&broker.config).await);
    let (killer, cuts) = (proxy.clone(), AtomicU32::new(0));
    let handler = Recorder::new(move |m| match number(m) {
        5 | 30 if m.attempt == 1 => retry(),
        10 | 40 if cuts.fetch_add(1, Ordering::SeqCst) < 2 => {
            killer.cut();
            Outcome::Done
        }
        _ => Outcome::Done,
    });
    let ordered = ConsumeOptions::new(QUEUE, true);
    let consuming = Consuming::start(&proxy.config, ordered, &handler);
    eventually("all are done", async || handler.done.lock().unwrap().iter().any(|m| number(m) == 59)).await;
    consuming.drain(&broker).await;
    let done: Vec<u32> = handler.done.lock().unwrap().iter().map(number).collect();
    let mut firsts = done.clone();
    firsts.dedup();
    assert_eq!(firsts, (0..60).collect::<Vec<u32>>(), "only the message in hand may come twice, and at its place");
    let attempts: Vec<u32> = handler.seen.lock().unwrap().iter().filter(|m| number(m) == 5).map(|m| m.attempt).collect();
    assert_eq!(attempts, [1, 2]);
    broker.assert_empty(&[QUEUE, DEAD]).await;
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordered_message_that_never_works_is_given_back_at_its_place() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, true)], &[1000]).await;
    let publisher = broker.filled(QUEUE, 3).await;
    let handler = Recorder::new(|m| if number(m) == 0 && m.delivery_count == 0 { retry() } else { Outcome::Done });
    let impatient = ConsumeOptions { hold_max: Duration::from_millis(900), ..ConsumeOptions::new(QUEUE, true) };
    let consuming = Consuming::start(&broker.config, impatient, &handler);
    eventually("all are done", async || handler.done_count() == 3).await;
    consuming.stop().await;
    let seen = handler.seen.lock().unwrap().clone();
    let returned = seen.iter().find(|m| m.delivery_count > 0).expect("it was given back");
    assert!(number(returned) == 0 && returned.redelivered);
    assert_eq!(handler.done.lock().unwrap().iter().map(number).collect::<Vec<_>>(), [0, 1, 2]);
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dependency_that_is_down_pauses_the_consumer_and_spares_the_ladder() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[60_000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let up = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let database = up.clone();
    let handler = Recorder::new(move |_| match database.load(Ordering::SeqCst) {
        true => Outcome::Done,
        false => Outcome::Unavailable { reason: "the database is down".to_owned() },
    });
    handler.available.store(false, Ordering::SeqCst);
    for n in 0..100 {
        publisher.publish(message(QUEUE, n)).await.unwrap();
    }
    let consuming = Consuming::start(&broker.config, options(QUEUE, 50, 4, &[60_000]), &handler);
    eventually("the first was tried", async || !handler.seen.lock().unwrap().is_empty()).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert!(handler.seen.lock().unwrap().len() <= 4, "it goes on taking messages while the dependency is down");
    assert_eq!(broker.ready(&rung_queue(Duration::from_secs(60))).await, 0);
    up.store(true, Ordering::SeqCst);
    handler.available.store(true, Ordering::SeqCst);
    eventually("all are done", async || handler.done_count() == 100).await;
    consuming.stop().await;
    assert!(handler.done.lock().unwrap().iter().all(|m| m.attempt == 1), "waiting was counted as an attempt");
    broker.assert_empty(&[QUEUE, DEAD]).await;
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_lets_the_handlers_at_work_finish_and_acknowledge() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let handler = Recorder::slow(Duration::from_millis(400), |_| Outcome::Done);
    let consuming = Consuming::start(&broker.config, options(QUEUE, 10, 2, &[1000]), &handler);
    for n in 0..10 {
        publisher.publish(message(QUEUE, n)).await.unwrap();
    }
    eventually("one is done and two are at work", async || handler.seen.lock().unwrap().len() >= 3).await;
    consuming.stop().await;
    let (seen, done) = (handler.seen.lock().unwrap().len(), handler.done_count());
    assert_eq!(seen, done, "a handler was cut off");
    assert_eq!(broker.ready(QUEUE).await as usize, 10 - done, "an acknowledgement was lost, or a message");
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_waits_in_hand_until_its_copy_can_be_published() {
    // The ladder is missing: the copy cannot be published, and the message must not be acknowledged.
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[150]).await;
    broker.management.delete_queue(&rung_queue(Duration::from_millis(150))).await.unwrap();
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let handler = Recorder::new(|m| if m.attempt == 1 { retry() } else { Outcome::Done });
    let consuming = Consuming::start(&broker.config, options(QUEUE, 10, 1, &[150]), &handler);
    publisher.publish(message(QUEUE, 1)).await.unwrap();
    eventually("it was tried", async || !handler.seen.lock().unwrap().is_empty()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(handler.done_count(), 0);
    let spec = renkei_core::broker::topology::TopologySpec {
        ladder: vec![Duration::from_millis(150)],
        queues: vec![QueueSpec::new(QUEUE, false)],
    };
    apply(&broker.config, &spec).await.unwrap();
    eventually("it is done", async || handler.done_count() == 1).await;
    consuming.stop().await;
    assert_eq!(handler.seen.lock().unwrap().iter().map(|m| m.attempt).collect::<Vec<_>>(), [1, 2]);
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mark_of_the_front_door_stays_on_every_copy_and_forged_headers_on_none() {
    let ladder = [100];
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &ladder).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let handler = Recorder::new(|_| retry());
    let consuming = Consuming::start(&broker.config, options(QUEUE, 10, 1, &ladder), &handler);
    let upstream = Outgoing { via: Via::FrontDoor, ..message(QUEUE, 1) };
    let upstream = upstream.header("renkei-delivery", "forged").header(HEADER_ORIGIN_QUEUE, "in.99_elsewhere");
    publisher.publish(upstream.header("renkei-layout", "csv").header("renkei-attempt", "7")).await.unwrap();
    publisher.publish(message(QUEUE, 2).header("renkei-delivery", "ours")).await.unwrap();
    let mut dead = dead_letters(&broker, 2).await;
    consuming.stop().await;
    dead.sort_by_key(number);
    let seen = handler.seen.lock().unwrap().clone();
    assert_eq!(seen.iter().filter(|m| number(m) == 1).map(|m| m.attempt).collect::<Vec<_>>(), [1, 2]);
    for incoming in seen.iter().chain(&dead) {
        let upstream = number(incoming) == 1;
        assert_eq!(incoming.door(), if upstream { Door::Upstream } else { Door::Own }, "{incoming:?}");
        assert_eq!(incoming.headers.contains_key("renkei-delivery"), !upstream, "{incoming:?}");
    }
    assert_eq!((dead[0].headers["renkei-layout"].as_str(), dead[0].headers[HEADER_ORIGIN_QUEUE].as_str()), ("csv", QUEUE));
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_ten_holds_costs_no_message_its_place_in_the_queue() {
    for (ordered, ready) in [(false, true), (false, false), (true, false)] {
        let fused = QueueSpec { delivery_limit: Some(3), ..QueueSpec::new(QUEUE, ordered) };
        let (broker, _) = Broker::with(vec![fused], &[1000]).await;
        let publisher = Publisher::start(&broker.config, "test").unwrap();
        let up = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let database = up.clone();
        let handler = Recorder::new(move |_| match database.load(Ordering::SeqCst) {
            true => Outcome::Done,
            false => Outcome::Unavailable { reason: "the database is down".to_owned() },
        });
        // The probe may say that all is well while the work still fails.
        handler.available.store(ready, Ordering::SeqCst);
        publisher.publish(message(QUEUE, 1)).await.unwrap();
        let impatient = ConsumeOptions { hold_max: Duration::from_millis(300), ..ConsumeOptions::new(QUEUE, ordered) };
        let consuming = Consuming::start(&broker.config, impatient, &handler);
        if ready {
            eventually("ten holds are over", async || handler.seen.lock().unwrap().len() >= 20).await;
        } else {
            eventually("it was given back", async || broker.ready(QUEUE).await == 1).await;
            let asked = handler.asked.load(Ordering::SeqCst);
            eventually("it is asked on", async || handler.asked.load(Ordering::SeqCst) >= asked + 3).await;
            assert_eq!(handler.seen.lock().unwrap().len(), 1, "nothing is taken while the dependency is down");
        }
        assert_eq!(broker.ready(DEAD).await, 0);
        up.store(true, Ordering::SeqCst);
        handler.available.store(true, Ordering::SeqCst);
        eventually("it is done", async || handler.done_count() == 1).await;
        consuming.stop().await;
        let deliveries = handler.seen.lock().unwrap().iter().map(|m| m.delivery_count).max().unwrap();
        assert!(deliveries <= 1, "the outage cost {deliveries} deliveries");
        broker.assert_empty(&[QUEUE, DEAD]).await;
        publisher.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_copy_cannot_be_sent_goes_to_the_dead_letters_itself() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    // With the failure's own text the headers no longer fit.
    let long = "x".repeat(7 * 1024);
    let handler = Recorder::new(move |m| match number(m) {
        1 => Outcome::Retry { code: "DB_DOWN".to_owned(), reason: long.clone() },
        _ => Outcome::Done,
    });
    let consuming = Consuming::start(&broker.config, options(QUEUE, 10, 1, &[1000]), &handler);
    publisher.publish(message(QUEUE, 1).header("large", "x".repeat(60 * 1024))).await.unwrap();
    publisher.publish(message(QUEUE, 2)).await.unwrap();
    let dead = dead_letters(&broker, 1).await;
    eventually("the next one is done", async || handler.done_count() == 1).await;
    consuming.stop().await;
    let death = dead[0].death.clone().expect("the broker took it out");
    assert_eq!((number(&dead[0]), death.reason.as_str(), death.queue.as_str()), (1, "rejected", QUEUE));
    broker.assert_empty(&[QUEUE]).await;
    publisher.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_the_broker_closes_is_opened_again() {
    let (broker, _) = Broker::with(vec![QueueSpec::new(QUEUE, false)], &[1000]).await;
    let publisher = Publisher::start(&broker.config, "test").unwrap();
    let proxy = Proxy::start(&broker.config).await;
    let handler = Recorder::new(|_| Outcome::Done);
    // One at a time, so that the consumer stays on its first channel.
    let consuming = Consuming::start(&proxy.config, options(QUEUE, 1, 1, &[1000]), &handler);
    publisher.publish(message(QUEUE, 1)).await.unwrap();
    eventually("the first is done", async || handler.done_count() == 1 && broker.ready(QUEUE).await == 0).await;
    let before = proxy.accepted.load(Ordering::SeqCst);
    proxy.close_channel();
    eventually("it connects anew", async || proxy.accepted.load(Ordering::SeqCst) > before).await;
    publisher.publish(message(QUEUE, 2)).await.unwrap();
    eventually("the second is done", async || handler.done.lock().unwrap().iter().any(|m| number(m) == 2)).await;
    consuming.drain(&broker).await;
    publisher.close().await;
}
