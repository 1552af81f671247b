//! Bodies to claims: streamed to disk under the size limit, never whole in memory.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_LENGTH, HeaderMap, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use renkei_core::message::keyed_delivery_id;
use renkei_core::registry::Topic;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::problem::Problem;
use super::tokens::Sender;
use super::{Api, head};
use crate::delivery::{Delivery, Form, Stage};
use crate::error::IntakeError;
use crate::intake::blocking;
use crate::names;
use crate::station::{Beginning, Claim, chain};

const BUFFER_BYTES: usize = 256 * 1024;

/// Parameters of an upload.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    layout: Option<String>,
}

type Asked = Result<Query<Parameters>, QueryRejection>;

/// `POST /v1/topics/{slug}/files`
pub(super) async fn files(
    State(api): State<Arc<Api>>,
    Path(slug): Path<String>,
    parameters: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let upload = Upload::begin(api, &slug, parameters, &headers)?;
    if head::content_type(&headers).is_some_and(|given| given.eq_ignore_ascii_case("multipart/form-data")) {
        return Err(Problem::unsupported("send the bytes of the file as the body, not as a form"));
    }
    let name = head::file_name(&headers)?.unwrap_or_else(|| format!("{}.dat", upload.topic.slug));
    let bytes_max = upload.api.intake.registry.settings.limits.http_bytes_max;
    upload.take(name, Form::File, bytes_max, &headers, body).await
}

/// `POST /v1/topics/{slug}/records`
pub(super) async fn records(
    State(api): State<Arc<Api>>,
    Path(slug): Path<String>,
    parameters: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let upload = Upload::begin(api, &slug, parameters, &headers)?;
    if !head::content_type(&headers).is_some_and(|given| given.eq_ignore_ascii_case("application/json")) {
        return Err(Problem::unsupported("records are application/json"));
    }
    let name = head::file_name(&headers)?.unwrap_or_else(|| "records.json".to_owned());
    let bytes_max = upload.api.config.records_bytes_max;
    upload.take(name, Form::Records, bytes_max, &headers, body).await
}

/// An admitted upload.
struct Upload {
    api: Arc<Api>,
    sender: Arc<Sender>,
    topic: Arc<Topic>,
    layout: Option<String>,
    _place: OwnedSemaphorePermit,
}

impl Upload {
    /// Who, whither, and whether there is room: everything that is known before the body.
    fn begin(api: Arc<Api>, slug: &str, parameters: Asked, headers: &HeaderMap) -> Result<Upload, Problem> {
        let sender = api.sender(headers)?;
        if !sender.may(slug) {
            return Err(Problem::forbidden(slug));
        }
        let topic = api.intake.topic(slug).ok().filter(|topic| topic.slug.as_str() == slug).cloned();
        let topic = topic.ok_or_else(|| Problem::not_found("topic"))?;
        let Query(Parameters { layout }) = parameters.map_err(|error| Problem::bad_request(error.body_text()))?;
        if let (Some(asked), Ok(integration)) = (&layout, topic.built())
            && integration.layout(asked).is_none()
        {
            return Err(Problem::bad_request(format!("layout {asked:?} is no variant of {slug}")));
        }
        if api.intake.stopping.is_cancelled() {
            return Err(Problem::busy());
        }
        let place = api.uploads.clone().try_acquire_owned().map_err(|_| Problem::busy())?;
        Ok(Upload { api, sender, topic, layout, _place: place })
    }

    async fn take(self, name: String, form: Form, bytes_max: u64, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
        let announced =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|value| value.parse::<u64>().ok());
        if announced.is_some_and(|bytes| bytes > bytes_max) {
            return Err(Problem::too_large(bytes_max));
        }
        let slug = self.topic.slug.as_str();
        let id = match head::idempotency_key(headers)? {
            Some(key) => keyed_delivery_id(slug, &self.sender.label(), &key),
            None => Uuid::now_v7(),
        };
        let mut delivery = Delivery::new(id, slug, names::shown(&name), self.sender.label());
        delivery.form = form;
        delivery.variant = self.layout.clone();
        delivery.controls = head::controls(headers)?;
        let station = self.api.intake.spool_of(&self.topic)?.clone();
        let beginning = blocking("claiming", id, move || station.begin()).await?;
        let sha256 = self.receive(&beginning, bytes_max, body).await?;
        delivery.sha256.clone_from(&sha256);
        if let Some(known) = self.api.intake.delivery(&self.topic, id)? {
            return if known.sha256 == sha256 { Ok(accepted(&known)) } else { Err(Problem::key_reused()) };
        }
        let answer = accepted(&delivery);
        match blocking("claiming", id, move || beginning.name(delivery)).await? {
            Some(claim) => self.carry(claim),
            // The same key in two requests at once: the other one won.
            None => match self.api.intake.delivery(&self.topic, id)? {
                Some(known) if known.sha256 != sha256 => return Err(Problem::key_reused()),
                _ => {}
            },
        }
        Ok(answer)
    }

    /// Streams the body to disk; gives its SHA-256.
    async fn receive(&self, beginning: &Beginning, bytes_max: u64, body: Body) -> Result<String, Problem> {
        let path = beginning.original();
        let file = tokio::fs::File::create_new(&path).await.map_err(IntakeError::io("making", &path))?;
        let mut file = tokio::io::BufWriter::with_capacity(BUFFER_BYTES, file);
        let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
        let mut stream = body.into_data_stream();
        loop {
            let part = match tokio::time::timeout(self.api.idle_timeout(), stream.next()).await {
                Err(_) => return Err(Problem::timeout()),
                Ok(None) => break,
                Ok(Some(Err(error))) => return Err(Problem::bad_request(format!("the body ended early: {error}"))),
                Ok(Some(Ok(part))) => part,
            };
            bytes += part.len() as u64;
            if bytes > bytes_max {
                return Err(Problem::too_large(bytes_max));
            }
            hash.update(&part);
            file.write_all(&part).await.map_err(IntakeError::io("writing", &path))?;
        }
        file.flush().await.map_err(IntakeError::io("writing", &path))?;
        // 202 is a promise: the bytes must survive a power failure.
        file.get_ref().sync_all().await.map_err(IntakeError::io("writing", &path))?;
        Ok(hex::encode(hash.finalize()))
    }

    /// Carries the delivery on in the background. Ordered topics are left to their worker, and so is everything when all places
    /// are taken: the claim lies on disk and its lock is let go.
    fn carry(self, claim: Claim) {
        let place = if self.topic.ordered { None } else { self.api.places.clone().try_acquire_owned().ok() };
        let Some(place) = place else {
            drop(claim);
            if let Some(wake) = self.api.wakes.get(self.topic.slug.as_str()) {
                wake.notify_one();
            }
            return;
        };
        let intake = self.api.intake.clone();
        tokio::spawn(async move {
            let (topic, delivery) = (claim.delivery.topic.clone(), claim.delivery.delivery);
            if let Err(error) = intake.process(claim, None).await {
                tracing::warn!(%topic, %delivery, error = %chain(&error), "an HTTP delivery waits");
            }
            drop(place);
        });
    }
}

/// 202 with the delivery id and where to ask.
fn accepted(delivery: &Delivery) -> Response {
    let url = format!("/v1/deliveries/{}", delivery.delivery);
    let stage = if delivery.stage == Stage::Refused { Stage::Rejected } else { delivery.stage };
    let body = json!({ "delivery": delivery.delivery, "topic": delivery.topic, "status": stage.as_str(), "status_url": url });
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    if let Ok(value) = HeaderValue::from_str(&url) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}
