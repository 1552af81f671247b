//! What goes beside a file, so that whoever takes it can compare.

use renkei_core::registry::Topic;
use serde_json::json;
use sqlx::PgConnection;

use crate::outbound::error::OutboundError;
use crate::outbound::model::ExportFile;
use crate::outbound::release::live_approval;

/// Made from rows only, so it is the same whenever it is made.
pub(super) async fn manifest(conn: &mut PgConnection, file: &ExportFile, topic: Option<&Topic>) -> Result<String, OutboundError> {
    let approver = live_approval(conn, file.id).await?.map(|approval| approval.approver);
    let manifest = json!({
        "release": file.run,
        "topic": file.topic,
        "name": topic.map(|topic| &topic.name),
        "to": topic.map(|topic| &topic.to),
        "profile": file.profile,
        "business_date": file.business_date,
        "number": file.seq_of_day,
        "file_name": file.file_name,
        "sha256": file.sha256,
        "bytes": file.bytes,
        "records": file.records,
        "count": file.count,
        "total": file.total,
        "made_by": file.made_by,
        "approved_by": approver,
        "released_by": file.released_by,
        "released_at": file.released_at,
    });
    Ok(format!("{manifest:#}\n"))
}
