//! Settings that say something of what is under way: orders due on a day on which banks are closed, and the bank of a profile.

use crate::support::world;
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";
/// Orders of one creditor, by pay date and state.
const ORDERS: &str = "
    insert into ledger.creditor (no, name, kana) values ('0000000042', '試験商店', 'ｼｹﾝｼﾖｳﾃﾝ');
    insert into ledger.budget_line (fiscal_year, fund, code, side, name, account)
    select 2026, '01', '9901019911', 'expenditure', '試験', min(a.code) from ledger.account a;
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, state, made_by, approved_by)
    select '2026P' || lpad((90000000 + i)::text, 8, '0'), 2026, '01', '9901019911', '0000', '0000000042', 1000 + i, day::date, '試験', state, 'machine',
           case when state <> 'draft' then 'kacho' end
      from (values (1, '2026-10-23', 'approved'), (2, '2026-10-23', 'approved'), (3, '2026-10-23', 'draft'), (4, '2026-10-23', 'cancelled'),
                   (5, '2026-10-26', 'approved')) o (i, day, state);";

#[test]
fn a_closing_day_tells_which_orders_are_due_then() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        sqlx::raw_sql(ORDERS).execute(world.pool()).await.unwrap();
        let page = "/settings/calendar";
        let due = "金融機関の休業日に支払日がある支出命令";
        admin.get(page).await.expect(200).hides(due);
        let day = [("day", "2026-10-23"), ("calendar", "bank"), ("what", "closed"), ("name", "臨時休業"), ("reason", "通知")];
        admin.post("/settings/calendar/own-days", &day).await.expect_to("/settings/calendar?done=saved");
        let shown = admin.get(page).await.expect(200).shows(due).shows("href=\"/ledger/orders?state=approved\"");
        let (_, panel) = shown.text.split_once(due).unwrap();
        let panel = panel.split("</section>").next().unwrap();
        assert!(panel.contains("2,003") && panel.contains("1,003") && panel.contains("2026-10-23"), "{panel}");
        assert!(!panel.contains("cancelled") && !panel.contains("2026-10-26"), "{panel}");
        // Sums over every topic are for who may see them.
        let mut section = Visitor::with_roles_on(world, &address, "ka.1", &["viewer"], "12").await;
        section.get(page).await.expect(200).hides(due);
        // However many orders there are, only those of closed days are looked up.
        let many = "alter table ledger.payment_order disable trigger user;
            insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, state, made_by, approved_by)
            select '2026P' || lpad((91000000 + i)::text, 8, '0'), 2026, '01', '9901019911', '0000', '0000000042', 1000, date '2026-11-04', '試験',
                   'approved', 'machine', 'kacho' from generate_series(1, 20000) i;
            alter table ledger.payment_order enable trigger user; analyze ledger.payment_order";
        sqlx::raw_sql(many).execute(world.pool()).await.unwrap();
        let sql = include_str!("../../console/src/pages/settings/sql/due_on_days.sql");
        let sql = format!("explain {}", sql.replace("$1", "array['2026-10-23', '2026-10-24', '2026-10-25']"));
        let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(world.pool()).await.unwrap();
        assert!(plan.join("\n").contains("payment_order_by_pay_date"), "{plan:#?}");
    });
}

fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn the_bank_of_a_profile_is_named_and_a_wrong_value_told_by_its_own_form() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        let page = "/settings/banks/09_bank_transfers/mizuho_advanced";
        let shown = admin.get(page).await.expect(200).shows("みずほ").shows("本所").hides("金融機関マスタにありません");
        let mut values: Vec<(String, String)> = Vec::new();
        for part in shown.text.split("<input id=\"").skip(1) {
            let id = part.split('"').next().unwrap();
            if let Some(value) = part.split('>').next().unwrap().split("value=\"").nth(1) {
                values.push((id.to_owned(), value.split('"').next().unwrap().to_owned()));
            }
        }
        values
            .extend([("non_business_day", "refuse"), ("own_account_kind", "2")].map(|(name, value)| (name.into(), value.into())));
        let with = |changed: &[(&'static str, &'static str)], seen: &'static str| {
            let mut fields = values.clone();
            fields.retain(|(name, _)| {
                !changed.iter().any(|(key, _)| key == name) && !["valid_from", "seen", "reason"].contains(&name.as_str())
            });
            let more = [("valid_from", "2026-11-01"), ("seen", seen), ("reason", "口座の変更")];
            fields.extend(changed.iter().chain(&more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            fields
        };
        for (key, value, told) in [
            ("originator_name", "東京都", "半角の英大文字・数字・カナ"),
            ("cut_off", "9時半", "09:30"),
            ("own_bank", "1", "半角数字4桁"),
        ] {
            let fields = with(&[(key, value)], "0");
            let refused = admin.post(page, &pairs(&fields)).await.expect(409).shows("正しい形ではありません").shows(told);
            assert!(key == "cut_off" || !refused.text.contains("09:30"), "only what is wrong is told\n{}", refused.text);
        }
        let sql =
            "update ledger.branch set valid_to = '2026-10-31', end_reason = 'closed' where (bank, branch) = ('0001', '110')";
        sqlx::query(sql).execute(world.pool()).await.unwrap();
        admin.get(page).await.expect(200).shows("本所").hides("金融機関マスタにありません");
        let fields = with(&[("own_account", "7654321")], "0");
        admin.post(page, &pairs(&fields)).await.expect_to(&format!("{page}?done=proposed"));
        // On its first day the branch is closed.
        let shown = approver.get(page).await.expect(200).shows("引落銀行・支店（適用開始日）");
        let (_, waiting) = shown.text.split_once("引落銀行・支店（適用開始日）").unwrap();
        let waiting = waiting.split("</dd>").next().unwrap();
        assert!(waiting.contains("みずほ") && waiting.contains("金融機関マスタにありません"), "{waiting}");
        // Another person refuses it: 差戻し, and not 取下げ.
        let refused = approver.post(&format!("{page}/refuse"), &[("version", "1"), ("reason", "支店の廃止")]).await;
        refused.expect_to(&format!("{page}?done=sent-back"));
        approver.get(page).await.expect(200).shows(">差戻し<").hides(">取下げ<");
    });
}
