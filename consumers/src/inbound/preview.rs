//! The journal a batch would make: the same SQL, run and rolled back.

use serde::Serialize;
use serde_json::{Value, json};
use sqlx::FromRow;
use sqlx::postgres::PgConnection;

use super::Intake;
use super::batch::{self, Batch, Finding, State};
use super::decide;
use super::error::IntakeError;
use super::settle::Hops;
use super::tables::Answers;
use super::work;

/// Journal lines shown; the totals are of all.
const LINES_MAX: i64 = 200;

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct JournalLine {
    /// Entry it belongs to; of a preview only good for telling entries apart.
    pub entry: i64,
    /// Line of the file.
    pub line: Option<i64>,
    /// Posting event.
    pub event: String,
    /// 会計年度
    pub fiscal_year: i32,
    /// Day it is booked, `yyyy-mm-dd`.
    pub booked_on: String,
    /// 会計
    pub fund: String,
    /// 勘定科目
    pub account: String,
    /// Its name.
    pub account_name: Option<String>,
    /// The same in English.
    pub account_name_en: Option<String>,
    /// 借方, yen.
    pub debit: i64,
    /// 貸方, yen.
    pub credit: i64,
    /// 予算科目
    pub budget_line: Option<String>,
    /// 所属
    pub organization: Option<String>,
    /// 施設
    pub facility: Option<String>,
    /// 摘要
    pub memo: Option<String>,
}

/// Totals of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct AccountTotal {
    /// 勘定科目
    pub account: String,
    /// Its name.
    pub account_name: Option<String>,
    /// The same in English.
    pub account_name_en: Option<String>,
    /// How many lines.
    pub lines: i64,
    /// 借方, yen.
    pub debit: i64,
    /// 貸方, yen.
    pub credit: i64,
}

/// A journal: totals of all, the first lines in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Journal {
    /// Totals by account.
    pub accounts: Vec<AccountTotal>,
    /// The first lines.
    pub lines: Vec<JournalLine>,
    /// How many lines there are in all.
    pub lines_total: i64,
}

/// What would happen if the batch, or its held lines, were posted now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// The batch.
    pub batch: i64,
    /// The checks would refuse it: no journal.
    pub refused: bool,
    /// All of it would wait: no journal.
    pub held_whole: bool,
    /// Records and yen that would be posted now.
    pub records: i64,
    /// See `records`.
    pub yen: i64,
    /// Records that would wait.
    pub records_held: i64,
    /// Records known already.
    pub records_skipped: i64,
    /// What the checks say, at most 200.
    pub findings: Vec<Finding>,
    /// The journal.
    pub journal: Journal,
}

impl Intake {
    /// Runs check and posting of a batch that is not posted yet, or of the held lines of one that is, and rolls back.
    pub async fn preview(&self, id: i64) -> Result<Preview, IntakeError> {
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        let preview = self.preview_locked(&mut tx, &batch, None).await?;
        tx.rollback().await.map_err(IntakeError::database(format!("end the preview of batch {id}")))?;
        Ok(preview)
    }

    /// The same in a transaction of the caller's, who throws it away. `only`: these of the held lines.
    pub(super) async fn preview_locked(
        &self,
        tx: &mut PgConnection,
        batch: &Batch,
        only: Option<(&[i64], Answers<'_>)>,
    ) -> Result<Preview, IntakeError> {
        let id = batch.id;
        let again = batch.state == State::Held;
        let answers = again.then(|| only.map_or(Answers::All, |(_, answers)| answers));
        if !again && !matches!(batch.state, State::Staged | State::AwaitingConfirmation | State::Duplicate) {
            let wanted = "staged, awaiting_confirmation, held or a duplicate";
            return Err(IntakeError::State { batch: id, state: batch.state, doing: "preview it", wanted });
        }
        let place = self.place(batch)?;
        work::lock_topic(tx, place.topic).await?;
        let lines = match only {
            _ if !again || batch.held_whole => None,
            Some((only, _)) => Some(only.to_vec()),
            None => Some(super::hold::open_lines(tx, id).await?),
        };
        let open = super::hold::sum_of(tx, id, lines.as_deref()).await?;
        let (today, actor) = (self.today(), "preview");
        let spec = place.spec(batch, lines.as_deref(), actor, &today, answers);
        let ruling = work::check(tx, place.topic, &spec).await?;
        let findings = findings(tx, id).await?;
        let (refused, held_whole) = (ruling.rejects(), ruling.holds_all(place.topic));
        let mut preview = Preview {
            batch: id,
            refused,
            held_whole,
            records: 0,
            yen: 0,
            records_held: if held_whole { open.records } else { ruling.held_records },
            records_skipped: ruling.skipped_records,
            findings,
            journal: Journal::default(),
        };
        if !refused && !held_whole {
            let hops = Hops::default().ruled(open, &ruling);
            let posted = hops.ok_or(IntakeError::Overflow { batch: id, what: "the yen posted" })?.posted;
            (preview.records, preview.yen) = (posted.records, posted.yen);
            preview.journal = decide::rehearse(tx, place.topic, &spec, &ruling).await?;
        }
        Ok(preview)
    }

    /// The journal a batch has made, reversals included.
    pub async fn journal(&self, id: i64) -> Result<Journal, IntakeError> {
        let mut conn = self.pool.acquire().await.map_err(IntakeError::database(format!("read the journal of batch {id}")))?;
        journal(&mut conn, id, 0).await
    }
}

/// What is kept with a batch that waits for confirmation.
pub(super) fn summary(journal: &Journal, hops: Hops) -> Value {
    json!({
        "records": hops.posted.records, "yen": hops.posted.yen, "records_held": hops.held.records,
        "records_skipped": hops.skipped.records, "accounts": journal.accounts, "lines_total": journal.lines_total,
    })
}

/// The newest entry: what a rehearsal makes lies above it.
pub(super) async fn last_entry(conn: &mut PgConnection) -> Result<i64, IntakeError> {
    let found = sqlx::query_scalar("select coalesce(max(id), 0) from ledger.entry").fetch_one(conn).await;
    found.map_err(IntakeError::database("read the newest entry"))
}

/// The entries of a batch above `from`.
pub(super) async fn journal(conn: &mut PgConnection, batch: i64, from: i64) -> Result<Journal, IntakeError> {
    let doing = || IntakeError::database(format!("read the journal of batch {batch}"));
    let accounts: Vec<AccountTotal> = sqlx::query_as(include_str!("sql/journal_accounts.sql"))
        .bind(batch)
        .bind(from)
        .fetch_all(&mut *conn)
        .await
        .map_err(doing())?;
    let lines: Vec<JournalLine> = sqlx::query_as(include_str!("sql/journal_lines.sql"))
        .bind(batch)
        .bind(from)
        .bind(LINES_MAX)
        .fetch_all(&mut *conn)
        .await
        .map_err(doing())?;
    let lines_total = accounts.iter().map(|account| account.lines).sum();
    Ok(Journal { accounts, lines, lines_total })
}

async fn findings(conn: &mut PgConnection, batch: i64) -> Result<Vec<Finding>, IntakeError> {
    let sql = "select 0::bigint as id, line, verdict, code, field, detail, 'preview' as state,
                      null::text as resolved_by, null::text as resolution
                 from pg_temp.verdict order by line nulls first, code limit 200";
    let found = sqlx::query_as(sql).persistent(false).fetch_all(conn).await;
    found.map_err(IntakeError::database(format!("read the findings on batch {batch}")))
}
