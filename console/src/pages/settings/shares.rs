//! 決算統計の内訳: what of a budget line has another 性質別 than its 節, which 特定財源 paid for it, and the figures the ledger cannot know.
//! Nothing is changed in place: each edit is a higher version with its author and reason.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::{self, Share, Signed};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use sqlx::FromRow;

use super::{Tab, by, changes, closed_year, coded, page, permitted, reason, small};
use crate::access::Person;
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, empty, field, ja, post, search, when, who, yen};
use crate::refusal::{Answer, Refusal};

/// A version of a portion, an earmark or a figure.
#[derive(Debug, FromRow)]
struct Row {
    kind: String,
    fund: String,
    budget_line: String,
    line_name: String,
    nature: String,
    source: String,
    version: i32,
    counts: bool,
    yen: i64,
    why: String,
    made_by: String,
    made_at: String,
}

type Items = Vec<(String, String)>;

/// Portions, earmarks and figures of one fiscal year.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let year = match fields.some("year") {
        Some(_) => small(&fields, "year")?,
        None => closed_year(),
    };
    let rows: Vec<Row> = sqlx::query_as(include_str!("sql/survey_shares.sql")).bind(year).fetch_all(&desk.pool).await?;
    let items = |role: &'static str| {
        let sql = "select code, name from ledger.settlement_item where role = $1 order by sort, code";
        sqlx::query_as::<_, (String, String)>(sql).bind(role).fetch_all(&desk.pool)
    };
    let (natures, mut sources): (Items, Items) = (items("nature").await?, items("source").await?);
    sources.retain(|(code, _)| code != "general");
    let of = |kind: &'static str| rows.iter().filter(move |row| row.kind == kind).collect::<Vec<_>>();
    let body = html! {
        (search("/settings/survey/shares", html! {
            (field(say(lang, "会計年度", "Fiscal year"), "year", html! { input id="year" name="year" type="number" min="2000" max="2100" required value=(year); }))
            button type="submit" { (say(lang, "表示", "Show")) }
        }))
        p.hint { (say(lang, "入力は新しい版になり、前の版は残ります。0円で取り消します。作成済みの版の数値は変わりません。", "An entry is a new version; the one before stays. 0 yen takes it back. Editions that are made stay as they are.")) }
        h2 { (say(lang, "性質別の内訳", "Portions of another nature")) }
        (table(lang, &of("portion"), &natures, &sources))
        @if changes(&person) { (portion_form(&person, year, &natures)) }
        h2 { (say(lang, "特定財源の充当", "Funding")) }
        (table(lang, &of("funding"), &natures, &sources))
        @if changes(&person) { (funding_form(&person, year, &natures, &sources)) }
        h2 { (say(lang, "翌年度に繰り越すべき財源", "Funds to be carried over")) }
        (table(lang, &of("figure"), &natures, &sources))
        @if changes(&person) { (figure_form(&person, year)) }
    };
    Ok(page(&person, Tab::Shares, &fields, body))
}

/// An item by its name; on an English page by its code, which is English.
fn word(lang: Lang, items: &[(String, String)], code: &str) -> String {
    items.iter().find(|(known, _)| known == code).map_or_else(|| code.to_owned(), |(_, name)| coded(lang, code, name))
}

fn table(lang: Lang, rows: &[&Row], natures: &Items, sources: &Items) -> Markup {
    html! {
        @if rows.is_empty() { (empty(say(lang, "この年度の登録はありません。", "There is none for this year."))) }
        @else { div.scroll { table {
            thead { tr {
                th { (say(lang, "予算科目", "Budget line")) } th { (say(lang, "性質別", "Nature")) } th { (say(lang, "財源", "Source")) } th.number { (say(lang, "金額（円）", "Yen")) }
                th.number { (say(lang, "版", "Version")) } th { (say(lang, "理由", "Why")) } th { (say(lang, "登録者", "By")) } th { (say(lang, "日時", "When")) }
            } }
            tbody { @for row in rows { tr {
                th scope="row" { @if !row.budget_line.is_empty() { code { (row.fund) "-" (row.budget_line) } " " (ja(&row.line_name)) } }
                td { (word(lang, natures, &row.nature)) } td { (word(lang, sources, &row.source)) }
                td.number { (yen(row.yen)) } td.number { (row.version) " " @if !row.counts { span.hint { (say(lang, "旧版", "old")) } } }
                td { (row.why) } td { (who(lang, &row.made_by)) } td { (when(&row.made_at)) }
            } } }
        } } }
    }
}

/// The fields every entry about a budget line has.
fn line(lang: Lang, form: &str) -> Markup {
    let id = |name: &str| format!("{form}-{name}");
    html! {
        (field(say(lang, "会計", "Fund"), &id("fund"), html! { input id=(id("fund")) name="fund" required maxlength="2" inputmode="numeric" value="01"; }))
        (field(say(lang, "予算科目", "Budget line"), &id("line"), html! { input id=(id("line")) name="line" required maxlength="16" inputmode="numeric"; }))
    }
}

fn amount(lang: Lang, form: &str) -> Markup {
    let id = format!("{form}-yen");
    field(say(lang, "金額（円）", "Yen"), &id, html! { input id=(id) name="yen" inputmode="numeric" required; })
}

fn choice(lang: Lang, label: &str, id: &str, name: &str, none: Option<&str>, items: &Items) -> Markup {
    field(
        label,
        id,
        html! { select id=(id) name=(name) {
            @if let Some(none) = none { option value="" { (none) } }
            @for (code, name) in items { option value=(code) { (coded(lang, code, name)) } }
        } },
    )
}

fn portion_form(person: &Person, year: i32, natures: &Items) -> Markup {
    let lang = person.lang;
    html! { details { summary { (say(lang, "内訳を登録する", "Enter a portion")) }
        (post(person, "/settings/survey/shares", html! {
            input type="hidden" name="kind" value="portion"; input type="hidden" name="year" value=(year);
            (line(lang, "portion"))
            (choice(lang, say(lang, "性質別", "Nature"), "portion-nature", "nature", None, natures))
            (amount(lang, "portion")) (reason(lang, "portion"))
            button type="submit" { (say(lang, "登録する", "Enter")) }
        }))
    } }
}

fn funding_form(person: &Person, year: i32, natures: &Items, sources: &Items) -> Markup {
    let lang = person.lang;
    let own = say(lang, "（節のとおりの部分）", "(the part its section says)");
    html! { details { summary { (say(lang, "充当を登録する", "Enter funding")) }
        (post(person, "/settings/survey/shares", html! {
            input type="hidden" name="kind" value="funding"; input type="hidden" name="year" value=(year);
            (line(lang, "funding"))
            (choice(lang, say(lang, "性質別", "Nature"), "funding-nature", "nature", Some(own), natures))
            (choice(lang, say(lang, "財源", "Source"), "funding-source", "source", None, sources))
            (amount(lang, "funding")) (reason(lang, "funding"))
            button type="submit" { (say(lang, "登録する", "Enter")) }
        }))
    } }
}

fn figure_form(person: &Person, year: i32) -> Markup {
    let lang = person.lang;
    html! { details { summary { (say(lang, "金額を登録する", "Enter the figure")) }
        (post(person, "/settings/survey/shares", html! {
            input type="hidden" name="kind" value="figure"; input type="hidden" name="year" value=(year);
            (amount(lang, "figure")) (reason(lang, "figure"))
            button type="submit" { (say(lang, "登録する", "Enter")) }
        }))
    } }
}

/// A further version of a portion, an earmark or a figure.
pub(crate) async fn change(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    if let Some(proof) = permitted(&person, "/settings/survey/shares")? {
        return Ok(proof);
    }
    let (year, yen) = (small(&fields, "year")?, fields.amount("yen")?);
    let by = by(&person, &fields)?;
    let signed = Signed { who: by.actor, why: by.why };
    let (nature, source) = (fields.get("nature"), fields.get("source"));
    let share = |source| Share { year, fund: fields.get("fund"), budget_line: fields.get("line"), nature, source, yen };
    match fields.get("kind") {
        "portion" if !nature.is_empty() => ledger::set_survey_share(&desk.pool, &share(None), signed).await?,
        "funding" if !source.is_empty() => ledger::set_survey_share(&desk.pool, &share(Some(source)), signed).await?,
        "figure" => ledger::set_survey_figure(&desk.pool, year, "carried_over", yen, signed).await?,
        other => return Err(Refusal::value("kind", other)),
    };
    Ok(see_other(&format!("/settings/survey/shares?year={year}&done=saved")))
}
