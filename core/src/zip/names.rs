//! What a member is called and what it is: only plain files under plain names are taken.

use std::collections::BTreeSet;

use super::directory::{DEFLATED, Entry, STORED};
use crate::charset::{self, Encoding};
use crate::fault::Fault;

/// Longest name in bytes as it stands in the archive: longer ones no file system keeps.
const NAME_BYTES_MAX: usize = 255;
/// Longest name shown to people, in characters.
const SHOWN_CHARS_MAX: usize = 120;
/// Flags of encrypted members: encrypted, strongly encrypted, directory encrypted.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
/// Method of a member encrypted with AES.
const AES: u16 = 99;
const UTF8: u16 = 1 << 11;
/// Names that Windows takes for devices, whatever their ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
const LEFT_BY_FILE_MANAGERS: [&str; 3] = ["thumbs.db", "desktop.ini", ".ds_store"];

/// What an entry is.
pub(super) enum Judged {
    /// A file.
    File {
        /// Its path.
        path: String,
        /// Nobody's file.
        left_over: bool,
    },
    /// A folder; it holds nothing itself.
    Folder,
}

/// A name as it stands in the archive, for a sentence about it.
pub(super) fn shown(name: &[u8]) -> String {
    let mut text = String::new();
    for ch in decoded(name, false).unwrap_or_else(|| String::from_utf8_lossy(name).into_owned()).chars().take(SHOWN_CHARS_MAX) {
        if is_unseen(ch) { text.push_str(&format!("<{:02X}>", u32::from(ch))) } else { text.push(ch) }
    }
    text
}

/// Judges an entry by its name, kind, method and flags.
pub(super) fn judge(entry: &Entry) -> Result<Judged, Fault> {
    let refuse = |code: &str| Fault::new(code).arg("member", shown(&entry.name));
    if entry.flags & ENCRYPTED != 0 || entry.method == AES {
        return Err(refuse("ZIP_ENCRYPTED"));
    }
    let path = path(entry).map_err(|reason| refuse("ZIP_NAME").arg("reason", reason))?;
    let kind = entry.mode & 0o170_000;
    let is_folder = path.ends_with('/');
    if !matches!((kind, is_folder), (0, _) | (0o100_000, false) | (0o040_000, true)) {
        return Err(refuse("ZIP_NOT_A_FILE"));
    }
    if !matches!(entry.method, STORED | DEFLATED) {
        return Err(refuse("ZIP_METHOD").arg("method", entry.method));
    }
    if entry.method == STORED && entry.packed != entry.bytes || is_folder && entry.bytes != 0 {
        return Err(refuse("ZIP_SIZE_WRONG"));
    }
    if is_folder {
        return Ok(Judged::Folder);
    }
    let last = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let left_over = path.starts_with("__MACOSX/") || LEFT_BY_FILE_MANAGERS.contains(&last.as_str());
    Ok(Judged::File { path, left_over })
}

/// The path, or the word for what is wrong with it.
fn path(entry: &Entry) -> Result<String, &'static str> {
    if entry.name.is_empty() || entry.name.len() > NAME_BYTES_MAX {
        return Err("zip-name-length");
    }
    let path = decoded(&entry.name, entry.flags & UTF8 != 0).ok_or("zip-name-text")?.replace('\\', "/");
    if path.chars().any(is_unseen) {
        return Err("zip-name-control");
    }
    let parts = path.strip_suffix('/').unwrap_or(&path);
    for part in parts.split('/') {
        // A colon is a drive or a stream of a file, an empty first part the root.
        if matches!(part, "" | "." | "..") || part.contains(':') {
            return Err("zip-name-path");
        }
        if is_device(part) {
            return Err("zip-name-device");
        }
    }
    Ok(path)
}

/// The text of a name. Without the mark of UTF-8 it is UTF-8 all the same (macOS) or CP932 (Windows).
fn decoded(name: &[u8], is_utf8: bool) -> Option<String> {
    match std::str::from_utf8(name) {
        Ok(text) => Some(text.to_owned()),
        Err(_) if is_utf8 => None,
        Err(_) => charset::decode(Encoding::Cp932, name).ok().map(Into::into),
    }
}

/// Control characters, and those that only turn the direction of others or are not seen at all.
fn is_unseen(ch: char) -> bool {
    ch.is_control() || matches!(ch, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    DEVICES.contains(&stem.as_str()) || numbered.is_some_and(|rest| rest.chars().count() == 1 && "0123456789¹²³".contains(rest))
}

/// One finding for each path that stands twice; case does not make a difference on Windows.
pub(super) fn repeated<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    paths.filter(|path| !seen.insert(path.to_lowercase())).map(|path| Fault::new("ZIP_REPEATED").arg("member", path)).collect()
}
