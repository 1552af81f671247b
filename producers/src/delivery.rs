//! What is known about one delivery, and how far it has come.
//!
//! The record lies as `delivery.json` beside the original until the delivery is finished, and then in the status store. It is
//! always replaced as a whole, so a killed process leaves the old one or the new one.

use std::path::Path;
use std::time::UNIX_EPOCH;

use renkei_core::evidence::Document;
use renkei_core::fault::Fault;
use renkei_core::message::{Envelope, Medium};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::evidence::Handed;

/// Version of the record's shape.
pub const RECORD_VERSION: u16 = 1;

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The file is ours; nothing was published.
    Claimed,
    /// Read whole and found right; its chunks are fixed and may be partly published.
    Validated,
    /// It is an archive that may be unpacked; its members are handed in one by one.
    Opened,
    /// Every chunk is confirmed.
    Published,
    /// Every member of the archive has come to its own end.
    Unpacked,
    /// Read whole and found wrong; the rejection may be published.
    Refused,
    /// The rejection is confirmed.
    Rejected,
}

impl Stage {
    /// The word used in answers and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Claimed => "claimed",
            Stage::Validated => "validated",
            Stage::Opened => "opened",
            Stage::Published => "published",
            Stage::Unpacked => "unpacked",
            Stage::Refused => "refused",
            Stage::Rejected => "rejected",
        }
    }

    /// Whether nothing is left to do but to clear up.
    pub const fn is_end(self) -> bool {
        matches!(self, Stage::Published | Stage::Unpacked | Stage::Rejected)
    }
}

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A file in one of the topic's shapes.
    #[default]
    File,
    /// A JSON array of records keyed by field id, as `/records` takes them.
    Records,
}

/// Control totals the sender states. What is not stated is not compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controls {
    /// Number of the 連携, `"12"`.
    #[serde(rename = "if", default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// 件数: records that carry an amount; where no kind of record does, all records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// 合計金額 in yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<i64>,
    /// SHA-256 of the file, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// How a dropped file looked when it was claimed: what is written to it later would be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Length.
    pub bytes: u64,
    /// Modification time, nanoseconds of Unix time.
    pub modified_ns: u64,
}

impl Stamp {
    /// How a file looks now; `None` when it is not there or has no time.
    pub fn of(path: &Path) -> Option<Stamp> {
        let meta = std::fs::symlink_metadata(path).ok()?;
        let since = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Stamp { bytes: meta.len(), modified_ns: u64::try_from(since.as_nanos()).ok()? })
    }
}

/// Where a file came from when nobody handed it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The address it was fetched from, without query and credentials.
    pub url: String,
    /// `ETag` of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// `Last-Modified` of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// The archive a file was unpacked from, or the refused file whose urgent records it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its delivery.
    pub delivery: Uuid,
    /// Its file name.
    pub file: String,
    /// Its key in the archive of originals.
    pub archive: String,
}

/// What became of a file made of another: of one in an archive, of urgent records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpacked {
    /// Its own delivery.
    pub delivery: Uuid,
    /// Its name.
    pub file: String,
    /// Its end.
    pub stage: Stage,
    /// Its records.
    pub records: u64,
    /// Their yen.
    pub yen: i64,
    /// Its errors.
    pub faults_total: u64,
}

/// The chunks, fixed once: what was promised under these ids is published again after a crash, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Number of chunks.
    pub chunks: u32,
    /// How many of them, at the end, list documents instead of records.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub evidence_chunks: u32,
    /// SHA-256 over all chunk bodies with their lengths, hex.
    pub sha256: String,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// [`RECORD_VERSION`].
    pub version: u16,
    /// Delivery id, fixed when it was claimed.
    pub delivery: Uuid,
    /// Place in the order of claims: UUIDv7 made when it was claimed (the id itself may come from an idempotency key).
    pub order: Uuid,
    /// Topic slug.
    pub topic: String,
    /// File name as handed in.
    pub file: String,
    /// Who handed it in: `folder:<slug>`, `http:<token name>`, `pull:<slug>`, `cli:<user>`.
    pub sender: String,
    /// When it was claimed, RFC 3339 with offset.
    pub received_at: String,
    /// What the bytes are.
    #[serde(default)]
    pub form: Form,
    /// Layout variant the sender asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Control totals the sender stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controls: Option<Controls>,
    /// The medium that carried it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<Medium>,
    /// What was wrong already when it was claimed (an unreadable control file).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claim_faults: Vec<Fault>,
    /// Documents handed in with the file; the nth lies as `documents/<n>` in the claim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Handed>,
    /// Where documents were looked for, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Documents of the delivery that are in the archive, wherever they came from; published with the records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Document>,
    /// How far it has come.
    pub stage: Stage,
    /// Size of the file.
    #[serde(default)]
    pub bytes: u64,
    /// SHA-256 of the file, hex; empty before it was archived.
    #[serde(default)]
    pub sha256: String,
    /// Key of the original in the archive; empty when it was not archived.
    #[serde(default)]
    pub archive: String,
    /// Layout variant it was read with.
    #[serde(default)]
    pub layout: String,
    /// Digest of the integration folder it was read with.
    #[serde(default)]
    pub layout_digest: String,
    /// Records of every kind.
    #[serde(default)]
    pub records: u64,
    /// Yen of the amount fields.
    #[serde(default)]
    pub yen: i64,
    /// The chunks; absent before validation and for a refused delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Where it was fetched, for one that nobody handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The archive it was unpacked from, or the refused file it was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// It is refused, and so many urgent records of it lie beside it as a file of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<u64>,
    /// What became of its members, for an archive; of the file of its urgent records, for a refused one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Unpacked>,
    /// How the file looked when it was claimed, for one that was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// It held something that must not be kept: the original is removed, not put aside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub destroyed: bool,
    /// How often carrying it on failed by a fault of ours.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: u32,
    /// Errors and warnings found, up to the limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// How many errors there were in all.
    #[serde(default)]
    pub faults_total: u64,
    /// How many warnings there were in all.
    #[serde(default)]
    pub warnings_total: u64,
}

impl Delivery {
    /// A delivery at its beginning.
    pub fn new(delivery: Uuid, topic: &str, file: String, sender: String) -> Self {
        Delivery {
            version: RECORD_VERSION,
            delivery,
            order: Uuid::now_v7(),
            topic: topic.to_owned(),
            file,
            sender,
            received_at: renkei_core::calendar::clock::now_rfc3339(),
            form: Form::File,
            variant: None,
            controls: None,
            medium: None,
            claim_faults: Vec::new(),
            documents: Vec::new(),
            place: String::new(),
            evidence: Vec::new(),
            stage: Stage::Claimed,
            bytes: 0,
            sha256: String::new(),
            archive: String::new(),
            layout: String::new(),
            layout_digest: String::new(),
            records: 0,
            yen: 0,
            plan: None,
            origin: None,
            parent: None,
            urgent: None,
            members: Vec::new(),
            stamp: None,
            destroyed: false,
            failures: 0,
            faults: Vec::new(),
            faults_total: 0,
            warnings_total: 0,
        }
    }

    /// Chunks of its publication: those of the plan, one for a rejection.
    pub fn chunks(&self) -> u32 {
        self.plan.as_ref().map_or(1, |plan| plan.chunks)
    }

    /// Whether a chunk of its publication lists documents.
    pub fn is_evidence(&self, chunk: u32) -> bool {
        self.plan.as_ref().is_some_and(|plan| chunk + plan.evidence_chunks >= plan.chunks)
    }

    /// The envelope of one of its messages.
    pub fn envelope(&self, chunk: u32) -> Envelope {
        Envelope {
            delivery: self.delivery,
            topic: self.topic.clone(),
            file: self.file.clone(),
            // What was refused unseen has no digest of its own: that of no bytes stands for it.
            sha256: if self.sha256.is_empty() { hex::encode(Sha256::digest(b"")) } else { self.sha256.clone() },
            bytes: self.bytes,
            layout: self.layout.clone(),
            layout_digest: self.layout_digest.clone(),
            archive: self.archive.clone(),
            sender: self.sender.clone(),
            origin: self.came_from(),
            received_at: self.received_at.clone(),
            chunk,
            chunks: self.chunks(),
            records: self.records,
            yen: self.yen,
            medium: self.medium.clone(),
        }
    }

    /// Where it came from, for the ledger's record of it: the archive it lay in, the address that was fetched.
    fn came_from(&self) -> String {
        let archive = self.parent.as_ref().map(|Parent { file, archive, .. }| format!("{file} ({archive})"));
        let address = self.origin.as_ref().map(|Origin { url, etag, last_modified }| match (etag, last_modified) {
            (Some(etag), _) => format!("{url} (ETag {etag})"),
            (None, Some(at)) => format!("{url} (Last-Modified {at})"),
            (None, None) => url.clone(),
        });
        archive.into_iter().chain(address).collect::<Vec<_>>().join(" · ")
    }

    /// The day it was received, `2026-10-05`.
    pub fn received_on(&self) -> &str {
        self.received_at.get(..10).unwrap_or("undated")
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
