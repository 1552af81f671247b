//! Payment orders → bank file, ordered as an operator orders it.

use std::time::{Duration, Instant};

use anyhow::bail;
use sqlx::AssertSqlSafe;

use crate::bed::Bed;
use crate::processor::Used;

/// Number of the topic.
const TOPIC: &str = "09";
const PROFILE: &str = "mizuho_advanced";

/// Exit code of a command whose outcome waits for a person: a file that is made waits for its approval.
const WAITS: i32 = 4;

/// Files made.
pub(crate) struct Export {
    pub(crate) files: u64,
    pub(crate) transfers: u64,
    pub(crate) took: Duration,
    /// Processor time of the database, where it runs on this machine.
    pub(crate) database: Option<Duration>,
}

/// Approved orders of one pay date; the order for it makes as many files as the bank's limit asks for.
pub(crate) async fn make(bed: &Bed, orders: u64) -> anyhow::Result<()> {
    let mut transaction = bed.pool.begin().await?;
    let sizes = format!("set local bench.orders = {orders};");
    sqlx::raw_sql(AssertSqlSafe(sizes)).execute(&mut *transaction).await?;
    sqlx::raw_sql(include_str!("orders.sql")).execute(&mut *transaction).await?;
    transaction.commit().await?;
    sqlx::raw_sql(
        "analyze ledger.payment_order; analyze ledger.creditor; analyze ledger.creditor_account; analyze ledger.branch",
    )
    .execute(&bed.pool)
    .await?;
    Ok(())
}

/// Orders a file for each pay date, one after another, and waits for it. A consuming role must be running.
pub(crate) async fn export(bed: &Bed) -> anyhow::Result<Export> {
    let sql = "select to_char(pay_date, 'YYYY-MM-DD') from ledger.payment_order group by pay_date order by pay_date";
    let dates: Vec<String> = sqlx::query_scalar(sql).fetch_all(&bed.pool).await?;
    let before = Used::so_far(&bed.pool).await?;
    let begun = Instant::now();
    for date in &dates {
        let param = format!("pay_date={date}");
        let mut command = bed.command(&["--json", "export", "run", TOPIC, "--profile", PROFILE, "--param", &param])?;
        let ended = command.output().await?;
        if ended.status.code() != Some(WAITS) {
            let said = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
            bail!("the bank file of {date} was not made ({}): {} {}\n{}", ended.status, said.0, said.1, bed.log("consume"));
        }
    }
    let took = begun.elapsed();
    let database = Used::so_far(&bed.pool).await?.since(&before);
    let sql = "select count(distinct file_id), count(*) from export.claim where object = 'payment_order' and live";
    let (files, transfers): (i64, i64) = sqlx::query_as(sql).fetch_one(&bed.pool).await?;
    let left: i64 =
        sqlx::query_scalar("select count(*) from ledger.payment_order where state <> 'in_file'").fetch_one(&bed.pool).await?;
    if left > 0 {
        bail!("{left} order(s) are in no file");
    }
    Ok(Export { files: files.unsigned_abs(), transfers: transfers.unsigned_abs(), took, database })
}
