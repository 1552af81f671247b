//! A cell of the survey: the facts it is the sum of, each on a budget line whose entries can be looked at.

use std::sync::Arc;

use axum::extract::{Path, State};
use maud::{Markup, html};
use renkei_consumers::ledger::cells::{self, Cell, CellFact};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{Nav, Page, Tone, badge, count, frame, ja, yen};
use crate::refusal::{Answer, Refusal};

/// From a cell of an outgoing file back to what makes it.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, Path((id, cell)): Path<(i64, i64)>) -> Answer {
    let lang = person.lang;
    super::find(&desk, &person, id).await?;
    let found = cells::cell_of_file(&desk.pool, id, cell).await?.ok_or_else(Refusal::not_found)?;
    let facts = cells::facts_of_cell(&desk.pool, cell).await?;
    let whole = person.may_everywhere(Action::See);
    let body = html! {
        p { a href={ "/exports/" (id) "#items" } { (say(lang, "送出ファイルに戻る", "Back to the file")) } }
        (facts_of(lang, &found))
        section.panel {
            h2 { (say(lang, "このセルの内訳（予算科目ごと）", "What makes it, by budget line")) " (" (facts.len()) ")" }
            @if facts.is_empty() { p.hint { (say(lang, "該当する予算科目の執行はありません（0円）。", "No budget line has anything for it (0 yen).")) } }
            @else { (table(lang, &found, &facts, whole)) }
            (agreement(lang, &found, &facts))
        }
    };
    let title =
        format!("{} {}-{}-{}", say(lang, "決算統計のセル", "Cell of the survey"), found.table_no, found.row_no, found.column_no);
    Ok(frame(&person, &Page::new(Nav::Exports, &title), body))
}

/// How yen became thousands, in both languages.
const ROUNDING: (&str, &str) = (
    "全体の合計から款・項・予算科目へ順に丸め、切り捨てた端数は大きいものから1千円ずつ戻します（最大剰余法）。欄は予算科目の千円の合計なので、計は必ず合い、円を千で割った値とは違うことがあります。",
    "From the whole down to chapters, sections and budget lines; thousands that were cut off go back to the largest remainders. A cell adds the thousands of its lines: every sum agrees, and a cell may differ from its yen divided by a thousand.",
);

fn facts_of(lang: Lang, cell: &Cell) -> Markup {
    html! {
        dl.facts {
            dt { (say(lang, "表", "Table")) } dd { (cell.table_no) " " (ja(&cell.table_name)) }
            dt { (say(lang, "行・列", "Row, column")) } dd { (cell.row_no) " " (ja(&cell.row_name)) " · " (cell.column_no) " " (ja(&cell.column_name)) }
            dt { (say(lang, "決算年度・版", "Year, edition")) } dd { (cell.fiscal_year) " · " (cell.edition) @if cell.trial { " " (badge(Tone::Quiet, say(lang, "試算", "a trial"))) } }
            dt { (say(lang, "値", "Value")) } dd { strong { (yen(cell.thousand)) } " " (say(lang, "千円", "thousand yen")) " · " (yen(cell.yen)) " " (say(lang, "円", "yen")) " · " (say(lang, "仕訳数", "postings")) " " (count(cell.postings)) }
            // Whoever divides by a thousand would take some cells for wrong.
            dt { (say(lang, "千円の決め方", "Rounding")) } dd.hint { (say(lang, ROUNDING.0, ROUNDING.1)) }
        }
    }
}

fn table(lang: Lang, cell: &Cell, facts: &[CellFact], whole: bool) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th { (say(lang, "会計", "Fund")) } th { (say(lang, "予算科目", "Budget line")) } th { (say(lang, "区分", "Words of the survey")) }
                th.number { (say(lang, "円", "Yen")) } th.number { (say(lang, "千円", "Thousands")) } th.number { (say(lang, "科目の仕訳数", "Postings of the line")) }
            } }
            tbody { @for fact in facts { tr {
                td { (fact.fund.as_deref().unwrap_or_default()) " " (ja(fact.fund_name.as_deref().unwrap_or_default())) }
                td { @match (&fact.fund, &fact.budget_line) {
                    (Some(fund), Some(line)) if whole => a href={ "/ledger/budget-lines/" (cell.fiscal_year) "/" (fund) "/" (line) } { (line) },
                    (_, line) => (line.as_deref().unwrap_or_default()),
                } " " (ja(&fact.line_name)) }
                td { (ja(&fact.words())) }
                td.number { (yen(fact.yen * i64::from(fact.sign))) } td.number { (yen(fact.thousand * i64::from(fact.sign))) } td.number { (count(fact.postings)) }
            } } }
        } }
    }
}

/// A cell is its facts, in yen; what rounds is shared so that the thousands of ordinary tables agree, too.
fn agreement(lang: Lang, cell: &Cell, facts: &[CellFact]) -> Markup {
    let sum = facts.iter().fold(0_i64, |sum, fact| sum.saturating_add(fact.yen * i64::from(fact.sign)));
    html! {
        p { (say(lang, "内訳の合計", "Sum")) " " (yen(sum)) " " (say(lang, "円", "yen")) " "
            @if sum == cell.yen { (badge(Tone::Good, say(lang, "セルと一致", "as in the cell"))) } @else { (badge(Tone::Bad, say(lang, "セルと不一致", "not as in the cell"))) } }
    }
}
