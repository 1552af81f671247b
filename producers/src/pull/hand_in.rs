//! From a fetched file to a delivery, exactly once. What is about to happen is on disk before it happens, so that whoever comes
//! after a crash finishes it under the same id instead of fetching again.

use renkei_core::crash;

use super::Puller;
use super::error::PullError;
use super::state::{Pending, State};
use crate::error::IntakeError;
use crate::station::sync_dir;

impl Puller {
    /// Hands in what is pending; without anything pending, a body that lies there belongs to nothing.
    pub(super) fn settle(&self, state: &mut State) -> Result<(), PullError> {
        let Some(Pending { delivery, key, known }) = self.place.pending()? else { return Ok(self.place.forget_body()?) };
        let (station, body) = (self.intake.spool_of(&self.topic)?, self.place.body());
        // A body that is not there any more has become the original of its claim.
        while body.exists() {
            if station.is_finished(delivery.delivery) {
                self.place.forget_body()?;
                break;
            }
            match station.begin()?.name(delivery.clone())? {
                Some(claim) => {
                    crash::point("pull.claimed");
                    self.hand_in_documents(&claim)?;
                    crash::point("pull.documents");
                    std::fs::rename(&body, claim.original()).map_err(IntakeError::io("handing in", &body))?;
                    sync_dir(&claim.dir);
                    crash::point("pull.handed_in");
                }
                // A claim whose file did not come any more; taking it dissolves it.
                None => match station.take(delivery.delivery)? {
                    Some(_whole) => self.place.forget_body()?,
                    None if station.is_claimed(delivery.delivery) => {
                        return Err(PullError::Taken { topic: self.topic.slug.to_string() });
                    }
                    None => {}
                },
            }
        }
        state.files.insert(key, known);
        self.place.keep_state(state)?;
        crash::point("pull.noted");
        self.place.forget_documents()?;
        self.place.forget_pending()?;
        self.wake.notify_one();
        Ok(())
    }
}
