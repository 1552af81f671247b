//! Which topics exist: `queues.toml` and the `integrations/` folders as checked types.
//!
//! Both are compiled into the binary. `RENKEI_QUEUES=<file>` and `RENKEI_INTEGRATIONS=<dir>` replace them, so that a corrected
//! layout needs no rebuild. Every fault is reported at once, with its place; nothing starts on a registry that has one.

/// What an entry may choose between.
mod choices;
/// One entry of `queues.toml`.
mod entry;
/// `evidence` of a topic.
mod evidence;
/// The folders: layouts, SQL, profiles, digests.
pub mod integration;
/// `queues.toml` itself.
mod parse;
/// `results` of an outbound topic.
mod results;
/// `schedule`, `due` and `cut_off` of a topic.
mod time;
/// Topics and settings as types.
pub mod topics;

use std::path::PathBuf;
use std::sync::Arc;

pub use integration::{Integration, Profile};
use sha2::{Digest, Sha256};
pub use topics::{Confirm, CutOff, DeliveryTarget, Direction, Hold, Method, Release, Settings, Status, Topic, TopicSlug, Totals};

use crate::catalogue::Lang;

/// The whole of it.
#[derive(Debug, Clone)]
pub struct Registry {
    /// Exchanges, ladder, limits.
    pub settings: Settings,
    /// The topics in order of their number.
    pub topics: Vec<Arc<Topic>>,
    /// SHA-256 of `queues.toml`.
    pub queues_digest: String,
}

/// Everything wrong with the registry, one sentence each.
#[derive(Debug, thiserror::Error)]
#[error("the registry has {} fault(s):\n{}", .0.len(), .0.join("\n"))]
pub struct RegistryErrors(pub Vec<String>);

impl crate::verdict::Classify for RegistryErrors {
    fn verdict(&self) -> crate::verdict::Verdict {
        crate::verdict::Verdict::Bug
    }
}

/// Where the registry is read from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Replaces the compiled-in `queues.toml`.
    pub queues: Option<PathBuf>,
    /// Replaces the compiled-in `integrations/`.
    pub integrations: Option<PathBuf>,
}

impl Sources {
    /// From `RENKEI_QUEUES` and `RENKEI_INTEGRATIONS`.
    pub fn from_env() -> Self {
        let path = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        Sources { queues: path("RENKEI_QUEUES"), integrations: path("RENKEI_INTEGRATIONS") }
    }
}

impl Registry {
    /// Reads the registry from where the environment says.
    pub fn load() -> Result<Registry, RegistryErrors> {
        Self::load_from(&Sources::from_env())
    }

    /// Reads the registry from given places.
    pub fn load_from(sources: &Sources) -> Result<Registry, RegistryErrors> {
        let (origin, text) = match &sources.queues {
            None => ("queues.toml".to_owned(), include_str!("../../../queues.toml").to_owned()),
            Some(path) => {
                let origin = path.display().to_string();
                match std::fs::read_to_string(path) {
                    Ok(text) => (origin, text),
                    Err(error) => return Err(RegistryErrors(vec![format!("{origin}: cannot be read: {error}")])),
                }
            }
        };
        let mut faults = Vec::new();
        let Some((settings, entries)) = parse::parse(&origin, &text, &mut faults) else {
            return Err(RegistryErrors(faults));
        };
        let folders = integration::Folders::open(sources.integrations.as_deref(), &mut faults);
        let list: Vec<Arc<Topic>> = entries.into_iter().map(|entry| whole(&folders, entry, &mut faults)).collect();
        integration::unknown_folders(&folders, &list, &mut faults);
        let queues_digest = hex::encode(Sha256::digest(text.as_bytes()));
        if faults.is_empty() { Ok(Registry { settings, topics: list, queues_digest }) } else { Err(RegistryErrors(faults)) }
    }

    /// The topic of a slug, its number (`9`, `09`), or a queue name: of the queue of an outbound topic's answers, that side of it.
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        let named =
            |topic: &&Arc<Topic>| topic.slug.as_str() == name || name.parse::<u8>().is_ok_and(|number| number == topic.number);
        self.topics.iter().find(named).or_else(|| self.sides().find(|side| side.queue() == name))
    }

    /// A partner or section as the reader calls it: by the name the topics have, in English where there is one.
    pub fn partner<'r>(&'r self, lang: Lang, name: &'r str) -> &'r str {
        if lang == Lang::Ja { name } else { self.settings.partners.get(name).map_or(name, String::as_str) }
    }

    /// What is handed in under that name: the inbound topic, or the answers to the files of an outbound one.
    pub fn incoming(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topic(name).and_then(Topic::incoming)
    }

    /// Everything that has a queue: the topics, each followed by the side by which answers to its files come in.
    pub fn sides(&self) -> impl Iterator<Item = &Arc<Topic>> {
        self.topics.iter().flat_map(|topic| std::iter::once(topic).chain(&topic.results))
    }

    /// What is built in one direction. Inbound: also the answers to the files of outbound topics.
    pub fn active(&self, direction: Direction) -> impl Iterator<Item = &Arc<Topic>> {
        self.sides().filter(move |topic| topic.direction == direction && topic.status == Status::Active)
    }
}

/// A topic with its folder, and with its inbound side where answers come back.
fn whole(folders: &integration::Folders, entry: entry::Entry, faults: &mut Vec<String>) -> Arc<Topic> {
    let integration = match entry.topic.status {
        Status::Planned => None,
        Status::Active => integration::load(folders, &entry, faults).map(Arc::new),
    };
    let results = entry.results.map(|results| whole(folders, *results, faults));
    Arc::new(Topic { integration, results, ..entry.topic })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_registry_is_sound_and_whole() {
        let registry = Registry::load_from(&Sources::default()).expect("sound");
        // The ward's 24; what comes behind them is a ward's own.
        let numbers: Vec<u8> = registry.topics.iter().map(|topic| topic.number).take(24).collect();
        assert_eq!(numbers, (1..=24).collect::<Vec<u8>>());
        assert_eq!(registry.topic("9").map(|topic| topic.queue()), Some("out.09_bank_transfers".to_owned()));
        assert_eq!(registry.incoming("9").map(|topic| topic.queue()), Some("in.09_bank_transfers".to_owned()));
        assert_eq!(registry.topic("in.09_bank_transfers").map(|topic| topic.direction), Some(Direction::In));
        let named = |topic: &Arc<Topic>| {
            registry.partner(Lang::En, &topic.from).is_ascii() && registry.partner(Lang::En, &topic.to).is_ascii()
        };
        let unnamed: Vec<&str> = registry.sides().filter(|topic| !named(topic)).map(|topic| topic.slug.as_str()).collect();
        assert!(unnamed.is_empty(), "[partners] has no English name for an end of {unnamed:?}");
        assert!(registry.incoming("17_eltax_payment_slips").is_none_or(|topic| topic.direction == Direction::In));
    }
}
