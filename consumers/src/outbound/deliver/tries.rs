//! Rows of `export.delivery` about one file: what was tried, and what came of it.

use std::time::Duration;

use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use super::MACHINE;
use crate::outbound::error::OutboundError;
use crate::outbound::model::ExportFile;
use crate::outbound::problem::Problem;

/// The last row that says where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It was about to leave.
    Placing,
    /// It did not arrive; `due`: it is time to try again.
    NotSent { due: bool },
    /// The partner said no.
    Refused,
    /// It left, or may leave again: an earlier try says nothing any more.
    Over,
}

const LAST: &str = "
    select kind, coalesce(next_try <= clock_timestamp(), false) from export.delivery
     where file_id = $1 and kind not in ('download', 'accepted') order by id desc limit 1";

/// Where the delivery of a file stands; `None`: nothing was tried.
pub(super) async fn last(conn: &mut PgConnection, id: i64) -> Result<Option<Step>, OutboundError> {
    let found: Option<(String, bool)> = sqlx::query_as(LAST)
        .bind(id)
        .fetch_optional(conn)
        .await
        .map_err(OutboundError::database("read the deliveries of a file"))?;
    Ok(found.map(|(kind, due)| match kind.as_str() {
        // A delivery whose file waits again without a word of a person is not known to be over.
        "placing" | "delivered" | "unclear" => Step::Placing,
        "not_sent" => Step::NotSent { due },
        "refused" => Step::Refused,
        _ => Step::Over,
    }))
}

/// Committed by itself, before the file leaves: afterwards somebody may have it.
pub(super) async fn mark(pool: &PgPool, file: &ExportFile, place: &str) -> Result<(), OutboundError> {
    let mut conn = pool.acquire().await.map_err(OutboundError::database("mark a delivery"))?;
    insert(&mut conn, file, MACHINE, "placing", place, None).await
}

/// The file is handed over.
pub(super) async fn delivered(
    conn: &mut PgConnection,
    file: &ExportFile,
    place: &str,
    answer: Option<&str>,
) -> Result<(), OutboundError> {
    let update = "update export.file set state = 'delivered', delivered_at = clock_timestamp(), problem = null where id = $1";
    let updated = sqlx::query(update).bind(file.id).execute(&mut *conn).await;
    updated.map_err(OutboundError::on_file(file.id, "record a delivery"))?;
    insert(conn, file, MACHINE, "delivered", place, answer).await
}

/// It is tried again: by the ladder, or when the partner wants it, whatever is later.
pub(super) async fn later(
    conn: &mut PgConnection,
    file: &ExportFile,
    place: &str,
    why: &str,
    ladder_s: &[u32],
    after: Option<Duration>,
) -> Result<(), OutboundError> {
    let tries = "select count(*) from export.delivery d
                  where d.file_id = $1 and d.kind = 'not_sent'
                    and d.id > coalesce((select max(c.id) from export.delivery c where c.file_id = $1 and c.kind = 'cleared'), 0)";
    let tries: i64 = sqlx::query_scalar(tries)
        .bind(file.id)
        .fetch_one(&mut *conn)
        .await
        .map_err(OutboundError::database("count the tries of a file"))?;
    let rung = usize::try_from(tries).unwrap_or(usize::MAX).min(ladder_s.len().saturating_sub(1));
    let wait = u64::from(ladder_s.get(rung).copied().unwrap_or(60)).max(after.unwrap_or_default().as_secs());
    let insert = "insert into export.delivery (file_id, kind, actor, place, sha256, detail, next_try)
                  values ($1, 'not_sent', $2, $3, $4, $5, clock_timestamp() + make_interval(secs => $6::bigint))";
    sqlx::query(insert)
        .bind(file.id)
        .bind(MACHINE)
        .bind(place)
        .bind(&file.sha256)
        .bind(why)
        .bind(i64::try_from(wait).unwrap_or(i64::MAX))
        .execute(conn)
        .await
        .map_err(OutboundError::database("note a try"))?;
    Ok(())
}

/// Another end of a try.
pub(super) async fn note(
    conn: &mut PgConnection,
    file: &ExportFile,
    kind: &'static str,
    place: &str,
    why: &str,
) -> Result<(), OutboundError> {
    insert(conn, file, MACHINE, kind, place, Some(why)).await
}

/// A person lets it leave again: what kept it is over.
pub(super) async fn clear(conn: &mut PgConnection, file: &ExportFile, actor: &str) -> Result<(), OutboundError> {
    insert(conn, file, actor, "cleared", file.file_name.as_deref().unwrap_or_default(), None).await?;
    let updated = sqlx::query("update export.file set problem = null where id = $1").bind(file.id).execute(conn).await;
    updated.map_err(OutboundError::on_file(file.id, "let a file leave again"))?;
    Ok(())
}

/// What keeps a released file from its partner, where an operator sees it.
pub(super) async fn set_problem(conn: &mut PgConnection, id: i64, why: &Problem) -> Result<(), OutboundError> {
    let update = "update export.file set problem = $2 where id = $1 and problem is distinct from $2";
    let updated = sqlx::query(update).bind(id).bind(Json(why)).execute(conn).await;
    updated.map_err(OutboundError::on_file(id, "note why a file waits"))?;
    Ok(())
}

async fn insert(
    conn: &mut PgConnection,
    file: &ExportFile,
    actor: &str,
    kind: &'static str,
    place: &str,
    detail: Option<&str>,
) -> Result<(), OutboundError> {
    let insert = "insert into export.delivery (file_id, kind, actor, place, sha256, detail) values ($1, $2, $3, $4, $5, $6)";
    let row = sqlx::query(insert).bind(file.id).bind(kind).bind(actor).bind(place).bind(&file.sha256).bind(detail);
    row.execute(conn).await.map_err(OutboundError::database("record a delivery"))?;
    Ok(())
}
