//! 給与の節: whom the orders of personnel cost name, and whether deductions are taken from it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::settings::{self, PayrollSection};
use renkei_core::calendar::clock;
use renkei_core::words::say;
use sqlx::FromRow;

use super::{Span, Tab, by, changes, day, first_day, history, page, permitted, reason, seen};
use crate::access::Person;
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, empty, field, ja, post, yen};
use crate::refusal::Answer;

#[derive(Debug, FromRow)]
struct Section {
    section: String,
    name: String,
    payee: String,
    payee_name: String,
    withheld: bool,
    version: i32,
}

/// A version of a section: what counts from a pay date to another.
#[derive(Debug, FromRow)]
struct Version {
    section: String,
    name: String,
    payee: String,
    payee_name: String,
    #[sqlx(flatten)]
    span: Span,
}

/// A budget line of personnel cost.
#[derive(Debug, FromRow)]
struct Line {
    fiscal_year: i32,
    fund: String,
    code: String,
    name: String,
    budget: i64,
}

/// All of them, with the budget lines that bear them.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let today = clock::today().to_string();
    let sections: Vec<Section> =
        sqlx::query_as(include_str!("sql/payroll_sections.sql")).bind(&today).fetch_all(&desk.pool).await?;
    let versions: Vec<Version> =
        sqlx::query_as(include_str!("sql/payroll_versions.sql")).bind(&today).fetch_all(&desk.pool).await?;
    let lines: Vec<Line> = sqlx::query_as(include_str!("sql/payroll_lines.sql")).bind(&today).fetch_all(&desk.pool).await?;
    let edits = changes(&person);
    let body = html! {
        p.hint { (say(lang, "債権者は、口座を持たない集合債権者です。変更は、適用開始日以後に支給する給与の支出命令から適用します。表は今日の支給に適用する値です。", "The payee is a collective creditor without an account. A change counts for pay of its first day or later. The table is what counts for pay of today.")) }
        @if sections.is_empty() { (empty(say(lang, "節が登録されていません。", "There is no section."))) }
        @else { div.scroll { table {
            thead { tr {
                th { (say(lang, "節", "Section")) } th { (say(lang, "名称", "Name")) } th { (say(lang, "債権者", "Payee")) } th { (say(lang, "控除対象", "Deducted from")) }
                @if edits { th { (say(lang, "変更", "Change")) } }
            } }
            tbody { @for section in &sections { tr {
                td { code { (section.section) } } th scope="row" { (ja(&section.name)) } td { code { (section.payee) } " " (ja(&section.payee_name)) }
                td { @if section.withheld { (say(lang, "はい", "yes")) } @else { (say(lang, "いいえ", "no")) } }
                @if edits { td { (form(&person, section)) } }
            } } }
        } } }
        @if !versions.is_empty() {
            section.panel {
                h2 { (say(lang, "適用期間ごとの版", "Versions by their days")) }
                div.scroll { table {
                    thead { tr { th { (say(lang, "節", "Section")) } th { (say(lang, "名称", "Name")) } th { (say(lang, "債権者", "Payee")) } (Span::headings(lang)) } }
                    tbody { @for version in &versions { tr {
                        td { code { (version.section) } } td { (ja(&version.name)) } td { code { (version.payee) } " " (ja(&version.payee_name)) } (version.span.cells(lang))
                    } } }
                } }
            }
        }
        section.panel {
            h2 { (say(lang, "給与を負担する予算科目", "Budget lines that bear it")) }
            @if lines.is_empty() { p.hint { (say(lang, "登録がありません。", "There is none.")) } }
            @else { div.scroll { table {
                thead { tr { th.number { (say(lang, "年度", "Year")) } th { (say(lang, "会計", "Fund")) } th { (say(lang, "予算科目", "Budget line")) } th { (say(lang, "名称", "Name")) } th.number { (say(lang, "予算額", "Budget")) } } }
                tbody { @for line in &lines { tr {
                    td.number { (line.fiscal_year) } td { code { (line.fund) } } td { code { (line.code) } } td { (ja(&line.name)) } td.number { (yen(line.budget)) }
                } } }
            } } }
        }
        (history(&desk, lang, "payroll_section").await?)
    };
    Ok(page(&person, Tab::Payroll, &fields, body))
}

fn form(person: &Person, section: &Section) -> Markup {
    let (lang, code) = (person.lang, &section.section);
    let (name, payee) = (format!("name-{code}"), format!("payee-{code}"));
    html! { details {
        summary { (say(lang, "変更", "Change")) }
        (post(person, &format!("/settings/payroll/{code}"), html! {
            input type="hidden" name="seen" value=(section.version);
            (field(say(lang, "名称", "Name"), &name, html! { input id=(name) name="name" required maxlength="60" value=(section.name); }))
            (field(say(lang, "債権者番号", "Number of the payee"), &payee, html! { input id=(payee) name="payee" required maxlength="10" inputmode="numeric" value=(section.payee); }))
            (first_day(lang, code, say(lang, "適用開始日（支給日）", "From (pay date)")))
            (reason(lang, code))
            button type="submit" { (say(lang, "変更する", "Change")) }
        }))
    } }
}

/// Another name or payee.
pub(crate) async fn change(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(section): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    if let Some(proof) = permitted(&person, "/settings/payroll")? {
        return Ok(proof);
    }
    let (valid_from, today) = (day(&fields, "valid_from")?, clock::today().to_string());
    let changed =
        PayrollSection { section: &section, name: fields.get("name"), payee: fields.get("payee"), valid_from: &valid_from };
    settings::change_payroll_section(&desk.pool, changed, seen(&fields)?, &today, by(&person, &fields)?).await?;
    Ok(see_other("/settings/payroll?done=saved"))
}
