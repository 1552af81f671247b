//! A large delivery is laid out while it arrives; whatever becomes of that, it is posted whole and once.

use renkei_consumers::inbound::State;
use renkei_core::broker::{Handler, Outcome};
use serde_json::json;

use crate::bench::{Bench, File};

/// A file of so many records, each a chunk of its own.
fn file(records: usize) -> File {
    let names: Vec<String> = (0..records).map(|nth| format!("i{nth:02}")).collect();
    let records: Vec<(&str, i64)> = names.iter().zip(1..).map(|(name, amount)| (name.as_str(), amount)).collect();
    File::new(&records, 1)
}

/// Waits until a session has laid out all lines before this one.
async fn laid_out_before(bench: &Bench, line: i64) {
    let sql = "select coalesce(max(query), '') from pg_stat_activity
                where datname = current_database() and application_name = 'renkei ahead' and state = 'idle'";
    while !bench.text(sql).await.contains(&format!("r.line < {line} ")) {
        tokio::task::yield_now().await;
    }
}

const SESSIONS: &str =
    "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'renkei ahead'";

#[tokio::test]
async fn a_delivery_is_laid_out_while_it_arrives_and_posted_by_that_session() {
    let bench = Bench::open("").await;
    let file = file(20);
    let mut messages = file.messages();
    let last = messages.pop().expect("the last chunk");
    for message in messages {
        assert_eq!(bench.handler.handle(message).await, Outcome::Done);
    }
    // Lines begin at 2; the 19th record is on line 20, which could still go on.
    laid_out_before(&bench, 20).await;
    assert_eq!(bench.handler.handle(last).await, Outcome::Done);
    let batch = bench.batch(&file).await;
    assert_eq!((batch.state, batch.records_posted, batch.yen_posted), (State::Posted, 20, (1..=20).sum()));
    let items = bench.items().await;
    assert_eq!(items.iter().map(|(_, amount)| *amount).collect::<Vec<_>>(), (1..=20).collect::<Vec<i64>>());
    assert_eq!(bench.number("select count(*) from intake.chunk").await, 20);
    while bench.number(SESSIONS).await > 0 {
        tokio::task::yield_now().await;
    }
    bench.close().await;
}

#[tokio::test]
async fn the_order_of_the_chunks_does_not_matter() {
    let bench = Bench::open("").await;
    let file = file(24);
    let mut messages = file.messages();
    messages.rotate_left(10);
    messages.swap(3, 17);
    for message in messages {
        assert_eq!(bench.handler.handle(message).await, Outcome::Done);
    }
    let batch = bench.batch(&file).await;
    assert_eq!((batch.state, batch.records_posted), (State::Posted, 24));
    assert_eq!(bench.items().await.len(), 24);
    bench.close().await;
}

#[tokio::test]
async fn a_small_delivery_opens_no_session() {
    let bench = Bench::open("").await;
    let file = file(15);
    let mut messages = file.messages();
    let last = messages.pop().expect("the last chunk");
    for message in messages {
        assert_eq!(bench.handler.handle(message).await, Outcome::Done);
    }
    assert_eq!(bench.number(SESSIONS).await, 0);
    assert_eq!(bench.handler.handle(last).await, Outcome::Done);
    assert_eq!(bench.batch(&file).await.state, State::Posted);
    bench.close().await;
}

#[tokio::test]
async fn a_session_that_is_lost_is_not_missed() {
    let bench = Bench::open("").await;
    let file = file(20);
    let mut messages = file.messages();
    let last = messages.pop().expect("the last chunk");
    for message in messages {
        assert_eq!(bench.handler.handle(message).await, Outcome::Done);
    }
    laid_out_before(&bench, 20).await;
    let kill = "select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity
                 where datname = current_database() and application_name = 'renkei ahead'";
    assert_eq!(bench.number(kill).await, 1);
    assert_eq!(bench.handler.handle(last).await, Outcome::Done);
    let batch = bench.batch(&file).await;
    assert_eq!((batch.state, batch.records_posted), (State::Posted, 20));
    bench.close().await;
}

#[tokio::test]
async fn a_line_may_go_on_in_the_next_chunk() {
    let bench = Bench::open("").await;
    let mut file = file(20);
    // Two records of one line, known already, in two chunks.
    for (chunk, sub) in [(7, 1), (8, 2)] {
        let record = &mut file.chunks[chunk][0];
        (record["line"], record["sub"], record["name"]) = (json!(9), json!(sub), json!("known"));
    }
    assert_eq!(bench.deliver(&file).await.state, State::Posted);
    let batch = bench.batch(&file).await;
    assert_eq!((batch.records_posted, batch.records_skipped), (18, 2));
    assert_eq!(bench.number("select count(*) from intake.finding where line = 9 and code = 'TOY_KNOWN'").await, 2);
    bench.close().await;
}
