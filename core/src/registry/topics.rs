//! The entries of `queues.toml` as checked types.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::Integration;

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

/// Which way the data goes, seen from the accounting system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A partner hands in.
    In,
    /// We hand out.
    Out,
}

impl Direction {
    /// `in` or `out`, the head of the routing key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
        }
    }
}

/// Whether a topic is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Carried end to end.
    Active,
    /// In the requirements, not built: starts nothing.
    Planned,
}

/// 連携方法.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 手動: a person carries the file.
    Manual,
    /// 自動: systems talk.
    Automatic,
}

/// 連携タイミング.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// 随時
    OnDemand,
    /// 日次
    Daily,
    /// 月次
    Monthly,
    /// 年次
    Yearly,
    /// 随時（5分毎）
    #[serde(rename = "every_5_minutes")]
    EveryFiveMinutes,
}

/// Who confirms an inbound batch before it is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    /// Posted as soon as it is whole and checked.
    Automatic,
    /// Waits for a person who has seen the preview.
    Operator,
}

/// What a held line does to the rest of its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Only that line waits.
    Line,
    /// The whole batch waits.
    Batch,
}

/// Who releases an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// At once.
    Automatic,
    /// One person.
    Operator,
    /// Maker and another approver.
    TwoPerson,
}

/// Where a released file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryTarget {
    /// A folder from which a person carries the file.
    Outbox,
}

/// What a run with nothing to send does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Empty {
    /// Ends as `empty`; no file.
    #[default]
    Nothing,
    /// A file without data records.
    File,
}

/// `[exchanges]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchanges {
    /// Topic exchange of all topics.
    pub main: String,
    /// Alternate exchange and queue for what nothing routes.
    pub unrouted: String,
    /// Exchange of the retry ladder.
    pub retry: String,
    /// Exchange that brings a waited message back to its own queue.
    #[serde(rename = "return")]
    pub returns: String,
    /// Exchange and queue of parked messages.
    pub dead: String,
}

/// `[retry]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrySettings {
    /// Delay of each rung in seconds, rising.
    pub ladder_s: Vec<u32>,
}

/// `[limits]`: each with its unit in its name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
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
}

/// `[defaults]` of the topics.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
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

/// Everything of `queues.toml` that is not a topic.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Exchange names.
    pub exchanges: Exchanges,
    /// Retry ladder.
    pub retry: RetrySettings,
    /// Limits.
    pub limits: Limits,
}

/// One `[[topic]]` as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) number: Spanned<u8>,
    pub(super) slug: Spanned<String>,
    pub(super) direction: Direction,
    name: String,
    name_en: String,
    from: String,
    to: String,
    method: Method,
    timing: Timing,
    pub(super) status: Status,
    due: Option<Spanned<String>>,
    starts_on: Option<Spanned<String>>,
    #[serde(default)]
    ordered: bool,
    hold: Option<Hold>,
    confirm: Option<Confirm>,
    #[serde(default)]
    pub(super) layouts: Vec<String>,
    #[serde(default)]
    pub(super) profiles: Vec<String>,
    schedule: Option<Spanned<String>>,
    release: Option<Release>,
    #[serde(default)]
    once: bool,
    #[serde(default)]
    empty: Empty,
    delivery: Option<DeliveryTarget>,
    prefetch: Option<u16>,
    parallel: Option<u16>,
    #[serde(default)]
    remark: String,
    #[serde(skip)]
    defaults: Option<Defaults>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u16,
    exchanges: Exchanges,
    retry: RetrySettings,
    limits: Limits,
    defaults: Defaults,
    #[serde(default)]
    topic: Vec<Entry>,
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
    /// Time of day it is due, `HH:MM`, Asia/Tokyo.
    pub due: Option<String>,
    /// The first day on which it is due; `None`: from the beginning.
    pub starts_on: Option<jiff::civil::Date>,
    /// One message at a time, in order.
    pub ordered: bool,
    /// What a held line does.
    pub hold: Hold,
    /// Who confirms.
    pub confirm: Confirm,
    /// Cron expression of scheduled exports, Asia/Tokyo.
    pub schedule: Option<String>,
    /// Who releases.
    pub release: Release,
    /// Each item may leave once only: claims are taken.
    pub once: bool,
    /// What a run with nothing to send does.
    pub empty: Empty,
    /// Where a released file goes.
    pub delivery: DeliveryTarget,
    /// Unacknowledged messages a consumer holds.
    pub prefetch: u16,
    /// Messages worked on at once by one consumer.
    pub parallel: u16,
    /// Remark of the ward's table.
    pub remark: String,
    /// Its folder; `None` while planned.
    pub integration: Option<Arc<Integration>>,
}

impl Topic {
    pub(super) fn new(entry: Entry, integration: Option<Arc<Integration>>) -> Topic {
        let defaults = entry.defaults.as_ref();
        let one_at_a_time = |value: u16| if entry.ordered { 1 } else { value };
        Topic {
            number: *entry.number.get_ref(),
            slug: TopicSlug(entry.slug.get_ref().clone()),
            direction: entry.direction,
            hold: entry.hold.or(defaults.map(|d| d.hold)).unwrap_or(Hold::Line),
            confirm: entry.confirm.or(defaults.map(|d| d.confirm)).unwrap_or(Confirm::Automatic),
            prefetch: one_at_a_time(entry.prefetch.or(defaults.map(|d| d.prefetch)).unwrap_or(1)),
            parallel: one_at_a_time(entry.parallel.or(defaults.map(|d| d.parallel)).unwrap_or(1)),
            release: entry.release.unwrap_or(Release::Operator),
            delivery: entry.delivery.unwrap_or(DeliveryTarget::Outbox),
            due: entry.due.map(Spanned::into_inner),
            starts_on: entry.starts_on.and_then(|day| day.get_ref().parse().ok()),
            schedule: entry.schedule.map(Spanned::into_inner),
            name: entry.name,
            name_en: entry.name_en,
            from: entry.from,
            to: entry.to,
            method: entry.method,
            timing: entry.timing,
            status: entry.status,
            ordered: entry.ordered,
            once: entry.once,
            empty: entry.empty,
            remark: entry.remark,
            integration,
        }
    }

    /// Queue name and routing key: `in.12_civic_assessments`.
    pub fn queue(&self) -> String {
        format!("{}.{}", self.direction.as_str(), self.slug)
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

/// Reads `queues.toml`; pushes every fault found.
pub(super) fn parse(origin: &str, text: &str, faults: &mut Vec<String>) -> Option<(Settings, Vec<Entry>)> {
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            faults.push(format!("{origin}:{line}: {}", error.message()));
            return None;
        }
    };
    let mut say = |offset: usize, sentence: String| faults.push(format!("{origin}:{}: {sentence}", line_of(text, offset)));
    if file.version != 1 {
        say(0, format!("version {} is unknown; this program reads version 1", file.version));
    }
    if file.retry.ladder_s.is_empty() || !file.retry.ladder_s.is_sorted_by(|a, b| a < b) {
        say(text.find("ladder_s").unwrap_or(0), "retry.ladder_s must hold rising delays in seconds".to_owned());
    }
    if file.limits.delivery_limit == 0 || file.limits.delivery_limit_ordered == 0 {
        let sentence = "a delivery limit of 0 would dead-letter every message at its first return";
        say(text.find("delivery_limit").unwrap_or(0), sentence.to_owned());
    }
    if file.limits.chunk_records_max == 0 || file.limits.chunk_bytes_max < 4096 {
        say(text.find("chunk_records_max").unwrap_or(0), "chunks need at least 1 record and 4096 bytes".to_owned());
    }
    let mut entries = file.topic;
    for index in 0..entries.len() {
        check_entry(&entries[..=index], &mut say);
        entries[index].defaults = Some(file.defaults.clone());
    }
    entries.sort_by_key(|entry| *entry.number.get_ref());
    Some((Settings { exchanges: file.exchanges, retry: file.retry, limits: file.limits }, entries))
}

/// Checks the last of `entries` against itself and those before it.
fn check_entry(entries: &[Entry], say: &mut impl FnMut(usize, String)) {
    let Some((entry, earlier)) = entries.split_last() else { return };
    let (number, slug) = (*entry.number.get_ref(), entry.slug.get_ref());
    let at = entry.slug.span().start;
    if TopicSlug::parse(slug).is_none() {
        say(at, format!("slug {slug:?} must be two digits, an underscore, then a-z, 0-9 and _"));
    } else if slug[..2] != format!("{number:02}") {
        say(at, format!("slug {slug:?} must begin with the topic's number {number:02}"));
    }
    if earlier.iter().any(|other| other.number.get_ref() == &number || other.slug.get_ref() == slug) {
        say(at, format!("topic {number} ({slug}) stands twice"));
    }
    if let Some(due) = &entry.due
        && jiff::civil::Time::strptime("%H:%M", due.get_ref()).is_err()
    {
        say(due.span().start, format!("due {:?} of {slug} is not a time of day HH:MM", due.get_ref()));
    }
    if let Some(day) = &entry.starts_on
        && day.get_ref().parse::<jiff::civil::Date>().is_err()
    {
        say(day.span().start, format!("starts_on {:?} of {slug} is not a day YYYY-MM-DD", day.get_ref()));
    }
    let outbound_only = [
        ("release", entry.release.is_some()),
        ("delivery", entry.delivery.is_some()),
        ("once", entry.once),
        ("schedule", entry.schedule.is_some()),
        ("profiles", !entry.profiles.is_empty()),
    ];
    let inbound_only = [("hold", entry.hold.is_some()), ("confirm", entry.confirm.is_some()), ("ordered", entry.ordered)];
    let (wrong, direction) = match entry.direction {
        Direction::In => (&outbound_only[..], "outbound"),
        Direction::Out => (&inbound_only[..], "inbound"),
    };
    for (key, _) in wrong.iter().filter(|(_, set)| *set) {
        say(at, format!("{slug}: {key} is a setting of {direction} topics"));
    }
    if entry.direction == Direction::Out
        && entry.once
        && entry.release == Some(Release::Automatic)
        && entry.method == Method::Manual
    {
        say(at, format!("{slug}: a once-only file that a person carries cannot release itself"));
    }
}

/// 1-based line of a byte offset.
fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|b| **b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "version = 1\n[exchanges]\nmain='r'\nunrouted='u'\nretry='t'\nreturn='b'\ndead='d'\n[retry]\nladder_s=[10,60]\n[limits]\nchunk_records_max=10\nchunk_bytes_max=5000\nfile_bytes_max=1\nhttp_bytes_max=1\nfaults_max=1\nqueue_bytes_max=1\ndelivery_limit=5\ndelivery_limit_ordered=5\n[defaults]\nprefetch=8\nparallel=2\nhold='line'\nconfirm='automatic'\n";

    fn faults(tail: &str) -> Vec<String> {
        let mut faults = Vec::new();
        parse("q.toml", &format!("{HEAD}{tail}"), &mut faults);
        faults
    }

    fn entry(extra: &str) -> String {
        format!(
            "[[topic]]\nnumber=7\nslug='07_x'\ndirection='in'\nname='n'\nname_en='n'\nfrom='a'\nto='b'\nmethod='manual'\ntiming='daily'\nstatus='planned'\n{extra}\n"
        )
    }

    #[test]
    fn a_sound_file_has_no_fault() {
        assert_eq!(faults(&entry("")), Vec::<String>::new());
    }

    #[test]
    fn unknown_keys_are_refused_with_their_line() {
        let found = faults(&entry("prefech=3"));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("q.toml:") && found[0].contains("prefech"), "{found:?}");
    }

    #[test]
    fn all_faults_come_at_once() {
        let text = format!("{}{}", entry("due='25:99'\nstarts_on='2026-13-01'\nrelease='operator'"), entry(""));
        let found = faults(&text);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found.iter().any(|f| f.contains("YYYY-MM-DD")));
        assert!(found.iter().any(|f| f.contains("stands twice")));
        assert!(found.iter().any(|f| f.contains("HH:MM")));
        assert!(found.iter().any(|f| f.contains("outbound")));
    }
}
