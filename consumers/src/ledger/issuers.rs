//! 適格請求書発行事業者: the public register, read from the file the tax agency publishes, for the numbers the ledger knows.
//!
//! The register has some five million rows and the ward a few thousand issuers: only numbers of creditors and of invoices are
//! kept. A number that is not kept was not asked for; No. 16 then says nothing about it.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;

use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::Layout;
use renkei_core::layout::read::{Event, ReadError, ReadLimits, Record, read_file};
use serde::Serialize;
use serde_json::json;
use sqlx::PgPool;

use super::LedgerError;

/// The layout of the published file.
const REGISTER: &str = include_str!("issuers/register.toml");
/// Bytes of one published file.
const FILE_BYTES_MAX: u64 = 8 << 30;
/// Findings of a file that is refused.
const FAULTS_MAX: usize = 20;

/// What a file of the register brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterLoaded {
    /// Rows read.
    pub read: u64,
    /// Rows of numbers the ledger knows.
    pub known: u64,
    /// Of them those that changed what was there.
    pub changed: u64,
    /// Numbers the ledger knows that are in the file with an end of their registration.
    pub ended: u64,
}

/// Why a file of the register was not taken.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// It is not as published.
    #[error("the file is not as the register is published: {0} error(s)")]
    Faulty(u64, Vec<Fault>),
    /// It could not be read.
    #[error("the file cannot be read")]
    Read(#[from] ReadError),
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The layout of the register is unsound: a bug of ours.
    #[error("the layout of the register cannot be used: {0}")]
    Layout(String),
}

/// A row that is kept.
struct Issuer {
    name: String,
    registered_on: String,
    end: Option<(String, &'static str)>,
}

/// Takes a published file in, all or nothing; `checked_on` is the day it was fetched.
pub async fn load_register(
    pool: &PgPool,
    input: impl Read + Send + 'static,
    checked_on: &str,
    who: &str,
) -> Result<RegisterLoaded, RegisterError> {
    let wanted: Vec<String> = sqlx::query_scalar(
        "select ledger.registration_number(invoice_number) from ledger.creditor where invoice_number is not null
          union select ledger.registration_number(invoice_number) from ledger.invoice where invoice_number is not null",
    )
    .fetch_all(pool)
    .await
    .map_err(LedgerError::Database)?;
    let wanted: HashSet<String> = wanted.into_iter().collect();
    let reading = tokio::task::spawn_blocking(move || read(input, &wanted)).await;
    let (read, issuers) = reading.map_err(|error| RegisterError::Layout(error.to_string()))??;
    let ended = issuers.values().filter(|issuer| issuer.end.is_some()).count() as u64;
    let changed = keep(pool, &issuers, checked_on, who, read).await?;
    Ok(RegisterLoaded { read, known: issuers.len() as u64, changed, ended })
}

fn read(input: impl Read, wanted: &HashSet<String>) -> Result<(u64, BTreeMap<String, Issuer>), RegisterError> {
    let layout = Layout::parse(REGISTER, "register.toml").map_err(|error| RegisterError::Layout(error.to_string()))?;
    let limits = ReadLimits { faults_max: FAULTS_MAX, file_bytes_max: FILE_BYTES_MAX, reference: None };
    let (mut issuers, mut faults) = (BTreeMap::new(), Vec::new());
    let summary = read_file(&layout, input, &limits, |event| match event {
        Event::Record(record) => {
            if let Some(number) = record.get("number").filter(|number| wanted.contains(number.as_ref()))
                // History of a number that is no longer so.
                && record.get("latest").as_deref() != Some("0")
            {
                issuers.insert(number.into_owned(), issuer(record));
            }
        }
        Event::Fault(fault) if fault.severity == Severity::Error => faults.push(fault),
        Event::Fault(_) => {}
    })?;
    if summary.faults > 0 {
        return Err(RegisterError::Faulty(summary.faults, faults));
    }
    Ok((summary.records, issuers))
}

fn issuer(record: &Record<'_>) -> Issuer {
    let text = |id: &str| record.get(id).map(std::borrow::Cow::into_owned);
    let name = text("name").or_else(|| text("trade_name")).unwrap_or_default();
    let revoked = text("revoked_on").map(|day| (day, "revoked"));
    let expired = text("expired_on").map(|day| (day, "expired"));
    // ISO days sort as they follow: the earlier one ends the registration.
    let end = revoked.into_iter().chain(expired).min();
    Issuer { name, registered_on: text("registered_on").unwrap_or_default(), end }
}

async fn keep(
    pool: &PgPool,
    issuers: &BTreeMap<String, Issuer>,
    checked_on: &str,
    who: &str,
    read: u64,
) -> Result<u64, LedgerError> {
    let (mut numbers, mut names, mut from) = (Vec::new(), Vec::new(), Vec::new());
    let (mut until, mut disposals) = (Vec::new(), Vec::new());
    for (number, issuer) in issuers {
        numbers.push(number.as_str());
        names.push(issuer.name.as_str());
        from.push(issuer.registered_on.as_str());
        until.push(issuer.end.as_ref().map(|(day, _)| day.as_str()));
        disposals.push(issuer.end.as_ref().map(|(_, why)| *why));
    }
    let mut tx = pool.begin().await.map_err(LedgerError::Database)?;
    let changed: i64 = sqlx::query_scalar(include_str!("issuers/keep.sql"))
        .bind(numbers)
        .bind(names)
        .bind(from)
        .bind(until)
        .bind(disposals)
        .bind(checked_on)
        .fetch_one(&mut *tx)
        .await
        .map_err(super::refused)?;
    sqlx::query("select audit.record($1, 'issuers.loaded', 'qualified_issuer', $3, null, $2, null)")
        .bind(who)
        .bind(json!({ "read": read, "known": issuers.len(), "changed": changed }))
        .bind(checked_on)
        .execute(&mut *tx)
        .await
        .map_err(LedgerError::Database)?;
    tx.commit().await.map_err(LedgerError::Database)?;
    Ok(u64::try_from(changed).unwrap_or_default())
}
