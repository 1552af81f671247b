//! Lineage: the ledger lines of one line of a file, its records, and the bytes they were read from (design §5).

use bytes::Bytes;
use renkei_core::archive::{Archive, ArchiveError, ArchiveKey};
use renkei_core::verdict::{Classify, Verdict};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use super::JournalLine;

/// Why a lineage could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum LineageError {
    /// The database did not answer.
    #[error("the ledger could not answer")]
    Database(#[from] sqlx::Error),
    /// The archive.
    #[error("the original cannot be read: {0}")]
    Archive(#[from] ArchiveError),
    /// Nothing to show.
    #[error("entry {entry} has no line that comes from line {line} of a file")]
    Unknown {
        /// 伝票番号
        entry: i64,
        /// Line of the file.
        line: i64,
    },
}

impl Classify for LineageError {
    fn verdict(&self) -> Verdict {
        match self {
            LineageError::Database(_) => Verdict::Retry,
            LineageError::Archive(error) => error.verdict(),
            LineageError::Unknown { .. } => Verdict::Reject,
        }
    }
}

/// Where an entry comes from: a batch, or the release of an exported file.
#[derive(Debug, Clone, Serialize, FromRow)]
pub struct Origin {
    /// Batch.
    pub batch: Option<i64>,
    /// Exported file.
    pub exported: Option<i64>,
    /// Topic slug.
    pub topic: String,
    /// Name of the file.
    pub file: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Key of its bytes in the archive.
    pub archive: String,
}

/// A record of the line and its place in the file.
#[derive(Debug, Clone, Serialize, FromRow)]
pub struct SourceRecord {
    /// Kind of record.
    pub kind: String,
    /// Place in the list of its parent.
    pub sub: i32,
    /// First byte.
    pub byte_offset: i64,
    /// How many.
    pub byte_length: i32,
    /// Its fields.
    pub fields: serde_json::Value,
}

/// The whole of it.
#[derive(Debug, Clone, Serialize)]
pub struct Lineage {
    /// Where the entry comes from.
    pub origin: Origin,
    /// Its ledger lines that name the line of the file.
    pub lines: Vec<JournalLine>,
    /// The records of that line; none for an exported file.
    pub records: Vec<SourceRecord>,
    /// First byte of what `bytes` holds.
    pub from: i64,
    /// The bytes of all the records, as they lie in the original.
    #[serde(skip)]
    pub bytes: Bytes,
}

/// The lineage of what entry `entry` booked from line `line`.
pub async fn of_line(pool: &PgPool, archive: &Archive, entry: i64, line: i64) -> Result<Lineage, LineageError> {
    let lines: Vec<JournalLine> =
        sqlx::query_as(include_str!("journal_of_line.sql")).bind(entry).bind(line).fetch_all(pool).await?;
    let origin: Option<Origin> = sqlx::query_as(include_str!("origin.sql")).bind(entry).fetch_optional(pool).await?;
    let (false, Some(origin)) = (lines.is_empty(), origin) else { return Err(LineageError::Unknown { entry, line }) };
    let records: Vec<SourceRecord> = sqlx::query_as(
        "select kind, sub, byte_offset, byte_length, fields from intake.record_fields
          where batch_id = $1 and line = $2 order by sub, byte_offset",
    )
    .bind(origin.batch)
    .bind(line)
    .fetch_all(pool)
    .await?;
    let from = records.iter().map(|record| record.byte_offset).min().unwrap_or(0);
    let to = records.iter().map(|record| record.byte_offset + i64::from(record.byte_length)).max().unwrap_or(0);
    let bytes = if records.is_empty() { Bytes::new() } else { original(pool, archive, &origin, from, to).await? };
    Ok(Lineage { origin, lines, records, from, bytes })
}

/// Bytes `from..to` of the original: of the archived file, or of the message that brought the records.
async fn original(pool: &PgPool, archive: &Archive, origin: &Origin, from: i64, to: i64) -> Result<Bytes, LineageError> {
    let start = i32::try_from(from + 1).unwrap_or(i32::MAX);
    let message = "select substring(body from $2 for $3) from intake.body where batch_id = $1";
    let length = i32::try_from(to - from).unwrap_or(i32::MAX);
    let body: Option<Vec<u8>> =
        sqlx::query_scalar(message).bind(origin.batch).bind(start).bind(length).fetch_optional(pool).await?;
    if let Some(body) = body {
        return Ok(body.into());
    }
    let range = u64::try_from(from).unwrap_or(0)..u64::try_from(to).unwrap_or(0);
    Ok(archive.get_range(&ArchiveKey::parse(&origin.archive)?, range).await?)
}
