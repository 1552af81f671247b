//! What publishers get to try their side against: sample files of any size, sound or broken in one named way.
//!
//! Everything is made from the layouts and one sound model file, so that it cannot say anything else than the program does.

mod breaks;
mod model;
mod sample;

use crate::layout::Layout;

pub use breaks::{Break, BreakError, apply};
pub use sample::{SampleError, Wish, write};

/// Whether a file has no fault under a layout.
pub fn is_sound(layout: &Layout, file: &[u8]) -> bool {
    model::rows(layout, file).is_ok()
}
