//! Zip archives as strangers send them: read strictly, unpacked as a stream, refused when anything in them is not as it says.
//!
//! A zip file tells everything twice (directory and local headers) and lets its parts lie anywhere, so that two programs may
//! see two different files in the same bytes. Here an archive is taken only if there is one way to read it: both accounts
//! agree, the members lie one behind the other from the first byte to the directory, and nothing lies between, before or
//! behind them. What a member becomes is bounded before the first byte is inflated and while it is: sizes are believed only as
//! upper bounds. Memory does not depend on the archive: its directory is bounded by the number of members, and members are
//! unpacked block by block.
//!
//! Source: APPNOTE 6.3 of the format; what is understood of it is stored and deflated members, Zip64 and data descriptors.

/// The directory at the end, and what it says of each member.
mod directory;
/// Local headers, and that the members lie side by side.
mod local;
/// Names of members.
mod names;
/// A member as bytes.
mod unpack;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Write};

use crate::fault::Fault;

/// Findings kept of one archive: a hostile one could have one for each of its members.
const FAULTS_MAX: usize = 20;
/// Below so many bytes a member may be as well compressed as it likes: there is nothing to exhaust.
const RATIO_FREE_BYTES: u64 = 1 << 20;

/// What an archive may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZipLimits {
    /// Entries of its directory, folders included.
    pub members_max: u64,
    /// Bytes of all members together, unpacked.
    pub bytes_max: u64,
    /// Bytes of one member, unpacked.
    pub member_bytes_max: u64,
    /// Unpacked bytes for one packed byte of a member of more than a megabyte.
    pub ratio_max: u64,
}

/// Why an archive is not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// It is wrong, or not what it says it is; at least one finding.
    #[error("the archive is refused: {}", .0.first().map_or("", |fault| fault.code.as_str()))]
    Refused(Vec<Fault>),
    /// Its bytes cannot be read, or the unpacked ones not be written.
    #[error("reading the archive")]
    Io(#[from] io::Error),
}

impl ZipError {
    fn broken(reason: &str) -> ZipError {
        Fault::new("ZIP_BROKEN").arg("reason", reason).into()
    }
}

impl From<Fault> for ZipError {
    fn from(fault: Fault) -> ZipError {
        ZipError::Refused(vec![fault])
    }
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path in the archive, parts divided by `/`; never leads out of it.
    pub path: String,
    /// Bytes it becomes.
    pub bytes: u64,
    /// Left by a file manager beside the real files (`__MACOSX/`, `Thumbs.db`): no file of anybody's.
    pub left_over: bool,
    is_deflated: bool,
    packed: u64,
    crc: u32,
    /// Where its packed bytes begin.
    data_at: u64,
}

impl Member {
    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// An archive whose structure has been checked.
#[derive(Debug)]
pub struct Zip {
    file: File,
    members: Vec<Member>,
}

/// Whether a file begins like an archive: with a member, or with any other of its parts, which no right one does.
pub fn looks_like(head: &[u8]) -> bool {
    const PARTS: [&[u8; 2]; 6] = [b"\x03\x04", b"\x05\x06", b"\x01\x02", b"\x06\x06", b"\x06\x07", b"\x07\x08"];
    head.strip_prefix(b"PK").is_some_and(|rest| PARTS.iter().any(|part| rest.starts_with(*part)))
}

impl Zip {
    /// Reads and checks the structure; no member is unpacked yet.
    pub fn open(file: File, limits: &ZipLimits) -> Result<Zip, ZipError> {
        let length = file.metadata()?.len();
        let directory = directory::read(&file, length, limits.members_max)?;
        let (mut members, mut faults) = (Vec::with_capacity(directory.entries.len()), Vec::new());
        for entry in &directory.entries {
            match names::judge(entry) {
                Ok(names::Judged::File { path, left_over }) => members.push((entry, path, left_over)),
                Ok(names::Judged::Folder) => {}
                Err(fault) => faults.push(fault),
            }
        }
        faults.extend(names::repeated(members.iter().map(|(_, path, _)| path.as_str())));
        // A bomb is told by its size before its headers are compared.
        faults.extend(beyond(limits, members.iter().map(|(entry, path, _)| (path.as_str(), entry.packed, entry.bytes))));
        if !faults.is_empty() {
            faults.truncate(FAULTS_MAX);
            return Err(ZipError::Refused(faults));
        }
        let places = local::places(&file, &directory)?;
        let members = members.into_iter().map(|(entry, path, left_over)| Member {
            path,
            bytes: entry.bytes,
            left_over,
            is_deflated: entry.method == directory::DEFLATED,
            packed: entry.packed,
            crc: entry.crc,
            data_at: places[entry.index],
        });
        let zip = Zip { members: members.collect(), file };
        if zip.members.iter().all(|member| member.left_over) {
            return Err(Fault::new("ZIP_EMPTY").into());
        }
        Ok(zip)
    }

    /// Its files, in the order of its directory.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Whether it is a workbook of a spreadsheet program, which is a zip archive too.
    pub fn is_workbook(&self) -> bool {
        self.members.iter().any(|member| matches!(member.path.as_str(), "xl/workbook.xml" | "xl/workbook.bin"))
    }

    /// Unpacks every member to nowhere: sizes, checksums and contents are then known to be as they say.
    pub fn check(&self) -> Result<(), ZipError> {
        let mut faults = Vec::new();
        for member in self.members.iter().filter(|member| !member.left_over) {
            match unpack::unpack(&self.file, member, &mut io::sink()) {
                Ok(()) => {}
                Err(ZipError::Refused(found)) => faults.extend(found),
                Err(error) => return Err(error),
            }
            if faults.len() >= FAULTS_MAX {
                break;
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(ZipError::Refused(faults)) }
    }

    /// Unpacks one member.
    pub fn unpack(&self, member: &Member, to: &mut dyn Write) -> Result<(), ZipError> {
        unpack::unpack(&self.file, member, to)
    }
}

/// What the declared sizes exceed.
fn beyond<'m>(limits: &ZipLimits, members: impl Iterator<Item = (&'m str, u64, u64)>) -> Vec<Fault> {
    let (mut faults, mut total) = (Vec::new(), 0_u64);
    for (path, packed, bytes) in members {
        total = total.saturating_add(bytes);
        if bytes > limits.member_bytes_max {
            faults
                .push(Fault::new("ZIP_MEMBER_BYTES").arg("member", path).arg("bytes", bytes).arg("max", limits.member_bytes_max));
        } else if bytes > RATIO_FREE_BYTES && bytes > packed.saturating_mul(limits.ratio_max) {
            let ratio = bytes / packed.max(1);
            faults.push(Fault::new("ZIP_RATIO").arg("member", path).arg("ratio", ratio).arg("max", limits.ratio_max));
        }
    }
    if total > limits.bytes_max {
        faults.push(Fault::new("ZIP_BYTES").arg("bytes", total).arg("max", limits.bytes_max));
    }
    faults
}
