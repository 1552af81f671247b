//! Documents that belong to a file (docs/decisions/0010): which a file names, how they come into its claim, how they are kept,
//! and whether those that were named are those that came.
//!
//! ```text
//! folder ── waiting ──► claim ◄── upload, command line
//!                         │ gather: out of the folder, into the claim
//!                         │ keep:   into the archive, hashed on the way; attached: those inside the file itself
//!                         └ judge:  record by record, named against delivered
//! ```

/// Inside the file itself.
pub mod attached;
/// Out of the folder, into the claim.
mod gather;
/// Named against delivered.
mod judge;
/// Into the archive.
mod keep;
/// Which documents a file names.
mod named;
/// Files of a watched folder that wait for their documents.
pub(crate) mod waiting;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use renkei_core::evidence::{Document, EvidenceRule};
use renkei_core::fault::Fault;
use serde::{Deserialize, Serialize};

pub(crate) use gather::gather;
pub use judge::Judge;
pub(crate) use keep::keep;
pub use named::{Named, named};

use crate::error::IntakeError;

/// Where documents of a watched folder are looked for, as a term of the catalogue; the topic follows.
pub const IN_FOLDER: &str = "evidence_folder";
/// The same of those handed in by a form of the console.
pub const ON_FORM: &str = "evidence_form";

/// A document handed in with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// Its name as handed in.
    pub name: String,
    /// SHA-256 of an uploaded one, to tell a repeated request from another one under the same key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// It lies in the watched folder until it is gathered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_folder: bool,
}

impl Handed {
    /// A document that is in the claim already.
    pub(crate) fn new(name: String) -> Handed {
        Handed { name, sha256: None, in_folder: false }
    }
}

/// The documents a file names that lie in a folder, as far as they are sound; and what is wrong with the others. Nothing is kept:
/// this is what `renkei check` asks.
pub fn beside(rule: &EvidenceRule, named: &Named, folder: &Path) -> Result<(Vec<Document>, Vec<Fault>), IntakeError> {
    let (mut documents, mut faults) = (Vec::new(), Vec::new());
    for (name, path) in named.names.iter().filter_map(|name| Some((name, lying_under(folder, name)?))) {
        match keep::inspect(rule, name, &path, &mut std::io::sink())? {
            Ok(document) => documents.push(document),
            Err(fault) => faults.push(fault),
        }
    }
    Ok((documents, faults))
}

/// The documents a file names that lie beside it, without those of a name given already.
pub(crate) fn lying_beside(named: &Named, file: &Path, given: &[PathBuf]) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let name_of = |path: &PathBuf| path.file_name().map(crate::names::shown_os).map(|name| crate::names::composed(&name));
    let given: BTreeSet<String> = given.iter().filter_map(name_of).collect();
    let missing = named.names.iter().filter(|name| !given.contains(&crate::names::composed(name)));
    missing.filter_map(|name| lying_under(folder, name)).filter(|path| path.is_file()).collect()
}

/// Where a document of that name lies, whichever way the file system spells it.
fn lying_under(folder: &Path, name: &str) -> Option<PathBuf> {
    let exact = folder.join(name);
    if exact.symlink_metadata().is_ok() {
        return Some(exact);
    }
    let wanted = crate::names::composed(name);
    let entries = std::fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).ok()?;
    let mut paths = entries.flatten().map(|entry| folder.join(entry.file_name()));
    paths.find(|path| path.file_name().is_some_and(|found| crate::names::composed(&crate::names::shown_os(found)) == wanted))
}
