//! Single values at their edges: blanks, instants, negative marks, defaults, keys of a map, empty files.

use renkei_core::layout::read::{Event, ReadLimits, read_messages};
use renkei_core::layout::write::{WriteContext, Writer};

use crate::layouts::{self, ZENGIN_CODE};
use crate::support::{Reading, read, row};

fn csv(rest: &str, fields: &str) -> renkei_core::layout::Layout {
    layouts::parse(&format!(
        "[layout]\nname = \"x\"\nversion = \"1\"\nformat = \"csv\"\nencoding = \"utf-8\"\nnewline = \"lf\"\n[csv]\n{rest}\n[[record]]\nkind = \"row\"\noccurs = \"any\"\nfields = [{fields}]\n"
    ))
}

/// Reads rows without header.
fn cells(fields: &str, file: &str) -> Reading {
    let reading = read(&csv("header = \"none\"", fields), file.as_bytes());
    reading.faults.iter().for_each(crate::faults::has_words);
    reading
}

#[test]
fn a_required_text_of_blanks_is_refused() {
    let text = r#"{ id = "a", name = "氏名", type = "text", len = 9, must = true }, { id = "b", name = "備考", type = "text", len = 9 }"#;
    for blanks in ["　", " ", "　 　", "\u{A0}", "\u{2003}", "\"　\""] {
        assert_eq!(cells(text, &format!("{blanks},x\n")).errors(), ["FIELD_BLANKS_ONLY"], "{blanks:?}");
    }
    let reading = cells(text, "　砧,　\n").clean();
    assert_eq!((reading.rows[0].values["a"].as_str(), reading.rows[0].values["b"].as_str()), ("　砧", "　"));
    let kana = r#"{ id = "a", name = "カナ", type = "kana", len = 9, class = "party_name", must = true }, { id = "b", name = "備考", type = "text", len = 9 }"#;
    assert_eq!(cells(kana, "  ,x\n").errors(), ["FIELD_BLANKS_ONLY"]);
    let when = r#"{ id = "a", name = "区分", type = "digits", len = 1 }, { id = "b", name = "備考", type = "text", len = 9, must_when = { field = "a", in = ["1"] } }"#;
    assert_eq!(cells(when, "1,　\n").errors(), ["FIELD_EMPTY_WHEN"]);
    cells(when, "2,　\n").clean();
}

#[test]
fn the_writer_refuses_blanks_too() {
    let layout = csv("header = \"none\"", r#"{ id = "a", name = "氏名", type = "text", len = 9, must = true }"#);
    let mut writer = Writer::new(&layout, WriteContext::default(), Vec::new()).expect("a writer");
    let error = writer.record("row", 0, &|_| Some("　".into())).expect_err("blanks");
    assert!(error.to_string().contains("blanks"), "{error}");
}

#[test]
fn an_instant_has_one_form() {
    let field = r#"{ id = "a", name = "日時", type = "timestamp", len = 32, must = true }"#;
    for good in ["2026-10-05T10:15:00+09:00", "2026-10-05T10:15:00Z", "2026-10-05T10:15:00.123456-01:30"] {
        cells(field, &format!("{good}\n")).clean();
    }
    for bad in [
        "2026-10-05 10:15:00+09:00",
        "2026-10-05t10:15:00z",
        "2026-10-05T10:15:00",
        "2026-10-05T10:15+09:00",
        "2026-10-05T10:15:00+09",
        "2026-10-05T10:15:00+0900",
        "2026-10-05T10:15:00+15:00",
        "2026-10-05T10:15:60Z",
        "2026-10-05T10:15:00.1234567Z",
        "2026-10-05T10:15:00.Z",
        "2026-02-30T10:15:00Z",
        "20261005T101500Z",
        "0000-10-05T10:15:00Z",
    ] {
        assert_eq!(cells(field, &format!("{bad}\n")).errors(), ["TIMESTAMP_FORM"], "{bad}");
    }
    let short = field.replace("len = 32", "len = 20");
    assert_eq!(cells(&short, "2026-10-05T10:15:00+09:00\n").errors(), ["FIELD_TOO_LONG"]);
}

#[test]
fn a_marked_negative_is_bounded_as_what_it_means() {
    let field =
        r#"{ id = "a", name = "増減", type = "yen", len = 5, negative = true, negative_marks = true, min = -500, max = -1 }"#;
    for good in ["△500", "▲500", "(500)", "-500"] {
        assert_eq!(cells(field, &format!("{good}\n")).clean().rows[0].values["a"], "-500", "{good}");
    }
    for (bad, code) in [
        ("△501", "NUMBER_TOO_SMALL"),
        ("500", "NUMBER_TOO_LARGE"),
        ("△0", "NUMBER_NEGATIVE_ZERO"),
        ("△05", "NUMBER_LEADING_ZERO"),
        ("△123456", "FIELD_TOO_LONG"),
        ("△9999999999999999999999", "FIELD_TOO_LONG"),
    ] {
        assert_eq!(cells(field, &format!("{bad}\n")).errors(), [code], "{bad}");
    }
}

#[test]
fn defaults_and_constants_hold_in_messages() {
    let layout = csv(
        "header = \"none\"",
        r#"{ id = "a", name = "日", type = "date", forms = ["era-digit"], must = true, default = "5081005" },
           { id = "b", name = "月", type = "month", const = "202610" },
           { id = "c", name = "時刻", type = "time", default = "101500" },
           { id = "d", name = "金額", type = "yen", len = 5 }"#,
    );
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let summary = read_messages(&layout, br#"[{"d":1}]"#, &ReadLimits::default(), |event| match event {
        Event::Record(record) => rows.push(row(record)),
        Event::Fault(fault) => faults.push(fault),
    });
    let reading = Reading { rows, faults, summary }.clean();
    let values = &reading.rows[0].values;
    assert_eq!((values["a"].as_str(), values["b"].as_str(), values["c"].as_str()), ("2026-10-05", "2026-10", "10:15:00"));
    assert_eq!(read(&layout, b",202610,,1\n").clean().rows[0].values["a"], "2026-10-05");
}

#[test]
fn keys_of_a_map_fit_their_field_and_stand_once() {
    let map = layouts::parse(ZENGIN_CODE);
    let bank = |code: &str| format!(r#""{code}":{{"name":"a","kana":"b","hira":"c","roma":"d"}}"#);
    let errors = |file: String| {
        let reading = read(&map, file.as_bytes());
        reading.faults.iter().for_each(crate::faults::has_words);
        reading.errors().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(errors(format!("{{{},{}}}", bank("0001"), bank("0005"))), [""; 0]);
    assert_eq!(errors(format!("{{{},{}}}", bank("0001"), bank("0001"))), ["JSON_MAP_KEY_REPEATED"]);
    assert_eq!(errors(format!("{{{}}}", bank("00x1"))), ["FIELD_NOT_DIGITS"]);
}

#[test]
fn a_file_of_no_bytes_lacks_its_header() {
    let layout = csv("header = \"names\"", r#"{ id = "a", name = "氏名", type = "text", len = 9 }"#);
    assert_eq!(read(&layout, b"").errors(), ["FILE_EMPTY"]);
    read(&layout, "氏名\n".as_bytes()).clean();
    let none = csv("header = \"none\"", r#"{ id = "a", name = "氏名", type = "text", len = 9 }"#);
    read(&none, b"").clean();
}

#[test]
fn what_a_spreadsheet_made_of_codes_and_days_is_named() {
    let code = r#"{ id = "a", name = "管理番号", type = "ascii", len = 20 }, { id = "b", name = "日", type = "date" }, { id = "c", name = "月", type = "month" }"#;
    for (row, expected) in [
        ("1.23E+11,20261005,202610", "FIELD_EXCEL_NUMBER"),
        ("1月2日,20261005,202610", "FIELD_EXCEL_DATE"),
        ("a,2.02610E+07,202610", "FIELD_EXCEL_NUMBER"),
        ("a,20261005,2.0E+05", "FIELD_EXCEL_NUMBER"),
    ] {
        assert_eq!(cells(code, &format!("{row}\n")).errors(), [expected], "{row}");
    }
    cells(code, "A-1+23,20261005,202610\n1E+5X,20261005,202610\n").clean();
    let yen = r#"{ id = "a", name = "金額", type = "yen", len = 9 }"#;
    assert_eq!(cells(yen, "4，980，000\n").errors(), ["NUMBER_SEPARATOR"]);
}
