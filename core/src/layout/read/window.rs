//! A sliding view on the input: what was read is hashed and counted, what was used is dropped. Memory is one buffer, which grows
//! only for a record that does not fit and never beyond the layout's limit.

use std::io::{ErrorKind, Read};

use sha2::{Digest, Sha256};

use super::ReadError;

/// One read from the source. Large enough that system calls do not matter, small enough for the processor's cache.
const BUFFER_BYTES: usize = 256 * 1024;

pub(super) struct Window<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// File offset of `start`.
    offset: u64,
    /// Bytes read from the source.
    bytes: u64,
    ended: bool,
    hasher: Sha256,
}

impl<R: Read> Window<R> {
    pub(super) fn new(input: R) -> Self {
        let buffer = vec![0; BUFFER_BYTES];
        Window { input, buffer, start: 0, end: 0, offset: 0, bytes: 0, ended: false, hasher: Sha256::new() }
    }

    /// The bytes at hand.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// File offset of the first byte at hand.
    #[inline]
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether the source is exhausted: `bytes` is all that is left.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Drops bytes from the front.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.end - self.start);
        self.start += count;
        self.offset += count as u64;
    }

    /// Reads more; `false` when the source is exhausted.
    pub(super) fn fill(&mut self) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            let more = self.buffer.len();
            self.buffer.resize(self.buffer.len() + more, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(false);
                }
                Ok(count) => {
                    self.hasher.update(&self.buffer[self.end..self.end + count]);
                    self.end += count;
                    self.bytes += count as u64;
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => return Err(ReadError::Io { byte: self.bytes, source }),
            }
        }
    }

    /// Reads until `count` bytes are at hand or the source is exhausted; whether they are.
    pub(super) fn ensure(&mut self, count: usize) -> Result<bool, ReadError> {
        while self.end - self.start < count {
            if !self.fill()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the rest without looking at it, so that size and hash are those of the whole file.
    pub(super) fn drain(&mut self, bytes_max: u64) -> Result<(), ReadError> {
        loop {
            self.consume(self.end - self.start);
            if self.bytes > bytes_max || !self.fill()? {
                return Ok(());
            }
        }
    }

    /// Bytes read so far.
    pub(super) fn total(&self) -> u64 {
        self.bytes
    }

    /// Size and SHA-256 of what was read.
    pub(super) fn finish(self) -> (u64, String) {
        (self.bytes, hex::encode(self.hasher.finalize()))
    }
}
