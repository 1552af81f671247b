//! How fast a 24-column CSV file is read: rows per second on one core, without and with making JSON of the records. And a
//! digital invoice of so many lines (XML).
//!
//! `cargo run --release -p renkei-core --example read_speed -- [rows]`

use std::io::{Cursor, Read};
use std::time::Instant;

use renkei_core::chunk::ChunkWriter;
use renkei_core::layout::Layout;
use renkei_core::layout::read::{Event, ReadLimits, read_file};

const LAYOUT: &str = include_str!("if12.toml");

const INVOICE_LAYOUT: &str = include_str!("../../integrations/16_invoices/layouts/ubl.toml");

/// An invoice with one line, of which there will be many.
const INVOICE: &str = include_str!("../../samples/IF16_20261006_002.xml");

const ROW: &str = "SKS,2026-CV-{n},1,2026,01,2105010101,12030000,20261005,20261030,陶芸教室受講料(後期),CER02,,1,,世田谷　次郎,セタガヤ　ジロウ,1540017,東京都世田谷区世田谷9-9-9,1,6000,6000,0,1,\r\n";

fn main() {
    let rows: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let layout = Layout::parse(LAYOUT, "if12.toml").unwrap_or_else(|errors| panic!("{errors}"));
    let names: Vec<&str> = layout.kinds()[0].fields.iter().map(|field| field.name.as_str()).collect();
    let mut file = format!("{}\r\n", names.join(",")).into_bytes();
    for number in 0..rows {
        file.extend_from_slice(ROW.replace("{n}", &format!("{number:08}")).as_bytes());
    }
    let keyless = LAYOUT.replace("key    =", "# key =");
    let keyless = Layout::parse(&keyless, "if12.toml").unwrap_or_else(|errors| panic!("{errors}"));
    let mut cp932 = Vec::new();
    let text = String::from_utf8_lossy(&file);
    renkei_core::charset::encode(renkei_core::layout::Encoding::Cp932, &text, &mut cp932)
        .unwrap_or_else(|error| panic!("{error}"));
    println!("{rows} rows, {} MB in UTF-8, {} MB in CP932", file.len() / 1_000_000, cp932.len() / 1_000_000);
    for (name, layout, file) in [("utf-8", &layout, &file), ("utf-8, no key", &keyless, &file), ("cp932", &layout, &cp932)] {
        for cut in [false, true] {
            measure(name, layout, Cursor::new(file), rows, cut);
        }
    }
    let (layout, invoice) = invoice(rows);
    println!("an invoice of {rows} lines, {} MB", invoice.len() / 1_000_000);
    for cut in [false, true] {
        measure("xml", &layout, Cursor::new(&invoice), rows, cut);
    }
}

/// The sample with its first line so many times. Its sums are those of other lines, so the rules are left out.
fn invoice(lines: u64) -> (Layout, Vec<u8>) {
    let toml = INVOICE_LAYOUT.replace("rules          = \"jp_pint\"", "");
    let layout = Layout::parse(&toml, "ubl.toml").unwrap_or_else(|errors| panic!("{errors}"));
    let (head, rest) = INVOICE.split_once("  <cac:InvoiceLine>").unwrap_or_else(|| panic!("the sample has a line"));
    let (line, _) = rest.split_once("</cac:InvoiceLine>").unwrap_or_else(|| panic!("the line ends"));
    let mut file = head.as_bytes().to_vec();
    for number in 0..lines {
        let line = line.replace("<cbc:ID>1<", &format!("<cbc:ID>{number}<"));
        file.extend_from_slice(format!("  <cac:InvoiceLine>{line}</cac:InvoiceLine>\n").as_bytes());
    }
    file.extend_from_slice(b"</Invoice>\n");
    (layout, file)
}

fn measure(name: &str, layout: &Layout, input: impl Read, rows: u64, cut: bool) {
    let mut writer = ChunkWriter::new(3_000, 1 << 20);
    let cpu_begin = cpu_nanos();
    let begin = Instant::now();
    let summary = read_file(layout, input, &ReadLimits::default(), |event| match event {
        Event::Record(record) if cut => drop(writer.push(record).expect("a record fits a chunk")),
        Event::Record(_) => {}
        Event::Fault(fault) => panic!("{fault:?}"),
    });
    let summary = summary.unwrap_or_else(|error| panic!("{error}"));
    assert!(summary.per_kind.iter().any(|kind| kind.1 == rows), "{:?}", summary.per_kind);
    let wall = begin.elapsed().as_nanos().max(1);
    let cpu = cpu_begin.zip(cpu_nanos()).map_or(wall, |(before, after)| u128::from(after - before)).max(1);
    let rate = |nanos: u128| u128::from(rows) * 1_000_000_000 / nanos;
    let what = if cut { "read and cut into chunks" } else { "read" };
    println!("{name:>14}, {what:<24} {:>9} rows/s of processor time, {:>9} rows/s by the clock", rate(cpu), rate(wall));
}

/// Processor time of this thread, where the system tells it: on a busy machine the clock says little.
fn cpu_nanos() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}
