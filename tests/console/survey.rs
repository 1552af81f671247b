//! Files of the settlement survey: a trial is looked at and asks for nothing; a cell leads back to its budget lines and their entries.

use crate::support::world;
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-05-20T09:30:00+09:00";
const SURVEY: &str = "05_settlement_statistics";
/// What the folder's cases are made of.
const YEAR: &str = include_str!("../../integrations/05_settlement_statistics/cases/functions.sql");

#[test]
fn a_trial_asks_for_no_release_and_a_cell_leads_to_its_entries() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let year = format!("{YEAR}; begin; select pg_temp.small_year(); commit");
        sqlx::raw_sql(sqlx::AssertSqlSafe(year)).execute(world.pool()).await.unwrap();
        let order = [("profile", "wide"), ("param.fiscal_year", "2025"), ("param.table", "04")];
        let page = operator.post(&format!("/topics/{SURVEY}/dry-run"), &order).await.expect(200);
        let key = page.hidden("key");
        let mut keyed = order.to_vec();
        keyed.push(("key", key.as_str()));
        operator.post(&format!("/topics/{SURVEY}/order"), &keyed).await.expect(303);
        world.until_sql("select string_agg(state, ',') from export.file", "generated").await;
        let id = world.number("select id from export.file").await;
        // Nobody is asked to release it, on its page, in the lists or on the board; and nobody can.
        let page = operator.get(&format!("/exports/{id}")).await.expect(200).shows("承認・払出しの対象外").shows("出納閉鎖");
        let page = page.hides(">払い出す<").hides(">承認する<").hides("送れなかったもの");
        operator.get("/exports?state=open").await.expect(200).hides(&format!("href=\"/exports/{id}\""));
        operator.get("/exports").await.expect(200).shows(&format!("href=\"/exports/{id}\"")).shows("確認用");
        operator.get("/").await.expect(200).hides("badge act\">払出<").hides("badge act\">承認・払出<");
        operator.post(&format!("/exports/{id}/release"), &[]).await.expect(409);
        assert_eq!(world.number("select count(*) from export.file where released_at is not null").await, 0);
        // From the records of the file to a cell, to the budget lines that make it, to their entries.
        assert!(page.text.contains(&format!("/exports/{id}/cells/")), "{}", page.text);
        let cell = world
            .number("select id from ledger.settlement_cell where table_no = '04' and yen = 500000600 order by id limit 1")
            .await;
        let page = operator.get(&format!("/exports/{id}/cells/{cell}")).await.expect(200).shows("セルと一致").shows("試算");
        page.shows("/ledger/budget-lines/2025/01/0101010191");
        let other = world.number("select id from ledger.settlement_cell where table_no = '05' order by id limit 1").await;
        operator.get(&format!("/exports/{id}/cells/{other}")).await.expect(404);
        let entry = world
            .number("select e.id from ledger.entry e join ledger.posting p on p.entry_id = e.id where p.amount = 500000600")
            .await;
        let link = format!("/ledger/entries/{entry}?budget_line=0101010191");
        operator.get("/ledger/budget-lines/2025/01/0101010191").await.expect(200).shows(&link).shows("500,000,600");
        operator.get(&link).await.expect(200).shows("伝票の全明細").shows("500,000,600").hides("120,000,400");
        operator.get("/ledger/budget-lines/2025/01/9999999999").await.expect(404);
        // The same at the command line.
        let told = world.json(&["ledger", "lineage", "--file", &id.to_string(), "--record", "1"], &[0]);
        assert_eq!(told[0]["facts"][0]["budget_line"], "0101010191");
    });
}
