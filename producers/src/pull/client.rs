//! One side of the line: who we are to the partner, whom we believe, and where a request may end up.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Certificate, Identity, Response, StatusCode, Url};

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
        let build = |with_identity: bool| -> Result<reqwest::Client, PullError> {
            let mut builder = reqwest::Client::builder()
                .user_agent(concat!("renkei/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .connect_timeout(Duration::from_secs(config.connect_timeout_s))
                .read_timeout(Duration::from_secs(config.idle_timeout_s))
                .timeout(Duration::from_secs(config.whole_timeout_s));
            if address::is_loopback(&home) {
                builder = builder.no_proxy();
            }
            if is_set(&config.ca_file) {
                let pem = read("ca_file", &config.ca_file)?;
                let authorities = Certificate::from_pem_bundle(&pem).map_err(|error| unusable("ca_file", &error))?;
                if authorities.is_empty() {
                    return Err(PullError::Setting { what: "ca_file".into(), reason: "it holds no certificate".into() });
                }
                builder = builder.tls_certs_only(authorities);
            }
            if with_identity && is_set(&config.client_cert_file) {
                let mut pem = read("client_key_file", &config.client_key_file)?;
                pem.push(b'\n');
                pem.extend(read("client_cert_file", &config.client_cert_file)?);
                builder = builder.identity(Identity::from_pem(&pem).map_err(|error| unusable("client_cert_file", &error))?);
            }
            builder.build().map_err(|error| unusable("ca_file or client_cert_file", &error))
        };
        let authorization = secret(config)?.map(|secret| authorization(&config.user, &secret)).transpose()?;
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

/// Seconds, or an instant.
fn retry_after(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let wait = rfc2822::parse(text).ok()?.timestamp().duration_since(Timestamp::now());
    Some(Duration::try_from(wait).unwrap_or_default())
}

/// Text of a header.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn secret(config: &PullConfig) -> Result<Option<String>, PullError> {
    let (what, text) = if !config.secret_env.is_empty() {
        let what = format!("secret_env {}", config.secret_env);
        let text = std::env::var(&config.secret_env)
            .map_err(|error| PullError::Setting { what: what.clone(), reason: error.to_string() })?;
        (what, text)
    } else if is_set(&config.secret_file) {
        let bytes = read("secret_file", &config.secret_file)?;
        ("secret_file".to_owned(), String::from_utf8_lossy(&bytes).into_owned())
    } else {
        return Ok(None);
    };
    // Editors put a line end behind it.
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(PullError::Setting { what, reason: "it is empty".to_owned() });
    }
    Ok(Some(text.to_owned()))
}

fn authorization(user: &str, secret: &str) -> Result<HeaderValue, PullError> {
    let text = match user {
        "" => format!("Bearer {secret}"),
        user => format!("Basic {}", STANDARD.encode(format!("{user}:{secret}"))),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| PullError::Setting {
        what: "the secret".to_owned(),
        reason: "it holds characters that no header can carry".to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_set(path: &Path) -> bool {
    !path.as_os_str().is_empty()
}

fn read(what: &str, path: &Path) -> Result<Vec<u8>, PullError> {
    std::fs::read(path)
        .map_err(|error| PullError::Setting { what: format!("{what} {}", path.display()), reason: error.to_string() })
}

fn unusable(what: &str, error: &reqwest::Error) -> PullError {
    PullError::Setting { what: what.to_owned(), reason: crate::station::chain(error) }
}
