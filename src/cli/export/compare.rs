//! What is different from last time, as an approver reads it.

use renkei_consumers::outbound::{ComparedTotal, Comparison, FileDetail, Notable};
use renkei_core::catalogue::Lang;
use renkei_core::money::Yen;

use super::super::print::{say, sentence, table};

/// Prints the totals beside those of last time, then the items worth a second look.
pub(super) fn print(lang: Lang, detail: &FileDetail) {
    if let Some(problem) = &detail.comparison_problem {
        println!(
            "{}: {}",
            say(lang, "前回と比べられません", "it cannot be compared with last time"),
            super::show::problem(lang, problem)
        );
    }
    if let Some(comparison) = &detail.comparison {
        different(lang, comparison);
    }
}

/// The same of a comparison by itself.
pub(super) fn different(lang: Lang, comparison: &Comparison) {
    if !comparison.totals.is_empty() {
        let headings = match lang {
            Lang::Ja => ["内訳", "", ">件数", ">金額", ">前回の件数", ">前回の金額", ">金額の増減"],
            Lang::En => ["by", "", ">count", ">yen", ">count last time", ">yen last time", ">more yen"],
        };
        println!("{}", table(&headings, comparison.totals.iter().map(|total| row(lang, total)).collect()));
    }
    for mark in &comparison.notable {
        notable(lang, mark);
    }
}

fn row(lang: Lang, total: &ComparedTotal) -> Vec<String> {
    let ComparedTotal { part_ja, part_en, label_ja, label_en, count, yen, count_before, yen_before } = total;
    let more = yen - yen_before;
    vec![
        say(lang, part_ja, part_en).to_owned(),
        say(lang, label_ja, label_en).to_owned(),
        count.to_string(),
        Yen(*yen).to_string(),
        count_before.to_string(),
        Yen(*yen_before).to_string(),
        format!("{}{}", if more > 0 { "+" } else { "" }, Yen(more)),
    ]
}

fn notable(lang: Lang, mark: &Notable) {
    let Notable { code, count, yen, items } = mark;
    match lang {
        Lang::Ja => println!("要確認 [{code}] {count} 件 {} 円", Yen(*yen)),
        Lang::En => println!("look at [{code}] {count} item(s), {} yen", Yen(*yen)),
    }
    for item in items {
        println!("  {}", sentence(lang, code, &item.detail).replace('\n', "\n  "));
    }
    let more = usize::try_from(*count).unwrap_or(usize::MAX).saturating_sub(items.len());
    if more > 0 {
        let ja = format!("  ほかに {more} 件（--all で全件）");
        println!("{}", say(lang, &ja, &format!("  and {more} more (--all shows every one)")));
    }
}
