//! Entering. The answer to a wrong password, an unknown login id and one that is locked out is the same, and takes as long.

use renkei_core::metrics::metrics;
use sqlx::postgres::{PgConnection, PgPool};

use super::seal::Sealer;
use super::session::{self, Begun, Way};
use super::{AccessError, Person, database, password, totp};

/// Wrong attempts of one login id, known or not, before it has to wait.
pub(crate) const WRONG_OF_LOGIN_MAX: i64 = 5;
/// Wrong attempts from one address before it has to wait: an office shares one.
const WRONG_OF_ADDRESS_MAX: i64 = 50;
/// Minutes that are looked back, and so the longest wait.
pub(crate) const WAIT_MINUTES: i32 = 15;
/// Days within which a password that somebody else gave must be changed; then it is good for nothing.
pub const INITIAL_DAYS: i32 = 7;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct From {
    /// Address of the client.
    pub address: String,
    /// What its browser calls itself.
    pub agent: String,
}

/// How an attempt ended. Why it failed is for the log, not for the page.
#[derive(Debug)]
pub enum Entered {
    /// In, or half way.
    Begun(Begun),
    /// Not in.
    Refused,
}

/// Tries a password.
pub async fn with_password(pool: &PgPool, login: &str, password: &str, from: &From) -> Result<Entered, AccessError> {
    let key = login.trim().to_lowercase();
    let locked = is_locked_out(pool, &key, &from.address).await?;
    let account: Option<(String, Option<String>, bool, bool)> = sqlx::query_as(
        "select login_id, password_hash, totp_proven_at is not null, must_change and password_set_at < clock_timestamp() - make_interval(days => $2)
           from access.account where lower(login_id) = $1 and access.may_enter(login_id)",
    )
    .bind(&key)
    .bind(INITIAL_DAYS)
    .fetch_optional(pool)
    .await
    .map_err(database("look for an account"))?;
    let hash = account.as_ref().and_then(|(_, hash, ..)| hash.clone());
    let right = password::is_right(password.chars().take(password::LENGTH_MAX + 1).collect(), hash).await?;
    let expired = right && account.as_ref().is_some_and(|(.., expired)| *expired);
    let mut tx = pool.begin().await.map_err(database("begin a session"))?;
    let entered = match account {
        Some((login, _, has_totp, _)) if right && !locked && !expired => {
            Entered::Begun(session::begin(&mut tx, &login, !has_totp, Way::Password, from).await?)
        }
        _ => Entered::Refused,
    };
    note(&mut tx, &key, &from.address, matches!(entered, Entered::Begun(_))).await?;
    let (action, why) = match (&entered, locked) {
        (Entered::Begun(_), _) => ("session.begin", None),
        (Entered::Refused, true) => ("session.refuse", Some("too many attempts")),
        (Entered::Refused, false) if expired => ("session.refuse", Some("the initial password is too old")),
        (Entered::Refused, false) => ("session.refuse", Some("login id or password")),
    };
    record(&mut tx, &key, action, why, &from.address).await?;
    tx.commit().await.map_err(database("begin a session"))?;
    if matches!(entered, Entered::Refused) {
        count_refused(if locked { "locked" } else { "password" });
    }
    Ok(entered)
}

/// Lets somebody in whom the OpenID provider knows, if there is an account of that login id which may enter. A one-time code of the
/// account is asked for all the same.
pub async fn with_provider(pool: &PgPool, login: &str, from: &From) -> Result<Entered, AccessError> {
    let key = login.trim().to_lowercase();
    let account: Option<(String, bool)> = sqlx::query_as(
        "select login_id, totp_proven_at is not null from access.account
          where lower(login_id) = $1 and access.may_enter(login_id)",
    )
    .bind(&key)
    .fetch_optional(pool)
    .await
    .map_err(database("look for an account"))?;
    let mut tx = pool.begin().await.map_err(database("begin a session"))?;
    let (entered, action) = match account {
        Some((login, has_totp)) => {
            let begun = session::begin(&mut tx, &login, !has_totp, Way::Provider, from).await?;
            (Entered::Begun(begun), "session.begin")
        }
        None => (Entered::Refused, "session.refuse"),
    };
    record(&mut tx, &key, action, Some("OpenID provider"), &from.address).await?;
    tx.commit().await.map_err(database("begin a session"))?;
    Ok(entered)
}

/// Gives the one-time code of a session that is half way in. A new token: the old one was known before the person was.
pub async fn with_code(pool: &PgPool, sealer: &Sealer, person: &Person, code: &str, from: &From) -> Result<Entered, AccessError> {
    let key = person.login.to_lowercase();
    let locked = is_locked_out(pool, &key, &from.address).await?;
    let mut tx = pool.begin().await.map_err(database("complete a session"))?;
    let right = !locked && totp::is_right(&mut tx, sealer, &person.login, code).await?;
    note(&mut tx, &key, &from.address, right).await?;
    let entered = if right {
        session::end(&mut tx, &person.session, "replaced by the complete one").await?;
        let way = session::way(&mut tx, &person.session).await?;
        Entered::Begun(session::begin(&mut tx, &person.login, true, way, from).await?)
    } else {
        record(&mut tx, &key, "session.refuse", Some("one-time code"), &from.address).await?;
        Entered::Refused
    };
    tx.commit().await.map_err(database("complete a session"))?;
    if !right {
        count_refused(if locked { "locked" } else { "code" });
    }
    Ok(entered)
}

/// Proves again who is at the keyboard: by the one-time code where the account has one, else by the password. Who has proven it goes on
/// under a new token.
pub async fn prove(pool: &PgPool, sealer: &Sealer, person: &Person, secret: &str, from: &From) -> Result<Entered, AccessError> {
    let key = person.login.to_lowercase();
    if is_locked_out(pool, &key, &from.address).await? {
        count_refused("locked");
        return Ok(Entered::Refused);
    }
    let right = if person.has_totp {
        let mut tx = pool.begin().await.map_err(database("check a one-time code"))?;
        let right = totp::is_right(&mut tx, sealer, &person.login, secret).await?;
        tx.commit().await.map_err(database("check a one-time code"))?;
        right
    } else {
        // A password that somebody else gave proves nothing about this person.
        let hash: Option<Option<String>> =
            sqlx::query_scalar("select password_hash from access.account where login_id = $1 and not must_change")
                .bind(&person.login)
                .fetch_optional(pool)
                .await
                .map_err(database("look for an account"))?;
        password::is_right(secret.to_owned(), hash.flatten()).await?
    };
    let mut tx = pool.begin().await.map_err(database("write down a proof of identity"))?;
    note(&mut tx, &key, &from.address, right).await?;
    let proven = if right {
        Entered::Begun(session::proven(&mut tx, &person.session).await?)
    } else {
        record(&mut tx, &key, "session.refuse", Some("proof of identity"), &from.address).await?;
        Entered::Refused
    };
    tx.commit().await.map_err(database("write down a proof of identity"))?;
    if !right {
        count_refused("proof");
    }
    Ok(proven)
}

/// Ends every other session of one's own. How many.
pub async fn end_others(pool: &PgPool, person: &Person, from: &From) -> Result<u64, AccessError> {
    let mut tx = pool.begin().await.map_err(database("end sessions"))?;
    let ended = session::end_all(&mut tx, &person.login, Some(&person.session), "ended by their owner").await?;
    record(&mut tx, &person.login.to_lowercase(), "session.end_others", None, &from.address).await?;
    tx.commit().await.map_err(database("end sessions"))?;
    Ok(ended)
}

/// Ends one other session of one's own. Whether it was there.
pub async fn end_one(pool: &PgPool, person: &Person, id: &str, from: &From) -> Result<bool, AccessError> {
    let mut tx = pool.begin().await.map_err(database("end a session"))?;
    let ended = session::end_of(&mut tx, &person.login, id, &person.session, "ended by its owner").await?;
    if ended {
        record(&mut tx, &person.login.to_lowercase(), "session.end_one", None, &from.address).await?;
    }
    tx.commit().await.map_err(database("end a session"))?;
    Ok(ended)
}

/// Writes down that somebody was refused for want of a right: what it was, as an address or a command.
pub async fn note_refusal(pool: &PgPool, login: &str, what: &str) -> Result<(), AccessError> {
    sqlx::query("select audit.record($1, 'access.refused', 'account', $1, null, $2, null)")
        .bind(login)
        .bind(serde_json::json!({ "asked": what }))
        .execute(pool)
        .await
        .map(|_| ())
        .map_err(database("write an audit event"))
}

/// Leaves.
pub async fn leave(pool: &PgPool, person: &Person, from: &From) -> Result<(), AccessError> {
    let mut tx = pool.begin().await.map_err(database("end a session"))?;
    session::end(&mut tx, &person.session, "left").await?;
    record(&mut tx, &person.login.to_lowercase(), "session.end", None, &from.address).await?;
    tx.commit().await.map_err(database("end a session"))
}

async fn is_locked_out(pool: &PgPool, login: &str, address: &str) -> Result<bool, AccessError> {
    let (waits, of_address): (bool, i64) = sqlx::query_as(include_str!("sql/wrong_attempts.sql"))
        .bind(login)
        .bind(address)
        .bind(WAIT_MINUTES)
        .bind(WRONG_OF_LOGIN_MAX)
        .fetch_one(pool)
        .await
        .map_err(database("count attempts"))?;
    Ok(waits || of_address >= WRONG_OF_ADDRESS_MAX)
}

/// Tells Prometheus how many, never who.
fn count_refused(reason: &str) {
    metrics().pages.sign_ins_refused.with_label_values(&[reason]).inc();
}

/// Writes an attempt down. That a login id has to wait from now on is an event of its own; the page says nothing of it.
async fn note(conn: &mut PgConnection, login: &str, address: &str, entered: bool) -> Result<(), AccessError> {
    let shown: String = login.chars().take(64).collect();
    let begins: bool = sqlx::query_scalar("select access.note_attempt($1, $2, $3, $4, $5) is not null")
        .bind(shown)
        .bind(address)
        .bind(entered)
        .bind(WRONG_OF_LOGIN_MAX)
        .bind(WAIT_MINUTES)
        .fetch_one(&mut *conn)
        .await
        .map_err(database("write down an attempt"))?;
    if begins {
        record(conn, login, "account.lockout", Some("too many attempts"), address).await?;
    }
    Ok(())
}

async fn record(conn: &mut PgConnection, login: &str, action: &str, why: Option<&str>, address: &str) -> Result<(), AccessError> {
    // A login id that is nobody's may be a password typed into the wrong field: it is not written into a log that lasts.
    sqlx::query(include_str!("sql/record_session.sql"))
        .bind(login)
        .bind(action)
        .bind(why)
        .bind(serde_json::json!({ "address": address }))
        .execute(conn)
        .await
        .map(|_| ())
        .map_err(database("write an audit event"))
}
