//! Signing in with the login of an OpenID provider: authorization code with PKCE, state and nonce (OpenID Connect Core §3.1).
//!
//! The provider says who somebody is; what they may do here stays with the accounts of this installation. Nobody gets an account by
//! knowing a password over there.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use renkei_core::partner::{Access, address};
use reqwest::{RequestBuilder, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::seal::Sealer;
use super::{AccessError, random};

/// Longest wait for one answer of the provider.
const ANSWER_WAIT: Duration = Duration::from_secs(15);
/// Most bytes of one.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// So long somebody may take at the provider.
const FLOW_S: u64 = 600;
/// Signatures that are taken: those of a key pair. `none` and shared secrets are not.
const SIGNATURES: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::PS256, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA];
/// For whom the state of a flow is sealed.
const SEALED_FOR: &str = "a sign-in under way";

/// `[console_oidc]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// The provider's address, exactly as it calls itself.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// The console as browsers reach it.
    pub console_url: String,
    /// Environment variable with our secret there; empty = a public client.
    #[serde(default)]
    pub client_secret_env: String,
    /// Claim of the ID token with the login id.
    #[serde(default = "default_claim")]
    pub login_claim: String,
    /// The only authorities believed, PEM; empty = those of the system.
    #[serde(default)]
    pub ca_file: PathBuf,
}

fn default_claim() -> String {
    "preferred_username".to_owned()
}

impl OidcConfig {
    /// With the defaults of the rest.
    pub fn new(issuer: &str, client_id: &str, console_url: &str) -> OidcConfig {
        OidcConfig {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            console_url: console_url.to_owned(),
            client_secret_env: String::new(),
            login_claim: default_claim(),
            ca_file: PathBuf::new(),
        }
    }

    /// Every fault, one sentence each.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, value) in [("issuer", &self.issuer), ("console_url", &self.console_url)] {
            if let Err(fault) = address::checked(value) {
                faults.push(format!("{name} {fault}"));
            }
        }
        if self.client_id.is_empty() || self.login_claim.is_empty() {
            faults.push("client_id and login_claim must not be empty".to_owned());
        }
        faults
    }

    /// The address the provider sends people back to.
    fn redirect_uri(&self) -> String {
        format!("{}/enter/oidc/back", self.console_url.trim_end_matches('/'))
    }
}

/// Why a sign-in with the provider came to nothing. For the log: the page says only that it did.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The provider could not be asked.
    #[error("the OpenID provider cannot be asked ({doing}): {reason}")]
    Unreachable {
        /// What was asked.
        doing: &'static str,
        /// Why not.
        reason: String,
    },
    /// The answer is not for this browser, too late, or forged.
    #[error("the answer of the OpenID provider is refused: {0}")]
    Refused(String),
    /// Ours.
    #[error(transparent)]
    Access(#[from] AccessError),
}

fn refused(why: impl Into<String>) -> OidcError {
    OidcError::Refused(why.into())
}

#[derive(Debug, Deserialize)]
struct Provider {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// What a browser keeps, sealed, while its person is at the provider.
#[derive(Debug, Serialize, Deserialize)]
struct Flow {
    state: String,
    nonce: String,
    verifier: String,
    back: String,
    until: u64,
}

/// A flow that has begun.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub address: String,
    /// What it keeps in a cookie.
    pub cookie: String,
}

/// What the provider answered through the browser.
#[derive(Debug)]
pub struct Answer<'a> {
    /// `code`
    pub code: &'a str,
    /// `state`
    pub state: &'a str,
    /// `iss` (RFC 9207), if it was given.
    pub iss: &'a str,
    /// `error`
    pub error: &'a str,
}

/// Who it was, and the page they wanted.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    /// The login id in the token.
    pub login: String,
    /// A page of ours.
    pub back: String,
}

/// The provider of this installation.
#[derive(Debug, Clone)]
pub struct Oidc {
    config: OidcConfig,
}

impl Oidc {
    /// With these settings.
    pub fn new(config: OidcConfig) -> Oidc {
        Oidc { config }
    }

    /// Begins: the address to send the browser to, and what it keeps.
    pub async fn begin(&self, sealer: &Sealer, back: &str) -> Result<Begun, OidcError> {
        let provider = self.provider().await?;
        let secret = || Ok::<_, AccessError>(URL_SAFE_NO_PAD.encode(random::<32>()?));
        let flow = Flow { state: secret()?, nonce: secret()?, verifier: secret()?, back: back.to_owned(), until: now() + FLOW_S };
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(flow.verifier.as_bytes()));
        let mut address = endpoint("read its address", &provider.authorization_endpoint)?;
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("scope", "openid profile")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.config.redirect_uri())
            .append_pair("state", &flow.state)
            .append_pair("nonce", &flow.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let sealed = sealer.seal(SEALED_FOR, &serde_json::to_vec(&flow).map_err(|error| refused(error.to_string()))?)?;
        Ok(Begun { address: address.into(), cookie: URL_SAFE_NO_PAD.encode(sealed) })
    }

    /// Ends: who it was. `cookie` is what [`begin`](Self::begin) gave this browser.
    pub async fn end(&self, sealer: &Sealer, cookie: &str, answer: &Answer<'_>) -> Result<Known, OidcError> {
        let flow = open(sealer, cookie)?;
        if !bool::from(flow.state.as_bytes().ct_eq(answer.state.as_bytes())) {
            return Err(refused("the state is of another sign-in"));
        }
        if !answer.iss.is_empty() && answer.iss != self.config.issuer {
            return Err(refused(format!("it comes from {:?}", answer.iss)));
        }
        if !answer.error.is_empty() {
            return Err(refused(format!("it says {:?}", answer.error)));
        }
        let provider = self.provider().await?;
        let token = self.token(&provider, answer.code, &flow.verifier).await?;
        let keys: JwkSet = self.read("its keys", self.client(&provider.jwks_uri)?.get(&provider.jwks_uri)).await?;
        let login = self.login(&token, &keys, &flow.nonce)?;
        Ok(Known { login, back: flow.back })
    }

    async fn provider(&self) -> Result<Provider, OidcError> {
        let url = format!("{}/.well-known/openid-configuration", self.config.issuer.trim_end_matches('/'));
        let provider: Provider = self.read("its configuration", self.client(&url)?.get(&url)).await?;
        // Another issuer could vouch for anybody.
        if provider.issuer != self.config.issuer {
            return Err(refused(format!("it calls itself {:?}, the settings {:?}", provider.issuer, self.config.issuer)));
        }
        Ok(provider)
    }

    /// The ID token for a code. A code is good once; only who has the verifier gets it.
    async fn token(&self, provider: &Provider, code: &str, verifier: &str) -> Result<String, OidcError> {
        #[derive(Deserialize)]
        struct Tokens {
            id_token: String,
        }
        let OidcConfig { client_id, client_secret_env, .. } = &self.config;
        let redirect = self.config.redirect_uri();
        let mut fields =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &redirect), ("code_verifier", verifier)];
        let mut request = self.client(&provider.token_endpoint)?.post(&provider.token_endpoint);
        if client_secret_env.is_empty() {
            fields.push(("client_id", client_id));
        } else {
            let unset = |_| unreachable("our secret", format!("{client_secret_env} is not set"));
            let secret = std::env::var(client_secret_env).map_err(unset)?;
            // RFC 6749 §2.3.1: both are form-encoded first.
            let [id, secret] =
                [client_id, &secret].map(|text| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
            request = request.header("authorization", format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))));
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        Ok(self.read::<Tokens>("a token", request).await?.id_token)
    }

    /// The login id of a token, whose signature, issuer, audience, time and nonce are right.
    fn login(&self, token: &str, keys: &JwkSet, nonce: &str) -> Result<String, OidcError> {
        let header = decode_header(token).map_err(|error| refused(format!("the token cannot be read: {error}")))?;
        if !SIGNATURES.contains(&header.alg) {
            return Err(refused(format!("the token is signed with {:?}", header.alg)));
        }
        let key = match &header.kid {
            Some(kid) => keys.find(kid),
            None => keys.keys.first().filter(|_| keys.keys.len() == 1),
        };
        let key = key.ok_or_else(|| refused("the token is signed with a key that the provider does not show"))?;
        let key = DecodingKey::from_jwk(key).map_err(|error| refused(error.to_string()))?;
        let mut validation = Validation::new(header.alg);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.config.issuer]);
        validation.set_audience(&[&self.config.client_id]);
        validation.validate_nbf = true;
        let decoded = decode::<Map<String, Value>>(token, &key, &validation);
        let claims = decoded.map_err(|error| refused(format!("the token is not good: {error}")))?.claims;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        if !bool::from(nonce.as_bytes().ct_eq(text("nonce").as_bytes())) {
            return Err(refused("the token was made for another sign-in"));
        }
        // Made for several: then for us in the first place.
        if claims.contains_key("azp") && text("azp") != self.config.client_id {
            return Err(refused("the token was made for another program"));
        }
        match text(&self.config.login_claim) {
            "" => Err(refused(format!("the token has no claim {:?}", self.config.login_claim))),
            login => Ok(login.to_owned()),
        }
    }

    fn client(&self, url: &str) -> Result<reqwest::Client, OidcError> {
        let to = endpoint("read its address", url)?;
        let none = Path::new("");
        let access = Access {
            user: "",
            secret_env: "",
            secret_file: none,
            client_cert_file: none,
            client_key_file: none,
            ca_file: &self.config.ca_file,
        };
        let builder = access.client(&to, false).map_err(|error| unreachable("prepare", error.to_string()))?;
        builder.timeout(ANSWER_WAIT).build().map_err(|error| unreachable("prepare", error.to_string()))
    }

    async fn read<T: DeserializeOwned>(&self, doing: &'static str, request: RequestBuilder) -> Result<T, OidcError> {
        let failed = |error: reqwest::Error| unreachable(doing, error.without_url().to_string());
        let mut response = request.header("accept", "application/json").send().await.map_err(failed)?;
        let status = response.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(unreachable(doing, "its answer is too long".to_owned()));
            }
            bytes.extend_from_slice(&chunk);
        }
        if !status.is_success() {
            let said: String = String::from_utf8_lossy(&bytes).chars().take(200).collect();
            return Err(unreachable(doing, format!("{status}: {said}")));
        }
        serde_json::from_slice(&bytes).map_err(|error| unreachable(doing, error.to_string()))
    }
}

fn unreachable(doing: &'static str, reason: String) -> OidcError {
    OidcError::Unreachable { doing, reason }
}

fn endpoint(doing: &'static str, address: &str) -> Result<Url, OidcError> {
    address::checked(address).map_err(|fault| unreachable(doing, format!("{address} {fault}")))
}

fn open(sealer: &Sealer, cookie: &str) -> Result<Flow, OidcError> {
    let unknown = || refused("this browser has no sign-in under way");
    let sealed = URL_SAFE_NO_PAD.decode(cookie).map_err(|_| unknown())?;
    let opened = sealer.open(SEALED_FOR, &sealed).map_err(|_| unknown())?;
    let flow: Flow = serde_json::from_slice(&opened).map_err(|_| unknown())?;
    if flow.until < now() { Err(refused("it came too late")) } else { Ok(flow) }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
