//! What the operators' pages count: requests and refusals at the door. Never who.

use prometheus::{HistogramVec, IntCounterVec};

use super::{Book, counters, histograms};

/// A page is a few statements; the long buckets show a slow database or an upload.
const PAGE_BUCKETS_S: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// Counters of the console.
#[derive(Debug)]
pub struct PageMetrics {
    /// `console_requests_total{route,method,status}`: `route` is the pattern (`/batches/{batch}`), never the address itself.
    pub requests: IntCounterVec,
    /// `console_request_seconds{route}`: until the head of the answer; a page that follows changes stays open after it.
    pub request_seconds: HistogramVec,
    /// `sign_ins_refused_total{reason}`: `password code proof locked`.
    pub sign_ins_refused: IntCounterVec,
}

impl PageMetrics {
    pub(super) fn new(r: &Book) -> Self {
        PageMetrics {
            requests: counters(r, "console_requests_total", "Requests to the pages", &["route", "method", "status"]),
            request_seconds: histograms(r, "console_request_seconds", "Until the answer begins", &["route"], &PAGE_BUCKETS_S),
            sign_ins_refused: counters(r, "sign_ins_refused_total", "People not let in, by reason", &["reason"]),
        }
    }
}
