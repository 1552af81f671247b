//! Urgent records of a refused file. What the layout calls urgent and is sound was written out while the file was read; it is
//! handed in as a delivery of its own, under an id made of the refused one's, before the refusal is told: whoever goes on after a
//! crash makes none of it twice, and the same file handed in again brings the same bytes, which its topic knows.

use std::fs;
use std::sync::Arc;

use renkei_core::crash;
use renkei_core::fault::Fault;
use renkei_core::message::urgent_delivery_id;
use renkei_core::registry::Topic;
use uuid::Uuid;

use super::{Intake, blocking};
use crate::delivery::{Delivery, Parent, Stage, Unpacked};
use crate::error::IntakeError;
use crate::names;
use crate::station::Claim;

/// Whether a fault beside the content is about what the file lacks, not about what it is.
pub(super) fn is_of_totals(code: &str) -> bool {
    matches!(code, "CONTROL_COUNT" | "CONTROL_SUM")
}

impl Intake {
    /// Carries the urgent records of a refused delivery to their end, and says so in its findings.
    pub(super) async fn hand_in_urgent(&self, topic: &Arc<Topic>, claim: &mut Claim) -> Result<(), IntakeError> {
        let Some(records) = claim.delivery.urgent.filter(|_| claim.delivery.members.is_empty()) else { return Ok(()) };
        claim.untold = false;
        let id = urgent_delivery_id(claim.delivery.delivery);
        let refused: &Claim = claim;
        let ended =
            self.carry_part(&refused.station, id, &|| Box::pin(excerpt(refused, id))).await.map_err(|error| match error {
                error @ IntakeError::Stopping { .. } => error,
                error => IntakeError::Member {
                    delivery: refused.delivery.delivery,
                    member: shown(&refused.delivery.file),
                    source: Box::new(error),
                },
            })?;
        crash::point("producer.urgent_done");
        let means = topic.built().ok().and_then(|integration| integration.layout(&claim.delivery.layout)?.urgent_means());
        let finding = |code| Fault::new(code).arg("means", means.unwrap_or_default()).arg("delivery", ended.delivery);
        let delivery = &mut claim.delivery;
        // In front, so that it is told however many there are.
        if ended.stage == Stage::Published {
            delivery.faults.insert(0, finding("URGENT_RECORDS_TAKEN").arg("records", records).warning());
            delivery.warnings_total += 1;
        } else {
            delivery.faults.insert(0, finding("URGENT_RECORDS_REFUSED"));
            delivery.faults_total += 1;
        }
        let Delivery { delivery: id, file, stage, records, yen, faults_total, .. } = ended;
        delivery.members.push(Unpacked { delivery: id, file, stage, records, yen, faults_total });
        claim.save()
    }
}

/// The urgent records as a claim of their own. `None`: somebody else made it.
async fn excerpt(claim: &Claim, id: Uuid) -> Result<Option<Claim>, IntakeError> {
    let refused = &claim.delivery;
    let mut delivery = Delivery::new(id, &refused.topic, shown(&refused.file), refused.sender.clone());
    delivery.received_at.clone_from(&refused.received_at);
    delivery.form = refused.form;
    delivery.variant = Some(refused.layout.clone());
    delivery.medium.clone_from(&refused.medium);
    delivery.origin.clone_from(&refused.origin);
    delivery.parent = Some(Parent { delivery: refused.delivery, file: refused.file.clone(), archive: refused.archive.clone() });
    let (station, from) = (claim.station.clone(), claim.urgent());
    blocking("handing in urgent records", id, move || {
        let beginning = station.begin()?;
        let path = beginning.original();
        fs::copy(&from, &path).map_err(IntakeError::io("copying", &from))?;
        let file = fs::File::open(&path).and_then(|file| file.sync_all());
        file.map_err(IntakeError::io("writing", &path))?;
        beginning.name(delivery)
    })
    .await
}

/// What people see it called.
fn shown(file: &str) -> String {
    names::shown(&format!("urgent_{file}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Memory, Toy, URGENT, turn};

    const FILE: &str = "番号,金額,摘要\r\n0001,100,\r\n0009,7,\r\nx,5,\r\n";

    /// Codes of the one refused file, and how many records of it were taken in.
    async fn handed_in(file: &str, control: Option<&str>) -> (Vec<String>, u64) {
        let toy = Toy::new();
        let intake = toy.intake(Memory::new());
        if let Some(control) = control {
            toy.drop_file(URGENT, "a.csv.ctl", control);
        }
        toy.drop_file(URGENT, "a.csv", file);
        let outcomes = turn(&toy, &intake, URGENT).await.unwrap();
        let delivery = &outcomes[0].delivery;
        assert_eq!(delivery.stage, Stage::Rejected);
        let taken = delivery.members.iter().map(|member| member.records).sum();
        for member in &delivery.members {
            let part = intake.find(member.delivery).unwrap().unwrap();
            assert_eq!((part.stage, part.file.as_str(), part.yen), (Stage::Published, "urgent_a.csv", 7));
            assert_eq!(
                part.parent.map(|parent| (parent.delivery, parent.archive)),
                Some((delivery.delivery, delivery.archive.clone()))
            );
        }
        (delivery.faults.iter().map(|fault| fault.code.clone()).collect(), taken)
    }

    #[tokio::test]
    async fn sound_urgent_records_of_a_refused_file_are_taken_in_and_it_says_so() {
        let (codes, taken) = handed_in(FILE, None).await;
        assert_eq!((codes[0].as_str(), taken), ("URGENT_RECORDS_TAKEN", 1));
        assert_eq!(codes.len(), 2, "{codes:?}");
    }

    #[tokio::test]
    async fn what_is_missing_does_not_stop_them_but_a_file_that_is_not_the_senders_does() {
        let (codes, taken) = handed_in(FILE, Some(r#"{"count":9,"sum":999}"#)).await;
        assert_eq!((codes[0].as_str(), taken), ("URGENT_RECORDS_TAKEN", 1), "{codes:?}");
        for control in [r#"{"sha256":"00"}"#, r#"{"if":"12"}"#, "{"] {
            let (codes, taken) = handed_in(FILE, Some(control)).await;
            assert_eq!(taken, 0, "{codes:?}");
            assert!(!codes.iter().any(|code| code.starts_with("URGENT")), "{codes:?}");
        }
    }

    #[tokio::test]
    async fn a_file_without_sound_urgent_records_is_refused_as_any_other() {
        let (codes, taken) = handed_in("番号,金額,摘要\r\n0009,x,\r\n", None).await;
        assert!(codes.contains(&"URGENT_RECORD_FAULTY".to_owned()) && taken == 0, "{codes:?}");
    }
}
