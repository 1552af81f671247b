//! Chunks into `intake.record`: one transaction each, in any order, in parallel, each chunk once.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use renkei_core::crash;
use renkei_core::evidence::Document;
use renkei_core::layout::Layout;
use renkei_core::message::Envelope;
use sqlx::postgres::{PgConnection, PgExecutor, PgPool};
use sqlx::{AssertSqlSafe, Postgres, Transaction};

use super::batch::{self, State};
use super::error::IntakeError;
use super::evidence;
use super::medium;
use super::meter;
use super::record;
use super::shape::{self, Shape, ShapeCache, Shapes};
use super::split::{self, Rows};

/// Deliveries whose batch number is remembered; more than are under way at any time.
const KNOWN_MAX: usize = 64;

/// Bytes of a COPY sent at once. Driver and server each hold a whole message: one of a chunk's size is memory that both ask the
/// system for anew, chunk after chunk.
const COPY_PIECE: usize = 64 * 1024;

/// What staging a chunk did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staged {
    /// Others are missing.
    Waiting,
    /// The batch is complete and not decided yet.
    Complete,
    /// The chunk had been staged before and the batch is decided or still waits for others.
    Seen,
    /// The batch takes no more chunks (an operator gave it up).
    Closed(State),
}

/// Who asked for receipts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplyAddress {
    /// AMQP `reply_to`.
    pub reply_to: Option<String>,
    /// AMQP `correlation_id`.
    pub correlation_id: Option<String>,
}

/// A delivery under way.
#[derive(Debug, Clone)]
struct Delivery {
    first: Envelope,
    batch: i64,
    shapes: Shapes,
}

/// The deliveries under way, so that a file of a thousand chunks asks the database once, and the shapes of the layouts.
#[derive(Debug, Default)]
pub(super) struct Known {
    deliveries: Mutex<VecDeque<Delivery>>,
    shapes: ShapeCache,
}

impl Known {
    /// The shapes of the records of a layout, and their numbers.
    async fn shapes_of(&self, pool: &PgPool, layout: &Layout, envelope: &Envelope) -> Result<(Shapes, Vec<i32>), IntakeError> {
        let shapes = self.shapes.of(pool, &envelope.topic, &envelope.layout, layout).await?;
        let ids = shapes.iter().map(|shape| shape.id).collect();
        Ok((shapes, ids))
    }

    fn find(&self, envelope: &Envelope) -> Option<Delivery> {
        let known = self.deliveries.lock().ok()?;
        known.iter().find(|known| known.first.delivery == envelope.delivery).cloned()
    }

    fn keep(&self, envelope: &Envelope, batch: i64, shapes: &Shapes) {
        if let Ok(mut known) = self.deliveries.lock() {
            if known.len() == KNOWN_MAX {
                known.pop_front();
            }
            known.push_back(Delivery { first: envelope.clone(), batch, shapes: shapes.clone() });
        }
    }
}

/// Stages one chunk of a delivery, whose batch is opened if it is new.
pub(super) async fn take(
    pool: &PgPool,
    known: &Known,
    layout: &Layout,
    reply: &ReplyAddress,
    arrival: &Arrival<'_>,
) -> Result<(i64, Staged), IntakeError> {
    let envelope = arrival.envelope;
    if envelope.chunks == 1 && envelope.chunk == 0 && known.find(envelope).is_none() {
        // A delivery of one chunk, such as a message, is opened and staged in one transaction.
        let (shapes, ids) = known.shapes_of(pool, layout, envelope).await?;
        let doing = IntakeError::database(format!("open the batch of {} ({})", envelope.file, envelope.topic));
        let mut tx = pool.begin_with(begin(envelope)).await.map_err(doing)?;
        if let Some(id) = insert(&mut tx, envelope, reply, &ids).await? {
            let staged = chunk(pool, tx, id, &shapes, arrival).await?;
            known.keep(envelope, id, &shapes);
            return Ok((id, staged));
        }
        drop(tx);
        find(pool, known, envelope, shapes, &ids).await?;
    }
    let (id, shapes) = open(pool, known, layout, envelope, reply).await?;
    let begun = pool.begin_with(begin(envelope)).await;
    let tx = begun.map_err(IntakeError::database(format!("begin the staging of chunk {} of batch {id}", envelope.chunk)))?;
    Ok((id, chunk(pool, tx, id, &shapes, arrival).await?))
}

/// The delivery's batch and the shapes its records are stored in; opened if it is new. Committed by itself: chunks staged in
/// parallel would otherwise wait for the first one's whole transaction.
async fn open(
    pool: &PgPool,
    known: &Known,
    layout: &Layout,
    envelope: &Envelope,
    reply: &ReplyAddress,
) -> Result<(i64, Shapes), IntakeError> {
    if let Some(delivery) = known.find(envelope) {
        agree(envelope, &differences(&delivery.first, envelope))?;
        return Ok((delivery.batch, delivery.shapes));
    }
    let (shapes, ids) = known.shapes_of(pool, layout, envelope).await?;
    if let Some(id) = insert_new(pool, envelope, reply, &ids).await? {
        known.keep(envelope, id, &shapes);
        return Ok((id, shapes));
    }
    find(pool, known, envelope, shapes, &ids).await
}

/// A batch opened by another process, perhaps one that read an older layout: the batch's own shapes count.
async fn find(
    pool: &PgPool,
    known: &Known,
    envelope: &Envelope,
    shapes: Shapes,
    ids: &[i32],
) -> Result<(i64, Shapes), IntakeError> {
    let batch = batch::by_delivery(pool, envelope.delivery).await?;
    let batch = batch.ok_or_else(|| IntakeError::Unknown(envelope.delivery.to_string()))?;
    agree(envelope, &stored_differences(&batch, envelope))?;
    let shapes = if batch.shapes == ids {
        shapes
    } else {
        let mut conn = pool.acquire().await.map_err(IntakeError::database(format!("read the shapes of batch {}", batch.id)))?;
        shape::load(&mut conn, &batch.shapes).await?
    };
    known.keep(envelope, batch.id, &shapes);
    Ok((batch.id, shapes))
}

async fn insert_new(pool: &PgPool, envelope: &Envelope, reply: &ReplyAddress, ids: &[i32]) -> Result<Option<i64>, IntakeError> {
    let doing = || IntakeError::database(format!("open the batch of {} ({})", envelope.file, envelope.topic));
    let mut tx = pool.begin_with(begin(envelope)).await.map_err(doing())?;
    let id = insert(&mut tx, envelope, reply, ids).await?;
    tx.commit().await.map_err(doing())?;
    Ok(id)
}

/// Inserts the batch; `None` if its delivery is known.
pub(super) async fn insert(
    conn: &mut PgConnection,
    envelope: &Envelope,
    reply: &ReplyAddress,
    shapes: &[i32],
) -> Result<Option<i64>, IntakeError> {
    let id = sqlx::query_scalar(include_str!("sql/open_batch.sql"))
        .bind(envelope.delivery)
        .bind(&envelope.topic)
        .bind(&envelope.file)
        .bind(&envelope.sha256)
        .bind(number::<_, i64>(envelope, "bytes", envelope.bytes)?)
        .bind(&envelope.layout)
        .bind(&envelope.layout_digest)
        .bind(&envelope.archive)
        .bind(&envelope.sender)
        .bind(&envelope.received_at)
        .bind(number::<_, i32>(envelope, "chunks", envelope.chunks)?)
        .bind(number::<_, i64>(envelope, "records", envelope.records)?)
        .bind(envelope.yen)
        .bind(&reply.reply_to)
        .bind(&reply.correlation_id)
        .bind(shapes)
        .bind(&envelope.origin)
        .fetch_optional(&mut *conn)
        .await
        .map_err(IntakeError::database(format!("open the batch of {} ({})", envelope.file, envelope.topic)))?;
    if let (Some(id), Some(medium)) = (id, &envelope.medium) {
        medium::keep(conn, id, medium, &envelope.topic, &envelope.file).await?;
    }
    Ok(id)
}

fn number<T, U: TryFrom<T>>(envelope: &Envelope, name: &str, value: T) -> Result<U, IntakeError> {
    U::try_from(value).map_err(|_| misfit(envelope, format!("its {name} is out of range")))
}

fn misfit(envelope: &Envelope, reason: String) -> IntakeError {
    IntakeError::Properties {
        topic: envelope.topic.clone(),
        message_id: format!("{}/{}", envelope.delivery, envelope.chunk),
        reason,
    }
}

fn agree(envelope: &Envelope, differ: &[&str]) -> Result<(), IntakeError> {
    if envelope.chunk >= envelope.chunks {
        return Err(misfit(envelope, format!("it is chunk {} of {}, counted from 0", envelope.chunk, envelope.chunks)));
    }
    if differ.is_empty() {
        return Ok(());
    }
    Err(misfit(envelope, format!("its {} differs from what the delivery's other chunks say", differ.join(", "))))
}

/// What two chunks of a delivery say differently about it.
fn differences(first: &Envelope, other: &Envelope) -> Vec<&'static str> {
    let pairs = [
        ("topic", first.topic == other.topic),
        ("sha256", first.sha256 == other.sha256),
        ("layout", first.layout == other.layout),
        ("number of chunks", first.chunks == other.chunks),
        ("number of records", first.records == other.records),
        ("yen", first.yen == other.yen),
    ];
    pairs.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

fn stored_differences(batch: &batch::Batch, other: &Envelope) -> Vec<&'static str> {
    let pairs = [
        ("topic", batch.topic == other.topic),
        ("sha256", batch.sha256 == other.sha256),
        ("layout", batch.layout == other.layout),
        ("number of chunks", i64::from(batch.chunks) == i64::from(other.chunks)),
        ("number of records", u64::try_from(batch.records_read) == Ok(other.records)),
        ("yen", batch.yen_read == other.yen),
    ];
    pairs.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

/// What a chunk brings.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'b> {
    /// Records as a JSON array.
    Records {
        /// The array.
        records: &'b Bytes,
        /// The bytes of a message that has no file in the archive.
        original: Option<&'b Bytes>,
    },
    /// Documents of the delivery.
    Evidence(&'b [Document]),
}

/// A chunk as it arrived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival<'b> {
    /// What it says about its delivery.
    pub envelope: &'b Envelope,
    /// Id of the message.
    pub message_id: &'b str,
    /// What it brings.
    pub part: Part<'b>,
}

/// Stages one chunk in the transaction that was begun for it.
async fn chunk(
    pool: &PgPool,
    mut tx: Transaction<'static, Postgres>,
    batch: i64,
    shapes: &[Shape],
    arrival: &Arrival<'_>,
) -> Result<Staged, IntakeError> {
    let &Arrival { envelope, message_id, part } = arrival;
    if shapes.is_empty() {
        // The delivery was refused before it had records.
        drop(tx);
        return Ok(Staged::Closed(batch::get(pool, batch).await?.state));
    }
    let (rows, size) = match part {
        Part::Records { records, .. } => (split::rows(batch, shapes, records), records.len()),
        Part::Evidence(_) => (Ok(Rows::default()), 0),
    };
    let rows = rows.map_err(|reason| misfit(envelope, reason))?;
    let failed = |what: &str| IntakeError::database(format!("{what} of chunk {} of batch {batch}", envelope.chunk));
    let chunk: i32 = number(envelope, "chunk", envelope.chunk)?;
    let bytes: i64 = number(envelope, "size", size)?;
    let new = sqlx::query(include_str!("sql/enter_chunk.sql"))
        .bind(batch)
        .bind(chunk)
        .bind(message_id)
        .bind(rows.records)
        .bind(rows.yen)
        .bind(bytes)
        .execute(&mut *tx)
        .await
        .map_err(failed("enter the arrival"))?;
    if new.rows_affected() == 0 {
        let seen = again(&mut tx, batch, chunk, message_id).await?;
        tx.commit().await.map_err(failed("commit the second arrival"))?;
        return Ok(seen);
    }
    match part {
        Part::Records { original, .. } => {
            store(&mut tx, shapes, rows.copy, rows.few).await.map_err(failed("stage the records"))?;
            if let Some(original) = original {
                let kept =
                    sqlx::query("insert into intake.body (batch_id, body) values ($1, $2)").bind(batch).bind(&original[..]);
                kept.execute(&mut *tx).await.map_err(failed("keep the bytes"))?;
            }
        }
        Part::Evidence(documents) => {
            evidence::store(&mut tx, batch, documents).await.map_err(failed("store the documents"))?;
        }
    }
    // A delivery of one chunk has nobody to wait for.
    let alone = envelope.chunks == 1;
    let mut complete = alone && count(&mut *tx, batch).await?;
    tx.commit().await.map_err(failed("commit the staging"))?;
    meter::staged(&envelope.topic, rows.records);
    crash::point("inbound.staged");
    if !alone {
        complete = count(pool, batch).await?;
    }
    Ok(if complete { Staged::Complete } else { Staged::Waiting })
}

/// Counts the chunks that have arrived. `true`: this one found them complete, and decides.
async fn count(database: impl PgExecutor<'_>, batch: i64) -> Result<bool, IntakeError> {
    let counted = sqlx::query_scalar("select intake.count_chunks($1)").bind(batch).fetch_one(database).await;
    counted.map_err(IntakeError::database(format!("count the chunks of batch {batch}")))
}

/// How the staging begins. A delivery of one chunk is decided before its message is acknowledged, and that commit waits for the
/// disk on behalf of the ones before it too.
fn begin(envelope: &Envelope) -> &'static str {
    if envelope.chunks == 1 { "begin; set local synchronous_commit = off" } else { "begin" }
}

async fn store(
    conn: &mut PgConnection,
    shapes: &[Shape],
    stream: Vec<u8>,
    few: Option<Vec<split::Row<'_>>>,
) -> Result<(), sqlx::Error> {
    let Some(few) = few.filter(|few| !few.is_empty()) else {
        let mut copy = conn.copy_in_raw(&record::copy_sql(shapes)).await?;
        for piece in stream.chunks(COPY_PIECE) {
            copy.send(piece).await?;
        }
        return copy.finish().await.map(|_| ());
    };
    let width = record::width(shapes);
    let sql = record::insert_sql(shapes, few.len());
    let mut insert = sqlx::query(AssertSqlSafe(sql)).persistent(few.len() == 1);
    for row in few {
        insert = row.longs.into_iter().fold(insert, |insert, value| insert.bind(value));
        insert = row.ints.into_iter().fold(insert, |insert, value| insert.bind(value));
        let mut cells = row.cells;
        cells.resize(width, None);
        insert = cells.into_iter().fold(insert, |insert, cell| insert.bind(cell.map(Cow::into_owned)));
    }
    insert.execute(conn).await.map(|_| ())
}

/// A chunk that was staged before, or whose batch takes no more. If all chunks are there and the batch is not decided, whoever was
/// to count or to decide it died: decide it now.
async fn again(conn: &mut PgConnection, batch: i64, chunk: i32, message_id: &str) -> Result<Staged, IntakeError> {
    let (state, seen): (State, bool) = sqlx::query_as(include_str!("sql/chunk_again.sql"))
        .bind(batch)
        .bind(chunk)
        .bind(message_id)
        .fetch_one(&mut *conn)
        .await
        .map_err(IntakeError::database(format!("note that chunk {chunk} of batch {batch} came again")))?;
    Ok(match state {
        _ if !seen => Staged::Closed(state),
        State::Staged => Staged::Complete,
        State::Received if count(&mut *conn, batch).await? => Staged::Complete,
        _ => Staged::Seen,
    })
}
