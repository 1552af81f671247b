//! Media (USB): which carried a batch, who stood for it, and that it was wiped afterwards.

use renkei_core::message::Medium;
use serde::Serialize;
use sqlx::FromRow;
use sqlx::postgres::{PgConnection, PgPool};

use super::Intake;
use super::error::IntakeError;

/// The medium of a batch, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
#[expect(missing_docs, reason = "the columns are documented where they live, in migrations/0051_postage.sql")]
pub struct CarriedOn {
    pub medium: String,
    pub label: String,
    pub bearer: String,
    pub approver: String,
    pub accepted_by: String,
    pub accepted_at: String,
    /// The first wipe after it was accepted.
    pub wiped_at: Option<String>,
    pub wiped_by: Option<String>,
}

/// Keeps with a new batch on which medium it was carried, in the transaction that opens the batch.
pub(super) async fn keep(
    conn: &mut PgConnection,
    batch: i64,
    medium: &Medium,
    topic: &str,
    file: &str,
) -> Result<(), IntakeError> {
    sqlx::query(include_str!("sql/keep_medium.sql"))
        .bind(batch)
        .bind(&medium.id)
        .bind(&medium.label)
        .bind(&medium.bearer)
        .bind(&medium.approver)
        .bind(&medium.accepted_by)
        .bind(&medium.accepted_at)
        .bind(topic)
        .bind(file)
        .execute(conn)
        .await
        .map_err(IntakeError::on_batch(batch, "keep its medium"))?;
    Ok(())
}

impl Intake {
    /// The medium a batch was carried on; `None` when it came over a line.
    pub async fn medium(&self, batch: i64) -> Result<Option<CarriedOn>, IntakeError> {
        let found = sqlx::query_as(include_str!("sql/medium.sql")).bind(batch).fetch_optional(&self.pool).await;
        found.map_err(IntakeError::database(format!("read the medium of batch {batch}")))
    }

    /// Records that a clerk wiped a medium. Gives the numbers of the batches it had carried since it was wiped last; empty: it has
    /// carried nothing since, and nothing is recorded.
    pub async fn wiped(&self, medium: &str, wiped_by: &str, recorded_by: &str) -> Result<Vec<i64>, IntakeError> {
        record_wipe(&self.pool, medium, wiped_by, recorded_by).await
    }
}

async fn record_wipe(pool: &PgPool, medium: &str, wiped_by: &str, recorded_by: &str) -> Result<Vec<i64>, IntakeError> {
    sqlx::query_scalar(include_str!("sql/medium_wiped.sql"))
        .bind(medium)
        .bind(wiped_by)
        .bind(recorded_by)
        .fetch_one(pool)
        .await
        .map_err(IntakeError::database(format!("record that medium {medium} was wiped")))
}
