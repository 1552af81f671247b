//! A held line finds its ledger object: a person chooses the creditor or the commitment, sees what comes of it, and the line is checked and
//! posted by the same SQL. What the line says stays as it came; the choice stands beside it (`intake.choice`).

use renkei_core::catalogue;
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::FromRow;
use sqlx::postgres::PgConnection;

use super::Intake;
use super::batch;
use super::error::IntakeError;
use super::hold::HeldPosted;
use super::preview::Preview;
use super::tables::Answers;

/// Fields by which lines say whom they pay, and what from.
const SAID: [(&str, &[&str]); 2] = [
    ("creditor", &["creditor", "issuer_name", "invoice_number", "corporate_number"]),
    ("commitment", &["commitment_no", "contract_no", "tender_no", "customer_no", "contract_name"]),
];

/// What is chosen for which line.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// Line of the batch.
    pub line: i64,
    /// `creditor` or `commitment`.
    pub object: &'a str,
    /// Its number.
    pub chosen: &'a str,
}

/// A choice as it was made.
#[derive(Debug, Clone, Serialize, FromRow)]
pub struct Chosen {
    /// `creditor` or `commitment`.
    pub object: String,
    /// Its number.
    pub chosen: String,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
}

impl Intake {
    /// What a line says of an object of that kind; null values are left out.
    pub async fn said(&self, id: i64, line: i64, object: &str) -> Result<Value, IntakeError> {
        let mut conn = self.pool.acquire().await.map_err(IntakeError::database(format!("read line {line} of batch {id}")))?;
        said(&mut conn, id, line, object).await
    }

    /// What was chosen for a line so far, newest first.
    pub async fn choices(&self, id: i64, line: i64) -> Result<Vec<Chosen>, IntakeError> {
        let sql = "select object, chosen, reason, by, export.moment(at) as at from intake.choice
                    where batch_id = $1 and line = $2 order by id desc";
        let found = sqlx::query_as(sql).bind(id).bind(line).fetch_all(&self.pool).await;
        found.map_err(IntakeError::database(format!("read what was chosen for line {line} of batch {id}")))
    }

    /// What would come of a choice: the checks and the posting of the line with it, rolled back.
    pub async fn preview_choice(&self, id: i64, choice: Choice<'_>) -> Result<Preview, IntakeError> {
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        write(&mut tx, id, choice, "preview", "preview").await?;
        let codes = catalogue::choosing(choice.object);
        let answers = Answers::About { line: choice.line, codes: &codes };
        let preview = self.preview_locked(&mut tx, &batch, Some((&[choice.line], answers))).await?;
        tx.rollback().await.map_err(IntakeError::database(format!("end the preview of batch {id}")))?;
        Ok(preview)
    }

    /// Keeps the choice beside the line, checks the line again and posts it when it passes; else it stays held, with its choice.
    pub async fn choose(&self, id: i64, choice: Choice<'_>, actor: &str, reason: &str) -> Result<HeldPosted, IntakeError> {
        if reason.trim().is_empty() {
            return Err(IntakeError::ReasonMissing { batch: id, doing: "choose something for a line of" });
        }
        let mut tx = self.begin(id).await?;
        let batch = batch::lock(&mut tx, id).await?;
        write(&mut tx, id, choice, actor, reason.trim()).await?;
        let lines = [choice.line];
        let lines = Some(lines.as_slice()).filter(|_| !batch.held_whole);
        let codes = catalogue::choosing(choice.object);
        let answers = Answers::About { line: choice.line, codes: &codes };
        let sums = self.post_held_locked(&mut tx, &batch, (lines, answers), actor, reason.trim()).await?;
        let batch = self.commit(tx, &batch).await?;
        Ok(HeldPosted { batch, ..sums })
    }
}

async fn said(conn: &mut PgConnection, id: i64, line: i64, object: &str) -> Result<Value, IntakeError> {
    let fields = SAID.iter().find(|(known, _)| *known == object).map_or(&[][..], |(_, fields)| *fields);
    let records: Vec<Value> =
        sqlx::query_scalar("select fields from intake.record_fields where batch_id = $1 and line = $2 order by sub, kind")
            .bind(id)
            .bind(line)
            .fetch_all(conn)
            .await
            .map_err(IntakeError::database(format!("read line {line} of batch {id}")))?;
    let mut all = Map::new();
    for field in fields {
        if let Some(value) = records.iter().find_map(|record| record.get(*field)) {
            all.insert((*field).to_owned(), value.clone());
        }
    }
    Ok(Value::Object(all))
}

async fn write(conn: &mut PgConnection, id: i64, choice: Choice<'_>, actor: &str, reason: &str) -> Result<(), IntakeError> {
    let Choice { line, object, chosen } = choice;
    let said = said(conn, id, line, object).await?;
    sqlx::query("select intake.choose($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(id)
        .bind(line)
        .bind(object)
        .bind(chosen.trim())
        .bind(catalogue::choosing(object))
        .bind(said)
        .bind(reason)
        .bind(actor)
        .execute(conn)
        .await
        .map(|_| ())
        .map_err(IntakeError::on_batch(id, "choose something for a line"))
}
