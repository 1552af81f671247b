//! The message contract. What travels on a topic, under which headers, and how ids are made.
//!
//! Routing key = queue name = `in.NN_slug` or `out.NN_slug`. AMQP `type` is the `MessageKind`, `message_id` is deterministic,
//! `content_type` is `application/json`. Bodies:
//!
//! | kind | body |
//! |--|--|
//! | `records` | a table of records, see [`chunk`](crate::chunk); from upstream systems a JSON array of records by field id |
//! | `evidence` | JSON array of [`Document`](crate::evidence::Document): documents of the delivery; a chunk like those of records, counted with them |
//! | `rejection` | `Rejection`: every fault of a refused file, up to a limit |
//! | `confirm`, `cancel` | `Order`: what an operator decided about a batch |
//! | `export` | `ExportOrder` |
//! | `missed` | `MissedRun`: a scheduled export that no scheduler ordered in time |

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fault::Fault;

/// Version of this contract, sent as `renkei-contract`.
pub const CONTRACT_VERSION: u16 = 1;

/// Keys of a record object that are not layout fields; a layout may not use them as field ids.
pub const RESERVED_KEYS: [&str; 6] = ["line", "sub", "record", "group", "offset", "length"];

/// What a message is, sent as AMQP `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// A chunk of records of a validated delivery, or of a direct publisher.
    Records,
    /// A chunk that lists documents of a delivery.
    Evidence,
    /// A delivery that was refused before anything was published.
    Rejection,
    /// An operator confirms a batch that waits.
    Confirm,
    /// An operator cancels a posted batch.
    Cancel,
    /// Make an export.
    Export,
    /// A scheduled export was not ordered in time.
    Missed,
}

impl MessageKind {
    /// The AMQP `type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            MessageKind::Records => "records",
            MessageKind::Evidence => "evidence",
            MessageKind::Rejection => "rejection",
            MessageKind::Confirm => "confirm",
            MessageKind::Cancel => "cancel",
            MessageKind::Export => "export",
            MessageKind::Missed => "missed",
        }
    }

    /// Reads an AMQP `type`.
    pub fn parse(text: &str) -> Option<Self> {
        const ALL: [MessageKind; 7] = [
            MessageKind::Records,
            MessageKind::Evidence,
            MessageKind::Rejection,
            MessageKind::Confirm,
            MessageKind::Cancel,
            MessageKind::Export,
            MessageKind::Missed,
        ];
        ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The envelope of one delivery (one file, one API call, one direct message), repeated in the headers of each of its chunks
/// so that any chunk alone says what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Delivery id. Deterministic for files: claimed under this id, published again under it after a crash.
    pub delivery: Uuid,
    /// Topic slug, `12_civic_assessments`.
    pub topic: String,
    /// File name as handed in (never a path).
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// Layout variant, the stem of its TOML file.
    pub layout: String,
    /// Digest of the integration folder the file was read with.
    pub layout_digest: String,
    /// Key of the original in the archive.
    pub archive: String,
    /// Who handed it in: token name, folder, user.
    pub sender: String,
    /// Where it came from when it did not come by itself: the address it was fetched from, the archive it lay in; else empty.
    pub origin: String,
    /// When it was claimed, RFC 3339 with offset.
    pub received_at: String,
    /// Number of this chunk, 0-based.
    pub chunk: u32,
    /// Number of chunks of the delivery.
    pub chunks: u32,
    /// Records of the whole delivery: every record of every kind.
    pub records: u64,
    /// Yen of the whole delivery: the layout's amount fields.
    pub yen: i64,
    /// The medium that carried it; `None` when it came over a line.
    pub medium: Option<Medium>,
}

/// A medium (USB) that carried a file, and who answers for it. Known before a byte of the file is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medium {
    /// Id of its file system (UUID or label), as registered.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Who brought it.
    pub bearer: String,
    /// Who approved that it is taken; another person than the bearer.
    pub approver: String,
    /// Who took it.
    pub accepted_by: String,
    /// When, RFC 3339 with offset.
    pub accepted_at: String,
}

/// Body of a `rejection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The faults found, at most the limit.
    pub faults: Vec<Fault>,
    /// How many there were in all.
    pub faults_total: u64,
}

/// Body of `confirm` and `cancel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The batch's delivery id.
    pub delivery: Uuid,
    /// Who decided.
    pub actor: String,
    /// Why; mandatory for `cancel`.
    #[serde(default)]
    pub reason: String,
}

/// Body of an `export`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportOrder {
    /// Run id: UUIDv5 of slug and scheduled instant, or of an operator's order. The same run gives the same bytes.
    pub run: Uuid,
    /// Layout variant or bank profile; empty = the topic's first.
    #[serde(default)]
    pub variant: String,
    /// Parameters of `select.sql`, e.g. `pay_date` → `2026-11-30`.
    #[serde(default)]
    pub params: std::collections::BTreeMap<String, String>,
    /// Who or what ordered it: a user, or `schedule`.
    pub ordered_by: String,
    /// When, RFC 3339 with offset.
    pub ordered_at: String,
}

/// Body of a `missed`: nobody ordered a scheduled run in time, and the topic's rule does not make up for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedRun {
    /// The run the schedule would have ordered.
    pub run: Uuid,
    /// Its instant, RFC 3339 with offset: the key by which a person may order it.
    pub instant: String,
    /// What is done about it.
    pub outcome: MissedOutcome,
}

/// What is done about a missed run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissedOutcome {
    /// A person is asked whether it is wanted.
    Ask,
    /// Nothing; it is written down.
    Skip,
}

/// Namespace of all our UUIDv5 ids.
const NAMESPACE: Uuid =
    Uuid::from_bytes([0x52, 0x45, 0x4e, 0x4b, 0x45, 0x49, 0x4f, 0x6e, 0x8b, 0x1d, 0x5a, 0x21, 0x0c, 0x77, 0x44, 0x01]);

/// `message_id` of chunk `chunk` of a delivery.
pub fn chunk_message_id(delivery: Uuid, chunk: u32) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("chunk/{delivery}/{chunk}").as_bytes())
}

/// `message_id` of any other message about an object: `kind` and a stable `key`.
pub fn message_id(kind: MessageKind, key: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{}/{key}", kind.as_str()).as_bytes())
}

/// Run id of an export: the topic and the scheduled instant or the operator's own key.
pub fn run_id(slug: &str, key: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("run/{slug}/{key}").as_bytes())
}

/// Delivery id of a direct AMQP message: topic, sender and its own message id.
pub fn direct_delivery_id(topic: &str, app_id: &str, message_id: &str) -> Uuid {
    named_id("direct", &[topic, app_id, message_id])
}

/// Delivery id of an upload with an idempotency key: topic, sender and key.
pub fn keyed_delivery_id(topic: &str, sender: &str, key: &str) -> Uuid {
    named_id("keyed", &[topic, sender, key])
}

/// Delivery id of a file in an archive: the archive's delivery and the place of the file in it, 0-based.
pub fn member_delivery_id(archive: Uuid, place: usize) -> Uuid {
    named_id("member", &[&archive.to_string(), &place.to_string()])
}

/// Delivery id of the urgent records of a refused delivery.
pub fn urgent_delivery_id(refused: Uuid) -> Uuid {
    named_id("urgent", &[&refused.to_string()])
}

/// Delivery id of a fetched file: topic, the run that fetched it, where it was, and what it was.
pub fn pulled_delivery_id(topic: &str, run: Uuid, address: &str, sha256: &str) -> Uuid {
    named_id("pulled", &[topic, &run.to_string(), address, sha256])
}

/// An id made of parts that strangers choose. Their lengths are in it, so that no two lists of parts make one text.
fn named_id(kind: &str, parts: &[&str]) -> Uuid {
    let name = parts.iter().fold(kind.to_owned(), |name, part| format!("{name}/{}:{part}", part.len()));
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}

/// Headers of a message: names and text values.
pub type Headers = std::collections::BTreeMap<String, String>;

/// A header is missing or not what it must be.
#[derive(Debug, thiserror::Error)]
#[error("header {name} is missing or not readable: {found:?}")]
pub struct HeaderError {
    /// Header name.
    pub name: &'static str,
    /// What stood there.
    pub found: Option<String>,
}

impl Envelope {
    /// The envelope as message headers.
    pub fn to_headers(&self) -> Headers {
        let mut headers = Headers::new();
        let mut put = |name: &str, value: String| headers.insert(name.to_owned(), value);
        put("renkei-contract", CONTRACT_VERSION.to_string());
        put("renkei-delivery", self.delivery.to_string());
        put("renkei-topic", self.topic.clone());
        put("renkei-file", self.file.clone());
        put("renkei-sha256", self.sha256.clone());
        put("renkei-bytes", self.bytes.to_string());
        put("renkei-layout", self.layout.clone());
        put("renkei-layout-digest", self.layout_digest.clone());
        put("renkei-archive", self.archive.clone());
        put("renkei-sender", self.sender.clone());
        if !self.origin.is_empty() {
            put("renkei-origin", self.origin.clone());
        }
        put("renkei-received-at", self.received_at.clone());
        put("renkei-chunk", self.chunk.to_string());
        put("renkei-chunks", self.chunks.to_string());
        put("renkei-records", self.records.to_string());
        put("renkei-yen", self.yen.to_string());
        if let Some(medium) = self.medium.as_ref().and_then(|medium| serde_json::to_string(medium).ok()) {
            put("renkei-medium", medium);
        }
        headers
    }

    /// Reads the envelope from message headers.
    pub fn from_headers(headers: &Headers) -> Result<Envelope, HeaderError> {
        fn get<T: std::str::FromStr>(headers: &Headers, name: &'static str) -> Result<T, HeaderError> {
            let found = headers.get(name);
            found.and_then(|value| value.parse().ok()).ok_or_else(|| HeaderError { name, found: found.cloned() })
        }
        let contract: u16 = get(headers, "renkei-contract")?;
        if contract != CONTRACT_VERSION {
            return Err(HeaderError { name: "renkei-contract", found: Some(contract.to_string()) });
        }
        let medium = match headers.get("renkei-medium") {
            None => None,
            // Who carried it is never guessed: what cannot be read refuses the message.
            Some(text) => {
                Some(serde_json::from_str(text).map_err(|_| HeaderError { name: "renkei-medium", found: Some(text.clone()) })?)
            }
        };
        Ok(Envelope {
            medium,
            delivery: get(headers, "renkei-delivery")?,
            topic: get(headers, "renkei-topic")?,
            file: get(headers, "renkei-file")?,
            sha256: get(headers, "renkei-sha256")?,
            bytes: get(headers, "renkei-bytes")?,
            layout: get(headers, "renkei-layout")?,
            layout_digest: get(headers, "renkei-layout-digest")?,
            archive: get(headers, "renkei-archive")?,
            sender: get(headers, "renkei-sender")?,
            origin: headers.get("renkei-origin").cloned().unwrap_or_default(),
            received_at: get(headers, "renkei-received-at")?,
            chunk: get(headers, "renkei-chunk")?,
            chunks: get(headers, "renkei-chunks")?,
            records: get(headers, "renkei-records")?,
            yen: get(headers, "renkei-yen")?,
        })
    }

    /// Whether the headers belong to a delivery of ours (a direct publisher sends none of them).
    pub fn is_present(headers: &Headers) -> bool {
        headers.contains_key("renkei-delivery")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_medium_travels_in_the_headers_and_a_mutilated_one_refuses_them() {
        let medium = Medium {
            id: "5A1B-22C3".to_owned(),
            label: "文書室USB".to_owned(),
            bearer: "砧".to_owned(),
            approver: "経堂".to_owned(),
            accepted_by: "kakari".to_owned(),
            accepted_at: "2026-10-05T10:15:00+09:00".to_owned(),
        };
        let envelope = Envelope {
            delivery: Uuid::nil(),
            topic: "19_x".to_owned(),
            file: "a.csv".to_owned(),
            sha256: String::new(),
            bytes: 1,
            layout: "layout".to_owned(),
            layout_digest: String::new(),
            archive: String::new(),
            origin: String::new(),
            sender: "medium".to_owned(),
            received_at: "2026-10-05T10:15:00+09:00".to_owned(),
            chunk: 0,
            chunks: 1,
            records: 1,
            yen: 1,
            medium: Some(medium),
        };
        let mut headers = envelope.to_headers();
        assert_eq!(Envelope::from_headers(&headers).unwrap(), envelope);
        headers.insert("renkei-medium".to_owned(), "{}".to_owned());
        assert_eq!(Envelope::from_headers(&headers).unwrap_err().name, "renkei-medium");
        headers.remove("renkei-medium");
        assert_eq!(Envelope::from_headers(&headers).unwrap().medium, None);
    }

    #[test]
    fn parts_of_an_id_do_not_run_into_each_other() {
        let ids = [
            direct_delivery_id("12_x", "a/b", "c"),
            direct_delivery_id("12_x", "a", "b/c"),
            direct_delivery_id("13_x", "a", "b/c"),
            keyed_delivery_id("12_x", "a", "b/c"),
        ];
        for (at, id) in ids.iter().enumerate() {
            assert!(!ids[at + 1..].contains(id), "{at}");
        }
    }
}
