//! What Prometheus is told of requests: how many, how they ended, how long they took. By pattern of the address: never a number, a name
//! or a login id.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use renkei_core::metrics::metrics;

/// Route of what is served nowhere.
const UNKNOWN: &str = "unknown";

/// One route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) route: &'static str,
    pub(crate) method: &'static str,
}

/// Counts a request and times it to the head of its answer.
pub(crate) async fn pass(State(measured): State<Measured>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let response = next.run(request).await;
    let pages = &metrics().pages;
    pages.requests.with_label_values(&[measured.route, measured.method, response.status().as_str()]).inc();
    pages.request_seconds.with_label_values(&[measured.route]).observe(begun.elapsed().as_secs_f64());
    response
}

/// Counts an address that is served nowhere, whatever it says.
pub(crate) fn unknown(status: StatusCode) {
    metrics().pages.requests.with_label_values(&[UNKNOWN, UNKNOWN, status.as_str()]).inc();
}
