//! A database of one test, copied from a migrated template.
//!
//! Migrating takes a second, copying a tenth of one. The template's name holds the digest of the migrations, so that a changed
//! migration makes a new one.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

use renkei_consumers::db;
use sha2::{Digest, Sha256};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection};

use super::naming::{is_left_over, root, setting, unique_name};

/// Key of the advisory lock under which the template is made: "renk" in bytes.
const TEMPLATE_LOCK: i64 = 0x7265_6e6b;
const TEMPLATE_PREFIX: &str = "renkei_template_";

/// A database that exists as long as this value, and is removed by [`Database::remove`].
#[derive(Debug)]
pub(crate) struct Database {
    pub name: String,
    pub url: String,
    pub pool: PgPool,
}

impl Database {
    /// A fresh migrated database.
    pub(crate) async fn create(connections_max: u32) -> Database {
        Database::open(connections_max, "on").await
    }

    /// The same for tests under which nobody kills the server: their commits need not wait for the disk.
    pub(crate) async fn hasty(connections_max: u32) -> Database {
        Database::open(connections_max, "off").await
    }

    async fn open(connections_max: u32, synchronous_commit: &str) -> Database {
        let mut admin = admin().await;
        let template = template(&mut admin).await;
        let name = unique_name();
        execute(&mut admin, format!("create database {name} template {template}")).await;
        execute(&mut admin, format!("alter database {name} set synchronous_commit = {synchronous_commit}")).await;
        let url = url_of(&name);
        let pool = db::connect(&url, connections_max).await.expect("a database just made answers");
        Database { name, url, pool }
    }

    /// Drops it.
    pub(crate) async fn remove(self) {
        self.pool.close().await;
        drop_named(&self.name).await;
    }
}

/// Drops the database of this name, whoever is still connected.
pub(crate) async fn drop_named(name: &str) {
    execute(&mut admin().await, format!("drop database if exists {name} with (force)")).await;
}

async fn admin() -> PgConnection {
    let options = PgConnectOptions::from_str(&setting("RENKEI_DATABASE_URL")).expect("RENKEI_DATABASE_URL is a Postgres URL");
    PgConnection::connect_with(&options).await.expect("Postgres answers: `compose/services up` starts it")
}

/// The URL of the settings with another database.
fn url_of(name: &str) -> String {
    let url = setting("RENKEI_DATABASE_URL");
    let (address, options) = url.split_once('?').map_or((url.as_str(), None), |(address, options)| (address, Some(options)));
    let (server, _) = address.rsplit_once('/').expect("RENKEI_DATABASE_URL names a database");
    options.map_or_else(|| format!("{server}/{name}"), |options| format!("{server}/{name}?{options}"))
}

async fn execute(admin: &mut PgConnection, sql: String) {
    let shown = sql.clone();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(admin).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
}

/// The name of the migrated template; the first caller of all test programs makes it.
async fn template(admin: &mut PgConnection) -> String {
    let name = format!("{TEMPLATE_PREFIX}{}", &digest()[..16]);
    sqlx::query("select pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await.unwrap();
    let ready: Option<bool> = sqlx::query_scalar("select datistemplate from pg_database where datname = $1")
        .bind(&name)
        .fetch_optional(&mut *admin)
        .await
        .unwrap();
    sweep(admin).await;
    if ready != Some(true) {
        sweep_templates(admin, &name).await;
        execute(admin, format!("drop database if exists {name}")).await;
        execute(admin, format!("create database {name}")).await;
        let pool = db::connect(&url_of(&name), 2).await.expect("a database just made answers");
        db::migrate(&pool).await.unwrap_or_else(|error| panic!("the migrations fail: {error:?}"));
        pool.close().await;
        execute(admin, format!("alter database {name} is_template true")).await;
    }
    sqlx::query("select pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(admin).await.unwrap();
    name
}

/// Removes the databases of dead test programs, those of the crates' own tests too; once a program.
async fn sweep(admin: &mut PgConnection) {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.swap(true, Ordering::Relaxed) {
        return;
    }
    for name in names(admin).await.iter().filter(|name| is_left_over(name)) {
        execute(admin, format!("drop database if exists {name} with (force)")).await;
    }
}

async fn names(admin: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar("select datname from pg_database").fetch_all(admin).await.unwrap()
}

/// Removes templates of other migrations.
async fn sweep_templates(admin: &mut PgConnection, current: &str) {
    for name in names(admin).await.iter().filter(|name| name.starts_with(TEMPLATE_PREFIX) && *name != current) {
        execute(admin, format!("alter database {name} is_template false")).await;
        execute(admin, format!("drop database if exists {name}")).await;
    }
}

fn digest() -> String {
    let folder = root().join("migrations");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hash = Sha256::new();
    hash.update(db::RIGHTS);
    for file in files {
        hash.update(file.file_name().unwrap().as_encoded_bytes());
        hash.update(std::fs::read(&file).unwrap());
    }
    hex::encode(hash.finalize())
}
