//! What staff edit of 決算統計, and 配賦: versions with an author and a reason.

use renkei_consumers::ledger::{
    self, LedgerError, Share, Signed, enter_survey_form, set_allocation_key, set_survey_figure, set_survey_rule,
    set_survey_share, survey_form, survey_rules,
};

use crate::scratch::Scratch;

const BY: Signed<'_> = Signed { who: "zaisei", why: "見直し" };

fn sentence<T>(result: Result<T, LedgerError>) -> String {
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn a_rule_is_a_higher_version_and_says_who_and_why() {
    let db = Scratch::new().await;
    let pool = &db.pool;
    let repairs = ("nature", "", "0201030210/10");
    assert_eq!(set_survey_rule(pool, repairs, 2025, Some("maintenance"), BY).await.unwrap(), 1);
    assert_eq!(set_survey_rule(pool, repairs, 2025, Some("goods"), BY).await.unwrap(), 2);
    let found = async || survey_rules(pool, 2025).await.unwrap().into_iter().find(|rule| rule.key == repairs.2);
    let rule = found().await.unwrap();
    assert_eq!((rule.version, rule.item.as_str(), rule.made_by.as_str(), rule.why.as_str()), (2, "goods", "zaisei", "見直し"));
    assert_eq!(set_survey_rule(pool, repairs, 2025, None, BY).await.unwrap(), 3);
    assert!(found().await.is_none(), "taken back");
    assert!(sentence(set_survey_rule(pool, repairs, 2025, Some("nosuch"), BY).await).contains("there are: personnel, goods"));
    assert!(sentence(set_survey_rule(pool, ("nature", "", "9x"), 2025, Some("goods"), BY).await).contains("is no key"));
    let mute = Signed { why: " ", ..BY };
    assert!(sentence(set_survey_rule(pool, repairs, 2025, Some("goods"), mute).await).contains("says why"));
    assert_eq!(db.one::<i64>("select count(*) from audit.event where action = 'settlement.rule' and actor = 'zaisei'").await, 3);
}

#[tokio::test]
async fn figures_portions_and_earmarks_are_versions_too() {
    let db = Scratch::new().await;
    let pool = &db.pool;
    assert_eq!(set_survey_figure(pool, 2025, "carried_over", 0, BY).await.unwrap(), 1);
    assert_eq!(set_survey_figure(pool, 2025, "carried_over", 500, BY).await.unwrap(), 2);
    let portion = Share { year: 2025, fund: "01", budget_line: "0201030210", nature: "maintenance", source: None, yen: 5 };
    assert_eq!(set_survey_share(pool, &portion, BY).await.unwrap(), 1);
    let earmark = Share { nature: "", source: Some("national"), ..portion };
    assert_eq!(set_survey_share(pool, &earmark, BY).await.unwrap(), 1);
    let lost = Share { budget_line: "9999999999", ..portion };
    assert!(sentence(set_survey_share(pool, &lost, BY).await).contains("it is no line of 2025"));
    assert!(sentence(set_survey_share(pool, &Share { source: Some("moon"), ..earmark }, BY).await).contains("no source"));
    for table in ["settlement_figure", "settlement_portion", "settlement_funding", "settlement_item", "settlement_table"] {
        let changed = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("delete from ledger.{table}"))).execute(pool).await;
        assert!(changed.unwrap_err().to_string().contains("append-only"), "{table}");
    }
}

#[tokio::test]
async fn a_form_is_entered_whole_or_not_at_all() {
    let db = Scratch::new().await;
    let pool = &db.pool;
    let before = survey_form(pool, 2025, Some("04")).await.unwrap();
    let national = before.iter().find(|line| line.no == "043").unwrap();
    let mut welfare = national.clone();
    (welfare.no, welfare.name, welfare.role, welfare.item) =
        ("044".into(), "生活保護費負担金".into(), "lines".into(), "01/1401".into());
    let nowhere = ledger::FormLine { no: "045".into(), item: "01/1401,09/99".into(), ..welfare.clone() };
    let faulty = enter_survey_form(pool, &[welfare.clone(), nowhere.clone()], BY).await.unwrap();
    assert_eq!((faulty.changed, faulty.faults.iter().map(|(place, _)| *place).collect::<Vec<_>>()), (1, vec![1]));
    assert_eq!(survey_form(pool, 2025, Some("04")).await.unwrap(), before, "nothing of a faulty form is entered");
    let written = ledger::FormLine { item: "01/14x".into(), ..nowhere };
    assert_eq!(enter_survey_form(pool, &[written], BY).await.unwrap().faults.len(), 1);

    // What `form` gives is what is entered; what is in force already is passed over.
    let mut form = before.clone();
    form.push(welfare.clone());
    let entered = enter_survey_form(pool, &form, BY).await.unwrap();
    assert_eq!((entered.changed, entered.unchanged, entered.faults.len()), (1, before.len(), 0));
    assert!(survey_form(pool, 2025, None).await.unwrap().contains(&welfare));
    let taken_back = ledger::FormLine { role: String::new(), item: String::new(), from_year: 2026, ..welfare.clone() };
    enter_survey_form(pool, &[taken_back], BY).await.unwrap();
    assert!(survey_form(pool, 2025, Some("04")).await.unwrap().contains(&welfare));
    assert_eq!(survey_form(pool, 2026, Some("04")).await.unwrap(), before);
}

#[tokio::test]
async fn common_cost_is_shared_out_in_an_open_year_by_somebody_who_says_why() {
    let db = Scratch::new().await;
    let pool = &db.pool;
    let late = ledger::Settling { on: "2026-03-31", who: "kaikei", reason: "配賦", today: "2026-06-01" };
    let closed = ledger::allocate_common_cost(pool, 2025, "01", &late).await;
    assert!(sentence(closed).contains("the year takes no booking"));
    let spring = ledger::Settling { today: "2026-04-20", ..late };
    assert!(sentence(ledger::allocate_common_cost(pool, 2025, "01", &spring).await).contains("no facility has a weight"));
    assert!(sentence(set_allocation_key(pool, ("01", "999999", 2025), 1, ("kaikei", "面積")).await).contains("not known"));
    assert_eq!(set_allocation_key(pool, ("01", "120301", 2025), 1, ("kaikei", "面積")).await.unwrap(), 1);
    assert_eq!(ledger::allocate_common_cost(pool, 2025, "01", &spring).await.unwrap(), 0, "there is nothing to share");
}

#[tokio::test]
async fn every_cell_is_the_sum_of_its_facts() {
    const YEAR: &str = include_str!("../../../integrations/05_settlement_statistics/cases/functions.sql");
    let db = Scratch::new().await;
    db.run(&format!(
        "{YEAR}; begin; select pg_temp.year_2025();
         insert into ledger.settlement_figure (fiscal_year, figure, yen, why, made_by) values (2025, 'carried_over', 12345678, '繰越', 'zaisei') on conflict do nothing;
         select ledger.change_settlement_axis('04', 'column', '002', '02', 2025, '使用料と給食費', 'lines', '01/1301,05/01', 'D', '様式', 'zaisei');
         select ledger.settle(2025, 'zaisei', '2026-06-15'); commit"
    ))
    .await;
    let cells = db.one::<i64>("select count(*) from ledger.settlement_cell").await;
    assert!(cells > 1_000, "{cells}");
    assert!(db.one::<i64>("select count(*) from ledger.settlement_cell where yen <> 0").await > 50);
    let lines = "select yen from ledger.settlement_cell where column_role = 'lines' and row_no = '02'";
    assert!(db.one::<i64>(lines).await > 0);
    let wrong =
        "select coalesce(string_agg(concat_ws('-', c.table_no, c.row_no, c.column_no), ' '), '') from ledger.settlement_cell c
                  where c.yen <> (select coalesce(sum(f.yen * f.sign), 0) from ledger.settlement_facts_of(c.id) f)";
    assert_eq!(db.one::<String>(wrong).await, "");
}
