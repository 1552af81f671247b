//! A 25th integration is one folder and one entry of `queues.toml`: no Rust is written, nothing is built.

use std::path::Path;

use crate::support::{root, world};

const SLUG: &str = "25_rent_deposits";
/// Two rows are the same to the byte: two tenants of one name, or one who paid twice. Both are money.
const FILE: &str = "入居者,金額\r\n髙橋　花子,120000\r\n髙橋　花子,120000\r\n砧　三郎,90000\r\n";
const ENTRY: &str = include_str!("toy/topic.toml");

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.path() {
            folder if folder.is_dir() && entry.file_name() == "cases" => {}
            folder if folder.is_dir() => copy(&folder, &target),
            file => drop(std::fs::copy(file, target).unwrap()),
        }
    }
}

#[test]
fn a_new_integration_is_one_folder_and_one_entry() {
    world::run("2026-10-06T09:30:00+09:00", async |world| {
        let (queues, folders) = (world.path("queues.toml"), world.path("integrations"));
        copy(&root().join("integrations"), &folders);
        copy(&root().join("tests/end_to_end/toy").join(SLUG), &folders.join(SLUG));
        std::fs::write(&queues, format!("{}{ENTRY}", std::fs::read_to_string(root().join("queues.toml")).unwrap())).unwrap();
        world.surroundings.set("RENKEI_QUEUES", queues.to_str().unwrap());
        world.surroundings.set("RENKEI_INTEGRATIONS", folders.to_str().unwrap());
        // Which accounts a deposit moves is a row of the accounting office.
        sqlx::query("insert into ledger.posting_rule (event, name, debit_account, credit_account) select 'RENT_DEPOSIT', '敷金の受入', debit_account, credit_account from ledger.posting_rule where event = 'RECEIPT'")
            .execute(world.pool())
            .await
            .unwrap();

        world.start("consume").await;
        world.start("produce").await;
        world.drop_file(SLUG, "deposits.csv", FILE.as_bytes());
        world.until_sql("select state from intake.batch", "posted").await;
        assert_eq!(world.number("select sum(debit)::bigint from ledger.line").await, 330_000, "both identical rows are posted");

        // The same file under another name is the same file.
        world.drop_file(SLUG, "deposits_again.csv", FILE.as_bytes());
        world.until_sql("select state from intake.batch where id = 2", "duplicate").await;

        // One yen off what the sender states: refused whole, before anything is published.
        let other = FILE.replace("90000", "95000");
        world.drop_file(SLUG, "deposits_2.csv.ctl", r#"{"if":"25","count":3,"sum":335001}"#.as_bytes());
        world.drop_file(SLUG, "deposits_2.csv", other.as_bytes());
        world.until_sql("select state from intake.batch where id = 3", "rejected").await;
        assert_eq!(world.number("select count(*) from intake.fault where code = 'CONTROL_SUM'").await, 1);

        // With the right total it goes; one line waits for a person.
        let large = FILE.replace("90000", "1000001");
        world.drop_file(SLUG, "deposits_3.csv.ctl", r#"{"if":"25","count":3,"sum":1240001}"#.as_bytes());
        world.drop_file(SLUG, "deposits_3.csv", large.as_bytes());
        world.until_sql("select state from intake.batch where id = 4", "held").await;
        world.renkei(&["batch", "post-held", "4", "--line", "4", "--reason", "契約書を確認", "--as", "kakari"]).expect(&[0]);
        assert_eq!(world.number("select sum(debit)::bigint from ledger.line").await, 330_000 + 1_240_001);
        world.renkei(&["audit", "verify"]).expect(&[0]);
    });
}
