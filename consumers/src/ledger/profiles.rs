//! Bank profiles: what of them is the office's contract with its bank. One person enters it, another approves it; it counts for files
//! that are ordered from a day on, over the values of the profile's file.

use std::collections::BTreeMap;

use renkei_core::registry::{Profile, Registry};
use serde_json::{Value, json};
use sqlx::types::Json;
use sqlx::{FromRow, PgPool};

use super::settings::By;
use super::{LedgerError, refused};

/// A value of a profile that staff may change.
#[derive(Debug, Clone, FromRow)]
pub struct ProfileKey {
    /// Key of the profile's `[values]`.
    pub key: String,
    /// 項目.
    pub name: String,
    /// The same in English.
    pub name_en: String,
}

/// A version of a profile's values.
#[derive(Debug, Clone, FromRow)]
pub struct ProfileVersion {
    /// Its number.
    pub version: i32,
    /// First day for which it counts, ISO.
    pub valid_from: String,
    /// The values it sets.
    pub values: Json<BTreeMap<String, String>>,
    /// What they were before.
    pub before: Json<BTreeMap<String, String>>,
    /// Why.
    pub why: String,
    /// Who entered it.
    pub made_by: String,
    /// When, RFC 3339.
    pub made_at: String,
    /// Approved or refused; `None`: it waits.
    pub approved: Option<bool>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Why it was refused.
    pub decided_why: String,
}

/// What may be changed, in order.
pub async fn keys(pool: &PgPool) -> Result<Vec<ProfileKey>, LedgerError> {
    let sql = "select key, name, name_en from ledger.profile_key order by sort";
    sqlx::query_as(sql).fetch_all(pool).await.map_err(LedgerError::Database)
}

/// Versions of a profile, newest first.
pub async fn versions(pool: &PgPool, topic: &str, profile: &str) -> Result<Vec<ProfileVersion>, LedgerError> {
    let found = sqlx::query_as(include_str!("profile_versions.sql")).bind(topic).bind(profile).fetch_all(pool).await;
    found.map_err(LedgerError::Database)
}

/// What counts for files ordered on a day, over the values of the profile's file.
pub async fn values_on(pool: &PgPool, topic: &str, profile: &str, day: &str) -> Result<BTreeMap<String, String>, LedgerError> {
    let sql = "select ledger.profile_values($1, $2, $3::text::date)";
    let found: Json<BTreeMap<String, String>> =
        sqlx::query_scalar(sql).bind(topic).bind(profile).bind(day).fetch_one(pool).await.map_err(LedgerError::Database)?;
    Ok(found.0)
}

/// What the bank of a profile says of a day on which its transfers would be due, were their file made now.
#[derive(Debug, Clone, FromRow)]
pub struct BankDay {
    /// Catalogue code of what is wrong with the day; `None`: the bank takes the file.
    pub code: Option<String>,
    /// Values of the code's text.
    pub detail: Option<Json<Value>>,
    /// By when the bank must have the file, RFC 3339.
    pub needed_by: Option<String>,
}

/// The profiles whose files carry payment orders to a bank, as the value `carries` of their files says, each with its topic's slug.
pub fn carrying_orders(registry: &Registry) -> Vec<(&str, &Profile)> {
    let all = registry.sides().flat_map(|topic| topic.integration.iter().map(move |folder| (topic.slug.as_str(), folder)));
    let profiles = all.flat_map(|(slug, folder)| folder.profiles.iter().map(move |profile| (slug, profile)));
    profiles.filter(|(_, profile)| profile.layout.values.get("carries").is_some_and(|what| what == "payment_order")).collect()
}

/// Asks profiles what their banks say of a day; in their order.
pub async fn bank_days(
    pool: &PgPool,
    profiles: &[(&str, &Profile)],
    (day, today): (&str, &str),
) -> Result<Vec<BankDay>, LedgerError> {
    let value =
        |(topic, profile): &(&str, &Profile)| json!({"topic": topic, "name": profile.name, "values": profile.layout.values});
    let profiles: Vec<Value> = profiles.iter().map(value).collect();
    let asking = sqlx::query_as(include_str!("bank_days.sql")).bind(Json(profiles)).bind(day).bind(today);
    asking.fetch_all(pool).await.map_err(LedgerError::Database)
}

/// Other values from a day on.
#[derive(Debug, Clone, Copy)]
pub struct Proposal<'a> {
    /// Slug.
    pub topic: &'a str,
    /// Name of the profile.
    pub profile: &'a str,
    /// The values of its file.
    pub file: &'a BTreeMap<String, String>,
    /// The values wanted.
    pub chosen: &'a BTreeMap<String, String>,
    /// First day, ISO.
    pub valid_from: &'a str,
    /// The version the person looked at.
    pub seen: i32,
}

/// Enters other values; they wait for a second person. Gives the version.
pub async fn propose(pool: &PgPool, proposal: Proposal<'_>, today: &str, by: By<'_>) -> Result<i32, LedgerError> {
    let sql = "select ledger.propose_profile($1, $2, $3, $4, $5::text::date, $6, $7::text::date, $8, $9)";
    let proposing = sqlx::query_scalar(sql).bind(proposal.topic).bind(proposal.profile).bind(Json(proposal.file));
    let proposing = proposing.bind(Json(proposal.chosen)).bind(proposal.valid_from).bind(proposal.seen).bind(today);
    proposing.bind(by.why.trim()).bind(by.actor).fetch_one(pool).await.map_err(refused)
}

/// The second person approves what another entered, or refuses it.
pub async fn decide(
    pool: &PgPool,
    (topic, profile, version): (&str, &str, i32),
    approve: bool,
    today: &str,
    by: By<'_>,
) -> Result<(), LedgerError> {
    let deciding = sqlx::query("select ledger.decide_profile($1, $2, $3, $4, $5::text::date, $6, $7)").bind(topic).bind(profile);
    let deciding = deciding.bind(version).bind(approve).bind(today).bind(by.why.trim()).bind(by.actor);
    deciding.execute(pool).await.map(|_| ()).map_err(refused)
}
