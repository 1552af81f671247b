//! Released is final: once, by the rules of the topic, with whatever the ledger does about it in the same transaction.
//! Also the two ways on from there when something went wrong: void, and 送信結果不明.

use renkei_core::archive::{ArchiveError, ArchiveKey};
use renkei_core::crash;
use renkei_core::verdict::{Classify, Verdict};
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;

use super::Exporter;
use super::error::OutboundError;
use super::model::{Approval, ExportFile, FileState};
use super::problem::Problem;
use super::store::{find_file, lock_file, record, record_why};

/// What a person found out about a delivery of unknown result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The partner has it.
    Arrived,
    /// The partner never got it: the same bytes may be handed over again.
    NotArrived,
}

impl Exporter {
    /// Releases a file once and delivers it. A file that was released before is returned as it is: same bytes, nothing again.
    pub async fn release(&self, id: i64, actor: &str) -> Result<ExportFile, OutboundError> {
        self.check_approval(id, actor).await?;
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin a release"))?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        if !matches!(file.state, FileState::Released | FileState::Delivered) {
            if file.sha256.is_none() || matches!(file.state, FileState::Unknown | FileState::Void) {
                return Err(OutboundError::State { file: id, state: file.state, action: "released" });
            }
            let update =
                "update export.file set state = 'released', released_at = clock_timestamp(), released_by = $2 where id = $1";
            let updated = sqlx::query(update).bind(id).bind(actor).execute(&mut *tx).await;
            updated.map_err(OutboundError::on_file(id, "release a file"))?;
            let released = find_file(&mut tx, id).await?;
            self.begin_step(&mut tx, &released, actor).await?;
            self.run_step(&mut tx, &released, ("release", "release.sql")).await?;
            let needed = "update export.file f set needed_by = r.needed_by from pg_temp.run r where f.id = r.file_id and r.needed_by is not null";
            let noted = sqlx::query(needed).execute(&mut *tx).await;
            noted.map_err(OutboundError::on_file(id, "note by when a file is needed"))?;
            self.end_step(&mut tx, &released, "release.sql").await?;
            let after = json!({ "sha256": file.sha256, "count": file.count, "total": file.total, "file_name": file.file_name });
            record(&mut tx, actor, "export.released", id, &after).await?;
            crash::point("outbound.before_release");
            tx.commit().await.map_err(OutboundError::database("commit a release"))?;
            crash::point("outbound.after_release");
        } else {
            drop(tx);
        }
        self.deliver_or_wait(id).await?;
        let mut conn = self.pool.acquire().await.map_err(OutboundError::database("read an export file"))?;
        find_file(&mut conn, id).await
    }

    /// Before a file leaves its bytes are read again and compared with what was approved. The database compares the totals
    /// once more in the release itself; only the bytes are beyond its sight.
    async fn check_approval(&self, id: i64, actor: &str) -> Result<(), OutboundError> {
        let mut conn = self.pool.acquire().await.map_err(OutboundError::database("begin a release"))?;
        let file = find_file(&mut conn, id).await?;
        if !matches!(file.state, FileState::Generated | FileState::Approved) {
            return Ok(());
        }
        let approval = live_approval(&mut conn, id).await?;
        drop(conn);
        let damaged = match self.check_bytes(&file).await {
            Ok(()) => None,
            Err(error) if error.verdict() == Verdict::Retry => return Err(error),
            Err(error) => Some(error),
        };
        let Some(approval) = approval else { return damaged.map_or(Ok(()), Err) };
        let same = file.sha256.as_ref() == Some(&approval.sha256)
            && (file.count, file.total) == (Some(approval.count), Some(approval.total));
        let reason = match damaged {
            Some(error) => error.to_string(),
            None if !same => "the file's totals or hash are not those that were approved".to_owned(),
            None => return Ok(()),
        };
        self.kill_approval(id, actor, &reason).await?;
        Err(OutboundError::ApprovalDead { file: id, approver: approval.approver, reason })
    }

    /// The archived bytes are those the row names.
    pub(super) async fn check_bytes(&self, file: &ExportFile) -> Result<(), OutboundError> {
        let (Some(archive), Some(sha256)) = (&file.archive, &file.sha256) else {
            return Err(OutboundError::State { file: file.id, state: file.state, action: "read" });
        };
        let key = ArchiveKey::parse(archive)?;
        if key.sha256() != sha256 {
            return Err(OutboundError::Archive(ArchiveError::Damaged { key, found: sha256.clone() }));
        }
        self.archive.verify(&key).await?;
        Ok(())
    }

    /// Takes a file back: frees its claims and undoes what its release did. A file that has left needs the partner's
    /// confirmation, in words, that it did not process it.
    pub async fn void(&self, id: i64, actor: &str, reason: &str, confirmation: &str) -> Result<ExportFile, OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin voiding a file"))?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        if file.state == FileState::Void {
            return Err(OutboundError::State { file: id, state: file.state, action: "voided" });
        }
        // What kept it from its partner is over; deliveries and audit log have it.
        let update = "update export.file set state = 'void', problem = null, voided_at = clock_timestamp(), voided_by = $2, void_reason = $3,
                             void_confirmation = nullif($4, '') where id = $1";
        let updated = sqlx::query(update).bind(id).bind(actor).bind(reason).bind(confirmation).execute(&mut *tx).await;
        updated.map_err(OutboundError::on_file(id, "void a file"))?;
        // Entries of closed books are no longer reversed: void.sql says what became of them, or the void is refused.
        let (today, doing) = (self.today(), "reverse what the release had posted");
        self.begin_step(&mut tx, &file, actor).await?;
        let reverse = "select ledger.reverse_file($1, $2::date, $3, $4)";
        let reversed = sqlx::query(reverse).bind(id).bind(&today).bind(actor).bind(reason).execute(&mut *tx).await;
        reversed.map_err(OutboundError::on_file(id, doing))?;
        self.run_step(&mut tx, &file, ("void", "void.sql")).await?;
        let settled = sqlx::query("select ledger.refuse_standing($1::date)").bind(&today).execute(&mut *tx).await;
        settled.map_err(OutboundError::on_file(id, doing))?;
        self.end_step(&mut tx, &file, "void.sql").await?;
        let after = json!({ "was": file.state, "confirmation": confirmation, "count": file.count, "total": file.total });
        record_why(&mut tx, actor, "export.voided", id, &after, Some(reason)).await?;
        // Before the commit, while the row is locked: claims are never free beside a folder that looks valid. If the commit
        // does not follow, the folder is marked and the file is not void: it is not carried, and the void is repeated.
        self.retire(&file).await?;
        crash::point("outbound.retired");
        let file = find_file(&mut tx, id).await?;
        tx.commit().await.map_err(OutboundError::database("commit a void"))?;
        Ok(file)
    }

    /// 送信結果不明: nobody knows whether the partner has it. From here only a person goes on.
    pub async fn mark_unknown(&self, id: i64, actor: &str, reason: &str) -> Result<ExportFile, OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin marking a file"))?;
        self.set_session(&mut tx).await?;
        lock_file(&mut tx, id).await?;
        need_reason(id, reason, "marked as unknown")?;
        set_unknown(&mut tx, id, actor, &Problem::reason(reason)).await?;
        let file = find_file(&mut tx, id).await?;
        tx.commit().await.map_err(OutboundError::database("mark a file as unknown"))?;
        Ok(file)
    }

    /// A person found out. Not arrived: the same bytes are delivered again. `confirmation` is what the partner said, in words;
    /// a file that needed two persons needs it, and another person than the one who marked it, before it goes once more.
    pub async fn resolve_unknown(
        &self,
        id: i64,
        actor: &str,
        found: Found,
        reason: &str,
        confirmation: &str,
    ) -> Result<ExportFile, OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin resolving a file"))?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        need_reason(id, reason, "resolved")?;
        if file.state != FileState::Unknown {
            return Err(OutboundError::State { file: id, state: file.state, action: "resolved" });
        }
        let (state, word) = match found {
            Found::Arrived => ("delivered", "arrived"),
            Found::NotArrived => ("released", "not arrived"),
        };
        let update = "update export.file set state = $2, problem = null, resolved_by = $3, resolution = nullif(btrim($4), ''),
                             delivered_at = case when $2 = 'delivered' then coalesce(delivered_at, clock_timestamp()) end where id = $1";
        let updated = sqlx::query(update).bind(id).bind(state).bind(actor).bind(confirmation).execute(&mut *tx).await;
        updated.map_err(OutboundError::on_file(id, "resolve a file"))?;
        if found == Found::NotArrived {
            let cleared = "insert into export.delivery (file_id, kind, actor, place, sha256)
                           select id, 'cleared', $2, file_name, sha256 from export.file where id = $1";
            let inserted = sqlx::query(cleared).bind(id).bind(actor).execute(&mut *tx).await;
            inserted.map_err(OutboundError::database("clear a delivery"))?;
        }
        record_why(&mut tx, actor, "export.resolved", id, &json!({ "found": word, "confirmation": confirmation }), Some(reason))
            .await?;
        tx.commit().await.map_err(OutboundError::database("resolve a file"))?;
        self.deliver_or_wait(id).await?;
        let mut conn = self.pool.acquire().await.map_err(OutboundError::database("read an export file"))?;
        find_file(&mut conn, id).await
    }
}

fn need_reason(file: i64, reason: &str, action: &'static str) -> Result<(), OutboundError> {
    if reason.trim().is_empty() { Err(OutboundError::ReasonMissing { file, action }) } else { Ok(()) }
}

pub(super) async fn set_unknown(conn: &mut PgConnection, id: i64, actor: &str, problem: &Problem) -> Result<(), OutboundError> {
    let update = "update export.file set state = 'unknown', problem = $2, unknown_by = $3, resolved_by = null, resolution = null
                   where id = $1";
    let updated = sqlx::query(update).bind(id).bind(Json(problem)).bind(actor).execute(&mut *conn).await;
    updated.map_err(OutboundError::on_file(id, "mark a file as unknown"))?;
    record_why(conn, actor, "export.unknown", id, &json!({}), Some(&problem.said)).await
}

pub(super) async fn live_approval(conn: &mut PgConnection, id: i64) -> Result<Option<Approval>, OutboundError> {
    let sql = "select approver, sha256, count, total, export.moment(at) as at, live, dead_reason
                 from export.approval where file_id = $1 and live";
    let found = sqlx::query_as(sql).bind(id).fetch_optional(conn).await;
    found.map_err(OutboundError::database("read the approval of a file"))
}
