//! Who may hand in what. Two files say it, and a token of either is good: `senders.json`, the administrator's list as a consuming role
//! writes it down (docs/decisions/0022), and `tokens.toml`, made by hand where no database is near:
//!
//! ```toml
//! [[token]]
//! name   = "einvoice"            # shown as the sender: http:einvoice
//! sha256 = "9f86d0…"             # of the token; the token itself is shown once, when it is made
//! topics = ["90_toy"]            # or ["*"]
//! ```
//!
//! A file is read again when it changes, so a token is withdrawn without a restart. A file that became unreadable or wrong
//! leaves the last good one in force and is told in the log.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use jiff::civil::Date;
use renkei_core::calendar::clock;
use renkei_core::senders::{self, SenderToken, SendersFileError};
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
    through: Option<Date>,
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

/// Why a file of senders cannot be used.
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
    /// The administrator's list.
    #[error(transparent)]
    Written(#[from] SendersFileError),
}

impl TokensError {
    fn is_missing(&self) -> bool {
        match self {
            TokensError::Io { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
            TokensError::Written(error) => error.is_missing(),
            TokensError::Faults { .. } => false,
        }
    }
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

type Senders = Vec<Arc<Sender>>;

/// The known tokens.
#[derive(Debug)]
pub struct Tokens {
    by_hand: Source,
    written: Option<Source>,
}

impl Tokens {
    /// Reads the file made by hand, and knows no other.
    pub fn load(path: &Path) -> Result<Tokens, TokensError> {
        Ok(Tokens { by_hand: Source::load(path, read)?, written: None })
    }

    /// Reads both files. One that is not there yet means no senders, and is read when it comes; whether anybody may hand in is told
    /// in the log. The list is a program's work, which makes it again: damaged, it stops nothing that runs beside the intake.
    pub fn open(by_hand: &Path, written: &Path) -> Result<Tokens, TokensError> {
        let by_hand = Source::load_or_none(by_hand, read)?;
        let written = Source::load_or_none(written, read_written).unwrap_or_else(|error| {
            tracing::error!(error = %crate::station::chain(&error), "nobody of the administrator's list may hand in until it is mended");
            Source::none(written, read_written)
        });
        if by_hand.is_empty() && written.is_empty() {
            tracing::warn!(
                list = %written.path.display(),
                file = %by_hand.path.display(),
                "nobody may hand in over HTTP yet; an administrator issues a token on the page of the accounts, or `renkei token issue`"
            );
        }
        Ok(Tokens { by_hand, written: Some(written) })
    }

    /// The sender of a token that is good today. Its hash is compared with every known one in constant time, so that the time of an
    /// answer tells nothing.
    pub fn find(&self, token: &str) -> Option<Arc<Sender>> {
        let written = self.written.as_ref().map(Source::senders).unwrap_or_default();
        let senders: Vec<Arc<Sender>> = self.by_hand.senders().iter().chain(written.iter()).cloned().collect();
        let given: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let (mut found, mut place) = (Choice::from(0), 0_u32);
        for (index, sender) in (0_u32..).zip(senders.iter()) {
            let equal = sender.hash.ct_eq(&given);
            place = u32::conditional_select(&place, &index, equal);
            found |= equal;
        }
        let sender = if bool::from(found) { senders.get(place as usize).cloned() } else { None };
        sender.filter(|sender| sender.through.is_none_or(|day| clock::today() <= day))
    }
}

/// Names and topics of the file made by hand, for who looks at all senders together; empty when there is none.
pub fn by_hand(path: &Path) -> Result<Vec<(String, Vec<String>)>, TokensError> {
    match read(path) {
        Ok(senders) => Ok(senders.iter().map(|sender| (sender.name.clone(), sender.topics.clone())).collect()),
        Err(error) if error.is_missing() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// A file of senders, read again when it changes.
#[derive(Debug)]
struct Source {
    path: PathBuf,
    read: fn(&Path) -> Result<Senders, TokensError>,
    loaded: RwLock<Loaded>,
}

#[derive(Debug, Clone, Default)]
struct Loaded {
    stamp: Option<(SystemTime, u64)>,
    senders: Arc<Senders>,
}

impl Source {
    fn load(path: &Path, read: fn(&Path) -> Result<Senders, TokensError>) -> Result<Source, TokensError> {
        let stamp = stamp(path);
        let senders = Arc::new(read(path)?);
        Ok(Source { path: path.to_owned(), read, loaded: RwLock::new(Loaded { stamp, senders }) })
    }

    fn load_or_none(path: &Path, read: fn(&Path) -> Result<Senders, TokensError>) -> Result<Source, TokensError> {
        match Source::load(path, read) {
            Err(error) if error.is_missing() => Ok(Source::none(path, read)),
            loaded => loaded,
        }
    }

    fn none(path: &Path, read: fn(&Path) -> Result<Senders, TokensError>) -> Source {
        Source { path: path.to_owned(), read, loaded: RwLock::default() }
    }

    fn is_empty(&self) -> bool {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).senders.is_empty()
    }

    fn senders(&self) -> Arc<Senders> {
        let now = stamp(&self.path);
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone();
        if now == loaded.stamp {
            return loaded.senders;
        }
        let senders = match (self.read)(&self.path) {
            Ok(senders) => Arc::new(senders),
            Err(error) => {
                tracing::error!(error = %crate::station::chain(&error), "the last good list of senders stays in force");
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

fn read(path: &Path) -> Result<Senders, TokensError> {
    let text = std::fs::read_to_string(path).map_err(|source| TokensError::Io { path: path.to_owned(), source })?;
    parse(&text).map_err(|faults| TokensError::Faults { path: path.to_owned(), faults })
}

fn read_written(path: &Path) -> Result<Senders, TokensError> {
    let (mut senders, mut faults) = (Vec::new(), Vec::new());
    for SenderToken { id, name, sha256, topics, through } in senders::read(path)? {
        let mut hash = [0_u8; 32];
        match hex::decode_to_slice(&sha256, &mut hash) {
            Ok(()) => senders.push(Arc::new(Sender { name, topics, hash, through })),
            Err(_) => faults.push(format!("token {id}: sha256 must be 64 hexadecimal digits")),
        }
    }
    if faults.is_empty() { Ok(senders) } else { Err(TokensError::Faults { path: path.to_owned(), faults }) }
}

fn parse(text: &str) -> Result<Senders, Vec<String>> {
    let file: File = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
    let (mut senders, mut faults) = (Senders::new(), Vec::new());
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
        senders.push(Arc::new(Sender { name, topics, hash, through: None }));
    }
    if faults.is_empty() { Ok(senders) } else { Err(faults) }
}

/// Whether a sender can be called so.
pub fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    !name.is_empty() && name.len() <= NAME_CHARS_MAX && name.bytes().all(allowed)
}

/// A new token: the secret, to be shown once, and what is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// The token itself.
    pub token: String,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// What to add to `tokens.toml` where it is kept by hand.
    pub entry: String,
}

/// Makes a token of 244 random bits. The error says what is wrong with the name or the topics.
pub fn make(name: &str, topics: &[String]) -> Result<NewToken, String> {
    let token = format!("{PREFIX}{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let sha256 = hex::encode(Sha256::digest(token.as_bytes()));
    let topics: Vec<String> = topics.iter().map(|topic| format!("{topic:?}")).collect();
    let entry = format!("[[token]]\nname   = {name:?}\nsha256 = {sha256:?}\ntopics = [{}]\n", topics.join(", "));
    parse(&entry).map_err(|faults| faults.join("; "))?;
    Ok(NewToken { token, sha256, entry })
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
        let list = folder.path().join("senders.json");
        let tokens = Tokens::open(&path, &list).unwrap();
        assert_eq!(tokens.find(&made.token), None);
        std::fs::write(&path, &made.entry).unwrap();
        assert!(tokens.find(&made.token).is_some());
        std::fs::write(&path, "[[token").unwrap();
        assert!(Tokens::open(&path, &list).is_err(), "a broken file is no missing one");
    }

    #[test]
    fn the_list_counts_beside_the_file_and_only_until_its_day() {
        let folder = tempfile::tempdir().unwrap();
        let (path, list) = (folder.path().join("tokens.toml"), folder.path().join("senders.json"));
        let topics = ["90_toy".to_owned()];
        let [by_hand, good, over] = ["hand", "good", "over"].map(|name| make(name, &topics).unwrap());
        std::fs::write(&path, &by_hand.entry).unwrap();
        std::fs::write(&list, "{").unwrap();
        let tokens = Tokens::open(&path, &list).unwrap();
        assert!(tokens.find(&by_hand.token).is_some(), "a damaged list stops nobody else");
        let today = clock::today();
        let token = |id, made: &NewToken, name: &str, through| SenderToken {
            id,
            name: name.to_owned(),
            sha256: made.sha256.clone(),
            topics: topics.to_vec(),
            through: Some(through),
        };
        let both = [token(1, &good, "good", today), token(2, &over, "over", today.yesterday().unwrap())];
        senders::write(&list, &both).unwrap();
        let sender = tokens.find(&good.token).unwrap();
        assert_eq!((sender.label().as_str(), sender.may("90_toy"), sender.may("91_toy")), ("http:good", true, false));
        assert_eq!(tokens.find(&over.token), None, "its last day is over");
        assert!(tokens.find(&by_hand.token).is_some());
        senders::write(&list, &both[1..]).unwrap();
        assert_eq!(tokens.find(&good.token), None, "revoked without a restart");
        assert_eq!(super::by_hand(&path).unwrap(), [("hand".to_owned(), topics.to_vec())]);
        assert!(super::by_hand(&folder.path().join("none.toml")).unwrap().is_empty());
    }

    #[test]
    fn all_faults_at_once() {
        let faults = parse("[[token]]\nname='A B'\nsha256='12'\ntopics=[]\n").unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(parse("[[token]]\nname='a'\ntoken='secret'\nsha256='12'\ntopics=['*']").is_err(), "unknown keys are refused");
        assert!(make("Bad Name", &["*".into()]).is_err());
    }
}
