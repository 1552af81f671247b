//! One message after another over HTTP, each waited for until it is posted.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;
use uuid::Uuid;

use crate::bed::Bed;
use crate::file::{self, Days};

const MESSAGES: usize = 200;
/// Sent before, and not counted: connections open and plans get made.
const WARM_UP: usize = 10;
const LOOK_EVERY: Duration = Duration::from_millis(1);
const POSTED_MAX: Duration = Duration::from_secs(60);

/// From the request's first byte.
pub(crate) struct Latency {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// To the answer 202, when the bytes are safe on disk.
    pub(crate) accepted_p50: Duration,
}

pub(crate) async fn measure(bed: &Bed, days: &Days) -> anyhow::Result<Latency> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("http://{}/v1/topics/{}/records", bed.http, bed.topic);
    let (mut posted, mut accepted) = (Vec::new(), Vec::new());
    for nth in 0..WARM_UP + MESSAGES {
        let body = file::message(days, nth as u64);
        let begun = Instant::now();
        let answer = client.post(&url).bearer_auth(&bed.token).json(&body).send().await?;
        let status = answer.status();
        let answer: Value = answer.json().await?;
        if status != reqwest::StatusCode::ACCEPTED {
            bail!("message {nth} was answered {status}: {answer}");
        }
        let safe = begun.elapsed();
        let delivery: Uuid = answer["delivery"].as_str().context("the answer names the delivery")?.parse()?;
        wait(bed, delivery, begun).await?;
        if nth >= WARM_UP {
            posted.push(begun.elapsed());
            accepted.push(safe);
        }
    }
    Ok(Latency {
        p50: percentile(&mut posted, 50),
        p99: percentile(&mut posted, 99),
        accepted_p50: percentile(&mut accepted, 50),
    })
}

async fn wait(bed: &Bed, delivery: Uuid, begun: Instant) -> anyhow::Result<()> {
    loop {
        let sql = "select state from intake.batch where delivery = $1";
        let state: Option<String> = sqlx::query_scalar(sql).bind(delivery).fetch_optional(&bed.pool).await?;
        match state.as_deref() {
            Some("posted") => return Ok(()),
            None | Some("received" | "staged") if begun.elapsed() < POSTED_MAX => tokio::time::sleep(LOOK_EVERY).await,
            other => bail!("a message is {other:?}, not posted\n{}\n{}", bed.log("produce"), bed.log("consume")),
        }
    }
}

/// The time below which so many of a hundred lie.
fn percentile(times: &mut [Duration], of_hundred: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * of_hundred).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}
