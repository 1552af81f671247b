//! The revenue loop: assessments come in (12), slips go out to eLTAX (17), payments come back (18).

use sqlx::FromRow;

use crate::support::files::{self, ASSESSMENTS, CLEARINGS, PAYMENTS, Row, SLIPS, assessment, layout, row};
use crate::support::world::{self, World};

/// A slip as eLTAX got it.
#[derive(Debug, Clone, FromRow)]
struct Slip {
    agency_code: String,
    office_code: String,
    fee_item: String,
    case_key: String,
    confirmation_no: String,
    levy_year: i32,
    tax_year: i32,
    period: String,
    amount: i64,
}

/// A completion notice (確報) of a slip; `number` is the transaction's.
fn notice(slip: &Slip, number: usize) -> Row {
    row([
        ("kind", "02"),
        ("agency", &slip.agency_code),
        ("office", &slip.office_code),
        ("fee_item", &slip.fee_item),
        ("case_key", &slip.case_key),
        ("confirmation_no", &slip.confirmation_no),
        ("levy_year", &slip.levy_year.to_string()),
        ("tax_year", &slip.tax_year.to_string()),
        ("period", &slip.period),
        ("amount", &slip.amount.to_string()),
        ("paid_on", "2026-10-06"),
        ("paid_at", "10:15:00"),
        ("channel", "10"),
        ("tx_center", "0000000000"),
        ("tx_date", "2026-10-06"),
        ("tx_no", &format!("{number:08}")),
        ("fund_on", "2026-10-06"),
        ("fund_no", "P2026100601"),
    ])
}

/// A file of completion notices, all of one kind of money.
fn payments(notices: Vec<Row>) -> Vec<u8> {
    let sum: i64 = notices.iter().map(|notice| notice["amount"].parse::<i64>().unwrap()).sum();
    let (count, item) = (notices.len().to_string(), notices[0]["fee_item"].clone());
    let header = row([
        ("local_body", "131121"),
        ("agency", "13112"),
        ("base_on", "2026-10-06"),
        ("made_on", "2026-10-06"),
        ("made_at", "18:00:00"),
        ("file_no", "001"),
    ]);
    let funds = row([
        ("fund_on", "2026-10-06"),
        ("fee_item", &item),
        ("channel", "10"),
        ("count", &count),
        ("sum", &sum.to_string()),
        ("fund_no", "P2026100601"),
    ]);
    let mut rows = vec![("header", header)];
    rows.extend(notices.into_iter().map(|notice| ("payment", notice)));
    rows.push(("funds", funds));
    files::write(&layout(PAYMENTS), &rows)
}

#[test]
fn fees_are_assessed_billed_and_paid() {
    world::run("2026-10-06T09:30:00+09:00", async |world| {
        world.start("consume").await;
        world.start("produce").await;

        // 12: two fees are to be billed by eLTAX slip, one is not.
        let fees = [("2026-CV-000001", 6_000, "4"), ("2026-CV-000002", 4_500, "4"), ("2026-CV-000003", 3_000, "1")];
        let rows: Vec<(&str, Row)> =
            fees.iter().map(|(key, yen, method)| ("assessment", assessment(key, *yen, method))).collect();
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_001.csv", &files::write(&layout(ASSESSMENTS), &rows));
        world.until_sql("select state from intake.batch", "posted").await;

        // Any line of the journal leads back to its record and the bytes of the file.
        let entry = world.number("select min(entry_id) from ledger.line where source_line = 3").await;
        let lineage = world.json(&["ledger", "lineage", &format!("{entry}/3")], &[0]);
        assert_eq!(lineage["lineage"]["sources"][0]["records"][0]["fields"]["source_key"], "2026-CV-000002");
        let text = lineage["texts"][0].as_str().unwrap();
        assert!(text.contains("2026-CV-000002") && !text.contains("2026-CV-000001"), "{text}");

        // 17: made, approved by another person, released once.
        let file = world.json(&["export", "run", "17", "--key", "tuesday", "--as", "tsukuru"], &[4]);
        assert_eq!((file["count"].as_i64(), file["total"].as_i64()), (Some(2), Some(10_500)));
        let id = file["id"].to_string();
        let refused = world.approve(&id, "Tsukuru").expect(&[3]);
        assert!(!refused.err.is_empty(), "the refusal says why");
        world.renkei(&["export", "release", &id, "--as", "tsukuru"]).expect(&[3]);
        world.approve(&id, "shonin").expect(&[4]);
        let released = world.json(&["export", "release", &id, "--as", "tsukuru"], &[0]);
        assert_eq!(released["state"], "delivered");
        assert_eq!(world.outbox_files(SLIPS).len(), 1);
        // A second run has nothing to send.
        let empty = world.json(&["export", "run", "17", "--key", "wednesday", "--as", "tsukuru"], &[0]);
        assert_eq!(empty["state"], "empty");

        // 18: the first slip is paid twice, the second once.
        let slips: Vec<Slip> = sqlx::query_as(
            "select agency_code, office_code, fee_item, case_key, confirmation_no, levy_year, tax_year, period, amount
               from ledger.payment_slip order by id",
        )
        .fetch_all(world.pool())
        .await
        .unwrap();
        let file = payments(vec![notice(&slips[0], 1), notice(&slips[0], 2), notice(&slips[1], 3)]);
        world.drop_file(PAYMENTS, "NFJ_131121_20261006_001.csv", &file);
        world.until_sql("select state from intake.batch where id = 2", "held").await;
        assert_eq!(world.number("select sum(amount)::bigint from ledger.receipt").await, 10_500, "two payments are receipts");
        assert_eq!(world.number("select count(*) from ledger.receivable where unpaid = 0").await, 2);
        // The second payment of one slip waits, and a person books it as overpaid.
        world.renkei(&["batch", "post-held", "2", "--reason", "二重納付", "--as", "kakari"]).expect(&[0]);
        assert_eq!(world.number("select sum(amount)::bigint from ledger.overpayment").await, slips[0].amount);
        assert_eq!(world.number("select count(*) from intake.batch where state = 'posted'").await, 2);

        tell_the_section(world).await;

        // The same file again posts nothing.
        world.drop_file(PAYMENTS, "NFJ_131121_20261006_001.csv", &file);
        world.until_sql("select state from intake.batch where id = 3", "duplicate").await;
        world.renkei(&["audit", "verify"]).expect(&[0]);
    });
}

/// 14: what was paid twice goes back, and the section is told of everything once, with control totals beside the file.
async fn tell_the_section(world: &mut World) {
    let overpayment = world.number("select min(id) from ledger.overpayment").await.to_string();
    world.renkei(&["ledger", "refund", &overpayment, "--reason", "二重納付", "--as", "kakari"]).expect(&[0]);
    world.renkei(&["ledger", "refund", &overpayment, "--reason", "二重納付", "--as", "kakari"]).expect(&[3]);
    let made = world.json(&["export", "run", "14", "--key", "evening", "--as", "tsukuru"], &[4]);
    assert_eq!((made["count"].as_i64(), made["total"].as_i64()), (Some(4), Some(10_500)), "three payments and a refund");
    let id = made["id"].to_string();
    world.json(&["export", "release", &id, "--as", "tsukuru"], &[0]);
    let file = world.outbox_files(CLEARINGS).remove(0);
    let control = std::fs::read_to_string(format!("{}.ctl", file.display())).unwrap();
    let sha256 = made["sha256"].as_str().unwrap();
    assert_eq!(control, format!("{{\"if\":\"14\",\"count\":4,\"sum\":10500,\"sha256\":\"{sha256}\"}}\n"));
    let remade = world.json(&["export", "remake", &id], &[0]);
    assert_eq!((remade["same"].as_bool(), remade["remade"].as_str()), (Some(true), Some(sha256)));
    assert_eq!(world.json(&["export", "run", "14", "--key", "night", "--as", "tsukuru"], &[0])["state"], "empty");
}

#[test]
fn a_refused_file_comes_back_with_its_faults() {
    world::run("2026-10-06T09:30:00+09:00", async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let (mut file, _) = files::assessments("2026-CV", 3, "1");
        // The layout's first encoding is UTF-8; somebody pastes a line of Shift_JIS.
        file.extend_from_slice(b"SKS,2026-CV-000009,1,2026,01,2105010101,12030000,20261005,20261030,\x93\xa9\x8c\x7c\r\n");
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_001.csv", &file);
        world.until_sql("select state from intake.batch", "rejected").await;
        let list = error_list(world).await;
        assert!(list.contains("シフトJIS"), "the list beside the file says what is wrong:\n{list}");
        assert_eq!(world.number("select count(*) from ledger.line").await, 0);
    });
}

async fn error_list(world: &mut World) -> String {
    let folder = world.data("inbox").join(ASSESSMENTS).join("rejected");
    let find = async |_: &mut World| {
        let mut paths = std::fs::read_dir(&folder).ok()?.map(|entry| entry.unwrap().path());
        let path = paths.find(|path| path.to_string_lossy().ends_with(".errors.txt"))?;
        std::fs::read_to_string(path).ok()
    };
    world.until("the error list lies beside the file", find).await
}

#[test]
fn names_outside_jis_survive_cp932() {
    world::run("2026-10-06T09:30:00+09:00", async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let mut cp932 = (*layout(ASSESSMENTS)).clone();
        cp932.encodings = vec![renkei_core::layout::Encoding::Cp932];
        let fee = assessment("2026-CV-000001", 6_000, "1");
        let file = files::write(&cp932, &[("assessment", fee.clone())]);
        assert!(std::str::from_utf8(&file).is_err(), "髙 is written in Shift_JIS");
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_001.csv", &file);
        world.until_sql("select state from intake.batch", "posted").await;
        // 〜 and ～ are one character there; it comes back as ～, and from then on neither text nor bytes change.
        let (name, address): (String, String) =
            sqlx::query_as("select payer_name, address from ledger.assessment").fetch_one(world.pool()).await.unwrap();
        assert_eq!((name.as_str(), address.as_str()), ("髙田　一郎", "東京都世田谷区世田谷1～9"));
        let mut again = fee;
        again.extend([("payer_name", name), ("address", address)]);
        assert_eq!(files::write(&cp932, &[("assessment", again)]), file);
    });
}
