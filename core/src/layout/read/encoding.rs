//! Which encoding the file has: decided by the first record that is not ASCII, then held to (`docs/LAYOUTS.md`, encodings).

use crate::charset::{self, Encoding};

/// A record that is no text of the decided encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Undecodable {
    /// Offset of the first bad byte in the record.
    pub(super) at: usize,
    /// Bytes that are bad together.
    pub(super) len: usize,
    /// The encoding the record should have.
    pub(super) expected: Encoding,
    /// The encoding of the layout's list, or a usual one, that the record would fit.
    pub(super) looks_like: Option<Encoding>,
}

/// The decision, record by record.
#[derive(Debug)]
pub(super) struct Decision {
    candidates: Vec<Encoding>,
    decided: Option<Encoding>,
}

impl Decision {
    /// `candidates` in the layout's order; a list of one is decided at once. The byte order mark must be dealt with before.
    pub(super) fn new(candidates: Vec<Encoding>) -> Self {
        let decided = if candidates.len() == 1 { candidates.first().copied() } else { None };
        Decision { candidates, decided }
    }

    /// The encoding, or the first candidate while nothing speaks against ASCII.
    #[inline]
    pub(super) fn current(&self) -> Encoding {
        self.decided.or(self.candidates.first().copied()).unwrap_or(Encoding::Utf8)
    }

    /// Ends the search.
    pub(super) fn decide(&mut self, encoding: Encoding) {
        self.decided = Some(encoding);
    }

    /// Judges one record. ASCII records pass without deciding anything.
    #[inline]
    pub(super) fn judge(&mut self, bytes: &[u8]) -> Result<Encoding, Undecodable> {
        match self.decided {
            Some(Encoding::Utf8 | Encoding::Utf8Bom) if is_utf8(bytes) => Ok(self.current()),
            Some(Encoding::Utf8 | Encoding::Utf8Bom) => Err(self.undecodable(bytes)),
            Some(Encoding::Cp932) if !bytes.is_ascii() && is_wide_utf8(bytes) => Err(self.foreign_utf8(bytes)),
            Some(encoding) => Ok(encoding),
            None if bytes.is_ascii() => Ok(self.current()),
            None => self.search(bytes),
        }
    }

    #[cold]
    fn search(&mut self, bytes: &[u8]) -> Result<Encoding, Undecodable> {
        // Bytes that are UTF-8 beyond doubt are often CP932 too (アキタ,秋田): whatever the order of the list, that is 文字化け.
        let wide = is_wide_utf8(bytes);
        let fits = |encoding: &Encoding| !(wide && *encoding == Encoding::Cp932) && charset::decode(*encoding, bytes).is_ok();
        match self.candidates.iter().copied().find(fits) {
            Some(encoding) => {
                self.decided = Some(encoding);
                Ok(encoding)
            }
            None if wide && self.candidates.contains(&Encoding::Cp932) => Err(self.foreign_utf8(bytes)),
            None => Err(self.undecodable(bytes)),
        }
    }

    #[cold]
    fn undecodable(&self, bytes: &[u8]) -> Undecodable {
        let expected = self.current();
        let (at, len) = match charset::decode(expected, bytes) {
            Err(error) => (error.offset_in_field, error.bytes.len()),
            Ok(_) => (0, bytes.len()),
        };
        let others = [Encoding::Utf8, Encoding::Cp932];
        let looks_like = others.into_iter().find(|other| *other != expected && charset::decode(*other, bytes).is_ok());
        Undecodable {
            at,
            len,
            expected,
            looks_like: looks_like.filter(|other| !(expected == Encoding::Utf8Bom && *other == Encoding::Utf8)),
        }
    }

    #[cold]
    fn foreign_utf8(&self, bytes: &[u8]) -> Undecodable {
        let at = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
        Undecodable { at, len: bytes.len() - at, expected: Encoding::Cp932, looks_like: Some(Encoding::Utf8) }
    }
}

/// Whether bytes are UTF-8. encoding_rs is faster at Japanese text than the standard library.
#[inline]
fn is_utf8(bytes: &[u8]) -> bool {
    encoding_rs::Encoding::utf8_valid_up_to(bytes) == bytes.len()
}

/// Whether bytes are UTF-8 with at least one character of three bytes. In a CP932 file such a record is UTF-8 pasted in: read as
/// CP932 it would come out as 文字化け without any error. (Two-byte sequences alone may be half-width katakana.)
fn is_wide_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().any(|ch| ch.len_utf8() >= 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_decides_nothing() {
        let mut decision = Decision::new(vec![Encoding::Utf8, Encoding::Cp932]);
        assert_eq!(decision.judge(b"abc"), Ok(Encoding::Utf8));
        assert_eq!(decision.judge(b"\x94\x92"), Ok(Encoding::Cp932));
        assert!(decision.judge("髙橋".as_bytes()).is_err_and(|error| error.looks_like == Some(Encoding::Utf8)));
    }

    #[test]
    fn the_first_decides_for_all() {
        let mut decision = Decision::new(vec![Encoding::Utf8, Encoding::Cp932]);
        assert_eq!(decision.judge("髙橋".as_bytes()), Ok(Encoding::Utf8));
        let error = decision.judge(b"ab\x94\x92").expect_err("CP932 bytes in a UTF-8 file");
        assert_eq!((error.at, error.looks_like), (2, Some(Encoding::Cp932)));
    }

    #[test]
    fn utf8_that_cp932_could_read_too_is_utf8_in_both_orders() {
        let row = "0119,,アキタ,秋田,1".as_bytes();
        assert!(charset::decode(Encoding::Cp932, row).is_ok(), "the row is valid in both");
        for candidates in [[Encoding::Cp932, Encoding::Utf8], [Encoding::Utf8, Encoding::Cp932]] {
            assert_eq!(Decision::new(candidates.to_vec()).judge(row), Ok(Encoding::Utf8), "{candidates:?}");
        }
        let mut without = Decision::new(vec![Encoding::Cp932, Encoding::JisX0201]);
        assert!(without.judge(row).is_err_and(|error| error.looks_like == Some(Encoding::Utf8)));
    }

    #[test]
    fn half_width_kana_is_no_utf8() {
        let mut decision = Decision::new(vec![Encoding::Cp932]);
        assert_eq!(decision.judge(b"\xC2\xB1"), Ok(Encoding::Cp932));
    }
}
