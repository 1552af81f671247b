//! `renkei ledger lineage`: ledger lines beside the bytes they come from.

use renkei_consumers::ledger::lineage::Lineage;
use renkei_core::charset::{self, Encoding};

use super::print::say;
use super::{Global, ledger};

/// Prints it.
pub(super) fn print(global: &Global, lineage: &Lineage) {
    let text = text(&lineage.bytes);
    if global.json {
        let bytes = charset::hex_bytes(&lineage.bytes);
        println!("{}", serde_json::json!({"lineage": lineage, "text": text, "bytes": bytes}));
        return;
    }
    let lang = global.lang;
    ledger::journal(global, &lineage.lines);
    let origin = &lineage.origin;
    let source = match (origin.batch, origin.exported) {
        (Some(batch), _) => format!("{} {batch}", say(lang, "バッチ", "batch")),
        (None, file) => format!("{} {}", say(lang, "送付ファイル", "exported file"), file.unwrap_or_default()),
    };
    println!("{source} · {} · {}\nsha256 {} · {}", origin.topic, origin.file, origin.sha256, origin.archive);
    for record in &lineage.records {
        let to = record.byte_offset + i64::from(record.byte_length);
        println!("{} {} {}–{to}: {}", record.kind, say(lang, "バイト", "bytes"), record.byte_offset, record.fields);
    }
    if !lineage.bytes.is_empty() {
        println!("{}\n{text}", say(lang, "原本の該当部分", "the original says"));
    }
}

/// The bytes as a person reads them: UTF-8 or CP932, else in hexadecimal.
fn text(bytes: &[u8]) -> String {
    let read = [Encoding::Utf8, Encoding::Cp932].into_iter().find_map(|encoding| charset::decode(encoding, bytes).ok());
    read.map_or_else(|| charset::hex_bytes(bytes), |text| text.trim_end().to_owned())
}
