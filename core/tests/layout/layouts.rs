//! Layouts of real shapes, as the tests use them. The product's own layouts live in its integration folders.

use renkei_core::layout::Layout;

/// 調定情報, 24 columns with header (integrations.md §6 IF12).
pub(crate) const IF12: &str = include_str!("layouts/if12.toml");

/// The header line of [`IF12`].
pub(crate) const IF12_HEADER: &str = "連携元,連携元管理番号,処理区分,会計年度,会計コード,歳入科目,所属コード,調定日,納期限,事由,対象コード,対象年月,納入者区分,納入者番号,納入者氏名,納入者カナ,郵便番号,住所,数量,単価,調定額,消費税区分,納付方法,元管理番号";

/// Two rows of [`IF12`].
pub(crate) const IF12_ROWS: [&str; 2] = [
    "SKS,2026-CV-000101,1,2026,01,2105010101,12030000,20261005,20261030,陶芸教室受講料(後期),CER02,,1,,世田谷　次郎,セタガヤ　ジロウ,1540017,東京都世田谷区世田谷9-9-9,1,6000,6000,0,1,",
    "SKS,2026-CV-000102,1,2026,01,2105010101,12030000,20261005,20261030,生涯大学受講料,LLU01,,1,,砧　三郎,キヌタ　サブロウ,1570073,東京都世田谷区砧9-9-9,1,4500,4500,0,4,",
];

/// 総合振込, 120 bytes (bank.md §4), CR LF between records.
pub(crate) const ZENGIN_21: &str = include_str!("layouts/zengin_21.toml");

/// 口座振替結果, 120 bytes (bank.md §7): totals on the result code.
pub(crate) const ZENGIN_91: &str = include_str!("layouts/zengin_91.toml");

/// 納付情報, tagged CSV 1/2/5/8/9 (eltax.md §10), with a summary per 払込日, 税目 and channel.
pub(crate) const ELTAX_18: &str = include_str!("layouts/eltax_18.toml");

/// A file of [`ELTAX_18`]; amounts 12,345 + 300,000 + 300,000.
pub(crate) const ELTAX_18_FILE: &str = "\
1,NFJ01,0001,131121,13112,20260911,20260912,060000,001,
2,1,02,13112,000,999,05202600001234501000,480213,2026,2026,00,12345,,,,20260908,101500,60,,,0000000000,20260908,00000123,,20260911,P2026091101,
2,2,01,13112,000,999,05202600001234601000,917706,2026,2026,00,300000,,,,20260911,101500,50,,,0000000000,20260911,00000456,,,,
2,3,03,13112,000,999,05202600001234601000,917706,2026,2026,00,300000,,,,20260911,101500,50,,,0000000000,20260911,00000457,00000456,,,
5,20260911,999,60,1,12345,P2026091101
8,3,612345,1,300000,1,12345,1,300000
9
";

/// 請求情報: nested JSON (integrations.md §7 IF16).
pub(crate) const IF16: &str = include_str!("layouts/if16.toml");

/// A file of [`IF16`] in canonical form.
pub(crate) const IF16_FILE: &str = r#"[
{"請求ID":"PPL-1","請求書番号":"2026-0931","発行日":"20260930","発行者名":"株式会社\"砧\"クリーン","登録番号":"T6010901900001","税抜合計":125400,"消費税合計":12432,"税込合計":137832,"請求額":137832,"通貨":"JPY","税":[{"区分":"S","率":10,"対象額":120000,"税額":12000},{"区分":"AA","率":8,"対象額":5400,"税額":432}],"明細":[{"行番号":1,"品名":"清掃","数量":1.5}],"口座":{"銀行":"0001","番号":"1234567"}},
{"請求ID":"PPL-2","請求書番号":"2026-0932","発行日":"20260930","発行者名":"砧商店","税抜合計":100,"消費税合計":10,"税込合計":110,"請求額":-110,"通貨":"JPY","税":[{"区分":"S","率":10,"対象額":100,"税額":10}]}
]
"#;

/// zengin-code's banks: an object of objects (bank.md §10.3).
pub(crate) const ZENGIN_CODE: &str = include_str!("layouts/zengin_code.toml");

/// Parses a layout of this file.
pub(crate) fn parse(toml: &str) -> Layout {
    Layout::parse(toml, "test").unwrap_or_else(|errors| panic!("{errors}"))
}
