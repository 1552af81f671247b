//! Cells that a spreadsheet would take for a formula.
//!
//! A CSV is made for one of two readers, and says for which (`readers` in `[csv]`). For a **machine** every byte is the value's.
//! For **people**, who open it by a double click, a text that begins like a formula stands behind one apostrophe, which spreadsheets
//! show as text: what somebody else wrote into a name must not run on the desk of whoever reads it. Numbers stay numbers.
//!
//! Nothing is lost: exactly one apostrophe is added, also before texts that had some already, and exactly one is taken away.

use std::borrow::Cow;

/// The text as people get it.
pub fn marked(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text behind the apostrophe that [`marked`] put there; `None` when it put none.
pub fn unmarked(text: &str) -> Option<&str> {
    text.strip_prefix('\'').filter(|rest| is_formula(rest))
}

/// A list made for people, as CSV: byte order mark, CRLF, every text quoted and [`marked`]. Columns whose heading begins with `>` hold
/// numbers, which stay numbers.
pub fn csv(headings: &[&str], rows: &[Vec<String>]) -> String {
    csv_head(headings) + &csv_rows(headings, rows)
}

/// The beginning of such a list.
pub fn csv_head(headings: &[&str]) -> String {
    let names: Vec<String> = headings.iter().map(|heading| quoted(heading.trim_start_matches('>'))).collect();
    format!("\u{feff}{}\r\n", names.join(","))
}

/// Rows of it.
pub fn csv_rows(headings: &[&str], rows: &[Vec<String>]) -> String {
    let cell = |(heading, cell): (&&str, &String)| {
        let number = heading.starts_with('>') && cell.parse::<i64>().is_ok();
        if number { cell.clone() } else { quoted(&marked(cell)) }
    };
    let line = |row: &Vec<String>| headings.iter().zip(row).map(cell).collect::<Vec<_>>().join(",") + "\r\n";
    rows.iter().map(line).collect()
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// Whether a spreadsheet might run it: also behind blanks, in full-width signs, and behind apostrophes, so that marking can be undone.
fn is_formula(text: &str) -> bool {
    let bare = text.trim_start_matches('\'');
    let first = bare.trim_start_matches([' ', '\u{3000}']).chars().next().or_else(|| bare.chars().next());
    matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' | '|'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_like_a_formula_stands_behind_an_apostrophe() {
        for text in ["=1+1", "+81", "-3", "@SUM(A1)", "\tx", "\rx", " =1", "　＝1", "＋1", "－1", "＠a", "|calc", "'=1", "''-"]
        {
            assert_eq!(marked(text), format!("'{text}"));
        }
        for text in ["", "6,000", "世田谷", "O'Hara", "'x", "a=1", " "] {
            assert_eq!(marked(text), text);
            assert_eq!(unmarked(text), None);
        }
    }

    #[test]
    fn a_list_runs_nothing_in_a_spreadsheet_and_keeps_its_numbers() {
        let row = ["=cmd|'/c calc'!A1", "-3", "-3", "a\"b"].map(str::to_owned).to_vec();
        let text = csv(&["納付者", ">金額", "摘要", "備考"], &[row]);
        assert_eq!(text, "\u{feff}\"納付者\",\"金額\",\"摘要\",\"備考\"\r\n\"'=cmd|'/c calc'!A1\",-3,\"'-3\",\"a\"\"b\"\r\n");
    }

    proptest! {
        #[test]
        fn marking_can_be_undone(text in "['=+@ 　＝\t\r-]{0,4}.{0,4}") {
            let shown = marked(&text);
            prop_assert_eq!(unmarked(&shown).unwrap_or(&shown), text.as_str());
            // And no cell for people begins like a formula.
            prop_assert!(shown.starts_with('\'') || !is_formula(&shown));
        }
    }
}
