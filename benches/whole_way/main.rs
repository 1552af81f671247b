//! Measures the whole way on this machine: file → topic → ledger, ledger → bank file, and one message at a time.
//!
//! `make bench` starts the servers and runs it. The roles run as separate processes of the release build, on a database, a
//! virtual host and a folder of their own, which are removed at the end; nothing is written into the checkout.
//! `RENKEI_BENCH_RECORDS` (default 1,000,000) scales all parts together; `RENKEI_BENCH_PART=orders` measures the bank files
//! alone; `RENKEI_BENCH_PROGRAM` names another build to measure. docs/PERFORMANCE.md says what the numbers mean.

/// A bare `COPY` of the same final rows.
mod baseline;
/// Database, virtual host, folder, and the roles as processes.
mod bed;
/// The file that is carried.
mod file;
/// One message after another over HTTP.
mod latency;
/// Payment orders → bank file.
mod orders;
/// Processor time of the database.
mod processor;
/// The file's way, watched from outside.
mod way;

use std::time::Duration;

use anyhow::Context;
use bed::{Bed, Role, Running};
use comfy_table::{CellAlignment, Table};

/// Records of the file unless `RENKEI_BENCH_RECORDS` says otherwise.
const RECORDS: u64 = 1_000_000;

fn main() -> anyhow::Result<()> {
    let records = match std::env::var("RENKEI_BENCH_RECORDS") {
        Ok(text) => text.replace(['_', ','], "").parse().context("RENKEI_BENCH_RECORDS must be a number")?,
        Err(_) => RECORDS,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let bed = Bed::open().await?;
        let outcome = measure(&bed, records).await;
        bed.close().await?;
        outcome
    })
}

async fn measure(bed: &Bed, records: u64) -> anyhow::Result<()> {
    let mut report = Report::new();
    report.row("machine", machine());

    let days = file::Days::of(&bed.pool).await?;
    if std::env::var("RENKEI_BENCH_PART").as_deref() == Ok("orders") {
        measure_orders(bed, records, &mut report).await?.stop().await?;
    } else {
        measure_file(bed, records, &days, &mut report).await?;
        let consume = measure_orders(bed, records, &mut report).await?;
        measure_messages(bed, &days, &mut report).await?;
        consume.stop().await?;
    }
    report.row("load average at the end", load());
    println!("{}", report.table);
    Ok(())
}

async fn measure_file(bed: &Bed, records: u64, days: &file::Days, report: &mut Report) -> anyhow::Result<()> {
    let (path, bytes) = file::write(bed, days, records)?;
    report.row("file", format!("{} records, {} MB", thousands(records), bytes / 1_000_000));
    let produce = bed.start(Role::Produce).await?;
    let consume = bed.start(Role::Consume).await?;
    let way = way::carry(bed, &path).await?;
    way.report(report, records);
    report.row("peak memory, produce", memory(produce.peak_kib()?));
    report.row("peak memory, consume", memory(consume.peak_kib()?));
    produce.stop().await?;
    consume.stop().await?;

    let bare = baseline::measure(bed).await?;
    report.row("bare COPY of the final rows", format!("{} rows in {}", thousands(bare.rows), seconds(bare.took)));
    report.row("bare COPY, records/s", thousands(per_second(records, bare.took)));
    report.row("ratio to bare COPY", hundredths(bare.took, way.posted));
    Ok(())
}

/// Leaves the consuming role running.
async fn measure_orders(bed: &Bed, records: u64, report: &mut Report) -> anyhow::Result<Running> {
    orders::make(bed, (records / 10).max(1)).await?;
    let consume = bed.start(Role::Consume).await?;
    let export = orders::export(bed).await?;
    report.row("payment orders → bank files", format!("{} in {} file(s)", thousands(export.transfers), export.files));
    report
        .row("made in", format!("{} ({} orders/s)", seconds(export.took), thousands(per_second(export.transfers, export.took))));
    if let Some(database) = export.database {
        report.row("  processor time of the database", seconds(database));
    }
    report.row("peak memory, consume (export)", memory(consume.peak_kib()?));
    Ok(consume)
}

async fn measure_messages(bed: &Bed, days: &file::Days, report: &mut Report) -> anyhow::Result<()> {
    let produce = bed.start(Role::Produce).await?;
    let latency = latency::measure(bed, days).await?;
    report.row("one HTTP message → posted, p50", milliseconds(latency.p50));
    report.row("one HTTP message → posted, p99", milliseconds(latency.p99));
    report.row("one HTTP message → 202, p50", milliseconds(latency.accepted_p50));
    produce.stop().await
}

/// The table that is printed.
struct Report {
    table: Table,
}

impl Report {
    fn new() -> Report {
        let mut table = Table::new();
        table.set_header(["whole way", ""]);
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        Report { table }
    }

    fn row(&mut self, name: &str, value: String) {
        eprintln!("{name}: {value}");
        self.table.add_row([name.to_owned(), value]);
    }
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib: u64 = memory.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    format!("{cores} cores, {} GiB, load average {}", kib / (1 << 20), load())
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

fn per_second(count: u64, took: Duration) -> u64 {
    count * 1000 / u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1)
}

fn hundredths(part: Duration, whole: Duration) -> String {
    let hundredths = part.as_millis() * 100 / whole.as_millis().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn seconds(took: Duration) -> String {
    format!("{}.{:02} s", took.as_secs(), took.subsec_millis() / 10)
}

fn milliseconds(took: Duration) -> String {
    format!("{}.{} ms", took.as_millis(), took.subsec_micros() % 1000 / 100)
}

fn memory(kib: u64) -> String {
    format!("{} MiB", kib / 1024)
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
