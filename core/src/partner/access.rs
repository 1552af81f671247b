//! Who we are to a partner, and whom we believe. Secrets and certificates are read when they are needed, so that a new one is used
//! from the next time on.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::HeaderValue;
use reqwest::{Certificate, ClientBuilder, Identity, Url};

use super::address;

/// A secret or certificate cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be used: {reason}")]
pub struct SettingError {
    /// Which setting.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// The settings that say who we are; each may be empty.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    /// User name of basic authentication; empty = the secret is a bearer token.
    pub user: &'a str,
    /// Environment variable with the password or token.
    pub secret_env: &'a str,
    /// File with the password or token, instead.
    pub secret_file: &'a Path,
    /// Client certificate with its chain, PEM.
    pub client_cert_file: &'a Path,
    /// Its private key, PEM.
    pub client_key_file: &'a Path,
    /// Certificates of the only authorities believed, PEM; empty = those of the system.
    pub ca_file: &'a Path,
}

impl Access<'_> {
    /// Every fault, one sentence each.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !self.secret_env.is_empty() && is_set(self.secret_file) {
            faults.push("secret_env and secret_file must not both be set".to_owned());
        }
        if !self.user.is_empty() && self.secret_env.is_empty() && !is_set(self.secret_file) {
            faults.push("user needs a password: secret_env or secret_file".to_owned());
        }
        if is_set(self.client_cert_file) != is_set(self.client_key_file) {
            faults.push("client_cert_file and client_key_file belong together".to_owned());
        }
        faults
    }

    /// A client that follows no redirect and believes whom the settings say; `as_us`: it shows our certificate, if there is one.
    pub fn client(&self, to: &Url, as_us: bool) -> Result<ClientBuilder, SettingError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("renkei/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        if address::is_loopback(to) {
            builder = builder.no_proxy();
        }
        if is_set(self.ca_file) {
            builder = builder.tls_certs_only(authorities(&read("ca_file", self.ca_file)?)?);
        }
        if as_us && is_set(self.client_cert_file) {
            let mut pem = read("client_key_file", self.client_key_file)?;
            pem.push(b'\n');
            pem.extend(read("client_cert_file", self.client_cert_file)?);
            builder = builder.identity(Identity::from_pem(&pem).map_err(|error| unusable("client_cert_file", &error))?);
        }
        Ok(builder)
    }

    /// The header that says who we are; `None` without a secret.
    pub fn authorization(&self) -> Result<Option<HeaderValue>, SettingError> {
        let Some(secret) = self.secret()? else { return Ok(None) };
        let text = match self.user {
            "" => format!("Bearer {secret}"),
            user => format!("Basic {}", STANDARD.encode(format!("{user}:{secret}"))),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| SettingError {
            what: "the secret".to_owned(),
            reason: "it holds characters that no header can carry".to_owned(),
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    /// The password or token.
    pub fn secret(&self) -> Result<Option<String>, SettingError> {
        let (what, text) = if !self.secret_env.is_empty() {
            let what = format!("secret_env {}", self.secret_env);
            let text =
                std::env::var(self.secret_env).map_err(|error| SettingError { what: what.clone(), reason: error.to_string() })?;
            (what, text)
        } else if is_set(self.secret_file) {
            let bytes = read("secret_file", self.secret_file)?;
            ("secret_file".to_owned(), String::from_utf8_lossy(&bytes).into_owned())
        } else {
            return Ok(None);
        };
        // Editors put a line end behind it.
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Err(SettingError { what, reason: "it is empty".to_owned() });
        }
        Ok(Some(text.to_owned()))
    }

    /// The authorities believed, as PEM; `None`: those of the system.
    pub fn authorities_pem(&self) -> Result<Option<Vec<u8>>, SettingError> {
        is_set(self.ca_file).then(|| read("ca_file", self.ca_file)).transpose()
    }
}

fn authorities(pem: &[u8]) -> Result<Vec<Certificate>, SettingError> {
    let authorities = Certificate::from_pem_bundle(pem).map_err(|error| unusable("ca_file", &error))?;
    if authorities.is_empty() {
        return Err(SettingError { what: "ca_file".into(), reason: "it holds no certificate".into() });
    }
    Ok(authorities)
}

/// `Retry-After`: seconds, or an instant.
pub fn retry_after(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let wait = rfc2822::parse(text).ok()?.timestamp().duration_since(Timestamp::now());
    Some(Duration::try_from(wait).unwrap_or_default())
}

fn is_set(path: &Path) -> bool {
    !path.as_os_str().is_empty()
}

fn read(what: &str, path: &Path) -> Result<Vec<u8>, SettingError> {
    std::fs::read(path).map_err(|error| SettingError { what: format!("{what} {}", path.display()), reason: error.to_string() })
}

/// A certificate the TLS library cannot use; the innermost cause says which part of it.
fn unusable(what: &str, error: &reqwest::Error) -> SettingError {
    let mut reason = error.to_string();
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        reason = format!("{reason}: {inner}");
        cause = inner;
    }
    SettingError { what: what.to_owned(), reason }
}
