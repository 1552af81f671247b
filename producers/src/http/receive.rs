//! Bytes of a request into a claim that has no name yet: one file, or a form with a file and its documents.

use std::path::{Path, PathBuf};

use axum::http::header::{CONTENT_DISPOSITION, HeaderMap};
use bytes::Bytes;
use renkei_core::evidence::DOCUMENTS_MAX;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWriteExt, BufWriter};

use super::body::Blocks;
use super::form::Form;
use super::head;
use super::problem::Problem;
use crate::error::IntakeError;
use crate::evidence::Handed;
use crate::station::Beginning;

/// Where people are told that a document was looked for.
pub(super) const PLACE: &str = "multipart/form-data: evidence";
const BUFFER_BYTES: usize = 256 * 1024;

/// What lies in the claim now.
pub(super) struct Received {
    /// Name of the file as the form states it.
    pub(super) name: Option<String>,
    pub(super) sha256: String,
    pub(super) documents: Vec<Handed>,
}

/// The body is the file.
pub(super) async fn file(beginning: &Beginning, mut blocks: Blocks) -> Result<Received, Problem> {
    let mut file = OnDisk::create(beginning.original()).await?;
    while let Some(block) = blocks.next().await? {
        file.append(&block).await?;
    }
    Ok(Received { name: None, sha256: file.finish().await?, documents: Vec::new() })
}

/// The body is a form: one part `file`, any number of parts `evidence`, in any order.
pub(super) async fn form(beginning: &Beginning, blocks: Blocks, boundary: &str) -> Result<Received, Problem> {
    let mut form = Form::new(blocks, boundary);
    let (mut file, mut documents) = (None, Vec::new());
    while let Some(part) = form.next_part().await? {
        match part_name(&part)?.as_str() {
            "file" if file.is_some() => return Err(Problem::bad_request("the form has two parts called file")),
            "file" => {
                let sha256 = take(&mut form, beginning.original()).await?;
                file = Some((head::file_name(&part)?, sha256));
            }
            "evidence" if documents.len() == DOCUMENTS_MAX => {
                return Err(Problem::bad_request(format!("more than {DOCUMENTS_MAX} parts called evidence")));
            }
            "evidence" => {
                let name = head::file_name(&part)?.filter(|name| !name.is_empty());
                let name = name.ok_or_else(|| Problem::bad_request("a part called evidence has no filename"))?;
                let sha256 = take(&mut form, beginning.document(documents.len())?).await?;
                documents.push(Handed { sha256: Some(sha256), ..Handed::new(name) });
            }
            other => return Err(Problem::bad_request(format!("a part is called {other:?}; there are file and evidence"))),
        }
    }
    let (name, sha256) = file.ok_or_else(|| Problem::bad_request("the form has no part called file"))?;
    Ok(Received { name, sha256, documents })
}

/// `name` of a part's `Content-Disposition`.
fn part_name(part: &HeaderMap) -> Result<String, Problem> {
    let disposition = part.get(CONTENT_DISPOSITION).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let name = disposition.and_then(|text| head::parameter(text, "name"));
    name.ok_or_else(|| Problem::bad_request("a part of the form has no name"))
}

async fn take(form: &mut Form, path: PathBuf) -> Result<String, Problem> {
    let mut file = OnDisk::create(path).await?;
    while let Some(bytes) = form.next_bytes().await? {
        file.append(&bytes).await?;
    }
    file.finish().await
}

/// A file being received, hashed on the way.
struct OnDisk {
    file: BufWriter<tokio::fs::File>,
    hash: Sha256,
    path: PathBuf,
}

impl OnDisk {
    async fn create(path: PathBuf) -> Result<OnDisk, Problem> {
        let file = tokio::fs::File::create_new(&path).await.map_err(io("making", &path))?;
        Ok(OnDisk { file: BufWriter::with_capacity(BUFFER_BYTES, file), hash: Sha256::new(), path })
    }

    async fn append(&mut self, bytes: &Bytes) -> Result<(), Problem> {
        self.hash.update(bytes);
        self.file.write_all(bytes).await.map_err(io("writing", &self.path))
    }

    /// Its SHA-256. 202 is a promise: the bytes must survive a power failure.
    async fn finish(mut self) -> Result<String, Problem> {
        self.file.flush().await.map_err(io("writing", &self.path))?;
        self.file.get_ref().sync_all().await.map_err(io("writing", &self.path))?;
        Ok(hex::encode(self.hash.finalize()))
    }
}

fn io(operation: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Problem + use<> {
    let error = IntakeError::io(operation, path);
    move |source| error(source).into()
}
