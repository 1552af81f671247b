//! Pay that no file carries gets another day; pay that came back is transferred once more. The effect is seen first, and a second person
//! decides.

use crate::support::{pay, world};
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-16T09:30:00+09:00";
const PAGE: &str = "/worklists/pay";

#[test]
fn pay_that_was_not_sent_gets_another_day_from_a_second_person() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut who_listed = Visitor::with_roles(world, &address, "jinji", &["approver"]).await;
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        viewer.get(PAGE).await.expect(200).shows("ありません。");
        pay::due(world).await;
        let page = viewer.get(PAGE).await.expect(200).shows("2026-10-15").shows("過ぎています").shows("例月").shows("800,000");
        page.hides("支払日を変更…");
        viewer.get("/worklists").await.expect(200).shows("href=\"/worklists/pay\"");
        approver.get(PAGE).await.expect(200).shows("/worklists/pay/move?from=2026-10-15&amp;kind=1");
        let form = "/worklists/pay/move?from=2026-10-15&kind=1";
        operator.get(form).await.expect(403);
        approver.get(form).await.expect(200).shows("影響を確認する").hides("支払日を変更する");
        // What cannot be is refused when it is looked at; what can be is shown, and changes nothing.
        let look = |to: &str| format!("{form}&to={to}&reason=bank");
        approver.get(&look("2026-10-18")).await.expect(409);
        approver.get(&format!("{form}&to=soon&reason=x")).await.expect(400);
        who_listed.get(&look("2026-10-20")).await.expect(409).shows("DB_PAY_MOVE_BY_SECOND_PERSON");
        let entries = world.number("select count(*) from ledger.entry").await;
        let page = approver.get(&look("2026-10-20")).await.expect(200).shows("2026-10-15 → <strong>2026-10-20</strong>");
        page.shows("800,000").shows("歳入歳出外現金 受入").shows("200,000").shows("支払日を変更する");
        assert_eq!(world.number("select count(*) from ledger.entry").await, entries, "looking books nothing");
        assert_eq!(world.number("select count(*) from ledger.payroll_run where pay_date = '2026-10-15'").await, 1);
        let fields = [("from", "2026-10-15"), ("to", "2026-10-20"), ("kind", "1"), ("reason", "締切に間に合わず")];
        operator.post("/worklists/pay/move", &fields).await.expect(403);
        who_listed.post("/worklists/pay/move", &fields).await.expect(409);
        approver.post("/worklists/pay/move", &fields[..3]).await.expect(400).shows("理由を入力してください");
        approver.post("/worklists/pay/move", &fields).await.expect_to("/worklists/pay?done=pay-moved");
        // A form that is sent again moves nothing: nothing is due on that day any more.
        approver.post("/worklists/pay/move", &fields).await.expect(409).shows("DB_PAY_MOVE_NOTHING");
        viewer.get(PAGE).await.expect(200).shows("2026-10-20").hides("2026-10-15").hides("過ぎています");
        let sql = "select count(*) from audit.event where action = 'payroll.move' and actor = 'shonin.1' and reason = '締切に間に合わず'";
        assert_eq!(world.number(sql).await, 1);
        // Some minutes later the person is asked for again.
        sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
            .execute(world.pool())
            .await
            .unwrap();
        approver.post("/worklists/pay/move", &fields).await.asks_who("/worklists/pay");
    });
}

#[test]
fn pay_that_came_back_is_transferred_once_more_by_two_persons() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut both = Visitor::with_roles(world, &address, "kakari.1", &["operator", "approver"]).await;
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        pay::due(world).await;
        pay::came_back(world).await;
        operator.get("/worklists/returned").await.expect(200).shows("href=\"/worklists/pay/returned/1\"");
        operator.get(PAGE).await.expect(200).shows("0000001002").shows("300,000").shows("未処理").hides("2222222");
        let one = "/worklists/pay/returned/1";
        operator.get("/worklists/pay/returned/2").await.expect(404);
        operator.get(one).await.expect(200).shows("もう一度振り込む");
        approver.get(one).await.expect(200).hides("もう一度振り込む");
        let transfer = format!("{one}/transfer");
        let fields = |act: &'static str, account: &'static str| {
            [("act", act), ("date", "2026-10-20"), ("account", account), ("holder", "")]
        };
        approver.post(&transfer, &fields("draft", "")).await.expect(403);
        // The account is closed: to the same it does not go. Looking drafts nothing, and no address holds an account.
        both.get(one).await.expect(200);
        both.post(&transfer, &fields("look", "")).await.expect(409).shows("DB_RETURNED_PAY_TO_OTHER_ACCOUNT");
        let page = both.post(&transfer, &fields("look", "0009:401:1:2222299")).await.expect(200);
        let page = page
            .shows("口座変更あり")
            .shows("0009-401")
            .shows("口座番号の末尾")
            .shows("99")
            .shows("起票する（別の人が決裁します）");
        page.shows("一般会計");
        assert_eq!(world.number("select count(*) from ledger.payroll_repayment").await, 0);
        both.post(&transfer, &fields("draft", "0009:401:1:2222299")).await.expect_to("/worklists/pay?done=pay-drafted.pay.1");
        both.post(&transfer, &fields("draft", "0009:401:1:2222299")).await.expect(409).shows("DB_RETURNED_PAY_ONCE");
        assert_eq!(world.number("select count(*) from ledger.payroll_repayment").await, 1);
        // Who drafted it does not approve it, whatever roles they have.
        both.get(one).await.expect(200).shows("起票した人は決裁できません").hides("決裁する</button>").shows("取り下げる");
        both.post(&format!("{one}/approve"), &[]).await.expect(409).shows("DB_PAYROLL_REPAYMENT_BY_SECOND_PERSON");
        operator.post(&format!("{one}/approve"), &[]).await.expect(403);
        approver.get(one).await.expect(200).shows("決裁する</button>").hides("取り下げる").hides("2222299");
        // The account is compared with the section's paper before: who looked is recorded, and who only watches may not.
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        viewer.get(one).await.expect(200).hides("口座を表示");
        viewer.post(&format!("{one}/account"), &[]).await.expect(403);
        approver.post(&format!("{one}/account"), &[]).await.expect(200).shows("0009:401:1:2222299").shows("決裁する</button>");
        let looked = "select count(*) from audit.event where action = 'personal.show' and object = 'payroll_result' and actor = 'shonin.1'";
        assert_eq!(world.number(looked).await, 1);
        approver.post(&format!("{one}/approve"), &[]).await.expect_to("/worklists/pay?done=approved.pay.1");
        approver.post(&format!("{one}/approve"), &[]).await.expect(409).shows("DB_RETURNED_PAY_DRAFTED");
        operator.get(PAGE).await.expect(200).shows("決裁済").shows("2026-10-20");
        // Taken back while no file carries it, it waits again.
        operator.post(&format!("{one}/withdraw"), &[]).await.expect(400);
        approver.post(&format!("{one}/withdraw"), &[("reason", "x")]).await.expect(403);
        operator
            .post(&format!("{one}/withdraw"), &[("reason", "窓口で支給")])
            .await
            .expect_to("/worklists/pay?done=pay-withdrawn.pay.1");
        operator.post(&format!("{one}/withdraw"), &[("reason", "窓口で支給")]).await.expect(409).shows("DB_RETURNED_PAY_REPAID");
        operator.get(one).await.expect(200).shows("もう一度振り込む");
        let sql = "select count(*) from audit.event where object = 'payroll_result' and object_id = '1'";
        assert_eq!(world.number(sql).await, 4);
    });
}

#[test]
fn pay_that_reached_the_person_in_another_way_is_put_down_once() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut who_listed = Visitor::with_roles(world, &address, "jinji", &["operator"]).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        pay::due(world).await;
        pay::came_back(world).await;
        let one = "/worklists/pay/returned/1";
        let paid = format!("{one}/paid");
        let fields = |act: &'static str, on: &'static str, how: &'static str| [("act", act), ("on", on), ("how", how)];
        operator.get(one).await.expect(200).shows("別の方法で支給した");
        approver.get(one).await.expect(200).hides("別の方法で支給した");
        let ready = fields("record", "2026-10-16", "現金、領収書12");
        approver.post(&paid, &ready).await.expect(403);
        who_listed.post(&paid, &ready).await.expect(409).shows("DB_RETURNED_PAY_BY_SECOND_PERSON");
        operator.post(&paid, &fields("look", "2026-10-17", "現金")).await.expect(409).shows("DB_RETURNED_PAY_DAY");
        operator.post(&paid, &fields("look", "2026-10-16", " ")).await.expect(409).shows("DB_RETURNED_PAY_HOW");
        operator.post(&paid, &fields("look", "soon", "現金")).await.expect(400);
        let entries = world.number("select count(*) from ledger.entry").await;
        let page = operator.post(&paid, &fields("look", "2026-10-16", "現金、領収書12")).await.expect(200);
        page.shows("返戻金の支払").shows("300,000").shows("支給済みとして記録する");
        assert_eq!(world.number("select count(*) from ledger.entry").await, entries, "looking books nothing");
        operator.post(&paid, &ready).await.expect_to("/worklists/pay?done=pay-paid.pay.1");
        operator.post(&paid, &ready).await.expect(409).shows("DB_RETURNED_PAY_WAITS");
        assert_eq!(world.number("select count(*) from ledger.entry").await, entries + 1);
        operator.get("/worklists/pay").await.expect(200).hides("0000001002");
        let sql = "select count(*) from audit.event where action = 'payroll_transfer.paid_again' and actor = 'unyo.1' and reason = '現金、領収書12'";
        assert_eq!(world.number(sql).await, 1);
    });
}

#[test]
fn an_order_with_nothing_to_send_says_what_waits() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        pay::due(world).await;
        let form = "/topics/09_bank_transfers/dry-run";
        let order = |profile: &'static str| [("profile", profile), ("param.pay_date", "2026-10-29")];
        let page = operator.post(form, &order("mizuho_payroll")).await.expect(200).shows("送るものがありません。");
        page.shows("2026-10-15の分が2件、800,000円あります。").shows("日付を2026-10-15にしてください");
        let page = operator.post(form, &order("mizuho_advanced")).await.expect(200).shows("送るものがありません。");
        page.shows("待っているものもありません。");
        let run = [
            "export",
            "run",
            "09",
            "--profile",
            "mizuho_payroll",
            "--param",
            "pay_date=2026-10-29",
            "--dry-run",
            "--as",
            "kakari",
        ];
        let told = world.json(&run, &[0]);
        assert_eq!((&told["waiting"][0]["code"], &told["waiting"][0]["count"]), (&"EXPORT_WAITS_OTHER_DAY".into(), &2.into()));
        let said = world.renkei(&run).expect(&[0]).out;
        assert!(said.contains("no file would be made") && said.contains("2 item(s) of 800,000 yen are of 2026-10-15."), "{said}");
        assert_eq!(world.number("select count(*) from export.file").await, 0, "a look makes nothing");
    });
}
