//! Evidence: documents that belong to a file and arrive with it (a signed contract as PDF beside the list of contracts).
//!
//! A topic says in `queues.toml` which field of its records names a document (`EvidenceRule`). However a document arrives –
//! beside the file in a watched folder, as a part of an upload, cut out of the file itself – it is kept in the archive under its
//! SHA-256, and what travels to the consumer is a `Document`: name, size, hash, place. No content crosses the broker.

use serde::{Deserialize, Serialize};

/// Most documents of one delivery; a scan of a whole day has a few hundred.
pub const DOCUMENTS_MAX: usize = 10_000;
/// Most bytes of one document unless the topic says otherwise: a contract of a hundred scanned pages has a fifth of it.
pub const DOCUMENT_BYTES_MAX: u64 = 50 << 20;
/// Longest name of a document, in characters.
const NAME_CHARS_MAX: usize = 120;

/// What a document is. Its name must end so and its first bytes must say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// PDF
    Pdf,
    /// PNG picture
    Png,
    /// JPEG picture
    Jpeg,
    /// Excel workbook (a ZIP archive)
    Xlsx,
    /// OpenDocument spreadsheet (a ZIP archive)
    Ods,
    /// Text in columns; nothing in its bytes says so
    Csv,
    /// XML; nothing but a `<` at its beginning says so
    Xml,
}

/// The words of `queues.toml`.
pub const KINDS: &[(&str, DocumentKind)] = &[
    ("pdf", DocumentKind::Pdf),
    ("png", DocumentKind::Png),
    ("jpeg", DocumentKind::Jpeg),
    ("xlsx", DocumentKind::Xlsx),
    ("ods", DocumentKind::Ods),
    ("csv", DocumentKind::Csv),
    ("xml", DocumentKind::Xml),
];

/// Bytes of the beginning of a document that [`DocumentKind::is_begun_by`] wants to see.
pub const HEAD_BYTES: usize = 1024;

impl DocumentKind {
    /// The word of `queues.toml`, of messages and of the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            DocumentKind::Pdf => "pdf",
            DocumentKind::Png => "png",
            DocumentKind::Jpeg => "jpeg",
            DocumentKind::Xlsx => "xlsx",
            DocumentKind::Ods => "ods",
            DocumentKind::Csv => "csv",
            DocumentKind::Xml => "xml",
        }
    }

    /// The kind a file of this name claims to be.
    pub fn of_name(name: &str) -> Option<DocumentKind> {
        let (_, ending) = name.rsplit_once('.')?;
        let ending = ending.to_ascii_lowercase();
        let ending = if ending == "jpg" { "jpeg" } else { ending.as_str() };
        KINDS.iter().find(|(word, _)| *word == ending).map(|(_, kind)| *kind)
    }

    /// The kind of a media type (MIME), as a document that holds others states it.
    pub fn of_media_type(media_type: &str) -> Option<DocumentKind> {
        Some(match media_type {
            "application/pdf" => DocumentKind::Pdf,
            "image/png" => DocumentKind::Png,
            "image/jpeg" => DocumentKind::Jpeg,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => DocumentKind::Xlsx,
            "application/vnd.oasis.opendocument.spreadsheet" => DocumentKind::Ods,
            "text/csv" => DocumentKind::Csv,
            "application/xml" | "text/xml" => DocumentKind::Xml,
            _ => return None,
        })
    }

    /// Whether these first bytes can begin a document of the kind.
    pub fn is_begun_by(self, head: &[u8]) -> bool {
        match self {
            // Readers look for the mark within the first 1,024 bytes; a document of ours begins with it.
            DocumentKind::Pdf => head.starts_with(b"%PDF-"),
            DocumentKind::Png => head.starts_with(b"\x89PNG\r\n\x1a\n"),
            DocumentKind::Jpeg => head.starts_with(b"\xff\xd8\xff"),
            DocumentKind::Xlsx | DocumentKind::Ods => head.starts_with(b"PK\x03\x04"),
            DocumentKind::Xml => {
                let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
                text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
            }
            DocumentKind::Csv => !head.contains(&0),
        }
    }
}

impl std::fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `evidence` of a topic: its files come with documents, and this is how their records name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceRule {
    /// Field that holds the name of a document. Several records may name the same one.
    pub field: String,
    /// Field that holds the SHA-256 of the document, hex; it is compared with what was delivered.
    pub sha256: Option<String>,
    /// What documents may be.
    pub kinds: Vec<DocumentKind>,
    /// A document that is named and not delivered refuses the file; otherwise it is a warning.
    pub required: bool,
    /// Most bytes of one document.
    pub bytes_max: u64,
}

impl EvidenceRule {
    /// Whether a file of this name is a document of the topic and none of its data files.
    pub fn is_document(&self, name: &str) -> bool {
        DocumentKind::of_name(name).is_some_and(|kind| self.kinds.contains(&kind))
    }

    /// The kinds as a list for people: `pdf, png`.
    pub fn kinds_text(&self) -> String {
        self.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// A document of a delivery, as it travels: the body of an `evidence` message is a JSON array of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its name, as the records name it; never a path.
    pub name: String,
    /// What it is.
    pub kind: DocumentKind,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Its key in the archive.
    pub archive: String,
    /// Whether a record names it. One that nobody names is kept and reported.
    pub named: bool,
}

/// Whether a text is the name of a file and nothing more: no way out of the folder it lies in, on no system. Names are looked up
/// beside the file and offered to people for saving, so what one system takes for a device or a stream is refused on all.
pub fn is_plain_name(name: &str) -> bool {
    const FORBIDDEN: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |device: &str| {
        let tail = stem.strip_prefix(device).and_then(|tail| tail.chars().next().filter(|_| tail.chars().count() == 1));
        tail.is_some_and(|tail| tail.is_ascii_digit() || matches!(tail, '¹' | '²' | '³'))
    };
    !name.is_empty()
        && name.chars().count() <= NAME_CHARS_MAX
        && !name.starts_with('.')
        && !name.starts_with(' ')
        && !name.ends_with(['.', ' '])
        && !name.chars().any(|ch| ch.is_control() || FORBIDDEN.contains(&ch) || is_invisible(ch))
        && !DEVICES.contains(&stem.as_str())
        && !numbered("com")
        && !numbered("lpt")
}

/// Characters that turn the direction of writing or are not seen: `invoice<202E>fdp.exe` is shown as `invoiceexe.pdf`.
const fn is_invisible(ch: char) -> bool {
    matches!(ch, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_and_no_way_elsewhere() {
        for good in
            ["05020000-20261001-庁舎清掃業務委託.pdf", "a b.pdf", "console.pdf", "com10.pdf", "a..b.pdf", "令和8年度（変更）.pdf"]
        {
            assert!(is_plain_name(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            "../a.pdf",
            "/etc/passwd",
            "a/b.pdf",
            "..\\a.pdf",
            "C:\\a.pdf",
            "C:a.pdf",
            "a.pdf:stream",
            "con",
            "CON.pdf",
            "nul.tar.pdf",
            "com1.pdf",
            "LPT9",
            "com¹.pdf",
            "a.pdf.",
            "a.pdf ",
            " a.pdf",
            ".hidden.pdf",
            "a\nb.pdf",
            "a\0.pdf",
            "a?.pdf",
            "x\u{202E}fdp.exe",
        ] {
            assert!(!is_plain_name(bad), "{bad:?}");
        }
        assert!(is_plain_name(&"契".repeat(120)) && !is_plain_name(&"契".repeat(121)));
    }

    #[test]
    fn a_kind_is_its_ending_and_its_first_bytes() {
        assert_eq!(DocumentKind::of_name("契約.PDF"), Some(DocumentKind::Pdf));
        assert_eq!(DocumentKind::of_name("scan.jpg"), Some(DocumentKind::Jpeg));
        assert_eq!(DocumentKind::of_name("pdf"), None);
        assert_eq!(DocumentKind::of_name("a.exe"), None);
        assert!(DocumentKind::Pdf.is_begun_by(b"%PDF-1.7\n"));
        assert!(!DocumentKind::Pdf.is_begun_by(b"MZ\x90"));
        assert!(!DocumentKind::Pdf.is_begun_by(b""));
        assert!(DocumentKind::Xml.is_begun_by(b"\xEF\xBB\xBF <a/>"));
        for (word, kind) in KINDS {
            assert_eq!(*word, kind.as_str());
        }
    }
}
