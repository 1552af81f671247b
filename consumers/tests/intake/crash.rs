//! A process that dies in the middle of what a person decided: the decision is made wholly or not at all, and again is harmless.

use std::process::Command;

use crate::bench::{Bench, File, intake_of_child};
use renkei_consumers::inbound::{Batch, Intake, IntakeError, State};
use renkei_core::broker::Handler;

/// Set in the child: what it does.
const DOES: &str = "RENKEI_TEST_INTAKE_DOES";

/// What persons decide.
const DECISIONS: [&str; 3] = ["confirm", "cancel", "post_held"];

async fn decide(intake: &Intake, decision: &str) -> Result<Batch, IntakeError> {
    match decision {
        "confirm" => intake.confirm(1, "sato", "").await,
        "cancel" => intake.cancel(1, "sato", "wrong month").await,
        _ => intake.post_held(1, None, "sato", "seen").await.map(|posted| posted.batch),
    }
}

fn die(bench: &Bench, decision: &str, point: &str) {
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "crash::a_decision_that_dies_is_made_once", "--nocapture"])
        .envs(bench.for_child())
        .env(DOES, decision)
        .env(renkei_core::crash::VARIABLE, point)
        .output()
        .expect("start the child");
    let said = String::from_utf8_lossy(&child.stderr).into_owned();
    assert!(!child.status.success() && said.contains("crash point"), "{decision} must die at {point}: {said}");
}

#[tokio::test]
async fn a_decision_that_dies_is_made_once() {
    if let (Ok(decision), Some(intake)) = (std::env::var(DOES), intake_of_child().await) {
        decide(&intake, &decision).await.expect("decided");
        return;
    }
    for decision in DECISIONS {
        for (point, done) in [("inbound.before_commit", false), ("inbound.after_commit", true)] {
            let bench = Bench::open(if decision == "confirm" { "confirm = \"operator\"" } else { "" }).await;
            let records = if decision == "post_held" { [("soft", 1000), ("soft", 70)] } else { [("a", 1000), ("b", 70)] };
            let file = File::new(&records, 10);
            for message in file.messages() {
                bench.handler.handle(message).await;
            }
            let before = bench.batch(&file).await.state;
            die(&bench, decision, point);
            let after = if decision == "cancel" { State::Cancelled } else { State::Posted };
            let found = bench.batch(&file).await.state;
            assert_eq!(found, if done { after } else { before }, "{decision} at {point}");

            let again = decide(&bench.intake, decision).await;
            assert_eq!(again.is_err(), done, "{decision} at {point}: a second time is refused, {again:?}");
            assert_eq!(bench.batch(&file).await.state, after);
            let items = if decision == "cancel" { 0 } else { 2 };
            assert_eq!(bench.items().await.len(), items, "{decision} at {point}");
            let booked = "select coalesce(sum(debit - credit), 0)::bigint from ledger.line where account = '1201'";
            assert_eq!(bench.number(booked).await, if items == 0 { 0 } else { 1070 }, "{decision} at {point}");
            let acts = "select count(*) from audit.event where actor = 'sato'";
            assert_eq!(bench.number(acts).await, 1, "{decision} at {point}: one audit event");
            bench.close().await;
        }
    }
}
