use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::{db, failures, inbound, ledger, outbound, paused, tasks};
use renkei_core::broker::{BrokerError, PublishError};
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use renkei_core::verdict::{Classify, Verdict};
use renkei_core::words::say;
use serde_json::Value;
use tracing::{error, warn};

use crate::access::AccessError;

/// Why something was not done. It becomes a page in the frame of whoever asked (see `guard`).
#[derive(Debug, Clone)]
pub struct Refusal {
    status: StatusCode,
    ja: String,
    en: String,
    /// Catalogue code with its values: tells more, and what to do.
    code: Option<(String, Value)>,
}

/// The answer of a page.
pub(crate) type Answer<T = Markup> = Result<T, Refusal>;

impl Refusal {
    fn new(status: StatusCode, ja: impl Into<String>, en: impl Into<String>) -> Refusal {
        Refusal { status, ja: ja.into(), en: en.into(), code: None }
    }

    /// There is no such thing, or not for this person.
    pub(crate) fn not_found() -> Refusal {
        Self::new(StatusCode::NOT_FOUND, "該当するものはありません。", "There is no such thing.")
    }

    /// The role does not allow it.
    pub(crate) fn forbidden() -> Refusal {
        Self::new(
            StatusCode::FORBIDDEN,
            "この操作を行う権限がありません。必要な場合は管理者に権限の付与を依頼してください。",
            "Your role does not allow this. If you need it, ask an administrator for the role.",
        )
    }

    /// A form from elsewhere, or of a session that is over.
    pub(crate) fn foreign_form() -> Refusal {
        Self::new(
            StatusCode::FORBIDDEN,
            "この画面の入力は受け付けられません。画面を開き直して、もう一度操作してください。何も変更されていません。",
            "This form cannot be taken. Open the page again and repeat it; nothing was changed.",
        )
    }

    /// A field that cannot be.
    pub(crate) fn value(name: &str, value: &str) -> Refusal {
        let shown: String = value.chars().take(40).collect();
        Self::new(
            StatusCode::BAD_REQUEST,
            format!("入力値が正しくありません（{name}: {shown:?}）。"),
            format!("{name} cannot be {shown:?}."),
        )
    }

    /// A sentence of our own.
    pub(crate) fn sentence(ja: &str, en: &str) -> Refusal {
        Self::new(StatusCode::CONFLICT, ja, en)
    }

    /// Nothing is cancelled, given up or discarded without one.
    pub(crate) fn reason_missing() -> Refusal {
        Self::new(StatusCode::BAD_REQUEST, "理由を入力してください。", "Say why.")
    }

    /// By the verdict of an error: a rule refused it, or the world is down, or it is ours to mend.
    fn of(verdict: Verdict, sentence: String, code: Option<(String, Value)>) -> Refusal {
        let (status, ja) = match verdict {
            Verdict::Reject | Verdict::Hold => (StatusCode::CONFLICT, "規則により受け付けられません。"),
            Verdict::Retry => (StatusCode::SERVICE_UNAVAILABLE, "一時的に処理できません。しばらくしてからやり直してください。"),
            Verdict::Bug => (StatusCode::INTERNAL_SERVER_ERROR, "処理できません。システム管理者に連絡してください。"),
        };
        match verdict {
            Verdict::Bug => error!(error = sentence, "a page failed"),
            Verdict::Retry => warn!(error = sentence, "a page has to wait"),
            Verdict::Reject | Verdict::Hold => {}
        }
        let code = code.filter(|(code, _)| catalogue::is_known(code));
        // What went wrong inside is for the log.
        let en =
            if verdict == Verdict::Bug { "This cannot be done; tell the system's administrator.".to_owned() } else { sentence };
        Refusal { status, ja: ja.to_owned(), en, code }
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Sentence, code and remedy.
    pub(crate) fn body(&self, lang: Lang) -> Markup {
        let known = self.code.as_ref().map(|(code, detail)| {
            let mut fault = Fault::new(code);
            if let Value::Object(detail) = detail {
                for (name, value) in detail {
                    fault = fault.arg(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                }
            }
            (code, catalogue::text(&fault, lang), catalogue::remedy(&fault, lang))
        });
        html! {
            div.refusal role="alert" {
                @match &known {
                    Some((code, text, remedy)) => {
                        p { (text) " " code { (code) } }
                        @if !remedy.is_empty() { p.remedy { "→ " (remedy) } }
                    }
                    None => {
                        p { (say(lang, &self.ja, &self.en)) }
                        // Errors are English sentences; without a code they are better than nothing.
                        @if lang == Lang::Ja && self.status == StatusCode::CONFLICT && self.en != self.ja && self.ja.starts_with("規則") {
                            p.detail lang="en" { (self.en) }
                        }
                    }
                }
            }
        }
    }

    /// The page's heading.
    pub(crate) fn title(&self, lang: Lang) -> &'static str {
        match self.status {
            StatusCode::NOT_FOUND => say(lang, "見つかりません", "Not found"),
            StatusCode::FORBIDDEN => say(lang, "権限がありません", "Not allowed"),
            StatusCode::SERVICE_UNAVAILABLE => say(lang, "一時的に処理できません", "Not now"),
            _ => say(lang, "受け付けられません", "Refused"),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.en.clone()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Catalogue code of a constraint of the schema.
fn rule(constraint: &str) -> String {
    format!("DB_{}", constraint.to_uppercase())
}

impl From<inbound::IntakeError> for Refusal {
    fn from(error: inbound::IntakeError) -> Self {
        let code = match &error {
            inbound::IntakeError::Rule { constraint, .. } => rule(constraint),
            other => other.code().to_owned(),
        };
        let code = code.starts_with("DB_").then_some((code, Value::Null));
        Refusal::of(error.verdict(), error.to_string(), code)
    }
}

impl From<outbound::OutboundError> for Refusal {
    fn from(error: outbound::OutboundError) -> Self {
        let code = match &error {
            outbound::OutboundError::Params(_) => Some((error.code(), error.detail().unwrap_or_default())),
            _ => Some((error.code(), Value::Null)).filter(|(code, _)| code.starts_with("DB_")),
        };
        Refusal::of(error.verdict(), error.to_string(), code)
    }
}

impl From<ledger::LedgerError> for Refusal {
    fn from(error: ledger::LedgerError) -> Self {
        let code = match &error {
            ledger::LedgerError::Rule { constraint, .. } => Some((rule(constraint), Value::Null)),
            ledger::LedgerError::Coded { code, detail, .. } => Some((code.clone(), detail.clone())),
            _ => None,
        };
        Refusal::of(error.verdict(), error.to_string(), code)
    }
}

impl From<tasks::TaskError> for Refusal {
    fn from(error: tasks::TaskError) -> Self {
        let code = match &error {
            tasks::TaskError::Rule { constraint, .. } => Some((rule(constraint), Value::Null)),
            _ => None,
        };
        Refusal::of(error.verdict(), error.to_string(), code)
    }
}

impl From<paused::PauseError> for Refusal {
    fn from(error: paused::PauseError) -> Self {
        let code = error.rule().map(|constraint| (rule(&constraint), Value::Null));
        Refusal::of(error.verdict(), error.to_string(), code)
    }
}

impl From<failures::FailureError> for Refusal {
    fn from(error: failures::FailureError) -> Self {
        use failures::FailureError as E;
        let ja = match &error {
            E::Decided { .. } => "この障害は既に処理されています。画面を開き直してください。",
            E::ReasonMissing(_) => "理由を入力してください。",
            E::PartOfFile(_) => {
                "受け付けたファイルの一部なので、ここでは訂正できません。相手先が訂正したファイルを受け付けてから、この障害を破棄してください。"
            }
            E::Newer { .. } => "画面を開いた後に、別の職員がこの本文を訂正しました。画面を開き直し、最新の版を訂正してください。",
            E::Unchanged(_) => "本文は変わっていません。",
            E::Unrouted { .. } => {
                "宛先のキューがないため再送できません。送信元に、正しいルーティングキーでの再送を依頼し、この障害を破棄してください。"
            }
            E::Database { .. } | E::Unknown(_) | E::Publish { .. } => "",
        };
        if !ja.is_empty() {
            return Refusal::sentence(ja, &error.to_string());
        }
        Refusal::of(error.verdict(), error.to_string(), None)
    }
}

impl From<renkei_producers::IntakeError> for Refusal {
    fn from(error: renkei_producers::IntakeError) -> Self {
        Refusal::of(error.verdict(), error.to_string(), None)
    }
}

impl From<PublishError> for Refusal {
    fn from(error: PublishError) -> Self {
        Refusal::of(error.verdict(), error.to_string(), None)
    }
}

impl From<BrokerError> for Refusal {
    fn from(error: BrokerError) -> Self {
        Refusal::of(error.verdict(), error.to_string(), None)
    }
}

impl From<AccessError> for Refusal {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Database { source, .. } => source.into(),
            AccessError::WeakPassword(weakness) => {
                Refusal::sentence(&weakness.text(Lang::Ja), &format!("The password is refused: {}.", weakness.text(Lang::En)))
            }
            other => Refusal::of(Verdict::Reject, other.to_string(), None),
        }
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        let code = db::broken_rule(&error).map(|constraint| (rule(&constraint), Value::Null));
        let verdict = match (db::trouble(&error), &code) {
            (db::Trouble::Lasting, None) => Verdict::Bug,
            (db::Trouble::Lasting, Some(_)) => Verdict::Reject,
            _ => Verdict::Retry,
        };
        Refusal::of(verdict, db::sentence(&error), code)
    }
}
