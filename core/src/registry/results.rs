//! `results = { name = "…", name_en = "…", layouts = ["returns"] }` of an outbound topic: what its partner answers comes in.
//!
//! The answers have a side of their own that is an inbound topic in everything but its number: a queue `in.NN_slug`, a watched
//! folder, a folder of layouts and SQL (`NN_slug/results/`), batches, holds and cancellation. What it is called, and what waits for
//! a person, is said here; the rest it has from its topic.

use super::entry::Entry;
use super::topics::{CONFIRMS, Defaults, Direction, HOLDS, Release, Timing, Topic};
use crate::walk::{Faults, Section};

/// Name of the folder in that of the topic.
pub(super) const FOLDER: &str = "results";

/// Reads the table: the inbound side of `of`.
pub(super) fn parse(mut section: Section<'_, '_>, of: &Topic, defaults: &Defaults, faults: &mut Faults<'_>) -> Entry {
    let topic = Topic {
        direction: Direction::In,
        name: section.required(faults, "name"),
        name_en: section.required(faults, "name_en"),
        from: of.to.clone(),
        to: of.from.clone(),
        timing: Timing::OnDemand,
        due: None,
        starts_on: None,
        hold: section.word(faults, "hold", HOLDS).unwrap_or(defaults.hold),
        confirm: section.word(faults, "confirm", CONFIRMS).unwrap_or(defaults.confirm),
        schedule: None,
        release: Release::Operator,
        once: false,
        remark: section.string(faults, "remark").unwrap_or_default(),
        folder: format!("{}/{FOLDER}", of.folder),
        ..of.clone()
    };
    let layouts = section.strings(faults, "layouts").unwrap_or_default();
    section.finish(faults);
    Entry { topic, layouts, profiles: Vec::new(), results: None }
}
