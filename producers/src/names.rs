//! File names: as the sender wrote them (shown to people, never a path) and as safe for any file system.

use unicode_normalization::UnicodeNormalization;

/// Longest file name we make, in bytes; with our own prefix and `.errors.csv` it stays below the usual 255.
const SAFE_BYTES_MAX: usize = 120;
/// Longest name kept for display, in characters.
const SHOWN_CHARS_MAX: usize = 200;

/// The last part of what a sender gave as name. Control characters are shown as `<0A>`, so that a name cannot break a log
/// line or a header; everything else stays as it is.
pub fn shown(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut name = String::new();
    for ch in last.chars().take(SHOWN_CHARS_MAX) {
        if ch.is_control() { name.push_str(&format!("<{:02X}>", u32::from(ch))) } else { name.push(ch) }
    }
    if name.trim().is_empty() { "unnamed".to_owned() } else { name }
}

/// A name as names are compared: composed (NFC). macOS hands over が as か and a mark of its own; for people both are one name.
pub fn composed(name: &str) -> String {
    name.nfc().collect()
}

/// A text of a file shown as it is, control characters as `<0A>`: for a name that was refused because it is a path.
pub(crate) fn shown_whole(given: &str) -> String {
    let mut shown = String::new();
    for ch in given.chars().take(SHOWN_CHARS_MAX) {
        if ch.is_control() { shown.push_str(&format!("<{:02X}>", u32::from(ch))) } else { shown.push(ch) }
    }
    shown
}

/// A name as found in a folder; bytes that are no UTF-8 are shown as `<8F>`.
pub fn shown_os(name: &std::ffi::OsStr) -> String {
    let text: String = name.as_encoded_bytes().utf8_chunks().fold(String::new(), |mut text, chunk| {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("<{byte:02X}>")));
        text
    });
    shown(&text)
}

/// A name that any file system takes: letters (also Japanese), digits and `-_.()`; the rest becomes `_`. It is cut in the
/// middle so that its ending stays. Only used for names of our own making; the sender's name is kept beside.
pub fn safe(name: &str) -> String {
    let clean: String =
        name.chars().map(|ch| if ch.is_alphanumeric() || matches!(ch, '-' | '_' | '.' | '(' | ')') { ch } else { '_' }).collect();
    let clean = clean.trim_start_matches('.').trim_end_matches('.');
    if clean.is_empty() {
        return "unnamed".to_owned();
    }
    if clean.len() <= SAFE_BYTES_MAX {
        return clean.to_owned();
    }
    let ending = clean.rfind('.').map(|at| &clean[at..]).filter(|ending| ending.len() <= 20).unwrap_or("");
    let mut end = SAFE_BYTES_MAX - ending.len();
    while !clean.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &clean[..end])
}

/// Whether a name in a watched folder is no delivery: hidden, left by a file manager, still being written, or a control file
/// beside its data file.
pub fn is_ignored(name: &str) -> bool {
    const ENDINGS: [&str; 7] = [".tmp", ".part", ".partial", ".filepart", ".crdownload", ".ctl", "~"];
    const LEFT_BY_FILE_MANAGERS: [&str; 3] = ["thumbs.db", "ehthumbs.db", "desktop.ini"];
    let lower = name.to_ascii_lowercase();
    LEFT_BY_FILE_MANAGERS.contains(&lower.as_str())
        || name.starts_with('.')
        || name.starts_with("~$")
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// Decodes `%E8%AA%BF`; `None` when a percent sign is not followed by two hexadecimal digits or the bytes are no UTF-8.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let (pair, tail) = rest.split_at_checked(2)?;
        bytes.extend(hex::decode(pair).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_survives() {
        assert_eq!(shown("../../etc/passwd"), "passwd");
        assert_eq!(shown("C:\\共有\\調定 10月.csv"), "調定 10月.csv");
        assert_eq!(shown("a\nb"), "a<0A>b");
        assert_eq!(shown("dir/"), "unnamed");
    }

    #[test]
    fn a_name_of_a_mac_is_the_name_people_read() {
        assert_ne!("カ\u{3099}ス料金.pdf", "ガス料金.pdf");
        assert_eq!(composed("カ\u{3099}ス料金.pdf"), "ガス料金.pdf");
        assert_eq!(shown("カ\u{3099}ス料金.pdf"), "カ\u{3099}ス料金.pdf", "what is shown is what was sent");
    }

    #[test]
    fn japanese_names_stay_and_the_rest_is_made_safe() {
        assert_eq!(safe("調定情報_10月（髙橋）.csv"), "調定情報_10月_髙橋_.csv");
        assert_eq!(safe("..hidden"), "hidden");
        assert_eq!(safe("a:b*c?.csv"), "a_b_c_.csv");
        assert_eq!(safe(""), "unnamed");
    }

    #[test]
    fn long_names_keep_their_ending_and_their_characters_whole() {
        let name = format!("{}.csv", "調".repeat(100));
        let made = safe(&name);
        assert!(made.len() <= SAFE_BYTES_MAX && made.ends_with("調.csv"), "{made}");
    }

    #[test]
    fn unfinished_and_control_files_are_ignored() {
        for name in [".x.csv", "x.csv.tmp", "X.TMP", "x.csv.ctl", "~$x.xlsx", "x.filepart", "Thumbs.db", "desktop.ini"] {
            assert!(is_ignored(name), "{name}");
        }
        assert!(!is_ignored("IF12_SKS_20261005_001.csv"));
    }

    #[test]
    fn percent_encoding() {
        assert_eq!(percent_decoded("%E8%AA%BF%E5%AE%9A.csv").as_deref(), Some("調定.csv"));
        assert_eq!(percent_decoded("100%"), None);
        assert_eq!(percent_decoded("%FF"), None);
    }
}
