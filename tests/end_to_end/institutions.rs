//! The bank master against two published states of it a week apart: what the files change is what the publisher lists, no more.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::support::root;
use crate::support::world::{self, World};

const NOW: &str = "2026-01-13T09:30:00+09:00";
const BEFORE: &str = "zengin-code_2026-01-05_09ea8cf";
const AFTER: &str = "zengin-code_2026-01-12_a9eaf99";
/// Banks whose branches lie in both states.
const BRANCHES: [&str; 3] = ["0036", "0143", "0533"];

/// A file of the published pair, when it lies beside the workspace.
fn published(path: &str) -> Option<PathBuf> {
    let path = root().join("../shared/samples/bank/bankcode").join(path);
    let found = path.is_file().then_some(path);
    if found.is_none() {
        println!("the published bank codes are not beside the workspace: this test is skipped");
    }
    found
}

/// Hands in one file, and posts it when a person is asked whether it is meant.
async fn take_in(world: &mut World, path: &str, layout: &str, reason: &str) {
    let batches = world.number("select count(*) from intake.batch").await;
    let file = published(path).unwrap();
    world.renkei(&["send", file.to_str().unwrap(), "--topic", "1", "--layout", layout]).expect(&[0]);
    let decided = "select count(*) from intake.batch where state not in ('received', 'staged')";
    world.until("the file is decided", async |world| (world.number(decided).await > batches).then_some(())).await;
    let waiting: Option<i64> =
        sqlx::query_scalar("select max(id) from intake.batch where state = 'held'").fetch_one(world.pool()).await.unwrap();
    if let Some(batch) = waiting {
        let batch = batch.to_string();
        world.renkei(&["batch", "post-held", &batch, "--as", "kaikei", "--reason", reason]).expect(&[0]);
    }
    // A file of branches that did not change is the same file.
    let done = "select count(*) from intake.batch where state in ('posted', 'duplicate')";
    assert_eq!(world.number(done).await, batches + 1, "{path}");
}

async fn take_in_all(world: &mut World, state: &str, reason: &str) {
    take_in(world, &format!("{state}/banks.json"), "zengin_banks", reason).await;
    for bank in BRANCHES {
        take_in(world, &format!("{state}/branches/{bank}.json"), "zengin_branches", reason).await;
    }
}

/// The publisher's own list of what changed: level, bank, branch, new name.
fn listed(text: &str) -> BTreeSet<(String, String, String)> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let change = match cells[1] {
            "added" => "opened",
            "changed" => "renamed",
            _ => "vanished",
        };
        (change.to_owned(), format!("{}{}", cells[2], cells[3]), cells.get(6).copied().unwrap_or_default().to_owned())
    };
    text.lines().skip(1).map(row).collect()
}

#[test]
fn a_week_of_published_bank_codes_gives_exactly_the_listed_changes() {
    let Some(delta) = published("delta_2026-01-05_to_2026-01-12.tsv") else { return };
    world::run(NOW, async |world| {
        world.start("consume").await;
        take_in_all(world, BEFORE, "first load").await;
        let first = world.number("select max(batch_id) from ledger.institution_change").await;
        let known = world.number("select count(*) from ledger.branch where bank = '0533'").await;
        assert!(known > 0, "the bank that is merged has branches");
        // A payee of the bank that will be gone.
        sqlx::raw_sql(
            "insert into ledger.creditor (no, name, kana) values ('0000008801', '見本商店', 'ミホンショウテン');
             insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana)
             select '0000008801', '2020-04-01', bank, branch, '1', '1234567', 'ﾐﾎﾝｼﾖｳﾃﾝ' from ledger.branch where bank = '0533' order by branch limit 1",
        )
        .execute(world.pool())
        .await
        .unwrap();
        take_in_all(world, AFTER, "the merger of 0533 into 0143 is announced").await;

        let changes: Vec<(String, String, String)> = sqlx::query_as(
            "select change, bank || branch, coalesce(new_name, '') from ledger.institution_change
              where batch_id > $1 and change <> 'bank_ended'",
        )
        .bind(first)
        .fetch_all(world.pool())
        .await
        .unwrap();
        let found: BTreeSet<_> = changes.into_iter().collect();
        assert_eq!(found, listed(&std::fs::read_to_string(delta).unwrap()));
        // What belonged to the bank that is gone ended with it, and nothing was deleted.
        let ended = "select count(*) from ledger.branch where bank = '0533' and valid_to < '9999-12-31'";
        assert_eq!(world.number(ended).await, known);
        let payees = world.renkei(&["ledger", "payees-to-move"]).expect(&[0, 4]).out;
        assert!(payees.contains("0000008801"), "{payees}");
    });
}
