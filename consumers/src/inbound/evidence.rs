//! Documents of a delivery (docs/decisions/0010): a message lists them, and here they become rows of `intake.evidence`.

use bytes::Bytes;
use renkei_core::evidence::Document;
use serde::Serialize;
use sqlx::FromRow;
use sqlx::postgres::{PgConnection, PgPool};

use super::error::IntakeError;

/// A document as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
#[expect(missing_docs, reason = "the columns are documented where they live, in migrations/0001_intake.sql")]
pub struct StoredDocument {
    pub name: String,
    pub kind: String,
    pub sha256: String,
    pub bytes: i64,
    pub archive: String,
    pub named: bool,
}

/// Reads the body of an `evidence` message. The error is a sentence.
pub(super) fn read(body: &Bytes) -> Result<Vec<Document>, String> {
    serde_json::from_slice(body).map_err(|error| format!("the list of documents: {error}"))
}

/// Stores the documents of one message, in the transaction that enters its arrival.
pub(super) async fn store(conn: &mut PgConnection, batch: i64, documents: &[Document]) -> Result<(), sqlx::Error> {
    let list = serde_json::to_value(documents).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(include_str!("sql/store_evidence.sql")).bind(batch).bind(list).execute(conn).await.map(|_| ())
}

/// The documents of a batch by name.
pub(super) async fn of(pool: &PgPool, batch: i64) -> Result<Vec<StoredDocument>, IntakeError> {
    sqlx::query_as("select name, kind, sha256, bytes, archive, named from intake.evidence where batch_id = $1 order by name")
        .bind(batch)
        .fetch_all(pool)
        .await
        .map_err(IntakeError::database(format!("read the documents of batch {batch}")))
}
