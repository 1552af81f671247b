//! `renkei demo`: carries the six built 連携 through both money loops on sample files, then shows what happened.
//!
//! A guided tour of named topics, so the one place of the program that names them. It plays both roles in one process, on the
//! real broker and database. Run twice it shows that nothing is posted or released a second time.

/// A payment notice file for the slips that were just exported.
mod notices;
/// What the tour prints.
mod report;
/// One step of the tour: a file in, or a file out.
mod steps;

use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, bail};
use renkei_consumers::ledger;
use renkei_core::registry::Registry;

use crate::cli::roles::Roles;
use crate::cli::{Exit, Global};
use crate::config::Config;
use crate::wiring;
use report::Report;
use steps::Tour;

/// The day of the tour. Its files are dated around it.
const NOW: &str = "2026-10-06T09:30:00+09:00";

/// Sample files, compiled in.
#[derive(rust_embed::RustEmbed)]
#[folder = "samples"]
struct Samples;

/// A sample file.
fn sample(name: &str) -> anyhow::Result<Vec<u8>> {
    Samples::get(name).map(|file| file.data.into_owned()).with_context(|| format!("the sample {name} is not compiled in"))
}

/// Runs the tour.
pub(crate) fn run(global: &Global) -> anyhow::Result<Exit> {
    if std::env::var_os("RENKEI_NOW").is_none() {
        return again_on_the_day();
    }
    let mut config = Config::load(global.config.as_deref())?;
    // The tour brings its own port, so that it runs beside `renkei up`.
    config.metrics_listen.clear();
    config.produce.http = None;
    config.produce.schedule = false;
    let registry = Arc::new(Registry::load()?);
    wiring::runtime()?.block_on(async {
        let shutdown = wiring::shutdown_on_signal()?;
        wiring::prepare(&config, &registry, true).await?;
        let roles = Roles { produce: false, consume: true };
        let running = wiring::start(&config, &registry, roles, shutdown.clone()).await?;
        let toured = tokio::select! {
            toured = tour(global, &config, &registry) => toured,
            () = shutdown.cancelled() => Err(anyhow::anyhow!("stopped before the tour was over")),
        };
        shutdown.cancel();
        running.wait().await?;
        toured
    })
}

/// The same program with its clock on the day of the samples.
fn again_on_the_day() -> anyhow::Result<Exit> {
    let program = std::env::current_exe()?;
    let status = Command::new(program).args(std::env::args_os().skip(1)).env("RENKEI_NOW", NOW).status()?;
    match status.code() {
        Some(0) => Ok(Exit::Done),
        Some(_) => Ok(Exit::Failed),
        None => bail!("the tour was ended by a signal"),
    }
}

async fn tour(global: &Global, config: &Config, registry: &Arc<Registry>) -> anyhow::Result<Exit> {
    let mut tour = Tour::open(config, registry).await?;
    let mut report = Report::new(global);

    report.heading("歳入: 調定 → 納付書 → 納付", "Revenue: assessments → payment slips → payments");
    let assessments =
        tour.send("12", "IF12_SKS_20261005093000_001.csv", &sample("IF12_SKS_20261005093000_001.csv")?, &mut report).await?;
    tour.send("12", "IF12_SKS_20261005100000_002_faulty.csv", &sample("IF12_SKS_20261005100000_002_faulty.csv")?, &mut report)
        .await?;
    let slips = tour.export("17", "", &[], &mut report).await?;
    let notice = notices::for_slips(&tour, slips.as_ref()).await?;
    if let Some((name, bytes)) = notice {
        tour.send("18", &name, &bytes, &mut report).await?;
    }

    report.heading("歳出: 請求 → 支出命令 → 口座振替支払データ", "Expenditure: invoices → payment orders → bank file");
    tour.send("01", "IF01_20261001_001.csv", &sample("IF01_20261001_001.csv")?, &mut report).await?;
    tour.send("16", "IF16_20261006_001.json", &sample("IF16_20261006_001.json")?, &mut report).await?;
    let drafts = ledger::payment_orders(&tour.pool, "draft", i64::MAX).await?;
    if !drafts.is_empty() {
        let numbers: Vec<String> = drafts.iter().map(|order| order.no.clone()).collect();
        let approved = ledger::approve_payment_orders(&tour.pool, &numbers, "kacho", "2026-10-06").await?;
        report.line(&format!("決裁 (kacho): {approved} 件"), &format!("approved by kacho: {approved}"));
    }
    let transfers = tour.export("09", "mizuho_advanced", &[("pay_date", "2026-10-23")], &mut report).await?;

    report.table();
    report.journal(&ledger::journal_of_batch(&tour.pool, assessments, 8).await?);
    for file in [slips, transfers].into_iter().flatten() {
        report.file(&file, &tour.outbox);
    }
    report.next_steps();
    Ok(Exit::Done)
}
