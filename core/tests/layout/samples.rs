//! Files by other authors, read when they lie beside the workspace.

use std::path::{Path, PathBuf};

use crate::layouts::{self, ZENGIN_21, ZENGIN_91, ZENGIN_CODE};
use crate::support::{read, round_trip};

fn sample(name: &str) -> Option<Vec<u8>> {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/bank").join(name);
    let found = std::fs::read(&root).ok();
    if found.is_none() {
        println!("sample {name} is not beside the workspace: this part is skipped");
    }
    found
}

#[test]
fn a_transfer_file_without_payments_round_trips() {
    let Some(bytes) = sample("devture-empty.txt") else { return };
    let reading = round_trip(&layouts::parse(ZENGIN_21), &bytes);
    assert_eq!(reading.summary.records, 3);
    assert_eq!(reading.summary.yen, 0);
}

#[test]
fn the_long_vowel_mark_is_refused_by_name_and_byte() {
    let Some(bytes) = sample("devture-single-transaction.txt") else { return };
    let reading = read(&layouts::parse(ZENGIN_21), &bytes);
    assert_eq!(reading.errors(), ["KANA_LONG_VOWEL"]);
    let fault = reading.only();
    let byte = fault.byte.expect("a byte") as usize;
    assert_eq!(bytes[byte], 0xB0);
    assert_eq!(fault.field.as_deref(), Some("payee"));
    assert_eq!(fault.line, Some(2));
}

#[test]
fn the_single_transfer_reads_whole_without_the_strict_name() {
    let Some(bytes) = sample("devture-single-transaction.txt") else { return };
    let lenient = ZENGIN_21.replace(
        r#"name = "受取人名", type = "kana", class = "party_name", len = 30"#,
        r#"name = "受取人名", type = "text", len = 30"#,
    );
    let reading = round_trip(&layouts::parse(&lenient), &bytes);
    assert_eq!(reading.summary.yen, 1_103_661);
    assert_eq!(reading.summary.per_kind[1], ("payment".to_owned(), 1, 1_103_661));
}

#[test]
fn the_totals_of_a_direct_debit_result_agree() {
    let Some(bytes) = sample("kotobamedia-result.txt") else { return };
    let reading = read(&layouts::parse(ZENGIN_91), &bytes).clean();
    assert_eq!((reading.summary.records, reading.summary.yen), (5, 3_000));
    let mut wrong = bytes.clone();
    // 振替済金額 1,000 → 1,001
    wrong[122 * 3 + 25 + 11] = b'1';
    let reading = read(&layouts::parse(ZENGIN_91), &wrong);
    assert_eq!(reading.errors(), ["TOTAL_WRONG"]);
    assert_eq!(reading.only().field.as_deref(), Some("done_sum"));
}

#[test]
fn the_bank_master_streams_as_a_map() {
    let layout = layouts::parse(ZENGIN_CODE);
    for (file, count) in [
        ("bankcode/zengin-code_2026-01-05_09ea8cf/banks.json", None),
        ("bankcode/zengin-code_2026-01-12_a9eaf99/banks.json", None),
        ("bankcode/zengin-code_2026-01-12_a9eaf99/branches/0143.json", None::<u64>),
    ] {
        let Some(bytes) = sample(file) else { return };
        let reading = read(&layout, &bytes).clean();
        let expected: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        let expected = expected.as_object().expect("a map");
        assert_eq!(reading.rows.len(), count.map_or(expected.len(), |count| count as usize));
        for row in &reading.rows {
            let bank = &expected[&row.values["code"]];
            assert_eq!(bank["name"], row.values["name"].as_str());
            assert_eq!(bank["kana"], row.values["kana"].as_str());
        }
    }
}
