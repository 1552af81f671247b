//! Checksums a server states: in a header (RFC 9530, and the older `Digest`), in a file beside the file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;

/// The SHA-256 of the whole file as the headers of an answer state it, hex. `None`: they state none that can be read.
pub(super) fn stated(headers: &HeaderMap) -> Option<String> {
    let values = |name: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).map(|part| part.trim().to_owned()).collect::<Vec<_>>()
    };
    let structured = values("repr-digest").into_iter().find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let encoded = value.strip_prefix(':')?.strip_suffix(':')?;
        name.eq_ignore_ascii_case("sha-256").then(|| hex_of(encoded)).flatten()
    });
    structured.or_else(|| {
        values("digest").into_iter().find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.eq_ignore_ascii_case("sha-256").then(|| hex_of(value)).flatten()
        })
    })
}

fn hex_of(encoded: &str) -> Option<String> {
    STANDARD.decode(encoded).ok().filter(|bytes| bytes.len() == 32).map(hex::encode)
}

/// The SHA-256 in a file beside the file: 64 hex digits, and perhaps a name behind them, as the usual tools write it.
pub(super) fn beside(text: &str) -> Option<String> {
    let first = text.trim_start_matches('\u{FEFF}').split_whitespace().next()?;
    checked(first)
}

/// A SHA-256 in hex, in lower case.
pub(super) fn checked(text: &str) -> Option<String> {
    (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const BASE64: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    #[test]
    fn headers_of_both_kinds_are_read() {
        let of = |name: &'static str, value: String| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            stated(&headers)
        };
        assert_eq!(of("repr-digest", format!("sha-512=:AAAA:, sha-256=:{BASE64}:")).as_deref(), Some(HEX));
        assert_eq!(of("digest", format!("SHA-256={BASE64}")).as_deref(), Some(HEX));
        assert_eq!(of("repr-digest", "sha-256=:AAAA:".to_owned()), None);
        assert_eq!(of("content-digest", format!("sha-256=:{BASE64}:")), None, "of the part that was sent");
    }

    #[test]
    fn a_file_beside_the_file_holds_hex() {
        assert_eq!(beside(&format!("{}  v.csv\n", HEX.to_uppercase())).as_deref(), Some(HEX));
        assert_eq!(beside("<html>not found</html>"), None);
        assert_eq!(beside(""), None);
    }
}
