//! Chunk bodies on disk: for each chunk its length (four bytes, big endian) and its body.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use bytes::Bytes;
use renkei_core::chunk::{self, ChunkWriter, TooLarge};
use renkei_core::evidence::Document;
use renkei_core::layout::read::Record;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use super::{blocking, open};
use crate::delivery::Plan;
use crate::error::IntakeError;
use crate::station::{Claim, is_absent};

const BUFFER_BYTES: usize = 256 * 1024;
/// Bodies made and not yet written.
const BODIES_WAITING: usize = 2;

/// Cuts a stream of records into chunks and writes them.
pub(super) struct SpoolWriter {
    sink: Sink,
    chunk: ChunkWriter,
    records_max: usize,
    bytes_max: usize,
    chunks: u32,
}

/// Where bodies go.
enum Sink {
    /// The first one is written where it is made: most deliveries have no other.
    Here(Box<Out>),
    /// The further ones beside the reading, which would otherwise wait for hashing and writing.
    Beside(SyncSender<Vec<u8>>, JoinHandle<Out>),
    /// For a moment, or after a thread could not be had.
    Nowhere,
}

/// The file of the bodies.
struct Out {
    file: BufWriter<File>,
    hash: Sha256,
    failed: Option<io::Error>,
}

impl Out {
    fn put(&mut self, body: &[u8]) {
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
        self.hash.update(length);
        self.hash.update(body);
        if self.failed.is_none() {
            self.failed = self.file.write_all(&length).and_then(|()| self.file.write_all(body)).err();
        }
    }

    /// The hash of everything, when everything is written.
    fn finish(mut self) -> io::Result<String> {
        match self.failed {
            Some(error) => Err(error),
            None => self.file.flush().map(|()| hex::encode(self.hash.finalize())),
        }
    }
}

impl Sink {
    fn put(&mut self, body: Vec<u8>, first: bool) -> io::Result<()> {
        if first && let Sink::Here(out) = self {
            out.put(&body);
            return Ok(());
        }
        if matches!(self, Sink::Here(_))
            && let Sink::Here(mut out) = std::mem::replace(self, Sink::Nowhere)
        {
            let (sender, bodies) = sync_channel::<Vec<u8>>(BODIES_WAITING);
            let write = move || {
                bodies.iter().for_each(|body| out.put(&body));
                *out
            };
            *self = Sink::Beside(sender, std::thread::Builder::new().name("spool".to_owned()).spawn(write)?);
        }
        match self {
            Sink::Beside(sender, _) => sender.send(body).map_err(|_| io::Error::other("the writing of the chunks ended")),
            _ => Err(io::Error::other("no thread for the writing of the chunks")),
        }
    }

    fn finish(self) -> io::Result<String> {
        match self {
            Sink::Here(out) => out.finish(),
            Sink::Beside(sender, thread) => {
                drop(sender);
                thread.join().map_err(|_| io::Error::other("the writing of the chunks failed"))?.finish()
            }
            Sink::Nowhere => Err(io::Error::other("no thread for the writing of the chunks")),
        }
    }
}

impl SpoolWriter {
    pub(super) fn create(path: &Path, records_max: usize, bytes_max: usize) -> io::Result<Self> {
        let file = BufWriter::with_capacity(BUFFER_BYTES, File::create(path)?);
        let sink = Sink::Here(Box::new(Out { file, hash: Sha256::new(), failed: None }));
        let chunk = ChunkWriter::new(records_max, bytes_max);
        Ok(SpoolWriter { sink, chunk, records_max, bytes_max, chunks: 0 })
    }

    /// Adds a record, unless it is larger than a whole chunk may be. Whether it could be written is told at the end.
    pub(super) fn push(&mut self, record: &Record<'_>) -> Result<(), TooLarge> {
        if let Some(body) = self.chunk.push(record)? {
            self.put(body).ok();
        }
        Ok(())
    }

    fn put(&mut self, body: Vec<u8>) -> io::Result<()> {
        self.chunks += 1;
        self.sink.put(body, self.chunks == 1)
    }

    /// Writes the last chunk of records; a delivery without records has one empty chunk, so that it is seen at all. The documents
    /// follow in chunks of their own, because whether a document is named is known only now.
    pub(super) fn finish(mut self, documents: &[Document]) -> io::Result<Plan> {
        let rest = self.chunk.finish();
        if self.chunks == 0 || rest.is_some() {
            self.put(rest.unwrap_or_else(|| chunk::EMPTY.to_vec()))?;
        }
        let of_records = self.chunks;
        let (mut body, mut held) = (Vec::new(), 0);
        for document in documents {
            let text = serde_json::to_vec(document)?;
            // One byte for the comma before it and one for the closing bracket.
            if held > 0 && (held == self.records_max || body.len() + text.len() + 2 > self.bytes_max) {
                body.push(b']');
                self.put(std::mem::take(&mut body))?;
                held = 0;
            }
            body.push(if held == 0 { b'[' } else { b',' });
            body.extend_from_slice(&text);
            held += 1;
        }
        if held > 0 {
            body.push(b']');
            self.put(body)?;
        }
        let evidence_chunks = self.chunks - of_records;
        Ok(Plan { chunks: self.chunks, evidence_chunks, sha256: self.sink.finish()? })
    }
}

/// Whether the spool of a claim taken over is what its plan says. The spool is not flushed to disk when it is made: a killed
/// process loses nothing, and after a power failure the original is simply read again.
pub(super) async fn is_whole(claim: &Claim) -> Result<bool, IntakeError> {
    let (path, expected) = (claim.spool(), claim.delivery.plan.as_ref().map(|plan| plan.sha256.clone()));
    blocking("checking the spool", claim.delivery.delivery, move || {
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return Ok(false),
            Err(source) => return Err(IntakeError::Io { operation: "opening", path, source }),
        };
        let (mut hash, mut block) = (Sha256::new(), vec![0_u8; BUFFER_BYTES]);
        loop {
            match file.read(&mut block).map_err(IntakeError::io("reading", &path))? {
                0 => return Ok(Some(hex::encode(hash.finalize())) == expected),
                read => hash.update(&block[..read]),
            }
        }
    })
    .await
}

/// Reads chunk bodies one after the other.
pub(super) struct SpoolReader {
    file: tokio::io::BufReader<tokio::fs::File>,
    path: std::path::PathBuf,
}

impl SpoolReader {
    pub(super) fn open(path: &Path) -> Result<Self, IntakeError> {
        let file = tokio::fs::File::from_std(open(path)?);
        Ok(SpoolReader { file: tokio::io::BufReader::with_capacity(BUFFER_BYTES, file), path: path.to_owned() })
    }

    pub(super) async fn next(&mut self) -> Result<Bytes, IntakeError> {
        let length = self.file.read_u32().await.map_err(IntakeError::io("reading", &self.path))?;
        let mut body = vec![0_u8; length as usize];
        self.file.read_exact(&mut body).await.map_err(IntakeError::io("reading", &self.path))?;
        Ok(Bytes::from(body))
    }
}
