//! 由来: from the entries of a payment order back to the message and the line that asked for it, and forward to the file that paid it; from a
//! record of the file back.

use crate::flows::{batch, sample};
use crate::support::files::{BANKS, INVOICES, TRANSFERS};
use crate::support::world::{self, World};
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

/// Invoices become approved orders, and these a file that left.
async fn released(world: &mut World, operator: &mut Visitor, approver: &mut Visitor) -> i64 {
    world.drop_file(BANKS, "IF01_20261001_001.csv", &sample("IF01_20261001_001.csv"));
    batch(world, "posted").await;
    world.drop_file(INVOICES, "IF16_20261006_001.json", &sample("IF16_20261006_001.json"));
    batch(world, "held").await;
    let numbers: Vec<String> =
        sqlx::query_scalar("select no from ledger.payment_order order by id").fetch_all(world.pool()).await.unwrap();
    approver.get("/ledger/orders").await.expect(200);
    let fields: Vec<(&str, &str)> = numbers.iter().map(|number| ("order", number.as_str())).collect();
    approver.post("/ledger/orders/approve", &fields).await.expect(303);
    let order = [("profile", "mizuho_advanced"), ("param.pay_date", "2026-10-23")];
    let key = operator.post(&format!("/topics/{TRANSFERS}/dry-run"), &order).await.expect(200).hidden("key");
    let mut keyed = order.to_vec();
    keyed.push(("key", key.as_str()));
    operator.post(&format!("/topics/{TRANSFERS}/order"), &keyed).await.expect(303);
    world.until_sql("select string_agg(state, ',') from export.file", "generated").await;
    world.number("select id from export.file").await
}

#[test]
fn an_order_leads_to_its_line_and_message_and_to_the_file_that_paid_it() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        let mut auditor = Visitor::with_roles(world, &address, "kansa.1", &["auditor"]).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        // An order of another day that nobody sent is no part of the file, and stands apart from its recount.
        let file = released(world, &mut operator, &mut approver).await;
        sqlx::raw_sql(
            "alter table ledger.payment_order disable trigger user;
             insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, state, made_by, approved_by)
             select '2026P99999999', fiscal_year, fund, budget_line, organization, creditor, 12345, '2026-09-30', memo, 'approved', 'a', 'b' from ledger.payment_order limit 1;
             alter table ledger.payment_order enable trigger user",
        )
        .execute(world.pool())
        .await
        .unwrap();
        let page = approver.get(&format!("/exports/{file}")).await.expect(200).shows("支払日を過ぎた未送付");
        let (recount, beside) = page.text.split_once("このファイルに含まれないもの").unwrap();
        assert!(!recount.contains("支払日を過ぎた未送付") && beside.contains("12,345"), "{}", page.text);
        sqlx::query("update ledger.payment_order set state = 'cancelled' where no = '2026P99999999'")
            .execute(world.pool())
            .await
            .unwrap();
        // Whom it pays stands on the page: in full for who decides, which is written down; masked for who looks.
        let payee: String = sqlx::query_scalar(
            "select k.name from ledger.payment_order p join ledger.creditor k on k.no = p.creditor join export.claim c on c.object_id = p.id order by p.amount desc limit 1",
        )
        .fetch_one(world.pool())
        .await
        .unwrap();
        let shown = |text: &str| text.split_once("id=\"payees\"").unwrap().1.split_once("</section>").unwrap().0.to_owned();
        assert!(shown(&page.text).contains(&payee), "{payee}");
        let masked = viewer.get(&format!("/exports/{file}")).await.expect(200);
        assert!(!shown(&masked.text).contains(&payee) && shown(&masked.text).contains("class=\"masked\""));
        let looked = "select count(*) from audit.event where action = 'personal.show' and object = 'export.file' and after ->> 'what' = 'payees' and actor = 'shonin.1'";
        assert_eq!(world.number(looked).await, 1);

        let sha256: String = sqlx::query_scalar("select sha256 from export.file").fetch_one(world.pool()).await.unwrap();
        approver.post(&format!("/exports/{file}/approve"), &[("sha256", &sha256)]).await.expect(303);
        approver.post(&format!("/exports/{file}/release"), &[]).await.expect(303);
        let (order, number): (i64, String) = sqlx::query_as(
            "select p.id, p.no from ledger.payment_order p join export.claim c on c.object_id = p.id order by p.id limit 1",
        )
        .fetch_one(world.pool())
        .await
        .unwrap();
        let link = format!("/ledger/lineage/payment_order/{order}");
        // Booked on approval, by no file: the entry leads to the order, and forward to the file.
        let expense = world.number("select min(id) from ledger.entry where event = 'EXPENSE'").await;
        let page = operator.get(&format!("/ledger/entries/{expense}")).await.expect(200).shows(&link).shows(&number);
        page.shows(&format!("/exports/{file}"));
        // The order: its line, the message that brought it, its entries, the record that paid it.
        let message: String = sqlx::query_scalar(
            "select k.message_id from intake.chunk k join ledger.payment_order p on p.batch_id = k.batch_id where p.id = $1",
        )
        .bind(order)
        .fetch_one(world.pool())
        .await
        .unwrap();
        let (batch, line): (i64, i64) = sqlx::query_as("select batch_id, line from ledger.payment_order where id = $1")
            .bind(order)
            .fetch_one(world.pool())
            .await
            .unwrap();
        let page = operator.get(&link).await.expect(200).shows(&format!("/batches/{batch}?line={line}")).shows(&message);
        let page = page.shows("(1/1)").shows("IF16_20261006_001.json").shows(&format!("href=\"/exports/{file}?record="));
        // As on the page of the file: whole for who decides, which is written down; masked for who looks.
        page.shows(&format!("/ledger/entries/{expense}")).shows("原本の該当部分").hides("class=\"masked\"");
        let looked = "select count(*) from audit.event where action = 'personal.show' and object = 'payment_order' and after ->> 'what' = 'lineage' and actor = 'unyo.1'";
        assert_eq!(world.number(looked).await, 1);
        viewer.get(&link).await.expect(200).shows("class=\"masked\"").hides("原本の該当部分");
        auditor.get(&link).await.expect(200).shows("原本の該当部分").shows("請求");
        // The list of entries leads to the orders an approval booked.
        operator.get("/ledger/entries").await.expect(200).shows(&format!("{link}\">支出命令 {number}"));
        // Who looks at one topic reads what it is about; the ledger is not theirs to open.
        let mut one_topic = Visitor::with_roles_on(world, &address, "mite.9", &["viewer"], TRANSFERS).await;
        let page = one_topic.get(&format!("/exports/{file}")).await.expect(200).shows(&number);
        page.hides("href=\"/ledger").hides("href=\"/batches/");
        let mut one_topic = Visitor::with_roles_on(world, &address, "mite.16", &["viewer"], INVOICES).await;
        let page = one_topic.get(&format!("/batches/{batch}")).await.expect(200).shows(&number);
        page.hides("href=\"/ledger");
        // The payment was booked by the release: its lines lead through the order to the same place.
        let payment = world.number("select min(id) from ledger.entry where event = 'PAYMENT'").await;
        operator.get(&format!("/ledger/entries/{payment}")).await.expect(200).shows(&link);
        let seq = world.number("select min(source_line) from ledger.posting p join ledger.entry e on e.id = p.entry_id where e.event = 'PAYMENT'").await;
        let page =
            operator.get(&format!("/ledger/entries/{payment}/lines/{seq}")).await.expect(200).shows("IF16_20261006_001.json");
        page.shows("払出しによる仕訳");
        // From a record of the file back.
        operator.get(&format!("/exports/{file}")).await.expect(200).shows(&link);
        let told = world.json(&["ledger", "lineage", "--file", &file.to_string(), "--record", &seq.to_string()], &[0]);
        assert_eq!(told[0]["lineage"]["sources"][0]["place"]["file"], "IF16_20261006_001.json");
        let told = world.json(&["ledger", "lineage", "--order", &number], &[0]);
        assert_eq!(told["lineage"]["carriers"][0]["file"], file);
        // Pay of one person has no page, and what is not there neither.
        for none in ["payroll_transfer/1", "payment_order/999999", "creditor_account/1"] {
            operator.get(&format!("/ledger/lineage/{none}")).await.expect(404);
        }
    });
}
