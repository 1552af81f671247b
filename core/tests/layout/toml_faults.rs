//! A layout file with faults: all of them at once, each with its line.

use renkei_core::layout::{Layout, LayoutErrors};

use crate::layouts::{self, IF12, ZENGIN_21};

fn faults(toml: &str) -> LayoutErrors {
    Layout::parse(toml, "broken.toml").expect_err("a layout with faults")
}

#[test]
fn every_fault_at_once_with_its_line() {
    let errors = faults(
        r#"[layout]
name = "x"
version = "1"
format = "cvs"
encoding = ["utf-9"]
colour = "red"

[codes.kind]
"1" = "one"

[[record]]
kind = "Row"
amount = "note"
key = ["nowhere"]
fields = [
 { id = "kind", name = "種別", type = "digits", len = 1, codes = "kinds" },
 { id = "note", name = "摘要", type = "text" },
 { id = "note", name = "摘要", type = "txet", len = 3, min = 1 },
 { id = "line", name = "行", type = "date", len = 8, must_when = { field = "later", in = ["1"] } },
 { id = "const", name = "値", type = "digits", len = 2, const = "ab" },
 { id = "kana", name = "カナ", type = "kana", len = 5 },
 { id = "when", name = "日", type = "yen", len = 5, default = "x", total = { of = "sum", kind = "Row" } },
]
"#,
    );
    let text = errors.to_string();
    for expected in [
        "line 4: layout",
        "line 5: layout",
        "line 6: layout: unknown key `colour`",
        "line 12: record Row: `kind` must be snake_case",
        "line 13: record Row: `amount`",
        "line 14: record Row: `key`",
        "line 16:",
        "line 17:",
        "line 18:",
        "line 19:",
        "line 20:",
        "line 21:",
        "line 22:",
        "\"kinds\"",
        "reserved",
        "stands twice",
        "FIELD_NOT_DIGITS",
        "no earlier field",
        "needs it",
    ] {
        let found = text.contains(expected) || (expected == "\"kinds\"" && text.contains("[codes.kinds]"));
        assert!(found, "{expected} is missing in:\n{text}");
    }
}

#[test]
fn not_toml_at_all_has_a_line() {
    let errors = faults("[layout]\nname = \n");
    assert_eq!(errors.faults[0].line, 2, "{errors}");
}

fn csv_head() -> &'static str {
    "[layout]\nname = \"x\"\nversion = \"1\"\nformat = \"csv\"\nencoding = \"utf-8\"\n[csv]\n"
}

/// A layout of one field.
fn one(field: &str) -> String {
    let head = if field.contains("金額,円") { "" } else { csv_head() };
    format!("{head}[[record]]\nkind = \"row\"\nfields = [{{ id = \"a\", {field} }}]\n")
}

#[test]
fn the_length_of_a_date_counts_what_the_file_counts() {
    let fixed = |encoding: &str, bytes: usize| {
        format!(
            "[layout]\nname = \"x\"\nversion = \"1\"\nformat = \"fixed\"\nencoding = \"{encoding}\"\n[fixed]\nrecord_bytes = {bytes}\n[[record]]\nkind = \"row\"\nfields = [{{ id = \"a\", name = \"日\", type = \"date\", forms = [\"era-kanji\"] }}]\n"
        )
    };
    // 令和12年12月31日: five 漢字 and six digits.
    assert_eq!(layouts::parse(&fixed("cp932", 16)).kinds()[0].fields[0].len, 16);
    assert_eq!(layouts::parse(&fixed("utf-8", 21)).kinds()[0].fields[0].len, 21);
}

#[test]
fn shapes_that_cannot_be() {
    for (toml, expected) in [
        (ZENGIN_21.replace("record_bytes = 120", "record_bytes = 121"), "120 bytes together"),
        (ZENGIN_21.replace("tag = \"8\"\n", ""), "`tag` is needed"),
        (ZENGIN_21.replace("tag = \"8\"", "tag = \"2\""), "stands twice"),
        (ZENGIN_21.replace("kind = \"payment\" }", "kind = \"end\" }"), "must stand before"),
        (ZENGIN_21.replace("kind = \"payment\" }", "kind = \"pay\" }"), "no record kind"),
        (ZENGIN_21.replace("field = \"amount\"", "field = \"payee\""), "must be yen or int"),
        (
            ZENGIN_21.replace(
                "kind = \"payment\"\ntag = \"2\"\noccurs = \"any\"\nrepeat = true",
                "kind = \"payment\"\ntag = \"2\"\noccurs = \"any\"",
            ),
            "must stand together",
        ),
        (IF12.replace("\"any\"", "\"none\""), "belongs to fixed"),
        (IF12.replace(r#""cp932"]"#, r#""ebcdic-kana"]"#), "cannot be used in a csv file"),
        (format!("{IF12}\n[fixed]\nrecord_bytes = 10\n"), "belongs to fixed"),
        (format!("{IF12}\n[limits]\nrecords_max = 0\n"), "at least 1"),
        (format!("values = 1\n{IF12}"), "`values` must be a table"),
        (ZENGIN_21.replace("tag = \"8\"", "tag = \"7\""), "exclude one another"),
        (IF12.replace("name = \"調定日\"", "name = \"調定日©\"").replace("\"utf-8-bom\", \"utf-8\", ", ""), "U+00A9"),
        (format!("{}quote = \"none\"\n{}", csv_head(), one("name = \"金額,円\", type = \"yen\", len = 3")), "needs quotes"),
        (one("name = \"金額\", type = \"yen\", len = 3, forms = [\"mmdd\"]"), "`forms` belongs to type date"),
        (one("name = \"区分\", type = \"code\", len = 3, codes_open = true"), "`codes_open` needs `codes`"),
        (
            one("name = \"区分\", type = \"code\", len = 3").replace("fields", "key_unique = true\nfields"),
            "`key_unique` needs `key`",
        ),
        (IF12.replace("in = [\"2\", \"3\", \"4\"]", "in = [\"9\"]"), "is not in the table"),
        (layouts::ELTAX_18.replace("where = { kind = [\"02\"] }", "where = { kind = [\"2\"] }"), "is not in the table"),
    ] {
        let text = faults(&toml).to_string();
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn a_profile_overrides_and_is_checked() {
    let base = layouts::parse(ZENGIN_21);
    let profile = "name = \"銀行\"\n[layout]\nnewline = \"crlf\"\n[field.payment.clearing_house]\nblank = \"spaces\"\n[field.header.originator]\nconst = \"0000012345\"\n[values]\noriginator_code = \"0000012345\"\nmax_rows = 9_999\n";
    let layout = base.with_profile(profile).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(layout.newline, renkei_core::layout::Newline::Crlf);
    assert_eq!(layout.profile.as_deref(), Some("銀行"));
    assert_eq!(layout.values["max_rows"], "9999");
    assert_eq!(layout.kinds()[0].fields[3].constant.as_deref(), Some("0000012345"));
    assert_ne!(layout.digest(), base.digest());
    let errors = base.with_profile("[layout]\nnewline = \"crfl\"\n\n[field.payment.nothing]\nlen = 3\n").expect_err("faults");
    let text = errors.to_string();
    assert!(text.contains("line 4 (profile)") && text.contains("`name` is missing"), "{text}");
    let errors =
        base.with_profile("name = \"x\"\n[layout]\nnewline = \"crfl\"\n[field.payment.payee]\nlen = 31\n").expect_err("faults");
    let text = errors.to_string();
    assert!(text.contains("line 3 (profile): layout") && text.contains("121 bytes together"), "{text}");
}

#[test]
fn columns_for_a_table() {
    let layout = layouts::parse(IF12);
    let columns: Vec<(&str, &str)> = layout.kinds()[0].sql_columns().collect();
    assert_eq!(columns.len(), 24);
    assert_eq!(columns[3], ("fy", "int"));
    assert_eq!(columns[7], ("assessed_on", "date"));
    assert_eq!(columns[20], ("amount", "bigint"));
    assert_eq!(layouts::parse(ZENGIN_21).kinds()[3].sql_columns().count(), 1, "fillers have no column");
}
