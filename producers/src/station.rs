//! The directories of one topic, and the claims in them.
//!
//! ```text
//! <root>/processing/<delivery>/   lock · delivery.json · original · documents/ · chunks · urgent
//! <root>/done/2026-10-05/         <delivery>_<name> · its documents in <delivery>_<name>.evidence/
//! <root>/rejected/                the same with .errors.csv and .errors.txt
//! <status>/<xx>/<delivery>.json   the record of a finished delivery
//! ```
//!
//! A claim is made under a hidden name and renamed when its record is complete; then the file itself is renamed into it. So a
//! directory with a delivery id is always whole, and of two claimers of one file exactly one succeeds. Who works on a claim
//! holds its `lock` (released by the kernel when the process dies), so that a second process, or the next start, takes over
//! only what nobody works on.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::delivery::{Delivery, Stage, Stamp};
use crate::error::IntakeError;

/// Name of the record inside a claim.
const RECORD: &str = "delivery.json";
/// Name of the directory of documents inside a claim.
const DOCUMENTS: &str = "documents";
/// Hidden claims older than this belong to a process that died before its claim was whole.
const UNFINISHED_AGE_MAX: Duration = Duration::from_secs(3600);
const COPY_BYTES: usize = 256 * 1024;

/// The directories of one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Where `processing`, `done` and `rejected` lie.
    pub root: PathBuf,
    /// Where records of finished deliveries lie.
    pub status: PathBuf,
}

impl Station {
    /// Makes the directories.
    pub fn open(root: PathBuf, status: PathBuf) -> Result<Arc<Station>, IntakeError> {
        let station = Station { root, status };
        for dir in [station.processing(), station.root.join("done"), station.root.join("rejected"), station.status.clone()] {
            make_dir(&dir)?;
        }
        Ok(Arc::new(station))
    }

    pub(crate) fn processing(&self) -> PathBuf {
        self.root.join("processing")
    }

    /// Begins a claim under a hidden name.
    pub(crate) fn begin(self: &Arc<Self>) -> Result<Beginning, IntakeError> {
        let dir = self.processing().join(format!(".new-{}", Uuid::new_v4()));
        fs::create_dir(&dir).map_err(IntakeError::io("making", &dir))?;
        let path = dir.join("lock");
        let lock = File::create(&path).map_err(IntakeError::io("making", &path))?;
        lock.lock().map_err(IntakeError::io("locking", &path))?;
        Ok(Beginning { station: self.clone(), dir, lock: Some(lock) })
    }

    /// The record of a delivery, finished or not. Claims are looked at first: a record moves from there to the status store.
    pub(crate) fn record(&self, delivery: Uuid) -> Result<Option<Delivery>, IntakeError> {
        let claimed = self.processing().join(delivery.to_string()).join(RECORD);
        let finished = self.status_path(delivery);
        for path in [claimed, finished] {
            match fs::read(&path) {
                Ok(text) => return parse(&path, &text).map(Some),
                Err(error) if is_absent(&error) => {}
                Err(source) => return Err(IntakeError::Io { operation: "reading", path, source }),
            }
        }
        Ok(None)
    }

    pub(crate) fn status_path(&self, delivery: Uuid) -> PathBuf {
        let id = delivery.to_string();
        self.status.join(&id[id.len() - 2..]).join(format!("{id}.json"))
    }

    /// What lies in `processing`, worked on or not. A claim that cannot be understood is an error of its own, beside the others.
    pub(crate) fn waiting(self: &Arc<Self>) -> Result<Vec<Result<Waiting, IntakeError>>, IntakeError> {
        let processing = self.processing();
        let mut found = Vec::new();
        for entry in fs::read_dir(&processing).map_err(IntakeError::io("listing", &processing))? {
            let dir = entry.map_err(IntakeError::io("listing", &processing))?.path();
            let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if name.starts_with(".new-") {
                sweep(&dir);
            } else if Uuid::try_parse(&name).is_ok() {
                found.extend(self.look_into(dir).transpose());
            }
        }
        Ok(found)
    }

    /// Whether a delivery has come to its end and was cleared up.
    pub(crate) fn is_finished(&self, delivery: Uuid) -> bool {
        self.status_path(delivery).exists() && !self.is_claimed(delivery)
    }

    /// Whether a delivery has a claim that is not cleared up.
    pub(crate) fn is_claimed(&self, delivery: Uuid) -> bool {
        self.processing().join(delivery.to_string()).exists()
    }

    /// Takes over the claim of a delivery. `None`: there is none, it is finished, or somebody works on it.
    pub(crate) fn take(self: &Arc<Self>, delivery: Uuid) -> Result<Option<Claim>, IntakeError> {
        let dir = self.processing().join(delivery.to_string());
        Waiting { order: delivery, delivery, dir, station: self.clone() }.take()
    }

    fn look_into(self: &Arc<Self>, dir: PathBuf) -> Result<Option<Waiting>, IntakeError> {
        match read_record(&dir)? {
            Some(Delivery { order, delivery, .. }) => Ok(Some(Waiting { order, delivery, dir, station: self.clone() })),
            None => clear(&dir).map(|()| None),
        }
    }
}

/// A claim that may be free to be taken over.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    /// Place in the order of claims.
    pub(crate) order: Uuid,
    /// Delivery id.
    pub(crate) delivery: Uuid,
    dir: PathBuf,
    station: Arc<Station>,
}

impl Waiting {
    /// Takes the claim over. `None`: somebody works on it, or it is finished.
    pub(crate) fn take(&self) -> Result<Option<Claim>, IntakeError> {
        let path = self.dir.join("lock");
        let lock = match File::open(&path) {
            Ok(lock) => lock,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(source) => return Err(IntakeError::Io { operation: "opening", path, source }),
        };
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => return Err(IntakeError::Io { operation: "locking", path, source }),
        }
        // Read again under the lock: it may have been finished, or have come further, since it was listed.
        let Some(delivery) = read_record(&self.dir)? else { return Ok(None) };
        let untold = delivery.stage == Stage::Claimed;
        let claim = Claim { delivery, station: self.station.clone(), dir: self.dir.clone(), fresh: false, untold, _lock: lock };
        if claim.delivery.stage == Stage::Claimed && claim.original().symlink_metadata().is_err() {
            // Killed between the record and the rename: the file is still where it was.
            claim.dissolve()?;
            return Ok(None);
        }
        Ok(Some(claim))
    }
}

/// A claim under its hidden name; dropped unfinished, it disappears.
#[derive(Debug)]
pub(crate) struct Beginning {
    station: Arc<Station>,
    dir: PathBuf,
    lock: Option<File>,
}

impl Beginning {
    /// Where the bytes go when they do not come by rename.
    pub(crate) fn original(&self) -> PathBuf {
        self.dir.join("original")
    }

    /// Where the nth document goes when it does not come by rename; makes their directory.
    pub(crate) fn document(&self, nth: usize) -> Result<PathBuf, IntakeError> {
        let dir = self.dir.join(DOCUMENTS);
        make_dir(&dir)?;
        Ok(dir.join(nth.to_string()))
    }

    /// Writes the record and gives the claim its name. `None`: the delivery is claimed already.
    pub(crate) fn name(mut self, delivery: Delivery) -> Result<Option<Claim>, IntakeError> {
        write_whole(&self.dir.join(RECORD), &record_text(&delivery)?)?;
        let dir = self.station.processing().join(delivery.delivery.to_string());
        match fs::rename(&self.dir, &dir) {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists) => {
                return Ok(None);
            }
            Err(source) => return Err(IntakeError::Io { operation: "naming the claim", path: dir, source }),
        }
        sync_dir(&self.station.processing());
        let Some(lock) = self.lock.take() else { return Ok(None) };
        Ok(Some(Claim { delivery, station: self.station.clone(), dir, fresh: true, untold: true, _lock: lock }))
    }
}

impl Drop for Beginning {
    fn drop(&mut self) {
        if self.lock.is_some() {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

/// A delivery that is ours to carry on.
#[derive(Debug)]
pub struct Claim {
    /// Its record.
    pub delivery: Delivery,
    pub(crate) station: Arc<Station>,
    pub(crate) dir: PathBuf,
    /// Claimed by this process just now: what lies beside the record is what this process wrote.
    pub(crate) fresh: bool,
    /// Nothing was published for it yet, by no process.
    pub(crate) untold: bool,
    _lock: File,
}

impl Claim {
    /// The file as handed in.
    pub(crate) fn original(&self) -> PathBuf {
        self.dir.join("original")
    }

    /// Where its documents lie.
    pub(crate) fn documents(&self) -> PathBuf {
        self.dir.join(DOCUMENTS)
    }

    /// Its nth document.
    pub(crate) fn document(&self, nth: usize) -> PathBuf {
        self.documents().join(nth.to_string())
    }

    /// The bodies of the chunks.
    pub(crate) fn spool(&self) -> PathBuf {
        self.dir.join("chunks")
    }

    /// Its urgent records as a file of their own.
    pub(crate) fn urgent(&self) -> PathBuf {
        self.dir.join("urgent")
    }

    /// Replaces the record. A killed process and a power failure leave the old one or the new one: a rename whose bytes are not
    /// on disk yet could leave an empty one.
    pub(crate) fn save(&self) -> Result<(), IntakeError> {
        write_whole(&self.dir.join(RECORD), &record_text(&self.delivery)?)
    }

    /// Whether somebody wrote to the file after it was claimed: it was dropped by a copy that paused.
    pub(crate) fn is_changed(&self) -> bool {
        self.delivery.stamp.is_some() && self.delivery.stamp != Stamp::of(&self.original())
    }

    /// Moves the record of a finished delivery into the status store.
    pub(crate) fn keep_record(&self) -> Result<(), IntakeError> {
        let (from, to) = (self.dir.join(RECORD), self.station.status_path(self.delivery.delivery));
        if let Some(folder) = to.parent() {
            make_dir(folder)?;
        }
        match fs::rename(&from, &to) {
            // The status store lies on another disk than the folder.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => write_whole(&to, &record_text(&self.delivery)?),
            Err(source) => Err(IntakeError::Io { operation: "keeping the record", path: from, source }),
            Ok(()) => Ok(()),
        }
    }

    /// Removes the claim.
    pub(crate) fn dissolve(&self) -> Result<(), IntakeError> {
        // The record goes first: what is left then is a remnant that anyone may remove.
        for path in [self.dir.join(RECORD), self.dir.clone()] {
            let removed = if path == self.dir { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            match removed {
                Err(error) if !is_absent(&error) => return Err(IntakeError::Io { operation: "removing", path, source: error }),
                _ => {}
            }
        }
        Ok(())
    }
}

/// A directory without record is what is left of a finished claim; it is removed unless a file is in it.
fn clear(dir: &Path) -> Result<(), IntakeError> {
    if dir.join("original").symlink_metadata().is_ok() {
        return Err(IntakeError::Orphan { path: dir.to_owned() });
    }
    match fs::remove_dir_all(dir) {
        Err(error) if !is_absent(&error) => Err(IntakeError::Io { operation: "removing", path: dir.to_owned(), source: error }),
        _ => Ok(()),
    }
}

fn read_record(dir: &Path) -> Result<Option<Delivery>, IntakeError> {
    let path = dir.join(RECORD);
    match fs::read(&path) {
        Ok(text) => parse(&path, &text).map(Some),
        Err(error) if is_absent(&error) => Ok(None),
        Err(source) => Err(IntakeError::Io { operation: "reading", path, source }),
    }
}

/// Removes a hidden claim whose maker is dead.
fn sweep(dir: &Path) {
    let age = dir.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
    let unlocked = match File::open(dir.join("lock")) {
        Ok(lock) => lock.try_lock().is_ok(),
        // Killed before it had one.
        Err(error) => is_absent(&error),
    };
    if unlocked && age.is_some_and(|age| age > UNFINISHED_AGE_MAX) {
        let _ = fs::remove_dir_all(dir);
    }
}

fn parse(path: &Path, text: &[u8]) -> Result<Delivery, IntakeError> {
    serde_json::from_slice(text).map_err(|source| IntakeError::Record { path: path.to_owned(), source })
}

fn record_text(delivery: &Delivery) -> Result<Vec<u8>, IntakeError> {
    serde_json::to_vec_pretty(delivery).map_err(|source| IntakeError::Record { path: RECORD.into(), source })
}

/// Writes a file whole or not at all: beside, flushed to disk, then renamed over.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), IntakeError> {
    let beside = path.with_extension("part");
    let write = || -> io::Result<()> {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(IntakeError::io("writing", path))
}

/// Makes a directory and its parents.
pub(crate) fn make_dir(path: &Path) -> Result<(), IntakeError> {
    fs::create_dir_all(path).map_err(IntakeError::io("making", path))
}

/// Asks that new names in a directory survive a power failure. Some shares refuse; the claim is then as safe as the share.
pub(crate) fn sync_dir(path: &Path) {
    if let Ok(dir) = File::open(path) {
        let _ = dir.sync_all();
    }
}

/// Moves a file, also to another file system. Already moved is moved.
pub(crate) fn move_file(from: &Path, to: &Path) -> Result<(), IntakeError> {
    match fs::rename(from, to) {
        Ok(()) => Ok(()),
        Err(error) if is_absent(&error) && to.symlink_metadata().is_ok() => Ok(()),
        Err(source) => Err(IntakeError::Io { operation: "moving", path: from.to_owned(), source }),
    }
}

/// Copies at most `bytes_max` + 1 bytes into a new file on disk; gives the number of bytes and their SHA-256.
pub(crate) fn copy_in(mut from: impl Read, to: &Path, bytes_max: u64) -> io::Result<(u64, String)> {
    let mut file = File::create(to)?;
    let (mut hash, mut bytes, mut block) = (Sha256::new(), 0_u64, vec![0_u8; COPY_BYTES]);
    while bytes <= bytes_max {
        let read = match from.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        file.write_all(&block[..read])?;
        hash.update(&block[..read]);
        bytes += read as u64;
    }
    file.sync_all()?;
    Ok((bytes, hex::encode(hash.finalize())))
}

pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound)
}

/// An error with its causes, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
