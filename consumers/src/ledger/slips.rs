//! Slips as they are printed.

use renkei_core::slip::{Issuer, Slip, SlipError};
use renkei_core::verdict::{Classify, Coded, Verdict};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use sqlx::types::Json;

use super::{LedgerError, refused};

/// Slips to print, or why not.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The ledger could not answer.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A slip that was asked for cannot be printed.
    #[error(transparent)]
    Slip(#[from] SlipError),
}

impl Classify for PrintError {
    fn verdict(&self) -> Verdict {
        match self {
            PrintError::Ledger(error) => error.verdict(),
            PrintError::Slip(error) => error.verdict(),
        }
    }

    fn coded(&self) -> Option<Coded> {
        match self {
            PrintError::Ledger(error) => error.coded(),
            PrintError::Slip(error) => error.coded(),
        }
    }
}

#[derive(sqlx::FromRow)]
struct Found {
    wanted: String,
    state: String,
    slip: Option<Json<Slip>>,
}

/// Slips by 納入通知書番号, 案件特定キー or 調定番号, in the order they were asked for.
///
/// # Errors
/// One of them does not exist, is paid, or has ended: then none is given.
pub async fn slips_to_print(pool: &PgPool, wanted: &[String]) -> Result<Vec<Slip>, PrintError> {
    let found: Vec<Found> =
        sqlx::query_as(include_str!("find_slips.sql")).bind(wanted).fetch_all(pool).await.map_err(LedgerError::Database)?;
    payable(found)
}

/// The slips that an inbound batch issued and that can still be paid, in the order of its lines.
///
/// # Errors
/// The ledger could not answer.
pub async fn slips_of_batch(pool: &PgPool, batch: i64) -> Result<Vec<Slip>, PrintError> {
    let sql = include_str!("slips_of_batch.sql");
    payable(sqlx::query_as(sql).bind(batch).fetch_all(pool).await.map_err(LedgerError::Database)?)
}

/// What is the same on every slip.
pub async fn slip_issuer(pool: &PgPool) -> Result<Issuer, LedgerError> {
    let sql = "select to_jsonb(f) from ledger.slip_form f";
    let Json(issuer) = sqlx::query_scalar::<_, Json<Issuer>>(sql).fetch_one(pool).await.map_err(LedgerError::Database)?;
    Ok(issuer)
}

/// Puts on record who printed which slips into which document. Returns the document's SHA-256, hex.
pub async fn note_printed(pool: &PgPool, slips: &[Slip], document: &[u8], who: &str) -> Result<String, LedgerError> {
    let sha256 = hex::encode(Sha256::digest(document));
    let numbers: Vec<&str> = slips.iter().map(|slip| slip.slip_no.as_str()).collect();
    let sql = "insert into audit.event (actor, action, object, object_id, after)
               select $1, 'payment_slip.print', 'payment_slip', n, jsonb_build_object('sha256', $3::text) from unnest($2::text[]) n";
    sqlx::query(sql).bind(who).bind(numbers).bind(&sha256).execute(pool).await.map_err(refused)?;
    Ok(sha256)
}

fn payable(found: Vec<Found>) -> Result<Vec<Slip>, PrintError> {
    let one = |found: Found| match found.slip {
        Some(Json(slip)) if matches!(found.state.as_str(), "queued" | "uploaded") => Ok(slip),
        _ => Err(SlipError::NotPayable { value: found.wanted, state: found.state }.into()),
    };
    found.into_iter().map(one).collect()
}
