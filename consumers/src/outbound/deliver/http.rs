//! Pushed to the partner's address: one request a file, with the release as its idempotency key (and its part, where the order made several files).
//!
//! | answer | a file that must leave once | any other |
//! |--|--|--|
//! | 2xx | delivered; what the partner said is kept | likewise |
//! | 3xx, 4xx | refused: it was not taken, a person decides | likewise |
//! | 425, 429 | refused likewise: no machine sends money a second time | again by the ladder, not before `Retry-After` |
//! | 408, 5xx | 送信結果不明: it may have been taken, and a gateway says so for one that was | again, 503 not before `Retry-After` |
//! | not reached, nothing left | again | again |
//! | no answer, or the line broke, after bytes began to leave | 送信結果不明 | again, with the same key |
//! | we died in the middle | 送信結果不明 | again, with the same key |

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use renkei_core::archive::ArchiveKey;
use renkei_core::partner::{SettingError, address, retry_after};
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Request, Response, Url};

use super::settings::{DeliverConfig, Method};
use super::way::{Ending, Ready};
use crate::outbound::Exporter;
use crate::outbound::error::OutboundError;
use crate::outbound::model::ExportFile;

/// Most bytes kept of the partner's answer.
const ANSWER_BYTES_MAX: usize = 2_000;

/// One file on its way to one address.
pub(super) struct Push {
    config: DeliverConfig,
    url: Result<Url, String>,
}

impl Push {
    pub(super) fn new(config: &DeliverConfig, file: &ExportFile) -> Push {
        let name = percent_encoded(file.file_name.as_deref().unwrap_or_default());
        let url = address::checked(&config.url.replace("{file_name}", &name));
        Push { config: config.clone(), url }
    }

    /// The address, without a query: it can be a secret.
    pub(super) fn place(&self) -> String {
        self.url.as_ref().map_or_else(|_| self.config.url.clone(), address::shown)
    }

    /// What can fail before anything leaves: the bytes are whole, secrets and certificates can be used.
    pub(super) async fn ready(&self, exporter: &Exporter, file: &ExportFile, placing: bool) -> Result<Ready, OutboundError> {
        if placing && file.once {
            let why = format!("it was on its way to {}, and it is not known whether it arrived", self.place());
            return Ok(Ready::Ended(Ending::Unclear { why }));
        }
        exporter.check_bytes(file).await?;
        match self.client().and_then(|_| self.headers(file)) {
            Ok(_) => Ok(Ready::Go),
            Err(error) => Ok(Ready::Ended(Ending::NotSent { why: error.to_string(), after: None })),
        }
    }

    /// The request, and what the partner makes of it.
    pub(super) async fn go(&self, exporter: &Exporter, file: &ExportFile) -> Result<Ending, OutboundError> {
        let began = Arc::new(AtomicBool::new(false));
        let key = ArchiveKey::parse(file.archive.as_deref().unwrap_or_default())?;
        let blocks = exporter.archive.get_stream(&key).await?;
        let seen = began.clone();
        let body = Body::wrap_stream(blocks.inspect(move |_| seen.store(true, Ordering::Relaxed)));
        let prepared = self.client().and_then(|client| Ok((client, self.request(file, body)?)));
        let (client, request) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Ok(Ending::NotSent { why: error.to_string(), after: None }),
        };
        match client.execute(request).await {
            Ok(answer) => Ok(judged(answer, file.once).await),
            Err(error) => {
                let may_have_left = began.load(Ordering::Relaxed) && !error.is_connect();
                let why = format!("{}: {}", self.place(), root_cause(&error));
                Ok(if may_have_left && file.once { Ending::Unclear { why } } else { Ending::NotSent { why, after: None } })
            }
        }
    }

    fn client(&self) -> Result<reqwest::Client, SettingError> {
        let setting = |what: &str, reason: String| SettingError { what: what.to_owned(), reason };
        let url = self.url.as_ref().map_err(|reason| setting("url", reason.clone()))?;
        let builder = self.config.access().client(url, true)?;
        builder
            .connect_timeout(Duration::from_secs(self.config.connect_timeout_s))
            .timeout(Duration::from_secs(self.config.whole_timeout_s))
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| setting("ca_file or client_cert_file", root_cause(&error)))
    }

    fn request(&self, file: &ExportFile, body: Body) -> Result<Request, SettingError> {
        let url = self.url.clone().map_err(|reason| SettingError { what: "url".to_owned(), reason })?;
        let method = match self.config.method {
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let mut request = Request::new(method, url);
        *request.headers_mut() = self.headers(file)?;
        *request.body_mut() = Some(body);
        Ok(request)
    }

    fn headers(&self, file: &ExportFile) -> Result<HeaderMap, SettingError> {
        let mut headers = HeaderMap::new();
        if let Some(value) = self.config.access().authorization()? {
            headers.insert(AUTHORIZATION, value);
        }
        let name = file.file_name.as_deref().unwrap_or_default();
        let sha256 = file.sha256.as_deref().unwrap_or_default();
        let media = if self.config.content_type.is_empty() { media_type(name) } else { &self.config.content_type };
        let digest = format!("sha-256=:{}:", STANDARD.encode(hex::decode(sha256).unwrap_or_default()));
        let number = |number: Option<i64>| number.unwrap_or(0).to_string();
        for (header, value) in [
            (CONTENT_TYPE, media.to_owned()),
            (CONTENT_LENGTH, number(file.bytes)),
            (HeaderName::from_static("content-digest"), digest),
            (HeaderName::from_static("idempotency-key"), idempotency_key(file.run, file.part, file.parts)),
            (HeaderName::from_static("renkei-topic"), file.topic.clone()),
            (HeaderName::from_static("renkei-file-name"), percent_encoded(name)),
            (HeaderName::from_static("renkei-sha256"), sha256.to_owned()),
            (HeaderName::from_static("renkei-records"), number(file.records)),
            (HeaderName::from_static("renkei-count"), number(file.count)),
            (HeaderName::from_static("renkei-total"), number(file.total)),
        ] {
            let unfit = |_| SettingError { what: header.to_string(), reason: "no header can carry it".to_owned() };
            let value = HeaderValue::from_str(&value).map_err(unfit)?;
            headers.insert(header, value);
        }
        Ok(headers)
    }
}

/// The release is the key. The files of one order share its run, and a partner that saw the first would take the others for repetitions.
fn idempotency_key(run: uuid::Uuid, part: i32, parts: i32) -> String {
    if parts > 1 { format!("{run}-{part}") } else { run.to_string() }
}

/// The verdict of an answer.
async fn judged(answer: Response, once: bool) -> Ending {
    let status = answer.status();
    let after = answer.headers().get(RETRY_AFTER).and_then(retry_after);
    let said = match text_of(answer).await {
        text if text.is_empty() => status.to_string(),
        text => format!("{status}: {text}"),
    };
    match status.as_u16() {
        200..300 => Ending::Arrived { answer: Some(said) },
        408 | 500.. if once => Ending::Unclear { why: said },
        408 | 425 | 429 | 500.. if !once => Ending::NotSent { why: said, after },
        _ => Ending::Refused { why: said },
    }
}

/// The beginning of an answer. The status decides; a body that breaks off changes nothing.
async fn text_of(mut answer: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_BYTES_MAX
        && let Ok(Some(block)) = answer.chunk().await
    {
        bytes.extend_from_slice(&block);
    }
    bytes.truncate(ANSWER_BYTES_MAX);
    let text = String::from_utf8_lossy(&bytes);
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_owned()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "json" => "application/json",
        "csv" => "text/csv",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

/// A name as a part of an address or in a header: letters, digits, `-._~` as they are, every other byte as `%XX`.
fn percent_encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The innermost cause says most: a refused connection, a certificate nobody vouches for. Never with the address.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if std::ptr::addr_eq(cause, error) && error.is_timeout() { "no answer in time".to_owned() } else { cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_an_order_has_a_key_of_its_own() {
        let run = uuid::Uuid::from_u128(7);
        assert_eq!(idempotency_key(run, 1, 1), run.to_string());
        let keys: std::collections::BTreeSet<String> = (1..=3).map(|part| idempotency_key(run, part, 3)).collect();
        assert_eq!(keys.len(), 3);
        assert!(!keys.contains(&run.to_string()));
    }
}
