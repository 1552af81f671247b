//! Audit: who did what to which object. Events are written by SQL (`audit.record`) in the transaction of their effect; this
//! module links them into a hash chain afterwards and proves that the chain is whole.
//!
//! | module | duty |
//! |--|--|
//! | `seal` | gives committed events a position and a hash, in batches, one sealer at a time |
//! | `verify` | walks the chain and names the first broken link |
//! | `canonical` | the bytes of an event that are hashed |
//!
//! What the chain shows: an event that was changed, deleted, inserted or moved after it was sealed. What it cannot show alone:
//! an event deleted before it was sealed (seconds), and a chain whose end was cut off or rewritten as a whole together with
//! its seals. Against that, write a `Head` down outside the database (the sealer logs each) and give it to
//! `verify::verify_against`.

mod canonical;
/// Gives committed events their place in the chain.
pub mod seal;
/// Walks the chain.
pub mod verify;

use renkei_core::registry::Registry;
use renkei_core::verdict::{Classify, Verdict};
use sqlx::postgres::PgPool;

use crate::db::{self, Trouble};

/// One SHA-256.
pub type Hash = [u8; 32];

/// The end of the chain at some moment: enough to recognise later that the chain up to here is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Position of the last link.
    pub position: i64,
    /// Its hash.
    pub hash: Hash,
}

impl std::fmt::Display for Head {
    /// `1234:9f86d0…`, the form in which it is written down.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.position, hex::encode(self.hash))
    }
}

impl std::str::FromStr for Head {
    type Err = AuditError;

    fn from_str(text: &str) -> Result<Self, AuditError> {
        let read = || {
            let (position, hash) = text.split_once(':')?;
            Some(Head { position: position.parse().ok()?, hash: hex::decode(hash).ok()?.try_into().ok()? })
        };
        read().ok_or_else(|| AuditError::NotAHead { text: text.to_owned() })
    }
}

/// Why the chain could not be sealed or walked. A broken chain is no error but a report.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The database.
    #[error("cannot {doing}")]
    Database {
        /// Completes "cannot …".
        doing: &'static str,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// A text that is no head.
    #[error("{text:?} is not the head of an audit chain (position:sha256)")]
    NotAHead {
        /// The text.
        text: String,
    },
}

impl AuditError {
    fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> AuditError {
        move |source| AuditError::Database { doing, source }
    }
}

/// Writes down with which configuration a role starts: digests of `queues.toml` and of every folder.
pub async fn record_configuration(pool: &PgPool, registry: &Registry, role: &str) -> Result<(), AuditError> {
    let built = registry.sides().filter_map(|topic| Some((topic.folder.clone(), topic.integration.as_ref()?.digest.clone())));
    let folders: serde_json::Map<String, serde_json::Value> = built.map(|(slug, digest)| (slug, digest.into())).collect();
    let after =
        serde_json::json!({ "queues": registry.queues_digest, "integrations": folders, "version": env!("CARGO_PKG_VERSION") });
    sqlx::query("select audit.record('renkei', 'config.loaded', 'config', $1, null, $2, null)")
        .bind(role)
        .bind(after)
        .execute(pool)
        .await
        .map(|_| ())
        .map_err(AuditError::database("write down the configuration"))
}

impl Classify for AuditError {
    fn verdict(&self) -> Verdict {
        match self {
            AuditError::Database { source, .. } => match db::trouble(source) {
                Trouble::Down | Trouble::Passing => Verdict::Retry,
                Trouble::Lasting => Verdict::Bug,
            },
            AuditError::NotAHead { .. } => Verdict::Reject,
        }
    }
}
