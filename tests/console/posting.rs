//! Posting rules and what of the survey is entered by hand: looked at before it is changed, and read as people write it.

use crate::support::world;
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";
const RULE: &str = "/settings/posting-rules/UNALLOCATED";

#[test]
fn a_rule_is_changed_by_who_has_seen_what_has_the_account_on_its_other_side() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        sqlx::query(
            "insert into ledger.account (code, name, name_en, class) values ('2299', '収入未整理（新）', 'Unallocated, new', 'liability')",
        )
        .execute(world.pool())
        .await
        .unwrap();
        admin.get("/settings").await.expect(200).shows(&format!("href=\"{RULE}\"")).hides("name=\"valid_from\"");
        admin.get(RULE).await.expect(200).shows("name=\"valid_from\"").shows("影響を確認する");
        viewer.get("/settings").await.expect(200).hides(RULE);
        viewer.get(RULE).await.expect(200).shows("収入未整理").hides("name=\"valid_from\"");
        admin.get("/settings/posting-rules/NO_SUCH_EVENT").await.expect(404);
        let change =
            [("debit", "1101"), ("credit", "2299"), ("valid_from", "2027-04-01"), ("seen", "0"), ("reason", "科目の新設")];
        let mut looked = change.to_vec();
        looked.push(("act", "look"));
        // What comes in to the account by one rule goes out of it by another, which is named. Of the side that stays nothing is.
        let page = admin.post(RULE, &looked).await.expect(200).shows("反対側を使い続けます");
        let page = page.shows("href=\"/settings/posting-rules/ALLOCATION_OUT\"").hides("posting-rules/PAYMENT\"");
        page.shows("<strong><code>2299</code> 収入未整理（新）</strong>");
        assert_eq!(world.number("select count(*) from ledger.posting_rule_version").await, 0, "looking changes nothing");
        let begun = looked.iter().map(|(name, value)| (*name, if *name == "valid_from" { "2026-10-06" } else { value }));
        let page = admin.post(RULE, &begun.collect::<Vec<_>>()).await.expect(409).shows("適用開始日が今日以前です");
        page.shows("value=\"科目の新設\"");
        admin.post(RULE, &change).await.expect_to("/settings?done=saved");
        // The row says what is to come, before it counts.
        viewer.get("/settings").await.expect(200).shows("2027-04-01から: <code>2299</code> 収入未整理（新）");
        // Once both have it, nothing is named.
        let other = [("debit", "2299"), ("credit", "1101"), ("valid_from", "2027-04-01"), ("seen", "0"), ("reason", "同じく")];
        let mut looked = other.to_vec();
        looked.push(("act", "look"));
        let rule = "/settings/posting-rules/ALLOCATION_OUT";
        admin.post(rule, &looked).await.expect(200).hides("反対側を使い続けます").shows("2299");
    });
}

#[test]
fn what_the_survey_is_told_by_hand_is_read_as_people_write_it() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        let page = "/settings/survey/shares";
        let figure = |yen: &'static str| [("kind", "figure"), ("year", "2025"), ("yen", yen), ("reason", "決算見込")];
        admin.get(page).await.expect(200);
        let refused = admin.post(page, &figure("1,00")).await.expect(400).shows("金額「1,00」を読み取れません");
        refused.shows("例: 1234567、1,234,567");
        admin.post(page, &figure("１，２３４，０００")).await.expect_to(&format!("{page}?year=2025&done=saved"));
        assert_eq!(world.number("select yen from ledger.settlement_figure").await, 1_234_000);
        // Items stand by what they are, and no evidence is claimed that nobody chose.
        let page = admin.get("/settings/survey/tables").await.expect(200).shows("<optgroup label=\"歳入\">");
        page.shows("name=\"grade\" required><option value=\"\"></option><option value=\"A\">");
        admin.get("/settings/survey?role=purpose").await.expect(200).shows("<optgroup label=\"");
    });
}

#[test]
fn a_rule_of_the_survey_is_taken_back_by_choice_and_is_about_something_there_is() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        let page = admin.get("/settings/survey?role=nature").await.expect(200).shows("name=\"item\" required");
        page.shows("<option value=\"\">選んでください</option>").shows("<option value=\"-\">（対応を取り消す）</option>");
        let with = |key, item| {
            [("role", "nature"), ("fund", ""), ("key", key), ("from_year", "2026"), ("item", item), ("reason", "見直し")]
        };
        admin.post("/settings/survey", &with("10", "")).await.expect(409).shows("決算統計の区分を選んでください");
        admin.post("/settings/survey", &with("77", "goods")).await.expect(409).shows("DB_SETTLEMENT_RULE_KEY_IS_KNOWN");
        assert_eq!(world.number("select count(*) from ledger.setting_change where setting = 'settlement_rule'").await, 0);
        admin.post("/settings/survey", &with("10", "-")).await.expect_to("/settings/survey?role=nature&done=saved");
    });
}
