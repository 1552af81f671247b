//! Statements about file rows that several steps share.

use renkei_core::message::ExportOrder;
use renkei_core::registry::{Release, Topic};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::Exporter;
use super::error::OutboundError;
use super::model::{ExportFile, FileState};
use super::problem::Problem;

/// Inserts the row of an order; `false` when the run has one.
pub(super) async fn enter_order(
    conn: &mut PgConnection,
    exporter: &Exporter,
    topic: &Topic,
    profile: &str,
    order: &ExportOrder,
) -> Result<bool, OutboundError> {
    let policy = match topic.release {
        Release::Automatic => "automatic",
        Release::Operator => "operator",
        Release::TwoPerson => "two_person",
    };
    let inserted = sqlx::query(include_str!("sql/enter_order.sql"))
        .bind(order.run)
        .bind(topic.slug.as_str())
        .bind(profile)
        .bind(Json(&order.params))
        .bind(policy)
        .bind(topic.once)
        .bind(&order.ordered_by)
        .bind(&order.ordered_at)
        .bind(exporter.today())
        .bind(topic.cut_off.map(|cut_off| cut_off.at.to_string()))
        .bind(topic.cut_off.map(|cut_off| cut_off.calendar.as_str()))
        .execute(conn)
        .await
        .map_err(OutboundError::database("enter an order"))?;
    Ok(inserted.rows_affected() == 1)
}

/// Inserts the row of a further file of an order.
pub(super) async fn enter_part(
    conn: &mut PgConnection,
    first: &ExportFile,
    part: i32,
    parts: i32,
) -> Result<ExportFile, OutboundError> {
    let id: i64 = sqlx::query_scalar(include_str!("sql/enter_part.sql"))
        .bind(first.id)
        .bind(part)
        .bind(parts)
        .fetch_one(&mut *conn)
        .await
        .map_err(OutboundError::database("enter a further file of an order"))?;
    find_file(conn, id).await
}

pub(super) async fn next_number(conn: &mut PgConnection, file: &ExportFile) -> Result<i32, OutboundError> {
    sqlx::query_scalar("select coalesce(max(seq_of_day), 0) + 1 from export.file where topic = $1 and business_date = $2::date")
        .bind(&file.topic)
        .bind(&file.business_date)
        .fetch_one(conn)
        .await
        .map_err(OutboundError::database("number a file"))
}

pub(super) async fn end(
    conn: &mut PgConnection,
    id: i64,
    state: FileState,
    problem: Option<&Problem>,
) -> Result<(), OutboundError> {
    let written = sqlx::query("update export.file set state = $2, problem = $3 where id = $1")
        .bind(id)
        .bind(state.as_str())
        .bind(problem.map(Json))
        .execute(conn)
        .await;
    written.map_err(OutboundError::database("record the end of a run"))?;
    Ok(())
}

pub(super) async fn savepoint(conn: &mut PgConnection, sql: &'static str) -> Result<(), OutboundError> {
    sqlx::raw_sql(sql).execute(conn).await.map_err(OutboundError::database("set a savepoint"))?;
    Ok(())
}

/// Reads a file by id.
pub(super) async fn find_file(conn: &mut PgConnection, id: i64) -> Result<ExportFile, OutboundError> {
    one_file(conn, id, "where id = $1").await
}

/// Reads a file and bars others from changing it until the transaction ends.
pub(super) async fn lock_file(conn: &mut PgConnection, id: i64) -> Result<ExportFile, OutboundError> {
    one_file(conn, id, "where id = $1 for no key update").await
}

async fn one_file(conn: &mut PgConnection, id: i64, filter: &str) -> Result<ExportFile, OutboundError> {
    let found: Option<ExportFile> = sqlx::query_as(AssertSqlSafe(format!("{}{filter}", include_str!("sql/file.sql"))))
        .bind(id)
        .fetch_optional(conn)
        .await
        .map_err(OutboundError::database("read an export file"))?;
    found.ok_or(OutboundError::NoFile(id))
}

/// The first file of a run: it stands for the order.
pub(super) async fn file_of_run(conn: &mut PgConnection, run: Uuid) -> Result<ExportFile, OutboundError> {
    sqlx::query_as(AssertSqlSafe(format!("{}where run = $1 and part = 1", include_str!("sql/file.sql"))))
        .bind(run)
        .fetch_one(conn)
        .await
        .map_err(OutboundError::database("read the file of a run"))
}

/// Writes an audit event about a file, in the transaction of the effect.
pub(super) async fn record(
    conn: &mut PgConnection,
    actor: &str,
    action: &str,
    id: i64,
    after: &Value,
) -> Result<(), OutboundError> {
    record_why(conn, actor, action, id, after, None).await
}

/// The same with the reason a person gave.
pub(super) async fn record_why(
    conn: &mut PgConnection,
    actor: &str,
    action: &str,
    id: i64,
    after: &Value,
    reason: Option<&str>,
) -> Result<(), OutboundError> {
    let written = sqlx::query("select audit.record($1, $2, 'export.file', $3::text, null, $4, $5)")
        .bind(actor)
        .bind(action)
        .bind(id.to_string())
        .bind(after)
        .bind(reason)
        .execute(conn)
        .await;
    written.map_err(OutboundError::database("write an audit event"))?;
    Ok(())
}
