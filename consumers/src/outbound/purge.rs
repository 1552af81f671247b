//! Bytes of pictures of a moment that were overtaken are given up after the days their topic keeps them. What is known of the file –
//! digest, totals, deliveries – stays. Files that leave once are never given up.

use jiff::{SignedDuration, ZonedDateTime};
use renkei_core::archive::ArchiveKey;
use renkei_core::calendar::clock;
use renkei_core::registry::Direction;
use serde_json::json;

use super::Exporter;
use super::deliver::MACHINE;
use super::error::OutboundError;
use super::store::record;

impl Exporter {
    /// Gives up what may go at `now`; how many files.
    pub async fn purge(&self, now: &ZonedDateTime) -> Result<u64, OutboundError> {
        let kept = || self.registry.active(Direction::Out).filter_map(|topic| Some((topic, topic.keep_days?)));
        let topics: Vec<&str> = kept().map(|(topic, _)| topic.slug.as_str()).collect();
        if topics.is_empty() {
            return Ok(0);
        }
        let before = |days: u32| clock::rfc3339(&now.saturating_sub(SignedDuration::from_hours(24 * i64::from(days))));
        let limits: Vec<String> = kept().map(|(_, days)| before(days)).collect();
        let old: Vec<(i64, String, bool)> = sqlx::query_as(include_str!("sql/overtaken_long_ago.sql"))
            .bind(topics)
            .bind(limits)
            .fetch_all(&self.pool)
            .await
            .map_err(OutboundError::database("look for files that were overtaken long ago"))?;
        let mut purged = 0;
        for (id, archive, shared) in old {
            // The bytes first: should the process die in between, the next run finds the file again.
            if !shared {
                self.archive.delete(&ArchiveKey::parse(&archive)?).await?;
            }
            purged += self.note_purged(id, now).await?;
        }
        Ok(purged)
    }

    async fn note_purged(&self, id: i64, now: &ZonedDateTime) -> Result<u64, OutboundError> {
        let doing = "note that the bytes of a file were given up";
        let mut tx = self.pool.begin().await.map_err(OutboundError::database(doing))?;
        self.set_session(&mut tx).await?;
        let noted = sqlx::query("update export.file set purged_at = $2::text::timestamptz where id = $1 and purged_at is null")
            .bind(id)
            .bind(clock::rfc3339(now))
            .execute(&mut *tx)
            .await
            .map_err(OutboundError::on_file(id, doing))?;
        if noted.rows_affected() > 0 {
            record(&mut tx, MACHINE, "export.purged", id, &json!({})).await?;
        }
        tx.commit().await.map_err(OutboundError::database(doing))?;
        Ok(noted.rows_affected())
    }
}
