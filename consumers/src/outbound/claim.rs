//! What each record carries, and the fence against carrying it twice.

use renkei_core::layout::Layout;
use renkei_core::layout::write::WriteSummary;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::error::OutboundError;
use super::model::ExportFile;
use super::stage::Table;
use super::stream::Source;

/// Checks the temp table `claim` against its contract; `true` when there is one.
pub(super) async fn check(
    conn: &mut PgConnection,
    file: &ExportFile,
    tables: &[Table],
    rows: i64,
) -> Result<bool, OutboundError> {
    let contract = |what: String| OutboundError::Contract { topic: file.topic.clone(), file: "select.sql", what };
    let Some((_, columns)) = tables.iter().find(|(name, _)| name == "claim") else {
        if file.once && rows > 0 {
            return Err(contract("makes no table claim, but the topic is once-only: nothing would bar a second file".to_owned()));
        }
        return Ok(false);
    };
    for needed in ["seq", "object", "object_id", "yen"] {
        if !columns.iter().any(|(name, _)| name == needed) {
            return Err(contract(format!("claim has no column {needed}")));
        }
    }
    let row = sqlx::query(include_str!("sql/check_claims.sql"))
        .bind(&file.topic)
        .bind(file.once)
        .persistent(false)
        .fetch_one(conn)
        .await
        .map_err(OutboundError::database("check the claims of a file"))?;
    let text = |column| row.try_get::<Option<String>, _>(column).map_err(OutboundError::database("check the claims of a file"));
    if let Some(item) = text("incomplete")? {
        return Err(contract(format!("claim has a row without seq, object or object_id ({item})")));
    }
    if let Some(item) = text("twice")? {
        return Err(contract(format!("claims {item} twice in one file")));
    }
    if let Some(item) = text("taken")? {
        return Err(contract(format!("selects {item}, which another live file carries; it must leave out export.live_claim")));
    }
    let claims: i64 = row.try_get("claims").map_err(OutboundError::database("check the claims of a file"))?;
    if file.once && rows > 0 && claims == 0 {
        return Err(contract("claims nothing for a file that is not empty".to_owned()));
    }
    Ok(true)
}

/// Every record that carries money must be claimed by a once-only topic: an unclaimed one could leave again.
pub(super) async fn cover(
    conn: &mut PgConnection,
    file: &ExportFile,
    layout: &Layout,
    sources: &[Source],
) -> Result<(), OutboundError> {
    for kind in sources.iter().map(|source| source.kind(layout)).filter(|kind| kind.amount.is_some()) {
        let table = format!("outgoing_{}", kind.id);
        let sql = format!(
            "select min(o.seq)::bigint from pg_temp.\"{table}\" o
              where not exists (select from pg_temp.claim c where c.seq = o.seq and c.part = o.part)"
        );
        let bare: Option<i64> = sqlx::query_scalar(AssertSqlSafe(sql))
            .persistent(false)
            .fetch_one(&mut *conn)
            .await
            .map_err(OutboundError::database("look for records without claim"))?;
        if let Some(seq) = bare {
            let what = format!("{table}, seq {seq}: the record carries no claim, so nothing would bar it from a second file");
            return Err(OutboundError::Contract { topic: file.topic.clone(), file: "select.sql", what });
        }
    }
    Ok(())
}

/// Takes the claims of a part. Another run that takes one of them at the same time makes this fail with `claim_live_once`.
pub(super) async fn take(conn: &mut PgConnection, file: &ExportFile) -> Result<(), OutboundError> {
    // In one order, so that two runs wait for each other instead of deadlocking.
    let sql = "insert into export.claim (file_id, topic, seq, object, object_id, yen, live)
               select $1, $2, seq, object, object_id, yen, $3 from pg_temp.claim where part = $4 order by object, object_id";
    sqlx::query(sql)
        .bind(file.id)
        .bind(&file.topic)
        .bind(file.once)
        .bind(file.part)
        .persistent(false)
        .execute(conn)
        .await
        .map_err(OutboundError::database("claim the items of a file"))?;
    Ok(())
}

/// The hop must balance: what the claims carry is what was written.
pub(super) async fn balance(conn: &mut PgConnection, file: &ExportFile, written: &WriteSummary) -> Result<(), OutboundError> {
    let claimed: Option<i64> = sqlx::query_scalar("select sum(yen)::bigint from pg_temp.claim where part = $1")
        .bind(file.part)
        .persistent(false)
        .fetch_one(conn)
        .await
        .map_err(OutboundError::database("sum the claims of a file"))?;
    match claimed {
        Some(claimed) if claimed != written.yen => {
            let what = format!("claims {claimed} yen, but {} yen were written", written.yen);
            Err(OutboundError::Contract { topic: file.topic.clone(), file: "select.sql", what })
        }
        _ => Ok(()),
    }
}

/// The item a record carries, by the record's `seq` and part.
pub(super) async fn item_of(conn: &mut PgConnection, part: i32, seq: i64) -> Result<Option<(String, i64)>, OutboundError> {
    sqlx::query_as("select object::text, object_id::bigint from pg_temp.claim where part = $1 and seq = $2 limit 1")
        .bind(part)
        .bind(seq)
        .persistent(false)
        .fetch_optional(conn)
        .await
        .map_err(OutboundError::database("find the item of a record"))
}
