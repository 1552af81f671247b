//! Held lines: the right payee is chosen on the page; who looks after them; what became of several batches at once.

use serde_json::{Value, json};

use crate::flows::batch;
use crate::support::files::INVOICES;
use crate::support::world::{self, World};
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";
const INVOICE: &str = include_str!("../../integrations/16_invoices/cases/creditor_doubtful/invoices.json");

/// The second line of the case: nobody knows who issued it.
fn unknown_payee() -> Value {
    serde_json::from_str::<Vec<Value>>(INVOICE).unwrap().swap_remove(1)
}

fn hand_in(world: &World, name: &str, invoices: &[Value]) {
    world.drop_file(INVOICES, name, serde_json::to_string(invoices).unwrap().as_bytes());
}

#[test]
fn the_payee_of_a_held_line_is_chosen_previewed_and_posted() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        hand_in(world, "IF16_20261006_001.json", &[unknown_payee()]);
        let id = batch(world, "held").await;
        let choose = format!("/batches/{id}/lines/1/choose/creditor");
        for page in ["/worklists/held/CREDITOR_UNKNOWN".to_owned(), format!("/batches/{id}")] {
            operator.get(&page).await.expect(200).shows(&format!("href=\"{choose}\">債権者を選ぶ"));
            viewer.get(&page).await.expect(200).hides(&choose);
        }
        // Lines are counted, not the records below them.
        operator.get(&format!("/batches/{id}")).await.expect(200).shows("保留のすべて (<span class=\"count\">1</span> 行)");
        viewer.get(&choose).await.expect(403);
        // Only what the checks ask about can be chosen.
        operator.get(&format!("/batches/{id}/lines/1/choose/commitment")).await.expect(404);
        operator.get(&choose).await.expect(200).shows("知らない商店").shows("行の内容に一致するものはありません");
        for find in ["砧クリーン", "0000000101", "T6010901900001", "6010901900001"] {
            operator.get(&format!("{choose}?find={find}")).await.expect(200).shows("<code>0000000101</code>");
        }
        // What would come of it, and nothing is kept.
        operator.get(&format!("{choose}?to=0000000101")).await.expect(200).shows("記帳できます").shows("これを選んで記帳する");
        operator.get(&format!("{choose}?to=0000000102")).await.expect(200).shows("保留のまま").shows("0000000101のもの");
        assert_eq!(world.number("select count(*) from intake.choice").await, 0);
        let to = |no| [("to", no), ("reason", "請求書の原本と電話で確認")];
        viewer.post(&choose, &to("0000000101")).await.expect(403);
        operator.post(&choose, &[("to", "0000000101"), ("reason", " ")]).await.expect(400);
        operator.post(&choose, &to("9999999999")).await.expect(409).shows("登録されていません");
        let before: Value = sqlx::query_scalar("select jsonb_agg(to_jsonb(r) order by line, sub, shape) from intake.record r")
            .fetch_one(world.pool())
            .await
            .unwrap();
        operator.post(&choose, &to("0000000101")).await.expect_to(&format!("/batches/{id}?done=posted-held.1.0.0"));
        // It is posted to the payee that was chosen, what the line says is as it came, and all of it is in the audit log.
        assert_eq!(world.number("select count(*) from ledger.payment_order where creditor = '0000000101'").await, 1);
        let after: Value = sqlx::query_scalar("select jsonb_agg(to_jsonb(r) order by line, sub, shape) from intake.record r")
            .fetch_one(world.pool())
            .await
            .unwrap();
        assert_eq!(before, after);
        let (said, chosen): (Value, Value) = sqlx::query_as(
            "select before, after from audit.event where action = 'line.choose' and actor = 'unyo.1' and reason = '請求書の原本と電話で確認'",
        )
        .fetch_one(world.pool())
        .await
        .unwrap();
        assert_eq!((&said["said"]["issuer_name"], &chosen["chosen"]), (&json!("知らない商店"), &json!("0000000101")));
        // Sent twice it does nothing twice.
        operator.post(&choose, &to("0000000102")).await.expect(409);
        assert_eq!(world.number("select count(*) from ledger.invoice").await, 1);
        operator.get(&format!("/batches/{id}")).await.expect(200).shows("保留の行の選択");
    });
}

#[test]
fn owners_are_people_who_may_see_it_and_every_batch_tells_its_outcome() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        Visitor::with_roles(world, &address, "yameta.1", &["viewer"]).await;
        Visitor::with_roles(world, &address, "ka.1", &[]).await;
        world.renkei(&["access", "give", "ka.1", "viewer", "--topic", "13", "--as", "setup"]).expect(&[0]);
        world.renkei(&["access", "disable", "yameta.1", "--reason", "異動", "--as", "setup"]).expect(&[0]);
        let mut other = unknown_payee();
        (other["請求ID"], other["請求書番号"], other["宛先所属コード"]) = (json!("P-77"), json!("P-77"), json!("05030000"));
        hand_in(world, "IF16_20261006_001.json", &[unknown_payee()]);
        batch(world, "held").await;
        hand_in(world, "IF16_20261006_002.json", &[other]);
        world.until_sql("select count(*)::text from intake.batch where state = 'held'", "2").await;
        let page = "/worklists/held/CREDITOR_UNKNOWN";
        // Who may see the topic and can enter is offered, and nobody else is taken.
        let shown = operator.get(page).await.expect(200).shows("<option value=\"unyo.1\" selected").shows("value=\"mite.1\"");
        shown.hides("value=\"yameta.1\"").hides("value=\"ka.1\"");
        let ids: Vec<i64> = sqlx::query_scalar("select id from intake.finding where code = 'CREDITOR_UNKNOWN' order by batch_id")
            .fetch_all(world.pool())
            .await
            .unwrap();
        let [one, two] = [ids[0].to_string(), ids[1].to_string()];
        for owner in ["nobody", "yameta.1", "ka.1"] {
            let fields = [("finding", one.as_str()), ("act", "note"), ("owner", owner), ("reason", "確認中")];
            operator.post(page, &fields).await.expect(409).shows("担当には");
        }
        let fields = [("finding", one.as_str()), ("act", "note"), ("owner", "mite.1"), ("reason", "確認中")];
        operator.post(page, &fields).await.expect_to(&format!("{page}?done=noted"));
        operator.get(page).await.expect(200).shows("mite.1 確認中");
        // The section of the second file ends: its line is refused now. What the first one did is told all the same.
        sqlx::query("update ledger.organization set valid_to = '2026-10-01' where code = '05030000'")
            .execute(world.pool())
            .await
            .unwrap();
        let fields = [("finding", one.as_str()), ("finding", two.as_str()), ("act", "post"), ("reason", "")];
        let told = operator.post(page, &fields).await.expect(200).shows("2件の受付のうち1件は処理できませんでした");
        let told = told.shows("処理できず").shows("処理済").shows("保留のまま 1");
        let batches: Vec<i64> =
            sqlx::query_scalar("select id from intake.batch order by id").fetch_all(world.pool()).await.unwrap();
        batches.iter().for_each(|id| assert!(told.text.contains(&format!("href=\"/batches/{id}\"")), "{id}\n{}", told.text));
    });
}

#[test]
fn who_chooses_an_object_has_not_answered_whether_it_was_paid_before() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let first = serde_json::from_str::<Vec<Value>>(INVOICE).unwrap().swap_remove(0);
        let mut doubtful = unknown_payee();
        doubtful["支出負担行為番号"] = json!("2026F0009999");
        hand_in(world, "IF16_20261006_001.json", &[first, doubtful]);
        let id = batch(world, "held").await;
        let orders = "select count(*) from ledger.payment_order";
        let waits = format!("/batches/{id}?done=chosen");
        let choose = |object: &str| format!("/batches/{id}/lines/2/choose/{object}");
        let payee = [("to", "0000000101"), ("reason", "電話で確認")];
        operator.post(&choose("creditor"), &payee).await.expect_to(&waits);
        // Now that the payee is known it looks like what was paid already: another question, which stays open.
        let page = operator.get(&format!("{}?to=2026F0000101", choose("commitment"))).await.expect(200);
        page.hides("記帳できます").shows("保留のまま").shows("INVOICE_LOOKS_PAID_ALREADY").shows("これを選ぶ（行は保留のまま）");
        // It is found by a part of its number; what was chosen stands beside what the line says.
        operator.get(&format!("{}?find=2026f", choose("commitment"))).await.expect(200).shows("<code>2026F0000101</code>");
        let page = operator.get(&format!("{}?to=2026F0000101", choose("commitment"))).await.expect(200);
        page.shows("<td>2026F0009999</td><td>2026F0000101</td><td><span class=\"badge act\">違います</span></td>");
        let commitment = [("to", "2026F0000101"), ("reason", "契約書で確認")];
        operator.post(&choose("commitment"), &commitment).await.expect_to(&waits);
        assert_eq!(world.number(orders).await, 1, "nothing was paid twice");
        // Nor is it answered by a choice made once more.
        operator.post(&choose("commitment"), &commitment).await.expect(409);
        // Who sees the question and posts has answered it.
        let list = "/worklists/held/INVOICE_LOOKS_PAID_ALREADY";
        let open = "select id from intake.finding where state = 'open' and code = 'INVOICE_LOOKS_PAID_ALREADY'";
        let finding = world.number(open).await.to_string();
        let post = [("finding", finding.as_str()), ("act", "post"), ("reason", "別の請求と確認")];
        operator.post(list, &post).await.expect_to(&format!("{list}?done=posted-held.1.0.0"));
        assert_eq!(world.number(orders).await, 2);
        let page = operator.get(&format!("/batches/{id}")).await.expect(200).shows("作成された支出命令");
        page.shows("<code>2026P00000001</code>").shows("起票");
        // Whoever approves the order sees whom it pays now, and who chose that and why, beside what came.
        let order = world.number("select max(id) from ledger.payment_order").await;
        let page = operator.get(&format!("/ledger/lineage/payment_order/{order}")).await.expect(200);
        let page = page.shows("現在の支出命令").shows("<code>2026F0000101</code>").shows("これまでの選択");
        page.shows("債権者 <code>0000000101</code> · 電話で確認").shows("契約書で確認");
    });
}
