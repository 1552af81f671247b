//! The steps every posting is made of, inside one transaction: temp tables, `check.sql`, `post.sql`, and the proof that what was
//! posted is what was staged. Who calls them decides what becomes of the batch.

use renkei_core::registry::{Hold, Integration, Topic};
use sqlx::postgres::{PgConnection, PgDatabaseError, PgErrorPosition};
use sqlx::{AssertSqlSafe, FromRow};

use super::error::IntakeError;
use super::shape;
use super::tables::{self, Spec};

/// Namespace of our advisory locks in the two-key form; the second key is the topic's number.
const LOCK_TOPIC: i32 = 0x524B_4E01;

/// What `check.sql` said, summed up.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Ruling {
    stranger: i64,
    pub verdicts: i64,
    pub rejected_lines: i64,
    pub rejected_whole: bool,
    pub held_whole: bool,
    pub held_lines: i64,
    pub held_records: i64,
    pub held_yen: i64,
    pub skipped_lines: i64,
    pub skipped_records: i64,
    pub skipped_yen: i64,
}

impl Ruling {
    /// Nothing may be posted.
    pub(super) fn rejects(&self) -> bool {
        self.rejected_whole || self.rejected_lines > 0
    }

    /// Everything waits.
    pub(super) fn holds_all(&self, topic: &Topic) -> bool {
        self.held_whole || (topic.hold == Hold::Batch && self.held_lines > 0)
    }
}

/// Batches of one topic are checked and posted one after another, so that a check sees what the one before has posted.
pub(super) async fn lock_topic(conn: &mut PgConnection, topic: &Topic) -> Result<(), IntakeError> {
    let lock = sqlx::query("select pg_advisory_xact_lock($1, $2)").bind(LOCK_TOPIC).bind(i32::from(topic.number));
    lock.execute(conn).await.map(|_| ()).map_err(IntakeError::database(format!("lock topic {}", topic.slug)))
}

/// Makes the temp tables, runs `check.sql` and sums up its verdicts.
pub(super) async fn check(conn: &mut PgConnection, topic: &Topic, spec: &Spec<'_>) -> Result<Ruling, IntakeError> {
    let batch = spec.batch.id;
    let shapes = shape::load(conn, &spec.batch.shapes).await?;
    let made = sqlx::raw_sql(AssertSqlSafe(tables::all(spec, &shapes))).execute(&mut *conn).await;
    made.map_err(IntakeError::database(format!("lay out the records of batch {batch} in tables")))?;
    const PREFIX: &str = "insert into pg_temp.verdict (line, verdict, code, field, detail)\n";
    if let Some(sql) = spec.integration.sql("check") {
        // What sums the verdicts up goes along: a round trip less.
        let text = format!("{PREFIX}{sql}\n;\n{}", include_str!("sql/line_verdict.sql"));
        let ran = sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *conn).await;
        ran.map_err(|source| folder_error(topic, batch, "check", PREFIX, sql, source))?;
    }
    let ruling: Ruling = sqlx::query_as(include_str!("sql/verdict_totals.sql"))
        .bind(batch)
        .fetch_one(&mut *conn)
        .await
        .map_err(IntakeError::database(format!("sum up the verdicts on batch {batch}")))?;
    if ruling.stranger != 0 {
        let reason = format!("it names line {}, which the batch does not have", ruling.stranger);
        return Err(IntakeError::Contract { topic: topic.slug.to_string(), file: "check.sql", batch, reason });
    }
    Ok(ruling)
}

/// Posts what is neither held nor skipped, and proves that all of it was posted.
pub(super) async fn post(conn: &mut PgConnection, topic: &Topic, spec: &Spec<'_>, ruling: &Ruling) -> Result<(), IntakeError> {
    let batch = spec.batch.id;
    if ruling.held_records + ruling.skipped_records > 0 {
        let sql = tables::remove_waiting(spec.integration, spec.layout);
        let removed = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await;
        removed.map_err(IntakeError::database(format!("set aside the waiting lines of batch {batch}")))?;
    }
    folder_sql(conn, topic, spec.integration, batch, "post", "").await?;
    let contract = |reason: String| IntakeError::Contract { topic: topic.slug.to_string(), file: "post.sql", batch, reason };
    let carriers = tables::carriers(spec.layout);
    let proof: Proof = sqlx::query_as(include_str!("sql/hops_agree.sql"))
        .bind(batch)
        .bind(&carriers)
        .bind(spec.lines)
        .fetch_one(&mut *conn)
        .await
        .map_err(IntakeError::database(format!("compare what was posted of batch {batch} with what was staged")))?;
    if proof.unposted > 0 {
        let reason = format!("{} row(s) of journal were not posted: ledger.post_journal() must follow them", proof.unposted);
        return Err(contract(reason));
    }
    if !proof.agree {
        return Err(contract(difference(conn, spec, &carriers).await?));
    }
    Ok(())
}

/// Whether all was posted, and what was is what was staged.
#[derive(Debug, FromRow)]
struct Proof {
    unposted: i64,
    agree: bool,
}

/// The first line whose postings differ from its records.
#[derive(Debug, FromRow)]
struct HopDifference {
    lines: i64,
    line: i64,
    records: i64,
    yen: i64,
    records_got: i64,
    yen_got: i64,
}

impl HopDifference {
    fn sentence(&self) -> String {
        format!(
            "posted is not what was staged on {} line(s); first line {}: staged {} record(s) and {} yen, posted {} and {} yen",
            self.lines, self.line, self.records, self.yen, self.records_got, self.yen_got
        )
    }
}

/// The difference in words.
async fn difference(conn: &mut PgConnection, spec: &Spec<'_>, carriers: &[String]) -> Result<String, IntakeError> {
    let spelt_out = sqlx::query("select intake.spell_out_posted()").execute(&mut *conn).await;
    spelt_out.map_err(IntakeError::database(format!("spell out what was posted of batch {}", spec.batch.id)))?;
    let differs: HopDifference = sqlx::query_as(include_str!("sql/hops.sql"))
        .persistent(false)
        .bind(spec.batch.id)
        .bind(carriers)
        .bind(spec.lines)
        .fetch_one(conn)
        .await
        .map_err(IntakeError::database(format!("find where what was posted of batch {} differs", spec.batch.id)))?;
    Ok(differs.sentence())
}

/// Runs a SQL file of the folder, if it has one. `stem` is one of the names below; `prefix` goes before its text.
pub(super) async fn folder_sql(
    conn: &mut PgConnection,
    topic: &Topic,
    integration: &Integration,
    batch: i64,
    stem: &'static str,
    prefix: &str,
) -> Result<(), IntakeError> {
    let Some(sql) = integration.sql(stem) else { return Ok(()) };
    let ran = sqlx::raw_sql(AssertSqlSafe(format!("{prefix}{sql}"))).execute(conn).await;
    ran.map(|_| ()).map_err(|source| folder_error(topic, batch, stem, prefix, sql, source))
}

/// An error of a folder's SQL, placed in its file.
pub(super) fn folder_error(
    topic: &Topic,
    batch: i64,
    stem: &'static str,
    prefix: &str,
    sql: &str,
    source: sqlx::Error,
) -> IntakeError {
    let file = match stem {
        "check" => "check.sql",
        "post" => "post.sql",
        "blockers" => "blockers.sql",
        _ => "cancel.sql",
    };
    let at = position(&source).and_then(|chars| place(sql, chars.checked_sub(prefix.chars().count())?));
    IntakeError::Folder { topic: topic.slug.to_string(), file, at, batch, source }
}

/// Where the server says the error is: characters from 1. Errors inside a function are placed in that function, not here.
fn position(error: &sqlx::Error) -> Option<usize> {
    let database = error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
    match database.position()? {
        PgErrorPosition::Original(chars) => Some(chars),
        PgErrorPosition::Internal { .. } => None,
    }
}

/// Line and column, from 1, of the nth character (from 1).
fn place(sql: &str, nth: usize) -> Option<(usize, usize)> {
    let before = sql.chars().take(nth.checked_sub(1)?);
    let (mut line, mut column) = (1, 1);
    for char in before {
        (line, column) = if char == '\n' { (line + 1, 1) } else { (line, column + 1) };
    }
    Some((line, column))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_position_is_a_line_and_a_column_of_characters() {
        let sql = "select 1;\n-- 金額\nselect x;";
        assert_eq!(place(sql, 1), Some((1, 1)));
        assert_eq!(place(sql, 11), Some((2, 1)));
        assert_eq!(place(sql, 24), Some((3, 8)));
        assert_eq!(place(sql, 0), None);
    }
}
