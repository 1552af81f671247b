//! `renkei batch arrivals`: which files have come, which are due, which are late.

use renkei_consumers::arrivals::{Arrival, ArrivalState};
use renkei_core::catalogue::Lang;

use super::print::{fault, say, table};
use super::{Exit, Global};

/// Prints them; a late file, or one that cannot be dated, ends with 4: somebody must see to it.
pub(super) fn print(global: &Global, arrivals: &[Arrival]) -> Exit {
    let told = || arrivals.iter().filter(|arrival| matches!(arrival.state, ArrivalState::Late | ArrivalState::Unknown));
    let missing = || arrivals.iter().filter(|arrival| !arrival.missing.is_empty());
    let exit = if told().chain(missing()).next().is_some() { Exit::Held } else { Exit::Done };
    if global.json {
        let rows: Vec<_> =
            arrivals.iter().map(|arrival| serde_json::json!({"arrival": arrival, "state": arrival.state()})).collect();
        println!("{}", serde_json::Value::from(rows));
        return exit;
    }
    let lang = global.lang;
    let headings = match lang {
        Lang::Ja => ["トピック", "期限日", "時刻", "状態", ">件数"],
        Lang::En => ["topic", "day", "due", "state", ">records"],
    };
    let rows = arrivals.iter().map(|arrival| {
        let state = state(lang, arrival.state()).to_owned();
        // What came before the day that is looked at is not its file.
        let has_come = matches!(arrival.state, ArrivalState::Arrived | ArrivalState::ArrivedEmpty);
        let records = arrival.records.filter(|_| has_come).map(|records| records.to_string());
        vec![arrival.topic.clone(), arrival.day.clone(), arrival.due.clone(), state, records.unwrap_or_default()]
    });
    println!("{}", table(&headings, rows.collect()));
    for arrival in told() {
        println!("{}", fault(lang, &arrival.fault()));
    }
    for arrival in missing() {
        let days = arrival.missing.join(", ");
        println!(
            "{}",
            match lang {
                Lang::Ja => format!("{}: {days} のファイルがまだ届いていません", arrival.topic),
                Lang::En => format!("{}: the file of {days} has not come", arrival.topic),
            }
        );
    }
    exit
}

fn state(lang: Lang, state: ArrivalState) -> &'static str {
    match state {
        ArrivalState::Arrived => say(lang, "到着", "arrived"),
        ArrivalState::ArrivedEmpty => say(lang, "到着（0件）", "arrived, 0 records"),
        ArrivalState::Due => say(lang, "到着待ち", "due"),
        ArrivalState::Late => say(lang, "未着", "late"),
        ArrivalState::Settled => say(lang, "不要と確認済", "settled"),
        ArrivalState::Unknown => say(lang, "期限不明（暦が切れています）", "unknown: the calendar ends"),
    }
}
