//! The commands: what they print and how they end. 0 done, 1 failed, 2 usage, 3 rejected, 4 held.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::files::{self, ASSESSMENTS, INVOICES};
use crate::support::root;
use crate::support::world::{self, World};

const NOW: &str = "2026-10-06T09:30:00+09:00";

/// A command and a piece of what it must print.
fn says(world: &World, arguments: &[&str], code: i32, text: &str) {
    let answer = world.renkei(arguments).expect(&[code]);
    assert!(answer.out.contains(text), "renkei {} does not say {text:?}:\n{}", answer.arguments, answer.out);
}

fn sample(name: &str) -> String {
    root().join("samples").join(name).to_str().unwrap().to_owned()
}

#[test]
fn what_needs_no_services() {
    world::run(NOW, async |world| {
        world.surroundings.variables.retain(|(name, _)| name == "RENKEI_NOW" || name == "RENKEI_LANG");
        says(world, &["topic", "list"], 0, "12_civic_assessments");
        says(world, &["--lang", "ja", "topic", "list"], 0, "調定情報");
        assert_eq!(world.json(&["topic", "list"], &[0]).as_array().unwrap().len(), 24);
        says(world, &["topic", "show", "9"], 0, "queue: out.09_bank_transfers");
        assert_eq!(world.json(&["topic", "show", "09_bank_transfers"], &[0])["number"], 9);
        says(world, &["layout", "show", "12"], 0, "調定額");
        let sheet = world.json(&["layout", "show", "16", "--layout", "json"], &[0]);
        assert_eq!(sheet["layouts"][0]["records"][0]["fields"][0]["id"], "source_key");

        let (sound, faulty) = (sample("IF12_SKS_20261005093000_001.csv"), sample("IF12_SKS_20261005100000_002_faulty.csv"));
        says(world, &["check", &sound, "--topic", "12"], 0, "55,500");
        says(world, &["check", &faulty, "--topic", "12"], 3, "FIELD_NOT_DIGITS");
        assert_eq!(world.json(&["check", &faulty, "--topic", "12"], &[3])["errors"], 4);

        // A file of any size, and a broken one that is refused by its name.
        let large = world.path("large.csv").to_str().unwrap().to_owned();
        world.renkei(&["topic", "sample", "12", "--records", "5000", "--seed", "7", "--out", &large]).expect(&[0]);
        assert_eq!(world.json(&["check", &large, "--topic", "12"], &[0])["records"], 5_000);
        let broken =
            world.renkei(&["topic", "sample", "12", "--records", "50", "--break", "shifted", "--out", &large]).expect(&[0]);
        assert!(broken.err.contains("COLUMNS_SHIFTED"), "{}", broken.err);
        says(world, &["--lang", "ja", "check", &large, "--topic", "12"], 3, "右に1列ずれている");
        let unknown = world.renkei(&["topic", "sample", "12", "--break", "nothing"]).expect(&[2]);
        assert!(unknown.err.contains("zeros-lost, exponent"), "{}", unknown.err);

        // What cannot be done, and what was asked wrongly.
        let unknown = world.renkei(&["topic", "show", "99"]).expect(&[1]);
        assert!(unknown.err.contains("there is no topic"), "{}", unknown.err);
        world.renkei(&["check", &sound]).expect(&[2]);
        world.renkei(&["no-such-command"]).expect(&[2]);
        // Nothing to draw progress on: not a single control character.
        assert!(!world.renkei(&["check", &sound, "--topic", "12"]).err.contains('\u{1b}'));
        // A reader that has seen enough is no fault.
        let mut unread = world.surroundings.command();
        unread.args(["layout", "show", "12"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = unread.spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success() && ended.stderr.is_empty(), "{}", String::from_utf8_lossy(&ended.stderr));
    });
}

#[test]
fn files_are_sent_and_their_outcome_is_the_exit_code() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        says(world, &["send", &sample("IF12_SKS_20261005093000_001.csv"), "--topic", "12", "--as", "kakari"], 0, "accepted");
        world.until_sql("select state from intake.batch", "held").await;
        says(world, &["batch", "show", "1"], 4, "REVENUE_ORIGIN_UNKNOWN");
        says(world, &["send", &sample("IF12_SKS_20261005100000_002_faulty.csv"), "--topic", "12"], 3, "rejected");
        world.until_sql("select state from intake.batch where id = 2", "rejected").await;
        says(world, &["batch", "show", "2"], 3, "FIELD_NOT_DIGITS");

        // One yen off what the sender states.
        let sound = sample("IF01_20261001_001.csv");
        let refused = world.json(&["send", &sound, "--topic", "1", "--count", "7"], &[3]);
        assert!(refused["delivery"].to_string().contains("CONTROL_COUNT"), "{refused}");
        world.until_sql("select count(*)::text from intake.batch where state = 'rejected'", "2").await;

        // Errors have a form of their own for scripts.
        let unknown = world.renkei(&["--json", "batch", "show", "99"]).expect(&[3]);
        let error: Value = serde_json::from_str(&unknown.err).unwrap();
        assert_eq!((&error["error"]["verdict"], &error["error"]["exit"]), (&json!("reject"), &json!(3)));
        says(world, &["ledger", "trial-balance"], 0, "1201");
        assert_eq!(world.json(&["audit", "verify"], &[0])["whole"], true);
        assert_eq!(world.json(&["migrate"], &[0]), json!({"schema": "up to date"}));
        assert_eq!(world.json(&["failed", "list"], &[0]), json!([]));
    });
}

#[test]
fn the_broker_is_compared_with_the_table() {
    world::run(NOW, async |world| {
        world.renkei(&["topology", "verify"]).expect(&[1]);
        says(world, &["topology", "apply"], 0, "queues are in place");
        says(world, &["topology", "verify"], 0, "no differences");
        world.vhost.management.delete_queue(&format!("in.{INVOICES}")).await.unwrap();
        says(world, &["topology", "verify"], 1, INVOICES);
        let found = world.json(&["topology", "verify"], &[1]);
        assert!(!found["differences"].as_array().unwrap().is_empty());
        // A topic whose partner answers has a queue for that too.
        let topics = world.json(&["topic", "list"], &[0]);
        let queues = |topic: &Value| if topic["results"].is_object() { 2 } else { 1 };
        let active: usize = topics.as_array().unwrap().iter().filter(|topic| topic["status"] == "active").map(queues).sum();
        assert_eq!(world.json(&["topology", "apply"], &[0])["queues"].as_array().unwrap().len(), active);
    });
}

#[test]
fn a_batch_is_previewed_and_confirmed() {
    world::run(NOW, async |world| {
        let queues = world.path("queues.toml");
        std::fs::write(&queues, files::queues_with(ASSESSMENTS, "confirm = \"operator\"")).unwrap();
        world.surroundings.set("RENKEI_QUEUES", queues.to_str().unwrap());
        world.start("consume").await;
        let (file, yen) = files::assessments("2026-CV", 3, "1");
        let path = world.path("IF12_SKS_20261006_001.csv");
        std::fs::write(&path, file).unwrap();
        world.renkei(&["send", path.to_str().unwrap(), "--topic", "12"]).expect(&[0]);
        world.until_sql("select state from intake.batch", "awaiting_confirmation").await;
        says(world, &["batch", "list", "--state", "awaiting_confirmation"], 0, "IF12_SKS_20261006_001.csv");

        // The journal it would make, and nothing of it is kept.
        says(world, &["batch", "preview", "1"], 0, "would post 3");
        assert_eq!(world.json(&["batch", "preview", "1"], &[0])["yen"], yen);
        assert_eq!(world.number("select count(*) from ledger.line").await, 0);
        world.renkei(&["batch", "confirm", "1"]).expect(&[2]);
        says(world, &["batch", "confirm", "1", "--as", "kakari"], 0, "posted");
        assert_eq!(world.number("select sum(debit)::bigint from ledger.line").await, yen);
        // Once.
        world.renkei(&["batch", "confirm", "1", "--as", "kakari"]).expect(&[3]);
    });
}
