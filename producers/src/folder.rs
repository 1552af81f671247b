//! Watched folders, and the worker that carries a topic's deliveries wherever they came from.
//!
//! `<inbox>/<slug>/` is looked at again and again, because shares do not announce changes reliably. A file whose size and
//! modification time stay the same for the settling time is claimed by renaming it. Ordered topics (masters) are carried one
//! file at a time in the order of modification time and name, by one process at a time.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use futures_util::stream::{self, StreamExt};
use renkei_core::registry::Topic;
use renkei_core::verdict::Classify;
use tokio::sync::{Notify, Semaphore};

use crate::error::IntakeError;
use crate::intake::{Intake, Outcome, claim};
use crate::names;
use crate::station::{Claim, Station, chain};

/// Directories of ours inside a watched folder.
const OURS: [&str; 3] = ["processing", "done", "rejected"];

/// What was last seen of a file, and since when it has been so.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    bytes: u64,
    modified: SystemTime,
    control: Option<(u64, SystemTime)>,
    since: Instant,
}

/// Remembers how the files of a folder looked, to tell which have settled.
#[derive(Debug, Default)]
pub struct Settling {
    seen: HashMap<PathBuf, Seen>,
}

impl Settling {
    /// Looks at the folder; gives the files that have not changed for `settle`, oldest first, then by name.
    pub fn look(&mut self, folder: &Path, settle: Duration) -> Result<Vec<PathBuf>, IntakeError> {
        let now = Instant::now();
        let mut present = HashMap::new();
        for entry in fs::read_dir(folder).map_err(IntakeError::io("listing", folder))? {
            let path = entry.map_err(IntakeError::io("listing", folder))?.path();
            let name = path.file_name().map(names::shown_os).unwrap_or_default();
            if names::is_ignored(&name) || OURS.contains(&name.as_str()) {
                continue;
            }
            // Taken away between listing and looking.
            let Some((bytes, modified)) = look_at(&path) else { continue };
            let control = look_at(&claim::control_path(&path));
            let seen = Seen { bytes, modified, control, since: now };
            let since =
                self.seen.get(&path).filter(|old| Seen { since: now, ..(*old).clone() } == seen).map_or(now, |old| old.since);
            present.insert(path, Seen { since, ..seen });
        }
        self.seen = present;
        let mut settled: Vec<(SystemTime, PathBuf)> = self
            .seen
            .iter()
            .filter(|(_, seen)| now.duration_since(seen.since) >= settle)
            .map(|(path, seen)| (seen.modified, path.clone()))
            .collect();
        settled.sort();
        Ok(settled.into_iter().map(|(_, path)| path).collect())
    }
}

fn look_at(path: &Path) -> Option<(u64, SystemTime)> {
    let meta = fs::symlink_metadata(path).ok()?;
    Some((meta.len(), meta.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
}

/// Carries one topic's deliveries: what earlier processes left, what uploads of ordered topics brought, what the folder holds.
pub struct Worker {
    intake: Arc<Intake>,
    topic: Arc<Topic>,
    settling: Settling,
    places: Arc<Semaphore>,
    wake: Arc<Notify>,
}

impl Worker {
    /// A worker of a topic. `places` bounds the deliveries carried at once by all workers; `wake` ends the pause early.
    pub fn new(intake: Arc<Intake>, topic: Arc<Topic>, places: Arc<Semaphore>, wake: Arc<Notify>) -> Worker {
        Worker { intake, topic, settling: Settling::default(), places, wake }
    }

    /// Works until the intake stops.
    pub async fn run(mut self) {
        let stopping = self.intake.stopping.clone();
        while !stopping.is_cancelled() {
            let pause_ms = match self.turn().await {
                Ok(_) => self.intake.config.poll_ms,
                Err(IntakeError::Stopping { .. }) => break,
                Err(error) => {
                    tracing::error!(topic = %self.topic.slug, verdict = %error.verdict(), error = %chain(&error), "deliveries wait");
                    self.intake.config.retry_ms
                }
            };
            tokio::select! {
                () = stopping.cancelled() => break,
                () = self.wake.notified() => {}
                () = tokio::time::sleep(Duration::from_millis(pause_ms)) => {}
            }
        }
    }

    /// One turn: unfinished deliveries first, then settled files. Gives what was finished.
    pub async fn turn(&mut self) -> Result<Vec<Outcome>, IntakeError> {
        // Held to the end of the turn.
        let _order = match order_lock(&self.intake, &self.topic)? {
            Order::Taken => return Ok(Vec::new()),
            order => order,
        };
        let mut outcomes = self.carry(self.intake.unfinished(&self.topic)?).await?;
        let Some(station) = self.intake.inbox(&self.topic).cloned() else { return Ok(outcomes) };
        let settle = Duration::from_millis(self.intake.config.settle_ms);
        let settled = self.settling.look(&station.root, settle)?;
        for files in self.batches(settled) {
            let mut claims = Vec::with_capacity(files.len());
            for file in files {
                claims.extend(claim_one(&station, &self.topic, &file)?);
            }
            outcomes.extend(self.carry(claims).await?);
            if self.intake.stopping.is_cancelled() {
                break;
            }
        }
        Ok(outcomes)
    }

    /// Claims are made few at a time, so that another process finds work too.
    fn batches(&self, files: Vec<PathBuf>) -> Vec<Vec<PathBuf>> {
        let size = if self.topic.ordered { 1 } else { self.intake.config.deliveries_parallel.max(1) };
        files.chunks(size).map(<[PathBuf]>::to_vec).collect()
    }

    /// Carries claims, in order or side by side. The first error is given when all have been tried; in order, it ends the turn,
    /// because nothing may overtake.
    async fn carry(&self, claims: Vec<Claim>) -> Result<Vec<Outcome>, IntakeError> {
        let parallel = if self.topic.ordered { 1 } else { self.intake.config.deliveries_parallel.max(1) };
        let mut running = stream::iter(claims)
            .map(|claim| async {
                let _place = self.places.acquire().await;
                self.intake.process(claim, None).await
            })
            .buffered(parallel);
        let (mut outcomes, mut failed) = (Vec::new(), None);
        while let Some(result) = running.next().await {
            match result {
                Ok(outcome) => outcomes.push(outcome),
                Err(error) if self.topic.ordered => return Err(error),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(outcomes), Err)
    }
}

/// Claims one file; a file that cannot be claimed is no reason to leave the others.
fn claim_one(station: &Arc<Station>, topic: &Topic, file: &Path) -> Result<Option<Claim>, IntakeError> {
    match claim::dropped(station, topic.slug.as_str(), file) {
        Err(IntakeError::Io { operation: "claiming", path, source }) if !topic.ordered => {
            tracing::error!(topic = %topic.slug, file = %path.display(), error = %source, "a file cannot be claimed");
            Ok(None)
        }
        other => other,
    }
}

/// Who may carry a topic now.
#[derive(Debug)]
pub(crate) enum Order {
    /// Order does not matter.
    Free,
    /// We, as long as this lives.
    Ours(File),
    /// Another process.
    Taken,
}

/// Ordered topics are carried by one process at a time: the lock lies beside the files, so that it is shared like they are.
pub(crate) fn order_lock(intake: &Intake, topic: &Topic) -> Result<Order, IntakeError> {
    if !topic.ordered {
        return Ok(Order::Free);
    }
    let station = match intake.inbox(topic) {
        Some(station) => station,
        None => intake.spool_of(topic)?,
    };
    let path = station.processing().join(".order");
    let file = File::create(&path).map_err(IntakeError::io("making", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(Order::Ours(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(Order::Taken),
        Err(fs::TryLockError::Error(source)) => Err(IntakeError::Io { operation: "locking", path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_settles_when_it_stops_changing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "1").unwrap();
        let mut settling = Settling::default();
        let look = |settling: &mut Settling, ms| settling.look(folder.path(), Duration::from_millis(ms)).unwrap();
        assert!(look(&mut settling, 40).is_empty(), "just seen");
        std::thread::sleep(Duration::from_millis(60));
        fs::write(&path, "12").unwrap();
        assert!(look(&mut settling, 40).is_empty(), "just grown");
        std::thread::sleep(Duration::from_millis(60));
        assert_eq!(look(&mut settling, 40), std::slice::from_ref(&path));
        fs::write(folder.path().join("a.csv.ctl"), "{}").unwrap();
        assert!(look(&mut settling, 40).is_empty(), "its control file is new");
        fs::remove_file(&path).unwrap();
        assert!(look(&mut settling, 0).is_empty(), "a control file alone is no delivery");
    }

    #[test]
    fn oldest_first_then_by_name_and_ours_never() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        for (name, age_s) in [("b.csv", 10), ("a.csv", 10), ("z.csv", 20), (".hidden", 5), ("x.tmp", 5)] {
            let path = folder.path().join(name);
            fs::write(&path, "1").unwrap();
            File::options().append(true).open(&path).unwrap().set_modified(now - Duration::from_secs(age_s)).unwrap();
        }
        OURS.iter().for_each(|name| fs::create_dir(folder.path().join(name)).unwrap());
        let files = Settling::default().look(folder.path(), Duration::ZERO).unwrap();
        let names: Vec<_> = files.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert_eq!(names, ["z.csv", "a.csv", "b.csv"]);
    }
}
