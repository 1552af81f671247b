//! The one way in: claim → archive and validate whole → publish → finish.
//!
//! A delivery goes through the stages of `Stage`, and its record is on disk before the next stage begins. Whoever finds it
//! after a crash goes on from there:
//!
//! ```text
//! claimed ──► validated ──► published ──► done/
//!    ├──────► refused ────► rejected ───► rejected/ + error list   (its urgent records go this way first, as a file of their own)
//!    └──────► opened ─────► unpacked ───► done/      (an archive: each member goes this way itself)
//! ```
//!
//! Validation writes the chunk bodies to a spool file beside the original, so publishing needs little memory for a file of any
//! size, and what is published again after a crash is the same bytes under the same ids even if the program was replaced
//! in between.

/// The first stage: what a delivery brings is kept and read.
mod admit;
/// The original into the archive.
mod archiving;
/// Makes claims out of dropped files, uploads and files at the command line.
pub mod claim;
/// What a sender stated against what was read.
mod controls;
/// Which of a topic's shapes a file has.
mod detect;
/// Into `done/` or `rejected/`.
mod finish;
/// Chunks and rejections to the broker.
mod publish;
/// The error list people get.
pub mod report;
/// Chunk bodies on disk.
mod spool;
/// Archives: checked whole, then each member is a delivery of its own.
pub mod unpack;
/// Urgent records of a refused file: a delivery of their own.
mod urgent;
/// Reads a file whole and fixes its chunks.
mod validate;

#[cfg(test)]
mod claim_tests;
#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod odd_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unpack_tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use renkei_core::archive::Archive;
use renkei_core::crash;
use renkei_core::fault::Fault;
use renkei_core::layout::Layout;
use renkei_core::metrics::metrics;
use renkei_core::registry::{Direction, Registry, Topic};
use renkei_core::verdict::{Classify, Verdict};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config::ProducerConfig;
use crate::delivery::{Delivery, Stage, Stamp};
use crate::error::IntakeError;
use crate::publish::Publish;
use crate::room::Room;
use crate::station::{Claim, Station, Waiting, chain};

/// Failures of ours after which a delivery is refused.
const FAILURES_MAX: u32 = 3;

/// How far a delivery is, for progress bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The original is in the archive.
    Archived,
    /// Bytes read and checked, of so many.
    Validating {
        /// Bytes read.
        done: u64,
        /// Bytes of the file.
        of: u64,
    },
    /// Chunks confirmed, of so many.
    Publishing {
        /// Chunks confirmed.
        done: u32,
        /// Chunks of the delivery.
        of: u32,
    },
}

/// Called with every step; must be quick.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The record as it is kept: its [`Stage::is_end`], counts, faults.
    pub delivery: Delivery,
    /// Milliseconds from taking it up to its end.
    pub took_ms: u64,
}

impl Outcome {
    /// Whether it is on its topic; of an archive, all of it.
    pub fn is_published(&self) -> bool {
        match self.delivery.stage {
            Stage::Unpacked => self.delivery.members.iter().all(|member| member.stage == Stage::Published),
            stage => stage == Stage::Published,
        }
    }
}

/// Carries deliveries in. One per process, shared by all parts.
pub struct Intake {
    pub(crate) registry: Arc<Registry>,
    pub(crate) archive: Archive,
    pub(crate) publisher: Arc<dyn Publish>,
    pub(crate) config: ProducerConfig,
    pub(crate) stopping: CancellationToken,
    /// Memory for the bodies of all deliveries.
    room: Room,
    /// By slug: where watched files of a topic are carried.
    inboxes: BTreeMap<String, Arc<Station>>,
    /// By slug: where uploads of a topic are carried.
    spools: BTreeMap<String, Arc<Station>>,
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intake").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Intake {
    /// Makes the directories of every active inbound topic. With `config.folders` off no inbox is touched.
    pub fn open(
        config: ProducerConfig,
        registry: Arc<Registry>,
        archive: Archive,
        publisher: Arc<dyn Publish>,
        stopping: CancellationToken,
    ) -> Result<Arc<Intake>, IntakeError> {
        let (mut inboxes, mut spools) = (BTreeMap::new(), BTreeMap::new());
        for topic in registry.active(Direction::In) {
            let slug = topic.slug.as_str();
            let spool = config.spool_dir.join(slug);
            let status = spool.join("status");
            if config.folders {
                inboxes.insert(slug.to_owned(), Station::open(config.inbox_dir.join(slug), status.clone())?);
            }
            spools.insert(slug.to_owned(), Station::open(spool, status)?);
        }
        Ok(Arc::new(Intake { registry, archive, publisher, config, stopping, room: Room::new(), inboxes, spools }))
    }

    /// The active inbound topic of a slug or number, or the inbound side of an outbound one whose partner answers.
    pub fn topic(&self, name: &str) -> Result<&Arc<Topic>, IntakeError> {
        let refuse = |reason: &str| IntakeError::Topic { topic: name.to_owned(), reason: reason.to_owned() };
        let topic = self.registry.topic(name).ok_or_else(|| refuse("no such topic"))?;
        let Some(topic) = topic.incoming() else {
            return Err(refuse("it is outbound: files are made from the ledger, not handed in, and no answers come back"));
        };
        topic.built().map_err(|error| refuse(&error.to_string()))?;
        Ok(topic)
    }

    /// Where watched files of a topic are carried.
    pub(crate) fn inbox(&self, topic: &Topic) -> Option<&Arc<Station>> {
        self.inboxes.get(topic.slug.as_str())
    }

    /// Where uploads of a topic are carried.
    pub(crate) fn spool_of(&self, topic: &Topic) -> Result<&Arc<Station>, IntakeError> {
        self.spools
            .get(topic.slug.as_str())
            .ok_or_else(|| IntakeError::Topic { topic: topic.slug.to_string(), reason: "it is not active".to_owned() })
    }

    /// The stations of a topic.
    pub(crate) fn stations(&self, topic: &Topic) -> impl Iterator<Item = &Arc<Station>> {
        let slug = topic.slug.as_str();
        self.inboxes.get(slug).into_iter().chain(self.spools.get(slug))
    }

    /// The record of a delivery of a topic, finished or not.
    pub fn delivery(&self, topic: &Topic, delivery: Uuid) -> Result<Option<Delivery>, IntakeError> {
        for station in self.stations(topic) {
            if let Some(found) = station.record(delivery)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The record of a delivery of any topic.
    pub fn find(&self, delivery: Uuid) -> Result<Option<Delivery>, IntakeError> {
        for topic in self.registry.active(Direction::In) {
            if let Some(found) = self.delivery(topic, delivery)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Deliveries of a topic that are not finished, in the order of claims, and what cannot be understood.
    pub(crate) fn waiting(&self, topic: &Topic) -> Result<(Vec<Waiting>, Vec<IntakeError>), IntakeError> {
        let (mut waiting, mut errors) = (Vec::new(), Vec::new());
        for station in self.stations(topic) {
            for found in station.waiting()? {
                match found {
                    Ok(found) => waiting.push(found),
                    Err(error) => errors.push(error),
                }
            }
        }
        waiting.sort_by_key(|found| found.order);
        Ok((waiting, errors))
    }

    /// Carries a delivery to its end. On an error the claim stays on disk as far as it came, and anyone may go on later.
    pub async fn process(&self, mut claim: Claim, progress: Option<OnProgress>) -> Result<Outcome, IntakeError> {
        let started = Instant::now();
        if let Err(error) = self.advance(&mut claim, progress.as_ref()).await {
            self.note_failure(&mut claim, &error);
            return Err(error);
        }
        let delivery = finish::finish(claim).await?;
        crash::point("producer.done");
        Ok(self.tell(delivery, started.elapsed()))
    }

    /// Counts a failure that is ours. One that comes again and again refuses the delivery, so that its sender hears of it and the
    /// topic goes on; what others would meet too is no fault of this file.
    fn note_failure(&self, claim: &mut Claim, error: &IntakeError) {
        if error.verdict() != Verdict::Bug || error.concerns_all() {
            return;
        }
        let delivery = &mut claim.delivery;
        delivery.failures += 1;
        if delivery.failures >= FAILURES_MAX {
            let text = chain(error);
            tracing::error!(topic = %delivery.topic, delivery = %delivery.delivery, error = %text, "a delivery is refused: it fails every time");
            delivery.stage = Stage::Refused;
            delivery.urgent = None;
            delivery.plan = None;
            delivery.faults = vec![Fault::new("DELIVERY_FAILED").arg("reason", text)];
            delivery.faults_total = 1;
        }
        if let Err(error) = claim.save() {
            tracing::error!(error = %chain(&error), "the failure of a delivery could not be noted");
        }
    }

    /// Carries a claim until it is published or rejected.
    async fn advance(&self, claim: &mut Claim, progress: Option<&OnProgress>) -> Result<(), IntakeError> {
        let topic = self.topic(&claim.delivery.topic)?.clone();
        crash::point("producer.claimed");
        loop {
            if self.stopping.is_cancelled() {
                return Err(IntakeError::Stopping { delivery: claim.delivery.delivery });
            }
            match claim.delivery.stage {
                Stage::Claimed => self.admit(&topic, claim, progress).await?,
                Stage::Validated | Stage::Opened | Stage::Refused if claim.untold && claim.is_changed() => {
                    return Err(self.start_over(claim)?);
                }
                Stage::Validated if !claim.fresh && !spool::is_whole(claim).await? => {
                    self.admit(&topic, claim, progress).await?;
                }
                Stage::Validated => self.publish_chunks(&topic, claim, progress).await?,
                Stage::Refused => {
                    self.hand_in_urgent(&topic, claim).await?;
                    self.publish_rejection(&topic, claim).await?;
                }
                Stage::Opened => self.hand_in_members(claim).await?,
                Stage::Published | Stage::Unpacked | Stage::Rejected => return Ok(()),
            }
        }
    }

    /// A file that grew before anything of it was told is read again from the beginning, later.
    fn start_over(&self, claim: &mut Claim) -> Result<IntakeError, IntakeError> {
        claim.delivery.stamp = Stamp::of(&claim.original());
        claim.delivery.stage = Stage::Claimed;
        claim.delivery.plan = None;
        claim.save()?;
        Ok(IntakeError::Growing { delivery: claim.delivery.delivery, file: claim.delivery.file.clone() })
    }

    fn tell(&self, delivery: Delivery, took: Duration) -> Outcome {
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let outcome = Outcome { delivery, took_ms };
        let d = &outcome.delivery;
        tracing::info!(
            topic = %d.topic, delivery = %d.delivery, file = %d.file, sender = %d.sender, stage = d.stage.as_str(), layout = %d.layout,
            records = d.records, yen = d.yen, chunks = d.chunks(), members = d.members.len(), faults = d.faults_total, warnings = d.warnings_total, took_ms,
            "delivery finished"
        );
        let (metrics, topic) = (metrics(), d.topic.as_str());
        metrics.deliveries.with_label_values(&[topic, d.stage.as_str()]).inc();
        metrics.delivery_seconds.with_label_values(&[topic]).observe(took.as_secs_f64());
        let ended = if outcome.is_published() { "published" } else { "rejected" };
        for records in ["read", ended] {
            metrics.records.with_label_values(&[topic, records]).inc_by(d.records);
        }
        if let (true, Ok(yen)) = (outcome.is_published(), u64::try_from(d.yen)) {
            metrics.amount_in_yen.with_label_values(&[topic]).inc_by(yen);
        }
        outcome
    }
}

/// The shape to read a file with when none is named, of those a folder has: its name and the layout.
pub fn choose_layout(layouts: &[(String, Arc<Layout>)], file: &Path) -> Result<(String, Arc<Layout>), IntakeError> {
    let input = open(file)?;
    let length = input.metadata().map_err(IntakeError::io("reading", file))?.len();
    let head = detect::Head::read(input, length).map_err(IntakeError::io("reading", file))?;
    Ok(layouts[detect::choose(layouts, &head)].clone())
}

/// Runs blocking file work off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    operation: &'static str,
    delivery: Uuid,
    work: impl FnOnce() -> Result<T, IntakeError> + Send + 'static,
) -> Result<T, IntakeError> {
    tokio::task::spawn_blocking(work).await.map_err(|source| IntakeError::Panicked { operation, delivery, source })?
}

/// Opens a file of ours for reading.
pub(crate) fn open(path: &Path) -> Result<std::fs::File, IntakeError> {
    std::fs::File::open(path).map_err(IntakeError::io("opening", path))
}
