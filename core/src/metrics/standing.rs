//! How things stand, as only the database can tell: set every few seconds by a consuming role, so that what a command or a page
//! decides is seen as well, and a restart forgets nothing.

use prometheus::IntGaugeVec;

use super::{Book, FineGauge, LoneGauge, fine_gauge, gauge, gauges};

/// Gauges of what waits, of the day's totals, and of the database.
#[derive(Debug)]
pub struct StandingMetrics {
    /// `topic_day_records{topic,hop}`: records of today's deliveries, `read published staged posted held skipped rejected`, and
    /// of the files released today, `exported`.
    pub day_records: IntGaugeVec,
    /// `topic_day_yen{topic,hop}`: the control totals of the same.
    pub day_yen: IntGaugeVec,
    /// `hops_unbalanced{topic}`: live deliveries of the last days whose control totals differ from hop to hop. Always 0.
    pub hops_unbalanced: IntGaugeVec,
    /// `held_lines{topic}`: lines that wait on a worklist.
    pub held_lines: IntGaugeVec,
    /// `held_oldest_age_seconds{topic}`: since when the oldest delivery with held lines waits.
    pub held_oldest_age_seconds: IntGaugeVec,
    /// `confirmations_waiting{topic}`: deliveries whose posting a person must confirm.
    pub confirmations_waiting: IntGaugeVec,
    /// `export_files{topic,state}`: files that are not at their end, `ordered failed generated approved released unknown`.
    pub export_files: IntGaugeVec,
    /// `export_oldest_age_seconds{topic}`: age of the oldest order the program has not carried out or delivered.
    pub export_oldest_age_seconds: IntGaugeVec,
    /// `approval_oldest_age_seconds{topic}`: age of the oldest file that waits for approval or release.
    pub approval_oldest_age_seconds: IntGaugeVec,
    /// `approval_pay_left_days{topic}`: days to the earliest pay date among those that pay; no value without any.
    pub approval_pay_left_days: IntGaugeVec,
    /// `topic_cut_off_seconds{topic}`: time left until the files of an outbound topic must be on their way: its cut-off, or the
    /// time by which a person carries them.
    pub topic_cut_off_seconds: IntGaugeVec,
    /// `payment_orders_draft`: payment orders that nobody has approved.
    pub payment_orders_draft: LoneGauge,
    /// `payment_orders_draft_left_days`: days to the earliest pay date of those; negative: it has passed; 0 without any.
    pub payment_orders_draft_left_days: LoneGauge,
    /// `audit_unsealed_events`: events that wait for their place in the chain.
    pub audit_unsealed_events: LoneGauge,
    /// `audit_unsealed_oldest_age_seconds`: age of the oldest of them; a sealer takes them every few seconds.
    pub audit_unsealed_oldest_age_seconds: LoneGauge,
    /// `audit_chain_broken`: 1 when the last walk along the chain found a broken link.
    pub audit_chain_broken: LoneGauge,
    /// `audit_chain_walked_timestamp_seconds`: Unix time of the end of the last walk.
    pub audit_chain_walked: LoneGauge,
    /// `gauges_refreshed_timestamp_seconds`: Unix time at which these gauges were last set; old ones tell nothing.
    pub refreshed: LoneGauge,
    /// `database_up`: 1 if it answered and takes writes when the metrics were asked for.
    pub database_up: LoneGauge,
    /// `database_answer_seconds`: how long that took.
    pub database_answer_seconds: FineGauge,
    /// `database_connections{state}`: connections of this process, `busy idle`.
    pub database_connections: IntGaugeVec,
    /// `database_bytes`: size of the database.
    pub database_bytes: LoneGauge,
    /// `database_oldest_transaction_seconds`: age of the oldest open transaction; a forgotten one keeps rows from being cleaned.
    pub database_oldest_transaction_seconds: LoneGauge,
}

impl StandingMetrics {
    pub(super) fn new(r: &Book) -> Self {
        StandingMetrics {
            day_records: gauges(r, "topic_day_records", "Records of today by hop", &["topic", "hop"]),
            day_yen: gauges(r, "topic_day_yen", "Control totals of today by hop, yen", &["topic", "hop"]),
            hops_unbalanced: gauges(r, "hops_unbalanced", "Live deliveries whose control totals differ", &["topic"]),
            held_lines: gauges(r, "held_lines", "Lines that wait for a person", &["topic"]),
            held_oldest_age_seconds: gauges(r, "held_oldest_age_seconds", "Age of the oldest with held lines", &["topic"]),
            confirmations_waiting: gauges(r, "confirmations_waiting", "Deliveries to be confirmed", &["topic"]),
            export_files: gauges(r, "export_files", "Files that are not at their end, by state", &["topic", "state"]),
            export_oldest_age_seconds: gauges(r, "export_oldest_age_seconds", "Age of the oldest unfinished order", &["topic"]),
            approval_oldest_age_seconds: gauges(r, "approval_oldest_age_seconds", "Age of the oldest to approve", &["topic"]),
            approval_pay_left_days: gauges(r, "approval_pay_left_days", "Days to the earliest pay date of those", &["topic"]),
            topic_cut_off_seconds: gauges(r, "topic_cut_off_seconds", "Time left until files must be on their way", &["topic"]),
            payment_orders_draft: gauge(r, "payment_orders_draft", "Payment orders nobody has approved"),
            payment_orders_draft_left_days: gauge(
                r,
                "payment_orders_draft_left_days",
                "Days to the earliest pay date of unapproved payment orders; negative has passed",
            ),
            audit_unsealed_events: gauge(r, "audit_unsealed_events", "Audit events that wait to be sealed"),
            audit_unsealed_oldest_age_seconds: gauge(r, "audit_unsealed_oldest_age_seconds", "Age of the oldest of them"),
            audit_chain_broken: gauge(r, "audit_chain_broken", "1 when the last walk found a broken link"),
            audit_chain_walked: gauge(r, "audit_chain_walked_timestamp_seconds", "Unix time of the last walk"),
            refreshed: gauge(r, "gauges_refreshed_timestamp_seconds", "Unix time at which the gauges were last set"),
            database_up: gauge(r, "database_up", "1 while the database answers and takes writes"),
            database_answer_seconds: fine_gauge(r, "database_answer_seconds", "How long its answer took"),
            database_connections: gauges(r, "database_connections", "Connections of this process", &["state"]),
            database_bytes: gauge(r, "database_bytes", "Size of the database"),
            database_oldest_transaction_seconds: gauge(
                r,
                "database_oldest_transaction_seconds",
                "Age of the oldest open transaction",
            ),
        }
    }
}
