//! The temp tables an integration's SQL reads (docs/INTEGRATIONS.md), typed from the layouts.
//!
//! Everything is made by one simple query: one round trip. The tables live as long as the session and are emptied before they are
//! used again; what a session made for another topic is made anew.
//! Records come in the order of the file, by the index, because entries made from them are looked up by blocks of neighbouring lines.

use std::fmt::Write as _;

use renkei_core::layout::{Kind, Layout};
use renkei_core::registry::Integration;

use super::batch::Batch;
use super::record;
use super::shape::Shape;

/// Records from which statistics, and plans made for the batch, are worth their time.
const ANALYZE_FROM_RECORDS: i64 = 1_000;

/// What the tables are made for.
pub(super) struct Spec<'a> {
    pub integration: &'a Integration,
    pub layout: &'a Layout,
    pub batch: &'a Batch,
    /// Only these lines; `None` = all.
    pub lines: Option<&'a [i64]>,
    pub actor: &'a str,
    /// `yyyy-mm-dd`.
    pub business_date: &'a str,
    /// Of held lines that are posted later: the questions a person answers by it.
    pub answers: Option<Answers<'a>>,
}

/// Which questions about held lines a decision answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answers<'a> {
    /// Every one that was open when the person posted them.
    All,
    /// Those about an object that was chosen for a line. Whoever chooses a payee was not asked whether it was paid before.
    About { line: i64, codes: &'a [&'static str] },
}

/// How findings are marked that a choice left open for another reason: nobody has answered them.
pub(super) const CHOSEN: &str = "chosen";

/// The temp table `batch` alone, for a cancellation.
pub(super) fn batch_only(batch: &Batch, actor: &str, business_date: &str) -> String {
    let mut sql = String::with_capacity(512);
    batch_table(&mut sql, batch, actor, business_date, false);
    sql
}

/// All temp tables of a check and posting.
pub(super) fn all(spec: &Spec<'_>, shapes: &[Shape]) -> String {
    let mut sql = String::with_capacity(8 * 1024);
    batch_table(&mut sql, spec.batch, spec.actor, spec.business_date, spec.answers.is_some());
    put(&mut sql, format_args!("select intake.fresh_plans({});\n", spec.batch.records_staged >= ANALYZE_FROM_RECORDS));
    sql.push_str(include_str!("sql/work_tables.sql"));
    evidence_table(&mut sql, spec);
    for (key, value) in &spec.layout.values {
        put(&mut sql, format_args!("insert into pg_temp.setting values ({}, {});\n", literal(key), literal(value)));
    }
    if let Some(lines) = spec.lines {
        let list = lines.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        put(
            &mut sql,
            format_args!("create temp table chosen on commit drop as select unnest('{{{list}}}'::bigint[]) as line;\n"),
        );
    }
    if let Some(answers) = spec.answers {
        let (batch, lines, asked) = (spec.batch.id, chosen_only(spec), asked(answers));
        put(&mut sql, format_args!(include_str!("sql/answered.sql"), batch = batch, lines = lines, asked = asked));
    }
    sql.push_str("set local enable_seqscan = off; set local enable_bitmapscan = off;\n");
    let kinds = kinds(spec.integration, spec.layout);
    for (kind, columns) in &kinds {
        let shape = shapes.iter().find(|shape| shape.kind == *kind);
        staged_table(&mut sql, spec, kind, columns, shape);
    }
    sql.push_str("set local enable_seqscan to default; set local enable_bitmapscan to default;\n");
    if spec.batch.records_staged >= ANALYZE_FROM_RECORDS {
        sql.push_str("set local default_statistics_target = 20;\n");
        for (kind, _) in &kinds {
            put(&mut sql, format_args!("analyze pg_temp.\"staged_{kind}\";\n"));
        }
        sql.push_str("set local default_statistics_target to default;\n");
    }
    sql
}

/// Which findings of a posting of held lines count as answered: those of its lines, and those about the whole.
fn chosen_only(spec: &Spec<'_>) -> &'static str {
    if spec.lines.is_some() { "and (line is null or line in (select line from pg_temp.chosen))" } else { "" }
}

/// Which open findings a decision answers.
fn asked(answers: Answers<'_>) -> String {
    match answers {
        Answers::All => "true".to_owned(),
        Answers::About { line, codes } => format!("line is null or line = {line} and code = any ('{{{}}}')", codes.join(",")),
    }
}

/// Removes waiting lines from every `staged_` table.
pub(super) fn remove_waiting(integration: &Integration, layout: &Layout) -> String {
    let mut sql = String::new();
    for (kind, _) in kinds(integration, layout) {
        put(
            &mut sql,
            format_args!(
                "delete from pg_temp.\"staged_{kind}\" s using pg_temp.line_verdict v where v.line = s.line and v.rank in (2, 3);\n"
            ),
        );
    }
    sql
}

/// Ids of the kinds whose records must come out of `post.sql` one by one.
pub(super) fn carriers(layout: &Layout) -> Vec<String> {
    use renkei_core::layout::Occurs;
    let ids = |wanted: &dyn Fn(&Kind) -> bool| {
        layout.kinds().iter().filter(|kind| wanted(kind)).map(|kind| kind.id.clone()).collect::<Vec<_>>()
    };
    let with_amount = ids(&|kind| kind.amount.is_some());
    if with_amount.is_empty() {
        return ids(&|kind| matches!(kind.occurs, Occurs::Many | Occurs::Any) && kind.parent.is_none());
    }
    with_amount
}

/// A column of a `staged_` table.
struct Column {
    id: String,
    sql_type: &'static str,
}

/// Every kind of every variant with the columns of all of them, those of this file's layout first.
fn kinds(integration: &Integration, layout: &Layout) -> Vec<(String, Vec<Column>)> {
    let mut kinds: Vec<(String, Vec<Column>)> = Vec::new();
    let others = integration.layouts.iter().map(|(_, other)| other.as_ref());
    for kind in std::iter::once(layout).chain(others).flat_map(Layout::kinds) {
        let at = kinds.iter().position(|(id, _)| *id == kind.id).unwrap_or_else(|| {
            kinds.push((kind.id.clone(), Vec::new()));
            kinds.len() - 1
        });
        for (id, sql_type) in kind.sql_columns() {
            if !kinds[at].1.iter().any(|column| column.id == id) {
                kinds[at].1.push(Column { id: id.to_owned(), sql_type });
            }
        }
    }
    kinds
}

fn batch_table(sql: &mut String, batch: &Batch, actor: &str, business_date: &str, again: bool) {
    put(
        sql,
        format_args!(
            include_str!("sql/work_batch.sql"),
            batch = batch.id,
            business_date = literal(business_date),
            actor = literal(actor),
            again = again
        ),
    );
}

/// The documents of the batch, however they came. One that no record names is told once.
fn evidence_table(sql: &mut String, spec: &Spec<'_>) {
    put(sql, format_args!(include_str!("sql/evidence.sql"), batch = spec.batch.id));
    if spec.answers.is_none() {
        sql.push_str(include_str!("sql/evidence_unnamed.sql"));
    }
}

fn staged_table(sql: &mut String, spec: &Spec<'_>, kind: &str, columns: &[Column], shape: Option<&Shape>) {
    let mut shown = String::from("line bigint, sub int, grp int");
    for Column { id, sql_type } in columns {
        put(&mut shown, format_args!(", \"{id}\" {sql_type}"));
    }
    put(sql, format_args!("select intake.work_table('staged_{kind}', {});\n", literal(&shown)));
    let Some(shape) = shape else { return };
    put(sql, format_args!("insert into pg_temp.\"staged_{kind}\" select r.line, r.sub, r.grp"));
    for Column { id, sql_type } in columns {
        let cell = shape.columns.iter().position(|column| column == id).map(record::cell);
        match (&cell, *sql_type) {
            (None, _) => put(sql, format_args!(", null::{sql_type}")),
            (Some(cell), "text") => put(sql, format_args!(", r.{cell}")),
            (Some(cell), _) => put(sql, format_args!(", r.{cell}::{sql_type}")),
        }
    }
    put(sql, format_args!(" from intake.record r where r.batch_id = {} and r.shape = {}", spec.batch.id, shape.id));
    if spec.lines.is_some() {
        sql.push_str(" and r.line in (select line from pg_temp.chosen)");
    }
    sql.push_str(" order by r.line, r.sub;\n");
}

/// A text as a literal. The server reads backslashes as they are (`standard_conforming_strings`, on since 9.1).
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn put(sql: &mut String, text: std::fmt::Arguments<'_>) {
    sql.write_fmt(text).expect("writing to a string cannot fail");
}
