//! The error list people get beside a refused file: a table for their spreadsheet and a text to read or to mail.

use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::harmless;

use crate::delivery::{Delivery, Stage};

/// Headings of the table.
pub const HEADINGS: [&str; 8] = ["行", "列", "項目", "バイト位置", "値", "コード", "内容", "対処"];

/// The table, made for people: a cell that looks like a formula is marked ([`harmless`]), because the values come from files of
/// strangers. UTF-8 with byte order mark and CRLF, as the usual spreadsheet opens it with a double click.
pub fn table(delivery: &Delivery) -> String {
    let mut text = String::from('\u{FEFF}');
    push_row(&mut text, HEADINGS.map(str::to_owned));
    for fault in &delivery.faults {
        push_row(
            &mut text,
            [
                fault.line.map(|line| line.to_string()).unwrap_or_default(),
                fault.column.map(|column| column.to_string()).unwrap_or_default(),
                fault.field_name.clone().or_else(|| fault.field.clone()).unwrap_or_default(),
                fault.byte.map(|byte| byte.to_string()).unwrap_or_default(),
                fault.value.clone().unwrap_or_default(),
                fault.code.clone(),
                catalogue::text(fault, Lang::Ja),
                catalogue::remedy(fault, Lang::Ja),
            ],
        );
    }
    let unseen = unlisted(delivery);
    if unseen > 0 {
        let sentence = format!("ほかに{unseen}件のエラーがあります。");
        push_row(&mut text, ["", "", "", "", "", "", &sentence, ""].map(str::to_owned));
    }
    text
}

fn push_row(text: &mut String, cells: [String; 8]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push('"');
        text.push_str(&harmless::marked(cell).replace('"', "\"\""));
        text.push('"');
    }
    text.push_str("\r\n");
}

/// The text: what was refused, and every finding with its remedy, Japanese first.
pub fn letter(delivery: &Delivery) -> String {
    let (errors, warnings) = (delivery.faults_total, delivery.warnings_total);
    let mut text = format!(
        "受け付けられませんでした / Not accepted\r\n\r\n\
         ファイル / File        {}\r\n連携 / Topic           {}\r\n受付番号 / Delivery    {}\r\n受付日時 / Received    {}\r\n\
         エラー / Errors        {errors}\r\n警告 / Warnings        {warnings}\r\n\r\n\
         {}\r\n",
        delivery.file,
        delivery.topic,
        delivery.delivery,
        delivery.received_at,
        taken(delivery)
    );
    for fault in &delivery.faults {
        text.push_str("\r\n");
        push_finding(&mut text, fault);
    }
    let unseen = unlisted(delivery);
    if unseen > 0 {
        text.push_str(&format!("\r\nほかに{unseen}件のエラーがあります。 / {unseen} more error(s) are not listed.\r\n"));
    }
    text
}

/// How much of it was taken in.
fn taken(delivery: &Delivery) -> &'static str {
    if delivery.members.iter().any(|member| member.stage == Stage::Published) {
        "急ぎの行のほかは1件も取り込まれていません。誤りを直し、ファイル全体をもう一度渡してください。\r\n\
         Nothing but its urgent lines was taken in. Mend it and hand in the whole file again."
    } else {
        "このファイルのデータは1件も取り込まれていません。誤りを直し、ファイル全体をもう一度渡してください。\r\n\
         Nothing of this file was taken in. Mend it and hand in the whole file again."
    }
}

/// The letter beside a document of a watched folder that no file named.
pub(crate) fn lone_document(name: &str) -> String {
    let mut text = "文書だけが届きました / A document without its file\r\n\r\n".to_owned();
    push_finding(&mut text, &Fault::new("EVIDENCE_ALONE").arg("name", name));
    text
}

fn push_finding(text: &mut String, fault: &Fault) {
    let mark = if fault.severity == Severity::Warning { "警告/warning" } else { "エラー/error" };
    let place: Vec<String> = [
        fault.line.map(|line| format!("{line}行目/line {line}")),
        fault.column.map(|column| format!("{column}列/column {column}")),
        fault.field_name.clone(),
        fault.byte.map(|byte| format!("バイト/byte {byte}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    text.push_str(&format!("[{mark}] {} {}\r\n", fault.code, place.join("、")));
    for lang in [Lang::Ja, Lang::En] {
        text.push_str(&format!("  {}\r\n", catalogue::text(fault, lang)));
        let remedy = catalogue::remedy(fault, lang);
        if !remedy.is_empty() {
            text.push_str(&format!("  → {remedy}\r\n"));
        }
    }
}

/// Errors that were counted but not kept.
fn unlisted(delivery: &Delivery) -> u64 {
    let listed = delivery.faults.iter().filter(|fault| fault.severity == Severity::Error).count() as u64;
    delivery.faults_total.saturating_sub(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery() -> Delivery {
        let id = uuid::Uuid::from_u128(7);
        let mut delivery = Delivery::new(id, "90_toy", "調定.csv".to_owned(), "test".to_owned());
        delivery.faults_total = 3;
        delivery.faults = vec![
            Fault::new("TEST_A").on_line(4).in_field(2, "amount", "金額").at_bytes(120, 5).value("=HYPERLINK(\"x\")"),
            Fault::new("TEST_B").on_line(9).value("-5"),
        ];
        delivery
    }

    #[test]
    fn the_table_opens_in_a_spreadsheet_and_runs_nothing() {
        let table = table(&delivery());
        assert!(table.starts_with("\u{FEFF}\"行\",\"列\",\"項目\",\"バイト位置\",\"値\",\"コード\",\"内容\",\"対処\"\r\n"));
        assert!(table.contains("\"4\",\"2\",\"金額\",\"120\",\"'=HYPERLINK(\"\"x\"\")\",\"TEST_A\""), "{table}");
        assert!(table.contains("\"'-5\""), "{table}");
        assert!(table.contains("ほかに1件"), "{table}");
    }

    #[test]
    fn blanks_do_not_hide_a_formula() {
        assert_eq!(harmless::marked("  =1+1"), "'  =1+1");
        assert_eq!(harmless::marked("＝１"), "'＝１");
        assert_eq!(harmless::marked("6,0O0"), "6,0O0");
        assert_eq!(harmless::marked(""), "");
    }

    #[test]
    fn the_letter_names_file_place_and_counts() {
        let letter = letter(&delivery());
        for part in ["調定.csv", "4行目/line 4", "金額", "TEST_B", "1 more error(s)"] {
            assert!(letter.contains(part), "{part} is missing in {letter}");
        }
    }
}
