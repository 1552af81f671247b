//! How things stand, told to Prometheus: what waits for whom and for how long, the totals of the day from hop to hop, the audit
//! chain, the database. Counted in the database and not by the steps that lead there, so that what a command or a page does
//! is seen, and a restart forgets nothing.

use std::time::Duration;

use jiff::ZonedDateTime;
use renkei_core::calendar::{BusinessCalendar, clock};
use renkei_core::metrics::metrics;
use renkei_core::registry::{Direction, Registry, Topic};
use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;

use crate::inbound::meter;
use crate::{audit, calendar, db};

/// Every hop of the day's totals.
const HOPS: [&str; 8] = ["read", "published", "staged", "posted", "held", "skipped", "rejected", "exported"];
/// States of a file in which the program has something to do.
const PROGRAM_ACTS: [&str; 3] = ["ordered", "failed", "released"];
/// States of a file that waits for approval or release.
const UNDECIDED: [&str; 2] = ["generated", "approved"];
/// State of a file of which nobody knows whether it arrived.
const UNKNOWN: [&str; 1] = ["unknown"];
/// What reads whole tables is asked each so many rounds.
const SLOW_EVERY: u64 = 6;

/// Sets every gauge each `pause` until `cancel`.
pub async fn keep_refreshing(pool: PgPool, registry: &Registry, pause: Duration, cancel: CancellationToken) {
    for round in 0_u64.. {
        let refreshed = async {
            meter::refresh(&pool, registry).await.map_err(|error| error.to_string())?;
            refresh(&pool, registry, &clock::now(), round.is_multiple_of(SLOW_EVERY)).await.map_err(|error| db::sentence(&error))
        };
        if let Err(error) = refreshed.await {
            tracing::warn!(error, "the gauges are not up to date");
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Walks along the audit chain each `pause` until `cancel`, and shows whether it is whole.
pub async fn keep_walking_the_chain(pool: PgPool, pause: Duration, cancel: CancellationToken) {
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            () = walk_the_chain(&pool) => {}
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Walks along the chain once.
pub async fn walk_the_chain(pool: &PgPool) {
    match audit::verify::verify(pool).await {
        Ok(report) => {
            if let Some(broken) = &report.broken {
                tracing::error!(%broken, "the audit chain is broken: renkei audit verify");
            }
            metrics().standing.audit_chain_broken.set(i64::from(!report.is_whole()));
            metrics().standing.audit_chain_walked.set(jiff::Timestamp::now().as_second());
        }
        Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "the audit chain could not be walked"),
    }
}

/// Sets the gauges at `now`; with `slow` also those that read whole tables.
pub async fn refresh(pool: &PgPool, registry: &Registry, now: &ZonedDateTime, slow: bool) -> Result<(), sqlx::Error> {
    let day = now.date().to_string();
    let slugs: Vec<String> = registry.topics.iter().map(|topic| topic.slug.to_string()).collect();
    totals_of_the_day(pool, &day, &slugs).await?;
    lines_that_wait(pool, registry).await?;
    files_that_wait(pool, registry, &day).await?;
    unsealed(pool).await?;
    if let Ok(calendar) = calendar::load(pool).await {
        cut_offs(registry, &calendar, now);
    }
    if slow {
        unbalanced(pool, &day, &slugs).await?;
        draft_orders(pool, &day).await?;
        database(pool).await?;
    }
    connections(pool);
    metrics().standing.refreshed.set(jiff::Timestamp::now().as_second());
    Ok(())
}

async fn totals_of_the_day(pool: &PgPool, day: &str, slugs: &[String]) -> Result<(), sqlx::Error> {
    let rows: Vec<(String, String, i64, i64)> =
        sqlx::query_as(include_str!("day.sql")).bind(day).bind(slugs).fetch_all(pool).await?;
    for (topic, hop, records, yen) in rows {
        let Some(hop) = HOPS.iter().find(|known| **known == hop) else { continue };
        metrics().standing.day_records.with_label_values(&[topic.as_str(), hop]).set(records);
        metrics().standing.day_yen.with_label_values(&[topic.as_str(), hop]).set(yen);
    }
    Ok(())
}

async fn unbalanced(pool: &PgPool, day: &str, slugs: &[String]) -> Result<(), sqlx::Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(include_str!("unbalanced.sql")).bind(day).bind(slugs).fetch_all(pool).await?;
    for slug in slugs {
        let count = rows.iter().find(|(topic, _)| topic == slug).map_or(0, |(_, count)| *count);
        metrics().standing.hops_unbalanced.with_label_values(&[slug]).set(count);
    }
    Ok(())
}

async fn lines_that_wait(pool: &PgPool, registry: &Registry) -> Result<(), sqlx::Error> {
    let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(include_str!("waiting.sql")).fetch_all(pool).await?;
    // Both sides of a topic whose partner answers stand under its slug.
    for topic in &registry.topics {
        let slug = topic.slug.as_str();
        let found = rows.iter().find(|(topic, ..)| topic == slug);
        let (held, age, to_confirm) = found.map_or((0, 0, 0), |(_, held, age, to_confirm)| (*held, *age, *to_confirm));
        metrics().standing.held_lines.with_label_values(&[slug]).set(held);
        metrics().standing.held_oldest_age_seconds.with_label_values(&[slug]).set(age);
        metrics().standing.confirmations_waiting.with_label_values(&[slug]).set(to_confirm);
    }
    Ok(())
}

/// Topic, state, files, age of the oldest, days to the earliest pay date.
type Waiting = (String, String, i64, i64, Option<i64>);

async fn files_that_wait(pool: &PgPool, registry: &Registry, day: &str) -> Result<(), sqlx::Error> {
    let rows: Vec<Waiting> = sqlx::query_as(include_str!("exports.sql")).bind(day).fetch_all(pool).await?;
    for topic in registry.active(Direction::Out) {
        let slug = topic.slug.as_str();
        let find = |state: &str| rows.iter().find(|(topic, known, ..)| topic == slug && known == state);
        for state in PROGRAM_ACTS.iter().chain(&UNDECIDED).chain(&UNKNOWN) {
            let count = find(state).map_or(0, |(_, _, count, ..)| *count);
            metrics().standing.export_files.with_label_values(&[slug, state]).set(count);
        }
        let oldest =
            |states: &[&str]| states.iter().filter_map(|state| find(state)).map(|(_, _, _, age, _)| *age).max().unwrap_or(0);
        metrics().standing.export_oldest_age_seconds.with_label_values(&[slug]).set(oldest(&PROGRAM_ACTS));
        metrics().standing.approval_oldest_age_seconds.with_label_values(&[slug]).set(oldest(&UNDECIDED));
        match UNDECIDED.iter().filter_map(|state| find(state)).filter_map(|(.., left_days)| *left_days).min() {
            Some(left_days) => metrics().standing.approval_pay_left_days.with_label_values(&[slug]).set(left_days),
            // Without a file there is no date; that there was none before is no fault.
            None => drop(metrics().standing.approval_pay_left_days.remove_label_values(&[slug])),
        }
    }
    Ok(())
}

async fn draft_orders(pool: &PgPool, day: &str) -> Result<(), sqlx::Error> {
    let sql =
        "select count(*), coalesce(min(pay_date) - $1::text::date, 0)::bigint from ledger.payment_order where state = 'draft'";
    let (orders, left_days): (i64, i64) = sqlx::query_as(sql).bind(day).fetch_one(pool).await?;
    metrics().standing.payment_orders_draft.set(orders);
    metrics().standing.payment_orders_draft_left_days.set(left_days);
    Ok(())
}

async fn unsealed(pool: &PgPool) -> Result<(), sqlx::Error> {
    let (events, oldest_s): (i64, i64) = sqlx::query_as(include_str!("unsealed.sql")).fetch_one(pool).await?;
    metrics().standing.audit_unsealed_events.set(events);
    metrics().standing.audit_unsealed_oldest_age_seconds.set(oldest_s);
    Ok(())
}

async fn database(pool: &PgPool) -> Result<(), sqlx::Error> {
    let (bytes, oldest_s): (i64, i64) = sqlx::query_as(include_str!("database.sql")).fetch_one(pool).await?;
    metrics().standing.database_bytes.set(bytes);
    metrics().standing.database_oldest_transaction_seconds.set(oldest_s);
    Ok(())
}

fn connections(pool: &PgPool) {
    let idle = i64::try_from(pool.num_idle()).unwrap_or(i64::MAX);
    metrics().standing.database_connections.with_label_values(&["idle"]).set(idle);
    metrics().standing.database_connections.with_label_values(&["busy"]).set(i64::from(pool.size()).saturating_sub(idle));
}

/// Time left until the files of each outbound topic must be on their way; a topic without cut-off and due time has none.
fn cut_offs(registry: &Registry, calendar: &BusinessCalendar, now: &ZonedDateTime) {
    for topic in registry.active(Direction::Out) {
        let nearest = [cut_off(topic, calendar, now), due(topic, calendar, now)].into_iter().flatten().min();
        if let Some(nearest) = nearest {
            let left_s = now.duration_until(&nearest).as_secs();
            metrics().standing.topic_cut_off_seconds.with_label_values(&[topic.slug.as_str()]).set(left_s);
        }
    }
}

/// The next cut-off: today's, or that of the next business day.
fn cut_off(topic: &Topic, calendar: &BusinessCalendar, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    let cut = topic.cut_off?;
    let at = |day: jiff::civil::Date| day.to_datetime(cut.at).to_zoned_datetime(clock::tokyo()).ok();
    let today = calendar.on_or_after(cut.calendar, now.date()).ok()?;
    at(today).filter(|instant| instant > now).or_else(|| at(calendar.next(cut.calendar, today).ok()?))
}

/// The next time by which a person carries its file.
fn due(topic: &Topic, calendar: &BusinessCalendar, now: &ZonedDateTime) -> Option<ZonedDateTime> {
    let rule = topic.due.as_ref()?.rule.as_ref()?;
    rule.after(Some(calendar), now).ok().flatten().map(|next| next.at)
}
