//! HTTP intake for upstream systems.
//!
//! | request | answer |
//! |--|--|
//! | `POST /v1/topics/{slug}/files` | body = the file, name in `X-File-Name` or `Content-Disposition`; 202 with the delivery id |
//! | the same, `multipart/form-data` | one part `file`, and for each document that belongs to it a part `evidence` whose `filename` is the name the file has for it; any order |
//! | `POST /v1/topics/{slug}/records` | JSON array of records (or one record) keyed by field id; 202 with the delivery id |
//! | `GET /v1/deliveries/{id}` | how far it is, and what is wrong with it |
//! | `GET /v1/openapi.json`, `GET /v1/schemas/{file}` | this table for programs |
//! | `/scim/v2/…` | users of a topic with `door = "scim"` (`scim`) |
//! | `GET /healthz`, `GET /readyz` | the process lives · it takes deliveries |
//!
//! 202 means: the bytes are on disk under this id and will reach the topic, as records or as a rejection. Whether the content is
//! right is told by the status, not by the answer. `Idempotency-Key` makes a repeated request the same delivery. A query
//! `?layout=<variant>` names the shape; `X-Control-Count`, `X-Control-Sum` and `X-Control-Sha256` state control totals.

/// The body of a request, block by block.
mod body;
/// `multipart/form-data`.
mod form;
/// What the head of an upload says.
mod head;
/// The interface as a document.
pub mod openapi;
/// Errors as JSON problem objects.
pub mod problem;
/// Bytes of a request into a claim.
mod receive;
/// SCIM 2.0 users.
pub mod scim;
/// `GET /v1/deliveries/{id}`.
mod status;
/// Who may hand in what.
pub mod tokens;
/// `POST …/files` and `…/records`.
mod upload;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, HeaderMap};
use axum::routing::{get, post};
use renkei_core::registry::Direction;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::config::HttpConfig;
use crate::front::{self, Front};
use crate::intake::Intake;
use problem::Problem;
use tokens::{Sender, Tokens};

/// What the handlers share.
#[derive(Debug)]
pub struct Api {
    pub(crate) intake: Arc<Intake>,
    pub(crate) config: HttpConfig,
    tokens: Tokens,
    uploads: Arc<Semaphore>,
    /// Deliveries carried at once; what finds no place is left to the worker.
    pub(crate) places: Arc<Semaphore>,
    /// By slug: wakes the worker of a topic.
    pub(crate) wakes: BTreeMap<String, Arc<Notify>>,
}

impl Api {
    /// An API over an intake. `places` bounds the deliveries carried at once, `wakes` wake the workers.
    pub fn new(
        intake: Arc<Intake>,
        config: HttpConfig,
        tokens: Tokens,
        places: Arc<Semaphore>,
        wakes: BTreeMap<String, Arc<Notify>>,
    ) -> Arc<Api> {
        let uploads = Arc::new(Semaphore::new(config.uploads_max));
        Arc::new(Api { intake, config, tokens, uploads, places, wakes })
    }

    /// The sender of a request, or 401.
    pub(crate) fn sender(&self, headers: &HeaderMap) -> Result<Arc<Sender>, Problem> {
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        token.and_then(|token| self.tokens.find(token)).ok_or_else(Problem::unauthorized)
    }

    pub(crate) fn idle_timeout(&self) -> Duration {
        Duration::from_secs(self.config.idle_timeout_s)
    }
}

/// The routes.
pub fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/v1/topics/{slug}/files", post(upload::files))
        .route("/v1/topics/{slug}/records", post(upload::records))
        .route("/v1/deliveries/{id}", get(status::delivery))
        .route("/v1/openapi.json", get(openapi::serve))
        .route("/v1/schemas/{file}", get(openapi::serve_schema))
        .merge(scim::routes())
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .fallback(|| async { Problem::not_found("path") })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .with_state(api)
}

/// Serves until `stopping`; then takes no more connections and lets running requests end for the configured time.
pub async fn serve(api: Arc<Api>, listener: TcpListener, tls: Option<TlsAcceptor>, stopping: CancellationToken) {
    let greeting = Duration::from_secs(api.config.header_timeout_s);
    let drain = Duration::from_secs(api.config.drain_s);
    front::serve(router(api), listener, Front { tls, greeting, drain }, stopping).await;
}

/// Ready when deliveries can be put on disk and the program is not stopping. The broker is not asked: uploads are taken while it
/// is away and carried when it is back.
async fn ready(State(api): State<Arc<Api>>) -> (StatusCode, &'static str) {
    if api.intake.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    let intake = api.intake.clone();
    let writable = tokio::task::spawn_blocking(move || {
        let topics = intake.registry.active(Direction::In);
        topics.into_iter().all(|topic| intake.spool_of(topic).is_ok_and(|spool| spool.begin().is_ok()))
    });
    match writable.await {
        Ok(true) => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "spool not writable\n"),
    }
}
