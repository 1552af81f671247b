//! Accounts and roles: what an administrator does, on the page or with `renkei access`. Every change is an audit event.

use serde::Serialize;
use serde_json::{Value, json};
use sqlx::FromRow;
use sqlx::postgres::{PgConnection, PgPool};

use super::enter::{WAIT_MINUTES, WRONG_OF_LOGIN_MAX};
use super::password::{self, Known, Weakness};
use super::{AccessError, Role, database, random, session};

/// An account, for lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Account {
    /// Login id.
    pub login_id: String,
    /// Name.
    pub display_name: String,
    /// `local` or `portal`.
    pub origin: String,
    /// Whether it may enter now.
    pub may_enter: bool,
    /// When it was disabled here.
    pub disabled_at: Option<String>,
    /// Why.
    pub disabled_reason: Option<String>,
    /// Until when it has to wait after wrong attempts.
    pub locked_until: Option<String>,
    /// Whether a password is set.
    pub has_password: bool,
    /// Whether it must be changed.
    pub must_change: bool,
    /// Whether it uses one-time codes.
    pub has_totp: bool,
    /// Roles: `operator`, or `operator:12_civic_assessments` for one topic.
    pub roles: Vec<String>,
    /// When it was last used.
    pub last_seen: Option<String>,
    /// Sessions that are open.
    pub sessions: i64,
}

/// Every account.
pub async fn list(pool: &PgPool) -> Result<Vec<Account>, AccessError> {
    sqlx::query_as(include_str!("sql/accounts.sql"))
        .bind(WRONG_OF_LOGIN_MAX)
        .bind(WAIT_MINUTES)
        .fetch_all(pool)
        .await
        .map_err(database("list the accounts"))
}

/// Where changes come from.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Who changes.
    pub actor: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Makes an account with a password that must be changed; the password is shown once and kept nowhere.
pub async fn add(pool: &PgPool, login: &str, name: &str, portal: bool, by: By<'_>) -> Result<String, AccessError> {
    let initial = initial_password()?;
    let hash = password::hash(initial.clone()).await?;
    let origin = if portal { "portal" } else { "local" };
    let mut tx = pool.begin().await.map_err(database("add an account"))?;
    sqlx::query(
        "insert into access.account (login_id, display_name, origin, password_hash, password_set_at, created_by)
         values ($1, $2, $3, $4, clock_timestamp(), $5)",
    )
    .bind(login)
    .bind(name)
    .bind(origin)
    .bind(hash)
    .bind(by.actor)
    .execute(&mut *tx)
    .await
    .map_err(database("add an account"))?;
    record(&mut tx, login, "account.add", Value::Null, json!({ "origin": origin, "name": name }), by).await?;
    tx.commit().await.map_err(database("add an account"))?;
    Ok(initial)
}

/// Gives a new initial password, ends all sessions, and takes the one-time codes away when asked to.
pub async fn reset(pool: &PgPool, login: &str, codes_too: bool, by: By<'_>) -> Result<String, AccessError> {
    let initial = initial_password()?;
    let hash = password::hash(initial.clone()).await?;
    let mut tx = pool.begin().await.map_err(database("reset an account"))?;
    let login = lock(&mut tx, login).await?;
    sqlx::query(include_str!("sql/reset.sql"))
        .bind(&login)
        .bind(hash)
        .bind(codes_too)
        .execute(&mut *tx)
        .await
        .map_err(database("reset an account"))?;
    session::end_all(&mut tx, &login, None, "the account was reset").await?;
    record(&mut tx, &login, "account.reset", Value::Null, json!({ "codes_too": codes_too }), by).await?;
    tx.commit().await.map_err(database("reset an account"))?;
    Ok(initial)
}

/// A person chooses a password; other sessions of theirs end.
pub async fn choose_password(
    pool: &PgPool,
    login: &str,
    (current, chosen): (&str, &str),
    known: &Known,
    session: &[u8],
) -> Result<bool, AccessError> {
    password::check(chosen, login).and_then(|()| known.check(chosen)).map_err(AccessError::WeakPassword)?;
    if current == chosen {
        return Err(AccessError::WeakPassword(Weakness::Same));
    }
    let hash = sqlx::query_scalar("select password_hash from access.account where login_id = $1")
        .bind(login)
        .fetch_one(pool)
        .await
        .map_err(database("look for an account"))?;
    if !password::is_right(current.to_owned(), hash).await? {
        return Ok(false);
    }
    let hash = password::hash(chosen.to_owned()).await?;
    let mut tx = pool.begin().await.map_err(database("change a password"))?;
    sqlx::query(
        "update access.account set password_hash = $2, password_set_at = clock_timestamp(), must_change = false where login_id = $1",
    )
    .bind(login)
    .bind(hash)
    .execute(&mut *tx)
    .await
    .map_err(database("change a password"))?;
    session::end_all(&mut tx, login, Some(session), "the password was changed").await?;
    record(&mut tx, login, "account.password", Value::Null, Value::Null, By { actor: login, reason: "" }).await?;
    tx.commit().await.map_err(database("change a password"))?;
    Ok(true)
}

/// Gives a role, on one topic or on all.
pub async fn give(pool: &PgPool, login: &str, role: Role, topic: Option<&str>, by: By<'_>) -> Result<(), AccessError> {
    let mut tx = pool.begin().await.map_err(database("give a role"))?;
    let login = lock(&mut tx, login).await?;
    sqlx::query("insert into access.permission (login_id, role, topic, given_by) values ($1, $2, $3, $4) on conflict do nothing")
        .bind(&login)
        .bind(role.as_str())
        .bind(topic)
        .bind(by.actor)
        .execute(&mut *tx)
        .await
        .map_err(database("give a role"))?;
    record(&mut tx, &login, "account.give", Value::Null, json!({ "role": role.as_str(), "topic": topic }), by).await?;
    tx.commit().await.map_err(database("give a role"))
}

/// Takes a role away. Whether there was one to take.
pub async fn take(pool: &PgPool, login: &str, role: Role, topic: Option<&str>, by: By<'_>) -> Result<bool, AccessError> {
    let mut tx = pool.begin().await.map_err(database("take a role away"))?;
    let login = lock(&mut tx, login).await?;
    let taken = sqlx::query(
        "update access.permission set ended_at = clock_timestamp(), ended_by = $4
          where login_id = $1 and role = $2 and topic is not distinct from $3 and ended_at is null",
    )
    .bind(&login)
    .bind(role.as_str())
    .bind(topic)
    .bind(by.actor)
    .execute(&mut *tx)
    .await
    .map_err(database("take a role away"))?
    .rows_affected()
        > 0;
    if taken {
        record(&mut tx, &login, "account.take", json!({ "role": role.as_str(), "topic": topic }), Value::Null, by).await?;
    }
    tx.commit().await.map_err(database("take a role away"))?;
    Ok(taken)
}

/// Disables an account and ends its sessions, or lets it in again.
pub async fn disable(pool: &PgPool, login: &str, disabled: bool, by: By<'_>) -> Result<(), AccessError> {
    let mut tx = pool.begin().await.map_err(database("disable an account"))?;
    let login = lock(&mut tx, login).await?;
    sqlx::query(include_str!("sql/disable.sql"))
        .bind(&login)
        .bind(disabled)
        .bind(by.actor)
        .bind(by.reason)
        .execute(&mut *tx)
        .await
        .map_err(database("disable an account"))?;
    if disabled {
        session::end_all(&mut tx, &login, None, "the account was disabled").await?;
    }
    let action = if disabled { "account.disable" } else { "account.enable" };
    record(&mut tx, &login, action, Value::Null, Value::Null, by).await?;
    tx.commit().await.map_err(database("disable an account"))
}

/// Lets an account that is locked after wrong attempts try again.
pub async fn unlock(pool: &PgPool, login: &str, by: By<'_>) -> Result<(), AccessError> {
    let mut tx = pool.begin().await.map_err(database("lift a lock"))?;
    let login = lock(&mut tx, login).await?;
    sqlx::query("select access.lift_lock($1, $2, $3, $4, $5)")
        .bind(&login)
        .bind(WRONG_OF_LOGIN_MAX)
        .bind(WAIT_MINUTES)
        .bind(by.reason)
        .bind(by.actor)
        .execute(&mut *tx)
        .await
        .map_err(database("lift a lock"))?;
    tx.commit().await.map_err(database("lift a lock"))
}

/// The name of an account, with the login id as it is written.
pub async fn name(pool: &PgPool, login: &str) -> Result<Option<(String, String)>, AccessError> {
    sqlx::query_as("select login_id, display_name from access.account where lower(login_id) = lower($1)")
        .bind(login)
        .fetch_optional(pool)
        .await
        .map_err(database("look for an account"))
}

/// Ends every session of an account.
pub async fn end_sessions(pool: &PgPool, login: &str, by: By<'_>) -> Result<u64, AccessError> {
    let mut tx = pool.begin().await.map_err(database("end sessions"))?;
    let login = lock(&mut tx, login).await?;
    let ended = session::end_all(&mut tx, &login, None, "ended by an administrator").await?;
    record(&mut tx, &login, "session.end_all", Value::Null, json!({ "sessions": ended }), by).await?;
    tx.commit().await.map_err(database("end sessions"))?;
    Ok(ended)
}

/// The account as it is written, locked.
async fn lock(conn: &mut PgConnection, login: &str) -> Result<String, AccessError> {
    let found = sqlx::query_scalar("select login_id from access.account where lower(login_id) = lower($1) for update")
        .bind(login)
        .fetch_optional(conn)
        .await
        .map_err(database("look for an account"))?;
    found.ok_or_else(|| AccessError::Unknown(login.to_owned()))
}

/// One's own one-time codes are in use.
pub async fn note_codes(pool: &PgPool, login: &str) -> Result<(), AccessError> {
    let mut conn = pool.acquire().await.map_err(database("write down that codes are in use"))?;
    record(&mut conn, login, "account.codes", Value::Null, Value::Null, By { actor: login, reason: "" }).await
}

async fn record(
    conn: &mut PgConnection,
    login: &str,
    action: &str,
    before: Value,
    after: Value,
    by: By<'_>,
) -> Result<(), AccessError> {
    sqlx::query(
        "select audit.record($1, $2, 'account', $3, nullif($4, 'null'::jsonb), nullif($5, 'null'::jsonb), nullif($6, ''))",
    )
    .bind(by.actor)
    .bind(action)
    .bind(login)
    .bind(before)
    .bind(after)
    .bind(by.reason)
    .execute(conn)
    .await
    .map(|_| ())
    .map_err(database("write an audit event"))
}

/// Twenty letters and digits without those that look alike, in groups: 95 bits, to be read out once.
fn initial_password() -> Result<String, AccessError> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes: [u8; 20] = random()?;
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_initial_password_is_strong_and_new() {
        let (one, other) = (initial_password().expect("random"), initial_password().expect("random"));
        assert_ne!(one, other);
        assert_eq!(one.len(), 23);
        assert_eq!(password::check(&one, "kato.1"), Ok(()));
    }
}
