//! Gives committed events a position and a hash. Posting never waits for it: it only reads events and writes tables of its own.

use std::time::Duration;

use sqlx::postgres::{PgPool, PgRow};
use sqlx::{AssertSqlSafe, Postgres, Row, Transaction};
use tokio_util::sync::CancellationToken;

use super::canonical::{self, GENESIS};
use super::{AuditError, Hash, Head};

/// Advisory lock of the one sealer.
const SEALER_LOCK: i64 = 0x5245_4e4b_4149;
/// Events linked in one transaction.
const BATCH_EVENTS: i64 = 10_000;

/// What one call did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sealed {
    /// Events linked.
    pub events: u64,
    /// The end of the chain after the last batch; `None` when nothing was sealed.
    pub head: Option<Head>,
}

/// Seals what is committed and waits, batch by batch. Does nothing while another sealer is at work.
pub async fn seal(pool: &PgPool) -> Result<Sealed, AuditError> {
    let mut sealed = Sealed::default();
    while let Some((events, head)) = seal_batch(pool).await? {
        sealed.events += events;
        sealed.head = Some(head);
    }
    Ok(sealed)
}

/// Seals every `pause` until `cancel`. A failure is logged and tried again: unsealed events wait and are not lost.
pub async fn run(pool: PgPool, pause: Duration, cancel: CancellationToken) {
    loop {
        match seal(&pool).await {
            Ok(Sealed { events, head: Some(head) }) => tracing::info!(events, %head, "audit events sealed"),
            Ok(_) => {}
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "audit events could not be sealed; they wait"),
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn seal_batch(pool: &PgPool) -> Result<Option<(u64, Head)>, AuditError> {
    let mut tx = pool.begin().await.map_err(AuditError::database("begin sealing"))?;
    let alone: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock($1)")
        .bind(SEALER_LOCK)
        .fetch_one(&mut *tx)
        .await
        .map_err(AuditError::database("take the sealer's lock"))?;
    if !alone {
        return Ok(None);
    }
    let events = take(&mut tx).await?;
    if events.is_empty() {
        // Awaited: a transaction that is only dropped keeps the lock a moment longer, and the next run would find no turn.
        tx.rollback().await.map_err(AuditError::database("end sealing"))?;
        return Ok(None);
    }
    let head = head(&mut tx).await?;
    let (first, mut previous) = head.map_or((1, GENESIS), |head| (head.position + 1, head.hash));
    let mut position = first - 1;
    let (mut ids, mut hashes): (Vec<i64>, Vec<Vec<u8>>) = (Vec::with_capacity(events.len()), Vec::with_capacity(events.len()));
    for row in &events {
        position += 1;
        let read = || Ok((row.try_get::<i64, _>(0)?, canonical::hash(&previous, position, row, 1)?));
        let (id, hash) = read().map_err(AuditError::database("read an audit event"))?;
        ids.push(id);
        hashes.push(hash.to_vec());
        previous = hash;
    }
    store(&mut tx, first, position, &ids, &hashes, &previous).await?;
    tx.commit().await.map_err(AuditError::database("commit a seal"))?;
    Ok(Some((events.len() as u64, Head { position, hash: previous })))
}

/// Takes events from the queue. Only committed ones are visible, and each stays visible until it is taken: no order of
/// commits, and no gap left by a rollback, can lose one.
async fn take(tx: &mut Transaction<'_, Postgres>) -> Result<Vec<PgRow>, AuditError> {
    let sql = format!(
        "with taken as (
             delete from audit.unsealed
              where event_id in (select event_id from audit.unsealed order by event_id limit $1) returning event_id)
         select e.id, {} from taken t join audit.event e on e.id = t.event_id order by e.id",
        canonical::COLUMNS
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(BATCH_EVENTS)
        .fetch_all(&mut **tx)
        .await
        .map_err(AuditError::database("take unsealed audit events"))
}

async fn head(tx: &mut Transaction<'_, Postgres>) -> Result<Option<Head>, AuditError> {
    let row: Option<(i64, Vec<u8>)> = sqlx::query_as("select position, hash from audit.link order by position desc limit 1")
        .fetch_optional(&mut **tx)
        .await
        .map_err(AuditError::database("read the head of the audit chain"))?;
    Ok(row.map(|(position, hash)| Head { position, hash: hash.try_into().expect("the table allows 32 bytes only") }))
}

async fn store(
    tx: &mut Transaction<'_, Postgres>,
    first: i64,
    last: i64,
    ids: &[i64],
    hashes: &[Vec<u8>],
    end: &Hash,
) -> Result<(), AuditError> {
    let links = "insert into audit.link (position, event_id, hash)
                 select $1 + n - 1, id, hash from unnest($2::bigint[], $3::bytea[]) with ordinality as l (id, hash, n)";
    sqlx::query(links)
        .bind(first)
        .bind(ids)
        .bind(hashes)
        .execute(&mut **tx)
        .await
        .map_err(AuditError::database("write links of the audit chain"))?;
    let seal = "insert into audit.seal (id, from_position, to_position, hash)
                select coalesce(max(id), 0) + 1, $1, $2, $3 from audit.seal";
    sqlx::query(seal)
        .bind(first)
        .bind(last)
        .bind(end.as_slice())
        .execute(&mut **tx)
        .await
        .map_err(AuditError::database("write a seal of the audit chain"))?;
    Ok(())
}
