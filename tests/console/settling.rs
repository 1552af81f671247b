//! Money that waits is settled on the page: a person chooses the receivable it belongs to.

use crate::support::world;
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-11-20T09:30:00+09:00";

/// A receivable that was overpaid by 500, one of 400 that is open, and 300 yen nobody is known to owe.
const MONEY: &str = "
    insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
        fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
    select v.id, 7, v.id, 2026, v.amount, v.amount, '2026-09-01', '2026-10-30', '2026-10-30', 'SKS', '2026-CV-' || v.id, '1',
        '01', '2105010101', '12030000', '1', '0', '1', '1570073', '受講料', '砧　三郎', 'キヌタ', '東京都'
      from (values (1, 4500), (2, 400)) v (id, amount);
    begin;
    create temp table batch on commit drop as select 8::bigint as id, date '2026-10-16' as business_date, 'kakari' as actor;
    select ledger.begin_journal();
    select ledger.begin_receipts();
    insert into pg_temp.incoming_receipt (line, assessment_id, channel, paid_on, booked_on, amount, cause)
    values (1, 1, '1', '2026-10-15', '2026-10-16', 5000, null), (2, null, '1', '2026-10-15', '2026-10-16', 300, 'no receivable');
    select ledger.book_receipts();
    select ledger.post_journal();
    drop table pg_temp.journal;
    commit";

#[test]
fn money_that_waits_finds_its_receivable() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        sqlx::raw_sql(MONEY).execute(world.pool()).await.unwrap();
        operator.get("/worklists/unallocated").await.expect(200).shows("href=\"/worklists/unallocated/1\"");
        // Names are masked, on the page and in what is saved of it; an auditor sees them, and that is written down.
        for visitor in [&mut viewer, &mut operator] {
            visitor.get("/worklists/overpayments.csv").await.expect(200).shows("＊＊").hides("砧　三郎");
            visitor.get("/ledger/assessments").await.expect(200).hides("砧　三郎");
        }
        let mut auditor = Visitor::with_roles(world, &address, "kansa.1", &["auditor"]).await;
        let looked = "select count(*) from audit.event where action = 'personal.show' and actor = 'kansa.1'";
        for _ in 0..2 {
            auditor.get("/ledger/assessments").await.expect(200).shows("砧　三郎");
            assert_eq!(world.number(looked).await, 1, "once an hour");
        }
        // Nothing is about 300 yen; the receivable is looked for by its number, and the page says what it would come to.
        operator.get("/worklists/unallocated/1").await.expect(200).shows("同じ金額の調定は見つかりません");
        let page = operator.get("/worklists/unallocated/1?find=2026-CV-2").await.expect(200).shows("2026A0000002");
        page.shows(
            "<td class=\"number\"><span class=\"yen\">300</span></td><td class=\"number\"><span class=\"yen\">0</span></td>",
        );
        viewer.get("/worklists/unallocated/1").await.expect(200).hides("充てる").shows("債権なし");
        let choice = [("to", "2026A0000002"), ("reason", "納付者に確認")];
        // How much there is in each list stands beside its name.
        operator
            .get("/worklists")
            .await
            .expect(200)
            .shows("収入未整理</a> <span class=\"badge act\">1</span>")
            .shows("未納の納付書</a> <span class=\"hint\">なし");
        viewer.post("/worklists/unallocated/1/allocate", &choice).await.expect(403);
        operator.post("/worklists/unallocated/1/allocate", &[("to", "2026A0000002"), ("reason", "")]).await.expect(400);
        operator.post("/worklists/unallocated/1/allocate", &choice).await.expect_to("/worklists/unallocated?done=settled");
        // What somebody has done is in the counts they see next, and the list says the same.
        operator.get("/worklists").await.expect(200).shows("収入未整理</a> <span class=\"hint\">なし");
        operator.get("/worklists/unallocated").await.expect(200).hides("/worklists/unallocated/1\"");
        operator.get("/worklists/overpayments").await.expect(200).shows("<span class=\"badge act\">1</span> 件");
        // What somebody settled leads back to the line the money came on, and to the receivable it went to.
        let entry = world.number("select max(e.id) from ledger.entry e where e.event = 'ALLOCATION_IN'").await;
        operator.get(&format!("/ledger/entries/{entry}")).await.expect(200).shows("/ledger/lineage/settlement/1");
        operator.get("/ledger/lineage/settlement/1").await.expect(200).shows(&format!("/ledger/entries/{entry}"));
        let origins =
            "select string_agg(concat_ws('/', batch_id, line), ' ' order by batch_id desc) from ledger.origins('settlement', 1)";
        let origins: String = sqlx::query_scalar(origins).fetch_one(world.pool()).await.unwrap();
        assert_eq!(origins, "8/2 7/2", "the money, and the receivable");
        // Sent twice it does nothing twice.
        operator.post("/worklists/unallocated/1/allocate", &choice).await.expect(409);
        assert_eq!(world.number("select unpaid from ledger.receivable where id = 2").await, 100);
        // 100 of the 500 pay the rest; 400 stay open and go back.
        operator.get("/worklists/overpayments/1?find=2026A0000002").await.expect(200).shows("還付の記録");
        let choice = [("to", "2026A0000002"), ("reason", "申出")];
        operator.post("/worklists/overpayments/1/allocate", &choice).await.expect_to("/worklists/overpayments?done=settled");
        let page = operator.get("/worklists/overpayments").await.expect(200).shows("href=\"/worklists/overpayments/2\"");
        page.hides("href=\"/worklists/overpayments/1\"");
        sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
            .execute(world.pool())
            .await
            .unwrap();
        operator
            .post("/worklists/overpayments/2/refund", &[("reason", "口座に還付済")])
            .await
            .asks_who("/worklists/overpayments/2");
        sqlx::query("update access.session set proven_at = clock_timestamp()").execute(world.pool()).await.unwrap();
        operator.post("/worklists/overpayments/2/refund", &[("reason", "口座に還付済")]).await.expect(303);
        assert_eq!(world.number("select count(*) from ledger.overpayment where state = 'open'").await, 0);
        let told = "select count(*) from audit.event where actor = 'unyo.1' and source = 'console' and action in
                    ('unallocated_receipt.allocate', 'overpayment.appropriate', 'overpayment.refund')";
        assert_eq!(world.number(told).await, 3);
    });
}
