//! Content-addressed store of every file that came in or went out: `blobs/<first two>/<sha256>`.
//!
//! The name of a blob is the hash of its bytes, so a blob is written once, never changed, and can always be checked against
//! its own name. Where it lives is a URL: a local folder (default) or an S3 bucket through `object_store`.
//!
//! The name is known only when the last byte is. Everything is therefore written to a spool file first, hashed on the way,
//! flushed to disk, and only then given its name (a rename in a local archive, an upload in a remote one): an interrupted
//! write leaves no half blob, only a spool file that the next start sweeps away.

/// How a blob is written and named.
mod write;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub use self::write::ArchiveWriter;
use self::write::{rename_into_place, sweep};
use crate::verdict::{Classify, Verdict};

/// Bytes read or written at a time.
const BLOCK_BYTES: usize = 256 * 1024;

/// The name of a blob in the archive, `blobs/ab/abcdef…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArchiveKey {
    sha256: String,
}

impl ArchiveKey {
    /// The key of the blob with this SHA-256 (64 lower-case hex digits).
    pub fn from_sha256(sha256: &str) -> Result<Self, ArchiveError> {
        let hex = sha256.len() == 64 && sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if hex { Ok(ArchiveKey { sha256: sha256.to_owned() }) } else { Err(ArchiveError::NotAKey { text: sha256.to_owned() }) }
    }

    /// Reads a key as [`Display`](std::fmt::Display) writes it.
    pub fn parse(text: &str) -> Result<Self, ArchiveError> {
        let key = text.rsplit('/').next().map_or_else(|| ArchiveKey::from_sha256(text), ArchiveKey::from_sha256);
        match key {
            Ok(key) if key.to_string() == text => Ok(key),
            _ => Err(ArchiveError::NotAKey { text: text.to_owned() }),
        }
    }

    /// SHA-256 of the blob, hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    fn of(hasher: Sha256) -> Self {
        ArchiveKey { sha256: hex::encode(hasher.finalize()) }
    }
}

impl std::fmt::Display for ArchiveKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "blobs/{}/{}", &self.sha256[..2], self.sha256)
    }
}

impl std::str::FromStr for ArchiveKey {
    type Err = ArchiveError;

    fn from_str(text: &str) -> Result<Self, ArchiveError> {
        ArchiveKey::parse(text)
    }
}

/// Why the archive did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The URL names no kind of archive we know, or an incomplete one.
    #[error("archive {url} cannot be opened: {reason}")]
    BadUrl {
        /// The URL as configured.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The text is not the key of a blob.
    #[error("{text:?} is not the key of a blob (blobs/<first two>/<sha256>)")]
    NotAKey {
        /// The text.
        text: String,
    },
    /// There is no such blob: it was recorded once and is gone.
    #[error("{key} is not in the archive")]
    Missing {
        /// The blob.
        key: ArchiveKey,
    },
    /// The bytes are not those the blob is named after.
    #[error("{key} is damaged: its bytes have SHA-256 {found}")]
    Damaged {
        /// The blob.
        key: ArchiveKey,
        /// The hash of the bytes found.
        found: String,
    },
    /// The file to be archived, or the local folder of the archive, cannot be read or written.
    #[error("{operation} {path}")]
    File {
        /// What was tried.
        operation: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The object store answered with an error.
    #[error("{operation} {key}")]
    Store {
        /// What was tried.
        operation: &'static str,
        /// On which blob.
        key: ArchiveKey,
        /// Why not.
        source: object_store::Error,
    },
}

impl Classify for ArchiveError {
    fn verdict(&self) -> Verdict {
        match self {
            // A disk or a store that does not answer: nothing is wrong with the file.
            ArchiveError::File { .. } | ArchiveError::Store { .. } => Verdict::Retry,
            ArchiveError::BadUrl { .. } | ArchiveError::NotAKey { .. } => Verdict::Bug,
            ArchiveError::Missing { .. } | ArchiveError::Damaged { .. } => Verdict::Bug,
        }
    }
}

/// An open archive; clones share it.
#[derive(Debug, Clone)]
pub struct Archive {
    store: Arc<dyn ObjectStore>,
    /// Folder of a local archive: blobs are renamed into place instead of uploaded.
    local: Option<PathBuf>,
    prefix: String,
    spool: PathBuf,
}

impl Archive {
    /// Opens `file:///folder`, a plain folder (made when missing) or `s3://bucket/prefix`. S3 credentials, region and
    /// endpoint come from the usual `AWS_*` environment.
    pub fn open(url: &str) -> Result<Archive, ArchiveError> {
        let bad = |reason: String| ArchiveError::BadUrl { url: url.to_owned(), reason };
        if let Some(rest) = url.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            if bucket.is_empty() {
                return Err(bad("it names no bucket".to_owned()));
            }
            let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build().map_err(|e| bad(e.to_string()))?;
            let prefix = prefix.trim_matches('/').to_owned();
            return Archive::at(Arc::new(store), None, prefix, std::env::temp_dir().join("renkei-spool"));
        }
        let folder = url.strip_prefix("file://").unwrap_or(url);
        if folder.is_empty() || folder.contains("://") {
            return Err(bad("expected a folder, file:///folder or s3://bucket/prefix".to_owned()));
        }
        let folder = std::path::absolute(folder).map_err(|e| bad(e.to_string()))?;
        make_dir(&folder)?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(|e| bad(e.to_string()))?;
        let spool = folder.join("incoming");
        Archive::at(Arc::new(store), Some(folder), String::new(), spool)
    }

    fn at(store: Arc<dyn ObjectStore>, local: Option<PathBuf>, prefix: String, spool: PathBuf) -> Result<Self, ArchiveError> {
        make_dir(&spool)?;
        sweep(&spool);
        Ok(Archive { store, local, prefix, spool })
    }

    /// Archives a file that exists.
    pub async fn put_file(&self, path: impl AsRef<Path>) -> Result<ArchiveKey, ArchiveError> {
        let path = path.as_ref();
        let failed = |source| ArchiveError::File { operation: "reading", path: path.to_owned(), source };
        let mut input = tokio::fs::File::open(path).await.map_err(failed)?;
        let mut writer = self.put_writer()?;
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            let read = input.read(&mut block).await.map_err(failed)?;
            if read == 0 {
                return writer.finish().await;
            }
            writer.append(&block[..read])?;
        }
    }

    /// Archives bytes in memory.
    pub async fn put_bytes(&self, bytes: &[u8]) -> Result<ArchiveKey, ArchiveError> {
        let mut writer = self.put_writer()?;
        writer.append(bytes)?;
        writer.finish().await
    }

    /// Opens a writer that hashes while it writes; the blob exists only after [`ArchiveWriter::finish`].
    pub fn put_writer(&self) -> Result<ArchiveWriter, ArchiveError> {
        ArchiveWriter::open(self)
    }

    /// The whole blob, checked against its name.
    pub async fn get_bytes(&self, key: &ArchiveKey) -> Result<Bytes, ArchiveError> {
        let result = self.store.get(&self.object(key)).await.map_err(|e| stored("reading", key, e))?;
        let bytes = result.bytes().await.map_err(|e| stored("reading", key, e))?;
        let mut hasher = Sha256::new();
        hasher.update(&bytes);
        named_by(key, hasher)?;
        Ok(bytes)
    }

    /// The blob block by block; memory stays flat. The last item is an error when the bytes do not match the name.
    pub async fn get_stream(&self, key: &ArchiveKey) -> Result<BoxStream<'static, Result<Bytes, ArchiveError>>, ArchiveError> {
        let result = self.store.get(&self.object(key)).await.map_err(|e| stored("reading", key, e))?;
        let state = (result.into_stream(), Some(Sha256::new()), key.clone());
        let blocks = futures_util::stream::unfold(state, |(mut stream, hasher, key)| async move {
            let mut hasher = hasher?;
            match stream.next().await {
                Some(Ok(block)) => {
                    hasher.update(&block);
                    Some((Ok(block), (stream, Some(hasher), key)))
                }
                Some(Err(e)) => Some((Err(stored("reading", &key, e)), (stream, None, key))),
                None => named_by(&key, hasher).err().map(|e| (Err(e), (stream, None, key))),
            }
        });
        Ok(blocks.boxed())
    }

    /// Some bytes of a blob, e.g. one record of a file. Not checked against the name: that needs the whole blob.
    pub async fn get_range(&self, key: &ArchiveKey, range: Range<u64>) -> Result<Bytes, ArchiveError> {
        self.store.get_range(&self.object(key), range).await.map_err(|e| stored("reading a part of", key, e))
    }

    /// Takes a blob out. One that is gone already is no error.
    pub async fn delete(&self, key: &ArchiveKey) -> Result<(), ArchiveError> {
        match self.store.delete(&self.object(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(stored("deleting", key, e)),
        }
    }

    /// Whether the blob is there.
    pub async fn exists(&self, key: &ArchiveKey) -> Result<bool, ArchiveError> {
        match self.store.head(&self.object(key)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(e) => Err(stored("looking for", key, e)),
        }
    }

    /// Reads the whole blob and compares it with its name; returns its size.
    pub async fn verify(&self, key: &ArchiveKey) -> Result<u64, ArchiveError> {
        let mut stream = self.get_stream(key).await?;
        let mut bytes = 0;
        while let Some(block) = stream.next().await {
            bytes += block?.len() as u64;
        }
        Ok(bytes)
    }

    fn object(&self, key: &ArchiveKey) -> ObjectPath {
        if self.prefix.is_empty() {
            ObjectPath::from(key.to_string())
        } else {
            ObjectPath::from(format!("{}/{key}", self.prefix))
        }
    }

    /// Gives a spooled file its name. A blob that is already there is replaced by the same bytes: that also heals a damaged one.
    async fn place(&self, spooled: &Path, key: &ArchiveKey) -> Result<(), ArchiveError> {
        match &self.local {
            Some(root) => rename_into_place(spooled.to_owned(), root.join(key.to_string())).await,
            None => self.upload(spooled, key).await,
        }
    }

    /// A multipart upload becomes visible when it is completed, never before.
    async fn upload(&self, spooled: &Path, key: &ArchiveKey) -> Result<(), ArchiveError> {
        let failed = |source| ArchiveError::File { operation: "uploading", path: spooled.to_owned(), source };
        let mut input = tokio::fs::File::open(spooled).await.map_err(failed)?;
        let mut upload = BufWriter::new(Arc::clone(&self.store), self.object(key));
        let copied = async {
            tokio::io::copy(&mut input, &mut upload).await?;
            upload.shutdown().await
        };
        if let Err(source) = copied.await {
            // An abort that fails leaves parts for the bucket's lifecycle rule; the write itself failed either way.
            let _ = upload.abort().await;
            return Err(failed(source));
        }
        Ok(())
    }
}

fn named_by(key: &ArchiveKey, hasher: Sha256) -> Result<(), ArchiveError> {
    let found = ArchiveKey::of(hasher);
    if found == *key { Ok(()) } else { Err(ArchiveError::Damaged { key: key.clone(), found: found.sha256 }) }
}

fn stored(operation: &'static str, key: &ArchiveKey, source: object_store::Error) -> ArchiveError {
    match source {
        object_store::Error::NotFound { .. } => ArchiveError::Missing { key: key.clone() },
        source => ArchiveError::Store { operation, key: key.clone(), source },
    }
}

fn make_dir(path: &Path) -> Result<(), ArchiveError> {
    std::fs::create_dir_all(path).map_err(|source| ArchiveError::File { operation: "making", path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
