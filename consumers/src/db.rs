//! The way into Postgres: one pool with session limits, and the schema migrations compiled into the program.

use std::str::FromStr;
use std::time::Duration;

use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use renkei_core::verdict::{Classify, Coded, Verdict};
use sqlx::migrate::{MigrateError, Migrator};
pub use sqlx::postgres::PgPool;
use sqlx::postgres::{PgConnectOptions, PgDatabaseError, PgPoolOptions};
use sqlx::{AssertSqlSafe, Executor as _};

/// How long a statement waits for a lock before the message is retried later. Longer than any single-message posting,
/// shorter than the broker's acknowledgement timeout by far.
const LOCK_TIMEOUT_MS: u32 = 30_000;
/// How long any one statement may run. A million-record posting needs well under a minute; what runs longer is stuck.
const STATEMENT_TIMEOUT_MS: u32 = 600_000;
/// How long a session may sit inside a transaction without a statement before the server ends it and frees its locks.
const IDLE_IN_TRANSACTION_MS: u32 = 120_000;
/// How long to wait for a connection from the pool before the database counts as unavailable.
const ACQUIRE_TIMEOUT_S: u64 = 10;

static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// What the database roles may do; run after every migration.
pub const RIGHTS: &str = include_str!("db/rights.sql");

/// What can go wrong before the first statement.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The URL is not a Postgres URL.
    #[error("the database URL is not valid: expected postgres://user@host:port/name")]
    Url(#[source] sqlx::Error),
    /// The server cannot be reached or refuses us.
    #[error("cannot connect to the database {database} at {host}:{port}")]
    Connect {
        /// Server name.
        host: String,
        /// Server port.
        port: u16,
        /// Database name.
        database: String,
        /// What the driver said.
        #[source]
        source: sqlx::Error,
    },
    /// A migration failed or does not match what was applied before.
    #[error("cannot bring the database schema up to date")]
    Migrate(#[source] MigrateError),
    /// The roles or their rights cannot be made.
    #[error("cannot give the database roles their rights")]
    Rights(#[source] sqlx::Error),
    /// The schema was made by a version from before the first release, whose migrations were still being changed.
    #[error(
        "the database was made by an unreleased version whose schema differs (migration {0}); a database to try things with is \
         made anew by `compose/services reset`, then `make demo`"
    )]
    Unreleased(i64),
}

impl Classify for DbError {
    fn verdict(&self) -> Verdict {
        match self {
            DbError::Connect { .. } => Verdict::Retry,
            DbError::Url(_) | DbError::Migrate(_) | DbError::Rights(_) | DbError::Unreleased(_) => Verdict::Bug,
        }
    }
}

/// What an error of the database means for the message at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The database is down or refuses connections: nothing is wrong with the message; pause.
    Down,
    /// Another transaction was in the way (deadlock, serialization, lock or statement timeout): try again later.
    Passing,
    /// The statement itself fails and will fail again.
    Lasting,
}

/// Sorts an error of the driver.
pub fn trouble(error: &sqlx::Error) -> Trouble {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Trouble::Down,
        sqlx::Error::Database(error) => trouble_of(error.code().as_deref().unwrap_or("")),
        _ => Trouble::Lasting,
    }
}

/// Sorts an error code of the server.
fn trouble_of(code: &str) -> Trouble {
    // 08 connection; 28 login refused (a password changed on one side); 53 out of disk, memory, connections; 57P shutdown, crash,
    // starting up, database dropped; 58 the server's own disk.
    const DOWN: [&str; 5] = ["08", "28", "53", "57P", "58"];
    match code {
        // Read-only: a standby, or a primary being moved. Idle session ended. The database is not there (yet, or again).
        "25006" | "25P03" | "3D000" => Trouble::Down,
        "40001" | "40P01" | "55P03" | "57014" => Trouble::Passing,
        _ if DOWN.iter().any(|class| code.starts_with(class)) => Trouble::Down,
        _ => Trouble::Lasting,
    }
}

/// What the database said, as one sentence. A broken constraint is told by the catalogue's `DB_<CONSTRAINT>` text when there
/// is one: constraint names are ours, so that errors can map on them.
pub fn sentence(error: &sqlx::Error) -> String {
    let sqlx::Error::Database(database) = error else { return error.to_string() };
    let mut text = match database.constraint() {
        Some(constraint) => {
            let fault = Fault::new(&format!("DB_{}", constraint.to_uppercase()));
            if catalogue::is_known(&fault.code) {
                // The catalogue says what a person needs; where in the schema it was found helps nobody.
                return format!("{} ({constraint})", catalogue::text(&fault, Lang::En));
            } else {
                format!("{} (constraint {constraint})", database.message())
            }
        }
        None => database.message().to_owned(),
    };
    if let Some(database) = database.try_downcast_ref::<PgDatabaseError>() {
        for (label, more) in [("detail", database.detail()), ("hint", database.hint()), ("in", database.r#where())] {
            if let Some(more) = more {
                text.push_str(&format!("; {label}: {}", more.lines().next().unwrap_or(more)));
            }
        }
    }
    text
}

/// The rule of the schema that a statement broke, when the catalogue has words for it.
pub fn broken_rule(error: &sqlx::Error) -> Option<String> {
    let constraint = error.as_database_error()?.constraint()?;
    catalogue::is_known(&format!("DB_{}", constraint.to_uppercase())).then(|| constraint.to_owned())
}

/// The same as a code of the catalogue, and so what the schema refused by a code itself.
pub fn coded(error: &sqlx::Error) -> Option<Coded> {
    if let Some(constraint) = broken_rule(error) {
        return Some(Coded::rule(&constraint));
    }
    let (code, _) = refusal(error)?;
    code.map(|code| Coded::new(code, Some(refusal_detail(error))))
}

/// What the schema or a folder's SQL says when it refuses something by one of our own codes (`RKnnn`): the catalogue code, if
/// the message is one or a named rule was broken, and a sentence. The detail of a catalogue code is a JSON object with its
/// arguments.
pub fn refusal(error: &sqlx::Error) -> Option<(Option<String>, String)> {
    let database = error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
    if !database.code().starts_with("RK") {
        return None;
    }
    if let Some(constraint) = broken_rule(error) {
        return Some((Some(format!("DB_{}", constraint.to_uppercase())), sentence(error)));
    }
    if !catalogue::is_known(database.message()) {
        let hint = database.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        return Some((None, format!("{}{hint}", database.message())));
    }
    let mut fault = Fault::new(database.message());
    if let serde_json::Value::Object(args) = refusal_detail(error) {
        for (name, value) in args {
            fault = fault.arg(&name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
    }
    let text = format!("{} → {}", catalogue::text(&fault, Lang::En), catalogue::remedy(&fault, Lang::En));
    Some((Some(fault.code), text))
}

/// The arguments of the catalogue code with which the schema refused something, as an object; null when there are none.
pub fn refusal_detail(error: &sqlx::Error) -> serde_json::Value {
    let database = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    let detail = database.and_then(PgDatabaseError::detail);
    detail.and_then(|detail| serde_json::from_str(detail).ok()).unwrap_or_default()
}

/// Opens a pool of at most `max` connections and makes sure that one works.
pub async fn connect(url: &str, max: u32) -> Result<PgPool, DbError> {
    connect_through(url, max, "").await
}

/// The same through a named door (`cli`, `consumer`): audit events of its sessions name it, unless an action names another.
pub async fn connect_through(url: &str, max: u32, door: &str) -> Result<PgPool, DbError> {
    open(PgConnectOptions::from_str(url).map_err(DbError::Url)?, max, door).await
}

/// The same with the rights of a database role and no more, where the login may take them: what runs for long needs not the owner's.
/// Whether it could, and the pool.
pub async fn connect_with_rights_of(role: &str, url: &str, max: u32, door: &str) -> Result<(bool, PgPool), DbError> {
    let options = PgConnectOptions::from_str(url).map_err(DbError::Url)?;
    let plain = open(options.clone(), max, door).await?;
    // The role's name is ours. It may be missing, or the login no member of it.
    let asked = sqlx::raw_sql(AssertSqlSafe(format!("begin; set local role {role}; rollback"))).execute(&plain).await;
    if let Err(error) = asked {
        tracing::warn!(role, error = sentence(&error), "the role's rights cannot be taken; the login's own are used");
        // A transaction that failed must not go back into the pool.
        plain.close().await;
        return Ok((false, open(options, max, door).await?));
    }
    plain.close().await;
    Ok((true, open(options.options([("role", role)]), max, door).await?))
}

async fn open(options: PgConnectOptions, max: u32, door: &str) -> Result<PgPool, DbError> {
    // A page asks by what somebody typed: a plan for any answer goes through a whole table where a plan for this one takes an index.
    let plans = if door == "console" { "force_custom_plan" } else { "auto" };
    let options = options.application_name("renkei").options([
        ("plan_cache_mode", plans.to_owned()),
        // The plans are short-lived and their estimates rough: compiling them costs seconds and saves nothing.
        ("jit", "off".to_owned()),
        ("renkei.source", door.to_owned()),
        ("lock_timeout", LOCK_TIMEOUT_MS.to_string()),
        ("statement_timeout", STATEMENT_TIMEOUT_MS.to_string()),
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_MS.to_string()),
    ]);
    let failed = |source| DbError::Connect {
        host: options.get_host().to_owned(),
        port: options.get_port(),
        database: options.get_database().unwrap_or("").to_owned(),
        source,
    };
    PgPoolOptions::new()
        .max_connections(max)
        .acquire_timeout(Duration::from_secs(ACQUIRE_TIMEOUT_S))
        // Not among the options above: the driver's own startup parameters name UTC and win over them.
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute("set timezone to 'Asia/Tokyo'").await.map(|_| ()) })
        })
        .connect_with(options.clone())
        .await
        .map_err(failed)
}

/// A pool of one connection that is opened at the first question, for asking whether the database is there.
pub fn connect_lazily(url: &str) -> Result<PgPool, DbError> {
    let options = PgConnectOptions::from_str(url).map_err(DbError::Url)?.application_name("renkei readiness");
    Ok(PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(ACQUIRE_TIMEOUT_S)).connect_lazy_with(options))
}

/// The text of every migration.
pub fn migrations() -> impl Iterator<Item = &'static str> {
    MIGRATOR.iter().map(|migration| migration.sql.as_str())
}

/// Applies the migrations that are missing and gives the database roles their rights. Safe to run from several processes at once: the
/// migrator takes a lock.
pub async fn migrate(pool: &PgPool) -> Result<(), DbError> {
    MIGRATOR.run(pool).await.map_err(|error| match error {
        MigrateError::VersionMismatch(version) | MigrateError::VersionMissing(version) => DbError::Unreleased(version),
        other => DbError::Migrate(other),
    })?;
    sqlx::raw_sql(RIGHTS).execute(pool).await.map(|_| ()).map_err(DbError::Rights)
}

/// Makes sure that the schema is the program's: a process that only uses the database needs no right to change it as long as there is
/// nothing to change.
pub async fn prepare(pool: &PgPool) -> Result<(), DbError> {
    if is_current(pool).await { Ok(()) } else { migrate(pool).await }
}

/// Whether every migration of the program has been applied as it is, and no other. What cannot be asked is not current.
async fn is_current(pool: &PgPool) -> bool {
    let applied: Result<Vec<(i64, Vec<u8>)>, _> =
        sqlx::query_as("select version, checksum from _sqlx_migrations where success order by version").fetch_all(pool).await;
    let wanted = MIGRATOR.iter().map(|migration| (migration.version, migration.checksum.to_vec()));
    applied.is_ok_and(|applied| applied == wanted.collect::<Vec<_>>())
}

/// Whether the database has a schema of ours, of whatever version.
pub async fn has_schema(pool: &PgPool) -> Result<bool, DbError> {
    let found = sqlx::query_scalar("select to_regclass('intake.batch') is not null").fetch_one(pool).await;
    found.map_err(|source| DbError::Migrate(MigrateError::Execute(source)))
}

/// Whether a connection from the pool answers and may write. Used while a consumer is paused.
pub async fn ping(pool: &PgPool) -> bool {
    let writable = sqlx::query_scalar("select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off'");
    writable.fetch_one(pool).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_fault_of_the_message_pauses_or_comes_again() {
        let table: [(Trouble, &[&str]); 3] = [
            (
                Trouble::Down,
                &["08006", "25006", "25P03", "28P01", "28000", "3D000", "53100", "53300", "57P01", "57P03", "58030", "58P01"],
            ),
            (Trouble::Passing, &["40001", "40P01", "55P03", "57014"]),
            (Trouble::Lasting, &["22021", "23505", "25P02", "42501", "42703", "42P01", "P0001", "RB001", ""]),
        ];
        for (expected, codes) in table {
            for code in codes {
                assert_eq!(trouble_of(code), expected, "{code}");
            }
        }
        assert_eq!(trouble(&sqlx::Error::PoolTimedOut), Trouble::Down);
    }
}
