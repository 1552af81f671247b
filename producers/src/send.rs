//! A file handed in by a person at the command line: `renkei send FILE --topic SLUG`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use renkei_core::registry::Topic;
use uuid::Uuid;

use crate::error::IntakeError;
use crate::folder::{Order, order_lock};
use crate::intake::claim::{self, HandedIn};
use crate::intake::{Intake, OnProgress, Outcome, blocking};

/// Pause between two attempts to become the one that carries an ordered topic.
const ORDER_PAUSE: Duration = Duration::from_millis(200);

/// Copies the file into the spool and carries it to its end. The copy survives a failure: after an error with verdict `Retry`
/// the delivery is carried on by the next `renkei produce`, or by the next file of the topic sent from here.
pub async fn send(
    intake: &Arc<Intake>,
    topic: &str,
    file: &Path,
    with: HandedIn,
    progress: Option<OnProgress>,
) -> Result<Outcome, IntakeError> {
    let topic = intake.topic(topic)?.clone();
    let station = intake.spool_of(&topic)?.clone();
    let (file, slug) = (file.to_owned(), topic.slug.to_string());
    let bytes_max = intake.registry.settings.limits.file_bytes_max;
    let claim = blocking("claiming", Uuid::nil(), move || claim::copied(&station, &slug, &file, with, bytes_max)).await?;
    if !topic.ordered {
        return intake.process(claim, progress).await;
    }
    let ours = claim.delivery.delivery;
    // Let go, so that whoever carries the topic takes it in its turn.
    drop(claim);
    in_turn(intake, &topic, ours, progress).await
}

/// Carries a delivery that lies in the spool to its end, and before it what came earlier to its topic. Whoever carries the
/// topic meanwhile may do it for us.
pub(crate) async fn in_turn(
    intake: &Arc<Intake>,
    topic: &Arc<Topic>,
    ours: Uuid,
    progress: Option<OnProgress>,
) -> Result<Outcome, IntakeError> {
    loop {
        let (may, held) = match order_lock(intake, topic)? {
            Order::Taken => (false, None),
            Order::Free => (true, None),
            Order::Ours(lock) => (true, Some(lock)),
        };
        if may {
            let (waiting, _) = intake.waiting(topic)?;
            for waiting in waiting {
                let is_ours = waiting.delivery == ours;
                if !topic.ordered && !is_ours {
                    continue;
                }
                let Some(claim) = waiting.take()? else { continue };
                let outcome = intake.process(claim, progress.clone().filter(|_| is_ours)).await?;
                if is_ours {
                    return Ok(outcome);
                }
            }
        }
        // Another process may have carried it already.
        if let Some(delivery) = intake.delivery(topic, ours)?
            && matches!(delivery.stage, crate::Stage::Published | crate::Stage::Rejected)
        {
            return Ok(Outcome { delivery, took_ms: 0 });
        }
        // Let go while we wait.
        drop(held);
        tokio::select! {
            () = intake.stopping.cancelled() => return Err(IntakeError::Stopping { delivery: ours }),
            () = tokio::time::sleep(ORDER_PAUSE) => {}
        }
    }
}
