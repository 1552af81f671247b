//! A message that kills its consumer again and again is set aside with its evidence, and nothing of it is in the ledger twice.

use crate::support::files::{self, ASSESSMENTS, BANKS};
use crate::support::{root, world};

/// How often the consumer is started to be killed, at most.
const KILLS: usize = 25;

#[test]
fn a_message_that_kills_its_consumer_is_set_aside() {
    world::run("2026-10-06T09:30:00+09:00", async |world| {
        world.start("produce").await;
        let (file, yen) = files::assessments("2026-CV", 20, "1");
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_001.csv", &file);
        // Dies between staging and posting, every time it gets the message.
        let mut killed = 0;
        while killed < KILLS && world.number("select count(*) from intake.failure").await == 0 {
            world.start_with("consume", &[("RENKEI_CRASH_AT", "inbound.before_commit")]).await;
            if !world.crashed_or("select count(*) from intake.failure", 1).await {
                world.kill("consume");
                break;
            }
            killed += 1;
        }
        assert_eq!(killed, 11, "the broker gives a message out once, and ten times again (delivery_limit of queues.toml)");
        world.start("consume").await;
        world.until_sql("select count(*)::text from intake.failure where state = 'open'", "1").await;
        assert_eq!(world.number("select count(*) from ledger.line").await, 0, "nothing of it is in the ledger");

        // A person looks at it, and so may a script; and finds that the cause is gone.
        let failure = world.number("select id from intake.failure").await.to_string();
        let shown = world.renkei(&["failed", "show", &failure]).expect(&[0]).out;
        assert!(shown.contains(ASSESSMENTS) && shown.contains("2026-CV-000001"), "{shown}");
        let parked = world.json(&["failed", "show", &failure], &[0]);
        let body: serde_json::Value = serde_json::from_str(parked["body_text"].as_str().unwrap()).unwrap();
        assert_eq!((parked["state"].as_str(), body["records"].as_array().unwrap().len()), (Some("open"), 20));
        world.renkei(&["failed", "discard", &failure, "--reason", "", "--as", "kakari"]).expect(&[3]);
        let retried = world.json(&["failed", "retry", &failure, "--reason", "mended", "--as", "kakari"], &[0]);
        assert_eq!(retried["state"], "retried");
        // Once.
        let again = world.renkei(&["--json", "failed", "discard", &failure, "--reason", "x", "--as", "kakari"]).expect(&[3]);
        assert!(again.err.contains(r#""verdict":"reject""#), "{}", again.err);
        world.until_sql("select state from intake.batch", "posted").await;
        assert_eq!(world.number("select sum(debit)::bigint from ledger.line").await, yen);
    });
}

#[test]
fn an_ordered_topic_keeps_its_message_through_25_kills() {
    world::run("2026-10-06T09:30:00+09:00", async |world| {
        world.start("produce").await;
        let file = std::fs::read(root().join("samples/IF01_20261001_001.csv")).unwrap();
        world.drop_file(BANKS, "IF01_20261001_001.csv", &file);
        for _ in 0..KILLS {
            world.start_with("consume", &[("RENKEI_CRASH_AT", "inbound.before_commit")]).await;
            world.crashed("consume").await;
        }
        assert_eq!(world.number("select count(*) from intake.batch where state = 'posted'").await, 0);
        world.start("consume").await;
        world.until_sql("select string_agg(state, ' ') from intake.batch", "posted").await;
        assert_eq!(world.number("select count(*) from intake.failure").await, 0, "no message was set aside");
        assert_eq!(world.number("select count(*) from intake.chunk").await, 1);
    });
}
