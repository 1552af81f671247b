//! Tables whose columns are data: `select.sql` names them in the temp table `caption`, and the layout's `spread` field becomes one
//! column for each.

use std::sync::Arc;

use renkei_core::layout::Layout;
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::OutboundError;
use super::stage::Table;

/// The layout as this file has it.
pub(super) async fn layout(
    conn: &mut PgConnection,
    topic: &str,
    layout: &Arc<Layout>,
    tables: &[Table],
) -> Result<Arc<Layout>, OutboundError> {
    let contract = |what: String| OutboundError::Contract { topic: topic.to_owned(), file: "select.sql", what };
    let made = |name: &str| tables.iter().find(|(table, _)| table == name);
    let Some(field) = layout.spread() else {
        return match made("caption") {
            Some(_) => Err(contract("makes caption, but the layout has no field with `spread`".to_owned())),
            None => Ok(layout.clone()),
        };
    };
    if made("caption").is_none() {
        return Err(contract(format!("makes no caption: nobody knows the columns that \"{}\" stands for", field.id)));
    }
    let captions: Vec<String> = sqlx::query_scalar("select name::text from pg_temp.caption order by seq")
        .persistent(false)
        .fetch_all(&mut *conn)
        .await
        .map_err(OutboundError::database("read the captions of a table"))?;
    for (table, columns) in tables.iter().filter(|(table, _)| table.starts_with("outgoing_")) {
        let Some((column, ty)) = columns.iter().find(|(column, _)| *column == field.id) else { continue };
        if !ty.ends_with("[]") {
            return Err(contract(format!("{table}.{column} is {ty}, but stands for a run of columns: it must be an array")));
        }
        let sql = format!("select min(seq)::bigint from pg_temp.\"{table}\" where coalesce(cardinality(\"{column}\"), 0) <> $1");
        let odd: Option<i64> = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(i32::try_from(captions.len()).unwrap_or(i32::MAX))
            .persistent(false)
            .fetch_one(&mut *conn)
            .await
            .map_err(OutboundError::database("compare captions and columns of a table"))?;
        if let Some(seq) = odd {
            return Err(contract(format!("{table}, seq {seq}: {column} has not as many elements as there are captions")));
        }
    }
    layout.spread_over(&captions).map(Arc::new).map_err(|error| contract(format!("names columns that cannot be: {error}")))
}
