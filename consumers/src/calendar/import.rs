//! The Cabinet Office's list into the ledger, with what it changes. Only the years of the list are touched; what is known of others
//! stays.

use std::collections::BTreeMap;

use jiff::civil::Date;
use renkei_core::calendar::holidays::HolidayList;
use renkei_core::calendar::{BusinessCalendar, clock};
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgPool;

use super::{CalendarStoreError, load_from};

/// One day that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The day.
    pub day: Date,
    /// Its name so far; `None`: it was no holiday.
    pub before: Option<String>,
    /// Its name from now on; `None`: it is no holiday any more.
    pub after: Option<String>,
}

/// What a list does to the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    /// Days that differ, in order.
    pub changes: Vec<Change>,
    /// First and last day known before.
    pub before: (Date, Date),
    /// First and last day known afterwards.
    pub after: (Date, Date),
    /// Days that are over, were known, and are other days now.
    #[serde(skip)]
    past: Vec<Date>,
}

impl Import {
    fn of(calendar: &BusinessCalendar, list: &HolidayList, today: Date) -> Result<Import, CalendarStoreError> {
        let (since, through) = (calendar.since(), calendar.horizon());
        let (first, last) = (*list.years.start(), *list.years.end());
        if first > through.year() + 1 || last + 1 < since.year() {
            return Err(CalendarStoreError::Gap { first, last, since, through });
        }
        let covered = list.covered();
        let known: BTreeMap<Date, &str> = calendar.holidays().filter(|(day, _)| covered.contains(day)).collect();
        let mut days: Vec<Date> = known.keys().chain(list.holidays.keys()).copied().collect();
        days.sort_unstable();
        days.dedup();
        let changes: Vec<Change> = days
            .into_iter()
            .map(|day| Change {
                day,
                before: known.get(&day).map(|name| (*name).to_owned()),
                after: list.holidays.get(&day).cloned(),
            })
            .filter(|change| change.before != change.after)
            .collect();
        let other_day = |change: &&Change| change.before.is_some() != change.after.is_some();
        let past = changes.iter().filter(other_day).map(|change| change.day);
        let past = past.filter(|day| *day < today && *day >= since && *day <= through).collect();
        let after = (since.min(*covered.start()), through.max(*covered.end()));
        Ok(Import { changes, before: (since, through), after, past })
    }

    /// Whether it changes anything.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.before == self.after
    }

    /// A day that is over is not made another day without a reason.
    fn permitted(&self, reason: &str) -> Result<(), CalendarStoreError> {
        match self.past.first() {
            Some(first) if reason.trim().is_empty() => Err(CalendarStoreError::Past { count: self.past.len(), first: *first }),
            _ => Ok(()),
        }
    }
}

/// What the list would change; nothing is kept.
pub async fn preview(pool: &PgPool, list: &HolidayList) -> Result<Import, CalendarStoreError> {
    Import::of(&super::load(pool).await?, list, clock::today())
}

/// Takes the list over, whole or not at all. `file` names it in the audit log.
pub async fn import(
    pool: &PgPool,
    list: &HolidayList,
    file: &str,
    actor: &str,
    reason: &str,
) -> Result<Import, CalendarStoreError> {
    let failed = || CalendarStoreError::database("import holidays");
    let mut tx = pool.begin().await.map_err(failed())?;
    // Two imports at once: the second compares with what the first has left. Readers are not kept waiting.
    sqlx::query("lock table ledger.holiday in share row exclusive mode").execute(&mut *tx).await.map_err(failed())?;
    let import = Import::of(&load_from(&mut tx).await?, list, clock::today())?;
    import.permitted(reason)?;
    if import.is_empty() {
        return Ok(import);
    }
    let gone: Vec<String> = import.changes.iter().filter(|change| change.after.is_none()).map(|c| c.day.to_string()).collect();
    let (days, names): (Vec<String>, Vec<&str>) =
        import.changes.iter().filter_map(|change| Some((change.day.to_string(), change.after.as_deref()?))).unzip();
    sqlx::query("delete from ledger.holiday where day = any($1::text[]::date[])")
        .bind(gone)
        .execute(&mut *tx)
        .await
        .map_err(failed())?;
    sqlx::query(
        "insert into ledger.holiday (day, name) select * from unnest($1::text[]::date[], $2::text[])
         on conflict on constraint holiday_pk do update set name = excluded.name",
    )
    .bind(days)
    .bind(names)
    .execute(&mut *tx)
    .await
    .map_err(failed())?;
    sqlx::query("update ledger.calendar_horizon set since = $1::text::date, through = $2::text::date")
        .bind(import.after.0.to_string())
        .bind(import.after.1.to_string())
        .execute(&mut *tx)
        .await
        .map_err(failed())?;
    let span = |(since, through): (Date, Date)| json!({ "since": since, "through": through });
    let mut after = span(import.after);
    after["file"] = file.into();
    after["sha256"] = list.sha256.as_str().into();
    // Seventy years of a first import would drown what matters: the days are the file's.
    after["changed"] = json!(import.changes.iter().rev().take(100).collect::<Vec<_>>());
    after["changed_total"] = import.changes.len().into();
    sqlx::query("select audit.record($1, 'calendar.imported', 'calendar', 'holidays', $2, $3, nullif($4, ''))")
        .bind(actor)
        .bind(span(import.before))
        .bind(after)
        .bind(reason.trim())
        .execute(&mut *tx)
        .await
        .map_err(failed())?;
    tx.commit().await.map_err(failed())?;
    Ok(import)
}
