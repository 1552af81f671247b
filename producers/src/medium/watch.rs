//! Watches the mount path, to say that a medium waits. It takes nothing: that needs a person's word.

use std::collections::BTreeSet;

use renkei_core::registry::Topic;

use super::MediumConfig;
use super::mount::{self, Mounts};

/// Media that were told of; each once, until it is gone.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    told: BTreeSet<String>,
}

impl Watch {
    /// Looks, and gives the ids of media that were not there before.
    pub(crate) fn look(&mut self, config: &MediumConfig, mounts: &dyn Mounts, topic: &Topic) -> Vec<String> {
        let mounted = match mount::look(&config.mount_dir, mounts) {
            Ok(mounted) => mounted,
            Err(error) => {
                tracing::warn!(mount_dir = %config.mount_dir.display(), %error, "the place of media cannot be looked at");
                return Vec::new();
            }
        };
        let now: BTreeSet<String> = mounted.into_iter().map(|mounted| mounted.id).collect();
        let new: Vec<String> = now.difference(&self.told).cloned().collect();
        for medium in &new {
            tracing::warn!(topic = %topic.slug, %medium, "a medium waits: take it with `renkei medium accept`, or put it away");
        }
        self.told = now;
        new
    }
}
