//! The shipped samples, from which `renkei topic sample` makes its files.

use std::borrow::Cow;

use renkei_core::kit::{self, Model};
use renkei_core::registry::{Integration, Topic};

/// Where they lie.
pub(crate) fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// The sample that files of a layout are made from.
pub(crate) fn model(topic: &Topic, integration: &Integration, variant: &str) -> Option<Model<'static>> {
    let mut samples = Vec::new();
    for path in std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if kit::is_named_for(topic.number, &integration.layouts, &name) {
            samples.push((name, Cow::Owned(std::fs::read(&path).unwrap())));
        }
    }
    samples.sort();
    kit::pick(&integration.layouts, Some(variant), samples.into_iter())
}
