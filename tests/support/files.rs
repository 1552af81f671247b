//! Files as a partner would send them, written through the layouts that read them: a changed layout changes the tests' files too.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use renkei_core::layout::write::{WriteContext, Writer};
use renkei_core::layout::{Layout, Newline};
use renkei_core::registry::{Registry, Sources};
use serde_json::{Value, json};

use super::root;

/// Field id to value.
pub(crate) type Row = BTreeMap<&'static str, String>;

/// The table of topics with one more line in a topic's entry.
pub(crate) fn queues_with(slug: &str, line: &str) -> String {
    let entry = format!("slug      = \"{slug}\"\n");
    let text = std::fs::read_to_string(root().join("queues.toml")).unwrap();
    assert!(text.contains(&entry), "queues.toml has another form");
    text.replace(&entry, &format!("{entry}{line}\n"))
}

/// A row out of pairs.
pub(crate) fn row<const N: usize>(pairs: [(&'static str, &str); N]) -> Row {
    pairs.into_iter().map(|(id, value)| (id, value.to_owned())).collect()
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let sources = Sources { queues: Some(root().join("queues.toml")), integrations: Some(root().join("integrations")) };
    Registry::load_from(&sources).unwrap_or_else(|errors| panic!("{errors}"))
});

/// The first layout of a topic.
pub(crate) fn layout(topic: &str) -> Arc<Layout> {
    let topic = REGISTRY.topic(topic).expect("a topic of queues.toml");
    topic.integration.as_ref().expect("a built topic").layouts[0].1.clone()
}

/// The first layout of the answers to a topic's files.
pub(crate) fn answers(topic: &str) -> Arc<Layout> {
    let answers = REGISTRY.topic(topic).and_then(|topic| topic.results.as_ref()).expect("a topic whose partner answers");
    answers.integration.as_ref().expect("a built topic").layouts[0].1.clone()
}

/// A file of these records.
pub(crate) fn write(layout: &Layout, rows: &[(&str, Row)]) -> Vec<u8> {
    let mut layout = layout.clone();
    // Layouts that read every newline have none to write.
    layout.newline = Newline::Crlf;
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&layout, WriteContext::default(), &mut bytes).unwrap();
    for (kind, row) in rows {
        let written = writer.record(kind, 0, &|id| row.get(id).map(|value| Cow::Borrowed(value.as_str())));
        written.unwrap_or_else(|error| panic!("{kind}: {error}"));
    }
    writer.finish().unwrap();
    bytes
}

/// Names of the topics these files are for.
pub(crate) const ASSESSMENTS: &str = "12_civic_assessments";
pub(crate) const CLEARINGS: &str = "14_civic_clearings";
pub(crate) const SLIPS: &str = "17_eltax_payment_slips";
pub(crate) const PAYMENTS: &str = "18_eltax_payments";
pub(crate) const BANKS: &str = "01_financial_institutions";
pub(crate) const INVOICES: &str = "16_invoices";
pub(crate) const TRANSFERS: &str = "09_bank_transfers";

/// A new course fee. `method` 4 is paid by eLTAX slip, 1 by a slip of the ward.
pub(crate) fn assessment(key: &str, yen: i64, method: &str) -> Row {
    let amount = yen.to_string();
    row([
        ("source", "SKS"),
        ("source_key", key),
        ("action", "1"),
        ("fiscal_year", "2026"),
        ("fund", "01"),
        ("budget_line", "2105010101"),
        ("organization", "12030000"),
        ("assessed_on", "2026-10-05"),
        ("due_on", "2026-10-30"),
        ("reason", "陶芸教室受講料(後期)"),
        ("item_code", "CER02"),
        ("payer_type", "1"),
        ("payer_name", "髙田　一郎"),
        ("payer_kana", "タカダ　イチロウ"),
        ("postal", "1540017"),
        ("address", "東京都世田谷区世田谷1〜9"),
        ("qty", "1"),
        ("unit_yen", &amount),
        ("amount", &amount),
        ("tax_class", "0"),
        ("method", method),
    ])
}

/// The same as JSON, numbers as numbers.
pub(crate) fn assessment_record(key: &str, yen: i64) -> Value {
    let fields = assessment(key, yen, "1").into_iter().map(|(id, value)| {
        let number = ["fiscal_year", "qty", "unit_yen", "amount"].contains(&id);
        (id.to_owned(), if number { json!(value.parse::<i64>().unwrap()) } else { json!(value) })
    });
    Value::Object(fields.collect())
}

/// A file of `count` course fees of 1,000 yen and up whose keys begin with `prefix`; with it its total.
pub(crate) fn assessments(prefix: &str, count: i64, method: &str) -> (Vec<u8>, i64) {
    let rows: Vec<(&str, Row)> =
        (1..=count).map(|number| ("assessment", assessment(&format!("{prefix}-{number:06}"), 1_000 + number, method))).collect();
    (write(&layout(ASSESSMENTS), &rows), (1..=count).map(|number| 1_000 + number).sum())
}

/// A zip archive of one stored file.
pub(crate) fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let bytes = u32::try_from(content.len()).unwrap();
    let mut both = [20_u16, 1 << 11, 0, 0, 0].map(u16::to_le_bytes).concat();
    both.extend([crc32fast::hash(content), bytes, bytes].map(u32::to_le_bytes).concat());
    both.extend([u16::try_from(name.len()).unwrap(), 0].map(u16::to_le_bytes).concat());
    let member = [b"PK\x03\x04", both.as_slice(), name.as_bytes(), content].concat();
    let directory = [b"PK\x01\x02\x14\x00", both.as_slice(), &[0; 14], name.as_bytes()].concat();
    let lengths = [directory.len(), member.len()].map(|length| u32::try_from(length).unwrap().to_le_bytes()).concat();
    [member.as_slice(), &directory, b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &lengths, &[0, 0]].concat()
}
