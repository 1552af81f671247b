//! Walks the chain from its first link and names the first one that is broken.

use futures_util::TryStreamExt;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{AssertSqlSafe, Postgres, Row, Transaction};

use super::canonical::{self, GENESIS};
use super::{AuditError, Hash, Head};

/// What the walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Links that are whole, from the first one on.
    pub links: u64,
    /// Seals compared.
    pub seals: u64,
    /// Committed events that wait for the sealer.
    pub unsealed: u64,
    /// The end of what is whole.
    pub head: Option<Head>,
    /// The first thing that is wrong.
    pub broken: Option<Broken>,
}

impl VerifyReport {
    /// Whether everything is whole.
    pub fn is_whole(&self) -> bool {
        self.broken.is_none()
    }
}

/// The first thing wrong with the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The event, its hash or a hash before it is not what was sealed.
    #[error(
        "position {position}: event {event_id} is not what was sealed there; it was changed, or another one put in its place"
    )]
    Changed {
        /// Position in the chain.
        position: i64,
        /// Event linked there now.
        event_id: i64,
    },
    /// The linked event does not exist.
    #[error("position {position}: event {event_id} was deleted")]
    Deleted {
        /// Position in the chain.
        position: i64,
        /// The event that was there.
        event_id: i64,
    },
    /// A position without a link.
    #[error("position {position}: its link was deleted")]
    LinkMissing {
        /// Position in the chain.
        position: i64,
    },
    /// A seal names a position or hash that the chain does not have.
    #[error("seal {seal}: the chain at position {position} is not what was sealed")]
    Seal {
        /// Number of the seal.
        seal: i64,
        /// Position it names.
        position: i64,
    },
    /// Links that no seal covers, or seals that do not follow one another.
    #[error("position {position}: no seal covers it; a seal was deleted, or the links were written by another hand")]
    Unsealed {
        /// First such position.
        position: i64,
    },
    /// An event that is neither linked nor waiting: it was not written in the ordinary way.
    #[error("event {event_id} is not in the chain and does not wait for it; it was inserted past the triggers")]
    Inserted {
        /// The event.
        event_id: i64,
    },
    /// An event that is linked and waits as well: sealing it again would stop the sealer.
    #[error("event {event_id} is in the chain and waits to be sealed again")]
    Requeued {
        /// The event.
        event_id: i64,
    },
    /// The chain does not contain the head that was written down.
    #[error("the chain does not contain the head {expected} that was written down; it was cut off or rewritten")]
    Head {
        /// The head.
        expected: Head,
    },
}

/// Verifies the chain against itself.
pub async fn verify(pool: &PgPool) -> Result<VerifyReport, AuditError> {
    walk(pool, None).await
}

/// Verifies the chain against itself and against a head that was written down earlier.
pub async fn verify_against(pool: &PgPool, expected: &Head) -> Result<VerifyReport, AuditError> {
    walk(pool, Some(expected)).await
}

async fn walk(pool: &PgPool, expected: Option<&Head>) -> Result<VerifyReport, AuditError> {
    let mut tx = pool.begin().await.map_err(AuditError::database("begin verifying"))?;
    // One snapshot: the sealer may go on meanwhile.
    sqlx::query("set transaction isolation level repeatable read, read only")
        .execute(&mut *tx)
        .await
        .map_err(AuditError::database("take a snapshot of the audit tables"))?;
    let seals = seals(&mut tx).await?;
    let mut walk = Walk { seals: &seals, expected, ..Walk::default() };
    let mut broken = walk_links(&mut tx, &mut walk).await?;
    if broken.is_none() {
        broken = stray_event(&mut tx).await?;
    }
    let unsealed: i64 = sqlx::query_scalar("select count(*) from audit.unsealed")
        .fetch_one(&mut *tx)
        .await
        .map_err(AuditError::database("count unsealed audit events"))?;
    let head = (walk.position > 0).then_some(Head { position: walk.position, hash: walk.hash });
    Ok(VerifyReport { links: walk.position as u64, seals: walk.next_seal as u64, unsealed: unsealed as u64, head, broken })
}

/// `(id, from, to, hash)` of a seal.
type Seal = (i64, i64, i64, Vec<u8>);

async fn seals(tx: &mut Transaction<'_, Postgres>) -> Result<Vec<Seal>, AuditError> {
    sqlx::query_as("select id, from_position, to_position, hash from audit.seal order by id")
        .fetch_all(&mut **tx)
        .await
        .map_err(AuditError::database("read the seals of the audit chain"))
}

#[derive(Default)]
struct Walk<'a> {
    seals: &'a [Seal],
    next_seal: usize,
    expected: Option<&'a Head>,
    met_expected: bool,
    position: i64,
    hash: Hash,
}

async fn walk_links(tx: &mut Transaction<'_, Postgres>, walk: &mut Walk<'_>) -> Result<Option<Broken>, AuditError> {
    walk.hash = GENESIS;
    let sql = format!(
        "select l.position, l.event_id, l.hash, e.id is not null, {}
           from audit.link l left join audit.event e on e.id = l.event_id order by l.position",
        canonical::COLUMNS
    );
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut **tx);
    while let Some(row) = rows.try_next().await.map_err(AuditError::database("read the audit chain"))? {
        if let Some(broken) = walk.step(&row).map_err(AuditError::database("read a link of the audit chain"))? {
            return Ok(Some(broken));
        }
    }
    Ok(walk.end())
}

impl Walk<'_> {
    fn step(&mut self, row: &PgRow) -> Result<Option<Broken>, sqlx::Error> {
        let (position, event_id): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let next = self.position + 1;
        if position != next {
            return Ok(Some(Broken::LinkMissing { position: next }));
        }
        if !row.try_get::<bool, _>(3)? {
            return Ok(Some(Broken::Deleted { position, event_id }));
        }
        let hash = canonical::hash(&self.hash, position, row, 4)?;
        if row.try_get::<&[u8], _>(2)? != hash {
            return Ok(Some(Broken::Changed { position, event_id }));
        }
        if let Some(broken) = self.check_seal(position, &hash) {
            return Ok(Some(broken));
        }
        self.position = position;
        self.hash = hash;
        if let Some(expected) = self.expected.filter(|expected| expected.position == position) {
            self.met_expected = expected.hash == hash;
            if !self.met_expected {
                return Ok(Some(Broken::Head { expected: expected.clone() }));
            }
        }
        Ok(None)
    }

    /// Seals cover the positions without gap or overlap, each with the hash at its end.
    fn check_seal(&mut self, position: i64, hash: &Hash) -> Option<Broken> {
        let Some((id, from, to, sealed)) = self.seals.get(self.next_seal) else {
            return Some(Broken::Unsealed { position });
        };
        let begins_right = *from == self.seals[..self.next_seal].last().map_or(1, |(_, _, to, _)| to + 1);
        if *id != self.next_seal as i64 + 1 || !begins_right || position > *to {
            return Some(Broken::Unsealed { position });
        }
        if position < *to {
            return None;
        }
        self.next_seal += 1;
        (sealed != hash).then_some(Broken::Seal { seal: *id, position })
    }

    /// After the last link: a seal or a head that reaches further means that the end was cut off.
    fn end(&self) -> Option<Broken> {
        if let Some((seal, _, position, _)) = self.seals.get(self.next_seal) {
            return Some(Broken::Seal { seal: *seal, position: *position });
        }
        let expected = self.expected?;
        (!self.met_expected).then(|| Broken::Head { expected: expected.clone() })
    }
}

/// Events beside the chain and its queue, and events in both.
async fn stray_event(tx: &mut Transaction<'_, Postgres>) -> Result<Option<Broken>, AuditError> {
    let sql = "select e.id, l.event_id is not null as linked
                 from audit.event e
                 left join audit.link l on l.event_id = e.id
                 left join audit.unsealed u on u.event_id = e.id
                where (l.event_id is null) = (u.event_id is null)
                order by e.id limit 1";
    let stray: Option<(i64, bool)> =
        sqlx::query_as(sql).fetch_optional(&mut **tx).await.map_err(AuditError::database("look for stray audit events"))?;
    Ok(stray.map(|(event_id, linked)| if linked { Broken::Requeued { event_id } } else { Broken::Inserted { event_id } }))
}
