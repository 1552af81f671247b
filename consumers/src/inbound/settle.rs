//! Writing down what became of a batch: state, hops, findings, and the audit event, in the transaction of the effect.

use renkei_core::fault::{Fault, Severity, storable};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;

use super::batch::{Batch, State};
use super::error::IntakeError;
use super::work::Ruling;

/// Records and their yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sum {
    pub records: i64,
    pub yen: i64,
}

impl Sum {
    pub(super) fn plus(self, other: Sum) -> Option<Sum> {
        Some(Sum { records: self.records.checked_add(other.records)?, yen: self.yen.checked_add(other.yen)? })
    }

    pub(super) fn minus(self, other: Sum) -> Option<Sum> {
        Some(Sum { records: self.records.checked_sub(other.records)?, yen: self.yen.checked_sub(other.yen)? })
    }
}

/// Where the staged records went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Hops {
    pub staged: Sum,
    pub posted: Sum,
    pub held: Sum,
    pub skipped: Sum,
    pub rejected: Sum,
}

impl Hops {
    /// As the batch has them now.
    pub(super) fn of(batch: &Batch) -> Hops {
        let sum = |records, yen| Sum { records, yen };
        Hops {
            staged: sum(batch.records_staged, batch.yen_staged),
            posted: sum(batch.records_posted, batch.yen_posted),
            held: sum(batch.records_held, batch.yen_held),
            skipped: sum(batch.records_skipped, batch.yen_skipped),
            rejected: sum(batch.records_rejected, batch.yen_rejected),
        }
    }

    /// Nothing decided yet.
    pub(super) fn staged(staged: Sum) -> Hops {
        Hops { staged, ..Hops::default() }
    }

    /// Everything refused.
    pub(super) fn all_rejected(staged: Sum) -> Hops {
        Hops { staged, rejected: staged, ..Hops::default() }
    }

    /// Everything waits.
    pub(super) fn all_held(staged: Sum) -> Hops {
        Hops { staged, held: staged, ..Hops::default() }
    }

    /// `open` of the records are decided by `ruling`: held and skipped as it says, the rest posted.
    pub(super) fn ruled(self, open: Sum, ruling: &Ruling) -> Option<Hops> {
        let held = Sum { records: ruling.held_records, yen: ruling.held_yen };
        let skipped = Sum { records: ruling.skipped_records, yen: ruling.skipped_yen };
        Some(Hops {
            posted: self.posted.plus(open.minus(held)?.minus(skipped)?)?,
            held: self.held.plus(held)?,
            skipped: self.skipped.plus(skipped)?,
            ..self
        })
    }

    fn to_json(self, state: State) -> Value {
        let sum = |sum: Sum| json!({ "records": sum.records, "yen": sum.yen });
        json!({
            "state": state, "staged": sum(self.staged), "posted": sum(self.posted), "held": sum(self.held),
            "skipped": sum(self.skipped), "rejected": sum(self.rejected),
        })
    }
}

/// What becomes of a batch.
#[derive(Debug)]
pub(super) struct Settlement<'a> {
    pub state: State,
    pub hops: Hops,
    pub held_whole: bool,
    /// Set when something was posted.
    pub business_date: Option<&'a str>,
    pub reason: Option<&'a str>,
    pub duplicate_of: Option<i64>,
    pub preview: Option<Value>,
    /// Set when a person decided.
    pub decided_by: Option<&'a str>,
    /// Faults stored beside.
    pub faults: i64,
    /// Further facts of the audit event.
    pub more: Vec<(&'static str, Value)>,
    /// Name of the audit event.
    pub action: &'static str,
    /// Who.
    pub actor: &'a str,
}

impl<'a> Settlement<'a> {
    pub(super) fn new(state: State, hops: Hops, action: &'static str, actor: &'a str) -> Self {
        Settlement {
            state,
            hops,
            held_whole: false,
            business_date: None,
            reason: None,
            duplicate_of: None,
            preview: None,
            decided_by: None,
            faults: 0,
            more: Vec::new(),
            action,
            actor,
        }
    }
}

/// Writes the batch's row and the audit event.
pub(super) async fn settle(conn: &mut PgConnection, batch: &Batch, settlement: &Settlement<'_>) -> Result<(), IntakeError> {
    let hops = settlement.hops;
    sqlx::query(include_str!("sql/settle.sql"))
        .bind(batch.id)
        .bind(settlement.state.as_str())
        .bind(hops.staged.records)
        .bind(hops.staged.yen)
        .bind(hops.posted.records)
        .bind(hops.posted.yen)
        .bind(hops.held.records)
        .bind(hops.held.yen)
        .bind(hops.skipped.records)
        .bind(hops.skipped.yen)
        .bind(hops.rejected.records)
        .bind(hops.rejected.yen)
        .bind(settlement.held_whole)
        .bind(settlement.business_date)
        .bind(settlement.reason)
        .bind(settlement.duplicate_of)
        .bind(&settlement.preview)
        .bind(settlement.decided_by)
        .bind(settlement.faults)
        .execute(&mut *conn)
        .await
        .map_err(IntakeError::database(format!("write down that batch {} is {}", batch.id, settlement.state)))?;
    audit(conn, batch, settlement).await
}

async fn audit(conn: &mut PgConnection, batch: &Batch, settlement: &Settlement<'_>) -> Result<(), IntakeError> {
    let mut after = settlement.hops.to_json(settlement.state);
    if let Value::Object(after) = &mut after {
        after.insert("topic".to_owned(), json!(batch.topic));
        after.insert("file".to_owned(), json!(batch.file));
        after.insert("sha256".to_owned(), json!(batch.sha256));
        after.insert("layout_digest".to_owned(), json!(batch.layout_digest));
        after.extend(settlement.more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    }
    record(conn, settlement.actor, settlement.action, batch.id, &Hops::of(batch).to_json(batch.state), &after, settlement.reason)
        .await
}

/// An audit event about a batch, or about a message (`object` = `failure`).
pub(super) async fn record(
    conn: &mut PgConnection,
    actor: &str,
    action: &str,
    batch: i64,
    before: &Value,
    after: &Value,
    reason: Option<&str>,
) -> Result<(), IntakeError> {
    sqlx::query("select audit.record($1, $2, 'batch', $3, $4, $5, $6)")
        .bind(actor)
        .bind(action)
        .bind(batch.to_string())
        .bind(before)
        .bind(after)
        .bind(reason)
        .execute(conn)
        .await
        .map(|_| ())
        .map_err(IntakeError::database(format!("write the audit event {action} of batch {batch}")))
}

/// Keeps the verdicts. `state` overrules the state each would get; empty: a hold is open, the rest noted.
pub(super) async fn store_findings(conn: &mut PgConnection, batch: i64, state: &str) -> Result<(), IntakeError> {
    sqlx::query(include_str!("sql/store_findings.sql"))
        .bind(batch)
        .bind(state)
        .execute(conn)
        .await
        .map(|_| ())
        .map_err(IntakeError::database(format!("keep the findings on batch {batch}")))
}

/// Keeps the verdicts of checks that ran again, after what they said before was closed: what they say once more goes on.
pub(super) async fn store_findings_again(conn: &mut PgConnection, batch: i64) -> Result<(), IntakeError> {
    sqlx::query(include_str!("sql/store_findings_again.sql"))
        .bind(batch)
        .execute(conn)
        .await
        .map(|_| ())
        .map_err(IntakeError::database(format!("keep the findings on batch {batch} once more")))
}

/// Keeps faults, numbered from 1.
pub(super) async fn store_faults(conn: &mut PgConnection, batch: i64, faults: &[Fault]) -> Result<(), IntakeError> {
    let rows: Vec<Value> = faults.iter().map(row).collect();
    sqlx::query(include_str!("sql/store_faults.sql"))
        .bind(batch)
        .bind(Value::Array(rows))
        .execute(conn)
        .await
        .map(|_| ())
        .map_err(IntakeError::database(format!("keep the faults of batch {batch}")))
}

fn row(fault: &Fault) -> Value {
    let severity = match fault.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    // A rejection comes by message, and the database refuses U+0000: the list of errors must not fail over what it tells of.
    let text = |text: &Option<String>| text.as_deref().map(|text| storable(text).into_owned());
    let args: Vec<_> = fault.args.iter().map(|(name, value)| (storable(name), storable(value))).collect();
    json!({
        "code": storable(&fault.code), "severity": severity, "line": fault.line, "col": fault.column, "byte": fault.byte,
        "length": fault.length, "field": text(&fault.field), "field_name": text(&fault.field_name), "value": text(&fault.value),
        "args": args,
    })
}
