//! What was last taken in of each user, as files: the record of what was sent on, not of what the ledger made of it.
//!
//! ```text
//! <spool>/<slug>/scim/lock            held by whoever changes a user
//! <spool>/<slug>/scim/users/<id>.json
//! <spool>/<slug>/scim/names/<…>       login id, in hex and lower case → user; kept for ever: login ids are never given again
//! <spool>/<slug>/scim/externals/<…>   externalId → user
//! ```
//!
//! A user is written before its delivery is claimed, with the delivery's id. So whoever asks again after a crash goes on with the
//! same delivery instead of making another.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::error::IntakeError;
use crate::station::{is_absent, make_dir, write_whole};

/// Pause between two looks at a lock somebody else holds.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// A user as last taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) id: Uuid,
    /// The delivery that carries this version.
    pub(super) delivery: Uuid,
    /// The broker has confirmed it.
    pub(super) confirmed: bool,
    /// Deleted: disabled, and shown to nobody.
    pub(super) deleted: bool,
    pub(super) version: i64,
    /// The sender counts versions himself.
    pub(super) counted: bool,
    pub(super) created: String,
    pub(super) modified: String,
    /// The attributes, without `id`, `schemas` and `meta`.
    pub(super) content: Map<String, Value>,
}

impl Kept {
    pub(super) fn text(&self, attribute: &str) -> &str {
        self.content.get(attribute).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn etag(&self) -> String {
        format!("W/\"{}\"", self.version)
    }
}

/// The files of one topic.
#[derive(Debug, Clone)]
pub(super) struct Store {
    root: PathBuf,
}

impl Store {
    /// Makes the directories.
    pub(super) fn open(root: PathBuf) -> Result<Store, IntakeError> {
        for part in ["users", "names", "externals"] {
            make_dir(&root.join(part))?;
        }
        Ok(Store { root })
    }

    /// Waits until nobody else, in any process, changes a user.
    pub(super) async fn lock(&self, stopping: &CancellationToken) -> Result<File, IntakeError> {
        let path = self.root.join("lock");
        let file = File::create(&path).map_err(IntakeError::io("making", &path))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(fs::TryLockError::Error(source)) => return Err(IntakeError::Io { operation: "locking", path, source }),
                Err(fs::TryLockError::WouldBlock) => {}
            }
            tokio::select! {
                () = stopping.cancelled() => return Err(IntakeError::Stopping { delivery: Uuid::nil() }),
                () = tokio::time::sleep(LOCK_PAUSE) => {}
            }
        }
    }

    pub(super) fn get(&self, id: Uuid) -> Result<Option<Kept>, IntakeError> {
        let path = self.user(id);
        match read(path.clone())? {
            Some(text) => serde_json::from_slice(&text).map(Some).map_err(|source| IntakeError::Record { path, source }),
            None => Ok(None),
        }
    }

    /// Who has, or once had, a login id.
    pub(super) fn owner(&self, user_name: &str) -> Result<Option<Kept>, IntakeError> {
        self.follow("names", &user_name.to_ascii_lowercase())
    }

    /// Who was last stated to be this person.
    pub(super) fn person(&self, external_id: &str) -> Result<Option<Kept>, IntakeError> {
        self.follow("externals", external_id)
    }

    fn follow(&self, index: &str, key: &str) -> Result<Option<Kept>, IntakeError> {
        let Some(id) = read(self.entry(index, key))? else { return Ok(None) };
        match std::str::from_utf8(&id).ok().and_then(|id| id.trim().parse().ok()) {
            Some(id) => self.get(id),
            None => Ok(None),
        }
    }

    /// Every user, by id.
    pub(super) fn all(&self) -> Result<Vec<Kept>, IntakeError> {
        let folder = self.root.join("users");
        let mut ids = Vec::new();
        for entry in fs::read_dir(&folder).map_err(IntakeError::io("listing", &folder))? {
            let path = entry.map_err(IntakeError::io("listing", &folder))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".json"));
            ids.extend(name.and_then(|name| name.parse::<Uuid>().ok()));
        }
        ids.sort();
        ids.into_iter().filter_map(|id| self.get(id).transpose()).collect()
    }

    /// Keeps a user. The ways to him are laid first: one that leads nowhere is passed over, one that is missing would make a twin.
    pub(super) fn put(&self, kept: &Kept) -> Result<(), IntakeError> {
        let id = kept.id.to_string();
        write_whole(&self.entry("names", &kept.text("userName").to_ascii_lowercase()), id.as_bytes())?;
        write_whole(&self.entry("externals", kept.text("externalId")), id.as_bytes())?;
        let path = self.user(kept.id);
        let text = serde_json::to_vec_pretty(kept).map_err(|source| IntakeError::Record { path: path.clone(), source })?;
        write_whole(&path, &text)
    }

    fn user(&self, id: Uuid) -> PathBuf {
        self.root.join("users").join(format!("{id}.json"))
    }

    fn entry(&self, index: &str, key: &str) -> PathBuf {
        self.root.join(index).join(hex::encode(key))
    }
}

fn read(path: PathBuf) -> Result<Option<Vec<u8>>, IntakeError> {
    match fs::read(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(source) => Err(IntakeError::Io { operation: "reading", path, source }),
    }
}
