//! Into `done/` or `rejected/`. Every step may be repeated: a crash between two of them is mended by doing all again.

use std::path::{Path, PathBuf};

use super::{blocking, report};
use crate::delivery::{Delivery, Stage};
use crate::error::IntakeError;
use crate::station::{Claim, Station, is_absent, make_dir, move_file, write_whole};

/// Where the original of a finished delivery is kept.
pub(super) fn kept_at(station: &Station, delivery: &Delivery) -> PathBuf {
    let name = format!("{}_{}", delivery.delivery, crate::names::safe(&delivery.file));
    match delivery.stage {
        Stage::Refused | Stage::Rejected => station.root.join("rejected").join(name),
        _ => station.root.join("done").join(delivery.received_on()).join(name),
    }
}

/// Moves the original aside, writes the error list of a refused one, keeps the record, removes the claim.
pub(super) async fn finish(claim: Claim) -> Result<Delivery, IntakeError> {
    blocking("finishing", claim.delivery.delivery, move || {
        let kept = kept_at(&claim.station, &claim.delivery);
        if claim.is_changed() {
            let Delivery { topic, delivery, file, archive, .. } = &claim.delivery;
            tracing::error!(%topic, %delivery, %file, %archive, kept = %kept.display(),
                "the file was written to after it had been taken in: what was taken is in the archive, what came later is not; \
                 compare the two and hand in what is missing");
        }
        if let Some(folder) = kept.parent() {
            make_dir(folder)?;
        }
        if claim.delivery.stage == Stage::Rejected {
            write_whole(&beside(&kept, ".errors.csv"), report::table(&claim.delivery).as_bytes())?;
            write_whole(&beside(&kept, ".errors.txt"), report::letter(&claim.delivery).as_bytes())?;
        }
        let control = claim.dir.join("control");
        if control.symlink_metadata().is_ok() {
            move_file(&control, &beside(&kept, ".ctl"))?;
        }
        if claim.delivery.destroyed {
            remove(&claim.original())?;
        } else {
            move_file(&claim.original(), &kept)?;
        }
        claim.keep_record()?;
        claim.dissolve()?;
        Ok(claim.delivery)
    })
    .await
}

/// Removed already is removed.
fn remove(path: &Path) -> Result<(), IntakeError> {
    match std::fs::remove_file(path) {
        Err(error) if !is_absent(&error) => Err(IntakeError::Io { operation: "removing", path: path.to_owned(), source: error }),
        _ => Ok(()),
    }
}

/// `<path><ending>`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
