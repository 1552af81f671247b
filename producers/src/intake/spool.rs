//! Chunk bodies on disk: for each chunk its length (four bytes, big endian) and its body, a JSON array of records.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use bytes::Bytes;
use renkei_core::evidence::Document;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use super::{blocking, open};
use crate::delivery::Plan;
use crate::error::IntakeError;
use crate::station::{Claim, is_absent};

const BUFFER_BYTES: usize = 256 * 1024;

/// Cuts a stream of records into chunks and writes them.
pub(super) struct SpoolWriter {
    out: BufWriter<File>,
    hash: Sha256,
    /// The chunk being filled: `[` and records.
    body: Vec<u8>,
    records: usize,
    chunks: u32,
    records_max: usize,
    bytes_max: usize,
    failed: Option<io::Error>,
}

impl SpoolWriter {
    pub(super) fn create(path: &Path, records_max: usize, bytes_max: usize) -> io::Result<Self> {
        let out = BufWriter::with_capacity(BUFFER_BYTES, File::create(path)?);
        let body = Vec::with_capacity(bytes_max.min(BUFFER_BYTES));
        Ok(SpoolWriter { out, hash: Sha256::new(), body, records: 0, chunks: 0, records_max, bytes_max, failed: None })
    }

    /// Adds a record. `false`: it is larger than a whole chunk may be.
    pub(super) fn push(&mut self, record: &[u8]) -> bool {
        if record.len() + 2 > self.bytes_max {
            return false;
        }
        // One byte for the comma before it and one for the closing bracket.
        if self.records > 0 && (self.records == self.records_max || self.body.len() + record.len() + 2 > self.bytes_max) {
            self.flush();
        }
        self.body.push(if self.records == 0 { b'[' } else { b',' });
        self.body.extend_from_slice(record);
        self.records += 1;
        true
    }

    fn flush(&mut self) {
        if self.records == 0 {
            self.body.push(b'[');
        }
        self.body.push(b']');
        let length = u32::try_from(self.body.len()).unwrap_or(u32::MAX).to_be_bytes();
        self.hash.update(length);
        self.hash.update(&self.body);
        if self.failed.is_none() {
            self.failed = self.out.write_all(&length).and_then(|()| self.out.write_all(&self.body)).err();
        }
        self.body.clear();
        self.records = 0;
        self.chunks += 1;
    }

    /// Writes the last chunk of records; a delivery without records has one empty chunk, so that it is seen at all. The documents
    /// follow in chunks of their own, because whether a document is named is known only now.
    pub(super) fn finish(mut self, documents: &[Document]) -> io::Result<Plan> {
        if self.records > 0 || self.chunks == 0 {
            self.flush();
        }
        let of_records = self.chunks;
        for document in documents {
            self.push(&serde_json::to_vec(document)?);
        }
        if self.records > 0 {
            self.flush();
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.out.flush()?;
        let evidence_chunks = self.chunks - of_records;
        Ok(Plan { chunks: self.chunks, evidence_chunks, sha256: hex::encode(self.hash.finalize()) })
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn chunks_of(records: &[&str], records_max: usize, bytes_max: usize) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chunks");
        let mut writer = SpoolWriter::create(&path, records_max, bytes_max).unwrap();
        for record in records {
            assert!(writer.push(record.as_bytes()));
        }
        let plan = writer.finish(&[]).unwrap();
        let mut reader = SpoolReader::open(&path).unwrap();
        let mut bodies = Vec::new();
        for _ in 0..plan.chunks {
            bodies.push(String::from_utf8(reader.next().await.unwrap().to_vec()).unwrap());
        }
        assert!(reader.next().await.is_err(), "nothing follows the last chunk");
        bodies
    }

    #[tokio::test]
    async fn chunks_are_cut_by_records_and_by_bytes() {
        assert_eq!(chunks_of(&["1", "2", "3"], 2, 100).await, ["[1,2]", "[3]"]);
        assert_eq!(chunks_of(&["11", "22", "33"], 10, 7).await, ["[11,22]", "[33]"]);
        assert_eq!(chunks_of(&["11", "22"], 10, 6).await, ["[11]", "[22]"]);
        assert_eq!(chunks_of(&[], 10, 100).await, ["[]"]);
    }

    #[test]
    fn a_record_that_fits_no_chunk_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = SpoolWriter::create(&folder.path().join("chunks"), 10, 4).unwrap();
        assert!(writer.push(b"12"));
        assert!(!writer.push(b"123"));
    }
}
