//! Prometheus metrics of every role, in one registry, with their text form for `/metrics`.
//!
//! Labels stay few: topic, direction, outcome, error code, role. Never a message id, a file name or a payee; `topic` is the
//! slug (`12_civic_assessments`), for the shared queues their own name.
//!
//! `compose/prometheus/` and `compose/grafana/` ask for these names; a test compares (`tests/tidy/monitoring.rs`).

/// A gauge without labels.
mod lone;
/// What the operators' pages count.
mod pages;
/// How things stand, as only the database can tell.
mod standing;

use std::cell::RefCell;
use std::sync::OnceLock;

pub use lone::{FineGauge, LoneGauge};
pub use pages::PageMetrics;
use prometheus::{
    Encoder, GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder, core::Collector,
};
pub use standing::StandingMetrics;

/// Every metric, each named `renkei_…`.
#[derive(Debug)]
pub struct Metrics {
    /// `messages_published_total{topic,outcome}`: `ok unroutable refused deadline invalid closed`.
    pub messages_published: IntCounterVec,
    /// `publish_confirm_seconds{role}`: from the hand-over to the confirm.
    pub publish_confirm_seconds: HistogramVec,
    /// `messages_consumed_total{topic,outcome}`: `ok retry parked unavailable requeued`.
    pub messages_consumed: IntCounterVec,
    /// `retries_total{topic,error_code}`.
    pub retries: IntCounterVec,
    /// `processing_seconds{topic}`: one handling of one message.
    pub processing_seconds: HistogramVec,
    /// `parked_messages{topic}`: messages waiting for an operator.
    pub parked_messages: IntGaugeVec,
    /// `queue_waiting_messages{queue}`: messages in the queues where none should stay: dead, unrouted, unreadable.
    pub queue_waiting_messages: IntGaugeVec,
    /// `schedule_skipped_total{topic}`: scheduled instants that no scheduler saw on their day.
    pub schedule_skipped: IntCounterVec,
    /// `schedule_stopped{topic}`: 1 while a schedule cannot run because the calendar does not say which days are business days.
    pub schedule_stopped: IntGaugeVec,
    /// `calendar_left_days`: days to the last day whose holidays are known.
    pub calendar_left_days: LoneGauge,
    /// `tasks_open{kind}`: tasks that wait for a person, `carry fetch missed_run`.
    pub tasks_open: IntGaugeVec,
    /// `tasks_late{kind}`: those whose time is over.
    pub tasks_late: IntGaugeVec,
    /// `pull_runs_total{topic,outcome}`: times a partner was asked for files, `handed_in unchanged retry operator`.
    pub pull_runs: IntCounterVec,
    /// `pull_bytes_total{topic}`: bytes of fetched files.
    pub pull_bytes: IntCounterVec,
    /// `pull_last_success_seconds{topic}`: Unix time at which a partner was last asked with success, with or without a new file.
    pub pull_last_success: IntGaugeVec,
    /// `deliveries_total{topic,outcome}`: files and uploads, `published unpacked rejected`.
    pub deliveries: IntCounterVec,
    /// `delivery_seconds{topic}`: from the claim of a delivery to its last confirm.
    pub delivery_seconds: HistogramVec,
    /// `records_total{topic,outcome}`: `read published staged posted held skipped rejected`, as this process did it.
    pub records: IntCounterVec,
    /// `amount_in_yen_total{topic}`: control total of what was read.
    pub amount_in_yen: IntCounterVec,
    /// `amount_posted_yen_total{topic}`: control total of what was posted.
    pub amount_posted_yen: IntCounterVec,
    /// `handovers_total{topic,outcome}`: tries to hand a released file to its partner, `arrived not_sent refused unclear superseded`.
    pub handovers: IntCounterVec,
    /// `outbox_unsent`: messages and files waiting to be sent.
    pub outbox_unsent: LoneGauge,
    /// `outbox_oldest_age_seconds`.
    pub outbox_oldest_age_seconds: LoneGauge,
    /// `inbox_oldest_age_seconds{topic}`: age of the oldest unfinished delivery; the broker cannot tell it for quorum queues.
    pub inbox_oldest_age_seconds: IntGaugeVec,
    /// `topic_due_seconds{topic}`: time left until the topic is due; negative = late.
    pub topic_due_seconds: IntGaugeVec,
    /// `topic_missing{topic}`: files that were due and have not come, also of earlier days.
    pub topic_missing: IntGaugeVec,
    /// `topic_arrived_records{topic}`: records of the file that came last; 0 is a file without records, not a missing one.
    pub topic_arrived_records: IntGaugeVec,
    /// `accounts_orphaned`: active accounts whose person is not in service.
    pub accounts_orphaned: LoneGauge,
    /// `broker_connection_up{role}`: 1 or 0.
    pub broker_connection_up: IntGaugeVec,
    /// `broker_blocked{role}`: 1 while the broker stops publishers by an alarm.
    pub broker_blocked: IntGaugeVec,
    /// `broker_reconnects_total{role}`.
    pub broker_reconnects: IntCounterVec,
    /// Files, lines, orders and events that wait; the totals of the day; the database itself.
    pub standing: StandingMetrics,
    /// The operators' pages.
    pub pages: PageMetrics,
    names: Vec<String>,
    registry: Registry,
}

/// The metrics of this process.
pub fn metrics() -> &'static Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(Metrics::new)
}

/// How many connections to the broker are up, and how many this process keeps.
pub fn broker_connections() -> (usize, usize) {
    let families = metrics().broker_connection_up.collect();
    let states: Vec<bool> =
        families.iter().flat_map(|family| family.get_metric()).map(|metric| metric.get_gauge().get_value() > 0.5).collect();
    (states.iter().filter(|up| **up).count(), states.len())
}

/// The registry in Prometheus' text form, and the content type to send it with.
pub fn exposition() -> (String, &'static str) {
    let mut text = Vec::new();
    let encoder = TextEncoder::new();
    if let Err(error) = encoder.encode(&metrics().registry.gather(), &mut text) {
        tracing::error!(%error, "metrics could not be written as text");
    }
    (String::from_utf8(text).unwrap_or_default(), prometheus::TEXT_FORMAT)
}

/// Every name of ours, with or without a value yet. A histogram has `_bucket`, `_sum` and `_count` behind its own.
pub fn names() -> &'static [String] {
    &metrics().names
}

/// The `topic` label of a queue or routing key: `in.12_civic_assessments` → `12_civic_assessments`.
pub fn topic_label(queue: &str) -> &str {
    queue.strip_prefix("in.").or_else(|| queue.strip_prefix("out.")).unwrap_or(queue)
}

/// Prefix of our own metrics; those of the process keep their conventional names.
const NAMESPACE: &str = "renkei";
/// Confirms take a millisecond or two on a quiet broker; the long buckets show a slow disk or an alarm.
const CONFIRM_BUCKETS_S: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
/// One message is a chunk of up to 3,000 records; the last one of a file posts the whole file.
const PROCESSING_BUCKETS_S: [f64; 13] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0];

impl Metrics {
    fn new() -> Self {
        let book = Book::default();
        let r = &book;
        #[cfg(target_os = "linux")]
        r.registry
            .register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))
            .expect("the metrics of the process are registered once");
        Metrics {
            messages_published: counters(r, "messages_published_total", "Messages published, by outcome", &["topic", "outcome"]),
            publish_confirm_seconds: histograms(
                r,
                "publish_confirm_seconds",
                "Hand-over to confirm",
                &["role"],
                &CONFIRM_BUCKETS_S,
            ),
            messages_consumed: counters(r, "messages_consumed_total", "Messages handled, by outcome", &["topic", "outcome"]),
            retries: counters(
                r,
                "retries_total",
                "Copies put on the retry ladder and tries in the process",
                &["topic", "error_code"],
            ),
            processing_seconds: histograms(r, "processing_seconds", "One handling", &["topic"], &PROCESSING_BUCKETS_S),
            parked_messages: gauges(r, "parked_messages", "Messages waiting for an operator", &["topic"]),
            queue_waiting_messages: gauges(
                r,
                "queue_waiting_messages",
                "Messages in the queues where none should stay: dead, unrouted, unreadable",
                &["queue"],
            ),
            schedule_skipped: counters(r, "schedule_skipped_total", "Scheduled instants nobody saw on their day", &["topic"]),
            schedule_stopped: gauges(r, "schedule_stopped", "1 while the calendar does not allow a schedule to run", &["topic"]),
            calendar_left_days: gauge(r, "calendar_left_days", "Days to the last day whose holidays are known"),
            tasks_open: gauges(r, "tasks_open", "Tasks that wait for a person", &["kind"]),
            tasks_late: gauges(r, "tasks_late", "Tasks whose time is over", &["kind"]),
            pull_runs: counters(r, "pull_runs_total", "Times a partner was asked for files, by outcome", &["topic", "outcome"]),
            pull_bytes: counters(r, "pull_bytes_total", "Bytes of fetched files", &["topic"]),
            pull_last_success: gauges(r, "pull_last_success_seconds", "Unix time of the last success", &["topic"]),
            deliveries: counters(r, "deliveries_total", "Files and uploads taken in, by outcome", &["topic", "outcome"]),
            delivery_seconds: histograms(r, "delivery_seconds", "Claim to last confirm", &["topic"], &PROCESSING_BUCKETS_S),
            records: counters(r, "records_total", "Records, by outcome", &["topic", "outcome"]),
            amount_in_yen: counters(r, "amount_in_yen_total", "Yen read, the control total", &["topic"]),
            amount_posted_yen: counters(r, "amount_posted_yen_total", "Yen posted to the ledger", &["topic"]),
            handovers: counters(r, "handovers_total", "Tries to hand over released files, by outcome", &["topic", "outcome"]),
            outbox_unsent: gauge(r, "outbox_unsent", "Messages and files waiting to be sent"),
            outbox_oldest_age_seconds: gauge(r, "outbox_oldest_age_seconds", "Age of the oldest unsent one"),
            inbox_oldest_age_seconds: gauges(r, "inbox_oldest_age_seconds", "Age of the oldest unfinished delivery", &["topic"]),
            topic_due_seconds: gauges(r, "topic_due_seconds", "Time left until due; negative is late", &["topic"]),
            topic_missing: gauges(r, "topic_missing", "Files that were due and have not come", &["topic"]),
            topic_arrived_records: gauges(r, "topic_arrived_records", "Records of the file that came last", &["topic"]),
            accounts_orphaned: gauge(r, "accounts_orphaned", "Active accounts whose person is not in service"),
            broker_connection_up: gauges(r, "broker_connection_up", "1 while connected", &["role"]),
            broker_blocked: gauges(r, "broker_blocked", "1 while an alarm stops publishers", &["role"]),
            broker_reconnects: counters(r, "broker_reconnects_total", "Connections lost and made again", &["role"]),
            standing: StandingMetrics::new(r),
            pages: PageMetrics::new(r),
            names: book.names.into_inner(),
            registry: book.registry,
        }
    }
}

/// The registry, and what was put into it.
#[derive(Default)]
struct Book {
    registry: Registry,
    names: RefCell<Vec<String>>,
}

fn counters(book: &Book, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    register(book, IntCounterVec::new(options(name, help), labels).expect("names and labels are valid constants"))
}

fn gauges(book: &Book, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
    register(book, IntGaugeVec::new(options(name, help), labels).expect("names and labels are valid constants"))
}

fn gauge(book: &Book, name: &str, help: &str) -> LoneGauge {
    LoneGauge::new(gauges(book, name, help, &[]))
}

/// A gauge with a fraction: seconds that are less than one.
fn fine_gauge(book: &Book, name: &str, help: &str) -> FineGauge {
    FineGauge::new(register(book, GaugeVec::new(options(name, help), &[]).expect("the name is a valid constant")))
}

fn histograms(book: &Book, name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> HistogramVec {
    let options = HistogramOpts::new(name, help).namespace(NAMESPACE).buckets(buckets.to_vec());
    register(book, HistogramVec::new(options, labels).expect("names, labels and buckets are valid constants"))
}

fn options(name: &str, help: &str) -> Opts {
    Opts::new(name, help).namespace(NAMESPACE)
}

fn register<C: Collector + Clone + 'static>(book: &Book, collector: C) -> C {
    book.names.borrow_mut().extend(collector.desc().into_iter().map(|described| described.fq_name.clone()));
    book.registry.register(Box::new(collector.clone())).expect("every metric is registered once under its own name");
    collector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_carries_prefix_labels_and_values() {
        metrics().messages_consumed.with_label_values(&["00_test", "ok"]).inc_by(3);
        let (text, content_type) = exposition();
        assert!(text.contains("renkei_messages_consumed_total{outcome=\"ok\",topic=\"00_test\"} 3"), "{text}");
        assert!(content_type.starts_with("text/plain"));
    }

    #[test]
    fn a_gauge_nobody_has_set_tells_nothing() {
        let shown = || exposition().0.contains("renkei_accounts_orphaned");
        assert_eq!(metrics().accounts_orphaned.get(), None);
        assert!(!shown(), "a role that cannot know it must not say 0");
        metrics().accounts_orphaned.set(0);
        assert!(shown());
        assert_eq!(metrics().accounts_orphaned.get(), Some(0));
    }

    #[test]
    fn what_has_no_value_yet_has_a_name() {
        let names = names();
        assert!(names.len() > 40, "{names:?}");
        assert!(names.iter().all(|name| name.starts_with("renkei_")), "{names:?}");
        assert!(names.iter().any(|name| name == "renkei_export_files"));
    }

    #[test]
    fn a_queue_is_labelled_by_its_slug() {
        assert_eq!(topic_label("in.12_civic_assessments"), "12_civic_assessments");
        assert_eq!(topic_label("renkei.dead"), "renkei.dead");
    }
}
