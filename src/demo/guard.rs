//! Whether this installation is the tour's own. It releases what waits to go out, on a day that is not today: in an
//! installation where others have work, it refuses to begin.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::Timestamp;
use renkei_consumers::db;
use renkei_consumers::inbound::{Batch, Filter, Intake, State};
use renkei_consumers::outbound::{Exporter, FileState, ListFilter};
use renkei_core::broker::management::Management;
use renkei_core::registry::Registry;

use super::{MAKER, NOW};
use crate::config::Config;
use crate::wiring;

/// How long the consumers of a process that was just killed may still be listed.
const CONSUMERS_WAIT: Duration = Duration::from_secs(5);
/// Batches looked at in one question.
const PAGE: u32 = 500;
/// Ends every refusal.
const REMEDY: &str = "the tour approves and releases what it finds, so it needs an installation of its own: \
    `compose/services reset` and `make demo` in a checkout for trying things out";

/// Refuses to begin where others are at work, with the first sign of it.
pub(super) async fn check(config: &Config, registry: &Arc<Registry>) -> anyhow::Result<()> {
    let pool = wiring::database(config).await?;
    if db::has_schema(&pool).await? {
        foreign_batches(&Intake::new(pool, registry.clone())).await?;
        foreign_files(&wiring::exporter(config, registry, "demo").await?).await?;
    }
    other_consumers(config, registry).await
}

async fn foreign_batches(batches: &Intake) -> anyhow::Result<()> {
    let mut before = None;
    loop {
        let page = batches.list(&Filter { before, rows_max: PAGE, ..Filter::default() }).await?;
        if let Some(foreign) = page.iter().find(|batch| has_effect(batch) && !is_ours(batch)) {
            bail!(
                "batch {} ({} of {}, {}) is not the tour's; {REMEDY}",
                foreign.id,
                foreign.file,
                foreign.topic,
                foreign.state.as_str()
            );
        }
        match page.last() {
            Some(last) => before = Some(last.id),
            None => return Ok(()),
        }
    }
}

/// What was refused whole has left nothing behind.
fn has_effect(batch: &Batch) -> bool {
    !matches!(batch.state, State::Rejected | State::Duplicate)
}

/// The tour's files come in by its doors at the instant its clock is stopped at.
fn is_ours(batch: &Batch) -> bool {
    let at = |text: &str| text.parse::<Timestamp>().ok();
    let by_our_doors =
        batch.sender == format!("folder:{}", batch.topic) || batch.sender == "http:tour" || batch.sender == "medium:tour";
    by_our_doors && at(&batch.received_at).is_some() && at(&batch.received_at) == at(NOW)
}

async fn foreign_files(exporter: &Exporter) -> anyhow::Result<()> {
    let nothing_left = |state| matches!(state, FileState::Empty | FileState::Refused | FileState::Void);
    let files = exporter.list(&ListFilter { rows_max: PAGE, ..ListFilter::default() }).await?;
    if let Some(foreign) = files.iter().find(|file| file.made_by != MAKER && !nothing_left(file.state)) {
        bail!("export file {} of {} was made by {}, not by the tour; {REMEDY}", foreign.id, foreign.topic, foreign.made_by);
    }
    Ok(())
}

/// Another process would take the tour's messages and post them on its own day.
async fn other_consumers(config: &Config, registry: &Registry) -> anyhow::Result<()> {
    let management = Management::new(&config.broker(registry))?;
    let begun = Instant::now();
    loop {
        let depths = management.queue_depths().await.context("cannot ask the broker who consumes")?;
        let Some(queue) = depths.into_iter().find(|queue| queue.consumers > 0) else { return Ok(()) };
        if begun.elapsed() > CONSUMERS_WAIT {
            bail!(
                "another process consumes {}: stop `renkei up` or `renkei consume` first, or it would take the tour's messages",
                queue.name
            );
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
