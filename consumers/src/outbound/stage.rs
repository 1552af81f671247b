//! The temp tables around an integration's SQL, and running that SQL. The contract is docs/INTEGRATIONS.md, "Outbound".

use std::collections::BTreeMap;

use renkei_core::calendar::clock;
use renkei_core::layout::Layout;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Transaction};

use super::error::OutboundError;
use super::model::ExportFile;
use super::{Exporter, Shape, folder, shape};

/// How many rows are known is what matters; the database's own target would read thirty thousand of them to tell.
const STATISTICS_TARGET: u32 = 10;

/// A table that `select.sql` made, with its columns: name and SQL type.
pub(super) type Table = (String, Vec<(String, String)>);

/// What the temp table `run` tells the SQL.
pub(super) struct Stage<'a> {
    /// The file worked on.
    pub(super) file: &'a ExportFile,
    /// Who orders, releases or voids.
    pub(super) actor: &'a str,
    /// Number of the file within topic and day.
    pub(super) number: i32,
    /// The day of the step, by the ward's clock; the file's business date is the day it was ordered for.
    pub(super) today: &'a str,
    /// The profile's or layout's values.
    pub(super) layout: &'a Layout,
}

impl Stage<'_> {
    /// Makes `run`, `param` and `setting`.
    pub(super) async fn set(&self, conn: &mut PgConnection) -> Result<(), OutboundError> {
        // An inbound transaction before this one leaves its working tables on the connection; a folder's may have their names.
        clear(conn).await?;
        let doing = "make the temp tables of a run";
        sqlx::raw_sql(include_str!("sql/begin_run.sql")).execute(&mut *conn).await.map_err(OutboundError::database(doing))?;
        let run = "insert into pg_temp.run select $1, $2, $3, $4::date, $5, $6, $7, $8::date, $9::timestamptz, $10::timestamptz";
        sqlx::query(run)
            .bind(self.file.run)
            .bind(self.file.id)
            .bind(&self.file.topic)
            .bind(&self.file.business_date)
            .bind(self.actor)
            .bind(self.number)
            .bind(self.file.released_at.is_some())
            .bind(self.today)
            .bind(&self.file.ordered_at)
            .bind(moment_of(self.today))
            .execute(&mut *conn)
            .await
            .map_err(OutboundError::database(doing))?;
        fill(conn, "insert into pg_temp.param select key, value from jsonb_each_text($1)", &self.file.params.0).await?;
        fill(conn, "insert into pg_temp.setting select key, value from jsonb_each_text($1)", &self.layout.values).await?;
        // What the office agreed with its bank goes over the file's values: that of the day the file was ordered, in every later step.
        let agreed = sqlx::query(include_str!("sql/agreed_values.sql")).bind(&self.file.profile).execute(&mut *conn).await;
        agreed.map_err(OutboundError::database(doing))?;
        Ok(())
    }
}

/// The moment of a step: now, or where the day was set to another one, its beginning.
fn moment_of(today: &str) -> String {
    let now = clock::now();
    if now.date().to_string() == today { clock::rfc3339(&now) } else { format!("{today}T00:00:00+09:00") }
}

async fn fill(conn: &mut PgConnection, sql: &'static str, values: &BTreeMap<String, String>) -> Result<(), OutboundError> {
    let result = sqlx::query(sql).bind(Json(values)).execute(conn).await;
    result.map_err(OutboundError::database("fill the temp tables of a run"))?;
    Ok(())
}

/// Runs one SQL file of an integration.
pub(super) async fn run_sql(conn: &mut PgConnection, topic: &str, file: &'static str, sql: &str) -> Result<(), OutboundError> {
    let result = sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await;
    result.map_err(|source| OutboundError::Folder { topic: topic.to_owned(), file, source })?;
    Ok(())
}

/// The tables `select.sql` made: `outgoing_*`, `claim`, `refusal`.
pub(super) async fn made_tables(conn: &mut PgConnection) -> Result<Vec<Table>, OutboundError> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(include_str!("sql/outgoing_columns.sql"))
        .fetch_all(conn)
        .await
        .map_err(OutboundError::database("look at the tables select.sql made"))?;
    let mut tables: Vec<Table> = Vec::new();
    for (table, column, sql_type) in rows {
        match tables.last_mut() {
            Some((name, columns)) if *name == table => columns.push((column, sql_type)),
            _ => tables.push((table, vec![(column, sql_type)])),
        }
    }
    Ok(tables)
}

/// Every table of an order whose parts are not told apart belongs to the first.
pub(super) async fn number_parts(conn: &mut PgConnection, tables: &[Table]) -> Result<(), OutboundError> {
    let apart = |columns: &[(String, String)]| columns.iter().any(|(name, _)| name == "part");
    let whole = tables.iter().filter(|(name, columns)| name != "refusal" && !apart(columns));
    let sql: Vec<String> =
        whole.map(|(name, _)| format!("alter table pg_temp.\"{name}\" add part int not null default 1")).collect();
    if sql.is_empty() {
        return Ok(());
    }
    let numbered = sqlx::raw_sql(AssertSqlSafe(sql.join("; "))).execute(conn).await;
    numbered.map_err(OutboundError::database("number the parts of an order"))?;
    Ok(())
}

/// Nobody else gathers statistics of temp tables; without them the planner takes a hundred thousand rows for a handful.
pub(super) async fn analyze(conn: &mut PgConnection, tables: &[Table]) -> Result<(), OutboundError> {
    let names: Vec<String> = tables.iter().map(|(name, _)| format!("pg_temp.\"{name}\"")).collect();
    if names.is_empty() {
        return Ok(());
    }
    let sql = format!("set local default_statistics_target = {STATISTICS_TARGET}; analyze {}", names.join(", "));
    let analyzed = sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await;
    analyzed.map_err(OutboundError::database("analyze the tables select.sql made"))?;
    Ok(())
}

/// Temp tables made by an integration's SQL live as long as the connection; the pool's next user must not meet them.
pub(super) async fn clear(conn: &mut PgConnection) -> Result<(), OutboundError> {
    let result = sqlx::raw_sql("discard temp").execute(conn).await;
    result.map_err(OutboundError::database("drop the temp tables of a run"))?;
    Ok(())
}

impl Exporter {
    /// The temp tables and the journal of `release.sql` or `void.sql`, in the transaction of the step.
    pub(super) async fn begin_step(
        &self,
        tx: &mut Transaction<'_, Postgres>,
        file: &ExportFile,
        actor: &str,
    ) -> Result<(), OutboundError> {
        let topic = self.topic(&file.topic)?;
        let Shape { layout, .. } = shape(topic, folder(topic)?, &file.profile)?;
        let today = self.today();
        Stage { file, actor, number: file.seq_of_day.unwrap_or(0), today: &today, layout }.set(tx).await?;
        let begun = sqlx::query("select ledger.begin_journal()").execute(&mut **tx).await;
        begun.map_err(OutboundError::database("begin the journal of a step"))?;
        Ok(())
    }

    /// Runs the step's SQL, where the folder has it.
    pub(super) async fn run_step(
        &self,
        tx: &mut Transaction<'_, Postgres>,
        file: &ExportFile,
        (stem, name): (&str, &'static str),
    ) -> Result<(), OutboundError> {
        let topic = self.topic(&file.topic)?;
        let integration = folder(topic)?;
        let Shape { variant, .. } = shape(topic, integration, &file.profile)?;
        let Some(sql) = integration.sql_for(stem, variant) else { return Ok(()) };
        run_sql(tx, &file.topic, name, sql).await.map_err(|error| error.refused_by_ledger(file.id))
    }

    /// Nothing of the journal is left unposted, and the connection is clean for its next user.
    pub(super) async fn end_step(
        &self,
        tx: &mut Transaction<'_, Postgres>,
        file: &ExportFile,
        name: &'static str,
    ) -> Result<(), OutboundError> {
        let left: i64 = sqlx::query_scalar("select count(*) from pg_temp.journal")
            .fetch_one(&mut **tx)
            .await
            .map_err(OutboundError::database("look whether the journal was posted"))?;
        if left > 0 {
            let what = format!("left {left} journal row(s) unposted; it must end with ledger.post_journal()");
            return Err(OutboundError::Contract { topic: file.topic.clone(), file: name, what });
        }
        clear(tx).await
    }
}
