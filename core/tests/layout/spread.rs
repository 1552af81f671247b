//! Tables whose columns are data: one field of the layout becomes a column for each caption.

use renkei_core::charset;
use renkei_core::layout::write::{WriteContext, WriteError, Writer};
use renkei_core::layout::{Encoding, Layout, SpreadError};

use crate::support::round_trip;

const SURVEY: &str = r#"
[layout]
name = "表"
version = "1"
format = "csv"
encoding = "cp932"
newline = "crlf"
[[record]]
kind = "row"
occurs = "many"
fields = [
 { id = "body", name = "団体コード ", type = "digits", len = 6, min_len = 5, must = true },
 { id = "cells", name = "列", type = "int", len = 15, negative = true, spread = true },
]
"#;

fn survey() -> Layout {
    Layout::parse(SURVEY, "survey").unwrap_or_else(|errors| panic!("{errors}"))
}

fn captions(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The header and a row as the ministry publishes them (表07, 2022); the second row lacks a value.
#[test]
fn a_published_table_is_written_and_read_byte_for_byte() {
    let layout =
        survey().spread_over(&captions(&["001:議会費", "002:総務費・総額", "003:総務費・総務管理費"])).expect("captions");
    let text =
        "団体コード ,001:議会費,002:総務費・総額,003:総務費・総務管理費\r\n11002,1422205,24562722,15914353\r\n12025,,,-7\r\n";
    let mut bytes = Vec::new();
    charset::encode(Encoding::Cp932, text, &mut bytes).expect("cp932");
    let rows = round_trip(&layout, &bytes).rows;
    assert_eq!(rows[0].values["cells_2"], "24562722");
    assert_eq!(rows[1].values.get("cells_1"), None);
    assert_eq!(rows[1].values["cells_3"], "-7");
}

#[test]
fn columns_nobody_named_are_not_written() {
    let error = Writer::new(&survey(), WriteContext::default(), Vec::new()).err().expect("no writer");
    assert!(matches!(&error, WriteError::Layout { reason } if reason.contains("captions")), "{error}");
}

#[test]
fn captions_that_cannot_be_a_header_are_refused() {
    let over = |names: &[&str]| survey().spread_over(&captions(names)).expect_err("refused");
    assert_eq!(over(&["001:款", "001:款"]), SpreadError::Twice("001:款".to_owned()));
    assert_eq!(over(&["団体コード "]), SpreadError::Twice("団体コード ".to_owned()));
    assert_eq!(over(&["a", " "]), SpreadError::Empty(2));
    assert!(matches!(over(&["\u{20BB7}野家"]), SpreadError::Unwritable { .. }));
    let other = Layout::parse(&SURVEY.replace(", spread = true", ""), "plain").unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(other.spread_over(&captions(&["a"])).expect_err("refused"), SpreadError::NoField);
}

#[test]
fn a_run_of_columns_ends_the_line_of_the_only_kind_under_a_header() {
    let faults = |from: &str, to: &str| Layout::parse(&SURVEY.replace(from, to), "t").expect_err("faults").to_string();
    assert!(faults("[[record]]\nkind", "[csv]\nheader = \"none\"\n[[record]]\nkind").contains("`spread` needs one kind"));
    assert!(
        faults("spread = true },", "spread = true },\n { id = \"z\", name = \"z\", type = \"int\", len = 3 },")
            .contains("last field")
    );
    assert!(faults("occurs = \"many\"", "occurs = \"many\"\nkey = [\"cells\"]").contains("neither amount nor key"));
    assert!(faults("spread = true }", "spread = true, const = \"1\" }").contains("given values"));
}
