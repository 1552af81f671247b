//! What is remembered of a fetched topic, in files: one directory a topic, below the spool.
//!
//! ```text
//! lock           held by the process that fetches
//! state.json     instants, last result, what was handed in last from each address
//! <key>.part     bytes of a file that came so far, and <key>.json what they are a part of
//! body           a file that came whole and was checked
//! documents/     those it names, as far as they came
//! pending.json   the delivery the body becomes: written before it is handed in
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use renkei_core::fault::Fault;
use renkei_core::verdict::Verdict;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::delivery::Delivery;
use crate::error::IntakeError;
use crate::station::{is_absent, make_dir, write_whole};

/// Everything remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Last instant taken up, or the first start.
    #[serde(default)]
    pub scheduled: Option<Timestamp>,
    /// The run that is not over: it is tried again.
    #[serde(default)]
    pub run: Option<Run>,
    /// What the last try brought.
    #[serde(default)]
    pub last: Option<Last>,
    /// When the server was last asked with success, whether there was something new or not.
    #[serde(default)]
    pub last_success: Option<Timestamp>,
    /// What was handed in last, by address.
    #[serde(default)]
    pub files: BTreeMap<String, Known>,
}

/// A run that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Run id: topic and scheduled instant.
    pub id: Uuid,
    /// The instant it was scheduled at.
    pub instant: Timestamp,
    /// Tries so far.
    pub attempts: u32,
    /// When it is tried next.
    pub next_try: Timestamp,
}

/// What a try brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// When.
    pub at: Timestamp,
    /// Its run.
    pub run: Uuid,
    /// The files that were asked for, as far as it came.
    pub files: Vec<Pulled>,
    /// Why it did not come to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// `Retry`: it will be tried again. `Hold`: somebody must do something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

impl Last {
    /// The word of metrics and logs.
    pub fn outcome(&self) -> &'static str {
        match self.verdict {
            Some(Verdict::Retry) => "retry",
            Some(_) => "operator",
            None if self.files.iter().any(|file| file.outcome == PulledOutcome::HandedIn) => "handed_in",
            None => "unchanged",
        }
    }
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulled {
    /// Its address, without secrets.
    pub url: String,
    /// What became of it.
    pub outcome: PulledOutcome,
    /// Its delivery; of a file that brought nothing new, the one that did.
    pub delivery: Option<Uuid>,
    /// Bytes that were sent for it.
    pub bytes: u64,
}

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PulledOutcome {
    /// It is a delivery now.
    HandedIn,
    /// The server says that nothing changed.
    Unchanged,
    /// It was sent, and is what was handed in before.
    Same,
}

/// What was handed in last from an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The address, without secrets.
    pub url: String,
    /// SHA-256 of the full address: validators are of that address alone.
    pub address: String,
    /// `ETag` of the answer.
    pub etag: Option<String>,
    /// `Last-Modified` of the answer.
    pub last_modified: Option<String>,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its delivery.
    pub delivery: Uuid,
}

/// What the bytes that came so far are a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Partial {
    /// SHA-256 of the full address.
    pub(super) address: String,
    /// Strong validator of the answer: only with it the rest may be asked for.
    pub(super) validator: Option<String>,
}

/// A file that is about to be handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pending {
    /// The delivery it becomes.
    pub(super) delivery: Delivery,
    /// Where it is remembered.
    pub(super) key: String,
    /// What is remembered then.
    pub(super) known: Known,
}

/// The directory of a topic.
#[derive(Debug, Clone)]
pub(super) struct Place {
    dir: PathBuf,
}

impl Place {
    pub(super) fn open(dir: PathBuf) -> Result<Place, IntakeError> {
        make_dir(&dir)?;
        Ok(Place { dir })
    }

    /// The right to fetch, as long as it lives. `None`: another process has it.
    pub(super) fn lock(&self) -> Result<Option<File>, IntakeError> {
        let path = self.dir.join("lock");
        let file = File::create(&path).map_err(IntakeError::io("making", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(IntakeError::Io { operation: "locking", path, source }),
        }
    }

    pub(super) fn state(&self) -> Result<State, IntakeError> {
        Ok(read(&self.dir.join("state.json"))?.unwrap_or_default())
    }

    pub(super) fn keep_state(&self, state: &State) -> Result<(), IntakeError> {
        write(&self.dir.join("state.json"), state)
    }

    pub(super) fn pending(&self) -> Result<Option<Pending>, IntakeError> {
        read(&self.dir.join("pending.json"))
    }

    pub(super) fn keep_pending(&self, pending: &Pending) -> Result<(), IntakeError> {
        write(&self.dir.join("pending.json"), pending)
    }

    pub(super) fn forget_pending(&self) -> Result<(), IntakeError> {
        remove(&self.dir.join("pending.json"))
    }

    /// The file that came whole.
    pub(super) fn body(&self) -> PathBuf {
        self.dir.join("body")
    }

    /// The body, and the documents that came for it.
    pub(super) fn forget_body(&self) -> Result<(), IntakeError> {
        self.forget_documents()?;
        remove(&self.body())
    }

    /// Where the nth document of the body lies.
    pub(super) fn document(&self, nth: usize) -> PathBuf {
        self.dir.join("documents").join(nth.to_string())
    }

    /// Makes room for the documents of the body.
    pub(super) fn begin_documents(&self) -> Result<(), IntakeError> {
        self.forget_documents()?;
        make_dir(&self.dir.join("documents"))
    }

    pub(super) fn forget_documents(&self) -> Result<(), IntakeError> {
        let path = self.dir.join("documents");
        match fs::remove_dir_all(&path) {
            Err(error) if !is_absent(&error) => Err(IntakeError::Io { operation: "removing", path, source: error }),
            _ => Ok(()),
        }
    }

    /// The bytes that came so far of what is remembered under a key.
    pub(super) fn part(&self, key: &str) -> PathBuf {
        self.dir.join(format!("{}.part", &sha256_of(key)[..16]))
    }

    pub(super) fn partial(&self, key: &str) -> Result<Option<Partial>, IntakeError> {
        read(&self.part(key).with_extension("json"))
    }

    pub(super) fn keep_partial(&self, key: &str, partial: &Partial) -> Result<(), IntakeError> {
        write(&self.part(key).with_extension("json"), partial)
    }

    pub(super) fn forget_partial(&self, key: &str) -> Result<(), IntakeError> {
        // What it is a part of goes first: bytes of nothing are never continued.
        remove(&self.part(key).with_extension("json"))?;
        remove(&self.part(key))
    }
}

impl Place {
    /// Removes the parts of files that are not asked for any more.
    pub(super) fn keep_parts_of<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Result<(), IntakeError> {
        let wanted: Vec<PathBuf> = keys.map(|key| self.part(key)).collect();
        for entry in fs::read_dir(&self.dir).map_err(IntakeError::io("listing", &self.dir))? {
            let path = entry.map_err(IntakeError::io("listing", &self.dir))?.path();
            if path.extension().is_some_and(|ending| ending == "part") && !wanted.contains(&path) {
                remove(&path.with_extension("json"))?;
                remove(&path)?;
            }
        }
        Ok(())
    }
}

/// The state of a topic in a directory, for a look at it; `None` before the first start.
pub fn look(spool_dir: &Path, slug: &str) -> Result<Option<State>, IntakeError> {
    read(&dir(spool_dir, slug).join("state.json"))
}

/// The directory of a topic.
pub(super) fn dir(spool_dir: &Path, slug: &str) -> PathBuf {
    spool_dir.join("pull").join(slug)
}

pub(super) fn sha256_of(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, IntakeError> {
    match fs::read(path) {
        Ok(text) => {
            serde_json::from_slice(&text).map(Some).map_err(|source| IntakeError::Record { path: path.to_owned(), source })
        }
        Err(error) if is_absent(&error) => Ok(None),
        Err(source) => Err(IntakeError::Io { operation: "reading", path: path.to_owned(), source }),
    }
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), IntakeError> {
    let text = serde_json::to_vec_pretty(value).map_err(|source| IntakeError::Record { path: path.to_owned(), source })?;
    // Beside each other lie files that differ in their ending only.
    let beside = path.with_extension("json.new");
    write_whole(&beside, &text)?;
    fs::rename(&beside, path).map_err(IntakeError::io("writing", path))
}

fn remove(path: &Path) -> Result<(), IntakeError> {
    match fs::remove_file(path) {
        Err(error) if !is_absent(&error) => Err(IntakeError::Io { operation: "removing", path: path.to_owned(), source: error }),
        _ => Ok(()),
    }
}
