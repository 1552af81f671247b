//! What lies on a medium: the topic's files, their control files, what file systems leave behind, and everything else, which is
//! refused. A medium goes from machine to machine; a program on it is the classic way of an infection.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use renkei_core::registry::Topic;
use sha2::{Digest, Sha256};

/// Folders are looked into so deep, and so many entries are looked at.
const DEPTH_MAX: usize = 4;
const ENTRIES_MAX: usize = 1_000;
/// What Windows keeps for itself on every medium: folder, and the files allowed in it.
const OF_THE_SYSTEM: [(&str, &[&str]); 2] =
    [("system volume information", &["indexervolumeguid", "wpsettings.dat"]), ("$recycle.bin", &["desktop.ini"])];
const PROGRAM_ENDINGS: [&str; 22] = [
    "exe", "com", "bat", "cmd", "scr", "pif", "msi", "dll", "sys", "lnk", "inf", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta",
    "jar", "sh", "reg", "app",
];

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file of the topic, with the SHA-256 of its bytes.
    Expected {
        /// Hex.
        sha256: String,
    },
    /// A control file beside its data file.
    Control,
    /// What the medium's file system keeps for itself.
    System,
    /// It has no business here.
    Refused(Refusal),
}

/// Why an entry is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A program, by its ending or by its first bytes.
    Program,
    /// No file of the topic.
    Unexpected,
    /// A link, a device, a folder too deep: nothing that can be looked at.
    Unreadable,
    /// More entries than are looked at.
    TooMany,
}

impl Refusal {
    /// The word of reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Refusal::Program => "program",
            Refusal::Unexpected => "unexpected",
            Refusal::Unreadable => "unreadable",
            Refusal::TooMany => "too_many",
        }
    }
}

/// An entry of a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Path on the medium, without the place where it is mounted.
    pub path: PathBuf,
    /// What it is.
    pub found: Found,
}

/// Everything on a medium, by path. Reads, and never writes.
pub fn survey(mounted: &Path, topic: &Topic) -> io::Result<Vec<Item>> {
    let endings = endings(topic);
    let (mut items, mut folders) = (Vec::new(), vec![(PathBuf::new(), 0)]);
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(mounted.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if items.len() >= ENTRIES_MAX {
                items.push(Item { path, found: Found::Refused(Refusal::TooMany) });
                return Ok(items);
            }
            let kind = entry.file_type()?;
            if kind.is_dir() && depth < DEPTH_MAX {
                folders.push((path, depth + 1));
            } else if kind.is_file() {
                let found = judge(mounted, &path, &endings)?;
                items.push(Item { path, found });
            } else {
                items.push(Item { path, found: Found::Refused(Refusal::Unreadable) });
            }
        }
    }
    items.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(items)
}

/// The endings of the topic's files, as its layouts name them.
fn endings(topic: &Topic) -> Vec<String> {
    let layouts = topic.integration.iter().flat_map(|integration| &integration.layouts);
    layouts.filter_map(|(_, layout)| Path::new(layout.file_name.as_deref()?).extension()).map(lower).collect()
}

fn lower(text: &std::ffi::OsStr) -> String {
    text.to_string_lossy().to_ascii_lowercase()
}

fn judge(mounted: &Path, path: &Path, endings: &[String]) -> io::Result<Found> {
    let ending = path.extension().map(lower).unwrap_or_default();
    let whole = mounted.join(path);
    if PROGRAM_ENDINGS.contains(&ending.as_str()) || begins_like_a_program(&whole)? {
        return Ok(Found::Refused(Refusal::Program));
    }
    if is_of_the_system(path) {
        return Ok(Found::System);
    }
    if ending == "ctl" && whole.with_extension("").is_file() {
        return Ok(Found::Control);
    }
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    if hidden || !endings.contains(&ending) {
        return Ok(Found::Refused(Refusal::Unexpected));
    }
    Ok(Found::Expected { sha256: sha256(&whole)? })
}

fn is_of_the_system(path: &Path) -> bool {
    let mut parts = path.iter().map(lower);
    let (first, last) = (parts.next(), parts.next_back());
    OF_THE_SYSTEM
        .iter()
        .any(|(folder, files)| first.as_deref() == Some(folder) && last.as_deref().is_some_and(|last| files.contains(&last)))
}

/// Programs and scripts under a harmless name.
fn begins_like_a_program(path: &Path) -> io::Result<bool> {
    let mut head = Vec::with_capacity(4);
    File::open(path)?.take(4).read_to_end(&mut head)?;
    let marks: [&[u8]; 5] = [b"MZ", b"\x7FELF", b"#!", b"\xCA\xFE\xBA\xBE", b"\xCF\xFA\xED\xFE"];
    Ok(marks.iter().any(|mark| head.starts_with(mark)))
}

fn sha256(path: &Path) -> io::Result<String> {
    let (mut file, mut hash) = (File::open(path)?, Sha256::new());
    let mut block = vec![0_u8; 256 * 1024];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&block[..read]),
        }
    }
}
