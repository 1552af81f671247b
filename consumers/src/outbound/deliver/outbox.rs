//! The outbox: a folder from which a person carries released files.
//!
//! A delivery is a folder `<outbox>/<topic>/<yyyymmdd>-<number>/` with the file and `manifest.json`. A topic has one partner, and
//! the manifest names it. The folder is prepared under a hidden name, flushed, and becomes visible by one rename, just before
//! which the row `placing` is committed. After a crash the row and the folders together say what happened:
//!
//! | `placing` row | hidden folder | visible folder | so |
//! |--|--|--|--|
//! | no | – | no | nobody saw it: prepare and place it |
//! | yes | yes | no | the rename did not happen: rename |
//! | any | – | yes, same bytes | the rename happened: delivered |
//! | yes | no | no | it was visible and somebody took it, or the disk lost it: 送信結果不明, a person finds out |
//! | any | – | yes, other bytes | not ours: nothing is overwritten |

use std::io;
use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use renkei_core::archive::ArchiveKey;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use tokio::io::AsyncWriteExt;

use super::manifest::manifest;
use super::way::{Ending, Ready};
use crate::outbound::Exporter;
use crate::outbound::error::OutboundError;
use crate::outbound::model::{ExportFile, FileState};
use crate::outbound::name::compact;

/// Where one file goes.
pub(in crate::outbound) struct Places {
    pub(in crate::outbound) visible: PathBuf,
    pub(in crate::outbound) hidden: PathBuf,
    /// `<topic>/<yyyymmdd>-<number>/<file name>`, the same in the outbox and in a bucket.
    pub(super) name: String,
}

impl Exporter {
    /// The folders of a file that was made.
    pub(in crate::outbound) fn places(&self, file: &ExportFile) -> Option<Places> {
        let folder = format!("{}-{:03}", compact(&file.business_date), file.seq_of_day?);
        let topic = self.outbox.join(&file.topic);
        let name = format!("{}/{folder}/{}", file.topic, file.file_name.as_ref()?);
        Some(Places { visible: topic.join(&folder), hidden: topic.join(format!(".{folder}.part")), name })
    }

    /// Looks at what an earlier try left, or prepares the hidden folder.
    pub(super) async fn outbox_ready(
        &self,
        conn: &mut PgConnection,
        file: &ExportFile,
        places: &Places,
        placing: bool,
    ) -> Result<Ready, OutboundError> {
        if exists(&places.visible).await? {
            return match file.state == FileState::Released && same_bytes(file, places).await {
                true => Ok(Ready::Ended(Ending::Arrived { answer: None })),
                false => Err(OutboundError::OutboxOccupied { file: file.id, path: places.visible.clone() }),
            };
        }
        if !placing {
            self.prepare(conn, file, places).await?;
            return Ok(Ready::Go);
        }
        if exists(&places.hidden).await? {
            return Ok(Ready::Marked);
        }
        let why = format!("{} had become visible in the outbox and is gone; it is not known who took it", places.name);
        Ok(Ready::Ended(Ending::Unclear { why }))
    }

    /// Writes file and manifest under the hidden name, flushed to disk.
    async fn prepare(&self, conn: &mut PgConnection, file: &ExportFile, places: &Places) -> Result<(), OutboundError> {
        let hidden = &places.hidden;
        if exists(hidden).await? {
            tokio::fs::remove_dir_all(hidden).await.map_err(failed("clear", hidden))?;
        }
        tokio::fs::create_dir_all(hidden).await.map_err(failed("make", hidden))?;
        let path = hidden.join(file.file_name.as_deref().unwrap_or_default());
        let key = ArchiveKey::parse(file.archive.as_deref().unwrap_or_default())?;
        let mut blocks = self.archive.get_stream(&key).await?;
        let mut out = tokio::fs::File::create_new(&path).await.map_err(failed("create", &path))?;
        while let Some(block) = blocks.next().await {
            out.write_all(&block?).await.map_err(failed("write", &path))?;
        }
        out.sync_all().await.map_err(failed("flush", &path))?;
        if let Some((name, text)) = self.control_file(file) {
            let path = hidden.join(name);
            let mut out = tokio::fs::File::create_new(&path).await.map_err(failed("create", &path))?;
            out.write_all(text.as_bytes()).await.map_err(failed("write", &path))?;
            out.sync_all().await.map_err(failed("flush", &path))?;
        }
        let path = hidden.join("manifest.json");
        let manifest = manifest(conn, file, self.registry.topic(&file.topic).map(AsRef::as_ref)).await?;
        let mut out = tokio::fs::File::create_new(&path).await.map_err(failed("create", &path))?;
        out.write_all(manifest.as_bytes()).await.map_err(failed("write", &path))?;
        out.sync_all().await.map_err(failed("flush", &path))?;
        sync_folder(hidden).await.map_err(failed("flush", hidden))
    }
}

impl Places {
    /// The rename that makes it visible.
    pub(super) async fn show(&self) -> Result<Ending, OutboundError> {
        tokio::fs::rename(&self.hidden, &self.visible).await.map_err(failed("place", &self.visible))?;
        let parent = self.visible.parent().unwrap_or(&self.visible);
        sync_folder(parent).await.map_err(failed("flush", parent))?;
        Ok(Ending::Arrived { answer: None })
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OutboundError {
    let path = path.to_owned();
    move |source| OutboundError::Outbox { doing, path, source }
}

/// A folder that cannot be looked into is not a missing one.
pub(in crate::outbound) async fn exists(path: &Path) -> Result<bool, OutboundError> {
    tokio::fs::try_exists(path).await.map_err(failed("look for", path))
}

/// Whether the visible folder holds the file with its own bytes.
pub(in crate::outbound) async fn same_bytes(file: &ExportFile, places: &Places) -> bool {
    let path = places.visible.join(file.file_name.as_deref().unwrap_or_default());
    match tokio::fs::read(&path).await {
        Ok(bytes) => file.sha256.as_deref() == Some(hex::encode(Sha256::digest(&bytes)).as_str()),
        Err(_) => false,
    }
}

/// Flushes a folder, so that the names in it survive a power cut.
pub(in crate::outbound) async fn sync_folder(path: &Path) -> io::Result<()> {
    tokio::fs::File::open(path).await?.sync_all().await
}
