//! Records that wait for no other: what is written out beside a file that is refused.

use renkei_core::fault::Fault;
use renkei_core::layout::Layout;
use renkei_core::layout::read::{Event, ReadLimits, read_file, read_messages};
use renkei_core::layout::urgent::Urgent;

use crate::layouts;

const CSV: &str = r#"
[layout]
name = "鍵"
version = "1"
format = "csv"
encoding = ["utf-8-bom", "utf-8", "cp932"]
newline = "crlf"
[codes.active]
"1" = "有効"
"0" = "無効"
[[record]]
kind = "login"
name = "鍵"
occurs = "many"
urgent = { field = "active", in = ["0"] }
fields = [
 { id = "no", name = "番号", type = "digits", len = 3, must = true },
 { id = "active", name = "有効区分", type = "code", len = 1, must = true, codes = "active" },
 { id = "name", name = "氏名", type = "text", len = 10, must = true },
]
"#;

const JSON: &str = r#"
[layout]
name = "鍵"
version = "1"
format = "json"
encoding = ["utf-8"]
newline = "any"
[json]
items = "one-or-array"
[codes.flag]
"true" = "はい"
"false" = "いいえ"
[[record]]
kind = "login"
name = "鍵"
occurs = "many"
urgent = { field = "active", in = ["false"] }
fields = [
 { id = "no", name = "no", type = "digits", len = 3, must = true },
 { id = "active", name = "active", type = "code", len = 5, must = true, codes = "flag" },
]
[[record]]
kind = "part"
name = "部"
parent = "login"
path = "parts"
occurs = "any"
fields = [{ id = "value", name = "value", type = "digits", len = 2, must = true }]
"#;

/// The file of urgent records, their number, and every error that was told.
fn split(layout: &Layout, bytes: &[u8], faults_max: usize) -> (String, u64, Vec<(Option<u64>, String)>) {
    let mut out = Vec::new();
    let mut urgent = Urgent::of_file(layout, bytes, faults_max, &mut out).expect("a file").expect("urgent records");
    let limits = ReadLimits { faults_max, ..ReadLimits::default() };
    let mut faults: Vec<Fault> = Vec::new();
    let on = |event: Event<'_>| {
        faults.extend(urgent.look(&event));
        if let Event::Fault(fault) = event {
            faults.push(fault);
        }
    };
    read_file(layout, bytes, &limits, on).expect("the file is read");
    let records = urgent.finish().expect("the file of urgent records ends").records;
    (String::from_utf8(out).expect("UTF-8"), records, faults.into_iter().map(|fault| (fault.line, fault.code)).collect())
}

fn named(faults: &[(Option<u64>, String)]) -> Vec<(u64, &str)> {
    faults.iter().map(|(line, code)| (line.unwrap_or(0), code.as_str())).collect()
}

#[test]
fn sound_urgent_lines_become_a_file_of_the_same_layout() {
    let layout = layouts::parse(CSV);
    let file = "\u{FEFF}番号,有効区分,氏名\r\n001,1,砧\r\n002,0,経堂\r\n03,1,成城\r\n004,0,\"祖,師\"\r\n";
    let (made, records, faults) = split(&layout, file.as_bytes(), 100);
    assert_eq!(made, "\u{FEFF}番号,有効区分,氏名\r\n002,0,経堂\r\n004,0,\"祖,師\"\r\n");
    assert_eq!((records, named(&faults)), (2, vec![(4, "DIGITS_TOO_SHORT")]));
    let (again, records, faults) = split(&layout, made.as_bytes(), 100);
    assert_eq!((again, records, faults), (made, 2, Vec::new()), "what is made is sound, and all of it is urgent");
}

#[test]
fn an_urgent_line_with_an_error_of_its_own_is_named() {
    let layout = layouts::parse(CSV);
    let (made, records, faults) = split(&layout, "番号,有効区分,氏名\r\n0002,0,経堂\r\n".as_bytes(), 100);
    assert_eq!((made.as_str(), records), ("", 0));
    assert_eq!(named(&faults), [(2, "FIELD_TOO_LONG"), (2, "URGENT_RECORD_FAULTY")]);
}

#[test]
fn wrong_line_ends_are_not_handed_on_and_a_line_that_may_be_cut_is_not_taken() {
    let layout = layouts::parse(CSV);
    let (made, records, faults) = split(&layout, "番号,有効区分,氏名\n001,0,砧\n002,0,経".as_bytes(), 100);
    assert_eq!(made, "番号,有効区分,氏名\r\n001,0,砧\r\n");
    assert_eq!(records, 1);
    assert!(named(&faults).contains(&(3, "URGENT_RECORD_FAULTY")), "{faults:?}");
}

#[test]
fn an_element_is_sound_only_with_all_that_is_inside() {
    let layout = layouts::parse(JSON);
    let good = r#"{"no":"001","active":false,"parts":[{"value":"01"}]}"#;
    let bad = r#"{"no":"002","active":false,"parts":[{"value":"01"},{"value":"x"}]}"#;
    let file = format!("[{good}, {bad}, {{\"no\":\"003\",\"active\":true}}, {good}]");
    let (made, records, faults) = split(&layout, file.as_bytes(), 100);
    assert_eq!((made, records), (format!("[{good},\n{good}]\n"), 2));
    assert!(named(&faults).contains(&(2, "URGENT_RECORD_FAULTY")), "{faults:?}");
    // Behind the last error that is told, an element may have errors of which nothing is heard.
    let (made, records, _) = split(&layout, format!("[{good}, {bad}, {good}, {bad}]").as_bytes(), 1);
    assert_eq!((made, records), (format!("[{good}]\n"), 1));
}

#[test]
fn records_of_a_message_become_a_message() {
    let layout = layouts::parse(JSON);
    let body = br#"[{"no":"001","active":"false"},{"no":"2","active":"true"}]"#;
    let mut out = Vec::new();
    let mut urgent = Urgent::of_message(&layout, 10, &mut out).unwrap();
    read_messages(&layout, body, &ReadLimits::default(), |event| drop(urgent.look(&event)));
    assert_eq!(urgent.finish().unwrap().records, 1);
    assert_eq!(out, b"[{\"no\":\"001\",\"active\":\"false\"}]\n");
}

#[test]
fn the_layout_says_what_is_urgent() {
    assert_eq!(layouts::parse(CSV).urgent_means().as_deref(), Some("有効区分 = 0（無効）"));
    for (wrong, expected) in [
        (CSV.replace(r#"field = "active""#, r#"field = "activ""#), "no field of the record"),
        (CSV.replace(r#"in = ["0"]"#, r#"in = []"#), "at least one value"),
        (CSV.replace(r#"in = ["0"]"#, r#"in = ["9"]"#), "not in the table [codes.active]"),
        (JSON.replace("one-or-array", "one"), "consists of nothing else"),
    ] {
        let errors = Layout::parse(&wrong, "x.toml").expect_err(expected).to_string();
        assert!(errors.contains(expected), "{errors}");
    }
}
