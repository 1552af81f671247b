//! `renkei demo`: carries samples of all fifteen inbound 連携, both money loops through to the files that leave, the other seven files
//! that go out, and shows what happened.
//!
//! A guided tour of named topics, so the one place of the program that names them. It plays both roles in one process, on the
//! real broker and database, and comes in by the doors every partner uses: a watched folder, the HTTP intake, a medium. Run twice, or
//! after it was killed, it finishes what was begun and shows that nothing is posted or released a second time.

/// The doors of the tour: its folder, its HTTP intake, its token.
mod doors;
/// Whether this installation is the tour's own.
mod guard;
/// A payment notice file for the slips that were just exported.
mod notices;
/// The other inbound integrations.
mod others;
/// Files that go out.
mod outgoing;
/// The other files that go out.
mod partners;
/// What the tour prints.
mod report;
/// Files that come in.
mod steps;

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;

use anyhow::Context;
use renkei_consumers::inbound::State;
use renkei_consumers::ledger;
use renkei_core::registry::Registry;

use crate::cli::roles::Roles;
use crate::cli::{Exit, Global};
use crate::config::Config;
use crate::{samples, wiring};
use doors::Doors;
use outgoing::Wanted;
use report::Report;
use steps::{Expected, Tour};

/// The day of the tour. Its files are dated around it.
const NOW: &str = "2026-10-06T09:30:00+09:00";
/// The same without its time.
const TODAY: &str = "2026-10-06";
/// Who orders files.
const MAKER: &str = "demo:tantosha";
/// Who approves and releases them.
const APPROVER: &str = "demo:kakunin";

/// Runs the tour.
pub(crate) fn run(global: &Global) -> anyhow::Result<Exit> {
    if std::env::var("RENKEI_NOW").as_deref() != Ok(NOW) {
        return again_on_the_day();
    }
    let config = Config::load(global.config.as_deref())?;
    let doors = Doors::open(&config.data.join("demo"))?;
    let config = doors.settings(config);
    let registry = Arc::new(Registry::load()?);
    wiring::runtime()?.block_on(async {
        let shutdown = wiring::shutdown_on_signal()?;
        // First of all: in an installation of others not even the schema is touched.
        guard::check(&config, &registry).await?;
        wiring::prepare(&config, &registry, Roles { consume: true, ..Roles::default() }).await?;
        let roles = Roles { produce: true, consume: true, console: false };
        let mut running = wiring::start(&config, &registry, roles, shutdown.clone()).await?;
        tokio::select! { () = running.ready() => {}, () = shutdown.cancelled() => {} }
        // A role that fails cancels `shutdown`, and so ends the tour.
        let working = tokio::spawn(running.wait());
        let toured = tokio::select! {
            toured = tour(global, &config, &registry, doors) => toured,
            () = shutdown.cancelled() => Err(anyhow::anyhow!("stopped before the tour was over")),
        };
        shutdown.cancel();
        // Why a role failed says more than that the tour was stopped by it.
        working.await??;
        toured
    })
}

/// The same process with its clock on the day of the samples: a signal to it reaches the tour.
fn again_on_the_day() -> anyhow::Result<Exit> {
    let program = std::env::current_exe()?;
    let failed = Command::new(program).args(std::env::args_os().skip(1)).env("RENKEI_NOW", NOW).exec();
    Err(failed).context("cannot start the tour on its day")
}

async fn tour(global: &Global, config: &Config, registry: &Arc<Registry>, doors: Doors) -> anyhow::Result<Exit> {
    let mut tour = Tour::open(global, config, registry, doors).await?;
    let mut report = Report::new(global);
    ledger::book_sample_past(&tour.pool).await?;

    report.heading("歳入: 調定 → 納付書 → 納付", "Revenue: assessments → payment slips → payments");
    let name = "IF12_SKS_20261005093000_001.csv";
    let expected = Expected { state: State::Held, read: 10, posted: 9, held: 1 };
    let assessments = tour.drop_file("12", name, &samples::get(name)?, &expected, &mut report).await?;
    let name = "IF12_SKS_20261005100000_002_faulty.csv";
    let expected = Expected { state: State::Rejected, read: 4, posted: 0, held: 0 };
    tour.drop_file("12", name, &samples::get(name)?, &expected, &mut report).await?;
    let wanted = Wanted { topic: "17", profile: "", params: &[], key: None, carries: Some((5, 33_000)) };
    let slips = tour.export(&wanted, &mut report).await?;
    let (name, notices) = notices::for_slips(&tour, &slips).await?;
    let expected = Expected { state: State::Held, read: 10, posted: 9, held: 1 };
    tour.drop_file("18", name, &notices, &expected, &mut report).await?;

    report.heading("歳出: 請求 → 支出命令 → 口座振替支払データ", "Expenditure: invoices → payment orders → bank file");
    let name = "IF01_20261001_001.csv";
    let expected = Expected { state: State::Posted, read: 3, posted: 3, held: 0 };
    tour.drop_file("01", name, &samples::get(name)?, &expected, &mut report).await?;
    let expected = Expected { state: State::Held, read: 9, posted: 7, held: 2 };
    let records = samples::get("IF16_20261006_001.records.json")?;
    let invoices = tour.post_records("16", "IF16_20261006_001.json", records, &expected, &mut report).await?;
    // 決裁 of the tour's own orders and no others.
    let drafts = ledger::drafts_of_batch(&tour.pool, invoices).await?;
    if !drafts.is_empty() {
        let approved = ledger::approve_payment_orders(&tour.pool, &drafts, "kacho", TODAY).await?;
        report.line(&format!("決裁 (kacho): {approved} 件"), &format!("approved by kacho: {approved}"));
    }
    let params = [("pay_date", "2026-10-23")];
    let carries = Some((2, 3_437_832));
    let wanted = Wanted { topic: "09", profile: "mizuho_advanced", params: &params, key: None, carries };
    let transfers = tour.export(&wanted, &mut report).await?;

    report.heading("そのほかの連携", "The other integrations");
    let welfare = others::hand_in(&mut tour, &mut report).await?;

    report.heading("ほかの相手先へ送るファイル", "Files to the other partners");
    let others = partners::send(&mut tour, welfare, &mut report).await?;

    report.table();
    report.journal(&ledger::journal_of_batch(&tour.pool, assessments, 8).await?);
    for file in [&slips, &transfers].into_iter().chain(&others) {
        report.file(file, &tour.path_of(file).await?);
    }
    report.end();
    Ok(Exit::Done)
}
