//! 決算統計の対応表: what a 会計, a 予算科目 or a 節 is in the survey, from a fiscal year on.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::settings::{self, SurveyRule};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use sqlx::FromRow;

use super::{Tab, by, changes, coded, history, page, permitted, reason, small};
use crate::access::Person;
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, count, empty, field, ja, post, search, when, who};
use crate::refusal::{Answer, Refusal};

/// Rules shown at once.
const ROWS: i64 = 500;

/// What the form says where a rule is to be taken back: to choose nothing takes nothing back.
const TAKEN_BACK: &str = "-";

/// Kinds of rules.
const ROLES: [(&str, &str, &str); 4] = [
    ("purpose", "目的別（予算科目）", "purpose (budget line)"),
    ("nature", "性質別（節）", "nature (section)"),
    ("revenue", "歳入（予算科目）", "revenue (budget line)"),
    ("fund", "普通会計（会計）", "ordinary account (fund)"),
];

#[derive(Debug, FromRow)]
struct Rule {
    fund: String,
    key: String,
    from_year: i32,
    version: i32,
    item: Option<String>,
    item_name: Option<String>,
    why: String,
    made_by: String,
    made_at: String,
}

/// An item of the survey.
#[derive(Debug, FromRow)]
struct Item {
    code: String,
    name: String,
    /// What it is a part of, or itself where it is none.
    whole: String,
    whole_name: String,
}

/// The rules of one kind that count.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let role = ROLES.iter().find(|(role, ..)| *role == fields.get("role")).map_or(ROLES[0].0, |(role, ..)| role);
    let rules: Vec<Rule> = sqlx::query_as(include_str!("sql/survey_rules.sql"))
        .bind(role)
        .bind(fields.some("find"))
        .bind(ROWS)
        .fetch_all(&desk.pool)
        .await?;
    let items: Vec<Item> = sqlx::query_as(include_str!("sql/survey_items_of.sql")).bind(role).fetch_all(&desk.pool).await?;
    let body = html! {
        (search("/settings/survey", html! {
            (field(say(lang, "対応の種類", "Kind"), "role", html! { select id="role" name="role" {
                @for (known, ja, en) in ROLES { option value=(known) selected[known == role] { (say(lang, ja, en)) } }
            } }))
            (field(say(lang, "科目の先頭", "Beginning of the code"), "find", html! { input id="find" name="find" type="search" inputmode="numeric" value=(fields.get("find")); }))
            button type="submit" { (say(lang, "検索", "Find")) }
        }))
        p { (say(lang, "該当", "Found")) ": " (count(i64::try_from(rules.len()).unwrap_or(ROWS))) }
        @if rules.is_empty() { (empty(say(lang, "該当する対応がありません。", "No rule matches."))) } @else { (table(lang, &rules)) }
        @if changes(&person) { (form(&person, role, &items)) }
        (history(&desk, lang, "settlement_rule").await?)
    };
    Ok(page(&person, Tab::Survey, &fields, body))
}

fn table(lang: Lang, rules: &[Rule]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th { (say(lang, "会計", "Fund")) } th { (say(lang, "科目・節", "Code")) } th.number { (say(lang, "適用年度", "From year")) } th.number { (say(lang, "版", "Version")) }
                th { (say(lang, "決算統計の区分", "Item of the survey")) } th { (say(lang, "理由", "Why")) } th { (say(lang, "変更者", "By")) } th { (say(lang, "日時", "When")) }
            } }
            tbody { @for rule in rules { tr {
                td { @if rule.fund.is_empty() { (say(lang, "すべて", "all")) } @else { code { (rule.fund) } } }
                th scope="row" { code { (rule.key) } } td.number { (rule.from_year) } td.number { (rule.version) }
                td { @match &rule.item { Some(item) => { code { (item) } " " (ja(rule.item_name.as_deref().unwrap_or_default())) }, None => span.hint { (say(lang, "取消", "taken back")) } } }
                td { (rule.why) } td { (who(lang, &rule.made_by)) } td { (when(&rule.made_at)) }
            } } }
        } }
    }
}

/// The items to choose from: parts of one whole together.
fn options(lang: Lang, items: &[Item]) -> Markup {
    let one = |item: &Item| html! { option value=(item.code) { (coded(lang, &item.code, &item.name)) } };
    html! { @for of_whole in items.chunk_by(|one, next| one.whole == next.whole) {
        @match of_whole {
            [only] => (one(only)),
            [first, ..] => optgroup label=(coded(lang, &first.whole, &first.whole_name)) { @for item in of_whole { (one(item)) } },
            [] => {},
        }
    } }
}

fn form(person: &Person, role: &str, items: &[Item]) -> Markup {
    let lang = person.lang;
    html! { section.panel {
        h2 { (say(lang, "対応の追加・変更", "Add or change a rule")) }
        p.hint { (say(lang, "同じ科目・年度の対応は、新しい版が有効になります。作成済みの版の数値は変わりません。", "Of several rules for one code and year the newest version counts. Editions that are made stay as they are.")) }
        (post(person, "/settings/survey", html! {
            input type="hidden" name="role" value=(role);
            (field(say(lang, "会計（空欄はすべて）", "Fund (empty: all)"), "fund", html! { input id="fund" name="fund" maxlength="2" inputmode="numeric"; }))
            (field(say(lang, "科目・節", "Code"), "key", html! { input id="key" name="key" required maxlength="16"; }))
            (field(say(lang, "適用年度", "From fiscal year"), "from_year", html! { input id="from_year" name="from_year" type="number" min="2000" max="2100" required; }))
            (field(say(lang, "決算統計の区分", "Item"), "item", html! { select id="item" name="item" required {
                option value="" { (say(lang, "選んでください", "choose")) }
                (options(lang, items))
                option value=(TAKEN_BACK) { (say(lang, "（対応を取り消す）", "(take the rule back)")) }
            } }))
            (reason(lang, "survey"))
            button type="submit" { (say(lang, "変更する", "Change")) }
        }))
    } }
}

/// Another item from a fiscal year on.
pub(crate) async fn change(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    if let Some(proof) = permitted(&person, "/settings/survey")? {
        return Ok(proof);
    }
    let item = fields.some("item").ok_or_else(|| {
        Refusal::sentence(
            "決算統計の区分を選んでください。対応を取り消すときは「（対応を取り消す）」を選びます。",
            "Choose an item of the survey; to take the rule back, choose that.",
        )
    })?;
    let rule = SurveyRule {
        role: fields.get("role"),
        fund: fields.get("fund"),
        key: fields.get("key"),
        from_year: small(&fields, "from_year")?,
        item: Some(item).filter(|item| *item != TAKEN_BACK),
    };
    settings::change_survey_rule(&desk.pool, rule, by(&person, &fields)?).await?;
    let role = ROLES.iter().find(|(role, ..)| *role == rule.role).map_or("", |(role, ..)| role);
    Ok(see_other(&format!("/settings/survey?role={role}&done=saved")))
}
