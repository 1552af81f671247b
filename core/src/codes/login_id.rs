//! Login ids of people: 3 to 64 of `A-Z a-z 0-9 . _ -` (formats: integrations §7d). Two that differ only in case are the same.

use super::{CheckFailed, CheckReason};

/// Whether a text can be a login id.
///
/// # Errors
/// What is wrong with it.
pub fn check(text: &str) -> Result<(), CheckFailed> {
    const CHECK: &str = "login_id";
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !(3..=64).contains(&text.len()) || !text.bytes().all(allowed) {
        return Err(CheckFailed::new(CHECK, text, CheckReason::Form, "3–64: A-Z a-z 0-9 . _ -"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_characters_and_length_are_limited() {
        for good in ["abc", "takahashi-h", "A.b_c-1", &"x".repeat(64)] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["ab", "taka hashi", "taka@ward", "髙橋花子", &"x".repeat(65), ""] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
