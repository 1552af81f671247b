//! `renkei ledger lineage`: ledger lines beside the bytes they come from and the files that carry them; a record of an outgoing file, a
//! cell of the survey, back to what makes it.

use clap::Args;
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger::cells::{self, Cell, CellFact};
use renkei_consumers::ledger::lineage::{self, Lineage, Source};
use renkei_core::archive::Archive;
use renkei_core::charset::{self, Encoding};
use renkei_core::words;
use serde_json::{Value, json};

use super::print::{say, table};
use super::{Global, ledger};

/// Where to begin.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("from").required(true).args(["place", "order", "file"]))]
pub(crate) struct LineageArgs {
    /// Entry and line of the file, as the journal shows them: 12/3
    #[arg(value_parser = parse_place)]
    place: Option<(i64, i64)>,
    /// Payment order number (支出命令番号)
    #[arg(long)]
    order: Option<String>,
    /// Exported file number
    #[arg(long, requires = "record")]
    file: Option<i64>,
    /// Record of the exported file
    #[arg(long, requires = "file")]
    record: Option<i64>,
}

fn parse_place(text: &str) -> Result<(i64, i64), String> {
    let read = || {
        let (entry, line) = text.split_once('/')?;
        Some((entry.parse().ok()?, line.parse().ok()?))
    };
    read().ok_or_else(|| "ENTRY/LINE, e.g. 12/3".to_owned())
}

/// Finds it and prints it.
pub(super) async fn run(global: &Global, pool: &PgPool, archive: &Archive, args: &LineageArgs) -> anyhow::Result<()> {
    match (args.place, &args.order, args.file, args.record) {
        (Some((entry, line)), ..) => one(global, told(global, &lineage::of_line(pool, archive, entry, line).await?)),
        (None, Some(order), ..) => one(global, told(global, &lineage::of_order(pool, archive, order).await?)),
        (None, None, Some(file), Some(record)) => {
            let mut found = Vec::new();
            for about in lineage::of_record(pool, file, record).await? {
                match cells::cell_of_file(pool, file, about.object_id).await?.filter(|_| about.object == "settlement_cell") {
                    Some(cell) => found.push(cell_told(global, &cell, &cells::facts_of_cell(pool, cell.id).await?)),
                    None => found.push(told(global, &lineage::of_object(pool, archive, &about).await?)),
                }
            }
            // A record may be about several things: with --json one list of them.
            if global.json {
                println!("{}", Value::Array(found));
            }
        }
        _ => {}
    }
    Ok(())
}

fn one(global: &Global, told: Value) {
    if global.json {
        println!("{told}");
    }
}

/// Prints it; with `--json` it is given back instead.
fn told(global: &Global, lineage: &Lineage) -> Value {
    if global.json {
        let texts: Vec<_> = lineage.sources.iter().map(|source| text(&source.bytes)).collect();
        let bytes: Vec<_> = lineage.sources.iter().map(|source| charset::hex_bytes(&source.bytes)).collect();
        return json!({"lineage": lineage, "texts": texts, "bytes": bytes});
    }
    let lang = global.lang;
    ledger::journal(global, &lineage.lines);
    if let Some(file) = lineage.origin.as_ref().and_then(|origin| origin.exported) {
        println!("{} {file}", say(lang, "払い出しで記帳した送出ファイル", "booked by the release of exported file"));
    }
    if lineage.sources.is_empty() {
        println!("{}", say(lang, "受け付けたファイルによるものではありません", "no file brought it"));
    }
    for source in &lineage.sources {
        print_source(global, source);
    }
    let rows = lineage.carriers.iter().map(|one| {
        let record = one.record.map(|record| record.to_string()).unwrap_or_default();
        vec![
            one.file.to_string(),
            one.topic.clone(),
            one.name.clone().unwrap_or_default(),
            record,
            words::file_state(lang, &one.state),
        ]
    });
    let headings = [">送出ファイル", "連携", "ファイル", ">レコード", "状態"];
    let english = [">exported file", "topic", "name", ">record", "state"];
    let headings = if lang == renkei_core::catalogue::Lang::Ja { headings } else { english };
    if !lineage.carriers.is_empty() {
        println!("{}", table(&headings, rows.collect()));
    }
    Value::Null
}

fn print_source(global: &Global, source: &Source) {
    let (lang, place) = (global.lang, &source.place);
    let line = place.line.map(|line| format!(" · {} {line}", say(lang, "行", "line"))).unwrap_or_default();
    println!("{} {}{line} · {} · {}", say(lang, "受付", "batch"), place.batch, place.topic, place.file);
    if let (Some(message), Some(chunk)) = (&place.message, place.chunk) {
        println!("{} {message} ({chunk}/{})", say(lang, "メッセージ", "message"), place.chunks);
    }
    println!("sha256 {} · {}", place.sha256, place.archive);
    for record in &source.records {
        let to = record.byte_offset + i64::from(record.byte_length);
        println!("{} {} {}–{to}: {}", record.kind, say(lang, "バイト", "bytes"), record.byte_offset, record.fields);
    }
    if !source.bytes.is_empty() {
        println!("{}\n{}", say(lang, "原本の該当部分", "the original says"), text(&source.bytes));
    }
}

/// The same for a cell.
fn cell_told(global: &Global, cell: &Cell, facts: &[CellFact]) -> Value {
    if global.json {
        return json!({"cell": cell, "facts": facts});
    }
    let place = [&cell.table_no, &cell.row_no, &cell.column_no].map(String::as_str).join("-");
    println!("{place} {} · {} · {}", cell.row_name, cell.column_name, cell.yen);
    let rows = facts.iter().map(|fact| {
        let line = [fact.fund.as_deref(), fact.budget_line.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("-");
        let yen = fact.yen * i64::from(fact.sign);
        vec![line, fact.line_name.clone(), fact.words(), yen.to_string(), fact.postings.to_string()]
    });
    let headings = ["予算科目", "名称", "区分", ">円", ">仕訳数"];
    let english = ["budget line", "name", "words", ">yen", ">postings"];
    let headings = if global.lang == renkei_core::catalogue::Lang::Ja { headings } else { english };
    println!("{}", table(&headings, rows.collect()));
    Value::Null
}

/// The bytes as a person reads them: UTF-8 or CP932, else in hexadecimal.
fn text(bytes: &[u8]) -> String {
    let read = [Encoding::Utf8, Encoding::Cp932].into_iter().find_map(|encoding| charset::decode(encoding, bytes).ok());
    read.map_or_else(|| charset::hex_bytes(bytes), |text| text.trim_end().to_owned())
}
