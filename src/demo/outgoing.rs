//! Files that go out: ordered, approved by a second person, released. What a killed run left half way is finished first.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, bail};
use renkei_consumers::outbound::{ExportFile, FileState, ListFilter, OrderRequest, OutboundError, ReviewRow};
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;

use super::report::Report;
use super::steps::{LOOK_EVERY, STEP_WAIT, Tour};
use super::{APPROVER, MAKER};
use crate::cli::{export, progress};

/// What the reviews count that must be nothing: identities that do not hold, and the like.
const ZERO: [&str; 3] = ["Difference from the amount received", "Identities that do not hold", "Budget lines without a rule"];

/// A file the tour makes.
#[derive(Debug)]
pub(super) struct Wanted<'w> {
    pub(super) topic: &'w str,
    pub(super) profile: &'w str,
    pub(super) params: &'w [(&'w str, &'w str)],
    /// Name of the run, where the tour's second run asks for the same file; `None`: it asks for what is new.
    pub(super) key: Option<&'w str>,
    /// Items it must carry and their yen; `None`: any, as long as the ledger says the same.
    pub(super) carries: Option<(i64, i64)>,
}

impl Tour<'_> {
    /// Orders a file, has it approved by a second person, and releases it. Gives the released file: this one, or when there was
    /// nothing left to send, the one released before.
    pub(super) async fn export(&mut self, wanted: &Wanted<'_>, report: &mut Report<'_>) -> anyhow::Result<ExportFile> {
        self.finish_begun(wanted, report).await?;
        let started = Instant::now();
        let request = request(wanted);
        let waiting = progress::waiting(self.global, wanted.topic, wanted.topic);
        let ordered = export::order(&self.config, &self.registry, &self.exporter, wanted.topic, request).await;
        waiting.clear();
        let ordered = ordered?;
        for refusal in self.exporter.show(ordered.id).await?.refusals {
            report.refusal(&refusal);
        }
        match ordered.state {
            FileState::Generated => self.release(ordered, started, report).await?,
            // It leaves by itself, or the tour's first run made it.
            FileState::Released | FileState::Delivered => report.export(&ordered, started.elapsed()),
            FileState::Empty => {
                report.export(&ordered, started.elapsed());
                // An order of a killed run may have been made just before this one, and have taken everything.
                self.finish_begun(wanted, report).await?;
            }
            state => bail!(
                "file {} of {} is {state}: {}",
                ordered.id,
                ordered.topic,
                ordered.problem.map(|problem| problem.0.said).unwrap_or_default()
            ),
        }
        self.released(wanted).await
    }

    /// Makes a file that is to be looked at and that nobody can release.
    pub(super) async fn trial(&mut self, wanted: &Wanted<'_>, report: &mut Report<'_>) -> anyhow::Result<()> {
        let started = Instant::now();
        let request = request(wanted);
        let file = export::order(&self.config, &self.registry, &self.exporter, wanted.topic, request).await?;
        for refusal in self.exporter.show(file.id).await?.refusals {
            report.refusal(&refusal);
        }
        self.recount(&file).await?;
        match self.exporter.release(file.id, APPROVER).await {
            Ok(_) => bail!("file {} of {}: a trial was released", file.id, file.topic),
            Err(error @ (OutboundError::StepRefused { .. } | OutboundError::Rule { .. })) => {
                report.line(&format!("試算の払出は拒否（{}）", error.code()), &format!("its release is refused: {error}"));
            }
            Err(other) => return Err(other.into()),
        }
        report.export(&file, started.elapsed());
        Ok(())
    }

    /// Files of the tour that a killed run left before their release.
    async fn finish_begun(&self, wanted: &Wanted<'_>, report: &mut Report<'_>) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let files = self.files(wanted).await?;
            for file in files.iter().filter(|file| matches!(file.state, FileState::Generated | FileState::Approved)) {
                self.release(file.clone(), Instant::now(), report).await?;
            }
            // Its order is on the queue again; the consumer is at it.
            let Some(on_its_way) = files.iter().find(|file| matches!(file.state, FileState::Ordered | FileState::Failed)) else {
                return Ok(());
            };
            if begun.elapsed() > STEP_WAIT {
                bail!(
                    "file {} of {} is {} and stays so; `renkei failed list` shows parked messages",
                    on_its_way.id,
                    on_its_way.topic,
                    on_its_way.state
                );
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn release(&self, mut file: ExportFile, started: Instant, report: &mut Report<'_>) -> anyhow::Result<()> {
        self.recount(&file).await?;
        if file.state == FileState::Generated && file.release_policy == "two_person" {
            let sha256 = file.sha256.clone().unwrap_or_default();
            match self.exporter.approve(file.id, MAKER, &sha256).await {
                Ok(_) => bail!("file {}: its maker could approve it; a second person must", file.id),
                Err(refused) => report.line(
                    &format!("作成者自身の承認は拒否: {}", in_words(&refused, Lang::Ja)),
                    &format!("the maker's own approval is refused: {}", in_words(&refused, Lang::En)),
                ),
            }
            file = self.exporter.approve(file.id, APPROVER, &sha256).await?;
        }
        file = self.exporter.release(file.id, APPROVER).await?;
        report.export(&file, started.elapsed());
        Ok(())
    }

    /// The file the tour released, which must be what it expects.
    async fn released(&self, wanted: &Wanted<'_>) -> anyhow::Result<ExportFile> {
        let found = self.files(wanted).await?.into_iter().find(|file| file.state.has_left());
        let file =
            found.with_context(|| format!("topic {}: there was nothing to send, and nothing was sent before", wanted.topic))?;
        let carried = (file.count.unwrap_or(0), file.total.unwrap_or(0));
        let (count, yen) = wanted.carries.unwrap_or(carried);
        if file.state != FileState::Delivered || carried != (count, yen) || count == 0 {
            bail!(
                "file {} of {}: expected delivered with {count} items and {yen} yen; it is {} with {} and {}",
                file.id,
                file.topic,
                file.state,
                carried.0,
                carried.1
            );
        }
        // The others were recounted before they left.
        if file.release_policy == "automatic" {
            self.recount(&file).await?;
        }
        Ok(file)
    }

    /// The ledger, asked by other SQL than made the file, must say the same.
    async fn recount(&self, file: &ExportFile) -> anyhow::Result<()> {
        let review = self.exporter.review(file.id).await?;
        let said = review.rows.first().map(|row| (Some(row.count), Some(row.yen)));
        if said != Some((file.count, file.total)) {
            bail!("file {} of {}: the ledger says {said:?}, the file {:?} and {:?}", file.id, file.topic, file.count, file.total);
        }
        let differs =
            |row: &&ReviewRow| ZERO.iter().any(|label| row.label_en.starts_with(label)) && (row.count, row.yen) != (0, 0);
        if let Some(row) = review.rows.iter().find(differs) {
            bail!("file {} of {}: {} is {} and {}", file.id, file.topic, row.label_en, row.count, row.yen);
        }
        Ok(())
    }

    /// The tour's files of such an order, newest first.
    async fn files(&self, wanted: &Wanted<'_>) -> anyhow::Result<Vec<ExportFile>> {
        let topic = Some(self.exporter.topic(wanted.topic)?.slug.to_string());
        let mut files = self.exporter.list(&ListFilter { topic, ..ListFilter::default() }).await?;
        let asked = params(wanted);
        files.retain(|file| file.made_by == MAKER && file.params.0 == asked);
        Ok(files)
    }

    /// Where a delivered file lies.
    pub(super) async fn path_of(&self, file: &ExportFile) -> anyhow::Result<PathBuf> {
        let detail = self.exporter.show(file.id).await?;
        let delivery = detail.deliveries.into_iter().find(|delivery| delivery.kind == "delivered");
        Ok(self.config.outbox().join(delivery.with_context(|| format!("file {} was delivered nowhere", file.id))?.place))
    }
}

fn request(wanted: &Wanted<'_>) -> OrderRequest {
    OrderRequest {
        variant: wanted.profile.to_owned(),
        params: params(wanted),
        ordered_by: MAKER.to_owned(),
        key: wanted.key.map(str::to_owned),
    }
}

fn params(wanted: &Wanted<'_>) -> BTreeMap<String, String> {
    wanted.params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The rule that refused, in the catalogue's words.
fn in_words(refused: &OutboundError, lang: Lang) -> String {
    match refused {
        OutboundError::Rule { constraint, .. } => {
            catalogue::text(&Fault::new(&format!("DB_{}", constraint.to_uppercase())), lang)
        }
        other => other.to_string(),
    }
}
