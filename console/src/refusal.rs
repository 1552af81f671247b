use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_consumers::{db, failures, inbound, ledger, outbound, paused, senders, tasks};
use renkei_core::broker::{BrokerError, PublishError};
use renkei_core::catalogue::Lang;
use renkei_core::verdict::{Classify, Coded, Verdict};
use renkei_core::words::say;
use tracing::{error, warn};

use crate::access::AccessError;
use crate::html::remedy;

/// Why something was not done. It becomes a page in the frame of whoever asked (see `guard`).
#[derive(Debug, Clone)]
pub struct Refusal {
    status: StatusCode,
    ja: String,
    en: String,
    /// What the catalogue says: it tells more, and what to do.
    coded: Option<Coded>,
    /// What was typed, where the page has taken the form apart itself.
    pub(crate) typed: Vec<(String, String)>,
}

/// The answer of a page.
pub(crate) type Answer<T = Markup> = Result<T, Refusal>;

/// What people fill in, by the names of its fields.
const FIELDS: [(&[&str], &str, &str); 8] = [
    (&["day", "date", "on", "from", "to", "through", "valid_from"], "日付", "the day"),
    (&["year", "from_year"], "年度", "the fiscal year"),
    (&["yen", "sum"], "金額", "the amount"),
    (&["count", "messages"], "件数", "the number"),
    (&["line", "finding", "entry"], "行・番号", "the line or number"),
    (&["start_at", "length"], "位置・桁数", "the place or length"),
    (&["version", "seen"], "版", "the version"),
    (&["name"], "名称", "the name"),
];

impl Refusal {
    fn new(status: StatusCode, ja: impl Into<String>, en: impl Into<String>) -> Refusal {
        Refusal { status, ja: ja.into(), en: en.into(), coded: None, typed: Vec::new() }
    }

    /// There is no such thing, or not for this person.
    pub(crate) fn not_found() -> Refusal {
        Self::new(StatusCode::NOT_FOUND, "該当するものはありません。", "There is no such thing.")
    }

    /// The address takes forms only, or none.
    pub(crate) fn of_a_form() -> Refusal {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "このアドレスは直接開けません。メニューから画面を開いて操作してください。",
            "This address cannot be opened by itself. Open the page from the menu.",
        )
    }

    /// What was sent cannot be read. `status` is that of whoever tried.
    pub(crate) fn unreadable(status: StatusCode) -> Refusal {
        Self::new(
            status,
            "送信された内容を読み取れません。画面を開き直して、もう一度操作してください。",
            "What was sent cannot be read. Open the page again and repeat it.",
        )
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
        let (ja, en) =
            FIELDS.iter().find(|(names, ..)| names.contains(&name)).map_or(("入力値", "the value"), |(_, ja, en)| (ja, en));
        let (ja, en) = match shown.as_str() {
            "" => (format!("{ja}を入力してください。"), format!("Fill in {en}.")),
            _ => (format!("{ja}「{shown}」が正しくありません。"), format!("{en} cannot be {shown:?}.")),
        };
        Self::new(StatusCode::BAD_REQUEST, ja, en)
    }

    /// An amount that cannot be read, and how one is written.
    pub(crate) fn amount(value: &str) -> Refusal {
        let shown: String = value.chars().take(40).collect();
        if shown.is_empty() {
            return Refusal::value("yen", "");
        }
        Self::new(
            StatusCode::BAD_REQUEST,
            format!("金額「{shown}」を読み取れません。円単位の整数で入力してください（例: 1234567、1,234,567）。"),
            format!("The amount {shown:?} cannot be read. Write whole yen, e.g. 1234567 or 1,234,567."),
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
    fn of(verdict: Verdict, sentence: String, coded: Option<Coded>) -> Refusal {
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
        // What went wrong inside, and where on the server, is for the log.
        let en = match verdict {
            Verdict::Bug => "This cannot be done; tell the system's administrator.".to_owned(),
            Verdict::Retry => "This cannot be done for the moment; try again in a while.".to_owned(),
            Verdict::Reject | Verdict::Hold => sentence,
        };
        let coded = coded.filter(|_| status == StatusCode::CONFLICT);
        Refusal { status, ja: ja.to_owned(), en, coded, typed: Vec::new() }
    }

    /// What an error says about itself, as the command line tells it too.
    fn told(error: &(impl Classify + std::error::Error)) -> Refusal {
        Refusal::of(error.verdict(), error.to_string(), error.coded())
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// With what was typed, so that it can be shown again.
    pub(crate) fn keeping(mut self, typed: Vec<(String, String)>) -> Refusal {
        self.typed = typed;
        self
    }

    /// Sentence, code and remedy.
    pub(crate) fn body(&self, lang: Lang) -> Markup {
        let known = self.coded.as_ref().and_then(|coded| Some((&coded.code, coded.parts(lang)?)));
        html! {
            div.refusal role="alert" {
                @match &known {
                    Some((code, (text, todo))) => {
                        p { (text) " " code { (code) } }
                        @if !todo.is_empty() { p.remedy { "→ " (remedy(lang, todo)) } }
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

/// Errors that tell all there is to tell by their verdict and their code.
macro_rules! told {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                Refusal::told(&error)
            }
        })+
    };
}

told!(
    inbound::IntakeError,
    outbound::OutboundError,
    ledger::LedgerError,
    tasks::TaskError,
    paused::PauseError,
    failures::FailureError,
    senders::SendersError,
    renkei_producers::IntakeError,
    PublishError,
    BrokerError,
);

impl From<AccessError> for Refusal {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Database { source, .. } => source.into(),
            AccessError::WeakPassword(weakness) => {
                Refusal::sentence(&weakness.text(Lang::Ja), &format!("The password is refused: {}.", weakness.text(Lang::En)))
            }
            other => Refusal::told(&other),
        }
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        let coded = db::coded(&error);
        let verdict = match (db::trouble(&error), &coded) {
            (db::Trouble::Lasting, None) => Verdict::Bug,
            (db::Trouble::Lasting, Some(_)) => Verdict::Reject,
            _ => Verdict::Retry,
        };
        Refusal::of(verdict, db::sentence(&error), coded)
    }
}
