//! A file of thousands of records: its page is there at once, and what takes seconds comes after it.

use crate::support::world;
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

#[test]
fn a_large_file_is_shown_at_once_and_decided_on_once_it_is_recounted() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let orders = "insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo,
                                                        state, made_by, approved_by, approved_at)
                      select ledger.next_payment_order_no(2026), 2026, '01', '0201030210', '05020000', '0000000101', 1000 + n, '2026-10-15',
                             '消耗品', 'approved', 'tantosha', 'kakunin', now()
                        from generate_series(1, 2001) n";
        sqlx::raw_sql(orders).execute(world.pool()).await.unwrap();
        let order = ["export", "run", "09", "--profile", "mizuho_advanced", "--param", "pay_date=2026-10-15", "--as", "kakari"];
        world.renkei(&order).expect(&[4]);
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        let page = approver.get("/exports/1").await.expect(200);
        page.shows("data-later").shows("href=\"/exports/1?recount=now\"").hides("承認する").hides("id=\"payees\"");
        let page = approver.get("/exports/1?recount=now").await.expect(200);
        page.shows("id=\"recount\"").hides("data-later").shows("承認する").shows("ファイルと一致").shows("id=\"payees\"");
    });
}
