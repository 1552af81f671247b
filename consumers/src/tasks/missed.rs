//! Runs that no scheduler ordered in time. Producers have no database: they say so by a message on the topic's queue, and here it
//! becomes a task, or is written down as one that needed nobody.

use renkei_core::calendar::clock;
use renkei_core::message::{MissedOutcome, MissedRun};
use renkei_core::registry::Topic;
use serde_json::json;
use sqlx::postgres::PgPool;

use super::derive::NewTask;
use super::{MACHINE, TaskError, due_after};
use crate::calendar;

/// Writes a missed run down, once; a run that was ordered after all (by another scheduler, by a person) is no missed one.
pub(crate) async fn note_missed(pool: &PgPool, topic: &Topic, missed: &MissedRun) -> Result<(), TaskError> {
    let failed = || TaskError::database("write a missed run down");
    let calendar = calendar::load(pool).await?;
    let mut tx = pool.begin().await.map_err(failed())?;
    let ordered: bool = sqlx::query_scalar("select exists (select from export.file where run = $1)")
        .bind(missed.run)
        .fetch_one(&mut *tx)
        .await
        .map_err(failed())?;
    if ordered {
        return Ok(());
    }
    let task = NewTask {
        kind: "missed_run",
        topic: topic.slug.as_str(),
        key: missed.instant.clone(),
        file_id: None,
        run: Some(missed.run),
        file: "",
        from_whom: &topic.from,
        to_whom: &topic.to,
        since: missed.instant.clone(),
        due: clock::rfc3339(&due_after(topic, &calendar, &clock::now())),
    };
    let Some(id) = task.make(&mut tx).await? else { return Ok(()) };
    let action = match missed.outcome {
        MissedOutcome::Ask => "schedule.missed",
        MissedOutcome::Skip => "schedule.skipped",
    };
    if missed.outcome == MissedOutcome::Skip {
        let end = "update work.task set outcome = 'not_needed', done_at = $2::timestamptz, done_by = $3, note = 'missed = skip' where id = $1";
        let ended = sqlx::query(end).bind(id).bind(clock::now_rfc3339()).bind(MACHINE).execute(&mut *tx).await;
        ended.map_err(failed())?;
    }
    sqlx::query("select audit.record($1, $2, 'task', $3, null, $4, null)")
        .bind(MACHINE)
        .bind(action)
        .bind(id.to_string())
        .bind(json!({ "topic": topic.slug, "instant": missed.instant, "run": missed.run }))
        .execute(&mut *tx)
        .await
        .map_err(failed())?;
    tx.commit().await.map_err(failed())?;
    Ok(())
}
