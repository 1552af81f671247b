//! Bodies to claims: streamed to disk under the size limit, never whole in memory.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_LENGTH, HeaderMap, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use renkei_core::message::keyed_delivery_id;
use renkei_core::registry::Topic;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::body::Blocks;
use super::problem::Problem;
use super::tokens::Sender;
use super::{Api, head, receive};
use crate::delivery::{Delivery, Form, Stage};
use crate::intake::blocking;
use crate::names;
use crate::station::{Claim, chain};

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
    let boundary = head::boundary(&headers)?;
    let name = head::file_name(&headers)?;
    let bytes_max = upload.api.intake.registry.settings.limits.http_bytes_max;
    upload.take(Shape { form: Form::File, boundary, name, bytes_max }, &headers, body).await
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
    let name = head::file_name(&headers)?.or_else(|| Some("records.json".to_owned()));
    let bytes_max = upload.api.config.records_bytes_max;
    upload.take(Shape { form: Form::Records, boundary: None, name, bytes_max }, &headers, body).await
}

/// What a request brings.
struct Shape {
    form: Form,
    /// The body is a form with this boundary.
    boundary: Option<String>,
    /// Name stated in the head of the request.
    name: Option<String>,
    bytes_max: u64,
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

    async fn take(self, shape: Shape, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
        let announced =
            headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|value| value.parse::<u64>().ok());
        if announced.is_some_and(|bytes| bytes > shape.bytes_max) {
            return Err(Problem::too_large(shape.bytes_max));
        }
        let slug = self.topic.slug.as_str();
        let id = match head::idempotency_key(headers)? {
            Some(key) => keyed_delivery_id(slug, &self.sender.label(), &key),
            None => Uuid::now_v7(),
        };
        let controls = head::controls(headers)?;
        let station = self.api.intake.spool_of(&self.topic)?.clone();
        let beginning = blocking("claiming", id, move || station.begin()).await?;
        let blocks = Blocks::new(body, shape.bytes_max, self.api.idle_timeout());
        let received = match &shape.boundary {
            Some(boundary) => receive::form(&beginning, blocks, boundary).await?,
            None => receive::file(&beginning, blocks).await?,
        };
        let name = shape.name.or(received.name).unwrap_or_else(|| format!("{slug}.dat"));
        let mut delivery = Delivery::new(id, slug, names::shown(&name), self.sender.label());
        delivery.form = shape.form;
        delivery.variant = self.layout.clone();
        delivery.controls = controls;
        delivery.sha256 = received.sha256;
        delivery.documents = received.documents;
        delivery.place = receive::PLACE.to_owned();
        if let Some(known) = self.api.intake.delivery(&self.topic, id)? {
            return if same_content(&known, &delivery) { Ok(accepted(&known)) } else { Err(Problem::key_reused()) };
        }
        let (answer, ours) = (accepted(&delivery), delivery.clone());
        match blocking("claiming", id, move || beginning.name(delivery)).await? {
            Some(claim) => self.carry(claim),
            // The same key in two requests at once: the other one won.
            None => match self.api.intake.delivery(&self.topic, id)? {
                Some(known) if !same_content(&known, &ours) => return Err(Problem::key_reused()),
                _ => {}
            },
        }
        Ok(answer)
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

/// Whether two requests brought the same file and the same documents.
fn same_content(known: &Delivery, other: &Delivery) -> bool {
    known.sha256 == other.sha256 && known.documents == other.documents
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
