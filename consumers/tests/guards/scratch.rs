//! A database of the test's own, copied from the migrated template and dropped at the end.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;

use crate::database::{Database, drop_named};

/// The database; dropped with the value.
pub(crate) struct Scratch {
    pub(crate) pool: PgPool,
    pub(crate) url: String,
    name: String,
}

impl Scratch {
    /// Makes a migrated database.
    pub(crate) async fn new() -> Scratch {
        let Database { name, url, pool } = Database::hasty(8).await;
        Scratch { pool, url, name }
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

impl Drop for Scratch {
    fn drop(&mut self) {
        let name = self.name.clone();
        // A runtime of its own on a thread of its own: drop cannot wait inside the test's runtime.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(drop_named(&name));
        });
        // A panic in here while the test panics would hide the test's own words.
        let _ = dropped.join();
    }
}
