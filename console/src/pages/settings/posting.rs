//! 仕訳ルール: which accounts an event debits and credits. A change counts for what is booked on its day or after it; what is posted stays.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use sqlx::FromRow;

use super::{Span, Tab, changes, history, page};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, Fields, ja};
use crate::refusal::Answer;

/// A rule as it counts today.
#[derive(Debug, FromRow)]
pub(super) struct Rule {
    pub(super) event: String,
    pub(super) name: String,
    pub(super) debit: Option<String>,
    pub(super) credit: Option<String>,
    entry: Option<i64>,
    used_on: Option<String>,
    pub(super) version: i32,
}

/// A version of a rule: what counts from a day to another.
#[derive(Debug, FromRow)]
pub(super) struct Version {
    pub(super) event: String,
    name: String,
    debit: Option<String>,
    credit: Option<String>,
    #[sqlx(flatten)]
    span: Span,
}

/// An account that can be debited or credited.
#[derive(Debug, FromRow)]
pub(super) struct Account {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) name_en: String,
    pub(super) class: String,
}

/// The rules as they count on a day.
pub(super) async fn rules(desk: &Desk, today: &str) -> Answer<Vec<Rule>> {
    Ok(sqlx::query_as(include_str!("sql/posting_rules.sql")).bind(today).fetch_all(&desk.pool).await?)
}

/// Their versions, what is to come first.
pub(super) async fn versions(desk: &Desk, today: &str) -> Answer<Vec<Version>> {
    Ok(sqlx::query_as(include_str!("sql/posting_versions.sql")).bind(today).fetch_all(&desk.pool).await?)
}

/// Every account.
pub(super) async fn accounts(desk: &Desk) -> Answer<Vec<Account>> {
    let sql = "select code, name, name_en, class from ledger.account order by code";
    Ok(sqlx::query_as(sql).fetch_all(&desk.pool).await?)
}

/// All of them.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let today = clock::today().to_string();
    let (rules, versions, accounts) = (rules(&desk, &today).await?, versions(&desk, &today).await?, accounts(&desk).await?);
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
                td { code { (rule.event) } } th scope="row" { (ja(&rule.name)) }
                td { (account(lang, &accounts, rule.debit.as_deref())) (coming(lang, &versions, rule, &accounts, |version| version.debit.as_deref(), rule.debit.as_deref())) }
                td { (account(lang, &accounts, rule.credit.as_deref())) (coming(lang, &versions, rule, &accounts, |version| version.credit.as_deref(), rule.credit.as_deref())) }
                td { (last(&person, rule)) }
                @if edits { td { a href={ "/settings/posting-rules/" (rule.event) } { (say(lang, "変更…", "change…")) } } }
            } } }
        } }
        @if !versions.is_empty() { (table(lang, &versions.iter().collect::<Vec<_>>(), &accounts)) }
        (history(&desk, lang, "posting_rule").await?)
    };
    Ok(page(&person, Tab::Posting, &fields, body))
}

/// What a side of a rule will be, where that is another account than today's.
fn coming(
    lang: Lang,
    versions: &[Version],
    rule: &Rule,
    accounts: &[Account],
    side: impl Fn(&Version) -> Option<&str>,
    now: Option<&str>,
) -> Markup {
    let ahead = versions.iter().rev().filter(|version| version.event == rule.event && version.span.standing == "coming");
    html! { @for version in ahead.filter(|version| side(version) != now) { div.hint {
        @let from = version.span.valid_from.as_deref().unwrap_or_default();
        @if lang == Lang::Ja { (from) "から: " } @else { "from " (from) ": " } (account(lang, accounts, side(version)))
    } } }
}

/// What counts from when to when.
pub(super) fn table(lang: Lang, versions: &[&Version], accounts: &[Account]) -> Markup {
    html! { section.panel {
        h2 { (say(lang, "適用期間ごとの版", "Versions by their days")) }
        div.scroll { table {
            thead { tr { th { (say(lang, "名称", "Name")) } th { (say(lang, "借方", "Debit")) } th { (say(lang, "貸方", "Credit")) } (Span::headings(lang)) } }
            tbody { @for version in versions { tr {
                th scope="row" { @if lang == Lang::Ja { (version.name) } @else { code { (version.event) } " " (ja(&version.name)) } }
                td { (account(lang, accounts, version.debit.as_deref())) } td { (account(lang, accounts, version.credit.as_deref())) }
                (version.span.cells(lang))
            } } }
        } }
    } }
}

/// The newest entry: how many there are would be counted for minutes where the books are large.
fn last(person: &Person, rule: &Rule) -> Markup {
    let (lang, opens) = (person.lang, person.may_everywhere(Action::See));
    html! { @match (rule.entry, &rule.used_on) {
        (Some(entry), Some(day)) => (html::link(opens, &format!("/ledger/entries/{entry}"), html! { (day) })),
        _ => span.hint { (say(lang, "なし", "none")) },
    } }
}

pub(super) fn account(lang: Lang, accounts: &[Account], code: Option<&str>) -> Markup {
    let found = code.and_then(|code| accounts.iter().find(|account| account.code == code));
    html! { @match found {
        Some(account) => { code { (account.code) } " " (say(lang, &account.name, &account.name_en)) },
        None => span.hint { (say(lang, "予算科目の勘定科目", "that of the budget line")) },
    } }
}
