//! Tasks from what is known, and their end by it. Everything is looked up from the tables, so that it does not matter who did what
//! through which door, and a second process does the same work once.

use jiff::{SignedDuration, ZonedDateTime};
use renkei_core::calendar::clock;
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use renkei_core::metrics::metrics;
use renkei_core::registry::{DeliveryTarget, Direction, Method, Registry};
use sqlx::postgres::PgPool;
use sqlx::{FromRow, PgConnection};

use super::{TaskError, due_after};
use crate::arrivals::{self, Arrival};
use crate::calendar;

/// A file is asked for this long before it is due; a daily one when the one before has been due.
const FETCH_AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);
const KINDS: [&str; 3] = ["carry", "fetch", "missed_run"];

/// A file that lies in the outbox.
#[derive(Debug, FromRow)]
struct Lying {
    id: i64,
    file_id: i64,
    topic: String,
    file: String,
    at: String,
    /// By when its partner must have it, where its making or its release said so.
    needed_by: Option<String>,
}

/// A task to be made.
#[derive(Debug)]
pub(super) struct NewTask<'a> {
    pub(super) kind: &'static str,
    pub(super) topic: &'a str,
    pub(super) key: String,
    pub(super) file_id: Option<i64>,
    pub(super) run: Option<uuid::Uuid>,
    pub(super) file: &'a str,
    pub(super) from_whom: &'a str,
    pub(super) to_whom: &'a str,
    pub(super) since: String,
    pub(super) due: String,
}

impl NewTask<'_> {
    /// Makes it; `None` when it was made before.
    pub(super) async fn make(&self, conn: &mut PgConnection) -> Result<Option<i64>, TaskError> {
        sqlx::query_scalar(
            "insert into work.task (kind, topic, key, file_id, run, file, from_whom, to_whom, since_at, due_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz, $10::timestamptz)
             on conflict on constraint task_once do nothing returning id",
        )
        .bind(self.kind)
        .bind(self.topic)
        .bind(&self.key)
        .bind(self.file_id)
        .bind(self.run)
        .bind(self.file)
        .bind(self.from_whom)
        .bind(self.to_whom)
        .bind(&self.since)
        .bind(&self.due)
        .fetch_optional(conn)
        .await
        .map_err(TaskError::database("make a task"))
    }
}

/// Makes what is missing, ends what is done, notices what is late, and tells the gauges.
pub async fn refresh(pool: &PgPool, registry: &Registry, now: &ZonedDateTime) -> Result<(), TaskError> {
    let failed = || TaskError::database("bring tasks up to date");
    let calendar = calendar::load(pool).await?;
    let arrivals = arrivals::expected_by(pool, registry, &calendar, now).await?;
    let mut tx = pool.begin().await.map_err(failed())?;
    for lying in lying(&mut tx, registry).await? {
        let Some(topic) = registry.topic(&lying.topic) else { continue };
        let at = lying.at.parse::<jiff::Timestamp>().map_or_else(|_| now.clone(), |at| at.to_zoned_datetime(clock::tokyo()));
        let task = NewTask {
            kind: "carry",
            topic: &lying.topic,
            key: lying.id.to_string(),
            file_id: Some(lying.file_id),
            run: None,
            file: &lying.file,
            from_whom: &topic.from,
            to_whom: &topic.to,
            since: lying.at.clone(),
            due: lying.needed_by.unwrap_or_else(|| clock::rfc3339(&due_after(topic, &calendar, &at))),
        };
        task.make(&mut tx).await?;
    }
    for arrival in &arrivals {
        let Some(topic) = registry.topic(&arrival.topic).filter(|topic| topic.method == Method::Manual) else { continue };
        // The one that is looked at, when it is near, and every earlier one that has not come.
        let near = clock::rfc3339(&now.saturating_add(FETCH_AHEAD));
        for due in arrival.instants.iter().filter(|due| due.late || due.open && due.key == arrival.key && due.key <= near) {
            let task = NewTask {
                kind: "fetch",
                topic: &arrival.topic,
                key: due.key.clone(),
                file_id: None,
                run: None,
                file: "",
                from_whom: &topic.from,
                to_whom: &topic.to,
                since: due.since.clone(),
                due: due.key.clone(),
            };
            task.make(&mut tx).await?;
        }
    }
    end_by_what_is_known(&mut tx, &arrivals).await?;
    notice_late(&mut tx, now).await?;
    measure(&mut tx, now).await?;
    tx.commit().await.map_err(failed())?;
    Ok(())
}

/// Ends tasks whose work is known to be done, and opens those again whose file did not stand.
async fn end_by_what_is_known(conn: &mut PgConnection, arrivals: &[Arrival]) -> Result<(), TaskError> {
    let dues = || arrivals.iter().flat_map(|arrival| arrival.instants.iter().map(move |due| (arrival.topic.as_str(), due)));
    let (topics, keys): (Vec<&str>, Vec<&str>) =
        dues().filter(|(_, due)| due.open).map(|(topic, due)| (topic, due.key.as_str())).unzip();
    let reopened = sqlx::query(include_str!("reopen.sql")).bind(topics).bind(keys).execute(&mut *conn).await;
    reopened.map_err(TaskError::database("open tasks again"))?;
    let sound = || dues().filter_map(|(topic, due)| due.sound.map(|batch| (topic, due.key.as_str(), batch)));
    let (topics, keys): (Vec<&str>, Vec<&str>) = sound().map(|(topic, key, _)| (topic, key)).unzip();
    let ended = sqlx::query(include_str!("end.sql"))
        .bind(topics)
        .bind(keys)
        .bind(sound().map(|(.., batch)| batch).collect::<Vec<_>>())
        .execute(conn)
        .await;
    ended.map_err(TaskError::database("end tasks by what is known"))?;
    Ok(())
}

/// Topics whose files people carry from the outbox.
pub(crate) fn carried(registry: &Registry) -> impl Iterator<Item = &str> {
    registry
        .active(Direction::Out)
        .filter(|topic| topic.method == Method::Manual && topic.delivery == DeliveryTarget::Outbox)
        .map(|topic| topic.slug.as_str())
}

async fn lying(conn: &mut PgConnection, registry: &Registry) -> Result<Vec<Lying>, TaskError> {
    sqlx::query_as(include_str!("carry.sql"))
        .bind(carried(registry).collect::<Vec<_>>())
        .fetch_all(conn)
        .await
        .map_err(TaskError::database("look which files lie in the outbox"))
}

async fn notice_late(conn: &mut PgConnection, now: &ZonedDateTime) -> Result<(), TaskError> {
    let late: Vec<(i64, String, String, String)> = sqlx::query_as(include_str!("late.sql"))
        .bind(clock::rfc3339(now))
        .fetch_all(conn)
        .await
        .map_err(TaskError::database("look which tasks are late"))?;
    for (task, kind, topic, due) in late {
        let fault = Fault::new("TASK_OVERDUE").arg("task", task.to_string()).arg("topic", &topic).arg("due", &due);
        tracing::warn!(task, kind, topic, code = "TASK_OVERDUE", "{}", catalogue::text(&fault, Lang::En));
    }
    Ok(())
}

async fn measure(conn: &mut PgConnection, now: &ZonedDateTime) -> Result<(), TaskError> {
    let counts: Vec<(String, i64, i64)> = sqlx::query_as(
        "select kind, count(*), count(*) filter (where due_at < $1::text::timestamptz) from work.task where outcome is null group by kind",
    )
    .bind(clock::rfc3339(now))
    .fetch_all(conn)
    .await
    .map_err(TaskError::database("count tasks"))?;
    for kind in KINDS {
        let (open, late) = counts.iter().find(|(known, ..)| known == kind).map_or((0, 0), |(_, open, late)| (*open, *late));
        metrics().tasks_open.with_label_values(&[kind]).set(open);
        metrics().tasks_late.with_label_values(&[kind]).set(late);
    }
    Ok(())
}
