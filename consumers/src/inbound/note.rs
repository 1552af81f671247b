//! Who looks after a held line, and what is known of it: notes beside a finding, never instead of its decision.

use serde_json::json;

use super::Intake;
use super::error::IntakeError;

impl Intake {
    /// Writes down an owner and a note for findings.
    pub async fn note_findings(&self, findings: &[i64], owner: &str, note: &str, actor: &str) -> Result<(), IntakeError> {
        const DOING: &str = "note something about findings";
        let mut tx = self.pool().begin().await.map_err(IntakeError::database(DOING))?;
        sqlx::query("insert into intake.finding_note (finding_id, owner, note, by) select unnest($1::bigint[]), $2, $3, $4")
            .bind(findings)
            .bind(owner)
            .bind(note)
            .bind(actor)
            .execute(&mut *tx)
            .await
            .map_err(IntakeError::database(DOING))?;
        sqlx::query("select audit.record($1, 'finding.noted', 'finding', $2, null, $3, nullif($4, ''))")
            .bind(actor)
            .bind(findings.first().copied().unwrap_or_default().to_string())
            .bind(json!({ "findings": findings, "owner": owner }))
            .bind(note)
            .execute(&mut *tx)
            .await
            .map_err(IntakeError::database(DOING))?;
        tx.commit().await.map_err(IntakeError::database(DOING))
    }
}
