//! `outgoing_*` rows through the layout's writer. Rows come from one sorted query and are written as they arrive, so memory
//! stays flat for a file of any size.

use std::borrow::Cow;
use std::io::Write;

use futures_util::TryStreamExt;
use renkei_core::crash;
use renkei_core::layout::write::{WriteContext, WriteError, WriteSummary, Writer};
use renkei_core::layout::{Kind, Layout};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::error::OutboundError;
use super::stage::Table;

/// Columns of an outgoing table that are not fields.
const PLACE: [&str; 3] = ["seq", "grp", "part"];
/// Other columns with this ending are the SQL's own, e.g. the id that goes into `claim`.
const OWN_SUFFIX: &str = "_id";

/// One `outgoing_<kind>` table and how its rows are read.
pub(super) struct Source {
    kind: usize,
    fields: Vec<String>,
    sql: String,
}

impl Source {
    /// The kind of record its rows are.
    pub(super) fn kind<'l>(&self, layout: &'l Layout) -> &'l Kind {
        &layout.kinds()[self.kind]
    }
}

/// A row that the layout refuses, and where it stands.
pub(super) enum Refused {
    /// The layout says no; `seq` is the row's own.
    Row { seq: i64, error: WriteError },
    /// The layout says no about the whole.
    Whole(WriteError),
    /// Something else failed.
    Other(OutboundError),
}

/// Checks the tables against the layout: every table is a kind, every column a field. `run` is the column that holds an array, one
/// element for each column of a spread table.
pub(super) fn sources(topic: &str, layout: &Layout, run: Option<&str>, tables: &[Table]) -> Result<Vec<Source>, OutboundError> {
    let contract = |what: String| OutboundError::Contract { topic: topic.to_owned(), file: "select.sql", what };
    let mut sources = Vec::new();
    for (table, columns) in tables {
        let Some(id) = table.strip_prefix("outgoing_") else { continue };
        let Some((index, kind)) = layout.kind(id) else {
            return Err(contract(format!("makes {table}, but the layout has no record kind {id}")));
        };
        let has = |name: &str| columns.iter().any(|(column, _)| column == name);
        if !has("seq") {
            return Err(contract(format!("{table} has no column seq: the order of its records is unknown")));
        }
        if kind.repeat && !has("grp") {
            return Err(contract(format!("{table} has no column grp, but the layout repeats this kind in groups")));
        }
        let fields: Vec<&(String, String)> = columns.iter().filter(|(name, _)| !PLACE.contains(&name.as_str())).collect();
        let (fields, others): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|(name, _)| kind.field(name).is_some() || run == Some(name.as_str()));
        if let Some((name, _)) = others.iter().find(|(name, _)| !name.ends_with(OWN_SUFFIX)) {
            return Err(contract(format!("{table}.{name} is no field of record kind {id}; a misspelt field would stay empty")));
        }
        let (fields, values): (Vec<String>, Vec<String>) =
            fields.iter().flat_map(|(name, ty)| carried(kind, run, name, ty)).unzip();
        let place = place(layout, index, kind);
        let sql = format!("select {place}, seq::bigint, {index}, array[{}]::text[] from pg_temp.\"{table}\"", values.join(", "));
        sources.push(Source { kind: index, fields, sql });
    }
    Ok(sources)
}

/// Section, group and rank of a kind: what stands before, in and after the repeated groups; then the order of the layout. A
/// nested kind takes the rank of its outermost parent, so that parents and children mix by `seq`.
fn place(layout: &Layout, index: usize, kind: &Kind) -> String {
    let first_repeated = layout.kinds().iter().position(|kind| kind.repeat);
    let section = match first_repeated {
        _ if kind.repeat => 1,
        Some(first) if index > first => 2,
        _ => 0,
    };
    let mut rank = index;
    while let Some(parent) = layout.kinds()[rank].parent {
        rank = parent;
    }
    format!("{section}, {}, {rank}", if kind.repeat { "grp::bigint" } else { "0::bigint" })
}

/// The fields a column carries, each with the SQL of its value.
fn carried(kind: &Kind, run: Option<&str>, column: &str, sql_type: &str) -> Vec<(String, String)> {
    if run != Some(column) {
        return vec![(column.to_owned(), as_text(column, sql_type))];
    }
    let fields = (1..).map(|n| (n, format!("{column}_{n}"))).take_while(|(_, id)| kind.field(id).is_some());
    fields.map(|(n, id)| (id, format!("\"{column}\"[{n}]::text"))).collect()
}

/// A column in the canonical text form the writer reads.
fn as_text(column: &str, sql_type: &str) -> String {
    match sql_type {
        "timestamp with time zone" => format!(r#"to_char("{column}", 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM')"#),
        _ => format!("\"{column}\"::text"),
    }
}

/// Number of data rows: rows of kinds that may come many times; of all kinds when the layout has no such kind.
pub(super) async fn data_rows(conn: &mut PgConnection, layout: &Layout, sources: &[Source]) -> Result<i64, OutboundError> {
    let many = |source: &&Source| layout.kinds()[source.kind].occurs.may_repeat();
    let any_many = layout.kinds().iter().any(|kind| kind.occurs.may_repeat());
    let counts: Vec<String> = sources
        .iter()
        .filter(|source| !any_many || many(source))
        .map(|source| format!("(select count(*) from pg_temp.\"outgoing_{}\")", layout.kinds()[source.kind].id))
        .collect();
    if counts.is_empty() {
        return Ok(0);
    }
    sqlx::query_scalar(AssertSqlSafe(format!("select {}", counts.join(" + "))))
        .persistent(false)
        .fetch_one(conn)
        .await
        .map_err(OutboundError::database("count the rows to write"))
}

/// How many files the rows are for: parts 1, 2 …, each with rows of its own.
pub(super) async fn parts(conn: &mut PgConnection, layout: &Layout, sources: &[Source]) -> Result<i32, OutboundError> {
    let many: Vec<String> = sources
        .iter()
        .map(|source| source.kind(layout))
        .filter(|kind| kind.occurs.may_repeat())
        .map(|kind| format!("select part from pg_temp.\"outgoing_{}\"", kind.id))
        .collect();
    if many.is_empty() {
        return Ok(1);
    }
    let sql = format!(
        "select coalesce(min(part), 1)::int, coalesce(max(part), 1)::int, count(distinct part)::int from ({}) p",
        many.join(" union all ")
    );
    let (first, last, parts): (i32, i32, i32) = sqlx::query_as(AssertSqlSafe(sql))
        .persistent(false)
        .fetch_one(conn)
        .await
        .map_err(OutboundError::database("count the files of an order"))?;
    match parts {
        0 => Ok(1),
        _ if first == 1 && last == parts => Ok(parts),
        _ => Err(OutboundError::Contract {
            topic: layout.name.clone(),
            file: "select.sql",
            what: format!("numbers {parts} part(s) from {first} to {last}; they count from 1 without gap"),
        }),
    }
}

/// Writes every row of a part in the order of the layout.
pub(super) async fn write<W: Write + Send>(
    conn: &mut PgConnection,
    layout: &Layout,
    sources: &[Source],
    part: i32,
    out: W,
) -> Result<WriteSummary, Refused> {
    let mut writer = Writer::new(layout, WriteContext::default(), out).map_err(Refused::Whole)?;
    if !sources.is_empty() {
        let selects: Vec<String> = sources.iter().map(|source| format!("{} where part = {part}", source.sql)).collect();
        let sql = format!("{} order by 1, 2, 3, 4, 5", selects.join(" union all "));
        let mut rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(conn);
        let mut groups = Groups::default();
        let failed = |source| Refused::Other(OutboundError::Database { doing: "read the rows to write", source });
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            write_row(&mut writer, &mut groups, layout, sources, &row)?;
            crash::point("outbound.writing");
        }
    }
    writer.finish().map_err(Refused::Whole)
}

/// Groups numbered from 1 in the order in which their `grp` values come; the values themselves are the SQL's own.
#[derive(Default)]
struct Groups {
    number: u32,
    last: Option<i64>,
}

impl Groups {
    fn number(&mut self, grp: i64) -> u32 {
        if self.last.replace(grp) != Some(grp) {
            self.number += 1;
        }
        self.number
    }
}

fn write_row<W: Write>(
    writer: &mut Writer<'_, W>,
    groups: &mut Groups,
    layout: &Layout,
    sources: &[Source],
    row: &PgRow,
) -> Result<(), Refused> {
    let broken = |source| Refused::Other(OutboundError::Database { doing: "read a row to write", source });
    let grp: i64 = row.try_get(1).map_err(broken)?;
    let seq: i64 = row.try_get(3).map_err(broken)?;
    let kind: i32 = row.try_get(4).map_err(broken)?;
    let bytes = row.try_get_raw(5).map_err(broken)?.as_bytes().map_err(|e| broken(sqlx::Error::Decode(e)))?;
    let values = text_array(bytes).ok_or_else(|| broken(sqlx::Error::Decode("not a text array".into())))?;
    let source = sources.iter().find(|source| source.kind as i64 == i64::from(kind));
    let fields = source.map_or(&[][..], |source| &source.fields);
    let value = |id: &str| {
        let index = fields.iter().position(|field| field == id)?;
        values.get(index).copied().flatten().map(Cow::Borrowed)
    };
    let kind = &layout.kinds()[usize::try_from(kind).unwrap_or(0)];
    let group = if kind.repeat { groups.number(grp) } else { 0 };
    writer.record(&kind.id, group, &value).map_err(|error| Refused::Row { seq, error })
}

/// The elements of a `text[]` in the database's binary form, borrowed: dimensions, null flag, element type, then per dimension
/// length and lower bound, then per element its length (-1 = null) and bytes.
fn text_array(bytes: &[u8]) -> Option<Vec<Option<&str>>> {
    let mut rest = bytes;
    let int = |rest: &mut &[u8]| {
        let (head, tail) = rest.split_at_checked(4)?;
        *rest = tail;
        Some(i32::from_be_bytes(head.try_into().ok()?))
    };
    let dimensions = int(&mut rest)?;
    let (_, _) = (int(&mut rest)?, int(&mut rest)?);
    if dimensions == 0 {
        return Some(Vec::new());
    }
    let count = int(&mut rest)?;
    int(&mut rest)?;
    let mut values = Vec::with_capacity(usize::try_from(count).ok()?);
    for _ in 0..count {
        let length = int(&mut rest)?;
        match usize::try_from(length) {
            Err(_) => values.push(None),
            Ok(length) => {
                let (value, tail) = rest.split_at_checked(length)?;
                values.push(Some(std::str::from_utf8(value).ok()?));
                rest = tail;
            }
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_array_is_read_without_copying() {
        let mut bytes = Vec::new();
        for number in [1_i32, 1, 25, 3, 1, 2] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(b"ab");
        bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        bytes.extend_from_slice(&0_i32.to_be_bytes());
        assert_eq!(text_array(&bytes), Some(vec![Some("ab"), None, Some("")]));
        assert_eq!(text_array(&bytes[..bytes.len() - 5]), None);
        assert_eq!(text_array(&[0; 12]), Some(vec![]));
    }
}
