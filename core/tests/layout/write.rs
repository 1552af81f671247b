//! What the writer makes by itself, and what it refuses.

use std::borrow::Cow;

use renkei_core::layout::write::{WriteContext, WriteError, WriteSummary, Writer};
use renkei_core::layout::{Encoding, Layout};

use crate::layouts::{self, ELTAX_18, ELTAX_18_FILE, IF12, IF16, IF16_FILE, ZENGIN_21, ZENGIN_CODE};
use crate::support::{read, round_trip, write};

type Given<'a> = &'a [(&'a str, &'a str)];

fn make(layout: &Layout, records: &[(&str, u32, Given<'_>)]) -> Result<(Vec<u8>, WriteSummary), WriteError> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(layout, WriteContext::default(), &mut bytes)?;
    for (kind, group, given) in records {
        let value = |id: &str| given.iter().find(|(name, _)| *name == id).map(|(_, value)| Cow::Borrowed(*value));
        writer.record(kind, *group, &value)?;
    }
    let summary = writer.finish()?;
    Ok((bytes, summary))
}

const HEADER: Given<'static> = &[
    ("originator", "0000012345"),
    ("originator_name", "ｾﾀｶﾞﾔｸ"),
    ("transfer_on", "10-05"),
    ("bank", "0001"),
    ("branch", "001"),
    ("kind", "1"),
    ("account", "1234567"),
];
const PAYMENT: Given<'static> = &[
    ("bank", "0005"),
    ("branch", "002"),
    ("kind", "1"),
    ("account", "7654321"),
    ("payee", "ｶ)ｷﾇﾀｸﾘ-ﾝ"),
    ("amount", "137832"),
    ("transfer_kind", "7"),
];

#[test]
fn trailer_and_end_record_write_themselves() {
    let layout = layouts::parse(ZENGIN_21);
    let (bytes, summary) =
        make(&layout, &[("header", 1, HEADER), ("payment", 1, PAYMENT), ("payment", 1, PAYMENT)]).expect("a file");
    assert_eq!((summary.records, summary.count, summary.yen), (5, 2, 275_664));
    assert_eq!(bytes.len(), 5 * 120 + 4 * 2);
    let reading = round_trip(&layout, &bytes);
    assert_eq!(reading.rows[3].values["sum"], "275664");
    assert_eq!(&bytes[..14], b"12100000012345");
    assert_eq!(&bytes[54..58], b"1005");
    assert_eq!(&bytes[122 + 38..122 + 42], b"0000", "an unused number is zeros");
}

#[test]
fn groups_close_themselves() {
    let layout = layouts::parse(ZENGIN_21);
    let records =
        [("header", 1, HEADER), ("payment", 1, PAYMENT), ("header", 2, HEADER), ("payment", 2, PAYMENT), ("payment", 2, PAYMENT)];
    let (bytes, summary) = make(&layout, &records).expect("a file");
    assert_eq!((summary.records, summary.count, summary.yen), (8, 3, 413_496));
    let reading = round_trip(&layout, &bytes);
    let sums: Vec<&str> = reading.rows.iter().filter(|row| row.kind == "trailer").map(|row| row.values["sum"].as_str()).collect();
    assert_eq!(sums, ["137832", "275664"]);
    let error = make(&layout, &[("header", 1, HEADER), ("payment", 2, PAYMENT)]).expect_err("no header of group 2");
    assert!(error.to_string().contains("group"), "{error}");
}

#[test]
fn totals_per_condition_and_match() {
    let layout = layouts::parse(ELTAX_18);
    let reading = read(&layout, ELTAX_18_FILE.as_bytes()).clean();
    let made: Vec<_> = reading
        .rows
        .into_iter()
        .filter(|row| row.kind != "trailer" && row.kind != "end")
        .map(|mut row| {
            ["no", "count", "sum", "rec", "ver"].into_iter().for_each(|id| drop(row.values.remove(id)));
            row
        })
        .collect();
    let (bytes, summary) = write(&layout, &made).expect("a file");
    assert_eq!(String::from_utf8_lossy(&bytes), ELTAX_18_FILE);
    assert_eq!((summary.count, summary.yen), (3, 612_345));
}

#[track_caller]
fn refused(layout: &Layout, kind: &str, given: Given<'_>, field: &str, value: &str) -> WriteError {
    let mut all: Vec<(&str, &str)> = given.iter().copied().filter(|(name, _)| *name != field).collect();
    all.push((field, value));
    let records: Vec<(&str, u32, Given<'_>)> =
        if kind == "payment" { vec![("header", 0, HEADER), (kind, 0, &all)] } else { vec![(kind, 0, &all)] };
    make(layout, &records).expect_err("a refusal")
}

#[test]
fn a_value_that_does_not_fit_names_record_field_and_value() {
    let layout = layouts::parse(ZENGIN_21);
    for (field, value, code) in [
        ("payee", "ｱｲｳｴｵｱｲｳｴｵｱｲｳｴｵｱｲｳｴｵｱｲｳｴｵｱｲｳｴｵｱ", "FIELD_TOO_LONG"),
        ("payee", "髙橋", "KANA_NOT_HALF_WIDTH"),
        ("payee", "ｶ)ｷﾇﾀｰ", "KANA_LONG_VOWEL"),
        ("payee", "", "FIELD_EMPTY"),
        ("amount", "0", "NUMBER_TOO_SMALL"),
        ("amount", "-1", "NUMBER_NEGATIVE"),
        ("amount", "99999999999", "FIELD_TOO_LONG"),
        ("amount", "12a", "FIELD_NOT_DIGITS"),
        ("account", "765432", "DIGITS_TOO_SHORT"),
        ("kind", "3", "FIELD_CODE_UNKNOWN"),
        ("rec", "3", "FIELD_CONST"),
    ] {
        let error = refused(&layout, "payment", PAYMENT, field, value);
        let fault = error.fault().unwrap_or_else(|| panic!("{error}"));
        assert_eq!((fault.code.as_str(), fault.field.as_deref()), (code, Some(field)), "{error}");
        assert!(matches!(error, WriteError::Value { record: 2, .. }), "{error}");
        assert_eq!(fault.value.as_deref().unwrap_or(""), value);
    }
    let error = refused(&layout, "header", HEADER, "transfer_on", "1005");
    assert_eq!(error.fault().map(|fault| fault.code.as_str()), Some("DATE_FORM"));
}

const ASSESSMENT: Given<'static> = &[
    ("source", "SKS"),
    ("source_key", "K-1"),
    ("action", "1"),
    ("fy", "2026"),
    ("account", "01"),
    ("rev_line", "2105010101"),
    ("org", "12030000"),
    ("assessed_on", "2026-10-05"),
    ("due", "2026-10-30"),
    ("reason", "受講料, \"後期\""),
    ("payer_type", "1"),
    ("payer_name", "髙橋〜"),
    ("payer_kana", "タカハシ"),
    ("postal", "1540017"),
    ("address", "世田谷9"),
    ("amount", "6000"),
    ("tax_class", "0"),
    ("method", "1"),
];

fn cp932() -> Layout {
    layouts::parse(&IF12.replace(r#"["utf-8-bom", "utf-8", "cp932"]"#, r#"["cp932"]"#).replace("\"any\"", "\"crlf\""))
}

#[test]
fn a_name_with_old_kanji_and_wave_dash_goes_through_cp932() {
    let layout = cp932();
    let (bytes, _) = make(&layout, &[("assessment", 0, ASSESSMENT)]).expect("a file");
    let reading = round_trip(&layout, &bytes);
    // CP932 has one code for the two wave dashes; reading gives the one Windows shows.
    assert_eq!(reading.rows[0].values["payer_name"], "髙橋～");
    assert_eq!(reading.rows[0].values["reason"], "受講料, \"後期\"");
}

#[test]
fn an_unmappable_character_is_named() {
    let error = refused(&cp932(), "assessment", ASSESSMENT, "payer_name", "𠮷田");
    let fault = error.fault().expect("a value");
    assert_eq!((fault.code.as_str(), fault.field.as_deref()), ("ENCODING_UNMAPPABLE", Some("payer_name")));
    assert!(error.to_string().contains("U+20BB7"), "{error}");
}

#[test]
fn a_condition_is_asked_of_the_writer_too() {
    let error = refused(&cp932(), "assessment", ASSESSMENT, "action", "3");
    assert_eq!(error.fault().map(|fault| fault.code.as_str()), Some("FIELD_EMPTY_WHEN"));
}

#[test]
fn values_that_need_quotes_need_a_layout_with_quotes() {
    let layout = layouts::parse(&ELTAX_18.replace("header = \"none\"", "header = \"none\"\nquote = \"none\""));
    let reading = read(&layout, ELTAX_18_FILE.as_bytes()).clean();
    let mut rows = reading.rows;
    rows[1].values.insert("spare".to_owned(), "a,b".to_owned());
    let error = write(&layout, &rows).expect_err("a comma without quotes");
    assert_eq!(error.fault().map(|fault| fault.code.as_str()), Some("CSV_NEEDS_QUOTE"));
}

#[test]
fn records_out_of_order_or_missing_are_refused() {
    let layout = layouts::parse(ZENGIN_21);
    for records in [
        vec![("payment", 0, PAYMENT)],
        vec![("header", 0, HEADER), ("end", 0, &[][..]), ("payment", 0, PAYMENT)],
        vec![("header", 0, HEADER), ("nothing", 0, &[][..])],
        vec![],
    ] {
        assert!(matches!(make(&layout, &records), Err(WriteError::Structure { .. })), "{records:?}");
    }
    let many = layouts::parse(&format!("{ZENGIN_21}\n[limits]\nrecords_max = 2\n"));
    let error = make(&many, &[("header", 0, HEADER), ("payment", 0, PAYMENT), ("payment", 0, PAYMENT)]).expect_err("too many");
    assert!(error.to_string().contains("at most 2"), "{error}");
}

#[test]
fn sums_do_not_wrap() {
    let layout =
        layouts::parse(&IF12.replace("len = 11, must = true, min = 1", "len = 18, must = true").replace("\"any\"", "\"lf\""));
    let mut given = ASSESSMENT.to_vec();
    given.retain(|(name, _)| *name != "amount");
    given.push(("amount", "999999999999999999"));
    let records: Vec<(&str, u32, Given<'_>)> = (0..10).map(|_| ("assessment", 0, &given[..])).collect();
    let error = make(&layout, &records).expect_err("more than 64 bits");
    assert!(error.to_string().contains("64 bits"), "{error}");
}

#[test]
fn nested_and_mapped_json() {
    let reading = round_trip(&layouts::parse(IF16), IF16_FILE.as_bytes());
    assert_eq!(reading.summary.yen, 137_832 - 110);
    let banks = r#"{
"0001":{"code":"0001","name":"みずほ","kana":"ミズホ","hira":"みずほ","roma":"mizuho"},
"0005":{"code":"0005","name":"三菱ＵＦＪ","kana":"ミツビシ","hira":"みつびし","roma":"mitsubishi"}
}
"#;
    round_trip(&layouts::parse(ZENGIN_CODE), banks.as_bytes());
}

#[test]
fn objects_in_objects_and_lists_without_records() {
    let portal = |lists: bool| {
        layouts::parse(&format!(
            r#"
[layout]
name = "状況"
version = "1"
status = "provisional"
format = "json"
encoding = ["utf-8"]
[json]
items = "one"
empty_lists = {lists}
[[record]]
kind = "snapshot"
occurs = "one"
fields = [{{ id = "number", name = "seq", type = "int", len = 9, must = true }}]
[[record]]
kind = "item"
occurs = "any"
parent = "snapshot"
path = "items"
fields = [{{ id = "login", name = "loginId", type = "ascii", len = 9, must = true }}]
[[record]]
kind = "counts"
occurs = "one"
parent = "item"
path = "counts"
fields = [{{ id = "raised", name = "unapproved", type = "int", len = 9, must = true }}]
"#
        ))
    };
    let full = "{\"seq\":7,\"items\":[{\"loginId\":\"a\",\"counts\":{\"unapproved\":0}},{\"loginId\":\"b\",\"counts\":{\"unapproved\":2}}]}\n";
    round_trip(&portal(false), full.as_bytes());
    round_trip(&portal(true), b"{\"seq\":7,\"items\":[]}\n");
    round_trip(&portal(false), b"{\"seq\":7}\n");
}

#[test]
fn line_ends_end_marks_and_encodings() {
    for newline in ["crlf", "crlf-between", "lf", "lf-between", "none"] {
        for mark in [false, true] {
            for encoding in ["jis-x0201", "ebcdic-kana", "cp932", "utf-8-bom"] {
                if encoding == "utf-8-bom" && newline == "none" {
                    continue;
                }
                let toml = ZENGIN_21
                    .replace("\"crlf-between\"", &format!("\"{newline}\"\nfinal_1a = {mark}"))
                    .replace("jis-x0201", encoding);
                // Half-width kana takes three bytes in UTF-8: a short name still fits its field.
                let layout = layouts::parse(&toml);
                let (bytes, _) = make(
                    &layout,
                    &[
                        ("header", 1, HEADER),
                        (
                            "payment",
                            1,
                            &[("payee", "KINUTA")]
                                .iter()
                                .chain(PAYMENT.iter().filter(|(name, _)| *name != "payee"))
                                .copied()
                                .collect::<Vec<_>>(),
                        ),
                    ],
                )
                .unwrap_or_else(|error| panic!("{newline} {encoding}: {error}"));
                round_trip(&layout, &bytes);
                let last = if encoding == "ebcdic-kana" { 0x3F } else { 0x1A };
                assert_eq!(bytes.last() == Some(&last), mark);
            }
        }
    }
    for quote in ["minimal", "all"] {
        for newline in ["crlf", "crlf-between", "lf", "lf-between"] {
            for encoding in ["utf-8", "utf-8-bom", "cp932"] {
                let toml = IF12
                    .replace(r#"["utf-8-bom", "utf-8", "cp932"]"#, &format!("\"{encoding}\""))
                    .replace("\"any\"", &format!("\"{newline}\"\n[csv]\nquote = \"{quote}\"\n"));
                let layout = layouts::parse(&toml);
                let (bytes, _) = make(&layout, &[("assessment", 0, ASSESSMENT), ("assessment", 0, ASSESSMENT)]).expect("a file");
                let reading = round_trip(&layout, &bytes);
                assert_eq!(reading.summary.encoding.map(Encoding::as_str), Some(encoding));
            }
        }
    }
}
