//! A batch as the database keeps it, and the questions operators ask about batches.

use renkei_core::fault::{Fault, Severity};
use serde::Serialize;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::error::IntakeError;

/// Where a batch is in its life. The allowed steps are the rows of `intake.batch_step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum State {
    /// Some chunks are missing.
    Received,
    /// All chunks are there; not decided yet.
    Staged,
    /// An operator must confirm it.
    AwaitingConfirmation,
    /// Done.
    Posted,
    /// At least one line waits for a person.
    Held,
    /// Refused as a whole.
    Rejected,
    /// The same file is live.
    Duplicate,
    /// Reversed, or not wanted.
    Cancelled,
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: [State; 8] = [
        State::Received,
        State::Staged,
        State::AwaitingConfirmation,
        State::Posted,
        State::Held,
        State::Rejected,
        State::Duplicate,
        State::Cancelled,
    ];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Received => "received",
            State::Staged => "staged",
            State::AwaitingConfirmation => "awaiting_confirmation",
            State::Posted => "posted",
            State::Held => "held",
            State::Rejected => "rejected",
            State::Duplicate => "duplicate",
            State::Cancelled => "cancelled",
        }
    }

    /// Reads the word of the database.
    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One delivery. Times are RFC 3339 with Tokyo's offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
#[expect(missing_docs, reason = "the columns are documented where they live, in migrations/0001_intake.sql")]
pub struct Batch {
    pub id: i64,
    pub delivery: Uuid,
    pub topic: String,
    pub file: String,
    pub sha256: String,
    pub bytes: i64,
    pub layout: String,
    pub layout_digest: String,
    pub archive: String,
    pub sender: String,
    pub origin: String,
    pub received_at: String,
    pub state: State,
    pub chunks: i32,
    pub chunks_staged: i32,
    pub records_read: i64,
    pub yen_read: i64,
    pub records_published: i64,
    pub yen_published: i64,
    pub records_staged: i64,
    pub yen_staged: i64,
    pub records_posted: i64,
    pub yen_posted: i64,
    pub records_held: i64,
    pub yen_held: i64,
    pub records_skipped: i64,
    pub yen_skipped: i64,
    pub records_rejected: i64,
    pub yen_rejected: i64,
    pub faults_total: i64,
    pub business_date: Option<String>,
    pub posted_at: Option<String>,
    pub decided_at: Option<String>,
    pub decided_by: Option<String>,
    pub reason: Option<String>,
    pub duplicate_of: Option<i64>,
    pub duplicate_reason: Option<String>,
    pub preview: Option<serde_json::Value>,
    pub held_whole: bool,
    pub reply_to: Option<String>,
    pub correlation_id: Option<String>,
    pub shapes: Vec<i32>,
}

/// What came through one step of a batch's way, as operators call the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "its name in both languages, and what came through")]
pub struct Hop {
    pub ja: &'static str,
    pub en: &'static str,
    pub records: i64,
    pub yen: i64,
}

impl Batch {
    /// Read = published = staged = posted + held + known + rejected, in records and yen.
    pub fn hops(&self) -> [Hop; 7] {
        let hop = |ja, en, records, yen| Hop { ja, en, records, yen };
        [
            hop("読取", "read", self.records_read, self.yen_read),
            hop("送信", "published", self.records_published, self.yen_published),
            hop("受入", "staged", self.records_staged, self.yen_staged),
            hop("記帳", "posted", self.records_posted, self.yen_posted),
            hop("保留", "held", self.records_held, self.yen_held),
            hop("既知", "skipped", self.records_skipped, self.yen_skipped),
            hop("却下", "rejected", self.records_rejected, self.yen_rejected),
        ]
    }
}

/// What `check.sql` said about a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Finding {
    /// Id.
    pub id: i64,
    /// Line; `None`: the whole file.
    pub line: Option<i64>,
    /// `reject`, `hold`, `skip` or `warn`.
    pub verdict: String,
    /// Catalogue code.
    pub code: String,
    /// Field id.
    pub field: Option<String>,
    /// Values of the catalogue text.
    pub detail: Option<serde_json::Value>,
    /// `open`, `resolved`, `noted` or `preview`.
    pub state: String,
    /// Who resolved it.
    pub resolved_by: Option<String>,
    /// How.
    pub resolution: Option<String>,
}

impl Finding {
    /// The finding with its place, for the catalogue's texts.
    pub fn as_fault(&self) -> Fault {
        let fault = said(&self.code, self.line, self.detail.as_ref());
        Fault { field: self.field.clone(), ..fault }
    }
}

/// A code with its line and values, for the catalogue's texts.
pub fn said(code: &str, line: Option<i64>, detail: Option<&serde_json::Value>) -> Fault {
    let fault = Fault::new(code).with_values(detail.unwrap_or(&serde_json::Value::Null));
    Fault { line: line.and_then(|line| u64::try_from(line).ok()), ..fault }
}

/// A fault of a refused file, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
#[expect(missing_docs, reason = "the fields are those of renkei_core::fault::Fault")]
pub struct StoredFault {
    pub seq: i32,
    pub code: String,
    pub severity: String,
    pub line: Option<i64>,
    pub col: Option<i32>,
    pub byte: Option<i64>,
    pub length: Option<i32>,
    pub field: Option<String>,
    pub field_name: Option<String>,
    pub value: Option<String>,
    pub args: serde_json::Value,
}

impl StoredFault {
    /// The fault as the reader found it, for the catalogue's texts.
    pub fn as_fault(&self) -> Fault {
        let args = self.args.as_array().map(Vec::as_slice).unwrap_or_default();
        Fault {
            code: self.code.clone(),
            severity: if self.severity == "warning" { Severity::Warning } else { Severity::Error },
            line: self.line.and_then(|line| u64::try_from(line).ok()),
            column: self.col.and_then(|column| u32::try_from(column).ok()),
            byte: self.byte.and_then(|byte| u64::try_from(byte).ok()),
            length: self.length.and_then(|length| u32::try_from(length).ok()),
            field: self.field.clone(),
            field_name: self.field_name.clone(),
            value: self.value.clone(),
            args: args
                .iter()
                .filter_map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned())))
                .collect(),
        }
    }
}

/// A staged record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
#[expect(missing_docs, reason = "the columns are documented where they live, in migrations/0001_intake.sql")]
pub struct StagedRecord {
    pub line: i64,
    pub sub: i32,
    pub grp: i32,
    pub kind: String,
    pub byte_offset: i64,
    pub byte_length: i32,
    pub yen: i64,
    pub fields: serde_json::Value,
}

/// Which batches to list; newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this topic.
    pub topic: Option<String>,
    /// Only this state.
    pub state: Option<State>,
    /// Only ids below this one: the next page.
    pub before: Option<i64>,
    /// At most so many; 0 = 100.
    pub rows_max: u32,
}

const COLUMNS: &str = include_str!("sql/batch_columns.sql");

fn select(tail: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("select {COLUMNS} from intake.batch b {tail}"))
}

/// Lists batches, newest first.
pub async fn list(pool: &PgPool, filter: &Filter) -> Result<Vec<Batch>, IntakeError> {
    let rows_max = if filter.rows_max == 0 { 100 } else { i64::from(filter.rows_max) };
    sqlx::query_as(select(
        "where ($1::text is null or topic = $1) and ($2::text is null or state = $2) and ($3::bigint is null or id < $3)
         order by id desc limit $4",
    ))
    .bind(&filter.topic)
    .bind(filter.state.map(State::as_str))
    .bind(filter.before)
    .bind(rows_max)
    .fetch_all(pool)
    .await
    .map_err(IntakeError::database("list the batches"))
}

/// One batch by its number.
pub async fn get(pool: &PgPool, id: i64) -> Result<Batch, IntakeError> {
    let found = sqlx::query_as(select("where id = $1")).bind(id).fetch_optional(pool).await;
    found.map_err(IntakeError::database(format!("read batch {id}")))?.ok_or_else(|| IntakeError::Unknown(id.to_string()))
}

/// One batch by its delivery id.
pub async fn by_delivery(pool: &PgPool, delivery: Uuid) -> Result<Option<Batch>, IntakeError> {
    let found = sqlx::query_as(select("where delivery = $1")).bind(delivery).fetch_optional(pool).await;
    found.map_err(IntakeError::database(format!("read the batch of delivery {delivery}")))
}

/// One batch, locked until the end of the transaction.
pub(super) async fn lock(conn: &mut PgConnection, id: i64) -> Result<Batch, IntakeError> {
    let found = sqlx::query_as(select("where id = $1 for update")).bind(id).fetch_optional(conn).await;
    found.map_err(IntakeError::database(format!("lock batch {id}")))?.ok_or_else(|| IntakeError::Unknown(id.to_string()))
}

/// The findings of a batch, by line; those about the whole file first. What was said once more is told once.
pub async fn findings(pool: &PgPool, id: i64) -> Result<Vec<Finding>, IntakeError> {
    let sql = "select id, line, verdict, code, field, detail, state, resolved_by, resolution
                 from intake.finding f where batch_id = $1 and not exists (select from intake.finding n where n.renews = f.id)
                order by line nulls first, id";
    let found = sqlx::query_as(sql).bind(id).fetch_all(pool).await;
    found.map_err(IntakeError::database(format!("read the findings of batch {id}")))
}

/// The findings on one line of a batch; what was said once more is told once.
pub async fn findings_on(pool: &PgPool, id: i64, line: i64) -> Result<Vec<Finding>, IntakeError> {
    let sql = "select id, line, verdict, code, field, detail, state, resolved_by, resolution
                 from intake.finding f where batch_id = $1 and line = $2 and not exists (select from intake.finding n where n.renews = f.id)
                order by id";
    let found = sqlx::query_as(sql).bind(id).bind(line).fetch_all(pool).await;
    found.map_err(IntakeError::database(format!("read the findings on line {line} of batch {id}")))
}

/// The faults of a refused file, in file order.
pub async fn faults(pool: &PgPool, id: i64) -> Result<Vec<StoredFault>, IntakeError> {
    let sql = "select seq, code, severity, line, col, byte, length, field, field_name, value, args
                 from intake.fault where batch_id = $1 order by seq";
    let found = sqlx::query_as(sql).bind(id).fetch_all(pool).await;
    found.map_err(IntakeError::database(format!("read the faults of batch {id}")))
}

/// The records of a batch on lines `from..=to`.
pub async fn records(pool: &PgPool, id: i64, from: i64, to: i64) -> Result<Vec<StagedRecord>, IntakeError> {
    let sql = "select line, sub, grp, kind, byte_offset, byte_length, yen, fields
                 from intake.record_fields where batch_id = $1 and line between $2 and $3 order by line, sub, kind";
    let found = sqlx::query_as(sql).bind(id).bind(from).bind(to).fetch_all(pool).await;
    found.map_err(IntakeError::database(format!("read the records of batch {id}")))
}
