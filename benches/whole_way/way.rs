//! The file's way, watched from outside: the folder says what the producing role has done, the batch what the consuming one has.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::bed::Bed;
use crate::{Report, per_second, seconds, thousands};

const LOOK_EVERY: Duration = Duration::from_millis(10);
const WAY_MAX: Duration = Duration::from_secs(1800);

/// Times since the claim.
pub(crate) struct Way {
    /// The first chunk was being staged: the file has been read whole and found sound.
    opened: Duration,
    /// The last chunk was confirmed and the file put away.
    published: Duration,
    /// The last chunk was staged.
    staged: Duration,
    /// The posting was committed.
    pub(crate) posted: Duration,
}

impl Way {
    pub(crate) fn report(&self, report: &mut Report, records: u64) {
        report.row("claim → posted", seconds(self.posted));
        report.row("records/s, claim → posted", thousands(per_second(records, self.posted)));
        report.row("  archive, validate, cut into chunks", seconds(self.opened));
        report.row("  publish with confirms", seconds(self.published.saturating_sub(self.opened)));
        report.row("  stage (while publishing)", seconds(self.staged.saturating_sub(self.opened)));
        report.row("  check and post", seconds(self.posted.saturating_sub(self.staged)));
    }
}

/// Drops the file into the inbox and waits until it is posted.
pub(crate) async fn carry(bed: &Bed, file: &Path) -> anyhow::Result<Way> {
    let name = file.file_name().context("the file has a name")?.to_string_lossy().into_owned();
    let dropped = bed.inbox().join(&name);
    std::fs::rename(file, &dropped)?;
    let begun = Instant::now();
    while dropped.exists() {
        if begun.elapsed() > WAY_MAX {
            bail!("nobody claims the file:\n{}", bed.log("produce"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let claimed = Instant::now();
    let (mut opened, mut published, mut staged) = (None, None, None);
    loop {
        let batch: Option<(String, Option<String>)> = sqlx::query_as("select state, reason from intake.batch where file = $1")
            .bind(&name)
            .fetch_optional(&bed.pool)
            .await?;
        let now = claimed.elapsed();
        if published.is_none() && is_done(&bed.inbox(), &name) {
            published = Some(now);
        }
        if let Some((state, reason)) = batch {
            opened.get_or_insert(now);
            if state != "received" {
                staged.get_or_insert(now);
            }
            match state.as_str() {
                "received" | "staged" => {}
                "posted" => {
                    let (opened, staged) = (opened.unwrap_or(now), staged.unwrap_or(now));
                    return Ok(Way { opened, published: published.unwrap_or(now), staged, posted: now });
                }
                other => bail!("the file was not posted but {other}: {}", reason.unwrap_or_default()),
            }
        }
        if now > WAY_MAX {
            bail!("the file is not posted\n{}\n{}", bed.log("produce"), bed.log("consume"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Whether the producing role has put the file away.
fn is_done(inbox: &Path, name: &str) -> bool {
    let days = std::fs::read_dir(inbox.join("done")).into_iter().flatten().flatten();
    let mut files = days.flat_map(|day| std::fs::read_dir(day.path()).into_iter().flatten().flatten());
    files.any(|file| file.file_name().to_string_lossy().ends_with(name))
}
