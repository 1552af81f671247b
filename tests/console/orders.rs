//! Approved payment orders that no file carries get another day, or are taken back: the effect first, and never by who made them.

use crate::flows::{batch, sample};
use crate::support::files::{BANKS, INVOICES};
use crate::support::world;
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";
const LIST: &str = "/ledger/orders?state=approved";

#[test]
fn an_order_gets_another_day_or_is_cancelled_by_a_second_person_who_saw_the_effect() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let address = console(world).await;
        world.drop_file(BANKS, "IF01_20261001_001.csv", &sample("IF01_20261001_001.csv"));
        batch(world, "posted").await;
        world.drop_file(INVOICES, "IF16_20261006_001.json", &sample("IF16_20261006_001.json"));
        batch(world, "held").await;
        let made_by: String =
            sqlx::query_scalar("select min(made_by) from ledger.payment_order").fetch_one(world.pool()).await.unwrap();
        world.renkei(&["ledger", "approve", "--all", "--as", "kacho"]).expect(&[0]);
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        let (no, was): (String, String) =
            sqlx::query_as("select no, pay_date::text from ledger.payment_order where state = 'approved' order by no limit 1")
                .fetch_one(world.pool())
                .await
                .unwrap();
        viewer.get(LIST).await.expect(200).hides("/ledger/orders/day");
        approver.get(LIST).await.expect(200).shows("支払日を変更する…").shows("formaction=\"/ledger/orders/cancel\"");
        let form = format!("/ledger/orders/day?order={no}");
        for person in [&mut viewer, &mut operator] {
            person.get(&form).await.expect(403);
            person.post("/ledger/orders/day", &[("order", no.as_str()), ("to", "2026-10-26")]).await.expect(403);
        }
        // Which order it is about is shown before anything is asked.
        let page = approver.get(&form).await.expect(200).shows("影響を確認する").hides(">支払日を変更する<");
        page.shows("選んだ支出命令").shows(&no).shows(&was);
        approver.get(&format!("{form}&to=2026-10-26")).await.expect(200).hides(">支払日を変更する<");
        approver.get("/ledger/orders/day").await.expect(409).shows("支出命令を選んでください。");
        approver
            .get(&format!("{form}&to=2030-01-15&reason=x"))
            .await
            .expect(409)
            .shows("休日の登録は")
            .hides("class=\"detail\" lang=\"en\"");
        // A day on which banks are closed is refused, and what was typed stays.
        approver
            .get(&format!("{form}&to=2026-10-25&reason=x"))
            .await
            .expect(409)
            .shows("value=\"2026-10-25\"")
            .shows(&format!("2026-10-25は銀行の休業日のため、支出命令{no}の支払日にできません。"))
            .shows("選んだ支出命令")
            .hides("class=\"detail\" lang=\"en\"")
            .hides(">支払日を変更する<");
        let page = approver.get(&format!("{form}&to=2026-10-26&reason=x")).await.expect(200);
        let page =
            page.shows(&format!("{was} → <strong>2026-10-26</strong>")).shows(">支払日を変更する<").shows("仕訳はありません。");
        // By when the bank must have it, by each profile that could carry the order; a day it does not take is told, not refused.
        page.shows("<h2>銀行の期限</h2>").shows("みずほアバンスドバンク").shows("2026-10-23 12:00").hides("TRANSFER_DATE");
        let near = approver.get(&format!("{form}&to=2026-10-06&reason=x")).await.expect(200).shows(">支払日を変更する<");
        near.shows("<span class=\"badge bad\">間に合いません</span>")
            .shows("支払日2026-10-06が近すぎます。")
            .shows("どの銀行プロファイルでも間に合いません。");
        let moved = "select count(*) from ledger.payment_order where pay_date = '2026-10-26'";
        assert_eq!(world.number(moved).await, 0, "looking moves nothing");
        // Whoever made it does not give it another day.
        let makes = async |who: &str| {
            let made = format!(
                "alter table ledger.payment_order disable trigger user; update ledger.payment_order set made_by = '{who}' where no = '{no}';
                 alter table ledger.payment_order enable trigger user"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(made)).execute(world.pool()).await.unwrap();
        };
        makes("shonin.1").await;
        approver.get(&format!("{form}&to=2026-10-26&reason=x")).await.expect(409).shows("起票した人には変更できません");
        makes(&made_by).await;
        let fields = [("order", no.as_str()), ("to", "2026-10-26"), ("reason", "銀行の持込期限に間に合わない")];
        approver.post("/ledger/orders/day", &fields[..2]).await.expect(400).shows("理由を入力してください。");
        let told = |word: &str| format!("{LIST}&done={word}.order.2026.{}.0", no[5..].trim_start_matches('0'));
        approver.post("/ledger/orders/day", &fields).await.expect_to(&told("orders-moved"));
        approver.get(&told("orders-moved")).await.expect(200).shows(&format!("支出命令{no}：支払日を変更しました。"));
        assert_eq!(world.number(moved).await, 1);
        let id = world.number("select id from ledger.payment_order where pay_date = '2026-10-26'").await;
        let page = approver.get(&format!("/ledger/lineage/payment_order/{id}")).await.expect(200).shows("支払日変更");
        page.shows(&format!("{was} → 2026-10-26")).shows("銀行の持込期限に間に合わない");
        // Cancelled with a reason; the preview shows what is booked back.
        approver.post("/ledger/orders/cancel", &fields[..1]).await.expect(400).shows("理由を入力してください。");
        let page = approver.get(&format!("/ledger/orders/cancel?order={no}&reason=x")).await.expect(200);
        page.shows("決裁済 → <strong>取消</strong>").shows("作成される仕訳");
        sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
            .execute(world.pool())
            .await
            .unwrap();
        let why = [("order", no.as_str()), ("reason", "請求の誤り")];
        let asked = approver.post("/ledger/orders/cancel", &why).await.asks_who(&format!("/ledger/orders/cancel?order={no}"));
        asked.shows("請求の誤り");
        sqlx::query("update access.session set proven_at = clock_timestamp()").execute(world.pool()).await.unwrap();
        approver.post("/ledger/orders/cancel", &why).await.expect_to(&told("orders-cancelled"));
        // A day that is over is marked where the order still waits to be paid.
        approver.get(LIST).await.expect(200).hides(">経過</span>");
        let over = "alter table ledger.payment_order disable trigger user; update ledger.payment_order set pay_date = '2026-10-05' where state = 'approved';
                    alter table ledger.payment_order enable trigger user";
        sqlx::raw_sql(over).execute(world.pool()).await.unwrap();
        approver.get(LIST).await.expect(200).shows("2026-10-05 <span class=\"badge bad\">経過</span>");
        let told = "select count(*) from audit.event where actor = 'shonin.1' and action in ('payment_order.reschedule', 'payment_order.cancel')
                       and reason in ('銀行の持込期限に間に合わない', '請求の誤り')";
        assert_eq!(world.number(told).await, 2);
    });
}
