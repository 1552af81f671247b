//! How far a delivery is, as far as this side of the broker knows.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::HeaderMap;
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Api;
use super::problem::Problem;
use crate::delivery::{Delivery, Stage};
use crate::intake::blocking;

/// `GET /v1/deliveries/{id}`: only for the sender of the delivery; others are told that there is none.
pub(super) async fn delivery(
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let sender = api.sender(&headers)?;
    let id: Uuid = id.parse().map_err(|_| Problem::not_found("delivery"))?;
    let intake = api.intake.clone();
    let found = blocking("looking up the status", id, move || intake.find(id)).await?;
    let delivery = found.filter(|delivery| delivery.sender == sender.label()).ok_or_else(|| Problem::not_found("delivery"))?;
    Ok(Json(answer(&delivery)))
}

fn answer(delivery: &Delivery) -> Value {
    let status = if delivery.stage == Stage::Refused { Stage::Rejected } else { delivery.stage };
    json!({
        "delivery": delivery.delivery,
        "topic": delivery.topic,
        "file": delivery.file,
        "received_at": delivery.received_at,
        "status": status.as_str(),
        "layout": delivery.layout,
        "sha256": delivery.sha256,
        "bytes": delivery.bytes,
        "records": delivery.records,
        "yen": delivery.yen,
        "evidence": delivery.evidence.iter().map(|document| {
            json!({ "name": document.name, "kind": document.kind, "sha256": document.sha256, "bytes": document.bytes, "named": document.named })
        }).collect::<Vec<_>>(),
        "faults_total": delivery.faults_total,
        "warnings_total": delivery.warnings_total,
        "faults": delivery.faults.iter().map(finding).collect::<Vec<_>>(),
    })
}

/// A fault with its texts.
fn finding(fault: &Fault) -> Value {
    let mut value = serde_json::to_value(fault).unwrap_or_default();
    if let Value::Object(object) = &mut value {
        object.remove("args");
        for (key, text) in [
            ("message_ja", catalogue::text(fault, Lang::Ja)),
            ("message_en", catalogue::text(fault, Lang::En)),
            ("remedy_ja", catalogue::remedy(fault, Lang::Ja)),
            ("remedy_en", catalogue::remedy(fault, Lang::En)),
        ] {
            object.insert(key.to_owned(), Value::String(text));
        }
    }
    value
}
