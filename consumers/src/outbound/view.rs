//! Looking at files: lists, details, the bytes again, and what an order would send.

use std::io::{self, Write};

use bytes::Bytes;
use renkei_core::archive::ArchiveKey;
use renkei_core::layout::write::WriteSummary;
use renkei_core::message::ExportOrder;
use renkei_core::registry::Topic;
use renkei_core::registry::topics::Empty;
use renkei_core::verdict::{Classify, Verdict};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, FromRow};

use super::approve::{Review, recount};
use super::compare::{Comparison, kinds};
use super::error::OutboundError;
use super::generate::{Job, select};
use super::model::{Approval, Delivery, ExportFile, FileState, Refusal};
use super::payees::{Payee, payees};
use super::problem::Problem;
use super::stage::Stage;
use super::store::{enter_order, enter_part, file_of_run, find_file, lock_file, next_number, record, savepoint};
use super::stream::{self, Refused};
use super::waiting::{self, Waiting};
use super::{Exporter, claim, folder, order, shape, twin};

/// Bytes of a dry run that are kept to be looked at.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Items of one mark that are shown beside a file; all are counted.
const NOTABLE_ITEMS_MAX: u32 = 20;

/// Payees shown of a file.
pub const PAYEES_SHOWN: i64 = 20;

/// Which files to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFilter {
    /// Only of this topic.
    pub topic: Option<String>,
    /// Only in this state.
    pub state: Option<FileState>,
    /// Most rows.
    pub rows_max: u32,
}

impl Default for ListFilter {
    fn default() -> Self {
        ListFilter { topic: None, state: None, rows_max: 100 }
    }
}

/// The last order of the topic of which a file was released before; sums are those of all its files that left, beside all of this order.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct PreviousRelease {
    /// File released last.
    pub id: i64,
    /// Its name.
    pub file_name: String,
    /// Files of the order that left, this one included.
    pub files: i64,
    /// Records that carried money.
    pub count: i64,
    /// Their yen.
    pub total: i64,
    /// When it was released.
    pub released_at: String,
    /// More records now than then.
    pub count_more: i64,
    /// More yen now than then.
    pub total_more: i64,
}

/// Everything an approver or operator looks at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileDetail {
    /// The file.
    pub file: ExportFile,
    /// Totals recomputed from the ledger now; absent when there is no file, or they cannot be recomputed.
    pub review: Option<Review>,
    /// Why they cannot.
    pub review_problem: Option<Problem>,
    /// What is different from last time, told from the ledger; absent as the review is.
    pub comparison: Option<Comparison>,
    /// Why it cannot be told.
    pub comparison_problem: Option<Problem>,
    /// The last release before, and the differences from it.
    pub previous: Option<PreviousRelease>,
    /// Approvals, dead ones included.
    pub approvals: Vec<Approval>,
    /// Items that could not go.
    pub refusals: Vec<Refusal>,
    /// Every time the bytes were handed to somebody.
    pub deliveries: Vec<Delivery>,
    /// How often it was downloaded again (再取得).
    pub downloads: usize,
}

/// 再取得: the same bytes as ever.
#[derive(Debug, Clone)]
pub struct Download {
    /// Name under which it left.
    pub file_name: String,
    /// SHA-256 of the bytes, checked.
    pub sha256: String,
    /// The bytes.
    pub bytes: Bytes,
    /// Which download of this file it is, from 1.
    pub number: i64,
}

/// What an order would send now.
#[derive(Debug, Clone, Default)]
pub struct DryRun {
    /// Totals of the files it would make; none when there is nothing to send or the run would be refused.
    pub files: Vec<WriteSummary>,
    /// Of each of these files, what its approver would see: its totals recounted from the ledger.
    pub reviews: Vec<Review>,
    /// Whom each of them would pay, the largest first.
    pub payees: Vec<Vec<Payee>>,
    /// What is different from last time, where it would be one file.
    pub comparison: Option<Comparison>,
    /// Data rows selected.
    pub rows: i64,
    /// Why the run would be refused.
    pub problem: Option<Problem>,
    /// Items that would stay behind.
    pub refusals: Vec<Refusal>,
    /// Why there is nothing to send: what waits, and for what; absent where something would go, or the folder does not say.
    pub waiting: Option<Vec<Waiting>>,
    /// The first bytes of the first file, in the encoding of the layout.
    pub head: Vec<u8>,
}

impl Exporter {
    /// The newest files first.
    pub async fn list(&self, filter: &ListFilter) -> Result<Vec<ExportFile>, OutboundError> {
        let sql = concat!(
            include_str!("sql/file.sql"),
            "where ($1::text is null or topic = $1) and ($2::text is null or state = $2) order by id desc limit $3"
        );
        sqlx::query_as(sql)
            .bind(&filter.topic)
            .bind(filter.state.map(FileState::as_str))
            .bind(i64::from(filter.rows_max))
            .fetch_all(&self.pool)
            .await
            .map_err(OutboundError::database("list export files"))
    }

    /// The first file of a run, once its order was taken from the queue.
    pub async fn find_run(&self, run: uuid::Uuid) -> Result<Option<ExportFile>, OutboundError> {
        Ok(self.files_of_run(run).await?.into_iter().next())
    }

    /// Every file of a run: several where the partner takes no more records in one.
    pub async fn files_of_run(&self, run: uuid::Uuid) -> Result<Vec<ExportFile>, OutboundError> {
        sqlx::query_as(AssertSqlSafe(format!("{}where run = $1 order by part", include_str!("sql/file.sql"))))
            .bind(run)
            .fetch_all(&self.pool)
            .await
            .map_err(OutboundError::database("read the files of a run"))
    }

    /// One file with everything known about it.
    pub async fn show(&self, id: i64) -> Result<FileDetail, OutboundError> {
        self.recount(self.outline(id).await?).await
    }

    /// One file with what is written down about it, in no time; nothing is counted.
    pub async fn outline(&self, id: i64) -> Result<FileDetail, OutboundError> {
        let mut conn = self.pool.acquire().await.map_err(OutboundError::database("read an export file"))?;
        let file = find_file(&mut conn, id).await?;
        let approvals: Vec<Approval> = rows(&mut conn, include_str!("sql/approvals.sql"), id).await?;
        let refusals: Vec<Refusal> = rows(&mut conn, include_str!("sql/refusals.sql"), id).await?;
        let deliveries: Vec<Delivery> = rows(&mut conn, include_str!("sql/deliveries.sql"), id).await?;
        let previous: Option<PreviousRelease> = sqlx::query_as(include_str!("sql/previous_release.sql"))
            .bind(id)
            .bind(self.topic(&file.topic).and_then(|topic| folder(topic)).map(|folder| kinds(folder)).unwrap_or_default())
            .fetch_optional(&mut *conn)
            .await
            .map_err(OutboundError::database("find the files that left last"))?;
        let downloads = deliveries.iter().filter(|delivery| delivery.kind == "download").count();
        Ok(FileDetail {
            file,
            review: None,
            review_problem: None,
            comparison: None,
            comparison_problem: None,
            previous,
            approvals,
            refusals,
            deliveries,
            downloads,
        })
    }

    /// An outline with what the ledger says of the file's items now: seconds for a hundred thousand.
    pub async fn recount(&self, mut detail: FileDetail) -> Result<FileDetail, OutboundError> {
        let file = &detail.file;
        // A void file carries nothing any more: its items are as the ledger has them now.
        if file.sha256.is_some() && file.state != FileState::Void {
            (detail.review, detail.review_problem) = or_problem(self.review(file.id).await)?;
            (detail.comparison, detail.comparison_problem) = or_problem(self.compare(detail.file.id, NOTABLE_ITEMS_MAX).await)?;
        }
        Ok(detail)
    }

    /// The bytes of a file that has left, again. Counted and audited as 再取得.
    pub async fn download(&self, id: i64, actor: &str) -> Result<Download, OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin a download"))?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        if let Some(at) = file.purged_at {
            return Err(OutboundError::Purged { file: id, at });
        }
        let (true, Some(file_name), Some(sha256), Some(archive)) =
            (file.state.has_left(), file.file_name, file.sha256, file.archive)
        else {
            return Err(OutboundError::State { file: id, state: file.state, action: "downloaded again" });
        };
        let key = ArchiveKey::parse(&archive)?;
        if key.sha256() != sha256 {
            let damaged = renkei_core::archive::ArchiveError::Damaged { key, found: sha256 };
            return Err(OutboundError::Archive(damaged));
        }
        let bytes = self.archive.get_bytes(&key).await?;
        let insert = "with added as (
                          insert into export.delivery (file_id, kind, actor, place, sha256) values ($1, 'download', $2, $3, $4) returning 1)
                      select (select count(*) from export.delivery where file_id = $1 and kind = 'download') + count(*) from added";
        let number: i64 = sqlx::query_scalar(insert)
            .bind(id)
            .bind(actor)
            .bind(&file_name)
            .bind(&sha256)
            .fetch_one(&mut *tx)
            .await
            .map_err(OutboundError::database("record a download"))?;
        record(&mut tx, actor, "export.downloaded_again", id, &json!({ "sha256": sha256, "number": number })).await?;
        tx.commit().await.map_err(OutboundError::database("commit a download"))?;
        Ok(Download { file_name, sha256, bytes, number })
    }

    /// What an order would send now: the same SQL and the same writer, rolled back.
    pub async fn dry_run(&self, topic: &Topic, order: &ExportOrder) -> Result<DryRun, OutboundError> {
        let folder = folder(topic)?;
        let job = Job { topic, folder, shape: shape(topic, folder, &order.variant)? };
        let layout = job.shape.layout;
        let order = &ExportOrder { params: order::params(topic, &order.variant, &order.params)?, ..order.clone() };
        let mut tx = self.snapshot().await?;
        enter_order(&mut tx, self, topic, job.shape.name, order).await?;
        let file = file_of_run(&mut tx, order.run).await?;
        let number = next_number(&mut tx, &file).await?;
        let today = self.today();
        Stage { file: &file, actor: &file.made_by, number, today: &today, layout }.set(&mut tx).await?;
        savepoint(&mut tx, "savepoint before_select").await?;
        let selected = select(&mut tx, &job, &file).await?;
        let refusals = selected.refusals.as_array().into_iter().flatten().map(refusal).collect();
        let mut dry = DryRun { rows: selected.rows, problem: selected.stop(), refusals, ..DryRun::default() };
        if dry.problem.is_some() {
            return Ok(dry);
        }
        if selected.rows == 0 && topic.empty == Empty::Nothing {
            // Of the ledger as it is, not as select.sql has left it.
            savepoint(&mut tx, "rollback to savepoint before_select").await?;
            dry.waiting = waiting::waiting(&mut tx, &job).await?;
            return Ok(dry);
        }
        let mut files = Vec::new();
        for part in 1..=selected.parts {
            let own = if part == 1 { file.clone() } else { enter_part(&mut tx, &file, part, selected.parts).await? };
            let summary = match stream::write(&mut tx, &selected.layout, &selected.sources, part, Head(&mut dry.head)).await {
                Ok(summary) => summary,
                Err(Refused::Other(error)) => return Err(error),
                Err(Refused::Row { error, .. } | Refused::Whole(error)) => {
                    dry.problem = Some(Problem::of(&OutboundError::Write(error)));
                    return Ok(dry);
                }
            };
            if selected.claims {
                claim::balance(&mut tx, &own, &summary).await?;
                claim::take(&mut tx, &own).await?;
            }
            if let Some(twin) = twin::sent(&mut tx, &own, &summary.sha256).await? {
                dry.problem = Some(twin.problem());
                dry.refusals.push(refusal(&twin.refusal()));
                return Ok(dry);
            }
            files.push((own, summary));
        }
        // What the approver would see of each, on the claims that are rolled back with the rest.
        for (own, _) in &files {
            Stage { file: own, actor: &own.made_by, number, today: &today, layout }.set(&mut tx).await?;
            dry.reviews.push(recount(&mut tx, &job).await?);
            dry.payees.push(payees(&mut tx, own.id, PAYEES_SHOWN).await?);
        }
        if let [(own, _)] = files.as_slice() {
            dry.comparison = Some(self.compare_in(&mut tx, &job, own, NOTABLE_ITEMS_MAX).await?);
        }
        dry.files = files.into_iter().map(|(_, summary)| summary).collect();
        Ok(dry)
    }
}

/// What is told of a file, or why it cannot be: a query that fails bars the approval, not the sight of the file.
fn or_problem<T>(told: Result<T, OutboundError>) -> Result<(Option<T>, Option<Problem>), OutboundError> {
    match told {
        Ok(told) => Ok((Some(told), None)),
        Err(error) if error.verdict() == Verdict::Retry => Err(error),
        Err(error) => Ok((None, Some(Problem::of(&error)))),
    }
}

/// A row of the temp table `refusal`; optional columns may be missing.
pub(super) fn refusal(row: &Value) -> Refusal {
    let text = |name: &str| row[name].as_str().map(str::to_owned);
    Refusal {
        object: text("object"),
        object_id: row["object_id"].as_i64(),
        code: text("code").unwrap_or_default(),
        severity: text("severity").unwrap_or_else(|| "item".to_owned()),
        detail: row["detail"].clone(),
    }
}

async fn rows<T>(conn: &mut sqlx::PgConnection, sql: &'static str, id: i64) -> Result<Vec<T>, OutboundError>
where
    T: for<'r> FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
{
    sqlx::query_as(sql).bind(id).fetch_all(conn).await.map_err(OutboundError::database("read what is known about a file"))
}

/// Keeps the first bytes and lets the rest go.
struct Head<'a>(&'a mut Vec<u8>);

impl Write for Head<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = HEAD_BYTES_MAX.saturating_sub(self.0.len());
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
