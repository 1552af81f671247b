//! From settings to running roles. What is shared by `up`, `produce`, `consume` and the commands.

/// The operators' pages.
mod console;
/// From the queues to the ledger and to files.
mod consumers;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use renkei_consumers::db::PgPool;
use renkei_consumers::outbound::{Destinations, Exporter};
use renkei_consumers::{calendar, db};
use renkei_core::archive::Archive;
use renkei_core::broker::Publisher;
use renkei_core::broker::topology::{self, QueueSpec, TopologySpec};
use renkei_core::calendar::clock;
use renkei_core::registry::topics::RetrySettings;
use renkei_core::registry::{Registry, Status};
use renkei_producers::{Intake, Publish};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::cli::roles::Roles;
use crate::config::Config;

/// The runtime of a command.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// What the broker must look like for the topics that are built.
pub(crate) fn topology_spec(registry: &Registry) -> TopologySpec {
    let limits = &registry.settings.limits;
    let queues = registry.sides().filter(|topic| topic.status == Status::Active).map(|topic| QueueSpec {
        delivery_limit: Some(i64::from(if topic.ordered { limits.delivery_limit_ordered } else { limits.delivery_limit })),
        max_bytes: Some(limits.queue_bytes_max),
        ..QueueSpec::new(&topic.queue(), topic.ordered)
    });
    TopologySpec { ladder: rungs(registry), queues: queues.collect() }
}

/// The topology, refused with every reason when it could lose data.
pub(crate) fn safe_topology(registry: &Registry) -> anyhow::Result<TopologySpec> {
    let spec = topology_spec(registry);
    topology::check(&spec)?;
    Ok(spec)
}

/// The rungs the broker must have: the common ones, and those of topics with waits of their own.
fn rungs(registry: &Registry) -> Vec<Duration> {
    let own = registry.topics.iter().filter(|topic| topic.status == Status::Active).map(|topic| &topic.retry);
    let mut rungs: Vec<Duration> = std::iter::once(&registry.settings.retry).chain(own).flat_map(waits).collect();
    rungs.sort_unstable();
    rungs.dedup();
    rungs
}

/// The waits of one ladder.
fn waits(retry: &RetrySettings) -> Vec<Duration> {
    retry.ladder_s.iter().map(|seconds| Duration::from_secs(u64::from(*seconds))).collect()
}

/// The database, reachable; what a command does with it is audited as done by the command line.
pub(crate) async fn database(config: &Config) -> anyhow::Result<PgPool> {
    database_through(config, "cli").await
}

/// The database through a door that the audit log names.
async fn database_through(config: &Config, door: &str) -> anyhow::Result<PgPool> {
    Ok(db::connect_through(database_url(config, door), config.database_connections_max, door).await?)
}

/// The database for what runs for long: with the rights of its database role, whatever the login may do besides.
async fn database_of_role(config: &Config, door: &str, role: &str) -> anyhow::Result<PgPool> {
    let (url, max) = (database_url(config, door), config.database_connections_max);
    let (limited, pool) = db::connect_with_rights_of(role, url, max, door).await?;
    info!(door, role, limited, "connected to the database");
    Ok(pool)
}

/// The address of the database for a door.
pub(crate) fn database_url<'c>(config: &'c Config, door: &str) -> &'c str {
    if door == "console" { config.console_database() } else { &config.database_url }
}

/// A publisher on a connection of its own.
pub(crate) fn publisher(config: &Config, registry: &Registry, name: &str) -> anyhow::Result<Publisher> {
    Ok(Publisher::start(&config.broker(registry), name)?)
}

/// The archive.
pub(crate) fn archive(config: &Config) -> anyhow::Result<Archive> {
    let address = config.archive();
    Archive::open(&address).with_context(|| format!("cannot open the archive {address}"))
}

/// The one way in.
pub(crate) fn intake(config: &Config, registry: &Arc<Registry>, publisher: &Publisher) -> anyhow::Result<Arc<Intake>> {
    let publisher: Arc<dyn Publish> = Arc::new(publisher.clone());
    Ok(Intake::open(config.produce.clone(), registry.clone(), archive(config)?, publisher, CancellationToken::new())?)
}

fn exporter_over(pool: PgPool, config: &Config, registry: &Arc<Registry>) -> anyhow::Result<Exporter> {
    let destinations = Destinations::new(config.deliver.clone(), registry);
    let destinations = destinations.map_err(|faults| anyhow::anyhow!("the configuration has faults:\n{faults}"))?;
    Ok(Exporter::new(pool, archive(config)?, registry.clone(), config.outbox()).with_destinations(destinations))
}

/// What an operator does with exports.
pub(crate) async fn exporter(config: &Config, registry: &Arc<Registry>, door: &str) -> anyhow::Result<Exporter> {
    Ok(exporter_over(database(config).await?, config, registry)?.with_source(door))
}

/// A token that is cancelled by SIGTERM or SIGINT.
pub(crate) fn shutdown_on_signal() -> anyhow::Result<CancellationToken> {
    let shutdown = CancellationToken::new();
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let token = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {}, () = token.cancelled() => {} }
        token.cancel();
    });
    Ok(shutdown)
}

/// Queues in place, schema up to date, clock readable: before the first message.
pub(crate) async fn prepare(config: &Config, registry: &Registry, roles: Roles) -> anyhow::Result<()> {
    clock::check()?;
    let spec = safe_topology(registry)?;
    topology::apply(&config.broker(registry), &spec).await?;
    if roles.with_database() {
        let pool = database_through(config, roles.door()).await?;
        db::prepare(&pool).await?;
        // Before the schedule begins. Without it a schedule waits; what comes in is posted all the same.
        if let Err(error) = calendar::write_down(&pool, &config.produce.calendar_file).await {
            warn!(error = &error as &dyn std::error::Error, "the calendar of the producers is not written");
        }
    }
    Ok(())
}

/// Roles at work.
pub(crate) struct Running {
    tasks: JoinSet<anyhow::Result<()>>,
    shutdown: CancellationToken,
    readiness: Readiness,
}

/// What must have begun before the program calls itself ready.
type Readiness = Vec<oneshot::Receiver<()>>;

impl Running {
    /// Waits until every part has begun its work: folders watched, uploads taken, queues subscribed. A part that ends before that
    /// is no longer waited for; `wait` tells why.
    pub(crate) async fn ready(&mut self) {
        for begun in std::mem::take(&mut self.readiness) {
            let _ = begun.await;
        }
    }

    /// Waits until all have ended. The first failure stops the others and is the outcome.
    pub(crate) async fn wait(self) -> anyhow::Result<()> {
        all_ended(self.tasks, &self.shutdown).await
    }
}

/// Waits until all tasks have ended. The first failure stops the others and is the outcome.
async fn all_ended(mut tasks: JoinSet<anyhow::Result<()>>, shutdown: &CancellationToken) -> anyhow::Result<()> {
    let mut outcome = Ok(());
    while let Some(ended) = tasks.join_next().await {
        let ended = ended.context("a role ended without an answer").and_then(|ended| ended);
        if let Err(failure) = ended {
            error!(error = format!("{failure:#}"), "a role failed");
            shutdown.cancel();
            if outcome.is_ok() {
                outcome = Err(failure);
            }
        }
    }
    outcome
}

/// Starts the roles. They run until `shutdown`.
pub(crate) async fn start(
    config: &Config,
    registry: &Arc<Registry>,
    roles: Roles,
    shutdown: CancellationToken,
) -> anyhow::Result<Running> {
    let (mut tasks, mut readiness) = (JoinSet::new(), Readiness::new());
    if roles.produce {
        let publisher = publisher(config, registry, "produce")?;
        let (settings, registry, archive, shutdown) =
            (config.produce.clone(), registry.clone(), archive(config)?, shutdown.clone());
        let (begun, begins) = oneshot::channel();
        readiness.push(begins);
        tasks.spawn(async move {
            let outcome = renkei_producers::run(settings, registry, archive, Arc::new(publisher.clone()), shutdown, begun).await;
            publisher.close().await;
            Ok(outcome?)
        });
    }
    if roles.consume {
        consumers::start(config, registry, &mut tasks, &mut readiness, &shutdown).await?;
    }
    if roles.console && !config.console_listen.is_empty() {
        console::start(config, registry, &mut tasks, &mut readiness, &shutdown).await?;
    }
    Ok(Running { tasks, shutdown, readiness })
}

#[cfg(test)]
mod tests {
    use renkei_core::registry::Sources;

    use super::*;

    #[test]
    fn the_broker_has_every_rung_a_topic_waits_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let queues = include_str!("../queues.toml").replacen(
            "ordered   = true",
            "ordered   = true\nretry     = { ladder_s = [5, 60] }",
            1,
        );
        std::fs::write(folder.path().join("queues.toml"), queues).expect("written");
        let sources = Sources { queues: Some(folder.path().join("queues.toml")), integrations: None };
        let registry = Registry::load_from(&sources).expect("sound");
        let own = registry.topics.iter().find(|topic| topic.retry.ladder_s == [5, 60]).expect("a ladder of its own");
        let seconds = |waits: Vec<Duration>| waits.iter().map(Duration::as_secs).collect::<Vec<_>>();
        assert_eq!(seconds(consumers::options(own).ladder), [5, 60]);
        assert_eq!(seconds(topology_spec(&registry).ladder), [5, 10, 60, 600, 3600]);
    }
}
