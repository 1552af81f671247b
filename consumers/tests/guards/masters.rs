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

#[tokio::test]
async fn what_files_bring_by_the_hundred_thousand_refers_to_what_is_known() {
    let db = Scratch::new().await;
    let suspension = |vendors: &str| {
        format!(
            "insert into ledger.vendor_suspension (vendor, starts_on, updated_at, action, reason, content_hash)
             select no, '2026-10-15', now(), '1', 'x', '' from unnest(array[{vendors}]) no"
        )
    };
    db.run(&suspension("'0012345678', '0012345679'")).await;
    assert_eq!(db.refused(&suspension("'0012345680', '0099999999'")).await, "vendor_suspension_vendor_fk");
    let copy = |table: &str, columns: &str, values: &str| {
        format!("insert into ledger.{table} ({columns}) select {values} from ledger.{table} where vendor = '0012345678'")
    };
    let registration = copy(
        "vendor_registration",
        "vendor, updated_at, action, legal_form, name, kana, representative, postal_code, prefecture, address, phone, has_agent, locality,
         small_business, closing_on, qualified_from, qualified_to, content_hash",
        "'0099999999', updated_at, action, legal_form, name, kana, representative, postal_code, prefecture, address, phone, has_agent, locality,
         small_business, closing_on, qualified_from, qualified_to, content_hash",
    );
    assert_eq!(db.refused(&registration).await, "vendor_registration_vendor_fk");
    let qualification = copy(
        "vendor_qualification",
        "vendor, family, category, updated_at, action, valid_from, valid_to, content_hash",
        "'0099999999', family, category, updated_at, action, valid_from, valid_to, content_hash",
    );
    assert_eq!(db.refused(&qualification).await, "vendor_qualification_vendor_fk");
    let result = |winner: &str| {
        format!(
            "insert into ledger.bid_result (tender_no, source, opened_at, outcome, winner, creditor, winner_name, award_excl, award_incl, decided_on,
                                            content_hash, tender_before, batch_id, line)
             values ('2026-2-000456', 'ward', now(), '1', '{winner}', '0000000101', 'x', 100, 110, '2026-09-18', '', 'selected', 1, 1)"
        )
    };
    assert_eq!(db.refused(&result("0099999999")).await, "bid_result_winner_fk");
    db.run(&result("0012345678")).await;
    let bid = |result: &str, vendor: &str| {
        format!(
            "insert into ledger.bid (result_id, round, vendor, name, judgement, line) values ({result}, 1, '{vendor}', 'x', '3', 1)"
        )
    };
    let known = "(select id from ledger.bid_result)";
    db.run(&bid(known, "0012345679")).await;
    assert_eq!(db.refused(&bid(known, "0099999999")).await, "bid_vendor_fk");
    assert_eq!(db.refused(&bid("4711", "0012345680")).await, "bid_result_fk");
    for (table, column, rule) in [
        ("vendor_suspension", "vendor", "vendor_suspension_vendor_fk"),
        ("vendor_registration", "vendor", "vendor_registration_vendor_fk"),
        ("vendor_qualification", "vendor", "vendor_qualification_vendor_fk"),
        ("bid_result", "winner", "bid_result_winner_fk"),
        ("bid", "vendor", "bid_vendor_fk"),
    ] {
        let change = format!("update ledger.{table} set {column} = '0099999999'");
        assert_eq!(db.refused(&change).await, rule, "{table}");
    }
    let finding = "insert into intake.finding (batch_id, verdict, code) values (4711, 'warn', 'X')";
    assert_eq!(db.refused(finding).await, "finding_of_batch");
}

#[tokio::test]
async fn a_result_of_an_opening_stays() {
    let db = Scratch::new().await;
    let deleted = sqlx::raw_sql("delete from ledger.bid_result").execute(&db.pool).await.unwrap_err();
    assert_eq!(deleted.as_database_error().unwrap().code().as_deref(), Some("RK002"));
}
