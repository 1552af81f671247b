//! What is refused in files of tagged records and of records of fixed length.

use crate::faults::spoken;
use crate::layouts::{self, ELTAX_18, ELTAX_18_FILE, ZENGIN_21};
use crate::support::read;

fn eltax(from: &str, to: &str) -> Vec<String> {
    assert!(ELTAX_18_FILE.contains(from), "{from}");
    let reading = spoken(read(&layouts::parse(ELTAX_18), ELTAX_18_FILE.replacen(from, to, 1).as_bytes()));
    reading.faults.iter().map(|fault| format!("{}@{}", fault.code, fault.line.unwrap_or(0))).collect()
}

#[test]
fn tagged_records() {
    assert_eq!(eltax("8,3,612345", "8,3,612346"), ["TOTAL_WRONG@6"], "one yen off");
    assert_eq!(eltax("8,3,", "8,2,"), ["TOTAL_WRONG@6"]);
    assert_eq!(eltax("1,300000,1,12345,1,300000", "1,300000,1,12345,1,300001"), ["TOTAL_WRONG@6"]);
    assert_eq!(eltax("999,60,1,12345", "999,50,1,12345"), ["TOTAL_WRONG@5", "TOTAL_WRONG@5"], "per channel");
    assert_eq!(eltax("5,20260911,999,60,", "5,20260911,999,,"), [""; 0], "an empty channel covers all");
    assert_eq!(eltax("2,2,01", "2,3,01"), ["SEQUENCE_WRONG@3", "SEQUENCE_WRONG@4"]);
    assert_eq!(eltax("2,2,01,13112", "7,2,01,13112"), ["TAG_UNKNOWN@3", "SEQUENCE_WRONG@4"]);
    assert_eq!(eltax("NFJ01,0001", "NFJ01,0002"), ["LAYOUT_VERSION_WRONG@1"]);
    assert_eq!(eltax("NFJ01", "NFS01"), ["FIELD_CONST@1"]);
    assert_eq!(eltax("131121", "131122"), ["CODE_CHECK_DIGIT@1"]);
    assert_eq!(eltax("\n9\n", "\n"), ["RECORD_MISSING_AT_END@0"]);
    assert_eq!(eltax("\n9\n", "\n9\n9\n"), ["DATA_AFTER_END@8"]);
    assert_eq!(eltax("\n9\n", "\n9\n5,20260911,999,60,1,12345,P\n"), ["DATA_AFTER_END@8"]);
    assert_eq!(eltax("8,3,612345,1,300000,1,12345,1,300000\n", ""), ["RECORD_MISSING@6"]);
    assert_eq!(eltax("\n5,2026", "\n8,3,612345,1,300000,1,12345,1,300000\n5,2026"), ["RECORD_ORDER@6"]);
    assert_eq!(eltax("1,NFJ01", "1,NFJ01,0001,131121,13112,20260911,20260912,060000,001,\n1,NFJ01"), ["RECORD_REPEATED@2"]);
    assert_eq!(eltax("12345,,,,20260908", "1234x,,,,20260908").first().map(String::as_str), Some("FIELD_NOT_DIGITS@2"));
}

#[test]
fn a_sum_over_an_unreadable_amount_is_not_compared() {
    assert_eq!(eltax("2026,00,12345,,,,20260908", "2026,00,1234x,,,,20260908"), ["FIELD_NOT_DIGITS@2"]);
}

/// A file of two transfers, 4,000 yen.
pub(crate) fn zengin(newline: &str) -> String {
    let header =
        format!("1210{:0>10}{:<40}1005{:0>4}{:<15}{:0>3}{:<15}1{:0>7}{:17}", 12345, "KU", 1, "ﾐｽﾞﾎ", 1, "ﾎﾝﾃﾝ", 1234567, "");
    let row = |name: &str, yen: u64| {
        format!("2{:0>4}{:<15}{:0>3}{:<15}00001{:0>7}{name:<30}{yen:0>10}0{:20}7 {:7}", 1, "", 1, "", 7654321, "", "")
    };
    let lines =
        [header, row("ｶ)ｷﾇﾀ", 1500), row("ｾﾀｶﾞﾔ ﾀﾛｳ", 2500), format!("8{:06}{:012}{:101}", 2, 4000, ""), format!("9{:119}", "")];
    lines.join(newline)
}

pub(crate) fn jis(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    renkei_core::charset::encode(renkei_core::layout::Encoding::JisX0201, text, &mut bytes).expect("JIS holds it");
    bytes
}

#[test]
fn fixed_records() {
    let layout = layouts::parse(ZENGIN_21);
    let good = jis(&zengin("\r\n"));
    assert_eq!(read(&layout, &good).clean().summary.yen, 4_000);
    let with = |at: usize, bytes: &[u8]| {
        let mut file = good.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        spoken(read(&layout, &file))
    };
    let second = 122;
    for (at, bytes, code) in [
        (second + 1, &b"00 1"[..], "FIELD_BLANK_INSIDE"),
        (second + 1, b"    ", "FIELD_EMPTY"),
        (second + 43, b"0000000", "CODE_RESERVED"),
        (second + 42, b"3", "FIELD_CODE_UNKNOWN"),
        (second + 50, b"\xA6", "KANA_WO"),
        (second + 50, b"\xDE", "KANA_STRANDED_MARK"),
        (second + 50, b"a", "KANA_LOWER_CASE"),
        (second + 50, b",", "KANA_SYMBOL"),
        (second + 50, b"\x83\x41", "ENCODING_INVALID"),
        (second + 80, b"0000000000", "NUMBER_TOO_SMALL"),
        (second + 113, b"X", "FILLER_NOT_BLANK"),
        (second, b"5", "TAG_UNKNOWN"),
        (1, b"11", "FIELD_CONST"),
        (54, b"0230", "DATE_NO_SUCH_DAY"),
        (122 * 3 + 18, b"1", "TOTAL_WRONG"),
    ] {
        let reading = with(at, bytes);
        assert_eq!(reading.errors().first(), Some(&code), "{at}: {:#?}", reading.faults);
        let fault = &reading.faults[0];
        assert!(fault.line.is_some() && fault.byte.is_some(), "{code}");
    }
}

#[test]
fn fixed_framing() {
    let layout = layouts::parse(ZENGIN_21);
    let good = jis(&zengin("\r\n"));
    let read = |bytes: &[u8]| spoken(read(&layout, bytes));
    let mut short = good.clone();
    short.remove(122 + 119);
    let reading = read(&short);
    assert_eq!((reading.errors(), reading.only().line), (vec!["RECORD_LENGTH"], Some(2)));
    assert!(reading.only().args.contains(&("found".to_owned(), "119".to_owned())));
    let mut long = good.clone();
    long.insert(122 + 119, b' ');
    let reading = read(&long);
    assert_eq!((reading.errors(), reading.rows.len()), (vec!["RECORD_LENGTH"], 4));
    assert_eq!(read(&jis(&zengin("\n"))).errors(), ["NEWLINE_KIND"]);
    assert_eq!(read(&jis(&zengin("\r"))).errors(), ["NEWLINE_KIND"]);
    let reading = read(&jis(&zengin("")));
    assert_eq!((reading.errors(), reading.summary.yen), (vec!["NEWLINE_KIND"], 4_000));
    assert_eq!(read(&good[..good.len() - 10]).errors(), ["RECORD_TRUNCATED"]);
    let after = [&good[..], b"\r\n", &good[..120]].concat();
    assert_eq!(read(&after).errors(), ["DATA_AFTER_END"]);
    let reading = read(&[&good[..], b"\r\n"].concat());
    assert_eq!((reading.errors().len(), reading.warnings()), (0, vec!["NEWLINE_LAST_UNEXPECTED"]));
    assert_eq!(read(&[&good[..], b"\x1A"].concat()).errors(), ["FINAL_1A"]);
    let accepting = layouts::parse(&ZENGIN_21.replace("newline =", "final_1a = true\nnewline ="));
    assert!(crate::support::read(&accepting, &[&good[..], b"\x1A"].concat()).faults.is_empty());
}

#[test]
fn groups_have_totals_of_their_own() {
    let layout = layouts::parse(ZENGIN_21);
    let lines: Vec<String> = zengin("\n").split('\n').map(str::to_owned).collect();
    let twice = [&lines[..4], &lines[..]].concat().join("\r\n");
    let reading = read(&layout, &jis(&twice)).clean();
    assert_eq!(reading.rows.iter().map(|row| row.group).collect::<Vec<_>>(), [1, 1, 1, 1, 2, 2, 2, 2, 0]);
    assert_eq!(reading.summary.yen, 8_000);
    let without_trailer = [&lines[..3], &lines[..]].concat().join("\r\n");
    assert_eq!(spoken(read(&layout, &jis(&without_trailer))).errors(), ["RECORD_MISSING"]);
}
