//! A complete batch becomes posted, held, rejected, a duplicate, or waits for confirmation. One transaction; whole file or
//! nothing. Idempotent by the batch's state: whoever comes second finds it decided.

use renkei_core::crash;
use renkei_core::fault::Fault;
use renkei_core::registry::{Confirm, Topic};
use renkei_core::words::DUPLICATE_OF;
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use super::batch::{self, Batch, State};
use super::error::IntakeError;
use super::meter;
use super::preview;
use super::settle::{self, Hops, Settlement, Sum};
use super::tables::{self, Spec};
use super::work;
use super::{Intake, Place};

/// Records and yen as counted in three places.
#[derive(Debug, sqlx::FromRow)]
struct Counted {
    records: i64,
    yen: i64,
}

impl Intake {
    /// Decides a staged batch; a batch that is decided already is returned as it is.
    pub async fn decide(&self, id: i64) -> Result<Batch, IntakeError> {
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        if batch.state != State::Staged {
            return Ok(batch);
        }
        self.decide_locked(&mut tx, &batch).await?;
        self.commit(tx, &batch).await
    }

    /// Decides a staged batch whose decision failed, on a person's word: the cause is mended, its message is gone.
    pub async fn decide_by(&self, id: i64, actor: &str, reason: &str) -> Result<Batch, IntakeError> {
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        if batch.state != State::Staged {
            return Err(IntakeError::State { batch: id, state: batch.state, doing: "decide it", wanted: "staged" });
        }
        let state = json!({ "state": batch.state });
        settle::record(&mut tx, actor, "batch.decide", id, &state, &state, Some(reason).filter(|reason| !reason.is_empty()))
            .await?;
        self.decide_locked(&mut tx, &batch).await?;
        self.commit(tx, &batch).await
    }

    /// Posts, on purpose, a file that was live already.
    pub async fn post_duplicate(&self, id: i64, actor: &str, reason: &str) -> Result<Batch, IntakeError> {
        if reason.trim().is_empty() {
            return Err(IntakeError::ReasonMissing { batch: id, doing: "post a duplicate of" });
        }
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        if batch.state != State::Duplicate {
            let doing = "post it again on purpose";
            return Err(IntakeError::State { batch: id, state: batch.state, doing, wanted: "a duplicate" });
        }
        sqlx::query(
            "update intake.batch set state = 'staged', duplicate_reason = $2, decided_by = $3, decided_at = now() where id = $1",
        )
        .bind(id)
        .bind(reason)
        .bind(actor)
        .execute(&mut *tx)
        .await
        .map_err(IntakeError::database(format!("admit the duplicate batch {id}")))?;
        let hops = Hops::of(&batch);
        let mut admitted = Settlement::new(State::Staged, hops, "batch.post_duplicate", actor);
        admitted.reason = Some(reason);
        settle::settle(&mut tx, &batch, &admitted).await?;
        let batch = batch::lock(&mut tx, id).await?;
        self.decide_locked(&mut tx, &batch).await?;
        self.commit(tx, &batch).await
    }

    async fn decide_locked(&self, conn: &mut PgConnection, batch: &Batch) -> Result<(), IntakeError> {
        let place = self.place(batch)?;
        work::lock_topic(conn, place.topic).await?;
        let staged = count(conn, batch.id).await?;
        if !totals_agree(batch, staged) {
            return reject_totals(conn, batch, staged).await;
        }
        if batch.duplicate_reason.is_none()
            && let Some(live) = live_twin(conn, batch).await?
        {
            let reason = format!("{DUPLICATE_OF}{live}");
            let mut settlement = Settlement::new(State::Duplicate, Hops::staged(staged), "batch.duplicate", &batch.sender);
            (settlement.duplicate_of, settlement.reason) = (Some(live), Some(reason.as_str()));
            return settle::settle(conn, batch, &settlement).await;
        }
        // The counters of the row are written at the end; the tables need to know the size now.
        let batch = Batch { records_staged: staged.records, yen_staged: staged.yen, ..batch.clone() };
        self.check_and_post(conn, &place, &batch, staged).await
    }

    async fn check_and_post(
        &self,
        conn: &mut PgConnection,
        place: &Place<'_>,
        batch: &Batch,
        staged: Sum,
    ) -> Result<(), IntakeError> {
        let (today, actor) = (self.today(), batch.decided_by.as_deref().unwrap_or(&batch.sender));
        let spec = place.spec(batch, None, actor, &today, None);
        let ruling = work::check(conn, place.topic, &spec).await?;
        if ruling.rejects() {
            return reject_checked(conn, batch, staged, actor).await;
        }
        if ruling.holds_all(place.topic) {
            let mut settlement = Settlement::new(State::Held, Hops::all_held(staged), "batch.hold", actor);
            settlement.held_whole = true;
            settle::store_findings(conn, batch.id, "").await?;
            return settle::settle(conn, batch, &settlement).await;
        }
        let overflow = || IntakeError::Overflow { batch: batch.id, what: "the yen posted" };
        let hops = Hops::staged(staged).ruled(staged, &ruling).ok_or_else(overflow)?;
        if place.topic.confirm == Confirm::Operator {
            let preview = rehearse(conn, place.topic, &spec, &ruling).await?;
            let mut settlement =
                Settlement::new(State::AwaitingConfirmation, Hops::staged(staged), "batch.await_confirmation", actor);
            settlement.preview = Some(preview::summary(&preview, hops));
            settle::store_findings(conn, batch.id, "preview").await?;
            return settle::settle(conn, batch, &settlement).await;
        }
        work::post(conn, place.topic, &spec, &ruling).await?;
        keep_findings(conn, batch, &ruling).await?;
        finish_posted(conn, place, batch, hops, actor, &today, None).await
    }

    /// Confirms a batch that waits: the same SQL again, this time to stay.
    pub async fn confirm(&self, id: i64, actor: &str, reason: &str) -> Result<Batch, IntakeError> {
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        if batch.state != State::AwaitingConfirmation {
            let doing = "confirm it";
            return Err(IntakeError::State { batch: id, state: batch.state, doing, wanted: "awaiting_confirmation" });
        }
        let place = self.place(&batch)?;
        work::lock_topic(&mut tx, place.topic).await?;
        let staged = Hops::of(&batch).staged;
        sqlx::query("delete from intake.finding where batch_id = $1 and state = 'preview'")
            .bind(id)
            .execute(&mut *tx)
            .await
            .map_err(IntakeError::database(format!("drop the provisional findings on batch {id}")))?;
        let today = self.today();
        let spec = place.spec(&batch, None, actor, &today, None);
        let ruling = work::check(&mut tx, place.topic, &spec).await?;
        if ruling.rejects() {
            reject_checked(&mut tx, &batch, staged, actor).await?;
        } else if ruling.holds_all(place.topic) {
            let mut settlement = Settlement::new(State::Held, Hops::all_held(staged), "batch.hold", actor);
            (settlement.held_whole, settlement.decided_by) = (true, Some(actor));
            settle::store_findings(&mut tx, id, "").await?;
            settle::settle(&mut tx, &batch, &settlement).await?;
        } else {
            work::post(&mut tx, place.topic, &spec, &ruling).await?;
            let hops = Hops::staged(staged).ruled(staged, &ruling);
            let hops = hops.ok_or(IntakeError::Overflow { batch: id, what: "the yen posted" })?;
            keep_findings(&mut tx, &batch, &ruling).await?;
            finish_posted(&mut tx, &place, &batch, hops, actor, &today, Some((actor, reason))).await?;
        }
        self.commit(tx, &batch).await
    }

    /// Begins a transaction; its audit events name the door.
    pub(super) async fn begin(&self, id: i64) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, IntakeError> {
        self.begin_for(&format!("begin work on batch {id}")).await
    }

    /// The same before there is a batch; `doing` completes "cannot …".
    pub(super) async fn begin_for(&self, doing: &str) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, IntakeError> {
        let begin = format!("begin; set local renkei.source = {}", tables::literal(&self.source));
        self.pool.begin_with(AssertSqlSafe(begin)).await.map_err(IntakeError::database(doing))
    }

    /// Commits and reads what the batch is now.
    pub(super) async fn commit(
        &self,
        tx: sqlx::Transaction<'static, sqlx::Postgres>,
        before: &Batch,
    ) -> Result<Batch, IntakeError> {
        let id = before.id;
        crash::point("inbound.before_commit");
        tx.commit().await.map_err(IntakeError::database(format!("commit batch {id}")))?;
        crash::point("inbound.after_commit");
        let after = batch::get(&self.pool, id).await?;
        meter::moved(before, &after);
        Ok(after)
    }
}

/// The journal it would make; nothing stays.
pub(super) async fn rehearse(
    conn: &mut PgConnection,
    topic: &Topic,
    spec: &Spec<'_>,
    ruling: &work::Ruling,
) -> Result<preview::Journal, IntakeError> {
    let doing = || IntakeError::database(format!("rehearse the posting of batch {}", spec.batch.id));
    let mut rehearsal = conn.begin().await.map_err(doing())?;
    let from = preview::last_entry(&mut rehearsal).await?;
    work::post(&mut rehearsal, topic, spec, ruling).await?;
    let journal = preview::journal(&mut rehearsal, spec.batch.id, from).await?;
    rehearsal.rollback().await.map_err(doing())?;
    Ok(journal)
}

/// What the checks said, if they said anything: a sound message is spared the question.
async fn keep_findings(conn: &mut PgConnection, batch: &Batch, ruling: &work::Ruling) -> Result<(), IntakeError> {
    if ruling.verdicts > 0 { settle::store_findings(conn, batch.id, "").await } else { Ok(()) }
}

async fn finish_posted(
    conn: &mut PgConnection,
    place: &Place<'_>,
    batch: &Batch,
    hops: Hops,
    actor: &str,
    today: &str,
    decided: Option<(&str, &str)>,
) -> Result<(), IntakeError> {
    let state = if hops.held.records > 0 { State::Held } else { State::Posted };
    let mut settlement = Settlement::new(state, hops, "batch.post", actor);
    settlement.business_date = Some(today);
    settlement.decided_by = decided.map(|(who, _)| who);
    settlement.reason = decided.map(|(_, why)| why).filter(|why| !why.is_empty());
    // The layout's digest is that of the reader; the SQL that posts may be newer.
    settlement.more = vec![("integration_digest", json!(place.integration.digest))];
    settle::settle(conn, batch, &settlement).await
}

/// Records and yen in `intake.record`.
pub(super) async fn count(conn: &mut PgConnection, batch: i64) -> Result<Sum, IntakeError> {
    let sql = "select count(*) as records, coalesce(sum(yen), 0)::bigint as yen from intake.record where batch_id = $1";
    let counted: Counted = sqlx::query_as(sql)
        .bind(batch)
        .fetch_one(conn)
        .await
        .map_err(IntakeError::database(format!("count the staged records of batch {batch}")))?;
    Ok(Sum { records: counted.records, yen: counted.yen })
}

/// Read = published = staged, in records and yen.
fn totals_agree(batch: &Batch, staged: Sum) -> bool {
    let read = Sum { records: batch.records_read, yen: batch.yen_read };
    let published = Sum { records: batch.records_published, yen: batch.yen_published };
    read == published && published == staged
}

async fn reject_totals(conn: &mut PgConnection, batch: &Batch, staged: Sum) -> Result<(), IntakeError> {
    let fault = Fault::new("CONTROL_TOTALS_DIFFER")
        .arg("records_read", batch.records_read)
        .arg("yen_read", batch.yen_read)
        .arg("records_published", batch.records_published)
        .arg("yen_published", batch.yen_published)
        .arg("records_staged", staged.records)
        .arg("yen_staged", staged.yen);
    settle::store_faults(conn, batch.id, std::slice::from_ref(&fault)).await?;
    let mut settlement = Settlement::new(State::Rejected, Hops::all_rejected(staged), "batch.reject", &batch.sender);
    (settlement.reason, settlement.faults) = (Some("CONTROL_TOTALS_DIFFER"), 1);
    settle::settle(conn, batch, &settlement).await
}

async fn reject_checked(conn: &mut PgConnection, batch: &Batch, staged: Sum, actor: &str) -> Result<(), IntakeError> {
    settle::store_findings(conn, batch.id, "noted").await?;
    let (_, code) = first_refusal(conn, batch.id).await?;
    let mut settlement = Settlement::new(State::Rejected, Hops::all_rejected(staged), "batch.reject", actor);
    settlement.reason = Some(&code);
    settle::settle(conn, batch, &settlement).await
}

/// Line and code of the first reject.
pub(super) async fn first_refusal(conn: &mut PgConnection, batch: i64) -> Result<(Option<i64>, String), IntakeError> {
    sqlx::query_as(include_str!("sql/first_refusal.sql"))
        .persistent(false)
        .fetch_one(conn)
        .await
        .map_err(IntakeError::database(format!("read why batch {batch} is refused")))
}

/// The live batch of the same file, if there is one.
async fn live_twin(conn: &mut PgConnection, batch: &Batch) -> Result<Option<i64>, IntakeError> {
    sqlx::query_scalar(include_str!("sql/live_twin.sql"))
        .bind(&batch.topic)
        .bind(&batch.sha256)
        .bind(batch.id)
        .fetch_optional(conn)
        .await
        .map_err(IntakeError::database(format!("look for another batch of the file of batch {}", batch.id)))
}
