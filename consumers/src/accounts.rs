//! 突合: active accounts against staff in service, every night and at every start.
//!
//! An orphan may not act already (`ledger.account_may_act` asks for service); what it lacks is somebody who disables it. Each is
//! noticed once a day: a row, an audit event, a warning in the log; `accounts_orphaned` tells their number to Prometheus. They
//! are changed only where the installation says that they are locked.

use std::time::Duration;

use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use renkei_core::metrics::metrics;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;

use crate::inbound::IntakeError;

/// Who is written down as having noticed and locked.
const ACTOR: &str = "renkei";

/// What is done about orphans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Orphans {
    /// They are listed; a person has the portal disable them.
    #[default]
    List,
    /// They are disabled here too.
    Lock,
}

/// An active account whose person is not in service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Orphan {
    /// Login id.
    pub login_id: String,
    /// 職員番号
    pub staff_no: String,
    /// Whether it was disabled now.
    pub locked: bool,
}

impl Orphan {
    fn fault(&self) -> Fault {
        Fault::new("ACCOUNT_ORPHANED").arg("login", &self.login_id).arg("staff_no", &self.staff_no)
    }
}

/// Notices orphans. Returns those that were not noticed before today, or are locked now.
pub async fn notice(pool: &PgPool, orphans: Orphans) -> Result<Vec<Orphan>, IntakeError> {
    let failed = || IntakeError::database("compare active accounts with staff in service");
    let mut tx = pool.begin().await.map_err(failed())?;
    let news: Vec<Orphan> = sqlx::query_as("select login_id, staff_no, locked from ledger.notice_orphans($1, $2)")
        .bind(orphans == Orphans::Lock)
        .bind(ACTOR)
        .fetch_all(&mut *tx)
        .await
        .map_err(failed())?;
    for orphan in &news {
        let event = if orphan.locked { "account.locked" } else { "account.orphaned" };
        sqlx::query("select audit.record($1, $2, 'user_account', $3, null, $4, null)")
            .bind(ACTOR)
            .bind(event)
            .bind(&orphan.login_id)
            .bind(json!({ "staff_no": orphan.staff_no }))
            .execute(&mut *tx)
            .await
            .map_err(failed())?;
    }
    let left: i64 =
        sqlx::query_scalar("select count(*) from ledger.orphaned_account").fetch_one(&mut *tx).await.map_err(failed())?;
    tx.commit().await.map_err(failed())?;
    metrics().accounts_orphaned.set(left);
    for orphan in &news {
        let text = catalogue::text(&orphan.fault(), Lang::En);
        tracing::warn!(login = orphan.login_id, locked = orphan.locked, code = "ACCOUNT_ORPHANED", "{text}");
    }
    Ok(news)
}

/// Calls [`notice`] every `pause` until `cancel`.
pub async fn keep_noticing(pool: PgPool, orphans: Orphans, pause: Duration, cancel: CancellationToken) {
    loop {
        if let Err(error) = notice(&pool, orphans).await {
            tracing::warn!(%error, "it is not known which accounts belong to nobody in service");
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
