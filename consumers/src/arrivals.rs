//! 未着: files that should have come and have not (18-F4 of eltax.md §10).
//!
//! When a topic is due is a rule in `queues.toml`: a time of day on every business day of the office (daily) or the last one of the
//! month (monthly), or any rule of [`renkei_core::schedule`]. The calendar is the ledger's. A file counts for the next due day from
//! the day after the last one on. What is late is noticed once a due time: a row, an audit event, a warning in the log;
//! `topic_due_seconds` tells it to Prometheus. A file without records is a file that came, and is called so.

use std::sync::Arc;
use std::time::Duration;

use jiff::ZonedDateTime;
use jiff::civil::Date;
use renkei_core::calendar::{BusinessCalendar, clock};
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use renkei_core::metrics::metrics;
use renkei_core::registry::{Direction, Registry, Topic};
use renkei_core::schedule::{Rule, RuleError};
use serde::Serialize;
use serde_json::json;
use sqlx::FromRow;
use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;

use crate::calendar::{self, CalendarStoreError};

/// How far back the last due day is looked for, in days; where there is none, a file counts from then on.
const BACK_DAYS: i64 = 40;

/// Where a topic stands on the day it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalState {
    /// It has come.
    Arrived,
    /// It has come and holds no record.
    ArrivedEmpty,
    /// It has not come, and there is time.
    Due,
    /// It has not come in time.
    Late,
    /// It has not come, and a person has said that it is in order.
    Settled,
    /// The calendar ends before it can be said when it is due.
    Unknown,
}

/// One expected file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arrival {
    /// Topic slug.
    pub topic: String,
    /// The day it is due, `yyyy-mm-dd`; where that is unknown, the day the calendar is silent about.
    pub day: String,
    /// Time of day, `HH:MM`.
    pub due: String,
    /// Where it stands.
    pub state: ArrivalState,
    /// Seconds until it, or the next one when it has come, is due; negative = late.
    pub left_s: i64,
    /// Batch of the file that came last.
    pub batch: Option<i64>,
    /// Records of that file.
    pub records: Option<i64>,
    /// Earlier days whose file was missed and has not come since.
    pub missing: Vec<String>,
    /// The instant it is due, RFC 3339: what its task is called by.
    #[serde(skip)]
    pub(crate) key: String,
    /// From when on a file counts for it, RFC 3339.
    #[serde(skip)]
    pub(crate) since: String,
    /// Last day the calendar covers.
    #[serde(skip)]
    horizon: String,
}

impl Arrival {
    /// Where it stands.
    pub fn state(&self) -> ArrivalState {
        self.state
    }

    /// A late one, or one that nobody can date, as the catalogue tells it.
    pub fn fault(&self) -> Fault {
        match self.state {
            ArrivalState::Unknown => Fault::new("CALENDAR_BEYOND_HORIZON").arg("date", &self.day).arg("last", &self.horizon),
            _ => Fault::new("ARRIVAL_OVERDUE").arg("topic", &self.topic).arg("day", &self.day).arg("due", &self.due),
        }
    }
}

/// What the rule of a topic says before the database is asked.
struct Expected<'t> {
    topic: &'t Arc<Topic>,
    /// The instants of the day it is due.
    instants: Vec<ZonedDateTime>,
    /// From when on a file counts.
    since: ZonedDateTime,
    /// The first instant of the next day it is due.
    next: Option<ZonedDateTime>,
}

/// What the database says.
#[derive(Debug, FromRow)]
struct Seen {
    topic: String,
    count: i64,
    batch: Option<i64>,
    records: Option<i64>,
    settled: bool,
    missing: Vec<String>,
}

/// The expected files at `now`.
pub async fn expected(pool: &PgPool, registry: &Registry, now: &ZonedDateTime) -> Result<Vec<Arrival>, CalendarStoreError> {
    let calendar = calendar::load(pool).await?;
    expected_by(pool, registry, &calendar, now).await
}

/// The same by a calendar that is known already.
pub(crate) async fn expected_by(
    pool: &PgPool,
    registry: &Registry,
    calendar: &BusinessCalendar,
    now: &ZonedDateTime,
) -> Result<Vec<Arrival>, CalendarStoreError> {
    let now = &now.with_time_zone(clock::tokyo());
    let (mut dated, mut arrivals) = (Vec::new(), Vec::new());
    for topic in registry.active(Direction::In) {
        let Some(rule) = topic.due.as_ref().and_then(|due| due.rule.as_ref()) else { continue };
        match due_day(topic, rule, calendar, now) {
            Ok(Some(expected)) => dated.push(expected),
            Ok(None) => {}
            Err(error) => arrivals.push(undated(topic, &error, calendar)),
        }
    }
    let topics: Vec<&str> = dated.iter().map(|expected| expected.topic.slug.as_str()).collect();
    let since: Vec<String> = dated.iter().map(|expected| clock::rfc3339(&expected.since)).collect();
    let keys: Vec<String> = dated.iter().map(|expected| expected.key(now)).collect();
    let seen: Vec<Seen> = sqlx::query_as(include_str!("arrivals.sql"))
        .bind(topics)
        .bind(since)
        .bind(keys)
        .bind(clock::rfc3339(now))
        .fetch_all(pool)
        .await
        .map_err(CalendarStoreError::database("look which files have not come"))?;
    for expected in &dated {
        let row = seen.iter().find(|row| row.topic == expected.topic.slug.as_str());
        arrivals.extend(row.and_then(|row| expected.stands(row, now)));
    }
    arrivals.sort_by(|a, b| a.topic.cmp(&b.topic));
    Ok(arrivals)
}

/// The day a topic is due: today or the next, but none before the topic begins.
fn due_day<'t>(
    topic: &'t Arc<Topic>,
    rule: &Rule,
    calendar: &BusinessCalendar,
    now: &ZonedDateTime,
) -> Result<Option<Expected<'t>>, RuleError> {
    let from = topic.starts_on.unwrap_or(now.date()).max(now.date());
    let known = Some(calendar);
    let Some(first) = rule.after(known, &before(from))? else { return Ok(None) };
    let day = first.at.date();
    let instants = rule.on(known, day)?.into_iter().map(|instant| instant.at).collect();
    // Where the calendar begins too late to say, or none was due for long, it counts from so many days ago.
    let last = rule.up_to(known, &before(day), BACK_DAYS).ok().flatten().map(|instant| instant.at.date());
    let since = last.and_then(|last| last.tomorrow().ok()).unwrap_or(day.saturating_sub(jiff::Span::new().days(BACK_DAYS)));
    // What comes after the end of the calendar is not known, and need not be while this one is due.
    let next = day.tomorrow().ok().and_then(|next| rule.after(known, &before(next)).ok().flatten()).map(|instant| instant.at);
    Ok(Some(Expected { topic, instants, since: midnight(since), next }))
}

/// The last second before a day begins.
fn before(day: Date) -> ZonedDateTime {
    midnight(day).saturating_sub(jiff::SignedDuration::from_secs(1))
}

fn midnight(day: Date) -> ZonedDateTime {
    day.to_zoned_datetime(clock::tokyo()).unwrap_or_else(|_| clock::now())
}

fn undated(topic: &Topic, error: &RuleError, calendar: &BusinessCalendar) -> Arrival {
    let asked = match error {
        RuleError::Calendar(error) => error.asked,
        RuleError::NoCalendar => calendar.horizon(),
    };
    Arrival {
        topic: topic.slug.to_string(),
        day: asked.to_string(),
        due: String::new(),
        state: ArrivalState::Unknown,
        left_s: 0,
        batch: None,
        records: None,
        missing: Vec::new(),
        key: String::new(),
        since: String::new(),
        horizon: calendar.horizon().to_string(),
    }
}

impl Expected<'_> {
    /// The instant that is looked at: the last one that is over, else the first.
    fn current(&self, now: &ZonedDateTime) -> usize {
        self.instants.iter().rposition(|instant| instant <= now).unwrap_or(0)
    }

    fn key(&self, now: &ZonedDateTime) -> String {
        self.instants.get(self.current(now)).map(clock::rfc3339).unwrap_or_default()
    }

    /// Where it stands. The n-th instant of a day needs n files.
    fn stands(&self, seen: &Seen, now: &ZonedDateTime) -> Option<Arrival> {
        let current = self.current(now);
        let due = self.instants.get(current)?;
        let come = usize::try_from(seen.count).unwrap_or(0);
        let state = match (come > current, seen.records) {
            (true, Some(0)) => ArrivalState::ArrivedEmpty,
            (true, _) => ArrivalState::Arrived,
            (false, _) if seen.settled => ArrivalState::Settled,
            (false, _) if due < now => ArrivalState::Late,
            (false, _) => ArrivalState::Due,
        };
        let waited = match state {
            ArrivalState::Due | ArrivalState::Late => Some(due),
            _ => self.instants.get(come.max(current + 1)).or(self.next.as_ref()),
        };
        Some(Arrival {
            topic: seen.topic.clone(),
            day: due.date().to_string(),
            due: due.strftime("%H:%M").to_string(),
            state,
            left_s: waited.map_or(0, |waited| now.duration_until(waited).as_secs()),
            batch: seen.batch,
            records: seen.records,
            missing: seen.missing.clone(),
            key: clock::rfc3339(due),
            since: clock::rfc3339(&self.since),
            horizon: String::new(),
        })
    }
}

/// Sets the gauges of every expected file and notices the late ones. Returns those that were not noticed before.
pub async fn notice(pool: &PgPool, registry: &Registry, now: &ZonedDateTime) -> Result<Vec<Arrival>, CalendarStoreError> {
    let mut news = Vec::new();
    for arrival in expected(pool, registry, now).await? {
        measure(&arrival);
        if arrival.state == ArrivalState::Late && write_down(pool, &arrival).await? {
            let text = catalogue::text(&arrival.fault(), Lang::En);
            tracing::warn!(topic = arrival.topic, code = "ARRIVAL_OVERDUE", "{text}");
            news.push(arrival);
        }
    }
    Ok(news)
}

fn measure(arrival: &Arrival) {
    let label = [arrival.topic.as_str()];
    if arrival.state != ArrivalState::Unknown {
        metrics().topic_due_seconds.with_label_values(&label).set(arrival.left_s);
    }
    let late = i64::from(arrival.state == ArrivalState::Late);
    let missing = late + i64::try_from(arrival.missing.len()).unwrap_or(i64::MAX - 1);
    metrics().topic_missing.with_label_values(&label).set(missing);
    if let Some(records) = arrival.records {
        metrics().topic_arrived_records.with_label_values(&label).set(records);
    }
}

/// `false`: somebody has noticed it before.
async fn write_down(pool: &PgPool, arrival: &Arrival) -> Result<bool, CalendarStoreError> {
    let failed = || CalendarStoreError::database("notice that a file has not come");
    let mut tx = pool.begin().await.map_err(failed())?;
    let new = sqlx::query(
        "insert into intake.arrival_missing (topic, day, due_at) values ($1, $2::text::date, $3::text::timestamptz)
         on conflict on constraint arrival_missing_once do nothing",
    )
    .bind(&arrival.topic)
    .bind(&arrival.day)
    .bind(&arrival.key)
    .execute(&mut *tx)
    .await
    .map_err(failed())?;
    if new.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("select audit.record('renkei', 'arrival.missing', 'topic', $1, null, $2, null)")
        .bind(&arrival.topic)
        .bind(json!({ "day": arrival.day, "due": arrival.due }))
        .execute(&mut *tx)
        .await
        .map_err(failed())?;
    tx.commit().await.map_err(failed())?;
    Ok(true)
}

/// Calls [`notice`] every `pause` until `cancel`.
pub async fn keep_noticing(pool: PgPool, registry: &Registry, pause: Duration, cancel: CancellationToken) {
    loop {
        if let Err(error) = notice(&pool, registry, &clock::now()).await {
            tracing::warn!(%error, "it is not known which files have not come");
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
