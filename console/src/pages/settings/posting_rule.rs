//! One 仕訳ルール: its versions, and a change of it, which is looked at first.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::ledger::settings::{self, MirroredRule, PostingRule};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

use super::posting::{Account, Rule, Version, account, accounts, rules, table, versions};
use super::{Tab, by, changes, day, first_day, page, permitted, reason, seen};
use crate::access::Person;
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, field, ja, post};
use crate::refusal::{Answer, Refusal};

async fn one(desk: &Desk, event: &str, today: &str) -> Answer<Rule> {
    rules(desk, today).await?.into_iter().find(|rule| rule.event == event).ok_or_else(Refusal::not_found)
}

fn address(event: &str) -> String {
    format!("/settings/posting-rules/{event}")
}

fn back(lang: Lang) -> Markup {
    html! { p { a href="/settings" { (say(lang, "仕訳ルールの一覧に戻る", "Back to the posting rules")) } } }
}

/// The rule, with the form that changes it.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(event): Path<String>,
    fields: Fields,
) -> Answer<Markup> {
    let (lang, today) = (person.lang, clock::today().to_string());
    let rule = one(&desk, &event, &today).await?;
    let (versions, accounts) = (versions(&desk, &today).await?, accounts(&desk).await?);
    let own: Vec<&Version> = versions.iter().filter(|version| version.event == event).collect();
    let body = html! {
        h2 { (ja(&rule.name)) " " code { (rule.event) } }
        dl.facts {
            dt { (say(lang, "借方（今日）", "Debit, today")) } dd { (account(lang, &accounts, rule.debit.as_deref())) }
            dt { (say(lang, "貸方（今日）", "Credit, today")) } dd { (account(lang, &accounts, rule.credit.as_deref())) }
        }
        @if changes(&person) { (form(&person, &rule, &accounts)) }
        @if !own.is_empty() { (table(lang, &own, &accounts)) }
        (back(lang))
    };
    Ok(page(&person, Tab::Posting, &fields, body))
}

/// Accounts that may stand on a side: those of the class of the one that does.
fn choice(lang: Lang, side: &str, now: Option<&str>, accounts: &[Account]) -> Markup {
    let class = now.and_then(|code| accounts.iter().find(|account| account.code == code)).map(|account| account.class.as_str());
    let label = if side == "debit" { say(lang, "借方", "Debit") } else { say(lang, "貸方", "Credit") };
    html! { @if let Some(class) = class {
        (field(label, side, html! { select id=(side) name=(side) {
            @for account in accounts.iter().filter(|account| account.class == class) {
                option value=(account.code) selected[Some(account.code.as_str()) == now] { (account.code) " " (say(lang, &account.name, &account.name_en)) }
            }
        } }))
    } }
}

fn form(person: &Person, rule: &Rule, accounts: &[Account]) -> Markup {
    let lang = person.lang;
    html! { section.panel {
        h2 { (say(lang, "科目の変更", "Other accounts")) }
        (post(person, &address(&rule.event), html! {
            input type="hidden" name="seen" value=(rule.version);
            (choice(lang, "debit", rule.debit.as_deref(), accounts))
            (choice(lang, "credit", rule.credit.as_deref(), accounts))
            (first_day(lang, &rule.event, say(lang, "適用開始日（仕訳の日付）", "From (day of the entry)")))
            (reason(lang, &rule.event))
            button.second type="submit" name="act" value="look" { (say(lang, "影響を確認する", "Look what it comes to")) }
        }))
    } }
}

/// What else moves the accounts that the rule would have no longer.
fn warning(lang: Lang, mirrored: &[MirroredRule], accounts: &[Account]) -> Markup {
    html! { @if !mirrored.is_empty() { div.refusal role="alert" {
        p { (say(lang, "次のルールは、変更前の科目の反対側を使い続けます。片方だけを変えると、科目の残高が残ります。",
                 "These rules go on with the other side of the account so far. Where only one side is changed, a balance stays in it.")) }
        ul.plain { @for rule in mirrored { li {
            a href=(address(&rule.event)) { (ja(&rule.name)) } " " code { (rule.event) } ": "
            @if rule.debits { (say(lang, "借方", "debits")) } @else { (say(lang, "貸方", "credits")) } " " (account(lang, accounts, Some(&rule.account)))
        } } }
    } } }
}

/// Other accounts for an event: looked at first.
pub(crate) async fn change(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(event): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    if let Some(proof) = permitted(&person, &address(&event))? {
        return Ok(proof);
    }
    let valid_from = day(&fields, "valid_from")?;
    let (debit, credit) = (fields.some("debit"), fields.some("credit"));
    let rule = PostingRule { event: &event, debit, credit, valid_from: &valid_from };
    let today = clock::today().to_string();
    let (seen, by) = (seen(&fields)?, by(&person, &fields)?);
    if fields.get("act") == "look" {
        let mirrored = settings::preview_posting_rule(&desk.pool, rule, seen, &today, by).await?;
        return Ok(look(&desk, &person, &fields, rule, &mirrored).await?.into_response());
    }
    settings::change_posting_rule(&desk.pool, rule, seen, &today, by).await?;
    Ok(see_other("/settings?done=saved"))
}

/// What a change comes to, with the button that makes it.
async fn look(desk: &Desk, person: &Person, fields: &Fields, rule: PostingRule<'_>, mirrored: &[MirroredRule]) -> Answer<Markup> {
    let lang = person.lang;
    let was = one(desk, rule.event, &clock::today().to_string()).await?;
    let accounts = accounts(desk).await?;
    let side = |was: Option<&str>, becomes: Option<&str>| {
        html! { (account(lang, &accounts, was)) @if was != becomes { " → " strong { (account(lang, &accounts, becomes)) } } }
    };
    let body = html! {
        h2 { (ja(&was.name)) " " code { (was.event) } }
        (warning(lang, mirrored, &accounts))
        section.panel {
            h2 { (say(lang, "変更すると", "What it comes to")) }
            dl.facts {
                dt { (say(lang, "適用開始日", "From")) } dd { (rule.valid_from) }
                dt { (say(lang, "借方", "Debit")) } dd { (side(was.debit.as_deref(), rule.debit)) }
                dt { (say(lang, "貸方", "Credit")) } dd { (side(was.credit.as_deref(), rule.credit)) }
                dt { (say(lang, "変更の理由", "Why")) } dd { (fields.get("reason")) }
            }
            (post(person, &address(rule.event), html! {
                @for name in ["seen", "debit", "credit", "valid_from", "reason"] {
                    @if let Some(value) = fields.some(name) { input type="hidden" name=(name) value=(value); }
                }
                button type="submit" { (say(lang, "変更する", "Change")) }
            }))
        }
        p { a href=(address(rule.event)) { (say(lang, "入力に戻る", "Back to the form")) } }
        (back(lang))
    };
    Ok(page(person, Tab::Posting, fields, body))
}
