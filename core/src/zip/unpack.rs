//! A member as bytes: never more than the directory promised, and in the end exactly that.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take, Write};

use flate2::bufread::DeflateDecoder;

use super::{Member, ZipError};
use crate::fault::Fault;

const BLOCK_BYTES: usize = 64 * 1024;
/// How archives and compressed files begin: (offset, bytes).
const PACKED: [(usize, &[u8]); 12] = [
    (0, b"PK\x03\x04"),
    (0, b"PK\x05\x06"),
    (0, b"7z\xBC\xAF\x27\x1C"),
    (0, b"Rar!\x1A\x07"),
    (0, b"\x1F\x8B\x08"),
    (4, b"1AY&SY"),
    (0, b"\xFD7zXZ\x00"),
    (0, b"MSCF\0\0\0\0"),
    (2, b"-lh0-"),
    (2, b"-lh5-"),
    (2, b"-lh7-"),
    (257, b"ustar"),
];

/// Unpacks a member. On an error `to` has a part of it.
pub(super) fn unpack(file: &File, member: &Member, to: &mut dyn Write) -> Result<(), ZipError> {
    let mut seeking = file;
    seeking.seek(SeekFrom::Start(member.data_at))?;
    let packed = BufReader::with_capacity(BLOCK_BYTES, file.take(member.packed));
    let mut input = if member.is_deflated { Input::Deflated(DeflateDecoder::new(packed)) } else { Input::Stored(packed) };
    let refuse = |code: &str| Err(Fault::new(code).arg("member", &member.path).into());
    let (mut crc, mut bytes, mut block) = (crc32fast::Hasher::new(), 0_u64, vec![0; BLOCK_BYTES]);
    loop {
        let read = match input.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if is_damage(&error) => return refuse("ZIP_DAMAGED"),
            Err(error) => return Err(error.into()),
        };
        if bytes == 0 && is_packed(&block[..read]) {
            return refuse("ZIP_NESTED");
        }
        bytes += read as u64;
        if bytes > member.bytes {
            return refuse("ZIP_SIZE_WRONG");
        }
        crc.update(&block[..read]);
        to.write_all(&block[..read])?;
    }
    if bytes != member.bytes || input.taken(bytes) != member.packed {
        return refuse("ZIP_SIZE_WRONG");
    }
    if crc.finalize() != member.crc {
        return refuse("ZIP_DAMAGED");
    }
    Ok(())
}

/// The packed bytes, as they are or inflated.
enum Input<'f> {
    Stored(BufReader<Take<&'f File>>),
    Deflated(DeflateDecoder<BufReader<Take<&'f File>>>),
}

impl Input<'_> {
    /// Packed bytes that were needed to give so many.
    fn taken(&self, given: u64) -> u64 {
        match self {
            // Stored bytes are the member's own: as many were needed as were given.
            Input::Stored(_) => given,
            Input::Deflated(input) => input.total_in(),
        }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Input::Stored(input) => input.read(buffer),
            Input::Deflated(input) => input.read(buffer),
        }
    }
}

/// What the decoder says of bytes that are no deflated data, or end in the middle of it.
fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

fn is_packed(head: &[u8]) -> bool {
    PACKED.iter().any(|(at, mark)| head.get(*at..).is_some_and(|rest| rest.starts_with(mark)))
}
