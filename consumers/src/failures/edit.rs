//! Corrections of parked messages. The original stays as it came; a correction is version 2, 3, … beside it, and a retry sends the
//! newest.

use renkei_core::message::MessageKind;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use sqlx::postgres::{PgConnection, PgPool};

use super::{FailureError, database, lock};

/// Header by which a message says that it is part of a file.
const OF_A_FILE: &str = "renkei-sha256";

/// One version of a body.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Version {
    /// 1 is what came.
    pub version: i32,
    /// The bytes.
    pub body: Vec<u8>,
    /// Why it was made; empty for the original.
    pub reason: String,
    /// When, RFC 3339.
    pub at: String,
    /// By whom; empty for the original.
    pub by: String,
}

/// Every version of a parked message, the original first.
pub async fn versions(pool: &PgPool, id: i64) -> Result<Vec<Version>, FailureError> {
    let found = sqlx::query_as(include_str!("versions.sql")).bind(id).fetch_all(pool).await;
    found.map_err(database(format!("read the versions of parked message {id}")))
}

/// Why the body of a message may not be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// It is part of a file that lies in the archive.
    PartOfFile,
    /// It is no records of a partner but an order, or another word of ours, that says who acts: corrected, it would speak in their name.
    Order,
}

/// Why the body of a message of this type, with these headers, may not be corrected; `None`: it may.
pub fn fixed(kind: &str, headers: &serde_json::Value) -> Option<Fixed> {
    let of_a_file = headers.get(OF_A_FILE).and_then(serde_json::Value::as_str).is_some_and(|sha256| !sha256.is_empty());
    // A direct publisher may name no type.
    let are_records = kind.is_empty() || MessageKind::parse(kind) == Some(MessageKind::Records);
    match (of_a_file, are_records) {
        (true, _) => Some(Fixed::PartOfFile),
        (false, false) => Some(Fixed::Order),
        (false, true) => None,
    }
}

/// Number and bytes of the newest version.
pub(super) async fn newest(conn: &mut PgConnection, id: i64) -> Result<(i32, Vec<u8>), FailureError> {
    let sql = "select version, body from intake.failure_version where failure_id = $1
               union all select 1, body from intake.failure where id = $1 order by 1 desc limit 1";
    let found = sqlx::query_as(sql).bind(id).fetch_one(conn).await;
    found.map_err(database(format!("read the body of parked message {id}")))
}

/// Keeps a corrected body as the version after `seen`, which is the one the person looked at. Gives its number.
pub async fn edit(pool: &PgPool, id: i64, seen: i32, body: &[u8], actor: &str, reason: &str) -> Result<i32, FailureError> {
    if reason.trim().is_empty() {
        return Err(FailureError::ReasonMissing(id));
    }
    let doing = || format!("correct parked message {id}");
    let mut tx = pool.begin().await.map_err(database(doing()))?;
    let failure = lock(&mut tx, id).await?;
    match fixed(&failure.kind, &failure.headers) {
        Some(Fixed::PartOfFile) => return Err(FailureError::PartOfFile(id)),
        Some(Fixed::Order) => return Err(FailureError::Order(id)),
        None => {}
    }
    let (version, before) = newest(&mut tx, id).await?;
    if version != seen {
        return Err(FailureError::Newer { id, newest: version });
    }
    if before == body {
        return Err(FailureError::Unchanged(id));
    }
    sqlx::query("insert into intake.failure_version (failure_id, version, body, reason, by) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(version + 1)
        .bind(body)
        .bind(reason.trim())
        .bind(actor)
        .execute(&mut *tx)
        .await
        .map_err(database(doing()))?;
    let digest = |version: i32, body: &[u8]| json!({ "version": version, "sha256": hex::encode(Sha256::digest(body)) });
    // The bodies may speak of people: they stay in the table, the log has their digests.
    sqlx::query("select audit.record($1, 'failure.edited', 'failure', $2, $3, $4, $5)")
        .bind(actor)
        .bind(id.to_string())
        .bind(digest(version, &before))
        .bind(digest(version + 1, body))
        .bind(reason.trim())
        .execute(&mut *tx)
        .await
        .map_err(database(doing()))?;
    tx.commit().await.map_err(database(doing()))?;
    Ok(version + 1)
}
