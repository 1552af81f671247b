//! Decisions of the accounting office by command: what they print for scripts, and in whose language.

use serde_json::json;

use crate::support::files::{BANKS, INVOICES};
use crate::support::root;
use crate::support::world::{self, World};

const NOW: &str = "2026-10-06T09:30:00+09:00";

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(root().join("samples").join(name)).unwrap()
}

/// What a command prints in Japanese: both streams.
fn japanese(world: &World, arguments: &[&str], code: i32) -> String {
    let answer = world.renkei(&[&["--lang", "ja"], arguments].concat()).expect(&[code]);
    format!("{}{}", answer.out, answer.err)
}

#[test]
fn payment_orders_are_decided_in_words_and_for_scripts() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        world.drop_file(BANKS, "IF01_20261001_001.csv", &sample("IF01_20261001_001.csv"));
        let decided = "select count(*)::text from intake.batch where state in ('posted', 'held')";
        world.until_sql(decided, "1").await;
        world.drop_file(INVOICES, "IF16_20261006_001.json", &sample("IF16_20261006_001.json"));
        world.until_sql(decided, "2").await;

        let drafts = world.json(&["ledger", "orders", "--state", "draft"], &[0]);
        let no = drafts[0]["no"].as_str().unwrap().to_owned();
        assert!(japanese(world, &["ledger", "orders"], 0).contains("起票"));
        world.renkei(&["ledger", "approve", &no, "--as", "kacho"]).expect(&[0]);
        assert!(japanese(world, &["ledger", "orders"], 0).contains("決裁済"));

        let moved = world.json(&["ledger", "reschedule", &no, "--to", "2026-10-26", "--as", "kacho"], &[0]);
        assert_eq!(moved, json!({"rescheduled": 1, "orders": [no]}));
        let cancelled = world.json(&["ledger", "cancel-orders", &no, "--reason", "wrong payee", "--as", "kacho"], &[0]);
        assert_eq!(cancelled, json!({"cancelled": 1, "orders": [no]}));
        assert!(japanese(world, &["ledger", "orders"], 0).contains("取消"));
    });
}

#[test]
fn the_money_of_a_day_is_entered_in_words_and_for_scripts() {
    world::run(NOW, async |world| {
        let enter = ["ledger", "fund-credit", "--fund-on", "2026-09-11", "--fee-item", "999", "--as", "tantosha"];
        let entered = world.json(&[&enter[..], &["--kind", "bank", "--yen", "312345"]].concat(), &[0]);
        let expected = json!({"fund_on": "2026-09-11", "fee_item": "999", "kind": "bank", "yen": 312_345, "sum": 312_345});
        assert_eq!(entered, expected);
        let said = japanese(world, &[&enter[..], &["--kind", "notice", "--yen", "5"]].concat(), 0);
        assert!(said.contains("払込通知: 5 円"), "{said}");

        // Nothing to show is a refusal.
        world.renkei(&["ledger", "lineage", "12/3"]).expect(&[3]);
        let topics = japanese(world, &["topic", "list"], 0);
        assert!(topics.lines().skip(2).all(|line| !line.contains(" in ") && !line.contains(" out ")), "{topics}");
        assert!(japanese(world, &["topic", "show", "17"], 0).contains("暫定"));
    });
}
