//! Files that are carried on a medium (USB).
//!
//! A stand-alone machine hands its file over on a medium that a person brings. Nothing is taken by itself: somebody names the
//! bearer and the approver, and only then are the files of a known medium read, from a file system that is mounted read-only.
//! Nothing is ever written to a medium; what was taken is remembered here by its SHA-256, and the wipe is the clerk's to report.

/// Takes the files of a medium.
mod accept;
/// What is mounted, and what it calls itself.
mod mount;
/// What lies on a medium.
mod survey;
/// Says that a medium waits.
mod watch;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use accept::{Acceptance, Accepted, accept, present};
pub use mount::{Mounted, Mounts, SystemMounts};
use renkei_core::verdict::{Classify, Verdict};
use serde::Deserialize;
pub use survey::{Found, Item, Refusal, survey};
pub(crate) use watch::Watch;

use crate::error::IntakeError;

/// `[produce.medium]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediumConfig {
    /// Where media are mounted, itself or one folder a medium. Default `/media/renkei`.
    pub mount_dir: PathBuf,
    /// The media that may be used; any other is refused. Default none.
    pub known: Vec<KnownMedium>,
}

impl Default for MediumConfig {
    fn default() -> Self {
        MediumConfig { mount_dir: "/media/renkei".into(), known: Vec::new() }
    }
}

/// A registered medium.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownMedium {
    /// UUID of its file system, as `/dev/disk/by-uuid` has it.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Slugs of the topics it may carry.
    pub topics: Vec<String>,
}

/// Why nothing was taken from a medium.
#[derive(Debug, thiserror::Error)]
pub enum MediumError {
    /// The topic's files come another way.
    #[error("topic {topic} takes nothing from media (queues.toml: medium)")]
    Topic {
        /// Slug.
        topic: String,
    },
    /// Bearer and approver are the same person, or one of them is not named.
    #[error("the bearer and the approver of a medium must be two persons with names: {bearer:?}, {approver:?}")]
    Persons {
        /// Who brought it.
        bearer: String,
        /// Who approved.
        approver: String,
    },
    /// No medium, or more than one and none was named.
    #[error("{count} media are mounted in {}, and one must be meant: {found}", mount_dir.display())]
    Which {
        /// Where media are mounted.
        mount_dir: PathBuf,
        /// How many fit.
        count: usize,
        /// Their ids.
        found: String,
    },
    /// The medium is not registered for the topic.
    #[error("medium {id} is not registered for {topic} (produce.medium.known)")]
    Unknown {
        /// Id of its file system.
        id: String,
        /// Slug.
        topic: String,
    },
    /// The medium could be written to.
    #[error("medium {id} is not mounted read-only")]
    Writable {
        /// Id of its file system.
        id: String,
    },
    /// Something lies on the medium that has no business there.
    #[error("medium {id} is refused, nothing was taken: {list}")]
    Refused {
        /// Id of its file system.
        id: String,
        /// What was found and why it is refused.
        list: String,
    },
    /// One total was stated for several files.
    #[error("a total is stated, and {count} files would be taken: put <file>.ctl beside each")]
    TotalOfMany {
        /// How many files.
        count: usize,
    },
    /// The medium changed while it was read.
    #[error("{file} on medium {id} changed while it was read: delivery {delivery} holds other bytes than were looked at")]
    Changed {
        /// File name.
        file: String,
        /// Id of the file system.
        id: String,
        /// The delivery.
        delivery: uuid::Uuid,
    },
    /// Reading the medium, or carrying a file on, failed.
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

impl Classify for MediumError {
    fn verdict(&self) -> Verdict {
        match self {
            MediumError::Intake(error) => error.verdict(),
            MediumError::Changed { .. } => Verdict::Hold,
            _ => Verdict::Reject,
        }
    }
}
