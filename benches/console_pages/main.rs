//! Measures how fast the console answers when the database is full: 100,000 batches, ten million records, a million postings.
//!
//! `make bench` runs it after the whole way. `RENKEI_BENCH_BATCHES` (default 100,000) scales all parts together.

/// Database, virtual host, folder, and the roles as processes.
#[path = "../whole_way/bed.rs"]
mod bed;

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bed::{Bed, Role};
use comfy_table::{CellAlignment, Table};
use reqwest::Client;

/// Batches unless `RENKEI_BENCH_BATCHES` says otherwise.
const BATCHES: i64 = 100_000;
/// Requests counted for each page, and sent before.
const REQUESTS: usize = 60;
const WARM_UP: usize = 5;
/// What the session's forms carry, as `fill.sql` has it.
const CSRF: &str = "x";
/// Token of the session that asks.
const TOKEN: &str = "beefbeefbeefbeefbeefbeefbeefbeefbeefbeefbeefbeefbeefbeefbeefbeef";

fn main() -> anyhow::Result<()> {
    let batches = match std::env::var("RENKEI_BENCH_BATCHES") {
        Ok(text) => text.replace(['_', ','], "").parse().context("RENKEI_BENCH_BATCHES must be a number")?,
        Err(_) => BATCHES,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let bed = Bed::open().await?;
        let outcome = measure(&bed, batches).await;
        bed.close().await?;
        outcome
    })
}

async fn measure(bed: &Bed, batches: i64) -> anyhow::Result<()> {
    let begun = Instant::now();
    for statement in include_str!("fill.sql").split("-- next\n") {
        let statement = statement.replace("$batches", &batches.to_string()).replace("$token", TOKEN);
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&bed.pool).await?;
    }
    println!("{batches} batches, {} records, filled in {} s", batches * 100, begun.elapsed().as_secs());
    let console = bed.start(Role::Console).await?;
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let (middle, entered) = (batches / 2, (batches / 200).max(1));
    let large: i64 = sqlx::query_scalar("select max(id) from intake.batch").fetch_one(&bed.pool).await?;
    let old_day: String = sqlx::query_scalar("select (current_date - 360)::text").fetch_one(&bed.pool).await?;
    let pages = [
        "/".to_owned(),
        "/batches".to_owned(),
        format!("/batches?before={middle}"),
        "/batches?topic=12_civic_assessments&state=held".to_owned(),
        "/batches?find=IF12_SKS_0077".to_owned(),
        "/batches?find=nothing".to_owned(),
        "/batches?state=rejected".to_owned(),
        format!("/batches?day={old_day}"),
        format!("/batches/{middle}"),
        format!("/batches/{middle}?line=50"),
        format!("/batches/{large}"),
        format!("/batches/{large}?line={middle}"),
        format!("/batches/{large}?value=nothing"),
        format!("/batches/{entered}"),
        "/topics/12_civic_assessments".to_owned(),
        "/worklists".to_owned(),
        "/worklists/held/REVENUE_ORIGIN_UNKNOWN".to_owned(),
        "/worklists/unallocated".to_owned(),
        "/worklists/slips".to_owned(),
        "/failures".to_owned(),
        "/failures/groups/1".to_owned(),
        "/topics/14_civic_clearings".to_owned(),
        "/exports".to_owned(),
        "/exports?state=void".to_owned(),
        "/tasks".to_owned(),
        "/ledger".to_owned(),
        "/ledger/orders".to_owned(),
        format!("/ledger/orders?before={middle}"),
        "/ledger/assessments".to_owned(),
        format!("/ledger/assessments?find=K{middle}"),
        "/ledger/entries".to_owned(),
        format!("/ledger/entries/{entered}"),
        "/audit".to_owned(),
        format!("/audit?object=batch&object_id={middle}"),
        "/audit?actor=unyo.1".to_owned(),
        "/audit?action=topic.paused".to_owned(),
        format!("/audit?to={old_day}"),
        "/accounts".to_owned(),
        "/accounts?find=4999".to_owned(),
    ];
    let mut table = Table::new();
    table.set_header(["page", "p50 ms", "p95 ms", "bytes"]);
    for page in &pages {
        let (p50, p95, bytes) = ask(&client, bed, page).await.with_context(|| page.clone())?;
        table.add_row([page.clone(), milliseconds(p50), milliseconds(p95), bytes.to_string()]);
    }
    for page in ["/", "/worklists", "/worklists/unallocated"] {
        let (p50, p95, bytes) = ask_after_acts(&client, bed, page).await.with_context(|| page.to_owned())?;
        table.add_row([format!("{page} after an act"), milliseconds(p50), milliseconds(p95), bytes.to_string()]);
    }
    for column in 1..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
    println!("peak memory, console: {} MiB", console.peak_kib()? / 1024);
    console.stop().await
}

async fn ask(client: &Client, bed: &Bed, page: &str) -> anyhow::Result<(Duration, Duration, usize)> {
    let (mut times, mut bytes) = (Vec::new(), 0);
    for nth in 0..WARM_UP + REQUESTS {
        let (time, length) = get(client, bed, page).await?;
        bytes = length;
        if nth >= WARM_UP {
            times.push(time);
        }
    }
    Ok((at(&mut times, 50), at(&mut times, 95), bytes))
}

/// A page right after somebody has done something: what was known of the lists counts no longer.
async fn ask_after_acts(client: &Client, bed: &Bed, page: &str) -> anyhow::Result<(Duration, Duration, usize)> {
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..REQUESTS / 4 {
        for act in ["pause", "resume"] {
            let address = format!("http://{}/topics/12_civic_assessments/{act}", bed.console);
            let form =
                client.post(address).header("cookie", cookie()).header("content-type", "application/x-www-form-urlencoded");
            let status = form.body(format!("csrf={CSRF}&reason=bench")).send().await?.status();
            if status != reqwest::StatusCode::SEE_OTHER {
                bail!("{act} answers {status}\n{}", bed.log("console"));
            }
            let (time, length) = get(client, bed, page).await?;
            bytes = length;
            times.push(time);
        }
    }
    Ok((at(&mut times, 50), at(&mut times, 95), bytes))
}

async fn get(client: &Client, bed: &Bed, page: &str) -> anyhow::Result<(Duration, usize)> {
    let begun = Instant::now();
    let answer = client.get(format!("http://{}{page}", bed.console)).header("cookie", cookie()).send().await?;
    let status = answer.status();
    let bytes = answer.bytes().await?.len();
    if status != reqwest::StatusCode::OK {
        bail!("it answers {status}\n{}", bed.log("console"));
    }
    Ok((begun.elapsed(), bytes))
}

fn cookie() -> String {
    format!("__Host-renkei={TOKEN}")
}

/// The time within which so many of a hundred requests were answered.
fn at(times: &mut [Duration], of_hundred: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * of_hundred).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{}", micros / 1_000, micros % 1_000 / 100)
}
