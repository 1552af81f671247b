//! Watched folders, and the worker that carries a topic's deliveries wherever they came from.
//!
//! `<inbox>/<slug>/` is looked at again and again, because shares do not announce changes reliably. A file whose size and
//! modification time stay the same for the settling time is claimed by renaming it. Ordered topics (masters) are carried one
//! file at a time in the order of modification time and name, by one process at a time.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures_util::stream::{self, StreamExt};
use renkei_core::broker::retry::Backoff;
use renkei_core::registry::Topic;
use renkei_core::verdict::Classify;
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use crate::error::IntakeError;
use crate::evidence::waiting::{Companions, Ready};
use crate::intake::{Intake, Outcome, claim};
use crate::medium::{SystemMounts, Watch};
use crate::names;
use crate::station::{Station, Waiting, chain};

/// How long a control file may wait for its data file.
const CONTROL_ALONE_MAX: Duration = Duration::from_secs(600);
/// Longest pause of a delivery that fails again and again.
const PAUSE_MAX: Duration = Duration::from_secs(600);

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

/// A file that has settled. They sort oldest first, then by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Settled {
    modified: SystemTime,
    /// The file.
    pub path: PathBuf,
    bytes: u64,
}

impl Settled {
    /// Whether it still looks as it did: its turn may come minutes later.
    fn is_unchanged(&self) -> bool {
        look_at(&self.path) == Some((self.bytes, self.modified))
    }
}

/// Remembers how the files of a folder looked, to tell which have settled.
#[derive(Debug, Default)]
pub struct Settling {
    seen: HashMap<PathBuf, Seen>,
    /// Control files without their data file, and since when.
    alone: HashMap<PathBuf, Instant>,
}

impl Settling {
    /// Looks at the folder; gives the files that have not changed for `settle`, oldest first, then by name.
    pub fn look(&mut self, folder: &Path, settle: Duration) -> Result<Vec<Settled>, IntakeError> {
        let now = Instant::now();
        let (mut present, mut alone) = (HashMap::new(), HashMap::new());
        for entry in fs::read_dir(folder).map_err(IntakeError::io("listing", folder))? {
            let path = entry.map_err(IntakeError::io("listing", folder))?.path();
            let name = path.file_name().map(names::shown_os).unwrap_or_default();
            if path.extension().is_some_and(|ending| ending == "ctl") && !path.with_extension("").exists() {
                let since = self.alone.get(&path).copied().unwrap_or(now);
                alone.insert(path.clone(), since);
            }
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
        (self.seen, self.alone) = (present, alone);
        let settled = self.seen.iter().filter(|(_, seen)| now.duration_since(seen.since) >= settle);
        let mut settled: Vec<Settled> =
            settled.map(|(path, seen)| Settled { modified: seen.modified, path: path.clone(), bytes: seen.bytes }).collect();
        settled.sort();
        Ok(settled)
    }
}

impl Settling {
    /// Control files that have been without their data file for so long. Most often they came after it was taken, unchecked.
    fn lone_controls(&self, alone_max: Duration) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> =
            self.alone.iter().filter(|(_, since)| since.elapsed() >= alone_max).map(|(path, _)| path.clone()).collect();
        found.sort();
        found
    }
}

/// Moves control files into `rejected`, where somebody sees them.
fn set_aside(station: &Station, controls: &[PathBuf]) {
    for control in controls {
        let name = control.file_name().map(names::shown_os).unwrap_or_default();
        let to = station.root.join("rejected").join(format!("{}_{}", Uuid::now_v7(), names::safe(&name)));
        match fs::rename(control, &to) {
            Ok(()) => tracing::warn!(
                file = %control.display(), moved_to = %to.display(),
                "a control file without its data file: it came too late, and nothing was compared with it"
            ),
            Err(error) => {
                tracing::warn!(file = %control.display(), %error, "a control file without its data file stays where it is")
            }
        }
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
    companions: Companions,
    places: Arc<Semaphore>,
    wake: Arc<Notify>,
    /// What was logged already; a trouble that lasts is told once.
    told: HashSet<String>,
    /// Media that wait for a person.
    media: Watch,
    /// Deliveries that failed, and when each is tried again.
    pauses: Mutex<HashMap<Uuid, (Backoff, Instant)>>,
}

/// Where the next delivery comes from. It is taken only when its turn comes: another process may take it meanwhile, and no
/// more files are open than are worked on.
enum Next {
    Waiting(Waiting),
    File(Ready),
}

impl Worker {
    /// A worker of a topic. `places` bounds the deliveries carried at once by all workers; `wake` ends the pause early.
    pub fn new(intake: Arc<Intake>, topic: Arc<Topic>, places: Arc<Semaphore>, wake: Arc<Notify>) -> Worker {
        Worker {
            intake,
            topic,
            settling: Settling::default(),
            companions: Companions::default(),
            places,
            wake,
            told: HashSet::new(),
            media: Watch::default(),
            pauses: Mutex::default(),
        }
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
        let (waiting, mut troubles) = self.intake.waiting(&self.topic)?;
        let mut next: Vec<Next> = waiting.into_iter().map(Next::Waiting).collect();
        if let Some(station) = self.intake.inbox(&self.topic).cloned() {
            next.extend(self.settled(&station).await?.into_iter().map(Next::File));
            set_aside(&station, &self.settling.lone_controls(CONTROL_ALONE_MAX));
            if self.topic.medium {
                self.media.look(&self.intake.config.medium, &SystemMounts, &self.topic);
            }
        }
        let carried = self.carry(next, &mut troubles).await;
        self.tell(troubles);
        carried
    }

    /// The files of the folder that can be claimed, each with its documents.
    async fn settled(&mut self, station: &Station) -> Result<Vec<Ready>, IntakeError> {
        let config = &self.intake.config;
        let settled = self.settling.look(&station.root, Duration::from_millis(config.settle_ms))?;
        let Some(rule) = &self.topic.evidence else {
            return Ok(settled.into_iter().map(|file| Ready { file, documents: Vec::new() }).collect());
        };
        let wait = Duration::from_secs(config.evidence_wait_s);
        let file_bytes_max = self.intake.registry.settings.limits.file_bytes_max;
        let ready = self.companions.ready(&self.topic, rule, settled, wait, file_bytes_max).await?;
        self.companions.set_aside(station, wait);
        Ok(ready)
    }

    /// Carries deliveries, in order or side by side. What troubles one delivery is put aside; what would trouble all ends the
    /// turn, and in an ordered topic everything does, because nothing may overtake.
    async fn carry(&self, next: Vec<Next>, troubles: &mut Vec<IntakeError>) -> Result<Vec<Outcome>, IntakeError> {
        let ordered = self.topic.ordered;
        let parallel = if ordered { 1 } else { self.intake.config.deliveries_parallel.max(1) };
        let mut running = stream::iter(next).map(|next| self.carry_one(next)).buffered(parallel);
        let mut outcomes = Vec::new();
        while let Some(result) = running.next().await {
            match result {
                Ok(outcome) => outcomes.extend(outcome),
                Err(error) if ordered || error.concerns_all() => return Err(error),
                Err(error) => troubles.push(error),
            }
        }
        Ok(outcomes)
    }

    async fn carry_one(&self, next: Next) -> Result<Option<Outcome>, IntakeError> {
        let _place = self.places.acquire().await;
        let claim = match next {
            _ if self.intake.stopping.is_cancelled() => None,
            Next::Waiting(waiting) if self.pauses(waiting.delivery) => None,
            Next::Waiting(waiting) => waiting.take()?,
            Next::File(Ready { file, documents }) => match self.intake.inbox(&self.topic) {
                Some(station) if file.is_unchanged() => claim::dropped(station, self.topic.slug.as_str(), &file.path, documents)?,
                _ => None,
            },
        };
        let Some(claim) = claim else { return Ok(None) };
        let delivery = claim.delivery.delivery;
        let carried = self.intake.process(claim, None).await;
        match &carried {
            Ok(_) => self.forget(delivery),
            // Where nothing may overtake, the whole topic pauses instead; what concerns all pauses all.
            Err(error) if !self.topic.ordered && !error.concerns_all() => self.pause(delivery),
            Err(_) => {}
        }
        carried.map(Some)
    }

    /// Whether a delivery that failed is not to be tried again yet.
    fn pauses(&self, delivery: Uuid) -> bool {
        let pauses = self.pauses.lock().unwrap_or_else(PoisonError::into_inner);
        pauses.get(&delivery).is_some_and(|(_, until)| Instant::now() < *until)
    }

    fn pause(&self, delivery: Uuid) {
        let first = Duration::from_millis(self.intake.config.retry_ms);
        let mut pauses = self.pauses.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || (Backoff::new(first, PAUSE_MAX.max(first)), Instant::now());
        let (backoff, until) = pauses.entry(delivery).or_insert_with(fresh);
        *until = Instant::now() + backoff.next_wait();
    }

    fn forget(&self, delivery: Uuid) {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner).remove(&delivery);
    }

    /// Logs what is new among the troubles and forgets what is over.
    fn tell(&mut self, troubles: Vec<IntakeError>) {
        let mut now = HashSet::with_capacity(troubles.len());
        for error in troubles {
            let text = chain(&error);
            if !self.told.contains(&text) {
                tracing::error!(topic = %self.topic.slug, verdict = %error.verdict(), error = %text, "a delivery waits");
            }
            now.insert(text);
        }
        self.told = now;
    }
}

/// Who may carry a topic now.
#[derive(Debug)]
pub(crate) enum Order {
    /// Order does not matter.
    Free,
    /// We, as long as this lives.
    Ours {
        /// Held as long as this lives.
        _lock: File,
    },
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
        Ok(()) => Ok(Order::Ours { _lock: file }),
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
        let look = |settling: &mut Settling, ms| -> Vec<PathBuf> {
            let settled = settling.look(folder.path(), Duration::from_millis(ms)).unwrap();
            settled.into_iter().map(|file| file.path).collect()
        };
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
    fn a_control_file_that_came_too_late_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let station = Station::open(folder.path().join("in"), folder.path().join("status")).unwrap();
        for name in ["late.csv.ctl", "both.csv", "both.csv.ctl"] {
            fs::write(station.root.join(name), "{}").unwrap();
        }
        let mut settling = Settling::default();
        settling.look(&station.root, Duration::ZERO).unwrap();
        assert!(settling.lone_controls(CONTROL_ALONE_MAX).is_empty(), "its data file may still come");
        set_aside(&station, &settling.lone_controls(Duration::ZERO));
        let rejected: Vec<String> = fs::read_dir(station.root.join("rejected"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        assert!(rejected.len() == 1 && rejected[0].ends_with("_late.csv.ctl"), "{rejected:?}");
        assert!(station.root.join("both.csv.ctl").exists() && !station.root.join("late.csv.ctl").exists());
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
        let names: Vec<_> = files.iter().filter_map(|file| file.path.file_name()?.to_str()).collect();
        assert_eq!(names, ["z.csv", "a.csv", "b.csv"]);
    }
}
