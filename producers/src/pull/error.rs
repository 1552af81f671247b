//! Why a file was not fetched. What will pass is tried again; what will not is for an operator.

use std::time::Duration;

use renkei_core::fault::Fault;
use renkei_core::partner::SettingError;
use renkei_core::verdict::{Classify, Verdict};

use crate::error::IntakeError;
use crate::station::chain;

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The server was not reached, or the connection broke.
    #[error("{url} was not reached, or the answer broke off")]
    Unreachable {
        /// The address, without secrets.
        url: String,
        /// Why; without the address, which may hold one.
        source: reqwest::Error,
    },
    /// The server says that it cannot answer now.
    #[error("{url} answers {status}: not now")]
    Busy {
        /// The address.
        url: String,
        /// HTTP status.
        status: u16,
        /// When to come again (`Retry-After`).
        after: Option<Duration>,
    },
    /// The body ended early; what came is kept.
    #[error("{url} sent {found} of {expected} bytes")]
    Incomplete {
        /// The address.
        url: String,
        /// Announced bytes.
        expected: u64,
        /// Bytes that came.
        found: u64,
    },
    /// The bytes are not those the server means.
    #[error("{url} states SHA-256 {stated}, but what came has {found}")]
    Mismatch {
        /// The address.
        url: String,
        /// The checksum stated.
        stated: String,
        /// The checksum of what came.
        found: String,
    },
    /// The server does not give the file: it will not tomorrow either, unless somebody does something.
    #[error("{url} answers {status}")]
    Refused {
        /// The address.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// The file has not been made yet.
    #[error("{url} is not there yet")]
    Early {
        /// The address.
        url: String,
    },
    /// A document the file names has not been put there yet.
    #[error("{url} names the document {name:?}, which is not there")]
    Document {
        /// The address of the file.
        url: String,
        /// The document.
        name: String,
    },
    /// The answer leads where it may not.
    #[error("{url} leads to {to}, which {reason}")]
    Astray {
        /// The address.
        url: String,
        /// Where it leads.
        to: String,
        /// Why not there.
        reason: String,
    },
    /// The answer cannot be used.
    #[error("the answer of {url} cannot be used: {reason}")]
    Answer {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// The file is larger than a file may be.
    #[error("{url} is larger than {max} bytes")]
    TooLarge {
        /// The address.
        url: String,
        /// The limit.
        max: u64,
    },
    /// A secret or certificate cannot be used.
    #[error("{what} cannot be used: {reason}")]
    Setting {
        /// Which setting.
        what: String,
        /// Why.
        reason: String,
    },
    /// Another process fetches this topic now.
    #[error("another process is fetching {topic}")]
    Taken {
        /// Topic slug.
        topic: String,
    },
    /// The day of the run is over.
    #[error("given up with the day after {attempts} tries")]
    GivenUp {
        /// Tries.
        attempts: u32,
    },
    /// Our own disk.
    #[error(transparent)]
    Own(#[from] IntakeError),
}

impl From<SettingError> for PullError {
    fn from(SettingError { what, reason }: SettingError) -> Self {
        PullError::Setting { what, reason }
    }
}

impl PullError {
    /// When the server wants to be asked again.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            PullError::Busy { after, .. } => *after,
            _ => None,
        }
    }

    /// Where files appear at their own time, one that is not there has not come yet.
    pub(super) fn or_early(self, missing_is_early: bool) -> PullError {
        match self {
            PullError::Refused { url, status: 404 } if missing_is_early => PullError::Early { url },
            other => other,
        }
    }

    /// As the catalogue tells it.
    pub fn fault(&self) -> Fault {
        match self {
            PullError::Unreachable { url, source } => {
                Fault::new("PULL_UNREACHABLE").arg("url", url).arg("reason", root_cause(source))
            }
            PullError::Busy { url, status, .. } => Fault::new("PULL_BUSY").arg("url", url).arg("status", status),
            PullError::Incomplete { url, expected, found } => {
                Fault::new("PULL_INCOMPLETE").arg("url", url).arg("expected", expected).arg("found", found)
            }
            PullError::Mismatch { url, .. } => Fault::new("PULL_MISMATCH").arg("url", url),
            PullError::Refused { url, status: status @ (401 | 403) } => {
                Fault::new("PULL_DENIED").arg("url", url).arg("status", status)
            }
            PullError::Refused { url, status } => Fault::new("PULL_REFUSED").arg("url", url).arg("status", status),
            PullError::Early { url } => Fault::new("PULL_EARLY").arg("url", url),
            PullError::Document { url, name } => Fault::new("PULL_DOCUMENT").arg("url", url).arg("name", name),
            PullError::Astray { url, to, .. } => Fault::new("PULL_ASTRAY").arg("url", url).arg("to", to),
            PullError::Answer { url, reason } => Fault::new("PULL_ANSWER").arg("url", url).arg("reason", reason),
            PullError::TooLarge { url, max } => Fault::new("PULL_TOO_LARGE").arg("url", url).arg("max", max),
            PullError::Setting { what, reason } => Fault::new("PULL_SETTING").arg("what", what).arg("reason", reason),
            PullError::Taken { topic } => Fault::new("PULL_TAKEN").arg("topic", topic),
            PullError::GivenUp { attempts } => Fault::new("PULL_GIVEN_UP").arg("attempts", attempts),
            PullError::Own(error) => Fault::new("PULL_OWN_DISK").arg("reason", chain(error)),
        }
    }
}

impl Classify for PullError {
    fn verdict(&self) -> Verdict {
        match self {
            PullError::Unreachable { .. }
            | PullError::Busy { .. }
            | PullError::Early { .. }
            | PullError::Document { .. }
            | PullError::Incomplete { .. }
            | PullError::Mismatch { .. }
            | PullError::Taken { .. } => Verdict::Retry,
            PullError::Refused { .. }
            | PullError::Astray { .. }
            | PullError::Answer { .. }
            | PullError::TooLarge { .. }
            | PullError::Setting { .. }
            | PullError::GivenUp { .. } => Verdict::Hold,
            PullError::Own(error) => error.verdict(),
        }
    }
}

/// The innermost cause says most: a refused connection, a certificate nobody vouches for.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
