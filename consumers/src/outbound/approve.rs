//! The second pair of eyes: totals recomputed from the ledger, and an approval bound to exactly the bytes that were seen.

use serde::Serialize;
use serde_json::json;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, Transaction};

use super::compare::{of_folder, own_sql, query};
use super::error::OutboundError;
use super::generate::Job;
use super::model::{ExportFile, FileState};
use super::stage::Stage;
use super::store::{find_file, lock_file, record, record_why};
use super::{Exporter, folder, shape};

/// Digits of a SHA-256 that nobody types by accident.
const SEEN_DIGITS_MIN: usize = 12;

/// One line of `review.sql`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct ReviewRow {
    /// What is counted, Japanese.
    pub label_ja: String,
    /// The same in English.
    pub label_en: String,
    /// How many.
    pub count: i64,
    /// How much.
    pub yen: i64,
}

/// Totals recomputed from the ledger by other SQL than the one that made the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review {
    /// The rows; the first is the total of the file.
    pub rows: Vec<ReviewRow>,
    /// What is no part of the file, and good to know beside it (`beside.sql`).
    pub beside: Vec<ReviewRow>,
}

impl Exporter {
    /// Recomputes the totals of a file from the ledger. Nothing is changed.
    pub async fn review(&self, id: i64) -> Result<Review, OutboundError> {
        let mut tx = self.snapshot().await?;
        let file = find_file(&mut tx, id).await?;
        if file.sha256.is_none() {
            return Err(OutboundError::State { file: id, state: file.state, action: "reviewed" });
        }
        let topic = self.topic(&file.topic)?;
        let integration = folder(topic)?;
        let job = Job { topic, folder: integration, shape: shape(topic, integration, &file.profile)? };
        review(&mut tx, &job, &file, &self.today()).await
    }

    /// Approves a file. `seen` is the SHA-256 that was shown to the approver, or at least its first 12 digits: another file of
    /// the same count and total is not the same file. Refused when the ledger's totals differ, the bytes are damaged, or the approver made the file.
    pub async fn approve(&self, id: i64, approver: &str, seen: &str) -> Result<ExportFile, OutboundError> {
        let review = self.review(id).await?;
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin an approval"))?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        let (Some(sha256), Some(count), Some(total)) = (&file.sha256, file.count, file.total) else {
            return Err(OutboundError::State { file: id, state: file.state, action: "approved" });
        };
        if seen.len() < SEEN_DIGITS_MIN || !sha256.starts_with(seen) {
            return Err(OutboundError::NotAsSeen { file: id, seen: seen.to_owned(), is: sha256.clone() });
        }
        let (review_count, review_yen) = review.rows.first().map_or((0, 0), |row| (row.count, row.yen));
        if (review_count, review_yen) != (count, total) {
            return Err(OutboundError::ReviewDiffers { file: id, count, total, review_count, review_yen });
        }
        self.check_bytes(&file).await?;
        let insert = "insert into export.approval (file_id, approver, sha256, count, total) values ($1, $2, $3, $4, $5)";
        sqlx::query(insert)
            .bind(id)
            .bind(approver)
            .bind(sha256)
            .bind(count)
            .bind(total)
            .execute(&mut *tx)
            .await
            .map_err(OutboundError::on_file(id, "approve a file"))?;
        sqlx::query("update export.file set state = 'approved' where id = $1")
            .bind(id)
            .execute(&mut *tx)
            .await
            .map_err(OutboundError::on_file(id, "approve a file"))?;
        let after = json!({ "sha256": sha256, "count": count, "total": total, "review": review.rows });
        record(&mut tx, approver, "export.approved", id, &after).await?;
        let file = find_file(&mut tx, id).await?;
        tx.commit().await.map_err(OutboundError::database("commit an approval"))?;
        Ok(file)
    }

    /// An approval dies: the file waits for a new one.
    pub(super) async fn kill_approval(&self, id: i64, actor: &str, reason: &str) -> Result<(), OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin ending an approval"))?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        sqlx::query("update export.approval set live = false, dead_reason = $2 where file_id = $1 and live")
            .bind(id)
            .bind(reason)
            .execute(&mut *tx)
            .await
            .map_err(OutboundError::on_file(id, "end an approval"))?;
        if file.state == FileState::Approved {
            sqlx::query("update export.file set state = 'generated' where id = $1")
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(OutboundError::on_file(id, "end an approval"))?;
        }
        record_why(&mut tx, actor, "export.approval_died", id, &json!({}), Some(reason)).await?;
        tx.commit().await.map_err(OutboundError::database("end an approval"))
    }
}

/// Runs `review.sql` on a transaction that is thrown away.
async fn review(
    tx: &mut Transaction<'_, Postgres>,
    job: &Job<'_>,
    file: &ExportFile,
    today: &str,
) -> Result<Review, OutboundError> {
    Stage { file, actor: &file.made_by, number: file.seq_of_day.unwrap_or(0), today, layout: job.shape.layout }.set(tx).await?;
    sqlx::raw_sql("set transaction read only").execute(&mut **tx).await.map_err(OutboundError::database("begin a review"))?;
    recount(tx, job).await
}

/// `review.sql` and `beside.sql` of the file that the temp table `run` names.
pub(super) async fn recount(conn: &mut PgConnection, job: &Job<'_>) -> Result<Review, OutboundError> {
    let sql = job.folder.sql_for("review", job.shape.variant).unwrap_or_default();
    let rows = counted(conn, job, sql, "review.sql").await?;
    let beside = match own_sql(job, "beside") {
        Some(sql) => counted(conn, job, sql, "beside.sql").await?,
        None => Vec::new(),
    };
    Ok(Review { rows, beside })
}

async fn counted(conn: &mut PgConnection, job: &Job<'_>, sql: &str, file: &'static str) -> Result<Vec<ReviewRow>, OutboundError> {
    let wrapped = format!(
        "select label_ja::text, label_en::text, coalesce(count, 0)::bigint as count, coalesce(yen, 0)::bigint as yen
           from (\n{}\n) as review (label_ja, label_en, count, yen)",
        query(sql)
    );
    let rows = sqlx::query_as(AssertSqlSafe(wrapped)).persistent(false).fetch_all(conn).await;
    rows.map_err(|source| of_folder(job, file, source))
}
