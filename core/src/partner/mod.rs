//! The line to a partner's server, whichever way the files go: what addresses may be asked, who we are, whom we believe.

mod access;
/// Addresses that may be asked, and what of them may be shown.
pub mod address;

pub use access::{Access, SettingError, retry_after};
