//! Chunks and rejections to the broker, with the same ids and the same bytes however often they are sent.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};
use renkei_core::broker::{Outgoing, PublishError};
use renkei_core::crash;
use renkei_core::message::{MessageKind, Rejection, chunk_message_id, message_id};
use renkei_core::registry::Topic;

use super::spool::SpoolReader;
use super::{Intake, OnProgress, Progress};
use crate::delivery::{Delivery, Stage};
use crate::error::IntakeError;
use crate::station::Claim;

impl Intake {
    /// Validated → published: every chunk is confirmed.
    pub(super) async fn publish_chunks(
        &self,
        topic: &Arc<Topic>,
        claim: &mut Claim,
        progress: Option<&OnProgress>,
    ) -> Result<(), IntakeError> {
        claim.untold = false;
        crash::point("producer.before_publish");
        let chunks = claim.delivery.chunks();
        let bytes_max = self.registry.settings.limits.chunk_bytes_max as u64;
        let mut spool = SpoolReader::open(&claim.spool())?;
        let mut confirms = Confirms { waiting: FuturesUnordered::new(), done: 0, of: chunks, progress };
        for chunk in 0..chunks {
            // Confirms are awaited for room, so that a delivery never waits for what it holds itself.
            let part = loop {
                match self.room.take(bytes_max).now_or_never() {
                    Some(part) => break part,
                    None => match confirms.waiting.next().await {
                        Some(confirmed) => confirms.note(confirmed).map_err(|source| self.failed(claim, source))?,
                        None => break self.room.take(bytes_max).await,
                    },
                }
            };
            let message = chunk_message(topic, &claim.delivery, chunk, spool.next().await?);
            let publishing = self.publisher.publish(message);
            confirms.waiting.push(
                async move {
                    let _part = part;
                    publishing.await
                }
                .boxed(),
            );
            while let Some(Some(confirmed)) = confirms.waiting.next().now_or_never() {
                confirms.note(confirmed).map_err(|source| self.failed(claim, source))?;
            }
            if confirms.waiting.len() >= self.config.publish_window
                && let Some(confirmed) = confirms.waiting.next().await
            {
                confirms.note(confirmed).map_err(|source| self.failed(claim, source))?;
            }
            if self.stopping.is_cancelled() {
                return Err(IntakeError::Stopping { delivery: claim.delivery.delivery });
            }
        }
        crash::point("producer.before_confirm");
        while let Some(confirmed) = confirms.waiting.next().await {
            confirms.note(confirmed).map_err(|source| self.failed(claim, source))?;
        }
        drop(confirms);
        crash::point("producer.after_confirm");
        claim.delivery.stage = Stage::Published;
        claim.save()
    }

    /// Refused → rejected: the one message that tells of it is confirmed.
    pub(super) async fn publish_rejection(&self, topic: &Arc<Topic>, claim: &mut Claim) -> Result<(), IntakeError> {
        claim.untold = false;
        crash::point("producer.before_publish");
        let message = rejection_message(topic, &claim.delivery, self.registry.settings.limits.chunk_bytes_max);
        self.publisher.publish(message).await.map_err(|source| self.failed(claim, source))?;
        crash::point("producer.after_confirm");
        claim.delivery.stage = Stage::Rejected;
        claim.save()
    }

    fn failed(&self, claim: &Claim, source: PublishError) -> IntakeError {
        IntakeError::Publish { delivery: claim.delivery.delivery, topic: claim.delivery.topic.clone(), source: Box::new(source) }
    }
}

/// Messages handed over and not yet confirmed.
struct Confirms<'p> {
    waiting: FuturesUnordered<BoxFuture<'p, Result<(), PublishError>>>,
    done: u32,
    of: u32,
    progress: Option<&'p OnProgress>,
}

impl Confirms<'_> {
    fn note(&mut self, confirmed: Result<(), PublishError>) -> Result<(), PublishError> {
        confirmed?;
        self.done += 1;
        if let Some(progress) = self.progress {
            progress(Progress::Publishing { done: self.done, of: self.of });
        }
        if self.done < self.of {
            crash::point("producer.mid_publish");
        }
        Ok(())
    }
}

fn chunk_message(topic: &Topic, delivery: &Delivery, chunk: u32, body: Bytes) -> Outgoing {
    let id = chunk_message_id(delivery.delivery, chunk);
    let kind = if delivery.is_evidence(chunk) { MessageKind::Evidence } else { MessageKind::Records };
    let message = Outgoing::to_queue(&topic.queue(), id, kind.as_str(), body);
    Outgoing { headers: delivery.envelope(chunk).to_headers(), ..message }
}

/// The faults as far as they fit one message; the number of all is always told.
fn rejection_message(topic: &Topic, delivery: &Delivery, bytes_max: usize) -> Outgoing {
    let mut rejection = Rejection { faults: Vec::new(), faults_total: delivery.faults_total };
    // Half of the limit for measuring fault by fault leaves room for everything around them.
    let mut room = bytes_max / 2;
    for fault in &delivery.faults {
        let size = serde_json::to_vec(fault).map_or(usize::MAX, |text| text.len() + 1);
        if size > room {
            break;
        }
        room -= size;
        rejection.faults.push(fault.clone());
    }
    let body = serde_json::to_vec(&rejection).unwrap_or_default();
    let id = message_id(MessageKind::Rejection, &delivery.delivery.to_string());
    let message = Outgoing::to_queue(&topic.queue(), id, MessageKind::Rejection.as_str(), body);
    Outgoing { headers: delivery.envelope(0).to_headers(), ..message }
}
