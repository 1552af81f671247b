//! Payment orders by the thousand.

use super::world::World;

/// Approved orders of one creditor, due on 15 October 2026, and the file that carries them.
pub(crate) async fn in_a_file(world: &World, count: i32) {
    let sql = "insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, state,
                                                 made_by, approved_by, approved_at)
               select ledger.next_payment_order_no(2026), 2026, '01', '0201030210', '05020000', '0000000101', 1000 + n, '2026-10-15',
                      '消耗品', 'approved', 'tantosha', 'kakunin', now()
                 from generate_series(1, $1) n";
    sqlx::query(sql).bind(count).execute(world.pool()).await.unwrap();
    let order = ["export", "run", "09", "--profile", "mizuho_advanced", "--param", "pay_date=2026-10-15", "--as", "kakari"];
    world.renkei(&order).expect(&[4]);
}
