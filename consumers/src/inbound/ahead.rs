//! The records of a large delivery are laid out in the typed tables of `check.sql` and `post.sql` while its other chunks still arrive,
//! so that its posting begins with tables that are full.
//!
//! The tables are temporary: the session that fills them is the one that posts. It is opened for the delivery, outside of the pool,
//! and closed after it. Everything here may fail, be late or not happen at all: what is not laid out when the batch is decided is
//! laid out then, in its transaction. Nothing that was staged ever changes, so laying it out before the decision is no
//! different from doing so within it.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use renkei_core::layout::Layout;
use renkei_core::registry::Integration;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection as _};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::shape::Shapes;
use super::tables;
use crate::db;

/// How the server names the sessions.
const NAME: &str = "renkei ahead";
/// Chunks from which on a delivery is worth a session.
const CHUNKS_MIN: u32 = 16;
/// Deliveries laid out at the same time in one process.
const AT_ONCE: usize = 2;
/// A delivery of which nothing has come for so long gives its session back.
const PATIENCE: Duration = Duration::from_secs(30);

/// The deliveries that are laid out, by batch.
#[derive(Debug, Default)]
pub(super) struct Ahead(Mutex<HashMap<i64, Layer>>);

/// One of them.
#[derive(Debug)]
struct Layer {
    staged: UnboundedSender<Chunk>,
    task: JoinHandle<Option<Session>>,
}

/// A chunk that is staged, and the lines it has records of; `None`: it has none.
#[derive(Debug)]
pub(super) struct Chunk {
    pub number: u32,
    pub lines: Option<RangeInclusive<i64>>,
}

/// A session whose `staged_` tables hold all records of a batch before a line.
#[derive(Debug)]
pub(super) struct Session {
    pub conn: PgConnection,
    pub before: i64,
}

/// What is laid out.
pub(super) struct Job {
    pub pool: PgPool,
    pub integration: Arc<Integration>,
    pub layout: Arc<Layout>,
    pub shapes: Shapes,
    pub batch: i64,
}

impl Ahead {
    /// Takes note of a chunk of a delivery of so many.
    pub(super) fn staged(&self, batch: i64, chunks: u32, chunk: Chunk, job: impl FnOnce() -> Option<Job>) {
        if chunks < CHUNKS_MIN {
            return;
        }
        let Ok(mut layers) = self.0.lock() else { return };
        if let Some(layer) = layers.get(&batch) {
            // Nobody listens any more: it gave up.
            layer.staged.send(chunk).ok();
            return;
        }
        // A delivery whose first chunks another process has staged is not begun in the middle.
        layers.retain(|_, layer| !layer.task.is_finished());
        if chunk.number < CHUNKS_MIN
            && layers.len() < AT_ONCE
            && let Some(job) = job()
        {
            let (staged, arriving) = unbounded_channel();
            staged.send(chunk).ok();
            layers.insert(batch, Layer { staged, task: tokio::spawn(lay_out(job, arriving)) });
        }
    }

    /// The session of a batch that is to be decided, as soon as it has laid out what it knows of.
    pub(super) async fn session(&self, batch: i64) -> Option<Session> {
        let layer = self.0.lock().ok()?.remove(&batch)?;
        drop(layer.staged);
        layer.task.await.ok()?
    }
}

/// Lays out chunk after chunk until nobody sends any more.
async fn lay_out(job: Job, mut arriving: UnboundedReceiver<Chunk>) -> Option<Session> {
    match fill(&job, &mut arriving).await {
        Ok(session) => session,
        Err(error) => {
            // The database is away, or the records do not fit their columns: the decision will meet it too, and tell.
            tracing::debug!(batch = job.batch, %error, "a batch is not laid out ahead");
            None
        }
    }
}

async fn fill(job: &Job, arriving: &mut UnboundedReceiver<Chunk>) -> Result<Option<Session>, sqlx::Error> {
    let mut conn = db::session(&job.pool, NAME).await?;
    let execute = |sql: String| sqlx::raw_sql(AssertSqlSafe(sql));
    execute(tables::empty(&job.integration, &job.layout)).execute(&mut conn).await?;
    let (mut waiting, mut next, mut before) = (BTreeMap::new(), 0, 0);
    loop {
        let Ok(chunk) = timeout(PATIENCE, arriving.recv()).await else {
            conn.close().await?;
            return Ok(None);
        };
        let Some(chunk) = chunk else { return Ok(Some(Session { conn, before })) };
        waiting.insert(chunk.number, chunk.lines);
        while let Ok(chunk) = arriving.try_recv() {
            waiting.insert(chunk.number, chunk.lines);
        }
        // In the order of the file, as far as no chunk is missing. The last line may go on in the next chunk.
        let mut complete = before;
        while let Some(lines) = waiting.remove(&next) {
            next += 1;
            if let Some(lines) = lines {
                if *lines.start() < complete {
                    conn.close().await?;
                    return Ok(None);
                }
                complete = *lines.end();
            }
        }
        if complete > before {
            let sql = tables::lines(&job.integration, &job.layout, &job.shapes, job.batch, before..complete);
            execute(sql).execute(&mut conn).await?;
            before = complete;
        }
    }
}
