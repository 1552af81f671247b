//! The bodies of chunks: what is in a row, and where one body ends.

use std::collections::BTreeMap;

use renkei_core::chunk::{ChunkWriter, EMPTY, TooLarge};
use renkei_core::layout::read::{Event, ReadLimits, read_messages};
use serde_json::{Value, json};

use crate::layouts::{self, IF12, IF16};
use crate::support::{Row, row};

const INVOICE: &str = r#"{"invoice_id":"P-1","number":"1","issued_on":"2026-09-30","issuer":"砧 \"二\" \\","net":1,"tax":0,"gross":1,
 "claim":1,"currency":"JPY","税":[{"category":"S","rate":10,"base":1,"tax":0},{"category":"E","rate":0,"base":2,"tax":0}]}"#;

/// The records of a message, and the bodies they are cut into.
fn cut(toml: &str, message: &str, records_max: usize, bytes_max: usize) -> (Vec<Row>, Result<Vec<String>, TooLarge>) {
    let layout = layouts::parse(toml);
    let mut writer = ChunkWriter::new(records_max, bytes_max);
    let (mut rows, mut bodies, mut failed) = (Vec::new(), Vec::new(), None);
    read_messages(&layout, message.as_bytes(), &ReadLimits::default(), |event| match event {
        Event::Record(record) => {
            rows.push(row(record));
            match writer.push(record) {
                Ok(body) => bodies.extend(body),
                Err(error) => failed = Some(error),
            }
        }
        Event::Fault(fault) => panic!("{fault:?}"),
    });
    bodies.extend(writer.finish());
    let bodies = bodies.into_iter().map(|body| String::from_utf8(body).expect("JSON is UTF-8")).collect();
    (rows, failed.map_or(Ok(bodies), Err))
}

/// What the rows of a body say, by the names of their fields.
fn understood(body: &str) -> Vec<(String, Vec<u64>, BTreeMap<String, String>)> {
    let body: Value = serde_json::from_str(body).expect("a body is JSON");
    let rows = body["records"].as_array().expect("rows");
    let meaning = |row: &Value| {
        let row = row.as_array().expect("a row is a list");
        let numbers: Vec<u64> = row[..6].iter().map(|number| number.as_u64().expect("a place")).collect();
        let kind = &body["kinds"][usize::try_from(numbers[0]).expect("few kinds")];
        let fields = kind["fields"].as_array().expect("fields").iter();
        let values = fields.zip(&row[6..]).filter(|(_, value)| !value.is_null());
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        (text(&kind["record"]), numbers[1..].to_vec(), values.map(|(field, value)| (text(field), text(value))).collect())
    };
    rows.iter().map(meaning).collect()
}

#[test]
fn a_row_says_what_the_record_says() {
    let (rows, bodies) = cut(IF16, INVOICE, 10, 10_000);
    let said = understood(&bodies.expect("small")[0]);
    assert_eq!(said.len(), 3);
    for (row, (kind, places, values)) in rows.iter().zip(&said) {
        let expected = [row.line, u64::from(row.sub), u64::from(row.group), row.offset, u64::from(row.length)];
        assert_eq!((&row.kind, &expected[..], &row.values), (kind, &places[..], values));
    }
    assert_eq!(said[0].2["issuer"], "砧 \"二\" \\");
}

#[test]
fn a_chunk_names_the_kinds_it_holds_in_the_order_they_come() {
    let (_, bodies) = cut(IF16, INVOICE, 2, 10_000);
    let bodies: Vec<Value> = bodies.expect("small").iter().map(|body| serde_json::from_str(body).expect("JSON")).collect();
    let kinds =
        |body: &Value| body["kinds"].as_array().expect("kinds").iter().map(|kind| kind["record"].clone()).collect::<Value>();
    assert_eq!(bodies.iter().map(kinds).collect::<Vec<_>>(), [json!(["invoice", "tax"]), json!(["tax"])]);
    assert_eq!(bodies[1]["records"][0][0], 0, "numbers begin anew with every chunk");
}

const ASSESSMENT: &str = r#"{"source":"SKS","source_key":"1","action":"1","fy":2026,"account":"01","rev_line":"2105010101",
 "org":"12030000","assessed_on":"2026-10-05","due":"2026-10-30","reason":"受講料","payer_type":"1","payer_name":"砧　三郎",
 "payer_kana":"キヌタ","postal":"1570073","address":"砧9","amount":4500,"tax_class":"0","method":"4"}"#;

#[test]
fn chunks_end_by_records_and_by_bytes() {
    let records: Vec<String> =
        (1..=5).map(|key| ASSESSMENT.replace("\"1\",\"action\"", &format!("\"{key}\",\"action\""))).collect();
    let message = format!("[{}]", records.join(","));
    let counts = |records_max, bytes_max| {
        let (_, bodies) = cut(IF12, &message, records_max, bytes_max);
        bodies.expect("none is too large").iter().map(|body| (understood(body).len(), body.len())).collect::<Vec<_>>()
    };
    let whole = counts(10, 100_000)[0].1;
    assert_eq!(counts(2, 100_000).iter().map(|(records, _)| *records).collect::<Vec<_>>(), [2, 2, 1]);
    for bytes_max in whole / 2..whole + 100 {
        let cut = counts(10, bytes_max);
        assert_eq!(cut.iter().map(|(records, _)| records).sum::<usize>(), 5);
        assert!(cut.iter().all(|(_, bytes)| *bytes <= bytes_max), "{bytes_max}: {cut:?}");
    }
    assert!(counts(10, whole - 1).len() > 1);
}

#[test]
fn an_empty_field_at_the_end_takes_no_room() {
    let (_, bodies) = cut(IF12, ASSESSMENT, 10, 10_000);
    let body = bodies.expect("small").remove(0);
    assert!(body.ends_with(r#","4500","0","4"]]}"#), "{body}");
    assert!(body.contains(r#""受講料",null,null,"1",null,"砧　三郎""#), "{body}");
}

#[test]
fn a_record_that_fits_no_chunk_is_refused_with_its_size() {
    let (_, bodies) = cut(IF12, ASSESSMENT, 10, 300);
    let TooLarge { bytes } = bodies.expect_err("300 bytes are too few");
    assert!(cut(IF12, ASSESSMENT, 10, bytes).1.is_ok());
    assert!(bytes > 300);
}

#[test]
fn no_records_are_a_body_too() {
    assert_eq!(serde_json::from_slice::<Value>(EMPTY).expect("JSON"), json!({ "kinds": [], "records": [] }));
    assert_eq!(ChunkWriter::new(1, 1).finish(), None);
}
