//! Topics and settings: the types that `queues.toml` becomes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::Integration;
pub use super::choices::{
    Confirm, DeliveryTarget, Direction, Door, Empty, Hold, Method, Release, Status, Timing, Totals, Unpack,
};
use crate::calendar::DayRule;
use crate::evidence::EvidenceRule;
use crate::schedule::{Due, Schedule};
use crate::zip::ZipLimits;

/// `NN_name`: folder, routing key's tail, metric label, log field, URL part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TopicSlug(String);

impl TopicSlug {
    /// Two digits, an underscore, then lower-case letters, digits and underscores.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shape = bytes.len() > 3 && bytes.len() <= 60 && bytes[..2].iter().all(u8::is_ascii_digit) && bytes[2] == b'_';
        let tail = bytes.iter().skip(3).all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_');
        (shape && tail).then(|| TopicSlug(text.to_owned()))
    }

    /// Stands in for a slug that was refused, until the registry is.
    pub(super) fn missing() -> Self {
        TopicSlug(String::new())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for TopicSlug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Longest wait of a rung: a day. Who cannot be reached for longer is a matter for a person.
pub(super) const RUNG_SECONDS_MAX: u32 = 86_400;
/// Most rungs of one ladder; each different wait is a queue.
pub(super) const LADDER_RUNGS_MAX: usize = 16;

/// `[retry]`, or the `retry` of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySettings {
    /// Delay of each rung in seconds, rising.
    pub ladder_s: Vec<u32>,
}

/// `[limits]`: each with its unit in its name.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Most records in one message.
    pub chunk_records_max: usize,
    /// Most bytes of one message body.
    pub chunk_bytes_max: usize,
    /// Most bytes of one file.
    pub file_bytes_max: u64,
    /// Most bytes of one HTTP upload.
    pub http_bytes_max: u64,
    /// Findings kept of one refused file.
    pub faults_max: usize,
    /// Bytes a queue holds before it refuses publishers.
    pub queue_bytes_max: u64,
    /// Deliveries of one message that crashed its consumer before it is dead-lettered.
    pub delivery_limit: u32,
    /// The same for ordered topics.
    pub delivery_limit_ordered: u32,
    /// What a zip archive may become.
    pub zip: ZipLimits,
}

/// `[defaults]` of the topics.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// Unacknowledged messages a consumer holds.
    pub prefetch: u16,
    /// Messages worked on at once by one consumer.
    pub parallel: u16,
    /// What a held line does.
    pub hold: Hold,
    /// Who confirms.
    pub confirm: Confirm,
}

/// `cut_off`: when the day ends for orders. A partner's own hour that depends on what is sent (a bank's, before the pay date) stands in
/// its profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutOff {
    /// An order at this time is still of the day.
    pub at: jiff::civil::Time,
    /// Whose business days are counted.
    pub calendar: DayRule,
}

/// Everything of `queues.toml` that is not a topic.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of the front door; the other exchanges and shared queues are named after it.
    pub exchange: String,
    /// Retry ladder.
    pub retry: RetrySettings,
    /// Limits.
    pub limits: Limits,
    /// English names of partners and sections, by their Japanese ones.
    pub partners: BTreeMap<String, String>,
}

/// One 連携.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Number in the ward's table.
    pub number: u8,
    /// Name of folder, queue, metric label.
    pub slug: TopicSlug,
    /// In or out.
    pub direction: Direction,
    /// 連携データ
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// 連携元
    pub from: String,
    /// 連携先
    pub to: String,
    /// 連携方法
    pub method: Method,
    /// 連携タイミング
    pub timing: Timing,
    /// Built or planned.
    pub status: Status,
    /// By when a file must have come (in) or be carried to the partner (out), Asia/Tokyo.
    pub due: Option<Due>,
    /// The first day on which it is due; `None`: from the beginning.
    pub starts_on: Option<jiff::civil::Date>,
    /// One message at a time, in order.
    pub ordered: bool,
    /// What a held line does.
    pub hold: Hold,
    /// Who confirms.
    pub confirm: Confirm,
    /// Archives it takes apart; `None`: a file is never an archive.
    pub unpack: Option<Unpack>,
    /// Its files come with documents; `None`: they come alone.
    pub evidence: Option<EvidenceRule>,
    /// A protocol of its own by which it is handed in; its first layout is what comes through that door.
    pub door: Option<Door>,
    /// Names of columns and JSON keys that must not come (passwords): what has one is destroyed, not archived.
    pub secrets: Vec<String>,
    /// Its files come on a medium (USB): only with bearer and approver recorded.
    pub medium: bool,
    /// Whether the sender must state the total.
    pub totals: Totals,
    /// When exports are ordered, Asia/Tokyo.
    pub schedule: Option<Schedule>,
    /// The hour behind which an order counts for the next business day.
    pub cut_off: Option<CutOff>,
    /// Who releases.
    pub release: Release,
    /// Each item may leave once only: claims are taken.
    pub once: bool,
    /// What a run with nothing to send does.
    pub empty: Empty,
    /// Its files are pictures of a moment: an order older than this many seconds is not carried out any more, and a file that a
    /// later one has overtaken is not sent. `None`: every file counts.
    pub stale_after_s: Option<u32>,
    /// Days the bytes of pictures that a later one has overtaken are kept. `None`: for ever.
    pub keep_days: Option<u32>,
    /// Whether `<file>.ctl` with its control totals goes beside each file.
    pub control_file: bool,
    /// Where a released file goes.
    pub delivery: DeliveryTarget,
    /// Unacknowledged messages a consumer holds.
    pub prefetch: u16,
    /// Messages worked on at once by one consumer.
    pub parallel: u16,
    /// Its waits after a passing failure: its own, or those of `[retry]`.
    pub retry: RetrySettings,
    /// Remark of the ward's table.
    pub remark: String,
    /// Where its folder lies below `integrations/`: its slug, and `<slug>/results` of the side by which answers come in.
    pub folder: String,
    /// Its folder; `None` while planned.
    pub integration: Option<Arc<Integration>>,
    /// What its partner answers to the files it gets: an inbound topic of the same number and slug, with a queue of its own
    /// (docs/decisions/0015). Only outbound topics have one; `None`: nothing comes back.
    pub results: Option<Arc<Topic>>,
}

impl Topic {
    /// Whether records may come as a message: not where a file must say more than records can – the documents that belong to it,
    /// the medium that carried it, the total of the bill.
    pub fn takes_messages(&self) -> bool {
        let documents = self.evidence.as_ref().is_some_and(|rule| rule.required);
        let layouts = self.integration.as_ref().is_some_and(|integration| integration.message_layouts().next().is_some());
        !documents && !self.medium && self.totals != Totals::Stated && layouts
    }

    /// Queue name and routing key: `in.12_civic_assessments`.
    pub fn queue(&self) -> String {
        format!("{}.{}", self.direction.as_str(), self.slug)
    }

    /// What is handed in under its name: itself, or the answers to its files; `None` where nothing comes back.
    pub fn incoming(self: &Arc<Self>) -> Option<&Arc<Topic>> {
        if self.direction == Direction::In { Some(self) } else { self.results.as_ref() }
    }

    /// Its folder, or a sentence saying that it is not built.
    pub fn built(&self) -> Result<&Arc<Integration>, NotBuilt> {
        self.integration.as_ref().ok_or_else(|| NotBuilt(self.slug.to_string()))
    }
}

/// A planned topic was asked to work.
#[derive(Debug, thiserror::Error)]
#[error("topic {0} is planned, not built: it starts nothing and takes nothing")]
pub struct NotBuilt(pub String);
