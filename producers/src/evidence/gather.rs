//! Documents of a watched folder into the claim of the file that names them. The claim's record says which before the first is
//! moved, so whoever takes the claim over after a crash goes on where it was left.

use crate::error::IntakeError;
use crate::station::{Claim, is_absent, make_dir};

/// Moves what still lies in the folder. What is not there (any more) is missing, and the reader says which line misses it.
pub(crate) fn gather(claim: &Claim) -> Result<(), IntakeError> {
    let waiting = claim.delivery.documents.iter().enumerate().filter(|(_, document)| document.in_folder);
    for (nth, document) in waiting {
        let (from, to) = (claim.station.root.join(&document.name), claim.document(nth));
        if to.symlink_metadata().is_ok() {
            continue;
        }
        make_dir(&claim.documents())?;
        match std::fs::rename(&from, &to) {
            Err(error) if is_absent(&error) => {
                tracing::warn!(topic = %claim.delivery.topic, delivery = %claim.delivery.delivery, document = %document.name,
                    "a document went away between the look and the claim");
            }
            renamed => renamed.map_err(IntakeError::io("claiming", &from))?,
        }
    }
    Ok(())
}
