//! Records that come as messages: the same judgement, canonical values, no structure.

use renkei_core::layout::read::{Event, ReadLimits, read_messages};

use crate::layouts::{self, ELTAX_18, IF12, IF16};
use crate::support::{Reading, Row, row};

fn read(toml: &str, body: &str) -> Reading {
    let layout = layouts::parse(toml);
    let (mut rows, mut faults): (Vec<Row>, Vec<_>) = (Vec::new(), Vec::new());
    let summary = read_messages(&layout, body.as_bytes(), &ReadLimits::default(), |event| match event {
        Event::Record(record) => rows.push(row(record)),
        Event::Fault(fault) => faults.push(fault),
    });
    Reading { rows, faults, summary }
}

const ASSESSMENT: &str = r#"{"source":"SKS","source_key":"2026-CV-1","action":"1","fy":2026,"account":"01",
 "rev_line":"2105010101","org":"12030000","assessed_on":"2026-10-05","due":"2026-10-30","reason":"受講料","payer_type":"1",
 "payer_name":"砧　三郎","payer_kana":"キヌタ","postal":"1570073","address":"砧9","amount":4500,"tax_class":"0","method":"4"}"#;

#[test]
fn a_list_of_records_and_a_single_record() {
    for body in [format!("[{ASSESSMENT}]"), ASSESSMENT.to_owned()] {
        let reading = read(IF12, &body).clean();
        assert_eq!((reading.rows.len(), reading.summary.yen), (1, 4500));
        assert_eq!(reading.rows[0].values["assessed_on"], "2026-10-05");
        assert_eq!(reading.rows[0].line, 1);
    }
}

#[test]
fn what_a_reader_wrote_can_be_read_as_a_message() {
    let first = read(IF12, ASSESSMENT).clean();
    let again = read(IF12, &format!("[{}]", first.rows[0].json)).clean();
    assert_eq!(again.rows[0].values, first.rows[0].values);
}

#[test]
fn nested_kinds_are_lists_under_their_id() {
    // Where the parent has a field of the same id (`tax`), the path is the key.
    let body = r#"{"invoice_id":"P-1","number":"1","issued_on":"2026-09-30","issuer":"砧","net":1,"tax":0,"gross":1,"claim":1,
        "currency":"JPY","税":[{"category":"S","rate":10,"base":1,"tax":0}],"account":{"bank":"0001","number":"1234567"}}"#;
    let reading = read(IF16, body).clean();
    let kinds: Vec<&str> = reading.rows.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["invoice", "tax", "account"]);
}

#[test]
fn the_form_of_a_file_is_not_the_form_of_a_message() {
    let reading = read(IF12, &ASSESSMENT.replace("2026-10-05", "20261005"));
    assert_eq!(reading.errors(), ["DATE_FORM"]);
    let reading = read(IF12, &ASSESSMENT.replace(r#""amount":4500"#, r#""amount":"4500""#));
    assert_eq!(reading.errors(), ["JSON_TYPE"]);
}

#[test]
fn kinds_are_named_and_constants_may_be_left_out() {
    let payment = r#"{"record":"payment","kind":"01","org":"13112","item":"999","case_key":"05202600001234601000",
        "conf":"917706","amount":300000,"paid_on":"2026-09-11","channel":"50","no":1}"#;
    let reading = read(ELTAX_18, &format!("[{payment}]")).clean();
    assert_eq!(reading.rows[0].values["rec"], "2");
    let reading = read(ELTAX_18, &format!("[{}]", payment.replace("\"payment\"", "\"paymnt\"")));
    assert_eq!(reading.errors(), ["TAG_UNKNOWN"]);
}
