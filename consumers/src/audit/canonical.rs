//! The bytes of an event that are hashed. Changing anything here breaks every chain there is: make a new version instead.
//!
//! Version 1: `renkei-audit-1`, the previous hash (32 bytes), the position (8 bytes, big endian), then each column in the
//! order of `COLUMNS`: absent = byte 0; present = byte 1, length (8 bytes, big endian), UTF-8 text. Lengths make the form
//! unambiguous: no text in one column can look like another column.

use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::Hash;

/// Hash before the first link.
pub(super) const GENESIS: Hash = [0; 32];

/// The columns as text. Times are in UTC to the microsecond; jsonb's own text form is canonical (keys sorted, no duplicates).
pub(super) const COLUMNS: &str = r#"
    e.id::text, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.at_offset, e.actor, e.action, e.object,
    e.object_id, e.before::text, e.after::text, e.reason, e.source"#;

/// How many there are.
const COLUMN_COUNT: usize = 11;

/// Hash of the link at `position`, from the row's columns starting at `first`.
pub(super) fn hash(previous: &Hash, position: i64, row: &PgRow, first: usize) -> Result<Hash, sqlx::Error> {
    let mut hasher = Sha256::new();
    hasher.update(b"renkei-audit-1");
    hasher.update(previous);
    hasher.update(position.to_be_bytes());
    for column in first..first + COLUMN_COUNT {
        match row.try_get::<Option<&str>, _>(column)? {
            None => hasher.update([0]),
            Some(text) => {
                hasher.update([1]);
                hasher.update((text.len() as u64).to_be_bytes());
                hasher.update(text.as_bytes());
            }
        }
    }
    Ok(hasher.finalize().into())
}
