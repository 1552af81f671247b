//! 決算統計の表の行と列: number, caption and meaning, from a fiscal year on.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::settings::{self, SurveyAxis};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use sqlx::FromRow;

use super::{Tab, by, changes, closed_year, coded, history, page, permitted, reason, small};
use crate::access::Person;
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, empty, field, post, search};
use crate::refusal::Answer;

/// What a row or column may mean.
const ROLES: [(&str, &str, &str); 8] = [
    ("amount", "決算額", "the amount"),
    ("total", "総額", "the total"),
    ("purpose", "目的別", "a purpose"),
    ("nature", "性質別", "a nature"),
    ("source", "財源", "a source"),
    ("revenue", "歳入", "revenue"),
    ("lines", "予算科目", "budget lines"),
    ("figure", "収支の数値", "a figure"),
];
/// Figures of the balance, which have no words of the survey of their own.
const FIGURES: [(&str, &str, &str); 5] = [
    ("revenue_total", "歳入総額", "total revenue"),
    ("expenditure_total", "歳出総額", "total expenditure"),
    ("balance", "歳入歳出差引", "revenue less expenditure"),
    ("carried_over", "翌年度に繰り越すべき財源", "funds to be carried over"),
    ("real_balance", "実質収支", "real balance"),
];
const AXES: [(&str, &str, &str); 2] = [("row", "行", "row"), ("column", "列", "column")];
const GRADES: [&str; 4] = ["A", "B", "C", "D"];

#[derive(Debug, FromRow)]
struct Axis {
    axis: String,
    no: String,
    within: String,
    from_year: i32,
    version: i32,
    name: String,
    role: String,
    item: String,
    item_name: String,
    grade: String,
}

/// Rows and columns of one table as they are in a fiscal year.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let year = match fields.some("year") {
        Some(_) => small(&fields, "year")?,
        None => closed_year(),
    };
    let tables: Vec<(String, String)> =
        sqlx::query_as("select table_no, name from ledger.settlement_table order by table_no").fetch_all(&desk.pool).await?;
    let first = tables.first().map_or("", |(no, _)| no.as_str());
    let table = fields.some("table").unwrap_or(first);
    let axes: Vec<Axis> =
        sqlx::query_as(include_str!("sql/survey_axes.sql")).bind(table).bind(year).fetch_all(&desk.pool).await?;
    let items: Vec<(String, String, String)> = sqlx::query_as(include_str!("sql/survey_items.sql")).fetch_all(&desk.pool).await?;
    let body = html! {
        (search("/settings/survey/tables", html! {
            (field(say(lang, "表", "Table"), "table", html! { select id="table" name="table" { @for (no, name) in &tables { option value=(no) selected[no == table] lang="ja" { (no) " " (name) } } } }))
            (field(say(lang, "会計年度", "Fiscal year"), "year", html! { input id="year" name="year" type="number" min="2000" max="2100" required value=(year); }))
            button type="submit" { (say(lang, "表示", "Show")) }
        }))
        @if axes.is_empty() { (empty(say(lang, "この表の行・列はありません。", "The table has no rows or columns."))) } @else { (list(lang, &axes)) }
        @if changes(&person) { (form(&person, table, year, &items)) }
        (history(&desk, lang, "settlement_axis").await?)
    };
    Ok(page(&person, Tab::Tables, &fields, body))
}

fn said(lang: Lang, words: &[(&'static str, &'static str, &'static str)], word: &str) -> &'static str {
    words.iter().find(|(known, ..)| *known == word).map_or("", |(_, ja, en)| say(lang, ja, en))
}

/// What an axis counts: a code of the survey with its name, or a figure by its name alone.
fn item(lang: Lang, role: &str, code: &str, name: &str) -> String {
    match said(lang, &FIGURES, code) {
        figure if role == "figure" && !figure.is_empty() => figure.to_owned(),
        _ if name.is_empty() => code.to_owned(),
        _ => coded(lang, code, name),
    }
}

fn list(lang: Lang, axes: &[Axis]) -> Markup {
    html! { div.scroll { table {
        thead { tr {
            th { (say(lang, "行・列", "Axis")) } th { (say(lang, "番号", "Number")) } th { (say(lang, "この行だけ", "In row")) } th { (say(lang, "見出し", "Caption")) }
            th { (say(lang, "意味", "Meaning")) } th { (say(lang, "根拠", "Evidence")) } th.number { (say(lang, "適用年度", "From year")) } th.number { (say(lang, "版", "Version")) }
        } }
        tbody { @for axis in axes { tr {
            td { (said(lang, &AXES, &axis.axis)) } td { code { (axis.no) } } td { (axis.within) } th scope="row" lang="ja" { (axis.name) }
            td { (said(lang, &ROLES, &axis.role)) @if !axis.item.is_empty() { ": " (item(lang, &axis.role, &axis.item, &axis.item_name)) } }
            td { (axis.grade) } td.number { (axis.from_year) } td.number { (axis.version) }
        } } }
    } } }
}

fn form(person: &Person, table: &str, year: i32, items: &[(String, String, String)]) -> Markup {
    let lang = person.lang;
    html! { section.panel {
        h2 { (say(lang, "行・列の追加・変更", "Add or change a row or column")) }
        p.hint { (say(lang, "同じ番号は、適用年度から新しい内容になります。作成済みの版の表は変わりません。", "The number has the new meaning from that year on. Editions that are made stay as they are.")) }
        (post(person, "/settings/survey/tables", html! {
            input type="hidden" name="table" value=(table);
            (field(say(lang, "行・列", "Axis"), "axis", html! { select id="axis" name="axis" { @for (word, ja, en) in AXES { option value=(word) { (say(lang, ja, en)) } } } }))
            (field(say(lang, "番号（行は2桁、列は3桁）", "Number (two digits of a row, three of a column)"), "no", html! { input id="no" name="no" required maxlength="3" inputmode="numeric"; }))
            (field(say(lang, "この行だけの列にする場合、行の番号", "Row, where the column holds for one only"), "within", html! { input id="within" name="within" maxlength="2" inputmode="numeric"; }))
            (field(say(lang, "適用年度", "From fiscal year"), "from_year", html! { input id="from_year" name="from_year" type="number" min="2000" max="2100" required value=(year); }))
            (field(say(lang, "見出し", "Caption"), "name", html! { input id="name" name="name" required maxlength="60"; }))
            (field(say(lang, "意味", "Meaning"), "role", html! { select id="role" name="role" {
                @for (word, ja, en) in ROLES { option value=(word) { (say(lang, ja, en)) } }
                option value="" { (say(lang, "（この年度から使わない）", "(not used from that year on)")) }
            } }))
            (field(say(lang, "区分（総額・決算額は空欄）", "Item (none of a total or the amount)"), "item", html! { select id="item" name="item" {
                option value="" {}
                @for of_role in items.chunk_by(|(one, ..), (next, ..)| one == next) {
                    @if let [(role, ..), ..] = of_role { optgroup label=(said(lang, &ROLES, role)) {
                        @for (role, code, name) in of_role { option value=(code) { (item(lang, role, code, name)) } }
                    } }
                }
            } }))
            (field(say(lang, "予算科目（意味が予算科目のとき。会計/科目の先頭、複数はコンマ区切り）", "Budget lines (where it means those: fund/beginning of a line, with commas)"), "lines",
                html! { input id="lines" name="lines" maxlength="400" placeholder="01/0201,01/0202"; }))
            (field(say(lang, "根拠", "Evidence"), "grade", html! { select id="grade" name="grade" required { option value="" {} @for grade in GRADES { option value=(grade) { (grade) } } } }))
            (reason(lang, "axis"))
            button type="submit" { (say(lang, "変更する", "Change")) }
        }))
    } }
}

/// Another caption or meaning from a fiscal year on.
pub(crate) async fn change(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    if let Some(proof) = permitted(&person, "/settings/survey/tables")? {
        return Ok(proof);
    }
    let role = fields.some("role");
    let axis = SurveyAxis {
        table_no: fields.get("table"),
        axis: fields.get("axis"),
        no: fields.get("no"),
        within: fields.get("within"),
        from_year: small(&fields, "from_year")?,
        name: fields.get("name"),
        role,
        item: match role {
            Some("lines") => Some(fields.get("lines")),
            Some(_) => fields.some("item"),
            None => None,
        },
        grade: fields.get("grade"),
    };
    settings::change_survey_axis(&desk.pool, axis, by(&person, &fields)?).await?;
    // Only what is a number of the survey goes into the address.
    let table: String = axis.table_no.chars().filter(char::is_ascii_digit).collect();
    Ok(see_other(&format!("/settings/survey/tables?table={table}&year={}&done=saved", axis.from_year)))
}
