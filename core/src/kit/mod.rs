//! What publishers get to build and try their side against: a page, a schema and an example for each topic, the AMQP side as a
//! document, and sample files of any size, sound or broken in one named way.
//!
//! Everything is made from the layouts and one sound model file, so that it cannot say anything else than the program does.

/// The AMQP side as a document.
pub mod asyncapi;
mod breaks;
/// Codes of a folder's SQL.
pub mod codes;
mod example;
/// What follows from other values of a sample file.
mod follows;
/// A page a topic.
pub mod guide;
mod model;
/// Which file a sample is made from.
mod pick;
mod sample;
mod sample_xml;
/// Layouts as JSON Schema.
pub mod schema;

use crate::layout::Layout;

pub use breaks::{Break, BreakError, apply, offered};
pub use example::message;
pub use model::ModelError;
pub use pick::{Model, is_named_for, pick};
pub use sample::{SampleError, Wish, write};

/// Whether a file has no fault under a layout.
pub fn is_sound(layout: &Layout, file: &[u8]) -> bool {
    model::rows(layout, file).is_ok()
}
