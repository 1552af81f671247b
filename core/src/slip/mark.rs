//! The eL-QR: version 6, level M, nothing else; and other texts for a camera.

use qrcode::{Color, EcLevel, QrCode, Version};

use super::{Slip, SlipError};
use crate::codes::el_qr::ElQrFault;

/// Modules along a side of a version 6 symbol.
pub const MODULES: usize = 41;

/// White modules on each side.
pub const QUIET_MODULES: usize = 4;

/// Any text as the smallest symbol of level M that holds it: rows of dark (`true`) and light modules, without the quiet zone. `None`:
/// it is too long for one.
pub fn symbol(text: &str) -> Option<Vec<Vec<bool>>> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    Some(rows(&code))
}

fn rows(code: &QrCode) -> Vec<Vec<bool>> {
    code.to_colors().chunks(code.width()).map(|row| row.iter().map(|color| *color == Color::Dark).collect()).collect()
}

/// Rows of dark (`true`) and light modules, without the quiet zone.
pub(super) fn modules(slip: &Slip) -> Result<Vec<Vec<bool>>, SlipError> {
    // The digits were proved before; so many digits and no others fit the symbol.
    let code = QrCode::with_version(slip.qr.as_bytes(), Version::Normal(6), EcLevel::M)
        .map_err(|_| SlipError::Qr { slip: slip.slip_no.clone(), fault: ElQrFault::Form })?;
    Ok(rows(&code))
}
