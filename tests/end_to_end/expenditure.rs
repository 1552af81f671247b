//! The expenditure loop: banks (01) and invoices (16) come in, payment orders are approved, the bank file goes out (09).

use serde_json::Value;

use crate::support::files::{BANKS, INVOICES, TRANSFERS};
use crate::support::root;
use crate::support::world::{self, World};

const NOW: &str = "2026-10-06T09:30:00+09:00";

fn sample(name: &str) -> Vec<u8> {
    let path = root().join("samples").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Banks and invoices are in, and what they order is approved; gives the pay date with the most orders.
async fn approved_orders(world: &mut World) -> String {
    world.start("consume").await;
    world.start("produce").await;
    world.drop_file(BANKS, "IF01_20261001_001.csv", &sample("IF01_20261001_001.csv"));
    world.until("the banks are decided", async |world| decided(world, 1).await).await;
    world.drop_file(INVOICES, "IF16_20261006_001.json", &sample("IF16_20261006_001.json"));
    world.until("the invoices are decided", async |world| decided(world, 2).await).await;
    // 決裁: not by the one who made the drafts.
    world.renkei(&["ledger", "approve", "--all", "--as", "kacho"]).expect(&[0]);
    sqlx::query_scalar("select pay_date::text from ledger.payment_order where state = 'approved' group by pay_date order by count(*) desc limit 1")
        .fetch_one(world.pool())
        .await
        .expect("the sample invoices make payment orders")
}

async fn decided(world: &mut World, batches: i64) -> Option<()> {
    let sql = "select count(*) from intake.batch where state in ('posted', 'held')";
    (world.number(sql).await == batches).then_some(())
}

fn run(world: &World, key: &str, pay_date: &str, codes: &[i32]) -> Value {
    let parameter = format!("pay_date={pay_date}");
    world.json(
        &["export", "run", "09", "--profile", "mizuho_advanced", "--param", &parameter, "--key", key, "--as", "tsukuru"],
        codes,
    )
}

#[test]
fn a_payment_date_is_paid_once() {
    world::run(NOW, async |world| {
        let day = approved_orders(world).await;
        let file = run(world, "first", &day, &[4]);
        let (id, count, total) = (file["id"].to_string(), file["count"].as_i64(), file["total"].as_i64());
        assert!(count > Some(0) && total > Some(0), "{file}");

        // The maker may not approve; unapproved, nothing is released.
        world.approve(&id, "tsukuru").expect(&[3]);
        let refused = world.renkei(&["--lang", "ja", "export", "release", &id, "--as", "tsukuru"]).expect(&[3]);
        assert!(refused.err.contains("二人目の承認がありません。"), "{}", refused.err);
        assert_eq!(world.outbox_files(TRANSFERS).len(), 0);
        world.approve(&id, "shonin").expect(&[4]);
        let released = world.json(&["export", "release", &id, "--as", "tsukuru"], &[0]);
        assert_eq!(released["state"], "delivered");

        // The bytes in the outbox are those of the archive, and those of every later download.
        let files = world.outbox_files(TRANSFERS);
        assert_eq!(files.len(), 1);
        let bytes = std::fs::read(&files[0]).unwrap();
        let to = world.path("again.txt");
        world.renkei(&["export", "download", &id, "--to", to.to_str().unwrap(), "--as", "kakari"]).expect(&[0]);
        assert_eq!(std::fs::read(to).unwrap(), bytes);

        // The same run asked again is the same file; another run of the same pay date has nothing left to pay.
        assert_eq!(run(world, "first", &day, &[0])["sha256"], file["sha256"]);
        assert_eq!(run(world, "second", &day, &[0])["state"], "empty");
        world.renkei(&["export", "release", &id, "--as", "tsukuru"]).expect(&[0]);
        assert_eq!(world.outbox_files(TRANSFERS), files);
        assert_eq!(world.number("select sum(yen)::bigint from export.claim where live").await, total.unwrap());
        assert_eq!(
            world.number("select sum(amount)::bigint from ledger.payment_order where state = 'released'").await,
            total.unwrap(),
            "the orders of the file are released"
        );
    });
}

#[test]
fn an_approval_dies_with_the_bytes_it_was_given_for() {
    world::run(NOW, async |world| {
        let day = approved_orders(world).await;
        let file = run(world, "first", &day, &[4]);
        let id = file["id"].to_string();
        world.approve(&id, "shonin").expect(&[4]);

        // Somebody changes one digit of the archived file.
        let blob = world.data("archive").join(file["archive"].as_str().unwrap());
        let sound = std::fs::read(&blob).unwrap();
        let mut changed = sound.clone();
        let digit = changed.iter().rposition(|byte| *byte == b'1').unwrap();
        changed[digit] = b'9';
        overwrite(&blob, &changed);
        world.renkei(&["export", "release", &id, "--as", "tsukuru"]).expect(&[4]);
        assert_eq!(world.outbox_files(TRANSFERS).len(), 0, "nothing left");
        assert_eq!(world.number("select count(*) from export.approval where live").await, 0, "the approval is dead");

        // The bytes are put back, but the approval stays dead: it has to be given again.
        overwrite(&blob, &sound);
        world.renkei(&["export", "release", &id, "--as", "tsukuru"]).expect(&[3]);
        world.approve(&id, "shonin").expect(&[4]);
        world.renkei(&["export", "release", &id, "--as", "tsukuru"]).expect(&[0]);
        assert_eq!(std::fs::read(&world.outbox_files(TRANSFERS)[0]).unwrap(), sound);
    });
}

fn overwrite(path: &std::path::Path, bytes: &[u8]) {
    // Blobs are kept read-only; who tampers does not mind.
    let beside = path.with_extension("tampered");
    std::fs::write(&beside, bytes).unwrap();
    std::fs::rename(beside, path).unwrap();
}

#[test]
fn an_older_file_of_equal_count_and_total_is_not_the_file() {
    // Both banks take files for the pay date of the sample invoices on this day.
    world::run("2026-10-16T09:30:00+09:00", async |world| {
        let day = approved_orders(world).await;
        let older = run(world, "older", &day, &[4]);
        let older_id = older["id"].to_string();
        world
            .renkei(&["export", "void", &older_id, "--reason", "誤った日", "--confirmation", "未送信", "--as", "kacho"])
            .expect(&[0]);
        // The same orders again, by the other bank's profile: equal count and total, other bytes.
        let parameter = format!("pay_date={day}");
        let newer = world.json(
            &["export", "run", "09", "--profile", "mizuho_eb", "--param", &parameter, "--key", "newer", "--as", "tsukuru"],
            &[4],
        );
        assert_eq!((&older["count"], &older["total"]), (&newer["count"], &newer["total"]));
        assert_ne!(older["sha256"], newer["sha256"]);
        let (id, seen) = (newer["id"].to_string(), older["sha256"].as_str().unwrap().to_owned());
        world.renkei(&["export", "approve", &id, "--sha256", &seen, "--as", "shonin"]).expect(&[3]);
        world.approve(&older_id, "shonin").expect(&[3]);
        world.renkei(&["export", "release", &older_id, "--as", "tsukuru"]).expect(&[3]);
        assert_eq!(world.outbox_files(TRANSFERS).len(), 0);
        let seen = newer["sha256"].as_str().unwrap().to_owned();
        world.renkei(&["export", "approve", &id, "--sha256", &seen, "--as", "shonin"]).expect(&[4]);
        world.renkei(&["export", "release", &id, "--as", "tsukuru"]).expect(&[0]);
        assert_eq!(world.outbox_files(TRANSFERS).len(), 1);
    });
}

#[test]
fn a_digital_invoice_comes_with_its_attachment() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        world.drop_file(INVOICES, "IF16_20261006_002.xml", &sample("IF16_20261006_002.xml"));
        world.until("the invoice is decided", async |world| decided(world, 1).await).await;
        let kept: (String, String, String) = sqlx::query_as(
            "select e.name, d.kind, d.archive
               from ledger.invoice_evidence e
               join ledger.invoice v on v.id = e.invoice_id
               join intake.evidence d on d.batch_id = v.batch_id and d.name = e.name",
        )
        .fetch_one(world.pool())
        .await
        .expect("the invoice has its attachment");
        assert_eq!((kept.0.as_str(), kept.1.as_str()), ("作業報告書.pdf", "pdf"));
        let blob = std::fs::read(world.data("archive").join(&kept.2)).expect("the attachment is in the archive");
        assert!(blob.starts_with(b"%PDF-") && blob.ends_with(b"%%EOF\n"));
        assert_eq!(world.number("select count(*) from ledger.payment_order where state = 'draft'").await, 1);

        // A document with faults is told about at once, and leaves nothing.
        world.drop_file(INVOICES, "IF16_20261006_003_faulty.xml", &sample("IF16_20261006_003_faulty.xml"));
        world
            .until("the faulty one is refused", async |world| {
                (world.number("select count(*) from intake.batch where state = 'rejected'").await == 1).then_some(())
            })
            .await;
        assert_eq!(world.number("select count(*) from ledger.invoice").await, 1);
    });
}
