//! What the first bytes of a file, or a strange byte in it, tell about its encoding.
//!
//! These helpers make good error messages and choose between encodings a layout allows; they never decide alone (bank.md §2.1:
//! read strictly by profile first).

/// The byte order mark of UTF-8.
pub const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// Whether the file starts with the UTF-8 byte order mark.
pub fn has_utf8_bom(start: &[u8]) -> bool {
    start.starts_with(UTF8_BOM)
}

/// Code of a bank file as its first byte shows it: the digit `1` of the header record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BankFileCode {
    /// `0x31`: JIS.
    Jis,
    /// `0xF1`: EBCDIC.
    Ebcdic,
}

/// Guesses the code of a bank file from its first byte; `None` when it is neither.
pub fn bank_file_code(start: &[u8]) -> Option<BankFileCode> {
    match start.first() {
        Some(0x31) => Some(BankFileCode::Jis),
        Some(0xF1) => Some(BankFileCode::Ebcdic),
        _ => None,
    }
}

/// Offset of the first byte no JIS X 0201 file may hold: 0x80–0xA0 and 0xE0–0xFF. Such a byte means that a double-byte or
/// foreign character got in and that all later columns are shifted.
pub fn first_double_byte_lead(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| matches!(byte, 0x80..=0xA0 | 0xE0..=0xFF))
}
