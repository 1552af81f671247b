//! `write(read(x)) == x` over generated layouts and records, for x in canonical form.
//!
//! Canonical means: what the writer makes. Precisely: the layout's first encoding, its newline, quotes only where `quote` puts
//! them, dates in the first form, fixed fields filled as `pad` and `blank` say, JSON without white space but one line per
//! element and without empty keys. So x is made by the writer from generated values, and reading x and writing what was read must
//! give x again; and the values read must be those that were given.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use renkei_core::layout::Layout;
use renkei_core::layout::write::{WriteContext, Writer};

use crate::support::{read, round_trip};

/// What a generated field is like.
#[derive(Debug, Clone)]
struct Shape {
    ty: &'static str,
    len: usize,
    must: bool,
    form: &'static str,
    /// Numbers may be negative.
    negative: bool,
    /// Fixed: filling, where it is not the usual one.
    pad: &'static str,
    /// Capitals and digits only, which every encoding has.
    plain: bool,
}

fn shapes(fixed: bool) -> impl Strategy<Value = Vec<Shape>> {
    let types = if fixed {
        vec!["digits", "code", "ascii", "text", "kana", "int", "yen", "date", "year", "month", "mmdd"]
    } else {
        vec!["digits", "code", "ascii", "text", "int", "yen", "date", "year", "month", "time", "mmdd", "decimal", "timestamp"]
    };
    let forms = vec!["yyyymmdd", "yyyy-mm-dd", "yyyy/m/d", "era-kanji", "era-dots", "era-compact", "era-digit"];
    let pads = vec!["", "space-left", "space-right"];
    let flags = (any::<bool>(), any::<bool>());
    let shape = (prop::sample::select(types), 1_usize..14, flags, prop::sample::select(forms), prop::sample::select(pads));
    let shape = shape.prop_map(move |(ty, len, (must, negative), form, pad)| Shape {
        ty,
        len: match ty {
            "date" if fixed => 8,
            "date" => 12,
            "year" | "mmdd" => 4,
            "month" | "time" => 6,
            "timestamp" => 35,
            "text" if fixed => len * 3,
            _ => len,
        },
        must,
        form: if fixed { "yyyymmdd" } else { form },
        negative: negative && matches!(ty, "int" | "yen" | "decimal"),
        pad: if fixed && matches!(ty, "int" | "yen" | "code" | "ascii" | "text" | "kana") { pad } else { "" },
        plain: false,
    });
    prop::collection::vec(shape, 1..9)
}

/// Shapes of a fixed file in an encoding of single bytes.
fn single_byte_shapes() -> impl Strategy<Value = Vec<Shape>> {
    shapes(true).prop_map(|shapes| {
        let kept = shapes.into_iter().filter(|shape| shape.ty != "text");
        kept.map(|shape| Shape { plain: true, ..shape }).collect()
    })
}

/// A value of a shape; `None` where the field may be empty.
fn value(shape: &Shape, quotable: bool) -> BoxedStrategy<Option<String>> {
    let (len, negative) = (shape.len, shape.negative);
    let digits = |least: usize| proptest::string::string_regex(&format!("[0-9]{{{least},{len}}}")).expect("a pattern");
    let day = (1990_i16..2090, 1_i8..=12, 1_i8..=28);
    let ascii = if shape.plain {
        "[0-9A-Z]"
    } else if quotable {
        "[!-~]"
    } else {
        "[!#-+.-~]"
    };
    let text = if quotable {
        "[!-~あ-んア-ヶ一-龠、。　]"
    } else {
        "[0-9A-Za-zあ-んア-ヶ髙﨑①㈱日本東京都区民市川世田谷]"
    };
    let text_chars = if shape.ty == "text" && len.is_multiple_of(3) { len / 3 } else { len };
    let some: BoxedStrategy<String> = match shape.ty {
        // All zeros stand for nothing in a fixed file, so a digit that is not zero begins.
        "digits" => proptest::string::string_regex(&format!("[1-9][0-9]{{{0},{0}}}", len - 1)).expect("a pattern").boxed(),
        "code" | "ascii" => proptest::string::string_regex(&format!("{ascii}{{1,{len}}}")).expect("a pattern").boxed(),
        "text" => proptest::string::string_regex(&format!("{text}{{1,{text_chars}}}"))
            .expect("a pattern")
            .prop_filter("padding is no part of a value", |text| !text.ends_with(' ') && !text.starts_with(' '))
            .prop_filter("blanks are no value", |text| !text.chars().all(char::is_whitespace))
            .boxed(),
        "kana" => proptest::string::string_regex(&format!("[ｱ-ﾝA-Z0-9]{{1,{len}}}")).expect("a pattern").boxed(),
        "int" | "yen" => (digits(1), any::<bool>()).prop_map(move |(text, minus)| signed(&text, minus && negative, len)).boxed(),
        "decimal" => (0_u32..100_000, 0_u32..10_000)
            .prop_map(move |(whole, part)| {
                let sign = if negative && (whole, part) != (0, 0) && part % 2 == 1 { "-" } else { "" };
                format!("{sign}{}.{part:04}", u64::from(whole) % 10_u64.pow(len.min(9) as u32))
            })
            .boxed(),
        "date" => day.prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}")).boxed(),
        "year" => (1000_u32..10_000).prop_map(|year| year.to_string()).boxed(),
        "month" => day.prop_map(|(year, month, _)| format!("{year:04}-{month:02}")).boxed(),
        "mmdd" => day.prop_map(|(_, month, day)| format!("{month:02}-{day:02}")).boxed(),
        "time" => (0..24, 0..60, 0..60).prop_map(|(h, m, s)| format!("{h:02}:{m:02}:{s:02}")).boxed(),
        _ => day.prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}T10:15:00+09:00")).boxed(),
    };
    if shape.must { some.prop_map(Some).boxed() } else { proptest::option::of(some).boxed() }
}

/// A whole number; a sign takes one of the places.
fn signed(digits: &str, minus: bool, len: usize) -> String {
    let number = digits.parse::<u64>().expect("digits");
    let short = number % 10_u64.pow(len.saturating_sub(1) as u32);
    if minus && short > 0 { format!("-{short}") } else { number.to_string() }
}

fn fields(shapes: &[Shape], fixed: bool) -> String {
    let mut out = String::new();
    for (index, shape) in shapes.iter().enumerate() {
        let Shape { ty, len, must, form, negative, pad, .. } = shape;
        let _ = write!(out, " {{ id = \"f{index}\", name = \"項目{index}\", type = \"{ty}\", len = {len}, must = {must}");
        if *negative {
            out.push_str(", negative = true");
        }
        if !pad.is_empty() {
            let _ = write!(out, ", pad = \"{pad}\"");
        }
        match *ty {
            "date" => drop(write!(out, ", forms = [\"{form}\"]")),
            "kana" => out.push_str(", class = \"party_name\""),
            "int" | "yen" if fixed && !must => out.push_str(", blank = \"spaces\""),
            _ => {}
        }
        out.push_str(" },\n");
    }
    out
}

type Values = Vec<Option<String>>;

/// Rows of values for the shapes.
fn rows(shapes: &[Shape], quotable: bool) -> BoxedStrategy<Vec<Values>> {
    let row: Vec<BoxedStrategy<Option<String>>> = shapes.iter().map(|shape| value(shape, quotable)).collect();
    prop::collection::vec(row, 0..12).boxed()
}

fn file_of(layout: &Layout, rows: &[Values]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(layout, WriteContext::default(), &mut bytes).unwrap_or_else(|error| panic!("{error}"));
    for (at, row) in rows.iter().enumerate() {
        let value = |id: &str| {
            if id == "code" {
                return Some(Cow::Owned(format!("{at:04}")));
            }
            let index: usize = id.strip_prefix('f')?.parse().ok()?;
            row.get(index)?.as_deref().map(Cow::Borrowed)
        };
        writer.record("row", 0, &value).unwrap_or_else(|error| panic!("{error} {row:?}"));
    }
    writer.finish().unwrap_or_else(|error| panic!("{error}"));
    bytes
}

fn check(toml: &str, rows: &[Values]) {
    let layout = crate::layouts::parse(toml);
    let bytes = file_of(&layout, rows);
    let reading = round_trip(&layout, &bytes);
    for row in reading.rows.iter().filter(|row| row.kind == "row") {
        assert!(row.values.get("made").is_none_or(|made| made == "既定"), "{row:?}");
        assert_eq!(row.values.contains_key("made"), toml.contains("\"made\""));
    }
    let expected: Vec<BTreeMap<String, String>> = rows
        .iter()
        .map(|row| row.iter().enumerate().filter_map(|(index, value)| Some((format!("f{index}"), value.clone()?))).collect())
        .collect();
    let found: Vec<BTreeMap<String, String>> = reading
        .rows
        .into_iter()
        .filter(|row| row.kind == "row")
        .map(|row| row.values.into_iter().filter(|(id, _)| id.starts_with('f')).collect())
        .collect();
    assert_eq!(found, expected);
}

fn head(format: &str, encoding: &str, newline: &str, rest: &str) -> String {
    format!(
        "[layout]\nname = \"x\"\nversion = \"7\"\nformat = \"{format}\"\nencoding = \"{encoding}\"\nnewline = \"{newline}\"\n{rest}\n"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn csv(
        (shapes, rows) in shapes(false).prop_flat_map(|shapes| (Just(shapes.clone()), rows(&shapes, true))),
        encoding in prop::sample::select(vec!["utf-8", "utf-8-bom"]),
        newline in prop::sample::select(vec!["crlf", "crlf-between", "lf", "lf-between"]),
        quote in prop::sample::select(vec!["minimal", "all"]),
        header in prop::sample::select(vec!["names", "none"]),
        mark in any::<bool>(),
    ) {
        // One column and no value would be an empty line, which between separators cannot be told from no line.
        prop_assume!(shapes.len() > 1 || quote == "all");
        let rest = format!("final_1a = {mark}\n[csv]\nheader = \"{header}\"\nquote = \"{quote}\"");
        let toml = format!("{}[[record]]\nkind = \"row\"\noccurs = \"any\"\nfields = [\n{}]\n", head("csv", encoding, newline, &rest), fields(&shapes, false));
        check(&toml, &rows);
    }

    #[test]
    fn csv_without_quotes_and_with_a_default(
        (shapes, rows) in shapes(false).prop_flat_map(|shapes| (Just(shapes.clone()), rows(&shapes, false))),
        newline in prop::sample::select(vec!["crlf", "lf-between"]),
        header in prop::sample::select(vec!["names", "none"]),
    ) {
        let rest = format!("[csv]\nheader = \"{header}\"\nquote = \"none\"");
        let toml = format!(
            "{}[[record]]\nkind = \"row\"\noccurs = \"any\"\nfields = [\n{} {{ id = \"made\", name = \"既定\", type = \"text\", len = 4, default = \"既定\" }}]\n",
            head("csv", "utf-8", newline, &rest),
            fields(&shapes, false),
        );
        check(&toml, &rows);
    }

    #[test]
    fn fixed_in_single_bytes(
        (shapes, rows) in single_byte_shapes().prop_flat_map(|shapes| (Just(shapes.clone()), rows(&shapes, false))),
        (encoding, newline) in prop::sample::select(vec![("jis-x0201", "none"), ("jis-x0201", "crlf"), ("ebcdic-kana", "none")]),
    ) {
        let bytes: usize = shapes.iter().map(|shape| shape.len).sum::<usize>() + 1;
        let toml = format!(
            "{}[[record]]\nkind = \"row\"\ntag = \"2\"\noccurs = \"any\"\nfields = [{{ id = \"rec\", name = \"区分\", type = \"digits\", len = 1, const = \"2\" }},\n{}]\n",
            head("fixed", encoding, newline, &format!("[fixed]\nrecord_bytes = {bytes}")),
            fields(&shapes, true),
        );
        check(&toml, &rows);
    }

    #[test]
    fn json_map((shapes, rows) in shapes(false).prop_flat_map(|shapes| (Just(shapes.clone()), rows(&shapes, true)))) {
        let toml = format!(
            "{}[[record]]\nkind = \"row\"\noccurs = \"any\"\nkey = [\"code\"]\nfields = [{{ id = \"code\", name = \"番号\", type = \"digits\", len = 4, must = true }},\n{}]\n",
            head("json", "utf-8", "lf", "[json]\nitems = \"map\"\nmap_key = \"code\""),
            fields(&shapes, false),
        );
        check(&toml, &rows);
    }

    #[test]
    fn tagged_csv_in_cp932(
        (shapes, rows) in shapes(false).prop_flat_map(|shapes| (Just(shapes.clone()), rows(&shapes, false))),
        newline in prop::sample::select(vec!["crlf", "lf-between"]),
    ) {
        let toml = format!(
            "{}[[record]]\nkind = \"head\"\ntag = \"1\"\noccurs = \"one\"\nfields = [{{ id = \"rec\", name = \"区分\", type = \"digits\", len = 1, const = \"1\" }}, {{ id = \"ver\", name = \"版\", type = \"digits\", len = 1, auto = \"layout_version\" }}]\n\
             [[record]]\nkind = \"row\"\ntag = \"2\"\noccurs = \"any\"\nfields = [{{ id = \"rec\", name = \"区分\", type = \"digits\", len = 1, const = \"2\" }}, {{ id = \"no\", name = \"通番\", type = \"int\", len = 7, auto = \"sequence\" }},\n{}]\n\
             [[record]]\nkind = \"tail\"\ntag = \"8\"\noccurs = \"one\"\nfields = [{{ id = \"rec\", name = \"区分\", type = \"digits\", len = 1, const = \"8\" }}, {{ id = \"count\", name = \"件数\", type = \"int\", len = 7, must = true, total = {{ of = \"count\", kind = \"row\" }} }}]\n",
            head("csv", "cp932", newline, "[csv]\nheader = \"none\""),
            fields(&shapes, false),
        );
        check(&toml, &rows);
    }

    #[test]
    fn fixed(
        (shapes, rows) in shapes(true).prop_flat_map(|shapes| (Just(shapes.clone()), rows(&shapes, false))),
        newline in prop::sample::select(vec!["crlf", "crlf-between", "lf", "lf-between", "none"]),
        mark in any::<bool>(),
    ) {
        let bytes: usize = shapes.iter().map(|shape| shape.len).sum::<usize>() + 1;
        let toml = format!(
            "{}[[record]]\nkind = \"row\"\ntag = \"2\"\noccurs = \"any\"\nfields = [{{ id = \"rec\", name = \"区分\", type = \"digits\", len = 1, const = \"2\" }},\n{}]\n",
            head("fixed", "cp932", newline, &format!("final_1a = {mark}\n[fixed]\nrecord_bytes = {bytes}")),
            fields(&shapes, true),
        );
        check(&toml, &rows);
    }

    #[test]
    fn json(
        (shapes, rows) in shapes(false).prop_flat_map(|shapes| (Just(shapes.clone()), rows(&shapes, true))),
        items in prop::sample::select(vec!["array", "one-or-array", "lines"]),
    ) {
        let toml = format!(
            "{}[[record]]\nkind = \"row\"\noccurs = \"any\"\nfields = [\n{}]\n",
            head("json", "utf-8", "lf", &format!("[json]\nitems = \"{items}\"")),
            fields(&shapes, false),
        );
        check(&toml, &rows);
    }

    /// Whatever bytes come, reading ends, counts every byte, and never panics.
    #[test]
    fn any_bytes_at_all(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for toml in [crate::layouts::IF12, crate::layouts::ZENGIN_21, crate::layouts::ELTAX_18, crate::layouts::IF16, crate::layouts::ZENGIN_CODE] {
            let reading = read(&crate::layouts::parse(toml), &bytes);
            prop_assert_eq!(reading.summary.bytes, bytes.len() as u64);
        }
    }

    /// A good file with one byte changed is read as it is or refused; every finding has words.
    #[test]
    fn one_byte_changed(at in 0_usize..10_000, byte in any::<u8>()) {
        for (toml, file) in [(crate::layouts::ELTAX_18, crate::layouts::ELTAX_18_FILE), (crate::layouts::IF16, crate::layouts::IF16_FILE)] {
            let mut bytes = file.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            let reading = read(&crate::layouts::parse(toml), &bytes);
            for fault in &reading.faults {
                prop_assert!(renkei_core::catalogue::is_known(&fault.code), "{}", fault.code);
            }
        }
    }
}
