//! The worklist: lines that wait for a person are posted later by the same SQL restricted to them, or given up for good.
//!
//! A line that waits has an open finding, always: what a check says about the whole file does not take the place of what it
//! said about a line, or the line would be held and on nobody's list.

use serde_json::json;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use super::Intake;
use super::batch::{self, Batch, State};
use super::decide;
use super::error::IntakeError;
use super::lines::ranges;
use super::settle::{self, Hops, Settlement, Sum};
use super::tables::{self, Answers, CHOSEN};
use super::work;

/// Open findings that a decision closes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Closed<'a> {
    /// All.
    All,
    /// Those on these lines, and those about the whole file.
    OnAndWhole(&'a [i64]),
    /// Those on these lines.
    On(&'a [i64]),
}

/// What became of held lines that were to be posted: in lines, whatever records hang below them.
#[derive(Debug, Clone)]
pub struct HeldPosted {
    /// The batch as it is now.
    pub batch: Batch,
    /// Posted now.
    pub posted: i64,
    /// Found known already, and left out.
    pub known: i64,
    /// Asked for, and still held.
    pub held: i64,
}

impl Intake {
    /// Checks the held lines again and posts those that pass; the others stay held. `lines`: only these, `None`: all that wait.
    pub async fn post_held(&self, id: i64, lines: Option<&[i64]>, actor: &str, reason: &str) -> Result<HeldPosted, IntakeError> {
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        let sums = self.post_held_locked(&mut tx, &batch, (lines, Answers::All), actor, reason).await?;
        let batch = self.commit(tx, &batch).await?;
        Ok(HeldPosted { batch, ..sums })
    }

    /// The same in a transaction of the caller's, who has locked the batch and commits.
    pub(super) async fn post_held_locked(
        &self,
        tx: &mut PgConnection,
        batch: &Batch,
        (lines, answers): (Option<&[i64]>, Answers<'_>),
        actor: &str,
        reason: &str,
    ) -> Result<HeldPosted, IntakeError> {
        let id = batch.id;
        if batch.state != State::Held {
            return Err(IntakeError::State { batch: id, state: batch.state, doing: "post its held lines", wanted: "held" });
        }
        let place = self.place(batch)?;
        work::lock_topic(tx, place.topic).await?;
        let chosen = choose(tx, batch, lines).await?;
        let open = sum_of(tx, id, chosen.as_deref()).await?;
        let asked_lines = match &chosen {
            Some(lines) => i64::try_from(lines.len()).unwrap_or(i64::MAX),
            None => lines_of(tx, id).await?,
        };
        let today = self.today();
        let spec = place.spec(batch, chosen.as_deref(), actor, &today, Some(answers));
        let ruling = work::check(tx, place.topic, &spec).await?;
        if ruling.rejects() {
            let (first, code) = decide::first_refusal(tx, id).await?;
            return Err(IntakeError::RefusedNow { batch: id, lines: ruling.rejected_lines, first, code });
        }
        let still_held = held_now(tx, id).await?;
        let asked = chosen.as_deref().map_or_else(|| "all".to_owned(), ranges);
        if ruling.holds_all(place.topic) || ruling.held_records == open.records {
            // Nothing passes: the worklist shows what the checks say now. A line they say nothing new about keeps its finding.
            let closed = if batch.held_whole { Closed::All } else { Closed::OnAndWhole(&still_held) };
            let left = if matches!(answers, Answers::All) { "checked again" } else { CHOSEN };
            resolve(tx, id, closed, actor, left).await?;
            settle::store_findings_again(tx, id).await?;
            let mut settlement = Settlement::new(State::Held, Hops::of(batch), "batch.hold", actor);
            (settlement.held_whole, settlement.decided_by) = (batch.held_whole, Some(actor));
            settlement.more = vec![("lines", json!(asked))];
            settle::settle(tx, batch, &settlement).await?;
            return Ok(HeldPosted { batch: batch.clone(), posted: 0, known: 0, held: asked_lines });
        }
        work::post(tx, place.topic, &spec, &ruling).await?;
        let closed = chosen.as_deref().map_or(Closed::All, Closed::OnAndWhole);
        resolve(tx, id, closed, actor, if reason.is_empty() { "posted" } else { reason }).await?;
        settle::store_findings_again(tx, id).await?;
        let overflow = || IntakeError::Overflow { batch: id, what: "the yen posted" };
        let mut before = Hops::of(batch);
        before.held = before.held.minus(open).ok_or_else(overflow)?;
        let hops = before.ruled(open, &ruling).ok_or_else(overflow)?;
        let state = if hops.held.records > 0 { State::Held } else { State::Posted };
        let mut settlement = Settlement::new(state, hops, "batch.post_held", actor);
        (settlement.business_date, settlement.decided_by) = (Some(today.as_str()), Some(actor));
        settlement.reason = Some(reason).filter(|reason| !reason.is_empty());
        settlement.more = vec![
            ("lines", json!(asked)),
            ("still_held", json!(ranges(&still_held))),
            ("integration_digest", json!(place.integration.digest)),
        ];
        settle::settle(tx, batch, &settlement).await?;
        let (known, held) = (ruling.skipped_lines, ruling.held_lines);
        Ok(HeldPosted { batch: batch.clone(), posted: asked_lines - known - held, known, held })
    }

    /// Gives held lines up: they will never be posted. The sender may send them again in another file. A batch that posted
    /// nothing and holds nothing any more is refused: the whole file may come again. A header or a trailer is nothing by
    /// itself: what the folder wrote down about it is undone.
    pub async fn reject_held(&self, id: i64, lines: &[i64], actor: &str, reason: &str) -> Result<Batch, IntakeError> {
        if reason.trim().is_empty() {
            return Err(IntakeError::ReasonMissing { batch: id, doing: "give up held lines of" });
        }
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        if batch.state != State::Held {
            return Err(IntakeError::State { batch: id, state: batch.state, doing: "give up its held lines", wanted: "held" });
        }
        let Some(chosen) = choose(&mut tx, &batch, Some(lines)).await? else {
            return Err(IntakeError::HeldWhole { batch: id });
        };
        let open = sum_of(&mut tx, id, Some(&chosen)).await?;
        let overflow = || IntakeError::Overflow { batch: id, what: "the yen held" };
        let mut hops = Hops::of(&batch);
        hops.held = hops.held.minus(open).ok_or_else(overflow)?;
        hops.rejected = hops.rejected.plus(open).ok_or_else(overflow)?;
        let state = match (hops.held.records, carriers_posted(&mut tx, id).await?) {
            (0, 0) => State::Rejected,
            (0, _) => State::Posted,
            _ => State::Held,
        };
        if state == State::Rejected {
            self.undo_frame(&mut tx, &batch, actor).await?;
            hops.rejected = hops.rejected.plus(hops.posted).ok_or_else(overflow)?;
            hops.posted = Sum::default();
        }
        let closed = if state == State::Held { Closed::On(&chosen) } else { Closed::All };
        resolve(&mut tx, id, closed, actor, reason).await?;
        let mut settlement = Settlement::new(state, hops, "batch.reject_held", actor);
        (settlement.decided_by, settlement.reason) = (Some(actor), Some(reason));
        settlement.more = vec![("lines", json!(ranges(&chosen)))];
        settle::settle(&mut tx, &batch, &settlement).await?;
        self.commit(tx, &batch).await
    }

    /// Undoes what the folder wrote down about a file of which only records without a carrier were posted, such as its number.
    async fn undo_frame(&self, conn: &mut PgConnection, batch: &Batch, actor: &str) -> Result<(), IntakeError> {
        let place = self.place(batch)?;
        work::lock_topic(conn, place.topic).await?;
        let table = sqlx::raw_sql(AssertSqlSafe(tables::batch_only(batch, actor, &self.today()))).execute(&mut *conn).await;
        table.map_err(IntakeError::database(format!("prepare to undo batch {}", batch.id)))?;
        work::folder_sql(conn, place.topic, place.integration, batch.id, "cancel", "").await
    }
}

/// Records posted that carry something of their own.
async fn carriers_posted(conn: &mut PgConnection, batch: i64) -> Result<i64, IntakeError> {
    let found = sqlx::query_scalar("select carriers_posted from intake.batch where id = $1").bind(batch).fetch_one(conn).await;
    found.map_err(IntakeError::database(format!("read what was posted of batch {batch}")))
}

/// The lines to work on; `None` when the whole batch waits.
async fn choose(conn: &mut PgConnection, batch: &Batch, lines: Option<&[i64]>) -> Result<Option<Vec<i64>>, IntakeError> {
    if batch.held_whole {
        return if lines.is_some() { Err(IntakeError::HeldWhole { batch: batch.id }) } else { Ok(None) };
    }
    let open = open_lines(conn, batch.id).await?;
    let Some(lines) = lines else { return Ok(Some(open)) };
    if let Some(line) = lines.iter().find(|line| open.binary_search(line).is_err()) {
        return Err(IntakeError::NotHeld { batch: batch.id, line: *line });
    }
    let mut lines = lines.to_vec();
    lines.sort_unstable();
    lines.dedup();
    Ok(Some(lines))
}

/// Lines with an open hold, rising.
pub(super) async fn open_lines(conn: &mut PgConnection, batch: i64) -> Result<Vec<i64>, IntakeError> {
    let sql = "select distinct line from intake.finding
                where batch_id = $1 and state = 'open' and verdict = 'hold' and line is not null order by line";
    let found = sqlx::query_scalar(sql).bind(batch).fetch_all(conn).await;
    found.map_err(IntakeError::database(format!("read the held lines of batch {batch}")))
}

/// Lines that the check that just ran holds, rising.
async fn held_now(conn: &mut PgConnection, batch: i64) -> Result<Vec<i64>, IntakeError> {
    let sql = "select line from pg_temp.line_verdict where rank = 3 order by line";
    let found = sqlx::query_scalar(sql).persistent(false).fetch_all(conn).await;
    found.map_err(IntakeError::database(format!("read which lines of batch {batch} the checks hold")))
}

/// How many lines a batch has.
async fn lines_of(conn: &mut PgConnection, batch: i64) -> Result<i64, IntakeError> {
    let sql = "select count(distinct line) from intake.record where batch_id = $1";
    let found = sqlx::query_scalar(sql).bind(batch).fetch_one(conn).await;
    found.map_err(IntakeError::database(format!("count the lines of batch {batch}")))
}

/// Records and yen on these lines; `None`: on all.
pub(super) async fn sum_of(conn: &mut PgConnection, batch: i64, lines: Option<&[i64]>) -> Result<Sum, IntakeError> {
    let sql = "select count(*), coalesce(sum(yen), 0)::bigint from intake.record
                where batch_id = $1 and ($2::bigint[] is null or line = any ($2))";
    let found: Result<(i64, i64), _> = sqlx::query_as(sql).bind(batch).bind(lines).fetch_one(conn).await;
    let (records, yen) = found.map_err(IntakeError::database(format!("count the open records of batch {batch}")))?;
    Ok(Sum { records, yen })
}

/// Closes open findings.
pub(super) async fn resolve(
    conn: &mut PgConnection,
    batch: i64,
    closed: Closed<'_>,
    actor: &str,
    resolution: &str,
) -> Result<(), IntakeError> {
    let (lines, whole) = match closed {
        Closed::All => (None, true),
        Closed::OnAndWhole(lines) => (Some(lines), true),
        Closed::On(lines) => (Some(lines), false),
    };
    sqlx::query(
        "update intake.finding set state = 'resolved', resolved_at = now(), resolved_by = $4, resolution = $5
          where batch_id = $1 and state = 'open' and ($2::bigint[] is null or line = any ($2) or $3 and line is null)",
    )
    .bind(batch)
    .bind(lines)
    .bind(whole)
    .bind(actor)
    .bind(resolution)
    .execute(conn)
    .await
    .map(|_| ())
    .map_err(IntakeError::database(format!("resolve the findings of batch {batch}")))
}
