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
async fn held_lines_wait_and_are_posted_when_their_cause_is_gone() {
    let bench = Bench::open("").await;
    let file = File::new(&[("a", 1000), ("unknown", 70), ("soft", 8), ("known", 300), ("odd", 5)], 10);
    let batch = bench.deliver(&file).await;
    assert_eq!(batch.state, State::Held);
    let counts = (batch.records_posted, batch.records_held, batch.records_skipped);
    assert_eq!((counts, batch.yen_posted, batch.yen_held, batch.yen_skipped), ((2, 2, 1), 1005, 78, 300));
    let findings = bench.intake.findings(batch.id).await.expect("findings");
    let said: Vec<_> = findings.iter().map(|f| (f.line, f.code.as_str(), f.state.as_str())).collect();
    let expected = [
        (Some(3), "TOY_UNKNOWN", "open"),
        (Some(4), "TOY_SOFT", "open"),
        (Some(5), "TOY_KNOWN", "noted"),
        (Some(6), "TOY_ODD", "noted"),
    ];
    assert_eq!(said, expected);

    let not_held = bench.intake.post_held(batch.id, Some(&[2]), "sato", "").await.expect_err("line 2 is posted");
    assert!(matches!(not_held, IntakeError::NotHeld { line: 2, .. }), "{not_held}");
    // A person overrules the soft hold; the hard one stays.
    let batch = bench.intake.post_held(batch.id, None, "sato", "seen").await.expect("posted");
    assert_eq!((batch.state, batch.records_posted, batch.records_held, batch.yen_held), (State::Held, 3, 1, 70));
    bench.run("insert into toy.known values ('unknown')").await;
    let batch = bench.intake.post_held(batch.id, Some(&[3]), "sato", "payee registered").await.expect("posted");
    assert_eq!((batch.state, batch.records_posted, batch.yen_posted, batch.records_held), (State::Posted, 4, 1083, 0));
    assert_eq!(bench.number("select count(*) from intake.finding where state = 'open'").await, 0);
    assert_eq!(bench.items().await.len(), 4);
    bench.close().await;
}

#[tokio::test]
async fn posting_held_lines_answers_only_the_questions_that_were_asked() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&File::new(&[("a", 1000), ("unknown", 5000)], 10)).await;
    let open = "select string_agg(code, ' ') from intake.finding where state = 'open'";
    assert_eq!(bench.text(open).await, "TOY_UNKNOWN");
    // The payee is there now: the question of the price was never asked, so posting does not answer it.
    bench.run("insert into toy.known values ('unknown')").await;
    let batch = bench.intake.post_held(batch.id, None, "sato", "payee registered").await.expect("checked again");
    assert_eq!((batch.state, batch.yen_held), (State::Held, 5000));
    assert_eq!(bench.text(open).await, "TOY_PRICE");
    // While it waits for its price the payee goes again: the answer about the price stays given, whatever is asked in between.
    bench.run("delete from toy.known").await;
    bench.intake.post_held(batch.id, None, "sato", "price confirmed").await.expect("checked again");
    assert_eq!(bench.text(open).await, "TOY_UNKNOWN");
    bench.run("insert into toy.known values ('unknown')").await;
    let batch = bench.intake.post_held(batch.id, Some(&[3]), "sato", "").await.expect("posted");
    assert_eq!((batch.state, batch.yen_posted), (State::Posted, 6000));
    bench.close().await;
}

#[tokio::test]
async fn held_lines_can_be_given_up_with_a_reason() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&File::new(&[("a", 1000), ("unknown", 70)], 10)).await;
    let batch = bench.intake.reject_held(batch.id, &[3], "sato", "sent by mistake").await.expect("given up");
    assert_eq!((batch.state, batch.records_rejected, batch.yen_rejected), (State::Posted, 1, 70));
    assert_eq!(bench.items().await, [("a".to_owned(), 1000)]);
    bench.close().await;
}

#[tokio::test]
async fn a_topic_that_holds_whole_batches_posts_all_or_nothing() {
    let bench = Bench::open("hold = \"batch\"").await;
    let batch = bench.deliver(&File::new(&[("a", 1000), ("unknown", 70)], 10)).await;
    assert_eq!((batch.state, batch.held_whole, batch.records_held, batch.yen_held), (State::Held, true, 2, 1070));
    assert!(bench.items().await.is_empty());
    let still = bench.intake.post_held(batch.id, None, "sato", "").await.expect("checked again");
    assert_eq!((still.state, still.held_whole, still.records_held), (State::Held, true, 2));
    let one = bench.intake.post_held(batch.id, Some(&[2]), "sato", "").await.expect_err("not line by line");
    assert!(matches!(one, IntakeError::HeldWhole { .. }), "{one}");
    bench.run("insert into toy.known values ('unknown')").await;
    let batch = bench.intake.post_held(batch.id, None, "sato", "").await.expect("posted");
    assert_eq!((batch.state, batch.held_whole, batch.yen_posted), (State::Posted, false, 1070));
    bench.close().await;
}

#[tokio::test]
async fn a_hold_without_line_holds_the_whole_file() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&File::new(&[("a", 1000), ("whole", 70)], 10)).await;
    assert_eq!((batch.state, batch.held_whole, batch.records_posted), (State::Held, true, 0));
    let batch = bench.intake.post_held(batch.id, None, "sato", "the drop is real").await.expect("overruled");
    assert_eq!((batch.state, batch.yen_posted), (State::Posted, 1070));
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
    let file = File::new(&[("a", 1000), ("bug", 70)], 10);
    let outcome = bench.handler.handle(file.messages().remove(0)).await;
    let Outcome::Park { code, reason } = outcome else { panic!("{outcome:?} is not parked") };
    assert_eq!(code, "INTAKE_SQL_CONTRACT");
    assert!(reason.contains("first line 3: staged 1 record(s) and 70 yen, posted 1 and 69 yen"), "{reason}");
    assert_eq!(bench.batch(&file).await.state, State::Staged);
    assert_eq!(bench.number("select count(*) from ledger.line").await, 0);
    assert!(bench.items().await.is_empty());
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
async fn a_batch_in_use_is_not_cancelled_and_says_why() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&four()).await;
    bench.run("update toy.item set used = true where name = 'b'").await;
    let refused = bench.intake.cancel(batch.id, "sato", "wrong").await.expect_err("in use");
    let IntakeError::Blocked { blockers, .. } = &refused else { panic!("{refused}") };
    assert_eq!((blockers[0].line, blockers[0].code.as_str()), (Some(3), "TOY_USED"));
    assert_eq!(bench.intake.blockers(batch.id).await.expect("the same list"), *blockers);
    assert_eq!((bench.intake.get(batch.id).await.expect("a batch").state, bench.items().await.len()), (State::Posted, 4));
    bench.close().await;
}

#[tokio::test]
async fn the_database_refuses_unknown_steps_and_changed_records() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&four()).await;
    for (sql, said) in [
        ("update intake.batch set state = 'received'", "cannot go from posted to received"),
        ("update intake.record set yen = yen + 1", "UPDATE on intake.record is refused"),
        ("delete from intake.record", "DELETE on intake.record is refused"),
        ("truncate intake.record", "TRUNCATE on intake.record is refused"),
        ("update intake.batch set yen_posted = yen_posted - 1", "batch_hops_balance"),
    ] {
        let error = sqlx::raw_sql(sql).execute(&bench.pool).await.expect_err(sql).to_string();
        assert!(error.contains(said), "{sql}: {error}");
    }
    assert_eq!(bench.intake.get(batch.id).await.expect("a batch").state, State::Posted);
    bench.close().await;
}
