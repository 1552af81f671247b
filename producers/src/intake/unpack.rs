//! Archives as intake. An archive is checked whole, and then each of its files becomes a delivery of its own, in the order of
//! the archive's directory, under an id made of the archive's: whoever goes on after a crash makes none of them twice.
//!
//! The members are carried here, before the archive itself ends: in an ordered topic nothing that came later overtakes them.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use renkei_core::crash;
use renkei_core::fault::Fault;
use renkei_core::layout::read::ReadSummary;
use renkei_core::message::member_delivery_id;
use renkei_core::registry::Topic;
use renkei_core::registry::topics::{Limits, Unpack};
use renkei_core::zip::{self, Member, Zip, ZipError};
use uuid::Uuid;

use super::{Intake, Outcome, blocking, controls, open};
use crate::delivery::{Controls, Delivery, Form, Parent, Stage, Unpacked};
use crate::error::IntakeError;
use crate::names;
use crate::station::{Claim, Station};

/// Pause before asking again whether somebody else has finished a member.
const OTHERS_PAUSE: Duration = Duration::from_millis(200);

/// Makes the claim of a delivery that is made of another.
pub(super) type MakeClaim<'c> = dyn Fn() -> BoxFuture<'c, Result<Option<Claim>, IntakeError>> + Sync + 'c;

/// Whether the original of a claim is an archive: by its first bytes, whatever its name. Inside of one nothing is unpacked again.
pub(super) async fn is_archive(claim: &Claim) -> Result<bool, IntakeError> {
    let delivery = &claim.delivery;
    if delivery.form == Form::Records || delivery.parent.is_some() {
        return Ok(false);
    }
    let original = claim.original();
    blocking("looking for an archive", delivery.delivery, move || {
        let mut head = [0; 4];
        Ok(open(&original)?.read_exact(&mut head).is_ok() && zip::looks_like(&head))
    })
    .await
}

/// What is wrong with an archive as such. One in a topic that takes none is told so, instead of being read as text.
pub(super) async fn inspect(topic: &Arc<Topic>, limits: &Limits, claim: &Claim) -> Result<Vec<Fault>, IntakeError> {
    let delivery = &claim.delivery;
    let (original, limits, takes) = (claim.original(), limits.zip, topic.unpack == Some(Unpack::Zip));
    let failed = failed(delivery);
    let (mut faults, members) =
        blocking("checking the archive", delivery.delivery, move || inspected(open(&original)?, &limits, takes).map_err(failed))
            .await?;
    if faults.is_empty()
        && let Some(stated) = &delivery.controls
    {
        faults = stated_wrong(stated, topic.number, delivery, members);
    }
    Ok(faults)
}

/// The findings of an archive that a topic takes or does not, and how many files it has.
fn inspected(input: File, limits: &zip::ZipLimits, takes: bool) -> Result<(Vec<Fault>, usize), ZipError> {
    let opened = Zip::open(input, limits);
    if opened.as_ref().is_ok_and(Zip::is_workbook) {
        return Ok((vec![Fault::new("ZIP_IS_WORKBOOK")], 0));
    }
    if !takes {
        return Ok((vec![Fault::new("ZIP_NOT_TAKEN")], 0));
    }
    match opened.and_then(|zip| zip.check().map(|()| files(&zip).count())) {
        Ok(members) => Ok((Vec::new(), members)),
        Err(ZipError::Refused(faults)) => Ok((faults, 0)),
        Err(error) => Err(error),
    }
}

/// What is wrong with a file as an archive, for a look before it is handed in: `None` when it is no archive.
pub fn archive_faults(topic: &Topic, limits: &Limits, mut input: File) -> Result<Option<Vec<Fault>>, ZipError> {
    let mut head = [0; 4];
    if input.read_exact(&mut head).is_err() || !zip::looks_like(&head) {
        return Ok(None);
    }
    Ok(Some(inspected(input, &limits.zip, topic.unpack == Some(Unpack::Zip))?.0))
}

/// The files of an archive that are handed in.
pub fn files(zip: &Zip) -> impl Iterator<Item = &Member> {
    zip.members().iter().filter(|member| !member.left_over)
}

/// What was stated of the archive itself; what was stated of records goes to its one file.
fn stated_wrong(stated: &Controls, number: u8, delivery: &Delivery, members: usize) -> Vec<Fault> {
    let of_the_archive = Controls { count: None, sum: None, ..stated.clone() };
    let summary = ReadSummary { sha256: delivery.sha256.clone(), ..ReadSummary::default() };
    let mut faults = controls::compare(&of_the_archive, number, 0, &summary);
    if members > 1 && (stated.count.is_some() || stated.sum.is_some()) {
        faults.push(Fault::new("ZIP_CONTROLS").arg("members", members));
    }
    faults
}

impl Intake {
    /// Opened → unpacked: every member is published or rejected.
    pub(super) async fn hand_in_members(&self, claim: &mut Claim) -> Result<(), IntakeError> {
        claim.untold = false;
        let (original, opening) = (claim.original(), failed(&claim.delivery));
        let limits = self.registry.settings.limits.zip;
        let zip = blocking("opening the archive", claim.delivery.delivery, move || {
            Zip::open(open(&original)?, &limits).map_err(opening)
        });
        let zip = Arc::new(zip.await?);
        claim.delivery.members.clear();
        for (place, member) in files(&zip).enumerate() {
            let ended = self.carry_member(claim, &zip, place, member).await.map_err(|error| match error {
                error @ IntakeError::Stopping { .. } => error,
                error => IntakeError::Member {
                    delivery: claim.delivery.delivery,
                    member: member.path.clone(),
                    source: Box::new(error),
                },
            })?;
            let Delivery { delivery, file, stage, records, yen, faults_total, .. } = ended;
            claim.delivery.members.push(Unpacked { delivery, file, stage, records, yen, faults_total });
            crash::point("producer.member_done");
        }
        claim.delivery.stage = Stage::Unpacked;
        claim.save()
    }

    /// Carries one member to its end.
    async fn carry_member(
        &self,
        archive: &Claim,
        zip: &Arc<Zip>,
        place: usize,
        member: &Member,
    ) -> Result<Delivery, IntakeError> {
        let id = member_delivery_id(archive.delivery.delivery, place);
        self.carry_part(&archive.station, id, &|| Box::pin(unpacked(archive, zip, id, member))).await
    }

    /// Carries a delivery that is made of another to its end, wherever another process left it. `make` claims it; `None`: somebody
    /// else did.
    pub(super) async fn carry_part(
        &self,
        station: &Arc<Station>,
        id: Uuid,
        make: &MakeClaim<'_>,
    ) -> Result<Delivery, IntakeError> {
        loop {
            if station.is_finished(id)
                && let Some(ended) = station.record(id)?
            {
                return Ok(ended);
            }
            let claim = match station.record(id)? {
                Some(_) => station.take(id)?,
                None => make().await?,
            };
            if let Some(claim) = claim {
                return Ok(self.process_member(claim).await?.delivery);
            }
            // Somebody else carries it.
            tokio::select! {
                () = self.stopping.cancelled() => return Err(IntakeError::Stopping { delivery: id }),
                () = tokio::time::sleep(OTHERS_PAUSE) => {}
            }
        }
    }

    /// The one way in, once more: a member is never an archive itself.
    fn process_member(&self, claim: Claim) -> BoxFuture<'_, Result<Outcome, IntakeError>> {
        Box::pin(self.process(claim, None))
    }
}

/// Unpacks a member into a claim of its own. `None`: somebody else did.
async fn unpacked(archive: &Claim, zip: &Arc<Zip>, id: Uuid, member: &Member) -> Result<Option<Claim>, IntakeError> {
    let parent = &archive.delivery;
    let mut delivery = Delivery::new(id, &parent.topic, names::shown(member.name()), parent.sender.clone());
    delivery.received_at.clone_from(&parent.received_at);
    delivery.variant.clone_from(&parent.variant);
    delivery.origin.clone_from(&parent.origin);
    delivery.controls = match &parent.controls {
        Some(stated) if files(zip).count() == 1 => Some(Controls { sha256: None, ..stated.clone() }),
        _ => None,
    };
    delivery.parent = Some(Parent { delivery: parent.delivery, file: parent.file.clone(), archive: parent.archive.clone() });
    let (station, zip, member, failed): (Arc<Station>, _, _, _) =
        (archive.station.clone(), zip.clone(), member.clone(), failed(parent));
    blocking("unpacking", id, move || {
        let beginning = station.begin()?;
        let path = beginning.original();
        let mut file = File::create_new(&path).map_err(IntakeError::io("making", &path))?;
        zip.unpack(&member, &mut file).map_err(failed)?;
        file.sync_all().map_err(IntakeError::io("writing", &path))?;
        crash::point("producer.member_unpacked");
        beginning.name(delivery)
    })
    .await
}

fn failed(delivery: &Delivery) -> impl FnOnce(ZipError) -> IntakeError + use<> {
    let (delivery, file) = (delivery.delivery, delivery.file.clone());
    move |source| IntakeError::Unpack { delivery, file, source }
}
