//! A bucket that somebody else reads: an object is put there once and never overwritten.
//!
//! What lies under a name is looked at before it is written, and the write itself is conditional (`If-None-Match: *`), so that
//! two processes cannot both write. Nothing is repeated here: whether a try may be made again is the caller's to say, and for
//! that an error tells whether the request can have reached the store.

use std::time::Duration;

use bytes::Bytes;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{Certificate, HttpError, HttpErrorKind};
use object_store::path::Path as ObjectPath;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, RetryConfig};

use crate::partner::{Access, SettingError, address};

/// Where a bucket is and how long it may take.
#[derive(Debug, Clone, Copy)]
pub struct BucketOptions<'a> {
    /// `s3://bucket/prefix`.
    pub url: &'a str,
    /// Address of an S3-compatible store; empty = that of AWS.
    pub endpoint: &'a str,
    /// Region; empty = from the environment.
    pub region: &'a str,
    /// Key id and secret key; without a user those of the environment (`AWS_ACCESS_KEY_ID` …).
    pub access: Access<'a>,
    /// To reach the store.
    pub connect_timeout: Duration,
    /// For one request as a whole.
    pub whole_timeout: Duration,
}

/// What lies under the name now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// These bytes, put there now.
    New,
    /// These bytes, put there before.
    Same,
    /// Other bytes, which were left alone.
    Other,
}

/// The store did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("{operation} {key}")]
pub struct BucketError {
    /// What was tried.
    pub operation: &'static str,
    /// On which object.
    pub key: String,
    /// The object can have been written all the same.
    pub may_be_there: bool,
    /// Why not.
    pub source: object_store::Error,
}

/// A bucket.
#[derive(Debug)]
pub struct Bucket {
    store: AmazonS3,
    name: String,
    prefix: String,
}

impl Bucket {
    /// Opens it; nothing is asked of the store yet.
    pub fn open(options: &BucketOptions<'_>) -> Result<Bucket, SettingError> {
        let (name, prefix) = named(options.url).map_err(|reason| SettingError { what: "url".to_owned(), reason })?;
        let mut client = ClientOptions::new().with_connect_timeout(options.connect_timeout).with_timeout(options.whole_timeout);
        if let Some(pem) = options.access.authorities_pem()? {
            let bad = |error: object_store::Error| SettingError { what: "ca_file".to_owned(), reason: error.to_string() };
            for authority in Certificate::from_pem_bundle(&pem).map_err(bad)? {
                client = client.with_root_certificate(authority);
            }
        }
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(&name);
        if !options.endpoint.is_empty() {
            let endpoint = address::checked(options.endpoint);
            let endpoint = endpoint.map_err(|reason| SettingError { what: "endpoint".to_owned(), reason })?;
            client = client.with_allow_http(address::is_loopback(&endpoint));
            builder = builder.with_endpoint(options.endpoint.trim_end_matches('/'));
        }
        if !options.region.is_empty() {
            builder = builder.with_region(options.region);
        }
        if !options.access.user.is_empty() {
            let secret = options.access.secret()?.unwrap_or_default();
            builder = builder.with_access_key_id(options.access.user).with_secret_access_key(secret);
        }
        let once = RetryConfig { max_retries: 0, ..RetryConfig::default() };
        let store = builder.with_client_options(client).with_retry(once).build();
        let store = store.map_err(|error| SettingError { what: "the bucket".to_owned(), reason: error.to_string() })?;
        Ok(Bucket { store, name, prefix })
    }

    /// The full name of an object, as people read it.
    pub fn shown(&self, key: &str) -> String {
        format!("s3://{}/{}", self.name, self.object(key))
    }

    /// Puts an object there unless something lies under its name.
    pub async fn place(&self, key: &str, bytes: Bytes) -> Result<Placed, BucketError> {
        if let Some(found) = self.look(key, &bytes).await? {
            return Ok(found);
        }
        let put = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&self.object(key), bytes.clone().into(), put).await {
            Ok(_) => Ok(Placed::New),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Ok(self.look(key, &bytes).await?.unwrap_or(Placed::Other))
            }
            Err(source) => {
                let may_be_there = may_be_there(&source);
                Err(BucketError { operation: "putting", key: self.shown(key), may_be_there, source })
            }
        }
    }

    /// What lies under the name of an object that should hold these bytes; `None`: nothing.
    pub async fn look(&self, key: &str, bytes: &Bytes) -> Result<Option<Placed>, BucketError> {
        let failed = |source| BucketError { operation: "looking at", key: self.shown(key), may_be_there: false, source };
        let same = match self.store.get(&self.object(key)).await {
            Ok(found) => found.meta.size == bytes.len() as u64 && found.bytes().await.map_err(failed)? == bytes,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(source) => return Err(failed(source)),
        };
        Ok(Some(if same { Placed::Same } else { Placed::Other }))
    }

    fn object(&self, key: &str) -> ObjectPath {
        if self.prefix.is_empty() { ObjectPath::from(key) } else { ObjectPath::from(format!("{}/{key}", self.prefix)) }
    }
}

/// Bucket and prefix of an address.
pub fn named(url: &str) -> Result<(String, String), String> {
    let rest = url.strip_prefix("s3://").ok_or("must begin with s3://")?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err("names no bucket".to_owned());
    }
    Ok((bucket.to_owned(), prefix.trim_matches('/').to_owned()))
}

/// Whether a write that failed can have been carried out: not when the store said no, nor when it was not reached.
fn may_be_there(error: &object_store::Error) -> bool {
    use object_store::Error::{NotFound, NotImplemented, NotSupported, PermissionDenied, Unauthenticated};
    if matches!(
        error,
        PermissionDenied { .. } | Unauthenticated { .. } | NotFound { .. } | NotImplemented { .. } | NotSupported { .. }
    ) {
        return false;
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<HttpError>().is_some_and(|error| error.kind() == HttpErrorKind::Connect) {
            return false;
        }
        cause = error.source();
    }
    true
}
