//! Why a delivery could not be carried on now. A wrong *content* is never an error here: it becomes a rejection.

use std::path::{Path, PathBuf};

use renkei_core::archive::ArchiveError;
use renkei_core::broker::PublishError;
use renkei_core::layout::read::ReadError;
use renkei_core::verdict::{Classify, Verdict};
use renkei_core::zip::ZipError;
use uuid::Uuid;

use crate::delivery::Delivery;

/// Why a delivery could not be carried on now.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// A file or directory of ours did not do what was asked.
    #[error("{operation} {}", path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The archive did not take the original.
    #[error("archiving {file} of delivery {delivery}")]
    Archive {
        /// Delivery.
        delivery: Uuid,
        /// File name.
        file: String,
        /// Why not.
        source: Box<ArchiveError>,
    },
    /// Reading failed half way; the content is another matter.
    #[error("reading {file} of delivery {delivery}")]
    Read {
        /// Delivery.
        delivery: Uuid,
        /// File name.
        file: String,
        /// Why.
        source: ReadError,
    },
    /// The broker did not take a message.
    #[error("publishing delivery {delivery} to {topic}")]
    Publish {
        /// Delivery.
        delivery: Uuid,
        /// Topic slug.
        topic: String,
        /// Why not.
        source: Box<PublishError>,
    },
    /// Somebody wrote to the file after it was claimed.
    #[error("{file} of delivery {delivery} changed while it was read: archived as {archived}, read as {read}")]
    Changed {
        /// Delivery.
        delivery: Uuid,
        /// File name.
        file: String,
        /// SHA-256 of what was archived.
        archived: String,
        /// SHA-256 of what was validated.
        read: String,
    },
    /// The file grew after it was claimed: a copy had paused for longer than the settling time.
    #[error("{file} of delivery {delivery} is still being written; it is read again when it has settled")]
    Growing {
        /// Delivery.
        delivery: Uuid,
        /// File name.
        file: String,
    },
    /// A member of an archive could not be carried on; the archive waits for it.
    #[error("{member} of the archive of delivery {delivery}")]
    Member {
        /// Delivery of the archive.
        delivery: Uuid,
        /// File name of the member.
        member: String,
        /// Why.
        source: Box<IntakeError>,
    },
    /// An archive that had been checked could not be unpacked.
    #[error("unpacking {file} of delivery {delivery}")]
    Unpack {
        /// Delivery.
        delivery: Uuid,
        /// File name.
        file: String,
        /// Why.
        source: ZipError,
    },
    /// `delivery.json` cannot be understood.
    #[error("{} is not a delivery record", path.display())]
    Record {
        /// Where it lies.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A claim has a file but no record: somebody took the record away.
    #[error("{} has a file but no record; move the file back to the folder to hand it in again", path.display())]
    Orphan {
        /// The claim.
        path: PathBuf,
    },
    /// The topic is unknown or only planned.
    #[error("topic {topic} takes nothing in: {reason}")]
    Topic {
        /// Slug as given.
        topic: String,
        /// Why.
        reason: String,
    },
    /// The work ended without an answer.
    #[error("{operation} of delivery {delivery} ended in a panic")]
    Panicked {
        /// What was done.
        operation: &'static str,
        /// Delivery.
        delivery: Uuid,
        /// The panic.
        source: tokio::task::JoinError,
    },
    /// The program is stopping.
    #[error("delivery {delivery} waits for the next start: the program is stopping")]
    Stopping {
        /// Delivery.
        delivery: Uuid,
    },
}

impl IntakeError {
    /// For `map_err`: an operation on a path.
    pub(crate) fn io(operation: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> IntakeError + use<> {
        let path = path.to_owned();
        move |source| IntakeError::Io { operation, path, source }
    }

    /// A file was archived as it is in its record, and read as something else.
    pub(crate) fn changed(delivery: &Delivery, read: String) -> IntakeError {
        let (file, archived) = (delivery.file.clone(), delivery.sha256.clone());
        IntakeError::Changed { delivery: delivery.delivery, file, archived, read }
    }

    /// Whether other deliveries would meet the same: then they wait too, instead of failing one by one.
    pub(crate) fn concerns_all(&self) -> bool {
        match self {
            IntakeError::Publish { .. } | IntakeError::Stopping { .. } => true,
            IntakeError::Archive { source, .. } => source.verdict() == Verdict::Retry,
            IntakeError::Member { source, .. } => source.concerns_all(),
            _ => false,
        }
    }
}

impl Classify for IntakeError {
    fn verdict(&self) -> Verdict {
        match self {
            IntakeError::Io { .. } | IntakeError::Changed { .. } | IntakeError::Growing { .. } | IntakeError::Stopping { .. } => {
                Verdict::Retry
            }
            IntakeError::Archive { source, .. } => source.verdict(),
            IntakeError::Read { source, .. } => source.verdict(),
            IntakeError::Publish { source, .. } => source.verdict(),
            // A fault of ours is counted where the member is; the archive only waits.
            IntakeError::Member { .. } | IntakeError::Unpack { source: ZipError::Io(_), .. } => Verdict::Retry,
            IntakeError::Unpack { source: ZipError::Refused(_), .. } => Verdict::Bug,
            IntakeError::Topic { .. } => Verdict::Reject,
            IntakeError::Record { .. } | IntakeError::Orphan { .. } | IntakeError::Panicked { .. } => Verdict::Bug,
        }
    }
}
