//! 未着: files that should have come and have not (18-F4 of eltax.md §10).
//!
//! When a topic is due is a rule in `queues.toml`: a time of day on every business day of the office (daily) or the last one of the
//! month (monthly), or any rule of [`renkei_core::schedule`]. The calendar is the ledger's. A file counts for the next due day from
//! the day after the last one on, and for the oldest day that still waits for one: a file that has not come is late until it comes or a
//! person settles it, on whatever day one looks, and one file satisfies one day. What is late is noticed once a due time: a row, an audit
//! event, a warning in the log; `topic_due_seconds` tells it to Prometheus. A file without records is a file that came, and is called so.

/// Which file is the one that was waited for.
mod matching;

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, ZonedDateTime};
use matching::{Come, Slot, Window, assign};
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

/// How far back due days are looked for, in days; where there is none, a file counts from then on.
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
    /// Every instant that was looked at, and what came for it.
    #[serde(skip)]
    pub(crate) instants: Vec<Due>,
    /// Last day the calendar covers.
    #[serde(skip)]
    horizon: String,
}

/// An instant a file was or is due, and what came for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    /// The instant, RFC 3339: what its task is called by.
    pub(crate) key: String,
    /// Its day.
    pub(crate) day: String,
    /// From when on a file counts for it, RFC 3339.
    pub(crate) since: String,
    /// Nothing has come, and nobody has said that it is in order.
    pub(crate) open: bool,
    /// It is open, and its time is over.
    pub(crate) late: bool,
    /// The batch that came for it and cannot be refused any more.
    pub(crate) sound: Option<i64>,
}

impl Arrival {
    /// Where it stands: as long as the file of an earlier day is missing, it is late.
    pub fn state(&self) -> ArrivalState {
        if self.missing.is_empty() { self.state } else { ArrivalState::Late }
    }

    /// A late one, or one that nobody can date, as the catalogue tells it.
    pub fn fault(&self) -> Fault {
        match self.state {
            ArrivalState::Unknown => Fault::new("CALENDAR_BEYOND_HORIZON").arg("date", &self.day).arg("last", &self.horizon),
            _ => self.overdue(&self.day),
        }
    }

    fn overdue(&self, day: &str) -> Fault {
        Fault::new("ARRIVAL_OVERDUE").arg("topic", &self.topic).arg("day", day).arg("due", &self.due)
    }
}

/// What the rule of a topic says before the database is asked.
struct Expected<'t> {
    topic: &'t Arc<Topic>,
    /// The days it was due, and last the one that is looked at.
    windows: Vec<Window>,
    /// The first instant of the next day it is due.
    next: Option<ZonedDateTime>,
}

/// What the database says.
#[derive(Debug, FromRow)]
struct Seen {
    topic: String,
    batches: Vec<i64>,
    at_us: Vec<i64>,
    records: Vec<i64>,
    sound: Vec<bool>,
    first_day: Option<String>,
    settled: Vec<String>,
}

impl Seen {
    /// The files, the oldest first.
    fn come(&self) -> Vec<Come> {
        let rows = self.batches.iter().zip(&self.at_us).zip(&self.records).zip(&self.sound);
        let come = |(((batch, at), records), sound): (((&i64, &i64), &i64), &bool)| {
            let at = Timestamp::from_microsecond(*at).ok()?;
            Some(Come { batch: *batch, at, records: *records, sound: *sound })
        };
        rows.filter_map(come).collect()
    }
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
    let since: Vec<String> = dated.iter().map(Expected::since).collect();
    let seen: Vec<Seen> = sqlx::query_as(include_str!("arrivals.sql"))
        .bind(topics)
        .bind(since)
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
    let mut windows = earlier(topic, rule, calendar, day, now.date());
    windows.push(window(rule, calendar, day)?);
    // What comes after the end of the calendar is not known, and need not be while this one is due.
    let next = day.tomorrow().ok().and_then(|next| rule.after(known, &before(next)).ok().flatten()).map(|instant| instant.at);
    Ok(Some(Expected { topic, windows, next }))
}

/// A day it is due.
fn window(rule: &Rule, calendar: &BusinessCalendar, day: Date) -> Result<Window, RuleError> {
    let instants = rule.on(Some(calendar), day)?.into_iter().map(|instant| instant.at).collect();
    // Where the calendar begins too late to say, or none was due for long, it counts from so many days ago.
    let last = last_before(rule, calendar, day);
    let since = last.and_then(|last| last.tomorrow().ok()).unwrap_or(day.saturating_sub(jiff::Span::new().days(BACK_DAYS)));
    Ok(Window { since: midnight(since), instants })
}

fn last_before(rule: &Rule, calendar: &BusinessCalendar, day: Date) -> Option<Date> {
    rule.up_to(Some(calendar), &before(day), BACK_DAYS).ok().flatten().map(|instant| instant.at.date())
}

/// The days before `day` on which it was due, as far back as one looks.
fn earlier(topic: &Topic, rule: &Rule, calendar: &BusinessCalendar, day: Date, today: Date) -> Vec<Window> {
    let floor = today.saturating_sub(jiff::Span::new().days(BACK_DAYS)).max(topic.starts_on.unwrap_or(Date::MIN));
    let days = std::iter::successors(last_before(rule, calendar, day), |day| last_before(rule, calendar, *day));
    let mut windows: Vec<Window> =
        days.take_while(|day| *day >= floor).filter_map(|day| window(rule, calendar, day).ok()).collect();
    windows.reverse();
    windows
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
        instants: Vec::new(),
        horizon: calendar.horizon().to_string(),
    }
}

impl Expected<'_> {
    fn since(&self) -> String {
        self.windows.first().map(|window| clock::rfc3339(&window.since)).unwrap_or_default()
    }

    /// The days that are looked at: none before anything was known of the topic, but always the last.
    fn known(&self, first_day: Option<&str>) -> &[Window] {
        let first: Option<Date> = first_day.and_then(|day| day.parse().ok());
        let has_begun = |window: &Window| first.is_some_and(|first| window.instants.iter().any(|due| due.date() >= first));
        let from = self.windows.iter().position(has_begun).unwrap_or(usize::MAX);
        self.windows.get(from.min(self.windows.len().saturating_sub(1))..).unwrap_or_default()
    }

    /// Where it stands.
    fn stands(&self, seen: &Seen, now: &ZonedDateTime) -> Option<Arrival> {
        let windows = self.known(seen.first_day.as_deref());
        let slots = assign(windows, &seen.come(), |key| seen.settled.iter().any(|settled| settled == key));
        let begins = slots.len().saturating_sub(windows.last().map_or(0, |window| window.instants.len()));
        // The instant that is looked at: the last one of the day that is over, else the first.
        let current = slots.iter().rposition(|slot| slot.due <= *now).filter(|&slot| slot >= begins).unwrap_or(begins);
        let slot = slots.get(current)?;
        let state = match slot.come {
            Some(come) if come.records == 0 => ArrivalState::ArrivedEmpty,
            Some(_) => ArrivalState::Arrived,
            None if slot.settled => ArrivalState::Settled,
            None if slot.due < *now => ArrivalState::Late,
            None => ArrivalState::Due,
        };
        let missing = |slot: &&Slot| slot.is_open() && slot.due < *now && slot.due != slots[current].due;
        let waited = slots.iter().find(missing).or_else(|| slots[current..].iter().find(|slot| slot.is_open()));
        let waited = waited.map(|slot| &slot.due).or(self.next.as_ref());
        let last = seen.come().into_iter().rfind(|come| come.at >= slot.since.timestamp());
        let mut days: Vec<String> = slots.iter().filter(missing).map(|slot| slot.due.date().to_string()).collect();
        days.dedup();
        Some(Arrival {
            topic: seen.topic.clone(),
            day: slot.due.date().to_string(),
            due: slot.due.strftime("%H:%M").to_string(),
            state,
            left_s: waited.map_or(0, |waited| now.duration_until(waited).as_secs()),
            batch: last.map(|come| come.batch),
            records: last.map(|come| come.records),
            missing: days,
            key: slot.key(),
            instants: slots.iter().map(|slot| told(slot, now)).collect(),
            horizon: String::new(),
        })
    }
}

fn told(slot: &Slot, now: &ZonedDateTime) -> Due {
    Due {
        key: slot.key(),
        day: slot.due.date().to_string(),
        since: clock::rfc3339(&slot.since),
        open: slot.is_open(),
        late: slot.is_open() && slot.due < *now,
        sound: slot.come.filter(|come| come.sound).map(|come| come.batch),
    }
}

/// Sets the gauges of every expected file and notices the late ones. Returns those that were not noticed before.
pub async fn notice(pool: &PgPool, registry: &Registry, now: &ZonedDateTime) -> Result<Vec<Arrival>, CalendarStoreError> {
    let mut news = Vec::new();
    for arrival in expected(pool, registry, now).await? {
        measure(&arrival);
        let mut new = false;
        // Also what was late on a day on which nobody looked.
        for due in arrival.instants.iter().filter(|due| due.late) {
            if write_down(pool, &arrival, due).await? {
                let text = catalogue::text(&arrival.overdue(&due.day), Lang::En);
                tracing::warn!(topic = arrival.topic, code = "ARRIVAL_OVERDUE", "{text}");
                new = true;
            }
        }
        if new {
            news.push(arrival);
        }
    }
    Ok(news)
}

fn measure(arrival: &Arrival) {
    let label = [arrival.topic.as_str()];
    if arrival.state == ArrivalState::Unknown {
        // Nobody can say: 0 would say that all is well.
        let _ = metrics().topic_due_seconds.remove_label_values(&label);
        let _ = metrics().topic_missing.remove_label_values(&label);
        return;
    }
    metrics().topic_due_seconds.with_label_values(&label).set(arrival.left_s);
    let missing = arrival.instants.iter().filter(|due| due.late).count();
    metrics().topic_missing.with_label_values(&label).set(i64::try_from(missing).unwrap_or(i64::MAX));
    if let Some(records) = arrival.records {
        metrics().topic_arrived_records.with_label_values(&label).set(records);
    }
}

/// `false`: somebody has noticed it before.
async fn write_down(pool: &PgPool, arrival: &Arrival, due: &Due) -> Result<bool, CalendarStoreError> {
    let failed = || CalendarStoreError::database("notice that a file has not come");
    let mut tx = pool.begin().await.map_err(failed())?;
    let new = sqlx::query(
        "insert into intake.arrival_missing (topic, day, due_at) values ($1, $2::text::date, $3::text::timestamptz)
         on conflict on constraint arrival_missing_once do nothing",
    )
    .bind(&arrival.topic)
    .bind(&due.day)
    .bind(&due.key)
    .execute(&mut *tx)
    .await
    .map_err(failed())?;
    if new.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("select audit.record('renkei', 'arrival.missing', 'topic', $1, null, $2, null)")
        .bind(&arrival.topic)
        .bind(json!({ "day": due.day, "due": arrival.due }))
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
