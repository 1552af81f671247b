//! What is refused, where, and in which words. Every finding must have a text without gaps in both languages.

use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use renkei_core::layout::Layout;
use renkei_core::layout::excerpt::excerpt;
use renkei_core::layout::read::ReadLimits;

use crate::layouts::{self, IF12, IF12_HEADER, IF12_ROWS, IF16, IF16_FILE, ZENGIN_21, ZENGIN_CODE};
use crate::record_faults::{jis, zengin};
use crate::support::{Reading, read, read_with};

/// The catalogue has words for the finding, and the finding fills them.
#[track_caller]
pub(crate) fn has_words(fault: &Fault) {
    assert!(catalogue::is_known(&fault.code), "{fault:?}");
    for lang in [Lang::Ja, Lang::En] {
        for text in [catalogue::text(fault, lang), catalogue::remedy(fault, lang)] {
            assert!(!text.contains('?') && !text.is_empty(), "{}: {text} ({fault:?})", fault.code);
        }
    }
}

#[track_caller]
pub(crate) fn spoken(reading: Reading) -> Reading {
    reading.faults.iter().for_each(has_words);
    reading
}

fn if12(rows: &[&str]) -> Vec<u8> {
    let mut file = format!("{IF12_HEADER}\r\n");
    rows.iter().for_each(|row| file.push_str(&format!("{row}\r\n")));
    file.into_bytes()
}

/// Reads the two rows with one text replaced in the second.
fn changed(from: &str, to: &str) -> Reading {
    assert!(IF12_ROWS[1].contains(from), "{from}");
    spoken(read(&layouts::parse(IF12), &if12(&[IF12_ROWS[0], &IF12_ROWS[1].replacen(from, to, 1)])))
}

#[test]
fn one_cell_wrong_names_line_column_byte_field_and_value() {
    let reading = changed("4500,4500,0", "4500,4,500,0");
    assert_eq!(reading.errors(), ["COLUMN_COUNT"]);
    let reading = changed("4500,4500,0", "4500,\"4,500\",0");
    let fault = reading.only();
    assert_eq!((fault.code.as_str(), fault.line, fault.column), ("NUMBER_SEPARATOR", Some(3), Some(21)));
    assert_eq!((fault.field.as_deref(), fault.value.as_deref()), (Some("amount"), Some("4,500")));
    let file = if12(&[IF12_ROWS[0], &IF12_ROWS[1].replacen("4500,4500,0", "4500,\"4,500\",0", 1)]);
    assert_eq!(file[fault.byte.expect("a byte") as usize], b',');
    assert_eq!(reading.rows.len(), 1, "the good row is still handed on");
    assert_eq!(reading.summary.records, 2);
}

#[test]
fn cells_of_every_bad_kind() {
    for (from, to, code) in [
        ("SKS,", ",", "FIELD_EMPTY"),
        ("SKS,", "XYZ,", "FIELD_CODE_UNKNOWN"),
        ("SKS,", "SHF,", "FIELD_EMPTY_WHEN"),
        ("2026-CV-000102", "2026-CV-000102-2026-CV", "FIELD_TOO_LONG"),
        ("2026-CV-000102", "2026-CV-０００１０２", "FIELD_FULL_WIDTH"),
        ("2026-CV-000102", "2026-CV-ﾃｽﾄ", "FIELD_NOT_ASCII"),
        (",01,2105010101", ",1,2105010101", "DIGITS_TOO_SHORT"),
        (",01,2105010101", ", 1,2105010101", "FIELD_BLANK_INSIDE"),
        (",01,2105010101", ",  ,2105010101", "FIELD_BLANKS_ONLY"),
        (",01,2105010101", ",０１,2105010101", "FIELD_FULL_WIDTH_DIGITS"),
        ("2105010101", "2.11E+09", "FIELD_EXCEL_NUMBER"),
        ("2105010101", "21050\u{0}0101", "FIELD_NUL"),
        ("2105010101", "210501010O", "FIELD_NOT_DIGITS"),
        ("2105010101", "21050101011", "FIELD_TOO_LONG"),
        ("20261005", "20260230", "DATE_NO_SUCH_DAY"),
        ("20261005", "平成32年1月1日", "DATE_IMPOSSIBLE_ERA"),
        ("20261005", "5.10.2026", "DATE_FORM"),
        (",2026,01", ",26,01", "YEAR_FORM"),
        ("LLU01,,1", "LLU01,202613,1", "MONTH_FORM"),
        ("生涯大学受講料", "生涯\u{7}大学", "FIELD_CONTROL"),
        ("生涯大学受講料", "生涯\u{FFFD}大学", "TEXT_REPLACEMENT_CHARACTER"),
        ("生涯大学受講料", "生涯\u{E000}大学", "TEXT_PRIVATE_USE"),
        ("1,4500,4500", "1,4500,-4500", "NUMBER_NEGATIVE"),
        ("1,4500,4500", "1,4500,△4500", "NUMBER_NEGATIVE"),
        ("1,4500,4500", "1,4500,0", "NUMBER_TOO_SMALL"),
        ("1,4500,4500", "1,4500,04500", "NUMBER_LEADING_ZERO"),
        ("1,4500,4500", "1,4500,4500.0", "NUMBER_FRACTION"),
        ("1,4500,4500", "1,4500,999999999999", "FIELD_TOO_LONG"),
        ("1,4500,4500", "1,4500,99999999999999999999", "FIELD_TOO_LONG"),
        ("1,4500,4500", "1,4500,４５００", "FIELD_FULL_WIDTH_DIGITS"),
    ] {
        let reading = changed(from, to);
        assert_eq!(reading.errors(), [code], "{from} -> {to}: {:#?}", reading.faults);
        let fault = reading.only();
        assert_eq!(fault.line, Some(3), "{to}");
        assert!(fault.field.is_some() && fault.byte.is_some(), "{to}");
    }
}

#[test]
fn two_wrong_cells_beside_texts_are_no_shift() {
    // Both would do in the text on their left; what stands between them would not do in its.
    let row = IF12_ROWS[1].replacen("LLU01", "講座", 1).replacen("1570073", "157", 1);
    let reading = spoken(read(&layouts::parse(IF12), &if12(&[IF12_ROWS[0], &row])));
    assert_eq!(reading.errors(), ["FIELD_NOT_ASCII", "DIGITS_TOO_SHORT"], "{:#?}", reading.faults);
}

#[test]
fn an_era_past_its_end_is_read_with_a_warning() {
    let reading = changed("20261005", "平成31年5月6日");
    assert_eq!((reading.errors().len(), reading.warnings()), (0, vec!["DATE_HEISEI_AFTER_ITS_END"]));
    assert_eq!(reading.rows[1].values["assessed_on"], "2019-05-06");
}

#[test]
fn headers() {
    let layout = layouts::parse(IF12);
    for (header, codes) in [
        (IF12_HEADER.replace("調定額", "金額"), vec!["HEADER_UNKNOWN", "HEADER_MISSING"]),
        (IF12_HEADER.replace("連携元,連携元管理番号", "連携元管理番号,連携元"), vec!["HEADER_ORDER"]),
        (IF12_HEADER.replace("単価,調定額", "調定額,調定額"), vec!["HEADER_DUPLICATE", "HEADER_MISSING"]),
        (IF12_HEADER.replace(",元管理番号", ""), vec!["HEADER_MISSING"]),
        (IF12_ROWS[0].to_owned(), vec!["HEADER_ABSENT"]),
        (IF12_ROWS[0].replace("SKS", "S\u{0}S"), vec!["HEADER_ABSENT"]),
        (IF12_HEADER.replace("調定額", "調定\u{0}額"), vec!["HEADER_UNKNOWN", "HEADER_MISSING"]),
    ] {
        let file = format!("{header}\r\n{}\r\n", IF12_ROWS[0]);
        let reading = spoken(read(&layout, file.as_bytes()));
        assert_eq!(reading.errors(), codes, "{header}");
        assert_eq!(reading.summary.bytes, file.len() as u64, "the hash covers the whole file");
        let told = reading.faults[0].value.as_deref().unwrap_or_default();
        assert_eq!((told.contains("<00>"), told.contains('\0')), (header.contains('\0'), false), "{told:?}");
    }
    let blanks = format!("{}\r\n{}\r\n", IF12_HEADER.replace("所属コード", "所属コード "), IF12_ROWS[0]);
    let reading = spoken(read(&layout, blanks.as_bytes()));
    assert_eq!((reading.errors().len(), reading.warnings()), (0, vec!["HEADER_BLANKS"]));
}

#[test]
fn encodings() {
    let layout = layouts::parse(IF12);
    let mut mixed = if12(&[IF12_ROWS[0]]);
    let place = mixed.len() + IF12_ROWS[1].find('生').expect("the reason");
    let mut row = Vec::new();
    renkei_core::charset::encode(renkei_core::layout::Encoding::Cp932, IF12_ROWS[1], &mut row).expect("CP932");
    mixed.extend_from_slice(&row);
    mixed.extend_from_slice(b"\r\n");
    let reading = spoken(read(&layout, &mixed));
    assert_eq!(reading.errors(), ["ENCODING_MIXED"]);
    assert_eq!(reading.only().byte, Some(place as u64));
    assert_eq!(reading.only().line, Some(3));
    let mut broken = if12(&IF12_ROWS);
    let at = broken.len() - 100;
    broken[at] = 0xFF;
    assert_eq!(spoken(read(&layout, &broken)).errors(), ["ENCODING_INVALID"]);
    assert_eq!(spoken(read(&layout, b"\xFF\xFE\x23\x90")).errors()[0], "ENCODING_UTF16");
    let strict = layouts::parse(&IF12.replace(r#"["utf-8-bom", "utf-8", "cp932"]"#, r#"["utf-8"]"#));
    let bom = [b"\xEF\xBB\xBF".to_vec(), if12(&IF12_ROWS)].concat();
    assert_eq!(spoken(read(&strict, &bom)).errors(), ["ENCODING_BOM_UNEXPECTED"]);
    let strict = layouts::parse(&IF12.replace(r#"["utf-8-bom", "utf-8", "cp932"]"#, r#"["utf-8-bom"]"#));
    assert_eq!(spoken(read(&strict, &if12(&IF12_ROWS))).errors(), ["ENCODING_BOM_MISSING"]);
}

#[test]
fn line_ends() {
    let layout = layouts::parse(IF12);
    let lines = [IF12_HEADER, IF12_ROWS[0], IF12_ROWS[1]];
    let join = |ends: [&str; 3]| lines.iter().zip(ends).map(|(line, end)| format!("{line}{end}")).collect::<String>();
    let reading = spoken(read(&layout, join(["\r\n", "\n", "\r\n"]).as_bytes()));
    assert_eq!((reading.errors(), reading.only().line), (vec!["NEWLINE_MIXED"], Some(2)));
    assert_eq!(reading.rows.len(), 2);
    assert_eq!(spoken(read(&layout, join(["\r", "\r", "\r"]).as_bytes())).errors(), ["NEWLINE_KIND"]);
    let strict = layouts::parse(&IF12.replace(r#"newline = "any""#, r#"newline = "crlf""#));
    assert_eq!(spoken(read(&strict, join(["\n", "\n", "\n"]).as_bytes())).errors(), ["NEWLINE_KIND"]);
    assert_eq!(spoken(read(&strict, join(["\r\n", "\r\n", ""]).as_bytes())).errors(), ["NEWLINE_LAST_MISSING"]);
    assert!(read(&layout, join(["\n", "\n", ""]).as_bytes()).faults.is_empty());
    let blank = format!("{IF12_HEADER}\n{}\n\n", IF12_ROWS[0]);
    assert_eq!(spoken(read(&layout, blank.as_bytes())).errors(), ["CSV_BLANK_LINE"]);
    let mark = format!("{IF12_HEADER}\n{}\n\u{1A}", IF12_ROWS[0]);
    assert_eq!(spoken(read(&layout, mark.as_bytes())).errors(), ["FINAL_1A"]);
    let mark = format!("{IF12_HEADER}\n\u{1A}{}\n", IF12_ROWS[0]);
    assert_eq!(spoken(read(&layout, mark.as_bytes())).errors(), ["DATA_AFTER_1A"]);
}

#[test]
fn an_open_quotation_mark_names_its_line_and_swallows_nothing() {
    let layout = layouts::parse(IF12);
    let open = IF12_ROWS[0].replace("陶芸", "\"陶芸");
    let rows = [IF12_ROWS[1], &open, &IF12_ROWS[1].replace("000102", "000103"), &IF12_ROWS[1].replace("000102", "000104")];
    let reading = spoken(read(&layout, &if12(&rows)));
    assert_eq!(reading.errors(), ["CSV_QUOTE_OPEN"]);
    assert_eq!(reading.only().line, Some(3));
    assert_eq!(reading.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 5]);
    assert_eq!(reading.summary.records, 4);
    let stray = IF12_ROWS[0].replace("陶芸教室", "陶芸\"教室");
    let reading = spoken(read(&layout, &if12(&[&stray, IF12_ROWS[1]])));
    assert_eq!((reading.errors(), reading.rows.len()), (vec!["CSV_QUOTE_STRAY"], 1));
    let behind = IF12_ROWS[0].replace("陶芸教室受講料(後期)", "\"陶芸\"教室");
    assert_eq!(spoken(read(&layout, &if12(&[&behind]))).errors(), ["CSV_QUOTE_STRAY"]);
    let inside = IF12_ROWS[0].replace("陶芸教室受講料(後期)", "\"陶芸\r\n教室\"");
    let reading = spoken(read(&layout, &if12(&[&inside, IF12_ROWS[1]])));
    assert_eq!((reading.errors(), reading.rows[0].line), (vec!["FIELD_CONTROL"], 4));
}

#[test]
fn a_key_with_other_content_is_refused_and_an_identical_row_is_not() {
    let layout = layouts::parse(IF12);
    let other = IF12_ROWS[0].replace("6000,6000", "6000,6001");
    let reading = spoken(read(&layout, &if12(&[IF12_ROWS[0], IF12_ROWS[1], &other])));
    assert_eq!(reading.errors(), ["KEY_REPEATED_CHANGED"]);
    assert_eq!(reading.only().line, Some(4));
    assert!(reading.only().args.contains(&("first_line".to_owned(), "2".to_owned())));
    let unique = layouts::parse(&IF12.replace("amount = \"amount\"", "amount = \"amount\"\nkey_unique = true"));
    assert_eq!(spoken(read(&unique, &if12(&[IF12_ROWS[0], IF12_ROWS[0]]))).errors(), ["KEY_REPEATED"]);
}

#[test]
fn limits() {
    let layout = layouts::parse(&format!("{IF12}\n[limits]\nrecords_max = 1\nrecord_bytes_max = 1000\n"));
    let reading = spoken(read(&layout, &if12(&IF12_ROWS)));
    assert_eq!((reading.errors(), reading.rows.len()), (vec!["LIMIT_RECORDS"], 1));
    let long = format!("{IF12_HEADER}\r\n{}\r\n{}\r\n", "x".repeat(700_000), IF12_ROWS[0]);
    let layout = layouts::parse(&format!("{IF12}\n[limits]\nrecord_bytes_max = 1000\n"));
    let reading = spoken(read(&layout, long.as_bytes()));
    assert_eq!((reading.errors(), reading.rows.len()), (vec!["LIMIT_RECORD_BYTES"], 1));
    assert_eq!(reading.rows[0].line, 3);
    let limits = ReadLimits { file_bytes_max: 100, ..ReadLimits::default() };
    assert_eq!(spoken(read_with(&layout, long.as_bytes(), &limits)).errors(), ["LIMIT_FILE_BYTES"]);
    let limits = ReadLimits { faults_max: 3, ..ReadLimits::default() };
    let rows = vec!["x"; 50];
    let reading = read_with(&layout, &if12(&rows), &limits);
    assert_eq!((reading.faults.len(), reading.summary.faults), (3, 50));
    assert_eq!(spoken(read(&layout, b"")).errors(), ["FILE_EMPTY"]);
    assert_eq!(spoken(read(&layout, format!("{IF12_HEADER}\r\n").as_bytes())).errors(), ["FILE_EMPTY"]);
}

#[test]
fn kinds_that_may_all_be_absent_mix_in_any_order() {
    let kind = |id: &str, tag: &str| {
        format!(
            "[[record]]\nkind = \"{id}\"\ntag = \"{tag}\"\noccurs = \"any\"\nrepeat = true\nfields = [\n {{ id = \"rec\", name = \"区分\", type = \"digits\", len = 1, const = \"{tag}\" }},\n]\n"
        )
    };
    let head = "[layout]\nname = \"業者\"\nversion = \"1\"\nformat = \"csv\"\nencoding = [\"cp932\"]\nnewline = \"crlf\"\n[csv]\nheader = \"none\"\n";
    let trailer = "[[record]]\nkind = \"trailer\"\ntag = \"9\"\noccurs = \"one\"\nfields = [\n { id = \"rec\", name = \"区分\", type = \"digits\", len = 1, const = \"9\" },\n { id = \"count\", name = \"件数\", type = \"int\", len = 7, total = { of = \"count\", kind = \"vendor\" } },\n]\n";
    let layout = layouts::parse(&[head, &kind("vendor", "1"), &kind("suspension", "3"), trailer].concat());
    for file in ["1\r\n3\r\n1\r\n9,2\r\n", "3\r\n3\r\n1\r\n1\r\n9,2\r\n", "3\r\n9,0\r\n", "9,0\r\n"] {
        read(&layout, file.as_bytes()).clean();
    }
    assert_eq!(spoken(read(&layout, b"1\r\n9,1\r\n3\r\n")).errors(), ["DATA_AFTER_END"]);
}

#[test]
fn a_warning_shows_the_characters_and_not_the_bytes() {
    let layout = layouts::parse(
        "[layout]\nname = \"業者\"\nversion = \"1\"\nformat = \"csv\"\nencoding = [\"cp932\"]\nnewline = \"crlf\"\n[csv]\nheader = \"none\"\n[[record]]\nkind = \"vendor\"\noccurs = \"many\"\nfields = [\n { id = \"name\", name = \"商号\", type = \"text\", len = 20 },\n { id = \"number\", name = \"登録番号\", type = \"text\", len = 20, check = \"invoice_number\", check_warns = true },\n]\n",
    );
    let mut file = Vec::new();
    renkei_core::charset::encode(renkei_core::charset::Encoding::Cp932, "砧,Ｔ８０１\r\n", &mut file).expect("CP932");
    let reading = spoken(read(&layout, &file));
    assert_eq!((reading.errors().len(), reading.warnings()), (0, vec!["CODE_FORM"]));
    let fault = &reading.faults[0];
    assert_eq!((fault.value.as_deref(), fault.byte, fault.length), (Some("Ｔ８０１"), Some(3), Some(8)));
}

#[test]
fn json_faults() {
    let layout = layouts::parse(IF16);
    for (from, to, code) in [
        (r#""請求額":137832"#, r#""請求額":"137832""#, "JSON_TYPE"),
        (r#""請求書番号":"2026-0931""#, r#""請求書番号":20260931"#, "JSON_TYPE"),
        (r#""請求額":137832"#, r#""請求額":137832.5"#, "NUMBER_FRACTION"),
        (r#""請求額":137832"#, r#""請求額":1.5e5"#, "FIELD_EXCEL_NUMBER"),
        (r#""通貨":"JPY""#, r#""通貨":"JPY","通貨":"USD""#, "JSON_KEY_DUPLICATE"),
        (r#""通貨":"JPY""#, r#""通貨":"JPY","備考":"x""#, "JSON_KEY_UNKNOWN"),
        (r#""通貨":"JPY""#, r#""通貨":null"#, "FIELD_EMPTY"),
        (r#""通貨":"JPY""#, r#""通貨":true"#, "JSON_TYPE"),
        (r#""税":[{"区分":"S","率":10,"対象額":100,"税額":10}]"#, r#""税":[]"#, "JSON_LIST_EMPTY"),
        (r#""税":[{"区分":"S","率":10,"対象額":100,"税額":10}]"#, r#""税":[1]"#, "JSON_TYPE"),
        (r#""税":[{"区分":"S","率":10,"対象額":100,"税額":10}]"#, r#""税":{"区分":"S"}"#, "JSON_TYPE"),
        (r#""通貨":"JPY""#, r#""通貨":"JPY" x"#, "JSON_SYNTAX"),
        (r#""発行者名":"砧商店""#, r#""発行者名":"砧\ud800商店""#, "JSON_SYNTAX"),
    ] {
        assert!(IF16_FILE.contains(from), "{from}");
        let reading = spoken(read(&layout, IF16_FILE.replacen(from, to, 1).as_bytes()));
        assert_eq!(reading.errors(), [code], "{from} -> {to}: {:#?}", reading.faults);
        assert!(reading.only().byte.is_some());
    }
    let cut = &IF16_FILE.as_bytes()[..IF16_FILE.len() - 20];
    assert_eq!(spoken(read(&layout, cut)).errors(), ["RECORD_TRUNCATED"]);
    assert_eq!(spoken(read(&layout, b"\"x\"")).errors()[0], "JSON_SHAPE");
    assert_eq!(spoken(read(&layout, format!("{IF16_FILE}{{}}").as_bytes())).errors(), ["DATA_AFTER_END"]);
    let deep = "[".repeat(200_000);
    assert_eq!(spoken(read(&layout, deep.as_bytes())).errors()[0], "JSON_DEPTH");
    let map = layouts::parse(ZENGIN_CODE);
    let bank = r#"{"0001":{"code":"0005","name":"a","kana":"b","hira":"c","roma":"d"}}"#;
    assert_eq!(spoken(read(&map, bank.as_bytes())).errors(), ["JSON_MAP_KEY"]);
}

#[test]
fn the_place_of_a_fault_can_be_shown() {
    let layout = layouts::parse(IF12);
    let file = if12(&[IF12_ROWS[0], &IF12_ROWS[1].replacen("4500,4500", "4500,4５00", 1)]);
    let reading = read(&layout, &file);
    let shown = excerpt(&layout, reading.only(), &mut std::io::Cursor::new(&file)).expect("readable").expect("a place");
    assert_eq!((shown.place.as_str(), shown.line), ("５", Some(3)));
    let text = shown.to_string();
    assert!(text.contains("4500,4５00,0,4,") && text.contains("^^") && text.contains("[EF][BC][95]"), "{text}");
    let fixed = jis(&zengin("\r\n").replace("ｶ)ｷﾇﾀ", "ｶ)ｷｰﾀ"));
    let reading = read(&layouts::parse(ZENGIN_21), &fixed);
    let shown = excerpt(&layouts::parse(ZENGIN_21), reading.only(), &mut std::io::Cursor::new(&fixed));
    let shown = shown.expect("readable").expect("a place");
    assert_eq!(shown.place, "ｰ");
    assert!(shown.to_string().contains("[B0]"));
}

/// Two fields of digits, with a line of the header.
fn digits_with(switch: &str) -> Layout {
    layouts::parse(&format!(
        r#"
[layout]
name = "数字"
version = "1"
format = "csv"
encoding = ["utf-8", "cp932"]
newline = "lf"
{switch}
[csv]
header = "none"
[[record]]
kind = "row"
name = "行"
occurs = "many"
fields = [
 {{ id = "no", name = "番号", type = "digits", len = 7 }},
 {{ id = "amount", name = "金額", type = "yen", len = 11 }},
]
"#
    ))
}

#[test]
fn letters_that_look_like_digits_are_named_where_paper_was_read() {
    let judged = |switch: &str, text: &str| spoken(read(&digits_with(switch), text.as_bytes()));
    let found = judged("ocr = true", "000l234,6000\n0001234,6O00\n0001234,6X00\n");
    assert_eq!(found.errors(), ["OCR_LOOK_ALIKE", "OCR_LOOK_ALIKE", "FIELD_NOT_DIGITS"]);
    let fault = &found.faults[1];
    assert_eq!((fault.line, fault.byte, fault.length), (Some(2), Some(22), Some(1)));
    assert_eq!(fault.args[..2], [("char".to_owned(), "O".to_owned()), ("digit".to_owned(), "0".to_owned())]);
    assert_eq!(judged("", "000l234,6000\n").errors(), ["FIELD_NOT_DIGITS"]);
}

#[test]
fn personal_details_are_refused_and_not_repeated() {
    let judged = |switch: &str, text: &str| spoken(read(&digits_with(switch), text.as_bytes()));
    let found = judged(
        "impersonal = true",
        "世田谷次郎,6000\n0001234,123456789012\n0001234,6000,砧花子\nS000123,1\n1.23E+11,1\n1月2日,1\n",
    );
    assert_eq!(
        found.errors(),
        ["PERSONAL_DETAIL", "PERSONAL_DETAIL", "PERSONAL_COLUMNS", "PERSONAL_DETAIL", "FIELD_EXCEL_NUMBER", "FIELD_EXCEL_DATE"]
    );
    assert!(found.faults[..4].iter().all(|fault| fault.value.is_none()), "{:#?}", found.faults);
    assert_eq!(judged("impersonal = true", "0001234\n").errors(), ["COLUMN_COUNT"]);
    assert_eq!(judged("", "世田谷次郎,6000\n0001234,6000,砧花子\n").errors(), ["FIELD_NOT_DIGITS", "COLUMN_COUNT"]);
}
