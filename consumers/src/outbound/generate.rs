//! Makes a file: select, write, claim, record, in one repeatable-read transaction. Nothing half-made stays: before the commit
//! there is no claim and no contents, only bytes in the archive that nobody names.

use std::io::BufWriter;
use std::time::Duration;

use std::sync::Arc;

use renkei_core::archive::{ArchiveKey, ArchiveWriter};
use renkei_core::crash;
use renkei_core::layout::Layout;
use renkei_core::layout::write::WriteSummary;
use renkei_core::message::ExportOrder;
use renkei_core::registry::topics::Empty;
use renkei_core::registry::{Integration, Topic};
use renkei_core::verdict::{Classify, Verdict};
use serde_json::{Value, json};
use sqlx::{PgConnection, Postgres, Transaction};

use super::error::OutboundError;
use super::model::{ExportFile, FileState};
use super::problem::Problem;
use super::stage::{self, Stage, Table};
use super::store::{end, enter_order, enter_part, file_of_run, find_file, lock_file, next_number, record, savepoint};
use super::stream::{self, Refused, Source};
use super::{Exporter, Shape, claim, folder, name, shape, spread, twin};

/// Attempts on a new snapshot when other runs take the same items; then the message waits on the retry ladder.
const ATTEMPTS_MAX: u32 = 6;
/// Pause before a further attempt, times its number.
const ATTEMPT_PAUSE: Duration = Duration::from_millis(50);
/// Bytes gathered before they are hashed and written.
const BUFFER_BYTES: usize = 256 * 1024;

/// What is known of a topic while its file is made.
pub(super) struct Job<'a> {
    pub(super) topic: &'a Topic,
    pub(super) folder: &'a Integration,
    pub(super) shape: Shape<'a>,
}

/// How an attempt ended inside its transaction.
enum Made {
    Written(Vec<Written>),
    Empty,
    Refused { problem: Problem },
}

/// A file of the order with its bytes.
struct Written {
    file: ExportFile,
    number: i32,
    summary: WriteSummary,
    key: ArchiveKey,
}

impl Exporter {
    /// Carries out an order and gives its first file; most orders make no other ([`Exporter::files_of_run`]). The same run again
    /// gives the same files; a run that failed is tried again.
    pub async fn make(&self, topic: &Topic, order: &ExportOrder) -> Result<ExportFile, OutboundError> {
        let folder = folder(topic)?;
        let job = Job { topic, folder, shape: shape(topic, folder, &order.variant)? };
        let id = self.enter(topic, job.shape.name, order).await?;
        if let Some(stale) = self.end_if_stale(topic, order, id).await? {
            return Ok(stale);
        }
        for attempt in 1..=ATTEMPTS_MAX {
            match self.attempt(&job, id).await {
                Err(error) if error.is_contention() => tokio::time::sleep(ATTEMPT_PAUSE * attempt).await,
                Err(error) => {
                    if error.verdict() != Verdict::Retry {
                        self.fail(id, &error).await?;
                    }
                    return Err(error);
                }
                Ok(file) => return Ok(file),
            }
        }
        Err(OutboundError::Contended { file: id, attempts: ATTEMPTS_MAX })
    }

    /// The row of the order, committed by itself: an order that keeps failing is seen.
    async fn enter(&self, topic: &Topic, profile: &str, order: &ExportOrder) -> Result<i64, OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin an export"))?;
        self.set_session(&mut tx).await?;
        let entered = enter_order(&mut tx, self, topic, profile, order).await?;
        let file = file_of_run(&mut tx, order.run).await?;
        if entered {
            record(
                &mut tx,
                &order.ordered_by,
                "export.ordered",
                file.id,
                &json!({ "run": order.run, "topic": file.topic, "params": file.params }),
            )
            .await?;
        } else if file.topic != topic.slug.as_str() || file.profile != profile || file.params.0 != order.params {
            return Err(OutboundError::RunReused { run: order.run, topic: file.topic, file: file.id });
        }
        tx.commit().await.map_err(OutboundError::database("commit an order"))?;
        Ok(file.id)
    }

    async fn attempt(&self, job: &Job<'_>, id: i64) -> Result<ExportFile, OutboundError> {
        let mut tx = self.snapshot().await?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        if !matches!(file.state, FileState::Ordered | FileState::Failed) {
            return Ok(file);
        }
        match self.write_file(&mut tx, job, &file).await? {
            Made::Written(files) => {
                for written in &files {
                    record_contents(&mut tx, job, written, files.len()).await?;
                }
            }
            Made::Empty => {
                end(&mut tx, id, FileState::Empty, None).await?;
                record(&mut tx, &file.made_by, "export.empty", id, &json!({})).await?;
            }
            Made::Refused { problem } => {
                end(&mut tx, id, FileState::Refused, Some(&problem)).await?;
                record(&mut tx, &file.made_by, "export.refused", id, &json!({ "code": problem.code, "problem": problem.said }))
                    .await?;
            }
        }
        stage::clear(&mut tx).await?;
        let file = find_file(&mut tx, id).await?;
        crash::point("outbound.before_commit");
        tx.commit().await.map_err(OutboundError::database("commit an export"))?;
        crash::point("outbound.after_commit");
        Ok(file)
    }

    /// A repeatable-read transaction: everything selected and written is one moment of the ledger.
    pub(super) async fn snapshot(&self) -> Result<Transaction<'static, Postgres>, OutboundError> {
        let begun = self.pool.begin_with("begin isolation level repeatable read").await;
        begun.map_err(OutboundError::database("begin an export"))
    }

    async fn write_file(
        &self,
        tx: &mut Transaction<'_, Postgres>,
        job: &Job<'_>,
        file: &ExportFile,
    ) -> Result<Made, OutboundError> {
        let number = next_number(tx, file).await?;
        let today = self.today();
        Stage { file, actor: &file.made_by, number, today: &today, layout: job.shape.layout }.set(tx).await?;
        // What select.sql did is undone when nothing leaves: no numbers issued, no orders marked.
        savepoint(tx, "savepoint before_select").await?;
        let selected = select(tx, job, file).await?;
        if let Some(problem) = selected.stop() {
            savepoint(tx, "rollback to savepoint before_select").await?;
            record_refusals(tx, file.id, &selected.refusals).await?;
            return Ok(Made::Refused { problem });
        }
        if selected.rows == 0 && job.topic.empty == Empty::Nothing {
            savepoint(tx, "rollback to savepoint before_select").await?;
            record_refusals(tx, file.id, &selected.refusals).await?;
            return Ok(Made::Empty);
        }
        // All files of the order, or none: what one of them leaves out is in another.
        let mut files = Vec::new();
        for part in 1..=selected.parts {
            let own = if part == 1 { file.clone() } else { enter_part(tx, file, part, selected.parts).await? };
            let mut out = self.archive.put_writer()?;
            let buffered = BufWriter::with_capacity(BUFFER_BYTES, &mut out);
            let summary = match stream::write(tx, &selected.layout, &selected.sources, part, buffered).await {
                Ok(summary) => summary,
                Err(refused) => return refuse_row(tx, &own, file.id, &selected, refused).await,
            };
            if selected.claims {
                claim::balance(tx, &own, &summary).await?;
                claim::take(tx, &own).await?;
            }
            if let Some(twin) = twin::sent(tx, file, &summary.sha256).await? {
                savepoint(tx, "rollback to savepoint before_select").await?;
                record_refusals(tx, file.id, &json!([twin.refusal()])).await?;
                return Ok(Made::Refused { problem: twin.problem() });
            }
            let key = finish(job, out, &summary).await?;
            files.push(Written { file: own, number: number + part - 1, summary, key });
        }
        record_refusals(tx, file.id, &selected.refusals).await?;
        Ok(Made::Written(files))
    }

    /// Keeps the reason of a failure where an operator sees it; the order may be tried again.
    async fn fail(&self, id: i64, error: &OutboundError) -> Result<(), OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin noting a failure"))?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        if matches!(file.state, FileState::Ordered | FileState::Failed) {
            let problem = Problem::of(error);
            end(&mut tx, id, FileState::Failed, Some(&problem)).await?;
            record(&mut tx, &file.made_by, "export.failed", id, &json!({ "code": problem.code, "problem": problem.said }))
                .await?;
        }
        tx.commit().await.map_err(OutboundError::database("note a failure"))
    }
}

/// What `select.sql` made.
pub(super) struct Selected {
    /// The layout, with the columns that `select.sql` named.
    pub(super) layout: Arc<Layout>,
    pub(super) sources: Vec<Source>,
    pub(super) rows: i64,
    /// Files they are for.
    pub(super) parts: i32,
    pub(super) claims: bool,
    pub(super) refusals: Value,
}

impl Selected {
    /// The reason to stop, when a refusal says so.
    pub(super) fn stop(&self) -> Option<Problem> {
        let refusals = self.refusals.as_array()?;
        let stops: Vec<&str> = refusals.iter().filter(|r| r["severity"] == "stop").filter_map(|r| r["code"].as_str()).collect();
        let first = stops.first()?;
        let said = format!("select.sql stops the run: {} finding(s), first {first}", stops.len());
        Some(Problem::new(said, "EXPORT_STOPPED", json!({ "findings": stops.len() })))
    }
}

/// Runs `select.sql` and looks at what it made.
pub(super) async fn select(conn: &mut PgConnection, job: &Job<'_>, file: &ExportFile) -> Result<Selected, OutboundError> {
    let slug = job.topic.slug.as_str();
    let layout = job.shape.layout;
    stage::run_sql(conn, slug, "select.sql", job.folder.sql_for("select", job.shape.variant).unwrap_or_default()).await?;
    let tables = stage::made_tables(conn).await?;
    stage::number_parts(conn, &tables).await?;
    stage::analyze(conn, &tables).await?;
    let refusals = refusals(conn, slug, &tables).await?;
    let shaped = spread::layout(conn, slug, layout, &tables).await?;
    let sources = stream::sources(slug, &shaped, layout.spread().map(|field| field.id.as_str()), &tables)?;
    let rows = stream::data_rows(conn, &shaped, &sources).await?;
    let selected = Selected { layout: shaped, sources, rows, parts: 1, claims: false, refusals };
    if selected.stop().is_some() {
        return Ok(selected);
    }
    let parts = stream::parts(conn, &selected.layout, &selected.sources).await?;
    let claims = claim::check(conn, file, &tables, rows).await?;
    if claims && file.once {
        claim::cover(conn, file, &selected.layout, &selected.sources).await?;
    }
    Ok(Selected { parts, claims, ..selected })
}

pub(super) async fn refusals(conn: &mut PgConnection, topic: &str, tables: &[Table]) -> Result<Value, OutboundError> {
    let Some((_, columns)) = tables.iter().find(|(name, _)| name == "refusal") else { return Ok(json!([])) };
    if !columns.iter().any(|(name, _)| name == "code") {
        let what = "refusal has no column code".to_owned();
        return Err(OutboundError::Contract { topic: topic.to_owned(), file: "select.sql", what });
    }
    sqlx::query_scalar("select coalesce(jsonb_agg(to_jsonb(r)), '[]') from pg_temp.refusal r")
        .persistent(false)
        .fetch_one(conn)
        .await
        .map_err(OutboundError::database("read the refusals of a run"))
}

async fn record_refusals(conn: &mut PgConnection, id: i64, refusals: &Value) -> Result<(), OutboundError> {
    let written = sqlx::query(include_str!("sql/record_refusals.sql")).bind(id).bind(refusals).execute(conn).await;
    written.map_err(OutboundError::database("record the refusals of a run"))?;
    Ok(())
}

/// A record that the layout refuses stops the run, and names the item that carries the value.
async fn refuse_row(
    tx: &mut Transaction<'_, Postgres>,
    part: &ExportFile,
    order: i64,
    selected: &Selected,
    refused: Refused,
) -> Result<Made, OutboundError> {
    let (seq, error) = match refused {
        Refused::Other(error) => return Err(error),
        Refused::Row { seq, error } => (Some(seq), error),
        Refused::Whole(error) => (None, error),
    };
    if error.verdict() != Verdict::Reject {
        return Err(OutboundError::Write(error));
    }
    let item = match seq {
        Some(seq) if selected.claims => claim::item_of(tx, part.part, seq).await?,
        _ => None,
    };
    let error = OutboundError::Write(error);
    let mut detail = error.detail().unwrap_or_else(|| json!({ "reason": error.to_string() }));
    detail["seq"] = json!(seq);
    let (object, object_id) = item.unzip();
    let mut refusals = selected.refusals.as_array().cloned().unwrap_or_default();
    refusals
        .push(json!({ "object": object, "object_id": object_id, "code": error.code(), "severity": "stop", "detail": detail }));
    savepoint(tx, "rollback to savepoint before_select").await?;
    record_refusals(tx, order, &Value::Array(refusals)).await?;
    Ok(Made::Refused { problem: Problem::of(&error) })
}

/// Names the bytes in the archive; three counters of the same bytes must agree.
async fn finish(job: &Job<'_>, out: ArchiveWriter, summary: &WriteSummary) -> Result<ArchiveKey, OutboundError> {
    let bytes = out.bytes();
    let key = out.finish().await?;
    if bytes != summary.bytes || key.sha256() != summary.sha256 {
        let what =
            format!("the writer says {} bytes, sha256 {}; the archive {bytes}, {}", summary.bytes, summary.sha256, key.sha256());
        return Err(OutboundError::Contract { topic: job.topic.slug.to_string(), file: "layout.toml", what });
    }
    Ok(key)
}

async fn record_contents(conn: &mut PgConnection, job: &Job<'_>, made: &Written, parts: usize) -> Result<(), OutboundError> {
    let Written { file, number, summary, key } = made;
    let file_name = name::file_name(job.topic.slug.as_str(), job.shape.layout, file, *number)?;
    let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let written = sqlx::query(include_str!("sql/record_contents.sql"))
        .bind(file.id)
        .bind(number)
        .bind(&summary.sha256)
        .bind(whole(summary.records))
        .bind(whole(summary.count))
        .bind(summary.yen)
        .bind(whole(summary.bytes))
        .bind(key.to_string())
        .bind(file_name)
        .bind(&job.folder.digest)
        .bind(i32::try_from(parts).unwrap_or(i32::MAX))
        .execute(&mut *conn)
        .await;
    written.map_err(OutboundError::database("record the contents of a file"))?;
    let mut after =
        json!({ "sha256": summary.sha256, "count": summary.count, "total": summary.yen, "integration": job.folder.digest });
    if parts > 1 {
        after["part"] = json!(format!("{}/{parts}", file.part));
    }
    record(conn, &file.made_by, "export.generated", file.id, &after).await
}
