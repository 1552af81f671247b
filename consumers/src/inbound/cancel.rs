//! 取消: reversing entries linked to the originals, refused with the list of what depends on the batch.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use super::batch::{self, Batch, State};
use super::decide;
use super::error::{Blocker, IntakeError};
use super::hold::{self, Closed};
use super::settle::{self, Hops, Settlement};
use super::tables;
use super::work;
use super::{Intake, Place};

impl Intake {
    /// Cancels a batch: reverses what it posted, drops what waits. The same file may then be sent again.
    pub async fn cancel(&self, id: i64, actor: &str, reason: &str) -> Result<Batch, IntakeError> {
        if reason.trim().is_empty() {
            return Err(IntakeError::ReasonMissing { batch: id, doing: "cancel" });
        }
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        let open = [State::Received, State::Staged, State::Posted, State::Held, State::AwaitingConfirmation];
        if !open.contains(&batch.state) {
            let wanted = "received, staged, posted, held or awaiting_confirmation";
            return Err(IntakeError::State { batch: id, state: batch.state, doing: "cancel it", wanted });
        }
        let place = self.place(&batch)?;
        work::lock_topic(&mut tx, place.topic).await?;
        let today = self.today();
        let table = sqlx::raw_sql(AssertSqlSafe(tables::batch_only(&batch, actor, &today))).execute(&mut *tx).await;
        table.map_err(IntakeError::database(format!("prepare the cancellation of batch {id}")))?;
        let blockers = find_blockers(&mut tx, &place, id).await?;
        if !blockers.is_empty() {
            return Err(IntakeError::Blocked { batch: id, blockers });
        }
        work::folder_sql(&mut tx, place.topic, place.integration, id, "cancel", "").await?;
        sqlx::query("select ledger.reverse_batch($1, $2::text::date, $3, $4)")
            .bind(id)
            .bind(&today)
            .bind(actor)
            .bind(reason)
            .execute(&mut *tx)
            .await
            .map_err(IntakeError::on_batch(id, "reverse the entries"))?;
        hold::resolve(&mut tx, id, Closed::All, actor, reason).await?;
        let hops = match batch.state {
            State::Staged => Hops::all_rejected(decide::count(&mut tx, id).await?),
            _ => cancelled_hops(&batch),
        };
        let mut settlement = Settlement::new(State::Cancelled, hops, "batch.cancel", actor);
        (settlement.decided_by, settlement.reason) = (Some(actor), Some(reason));
        settle::settle(&mut tx, &batch, &settlement).await?;
        self.commit(tx, &batch).await
    }

    /// What would refuse a cancellation now.
    pub async fn blockers(&self, id: i64) -> Result<Vec<Blocker>, IntakeError> {
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        let place = self.place(&batch)?;
        let table = sqlx::raw_sql(AssertSqlSafe(tables::batch_only(&batch, "preview", &self.today()))).execute(&mut *tx).await;
        table.map_err(IntakeError::database(format!("look for what depends on batch {id}")))?;
        let blockers = find_blockers(&mut tx, &place, id).await?;
        tx.rollback().await.map_err(IntakeError::database(format!("end the look at batch {id}")))?;
        Ok(blockers)
    }
}

/// What was posted stays counted as posted (it was, and is reversed); what was never posted counts as rejected.
fn cancelled_hops(batch: &Batch) -> Hops {
    let hops = Hops::of(batch);
    match (batch.state, hops.rejected.plus(hops.held)) {
        (State::AwaitingConfirmation, _) => Hops::all_rejected(hops.staged),
        (State::Held, Some(rejected)) => Hops { rejected, held: Default::default(), ..hops },
        _ => hops,
    }
}

async fn find_blockers(conn: &mut PgConnection, place: &Place<'_>, batch: i64) -> Result<Vec<Blocker>, IntakeError> {
    const PREFIX: &str = "create temp table blocker on commit drop as with found (line, object, object_id, code, detail) as (\n";
    const SUFFIX: &str = "\n) select line::bigint, object::text, object_id::bigint, code::text, detail::jsonb from found";
    let Some(sql) = place.integration.sql("blockers") else { return Ok(Vec::new()) };
    let text = format!("{PREFIX}{}{SUFFIX}", sql.trim_end().trim_end_matches(';'));
    // The first run locks what the folder looks at, perhaps after waiting for somebody who is using it. The second begins
    // with all of it locked, so every part of the query sees what they did, also one that was read before the wait.
    for again in [false, true] {
        if again {
            let dropped = sqlx::raw_sql("drop table pg_temp.blocker").execute(&mut *conn).await;
            dropped.map_err(IntakeError::database(format!("look again for what depends on batch {batch}")))?;
        }
        let ran = sqlx::raw_sql(AssertSqlSafe(text.clone())).execute(&mut *conn).await;
        ran.map_err(|source| work::folder_error(place.topic, batch, "blockers", PREFIX, sql, source))?;
    }
    let sql = "select line, object, object_id, code, detail from pg_temp.blocker order by line nulls first, object, object_id";
    let found = sqlx::query_as(sql).persistent(false).fetch_all(conn).await;
    found.map_err(IntakeError::database(format!("read what depends on batch {batch}")))
}
