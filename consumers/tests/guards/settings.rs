//! Settings change by functions only: with a reason, forward, with what was there before; topics stand still once; what was parked
//! stays as it came.

use std::collections::BTreeMap;

use renkei_consumers::failures::{FailureError, edit};
use renkei_consumers::ledger::LedgerError;
use renkei_consumers::ledger::profiles::{self, Proposal};
use renkei_consumers::ledger::settings::{self, By, ContractNumber, PayrollSection, PostingRule, SurveyAxis, SurveyRule};
use renkei_consumers::paused;
use renkei_core::calendar::DayRule;

use crate::scratch::Scratch;

const BY: By<'static> = By { actor: "kanri", why: "試験" };

/// The rule that refused it.
fn rule<T: std::fmt::Debug>(outcome: Result<T, LedgerError>) -> String {
    match outcome {
        Err(LedgerError::Rule { constraint, .. }) => constraint,
        other => panic!("no rule of ours refused it: {other:?}"),
    }
}

/// Today, for those that change something ahead.
const TODAY: &str = "2026-10-06";

/// Books `RECEIPT` of 1,000 yen on a day and gives the account it debited.
async fn receipt_on(db: &Scratch, day: &str) -> String {
    db.run(&format!(
        "begin;
         select ledger.begin_journal();
         insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, amount)
         values ('RECEIPT', 2026, '{day}', '01', '2105010101', 1000);
         select ledger.post_journal();
         drop table pg_temp.journal;
         commit"
    ))
    .await;
    db.one("select debit_account from ledger.posting order by entry_id desc limit 1").await
}

#[tokio::test]
async fn a_posting_rule_keeps_its_meaning_and_counts_for_entries_of_its_days() {
    let db = Scratch::new().await;
    db.run("insert into ledger.account (code, name, name_en, class) values ('1102', '別段預金', 'Special deposits', 'asset')")
        .await;
    let on = |debit, credit, valid_from, seen, by| {
        let rule = PostingRule { event: "RECEIPT", debit, credit, valid_from };
        settings::change_posting_rule(&db.pool, rule, seen, TODAY, by)
    };
    let change = |debit, credit, seen| on(debit, credit, "2026-11-01", seen, BY);
    assert_eq!(rule(change(Some("1101"), Some("1201"), 0).await), "setting_changes_something");
    assert_eq!(rule(change(Some("2205"), Some("1201"), 0).await), "posting_rule_keeps_class");
    assert_eq!(rule(change(None, Some("1201"), 0).await), "posting_rule_keeps_budget_side");
    assert_eq!(rule(change(Some("1201"), Some("1201"), 0).await), "posting_rule_has_two_accounts");
    assert_eq!(rule(change(Some("9999"), Some("1201"), 0).await), "posting_rule_account_is_known");
    // The past is not rewritten: neither the day that has begun, nor one on which something is booked already.
    assert_eq!(rule(on(Some("1102"), Some("1201"), TODAY, 0, BY).await), "posting_rule_version_is_ahead");
    assert_eq!(receipt_on(&db, "2026-11-01").await, "1101");
    assert_eq!(rule(change(Some("1102"), Some("1201"), 0).await), "posting_rule_version_is_behind_what_is_booked");
    db.run("select ledger.reverse_entries(array(select id from ledger.entry), '2026-10-06', 'kanri', '誤り')").await;
    assert_eq!(change(Some("1102"), Some("1201"), 0).await.unwrap(), 1);
    // An entry takes the accounts of the day it is booked on, whenever that is done.
    for (day, account) in [("2026-10-31", "1101"), ("2026-11-01", "1102"), ("2027-03-31", "1102"), ("2026-10-07", "1101")] {
        assert_eq!(receipt_on(&db, day).await, account, "{day}");
    }
    // Who has the page of before the change must look again.
    assert_eq!(rule(change(Some("1101"), Some("1201"), 0).await), "setting_is_as_it_was_seen");
    let unsaid = By { actor: "kanri", why: " " };
    let outcome = on(Some("1101"), Some("1201"), "2027-04-01", 1, unsaid).await;
    assert_eq!(rule(outcome), "setting_change_says_why");
    // Another version further on leaves the one between.
    assert_eq!(on(Some("1101"), Some("1201"), "2027-04-01", 1, BY).await.unwrap(), 2);
    let of = async |day: &str| {
        db.one::<String>(&format!("select debit_account from ledger.posting_accounts('RECEIPT', '{day}')")).await
    };
    assert_eq!(
        (of("2026-10-31").await, of("2027-03-31").await, of("2027-04-01").await),
        ("1101".into(), "1102".into(), "1101".into())
    );
    let history = settings::setting_changes(&db.pool, "posting_rule", 10).await.unwrap();
    let [_, first] = &history[..] else { panic!("{history:?}") };
    assert_eq!(
        (first.key.as_str(), first.version, first.valid_from.as_deref(), &first.before["debit"], &first.after["debit"]),
        ("RECEIPT", 1, Some("2026-11-01"), &"1101".into(), &"1102".into())
    );
    let sql = "select count(*) from audit.event where action = 'setting.changed' and actor = 'kanri' and reason = '試験' and object_id = 'RECEIPT'";
    assert_eq!(db.one::<i64>(sql).await, 2);
    assert_eq!(db.refused("update ledger.setting_change set why = 'x'").await, "setting_changes_stay");
    assert_eq!(db.refused("delete from ledger.setting_change").await, "setting_changes_stay");
    // In every book, each posting has the accounts that its rule has on its day (reversals have those of what they take back).
    let strangers = "select count(*) from ledger.entry e join ledger.posting p on p.entry_id = e.id
                      cross join lateral ledger.posting_accounts(e.event, e.booked_on) a
                      where e.reverses is null and not exists (select from ledger.entry r where r.reverses = e.id)
                        and (p.debit_account, p.credit_account) <> (a.debit_account, a.credit_account)";
    assert_eq!(db.one::<i64>(strangers).await, 0);
}

#[tokio::test]
async fn a_section_of_pay_counts_for_pay_of_its_days() {
    let db = Scratch::new().await;
    let change = |section, payee, valid_from, seen| {
        let changed = PayrollSection { section, name: "報酬等", payee, valid_from };
        settings::change_payroll_section(&db.pool, changed, seen, TODAY, BY)
    };
    assert_eq!(rule(change("99", "0000009001", "2026-11-01", 0).await), "payroll_section_is_there");
    assert_eq!(rule(change("01", "0000009001", TODAY, 0).await), "payroll_section_version_is_ahead");
    assert_eq!(rule(change("01", "9999999999", "2026-11-01", 0).await), "payroll_section_payee_is_known");
    assert_eq!(change("01", "0000009001", "2026-11-01", 0).await.unwrap(), 1);
    assert_eq!(rule(change("01", "0000009001", "2026-12-01", 1).await), "setting_changes_something");
    let name = async |day: &str| db.one::<String>(&format!("select name from ledger.payroll_section_on('01', '{day}')")).await;
    assert_ne!(name("2026-10-31").await, "報酬等");
    assert_eq!(name("2026-11-01").await, "報酬等");
    // A creditor with an account is nobody's collective payee, from whatever day on.
    db.run(
        "insert into ledger.creditor (no, name, kana) values ('0000000777', '試験', 'ｼｹﾝ');
         insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana)
         values ('0000000777', '2026-04-01', '0001', '001', '1', '0000001', 'ｼｹﾝ')",
    )
    .await;
    let outcome = change("01", "0000000777", "2027-01-01", 1).await;
    assert!(outcome.unwrap_err().to_string().contains("stands for many persons"));
    assert_eq!(db.one::<i64>("select count(*) from ledger.payroll_section_version").await, 1);
}

#[tokio::test]
async fn a_holiday_is_ahead_and_within_the_calendar() {
    let db = Scratch::new().await;
    let change = |day, name| settings::change_holiday(&db.pool, day, name, "2026-10-06", BY);
    assert_eq!(rule(change("2026-10-06", "臨時").await), "holiday_is_ahead");
    assert_eq!(rule(change("2029-01-01", "元日").await), "holiday_is_within_the_calendar");
    assert_eq!(rule(change("2026-10-07", "").await), "setting_changes_something");
    assert_eq!(change("2026-10-07", "臨時の休日").await.unwrap(), 1);
    assert!(!db.one::<bool>("select ledger.is_business_day('2026-10-07', 'bank')").await);
    assert_eq!(change("2026-10-07", "").await.unwrap(), 2);
    assert!(db.one::<bool>("select ledger.is_business_day('2026-10-07', 'bank')").await);
}

#[tokio::test]
async fn office_and_banks_have_days_of_their_own() {
    let db = Scratch::new().await;
    let change = |calendars: &'static [&'static str], day, what| {
        settings::change_own_days(&db.pool, calendars, day, what, "2026-10-06", BY)
    };
    let business = async |day: &str| {
        let of = async |kind: &str| db.one::<bool>(&format!("select ledger.is_business_day('{day}', '{kind}')")).await;
        (of("office").await, of("bank").await)
    };
    assert_eq!(rule(change(&["office"], "2026-10-06", (Some(false), "臨時")).await), "own_day_is_ahead");
    assert_eq!(rule(change(&["office"], "2029-01-04", (Some(false), "臨時")).await), "holiday_is_within_the_calendar");
    assert_eq!(rule(change(&["office"], "2026-10-07", (Some(false), " ")).await), "own_day_is_named");
    assert_eq!(rule(change(&["post"], "2026-10-07", (Some(false), "臨時")).await), "own_day_calendar_is_known");
    assert_eq!(rule(change(&["office"], "2026-10-07", (None, "")).await), "setting_changes_something");
    // 条例の休日 closes the office alone; a bank that closes by itself leaves the office open.
    change(&["office"], "2026-10-07", (Some(false), "条例の休日")).await.unwrap();
    change(&["bank"], "2026-10-08", (Some(false), "臨時休業")).await.unwrap();
    // 休日開庁, on a Saturday and at the turn of the year.
    change(&["office", "bank"], "2026-10-10", (Some(true), "休日開庁")).await.unwrap();
    change(&["office"], "2026-12-29", (Some(true), "年末開庁")).await.unwrap();
    assert_eq!(business("2026-10-07").await, (false, true));
    assert_eq!(business("2026-10-08").await, (true, false));
    assert_eq!(business("2026-10-10").await, (true, true));
    assert_eq!(business("2026-12-29").await, (true, true));
    assert_eq!(db.one::<String>("select ledger.next_business_day('2026-10-08', 'bank')::text").await, "2026-10-09");
    // Rust's calendar, by which the schedule goes, says the same.
    let calendar = renkei_consumers::calendar::load(&db.pool).await.unwrap();
    for day in ["2026-10-07", "2026-10-08", "2026-10-10", "2026-12-29", "2026-12-30", "2026-11-03"] {
        let says = |whose| calendar.is_business_day(whose, day.parse().unwrap()).unwrap();
        assert_eq!(business(day).await, (says(DayRule::Office), says(DayRule::Bank)), "{day}");
    }
    // Both or none; and taken back, the day is what it was.
    assert_eq!(rule(change(&["office", "bank"], "2026-10-10", (Some(true), "休日開庁")).await), "setting_changes_something");
    change(&["office"], "2026-10-07", (None, "")).await.unwrap();
    assert_eq!(business("2026-10-07").await, (true, true));
    let sql = "select count(*) from ledger.setting_change where setting = 'own_day'";
    assert_eq!(db.one::<i64>(sql).await, 6);
}

#[tokio::test]
async fn a_bank_profile_is_changed_ahead_and_by_two_persons() {
    let db = Scratch::new().await;
    let file = values(&[
        ("own_account", "0123456"),
        ("cut_off", "12:00"),
        ("method", "7"),
        ("days_ahead_min", "1"),
        ("days_ahead_max", "15"),
    ]);
    let (topic, profile) = ("09_x", "bank");
    let propose = async |chosen: &[(&str, &str)], valid_from: &str, seen| {
        let (file, chosen) = (&file, &values(chosen));
        let proposal = Proposal { topic, profile, file, chosen, valid_from, seen };
        profiles::propose(&db.pool, proposal, "2026-10-06", BY).await
    };
    let decide = async |version, approve, actor: &str, why: &str, today: &str| {
        profiles::decide(&db.pool, (topic, profile, version), approve, today, By { actor, why }).await
    };
    assert_eq!(rule(propose(&[("own_account", "7654321")], "2026-10-06", 0).await), "profile_version_is_ahead");
    for wrong in [("own_account", "12"), ("method", "8"), ("own_cut_off", "12:00"), ("cut_off", "25:00"), ("password", "x")] {
        assert_eq!(rule(propose(&[wrong], "2026-10-07", 0).await), "profile_value_has_its_form", "{wrong:?}");
    }
    let upside_down = [("days_ahead_min", "9"), ("days_ahead_max", "3")];
    assert_eq!(rule(propose(&upside_down, "2026-10-07", 0).await), "profile_days_are_a_span");
    assert_eq!(rule(propose(&[("own_account", "0123456")], "2026-10-07", 0).await), "setting_changes_something");
    assert_eq!(propose(&[("own_account", "7654321"), ("cut_off", "12:00")], "2026-10-08", 0).await.unwrap(), 1);
    assert_eq!(rule(propose(&[("own_account", "1")], "2026-10-08", 0).await), "setting_is_as_it_was_seen");
    assert_eq!(rule(propose(&[("own_account", "1111111")], "2026-10-08", 1).await), "profile_version_waits_once");
    let counts = async |day| profiles::values_on(&db.pool, topic, profile, day).await.unwrap().get("own_account").cloned();
    assert_eq!(counts("2026-10-08").await, None, "nobody has approved it");
    // Whoever entered it does not approve it, however the name is written; and an approval that comes too late changes nothing.
    assert_eq!(rule(decide(1, true, "KANRI", "", "2026-10-06").await), "profile_version_needs_two_persons");
    assert_eq!(rule(decide(1, true, "shonin", "", "2026-10-08").await), "profile_version_is_ahead");
    assert_eq!(rule(decide(1, false, "shonin", " ", "2026-10-06").await), "profile_version_refused_says_why");
    decide(1, true, "shonin", "", "2026-10-07").await.unwrap();
    assert_eq!(rule(decide(1, true, "shonin", "", "2026-10-07").await), "profile_version_waits");
    assert_eq!((counts("2026-10-07").await, counts("2026-10-08").await.as_deref()), (None, Some("7654321")));
    assert_eq!(propose(&[("own_account", "1111111")], "2026-11-01", 1).await.unwrap(), 2);
    decide(2, false, "kanri", "取下げ", "2026-10-06").await.unwrap();
    assert_eq!(counts("2026-11-01").await.as_deref(), Some("7654321"));
    for sql in ["update ledger.profile_version set values = '{\"a\": \"b\"}'", "delete from ledger.profile_version"] {
        assert_eq!(db.refused(sql).await, "profile_version_stays");
    }
    let sql = "select string_agg(action || ' ' || actor, ', ' order by id) from audit.event where object = 'bank_profile'";
    let told = "setting.proposed kanri, setting.approved shonin, setting.proposed kanri, setting.withdrawn kanri";
    assert_eq!(db.one::<String>(sql).await, told);
    let history = settings::setting_changes(&db.pool, "bank_profile", 10).await.unwrap();
    let [only] = &history[..] else { panic!("{history:?}") };
    assert_eq!((&only.before["own_account"], &only.after["own_account"]), (&"0123456".into(), &"7654321".into()));
    assert_eq!((only.after["proposed_by"].as_str(), only.made_by.as_str()), (Some("kanri"), "shonin"));
    assert!(only.after.get("cut_off").is_none(), "what stays as it is, is no change");
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_row_of_the_survey_has_another_meaning_from_a_year_on() {
    let db = Scratch::new().await;
    let sql = "select a.table_no || '/' || a.no || '/' || a.item from ledger.settlement_axis_of(2025) a where a.axis = 'row' and a.role = 'nature' order by 1 limit 1";
    let known = db.one::<String>(sql).await;
    let [table_no, no, item] = known.split('/').collect::<Vec<_>>()[..] else { panic!("{known}") };
    let of = |name, role, item, from_year| SurveyAxis {
        table_no,
        axis: "row",
        no,
        within: "",
        from_year,
        name,
        role,
        item,
        grade: "B",
    };
    let change = |axis| settings::change_survey_axis(&db.pool, axis, BY);
    assert_eq!(
        rule(change(SurveyAxis { table_no: "99", ..of("新", Some("nature"), Some(item), 2026) }).await),
        "settlement_axis_table_is_known"
    );
    assert_eq!(rule(change(of("新", Some("nature"), Some("no such item"), 2026)).await), "settlement_axis_item_is_known");
    assert_eq!(rule(change(of("新", Some("total"), Some(item), 2026)).await), "settlement_axis_item_is_known");
    assert_eq!(rule(change(of("新", Some("nature"), None, 2026)).await), "settlement_axis_item_belongs_to_role");
    let wrong = SurveyAxis { no: "1", ..of("新", Some("nature"), Some(item), 2026) };
    assert_eq!(rule(change(wrong).await), "settlement_axis_no_is_digits");
    assert_eq!(change(of("新しい見出し", Some("nature"), Some(item), 2026)).await.unwrap(), 1);
    assert_eq!(rule(change(of("新しい見出し", Some("nature"), Some(item), 2026)).await), "setting_changes_something");
    let named = async |year: i32| {
        let sql = format!("select count(*) from ledger.settlement_axis_of({year}) a where a.name = '新しい見出し'");
        db.one::<i64>(&sql).await
    };
    assert_eq!((named(2025).await, named(2026).await), (0, 1));
    assert_eq!(change(of("新しい見出し", None, None, 2027)).await.unwrap(), 2);
    assert_eq!((named(2026).await, named(2027).await), (1, 0));
}

#[tokio::test]
async fn rules_with_a_validity_go_forward_and_leave_no_gap() {
    let db = Scratch::new().await;
    let of = |collector, valid_from, start_at| ContractNumber { collector, valid_from, start_at, length: 12, strip_zeros: false };
    let change = |rule| settings::change_contract_number(&db.pool, rule, BY);
    assert_eq!(change(of("1000000011", "2026-11-01", 4)).await.unwrap(), 1);
    assert_eq!(rule(change(of("1000000011", "2026-10-01", 5)).await), "contract_number_rule_goes_forward");
    assert_eq!(rule(change(of("1000000011", "2026-12-01", 10)).await), "contract_number_rule_ends_inside");
    assert_eq!(rule(change(of("1000000099", "2026-12-01", 1)).await), "contract_number_collector_is_known");
    let sql = "select string_agg(valid_from || '–' || valid_to || ' ' || start_at, ', ' order by valid_from) from ledger.contract_number_rule
                where collector = '1000000011'";
    assert_eq!(db.one::<String>(sql).await, "2020-04-01–2026-10-31 1, 2026-11-01–9999-12-31 4");

    let of = |key, item| SurveyRule { role: "nature", fund: "", key, from_year: 2026, item };
    let change = |rule| settings::change_survey_rule(&db.pool, rule, BY);
    assert_eq!(rule(change(of("01", Some("no such item"))).await), "settlement_rule_leads_to_an_item");
    // What no budget line of any year is about is a slip of the pen; the beginning of a line is enough.
    assert_eq!(rule(change(of("77", Some("goods"))).await), "settlement_rule_key_is_known");
    // The command asks the same.
    let command = "select ledger.set_settlement_rule('nature', '', '77', 2026, 'goods', 'kanri', '試験')";
    let refused = sqlx::query(command).execute(&db.pool).await.unwrap_err().to_string();
    assert!(refused.contains("77") && refused.contains("no budget line of any year"), "{refused}");
    db.run(
        "insert into ledger.budget_line (fiscal_year, fund, code, side, name, account)
            select 2025, '01', '9801020377', 'expenditure', '報酬', min(a.code) from ledger.account a",
    )
    .await;
    for (role, key, known) in [
        ("nature", "9801/77", true),
        ("nature", "9802/77", false),
        ("purpose", "9801", true),
        ("purpose", "9802", false),
        ("revenue", "9801", false),
        ("fund", "01", true),
        ("fund", "98", false),
    ] {
        let sql = format!("select ledger.settlement_key_is_known('{role}', '', '{key}')");
        assert_eq!(db.one::<bool>(&sql).await, known, "{role} {key}");
    }
    assert_eq!(change(of("01", Some("goods"))).await.unwrap(), 1);
    assert_eq!(rule(change(of("01", Some("goods"))).await), "setting_changes_something");
    assert_eq!(change(of("01", None)).await.unwrap(), 2);
    let sql = "select string_agg(coalesce(item, '–'), ', ' order by version) from ledger.settlement_rule where (role, key, from_year) = ('nature', '01', 2026)";
    assert_eq!(db.one::<String>(sql).await, "goods, –");
}

#[tokio::test]
async fn a_topic_stands_still_once_and_says_why() {
    let db = Scratch::new().await;
    assert!(paused::resume(&db.pool, "12_x", "sato", "済").await.unwrap_err().rule().unwrap().contains("is_paused"));
    assert_eq!(paused::pause(&db.pool, "12_x", "sato", " ").await.unwrap_err().rule().as_deref(), Some("paused_topic_says_why"));
    paused::pause(&db.pool, "12_x", "sato", "相手先の障害").await.unwrap();
    assert_eq!(paused::pause(&db.pool, "12_x", "sato", "再度").await.unwrap_err().rule().as_deref(), Some("paused_topic_once"));
    assert!(paused::slugs(&db.pool).await.unwrap().contains("12_x"));
    paused::resume(&db.pool, "12_x", "kato", "復旧").await.unwrap();
    assert!(paused::slugs(&db.pool).await.unwrap().is_empty());
    paused::pause(&db.pool, "12_x", "sato", "再度").await.unwrap();
    assert_eq!(db.one::<i64>("select count(*) from work.paused_topic").await, 2, "what was paused before stays known");
    assert_eq!(db.one::<i64>("select count(*) from audit.event where action in ('topic.paused', 'topic.resumed')").await, 3);
}

#[tokio::test]
async fn a_correction_stands_beside_the_original() {
    let db = Scratch::new().await;
    db.run(
        "insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts) values
         ('in.12_x', 'in.12_x', '1', 'records', '{}', '[1]', 'X', 'x', 1),
         ('in.12_x', 'in.12_x', '2', 'records', '{\"renkei-sha256\": \"ab\"}', '[1]', 'X', 'x', 1),
         ('out.09_x', 'out.09_x', '3', 'export', '{}', '{\"ordered_by\": \"sato\"}', 'X', 'x', 1)",
    )
    .await;
    let change = |id, seen, body: &'static str, why: &'static str| edit::edit(&db.pool, id, seen, body.as_bytes(), "sato", why);
    assert!(matches!(change(1, 1, "[2]", " ").await, Err(FailureError::ReasonMissing(1))));
    assert!(matches!(change(1, 1, "[1]", "訂正").await, Err(FailureError::Unchanged(1))));
    assert!(
        matches!(change(2, 1, "[2]", "訂正").await, Err(FailureError::PartOfFile(2))),
        "what is posted is what the partner sent"
    );
    assert!(
        matches!(change(3, 1, "{\"ordered_by\": \"kato\"}", "訂正").await, Err(FailureError::Order(3))),
        "nobody orders in another's name"
    );
    assert_eq!(change(1, 1, "[2]", "訂正").await.unwrap(), 2);
    assert!(matches!(change(1, 1, "[3]", "訂正").await, Err(FailureError::Newer { id: 1, newest: 2 })));
    assert_eq!(change(1, 2, "[3]", "再訂正").await.unwrap(), 3);
    let bodies: Vec<Vec<u8>> = edit::versions(&db.pool, 1).await.unwrap().into_iter().map(|version| version.body).collect();
    assert_eq!(bodies, [b"[1]".to_vec(), b"[2]".to_vec(), b"[3]".to_vec()]);
    for sql in [
        "update intake.failure set body = '[9]' where id = 1",
        "update intake.failure_version set body = '[9]'",
        "delete from intake.failure_version",
    ] {
        let error = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&db.pool).await.unwrap_err();
        assert!(error.to_string().contains("its rows never change"), "{error}");
    }
    let sql = "select count(*) from audit.event where action = 'failure.edited' and before ->> 'sha256' <> after ->> 'sha256'";
    assert_eq!(db.one::<i64>(sql).await, 2);
}
