//! What the database alone takes for the same rows: out of the measured database by `COPY`, into the same tables, with the same
//! indexes, constraints and triggers, of a database that is new.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::StreamExt;
use renkei_consumers::db::PgPool;
use sqlx::AssertSqlSafe;
use tokio::io::AsyncWriteExt;

use crate::bed::Bed;

/// What a posted file of the topic leaves in the ledger; entries before their postings, and without the number of the transaction
/// that wrote them: here it is another one.
const TABLES: [&str; 5] = [
    "ledger.assessment",
    "ledger.payment_slip",
    "ledger.slip_notice",
    "ledger.entry (id, event, fiscal_year, booked_on, fund, batch_id, file_id, reverses, reason, actor, recorded_at)",
    "ledger.posting",
];

/// A bare copy.
pub(crate) struct Bare {
    pub(crate) rows: u64,
    pub(crate) took: Duration,
}

pub(crate) async fn measure(bed: &Bed) -> anyhow::Result<Bare> {
    let files: Vec<_> = TABLES.iter().enumerate().map(|(nth, table)| (*table, bed.data().join(format!("{nth}.copy")))).collect();
    for (table, file) in &files {
        copy_out(&bed.pool, table, file).await.with_context(|| format!("cannot copy {table} out"))?;
    }
    let pool = bed.second_database().await?;
    let begun = Instant::now();
    let mut rows = 0;
    let mut transaction = pool.begin().await?;
    for (table, file) in &files {
        let sql = AssertSqlSafe(format!("copy {table} from stdin"));
        let mut copy = transaction.copy_in_raw(&sql.0).await?;
        copy.read_from(tokio::fs::File::open(file).await?).await?;
        rows += copy.finish().await.with_context(|| format!("cannot copy {table} in"))?;
    }
    transaction.commit().await?;
    let took = begun.elapsed();
    pool.close().await;
    for (_, file) in files {
        std::fs::remove_file(file)?;
    }
    Ok(Bare { rows, took })
}

async fn copy_out(pool: &PgPool, table: &str, file: &Path) -> anyhow::Result<()> {
    let mut out = tokio::io::BufWriter::with_capacity(1 << 20, tokio::fs::File::create(file).await?);
    let mut connection = pool.acquire().await?;
    let mut stream = connection.copy_out_raw(&format!("copy {table} to stdout")).await?;
    while let Some(part) = stream.next().await {
        out.write_all(&part?).await?;
    }
    out.flush().await?;
    Ok(())
}
