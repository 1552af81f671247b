//! 契約番号の取出し規則: where in the twenty characters of the 顧客番号 the contract number stands, by collector and debit date.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::settings::{self, ContractNumber};
use renkei_core::words::say;
use sqlx::FromRow;

use super::{Tab, by, changes, day, history, page, permitted, reason, small};
use crate::access::Person;
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, empty, field, ja, post};
use crate::refusal::Answer;

#[derive(Debug, FromRow)]
struct Rule {
    collector: String,
    name: String,
    charge_kind: String,
    valid_from: String,
    valid_to: Option<String>,
    start_at: i32,
    length: i32,
    strip_zeros: bool,
}

/// All of them, those that count first.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let rules: Vec<Rule> = sqlx::query_as(include_str!("sql/contract_numbers.sql")).fetch_all(&desk.pool).await?;
    let collectors: Vec<(String, String)> =
        sqlx::query_as("select code, name from ledger.utility_collector order by code").fetch_all(&desk.pool).await?;
    let body = html! {
        p.hint { (say(lang, "引落日により規則を選びます。新しい規則を加えると、今の規則は適用開始日の前日で終わります。",
                      "The debit date decides which rule counts. A new rule ends the one before it the day before its own first day.")) }
        @if rules.is_empty() { (empty(say(lang, "規則がありません。", "There is no rule."))) }
        @else { div.scroll { table {
            thead { tr {
                th { (say(lang, "収納機関", "Collector")) } th { (say(lang, "種別", "Kind")) } th { (say(lang, "適用期間", "Valid")) }
                th.number { (say(lang, "開始位置", "Starts at")) } th.number { (say(lang, "桁数", "Length")) } th { (say(lang, "先頭の0", "Leading zeros")) } th { (say(lang, "顧客番号の中の位置", "Place in the customer number")) }
            } }
            tbody { @for rule in &rules { tr {
                th scope="row" { code { (rule.collector) } " " (ja(&rule.name)) } td { (rule.charge_kind) }
                td { (rule.valid_from) " – " (rule.valid_to.as_deref().unwrap_or_default()) }
                td.number { (rule.start_at) } td.number { (rule.length) } td { @if rule.strip_zeros { (say(lang, "除く", "taken off")) } @else { (say(lang, "残す", "kept")) } }
                td { (place(rule)) }
            } } }
        } } }
        @if changes(&person) { (form(&person, &collectors)) }
        (history(&desk, lang, "contract_number_rule").await?)
    };
    Ok(page(&person, Tab::Contracts, &fields, body))
}

/// Twenty characters, the number's marked.
fn place(rule: &Rule) -> Markup {
    let inside = |place: i32| place >= rule.start_at && place < rule.start_at + rule.length;
    html! { code { @for place in 1..=20 { @if inside(place) { "■" } @else { "□" } } } }
}

fn form(person: &Person, collectors: &[(String, String)]) -> Markup {
    let lang = person.lang;
    let number = |label: &str, name: &str| {
        field(label, name, html! { input id=(name) name=(name) type="number" min="1" max="20" required; })
    };
    html! { section.panel {
        h2 { (say(lang, "規則の追加", "Add a rule")) }
        (post(person, "/settings/contract-numbers", html! {
            (field(say(lang, "収納機関", "Collector"), "collector", html! { select id="collector" name="collector" {
                @for (code, name) in collectors { option value=(code) lang="ja" { (code) " " (name) } }
            } }))
            (field(say(lang, "適用開始（引落日）", "From (debit date)"), "valid_from", html! { input id="valid_from" name="valid_from" type="date" required; }))
            (number(say(lang, "開始位置", "First character"), "start_at"))
            (number(say(lang, "桁数", "Length"), "length"))
            label { input type="checkbox" name="strip_zeros" value="yes"; " " (say(lang, "先頭の0を除く", "take leading zeros off")) }
            (reason(lang, "contract-number"))
            button type="submit" { (say(lang, "追加する", "Add")) }
        }))
    } }
}

/// Another place from a debit date on.
pub(crate) async fn change(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    if let Some(proof) = permitted(&person, "/settings/contract-numbers")? {
        return Ok(proof);
    }
    let rule = ContractNumber {
        collector: fields.get("collector"),
        valid_from: &day(&fields, "valid_from")?,
        start_at: small(&fields, "start_at")?,
        length: small(&fields, "length")?,
        strip_zeros: fields.get("strip_zeros") == "yes",
    };
    settings::change_contract_number(&desk.pool, rule, by(&person, &fields)?).await?;
    Ok(see_other("/settings/contract-numbers?done=saved"))
}
