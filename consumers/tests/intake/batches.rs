//! Intake on a real database: a toy integration, and the accidents that must end in "exactly once".

use crate::bench::{Bench, File};
use renkei_consumers::inbound::{IntakeError, State};
use renkei_core::broker::{Handler, Outcome};

/// Four records of 1,000 yen and more.
fn four() -> File {
    File::new(&[("a", 1000), ("b", 2000), ("c", 3000), ("d", 4000)], 2)
}

#[tokio::test]
async fn a_complete_batch_is_posted_with_balanced_hops() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&four()).await;
    assert_eq!(batch.state, State::Posted);
    let hops = (batch.records_read, batch.records_published, batch.records_staged, batch.records_posted);
    assert_eq!(hops, (4, 4, 4, 4));
    assert_eq!((batch.yen_read, batch.yen_published, batch.yen_staged, batch.yen_posted), (10_000, 10_000, 10_000, 10_000));
    assert_eq!(batch.business_date.as_deref(), Some(crate::bench::DAY));
    let journal = bench.intake.journal(batch.id).await.expect("a journal");
    let sides: Vec<_> = journal.accounts.iter().map(|a| (a.account.as_str(), a.debit, a.credit)).collect();
    assert_eq!(sides, [("1201", 10_000, 0), ("4290", 0, 10_000)]);
    assert_eq!(journal.lines[0].line, Some(2));
    assert_eq!(bench.number("select count(*) from audit.event where action = 'batch.post'").await, 1);
    let records = bench.intake.records(batch.id, 3, 3).await.expect("records");
    assert_eq!((records[0].byte_offset, records[0].byte_length, records[0].yen), (60, 18, 2000));
    bench.close().await;
}

#[tokio::test]
async fn a_chunk_that_comes_twice_is_dropped() {
    let bench = Bench::open("").await;
    let file = four();
    let messages = file.messages();
    for nth in [0, 0, 1, 1, 0] {
        assert_eq!(bench.handler.handle(messages[nth].clone()).await, Outcome::Done);
    }
    assert_eq!(bench.batch(&file).await.records_posted, 4);
    assert_eq!(bench.items().await.len(), 4);
    assert_eq!(bench.number("select count(*) from intake.chunk_copy").await, 3);
    bench.close().await;
}

#[tokio::test]
async fn chunks_in_any_order_and_at_once_make_one_batch() {
    let bench = Bench::open("").await;
    let records: Vec<(String, i64)> = (0..40).map(|n| (format!("n{n}"), n + 1)).collect();
    let records: Vec<(&str, i64)> = records.iter().map(|(name, yen)| (name.as_str(), *yen)).collect();
    let file = File::new(&records, 3);
    let mut messages = file.messages();
    messages.reverse();
    // Every chunk twice, all at once, as two consumers after a reconnect would take them.
    let twice = messages.iter().chain(&messages).cloned();
    let outcomes = futures_util::future::join_all(twice.map(|message| bench.handler.handle(message))).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Done), "{outcomes:?}");
    let batch = bench.batch(&file).await;
    assert_eq!((batch.state, batch.records_posted, batch.yen_posted), (State::Posted, 40, 820));
    assert_eq!(bench.items().await.iter().map(|(_, yen)| *yen).collect::<Vec<_>>(), (1..=40).collect::<Vec<i64>>());
    bench.close().await;
}

#[tokio::test]
async fn work_left_after_the_staging_is_finished_by_the_redelivered_chunk() {
    let bench = Bench::open("").await;
    let file = four();
    let messages = file.messages();
    assert_eq!(bench.handler.handle(messages[0].clone()).await, Outcome::Done);
    // The posting fails after the staging was committed, as when the consumer dies there.
    bench.run("alter table toy.item rename to gone").await;
    assert!(matches!(bench.handler.handle(messages[1].clone()).await, Outcome::Park { .. }));
    bench.run("alter table toy.gone rename to item").await;
    let batch = bench.batch(&file).await;
    assert_eq!((batch.state, batch.chunks_staged), (State::Staged, 2));
    for _ in 0..2 {
        assert_eq!(bench.handler.handle(messages[1].clone()).await, Outcome::Done);
    }
    assert_eq!(bench.batch(&file).await.state, State::Posted);
    assert_eq!(bench.intake.decide(batch.id).await.expect("decided before").state, State::Posted);
    assert_eq!(bench.items().await.len(), 4);
    bench.close().await;
}

#[tokio::test]
async fn a_chunk_that_was_not_counted_is_counted_when_it_comes_again() {
    let bench = Bench::open("").await;
    let file = four();
    let messages = file.messages();
    assert_eq!(bench.handler.handle(messages[0].clone()).await, Outcome::Done);
    // The counting fails after the chunk was committed, as when the consumer dies there.
    bench.run("alter function intake.count_chunks rename to gone").await;
    assert!(matches!(bench.handler.handle(messages[1].clone()).await, Outcome::Park { .. }));
    bench.run("alter function intake.gone rename to count_chunks").await;
    let batch = bench.batch(&file).await;
    assert_eq!((batch.state, batch.chunks_staged), (State::Received, 1));
    for _ in 0..2 {
        assert_eq!(bench.handler.handle(messages[1].clone()).await, Outcome::Done);
    }
    assert_eq!(bench.batch(&file).await.state, State::Posted);
    assert_eq!(bench.items().await.len(), 4);
    bench.close().await;
}

#[tokio::test]
async fn the_same_file_again_is_a_duplicate_until_the_first_is_cancelled() {
    let bench = Bench::open("").await;
    let file = four();
    let first = bench.deliver(&file).await;
    let second = bench.deliver(&file.again()).await;
    assert_eq!((second.state, second.duplicate_of, second.records_posted), (State::Duplicate, Some(first.id), 0));
    assert_eq!(bench.items().await.len(), 4);

    let cancelled = bench.intake.cancel(first.id, "sato", "wrong month").await.expect("nothing used it");
    assert_eq!((cancelled.state, cancelled.decided_by.as_deref()), (State::Cancelled, Some("sato")));
    let balance = "select coalesce(sum(debit - credit), 0)::bigint from ledger.line where account = '1201'";
    assert_eq!((bench.number(balance).await, bench.items().await.len()), (0, 0));

    let third = bench.deliver(&file.again()).await;
    assert_eq!(third.state, State::Posted);
    assert_eq!(bench.number(balance).await, 10_000);
    bench.close().await;
}

/// Two consumers get two deliveries of one file at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_deliveries_of_one_file_at_once_one_is_posted() {
    let bench = Bench::open("").await;
    let file = four();
    let files: Vec<File> = (0..4).map(|_| file.again()).collect();
    let messages = files.iter().flat_map(File::messages);
    let outcomes = futures_util::future::join_all(messages.map(|message| bench.handler.handle(message))).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Done), "{outcomes:?}");
    let mut states = Vec::new();
    for file in &files {
        states.push(bench.batch(file).await.state);
    }
    assert_eq!(states.iter().filter(|state| **state == State::Posted).count(), 1, "{states:?}");
    assert_eq!(states.iter().filter(|state| **state == State::Duplicate).count(), 3, "{states:?}");
    assert_eq!(bench.items().await.len(), 4);
    bench.close().await;
}

#[tokio::test]
async fn a_duplicate_is_posted_on_purpose_with_a_reason_only() {
    let bench = Bench::open("").await;
    let file = four();
    bench.deliver(&file).await;
    let second = bench.deliver(&file.again()).await;
    let refused = bench.intake.post_duplicate(second.id, "sato", " ").await.expect_err("no reason");
    assert!(matches!(refused, IntakeError::ReasonMissing { .. }), "{refused}");
    let posted = bench.intake.post_duplicate(second.id, "sato", "two equal charges in October").await.expect("posted");
    assert_eq!((posted.state, posted.yen_posted), (State::Posted, 10_000));
    assert_eq!(posted.duplicate_reason.as_deref(), Some("two equal charges in October"));
    assert_eq!(bench.items().await.len(), 8);
    assert_eq!(bench.deliver(&file.again()).await.state, State::Duplicate);
    bench.close().await;
}

#[tokio::test]
async fn two_identical_rows_of_one_file_are_both_posted() {
    let bench = Bench::open("").await;
    let file = File::new(&[("twin", 500), ("twin", 500)], 2);
    let batch = bench.deliver(&file).await;
    assert_eq!((batch.state, batch.records_posted, batch.yen_posted), (State::Posted, 2, 1000));
    assert_eq!(bench.deliver(&file.again()).await.state, State::Duplicate);
    assert_eq!(bench.items().await.len(), 2);
    bench.close().await;
}

#[tokio::test]
async fn one_refused_line_refuses_the_file_and_it_may_come_again() {
    let bench = Bench::open("").await;
    let file = File::new(&[("a", 1000), ("reject", 70)], 10);
    let batch = bench.deliver(&file).await;
    assert_eq!((batch.state, batch.records_rejected, batch.yen_rejected), (State::Rejected, 2, 1070));
    assert_eq!(batch.reason.as_deref(), Some("TOY_REJECT"));
    assert_eq!(bench.intake.findings(batch.id).await.expect("findings").len(), 1);
    assert_eq!(bench.number("select count(*) from ledger.line").await, 0);
    assert_eq!(bench.deliver(&file.again()).await.state, State::Rejected);
    bench.close().await;
}

#[tokio::test]
async fn one_yen_off_the_control_total_posts_nothing() {
    let bench = Bench::open("").await;
    let mut file = four();
    file.yen += 1;
    let batch = bench.deliver(&file).await;
    assert_eq!((batch.state, batch.records_rejected), (State::Rejected, 4));
    let faults = bench.intake.faults(batch.id).await.expect("faults");
    assert_eq!(faults[0].code, "CONTROL_TOTALS_DIFFER");
    assert_eq!(bench.number("select count(*) from ledger.line").await, 0);
    let mut right = file.again();
    right.yen -= 1;
    assert_eq!(bench.deliver(&right).await.state, State::Posted);
    bench.close().await;
}

#[tokio::test]
async fn what_post_sql_loses_is_a_bug_and_rolls_everything_back() {
    let bench = Bench::open("").await;
    for bug in ["bug", "set bug"] {
        let file = File::new(&[("a", 1000), (bug, 70), ("set", 5)], 10);
        let outcome = bench.handler.handle(file.messages().remove(0)).await;
        let Outcome::Park { code, reason } = outcome else { panic!("{outcome:?} is not parked") };
        assert_eq!(code, "INTAKE_SQL_CONTRACT");
        assert!(reason.contains("on 1 line(s); first line 3: staged 1 record(s) and 70 yen, posted 1 and 69 yen"), "{reason}");
        assert_eq!(bench.batch(&file).await.state, State::Staged);
    }
    assert_eq!(bench.number("select count(*) from ledger.line").await, 0);
    assert!(bench.items().await.is_empty());
    bench.close().await;
}

#[tokio::test]
async fn what_was_posted_may_be_told_by_a_query() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&File::new(&[("set a", 1000), ("b", 70), ("set c", 5)], 10)).await;
    assert_eq!((batch.state, batch.records_posted, batch.yen_posted), (State::Posted, 3, 1075));
    // Nothing of it is left for the next batch of the session.
    let batch = bench.deliver(&File::new(&[("d", 1)], 10)).await;
    assert_eq!((batch.state, batch.records_posted), (State::Posted, 1));
    bench.close().await;
}

#[tokio::test]
async fn an_error_in_the_folders_sql_is_placed_in_its_file() {
    let bench = Bench::open("").await;
    bench.run("alter table toy.item rename column day to tag").await;
    let outcome = bench.handler.handle(four().messages().remove(0)).await;
    assert_eq!(outcome, Outcome::Done, "the first chunk of two is only staged");
    let file = four();
    let mut messages = file.messages();
    assert_eq!(bench.handler.handle(messages.remove(1)).await, Outcome::Done);
    let outcome = bench.handler.handle(messages.remove(0)).await;
    let Outcome::Park { code, reason } = outcome else { panic!("{outcome:?} is not parked") };
    assert_eq!(code, "INTAKE_SQL_FAILED");
    assert!(reason.starts_with("integrations/12_toy/post.sql:1:45: batch "), "{reason}");
    assert!(reason.contains("column \"day\" of relation \"item\" does not exist"), "{reason}");
    bench.close().await;
}

#[tokio::test]
async fn what_another_topic_took_since_the_check_is_decided_again() {
    let bench = Bench::open("").await;
    // As the ledger refuses it when the budget is used up, the first time only: a sequence remembers through the rollback.
    bench
        .run(
            "create sequence toy.tries;
             create function toy.taken() returns trigger language plpgsql as $$ begin
                 if nextval('toy.tries') = 1 then raise exception 'budget is short' using errcode = 'RK013'; end if;
                 return null;
             end $$;
             create trigger taken before insert on toy.item for each statement execute function toy.taken()",
        )
        .await;
    let file = File::new(&[("a", 1000)], 10);
    let outcome = bench.handler.handle(file.messages().remove(0)).await;
    let Outcome::Retry { code, reason } = outcome else { panic!("{outcome:?} does not come again") };
    assert_eq!(code, "INTAKE_SQL_FAILED");
    assert!(reason.contains("budget is short"), "{reason}");
    assert_eq!(bench.batch(&file).await.state, State::Staged);
    assert_eq!(bench.handler.handle(file.messages().remove(0)).await, Outcome::Done);
    assert_eq!(bench.batch(&file).await.state, State::Posted);
    bench.close().await;
}

#[tokio::test]
async fn a_confirmed_topic_waits_with_a_preview_that_leaves_nothing() {
    let bench = Bench::open("confirm = \"operator\"").await;
    let file = four();
    let batch = bench.deliver(&file).await;
    assert_eq!((batch.state, batch.records_posted), (State::AwaitingConfirmation, 0));
    let kept = batch.preview.expect("a preview is kept");
    assert_eq!((kept["records"].as_i64(), kept["yen"].as_i64()), (Some(4), Some(10_000)));
    let preview = bench.intake.preview(batch.id).await.expect("a preview");
    assert_eq!((preview.records, preview.yen, preview.journal.lines_total), (4, 10_000, 8));
    let touched =
        "select (select count(*) from ledger.entry) + (select count(*) from ledger.line) + (select count(*) from toy.item)";
    assert_eq!(bench.number(touched).await, 0);

    // While it waits it is live; the same file cannot slip past it.
    assert_eq!(bench.deliver(&file.again()).await.state, State::Duplicate);
    assert_eq!(bench.handler.handle(file.order("confirm", "")).await, Outcome::Done);
    assert_eq!(bench.handler.handle(file.order("confirm", "")).await, Outcome::Done);
    let batch = bench.batch(&file).await;
    assert_eq!((batch.state, batch.yen_posted, batch.decided_by.as_deref()), (State::Posted, 10_000, Some("sato")));
    assert_eq!(bench.items().await.len(), 4);
    bench.close().await;
}

#[tokio::test]
async fn a_waiting_batch_can_be_cancelled_by_message() {
    let bench = Bench::open("confirm = \"operator\"").await;
    let file = four();
    bench.deliver(&file).await;
    assert!(matches!(bench.handler.handle(file.order("cancel", "")).await, Outcome::Park { .. }), "no reason");
    assert_eq!(bench.handler.handle(file.order("cancel", "not ours")).await, Outcome::Done);
    let batch = bench.batch(&file).await;
    assert_eq!((batch.state, batch.records_rejected), (State::Cancelled, 4));
    assert_eq!(bench.number("select count(*) from ledger.line").await, 0);
    bench.close().await;
}

#[tokio::test]
async fn the_database_refuses_unknown_steps_and_changed_records() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&File::new(&[("a", 1000), ("odd", 2000)], 2)).await;
    for (sql, said) in [
        ("update intake.batch set state = 'received'", "cannot go from posted to received"),
        ("update intake.record set yen = yen + 1", "UPDATE on intake.record is refused"),
        ("delete from intake.record", "DELETE on intake.record is refused"),
        ("truncate intake.record", "TRUNCATE on intake.record is refused"),
        ("update intake.batch set yen_posted = yen_posted - 1", "batch_hops_balance"),
        ("delete from intake.batch", "DELETE on intake.batch is refused"),
        ("delete from intake.finding", "never deleted"),
        ("truncate intake.finding cascade", "TRUNCATE on intake.finding is refused"),
        ("delete from intake.fault", "DELETE on intake.fault is refused"),
        ("update intake.chunk set yen = 0", "UPDATE on intake.chunk is refused"),
        ("delete from intake.chunk_copy", "DELETE on intake.chunk_copy is refused"),
        ("delete from intake.failure", "DELETE on intake.failure is refused"),
        ("truncate intake.failure cascade", "TRUNCATE on intake.failure is refused"),
    ] {
        let error = sqlx::raw_sql(sql).execute(&bench.pool).await.expect_err(sql).to_string();
        assert!(error.contains(said), "{sql}: {error}");
    }
    assert_eq!(bench.intake.get(batch.id).await.expect("a batch").state, State::Posted);
    bench.close().await;
}
