//! The columns in which records are stored: field ids per kind of record, fixed when a delivery's batch is opened.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use renkei_core::layout::Layout;
use serde_json::json;
use sqlx::FromRow;
use sqlx::postgres::{PgConnection, PgPool};

use super::error::IntakeError;

/// How records of one kind are stored.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Shape {
    /// Its number in `intake.shape`.
    pub id: i32,
    /// Kind of record.
    pub kind: String,
    /// Field ids in the order of the cells.
    pub columns: Vec<String>,
    /// The field that is the record's yen; empty: none.
    pub amount: String,
}

/// The shapes of one layout, in the order of its kinds.
pub(super) type Shapes = Arc<[Shape]>;

/// Shapes that are known to be in the database. A process reads its registry once, so a layout's shapes never change in it.
#[derive(Debug, Default)]
pub(super) struct ShapeCache(Mutex<HashMap<(String, String), Shapes>>);

impl ShapeCache {
    /// The shapes of a layout variant, written down if they are new.
    pub(super) async fn of(&self, pool: &PgPool, topic: &str, variant: &str, layout: &Layout) -> Result<Shapes, IntakeError> {
        let key = (topic.to_owned(), variant.to_owned());
        if let Some(shapes) = self.0.lock().ok().and_then(|known| known.get(&key).cloned()) {
            return Ok(shapes);
        }
        let shapes = write(pool, topic, variant, layout).await?;
        if let Ok(mut known) = self.0.lock() {
            known.insert(key, shapes.clone());
        }
        Ok(shapes)
    }
}

async fn write(pool: &PgPool, topic: &str, variant: &str, layout: &Layout) -> Result<Shapes, IntakeError> {
    let kinds = layout.kinds().iter().map(|kind| {
        let columns: Vec<&str> = kind.sql_columns().map(|(id, _)| id).collect();
        let amount = kind.amount.map_or("", |amount| kind.fields[amount].id.as_str());
        json!({ "kind": kind.id, "columns": columns, "amount": amount })
    });
    let kinds: serde_json::Value = kinds.collect();
    let doing = || IntakeError::database(format!("write down the shape of {topic}'s records (layout {variant})"));
    sqlx::query(include_str!("sql/write_shapes.sql"))
        .bind(topic)
        .bind(variant)
        .bind(&kinds)
        .execute(pool)
        .await
        .map_err(doing())?;
    let shapes: Vec<Shape> = sqlx::query_as(include_str!("sql/read_shapes.sql"))
        .bind(topic)
        .bind(variant)
        .bind(&kinds)
        .fetch_all(pool)
        .await
        .map_err(doing())?;
    Ok(shapes.into())
}

/// Shapes by their numbers, in that order.
pub(super) async fn load(conn: &mut PgConnection, ids: &[i32]) -> Result<Shapes, IntakeError> {
    let sql = "select s.id, s.kind, s.columns, s.amount
                 from unnest($1::int[]) with ordinality w (id, nth) join intake.shape s using (id) order by w.nth";
    let shapes: Vec<Shape> = sqlx::query_as(sql)
        .bind(ids)
        .fetch_all(conn)
        .await
        .map_err(IntakeError::database("read the shapes of a batch's records"))?;
    Ok(shapes.into())
}
