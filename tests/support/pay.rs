//! A payroll as 20 leaves it, with the list of its persons, due on 15 October 2026; approved by kacho, the list handed over by jinji.

use sqlx::AssertSqlSafe;

use super::world::World;

const STAGED: &str = include_str!("staged_payroll.sql");

async fn run(world: &World, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(world.pool()).await.unwrap();
}

/// Posts it, approves its orders and hands over the list.
pub(crate) async fn due(world: &World) {
    // A batch that nobody counts: its records are not there.
    run(
        world,
        format!(
            "begin;
             insert into intake.batch (delivery, topic, file, layout, layout_digest, archive, sender, sha256, bytes, chunks, records_read, yen_read, received_at, state)
             values (gen_random_uuid(), '20_payroll', 'KYUYO.csv', 'layout', repeat('0', 64), 'x', 'jinji', repeat('7', 64), 1, 1, 1, 1, '2026-10-01 09:00+09', 'duplicate');
             {STAGED}; select ledger.post_payroll(); select ledger.post_journal(); commit;
             select ledger.approve_payment_orders(array(select o.order_id from ledger.payroll_run r cross join lateral ledger.payroll_orders(r.id) o), 'kacho', '2026-10-02');
             insert into ledger.payroll_list (run_id, heads, amount, sha256, brought_by) select max(id), 2, 800000, repeat('a', 64), 'jinji' from ledger.payroll_run;
             insert into ledger.payroll_transfer (run_id, list_id, line, staff_no, section, bank, branch, account_kind, account, holder_kana, amount)
             select l.run_id, l.id, t.* from ledger.payroll_list l cross join (values
                (2, '0000001001', '0005010000', '0001', '201', '1', '1111111', 'ｽｽﾞｷ', 500000),
                (3, '0000001002', '0005010000', '0009', '401', '1', '2222222', 'ｻﾄｳ', 300000)) t"
        ),
    )
    .await;
}

/// Its file has left, and the second credit came back: the account is closed.
pub(crate) async fn came_back(world: &World) {
    let sql = "begin; set local session_replication_role = replica;
         insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
         select 0, '09_bank_transfers', t.id, 'payroll_transfer', t.id, t.amount, true from ledger.payroll_transfer t;
         update ledger.payment_order set state = 'released', paid_on = '2026-10-15' where method = 'payroll';
         insert into ledger.payroll_result (transfer_id, file_id, outcome, reason, returned_on, fund, batch_id, line)
         select max(t.id), 0, 'returned', '05', '2026-10-16', '01', 1, 3 from ledger.payroll_transfer t; commit";
    run(world, sql.to_owned()).await;
}
