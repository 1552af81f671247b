//! The difference from last time: what an approver looks at beside the totals, told from the ledger by SQL of its own.
//!
//! `compare.sql` sets the totals of what was ordered beside those of the last order that left, part by part (支払日, 会計, 銀行 …); an
//! order of several files is one thing in it.
//! `notable.sql` names the items worth a second look: a payee never paid before, a changed account, an unusual amount. Neither
//! refuses anything; a person decides.

use renkei_core::params::ParamType;
use renkei_core::registry::Integration;
use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};

use super::error::OutboundError;
use super::generate::Job;
use super::model::ExportFile;
use super::stage::Stage;
use super::store::find_file;
use super::{Exporter, folder, shape};

/// Totals of one part of the order, now and in the last one of the topic and profile that left before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct ComparedTotal {
    /// By what the file is divided, Japanese: 支払日.
    pub part_ja: String,
    /// The same in English.
    pub part_en: String,
    /// Which part, Japanese.
    pub label_ja: String,
    /// The same in English.
    pub label_en: String,
    /// Items now.
    pub count: i64,
    /// Their yen.
    pub yen: i64,
    /// Items last time.
    pub count_before: i64,
    /// Their yen.
    pub yen_before: i64,
}

/// An item worth a second look.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NotableItem {
    /// Kind of item.
    pub object: String,
    /// Its id.
    pub object_id: i64,
    /// Its yen.
    pub yen: i64,
    /// Values for the catalogue text.
    pub detail: Value,
}

/// Items with the same mark, the largest sums first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notable {
    /// Catalogue code of the mark.
    pub code: String,
    /// How many bear it.
    pub count: i64,
    /// Their yen.
    pub yen: i64,
    /// The first of them.
    pub items: Vec<NotableItem>,
}

/// What is different from last time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Numbers of the files it is compared with, those of one order; none: nothing left before.
    pub previous: Vec<i64>,
    /// Totals by part, in the order of `compare.sql`.
    pub totals: Vec<ComparedTotal>,
    /// Items worth a second look, by mark.
    pub notable: Vec<Notable>,
}

/// A row of `notable.sql` with the count and yen of its mark.
#[derive(FromRow)]
struct Marked {
    code: String,
    object: String,
    object_id: i64,
    yen: i64,
    detail: Value,
    of_count: i64,
    of_yen: i64,
}

impl Exporter {
    /// Compares a file with the last one that left; of each mark at most `items_max` items are given (all are counted).
    pub async fn compare(&self, id: i64, items_max: u32) -> Result<Comparison, OutboundError> {
        let mut tx = self.snapshot().await?;
        let file = find_file(&mut tx, id).await?;
        if file.sha256.is_none() {
            return Err(OutboundError::State { file: id, state: file.state, action: "compared" });
        }
        let topic = self.topic(&file.topic)?;
        let folder = folder(topic)?;
        let job = Job { topic, folder, shape: shape(topic, folder, &file.profile)? };
        self.compare_in(&mut tx, &job, &file, items_max).await
    }

    /// The same in a transaction that is thrown away; nothing can be changed in it from here on.
    pub(super) async fn compare_in(
        &self,
        conn: &mut PgConnection,
        job: &Job<'_>,
        file: &ExportFile,
        items_max: u32,
    ) -> Result<Comparison, OutboundError> {
        let previous = self.begin(conn, file, job).await?;
        let totals = totals(conn, job).await?;
        let notable = notable(conn, job, items_max).await?;
        Ok(Comparison { previous, totals, notable })
    }

    /// Makes the temp tables of the two queries, `previous` among them, and forbids any change from there on.
    async fn begin(&self, conn: &mut PgConnection, file: &ExportFile, job: &Job<'_>) -> Result<Vec<i64>, OutboundError> {
        let (today, layout) = (self.today(), job.shape.layout);
        Stage { file, actor: &file.made_by, number: file.seq_of_day.unwrap_or(0), today: &today, layout }.set(conn).await?;
        let doing = OutboundError::database("begin a comparison");
        sqlx::raw_sql(include_str!("sql/previous.sql")).execute(&mut *conn).await.map_err(doing)?;
        let found = sqlx::query_scalar(include_str!("sql/fill_previous.sql"))
            .bind(file.id)
            .bind(kinds(job.folder))
            .fetch_all(&mut *conn)
            .await;
        let mut previous: Vec<i64> = found.map_err(OutboundError::database("find the files that left last"))?;
        previous.sort_unstable();
        let sealed = sqlx::raw_sql("set transaction read only").execute(conn).await;
        sealed.map_err(OutboundError::database("begin a comparison"))?;
        Ok(previous)
    }
}

/// Parameters whose choice makes an order another kind of order: the side of the banks, the table of a survey.
pub(super) fn kinds(folder: &Integration) -> Vec<String> {
    folder.params.all().iter().filter(|param| param.ty == ParamType::Choice).map(|param| param.id.clone()).collect()
}

/// The SQL of the file's own layout; without a name of one, that of the folder's first layout: other kinds of file have other items.
pub(super) fn own_sql<'j>(job: &Job<'j>, stem: &str) -> Option<&'j str> {
    let variant = job.shape.variant;
    let first = job.folder.layouts.first().is_some_and(|(name, _)| name == variant);
    let plain = || job.folder.sql(stem).filter(|_| first);
    job.folder.sql(&format!("{stem}.{variant}")).or_else(plain)
}

async fn totals(conn: &mut PgConnection, job: &Job<'_>) -> Result<Vec<ComparedTotal>, OutboundError> {
    let Some(sql) = own_sql(job, "compare") else { return Ok(Vec::new()) };
    let wrapped = format!(
        "select part_ja::text, part_en::text, label_ja::text, label_en::text,
                coalesce(count, 0)::bigint as count, coalesce(yen, 0)::bigint as yen,
                coalesce(count_before, 0)::bigint as count_before, coalesce(yen_before, 0)::bigint as yen_before
           from (\n{}\n) as compared (part_ja, part_en, label_ja, label_en, count, yen, count_before, yen_before)",
        query(sql)
    );
    let rows = sqlx::query_as(AssertSqlSafe(wrapped)).persistent(false).fetch_all(conn).await;
    rows.map_err(|source| of_folder(job, "compare.sql", source))
}

async fn notable(conn: &mut PgConnection, job: &Job<'_>, items_max: u32) -> Result<Vec<Notable>, OutboundError> {
    let Some(sql) = own_sql(job, "notable") else { return Ok(Vec::new()) };
    let wrapped = format!(
        "select code, object, object_id, yen, detail, of_count, of_yen
           from (select code::text, object::text, object_id::bigint, coalesce(yen, 0)::bigint as yen, coalesce(detail, '{{}}')::jsonb as detail,
                        count(*) over (partition by code) as of_count, (sum(yen) over (partition by code))::bigint as of_yen,
                        row_number() over (partition by code order by yen desc nulls last, object, object_id) as place
                   from (\n{}\n) as noted (code, object, object_id, yen, detail)) as ranked
          where place <= $1 order by code, place",
        query(sql)
    );
    let rows = sqlx::query_as(AssertSqlSafe(wrapped)).persistent(false).bind(i64::from(items_max)).fetch_all(conn).await;
    Ok(by_mark(rows.map_err(|source| of_folder(job, "notable.sql", source))?))
}

/// Rows come mark by mark.
fn by_mark(rows: Vec<Marked>) -> Vec<Notable> {
    let mut marks: Vec<Notable> = Vec::new();
    for Marked { code, object, object_id, yen, detail, of_count, of_yen } in rows {
        let item = NotableItem { object, object_id, yen, detail };
        match marks.last_mut() {
            Some(mark) if mark.code == code => mark.items.push(item),
            _ => marks.push(Notable { code, count: of_count, yen: of_yen, items: vec![item] }),
        }
    }
    marks
}

pub(super) fn query(sql: &str) -> &str {
    sql.trim_end().trim_end_matches(';')
}

pub(super) fn of_folder(job: &Job<'_>, file: &'static str, source: sqlx::Error) -> OutboundError {
    OutboundError::Folder { topic: job.topic.slug.to_string(), file, source }
}
