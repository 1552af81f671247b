use std::path::Path;
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};

use super::{AccessError, random};

const NONCE_BYTES: usize = 12;
const KEY_BYTES: usize = 32;

/// Encrypts secrets that must be read again (AES-256-GCM), with a key that lies outside the database: a copy of the database alone
/// opens nothing.
#[derive(Clone)]
pub struct Sealer(Arc<Aes256Gcm>);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// With a key of 32 bytes.
    pub fn with_key(key: &[u8; KEY_BYTES]) -> Sealer {
        Sealer(Arc::new(Aes256Gcm::new(key.into())))
    }

    /// Reads the key from a file of 64 hex digits, and makes the file (mode 600) when there is none.
    pub fn from_file(path: &Path) -> Result<Sealer, AccessError> {
        let failed = |reason: String| AccessError::Secret { doing: "read the key of the console", reason };
        let told = |error: std::io::Error| failed(format!("{}: {error}", path.display()));
        if !path.exists() {
            make(path).map_err(told)?;
        }
        let text = std::fs::read_to_string(path).map_err(told)?;
        let bytes = hex::decode(text.trim()).map_err(|_| failed(format!("{} must hold 64 hex digits", path.display())))?;
        let key =
            <[u8; KEY_BYTES]>::try_from(bytes).map_err(|_| failed(format!("{} must hold 64 hex digits", path.display())))?;
        Ok(Self::with_key(&key))
    }

    /// Encrypts for one owner; another's name does not open it.
    pub fn seal(&self, owner: &str, secret: &[u8]) -> Result<Vec<u8>, AccessError> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let payload = Payload { msg: secret, aad: owner.as_bytes() };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload).map_err(|_| unreadable("encrypt a secret"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts.
    pub fn open(&self, owner: &str, sealed: &[u8]) -> Result<Vec<u8>, AccessError> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(|| unreadable("decrypt a secret"))?;
        let payload = Payload { msg: rest, aad: owner.as_bytes() };
        self.0.decrypt(&Nonce::from(*nonce), payload).map_err(|_| unreadable("decrypt a secret"))
    }
}

fn unreadable(doing: &'static str) -> AccessError {
    AccessError::Secret { doing, reason: "it was sealed with another key or for another account".to_owned() }
}

/// Written beside and linked into place, so that two processes that start together use one key.
fn make(path: &Path) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let key: [u8; KEY_BYTES] = random().map_err(|error| std::io::Error::other(error.to_string()))?;
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    writeln!(file, "{}", hex::encode(key))?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&beside, path);
    std::fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_owner_and_key_only() {
        let sealer = Sealer::with_key(&[7; KEY_BYTES]);
        let sealed = sealer.seal("kato.1", b"secret").expect("sealed");
        assert_eq!(sealer.open("kato.1", &sealed).expect("opened"), b"secret");
        assert!(sealer.open("sato.2", &sealed).is_err());
        assert!(Sealer::with_key(&[8; KEY_BYTES]).open("kato.1", &sealed).is_err());
        assert!(sealer.open("kato.1", &sealed[..5]).is_err());
        assert_ne!(sealed, sealer.seal("kato.1", b"secret").expect("sealed"), "no nonce is used twice");
    }

    #[test]
    fn the_key_is_made_once_and_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("console-key-{}", std::process::id()));
        let path = folder.join("console.key");
        let sealed = Sealer::from_file(&path).expect("made").seal("a", b"x").expect("sealed");
        assert_eq!(Sealer::from_file(&path).expect("read").open("a", &sealed).expect("the same key"), b"x");
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
