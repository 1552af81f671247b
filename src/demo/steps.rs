//! Files that come in: handed in at a door, awaited, and compared with what the tour expects.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use renkei_consumers::db::PgPool;
use renkei_consumers::inbound::{Batch, Filter, Intake, IntakeError, State};
use renkei_consumers::outbound::Exporter;
use renkei_core::registry::Registry;
use renkei_producers::intake::claim::HandedIn;
use renkei_producers::send;

use super::doors::{Doors, write_whole};
use super::report::Report;
use crate::cli::{Global, progress};
use crate::config::Config;
use crate::wiring;

/// Longest wait for one file of the tour.
pub(super) const STEP_WAIT: Duration = Duration::from_secs(120);
/// Pause between two looks.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What the steps share.
pub(super) struct Tour<'g> {
    pub(super) global: &'g Global,
    pub(super) pool: PgPool,
    pub(super) registry: Arc<Registry>,
    pub(super) config: Config,
    pub(super) doors: Doors,
    pub(super) exporter: Exporter,
    batches: Intake,
}

/// What must become of a file.
#[derive(Debug)]
pub(super) struct Expected {
    /// The first time. Later it is a duplicate, or rejected again.
    pub(super) state: State,
    /// Records read.
    pub(super) read: i64,
    /// Records posted.
    pub(super) posted: i64,
    /// Records that wait for a person.
    pub(super) held: i64,
}

impl<'g> Tour<'g> {
    pub(super) async fn open(
        global: &'g Global,
        config: &Config,
        registry: &Arc<Registry>,
        doors: Doors,
    ) -> anyhow::Result<Tour<'g>> {
        let pool = wiring::database(config).await?;
        Ok(Tour {
            global,
            batches: Intake::new(pool.clone(), registry.clone()).with_source("demo"),
            exporter: wiring::exporter(config, registry, "demo").await?,
            pool,
            registry: registry.clone(),
            config: config.clone(),
            doors,
        })
    }

    /// Drops a file into the watched folder and waits until its batch is decided. Gives the number of the batch that holds its
    /// records: its own, or the one it repeats.
    pub(super) async fn drop_file(
        &mut self,
        topic: &str,
        name: &str,
        bytes: &[u8],
        expected: &Expected,
        report: &mut Report<'_>,
    ) -> anyhow::Result<i64> {
        let started = Instant::now();
        let slug = self.slug(topic)?;
        let newest = |rows_max| Filter { topic: Some(slug.clone()), rows_max, ..Filter::default() };
        let before = self.batches.list(&newest(1)).await?.first().map_or(0, |batch| batch.id);
        self.doors.drop_file(&slug, name, bytes)?;
        let look = async || -> anyhow::Result<Option<Batch>> {
            let batches = self.batches.list(&newest(20)).await?;
            Ok(batches.into_iter().rev().find(|batch| batch.id > before && batch.file == name && is_decided(batch)))
        };
        let batch = self.awaited(name, look).await?;
        self.told(batch, started.elapsed(), expected, report).await
    }

    /// Posts records to the HTTP intake and waits until their batch is decided; else as [`drop_file`](Self::drop_file).
    pub(super) async fn post_records(
        &mut self,
        topic: &str,
        name: &str,
        body: Vec<u8>,
        expected: &Expected,
        report: &mut Report<'_>,
    ) -> anyhow::Result<i64> {
        let started = Instant::now();
        let delivery = self.doors.post_records(&self.slug(topic)?, name, body).await?;
        let look = async || match self.batches.find(&delivery).await {
            Ok(batch) => Ok(Some(batch).filter(is_decided)),
            Err(IntakeError::Unknown(_)) => Ok(None),
            Err(error) => Err(error.into()),
        };
        let batch = self.awaited(name, look).await?;
        self.told(batch, started.elapsed(), expected, report).await
    }

    /// Puts a document into the watched folder, before the file that names it.
    pub(super) fn lay_beside(&self, topic: &str, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.doors.drop_file(&self.slug(topic)?, name, bytes)
    }

    /// Hands in a file as if a registered medium had carried it; else as [`drop_file`](Self::drop_file).
    pub(super) async fn carry_medium(
        &mut self,
        topic: &str,
        name: &str,
        bytes: &[u8],
        with: HandedIn,
        expected: &Expected,
        report: &mut Report<'_>,
    ) -> anyhow::Result<()> {
        let started = Instant::now();
        let carried = self.doors.folder.join("medium");
        std::fs::create_dir_all(&carried).with_context(|| format!("cannot make {}", carried.display()))?;
        let path = carried.join(name);
        write_whole(&path, bytes)?;
        let publisher = wiring::publisher(&self.config, &self.registry, "demo")?;
        let intake = wiring::intake(&self.config, &self.registry, &publisher)?;
        let sent = send::send(&intake, topic, &path, with, None).await;
        publisher.close().await;
        let delivery = sent?.delivery.delivery.to_string();
        let look = async || match self.batches.find(&delivery).await {
            Ok(batch) => Ok(Some(batch).filter(is_decided)),
            Err(IntakeError::Unknown(_)) => Ok(None),
            Err(error) => Err(error.into()),
        };
        let batch = self.awaited(name, look).await?;
        self.told(batch, started.elapsed(), expected, report).await.map(|_| ())
    }

    fn slug(&self, topic: &str) -> anyhow::Result<String> {
        Ok(self.registry.topic(topic).context("the tour's topics are in queues.toml")?.slug.to_string())
    }

    async fn awaited(&self, name: &str, look: impl AsyncFn() -> anyhow::Result<Option<Batch>>) -> anyhow::Result<Batch> {
        let waiting = progress::waiting(self.global, name, name);
        let begun = Instant::now();
        let found = loop {
            match look().await {
                Ok(None) if begun.elapsed() < STEP_WAIT => tokio::time::sleep(LOOK_EVERY).await,
                Ok(None) => {
                    break Err(anyhow::anyhow!(
                        "{name} was handed in, but nothing has decided it; `renkei failed list` shows parked messages"
                    ));
                }
                Ok(Some(batch)) => break Ok(batch),
                Err(error) => break Err(error),
            }
        };
        waiting.clear();
        found
    }

    /// Reports a decided batch and compares it with what was expected.
    async fn told(&self, batch: Batch, took: Duration, expected: &Expected, report: &mut Report<'_>) -> anyhow::Result<i64> {
        report.batch(&batch, took);
        for finding in self.batches.findings(batch.id).await? {
            report.finding(&finding);
        }
        for fault in self.batches.faults(batch.id).await?.iter().take(4) {
            report.fault(&fault.as_fault());
        }
        let original = match batch.duplicate_of {
            Some(original) if batch.state == State::Duplicate => self.batches.get(original).await?,
            _ => batch.clone(),
        };
        compare(&batch, &original, expected)?;
        Ok(original.id)
    }
}

fn is_decided(batch: &Batch) -> bool {
    !matches!(batch.state, State::Received | State::Staged)
}

/// The first time, counts and state are those expected. A duplicate must repeat a file that is live; what became of its held
/// lines since then is a person's affair.
fn compare(batch: &Batch, original: &Batch, expected: &Expected) -> anyhow::Result<()> {
    let file = &batch.file;
    if batch.state == State::Duplicate {
        if batch.id == original.id || !matches!(original.state, State::Posted | State::Held) {
            bail!(
                "{file}: a duplicate must name the live batch it repeats; batch {} is {}",
                original.id,
                original.state.as_str()
            );
        }
        return Ok(());
    }
    let found = (batch.state, batch.records_read, batch.records_posted, batch.records_held);
    if found != (expected.state, expected.read, expected.posted, expected.held) {
        let (state, read, posted, held) = found;
        bail!(
            "{file}: expected {} with {} records read, {} posted and {} held; it is {} with {read} read, {posted} posted and {held} held",
            expected.state.as_str(),
            expected.read,
            expected.posted,
            expected.held,
            state.as_str()
        );
    }
    Ok(())
}
