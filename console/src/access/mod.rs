//! Who is at the other end, and what they may do.

/// Accounts and roles: what an administrator does.
pub mod accounts;
/// Entering: password, one-time code, attempts.
pub mod enter;
/// Signing in with an OpenID provider.
pub mod oidc;
/// Passwords.
pub mod password;
/// The person behind a request.
pub mod person;
/// What has been kept long enough.
pub mod purge;
/// What roles may do.
pub mod role;
/// Secrets that lie encrypted in the database.
pub mod seal;
/// Tokens of upstream systems.
pub mod senders;
/// Sessions.
pub mod session;
/// One-time codes.
pub mod totp;

pub use person::Person;
use renkei_consumers::db;
use renkei_core::verdict::{Classify, Coded, Verdict};
pub use role::{Action, Role};

/// What can go wrong with accounts and sessions.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// A statement failed.
    #[error("cannot {doing}: {}", db::sentence(source))]
    Database {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        source: sqlx::Error,
    },
    /// No such account.
    #[error("there is no account {0:?}")]
    Unknown(String),
    /// A password that is too weak.
    #[error("the password is refused: {0}")]
    WeakPassword(password::Weakness),
    /// A value that cannot be.
    #[error("{0}")]
    Value(String),
    /// The system has no random numbers or no key.
    #[error("cannot {doing}: {reason}")]
    Secret {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        reason: String,
    },
}

impl Classify for AccessError {
    fn verdict(&self) -> Verdict {
        match self {
            AccessError::Database { source, .. } => match db::trouble(source) {
                db::Trouble::Down | db::Trouble::Passing => Verdict::Retry,
                // A named rule of the schema refused it.
                db::Trouble::Lasting if source.as_database_error().is_some_and(|error| error.constraint().is_some()) => {
                    Verdict::Reject
                }
                db::Trouble::Lasting => Verdict::Bug,
            },
            AccessError::Unknown(_) | AccessError::WeakPassword(_) | AccessError::Value(_) => Verdict::Reject,
            AccessError::Secret { .. } => Verdict::Bug,
        }
    }

    fn coded(&self) -> Option<Coded> {
        match self {
            AccessError::Database { source, .. } => db::coded(source),
            _ => None,
        }
    }
}

pub(crate) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> AccessError {
    move |source| AccessError::Database { doing, source }
}

/// `N` random bytes from the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], AccessError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| AccessError::Secret { doing: "get random numbers", reason: error.to_string() })?;
    Ok(bytes)
}
