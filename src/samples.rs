//! Sample files, compiled in: what the tour runs on, and the models of `renkei topic sample`.

use std::borrow::Cow;

use anyhow::Context;
use renkei_core::kit;
use renkei_core::registry::{Integration, Topic};

#[derive(rust_embed::RustEmbed)]
#[folder = "samples"]
struct Samples;

/// A sample file by name.
pub(crate) fn get(name: &str) -> anyhow::Result<Vec<u8>> {
    Samples::get(name).map(|file| file.data.into_owned()).with_context(|| format!("the sample {name} is not compiled in"))
}

/// The sound samples of a topic, by name: `IF12_….csv`, or as one of its layouts says. Those with `faulty` in their name are what
/// they say, and `….records.json` are messages.
pub(crate) fn of(topic: &Topic, integration: &Integration) -> impl Iterator<Item = (String, Cow<'static, [u8]>)> {
    let mut names: Vec<String> =
        Samples::iter().filter(|name| kit::is_named_for(topic.number, &integration.layouts, name)).map(Cow::into_owned).collect();
    names.sort();
    names.into_iter().filter_map(|name| Samples::get(&name).map(|file| (name, file.data)))
}

/// Name and bytes of the first sample of a topic that is sound under a layout.
pub(crate) fn sound(topic: &Topic, variant: &str) -> Option<(String, Vec<u8>)> {
    let folders = [topic.integration.as_ref(), topic.results.as_ref().and_then(|results| results.integration.as_ref())];
    let (folder, layout) = folders.into_iter().flatten().find_map(|folder| Some((folder, folder.layout(variant)?)))?;
    of(topic, folder).find(|(_, file)| kit::is_sound(layout, file)).map(|(name, file)| (name, file.into_owned()))
}
