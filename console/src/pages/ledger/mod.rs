//! 帳簿: trial balance, entries, payment orders awaiting 決裁, assessments with their receipts. Read-only but for the 決裁. What belongs
//! to the whole ledger is for those who may look at every topic.

/// Assessments and what became of them.
pub(crate) mod assessments;
/// Entries, and one of them.
pub(crate) mod entries;
/// The way back to the bytes, and forward to outgoing files.
pub(crate) mod lineage;
/// Entries of a budget line.
pub(crate) mod lines;
/// One payment order as it is.
mod order;
/// Payment orders.
pub(crate) mod orders;
/// Approved orders: another day, or none.
pub(crate) mod redo;

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use renkei_consumers::ledger::{self, AccountBalance};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{self, Nav, Page, Tone, badge, frame, when, yen};
use crate::refusal::{Answer, Refusal};

/// The tabs of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Balance,
    Orders,
    Assessments,
    Entries,
}

/// The ledger as a whole is for those who may look everywhere.
pub(in crate::pages) fn whole(person: &Person) -> Answer<()> {
    if person.may_everywhere(Action::See) { Ok(()) } else { Err(Refusal::forbidden()) }
}

pub(super) fn tabs(lang: Lang, here: Tab) -> Markup {
    let all = [
        (Tab::Balance, "/ledger", say(lang, "試算表", "Trial balance")),
        (Tab::Orders, "/ledger/orders", say(lang, "支出命令", "Payment orders")),
        (Tab::Assessments, "/ledger/assessments", say(lang, "調定", "Assessments")),
        (Tab::Entries, "/ledger/entries", say(lang, "伝票", "Entries")),
    ];
    html! { nav.tabs { @for (tab, address, name) in all { a href=(address) aria-current=[(tab == here).then_some("page")] { (name) } } } }
}

/// 合計残高試算表
pub(crate) async fn balance(State(desk): State<Arc<Desk>>, person: Person) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    let pool = desk.pool.clone();
    let balance = desk.balances.get(|| async move { ledger::trial_balance(&pool).await }).await?;
    let all = &balance.value;
    let mut books: Vec<(i32, String)> = all.iter().map(|row| (row.fiscal_year, row.fund.clone())).collect();
    books.dedup();
    let body = html! {
        (tabs(lang, Tab::Balance))
        p.hint { (say(lang, "集計時点", "As of")) " " (when(&balance.at)) " · " (say(lang, "1分より古い場合は、裏で集計し直しています。", "when older than a minute, it is being summed up anew.")) }
        @if books.is_empty() { (html::empty(say(lang, "仕訳はまだありません。", "Nothing has been booked yet."))) }
        @for (year, fund) in &books {
            section.panel {
                h2 { (year) " " (say(lang, "年度", "")) " · " (say(lang, "会計", "fund")) " " (fund) }
                (book(lang, &all.iter().filter(|row| row.fiscal_year == *year && row.fund == *fund).collect::<Vec<_>>()))
            }
        }
    };
    Ok(frame(&person, &Page::new(Nav::Ledger, say(lang, "試算表", "Trial balance")), body))
}

/// 合計残高試算表: each account with its sums, and its balance on the side where it stands.
fn book(lang: Lang, rows: &[&AccountBalance]) -> Markup {
    let over = |from: i64, less: i64| from.saturating_sub(less).max(0);
    let sum = |of: &dyn Fn(&AccountBalance) -> i64| rows.iter().fold(0_i64, |sum, row| sum.saturating_add(of(row)));
    let (debit, credit) = (sum(&|row| row.debit), sum(&|row| row.credit));
    let (left, right) = (sum(&|row| over(row.debit, row.credit)), sum(&|row| over(row.credit, row.debit)));
    html! {
        table.balance {
            thead { tr {
                th.number { (say(lang, "借方残高", "Debit balance")) } th.number { (say(lang, "借方合計", "Debit")) } th { (say(lang, "勘定科目", "Account")) }
                th.number { (say(lang, "貸方合計", "Credit")) } th.number { (say(lang, "貸方残高", "Credit balance")) }
            } }
            tbody { @for row in rows { tr {
                td.number { @if row.debit > row.credit { (yen(over(row.debit, row.credit))) } } td.number { (yen(row.debit)) }
                td { (row.account) " " (say(lang, &row.name, &row.name_en)) }
                td.number { (yen(row.credit)) } td.number { @if row.credit > row.debit { (yen(over(row.credit, row.debit))) } }
            } } }
            tfoot { tr {
                td.number { (yen(left)) } td.number { (yen(debit)) }
                th scope="row" { (say(lang, "合計", "Total")) " "
                    @if debit == credit { (badge(Tone::Good, say(lang, "一致", "they agree"))) } @else { (badge(Tone::Bad, say(lang, "不一致", "they differ"))) } }
                td.number { (yen(credit)) } td.number { (yen(right)) }
            } }
        }
    }
}
