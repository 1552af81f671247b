//! Receipts for direct publishers: 受領, 検証, 記帳. They tell; they never decide: a receipt that cannot be sent is logged, and the
//! posting stands.

use std::sync::Arc;

use renkei_core::broker::{Outgoing, Publisher};
use renkei_core::message::{MessageKind, message_id};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use crate::inbound::{Batch, Intake, State, batch};

/// AMQP `type` of a receipt.
pub const KIND: &str = "receipt";

/// Which receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// 受領: the delivery is complete and stored.
    Received,
    /// 検証: the checks have spoken.
    Checked,
    /// 記帳: it is in the ledger.
    Posted,
}

impl Stage {
    /// The word in the receipt.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Received => "received",
            Stage::Checked => "checked",
            Stage::Posted => "posted",
        }
    }

    /// The word people use.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Received => "受領",
            Stage::Checked => "検証",
            Stage::Posted => "記帳",
        }
    }
}

/// Sends receipts, or not, when there is nobody to publish through. Clones share the receipts under way.
#[derive(Debug, Clone)]
pub struct Replies {
    publisher: Option<Publisher>,
    under_way: TaskTracker,
}

impl Replies {
    /// Through this publisher.
    pub fn through(publisher: Publisher) -> Self {
        Replies { publisher: Some(publisher), under_way: TaskTracker::new() }
    }

    /// Nowhere.
    pub fn none() -> Self {
        Replies { publisher: None, under_way: TaskTracker::new() }
    }

    /// Waits until every receipt under way was sent or given up. To be called when nobody sends any more.
    pub async fn finish(&self) {
        self.under_way.close();
        self.under_way.wait().await;
    }

    /// Sends a receipt in the background, if the batch's sender asked for receipts.
    pub fn send(&self, intake: &Arc<Intake>, stage: Stage, batch: &Batch) {
        let (Some(publisher), Some(reply_to)) = (self.publisher.clone(), batch.reply_to.clone()) else { return };
        // A receipt in a queue of the hub itself would be taken for a delivery.
        if publisher.names().owns(&reply_to) {
            tracing::warn!(batch = batch.id, reply_to, "no receipt: the sender names one of our own queues as its reply address");
            return;
        }
        let (intake, batch) = (intake.clone(), batch.clone());
        self.under_way.spawn(async move {
            let body = receipt(&intake, stage, &batch).await.to_string();
            let id = message_id(MessageKind::Records, &format!("receipt/{}/{}", batch.delivery, stage.as_str()));
            let mut message = Outgoing::to_reply(&reply_to, id, KIND, body);
            message.correlation_id = batch.correlation_id.clone();
            if let Err(error) = publisher.publish(message).await {
                tracing::warn!(batch = batch.id, reply_to, stage = stage.as_str(), %error, "receipt not delivered");
            }
        });
    }
}

/// The body of a receipt.
async fn receipt(intake: &Intake, stage: Stage, batch: &Batch) -> Value {
    let mut body = json!({
        "stage": stage.as_str(), "stage_name": stage.name(), "topic": batch.topic, "delivery": batch.delivery, "batch": batch.id,
        "state": batch.state, "reason": batch.reason,
        "records": { "read": batch.records_read, "staged": batch.records_staged, "posted": batch.records_posted,
            "held": batch.records_held, "skipped": batch.records_skipped, "rejected": batch.records_rejected },
        "yen": { "read": batch.yen_read, "staged": batch.yen_staged, "posted": batch.yen_posted,
            "held": batch.yen_held, "skipped": batch.yen_skipped, "rejected": batch.yen_rejected },
    });
    if stage == Stage::Checked {
        let lists = (batch::findings(intake.pool(), batch.id).await, batch::faults(intake.pool(), batch.id).await);
        match lists {
            (Ok(findings), Ok(faults)) => {
                body["findings"] = json!(findings);
                body["faults"] = json!(faults);
                body["accepted"] = json!(!matches!(batch.state, State::Rejected | State::Duplicate));
            }
            (Err(error), _) | (_, Err(error)) => body["findings_error"] = json!(error.to_string()),
        }
    }
    body
}
