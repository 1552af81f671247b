//! Put into a bucket the partner reads: the file, then its manifest, whose presence says that the file is whole.
//!
//! Nothing is overwritten: a name that holds the same bytes is this delivery, other bytes stop it. A file that must leave once and
//! may have been put there, but is not there any more, may have been fetched: 送信結果不明.

use std::time::Duration;

use bytes::Bytes;
use renkei_core::archive::ArchiveKey;
use renkei_core::bucket::{Bucket, BucketError, BucketOptions, Placed};
use sqlx::PgConnection;

use super::manifest::manifest;
use super::outbox::Places;
use super::settings::DeliverConfig;
use super::way::{Ending, Ready};
use crate::outbound::Exporter;
use crate::outbound::error::OutboundError;
use crate::outbound::model::ExportFile;

/// One file on its way into one bucket.
pub(super) struct Put {
    config: DeliverConfig,
    places: Places,
    held: tokio::sync::OnceCell<Held>,
}

/// What is put there, ready before the try is marked. In memory: only a write in one piece can be conditional.
struct Held {
    bucket: Bucket,
    file: Bytes,
    manifest: Bytes,
}

impl Put {
    pub(super) fn new(config: &DeliverConfig, places: Places) -> Put {
        Put { config: config.clone(), places, held: tokio::sync::OnceCell::new() }
    }

    pub(super) fn place(&self) -> String {
        format!("{}/{}", self.config.url.trim_end_matches('/'), self.places.name)
    }

    /// Gathers what is put there; looks, when an earlier try may have put it there already.
    pub(super) async fn ready(
        &self,
        exporter: &Exporter,
        conn: &mut PgConnection,
        file: &ExportFile,
        placing: bool,
    ) -> Result<Ready, OutboundError> {
        let bucket = match self.open() {
            Ok(bucket) => bucket,
            Err(error) => return Ok(Ready::Ended(Ending::NotSent { why: error.to_string(), after: None })),
        };
        let key = ArchiveKey::parse(file.archive.as_deref().unwrap_or_default())?;
        let topic = exporter.registry.topic(&file.topic).map(AsRef::as_ref);
        let manifest = manifest(conn, file, topic).await?.into();
        let held = Held { bucket, file: exporter.archive.get_bytes(&key).await?, manifest };
        if placing && file.once {
            match held.bucket.look(&self.places.name, &held.file).await {
                Ok(Some(Placed::Same)) => {}
                Ok(Some(_)) => return Err(self.occupied(file)),
                Ok(None) => {
                    let why = format!("{} may have been put there and is not; it is not known who took it", self.place());
                    return Ok(Ready::Ended(Ending::Unclear { why }));
                }
                // Nothing was found out: the file is as it was.
                Err(error) => return Err(OutboundError::Bucket { file: file.id, source: error }),
            }
        }
        // The cell is new: each try is a value of its own.
        let _ = self.held.set(held);
        Ok(Ready::Go)
    }

    /// Puts file and manifest there.
    pub(super) async fn go(&self, file: &ExportFile) -> Result<Ending, OutboundError> {
        let Some(held) = self.held.get() else {
            return Ok(Ending::NotSent { why: "nothing was prepared".to_owned(), after: None });
        };
        let folder = self.places.name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let beside = format!("{folder}/manifest.json");
        // From the first write on somebody may take it, whatever becomes of the rest.
        let mut may_be_seen = false;
        for (key, bytes) in [(&self.places.name, &held.file), (&beside, &held.manifest)] {
            match held.bucket.place(key, bytes.clone()).await {
                Ok(Placed::New | Placed::Same) => may_be_seen = true,
                Ok(Placed::Other) => return Err(self.occupied(file)),
                Err(error) => return Ok(judged(&error, may_be_seen, file.once)),
            }
        }
        Ok(Ending::Arrived { answer: None })
    }

    fn open(&self) -> Result<Bucket, renkei_core::partner::SettingError> {
        Bucket::open(&BucketOptions {
            url: &self.config.url,
            endpoint: &self.config.endpoint,
            region: &self.config.region,
            access: self.config.access(),
            connect_timeout: Duration::from_secs(self.config.connect_timeout_s),
            whole_timeout: Duration::from_secs(self.config.whole_timeout_s),
        })
    }

    fn occupied(&self, file: &ExportFile) -> OutboundError {
        OutboundError::OutboxOccupied { file: file.id, path: self.place().into() }
    }
}

fn judged(error: &BucketError, may_be_seen: bool, once: bool) -> Ending {
    let why = format!("{error}: {}", error.source);
    if once && (may_be_seen || error.may_be_there) { Ending::Unclear { why } } else { Ending::NotSent { why, after: None } }
}
