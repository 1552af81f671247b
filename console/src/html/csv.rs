use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use renkei_core::layout::harmless;

/// A list for a spreadsheet: byte order mark, CRLF, every text quoted, and one that looks like a formula marked. Columns whose heading
/// begins with `>` are numbers.
pub(crate) fn csv(name: &str, headings: &[&str], rows: &[Vec<String>]) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", ascii(name))),
    ];
    (headers, text(headings, rows)).into_response()
}

fn text(headings: &[&str], rows: &[Vec<String>]) -> String {
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let line = |cells: Vec<String>| format!("{}\r\n", cells.join(","));
    let mut text = format!("\u{feff}{}", line(headings.iter().map(|heading| quoted(heading.trim_start_matches('>'))).collect()));
    for row in rows {
        let cell = |(heading, cell): (&&str, &String)| {
            let number = heading.starts_with('>') && cell.parse::<i64>().is_ok();
            if number { cell.clone() } else { quoted(&harmless::marked(cell)) }
        };
        text.push_str(&line(headings.iter().zip(row).map(cell).collect()));
    }
    text
}

/// A file name that every browser takes as it is.
pub(crate) fn ascii(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_runs_nothing_in_a_spreadsheet() {
        let rows = [["=1+1", "-3"].map(str::to_owned).to_vec()];
        assert_eq!(text(&["摘要", ">金額"], &rows), "\u{feff}\"摘要\",\"金額\"\r\n\"'=1+1\",-3\r\n");
        assert_eq!(ascii("a\"b\r\nc 誤.csv"), "a_b__c__.csv");
    }
}
