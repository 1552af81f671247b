//! From settings to running roles. What is shared by `up`, `produce`, `consume` and the commands.

use std::time::Duration;

use renkei_core::broker::topology::{QueueSpec, TopologySpec};
use renkei_core::registry::{Registry, Status};

/// The runtime of a command.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// What the broker must look like for the topics that are built.
pub fn topology_spec(registry: &Registry) -> TopologySpec {
    let limits = &registry.settings.limits;
    let queues = registry.topics.iter().filter(|topic| topic.status == Status::Active).map(|topic| QueueSpec {
        delivery_limit: Some(i64::from(if topic.ordered { limits.delivery_limit_ordered } else { limits.delivery_limit })),
        max_bytes: Some(limits.queue_bytes_max),
        ..QueueSpec::new(&topic.queue(), topic.ordered)
    });
    TopologySpec { ladder: ladder(registry), queues: queues.collect() }
}

/// Waits of the retry ladder.
pub fn ladder(registry: &Registry) -> Vec<Duration> {
    registry.settings.retry.ladder_s.iter().map(|seconds| Duration::from_secs(u64::from(*seconds))).collect()
}
