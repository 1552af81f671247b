//! Masters that other tables name: whoever asks whether one is in use asks about all of them.

use sqlx::postgres::PgPool;

use crate::scratch::Scratch;

async fn column(pool: &PgPool, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
}

#[tokio::test]
async fn a_creditor_is_in_use_where_any_table_refers_to_it() {
    let db = Scratch::new().await;
    let body: String = db.one("select pg_get_functiondef('ledger.creditor_used'::regproc)").await;
    let sql = "select c.conrelid::regclass::text from pg_constraint c
                where c.contype = 'f' and c.confrelid = 'ledger.creditor'::regclass and c.conrelid <> 'ledger.vendor'::regclass";
    let tables = column(&db.pool, sql).await;
    assert!(tables.len() > 8, "{tables:?}");
    let missing: Vec<_> = tables.iter().filter(|table| !body.contains(&format!("from {table} "))).collect();
    // Vendors are asked about beside it: the link goes with the file that made it.
    assert!(missing.is_empty(), "ledger.creditor_used does not ask {missing:?}");
    let ours = "select ledger.creditor_used(d.creditor) from ledger.debit_account d limit 1";
    assert!(db.one::<bool>(ours).await);
}

#[tokio::test]
async fn an_organization_is_in_use_where_any_table_names_it() {
    let db = Scratch::new().await;
    let body: String = db.one("select pg_get_functiondef('ledger.organization_uses'::regproc)").await;
    let locks: String = db.one("select pg_get_functiondef('ledger.organization_blockers'::regproc)").await;
    // Histories, and what is booked or made together with an order; facilities come with their organization.
    let sql = "select format('ledger.%I', table_name) from information_schema.columns join information_schema.tables using (table_schema, table_name)
                where table_schema = 'ledger' and table_type = 'BASE TABLE' and column_name in ('organization', 'department', 'carrier')
                  and table_name not in ('posting', 'organization_change', 'staff_change', 'reassignment_task', 'payroll_expense', 'postage_use', 'facility')";
    let tables = column(&db.pool, sql).await;
    assert!(tables.len() > 10, "{tables:?}");
    let missing: Vec<_> =
        tables.iter().filter(|table| !body.contains(&format!("from {table} ")) || !locks.contains(*table)).collect();
    assert!(missing.is_empty(), "ledger.organization_uses or organization_blockers does not ask {missing:?}");
}

#[tokio::test]
async fn an_organization_has_one_successor_unless_it_is_split() {
    let db = Scratch::new().await;
    let follows = |successor: &str, reason: &str| {
        format!(
            "insert into ledger.organization_successor (predecessor, successor, effective, reason) values ('05020000', '{successor}', '2027-04-01', '{reason}')"
        )
    };
    db.run(&follows("05060000", "split")).await;
    db.run(&follows("05070000", "split")).await;
    db.run(&follows("05080000", "renamed")).await;
    assert_eq!(db.refused(&follows("05090000", "merged")).await, "organization_has_one_successor");
}
