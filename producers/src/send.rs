//! A file handed in by a person at the command line: `renkei send FILE --topic SLUG`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use renkei_core::registry::Topic;
use uuid::Uuid;

use crate::error::IntakeError;
use crate::evidence;
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
    mut with: HandedIn,
    progress: Option<OnProgress>,
) -> Result<Outcome, IntakeError> {
    let topic = intake.topic(topic)?.clone();
    let station = intake.spool_of(&topic)?.clone();
    // Whole, because people are told where documents were looked for.
    let (file, slug) = (std::path::absolute(file).unwrap_or_else(|_| file.to_owned()), topic.slug.to_string());
    let bytes_max = intake.registry.settings.limits.file_bytes_max;
    if let (Some(rule), Ok(integration)) = (topic.evidence.clone(), topic.built().cloned()) {
        let (path, variant) = (file.clone(), with.variant.clone());
        let reading = move || evidence::named(&rule, &integration, variant.as_deref(), &path, bytes_max);
        let named = blocking("reading for documents", Uuid::nil(), reading).await?;
        let beside = evidence::lying_beside(&named, &file, &with.documents);
        with.documents.extend(beside);
    }
    let claim = blocking("claiming", Uuid::nil(), move || claim::copied(&station, &slug, &file, with, bytes_max)).await?;
    if !topic.ordered {
        return intake.process(claim, progress).await;
    }
    let ours = claim.delivery.delivery;
    // Let go, so that whoever carries the topic takes it in its turn.
    drop(claim);
    carried(intake, &topic, ours, progress).await
}

/// Waits until a delivery that lies in the spool has come to its end, and carries it, and in an ordered topic what is before it,
/// unless another process does.
pub async fn carried(
    intake: &Arc<Intake>,
    topic: &Arc<Topic>,
    ours: Uuid,
    progress: Option<OnProgress>,
) -> Result<Outcome, IntakeError> {
    loop {
        let order = order_lock(intake, topic)?;
        if !matches!(order, Order::Taken) {
            let (waiting, _) = intake.waiting(topic)?;
            for waiting in waiting.into_iter().filter(|waiting| topic.ordered || waiting.delivery == ours) {
                let Some(claim) = waiting.take()? else { continue };
                let is_ours = waiting.delivery == ours;
                let outcome = intake.process(claim, progress.clone().filter(|_| is_ours)).await?;
                if is_ours {
                    return Ok(outcome);
                }
            }
        }
        drop(order);
        // Another process may have carried it already.
        if let Some(delivery) = intake.delivery(topic, ours)?
            && delivery.stage.is_end()
        {
            return Ok(Outcome { delivery, took_ms: 0 });
        }
        tokio::select! {
            () = intake.stopping.cancelled() => return Err(IntakeError::Stopping { delivery: ours }),
            () = tokio::time::sleep(ORDER_PAUSE) => {}
        }
    }
}
