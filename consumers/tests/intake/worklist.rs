//! Lines that wait for a person: what posting and giving up do to them, and to what is known about them.

use crate::bench::{Bench, File};
use renkei_consumers::inbound::{IntakeError, State};

/// Line and code of the open findings.
async fn open(bench: &Bench, batch: i64) -> Vec<(Option<i64>, String)> {
    let findings = bench.intake.findings(batch).await.expect("findings");
    findings.into_iter().filter(|f| f.state == "open").map(|f| (f.line, f.code)).collect()
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
    let batch = bench.intake.post_held(batch.id, None, "sato", "seen").await.expect("posted").batch;
    assert_eq!((batch.state, batch.records_posted, batch.records_held, batch.yen_held), (State::Held, 3, 1, 70));
    bench.run("insert into toy.known values ('unknown')").await;
    let batch = bench.intake.post_held(batch.id, Some(&[3]), "sato", "payee registered").await.expect("posted").batch;
    assert_eq!((batch.state, batch.records_posted, batch.yen_posted, batch.records_held), (State::Posted, 4, 1083, 0));
    assert_eq!(bench.number("select count(*) from intake.finding where state = 'open'").await, 0);
    assert_eq!(bench.items().await.len(), 4);
    bench.close().await;
}

/// Who looks after a line, what is known of it and since when it waits outlive a posting that finds the same again.
#[tokio::test]
async fn a_line_that_is_held_again_keeps_its_owner_its_note_and_its_age() {
    let bench = Bench::open("").await;
    let file = File::new(&[("a", 1000), ("unknown", 70), ("soft", 8), ("odd", 5)], 10);
    let id = bench.deliver(&file).await.id;
    let hold = bench.intake.findings(id).await.expect("findings").into_iter().find(|f| f.line == Some(3)).expect("a hold");
    bench.intake.note_findings(&[hold.id], "tanaka", "payee asked", "sato").await.expect("noted");
    // Its values were others then: it is the same question still.
    bench
        .run("update intake.finding set created_at = created_at - interval '3 days', detail = '{\"name\": \"x\"}' where line = 3")
        .await;
    for (posted, held) in [(1, 1), (0, 1)] {
        let done = bench.intake.post_held(id, None, "sato", "seen").await.expect("checked again");
        assert_eq!((done.posted, done.known, done.held, done.batch.records_held), (posted, 0, held, 1));
        let findings = bench.intake.findings(id).await.expect("findings");
        let said: Vec<_> = findings.iter().map(|f| (f.line, f.code.as_str(), f.state.as_str())).collect();
        let expected = [(Some(3), "TOY_UNKNOWN", "open"), (Some(4), "TOY_SOFT", "resolved"), (Some(5), "TOY_ODD", "noted")];
        assert_eq!(said, expected, "what is found again is listed once");
        let known =
            "select concat_ws(' / ', f.detail ->> 'name', n.owner, n.note, n.by, now() - f.created_at > interval '2 days')
                       from intake.finding f join intake.finding_note n on n.finding_id = f.id where f.state = 'open'";
        assert_eq!(bench.text(known).await, "unknown / tanaka / payee asked / sato / t");
    }
    bench.run("insert into toy.known values ('unknown')").await;
    let done = bench.intake.post_held(id, None, "sato", "").await.expect("posted");
    assert_eq!((done.batch.state, done.posted, done.held), (State::Posted, 1, 0));
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
    let batch = bench.intake.post_held(batch.id, None, "sato", "payee registered").await.expect("checked again").batch;
    assert_eq!((batch.state, batch.yen_held), (State::Held, 5000));
    assert_eq!(bench.text(open).await, "TOY_PRICE");
    // While it waits for its price the payee goes again: the answer about the price stays given, whatever is asked in between.
    bench.run("delete from toy.known").await;
    bench.intake.post_held(batch.id, None, "sato", "price confirmed").await.expect("checked again");
    assert_eq!(bench.text(open).await, "TOY_UNKNOWN");
    bench.run("insert into toy.known values ('unknown')").await;
    let batch = bench.intake.post_held(batch.id, Some(&[3]), "sato", "").await.expect("posted").batch;
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
    let still = bench.intake.post_held(batch.id, None, "sato", "").await.expect("checked again").batch;
    assert_eq!((still.state, still.held_whole, still.records_held), (State::Held, true, 2));
    let one = bench.intake.post_held(batch.id, Some(&[2]), "sato", "").await.expect_err("not line by line");
    assert!(matches!(one, IntakeError::HeldWhole { .. }), "{one}");
    bench.run("insert into toy.known values ('unknown')").await;
    let batch = bench.intake.post_held(batch.id, None, "sato", "").await.expect("posted").batch;
    assert_eq!((batch.state, batch.held_whole, batch.yen_posted), (State::Posted, false, 1070));
    bench.close().await;
}

#[tokio::test]
async fn a_hold_without_line_holds_the_whole_file() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&File::new(&[("a", 1000), ("whole", 70)], 10)).await;
    assert_eq!((batch.state, batch.held_whole, batch.records_posted), (State::Held, true, 0));
    let batch = bench.intake.post_held(batch.id, None, "sato", "the drop is real").await.expect("overruled").batch;
    assert_eq!((batch.state, batch.yen_posted), (State::Posted, 1070));
    bench.close().await;
}

/// A hold about the whole file does not take a line off the worklist.
#[tokio::test]
async fn a_held_line_stays_on_the_worklist_when_the_answer_is_about_the_whole_file() {
    let bench = Bench::open("").await;
    let batch = bench.deliver(&File::new(&[("a", 1000), ("later", 70), ("soft", 8)], 10)).await;
    let id = batch.id;
    let still = bench.intake.post_held(id, Some(&[3]), "sato", "").await.expect("checked again").batch;
    assert_eq!((still.state, still.records_held, still.held_whole), (State::Held, 2, false));
    let waiting = [(None, "TOY_WHOLE".into()), (Some(3), "TOY_LATER".into()), (Some(4), "TOY_SOFT".into())];
    assert_eq!(open(&bench, id).await, waiting);
    // Asked and answered: the line is posted, and the question about the whole is closed with it.
    let batch = bench.intake.post_held(id, Some(&[3]), "sato", "seen").await.expect("posted").batch;
    assert_eq!((batch.state, batch.yen_posted, batch.records_held), (State::Held, 1070, 1));
    assert_eq!(open(&bench, id).await, [(Some(4), "TOY_SOFT".into())]);
    let batch = bench.intake.reject_held(id, &[4], "sato", "not ours").await.expect("given up");
    assert_eq!((batch.state, open(&bench, id).await.len()), (State::Posted, 0));
    bench.close().await;
}

#[tokio::test]
async fn giving_up_every_line_of_a_batch_that_posted_nothing_refuses_it() {
    let bench = Bench::open("").await;
    let file = File::new(&[("unknown", 70), ("unknown", 30)], 10);
    let id = bench.deliver(&file).await.id;
    assert_eq!(bench.intake.reject_held(id, &[2], "sato", "not ours").await.expect("one given up").state, State::Held);
    let batch = bench.intake.reject_held(id, &[3], "sato", "not ours").await.expect("all given up");
    assert_eq!((batch.state, batch.records_rejected, batch.yen_rejected), (State::Rejected, 2, 100));
    // So the file may come again.
    bench.run("insert into toy.known values ('unknown')").await;
    assert_eq!(bench.deliver(&file.again()).await.state, State::Posted);
    bench.close().await;
}

#[tokio::test]
async fn the_audit_log_names_the_lines_the_sql_and_the_door() {
    let bench = Bench::open("").await;
    let id = bench.deliver(&File::new(&[("soft", 1), ("soft", 2), ("unknown", 4), ("soft", 8)], 10)).await.id;
    bench.intake.post_held(id, None, "sato", "seen").await.expect("posted");
    bench.intake.reject_held(id, &[4], "sato", "not ours").await.expect("given up");
    let lines = "select string_agg(concat_ws(' ', action, after->>'lines', after->>'still_held'), ' / ' order by id)
                   from audit.event where action like '%\\_held'";
    assert_eq!(bench.text(lines).await, "batch.post_held 2-5 4 / batch.reject_held 4");
    let digest = "select after->>'integration_digest' from audit.event where action = 'batch.post_held'";
    assert_eq!(bench.text(digest).await.len(), 64);
    assert_eq!(bench.text("select string_agg(distinct source, ' ') from audit.event").await, "test");
    bench.close().await;
}
