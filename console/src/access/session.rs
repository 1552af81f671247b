//! Sessions: a random token in a cookie, its SHA-256 in the database. Looked up at every request, so that what ends there ends here.

use renkei_core::catalogue::Lang;
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use sqlx::postgres::{PgConnection, PgPool};

use super::enter::From;
use super::person::Permission;
use super::{AccessError, Person, Role, database, random};

/// Name of the cookie. The prefix makes browsers refuse it from another host, path or without TLS.
pub const COOKIE: &str = "__Host-renkei";
/// A session nobody uses ends.
pub const IDLE_MINUTES: i32 = 30;
/// A session ends, used or not.
pub const WHOLE_HOURS: i32 = 10;
/// So long a proof of identity counts for a release.
pub const PROOF_MINUTES: i32 = 5;

/// A session that has just begun.
#[derive(Debug)]
pub struct Begun {
    /// For the cookie, and nowhere else.
    pub token: String,
    /// Whether a one-time code is still to come.
    pub complete: bool,
}

/// How somebody showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// With the password of the account.
    Password,
    /// An OpenID provider said so.
    Provider,
}

impl Way {
    const fn as_str(self) -> &'static str {
        match self {
            Way::Password => "password",
            Way::Provider => "provider",
        }
    }
}

/// SHA-256 of a token.
pub fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Begins a session.
pub async fn begin(conn: &mut PgConnection, login: &str, complete: bool, way: Way, from: &From) -> Result<Begun, AccessError> {
    let token = hex::encode(random::<32>()?);
    let agent: String = from.agent.chars().take(200).collect();
    sqlx::query(
        "insert into access.session (token_sha256, login_id, csrf, complete, address, agent, way) values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(digest(&token))
    .bind(login)
    .bind(hex::encode(random::<32>()?))
    .bind(complete)
    .bind(&from.address)
    .bind(agent)
    .bind(way.as_str())
    .execute(conn)
    .await
    .map_err(database("begin a session"))?;
    Ok(Begun { token, complete })
}

#[derive(Debug, FromRow)]
struct Row {
    login_id: String,
    display_name: String,
    csrf: String,
    complete: bool,
    must_change: bool,
    has_totp: bool,
    proven_lately: bool,
    roles: Vec<String>,
    topics: Vec<String>,
}

/// The person of a session: signed in, or still to give a one-time code.
#[derive(Debug, Clone)]
pub enum Found {
    /// Signed in.
    Whole(Person),
    /// The password was right; the code is missing.
    HalfWay(Person),
}

/// Who a token belongs to, now. A session that is over, or whose account may not enter any more, is nobody's.
pub async fn find(pool: &PgPool, token: &str, lang: Lang) -> Result<Option<Found>, AccessError> {
    let session = digest(token);
    let row: Option<Row> = sqlx::query_as(include_str!("sql/session.sql"))
        .bind(&session)
        .bind(IDLE_MINUTES)
        .bind(WHOLE_HOURS)
        .bind(PROOF_MINUTES)
        .fetch_optional(pool)
        .await
        .map_err(database("look for a session"))?;
    Ok(row.map(|row| {
        let pairs = row.roles.iter().zip(&row.topics);
        let permissions = pairs.filter_map(|(role, topic)| {
            let topic = Some(topic.clone()).filter(|topic| !topic.is_empty());
            Some(Permission { role: Role::parse(role)?, topic })
        });
        let person = Person {
            login: row.login_id,
            name: row.display_name,
            lang,
            csrf: row.csrf,
            permissions: permissions.collect(),
            must_change: row.must_change,
            has_totp: row.has_totp,
            must_enrol: false,
            proven_lately: row.proven_lately,
            session,
        };
        if row.complete { Found::Whole(person) } else { Found::HalfWay(person) }
    }))
}

/// The way in which a session began.
pub(super) async fn way(conn: &mut PgConnection, session: &[u8]) -> Result<Way, AccessError> {
    let way: Option<String> = sqlx::query_scalar("select way from access.session where token_sha256 = $1")
        .bind(session)
        .fetch_optional(conn)
        .await
        .map_err(database("look for a session"))?;
    Ok(if way.as_deref() == Some(Way::Provider.as_str()) { Way::Provider } else { Way::Password })
}

/// Ends one session.
pub async fn end(conn: &mut PgConnection, session: &[u8], why: &str) -> Result<(), AccessError> {
    sqlx::query(
        "update access.session set ended_at = clock_timestamp(), ended_why = $2 where token_sha256 = $1 and ended_at is null",
    )
    .bind(session)
    .bind(why)
    .execute(conn)
    .await
    .map(|_| ())
    .map_err(database("end a session"))
}

/// Ends every session of an account, but for one.
pub async fn end_all(conn: &mut PgConnection, login: &str, but: Option<&[u8]>, why: &str) -> Result<u64, AccessError> {
    sqlx::query(
        "update access.session set ended_at = clock_timestamp(), ended_why = $3
          where login_id = $1 and ended_at is null and token_sha256 is distinct from $2",
    )
    .bind(login)
    .bind(but)
    .bind(why)
    .execute(conn)
    .await
    .map(|done| done.rows_affected())
    .map_err(database("end the sessions of an account"))
}

/// Ends one session of an account by what a form calls it; never the one that asks. Whether there was one to end.
pub async fn end_of(conn: &mut PgConnection, login: &str, id: &str, but: &[u8], why: &str) -> Result<bool, AccessError> {
    sqlx::query(
        "update access.session set ended_at = clock_timestamp(), ended_why = $4
          where login_id = $1 and encode(sha256(token_sha256), 'hex') = $2 and token_sha256 <> $3 and ended_at is null",
    )
    .bind(login)
    .bind(id)
    .bind(but)
    .bind(why)
    .execute(conn)
    .await
    .map(|done| done.rows_affected() > 0)
    .map_err(database("end a session"))
}

/// The person has just proven who they are again: the session goes on under another token, and ends no later for it.
pub async fn proven(conn: &mut PgConnection, session: &[u8]) -> Result<Begun, AccessError> {
    let token = hex::encode(random::<32>()?);
    sqlx::query(include_str!("sql/renew_session.sql"))
        .bind(session)
        .bind(digest(&token))
        .execute(conn)
        .await
        .map_err(database("write down a proof of identity"))?;
    Ok(Begun { token, complete: true })
}

/// A session of somebody, for themselves.
#[derive(Debug, Clone, FromRow)]
pub struct Own {
    /// When it began.
    pub begun_at: String,
    /// When it was last used.
    pub seen_at: String,
    /// Where from.
    pub address: String,
    /// With which browser.
    pub agent: String,
    /// It is the one that asks.
    pub this: bool,
    /// What a form calls it.
    pub id: String,
}

/// The open sessions of an account, that of the asker marked.
pub async fn own(pool: &PgPool, login: &str, session: &[u8]) -> Result<Vec<Own>, AccessError> {
    sqlx::query_as(include_str!("sql/own_sessions.sql"))
        .bind(login)
        .bind(session)
        .bind(IDLE_MINUTES)
        .bind(WHOLE_HOURS)
        .fetch_all(pool)
        .await
        .map_err(database("list the sessions of an account"))
}
