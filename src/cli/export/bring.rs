//! `renkei export bring`: what became of a file that was handed over.

use renkei_consumers::outbound::Brought;
use renkei_core::catalogue::Lang;
use renkei_core::money::Yen;

use super::super::print::{fault, refusal, say, table};
use super::super::{Exit, Global};

/// Prints it; refused files end with the exit code of a refusal.
pub(super) fn print(global: &Global, brought: &Brought) -> Exit {
    let lang = global.lang;
    if global.json {
        println!("{}", serde_json::json!(brought));
    } else {
        brought.faults.iter().for_each(|found| println!("{}", fault(lang, found)));
        brought.refusals.iter().for_each(|item| println!("{}", refusal(lang, item)));
        if brought.taken() {
            println!("{}", taken(lang, brought));
        } else {
            println!("{}", say(lang, "受け付けません。何も変わっていません。", "refused; nothing was changed"));
        }
    }
    if brought.taken() { Exit::Done } else { Exit::Rejected }
}

fn taken(lang: Lang, brought: &Brought) -> String {
    let headings = match lang {
        Lang::Ja => ["受け付けたもの", ">件数", ">金額"],
        Lang::En => ["taken", ">count", ">yen"],
    };
    let rows = brought
        .outcome
        .iter()
        .map(|row| vec![say(lang, &row.label_ja, &row.label_en).to_owned(), row.count.to_string(), Yen(row.yen).to_string()]);
    table(&headings, rows.collect())
}
