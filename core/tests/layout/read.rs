//! Good files of every shape.

use renkei_core::layout::Encoding;
use serde_json::json;

use crate::layouts::{self, ELTAX_18, ELTAX_18_FILE, IF12, IF12_HEADER, IF12_ROWS, IF16, IF16_FILE};
use crate::support::{read, round_trip};

fn if12(newline: &str) -> String {
    let mut file = format!("{IF12_HEADER}{newline}");
    IF12_ROWS.iter().for_each(|row| file.push_str(&format!("{row}{newline}")));
    file
}

#[test]
fn assessments_in_utf8() {
    let file = if12("\r\n");
    let reading = read(&layouts::parse(IF12), file.as_bytes()).clean();
    assert_eq!((reading.summary.records, reading.summary.yen), (2, 10_500));
    assert_eq!(reading.summary.encoding, Some(Encoding::Utf8));
    assert_eq!(reading.summary.bytes, file.len() as u64);
    let row = &reading.rows[1];
    assert_eq!(row.line, 3);
    let range = row.offset as usize..row.offset as usize + row.length as usize;
    assert_eq!(&file[range], IF12_ROWS[1]);
    let value: serde_json::Value = serde_json::from_str(&row.json).expect("JSON");
    assert_eq!(value["record"], "assessment");
    assert_eq!(value["assessed_on"], "2026-10-05");
    assert_eq!(value["amount"], json!(4500));
    assert_eq!(value["payer_name"], "砧　三郎");
    assert_eq!(value.get("period"), None);
}

#[test]
fn assessments_in_cp932_and_with_a_byte_order_mark() {
    let layout = layouts::parse(IF12);
    let file = if12("\n");
    let mut cp932 = Vec::new();
    renkei_core::charset::encode(Encoding::Cp932, &file, &mut cp932).expect("CP932 holds the file");
    let reading = read(&layout, &cp932).clean();
    assert_eq!(reading.summary.encoding, Some(Encoding::Cp932));
    assert_eq!(reading.rows[0].values["payer_name"], "世田谷　次郎");
    let bom = [b"\xEF\xBB\xBF", file.as_bytes()].concat();
    let reading = read(&layout, &bom).clean();
    assert_eq!(reading.summary.encoding, Some(Encoding::Utf8Bom));
    assert_eq!(reading.rows[0].offset, 3 + IF12_HEADER.len() as u64 + 1);
}

#[test]
fn every_form_of_date_is_the_same_day() {
    let layout = layouts::parse(IF12);
    for form in ["20261005", "2026-10-05", "2026/10/5", "令和8年10月5日", "R8.10.5", "R081005"] {
        let file = format!("{IF12_HEADER}\r\n{}\r\n", IF12_ROWS[0].replacen("20261005", form, 1));
        let reading = read(&layout, file.as_bytes()).clean();
        assert_eq!(reading.rows[0].values["assessed_on"], "2026-10-05", "{form}");
    }
}

#[test]
fn quotes_commas_and_doubled_quotes() {
    let layout = layouts::parse(IF12);
    let row = IF12_ROWS[0].replace("陶芸教室受講料(後期)", r#""陶芸, ""基礎"" 後期""#);
    let file = format!("{IF12_HEADER}\r\n{row}\r\n");
    let reading = read(&layout, file.as_bytes()).clean();
    assert_eq!(reading.rows[0].values["reason"], r#"陶芸, "基礎" 後期"#);
    let value: serde_json::Value = serde_json::from_str(&reading.rows[0].json).expect("JSON");
    assert_eq!(value["reason"], r#"陶芸, "基礎" 後期"#);
}

#[test]
fn two_identical_rows_are_both_kept() {
    let file = format!("{IF12_HEADER}\r\n{0}\r\n{0}\r\n", IF12_ROWS[0]);
    let reading = read(&layouts::parse(IF12), file.as_bytes()).clean();
    assert_eq!((reading.summary.records, reading.summary.yen), (2, 12_000));
}

#[test]
fn tagged_csv_with_totals_per_condition() {
    let reading = round_trip(&layouts::parse(ELTAX_18), ELTAX_18_FILE.as_bytes());
    assert_eq!(reading.summary.per_kind[1], ("payment".to_owned(), 3, 612_345));
    assert_eq!(reading.rows[1].values["paid_at"], "10:15:00");
}

#[test]
fn nested_json_gives_parent_then_children() {
    let reading = round_trip(&layouts::parse(IF16), IF16_FILE.as_bytes());
    let order: Vec<(&str, u64, u32)> = reading.rows.iter().map(|row| (row.kind.as_str(), row.line, row.sub)).collect();
    let first = [("invoice", 1, 0), ("tax", 1, 1), ("tax", 1, 2), ("line", 1, 1), ("account", 1, 1)];
    assert_eq!(order[..5], first);
    assert_eq!(order[5..], [("invoice", 2, 0), ("tax", 2, 1)]);
    assert_eq!(reading.rows[0].values["issuer"], "株式会社\"砧\"クリーン");
    assert_eq!(reading.rows[3].values["qty"], "1.5");
    assert!(reading.rows[3].json.contains(r#""qty":1.5"#));
    let child = &reading.rows[2];
    let bytes = &IF16_FILE.as_bytes()[child.offset as usize..child.offset as usize + child.length as usize];
    assert_eq!(bytes, r#"{"区分":"AA","率":8,"対象額":5400,"税額":432}"#.as_bytes());
}

#[test]
fn one_object_is_read_like_a_list_of_one() {
    let one = IF16_FILE.lines().nth(1).expect("a line").trim_end_matches(',');
    let reading = read(&layouts::parse(IF16), one.as_bytes()).clean();
    assert_eq!(reading.rows.len(), 5);
}

#[test]
fn a_small_buffer_gives_the_same_records() {
    /// Gives the file byte by byte.
    struct Drip<'a>(&'a [u8]);
    impl std::io::Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }
    let quoted = if12("\r\n").replace("CER02", "\"CER02\"");
    for (toml, file) in [(IF12, quoted.as_str()), (ELTAX_18, ELTAX_18_FILE), (IF16, IF16_FILE)] {
        let layout = layouts::parse(toml);
        let whole = read(&layout, file.as_bytes()).clean();
        let mut rows = Vec::new();
        let limits = renkei_core::layout::read::ReadLimits::default();
        let summary = renkei_core::layout::read::read_file(&layout, Drip(file.as_bytes()), &limits, |event| {
            if let renkei_core::layout::read::Event::Record(record) = event {
                rows.push(crate::support::row(record));
            }
        })
        .expect("memory can be read");
        assert_eq!(rows, whole.rows);
        assert_eq!(summary, whole.summary);
    }
}
