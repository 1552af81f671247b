//! Claimed → validated, opened or refused.

use std::sync::Arc;

use renkei_core::crash;
use renkei_core::fault::Fault;
use renkei_core::registry::Topic;
use renkei_core::secrets;

use super::archiving::Archiving;
use super::{Intake, OnProgress, Progress, blocking, claim, controls, open, unpack, urgent, validate};
use crate::delivery::Stage;
use crate::error::IntakeError;
use crate::evidence;
use crate::station::Claim;

/// What the original of a delivery is.
enum Look {
    /// Files in an archive, which is looked into when it is kept.
    Archive,
    /// Records, and the SHA-256 of what was read; `None`: there was nothing to read them with.
    Records(Option<String>),
}

impl Intake {
    /// Claimed → validated, opened or refused. Also run again for a validated delivery whose chunks were lost with the machine.
    pub(super) async fn admit(
        &self,
        topic: &Arc<Topic>,
        claim: &mut Claim,
        progress: Option<&OnProgress>,
    ) -> Result<(), IntakeError> {
        let limits = &self.registry.settings.limits;
        let promised = claim.delivery.plan.take();
        // What is wrong beside the content; it stands before the faults of the content.
        let mut faults = claim.delivery.claim_faults.clone();
        faults.extend(controls::missing(topic, &claim.delivery));
        (claim.delivery.faults, claim.delivery.faults_total, claim.delivery.urgent) = (Vec::new(), 0, None);
        evidence::gather(claim)?;
        crash::point("producer.evidence_gathered");
        let mut as_such = claim::inspect(claim, limits.file_bytes_max)?;
        if as_such.is_empty() {
            as_such.extend(self.secret(topic, claim).await?);
        }
        let mut good = Stage::Validated;
        if as_such.is_empty() {
            // The original is read twice at the same time; both readings end before anything else happens.
            let archiving = Archiving::begin(&self.archive, claim);
            let looked = self.look(topic, claim, progress, &mut faults).await;
            archiving.finish(claim).await?;
            let read = looked?;
            crash::point("producer.archived");
            if let Some(progress) = progress {
                progress(Progress::Archived);
            }
            match read {
                Look::Archive => {
                    faults.extend(unpack::inspect(topic, limits, claim).await?);
                    good = Stage::Opened;
                }
                Look::Records(Some(read)) if read != claim.delivery.sha256 => {
                    return Err(IntakeError::changed(&claim.delivery, read));
                }
                Look::Records(_) => {}
            }
            if promised.is_some() && promised != claim.delivery.plan {
                faults.push(Fault::new("DELIVERY_LAYOUT_CHANGED"));
            }
        }
        faults.extend(as_such);
        claim.fresh = true;
        let delivery = &mut claim.delivery;
        // Records go on by themselves only out of a file that is what its sender says it is.
        if !faults.iter().all(|fault| urgent::is_of_totals(&fault.code)) {
            delivery.urgent = None;
        }
        delivery.faults_total += faults.len() as u64;
        delivery.faults.splice(0..0, faults);
        if delivery.faults_total == 0 {
            delivery.stage = good;
            delivery.urgent = None;
        } else {
            delivery.plan = None;
            delivery.stage = Stage::Refused;
        }
        claim.save()
    }

    /// Keeps what came with the original, and reads it for its records.
    async fn look(
        &self,
        topic: &Arc<Topic>,
        claim: &mut Claim,
        progress: Option<&OnProgress>,
        faults: &mut Vec<Fault>,
    ) -> Result<Look, IntakeError> {
        let limits = &self.registry.settings.limits;
        let (kept, unsound) = evidence::keep(&self.archive, topic.evidence.as_ref(), claim).await?;
        claim.delivery.evidence = kept;
        faults.extend(unsound);
        crash::point("producer.evidence_kept");
        if unpack::is_archive(claim).await? {
            return Ok(Look::Archive);
        }
        let (found, sha256) = validate::validate(topic, &self.archive, limits, &self.room, claim, progress).await?;
        faults.extend(found);
        Ok(Look::Records(sha256))
    }

    /// A file with something secret in it is neither archived nor kept aside.
    async fn secret(&self, topic: &Arc<Topic>, claim: &mut Claim) -> Result<Option<Fault>, IntakeError> {
        if topic.secrets.is_empty() {
            return Ok(None);
        }
        let (path, names) = (claim.original(), topic.secrets.clone());
        let looked = blocking("looking for secrets", claim.delivery.delivery, move || {
            secrets::found(open(&path)?, &names).map_err(IntakeError::io("reading", &path))
        });
        let Some(name) = looked.await? else { return Ok(None) };
        claim.delivery.destroyed = true;
        claim.delivery.sha256 = String::new();
        Ok(Some(Fault::new("SECRET_REFUSED").arg("name", name)))
    }
}
