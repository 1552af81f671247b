//! Into `done/` or `rejected/`. Every step may be repeated: a crash between two of them is mended by doing all again.

use std::path::{Path, PathBuf};

use super::{blocking, report};
use crate::delivery::{Delivery, Stage};
use crate::error::IntakeError;
use crate::station::{Claim, Station, make_dir, move_file, record_text, write_whole};

/// Where the original of a finished delivery is kept.
pub(super) fn kept_at(station: &Station, delivery: &Delivery) -> PathBuf {
    let name = format!("{}_{}", delivery.delivery, crate::names::safe(&delivery.file));
    match delivery.stage {
        Stage::Refused | Stage::Rejected => station.root.join("rejected").join(name),
        _ => station.root.join("done").join(delivery.received_on()).join(name),
    }
}

/// Moves the original aside, writes the error list of a refused one, keeps the record, removes the claim.
pub(super) async fn finish(claim: &Claim) -> Result<(), IntakeError> {
    let (delivery, station) = (claim.delivery.clone(), claim.station.clone());
    let (original, control) = (claim.original(), claim.dir.join("control"));
    blocking("finishing", delivery.delivery, move || {
        let kept = kept_at(&station, &delivery);
        if let Some(folder) = kept.parent() {
            make_dir(folder)?;
        }
        if delivery.stage == Stage::Rejected {
            write_whole(&beside(&kept, ".errors.csv"), report::table(&delivery).as_bytes())?;
            write_whole(&beside(&kept, ".errors.txt"), report::letter(&delivery).as_bytes())?;
        }
        if control.symlink_metadata().is_ok() {
            move_file(&control, &beside(&kept, ".ctl"))?;
        }
        move_file(&original, &kept)?;
        let status = station.status_path(delivery.delivery);
        if let Some(folder) = status.parent() {
            make_dir(folder)?;
        }
        write_whole(&status, &record_text(&delivery)?)
    })
    .await?;
    claim.dissolve()
}

/// `<path><ending>`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
