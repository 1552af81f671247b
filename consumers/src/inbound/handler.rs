//! What the broker hands over, by kind of message, and what it is told afterwards.

use std::sync::Arc;

use renkei_core::broker::{Door, Handler, Incoming, Outcome};
use renkei_core::crash;
use renkei_core::fault::Fault;
use renkei_core::message::{Envelope, MessageKind, Order, Rejection, direct_delivery_id};
use serde::de::DeserializeOwned;

use super::Intake;
use super::batch::{self, Batch, State};
use super::direct::{self, Direct, Urgent};
use super::error::IntakeError;
use super::evidence;
use super::stage::{self, Arrival, Part, ReplyAddress, Staged};
use crate::db;
use crate::replies::{Replies, Stage};

/// Handles the messages of one inbound topic.
#[derive(Debug)]
pub struct TopicHandler {
    intake: Arc<Intake>,
    topic: String,
    replies: Replies,
    faults_max: usize,
}

impl Handler for TopicHandler {
    async fn handle(&self, message: Incoming) -> Outcome {
        let id = message.message_id.clone();
        match self.take(message).await {
            Ok(()) => {
                crash::point("inbound.before_ack");
                Outcome::Done
            }
            Err(error) => {
                let outcome = error.outcome();
                tracing::warn!(topic = self.topic, message_id = id, code = error.code(), %error, "message not handled");
                outcome
            }
        }
    }

    async fn ready(&self) -> bool {
        db::ping(&self.intake.pool).await
    }
}

impl TopicHandler {
    /// A handler for `topic`. Receipts go through `replies`.
    pub fn new(intake: Arc<Intake>, topic: &str, replies: Replies) -> Self {
        let faults_max = intake.registry.settings.limits.faults_max;
        TopicHandler { intake, topic: topic.to_owned(), replies, faults_max }
    }

    async fn take(&self, message: Incoming) -> Result<(), IntakeError> {
        let kind = if message.kind.is_empty() { Some(MessageKind::Records) } else { MessageKind::parse(&message.kind) };
        match kind {
            // Whoever may hand in records may not decide about batches: an order's actor is a word in its body.
            Some(MessageKind::Records) if message.door() == Door::Upstream => self.take_direct(&message).await,
            _ if message.door() == Door::Upstream => {
                let refusal = direct::forbidden(&self.intake.site(&self.topic)?, &message);
                self.refuse_direct(refusal, &message).await
            }
            Some(MessageKind::Records) if Envelope::is_present(&message.headers) => self.take_chunk(&message).await,
            Some(MessageKind::Records) => self.take_direct(&message).await,
            Some(MessageKind::Evidence) => self.take_evidence(&message).await,
            Some(MessageKind::Rejection) => self.take_rejection(&message).await,
            Some(MessageKind::Confirm) => self.take_confirm(&message).await,
            Some(MessageKind::Cancel) => self.take_cancel(&message).await,
            Some(MessageKind::Export | MessageKind::Missed) | None => {
                Err(self.wrong_properties(&message, format!("an inbound topic has no messages of type {:?}", message.kind)))
            }
        }
    }

    async fn take_chunk(&self, message: &Incoming) -> Result<(), IntakeError> {
        let envelope = self.envelope(message)?;
        let reply = reply_address(message);
        let part = Part::Records { records: &message.body, original: None };
        self.stage_and_decide(&envelope, &message.message_id, part, &reply).await
    }

    async fn take_evidence(&self, message: &Incoming) -> Result<(), IntakeError> {
        let envelope = self.envelope(message)?;
        let documents = evidence::read(&message.body).map_err(|reason| self.not_understood(message, reason))?;
        let reply = reply_address(message);
        self.stage_and_decide(&envelope, &message.message_id, Part::Evidence(&documents), &reply).await
    }

    async fn take_direct(&self, message: &Incoming) -> Result<(), IntakeError> {
        let direct = {
            let site = self.intake.site(&self.topic)?;
            direct::read(&site, message, self.faults_max)
        };
        let (envelope, taken) = match direct {
            Direct::Sound(envelope, records) => {
                let (id, reply) = (direct::message_id(message), reply_address(message));
                let part = Part::Records { records: &records, original: Some(&message.body) };
                let taken = self.stage_and_decide(&envelope, id, part, &reply).await;
                (envelope, taken)
            }
            Direct::Refused(ref envelope, ..) => (envelope.clone(), self.refuse_direct(direct, message).await),
        };
        match taken {
            // It contradicts the batch of its delivery. With other bytes it is another message under a used id, most often one
            // that was refused, mended and sent again: its sender must hear that, and nobody of ours can mend it.
            Err(IntakeError::Properties { .. }) if self.is_reused(&envelope).await? => {
                self.refuse_direct(direct::reused(&envelope, message), message).await
            }
            taken => taken,
        }
    }

    async fn is_reused(&self, envelope: &Envelope) -> Result<bool, IntakeError> {
        let known = batch::by_delivery(&self.intake.pool, envelope.delivery).await?;
        Ok(known.is_some_and(|batch| batch.sha256 != envelope.sha256))
    }

    /// Keeps a refused direct message as a rejected batch and tells its sender.
    async fn refuse_direct(&self, refusal: Direct, message: &Incoming) -> Result<(), IntakeError> {
        let Direct::Refused(envelope, mut rejection, urgent) = refusal else { return Ok(()) };
        if let Some(urgent) = urgent {
            self.take_urgent(&urgent, message, &mut rejection).await?;
        }
        let batch = self.intake.refuse(&envelope, &rejection, &reply_address(message), Some(&message.body)).await?;
        self.replies.send(&self.intake, Stage::Checked, &batch);
        Ok(())
    }

    /// Takes the urgent records of a refused message in, before the refusal is written down; both are repeatable.
    async fn take_urgent(&self, urgent: &Urgent, refused: &Incoming, rejection: &mut Rejection) -> Result<(), IntakeError> {
        let message = urgent.message(refused);
        let delivery = direct_delivery_id(&self.topic, &message.app_id, direct::message_id(&message));
        // A message of sound records only: it has no urgent ones of its own.
        Box::pin(self.take_direct(&message)).await?;
        let finding = Fault::new("URGENT_RECORDS_TAKEN").arg("records", urgent.records).arg("means", &urgent.means);
        rejection.faults.insert(0, finding.arg("delivery", delivery).warning());
        Ok(())
    }

    async fn stage_and_decide(
        &self,
        envelope: &Envelope,
        message_id: &str,
        part: Part<'_>,
        reply: &ReplyAddress,
    ) -> Result<(), IntakeError> {
        let intake = &self.intake;
        let place = intake.layout_place(&self.topic, &envelope.layout)?;
        let arrival = Arrival { envelope, message_id, part };
        let (id, staged) = stage::take(&intake.pool, &intake.known, place.layout, reply, &arrival).await?;
        match staged {
            Staged::Complete => {
                if reply.reply_to.is_some() {
                    self.replies.send(intake, Stage::Received, &intake.get(id).await?);
                }
                let batch = intake.decide(id).await?;
                tracing::info!(
                    topic = self.topic,
                    batch = id,
                    file = batch.file,
                    state = batch.state.as_str(),
                    records = batch.records_staged,
                    yen = batch.yen_staged,
                    "delivery decided"
                );
                self.tell(&batch);
            }
            Staged::Waiting => {}
            Staged::Seen => {
                tracing::info!(topic = self.topic, batch = id, chunk = envelope.chunk, "chunk seen before; dropped");
                self.tell_again(id, reply).await?;
            }
            Staged::Closed(state) => {
                tracing::warn!(topic = self.topic, batch = id, chunk = envelope.chunk, %state, "chunk of a closed batch; dropped");
                self.tell_again(id, reply).await?;
            }
        }
        Ok(())
    }

    /// The receipts of a decided batch.
    fn tell(&self, batch: &Batch) {
        self.replies.send(&self.intake, Stage::Checked, batch);
        if matches!(batch.state, State::Posted | State::Held) && batch.posted_at.is_some() {
            self.replies.send(&self.intake, Stage::Posted, batch);
        }
    }

    /// The receipts of a batch decided before, under the ids of then: whoever decided it may have died before it told, or the
    /// sender asks again because he heard nothing.
    async fn tell_again(&self, id: i64, reply: &ReplyAddress) -> Result<(), IntakeError> {
        if reply.reply_to.is_none() {
            return Ok(());
        }
        let batch = self.intake.get(id).await?;
        if !matches!(batch.state, State::Received | State::Staged) {
            self.replies.send(&self.intake, Stage::Received, &batch);
            self.tell(&batch);
        }
        Ok(())
    }

    async fn take_rejection(&self, message: &Incoming) -> Result<(), IntakeError> {
        let envelope = self.envelope(message)?;
        let rejection: Rejection = self.body(message)?;
        let batch = self.intake.refuse(&envelope, &rejection, &reply_address(message), None).await?;
        self.replies.send(&self.intake, Stage::Checked, &batch);
        Ok(())
    }

    async fn take_confirm(&self, message: &Incoming) -> Result<(), IntakeError> {
        let order: Order = self.body(message)?;
        let batch = self.ordered(&order).await?;
        if matches!(batch.state, State::Posted | State::Held | State::Rejected) {
            return Ok(()); // Decided before: the order came again.
        }
        let batch = self.intake.confirm(batch.id, &order.actor, &order.reason).await?;
        self.tell(&batch);
        Ok(())
    }

    async fn take_cancel(&self, message: &Incoming) -> Result<(), IntakeError> {
        let order: Order = self.body(message)?;
        let batch = self.ordered(&order).await?;
        if batch.state == State::Cancelled {
            return Ok(());
        }
        self.intake.cancel(batch.id, &order.actor, &order.reason).await.map(|_| ())
    }

    async fn ordered(&self, order: &Order) -> Result<Batch, IntakeError> {
        let found = batch::by_delivery(&self.intake.pool, order.delivery).await?;
        found.filter(|batch| batch.topic == self.topic).ok_or_else(|| IntakeError::Unknown(order.delivery.to_string()))
    }

    fn envelope(&self, message: &Incoming) -> Result<Envelope, IntakeError> {
        let envelope =
            Envelope::from_headers(&message.headers).map_err(|error| self.wrong_properties(message, error.to_string()))?;
        if envelope.topic != self.topic {
            return Err(self.wrong_properties(message, format!("its envelope belongs to topic {}", envelope.topic)));
        }
        Ok(envelope)
    }

    fn body<T: DeserializeOwned>(&self, message: &Incoming) -> Result<T, IntakeError> {
        serde_json::from_slice(&message.body).map_err(|error| self.not_understood(message, format!("the body: {error}")))
    }

    fn wrong_properties(&self, message: &Incoming, reason: String) -> IntakeError {
        IntakeError::Properties { topic: self.topic.clone(), message_id: message.message_id.clone(), reason }
    }

    fn not_understood(&self, message: &Incoming, reason: String) -> IntakeError {
        IntakeError::Message { topic: self.topic.clone(), message_id: message.message_id.clone(), reason }
    }
}

fn reply_address(message: &Incoming) -> ReplyAddress {
    ReplyAddress { reply_to: message.reply_to.clone(), correlation_id: message.correlation_id.clone() }
}
