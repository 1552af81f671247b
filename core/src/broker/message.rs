//! What goes out and what comes in, as plain types without a word of AMQP's client library in their signatures.

use std::collections::BTreeMap;

use bytes::Bytes;
use lapin::message::Delivery;
use lapin::protocol::basic::AMQPProperties;
use lapin::types::{AMQPValue, FieldTable, LongString, ShortString};
use uuid::Uuid;

use super::topology::Names;

/// Header: number of the attempt this delivery is, from 1. Set on copies that waited on the retry ladder.
pub const HEADER_ATTEMPT: &str = "renkei-attempt";
/// Header: rung of the retry ladder a copy waits on; the retry exchange routes by it.
pub const HEADER_RUNG: &str = "renkei-rung";
/// Header: queue the message failed in.
pub const HEADER_ORIGIN_QUEUE: &str = "renkei-origin-queue";
/// Header: routing key the message was first published with.
pub const HEADER_ORIGIN_KEY: &str = "renkei-origin-key";
/// Header: why the broker itself gave the message up (`delivery_limit`, `rejected`), on copies, which have lost its `x-death`.
pub const HEADER_DEATH: &str = "renkei-death";
/// Header: catalogue code of the failure.
pub const HEADER_ERROR_CODE: &str = "renkei-error-code";
/// Header: the failure in words, shortened to [`ERROR_BYTES_MAX`].
pub const HEADER_ERROR: &str = "renkei-error";

/// Header: the message came by the front door, from an upstream system. It stays on every copy made of it.
pub const HEADER_DOOR: &str = "renkei-door";
/// Value of [`HEADER_DOOR`].
const DOOR_UPSTREAM: &str = "upstream";
/// What our own headers begin with.
const OUR_HEADERS: &str = "renkei-";
/// Header by which an upstream system names the layout variant; the only one of ours it may set.
pub const HEADER_LAYOUT: &str = "renkei-layout";

/// Header: `message_id` of a foreign sender that is not a UUID, on the copies made of its message.
pub const HEADER_MESSAGE_ID: &str = "renkei-origin-message-id";
/// Header: number of the parked message that a person sent again as this one. It stays on every copy made of it.
pub const HEADER_RETRY_OF: &str = "renkei-retry-of";

/// Longest failure text sent in a header; all headers together must fit one frame, and the whole text is in the log.
pub const ERROR_BYTES_MAX: usize = 8 * 1024;

/// Most bytes of all header names and values together: the broker never splits them over frames, and a frame has 128 KiB.
pub const HEADERS_BYTES_MAX: usize = 64 * 1024;

/// Which exchange a message goes through. The publisher knows their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Via {
    /// To the topic queue the routing key names, strictly: an unknown queue is reported.
    #[default]
    Direct,
    /// The door of upstream systems.
    FrontDoor,
    /// To a rung of the retry ladder.
    Retry,
    /// Back to the queue the routing key names, also to a drained one.
    Back,
    /// To the dead letters.
    Dead,
    /// The default exchange: to the queue named by the routing key (replies).
    Queue,
    /// Another exchange.
    Named(String),
}

impl Via {
    /// The name of the exchange.
    pub(super) fn exchange<'n>(&'n self, names: &'n Names) -> &'n str {
        match self {
            Via::Direct => &names.direct,
            Via::FrontDoor => &names.exchange,
            Via::Retry => &names.retry,
            Via::Back => &names.back,
            Via::Dead => &names.dead,
            Via::Queue => "",
            Via::Named(name) => name,
        }
    }
}

/// A message to publish. Always sent persistent and mandatory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outgoing {
    /// Which exchange it goes through.
    pub via: Via,
    /// Routing key: `in.NN_slug`, `out.NN_slug`, or a reply queue.
    pub routing_key: String,
    /// AMQP `message_id`. The same message published again carries the same id; consumers drop what they have.
    pub message_id: Uuid,
    /// AMQP `type`.
    pub kind: String,
    /// Headers, all text.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Bytes,
    /// AMQP `app_id`: who publishes.
    pub app_id: String,
    /// AMQP `reply_to`: where receipts go.
    pub reply_to: Option<String>,
    /// AMQP `correlation_id`.
    pub correlation_id: Option<String>,
}

impl Outgoing {
    /// A message to the topic queue `queue`, by the strict exchange that reports an unknown queue.
    pub fn to_queue(queue: &str, message_id: Uuid, kind: &str, body: impl Into<Bytes>) -> Self {
        Outgoing {
            routing_key: queue.to_owned(),
            message_id,
            kind: kind.to_owned(),
            body: body.into(),
            app_id: "renkei".to_owned(),
            ..Outgoing::default()
        }
    }

    /// A receipt to the reply queue `reply_to` of a direct publisher, by the default exchange.
    pub fn to_reply(reply_to: &str, message_id: Uuid, kind: &str, body: impl Into<Bytes>) -> Self {
        Outgoing { via: Via::Queue, ..Outgoing::to_queue(reply_to, message_id, kind, body) }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name.to_owned(), value.into());
        self
    }
}

/// Who may have published a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// One of our own programs.
    Own,
    /// An upstream system, or anyone who may write to an exchange that is not ours alone.
    Upstream,
}

/// Why and where the broker itself dead-lettered a message: the newest entry of `x-death`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    /// Queue it died in.
    pub queue: String,
    /// `expired`, `rejected`, `maxlen`, or `delivery_limit`: a consumer died or gave it back too often.
    pub reason: String,
    /// How often it died so in that queue.
    pub count: u64,
    /// Exchange it had been published to.
    pub exchange: String,
    /// Routing keys it had been published with.
    pub routing_keys: Vec<String>,
    /// When it first died so, seconds of Unix time.
    pub unix_s: Option<u64>,
}

impl Death {
    /// Whether it only waited on the retry ladder to the end of its time.
    pub fn is_wait_over(&self) -> bool {
        self.reason == "expired"
    }

    /// As a copy of ours tells it.
    fn told(headers: &BTreeMap<String, String>) -> Option<Death> {
        let (reason, queue) = (headers.get(HEADER_DEATH)?.clone(), headers.get(HEADER_ORIGIN_QUEUE)?.clone());
        Some(Death { queue, reason, count: 1, exchange: String::new(), routing_keys: Vec::new(), unix_s: None })
    }
}

/// A message received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Queue it was consumed from.
    pub queue: String,
    /// Routing key it was first published with, also after a stay on the retry ladder.
    pub routing_key: String,
    /// AMQP `message_id`; empty when the sender set none.
    pub message_id: String,
    /// AMQP `type`; empty when the sender set none.
    pub kind: String,
    /// Headers as text, without the broker's own `x-…`. Numbers and booleans are written out.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Bytes,
    /// AMQP `app_id`; empty when the sender set none.
    pub app_id: String,
    /// AMQP `reply_to`.
    pub reply_to: Option<String>,
    /// AMQP `correlation_id`.
    pub correlation_id: Option<String>,
    /// Number of this attempt, from 1; counted by us in a header, and in the process for ordered topics.
    pub attempt: u32,
    /// How often the broker gave this very message out before (`x-delivery-count`): the crash fuse, not the attempts.
    pub delivery_count: u32,
    /// Whether the broker gave it out before.
    pub redelivered: bool,
    /// Set when the broker gave it up in the queue it was in before.
    pub death: Option<Death>,
}

impl Incoming {
    /// A message as a broker hands it over for the first time, without properties but its type.
    pub fn plain(queue: &str, kind: &str, body: impl Into<Bytes>) -> Self {
        Incoming {
            queue: queue.to_owned(),
            routing_key: queue.to_owned(),
            message_id: String::new(),
            kind: kind.to_owned(),
            headers: BTreeMap::new(),
            body: body.into(),
            app_id: String::new(),
            reply_to: None,
            correlation_id: None,
            attempt: 1,
            delivery_count: 0,
            redelivered: false,
            death: None,
        }
    }

    /// Reads a delivery from `queue` and takes its body out of it.
    ///
    /// Our own headers steer: they name the delivery, the attempts, the queue a failure came from. They are believed only of a
    /// message that came by an exchange of ours; off any other they are taken, and what is left is marked as upstream's.
    pub(super) fn from_delivery(names: &Names, queue: &str, delivery: &mut Delivery) -> Self {
        let body = Bytes::from(std::mem::take(&mut delivery.data));
        let properties = &delivery.properties;
        let table = properties.headers().as_ref();
        let mut headers: BTreeMap<String, String> = table
            .map(|table| {
                let ours = table.inner().iter().filter(|(name, _)| !name.as_str().starts_with("x-"));
                ours.filter_map(|(name, value)| Some((storable(name.as_str()), text_of(value)?))).collect()
            })
            .unwrap_or_default();
        let death = table.and_then(|table| table.inner().get("x-death")).and_then(death_of);
        if !came_our_way(names, delivery.exchange.as_str(), death.as_ref()) {
            headers.retain(|name, _| !name.starts_with(OUR_HEADERS) || name == HEADER_LAYOUT);
            headers.insert(HEADER_DOOR.to_owned(), DOOR_UPSTREAM.to_owned());
        }
        let death = death.filter(|death| !death.is_wait_over()).or_else(|| Death::told(&headers));
        let attempt = headers.get(HEADER_ATTEMPT).and_then(|text| text.parse().ok()).filter(|n| *n >= 1).unwrap_or(1);
        let routing_key = headers.get(HEADER_ORIGIN_KEY).cloned().unwrap_or_else(|| storable(delivery.routing_key.as_str()));
        let message_id = headers.get(HEADER_MESSAGE_ID).cloned().or_else(|| text_property(properties.message_id()));
        let message_id = message_id.unwrap_or_default();
        let delivery_count = table
            .and_then(|table| table.inner().get("x-delivery-count"))
            .and_then(number_of)
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(0);
        Incoming {
            queue: queue.to_owned(),
            routing_key,
            message_id,
            kind: text_property(properties.kind()).unwrap_or_default(),
            headers,
            body,
            app_id: text_property(properties.app_id()).unwrap_or_default(),
            reply_to: text_property(properties.reply_to()),
            correlation_id: text_property(properties.correlation_id()),
            attempt,
            delivery_count,
            redelivered: delivery.redelivered,
            death,
        }
    }

    /// By which door it came.
    pub fn door(&self) -> Door {
        match self.headers.get(HEADER_DOOR).map(String::as_str) {
            Some(DOOR_UPSTREAM) => Door::Upstream,
            _ => Door::Own,
        }
    }
}

/// Whether only our own programs can have published it: by an exchange nobody else may write to, and, when the broker took it
/// out of a queue, by such an exchange there too.
fn came_our_way(names: &Names, exchange: &str, death: Option<&Death>) -> bool {
    let ours = |exchange: &str| [&names.direct, &names.retry, &names.back, &names.dead].iter().any(|name| *name == exchange);
    ours(exchange) && (exchange != names.dead || death.is_none_or(|death| ours(&death.exchange)))
}

/// AMQP properties of a message to publish: persistent, JSON, stamped with the time.
pub(super) fn properties_of(message: &Outgoing, unix_s: u64) -> Result<AMQPProperties, String> {
    let bytes: usize = message.headers.iter().map(|(name, value)| name.len() + value.len() + 8).sum();
    if bytes > HEADERS_BYTES_MAX {
        return Err(format!("its headers have {bytes} bytes, the limit is {HEADERS_BYTES_MAX}"));
    }
    let mut table = FieldTable::default();
    for (name, value) in &message.headers {
        table.insert(short(name, "header name")?, AMQPValue::LongString(LongString::from(value.as_str())));
    }
    let mut properties = AMQPProperties::default()
        .with_delivery_mode(2)
        .with_content_type(ShortString::from("application/json"))
        .with_message_id(ShortString::from(message.message_id.to_string()))
        .with_timestamp(unix_s)
        .with_headers(table);
    if !message.kind.is_empty() {
        properties = properties.with_type(short(&message.kind, "type")?);
    }
    if !message.app_id.is_empty() {
        properties = properties.with_app_id(short(&message.app_id, "app_id")?);
    }
    if let Some(reply_to) = &message.reply_to {
        properties = properties.with_reply_to(short(reply_to, "reply_to")?);
    }
    if let Some(correlation_id) = &message.correlation_id {
        properties = properties.with_correlation_id(short(correlation_id, "correlation_id")?);
    }
    Ok(properties)
}

/// A short string of the protocol: at most 255 bytes.
pub(super) fn short(text: &str, what: &str) -> Result<ShortString, String> {
    ShortString::try_new(text).map_err(|_| format!("{what} has {} bytes; AMQP allows 255", text.len()))
}

/// A property as owned text.
fn text_property(value: &Option<ShortString>) -> Option<String> {
    value.as_ref().map(|text| storable(text.as_str()))
}

/// Text as it can be kept anywhere. A NUL is legal in AMQP and refused by the database; such text is shown as hexadecimal, like
/// bytes that are no text.
fn storable(text: &str) -> String {
    if text.contains('\0') { format!("0x{}", hex::encode(text)) } else { text.to_owned() }
}

/// A header value as text; tables and arrays are not ours and are left out.
fn text_of(value: &AMQPValue) -> Option<String> {
    match value {
        // Bytes that are not UTF-8 are shown as hexadecimal: nothing is replaced, and the reader sees that it is odd.
        AMQPValue::LongString(text) => {
            let bytes = text.as_bytes();
            Some(std::str::from_utf8(bytes).map_or_else(|_| format!("0x{}", hex::encode(bytes)), storable))
        }
        AMQPValue::ShortString(text) => Some(storable(text.as_str())),
        AMQPValue::Boolean(flag) => Some(flag.to_string()),
        other => number_of(other).map(|number| number.to_string()),
    }
}

/// A header value as a whole number, whatever width the sender chose.
fn number_of(value: &AMQPValue) -> Option<i64> {
    match value {
        AMQPValue::ShortShortInt(n) => Some(i64::from(*n)),
        AMQPValue::ShortShortUInt(n) => Some(i64::from(*n)),
        AMQPValue::ShortInt(n) => Some(i64::from(*n)),
        AMQPValue::ShortUInt(n) => Some(i64::from(*n)),
        AMQPValue::LongInt(n) => Some(i64::from(*n)),
        AMQPValue::LongUInt(n) => Some(i64::from(*n)),
        AMQPValue::LongLongInt(n) => Some(*n),
        AMQPValue::Timestamp(n) => i64::try_from(*n).ok(),
        _ => None,
    }
}

/// The newest entry of `x-death`.
fn death_of(value: &AMQPValue) -> Option<Death> {
    let AMQPValue::FieldArray(entries) = value else { return None };
    let AMQPValue::FieldTable(entry) = entries.as_slice().first()? else { return None };
    let text = |name: &str| entry.inner().get(name).and_then(text_of).unwrap_or_default();
    let number = |name: &str| entry.inner().get(name).and_then(number_of).and_then(|n| u64::try_from(n).ok());
    let routing_keys = match entry.inner().get("routing-keys") {
        Some(AMQPValue::FieldArray(keys)) => keys.as_slice().iter().filter_map(text_of).collect(),
        _ => Vec::new(),
    };
    Some(Death {
        queue: text("queue"),
        reason: text("reason"),
        count: number("count").unwrap_or(1),
        exchange: text("exchange"),
        routing_keys,
        unix_s: number("time"),
    })
}

#[cfg(test)]
mod tests;
