//! Who may hand in what: `tokens.toml`.
//!
//! ```toml
//! [[token]]
//! name   = "einvoice"            # shown as the sender: http:einvoice
//! sha256 = "9f86d0…"             # of the token; the token itself is shown once, when it is made
//! topics = ["90_toy"]            # or ["*"]
//! ```
//!
//! The file is read again when it changes, so a token is withdrawn without a restart. A file that became unreadable or wrong
//! leaves the last good one in force and is told in the log.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use renkei_core::verdict::{Classify, Verdict};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use uuid::Uuid;

/// Every token begins so, so that a scanner for leaked secrets knows it.
const PREFIX: &str = "rnk_";
const NAME_CHARS_MAX: usize = 40;

/// Who hands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Name of the token.
    pub name: String,
    topics: Vec<String>,
    hash: [u8; 32],
}

impl Sender {
    /// Whether the token covers a topic.
    pub fn may(&self, slug: &str) -> bool {
        self.topics.iter().any(|topic| topic == "*" || topic == slug)
    }

    /// The sender as it stands in envelopes.
    pub fn label(&self) -> String {
        format!("http:{}", self.name)
    }
}

/// Why `tokens.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// It cannot be read.
    #[error("tokens file {} cannot be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It says something wrong; every fault is named.
    #[error("tokens file {} has {} fault(s):\n{}", path.display(), faults.len(), faults.join("\n"))]
    Faults {
        /// The file.
        path: PathBuf,
        /// One sentence each.
        faults: Vec<String>,
    },
}

impl Classify for TokensError {
    fn verdict(&self) -> Verdict {
        Verdict::Bug
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    token: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    sha256: String,
    topics: Vec<String>,
}

/// The known tokens.
#[derive(Debug)]
pub struct Tokens {
    path: PathBuf,
    loaded: RwLock<Loaded>,
}

#[derive(Debug, Clone)]
struct Loaded {
    stamp: Option<(SystemTime, u64)>,
    senders: Arc<Vec<Arc<Sender>>>,
}

impl Tokens {
    /// Reads the file.
    pub fn load(path: &Path) -> Result<Tokens, TokensError> {
        let stamp = stamp(path);
        let senders = Arc::new(read(path)?);
        Ok(Tokens { path: path.to_owned(), loaded: RwLock::new(Loaded { stamp, senders }) })
    }

    /// Reads the file; one that is not there yet means no senders, is told in the log, and is read when it comes.
    pub fn load_or_none(path: &Path) -> Result<Tokens, TokensError> {
        match Tokens::load(path) {
            Err(TokensError::Io { path, source }) if source.kind() == std::io::ErrorKind::NotFound => {
                tracing::warn!(
                    file = %path.display(),
                    "there is no tokens file, so nobody may hand in over HTTP; `renkei token new NAME --topic SLUG` makes an entry for it"
                );
                Ok(Tokens { path, loaded: RwLock::new(Loaded { stamp: None, senders: Arc::default() }) })
            }
            loaded => loaded,
        }
    }

    /// The sender of a token. Its hash is compared with every known one in constant time, so that the time of an answer tells
    /// nothing.
    pub fn find(&self, token: &str) -> Option<Arc<Sender>> {
        let senders = self.senders();
        let given: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let (mut found, mut place) = (Choice::from(0), 0_u32);
        for (index, sender) in (0_u32..).zip(senders.iter()) {
            let equal = sender.hash.ct_eq(&given);
            place = u32::conditional_select(&place, &index, equal);
            found |= equal;
        }
        if bool::from(found) { senders.get(place as usize).cloned() } else { None }
    }

    fn senders(&self) -> Arc<Vec<Arc<Sender>>> {
        let now = stamp(&self.path);
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone();
        if now == loaded.stamp {
            return loaded.senders;
        }
        let senders = match read(&self.path) {
            Ok(senders) => Arc::new(senders),
            Err(error) => {
                tracing::error!(error = %crate::station::chain(&error), "the last good tokens file stays in force");
                loaded.senders
            }
        };
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Loaded { stamp: now, senders: senders.clone() };
        senders
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

fn read(path: &Path) -> Result<Vec<Arc<Sender>>, TokensError> {
    let text = std::fs::read_to_string(path).map_err(|source| TokensError::Io { path: path.to_owned(), source })?;
    parse(&text).map_err(|faults| TokensError::Faults { path: path.to_owned(), faults })
}

fn parse(text: &str) -> Result<Vec<Arc<Sender>>, Vec<String>> {
    let file: File = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
    let (mut senders, mut faults) = (Vec::<Arc<Sender>>::new(), Vec::new());
    for Entry { name, sha256, topics } in file.token {
        if !is_name(&name) {
            faults.push(format!("token {name:?}: a name has 1 to {NAME_CHARS_MAX} characters a-z 0-9 - _"));
        }
        if topics.is_empty() {
            faults.push(format!("token {name:?}: topics is empty; it could hand in nothing"));
        }
        let mut hash = [0_u8; 32];
        if hex::decode_to_slice(&sha256, &mut hash).is_err() {
            faults.push(format!("token {name:?}: sha256 must be 64 hexadecimal digits"));
        }
        if senders.iter().any(|other| other.name == name || other.hash == hash) {
            faults.push(format!("token {name:?}: its name or its sha256 stands twice"));
        }
        senders.push(Arc::new(Sender { name, topics, hash }));
    }
    if faults.is_empty() { Ok(senders) } else { Err(faults) }
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    !name.is_empty() && name.len() <= NAME_CHARS_MAX && name.bytes().all(allowed)
}

/// A new token: the secret, to be shown once, and the entry for `tokens.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// The token itself.
    pub token: String,
    /// What to add to `tokens.toml`.
    pub entry: String,
}

/// Makes a token of 244 random bits. The error says what is wrong with the name or the topics.
pub fn make(name: &str, topics: &[String]) -> Result<NewToken, String> {
    let token = format!("{PREFIX}{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let sha256 = hex::encode(Sha256::digest(token.as_bytes()));
    let topics: Vec<String> = topics.iter().map(|topic| format!("{topic:?}")).collect();
    let entry = format!("[[token]]\nname   = {name:?}\nsha256 = {sha256:?}\ntopics = [{}]\n", topics.join(", "));
    parse(&entry).map_err(|faults| faults.join("; "))?;
    Ok(NewToken { token, entry })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_token_is_found_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.toml");
        let (first, second) = (make("einvoice", &["90_toy".into()]).unwrap(), make("ops", &["*".into()]).unwrap());
        std::fs::write(&path, format!("{}\n{}", first.entry, second.entry)).unwrap();
        assert!(!std::fs::read_to_string(&path).unwrap().contains(&first.token), "the token itself is never kept");
        let tokens = Tokens::load(&path).unwrap();
        let sender = tokens.find(&first.token).unwrap();
        assert_eq!((sender.name.as_str(), sender.may("90_toy"), sender.may("91_toy")), ("einvoice", true, false));
        assert!(tokens.find(&second.token).unwrap().may("91_toy"));
        assert_eq!(tokens.find("rnk_0"), None);
        assert_eq!(tokens.find(""), None);
    }

    #[test]
    fn a_withdrawn_token_ends_without_restart_and_a_broken_file_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.toml");
        let made = make("einvoice", &["*".into()]).unwrap();
        std::fs::write(&path, &made.entry).unwrap();
        let tokens = Tokens::load(&path).unwrap();
        std::fs::write(&path, "[[token").unwrap();
        assert!(tokens.find(&made.token).is_some());
        std::fs::write(&path, "").unwrap();
        assert_eq!(tokens.find(&made.token), None);
    }

    #[test]
    fn a_file_that_comes_later_is_read_then() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.toml");
        let made = make("einvoice", &["*".into()]).unwrap();
        let tokens = Tokens::load_or_none(&path).unwrap();
        assert_eq!(tokens.find(&made.token), None);
        std::fs::write(&path, &made.entry).unwrap();
        assert!(tokens.find(&made.token).is_some());
        std::fs::write(&path, "[[token").unwrap();
        assert!(Tokens::load_or_none(&path).is_err(), "a broken file is no missing one");
    }

    #[test]
    fn all_faults_at_once() {
        let faults = parse("[[token]]\nname='A B'\nsha256='12'\ntopics=[]\n").unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(parse("[[token]]\nname='a'\ntoken='secret'\nsha256='12'\ntopics=['*']").is_err(), "unknown keys are refused");
        assert!(make("Bad Name", &["*".into()]).is_err());
    }
}
