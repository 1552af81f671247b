//! Lists of the ledger that people work through: what `renkei ledger …` prints of them.

use renkei_consumers::db::PgPool;
use renkei_consumers::ledger::{self, Worklist, profiles};
use renkei_core::catalogue::Lang;
use renkei_core::layout::harmless;
use renkei_core::money::Yen;
use renkei_core::registry::Registry;

use super::ledger::Rows;
use super::print::{say, sentence, table};
use super::{Global, words};

/// Slips that ended and those that took their place.
pub(super) fn reissued(global: &Global, slips: &[ledger::Reissued]) {
    if global.json {
        println!("{}", serde_json::json!(slips));
        return;
    }
    let headings = match global.lang {
        Lang::Ja => ["旧納付書", "新納付書", "案件特定キー", ">金額"],
        Lang::En => ["old slip", "new slip", "key", ">yen"],
    };
    let rows = slips
        .iter()
        .map(|slip| vec![slip.old_no.clone(), slip.new_no.clone(), slip.new_key.clone(), Yen(slip.amount).to_string()]);
    println!("{}", table(&headings, rows.collect()));
}

/// What became of an amount for 払込日: the sum of its day, item and kind.
pub(super) fn credited(global: &Global, credit: &ledger::FundCredit<'_>, sum: i64) {
    let ledger::FundCredit { fund_on, fee_item, kind, yen, .. } = credit;
    if global.json {
        println!("{}", serde_json::json!({"fund_on": fund_on, "fee_item": fee_item, "kind": kind, "yen": yen, "sum": sum}));
        return;
    }
    let kind = words::credit_kind(global.lang, kind);
    println!("{fund_on} {fee_item} {kind}: {} {}", Yen(sum), say(global.lang, "円", "yen"));
}

/// How many payment orders were decided: a sentence, or under `--json` an object with the orders asked about.
pub(super) fn decided(global: &Global, (key, ja, en): (&str, &str, &str), count: i64, orders: &[String]) {
    if global.json {
        println!("{}", serde_json::json!({key: count, "orders": orders}));
    } else {
        println!("{count} {}", say(global.lang, ja, en));
    }
}

/// By when each profile that could carry them must have payment orders of a day, or why its bank takes no file for it. Not under
/// `--json`: it is no part of what was decided.
pub(super) async fn bank_hours(global: &Global, pool: &PgPool, day: &str, today: &str) -> anyhow::Result<()> {
    if global.json {
        return Ok(());
    }
    let registry = Registry::load()?;
    let carrying = profiles::carrying_orders(&registry);
    for ((_, profile), said) in carrying.iter().zip(profiles::bank_days(pool, &carrying, (day, today)).await?) {
        let told = match (&said.code, &said.needed_by) {
            (Some(code), _) => sentence(global.lang, code, said.detail.as_deref().unwrap_or(&serde_json::Value::Null)),
            (None, by) => format!("{} {}", say(global.lang, "銀行の期限", "at the bank by"), by.as_deref().unwrap_or_default()),
        };
        println!("{}: {told}", profile.title);
    }
    Ok(())
}

/// Slips not known to be accepted, in sentences.
pub(super) fn late_slips(global: &Global, slips: &[ledger::LateSlip]) {
    if global.json {
        println!("{}", serde_json::json!(slips));
        return;
    }
    for slip in slips {
        println!("{} {}: {}", Yen(slip.amount), say(global.lang, "円", "yen"), sentence(global.lang, &slip.code, &slip.detail));
    }
}

/// A list of what waits for a person, as a table, CSV or JSON.
pub(super) async fn show(global: &Global, pool: &PgPool, list: Worklist, wanted: Rows) -> anyhow::Result<()> {
    let (columns, rows) = (list.columns(), list.rows(pool, wanted.limit).await?);
    if global.json {
        let object = |row: Vec<Option<String>>| {
            columns.iter().zip(row).map(|((key, ..), value)| ((*key).to_owned(), value.into())).collect::<serde_json::Map<_, _>>()
        };
        println!("{}", serde_json::json!(rows.into_iter().map(object).collect::<Vec<_>>()));
        return Ok(());
    }
    let headings: Vec<&str> = columns.iter().map(|(_, ja, en)| say(global.lang, ja, en)).collect();
    if wanted.csv {
        let words = |row: Vec<Option<String>>| {
            let cell = |((key, ..), value): (&ledger::Column, Option<String>)| {
                value.map(|value| words::cell(global.lang, key, &value)).unwrap_or_default()
            };
            columns.iter().zip(row).map(cell).collect()
        };
        print!("{}", harmless::csv(&headings, &rows.into_iter().map(words).collect::<Vec<Vec<String>>>()));
        return Ok(());
    }
    let cells = |row: Vec<Option<String>>| {
        let cell = |((key, ..), value): (&ledger::Column, Option<String>)| match value {
            Some(yen) if *key == "yen" => yen.parse().map_or(yen, |yen| Yen(yen).to_string()),
            Some(value) => words::cell(global.lang, key, &value),
            None => String::new(),
        };
        columns.iter().zip(row).map(cell).collect()
    };
    println!("{}", table(&headings, rows.into_iter().map(cells).collect()));
    Ok(())
}
