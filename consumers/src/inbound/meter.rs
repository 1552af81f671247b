//! What intake tells Prometheus: records and yen by what became of them, and how long deliveries and parked messages wait.

use renkei_core::metrics::metrics;
use renkei_core::registry::{Direction, Registry};
use sqlx::postgres::PgPool;

use super::batch::Batch;
use super::error::IntakeError;

/// Counts staged records.
pub(super) fn staged(topic: &str, records: i64) {
    count(topic, "staged", records);
}

/// Counts what a committed step moved.
pub(super) fn moved(before: &Batch, after: &Batch) {
    let topic = after.topic.as_str();
    count(topic, "posted", after.records_posted - before.records_posted);
    count(topic, "held", after.records_held - before.records_held);
    count(topic, "skipped", after.records_skipped - before.records_skipped);
    count(topic, "rejected", after.records_rejected - before.records_rejected);
    if let Ok(yen) = u64::try_from(after.yen_posted - before.yen_posted) {
        metrics().amount_posted_yen.with_label_values(&[topic]).inc_by(yen);
    }
}

/// Counters only rise: held lines that are posted later leave no negative trace here.
fn count(topic: &str, outcome: &str, records: i64) {
    if let Ok(records) = u64::try_from(records) {
        metrics().records.with_label_values(&[topic, outcome]).inc_by(records);
    }
}

/// Sets the gauges that only the database can tell: the age of the oldest unfinished delivery of each active inbound topic,
/// and the parked messages of every queue. `crate::standing` calls it every few seconds.
pub async fn refresh(pool: &PgPool, registry: &Registry) -> Result<(), IntakeError> {
    let ages: Vec<(String, i64)> = sqlx::query_as(include_str!("sql/oldest_unfinished.sql"))
        .fetch_all(pool)
        .await
        .map_err(IntakeError::database("read the age of unfinished deliveries"))?;
    for topic in registry.active(Direction::In) {
        let slug = topic.slug.as_str();
        let age = ages.iter().find(|(name, _)| name == slug).map_or(0, |(_, age)| *age);
        metrics().inbox_oldest_age_seconds.with_label_values(&[slug]).set(age);
    }
    let parked: Vec<(String, i64)> =
        sqlx::query_as("select queue, count(*) from intake.failure where state = 'open' group by queue")
            .fetch_all(pool)
            .await
            .map_err(IntakeError::database("count the parked messages"))?;
    for topic in &registry.topics {
        // Both sides of a topic whose partner answers.
        let queues: Vec<String> = std::iter::once(topic).chain(&topic.results).map(|side| side.queue()).collect();
        let waiting = parked.iter().filter(|(name, _)| queues.contains(name)).map(|(_, count)| count).sum();
        metrics().parked_messages.with_label_values(&[topic.slug.as_str()]).set(waiting);
    }
    Ok(())
}
