//! Local headers must say what the directory says, and the members must lie one behind the other.

use std::fs::File;

use super::ZipError;
use super::directory::{Directory, Entry, bytes_at, u16_at, u32_at, u64_at, widen};
use crate::fault::Fault;

const HEADER: [u8; 4] = *b"PK\x03\x04";
const HEADER_BYTES: u64 = 30;
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// The sizes of the member stand behind it, not in its header: it was written to something that cannot go back.
const SIZES_BEHIND: u16 = 1 << 3;

/// Where the packed bytes of each entry begin.
pub(super) fn places(file: &File, directory: &Directory) -> Result<Vec<u64>, ZipError> {
    let mut places = vec![0; directory.entries.len()];
    let mut in_order: Vec<&Entry> = directory.entries.iter().collect();
    in_order.sort_by_key(|entry| entry.at);
    let mut free_from = 0;
    for (turn, entry) in in_order.iter().enumerate() {
        if entry.at < free_from {
            return Err(Fault::new("ZIP_OVERLAP").arg("member", shown(entry)).into());
        }
        if entry.at > free_from {
            return Err(ZipError::broken("zip-gap"));
        }
        let data_at = header(file, entry)?;
        let data_end = data_at.checked_add(entry.packed);
        let next = in_order.get(turn + 1).map_or(directory.at, |next| next.at);
        let Some(behind) = data_end.and_then(|end| next.checked_sub(end)) else {
            return Err(Fault::new("ZIP_OVERLAP").arg("member", shown(entry)).into());
        };
        descriptor(file, entry, next - behind, behind)?;
        places[entry.index] = data_at;
        free_from = next;
    }
    Ok(places)
}

/// Compares a local header with the directory; gives where the packed bytes begin.
fn header(file: &File, entry: &Entry) -> Result<u64, ZipError> {
    let differs = || ZipError::from(Fault::new("ZIP_HEADER_DIFFERS").arg("member", shown(entry)));
    let head = bytes_at(file, entry.at, HEADER_BYTES as usize)?;
    if !head.starts_with(&HEADER) {
        return Err(ZipError::broken("zip-directory"));
    }
    let (name_bytes, extra_bytes) = (usize::from(u16_at(&head, 26)), usize::from(u16_at(&head, 28)));
    let behind = bytes_at(file, entry.at + HEADER_BYTES, name_bytes + extra_bytes)?;
    let (name, extra) = behind.split_at(name_bytes);
    let same = u16_at(&head, 6) == entry.flags && u16_at(&head, 8) == entry.method && name == entry.name;
    let mut sizes = [u32_at(&head, 22).into(), u32_at(&head, 18).into()];
    let crc = u32_at(&head, 14);
    let agrees = if entry.flags & SIZES_BEHIND == 0 {
        widen(&mut sizes, extra)?;
        crc == entry.crc && sizes == [entry.bytes, entry.packed]
    } else {
        // Unknown when it was written: nothing, or for Zip64 the mark of it.
        let open = |found: u64, known: u64| found == 0 || found == u64::from(u32::MAX) || found == known;
        (crc == 0 || crc == entry.crc) && open(sizes[0], entry.bytes) && open(sizes[1], entry.packed)
    };
    if same && agrees { Ok(entry.at + HEADER_BYTES + behind.len() as u64) } else { Err(differs()) }
}

/// What lies between a member and the next: nothing, or the sizes that its header does not have.
fn descriptor(file: &File, entry: &Entry, at: u64, length: u64) -> Result<(), ZipError> {
    if entry.flags & SIZES_BEHIND == 0 {
        return if length == 0 { Ok(()) } else { Err(ZipError::broken("zip-gap")) };
    }
    if !matches!(length, 12 | 16 | 20 | 24) {
        return Err(ZipError::broken("zip-gap"));
    }
    let bytes = bytes_at(file, at, usize::try_from(length).unwrap_or(0))?;
    let values = if matches!(length, 16 | 24) { bytes.strip_prefix(&DESCRIPTOR) } else { Some(bytes.as_slice()) };
    let values = values.ok_or_else(|| ZipError::broken("zip-gap"))?;
    let (packed, unpacked) = match values.len() {
        12 => (u32_at(values, 4).into(), u32_at(values, 8).into()),
        _ => (u64_at(values, 4), u64_at(values, 12)),
    };
    if (u32_at(values, 0), packed, unpacked) == (entry.crc, entry.packed, entry.bytes) {
        Ok(())
    } else {
        Err(Fault::new("ZIP_HEADER_DIFFERS").arg("member", shown(entry)).into())
    }
}

fn shown(entry: &Entry) -> String {
    super::names::shown(&entry.name)
}
