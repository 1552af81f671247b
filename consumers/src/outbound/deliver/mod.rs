//! A released file goes to its partner, once.
//!
//! | module | duty |
//! |--|--|
//! | `way` | the one shape of all ways: prepare, mark, go; and what can come of it |
//! | `outbox` | a folder from which a person carries it; where the file lies when the installation names no address |
//! | `http` | pushed to the partner's address |
//! | `object_storage` | put into a bucket the partner reads |
//! | `tries` | the rows of `export.delivery`: what was tried, and what came of it |
//! | `overtaken` | pictures of a moment that has passed |
//! | `manifest` | what the partner compares |
//! | `settings` | `[deliver.<slug>]` |
//!
//! Just before a file leaves, a row `placing` is committed. After a crash it says that the file may be out: each way knows how to
//! find out, or that nobody can. A file that must leave once is then 送信結果不明, and only people go on.

mod http;
mod manifest;
mod object_storage;
/// The outbox and its folders.
pub(super) mod outbox;
mod overtaken;
mod settings;
mod tries;
mod way;

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use renkei_core::calendar::clock;
use renkei_core::crash;
use renkei_core::metrics::metrics;
use renkei_core::verdict::{Classify, Verdict};
use serde_json::json;
use sqlx::{PgConnection, Postgres, Transaction};
use tokio_util::sync::CancellationToken;

pub use settings::{DeliverConfig, Destinations, Method};

use self::tries::Step;
use self::way::{Ending, Ready};
use super::Exporter;
use super::error::OutboundError;
use super::model::{ExportFile, FileState};
use super::problem::Problem;
use super::release::set_unknown;
use super::store::{end, find_file, lock_file, record, record_why};

/// Name in the audit log of what the program does by itself.
pub(super) const MACHINE: &str = "renkei";

/// What is done about another process that is delivering the same file, and about a wait that is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    /// Left alone: it will be done.
    Skip,
    /// Waited for, and tried at once: somebody wants to know how it ends.
    WaitFor,
}

impl Exporter {
    /// Delivers every released file that is not delivered yet and is due, and marks the folders of voided ones. Call it at start:
    /// it finishes what a crash interrupted. Topics go side by side: a partner that answers slowly keeps no other waiting.
    pub async fn deliver_pending(&self) -> Result<Vec<ExportFile>, OutboundError> {
        let waiting: Vec<(String, i64)> =
            sqlx::query_as("select topic, id from export.file where state = 'released' order by topic, id")
                .fetch_all(&self.pool)
                .await
                .map_err(OutboundError::database("list files to deliver"))?;
        let mut topics: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        waiting.into_iter().for_each(|(topic, id)| topics.entry(topic).or_default().push(id));
        let ended = join_all(topics.into_values().map(|ids| self.deliver_each(ids))).await;
        self.retire_voided().await?;
        self.measure_waiting().await?;
        Ok(ended.into_iter().flatten().collect())
    }

    async fn deliver_each(&self, ids: Vec<i64>) -> Vec<ExportFile> {
        let mut ended = Vec::new();
        for id in ids {
            match self.deliver(id, Others::Skip).await {
                Ok(Some(file)) => ended.push(file),
                Ok(None) => {}
                // One file that cannot be placed does not keep the others waiting.
                Err(error) => {
                    tracing::warn!(file = id, error = &error as &dyn std::error::Error, "a released file is not delivered yet");
                }
            }
        }
        ended
    }

    async fn measure_waiting(&self) -> Result<(), OutboundError> {
        let sql = "select count(*), coalesce(extract(epoch from clock_timestamp() - min(released_at)), 0)::bigint
                     from export.file where state = 'released'";
        let (files, oldest_s): (i64, i64) =
            sqlx::query_as(sql).fetch_one(&self.pool).await.map_err(OutboundError::database("count files to deliver"))?;
        metrics().outbox_unsent.set(files);
        metrics().outbox_oldest_age_seconds.set(oldest_s);
        Ok(())
    }

    /// Calls [`deliver_pending`](Self::deliver_pending) every `pause` until `cancel`: a partner that was out of reach comes back.
    pub async fn keep_delivering(&self, pause: Duration, cancel: CancellationToken) {
        loop {
            if let Err(error) = self.deliver_pending().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "released files could not be looked up");
            }
            if let Err(error) = self.purge(&clock::now()).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "overtaken files are not given up yet");
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Delivers after a release. The release stands when the partner is out of reach: the file waits for `deliver_pending`.
    pub(super) async fn deliver_or_wait(&self, id: i64) -> Result<(), OutboundError> {
        match self.deliver(id, Others::WaitFor).await {
            Err(error) if error.verdict() == Verdict::Retry => {
                tracing::warn!(file = id, error = &error as &dyn std::error::Error, "released, but not delivered yet; it waits");
                Ok(())
            }
            other => other.map(|_| ()),
        }
    }

    /// A person mended what the partner refused, or does not want to wait for the next try: the same bytes go once more. Only for
    /// files that certainly did not arrive.
    pub async fn deliver_again(&self, id: i64, actor: &str, reason: &str) -> Result<ExportFile, OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin delivering again"))?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        let last = tries::last(&mut tx, id).await?;
        let waits = matches!(last, Some(Step::Refused | Step::NotSent { .. }));
        if file.state != FileState::Released || !waits {
            return Err(OutboundError::State { file: id, state: file.state, action: "delivered again" });
        }
        if reason.trim().is_empty() {
            return Err(OutboundError::ReasonMissing { file: id, action: "delivered again" });
        }
        tries::clear(&mut tx, &file, actor).await?;
        record_why(&mut tx, actor, "export.retried", id, &json!({}), Some(reason)).await?;
        tx.commit().await.map_err(OutboundError::database("deliver again"))?;
        self.deliver_or_wait(id).await?;
        let mut conn = self.pool.acquire().await.map_err(OutboundError::database("read an export file"))?;
        find_file(&mut conn, id).await
    }

    /// Delivers one file; `None` when it does not wait for delivery, its time has not come, or another process is at it.
    async fn deliver(&self, id: i64, others: Others) -> Result<Option<ExportFile>, OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin a delivery"))?;
        self.set_session(&mut tx).await?;
        if !lock_released(&mut tx, id, others).await? {
            return Ok(None);
        }
        let file = find_file(&mut tx, id).await?;
        if let Some(newer) = self.overtaken(&mut tx, &file).await? {
            let said = format!("file {newer} is newer and has left");
            let problem = Problem::new(said, "EXPORT_OVERTAKEN", json!({ "newer": newer }));
            end(&mut tx, id, FileState::Superseded, Some(&problem)).await?;
            record(&mut tx, MACHINE, "export.superseded", id, &json!({ "by": newer })).await?;
            metrics().handovers.with_label_values(&[file.topic.as_str(), "superseded"]).inc();
        } else {
            let last = tries::last(&mut tx, id).await?;
            match last {
                Some(Step::Refused) => return Ok(None),
                Some(Step::NotSent { due: false }) if others == Others::Skip => return Ok(None),
                _ => {}
            }
            let sent = self.send(&mut tx, &file, last).await?;
            self.conclude(&mut tx, &file, sent).await?;
        }
        let file = find_file(&mut tx, id).await?;
        tx.commit().await.map_err(OutboundError::database("commit a delivery"))?;
        Ok(Some(file))
    }

    /// One try: everything that can fail before is done, then it is marked, then it goes.
    async fn send(
        &self,
        tx: &mut Transaction<'_, Postgres>,
        file: &ExportFile,
        last: Option<Step>,
    ) -> Result<(String, Ending), OutboundError> {
        let way = self.way(file)?;
        let place = way.place();
        match way.ready(self, tx, file, last == Some(Step::Placing)).await? {
            Ready::Ended(sent) => return Ok((place, sent)),
            Ready::Marked => {}
            Ready::Go => {
                crash::point("outbound.prepared");
                tries::mark(&self.pool, file, &place).await?;
            }
        }
        crash::point("outbound.placing");
        let sent = way.go(self, file).await?;
        crash::point("outbound.placed");
        Ok((place, sent))
    }

    /// Writes down what came of a try.
    async fn conclude(
        &self,
        conn: &mut PgConnection,
        file: &ExportFile,
        (place, sent): (String, Ending),
    ) -> Result<(), OutboundError> {
        tracing::debug!(topic = file.topic, file = file.id, place, outcome = ?sent, "a delivery was tried");
        metrics().handovers.with_label_values(&[file.topic.as_str(), sent.outcome()]).inc();
        match sent {
            Ending::Arrived { answer } => {
                tries::delivered(conn, file, &place, answer.as_deref()).await?;
                let after = json!({ "place": place, "sha256": file.sha256, "answer": answer });
                record(conn, MACHINE, "export.delivered", file.id, &after).await
            }
            Ending::Unclear { why } => {
                tries::note(conn, file, "unclear", &place, &why).await?;
                let problem = Problem::new(why, "EXPORT_DELIVERY_UNKNOWN", json!({ "place": place }));
                set_unknown(conn, file.id, MACHINE, &problem).await
            }
            Ending::Refused { why } => {
                tries::note(conn, file, "refused", &place, &why).await?;
                let problem = Problem::new(&why, "EXPORT_DELIVERY_REFUSED", json!({ "place": place, "said": why }));
                tries::set_problem(conn, file.id, &problem).await?;
                record_why(conn, MACHINE, "export.delivery_refused", file.id, &json!({ "place": place }), Some(&why)).await
            }
            Ending::NotSent { why, after } => {
                let ladder =
                    &self.registry.topic(&file.topic).map_or(&self.registry.settings.retry, |topic| &topic.retry).ladder_s;
                tries::later(conn, file, &place, &why, ladder, after).await?;
                let problem = Problem::new(why, "EXPORT_NOT_DELIVERED", json!({ "place": place }));
                tries::set_problem(conn, file.id, &problem).await
            }
        }
    }
}

/// Locks a file that waits for delivery. Not `for update`: the row `placing` is committed beside this transaction and refers to
/// the file.
async fn lock_released(conn: &mut PgConnection, id: i64, others: Others) -> Result<bool, OutboundError> {
    let lock = match others {
        Others::Skip => "select id from export.file where id = $1 and state = 'released' for no key update skip locked",
        Others::WaitFor => "select id from export.file where id = $1 and state = 'released' for no key update",
    };
    let locked: Option<i64> = sqlx::query_scalar(lock)
        .bind(id)
        .fetch_optional(conn)
        .await
        .map_err(OutboundError::database("lock a file for delivery"))?;
    Ok(locked.is_some())
}
