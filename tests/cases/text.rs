//! Results as text: tables aligned for a fixed-width font, in which a Japanese character is as wide as two digits.

use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::Layout;
use serde_json::Value;
use sqlx::postgres::{PgColumn, PgPool};
use sqlx::{AssertSqlSafe, Column, FromRow, Row, TypeInfo};

/// `1,234,567`
pub(crate) fn yen(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if amount < 0 { format!("-{text}") } else { text }
}

fn width(text: &str) -> usize {
    let narrow = |character: &char| character.is_ascii() || ('\u{ff61}'..='\u{ff9f}').contains(character);
    text.chars().map(|character| if narrow(&character) { 1 } else { 2 }).sum()
}

/// Rows under headings, columns two blanks apart. A heading that begins with `>` stands over numbers.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let titles: Vec<String> = headings.iter().map(|heading| heading.trim_start_matches('>').to_owned()).collect();
    let mut widths: Vec<usize> = titles.iter().map(|title| width(title)).collect();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            widths[column] = widths[column].max(width(cell));
        }
    }
    let mut text = String::new();
    for row in std::iter::once(&titles).chain(rows) {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let blanks = " ".repeat(widths[column] - width(cell));
            let cell = if headings[column].starts_with('>') { format!("{blanks}{cell}") } else { format!("{cell}{blanks}") };
            line.push_str(&cell);
            line.push_str("  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The rows of a query under the names of its columns.
pub(crate) async fn rows(pool: &PgPool, sql: String) -> Result<String, sqlx::Error> {
    // The simple protocol gives every value as text, whatever its type.
    let found = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(pool).await?;
    let Some(first) = found.first() else { return Ok(String::new()) };
    let number = |column: &PgColumn| ["INT4", "INT8", "NUMERIC"].contains(&column.type_info().name());
    let heading = |column: &PgColumn| format!("{}{}", if number(column) { ">" } else { "" }, column.name());
    let headings: Vec<String> = first.columns().iter().map(heading).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let mut cells = Vec::with_capacity(found.len());
    for row in &found {
        let cell = |index: usize| row.try_get_raw(index).map(|value| value.as_str().unwrap_or_default().to_owned());
        cells.push((0..headings.len()).map(cell).collect::<Result<Vec<String>, _>>()?);
    }
    Ok(table(&headings, &cells))
}

/// A field as people and programs call it.
pub(crate) fn field_name(layout: Option<&Layout>, id: &str) -> String {
    let fields = layout.into_iter().flat_map(|layout| layout.kinds()).flat_map(|kind| &kind.fields);
    let name = fields.into_iter().find(|field| field.id == id).map(|field| field.name.as_str());
    name.map_or_else(|| id.to_owned(), |name| format!("{name} {id}"))
}

/// A fault of a file: where, what, what to do.
pub(crate) fn fault(fault: &Fault) -> String {
    let mut place = Vec::new();
    let mut add = |label: &str, value: Option<String>| place.extend(value.map(|value| format!("{label} {value}")));
    add("行", fault.line.map(|value| value.to_string()));
    add("列", fault.column.map(|value| value.to_string()));
    add("バイト", fault.byte.map(|value| value.to_string()));
    add("項目", fault.field.as_ref().map(|id| format!("{} {id}", fault.field_name.as_deref().unwrap_or_default())));
    add("値", fault.value.as_ref().map(|value| format!("「{value}」")));
    let weight = if fault.severity == Severity::Error { "誤り" } else { "注意" };
    let (text, remedy) = (catalogue::text(fault, Lang::Ja), catalogue::remedy(fault, Lang::Ja));
    format!("{weight} {}  {}\n    {text}\n    → {remedy}\n", fault.code, place.join("  "))
}

/// The sentence of a code with the values of a finding or refusal.
pub(crate) fn sentence(
    code: &str,
    line: Option<i64>,
    field: Option<&str>,
    layout: Option<&Layout>,
    detail: Option<&Value>,
) -> String {
    assert!(catalogue::is_known(code), "{code} is not in the catalogue");
    let mut fault = Fault::new(code);
    fault.line = line.and_then(|line| line.try_into().ok());
    fault.field = field.map(str::to_owned);
    fault.field_name = field.map(|id| field_name(layout, id).split(' ').next().unwrap_or(id).to_owned());
    for (name, value) in detail.and_then(Value::as_object).into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match name.as_str() {
            "value" => fault.value = Some(value),
            _ => fault.args.push((name.clone(), value)),
        }
    }
    catalogue::text(&fault, Lang::Ja)
}

/// One debit and its credit.
#[derive(Debug, FromRow)]
struct Pair {
    entry: i64,
    event: String,
    fiscal_year: i32,
    booked_on: String,
    fund: String,
    reverses: Option<i64>,
    reason: Option<String>,
    source_line: Option<i64>,
    debit: String,
    credit: String,
    yen: i64,
    budget_line: Option<String>,
    organization: Option<String>,
    memo: Option<String>,
}

/// The newest entry.
pub(crate) async fn last_entry(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select coalesce(max(id), 0) from ledger.entry").fetch_one(pool).await.unwrap()
}

/// The journal above entry `from`, entry by entry; empty when there is none.
pub(crate) async fn journal(pool: &PgPool, from: i64) -> String {
    let pairs: Vec<Pair> = sqlx::query_as(include_str!("journal.sql")).bind(from).fetch_all(pool).await.unwrap();
    let postings: i64 =
        sqlx::query_scalar("select count(*) from ledger.posting where entry_id > $1").bind(from).fetch_one(pool).await.unwrap();
    assert_eq!(postings, i64::try_from(pairs.len()).unwrap(), "both accounts of every posting are in the chart");
    let mut text = String::new();
    for entry in pairs.chunk_by(|one, other| one.entry == other.entry) {
        let first = &entry[0];
        let reversal =
            first.reverses.map(|of| format!("  仕訳 {} の取消（{}）", of - from, first.reason.as_deref().unwrap_or_default()));
        text.push_str(&format!(
            "仕訳 {}  {}  {}  {}年度  会計 {}{}\n",
            first.entry - from,
            first.booked_on,
            first.event,
            first.fiscal_year,
            first.fund,
            reversal.unwrap_or_default()
        ));
        let or_none = |value: &Option<String>| value.clone().unwrap_or_default();
        let rows: Vec<Vec<String>> = entry
            .iter()
            .map(|pair| {
                let line = pair.source_line.map(|line| line.to_string()).unwrap_or_default();
                let (budget, organization, memo) = (or_none(&pair.budget_line), or_none(&pair.organization), or_none(&pair.memo));
                vec![line, pair.debit.clone(), pair.credit.clone(), yen(pair.yen), budget, organization, memo]
            })
            .collect();
        text.push_str(&table(&[">行", "借方", "貸方", ">金額", "予算科目", "所属", "摘要"], &rows));
        text.push('\n');
    }
    text
}

/// A reversal is the mirror of its entry, posting by posting, whatever happened.
pub(crate) async fn assert_reversals(pool: &PgPool) {
    let crooked: i64 = sqlx::query_scalar(include_str!("crooked_reversals.sql")).fetch_one(pool).await.unwrap();
    assert_eq!(crooked, 0, "postings of reversed entries and of their reversals that do not mirror each other");
}

#[test]
fn wide_characters_take_two_places() {
    assert_eq!(
        table(&["科目", ">円"], &[vec!["ｱｲ".into(), "5".into()], vec!["x".into(), "12,000".into()]]),
        "科目      円\nｱｲ         5\nx     12,000\n"
    );
    assert_eq!((yen(0), yen(-1_234_567), yen(999)), ("0".into(), "-1,234,567".into(), "999".into()));
}
