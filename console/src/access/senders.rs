//! Tokens of upstream systems: what an administrator does about them, on the page or with `renkei token`. Every change is an audit
//! event; producers learn of it by the file that is written down for them (docs/decisions/0022).

use jiff::civil::Date;
use renkei_core::calendar::clock;
use renkei_core::registry::{Direction, Registry};
use renkei_producers::http::tokens;
use serde::Serialize;
use sqlx::FromRow;
use sqlx::postgres::PgPool;
use uuid::Uuid;

use super::accounts::By;
use super::{AccessError, database};

/// A token, for lists. The token itself is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct SenderToken {
    /// Its number.
    pub id: i64,
    /// Name of the sender.
    pub name: String,
    /// Slugs, or `*`.
    pub topics: Vec<String>,
    /// `live`, `over` or `revoked`.
    pub state: String,
    /// The last day it is good for.
    pub valid_through: Option<String>,
    /// What it was issued for.
    pub why: String,
    /// When it was issued.
    pub made_at: String,
    /// By whom.
    pub made_by: String,
    /// When a sender of this name last handed anything in that became a batch.
    pub last_batch_at: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
    /// By whom.
    pub revoked_by: Option<String>,
    /// Why.
    pub revoked_why: Option<String>,
}

/// Every token: those that count first, by name.
pub async fn list(pool: &PgPool) -> Result<Vec<SenderToken>, AccessError> {
    sqlx::query_as(include_str!("sql/sender_tokens.sql"))
        .bind(clock::today().to_string())
        .fetch_all(pool)
        .await
        .map_err(database("list the tokens"))
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Name of the sender.
    pub name: &'a str,
    /// Slugs, or `*` alone.
    pub topics: &'a [String],
    /// The last day; `None`: until it is revoked.
    pub through: Option<Date>,
    /// The form it is asked for with: sent twice, it issues one token.
    pub form: Uuid,
}

/// Issues a token; it is shown once and kept nowhere. The number is that of the list.
pub async fn issue(pool: &PgPool, registry: &Registry, wanted: Wanted<'_>, by: By<'_>) -> Result<(i64, String), AccessError> {
    let all = wanted.topics.iter().any(|topic| topic == "*");
    for topic in wanted.topics.iter().filter(|topic| *topic != "*") {
        if !registry.active(Direction::In).any(|known| known.slug.as_str() == topic) {
            return Err(AccessError::Value(format!("nobody can hand in to {topic:?}")));
        }
    }
    let mut topics = if all { vec!["*".to_owned()] } else { wanted.topics.to_vec() };
    topics.sort_unstable();
    topics.dedup();
    let made = tokens::make(wanted.name, &topics).map_err(AccessError::Value)?;
    let id = sqlx::query_scalar("select access.issue_token($1, $2, $3, $4::text::date, $5, $6::text::date, $7, $8)")
        .bind(wanted.name)
        .bind(&made.sha256)
        .bind(&topics)
        .bind(wanted.through.map(|day| day.to_string()))
        .bind(wanted.form)
        .bind(clock::today().to_string())
        .bind(by.reason)
        .bind(by.actor)
        .fetch_one(pool)
        .await
        .map_err(database("issue a token"))?;
    Ok((id, made.token))
}

/// Revokes one.
pub async fn revoke(pool: &PgPool, id: i64, by: By<'_>) -> Result<(), AccessError> {
    sqlx::query("select access.revoke_token($1, $2, $3)")
        .bind(id)
        .bind(by.reason)
        .bind(by.actor)
        .execute(pool)
        .await
        .map(|_| ())
        .map_err(database("revoke a token"))
}
