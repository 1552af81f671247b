//! A database of the test's own: made from `RENKEI_DATABASE_URL`, migrated, dropped at the end.

use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// The database; dropped with the value.
pub(crate) struct Scratch {
    pub(crate) pool: PgPool,
    pub(crate) url: String,
    server: PgConnectOptions,
    name: String,
}

impl Scratch {
    /// Makes a migrated database.
    pub(crate) async fn new() -> Scratch {
        let url = std::env::var("RENKEI_DATABASE_URL")
            .expect("this test needs a Postgres server: run it by `make test`, which starts one and sets RENKEI_DATABASE_URL");
        let server = PgConnectOptions::from_str(&url).expect("RENKEI_DATABASE_URL is a Postgres URL");
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // With the process in it, as all test databases: those of a killed run are removed by the next (tests/support).
        let name = format!("renkei_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        run(&server, format!("drop database if exists {name} with (force)")).await;
        run(&server, format!("create database {name}")).await;
        let url = server.clone().database(&name).to_url_lossy().to_string();
        let pool = renkei_consumers::db::connect(&url, 8).await.expect("connect to the test's database");
        renkei_consumers::db::migrate(&pool).await.expect("migrate the test's database");
        Scratch { pool, url, server, name }
    }

    /// One value.
    pub(crate) async fn one<T>(&self, sql: &str) -> T
    where
        T: sqlx::Type<sqlx::Postgres> + for<'r> sqlx::Decode<'r, sqlx::Postgres> + Send + Unpin,
    {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await.unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    /// Statements that must work.
    pub(crate) async fn run(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&self.pool).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// Statements that must be refused; the constraint that refused them.
    pub(crate) async fn refused(&self, sql: &str) -> String {
        let error = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&self.pool).await.expect_err("the database must refuse this");
        error.as_database_error().and_then(|e| e.constraint()).unwrap_or_else(|| panic!("{sql}: {error}")).to_owned()
    }

    /// What somebody with full power over the database could do: statements without triggers and foreign keys.
    pub(crate) async fn tamper(&self, sql: &str) {
        self.run(&format!("begin; set local session_replication_role = replica; {sql}; commit")).await;
    }
}

async fn run(server: &PgConnectOptions, sql: String) {
    let mut conn = server.connect().await.expect("connect to the test server");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.expect("make or drop the test's database");
    conn.close().await.expect("close the connection");
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("drop database if exists {} with (force)", self.name));
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run(&server, sql));
        });
        // A panic in here while the test panics would hide the test's own words.
        let _ = dropped.join();
    }
}
