//! The life of a payment to its end: sent, come back, its account corrected, paid once more (09 and its answers).

use renkei_core::layout::read::{Event, ReadLimits, read_file};
use serde_json::Value;

use crate::support::files::{self, BANKS, INVOICES, TRANSFERS, row};
use crate::support::root;
use crate::support::world::{self, World};

/// A day on which the bank takes files for the pay date of the sample invoices.
const NOW: &str = "2026-10-16T09:30:00+09:00";

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(root().join("samples").join(name)).unwrap()
}

/// A file of transfers for a day, made, approved and released: its number.
fn sent(world: &World, key: &str, day: &str) -> String {
    let parameter = format!("pay_date={day}");
    let order = ["export", "run", "09", "--profile", "mizuho_advanced", "--param", &parameter, "--key", key, "--as", "tsukuru"];
    let file = world.json(&order, &[4]);
    let id = file["id"].to_string();
    world.approve(&id, "shonin").expect(&[4]);
    world.renkei(&["export", "release", &id, "--as", "tsukuru"]).expect(&[0]);
    id
}

/// The records of the newest file in the outbox.
fn transfers(world: &World) -> Vec<Value> {
    let files = world.outbox_files(TRANSFERS);
    let newest = std::fs::read(files.last().unwrap()).unwrap();
    let mut found = Vec::new();
    read_file(&files::layout(TRANSFERS), newest.as_slice(), &ReadLimits::default(), |event| match event {
        Event::Record(record) if record.kind.id == "transfer" => {
            let text = |id: &str| record.kind.field(id).and_then(|at| record.text(at)).unwrap_or_default().into_owned();
            found.push(serde_json::json!({"bank": text("bank"), "branch": text("branch"), "kind": text("account_kind"),
                "account": text("account"), "amount": text("amount"), "code": text("customer_code1")}));
        }
        Event::Record(_) => {}
        Event::Fault(fault) => panic!("{fault:?}"),
    })
    .unwrap();
    found
}

/// What the bank says: the file's records, the first of them with 口座解約済.
fn answer(transfers: &[Value], day: &str, back: &str) -> Vec<u8> {
    let mut rows = vec![(
        "header",
        row([
            ("business", "21"),
            ("originator_code", "0000012345"),
            ("transfer_day", day),
            ("own_bank", "0001"),
            ("own_branch", "110"),
        ]),
    )];
    for (index, transfer) in transfers.iter().enumerate() {
        let value = |key: &str| transfer[key].as_str().unwrap().to_owned();
        let mut result = row([("result", if index == 0 { "05" } else { "00" })]);
        for (field, key) in [
            ("bank", "bank"),
            ("branch", "branch"),
            ("account_kind", "kind"),
            ("account", "account"),
            ("amount", "amount"),
            ("customer_code1", "code"),
        ] {
            result.insert(field, value(key));
        }
        if index == 0 {
            result.insert("returned_day", back.to_owned());
        }
        rows.push(("result", result));
    }
    files::write(&files::answers(TRANSFERS), &rows)
}

#[test]
fn what_comes_back_is_paid_once_more() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        world.drop_file(BANKS, "IF01_20261001_001.csv", &sample("IF01_20261001_001.csv"));
        world.until_sql("select count(*)::text from intake.batch where state in ('posted', 'held')", "1").await;
        world.drop_file(INVOICES, "IF16_20261006_001.json", &sample("IF16_20261006_001.json"));
        world.until_sql("select count(*)::text from intake.batch where state in ('posted', 'held')", "2").await;
        world.renkei(&["ledger", "approve", "--all", "--as", "kacho"]).expect(&[0]);
        let day: String = sqlx::query_scalar(
            "select pay_date::text from ledger.payment_order where state = 'approved' group by pay_date order by count(*) desc limit 1",
        )
        .fetch_one(world.pool())
        .await
        .unwrap();
        let first = sent(world, "first", &day);
        let paid = transfers(world);
        assert!(paid.len() > 1);

        // The bank's answer: looked at, then dropped where files of its topic are watched.
        let month_day = &day[5..];
        let bytes = answer(&paid, month_day, month_day);
        let file = world.path("SOGO_KEKKA.txt");
        std::fs::write(&file, &bytes).unwrap();
        world.stop("produce").await;
        world.stop("consume").await;
        world.surroundings.set("RENKEI_NOW", &format!("{day}T10:00:00+09:00"));
        world.start("consume").await;
        world.start("produce").await;
        world.renkei(&["check", file.to_str().unwrap(), "--topic", "09"]).expect(&[0]);
        world.drop_file(TRANSFERS, "SOGO_KEKKA.txt", &bytes);
        world
            .until_sql("select count(*)::text from intake.batch where topic = '09_bank_transfers' and state = 'posted'", "1")
            .await;

        // One came back; the file cannot be voided any more, and the list says what waits.
        let waiting = world.json(&["ledger", "returned"], &[0]);
        let [returned] = waiting.as_array().unwrap().as_slice() else { panic!("{waiting}") };
        let (failed, creditor) = (returned["order"].as_str().unwrap(), returned["creditor"].as_str().unwrap());
        assert_eq!((returned["yen"].as_str(), returned["account_state"].as_str()), (paid[0]["amount"].as_str(), Some("marked")));
        let void = ["export", "void", &first, "--reason", "x", "--confirmation", "x", "--as", "kacho"];
        let refused = world.renkei(&void).expect(&[3]);
        assert!(
            refused.err.contains("TRANSFER_FILE_ANSWERED") || refused.err.contains("the bank has answered"),
            "{}",
            refused.err
        );

        // Not to the account that failed; to the new one, by two persons, once.
        let next = next_business_day(world, &day).await;
        let repay = |more: &[&str], codes: &[i32]| {
            let mut command = vec!["ledger", "repay", failed, "--date", &next, "--as", "kakari"];
            command.extend(more);
            world.renkei(&command).expect(codes)
        };
        assert!(repay(&[], &[3]).err.contains("DB_REPAY_ACCOUNT_PAYABLE"));
        let account = format!("{}:{}:1:7777777", paid[0]["bank"].as_str().unwrap(), paid[0]["branch"].as_str().unwrap());
        repay(&["--account", &account], &[0]);
        assert!(repay(&[], &[3]).err.contains("DB_REPAY_ONCE"));
        let again = world.json(&["ledger", "returned"], &[0])[0]["repaid_by"].as_str().unwrap().to_owned();
        world.renkei(&["ledger", "approve", &again, "--as", "kakari"]).expect(&[3]);
        world.renkei(&["ledger", "approve", &again, "--as", "kacho"]).expect(&[0]);
        assert_eq!(
            world.number("select count(*) from ledger.journal_line where event = 'EXPENSE' and order_no = (select no from ledger.payment_order where repays is not null)").await,
            0,
            "the expense was booked with the first order"
        );
        let cancelled = world.renkei(&["batch", "cancel", "3", "--reason", "x", "--as", "kakari"]).expect(&[4]);
        assert!(cancelled.err.contains("RETURN_REPAID"), "{}", cancelled.err);

        // The next file carries exactly it, to the new account.
        sent(world, "second", &next);
        let files = world.outbox_files(TRANSFERS);
        assert_eq!(files.len(), 2);
        let carried = transfers(world);
        assert_eq!(carried.len(), 1);
        assert_eq!((&carried[0]["amount"], carried[0]["account"].as_str()), (&paid[0]["amount"], Some("7777777")));
        assert_eq!(world.json(&["ledger", "returned"], &[0]), serde_json::json!([]));
        let journal = world.json(&["ledger", "journal", "--order", failed], &[0]);
        let events: Vec<&str> =
            journal.as_array().unwrap().iter().step_by(2).map(|line| line["event"].as_str().unwrap()).collect();
        assert_eq!(
            events,
            ["EXPENSE", "PAYMENT", "PAYMENT_RETURNED", "PAYMENT"],
            "the way of the money, the second order's payment included"
        );
        assert_eq!(
            world.number("select coalesce(sum(credit - debit), 0)::bigint from ledger.journal_line where account = '2101' and order_no in (select no from ledger.payment_order where state in ('paid', 'released', 'returned'))").await,
            0,
            "nothing is owed any more"
        );
        assert_eq!(creditor.len(), 10);
    });
}

async fn next_business_day(world: &World, day: &str) -> String {
    let sql = "select ledger.next_business_day($1::date + 3, 'bank')::text";
    sqlx::query_scalar(sql).bind(day).fetch_one(world.pool()).await.unwrap()
}
