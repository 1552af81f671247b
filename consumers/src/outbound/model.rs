//! Files and what is known about them, as rows of the schema `export`.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::problem::Problem;

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Asked for, not made yet.
    Ordered,
    /// Made; waits for approval or release.
    Generated,
    /// A second person approved exactly these bytes.
    Approved,
    /// Final; may be on its way.
    Released,
    /// Handed over.
    Delivered,
    /// 送信結果不明: nobody knows whether it arrived. Never retried by machine.
    Unknown,
    /// Taken back; its claims are free.
    Void,
    /// There was nothing to send.
    Empty,
    /// The selection or the layout said stop.
    Refused,
    /// An attempt ended with an error; the order may be tried again.
    Failed,
    /// The picture of a moment, and a later one has left or is about to: not sent any more.
    Superseded,
}

impl FileState {
    /// Every state with its name in the database.
    pub const ALL: [(&'static str, FileState); 11] = [
        ("ordered", FileState::Ordered),
        ("generated", FileState::Generated),
        ("approved", FileState::Approved),
        ("released", FileState::Released),
        ("delivered", FileState::Delivered),
        ("unknown", FileState::Unknown),
        ("void", FileState::Void),
        ("empty", FileState::Empty),
        ("refused", FileState::Refused),
        ("failed", FileState::Failed),
        ("superseded", FileState::Superseded),
    ];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(name, _)| name)
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<FileState> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, state)| *state)
    }

    /// Whether the bytes have left.
    pub fn has_left(self) -> bool {
        matches!(self, FileState::Released | FileState::Delivered | FileState::Unknown)
    }
}

impl TryFrom<String> for FileState {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        FileState::parse(&name).ok_or_else(|| format!("{name:?} is no state of an export file"))
    }
}

impl std::fmt::Display for FileState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// One ordered export and its life. Times are RFC 3339 with the ward's offset.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct ExportFile {
    /// Number of the file.
    pub id: i64,
    /// Run id of the order.
    pub run: Uuid,
    /// Which file of the order it is, from 1.
    pub part: i32,
    /// How many files the order made: the partner takes so many records in one and no more.
    pub parts: i32,
    /// Topic slug.
    pub topic: String,
    /// Profile or layout variant it was made with.
    pub profile: String,
    /// Parameters of `select.sql`.
    pub params: Json<BTreeMap<String, String>>,
    /// `automatic`, `operator`, `two_person`.
    pub release_policy: String,
    /// Whether its items may be in one live file only.
    pub once: bool,
    /// The day it counts for, `2026-11-30`.
    pub business_date: String,
    /// Who ordered it.
    pub made_by: String,
    /// When it was ordered.
    pub ordered_at: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: FileState,
    /// Number of the file within topic and day.
    pub seq_of_day: Option<i32>,
    /// SHA-256 of the bytes.
    pub sha256: Option<String>,
    /// Records of all kinds.
    pub records: Option<i64>,
    /// Records that carry money.
    pub count: Option<i64>,
    /// Their yen.
    pub total: Option<i64>,
    /// Size.
    pub bytes: Option<i64>,
    /// Key of the bytes in the archive.
    pub archive: Option<String>,
    /// Name under which it leaves.
    pub file_name: Option<String>,
    /// Digest of the integration folder it was made with.
    pub integration_digest: Option<String>,
    /// When it was made.
    pub generated_at: Option<String>,
    /// When it was released.
    pub released_at: Option<String>,
    /// By whom.
    pub released_by: Option<String>,
    /// By when its partner must have it, where its making or its release said so.
    pub needed_by: Option<String>,
    /// When it was handed over.
    pub delivered_at: Option<String>,
    /// Who marked it as unknown last.
    pub unknown_by: Option<String>,
    /// Who found out what became of it.
    pub resolved_by: Option<String>,
    /// What the partner confirmed: that it never got the file.
    pub resolution: Option<String>,
    /// When it was voided.
    pub voided_at: Option<String>,
    /// By whom.
    pub voided_by: Option<String>,
    /// Why.
    pub void_reason: Option<String>,
    /// What the partner confirmed.
    pub void_confirmation: Option<String>,
    /// Why it is refused, failed or unknown.
    pub problem: Option<Json<Problem>>,
    /// When its bytes were given up: it was overtaken, and the days for which such files are kept are over.
    pub purged_at: Option<String>,
}

/// 承認: who approved which bytes.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct Approval {
    /// Who.
    pub approver: String,
    /// SHA-256 of what was approved.
    pub sha256: String,
    /// Records that carry money.
    pub count: i64,
    /// Their yen.
    pub total: i64,
    /// When.
    pub at: String,
    /// Whether it still counts.
    pub live: bool,
    /// Why it no longer counts.
    pub dead_reason: Option<String>,
}

/// An item that could not go.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct Refusal {
    /// Kind of item.
    pub object: Option<String>,
    /// Its id.
    pub object_id: Option<i64>,
    /// Catalogue code.
    pub code: String,
    /// `item` (stays behind) or `stop`.
    pub severity: String,
    /// Values for the catalogue text.
    pub detail: serde_json::Value,
}

/// A time the bytes were handed to somebody.
#[derive(Debug, Clone, PartialEq, Serialize, FromRow)]
pub struct Delivery {
    /// `placing`, `delivered`, `not_sent`, `refused`, `unclear`, `cleared`, `download` (再取得), `accepted`.
    pub kind: String,
    /// When.
    pub at: String,
    /// To or by whom.
    pub actor: String,
    /// Where to.
    pub place: String,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// What the partner answered, or why nothing arrived.
    pub detail: Option<String>,
    /// When it is tried again.
    pub next_try: Option<String>,
}
