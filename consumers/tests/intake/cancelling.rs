//! 取消: what refuses it, also at the last moment, and what it does to a batch that never was decided.

use crate::bench::{Bench, File};
use renkei_consumers::inbound::{IntakeError, State};
use renkei_core::broker::{Handler, Outcome};

fn four() -> File {
    File::new(&[("a", 1000), ("b", 2000), ("c", 3000), ("d", 4000)], 2)
}

#[tokio::test]
async fn a_batch_in_use_is_not_cancelled_and_says_why() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&four()).await;
    bench.run("insert into toy.used select id from toy.item where name = 'b'").await;
    let refused = bench.intake.cancel(batch.id, "sato", "wrong").await.expect_err("in use");
    let IntakeError::Blocked { blockers, .. } = &refused else { panic!("{refused}") };
    assert_eq!((blockers[0].line, blockers[0].code.as_str()), (Some(3), "TOY_USED"));
    assert_eq!(bench.intake.blockers(batch.id).await.expect("the same list"), *blockers);
    assert_eq!((bench.intake.get(batch.id).await.expect("a batch").state, bench.items().await.len()), (State::Posted, 4));
    bench.close().await;
}

/// Somebody uses an item while the cancellation waits for it: the cancellation must see that, not what was true when it began.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_is_used_while_its_cancellation_waits_is_not_cancelled() {
    let bench = Bench::open("").await;
    let id = bench.deliver(&four()).await.id;
    let mut downstream = bench.pool.begin().await.expect("a second connection");
    let used = "select from toy.item where name = 'b' for update; insert into toy.used select id from toy.item where name = 'b'";
    sqlx::raw_sql(used).execute(&mut *downstream).await.expect("the item is used");
    let commit = async {
        bench.wait_for_a_lock().await;
        downstream.commit().await.expect("the use is committed");
    };
    let (cancelled, ()) = tokio::join!(bench.intake.cancel(id, "sato", "wrong month"), commit);
    let refused = cancelled.expect_err("in use");
    assert!(matches!(&refused, IntakeError::Blocked { blockers, .. } if blockers[0].code == "TOY_USED"), "{refused}");
    assert_eq!((bench.items().await.len(), bench.intake.get(id).await.expect("a batch").state), (4, State::Posted));
    bench.close().await;
}

/// A batch whose decision failed is decided again on a person's word, or cancelled.
#[tokio::test]
async fn a_batch_whose_decision_failed_has_a_way_out() {
    let bench = Bench::open("").await;
    let (first, second) = (four(), File::new(&[("e", 5)], 2));
    bench.run("alter table toy.item rename to gone").await;
    for file in [&first, &second] {
        let outcomes = futures_util::future::join_all(file.messages().into_iter().map(|m| bench.handler.handle(m))).await;
        assert!(outcomes.iter().any(|outcome| matches!(outcome, Outcome::Park { .. })), "{outcomes:?}");
        assert_eq!(bench.batch(file).await.state, State::Staged);
    }
    bench.run("alter table toy.gone rename to item").await;
    let (first, second) = (bench.batch(&first).await.id, bench.batch(&second).await.id);
    let cancelled = bench.intake.cancel(first, "sato", "sent by mistake").await.expect("nothing was posted");
    assert_eq!((cancelled.state, cancelled.records_rejected, cancelled.yen_rejected), (State::Cancelled, 4, 10_000));
    let posted = bench.intake.decide_by(second, "sato", "column added").await.expect("the cause is gone");
    assert_eq!((posted.state, posted.yen_posted), (State::Posted, 5));
    let again = bench.intake.decide_by(second, "sato", "column added").await.expect_err("it is decided");
    assert!(matches!(again, IntakeError::State { .. }), "{again}");
    assert_eq!(bench.text("select actor from audit.event where action = 'batch.decide'").await, "sato");
    bench.close().await;
}

#[tokio::test]
async fn a_batch_of_a_closed_year_is_not_reversed_and_says_why() {
    let bench = Bench::open("").await;
    let id = bench.deliver(&four()).await.id;
    let refused = bench.intake_on("2027-06-01").cancel(id, "sato", "wrong").await.expect_err("the year is closed");
    assert!(refused.to_string().contains("cannot be reversed any more. (reversal_year_is_open)"), "{refused}");
    assert!(matches!(refused, IntakeError::Rule { .. }), "{refused}");
    let cancelled = bench.intake_on("2027-05-31").cancel(id, "sato", "wrong").await.expect("出納整理期間");
    assert_eq!(cancelled.state, State::Cancelled);
    bench.close().await;
}

/// An entry may be dated ahead: its reversal is not before it.
#[tokio::test]
async fn a_reversal_is_not_dated_before_its_original() {
    let bench = Bench::open("").await;
    let file = four();
    for message in file.messages() {
        bench.handler.handle(message).await;
    }
    let id = bench.batch(&file).await.id;
    let cancelled = bench.intake_on("2026-03-31").cancel(id, "sato", "wrong").await.expect("reversed");
    assert_eq!(cancelled.state, State::Cancelled);
    let booked = "select string_agg(distinct booked_on::text, ' ') from ledger.entry where reverses is not null";
    assert_eq!(bench.text(booked).await, crate::bench::DAY);
    bench.close().await;
}
