//! The same content already sent (bank.md §6, rule 20): a once-only file whose bytes have left before is not made, unless the
//! order says why it must go once more. Claims bar the same items; this bars other items that look exactly alike.

use renkei_core::params::SAME_CONTENT_REASON;
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection};

use super::error::OutboundError;
use super::model::ExportFile;
use super::problem::Problem;

const CODE: &str = "EXPORT_SAME_CONTENT";

/// A file of the topic with the same bytes that has left.
#[derive(Debug, FromRow)]
pub(super) struct Twin {
    id: i64,
    file_name: String,
    released_at: String,
}

impl Twin {
    /// As a row of the file's refusals.
    pub(super) fn refusal(&self) -> Value {
        json!({ "object": "export.file", "object_id": self.id, "code": CODE, "severity": "stop", "detail": self.detail() })
    }

    /// Why the file is not made.
    pub(super) fn problem(&self) -> Problem {
        let said = format!("the same content left as file {} ({}) at {}", self.id, self.file_name, self.released_at);
        Problem::new(said, CODE, self.detail())
    }

    fn detail(&self) -> Value {
        json!({ "file": self.id.to_string(), "file_name": self.file_name, "released_at": self.released_at })
    }
}

/// Looks for it; `None` also when the order gives a reason.
pub(super) async fn sent(conn: &mut PgConnection, file: &ExportFile, sha256: &str) -> Result<Option<Twin>, OutboundError> {
    let reasoned = file.params.get(SAME_CONTENT_REASON).is_some_and(|reason| !reason.trim().is_empty());
    if !file.once || reasoned {
        return Ok(None);
    }
    sqlx::query_as(include_str!("sql/sent_twin.sql"))
        .bind(&file.topic)
        .bind(sha256)
        .fetch_optional(conn)
        .await
        .map_err(OutboundError::database("look for a file with the same content"))
}
