//! Deliveries refused before they became records: a rejected batch with every fault, so that the sender and the operator see
//! the same list.

use renkei_core::fault::Severity;
use renkei_core::message::{Envelope, Rejection};

use super::Intake;
use super::batch::{self, Batch, State};
use super::error::IntakeError;
use super::settle::{self, Hops, Settlement};
use super::stage::{self, ReplyAddress};

impl Intake {
    /// Keeps a refused delivery with its faults. A delivery that is known already is returned as it is.
    pub async fn refuse(
        &self,
        envelope: &Envelope,
        rejection: &Rejection,
        reply: &ReplyAddress,
        body: Option<&[u8]>,
    ) -> Result<Batch, IntakeError> {
        let what = format!("keep the rejection of {} ({})", envelope.file, envelope.topic);
        let mut tx = self.begin_for(&what).await?;
        // A refused file has no chunks; one is written so that the row says "nothing of it arrived".
        let envelope = Envelope { chunk: 0, chunks: 1, ..envelope.clone() };
        let Some(id) = stage::insert(&mut tx, &envelope, reply, &[]).await? else {
            drop(tx);
            let known = batch::by_delivery(&self.pool, envelope.delivery).await?;
            let known = known.ok_or_else(|| IntakeError::Unknown(envelope.delivery.to_string()))?;
            if known.state == State::Rejected && known.sha256 == envelope.sha256 {
                return Ok(known);
            }
            let reason = format!("it rejects delivery {}, which is {} as batch {}", envelope.delivery, known.state, known.id);
            return Err(IntakeError::Properties { topic: envelope.topic, message_id: envelope.delivery.to_string(), reason });
        };
        if let Some(body) = body {
            let kept = sqlx::query("insert into intake.body (batch_id, body) values ($1, $2)").bind(id).bind(body);
            kept.execute(&mut *tx).await.map_err(IntakeError::database(what.clone()))?;
        }
        let batch = batch::lock(&mut tx, id).await?;
        settle::store_faults(&mut tx, id, &rejection.faults).await?;
        // What refused it, not what else was said of it.
        let refusing = rejection.faults.iter().find(|fault| fault.severity == Severity::Error);
        let code = refusing.or(rejection.faults.first()).map(|fault| fault.code.as_str());
        let mut settlement = Settlement::new(State::Rejected, Hops::default(), "batch.reject", &envelope.sender);
        settlement.reason = code;
        settlement.faults = i64::try_from(rejection.faults_total).unwrap_or(i64::MAX);
        settle::settle(&mut tx, &batch, &settlement).await?;
        self.commit(tx, &batch).await
    }
}
