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

        let to =
            |day: &'static str| ["ledger", "reschedule", no.as_str(), "--to", day, "--reason", "bank's hour", "--as", "kacho"];
        let refused = world.renkei(&to("2026-10-25")).expect(&[3]);
        assert!(refused.err.contains("ORDER_DAY_BANKS_CLOSED"), "{}", refused.err);
        let moved = world.json(&to("2026-10-26"), &[0]);
        assert_eq!(moved, json!({"rescheduled": 1, "orders": [no]}));
        // By when the bank must have it is told with it.
        let told = japanese(world, &to("2026-10-27"), 0);
        assert!(told.contains("みずほアバンスドバンク: 銀行の期限 2026-10-26T12:00:00+09:00"), "{told}");
        let told = japanese(world, &to("2026-10-06"), 0);
        assert!(told.contains("みずほアバンスドバンク: [TRANSFER_DATE_TOO_EARLY] 支払日2026-10-06が近すぎます"), "{told}");
        let cancelled = world.json(&["ledger", "cancel-orders", &no, "--reason", "wrong payee", "--as", "kacho"], &[0]);
        assert_eq!(cancelled, json!({"cancelled": 1, "orders": [no]}));
        assert!(japanese(world, &["ledger", "orders"], 0).contains("取消"));
    });
}

#[test]
fn who_carries_the_items_of_a_split_section_is_said_by_a_person() {
    world::run(NOW, async |world| {
        sqlx::raw_sql(
            "update ledger.organization set valid_to = '2026-09-30' where code = '05020000';
             insert into ledger.organization (code, valid_from, name, level, parent, can_execute) values
                 ('05060000', '2026-10-01', '総務部 庁舎課', 2, '05000000', true), ('05070000', '2026-10-01', '総務部 設備課', 2, '05000000', true);
             insert into ledger.organization_successor (predecessor, successor, effective, reason) values
                 ('05020000', '05060000', '2026-10-01', 'split'), ('05020000', '05070000', '2026-10-01', 'split')",
        )
        .execute(world.pool())
        .await
        .unwrap();
        let carries = "select coalesce(ledger.organization_on('05020000', '2026-10-06'), '—')";
        world.until_sql(carries, "—").await;
        let say = ["ledger", "carrier", "05020000", "--reason", "委託契約は設備課", "--as", "kacho", "--to"];
        let refused = japanese(world, &[&say[..], &["05030000"]].concat(), 3);
        assert!(refused.contains("分かれた所属ではありません"), "{refused}");
        let said = japanese(world, &[&say[..], &["05060000"]].concat(), 0);
        assert!(said.contains("引継ぎ先"), "{said}");
        let named = world.json(&[&say[..], &["05070000"]].concat(), &[0]);
        assert_eq!(named, json!({"organization": "05020000", "carrier": "05070000", "since": "2026-10-01"}));
        world.until_sql(carries, "05070000").await;
        let audited =
            "select string_agg(concat_ws(' ', actor, before ->> 'carrier', after ->> 'carrier', reason), ', ' order by id)
                         from audit.event where action = 'organization.carrier'";
        world.until_sql(audited, "kacho 05060000 委託契約は設備課, kacho 05060000 05070000 委託契約は設備課").await;
        // Who is there carries its own.
        let own = ["ledger", "carrier", "12030000", "--reason", "x", "--as", "kacho", "--to", "05070000"];
        assert!(japanese(world, &own, 3).contains("有効です"));
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
