//! Counts and sums in trailers: what is compared, and when it is said that it cannot be.

use std::borrow::Cow;

use renkei_core::layout::write::{WriteContext, Writer};

use crate::support::{Reading, read};

/// Rows with an optional amount and a code, and a trailer that sums them.
fn layout(total: &str, trailer: &str) -> renkei_core::layout::Layout {
    let fields = r#"[{ id = "rec", name = "区分", type = "digits", len = 1, const = "1" }, { id = "key", name = "番号", type = "ascii", len = 7, must = true }, { id = "kind", name = "種別", type = "digits", len = 1, codes = "kind" }, { id = "amount", name = "金額", type = "yen", len = 9 }]"#;
    let sum = format!(r#"{{ id = "sum", name = "合計", type = "yen", len = 12, must = true, total = {{ {total} }} }}"#);
    crate::layouts::parse(&format!(
        "[layout]\nname = \"x\"\nversion = \"1\"\nformat = \"csv\"\nencoding = \"utf-8\"\nnewline = \"lf\"\n[csv]\nheader = \"none\"\n\
         [codes.kind]\n\"1\" = \"A\"\n\"2\" = \"B\"\n\
         [[record]]\nkind = \"row\"\ntag = \"1\"\noccurs = \"any\"\nfields = {fields}\n\
         [[record]]\nkind = \"tail\"\ntag = \"8\"\noccurs = \"one\"\nfields = [{{ id = \"rec\", name = \"区分\", type = \"digits\", len = 1, const = \"8\" }}, {trailer} {sum}]\n"
    ))
}

fn summed(file: &str) -> Reading {
    read(&layout(r#"of = "sum", kind = "row", field = "amount""#, ""), file.as_bytes())
}

#[test]
fn an_absent_amount_adds_nothing_and_the_sum_is_still_compared() {
    summed("1,a,1,100\n1,b,1,\n8,100\n").clean();
    let reading = summed("1,a,1,100\n1,b,1,\n8,101\n");
    assert_eq!(reading.errors(), ["TOTAL_WRONG"]);
}

#[test]
fn a_refused_amount_or_condition_is_reported_once() {
    assert_eq!(summed("1,a,1,100\n1,b,1,x\n8,101\n").errors(), ["FIELD_NOT_DIGITS"]);
    let conditional = layout(r#"of = "count", kind = "row", where = { kind = ["1"] }"#, "");
    assert_eq!(read(&conditional, b"1,a,1,100\n1,b,7,5\n8,2\n").errors(), ["FIELD_CODE_UNKNOWN"]);
}

#[test]
fn the_writer_sums_absent_amounts_too() {
    let layout = layout(r#"of = "sum", kind = "row", field = "amount""#, "");
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&layout, WriteContext::default(), &mut bytes).expect("a writer");
    for (key, amount) in [("a", Some("100")), ("b", None)] {
        let value = |id: &str| match id {
            "key" => Some(Cow::Borrowed(key)),
            "amount" => amount.map(Cow::Borrowed),
            _ => None,
        };
        writer.record("row", 0, &value).expect("a record");
    }
    writer.finish().expect("a trailer");
    assert_eq!(String::from_utf8_lossy(&bytes), "1,a,,100\n1,b,,\n8,100\n");
}

#[test]
fn too_many_matched_keys_are_said() {
    let key = r#"{ id = "key", name = "番号", type = "ascii", len = 7 },"#;
    let layout = layout(r#"of = "sum", kind = "row", field = "amount", match = ["key"]"#, key);
    let rows = |count: usize| (0..count).map(|key| format!("1,{key},1,1\n")).collect::<String>();
    read(&layout, format!("{}8,,100000\n", rows(100_000)).as_bytes()).clean();
    let reading = read(&layout, format!("{}8,,100001\n", rows(100_001)).as_bytes());
    assert_eq!(reading.errors(), ["TOTAL_MATCH_KEYS"]);
    crate::faults::has_words(reading.only());
}

#[test]
fn an_amount_that_must_be_there_and_is_not_is_reported_once() {
    let text = r#"
[layout]
name = "x"
version = "1"
format = "csv"
encoding = "utf-8"
newline = "lf"
[csv]
header = "none"
[[record]]
kind = "row"
tag = "1"
occurs = "any"
fields = [
 { id = "rec", name = "区分", type = "digits", len = 1, const = "1" },
 { id = "result", name = "結果", type = "digits", len = 1 },
 { id = "amount", name = "金額", type = "yen", len = 9, must_when = { field = "result", in = ["1"] } },
]
[[record]]
kind = "tail"
tag = "8"
occurs = "one"
fields = [
 { id = "rec", name = "区分", type = "digits", len = 1, const = "8" },
 { id = "sum", name = "合計", type = "yen", len = 12, must = true, total = { of = "sum", kind = "row", field = "amount" } },
]
"#;
    let layout = crate::layouts::parse(text);
    assert_eq!(read(&layout, b"1,1,100\n1,1,\n8,300\n").errors(), ["FIELD_EMPTY_WHEN"]);
    assert_eq!(read(&layout, b"1,1,100\n1,2,\n8,300\n").errors(), ["TOTAL_WRONG"], "one that need not be there adds nothing");
}
