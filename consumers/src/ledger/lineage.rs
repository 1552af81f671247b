//! Lineage: from ledger lines, an order, a record of an outgoing file back to the lines of files and the bytes they were read from, and
//! forward to the files that carried them (design §5).

use bytes::Bytes;
use renkei_core::archive::{Archive, ArchiveError, ArchiveKey};
use renkei_core::verdict::{Classify, Verdict};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use super::JournalLine;

/// Lines of files that are shown for one thing: an order of a payroll may be made of many.
const SOURCES_MAX: usize = 20;
/// Ledger lines that are shown for one thing.
const LINES_MAX: i64 = 200;

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
    /// Nothing of that name.
    #[error("there is no {object} {id}")]
    NoSuch {
        /// Kind of thing.
        object: String,
        /// Its number.
        id: String,
    },
}

impl Classify for LineageError {
    fn verdict(&self) -> Verdict {
        match self {
            LineageError::Database(_) => Verdict::Retry,
            LineageError::Archive(error) => error.verdict(),
            LineageError::Unknown { .. } | LineageError::NoSuch { .. } => Verdict::Reject,
        }
    }
}

/// A thing that postings and records of outgoing files are about, by the names the ledger has for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct About {
    /// `payment_order`, `receipt`, `settlement`, `clearing` …
    pub object: String,
    /// Its id.
    pub object_id: i64,
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

/// A line of a file, and the message that brought it.
#[derive(Debug, Clone, Serialize, FromRow)]
pub struct Place {
    /// Batch.
    pub batch: i64,
    /// Line; `None`: the batch as a whole.
    pub line: Option<i64>,
    /// Topic slug.
    pub topic: String,
    /// Layout it was read by.
    pub layout: String,
    /// Name of the file.
    pub file: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Key of its bytes in the archive.
    pub archive: String,
    /// Id of its delivery.
    pub delivery: String,
    /// Id of the message that brought the line.
    pub message: Option<String>,
    /// Which of the delivery's messages that is, from 1.
    pub chunk: Option<i32>,
    /// How many messages the delivery has.
    pub chunks: i32,
    /// When the file was received, RFC 3339.
    pub received_at: String,
    /// When the message was staged.
    pub staged_at: Option<String>,
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

/// A line something comes from: message, records and bytes.
#[derive(Debug, Clone, Serialize)]
pub struct Source {
    /// Where it stands.
    pub place: Place,
    /// The records of the line.
    pub records: Vec<SourceRecord>,
    /// First byte of what `bytes` holds.
    pub from: i64,
    /// The bytes of all the records, as they lie in the original.
    #[serde(skip)]
    pub bytes: Bytes,
}

/// An outgoing file that carries something.
#[derive(Debug, Clone, Serialize, FromRow)]
pub struct Carrier {
    /// Number of the file.
    pub file: i64,
    /// Its record; `None`: it has no record of its own there.
    pub record: Option<i64>,
    /// Whether it still counts.
    pub live: bool,
    /// Topic slug.
    pub topic: String,
    /// Name under which it leaves.
    pub name: Option<String>,
    /// Where it stands.
    pub state: String,
    /// Since when, RFC 3339.
    pub at: String,
}

/// The whole of it.
#[derive(Debug, Clone, Serialize)]
pub struct Lineage {
    /// What people call it.
    pub name: Option<String>,
    /// Where the entry was booked from; none where no entry was asked for, or a person decided.
    pub origin: Option<Origin>,
    /// The ledger lines about it.
    pub lines: Vec<JournalLine>,
    /// The lines of files it comes from.
    pub sources: Vec<Source>,
    /// The outgoing files that carry it.
    pub carriers: Vec<Carrier>,
}

/// A line of a file, as the schema finds it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
struct Found {
    name: Option<String>,
    batch_id: Option<i64>,
    line: Option<i64>,
}

/// The lineage of what entry `entry` booked from line `line`: of a file that came in, or by a record of one that left.
pub async fn of_line(pool: &PgPool, archive: &Archive, entry: i64, line: i64) -> Result<Lineage, LineageError> {
    let lines: Vec<JournalLine> =
        sqlx::query_as(include_str!("journal_of_line.sql")).bind(entry).bind(line).fetch_all(pool).await?;
    if lines.is_empty() {
        return Err(LineageError::Unknown { entry, line });
    }
    let origin: Option<Origin> = sqlx::query_as(include_str!("origin.sql")).bind(entry).fetch_optional(pool).await?;
    let mut abouts: Vec<About> = lines.iter().filter_map(JournalLine::about).collect();
    abouts.dedup();
    let own = origin.as_ref().and_then(|origin| origin.batch);
    let own = own.map(|batch| Found { name: None, batch_id: Some(batch), line: Some(line) });
    gather(pool, archive, own, &abouts, Lineage { origin, lines, ..Lineage::empty() }).await
}

/// The lineage of a thing: everything that was booked about it, where it comes from, what carries it.
pub async fn of_object(pool: &PgPool, archive: &Archive, about: &About) -> Result<Lineage, LineageError> {
    let sources = origins(pool, about).await?;
    if sources.is_empty() {
        return Err(LineageError::NoSuch { object: about.object.clone(), id: about.object_id.to_string() });
    }
    let lines = sqlx::query_as(include_str!("journal_of_object.sql"))
        .bind(&about.object)
        .bind(about.object_id)
        .bind(LINES_MAX)
        .fetch_all(pool)
        .await?;
    gather(pool, archive, None, std::slice::from_ref(about), Lineage { lines, ..Lineage::empty() }).await
}

/// The lineage of a payment order by its number.
pub async fn of_order(pool: &PgPool, archive: &Archive, number: &str) -> Result<Lineage, LineageError> {
    let id: Option<i64> =
        sqlx::query_scalar("select id from ledger.payment_order where no = $1").bind(number).fetch_optional(pool).await?;
    let no_such = || LineageError::NoSuch { object: "payment_order".to_owned(), id: number.to_owned() };
    let about = About { object: "payment_order".to_owned(), object_id: id.ok_or_else(no_such)? };
    of_object(pool, archive, &about).await
}

/// What record `record` of outgoing file `file` is about. Of the pay of one person nothing is told.
pub async fn of_record(pool: &PgPool, file: i64, record: i64) -> Result<Vec<About>, LineageError> {
    let sql = "select object, object_id from export.claim where file_id = $1 and seq = $2 and object <> 'payroll_transfer' order by object_id";
    let abouts: Vec<About> = sqlx::query_as(sql).bind(file).bind(record).fetch_all(pool).await?;
    let no_such = || LineageError::NoSuch { object: "record".to_owned(), id: format!("{file}/{record}") };
    if abouts.is_empty() { Err(no_such()) } else { Ok(abouts) }
}

impl Lineage {
    fn empty() -> Lineage {
        Lineage { name: None, origin: None, lines: Vec::new(), sources: Vec::new(), carriers: Vec::new() }
    }
}

async fn origins(pool: &PgPool, about: &About) -> Result<Vec<Found>, LineageError> {
    let sql = "select name, batch_id, line from ledger.origins($1, $2)";
    Ok(sqlx::query_as(sql).bind(&about.object).bind(about.object_id).fetch_all(pool).await?)
}

async fn gather(
    pool: &PgPool,
    archive: &Archive,
    own: Option<Found>,
    abouts: &[About],
    mut lineage: Lineage,
) -> Result<Lineage, LineageError> {
    let mut found: Vec<Found> = own.into_iter().collect();
    for about in abouts {
        for one in origins(pool, about).await? {
            lineage.name = lineage.name.or_else(|| one.name.clone());
            let known = found.iter().any(|known| (known.batch_id, known.line) == (one.batch_id, one.line));
            if one.batch_id.is_some() && !known && found.len() < SOURCES_MAX {
                found.push(one);
            }
        }
        let carriers: Vec<Carrier> =
            sqlx::query_as(include_str!("carriers.sql")).bind(&about.object).bind(about.object_id).fetch_all(pool).await?;
        let new = |carrier: &Carrier| !lineage.carriers.iter().any(|k| (k.file, k.record) == (carrier.file, carrier.record));
        let more: Vec<Carrier> = carriers.into_iter().filter(new).collect();
        lineage.carriers.extend(more);
    }
    for one in found {
        if let Some(batch) = one.batch_id {
            lineage.sources.extend(source(pool, archive, batch, one.line).await?);
        }
    }
    Ok(lineage)
}

/// A line with its message, its records and their bytes.
async fn source(pool: &PgPool, archive: &Archive, batch: i64, line: Option<i64>) -> Result<Option<Source>, LineageError> {
    let place: Option<Place> =
        sqlx::query_as(include_str!("place_of_line.sql")).bind(batch).bind(line).fetch_optional(pool).await?;
    let Some(place) = place else { return Ok(None) };
    let records: Vec<SourceRecord> = sqlx::query_as(
        "select kind, sub, byte_offset, byte_length, fields from intake.record_fields
          where batch_id = $1 and line = $2 order by sub, byte_offset",
    )
    .bind(batch)
    .bind(line)
    .fetch_all(pool)
    .await?;
    let from = records.iter().map(|record| record.byte_offset).min().unwrap_or(0);
    let to = records.iter().map(|record| record.byte_offset + i64::from(record.byte_length)).max().unwrap_or(0);
    let bytes = if records.is_empty() { Bytes::new() } else { original(pool, archive, &place, from, to).await? };
    Ok(Some(Source { place, records, from, bytes }))
}

/// Bytes `from..to` of the original: of the archived file, or of the message that brought the records.
async fn original(pool: &PgPool, archive: &Archive, place: &Place, from: i64, to: i64) -> Result<Bytes, LineageError> {
    let start = i32::try_from(from + 1).unwrap_or(i32::MAX);
    let message = "select substring(body from $2 for $3) from intake.body where batch_id = $1";
    let length = i32::try_from(to - from).unwrap_or(i32::MAX);
    let body: Option<Vec<u8>> =
        sqlx::query_scalar(message).bind(place.batch).bind(start).bind(length).fetch_optional(pool).await?;
    if let Some(body) = body {
        return Ok(body.into());
    }
    let range = u64::try_from(from).unwrap_or(0)..u64::try_from(to).unwrap_or(0);
    Ok(archive.get_range(&ArchiveKey::parse(&place.archive)?, range).await?)
}
