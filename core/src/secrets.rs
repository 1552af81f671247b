//! Looks for columns and keys that must not come, before anything of a file is kept: what has a password is not archived.

use std::io::{self, BufReader, Read};

use crate::charset::{self, Encoding};

/// Bytes of a header line that are looked at.
const HEADER_BYTES_MAX: u64 = 64 * 1024;
/// Longest key that is compared.
const KEY_BYTES_MAX: usize = 256;

/// The first name of `secrets` that is a key of a JSON file or a cell of the first line of any other.
pub fn found(mut input: impl Read, secrets: &[String]) -> io::Result<Option<String>> {
    if secrets.is_empty() {
        return Ok(None);
    }
    let mut head = Vec::new();
    input.by_ref().take(HEADER_BYTES_MAX).read_to_end(&mut head)?;
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => in_keys(head.as_slice().chain(input), secrets),
        _ => Ok(in_header(text, secrets)),
    }
}

/// Whether a name is one of the secrets. Case and blanks around it do not hide it, nor does what stands before it in a path.
pub fn named(name: &str, secrets: &[String]) -> Option<String> {
    let last = name.rsplit([':', '.']).next().unwrap_or(name).trim().to_lowercase();
    secrets.iter().find(|secret| secret.to_lowercase() == last).cloned()
}

fn in_header(text: &[u8], secrets: &[String]) -> Option<String> {
    let end = text.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(text.len());
    let decoded =
        [Encoding::Utf8, Encoding::Cp932].into_iter().find_map(|encoding| charset::decode(encoding, &text[..end]).ok())?;
    decoded.split(',').find_map(|cell| named(cell.trim().trim_matches('"'), secrets))
}

/// Every string of a JSON text that is followed by a colon.
fn in_keys(input: impl Read, secrets: &[String]) -> io::Result<Option<String>> {
    let (mut key, mut inside, mut escaped, mut ended) = (Vec::new(), false, false, false);
    for byte in BufReader::new(input).bytes() {
        let byte = byte?;
        if inside {
            match byte {
                b'"' if !escaped => (inside, ended) = (false, true),
                _ if key.len() < KEY_BYTES_MAX => key.push(byte),
                _ => {}
            }
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => {
                key.clear();
                (inside, escaped, ended) = (true, false, false);
            }
            b':' if ended => {
                if let Some(secret) = named(&unescaped(&key), secrets) {
                    return Ok(Some(secret));
                }
                ended = false;
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => ended = false,
        }
    }
    Ok(None)
}

fn unescaped(key: &[u8]) -> String {
    let written = String::from_utf8_lossy(key);
    serde_json::from_str(&format!("\"{written}\"")).unwrap_or_else(|_| written.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &[u8]) -> Option<String> {
        found(text, &["password".to_owned(), "パスワード".to_owned()]).unwrap()
    }

    #[test]
    fn keys_are_found_wherever_they_stand_and_values_are_not() {
        assert_eq!(look(br#"[{"a":{"passWord" : "x"}}]"#).as_deref(), Some("password"));
        assert_eq!(look(br#"{"p\u0061ssword":null}"#).as_deref(), Some("password"));
        assert_eq!(look(br#"{"urn:x:User:password":"x"}"#).as_deref(), Some("password"));
        assert_eq!(look(br#"{"title":"password","note":"a \"password\": b"}"#), None);
    }

    #[test]
    fn headings_are_found_in_either_encoding() {
        assert_eq!(look("職員番号,\"パスワード\"\r\n1,x\r\n".as_bytes()).as_deref(), Some("パスワード"));
        assert_eq!(look(b"\x94\xD4\x8D\x86,\x83\x70\x83\x58\x83\x8F\x81\x5B\x83\x68\r\n").as_deref(), Some("パスワード"));
        assert_eq!(look(b"staff,login\r\n1,password\r\n"), None);
    }
}
