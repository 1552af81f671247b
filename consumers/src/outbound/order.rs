//! Publishes an export order. Outbound work starts with a message too, so it is retried, held and audited like a posting.

use std::collections::BTreeMap;

use renkei_core::broker::{Outgoing, Publisher};
use renkei_core::calendar::clock;
use renkei_core::message::{self, ExportOrder, MessageKind};
use renkei_core::registry::{Direction, Topic};
use uuid::Uuid;

use super::error::OutboundError;
use super::{folder, shape};

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderRequest {
    /// Profile or layout variant; empty = the topic's first.
    pub variant: String,
    /// Parameters of `select.sql`.
    pub params: BTreeMap<String, String>,
    /// Who orders.
    pub ordered_by: String,
    /// The operator's own key of the run: the same key is the same run, and gives the same file. `None`: a new run.
    pub key: Option<String>,
}

/// Publishes the order and returns it; the run id in it finds the file.
pub async fn order(publisher: &Publisher, topic: &Topic, request: OrderRequest) -> Result<ExportOrder, OutboundError> {
    if topic.direction != Direction::Out {
        let reason = "it is inbound: nothing is exported from it";
        return Err(OutboundError::Topic { topic: topic.slug.to_string(), reason });
    }
    let params = params(topic, &request.variant, &request.params)?;
    if request.ordered_by.is_empty() || request.ordered_by.trim() != request.ordered_by {
        return Err(OutboundError::Message { reason: "it does not say who orders".to_owned() });
    }
    let key = request.key.unwrap_or_else(|| Uuid::now_v7().to_string());
    let order = ExportOrder {
        run: message::run_id(topic.slug.as_str(), &key),
        variant: request.variant,
        params,
        ordered_by: request.ordered_by,
        ordered_at: clock::now().timestamp().to_string(),
    };
    let body = serde_json::to_vec(&order).map_err(|e| OutboundError::Message { reason: e.to_string() })?;
    let id = message::message_id(MessageKind::Export, &order.run.to_string());
    publisher.publish(Outgoing::to_queue(&topic.queue(), id, MessageKind::Export.as_str(), body)).await?;
    Ok(order)
}

/// The parameters of an order, checked against what the folder says of them, defaults filled in.
pub(super) fn params(
    topic: &Topic,
    variant: &str,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, OutboundError> {
    let folder = folder(topic)?;
    let shape = shape(topic, folder, variant)?;
    folder.params.check(shape.variant, given).map_err(OutboundError::Params)
}
