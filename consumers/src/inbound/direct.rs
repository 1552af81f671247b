//! Upstream systems that publish straight to the exchange: a JSON array of records, validated by the same layout types and
//! treated as a file of one chunk. Such a message has no envelope; one is made from its properties.

use bytes::Bytes;
use renkei_core::broker::Incoming;
use renkei_core::calendar::clock;
use renkei_core::chunk::{self, ChunkWriter};
use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::read::{Event, ReadLimits, read_messages};
use renkei_core::layout::urgent::Urgent as UrgentRecords;
use renkei_core::message::{Envelope, Rejection, direct_delivery_id};
use renkei_core::registry::topics::Totals;
use renkei_core::secrets;
use sha2::{Digest, Sha256};

use super::{Place, TopicSite};

pub use renkei_core::broker::message::{HEADER_LAYOUT, HEADER_MESSAGE_ID};

/// A direct message after validation.
pub(super) enum Direct {
    /// A chunk of its own: envelope and records with lines.
    Sound(Box<Envelope>, Bytes),
    /// Refused, with every fault, and its urgent records as a message of their own.
    Refused(Box<Envelope>, Rejection, Option<Urgent>),
}

/// The sound urgent records of a refused message.
pub(super) struct Urgent {
    /// The array of them, as they stood.
    pub(super) body: Bytes,
    /// How many.
    pub(super) records: u64,
    /// What makes them urgent, for people.
    pub(super) means: String,
}

impl Urgent {
    /// As a message of the same sender, under an id made of the refused one's.
    pub(super) fn message(&self, refused: &Incoming) -> Incoming {
        let mut message = Incoming { body: self.body.clone(), reply_to: None, correlation_id: None, ..refused.clone() };
        message.headers.insert(HEADER_MESSAGE_ID.to_owned(), format!("{}/urgent", message_id(refused)));
        message
    }
}

/// The message id its sender gave it.
pub(super) fn message_id(message: &Incoming) -> &str {
    message.headers.get(HEADER_MESSAGE_ID).map_or(message.message_id.as_str(), String::as_str)
}

/// The envelope of a direct message, before anything of it was read.
fn envelope(site: &TopicSite<'_>, message: &Incoming) -> Envelope {
    let sha256 = hex::encode(Sha256::digest(&message.body));
    let variant = message.headers.get(HEADER_LAYOUT).map(String::as_str).unwrap_or_default();
    let (topic, id) = (site.topic.slug.as_str(), message_id(message));
    // Without an id of the sender nothing tells a repetition from a second message: it is refused, under an id of its bytes.
    let (sender, name) = if id.is_empty() { ("", sha256.as_str()) } else { (message.app_id.as_str(), id) };
    Envelope {
        medium: None,
        delivery: direct_delivery_id(topic, sender, name),
        topic: topic.to_owned(),
        file: if id.is_empty() { "message".to_owned() } else { id.to_owned() },
        sha256,
        bytes: message.body.len() as u64,
        layout: variant.to_owned(),
        layout_digest: site.integration.digest.clone(),
        archive: String::new(),
        sender: if message.app_id.is_empty() { "unknown".to_owned() } else { message.app_id.clone() },
        origin: String::new(),
        received_at: clock::now_rfc3339(),
        chunk: 0,
        chunks: 1,
        records: 0,
        yen: 0,
    }
}

fn refused(envelope: Envelope, fault: Fault) -> Direct {
    Direct::Refused(Box::new(envelope), Rejection { faults: vec![fault], faults_total: 1 }, None)
}

/// Refuses a message of an upstream system that is none of records.
pub(super) fn forbidden(site: &TopicSite<'_>, message: &Incoming) -> Direct {
    refused(envelope(site, message), Fault::new("MESSAGE_TYPE_FORBIDDEN").value(message.kind.as_str()))
}

/// Refuses a message under the id of an earlier one with other bytes. It gets an id of its own, of which its bytes are a part.
pub(super) fn reused(known: &Envelope, message: &Incoming) -> Direct {
    let name = format!("{}/{}", message_id(message), known.sha256);
    let delivery = direct_delivery_id(&known.topic, &message.app_id, &name);
    refused(Envelope { delivery, ..known.clone() }, Fault::new("MESSAGE_ID_REUSED").value(message_id(message)))
}

/// Validates a direct message.
pub(super) fn read(site: &TopicSite<'_>, message: &Incoming, faults_max: usize) -> Direct {
    let mut envelope = envelope(site, message);
    let (id, variant) = (message_id(message), envelope.layout.clone());
    for (value, name) in [(id, "message_id"), (message.app_id.as_str(), "app_id")] {
        if value.is_empty() {
            return refused(envelope, Fault::new("MESSAGE_PROPERTY_MISSING").arg("property", name));
        }
    }
    if site.topic.evidence.as_ref().is_some_and(|rule| rule.required) {
        return refused(envelope, Fault::new("EVIDENCE_NOT_BY_MESSAGE"));
    }
    if let Ok(Some(name)) = secrets::found(&message.body[..], &site.topic.secrets) {
        return refused(envelope, Fault::new("SECRET_REFUSED").arg("name", name));
    }
    // What must be known of a file before it is taken cannot be said by a message.
    if site.topic.medium {
        return refused(envelope, Fault::new("MEDIUM_MISSING"));
    }
    if site.topic.totals == Totals::Stated {
        return refused(envelope, Fault::new("CONTROL_SUM_MISSING"));
    }
    let Some((name, layout)) = site.variant(&variant) else {
        return refused(envelope, Fault::new("MESSAGE_LAYOUT_UNKNOWN").value(variant));
    };
    name.clone_into(&mut envelope.layout);
    let place = Place { topic: site.topic, integration: site.integration, layout };
    let mut urgent_body = Vec::new();
    let mut urgent = UrgentRecords::of_message(layout, faults_max, &mut urgent_body);
    let (body, rejection, records, yen) = validate(&place, message, faults_max, urgent.as_mut());
    if rejection.faults_total > 0 {
        // Written to memory, which does not fail.
        let records = urgent.and_then(|urgent| urgent.finish().ok()).map_or(0, |written| written.records);
        let means = layout.urgent_means().unwrap_or_default();
        let urgent = (records > 0).then(|| Urgent { body: urgent_body.into(), records, means });
        return Direct::Refused(Box::new(envelope), rejection, urgent);
    }
    drop(urgent);
    if records == 0 {
        return refused(envelope, Fault::new("MESSAGE_HAS_NO_RECORDS"));
    }
    (envelope.records, envelope.yen) = (records, yen);
    Direct::Sound(Box::new(envelope), body)
}

fn validate(
    place: &Place<'_>,
    message: &Incoming,
    faults_max: usize,
    mut urgent: Option<&mut UrgentRecords<'_, &mut Vec<u8>>>,
) -> (Bytes, Rejection, u64, i64) {
    let mut writer = ChunkWriter::new(usize::MAX, usize::MAX);
    let mut faults = Vec::new();
    let limits = ReadLimits { faults_max, ..ReadLimits::default() };
    let mut more = 0;
    let summary = read_messages(place.layout, &message.body, &limits, |event| {
        if let Some(fault) = urgent.as_mut().and_then(|urgent| urgent.look(&event)) {
            more += 1;
            faults.push(fault);
        }
        match event {
            // Of a message's one chunk there is no end but that of the message.
            Event::Record(record) => drop(writer.push(record)),
            Event::Fault(fault) if fault.severity == Severity::Error => faults.push(fault),
            Event::Fault(_) => {}
        }
    });
    let body = writer.finish().map_or(Bytes::from_static(chunk::EMPTY), Bytes::from);
    (body, Rejection { faults, faults_total: summary.faults + more }, summary.records, summary.yen)
}
