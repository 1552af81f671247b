//! The calendar of the ledger: which days are holidays, and up to which day that is known. The database is the authority; producers
//! read what [`crate::calendar::keep_in_step`] writes down for them (docs/decisions/0016).

/// The Cabinet Office's list into the ledger.
mod import;

use std::path::PathBuf;
use std::time::Duration;

pub use import::{Change, Import, import, preview};
use jiff::civil::Date;
use renkei_core::calendar::file::{self, CalendarFileError};
use renkei_core::calendar::{BusinessCalendar, DayRule, OwnDay, clock};
use renkei_core::metrics::metrics;
use renkei_core::verdict::{Classify, Verdict};
use sqlx::postgres::PgPool;
use sqlx::{PgConnection, PgExecutor};
use tokio_util::sync::CancellationToken;

use crate::db::{self, Trouble};

/// What can go wrong with the calendar.
#[derive(Debug, thiserror::Error)]
pub enum CalendarStoreError {
    /// A statement failed.
    #[error("cannot {doing}: {}", db::sentence(source))]
    Database {
        /// Completes "cannot …".
        doing: &'static str,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// A date of the database is none.
    #[error("the ledger's calendar holds {0:?}, which is no day")]
    Day(String),
    /// The ledger has no calendar at all.
    #[error("the ledger has no calendar: its horizon is missing")]
    Empty,
    /// The list leaves years out between itself and what is known.
    #[error("the list covers {first} to {last}, the calendar {since} to {through}: the years between would be unknown")]
    Gap {
        /// First year of the list.
        first: i16,
        /// Last year of the list.
        last: i16,
        /// First day known.
        since: Date,
        /// Last day known.
        through: Date,
    },
    /// What was a business day, or a holiday, would have been none.
    #[error("the list changes {count} day(s) that are over, first {first}: what was booked by them stands; say why by --reason")]
    Past {
        /// How many.
        count: usize,
        /// The first of them.
        first: Date,
    },
    /// The file for producers.
    #[error(transparent)]
    File(#[from] CalendarFileError),
}

impl CalendarStoreError {
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> CalendarStoreError {
        move |source| CalendarStoreError::Database { doing, source }
    }
}

impl Classify for CalendarStoreError {
    fn verdict(&self) -> Verdict {
        match self {
            CalendarStoreError::Database { source, .. } => match db::trouble(source) {
                Trouble::Down | Trouble::Passing => Verdict::Retry,
                Trouble::Lasting => Verdict::Bug,
            },
            CalendarStoreError::Day(_) | CalendarStoreError::Empty => Verdict::Bug,
            CalendarStoreError::Gap { .. } | CalendarStoreError::Past { .. } => Verdict::Reject,
            CalendarStoreError::File(error) => error.verdict(),
        }
    }
}

/// The ledger's calendar.
pub async fn load(pool: &PgPool) -> Result<BusinessCalendar, CalendarStoreError> {
    let mut conn = pool.acquire().await.map_err(CalendarStoreError::database("read the calendar"))?;
    load_from(&mut conn).await
}

async fn load_from(conn: &mut PgConnection) -> Result<BusinessCalendar, CalendarStoreError> {
    let read = || CalendarStoreError::database("read the calendar");
    let span: Option<(String, String)> = sqlx::query_as("select since::text, through::text from ledger.calendar_horizon")
        .fetch_optional(&mut *conn)
        .await
        .map_err(read())?;
    let (since, through) = span.ok_or(CalendarStoreError::Empty)?;
    let rows = holidays(&mut *conn).await?;
    let own = own_days(&mut *conn).await?;
    Ok(BusinessCalendar::named(rows, day(&since)?..=day(&through)?).with_own(own))
}

/// Days on which office or banks are open or closed by themselves.
async fn own_days(executor: impl PgExecutor<'_>) -> Result<Vec<OwnDay>, CalendarStoreError> {
    let sql = "select calendar, day::text, opens, name from ledger.own_day where opens is not null order by day, calendar";
    let rows: Vec<(String, String, bool, String)> = sqlx::query_as(sql)
        .fetch_all(executor)
        .await
        .map_err(CalendarStoreError::database("read the days of office and banks"))?;
    let own = |(calendar, text, opens, name): (String, String, bool, String)| {
        let calendar = DayRule::parse(&calendar).ok_or(CalendarStoreError::Day(calendar))?;
        Ok(OwnDay { calendar, day: day(&text)?, opens, name })
    };
    rows.into_iter().map(own).collect()
}

async fn holidays(executor: impl PgExecutor<'_>) -> Result<Vec<(Date, String)>, CalendarStoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as("select day::text, name from ledger.holiday order by day")
        .fetch_all(executor)
        .await
        .map_err(CalendarStoreError::database("read the holidays"))?;
    rows.into_iter().map(|(text, name)| Ok((day(&text)?, name))).collect()
}

fn day(text: &str) -> Result<Date, CalendarStoreError> {
    text.parse().map_err(|_| CalendarStoreError::Day(text.to_owned()))
}

/// Writes the ledger's calendar to the file of the producers; `false` when it says the same already.
pub async fn write_down(pool: &PgPool, path: &std::path::Path) -> Result<bool, CalendarStoreError> {
    let calendar = load(pool).await?;
    metrics().calendar_left_days.set(i64::from(calendar.days_left(clock::today())));
    Ok(file::write(path, &calendar)?)
}

/// Keeps the file of the producers like the ledger, every `pause` until `cancel`, and warns each day when the calendar ends soon.
pub async fn keep_in_step(pool: PgPool, path: PathBuf, pause: Duration, cancel: CancellationToken) {
    let mut warned = None;
    loop {
        match load(&pool).await {
            Ok(calendar) => {
                metrics().calendar_left_days.set(i64::from(calendar.days_left(clock::today())));
                warn_daily(&calendar, &mut warned);
                match file::write(&path, &calendar) {
                    Ok(true) => {
                        tracing::info!(path = %path.display(), through = %calendar.horizon(), "the calendar was written down")
                    }
                    Ok(false) => {}
                    Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "producers do not get the calendar"),
                }
            }
            Err(error) => tracing::warn!(%error, "the calendar cannot be read"),
        }
        tokio::select! {
            () = cancel.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn warn_daily(calendar: &BusinessCalendar, warned: &mut Option<Date>) {
    let today = clock::today();
    let Some(left) = file::ends_soon(calendar, today) else { return };
    if *warned != Some(today) {
        let through = calendar.horizon();
        tracing::warn!(%through, left, code = "CALENDAR_ENDS_SOON", "the holidays known end in {left} days: renkei calendar import");
        *warned = Some(today);
    }
}
