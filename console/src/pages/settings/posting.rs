//! 仕訳ルール: which accounts an event debits and credits. A change counts for what is booked on its day or after it; what is posted stays.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::settings::{self, PostingRule};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use sqlx::FromRow;

use super::{Span, Tab, by, changes, day, first_day, history, page, permitted, reason, seen};
use crate::access::Person;
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, field};
use crate::refusal::Answer;

#[derive(Debug, FromRow)]
struct Rule {
    event: String,
    name: String,
    debit: Option<String>,
    credit: Option<String>,
    entry: Option<i64>,
    used_on: Option<String>,
    version: i32,
}

/// A version of a rule: what counts from a day to another.
#[derive(Debug, FromRow)]
struct Version {
    event: String,
    name: String,
    debit: Option<String>,
    credit: Option<String>,
    #[sqlx(flatten)]
    span: Span,
}

#[derive(Debug, FromRow)]
struct Account {
    code: String,
    name: String,
    name_en: String,
    class: String,
}

/// All of them.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let today = clock::today().to_string();
    let rules: Vec<Rule> = sqlx::query_as(include_str!("sql/posting_rules.sql")).bind(&today).fetch_all(&desk.pool).await?;
    let versions: Vec<Version> =
        sqlx::query_as(include_str!("sql/posting_versions.sql")).bind(&today).fetch_all(&desk.pool).await?;
    let accounts: Vec<Account> =
        sqlx::query_as("select code, name, name_en, class from ledger.account order by code").fetch_all(&desk.pool).await?;
    let edits = changes(&person);
    let body = html! {
        p.hint { (say(lang, "勘定科目の変更は、適用開始日以後の日付の仕訳から適用します。記帳済の仕訳は変わりません。同じ区分（資産・負債など）の科目にだけ変更できます。表は今日の日付の仕訳に適用する科目です。",
                      "Other accounts count for what is booked on their first day or after it; what is posted stays. An account can be replaced by one of its class only. The table is what counts today.")) }
        div.scroll { table {
            thead { tr {
                th { (say(lang, "取引", "Event")) } th { (say(lang, "名称", "Name")) } th { (say(lang, "借方", "Debit")) } th { (say(lang, "貸方", "Credit")) }
                th { (say(lang, "最後の仕訳", "Last entry")) } @if edits { th { (say(lang, "変更", "Change")) } }
            } }
            tbody { @for rule in &rules { tr {
                td { code { (rule.event) } } th scope="row" { (rule.name) }
                td { (account(lang, &accounts, rule.debit.as_deref())) } td { (account(lang, &accounts, rule.credit.as_deref())) }
                td { (last(lang, rule)) }
                @if edits { td { (form(&person, rule, &accounts)) } }
            } } }
        } }
        @if !versions.is_empty() { (table(lang, &versions, &accounts)) }
        (history(&desk, lang, "posting_rule").await?)
    };
    Ok(page(&person, Tab::Posting, &fields, body))
}

/// What counts from when to when.
fn table(lang: Lang, versions: &[Version], accounts: &[Account]) -> Markup {
    html! { section.panel {
        h2 { (say(lang, "適用期間ごとの版", "Versions by their days")) }
        div.scroll { table {
            thead { tr { th { (say(lang, "名称", "Name")) } th { (say(lang, "借方", "Debit")) } th { (say(lang, "貸方", "Credit")) } (Span::headings(lang)) } }
            tbody { @for version in versions { tr {
                th scope="row" { @if lang == Lang::Ja { (version.name) } @else { code { (version.event) } } }
                td { (account(lang, accounts, version.debit.as_deref())) } td { (account(lang, accounts, version.credit.as_deref())) }
                (version.span.cells(lang))
            } } }
        } }
    } }
}

/// The newest entry: how many there are would be counted for minutes where the books are large.
fn last(lang: Lang, rule: &Rule) -> Markup {
    html! { @match (rule.entry, &rule.used_on) {
        (Some(entry), Some(day)) => a href={ "/ledger/entries/" (entry) } { (day) },
        _ => span.hint { (say(lang, "なし", "none")) },
    } }
}

fn account(lang: Lang, accounts: &[Account], code: Option<&str>) -> Markup {
    let found = code.and_then(|code| accounts.iter().find(|account| account.code == code));
    html! { @match found {
        Some(account) => { code { (account.code) } " " (say(lang, &account.name, &account.name_en)) },
        None => span.hint { (say(lang, "予算科目の勘定科目", "that of the budget line")) },
    } }
}

/// Accounts that may stand on a side: those of the class of the one that does.
fn choice(lang: Lang, rule: &Rule, side: &str, now: Option<&str>, accounts: &[Account]) -> Markup {
    let class = now.and_then(|code| accounts.iter().find(|account| account.code == code)).map(|account| account.class.as_str());
    let id = format!("{side}-{}", rule.event);
    let label = if side == "debit" { say(lang, "借方", "Debit") } else { say(lang, "貸方", "Credit") };
    html! { @if let Some(class) = class {
        (field(label, &id, html! { select id=(id) name=(side) {
            @for account in accounts.iter().filter(|account| account.class == class) {
                option value=(account.code) selected[Some(account.code.as_str()) == now] { (account.code) " " (say(lang, &account.name, &account.name_en)) }
            }
        } }))
    } }
}

fn form(person: &Person, rule: &Rule, accounts: &[Account]) -> Markup {
    let lang = person.lang;
    html! { details {
        summary { (say(lang, "変更", "Change")) }
        (crate::html::post(person, &format!("/settings/posting-rules/{}", rule.event), html! {
            input type="hidden" name="seen" value=(rule.version);
            (choice(lang, rule, "debit", rule.debit.as_deref(), accounts))
            (choice(lang, rule, "credit", rule.credit.as_deref(), accounts))
            (first_day(lang, &rule.event, say(lang, "適用開始日（仕訳の日付）", "From (day of the entry)")))
            (reason(lang, &rule.event))
            button type="submit" { (say(lang, "変更する", "Change")) }
        }))
    } }
}

/// Other accounts for an event.
pub(crate) async fn change(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(event): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    if let Some(proof) = permitted(&person, "/settings")? {
        return Ok(proof);
    }
    let valid_from = day(&fields, "valid_from")?;
    let (debit, credit) = (fields.some("debit"), fields.some("credit"));
    let rule = PostingRule { event: &event, debit, credit, valid_from: &valid_from };
    let today = clock::today().to_string();
    settings::change_posting_rule(&desk.pool, rule, seen(&fields)?, &today, by(&person, &fields)?).await?;
    Ok(see_other("/settings?done=saved"))
}
