//! Errors as JSON problem objects (RFC 9457), with a text for people in Japanese and in English.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use renkei_core::verdict::{Classify, Verdict};
use serde::Serialize;

use crate::error::IntakeError;
use crate::station::chain;

/// An answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable word for programs: `urn:renkei:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status again, for those who only keep the body.
    pub status: u16,
    /// The English text.
    pub title: String,
    /// The Japanese text.
    pub title_ja: String,
    /// Particulars, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, code: &str, title_ja: &str, title: &str) -> Self {
        Problem {
            kind: format!("urn:renkei:problem:{code}"),
            status: status.as_u16(),
            title: title.to_owned(),
            title_ja: title_ja.to_owned(),
            detail: None,
        }
    }

    /// Adds particulars.
    #[must_use]
    pub fn detail(mut self, detail: impl ToString) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// No token, or none of ours.
    pub fn unauthorized() -> Self {
        let ja = "有効なトークンがありません。Authorization: Bearer で送ってください。";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", ja, "No valid token. Send one as Authorization: Bearer.")
    }

    /// The token does not cover the topic.
    pub fn forbidden(topic: &str) -> Self {
        let ja = "このトークンではこの連携に送れません。";
        Self::new(StatusCode::FORBIDDEN, "forbidden", ja, "This token may not hand in to this topic.").detail(topic)
    }

    /// No such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "見つかりません。", "Not found.").detail(what)
    }

    /// The path exists, with another method.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "この操作はできません。", "This method is not possible here.")
    }

    /// A header or parameter cannot be understood.
    pub fn bad_request(detail: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "要求の形が正しくありません。", "The request is malformed.")
            .detail(detail)
    }

    /// The body is larger than the limit.
    pub fn too_large(bytes_max: u64) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "本文が大きすぎます。", "The body is too large.")
            .detail(format!("limit: {bytes_max} bytes"))
    }

    /// The body is of a kind this path does not take.
    pub fn unsupported(detail: &str) -> Self {
        let ja = "この Content-Type は受け付けません。";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", ja, "This content type is not accepted.").detail(detail)
    }

    /// An idempotency key came again with another body.
    pub fn key_reused() -> Self {
        let ja = "同じ Idempotency-Key で別の内容が送られました。";
        let en = "The Idempotency-Key was used before with another body.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", ja, en)
    }

    /// The client stopped sending.
    pub fn timeout() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "timeout", "本文の受信が途切れました。", "The body stopped arriving.")
    }

    /// Not now: full, or stopping, or our disk does not answer.
    pub fn busy() -> Self {
        let ja = "ただいま受け付けられません。しばらくして同じ Idempotency-Key で送り直してください。";
        let en = "Not now. Send again shortly, with the same Idempotency-Key.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", ja, en)
    }
}

impl From<IntakeError> for Problem {
    /// Particulars of our disks stay in the log.
    fn from(error: IntakeError) -> Self {
        tracing::error!(error = %chain(&error), "an HTTP request failed");
        match (error.verdict(), &error) {
            (_, IntakeError::Topic { .. }) => Problem::not_found("topic"),
            (Verdict::Retry, _) => Problem::busy(),
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "内部エラーです。", "Internal error."),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"renkei\""));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}
