//! How a blob comes to be: written beside the others and hashed on the way, then named; or never seen.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{Archive, ArchiveError, ArchiveKey};

/// Spool files older than this belong to a process that died; they are removed when an archive is opened.
pub(super) const SPOOL_AGE_MAX: Duration = Duration::from_secs(24 * 3600);

/// Writes one blob. Dropped before [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub struct ArchiveWriter {
    archive: Archive,
    file: File,
    spool: SpoolFile,
    hasher: Sha256,
    bytes: u64,
}

impl ArchiveWriter {
    /// A new spool file of this archive.
    pub(super) fn open(archive: &Archive) -> Result<Self, ArchiveError> {
        let path = archive.spool.join(format!("{}.part", uuid::Uuid::new_v4()));
        let file = File::options().write(true).create_new(true).open(&path);
        let file = file.map_err(|source| ArchiveError::File { operation: "creating", path: path.clone(), source })?;
        let spool = SpoolFile { path };
        Ok(ArchiveWriter { archive: archive.clone(), file, spool, hasher: Sha256::new(), bytes: 0 })
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends bytes; the same as [`Write::write_all`] with the archive's error.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        let written = self.write_all(bytes);
        written.map_err(|source| ArchiveError::File { operation: "writing", path: self.spool.path.clone(), source })
    }

    /// Flushes to disk and gives the blob its name.
    pub async fn finish(self) -> Result<ArchiveKey, ArchiveError> {
        let ArchiveWriter { archive, file, spool, hasher, .. } = self;
        let key = ArchiveKey::of(hasher);
        let path = spool.path.clone();
        blocking(move || file.sync_all()).await.map_err(|source| ArchiveError::File { operation: "flushing", path, source })?;
        archive.place(&spool.path, &key).await?;
        Ok(key)
    }
}

impl Write for ArchiveWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A spool file, removed when it is dropped; after a rename there is nothing left to remove.
#[derive(Debug)]
struct SpoolFile {
    path: PathBuf,
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Renames within one file system and flushes the folders, so that the blob survives a power cut under its name.
pub(super) async fn rename_into_place(from: PathBuf, to: PathBuf) -> Result<(), ArchiveError> {
    let path = to.clone();
    let renamed = blocking(move || {
        let folder = to.parent().unwrap_or(&to).to_owned();
        let is_new = !folder.exists();
        std::fs::create_dir_all(&folder)?;
        std::fs::rename(&from, &to)?;
        File::open(&folder)?.sync_all()?;
        if is_new {
            // The new folder's own name has to survive as well, up to the archive's root.
            for ancestor in folder.ancestors().skip(1).take(2) {
                File::open(ancestor)?.sync_all()?;
            }
        }
        Ok(())
    });
    renamed.await.map_err(|source| ArchiveError::File { operation: "storing", path, source })
}

async fn blocking(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> io::Result<()> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| Err(io::Error::other(e)))
}

/// Removes what dead processes left. Failing to sweep is no reason not to open.
pub(super) fn sweep(spool: &Path) {
    let Ok(entries) = std::fs::read_dir(spool) else { return };
    for entry in entries.flatten() {
        let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
        if entry.path().extension().is_some_and(|e| e == "part") && age.is_some_and(|age| age > SPOOL_AGE_MAX) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
