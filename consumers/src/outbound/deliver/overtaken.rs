//! Pictures of a moment: once a later one has left, or is on its way, an earlier one is not sent any more.

use jiff::{SignedDuration, Timestamp};
use renkei_core::calendar::clock;
use renkei_core::message::ExportOrder;
use renkei_core::registry::Topic;
use serde_json::json;
use sqlx::PgConnection;

use super::MACHINE;
use crate::outbound::Exporter;
use crate::outbound::error::OutboundError;
use crate::outbound::model::{ExportFile, FileState};
use crate::outbound::problem::Problem;
use crate::outbound::store::{end, find_file, lock_file, record};

const NEWER: &str = "
    select n.id from export.file f join export.file n on n.topic = f.topic and n.profile = f.profile
     where f.id = $1 and n.id <> f.id and n.generated_at > f.generated_at and n.state in ('released', 'delivered', 'unknown')
     order by n.generated_at desc limit 1";

impl Exporter {
    /// The later file that makes this one needless. Files of one such topic are delivered one after the other, so that the later
    /// of two never arrives first.
    pub(super) async fn overtaken(&self, conn: &mut PgConnection, file: &ExportFile) -> Result<Option<i64>, OutboundError> {
        let overtakes = self.registry.topic(&file.topic).is_some_and(|topic| topic.stale_after_s.is_some());
        if !overtakes || file.once {
            return Ok(None);
        }
        let doing = "look for a later file";
        sqlx::query("select pg_advisory_xact_lock(hashtext('export.deliver'), hashtext($1))")
            .bind(&file.topic)
            .execute(&mut *conn)
            .await
            .map_err(OutboundError::database(doing))?;
        sqlx::query_scalar(NEWER).bind(file.id).fetch_optional(conn).await.map_err(OutboundError::database(doing))
    }

    /// Ends an order that waited too long on its queue: the one behind it tells more. Orders thus never pile up into files.
    pub(in crate::outbound) async fn end_if_stale(
        &self,
        topic: &Topic,
        order: &ExportOrder,
        id: i64,
    ) -> Result<Option<ExportFile>, OutboundError> {
        let now = clock::now().timestamp();
        let Some(why) = stale(topic, &order.ordered_at, now).filter(|_| self.business_date.is_none()) else { return Ok(None) };
        let mut tx = self.pool.begin().await.map_err(OutboundError::database("begin ending a stale order"))?;
        self.set_session(&mut tx).await?;
        let file = lock_file(&mut tx, id).await?;
        if !matches!(file.state, FileState::Ordered | FileState::Failed) {
            return Ok(None);
        }
        end(&mut tx, id, FileState::Superseded, Some(&why)).await?;
        record(&mut tx, MACHINE, "export.superseded", id, &json!({ "ordered_at": order.ordered_at })).await?;
        let file = find_file(&mut tx, id).await?;
        tx.commit().await.map_err(OutboundError::database("end a stale order"))?;
        Ok(Some(file))
    }
}

/// Why an order of a topic is not worth carrying out any more; `None`: it is.
fn stale(topic: &Topic, ordered_at: &str, now: Timestamp) -> Option<Problem> {
    let limit = topic.stale_after_s?;
    let age = now.duration_since(ordered_at.parse().ok()?);
    (age > SignedDuration::from_secs(i64::from(limit))).then(|| {
        let age = age.as_secs();
        let said = format!("it was ordered {age} s ago; after {limit} s the next one tells more");
        Problem::new(said, "EXPORT_ORDER_STALE", json!({ "age": age, "limit": limit }))
    })
}

#[cfg(test)]
mod tests {
    use renkei_core::registry::{Registry, Sources};

    use super::*;

    #[test]
    fn an_order_is_stale_when_the_next_one_is_due() {
        let registry = Registry::load_from(&Sources::default()).expect("the shipped topics");
        let picture =
            registry.topics.iter().find(|topic| topic.stale_after_s == Some(300)).expect("a topic with pictures of a moment");
        let money = registry.topics.iter().find(|topic| topic.once).expect("a topic with files that leave once");
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let ordered = "2026-10-05T09:35:00+09:00";
        assert_eq!(stale(picture, ordered, at("2026-10-05T09:40:00+09:00")), None);
        assert!(stale(picture, ordered, at("2026-10-05T09:40:01+09:00")).is_some_and(|why| why.said.contains("301 s")));
        assert_eq!(stale(money, ordered, at("2027-10-05T09:40:01+09:00")), None);
    }
}
