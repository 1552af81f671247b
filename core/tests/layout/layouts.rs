//! Layouts of real shapes, as the tests use them. The product's own layouts live in its integration folders.

use renkei_core::layout::Layout;

/// 調定情報, 24 columns with header (integrations.md §6 IF12).
pub(crate) const IF12: &str = r#"
[layout]
name = "調定情報"
version = "1"
format = "csv"
encoding = ["utf-8-bom", "utf-8", "cp932"]
newline = "any"

[codes.source]
SKS = "市民活動推進課"
SHF = "障害保健福祉課"
[codes.action]
"1" = "当初"
"2" = "増額"
"3" = "減額"
"4" = "取消"

[[record]]
kind = "assessment"
name = "調定"
occurs = "many"
amount = "amount"
key = ["source", "source_key", "action"]
fields = [
 { id = "source",      name = "連携元",         type = "code",   len = 3, must = true, codes = "source" },
 { id = "source_key",  name = "連携元管理番号", type = "ascii",  len = 20, must = true },
 { id = "action",      name = "処理区分",       type = "digits", len = 1, must = true, codes = "action" },
 { id = "fy",          name = "会計年度",       type = "year",   must = true },
 { id = "account",     name = "会計コード",     type = "digits", len = 2, must = true },
 { id = "rev_line",    name = "歳入科目",       type = "digits", len = 10, must = true },
 { id = "org",         name = "所属コード",     type = "digits", len = 8, must = true },
 { id = "assessed_on", name = "調定日",         type = "date",   must = true, forms = ["yyyymmdd", "yyyy-mm-dd", "yyyy/m/d", "era-kanji", "era-dots", "era-compact"] },
 { id = "due",         name = "納期限",         type = "date",   must = true },
 { id = "reason",      name = "事由",           type = "text",   len = 60, must = true },
 { id = "item_code",   name = "対象コード",     type = "ascii",  len = 10 },
 { id = "period",      name = "対象年月",       type = "month",  must_when = { field = "source", in = ["SHF"] } },
 { id = "payer_type",  name = "納入者区分",     type = "digits", len = 1, must = true },
 { id = "payer_no",    name = "納入者番号",     type = "ascii",  len = 12 },
 { id = "payer_name",  name = "納入者氏名",     type = "text",   len = 40, must = true },
 { id = "payer_kana",  name = "納入者カナ",     type = "text",   len = 60, must = true },
 { id = "postal",      name = "郵便番号",       type = "digits", len = 7, must = true },
 { id = "address",     name = "住所",           type = "text",   len = 100, must = true },
 { id = "qty",         name = "数量",           type = "int",    len = 5 },
 { id = "unit",        name = "単価",           type = "yen",    len = 11 },
 { id = "amount",      name = "調定額",         type = "yen",    len = 11, must = true, min = 1 },
 { id = "tax_class",   name = "消費税区分",     type = "digits", len = 1, must = true },
 { id = "method",      name = "納付方法",       type = "digits", len = 1, must = true },
 { id = "origin_key",  name = "元管理番号",     type = "ascii",  len = 20, must_when = { field = "action", in = ["2", "3", "4"] } },
]
"#;

/// The header line of [`IF12`].
pub(crate) const IF12_HEADER: &str = "連携元,連携元管理番号,処理区分,会計年度,会計コード,歳入科目,所属コード,調定日,納期限,事由,対象コード,対象年月,納入者区分,納入者番号,納入者氏名,納入者カナ,郵便番号,住所,数量,単価,調定額,消費税区分,納付方法,元管理番号";

/// Two rows of [`IF12`].
pub(crate) const IF12_ROWS: [&str; 2] = [
    "SKS,2026-CV-000101,1,2026,01,2105010101,12030000,20261005,20261030,陶芸教室受講料(後期),CER02,,1,,世田谷　次郎,セタガヤ　ジロウ,1540017,東京都世田谷区世田谷9-9-9,1,6000,6000,0,1,",
    "SKS,2026-CV-000102,1,2026,01,2105010101,12030000,20261005,20261030,生涯大学受講料,LLU01,,1,,砧　三郎,キヌタ　サブロウ,1570073,東京都世田谷区砧9-9-9,1,4500,4500,0,4,",
];

/// 総合振込, 120 bytes (bank.md §4), CR LF between records.
pub(crate) const ZENGIN_21: &str = r#"
[layout]
name = "総合振込"
version = "1"
format = "fixed"
encoding = ["jis-x0201"]
newline = "crlf-between"
[fixed]
record_bytes = 120
[codes.deposit]
"1" = "普通"
"2" = "当座"
"4" = "貯蓄"
"9" = "その他"
[[record]]
kind = "header"
tag = "1"
occurs = "one"
repeat = true
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "1" },
 { id = "business", name = "種別コード", type = "digits", len = 2, const = "21" },
 { id = "code", name = "コード区分", type = "digits", len = 1, const = "0" },
 { id = "originator", name = "振込依頼人コード", type = "digits", len = 10, must = true },
 { id = "originator_name", name = "振込依頼人名", type = "kana", class = "party_name", len = 40, must = true },
 { id = "transfer_on", name = "振込指定日", type = "mmdd", must = true },
 { id = "bank", name = "仕向銀行番号", type = "digits", len = 4, must = true },
 { id = "bank_name", name = "仕向銀行名", type = "kana", class = "bank_name", len = 15 },
 { id = "branch", name = "仕向支店番号", type = "digits", len = 3, must = true },
 { id = "branch_name", name = "仕向支店名", type = "kana", class = "bank_name", len = 15 },
 { id = "kind", name = "預金種目", type = "digits", len = 1 },
 { id = "account", name = "口座番号", type = "digits", len = 7 },
 { type = "filler", len = 17 },
]
[[record]]
kind = "payment"
tag = "2"
occurs = "any"
repeat = true
amount = "amount"
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "2" },
 { id = "bank", name = "被仕向銀行番号", type = "digits", len = 4, must = true },
 { id = "bank_name", name = "被仕向銀行名", type = "kana", class = "bank_name", len = 15 },
 { id = "branch", name = "被仕向支店番号", type = "digits", len = 3, must = true },
 { id = "branch_name", name = "被仕向支店名", type = "kana", class = "bank_name", len = 15 },
 { id = "clearing_house", name = "手形交換所番号", type = "digits", len = 4 },
 { id = "kind", name = "預金種目", type = "digits", len = 1, must = true, codes = "deposit" },
 { id = "account", name = "口座番号", type = "digits", len = 7, must = true, check = "zengin_account" },
 { id = "payee", name = "受取人名", type = "kana", class = "party_name", len = 30, must = true },
 { id = "amount", name = "振込金額", type = "yen", len = 10, must = true, min = 1 },
 { id = "new_code", name = "新規コード", type = "digits", len = 1 },
 { id = "customer", name = "顧客コード", type = "ascii", len = 20 },
 { id = "transfer_kind", name = "振込指定区分", type = "digits", len = 1 },
 { id = "edi", name = "識別表示", type = "code", len = 1 },
 { type = "filler", len = 7 },
]
[[record]]
kind = "trailer"
tag = "8"
occurs = "one"
repeat = true
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "8" },
 { id = "count", name = "合計件数", type = "int", len = 6, must = true, total = { of = "count", kind = "payment" } },
 { id = "sum", name = "合計金額", type = "yen", len = 12, must = true, total = { of = "sum", kind = "payment", field = "amount" } },
 { type = "filler", len = 101 },
]
[[record]]
kind = "end"
tag = "9"
occurs = "one"
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "9" },
 { type = "filler", len = 119 },
]
"#;

/// 口座振替結果, 120 bytes (bank.md §7): totals on the result code.
pub(crate) const ZENGIN_91: &str = r#"
[layout]
name = "口座振替結果"
version = "1"
format = "fixed"
encoding = ["jis-x0201"]
newline = "crlf-between"
[fixed]
record_bytes = 120
[codes.result]
"0" = "振替済"
"1" = "資金不足"
"2" = "取引なし"
"3" = "預金者の都合による停止"
"4" = "口座振替依頼書なし"
"8" = "委託者の都合による停止"
"9" = "その他"
[[record]]
kind = "header"
tag = "1"
occurs = "one"
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "1" },
 { id = "business", name = "種別コード", type = "digits", len = 2, const = "91" },
 { id = "code", name = "コード区分", type = "digits", len = 1, must = true },
 { id = "originator", name = "委託者コード", type = "digits", len = 10, must = true },
 { id = "originator_name", name = "委託者名", type = "kana", class = "party_name", len = 40, must = true },
 { id = "debit_on", name = "引落日", type = "mmdd", must = true },
 { id = "bank", name = "取引銀行番号", type = "digits", len = 4, must = true },
 { id = "bank_name", name = "取引銀行名", type = "kana", class = "party_name", len = 15 },
 { id = "branch", name = "取引支店番号", type = "digits", len = 3, must = true },
 { id = "branch_name", name = "取引支店名", type = "kana", class = "party_name", len = 15 },
 { id = "kind", name = "預金種目", type = "digits", len = 1, must = true },
 { id = "account", name = "口座番号", type = "digits", len = 7, must = true },
 { type = "filler", len = 17 },
]
[[record]]
kind = "debit"
tag = "2"
occurs = "any"
amount = "amount"
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "2" },
 { id = "bank", name = "引落銀行番号", type = "digits", len = 4, must = true },
 { id = "bank_name", name = "引落銀行名", type = "kana", class = "party_name", len = 15 },
 { id = "branch", name = "引落支店番号", type = "digits", len = 3, must = true },
 { id = "branch_name", name = "引落支店名", type = "kana", class = "party_name", len = 15 },
 { type = "filler", len = 4 },
 { id = "kind", name = "預金種目", type = "digits", len = 1, must = true },
 { id = "account", name = "口座番号", type = "digits", len = 7, must = true },
 { id = "payer", name = "預金者名", type = "kana", class = "party_name", len = 30, must = true },
 { id = "amount", name = "引落金額", type = "yen", len = 10, must = true },
 { id = "new_code", name = "新規コード", type = "digits", len = 1, blank = "zeros" },
 { id = "customer", name = "顧客番号", type = "digits", len = 20 },
 { id = "result", name = "振替結果コード", type = "digits", len = 1, must = true, codes = "result" },
 { type = "filler", len = 8 },
]
[[record]]
kind = "trailer"
tag = "8"
occurs = "one"
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "8" },
 { id = "count", name = "合計件数", type = "int", len = 6, must = true, total = { of = "count", kind = "debit" } },
 { id = "sum", name = "合計金額", type = "yen", len = 12, must = true, total = { of = "sum", kind = "debit", field = "amount" } },
 { id = "done_count", name = "振替済件数", type = "int", len = 6, must = true, total = { of = "count", kind = "debit", where = { result = ["0"] } } },
 { id = "done_sum", name = "振替済金額", type = "yen", len = 12, must = true, total = { of = "sum", kind = "debit", field = "amount", where = { result = ["0"] } } },
 { id = "failed_count", name = "振替不能件数", type = "int", len = 6, must = true, total = { of = "count", kind = "debit", where = { result = ["1", "2", "3", "4", "8", "9"] } } },
 { id = "failed_sum", name = "振替不能金額", type = "yen", len = 12, must = true, total = { of = "sum", kind = "debit", field = "amount", where = { result = ["1", "2", "3", "4", "8", "9"] } } },
 { type = "filler", len = 65 },
]
[[record]]
kind = "end"
tag = "9"
occurs = "one"
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "9" },
 { type = "filler", len = 119 },
]
"#;

/// 納付情報, tagged CSV 1/2/5/8/9 (eltax.md §10), with a summary per 払込日, 税目 and channel.
pub(crate) const ELTAX_18: &str = r#"
[layout]
name = "納付情報"
version = "0001"
format = "csv"
encoding = ["utf-8", "utf-8-bom"]
newline = "lf"
[csv]
header = "none"
[codes.kind]
"01" = "速報"
"02" = "確報"
"03" = "速報取消"
[codes.channel]
"50" = "クレジットカード"
"60" = "スマートフォン決済アプリ"
[[record]]
kind = "header"
tag = "1"
occurs = "one"
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "1" },
 { id = "data_kind", name = "データ種別", type = "ascii", len = 5, const = "NFJ01" },
 { id = "ver", name = "レイアウト版", type = "digits", len = 4, auto = "layout_version" },
 { id = "body_code", name = "地方公共団体コード", type = "digits", len = 6, must = true, check = "local_body" },
 { id = "org", name = "共通納税機関コード", type = "digits", len = 5, must = true },
 { id = "base_on", name = "データ基準日", type = "date", must = true },
 { id = "made_on", name = "作成年月日", type = "date", must = true },
 { id = "made_at", name = "作成時刻", type = "time" },
 { id = "file_no", name = "ファイル通番", type = "digits", len = 3, must = true },
 { id = "spare", name = "予備", type = "ascii", len = 10 },
]
[[record]]
kind = "payment"
tag = "2"
occurs = "any"
amount = "amount"
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "2" },
 { id = "no", name = "レコード通番", type = "int", len = 7, auto = "sequence", must = true },
 { id = "kind", name = "データ種別", type = "digits", len = 2, must = true, codes = "kind" },
 { id = "org", name = "共通納税機関コード", type = "digits", len = 5, must = true },
 { id = "office", name = "税務事務所コード", type = "digits", len = 3 },
 { id = "item", name = "税目・料金番号", type = "digits", len = 3, must = true },
 { id = "case_key", name = "案件特定キー", type = "digits", len = 20, must = true },
 { id = "conf", name = "確認番号", type = "digits", len = 6, must = true },
 { id = "fy", name = "賦課年度", type = "year" },
 { id = "ty", name = "課税年度", type = "year" },
 { id = "period", name = "期別コード", type = "digits", len = 2 },
 { id = "amount", name = "納付金額", type = "yen", len = 11, must = true },
 { id = "amount_main", name = "内訳 本体額", type = "yen", len = 11 },
 { id = "amount_dun", name = "内訳 督促手数料", type = "yen", len = 11 },
 { id = "amount_late", name = "内訳 延滞金等", type = "yen", len = 11 },
 { id = "paid_on", name = "収納日", type = "date", must = true },
 { id = "paid_at", name = "収納時刻", type = "time" },
 { id = "channel", name = "納付チャネル区分", type = "ascii", len = 2, must = true, codes = "channel" },
 { id = "fi", name = "収納金融機関コード", type = "ascii", len = 8 },
 { id = "branch", name = "店舗コード", type = "ascii", len = 6 },
 { id = "tx_center", name = "仕向センタコード", type = "ascii", len = 10 },
 { id = "tx_on", name = "仕向処理年月日", type = "date" },
 { id = "tx_no", name = "仕向処理通番", type = "ascii", len = 8 },
 { id = "origin_no", name = "元取引仕向処理通番", type = "ascii", len = 8, must_when = { field = "kind", in = ["03"] } },
 { id = "fund_on", name = "払込日", type = "date", must_when = { field = "kind", in = ["02"] } },
 { id = "fund_no", name = "払込管理番号", type = "ascii", len = 20 },
 { id = "spare", name = "予備", type = "ascii", len = 20 },
]
[[record]]
kind = "fund"
tag = "5"
occurs = "any"
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "5" },
 { id = "fund_on", name = "払込日", type = "date", must = true },
 { id = "item", name = "税目・料金番号", type = "digits", len = 3, must = true },
 { id = "channel", name = "納付チャネル区分", type = "ascii", len = 2 },
 { id = "count", name = "件数", type = "int", len = 7, must = true, total = { of = "count", kind = "payment", where = { kind = ["02"] }, match = ["fund_on", "item", "channel"] } },
 { id = "sum", name = "金額", type = "yen", len = 13, must = true, total = { of = "sum", kind = "payment", field = "amount", where = { kind = ["02"] }, match = ["fund_on", "item", "channel"] } },
 { id = "fund_no", name = "払込管理番号", type = "ascii", len = 20 },
]
[[record]]
kind = "trailer"
tag = "8"
occurs = "one"
fields = [
 { id = "rec", name = "データ区分", type = "digits", len = 1, const = "8" },
 { id = "count", name = "合計件数", type = "int", len = 7, must = true, total = { of = "count", kind = "payment" } },
 { id = "sum", name = "合計金額", type = "yen", len = 13, must = true, total = { of = "sum", kind = "payment", field = "amount" } },
 { id = "c01", name = "速報件数", type = "int", len = 7, must = true, total = { of = "count", kind = "payment", where = { kind = ["01"] } } },
 { id = "s01", name = "速報金額", type = "yen", len = 13, must = true, total = { of = "sum", kind = "payment", field = "amount", where = { kind = ["01"] } } },
 { id = "c02", name = "確報件数", type = "int", len = 7, must = true, total = { of = "count", kind = "payment", where = { kind = ["02"] } } },
 { id = "s02", name = "確報金額", type = "yen", len = 13, must = true, total = { of = "sum", kind = "payment", field = "amount", where = { kind = ["02"] } } },
 { id = "c03", name = "取消件数", type = "int", len = 7, must = true, total = { of = "count", kind = "payment", where = { kind = ["03"] } } },
 { id = "s03", name = "取消金額", type = "yen", len = 13, must = true, total = { of = "sum", kind = "payment", field = "amount", where = { kind = ["03"] } } },
]
[[record]]
kind = "end"
tag = "9"
occurs = "one"
fields = [{ id = "rec", name = "データ区分", type = "digits", len = 1, const = "9" }]
"#;

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
pub(crate) const IF16: &str = r#"
[layout]
name = "請求情報"
version = "1"
format = "json"
encoding = "utf-8"
[json]
items = "one-or-array"
[[record]]
kind = "invoice"
name = "請求"
amount = "claim"
key = ["registration", "number"]
fields = [
 { id = "invoice_id", name = "請求ID", type = "ascii", len = 40, must = true },
 { id = "number", name = "請求書番号", type = "ascii", len = 40, must = true },
 { id = "issued_on", name = "発行日", type = "date", must = true },
 { id = "issuer", name = "発行者名", type = "text", len = 60, must = true },
 { id = "registration", name = "登録番号", type = "ascii", len = 14, check = "invoice_number" },
 { id = "net", name = "税抜合計", type = "yen", len = 13, must = true },
 { id = "tax", name = "消費税合計", type = "yen", len = 13, must = true },
 { id = "gross", name = "税込合計", type = "yen", len = 13, must = true },
 { id = "claim", name = "請求額", type = "yen", len = 13, must = true, negative = true },
 { id = "currency", name = "通貨", type = "code", len = 3, must = true },
]
[[record]]
kind = "tax"
name = "税"
parent = "invoice"
path = "税"
occurs = "many"
fields = [
 { id = "category", name = "区分", type = "code", len = 2, must = true },
 { id = "rate", name = "率", type = "decimal", len = 3, must = true },
 { id = "base", name = "対象額", type = "yen", len = 13, must = true },
 { id = "tax", name = "税額", type = "yen", len = 13, must = true },
]
[[record]]
kind = "line"
name = "明細"
parent = "invoice"
path = "明細"
occurs = "any"
fields = [
 { id = "no", name = "行番号", type = "int", len = 5, must = true },
 { id = "item", name = "品名", type = "text", len = 100, must = true },
 { id = "qty", name = "数量", type = "decimal", len = 9, must = true },
]
[[record]]
kind = "account"
name = "口座"
parent = "invoice"
path = "口座"
occurs = "optional"
fields = [
 { id = "bank", name = "銀行", type = "digits", len = 4, must = true },
 { id = "number", name = "番号", type = "digits", len = 7, must = true },
]
"#;

/// A file of [`IF16`] in canonical form.
pub(crate) const IF16_FILE: &str = r#"[
{"請求ID":"PPL-1","請求書番号":"2026-0931","発行日":"20260930","発行者名":"株式会社\"砧\"クリーン","登録番号":"T6010901900001","税抜合計":125400,"消費税合計":12432,"税込合計":137832,"請求額":137832,"通貨":"JPY","税":[{"区分":"S","率":10,"対象額":120000,"税額":12000},{"区分":"AA","率":8,"対象額":5400,"税額":432}],"明細":[{"行番号":1,"品名":"清掃","数量":1.5}],"口座":{"銀行":"0001","番号":"1234567"}},
{"請求ID":"PPL-2","請求書番号":"2026-0932","発行日":"20260930","発行者名":"砧商店","税抜合計":100,"消費税合計":10,"税込合計":110,"請求額":-110,"通貨":"JPY","税":[{"区分":"S","率":10,"対象額":100,"税額":10}]}
]
"#;

/// zengin-code's banks: an object of objects (bank.md §10.3).
pub(crate) const ZENGIN_CODE: &str = r#"
[layout]
name = "金融機関"
version = "1"
format = "json"
encoding = "utf-8"
[json]
items = "map"
map_key = "code"
[[record]]
kind = "bank"
key = ["code"]
fields = [
 { id = "code", name = "code", type = "digits", len = 4, min_len = 3, must = true },
 { id = "name", name = "name", type = "text", len = 40, must = true },
 { id = "kana", name = "kana", type = "text", len = 60, must = true },
 { id = "hira", name = "hira", type = "text", len = 60, must = true },
 { id = "roma", name = "roma", type = "text", len = 120, must = true },
]
"#;

/// Parses a layout of this file.
pub(crate) fn parse(toml: &str) -> Layout {
    Layout::parse(toml, "test").unwrap_or_else(|errors| panic!("{errors}"))
}
