//! Who may hand in over HTTP, as a file. The administrator's list is in the database; producers have none, so a consuming role
//! writes the list down and they read it (docs/decisions/0022). It holds SHA-256 of tokens only.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::verdict::{Classify, Verdict};
use crate::whole;

/// Version of the file's form.
const VERSION: u16 = 1;

/// A token that is good for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenderToken {
    /// Its number in the administrator's list.
    pub id: i64,
    /// Name of the sender: `einvoice` hands in as `http:einvoice`.
    pub name: String,
    /// SHA-256 of the token, hexadecimal.
    pub sha256: String,
    /// Slugs, or `*`.
    pub topics: Vec<String>,
    /// The last day it is good for; `None`: until it is revoked.
    pub through: Option<Date>,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SendersFileError {
    /// It cannot be read or written.
    #[error("{doing} the list of senders {path}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is no list of senders.
    #[error("{path} is no list of senders; `renkei token write` makes it anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// Another version of the program wrote it.
    #[error("{path} is a list of senders of version {version}, this program reads version {VERSION}")]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u16,
    },
}

impl SendersFileError {
    /// Whether there is no file yet.
    pub fn is_missing(&self) -> bool {
        matches!(self, SendersFileError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

impl Classify for SendersFileError {
    /// Somebody must provide the file; who is known stays known.
    fn verdict(&self) -> Verdict {
        match self {
            SendersFileError::Io { .. } => Verdict::Retry,
            _ => Verdict::Hold,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u16,
    senders: Vec<SenderToken>,
}

/// What every version of it begins with.
#[derive(Debug, Deserialize)]
struct Version {
    version: u16,
}

/// Writes it whole or not at all; `false` when the file says the same already.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, senders: &[SenderToken]) -> Result<bool, SendersFileError> {
    let written = Written { version: VERSION, senders: senders.to_vec() };
    // Numbers and strings always serialise.
    let text = serde_json::to_string(&written).unwrap_or_default() + "\n";
    whole::write(path, text.as_bytes()).map_err(|(doing, source)| SendersFileError::Io { doing, path: path.to_owned(), source })
}

/// Reads it.
///
/// # Errors
/// It is missing or no list of this version.
pub fn read(path: &Path) -> Result<Vec<SenderToken>, SendersFileError> {
    let bytes = fs::read(path).map_err(|source| SendersFileError::Io { doing: "reading", path: path.to_owned(), source })?;
    let damaged = |source| SendersFileError::Damaged { path: path.to_owned(), source };
    // Its version first: what another version wrote has another form.
    let Version { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
    if version != VERSION {
        return Err(SendersFileError::Version { path: path.to_owned(), version });
    }
    Ok(serde_json::from_slice::<Written>(&bytes).map_err(damaged)?.senders)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/senders.json");
        assert!(read(&path).unwrap_err().is_missing());
        let one = SenderToken {
            id: 3,
            name: "einvoice".to_owned(),
            sha256: "ab".repeat(32),
            topics: vec!["90_toy".to_owned()],
            through: Some(date(2027, 3, 31)),
        };
        assert!(write(&path, std::slice::from_ref(&one)).unwrap());
        assert!(!write(&path, std::slice::from_ref(&one)).unwrap(), "nothing new");
        assert_eq!(read(&path).unwrap(), [one]);
        fs::write(&path, "{").unwrap();
        assert!(matches!(read(&path), Err(SendersFileError::Damaged { .. })));
        fs::write(&path, r#"{"version":9,"senders":[]}"#).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("version 9"));
    }
}
