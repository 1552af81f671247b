//! A file that a person brings to an outbound topic: what its files are made of and no topic carries (the list of persons behind a
//! payroll), or what the partner answered (the accounts it checked). It is read by a layout of the topic, strictly, and handed to
//! `bring.<layout>.sql`: whole or not at all. The bytes are not kept, since such a file may be about persons; its digest is.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::Layout;
use renkei_core::layout::read::{Event, ReadLimits, ReadSummary, read_file};
use renkei_core::registry::Topic;
use serde::Serialize;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::OutboundError;
use super::generate::refusals;
use super::view::refusal;
use super::{Exporter, Refusal, ReviewRow, Shape, folder, shape, stage};

/// Largest file that is read into memory: half a million records of a bank's format.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Most faults told; more are counted.
const FAULTS_MAX: usize = 200;

/// What became of a file that was brought.
#[derive(Debug, Clone, Serialize)]
pub struct Brought {
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Records read.
    pub records: u64,
    /// What was taken; empty when it was refused.
    pub outcome: Vec<ReviewRow>,
    /// Why its bytes are refused.
    pub faults: Vec<Fault>,
    /// Why what it says is refused.
    pub refusals: Vec<Refusal>,
}

impl Brought {
    /// Whether it was taken.
    pub fn taken(&self) -> bool {
        self.faults.iter().all(|fault| fault.severity != Severity::Error) && self.refusals.is_empty()
    }
}

/// A file as read: the records of each kind as a JSON array.
struct Contents {
    summary: ReadSummary,
    faults: Vec<Fault>,
    kinds: BTreeMap<usize, Vec<u8>>,
}

impl Exporter {
    /// Reads a file by the layout of a profile and hands it to the topic. Refused for any fault, and then nothing is changed.
    pub async fn bring(&self, topic: &Topic, profile: &str, file: &Path, actor: &str) -> Result<Brought, OutboundError> {
        let integration = folder(topic)?;
        let Shape { variant, layout, .. } = shape(topic, integration, profile)?;
        let Some(sql) = integration.sql(&format!("bring.{variant}")) else {
            let reason = "no file of this profile is brought to it";
            return Err(OutboundError::Topic { topic: topic.slug.to_string(), reason });
        };
        let today = self.today();
        let contents = read(layout.clone(), file, &today).await?;
        let mut brought = Brought {
            sha256: contents.summary.sha256.clone(),
            records: contents.summary.records,
            outcome: Vec::new(),
            faults: contents.faults.clone(),
            refusals: Vec::new(),
        };
        if contents.summary.faults > 0 {
            return Ok(brought);
        }
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin taking a file"))?;
        self.set_session(&mut tx).await?;
        put(&mut tx, layout, &contents, actor, &today).await?;
        stage::run_sql(&mut tx, topic.slug.as_str(), "bring.sql", sql).await?;
        let tables = stage::made_tables(&mut tx).await?;
        let said = refusals(&mut tx, topic.slug.as_str(), &tables).await?;
        brought.refusals = said.as_array().into_iter().flatten().map(refusal).collect();
        if !brought.refusals.is_empty() {
            return Ok(brought);
        }
        brought.outcome = sqlx::query_as("select label_ja, label_en, count::bigint, yen::bigint from pg_temp.outcome")
            .persistent(false)
            .fetch_all(&mut *tx)
            .await
            .map_err(OutboundError::database("read what was taken from a file"))?;
        let after = json!({ "sha256": brought.sha256, "records": brought.records, "layout": variant, "taken": brought.outcome });
        sqlx::query("select audit.record($1, 'export.brought', 'topic', $2, null, $3, null)")
            .bind(actor)
            .bind(topic.slug.as_str())
            .bind(after)
            .execute(&mut *tx)
            .await
            .map_err(OutboundError::database("write an audit event"))?;
        stage::clear(&mut tx).await?;
        tx.commit().await.map_err(OutboundError::database("commit what was taken from a file"))?;
        Ok(brought)
    }
}

/// Reads the whole file, off the async threads.
async fn read(layout: Arc<Layout>, path: &Path, today: &str) -> Result<Contents, OutboundError> {
    let doing = |source| OutboundError::Brought { path: path.to_owned(), source };
    let input = File::open(path).map_err(doing)?;
    let limits = ReadLimits { faults_max: FAULTS_MAX, file_bytes_max: FILE_BYTES_MAX, reference: today.parse::<Date>().ok() };
    let work = move || {
        let mut contents = Contents { summary: ReadSummary::default(), faults: Vec::new(), kinds: BTreeMap::new() };
        let summary = read_file(&layout, input, &limits, |event| match event {
            Event::Record(record) => {
                let rows = contents.kinds.entry(record.kind_index).or_default();
                rows.push(if rows.is_empty() { b'[' } else { b',' });
                record.write_json(rows);
            }
            Event::Fault(fault) => contents.faults.push(fault),
        })
        .map_err(std::io::Error::other)?;
        contents.kinds.values_mut().for_each(|rows| rows.push(b']'));
        Ok(Contents { summary, ..contents })
    };
    let read = tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other).and_then(|read| read);
    read.map_err(doing)
}

/// Makes `brought` and a table `brought_<kind>` for each kind of the layout, with `line` and the fields of the layout.
async fn put(
    conn: &mut PgConnection,
    layout: &Layout,
    contents: &Contents,
    actor: &str,
    today: &str,
) -> Result<(), OutboundError> {
    let doing = "make the temp tables of a file that was brought";
    let sql = "create temp table brought (sha256 text, actor text, today date) on commit drop";
    sqlx::raw_sql(sql).execute(&mut *conn).await.map_err(OutboundError::database(doing))?;
    sqlx::query("insert into pg_temp.brought values ($1, $2, $3::date)")
        .bind(&contents.summary.sha256)
        .bind(actor)
        .bind(today)
        .persistent(false)
        .execute(&mut *conn)
        .await
        .map_err(OutboundError::database(doing))?;
    for (index, kind) in layout.kinds().iter().enumerate() {
        let columns: Vec<String> = kind.sql_columns().map(|(name, sql_type)| format!(", \"{name}\" {sql_type}")).collect();
        let (table, columns) = (format!("brought_{}", kind.id), columns.concat());
        let sql = format!("create temp table \"{table}\" (line bigint{columns}) on commit drop");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await.map_err(OutboundError::database(doing))?;
        let Some(rows) = contents.kinds.get(&index) else { continue };
        let sql =
            format!("insert into pg_temp.\"{table}\" select * from jsonb_to_recordset($1::jsonb) as r (line bigint{columns})");
        sqlx::query(AssertSqlSafe(sql))
            .bind(String::from_utf8_lossy(rows))
            .persistent(false)
            .execute(&mut *conn)
            .await
            .map_err(OutboundError::database(doing))?;
    }
    Ok(())
}
