//! `renkei batch arrivals`: which files have come, which are due, which are late.

use renkei_consumers::arrivals::{Arrival, ArrivalState};
use renkei_core::catalogue::Lang;

use super::print::{fault, say, table};
use super::{Exit, Global};

/// Prints them; a late file ends with 4: somebody must ask for it.
pub(super) fn print(global: &Global, arrivals: &[Arrival]) -> Exit {
    let late = arrivals.iter().filter(|arrival| arrival.state() == ArrivalState::Late);
    let exit = if late.clone().next().is_some() { Exit::Held } else { Exit::Done };
    if global.json {
        let rows: Vec<_> =
            arrivals.iter().map(|arrival| serde_json::json!({"arrival": arrival, "state": arrival.state()})).collect();
        println!("{}", serde_json::Value::from(rows));
        return exit;
    }
    let lang = global.lang;
    let headings = match lang {
        Lang::Ja => ["トピック", "期限日", "時刻", "状態"],
        Lang::En => ["topic", "day", "due", "state"],
    };
    let rows = arrivals.iter().map(|arrival| {
        let state = match arrival.state() {
            ArrivalState::Arrived => say(lang, "到着", "arrived"),
            ArrivalState::Due => say(lang, "到着待ち", "due"),
            ArrivalState::Late => say(lang, "未着", "late"),
        };
        vec![arrival.topic.clone(), arrival.day.clone(), arrival.due.clone(), state.to_owned()]
    });
    println!("{}", table(&headings, rows.collect()));
    for arrival in late {
        println!("{}", fault(lang, &arrival.fault()));
    }
    exit
}
