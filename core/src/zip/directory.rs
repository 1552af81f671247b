//! The directory at the end of an archive. It is read only where there is one place it can be, and entry by entry.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::ZipError;
use crate::fault::Fault;

/// Method of a member that is stored as it is.
pub(super) const STORED: u16 = 0;
/// Method of a deflated member.
pub(super) const DEFLATED: u16 = 8;

const END: [u8; 4] = *b"PK\x05\x06";
const END_BYTES: u64 = 22;
const END_64: [u8; 4] = *b"PK\x06\x06";
const END_64_BYTES: usize = 56;
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
const LOCATOR_BYTES: u64 = 20;
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const ENTRY_BYTES: u64 = 46;
const COMMENT_BYTES_MAX: u64 = 65_535;
/// Id of the extra field that holds what 32 bits cannot.
const EXTRA_64: u16 = 1;

/// What the directory says of one member.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) index: usize,
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) bytes: u64,
    /// Where its local header is.
    pub(super) at: u64,
    /// Unix mode; 0 where the archive was made elsewhere.
    pub(super) mode: u32,
}

/// The whole of it.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) entries: Vec<Entry>,
    /// Where it begins: the members end there.
    pub(super) at: u64,
}

/// Where the directory lies.
struct Extent {
    entries: u64,
    at: u64,
    bytes: u64,
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// Bytes at a place; fewer than asked for means that the archive ends there.
pub(super) fn bytes_at(mut file: &File, at: u64, length: usize) -> Result<Vec<u8>, ZipError> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; length];
    filled(file.read_exact(&mut bytes))?;
    Ok(bytes)
}

fn filled(read: io::Result<()>) -> Result<(), ZipError> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(ZipError::broken("zip-cut")),
        other => Ok(other?),
    }
}

/// Reads the directory of a file of `length` bytes.
pub(super) fn read(file: &File, length: u64, members_max: u64) -> Result<Directory, ZipError> {
    let extent = extent(file, length)?;
    if extent.entries == 0 {
        return Err(Fault::new("ZIP_EMPTY").into());
    }
    if extent.entries > members_max {
        return Err(Fault::new("ZIP_MEMBERS").arg("members", extent.entries).arg("max", members_max).into());
    }
    let mut seeking = file;
    seeking.seek(SeekFrom::Start(extent.at))?;
    let mut input = BufReader::new(file.take(extent.bytes));
    let mut entries = Vec::new();
    for index in 0..usize::try_from(extent.entries).unwrap_or(usize::MAX) {
        entries.push(entry(&mut input, index)?);
    }
    if input.read(&mut [0])? != 0 {
        return Err(ZipError::broken("zip-directory"));
    }
    Ok(Directory { entries, at: extent.at })
}

/// Finds the end record: its comment must reach exactly to the end of the file, and there must be one such place only.
fn extent(file: &File, length: u64) -> Result<Extent, ZipError> {
    let tail_at = length.saturating_sub(END_BYTES + COMMENT_BYTES_MAX);
    let tail = bytes_at(file, tail_at, usize::try_from(length - tail_at).unwrap_or(usize::MAX))?;
    let reaches_the_end =
        |at: &usize| tail[*at..].starts_with(&END) && at + END_BYTES as usize + usize::from(u16_at(&tail, at + 20)) == tail.len();
    let last = (tail.len() + 1).saturating_sub(END_BYTES as usize);
    let mut ends = (0..last).filter(reaches_the_end);
    let at = ends.next().ok_or_else(|| ZipError::broken("zip-cut"))?;
    if ends.next().is_some() {
        return Err(ZipError::broken("zip-two-ends"));
    }
    let (end, end_at) = (&tail[at..], tail_at + at as u64);
    if u32_at(end, 4) != 0 || u16_at(end, 8) != u16_at(end, 10) {
        return Err(ZipError::broken("zip-split"));
    }
    let short = Extent { entries: u16_at(end, 10).into(), bytes: u32_at(end, 12).into(), at: u32_at(end, 16).into() };
    let (extent, stop) = match locator(file, end_at)? {
        Some(at) => (extent_64(file, at, end_at - LOCATOR_BYTES, &short)?, at),
        None => (short, end_at),
    };
    let fits = extent.entries.saturating_mul(ENTRY_BYTES) <= extent.bytes;
    if !fits || extent.at.checked_add(extent.bytes) != Some(stop) {
        return Err(ZipError::broken("zip-directory"));
    }
    Ok(extent)
}

/// Where the Zip64 end record is, if there is one.
fn locator(file: &File, end_at: u64) -> Result<Option<u64>, ZipError> {
    let Some(at) = end_at.checked_sub(LOCATOR_BYTES) else { return Ok(None) };
    let locator = bytes_at(file, at, LOCATOR_BYTES as usize)?;
    if !locator.starts_with(&LOCATOR) {
        return Ok(None);
    }
    if u32_at(&locator, 4) != 0 || u32_at(&locator, 16) > 1 {
        return Err(ZipError::broken("zip-split"));
    }
    Ok(Some(u64_at(&locator, 8)))
}

/// The Zip64 end record. It must end where its locator begins and say what the short record says, where that could say it.
fn extent_64(file: &File, at: u64, stop: u64, short: &Extent) -> Result<Extent, ZipError> {
    let wrong = || ZipError::broken("zip-64");
    if at.checked_add(END_64_BYTES as u64).is_none_or(|end| end > stop) {
        return Err(wrong());
    }
    let end = bytes_at(file, at, END_64_BYTES)?;
    let ends_there = u64_at(&end, 4).checked_add(at + 12) == Some(stop);
    if !end.starts_with(&END_64) || !ends_there {
        return Err(wrong());
    }
    if u64_at(&end, 16) != 0 || u64_at(&end, 24) != u64_at(&end, 32) {
        return Err(ZipError::broken("zip-split"));
    }
    let long = Extent { entries: u64_at(&end, 32), bytes: u64_at(&end, 40), at: u64_at(&end, 48) };
    let agrees = |short: u64, long: u64, full: u64| short == full || short == long;
    let all = agrees(short.entries, long.entries, u16::MAX.into())
        && agrees(short.bytes, long.bytes, u32::MAX.into())
        && agrees(short.at, long.at, u32::MAX.into());
    if all { Ok(long) } else { Err(wrong()) }
}

fn entry(input: &mut impl Read, index: usize) -> Result<Entry, ZipError> {
    let mut head = [0; ENTRY_BYTES as usize];
    filled(input.read_exact(&mut head))?;
    if !head.starts_with(&ENTRY) {
        return Err(ZipError::broken("zip-directory"));
    }
    let mut part = |at: usize| {
        let mut bytes = vec![0; usize::from(u16_at(&head, at))];
        filled(input.read_exact(&mut bytes)).map(|()| bytes)
    };
    let (name, extra, _comment) = (part(28)?, part(30)?, part(32)?);
    let mut values = [u32_at(&head, 24).into(), u32_at(&head, 20).into(), u32_at(&head, 42).into()];
    widen(&mut values, &extra)?;
    if u16_at(&head, 34) != 0 {
        return Err(ZipError::broken("zip-split"));
    }
    let [bytes, packed, at] = values;
    Ok(Entry {
        index,
        name,
        flags: u16_at(&head, 8),
        method: u16_at(&head, 10),
        crc: u32_at(&head, 16),
        packed,
        bytes,
        at,
        mode: u32_at(&head, 38) >> 16,
    })
}

/// Replaces values that 32 bits could not hold by those of the Zip64 extra field: in their order, all of them and no more.
pub(super) fn widen(values: &mut [u64], extra: &[u8]) -> Result<(), ZipError> {
    let wrong = || ZipError::broken("zip-64");
    let (mut rest, mut found) = (extra, None);
    // Fewer than four bytes at the end are padding.
    while rest.len() >= 4 {
        let (id, size) = (u16_at(rest, 0), usize::from(u16_at(rest, 2)));
        let data = rest.get(4..4 + size).ok_or_else(wrong)?;
        if id == EXTRA_64 && found.replace(data).is_some() {
            return Err(wrong());
        }
        rest = &rest[4 + size..];
    }
    let mut wide = found.unwrap_or_default();
    for value in values.iter_mut().filter(|value| **value == u64::from(u32::MAX)) {
        if wide.len() < 8 {
            return Err(wrong());
        }
        *value = u64_at(wide, 0);
        wide = &wide[8..];
    }
    if wide.is_empty() { Ok(()) } else { Err(wrong()) }
}
