//! Takes export orders from the queues of outbound topics.

use renkei_core::broker::{Handler, Incoming, Outcome};
use renkei_core::message::{ExportOrder, MessageKind, MissedRun};
use serde::de::DeserializeOwned;

use super::Exporter;
use super::error::OutboundError;
use super::model::{ExportFile, FileState};
use crate::tasks;

/// Handles messages of one or more outbound queues; which topic is meant is the queue's name.
#[derive(Debug, Clone)]
pub struct ExportHandler {
    exporter: Exporter,
}

impl ExportHandler {
    /// Handles with this exporter.
    pub fn new(exporter: Exporter) -> Self {
        ExportHandler { exporter }
    }

    /// Makes the file of an order and, when the topic releases by itself, releases and delivers it. Every step is idempotent:
    /// the same message again goes on where the last attempt stopped.
    async fn carry_out(&self, message: &Incoming) -> Result<ExportFile, OutboundError> {
        let order: ExportOrder = body(message)?;
        let topic = self.exporter.topic(&message.queue)?;
        let file = self.exporter.make(topic, &order).await?;
        if file.release_policy != "automatic" {
            return Ok(file);
        }
        for part in self.exporter.files_of_run(file.run).await? {
            if matches!(part.state, FileState::Generated | FileState::Released) {
                self.exporter.release(part.id, &part.made_by).await?;
            }
        }
        Ok(self.exporter.find_run(file.run).await?.unwrap_or(file))
    }

    /// Makes a task of a scheduled run that nobody ordered in time.
    async fn take_missed(&self, message: &Incoming) -> Result<(), OutboundError> {
        let missed: MissedRun = body(message)?;
        let topic = self.exporter.topic(&message.queue)?;
        tasks::note_missed(&self.exporter.pool, topic, &missed).await?;
        tracing::warn!(topic = %topic.slug, instant = missed.instant, "a scheduled run was missed");
        Ok(())
    }
}

fn body<T: DeserializeOwned>(message: &Incoming) -> Result<T, OutboundError> {
    serde_json::from_slice(&message.body).map_err(|e| OutboundError::Message { reason: e.to_string() })
}

impl Handler for ExportHandler {
    async fn handle(&self, message: Incoming) -> Outcome {
        let carried = match MessageKind::parse(&message.kind) {
            Some(MessageKind::Export) => self.carry_out(&message).await.map(Some),
            Some(MessageKind::Missed) => self.take_missed(&message).await.map(|()| None),
            _ => Err(OutboundError::Properties(message.kind.clone())),
        };
        match carried {
            Ok(None) => Outcome::Done,
            Ok(Some(file)) => {
                tracing::info!(
                    topic = file.topic, file = file.id, run = %file.run, state = %file.state, count = file.count, yen = file.total,
                    "export order carried out"
                );
                Outcome::Done
            }
            Err(error) => {
                let code = error.code();
                tracing::warn!(
                    queue = message.queue,
                    message_id = message.message_id,
                    code,
                    error = &error as &dyn std::error::Error,
                    "export order not carried out"
                );
                error.outcome()
            }
        }
    }

    async fn ready(&self) -> bool {
        crate::db::ping(&self.exporter.pool).await
    }
}
