//! What a person saw the partner say: that it accepted the file. Nothing of ours can know it where files are carried by hand.

use serde_json::json;

use super::Exporter;
use super::error::OutboundError;
use super::model::{ExportFile, FileState};
use super::store::{lock_file, record};

impl Exporter {
    /// Notes that the partner accepted a file that has left; `result` is what its screen or receipt says.
    pub async fn accepted(&self, id: i64, actor: &str, result: &str) -> Result<ExportFile, OutboundError> {
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin noting an acceptance"))?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        let (FileState::Released | FileState::Delivered, Some(sha256)) = (file.state, &file.sha256) else {
            return Err(OutboundError::State { file: id, state: file.state, action: "noted as accepted" });
        };
        if result.trim().is_empty() {
            return Err(OutboundError::ReasonMissing { file: id, action: "noted as accepted" });
        }
        let insert = "insert into export.delivery (file_id, kind, actor, place, sha256) values ($1, 'accepted', $2, $3, $4)";
        let noted = sqlx::query(insert).bind(id).bind(actor).bind(result).bind(sha256).execute(&mut *tx).await;
        noted.map_err(OutboundError::on_file(id, "note an acceptance"))?;
        record(&mut tx, actor, "export.accepted", id, &json!({ "result": result, "sha256": sha256 })).await?;
        tx.commit().await.map_err(OutboundError::database("commit an acceptance"))?;
        Ok(file)
    }
}
