//! One side of the line: who we are to the partner, whom we believe, and where a request may end up.

use std::time::Duration;

use renkei_core::partner::retry_after;
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Response, StatusCode, Url};

use super::address::{self, Allowed};
use super::config::PullConfig;
use super::error::PullError;

/// Redirects followed, one after the other.
const REDIRECTS_MAX: usize = 5;

/// Asks one partner.
pub(super) struct Client {
    /// With the client certificate, if there is one.
    home: reqwest::Client,
    /// Without.
    away: reqwest::Client,
    authorization: Option<HeaderValue>,
    allowed: Allowed,
}

impl Client {
    /// Reads secrets and certificates: a new one is used from the next run on.
    pub(super) fn new(config: &PullConfig, home: Url) -> Result<Client, PullError> {
        let access = config.access();
        let build = |as_us: bool| -> Result<reqwest::Client, PullError> {
            let builder = access
                .client(&home, as_us)?
                .connect_timeout(Duration::from_secs(config.connect_timeout_s))
                .read_timeout(Duration::from_secs(config.idle_timeout_s))
                .timeout(Duration::from_secs(config.whole_timeout_s));
            builder.build().map_err(|error| unusable(&error))
        };
        let authorization = access.authorization()?;
        Ok(Client { home: build(true)?, away: build(false)?, authorization, allowed: Allowed::new(home, config.hosts.clone()) })
    }

    /// Gets an address, following redirects to where they may lead. Gives an answer that says something about the file:
    /// 200, 206, 304 or 416.
    pub(super) async fn get(&self, from: &Url, headers: &HeaderMap) -> Result<Response, PullError> {
        let mut url = from.clone();
        for _ in 0..=REDIRECTS_MAX {
            self.allowed.may(&url).map_err(|reason| PullError::Astray {
                url: address::shown(from),
                to: address::shown(&url),
                reason,
            })?;
            let answer = self.ask(&url, headers).await?;
            let status = answer.status();
            match status {
                StatusCode::OK | StatusCode::PARTIAL_CONTENT => return readable(&url, answer),
                StatusCode::NOT_MODIFIED | StatusCode::RANGE_NOT_SATISFIABLE => return Ok(answer),
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => url = next(&url, &answer)?,
                status if status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429) => {
                    let after = answer.headers().get(RETRY_AFTER).and_then(retry_after);
                    return Err(PullError::Busy { url: address::shown(&url), status: status.as_u16(), after });
                }
                status => return Err(PullError::Refused { url: address::shown(&url), status: status.as_u16() }),
            }
        }
        Err(PullError::Answer { url: address::shown(from), reason: format!("more than {REDIRECTS_MAX} redirects") })
    }

    async fn ask(&self, url: &Url, headers: &HeaderMap) -> Result<Response, PullError> {
        let is_home = self.allowed.is_home(url);
        let client = if is_home { &self.home } else { &self.away };
        let mut request = client.get(url.clone()).headers(headers.clone()).header(ACCEPT_ENCODING, "identity");
        if is_home && let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        request.send().await.map_err(|error| unreachable(url, error))
    }

    /// Whether an address may be asked.
    pub(super) fn may(&self, from: &Url, to: &Url) -> Result<(), PullError> {
        self.allowed.may(to).map_err(|reason| PullError::Astray { url: address::shown(from), to: address::shown(to), reason })
    }
}

/// A connection that was not made or broke off.
pub(super) fn unreachable(url: &Url, error: reqwest::Error) -> PullError {
    PullError::Unreachable { url: address::shown(url), source: error.without_url() }
}

/// Bytes in another form than they were stored in cannot be compared or continued.
fn readable(url: &Url, answer: Response) -> Result<Response, PullError> {
    match answer.headers().get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => Err(PullError::Answer {
            url: address::shown(url),
            reason: format!("Content-Encoding {encoding:?}, although none was asked for"),
        }),
        _ => Ok(answer),
    }
}

fn next(url: &Url, answer: &Response) -> Result<Url, PullError> {
    let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
    match url.join(to) {
        Ok(next) if !to.is_empty() => Ok(next),
        _ => Err(PullError::Answer { url: address::shown(url), reason: "a redirect that leads nowhere".to_owned() }),
    }
}

/// Text of a header.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn unusable(error: &reqwest::Error) -> PullError {
    PullError::Setting { what: "ca_file or client_cert_file".to_owned(), reason: crate::station::chain(error) }
}
