//! Errors as SCIM says them (RFC 7644 §3.12).

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use serde_json::json;

use crate::error::IntakeError;
use crate::http::problem::Problem;

/// Media type of every answer.
pub(super) const SCIM_JSON: &str = "application/scim+json";
/// Seconds after which a sender is asked to try again.
const RETRY_AFTER_S: &str = "30";

/// An answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScimError {
    status: StatusCode,
    scim_type: Option<&'static str>,
    detail: String,
}

impl ScimError {
    fn new(status: StatusCode, scim_type: Option<&'static str>, detail: impl Into<String>) -> ScimError {
        ScimError { status, scim_type, detail: detail.into() }
    }

    /// 400: `invalidSyntax`, `invalidValue`, `invalidPath`, `invalidFilter`, `noTarget`, `mutability`.
    pub(super) fn bad(scim_type: &'static str, detail: impl Into<String>) -> ScimError {
        Self::new(StatusCode::BAD_REQUEST, Some(scim_type), detail)
    }

    /// 400 in the words of the catalogue, Japanese and English.
    pub(super) fn faults(faults: &[Fault]) -> ScimError {
        let sentence = |fault: &Fault| {
            let field = fault.field_name.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
            format!("{field}{} / {}", catalogue::text(fault, Lang::Ja), catalogue::text(fault, Lang::En))
        };
        Self::bad("invalidValue", faults.iter().map(sentence).collect::<Vec<_>>().join("\n"))
    }

    /// No such user.
    pub(super) fn not_found() -> ScimError {
        Self::new(StatusCode::NOT_FOUND, None, "利用者が見つかりません。 / There is no such user.")
    }

    /// 409: somebody else's, or there already.
    pub(super) fn uniqueness(attribute: &str) -> ScimError {
        let detail = format!("{attribute}: すでに使われています。 / {attribute} is in use already, and is never given again.");
        Self::new(StatusCode::CONFLICT, Some("uniqueness"), detail)
    }

    /// 409: a version the sender counts himself came twice.
    pub(super) fn version_reused() -> ScimError {
        let detail = "meta.version: 同じ版で内容が違います。 / The same version came with another content.";
        Self::new(StatusCode::CONFLICT, None, detail)
    }

    /// 412: changed meanwhile, or older than what is known.
    pub(super) fn precondition() -> ScimError {
        let detail = "より新しい版があります。取得し直してください。 / There is a newer version; get it first.";
        Self::new(StatusCode::PRECONDITION_FAILED, None, detail)
    }

    /// 503: it is on disk at most, and not on its topic.
    pub(super) fn busy() -> ScimError {
        let detail = "ただいま受け付けられません。しばらくして同じ要求を送り直してください。 / Not now. Send the same request again shortly.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, None, detail)
    }
}

impl From<Problem> for ScimError {
    fn from(problem: Problem) -> ScimError {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, None, format!("{} / {}", problem.title_ja, problem.title))
    }
}

impl From<IntakeError> for ScimError {
    fn from(error: IntakeError) -> ScimError {
        Problem::from(error).into()
    }
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.as_u16().to_string(),
            "detail": self.detail,
        });
        if let Some(scim_type) = self.scim_type {
            body["scimType"] = scim_type.into();
        }
        let mut response = (self.status, [(CONTENT_TYPE, SCIM_JSON)], body.to_string()).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        response
    }
}
