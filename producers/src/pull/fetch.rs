//! One file over the line: asked for only if it changed, gone on with where it broke off, and believed only when it is whole.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use renkei_core::crash;
use renkei_core::metrics::metrics;
use reqwest::header::{
    CONTENT_RANGE, DATE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED,
    RANGE, TRANSFER_ENCODING,
};
use reqwest::{Response, StatusCode, Url, Version};
use sha2::{Digest, Sha256};

use super::client::{self, Client, text};
use super::error::PullError;
use super::state::{Known, Partial, Place, sha256_of};
use super::{address, digest};
use crate::error::IntakeError;
use crate::intake::blocking;

/// Bytes of a file that holds a checksum.
const SIDECAR_BYTES_MAX: u64 = 4096;
const BLOCK_BYTES: usize = 256 * 1024;

/// One file to be asked for.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) url: Url,
    /// Under what it is remembered.
    pub(super) key: String,
    /// Its name.
    pub(super) name: String,
    /// Its checksum, where a list states it.
    pub(super) sha256: Option<String>,
    /// Where it lies when it came whole.
    pub(super) into: PathBuf,
}

/// What asking brought.
#[derive(Debug)]
pub(super) enum Fetched {
    /// Nothing changed.
    Unchanged,
    /// A whole file, in [`Target::into`].
    File(Body),
}

/// A file that came whole.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) sha256: String,
    /// Bytes that were sent now; less than the file when it was gone on with.
    pub(super) sent: u64,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// Fetches files of one topic.
pub(super) struct Fetcher<'f> {
    pub(super) client: &'f Client,
    pub(super) place: &'f Place,
    pub(super) topic: &'f str,
    pub(super) bytes_max: u64,
    pub(super) sha256_suffix: &'f str,
}

impl Fetcher<'_> {
    /// Fetches a file; `known` is what was handed in before from there.
    pub(super) async fn fetch(&self, target: &Target, known: Option<&Known>) -> Result<Fetched, PullError> {
        let own = sha256_of(target.url.as_str());
        // The second try is for a server that does not go on where it broke off.
        for _ in 0..2 {
            let (begun, headers) = match self.begun(target, &own)? {
                Some((length, validator)) => (length, go_on(length, &validator)),
                None => (0, if_changed(known.filter(|known| known.address == own))),
            };
            let answer = self.client.get(&target.url, &headers).await?;
            match answer.status() {
                StatusCode::NOT_MODIFIED if begun == 0 && !headers.is_empty() => return Ok(Fetched::Unchanged),
                StatusCode::OK => return self.receive(target, &own, answer, 0).await.map(Fetched::File),
                StatusCode::PARTIAL_CONTENT if begun > 0 && goes_on(&answer, begun) => {
                    return self.receive(target, &own, answer, begun).await.map(Fetched::File);
                }
                _ => self.place.forget_partial(&target.key)?,
            }
        }
        let reason = "it does not send the file from its beginning".to_owned();
        Err(PullError::Answer { url: address::shown(&target.url), reason })
    }

    /// How much came before, and the validator with which the rest may be asked for.
    fn begun(&self, target: &Target, own: &str) -> Result<Option<(u64, String)>, PullError> {
        let length = std::fs::metadata(self.place.part(&target.key)).map_or(0, |meta| meta.len());
        match self.place.partial(&target.key)? {
            Some(Partial { address, validator: Some(validator) }) if address == own && length > 0 => {
                Ok(Some((length, validator)))
            }
            _ => {
                self.place.forget_partial(&target.key)?;
                Ok(None)
            }
        }
    }

    /// Takes the body in behind what came before, checks it whole, and leaves it where the target says.
    async fn receive(&self, target: &Target, own: &str, mut answer: Response, begun: u64) -> Result<Body, PullError> {
        let url = address::shown(&target.url);
        let headers = answer.headers().clone();
        let expected = expected(&answer, begun);
        if expected.is_some_and(|bytes| bytes > self.bytes_max) {
            return Err(PullError::TooLarge { url, max: self.bytes_max });
        }
        let part = self.place.part(&target.key);
        if begun == 0 {
            self.place.forget_partial(&target.key)?;
            self.place.keep_partial(&target.key, &Partial { address: own.to_owned(), validator: validator(&headers) })?;
        }
        let file = File::options().create(true).append(true).open(&part);
        let mut file = file.map_err(IntakeError::io("opening", &part))?;
        let mut bytes = begun;
        while let Some(block) = answer.chunk().await.map_err(|error| client::unreachable(&target.url, error))? {
            bytes += block.len() as u64;
            if bytes > self.bytes_max {
                self.place.forget_partial(&target.key)?;
                return Err(PullError::TooLarge { url, max: self.bytes_max });
            }
            file.write_all(&block).map_err(IntakeError::io("writing", &part))?;
            metrics().pull_bytes.with_label_values(&[self.topic]).inc_by(block.len() as u64);
            crash::point("pull.mid_body");
        }
        match expected {
            Some(expected) if bytes < expected => return Err(PullError::Incomplete { url, expected, found: bytes }),
            Some(expected) if bytes > expected => {
                self.place.forget_partial(&target.key)?;
                return Err(PullError::Incomplete { url, expected, found: bytes });
            }
            _ => {}
        }
        let stated = self.stated(target, &headers).await?;
        if expected.is_none() && stated.is_none() && !ends_by_itself(&answer) {
            self.place.forget_partial(&target.key)?;
            let reason = "it states neither length nor checksum, so that nobody can tell whether it is whole".to_owned();
            return Err(PullError::Answer { url, reason });
        }
        let sha256 = whole(file, &part).await?;
        if let Some(stated) = stated.filter(|stated| *stated != sha256) {
            self.place.forget_partial(&target.key)?;
            return Err(PullError::Mismatch { url, stated, found: sha256 });
        }
        std::fs::rename(&part, &target.into).map_err(IntakeError::io("naming", &target.into))?;
        self.place.forget_partial(&target.key)?;
        crash::point("pull.whole");
        Ok(Body { sha256, sent: bytes - begun, etag: text(&headers, ETAG), last_modified: text(&headers, LAST_MODIFIED) })
    }

    /// The checksum the file must have, as far as anybody states one.
    async fn stated(&self, target: &Target, headers: &HeaderMap) -> Result<Option<String>, PullError> {
        if let Some(stated) = &target.sha256 {
            return Ok(Some(stated.clone()));
        }
        if self.sha256_suffix.is_empty() {
            return Ok(digest::stated(headers));
        }
        let mut url = target.url.clone();
        url.set_path(&format!("{}{}", url.path(), self.sha256_suffix));
        let text = small(self.client, &url, SIDECAR_BYTES_MAX).await?;
        let found = digest::beside(&String::from_utf8_lossy(&text));
        let reason = "it holds no SHA-256".to_owned();
        found.map(Some).ok_or_else(|| PullError::Answer { url: address::shown(&url), reason })
    }
}

/// A small document, whole in memory.
pub(super) async fn small(client: &Client, url: &Url, bytes_max: u64) -> Result<Vec<u8>, PullError> {
    let mut answer = client.get(url, &HeaderMap::new()).await?;
    if answer.status() != StatusCode::OK {
        let reason = format!("status {} for a document that was asked for whole", answer.status().as_u16());
        return Err(PullError::Answer { url: address::shown(url), reason });
    }
    let mut text = Vec::new();
    while let Some(block) = answer.chunk().await.map_err(|error| client::unreachable(url, error))? {
        text.extend_from_slice(&block);
        if text.len() as u64 > bytes_max {
            return Err(PullError::TooLarge { url: address::shown(url), max: bytes_max });
        }
    }
    Ok(text)
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn if_changed(known: Option<&Known>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    match known {
        Some(Known { etag: Some(etag), .. }) => put(&mut headers, IF_NONE_MATCH, etag),
        Some(Known { last_modified: Some(at), .. }) => put(&mut headers, IF_MODIFIED_SINCE, at),
        _ => {}
    }
    headers
}

fn go_on(begun: u64, validator: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    put(&mut headers, RANGE, &format!("bytes={begun}-"));
    put(&mut headers, IF_RANGE, validator);
    headers
}

/// What says that two answers are of the same bytes: a strong `ETag`, or a `Last-Modified` that is not of this very second.
fn validator(headers: &HeaderMap) -> Option<String> {
    match text(headers, ETAG) {
        Some(etag) => (!etag.starts_with("W/")).then_some(etag),
        None => text(headers, LAST_MODIFIED).filter(|at| text(headers, DATE).is_some_and(|now| now != *at)),
    }
}

/// Whether a part begins where we are. (That it is of the same file, `If-Range` has asked.)
fn goes_on(answer: &Response, begun: u64) -> bool {
    range(answer).is_some_and(|(from, _)| from == begun)
}

/// First byte and length of the whole of a `Content-Range`.
fn range(answer: &Response) -> Option<(u64, Option<u64>)> {
    let range = text(answer.headers(), CONTENT_RANGE)?;
    let (bytes, total) = range.strip_prefix("bytes ")?.split_once('/')?;
    Some((bytes.split_once('-')?.0.parse().ok()?, total.parse().ok()))
}

/// Bytes of the whole file, where the answer says.
fn expected(answer: &Response, begun: u64) -> Option<u64> {
    match range(answer).filter(|_| begun > 0) {
        Some((_, Some(total))) => Some(total),
        _ => answer.content_length().map(|rest| begun + rest),
    }
}

/// Whether the end of the body is told by the protocol itself.
fn ends_by_itself(answer: &Response) -> bool {
    answer.version() >= Version::HTTP_2
        || text(answer.headers(), TRANSFER_ENCODING).is_some_and(|coding| coding.to_ascii_lowercase().ends_with("chunked"))
}

/// The file on disk for good; gives its SHA-256, of all of it, whenever it came.
async fn whole(file: File, path: &Path) -> Result<String, PullError> {
    let path = path.to_owned();
    let hashed = blocking("checking what was fetched", uuid::Uuid::nil(), move || {
        file.sync_all().map_err(IntakeError::io("writing", &path))?;
        let mut input = crate::intake::open(&path)?;
        let (mut hash, mut block) = (Sha256::new(), vec![0; BLOCK_BYTES]);
        loop {
            match input.read(&mut block).map_err(IntakeError::io("reading", &path))? {
                0 => return Ok(hex::encode(hash.finalize())),
                read => hash.update(&block[..read]),
            }
        }
    });
    Ok(hashed.await?)
}
