//! 予算科目: the entries that moved cash on a budget line, newest first. What a figure of the survey is made of.

use std::sync::Arc;

use axum::extract::{Path, State};
use maud::html;
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use sqlx::FromRow;

use super::{Tab, tabs, whole};
use crate::access::Person;
use crate::desk::Desk;
use crate::html::{self, Fields, Nav, Page, count, frame, yen};
use crate::refusal::{Answer, Refusal};

/// Entries that are looked through for one page: no index leads from a budget line to its postings, for it would cost every posting.
const SEARCHED: i64 = 500;

/// A budget line.
#[derive(Debug, FromRow)]
struct Line {
    name: String,
    side: String,
    budget: i64,
}

/// An entry that moved cash on it.
#[derive(Debug, FromRow)]
struct Moved {
    entry: i64,
    rule: String,
    event: String,
    booked_on: String,
    batch: Option<i64>,
    file: Option<i64>,
    actor: String,
    postings: i64,
    yen: i64,
}

/// The page.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((year, fund, code)): Path<(i32, String, String)>,
    fields: Fields,
) -> Answer {
    whole(&person)?;
    let lang = person.lang;
    let before = fields.some("before").map(|text| text.parse::<i64>().map_err(|_| Refusal::value("before", text))).transpose()?;
    let line: Option<Line> =
        sqlx::query_as("select name, side, budget from ledger.budget_line where (fiscal_year, fund, code) = ($1, $2, $3)")
            .bind(year)
            .bind(&fund)
            .bind(&code)
            .fetch_optional(&desk.pool)
            .await?;
    let line = line.ok_or_else(Refusal::not_found)?;
    let scanned: Vec<Moved> = sqlx::query_as(include_str!("../sql/budget_line_entries.sql"))
        .bind(year)
        .bind(&fund)
        .bind(&code)
        .bind(before)
        .bind(SEARCHED)
        .fetch_all(&desk.pool)
        .await?;
    let next: Option<i64> = sqlx::query_scalar(include_str!("../sql/budget_line_further.sql"))
        .bind(year)
        .bind(&fund)
        .bind(before)
        .bind(SEARCHED)
        .fetch_optional(&desk.pool)
        .await?;
    let sum = scanned.iter().fold(0_i64, |sum, one| sum.saturating_add(one.yen));
    let address = format!("/ledger/budget-lines/{year}/{fund}/{code}");
    let body = html! {
        (tabs(lang, Tab::Entries))
        dl.facts {
            dt { (say(lang, "年度・会計・予算科目", "Year, fund, budget line")) } dd { (year) " · " (fund) " · " (code) " " (html::ja(&line.name)) }
            dt { (say(lang, "予算現額", "Budget")) } dd { (yen(line.budget)) " " (say(lang, "円", "yen")) }
        }
        p.hint { (if line.side == "revenue" { say(lang, "この予算科目で現金を収入した伝票です（戻出は負の金額）。", "Entries that received cash on this line (paid back: below zero).") }
                  else { say(lang, "この予算科目で現金を支出した伝票です（戻入は負の金額）。", "Entries that paid cash on this line (came back: below zero).") }) }
        @if scanned.is_empty() { (html::empty(if next.is_some() { say(lang, "ここまでの伝票には該当がありません。", "None among the entries so far.") } else { say(lang, "該当する伝票はありません。", "There is none.") })) }
        @else { div.scroll { table {
            thead { tr {
                th.number { (say(lang, "伝票", "Entry")) } th { (say(lang, "日付", "Day")) } th { (say(lang, "仕訳ルール", "Rule")) } th.number { (say(lang, "仕訳数", "Postings")) }
                th.number { (say(lang, "金額", "Yen")) } th { (say(lang, "由来", "From")) } th { (say(lang, "起票者", "By")) }
            } }
            tbody { @for one in &scanned { tr {
                td.number { a href={ "/ledger/entries/" (one.entry) "?budget_line=" (code) } { (one.entry) } } td { (one.booked_on) }
                td { @if lang == Lang::Ja { (one.rule) } @else { code { (one.event) } } } td.number { (count(one.postings)) } td.number { (yen(one.yen)) }
                td { @if let Some(batch) = one.batch { a href={ "/batches/" (batch) } { (say(lang, "受付", "batch")) " " (batch) } }
                     @if let Some(file) = one.file { a href={ "/exports/" (file) } { (say(lang, "送出ファイル", "file")) " " (file) } } }
                td { (html::who(lang, &one.actor)) }
            } } }
            tfoot { tr { th scope="row" colspan="4" { (say(lang, "表示中の合計", "Total shown")) } td.number { (yen(sum)) } td {} td {} } }
        } } }
        @if let Some(next) = next { nav.older { a href={ (address) "?before=" (next) } rel="next" { (say(lang, "前の伝票を調べる", "search earlier entries")) } } }
    };
    let title = format!("{} {code}", say(lang, "予算科目", "Budget line"));
    Ok(frame(&person, &Page::new(Nav::Ledger, &title), body))
}
