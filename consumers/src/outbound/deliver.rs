//! The outbox: a folder from which a person carries released files.
//!
//! A delivery is a folder `<outbox>/<topic>/<yyyymmdd>-<number>/` with the file and `manifest.json`. It is prepared under a
//! hidden name, flushed, and becomes visible by one rename. Just before the rename a row `placing` is committed. After a crash
//! the row and the folders together say what happened:
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
use std::time::Duration;

use futures_util::StreamExt;
use renkei_core::archive::ArchiveKey;
use renkei_core::crash;
use renkei_core::metrics::metrics;
use renkei_core::registry::DeliveryTarget;
use renkei_core::verdict::{Classify, Verdict};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

use super::Exporter;
use super::error::OutboundError;
use super::model::{ExportFile, FileState};
use super::name::compact;
use super::release::{live_approval, set_unknown};
use super::store::{find_file, record};

/// Name in the audit log of what the program does by itself.
const MACHINE: &str = "renkei";

/// What is done about another process that is delivering the same file.
#[derive(Debug, Clone, Copy)]
enum Others {
    /// Left alone: it will be done.
    Skip,
    /// Waited for: whoever released the file wants to know how it ended.
    WaitFor,
}

/// Where one file goes.
pub(super) struct Places {
    pub(super) visible: PathBuf,
    pub(super) hidden: PathBuf,
    name: String,
}

impl Exporter {
    /// Delivers every released file that is not delivered yet, and marks the folders of voided ones. Call it at start: it
    /// finishes what a crash interrupted.
    pub async fn deliver_pending(&self) -> Result<Vec<ExportFile>, OutboundError> {
        let waiting: Vec<i64> = sqlx::query_scalar("select id from export.file where state = 'released' order by id")
            .fetch_all(&self.pool)
            .await
            .map_err(OutboundError::database("list files to deliver"))?;
        let mut delivered = Vec::new();
        for id in waiting {
            match self.deliver(id, Others::Skip).await {
                Ok(false) => {}
                Ok(true) => {
                    let mut conn = self.pool.acquire().await.map_err(OutboundError::database("read an export file"))?;
                    delivered.push(find_file(&mut conn, id).await?);
                }
                // One file that cannot be placed does not keep the others waiting.
                Err(error) => {
                    tracing::warn!(file = id, error = &error as &dyn std::error::Error, "a released file is not delivered yet");
                }
            }
        }
        self.retire_voided().await?;
        self.measure_waiting().await?;
        Ok(delivered)
    }

    async fn measure_waiting(&self) -> Result<(), OutboundError> {
        let sql = "select count(*), coalesce(extract(epoch from clock_timestamp() - min(released_at)), 0)::bigint
                     from export.file where state = 'released'";
        let (files, oldest_s): (i64, i64) =
            sqlx::query_as(sql).fetch_one(&self.pool).await.map_err(OutboundError::database("count files to deliver"))?;
        metrics().outbox_unsent.set(files);
        metrics().outbox_oldest_age_seconds.set(oldest_s);
        Ok(())
    }

    /// Calls [`deliver_pending`](Self::deliver_pending) every `pause` until `cancel`: an outbox that was out of reach comes back.
    pub async fn keep_delivering(&self, pause: Duration, cancel: CancellationToken) {
        loop {
            if let Err(error) = self.deliver_pending().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "released files could not be looked up");
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Delivers after a release. The release stands when the outbox is out of reach: the file waits for `deliver_pending`.
    pub(super) async fn deliver_or_wait(&self, id: i64) -> Result<(), OutboundError> {
        match self.deliver(id, Others::WaitFor).await {
            Err(error) if error.verdict() == Verdict::Retry => {
                tracing::warn!(file = id, error = &error as &dyn std::error::Error, "released, but not delivered yet; it waits");
                Ok(())
            }
            other => other.map(|_| ()),
        }
    }

    /// Delivers one file; `false` when it does not wait for delivery any more, or another process is at it.
    async fn deliver(&self, id: i64, others: Others) -> Result<bool, OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin a delivery"))?;
        self.set_session(&mut tx).await?;
        // Not `for update`: the row `placing` is committed beside this transaction and refers to the file.
        let lock = match others {
            Others::Skip => "select id from export.file where id = $1 and state = 'released' for no key update skip locked",
            Others::WaitFor => "select id from export.file where id = $1 and state = 'released' for no key update",
        };
        let locked: Option<i64> = sqlx::query_scalar(lock)
            .bind(id)
            .fetch_optional(&mut *tx)
            .await
            .map_err(OutboundError::database("lock a file for delivery"))?;
        if locked.is_none() {
            return Ok(false);
        }
        let file = find_file(&mut tx, id).await?;
        // A file goes where its topic says and nowhere else; it waits when that way is not built.
        let target = self.registry.topic(&file.topic).map_or(DeliveryTarget::Outbox, |topic| topic.delivery);
        if !target.is_built() {
            return Err(OutboundError::Topic { topic: file.topic, reason: "its way of delivery is not built" });
        }
        let Some(places) = self.places(&file) else {
            return Err(OutboundError::State { file: id, state: file.state, action: "delivered" });
        };
        if self.place(&mut tx, &file, &places).await? {
            delivered(&mut tx, &file, &places).await?;
            record(&mut tx, MACHINE, "export.delivered", id, &json!({ "place": places.name, "sha256": file.sha256 })).await?;
        } else {
            let reason = format!("{} had become visible in the outbox and is gone; it is not known who took it", places.name);
            set_unknown(&mut tx, id, MACHINE, &reason).await?;
        }
        tx.commit().await.map_err(OutboundError::database("commit a delivery"))?;
        Ok(true)
    }

    pub(super) fn places(&self, file: &ExportFile) -> Option<Places> {
        let folder = format!("{}-{:03}", compact(&file.business_date), file.seq_of_day?);
        let topic = self.outbox.join(&file.topic);
        let name = format!("{}/{folder}/{}", file.topic, file.file_name.as_ref()?);
        Some(Places { visible: topic.join(&folder), hidden: topic.join(format!(".{folder}.part")), name })
    }

    /// Makes the delivery visible; `false` when it was visible before and is gone.
    async fn place(&self, conn: &mut PgConnection, file: &ExportFile, places: &Places) -> Result<bool, OutboundError> {
        let io = |doing: &'static str, path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| OutboundError::Outbox { doing, path, source }
        };
        if exists(&places.visible).await? {
            return match file.state == FileState::Released && same_bytes(file, places).await {
                true => Ok(true),
                false => Err(OutboundError::OutboxOccupied { file: file.id, path: places.visible.clone() }),
            };
        }
        if is_placing(conn, file.id).await? {
            if !exists(&places.hidden).await? {
                return Ok(false);
            }
        } else {
            self.prepare(conn, file, places).await?;
            crash::point("outbound.prepared");
            self.mark_placing(file, places).await?;
        }
        crash::point("outbound.placing");
        tokio::fs::rename(&places.hidden, &places.visible).await.map_err(io("place", &places.visible))?;
        let parent = places.visible.parent().unwrap_or(&places.visible);
        sync_folder(parent).await.map_err(io("flush", parent))?;
        crash::point("outbound.placed");
        Ok(true)
    }

    /// Writes file and manifest under the hidden name, flushed to disk.
    async fn prepare(&self, conn: &mut PgConnection, file: &ExportFile, places: &Places) -> Result<(), OutboundError> {
        let io = |doing: &'static str, path: &Path| {
            let path = path.to_owned();
            move |source: io::Error| OutboundError::Outbox { doing, path, source }
        };
        let hidden = &places.hidden;
        if exists(hidden).await? {
            tokio::fs::remove_dir_all(hidden).await.map_err(io("clear", hidden))?;
        }
        tokio::fs::create_dir_all(hidden).await.map_err(io("make", hidden))?;
        let path = hidden.join(file.file_name.as_deref().unwrap_or_default());
        let key = ArchiveKey::parse(file.archive.as_deref().unwrap_or_default())?;
        let mut blocks = self.archive.get_stream(&key).await?;
        let mut out = tokio::fs::File::create_new(&path).await.map_err(io("create", &path))?;
        while let Some(block) = blocks.next().await {
            out.write_all(&block?).await.map_err(io("write", &path))?;
        }
        out.sync_all().await.map_err(io("flush", &path))?;
        if let Some((name, text)) = self.control_file(file) {
            let path = hidden.join(name);
            let mut out = tokio::fs::File::create_new(&path).await.map_err(io("create", &path))?;
            out.write_all(text.as_bytes()).await.map_err(io("write", &path))?;
            out.sync_all().await.map_err(io("flush", &path))?;
        }
        let path = hidden.join("manifest.json");
        let manifest = manifest(conn, file).await?;
        let mut out = tokio::fs::File::create_new(&path).await.map_err(io("create", &path))?;
        out.write_all(manifest.as_bytes()).await.map_err(io("write", &path))?;
        out.sync_all().await.map_err(io("flush", &path))?;
        sync_folder(hidden).await.map_err(io("flush", hidden))
    }

    /// Committed by itself, before the rename: afterwards a missing folder means that somebody may have it.
    async fn mark_placing(&self, file: &ExportFile, places: &Places) -> Result<(), OutboundError> {
        let mark = "insert into export.delivery (file_id, kind, actor, place, sha256) values ($1, 'placing', $2, $3, $4)";
        let marked =
            sqlx::query(mark).bind(file.id).bind(MACHINE).bind(&places.name).bind(&file.sha256).execute(&self.pool).await;
        marked.map_err(OutboundError::database("mark a delivery"))?;
        Ok(())
    }
}

async fn is_placing(conn: &mut PgConnection, id: i64) -> Result<bool, OutboundError> {
    let last = "select kind from export.delivery where file_id = $1 and kind in ('placing', 'cleared') order by id desc limit 1";
    let kind: Option<String> = sqlx::query_scalar(last)
        .bind(id)
        .fetch_optional(conn)
        .await
        .map_err(OutboundError::database("read the deliveries of a file"))?;
    Ok(kind.as_deref() == Some("placing"))
}

async fn delivered(conn: &mut PgConnection, file: &ExportFile, places: &Places) -> Result<(), OutboundError> {
    let update = "update export.file set state = 'delivered', delivered_at = clock_timestamp() where id = $1";
    let updated = sqlx::query(update).bind(file.id).execute(&mut *conn).await;
    updated.map_err(OutboundError::on_file(file.id, "record a delivery"))?;
    let insert = "insert into export.delivery (file_id, kind, actor, place, sha256) values ($1, 'delivered', $2, $3, $4)";
    let inserted = sqlx::query(insert).bind(file.id).bind(MACHINE).bind(&places.name).bind(&file.sha256).execute(conn).await;
    inserted.map_err(OutboundError::database("record a delivery"))?;
    Ok(())
}

/// What the carrier compares with the partner's receipt. Made from rows only, so it is the same whenever it is made.
async fn manifest(conn: &mut PgConnection, file: &ExportFile) -> Result<String, OutboundError> {
    let approver = live_approval(conn, file.id).await?.map(|approval| approval.approver);
    let manifest = json!({
        "release": file.run,
        "topic": file.topic,
        "profile": file.profile,
        "business_date": file.business_date,
        "number": file.seq_of_day,
        "file_name": file.file_name,
        "sha256": file.sha256,
        "bytes": file.bytes,
        "records": file.records,
        "count": file.count,
        "total": file.total,
        "made_by": file.made_by,
        "approved_by": approver,
        "released_by": file.released_by,
        "released_at": file.released_at,
    });
    Ok(format!("{manifest:#}\n"))
}

/// A folder that cannot be looked into is not a missing one.
pub(super) async fn exists(path: &Path) -> Result<bool, OutboundError> {
    let looked = tokio::fs::try_exists(path).await;
    looked.map_err(|source| OutboundError::Outbox { doing: "look for", path: path.to_owned(), source })
}

/// Whether the visible folder holds the file with its own bytes.
pub(super) async fn same_bytes(file: &ExportFile, places: &Places) -> bool {
    let path = places.visible.join(file.file_name.as_deref().unwrap_or_default());
    match tokio::fs::read(&path).await {
        Ok(bytes) => file.sha256.as_deref() == Some(hex::encode(Sha256::digest(&bytes)).as_str()),
        Err(_) => false,
    }
}

/// Flushes a folder, so that the names in it survive a power cut.
pub(super) async fn sync_folder(path: &Path) -> io::Result<()> {
    tokio::fs::File::open(path).await?.sync_all().await
}
