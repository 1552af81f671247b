//! A CSV for people and the same for a machine: one marks what looks like a formula, the other has every byte as it is, and both give
//! back what was written.

use std::borrow::Cow;

use proptest::prelude::*;
use renkei_core::layout::Layout;
use renkei_core::layout::write::{WriteContext, Writer};

use crate::layouts;
use crate::support::round_trip;

fn layout(readers: &str, encoding: &str, quote: &str) -> Layout {
    layouts::parse(&format!(
        r#"
[layout]
name     = "一覧"
version  = "1"
status   = "provisional"
grade    = "D"
source   = "test"
format   = "csv"
encoding = ["{encoding}"]
newline  = "crlf"

[csv]
header = "names"
quote  = "{quote}"
{readers}

[[record]]
kind   = "row"
name   = "行"
occurs = "any"
fields = [
 {{ id = "mark", name = "印", type = "code", len = 2, must = true, const = "=A", grade = "D" }},
 {{ id = "payer", name = "氏名", type = "text", len = 40, grade = "D" }},
 {{ id = "note", name = "備考", type = "ascii", len = 40, grade = "D" }},
 {{ id = "amount", name = "金額", type = "yen", len = 11, negative = true, grade = "D" }},
]
"#
    ))
}

fn file(layout: &Layout, payer: &str, note: &str, amount: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(layout, WriteContext::default(), &mut bytes).expect("a writer");
    let value = |id: &str| match id {
        "payer" if !payer.is_empty() => Some(Cow::Borrowed(payer)),
        "note" if !note.is_empty() => Some(Cow::Borrowed(note)),
        "amount" => Some(Cow::Borrowed(amount)),
        _ => None,
    };
    writer.record("row", 0, &value).expect("a record");
    writer.finish().expect("a file");
    bytes
}

#[test]
fn people_get_an_apostrophe_where_a_machine_gets_the_bytes() {
    let shown = |readers: &str| {
        let bytes = file(&layout(readers, "utf-8", "minimal"), "=1+1", "+81-3", "-300");
        String::from_utf8(bytes).expect("UTF-8").lines().nth(1).map(str::to_owned)
    };
    assert_eq!(shown("readers = \"people\"").as_deref(), Some("=A,'=1+1,'+81-3,-300"), "constants and numbers stay");
    assert_eq!(shown("readers = \"machine\"").as_deref(), Some("=A,=1+1,+81-3,-300"));
    assert_eq!(shown(""), shown("readers = \"machine\""), "a machine, unless the layout says people");
}

proptest! {
    #[test]
    fn both_give_back_what_was_written(
        payer in "['=+@＝－世a -]{0,3}[世田谷=+',\"]{1,6}", note in "['=+@a-]{0,4}[a-z,\"']{1,4}", amount in -999_i64..999,
        people in any::<bool>(), cp932 in any::<bool>(), all in any::<bool>(),
    ) {
        let readers = if people { "readers = \"people\"" } else { "" };
        let layout = layout(readers, if cp932 { "cp932" } else { "utf-8" }, if all { "all" } else { "minimal" });
        let bytes = file(&layout, &payer, &note, &amount.to_string());
        let reading = round_trip(&layout, &bytes);
        prop_assert_eq!(&reading.rows[0].values["payer"], &payer);
        prop_assert_eq!(&reading.rows[0].values["note"], &note);
        prop_assert_eq!(&reading.rows[0].values["amount"], &amount.to_string());
    }
}
