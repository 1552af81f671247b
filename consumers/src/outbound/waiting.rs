//! Why there is nothing to send: what waits for something that is no concern of the file – a decision, another day, a file that has it.
//! Told by the folder's `waiting.sql`; nothing is kept of it.

use renkei_core::money::Yen;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, FromRow, PgConnection};

use super::compare::{of_folder, own_sql, query};
use super::error::OutboundError;
use super::generate::Job;

/// What waits for one thing.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct Waiting {
    /// Catalogue code: what it waits for, and what to do.
    pub code: String,
    /// Items.
    pub count: i64,
    /// Their yen, where they have such.
    pub yen: Option<i64>,
    /// Further values of the text.
    pub detail: Value,
}

impl Waiting {
    /// The values of the catalogue's text: those of `detail`, and count and yen as people write them.
    pub fn values(&self) -> Value {
        let mut values = if self.detail.is_object() { self.detail.clone() } else { json!({}) };
        values["count"] = Yen(self.count).to_string().into();
        values["yen"] = Yen(self.yen.unwrap_or(0)).to_string().into();
        values
    }
}

/// What waits, as the folder's SQL can tell; `None`: the folder does not say.
pub(super) async fn waiting(conn: &mut PgConnection, job: &Job<'_>) -> Result<Option<Vec<Waiting>>, OutboundError> {
    let Some(sql) = own_sql(job, "waiting") else { return Ok(None) };
    let wrapped = format!(
        "select code::text, count::bigint as count, yen::bigint as yen, coalesce(detail, '{{}}')::jsonb as detail
           from (\n{}\n) as waits (code, count, yen, detail)",
        query(sql)
    );
    let rows = sqlx::query_as(AssertSqlSafe(wrapped)).persistent(false).fetch_all(conn).await;
    rows.map(Some).map_err(|source| of_folder(job, "waiting.sql", source))
}
