//! One step of the tour: a file in, or a file out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use renkei_consumers::db::PgPool;
use renkei_consumers::inbound::{Batch, Intake, State};
use renkei_consumers::outbound::{ExportFile, Exporter, FileState, OrderRequest};
use renkei_core::registry::Registry;
use renkei_producers::intake::claim::HandedIn;
use renkei_producers::send;

use super::report::Report;
use crate::cli::export;
use crate::config::Config;
use crate::wiring;

/// Longest wait for one file of the tour.
const STEP_WAIT: Duration = Duration::from_secs(120);

/// What the steps share.
pub(super) struct Tour {
    pub(super) pool: PgPool,
    pub(super) registry: Arc<Registry>,
    pub(super) outbox: PathBuf,
    pub(super) folder: PathBuf,
    config: Config,
    batches: Intake,
    pub(super) exporter: Exporter,
}

impl Tour {
    pub(super) async fn open(config: &Config, registry: &Arc<Registry>) -> anyhow::Result<Tour> {
        let pool = wiring::database(config).await?;
        let folder = config.data.join("demo");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Tour {
            batches: Intake::new(pool.clone(), registry.clone()).with_source("demo"),
            exporter: wiring::exporter(config, registry, "demo").await?,
            pool,
            registry: registry.clone(),
            outbox: config.outbox(),
            folder,
            config: config.clone(),
        })
    }

    /// Hands a file in and waits until its batch is decided. Returns the number of the batch that holds its records.
    pub(super) async fn send(&mut self, topic: &str, name: &str, bytes: &[u8], report: &mut Report<'_>) -> anyhow::Result<i64> {
        let started = Instant::now();
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        let publisher = wiring::publisher(&self.config, "demo")?;
        let intake = wiring::intake(&self.config, &self.registry, &publisher)?;
        let with = HandedIn { sender: "demo:tantosha".to_owned(), ..HandedIn::default() };
        let outcome = send::send(&intake, topic, &path, with, None).await?;
        publisher.close().await;
        let batch = self.decided(&outcome.delivery.delivery.to_string()).await?;
        report.batch(&batch, started.elapsed());
        for finding in self.batches.findings(batch.id).await? {
            report.finding(&finding);
        }
        for fault in outcome.delivery.faults.iter().take(4) {
            report.fault(fault);
        }
        Ok(batch.duplicate_of.unwrap_or(batch.id))
    }

    async fn decided(&self, delivery: &str) -> anyhow::Result<Batch> {
        let deadline = Instant::now() + STEP_WAIT;
        loop {
            if let Ok(batch) = self.batches.find(delivery).await
                && !matches!(batch.state, State::Received | State::Staged)
            {
                return Ok(batch);
            }
            if Instant::now() > deadline {
                bail!(
                    "delivery {delivery} was published, but nothing has decided it; `renkei failed list` shows parked messages"
                );
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Orders a file, has it approved by a second person, and releases it. `None`: there was nothing to send.
    pub(super) async fn export(
        &mut self,
        topic: &str,
        profile: &str,
        params: &[(&str, &str)],
        report: &mut Report<'_>,
    ) -> anyhow::Result<Option<ExportFile>> {
        let started = Instant::now();
        let request = OrderRequest {
            variant: profile.to_owned(),
            params: params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ordered_by: "tantosha".to_owned(),
            key: None,
        };
        let mut file = export::order(&self.config, &self.exporter, topic, request).await?;
        if file.state == FileState::Generated {
            let own = self.exporter.approve(file.id, "tantosha", file.sha256.as_deref().unwrap_or_default()).await;
            if let Err(refused) = own {
                report.line(
                    &format!("作成者自身の承認は拒否: {refused}"),
                    &format!("the maker's own approval is refused: {refused}"),
                );
            }
            file = self.exporter.approve(file.id, "kakunin", file.sha256.as_deref().unwrap_or_default()).await?;
            file = self.exporter.release(file.id, "kakunin").await?;
        }
        report.export(&file, started.elapsed());
        for refusal in self.exporter.show(file.id).await?.refusals {
            report.refusal(&refusal);
        }
        Ok((file.state != FileState::Empty).then_some(file))
    }
}
