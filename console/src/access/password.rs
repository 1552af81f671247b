//! Passwords: argon2id, checked away from the threads that serve pages, and never more than two at a time.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use tokio::sync::Semaphore;

use super::AccessError;

/// OWASP's second choice of 2023: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Characters of a password.
pub const LENGTH_MIN: usize = 12;
/// Longer ones are refused, not cut.
pub const LENGTH_MAX: usize = 128;
/// Hashing at once: each takes 19 MiB and some 30 ms of a core.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// What is verified for a login id that nobody has, so that the answer takes as long.
static STAND_IN: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than [`LENGTH_MIN`] characters.
    Short,
    /// More than [`LENGTH_MAX`].
    Long,
    /// It holds the login id.
    HasLogin,
    /// One character again and again, or a row of the keyboard.
    Simple,
    /// It is on the list of passwords that are known.
    Known,
    /// It is the one they have.
    Same,
}

impl Weakness {
    /// For the reader.
    pub fn text(self, lang: Lang) -> String {
        match self {
            Weakness::Short => format!("{} {LENGTH_MIN}", say(lang, "短すぎます。最少文字数は", "it is too short; the least is")),
            Weakness::Long => format!("{} {LENGTH_MAX}", say(lang, "長すぎます。最多文字数は", "it is too long; the most is")),
            Weakness::HasLogin => say(lang, "ログインIDを含められません。", "it holds the login id").to_owned(),
            Weakness::Simple => {
                say(lang, "同じ文字の繰返しや連続した文字は使えません。", "it repeats itself or runs along the keyboard")
                    .to_owned()
            }
            Weakness::Known => {
                say(lang, "よく使われる、または流出が知られているパスワードです。", "it is common, or known to have leaked")
                    .to_owned()
            }
            Weakness::Same => say(lang, "今のパスワードと同じです。", "it is the one you have").to_owned(),
        }
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

/// Refuses what is easily guessed.
pub fn check(password: &str, login: &str) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return Err(Weakness::Short);
    }
    if length > LENGTH_MAX {
        return Err(Weakness::Long);
    }
    let lower = password.to_lowercase();
    if lower.contains(&login.to_lowercase()) {
        return Err(Weakness::HasLogin);
    }
    let different = lower.chars().collect::<std::collections::BTreeSet<_>>().len();
    const ROWS: [&str; 6] =
        ["abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "asdfghjkl", "passwordpassword", "renkeirenkei"];
    if different < 5
        || ROWS.iter().any(|row| row.contains(lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '!')))
        || ROWS[1].contains(&lower)
    {
        return Err(Weakness::Simple);
    }
    Ok(())
}

/// Passwords that are common or known to have leaked: a file of the installation, one a line.
#[derive(Debug, Clone, Default)]
pub struct Known(HashSet<String>);

impl Known {
    /// Reads the list. Only those that could be chosen at all are kept.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(path: &Path) -> io::Result<Known> {
        let mut known = HashSet::new();
        for line in BufReader::new(File::open(path)?).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).trim().to_lowercase();
            if line.chars().count() >= LENGTH_MIN {
                known.insert(line);
            }
        }
        Ok(Known(known))
    }

    /// Refuses what is on the list, whatever its case, also with digits or signs behind it.
    pub fn check(&self, password: &str) -> Result<(), Weakness> {
        let lower = password.to_lowercase();
        let bare = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
        if self.0.contains(&lower) || self.0.contains(bare) { Err(Weakness::Known) } else { Ok(()) }
    }
}

fn hasher() -> Result<Argon2<'static>, AccessError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(secret)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn secret(error: impl fmt::Display) -> AccessError {
    AccessError::Secret { doing: "hash a password", reason: error.to_string() }
}

fn hash_now(password: &str) -> Result<String, AccessError> {
    Ok(hasher()?.hash_password(password.as_bytes()).map_err(secret)?.to_string())
}

/// Hashes a password.
pub async fn hash(password: String) -> Result<String, AccessError> {
    let _turn = AT_ONCE.acquire().await.map_err(secret)?;
    tokio::task::spawn_blocking(move || hash_now(&password)).await.map_err(secret)?
}

/// Whether the password belongs to the hash. Without a hash the same time passes, and the answer is no.
pub async fn is_right(password: String, hash: Option<String>) -> Result<bool, AccessError> {
    let _turn = AT_ONCE.acquire().await.map_err(secret)?;
    let verify = move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| STAND_IN.clone());
        let parsed = PasswordHash::new(&text).map_err(secret)?;
        let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(known && right)
    };
    tokio::task::spawn_blocking(verify).await.map_err(secret)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_ones_are_named() {
        for (password, weakness) in [
            ("kyou wa", Weakness::Short),
            ("kato.1 no himitsu", Weakness::HasLogin),
            ("aaaaaaaaaaaa", Weakness::Simple),
            ("abcdefghijklm", Weakness::Simple),
            ("012345678901", Weakness::Simple),
            ("passwordpassword1", Weakness::Simple),
        ] {
            assert_eq!(check(password, "kato.1"), Err(weakness), "{password}");
        }
        assert_eq!(check(&"あいうえお".repeat(30), "kato.1"), Err(Weakness::Long));
        assert_eq!(check("きょうは よいてんき です", "kato.1"), Ok(()));
        assert_eq!(check("correct horse battery", "kato.1"), Ok(()));
    }

    #[test]
    fn a_known_one_is_refused_in_any_case_and_with_digits_behind_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("known.txt");
        std::fs::write(&file, "iloveyouforever\r\nshort\nKyouMoYoiTenki\n").expect("written");
        let known = Known::read(&file).expect("read");
        for password in ["iloveyouforever", "ILoveYouForever", "iloveyouforever2026!", "kyoumoyoitenki"] {
            assert_eq!(known.check(password), Err(Weakness::Known), "{password}");
        }
        assert_eq!(known.check("kyou mo yoi tenki"), Ok(()));
        assert_eq!(Known::default().check("iloveyouforever"), Ok(()));
        assert!(Known::read(&folder.path().join("none")).is_err());
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other() {
        let stored = hash("correct horse battery".into()).await.expect("hashed");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(is_right("correct horse battery".into(), Some(stored.clone())).await.expect("verified"));
        assert!(!is_right("correct horse batterY".into(), Some(stored)).await.expect("verified"));
        assert!(!is_right("nobody has this password".into(), None).await.expect("verified"));
    }
}
