//! From settings to running roles. What is shared by `up`, `produce`, `consume` and the commands.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use renkei_consumers::db::PgPool;
use renkei_consumers::inbound::{self, TopicHandler};
use renkei_consumers::outbound::Exporter;
use renkei_consumers::outbound::handler::ExportHandler;
use renkei_consumers::replies::Replies;
use renkei_consumers::{audit, db, failures};
use renkei_core::archive::Archive;
use renkei_core::broker::topology::{self, QueueSpec, TopologySpec};
use renkei_core::broker::{ConsumeOptions, Publisher, consume};
use renkei_core::calendar::clock;
use renkei_core::registry::topics::RetrySettings;
use renkei_core::registry::{Direction, Registry, Status, Topic};
use renkei_producers::{Intake, Publish};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::cli::roles::Roles;
use crate::config::Config;

/// How often the audit sealer looks for events without a place in the chain.
const SEAL_EVERY: Duration = Duration::from_secs(2);

/// The runtime of a command.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// What the broker must look like for the topics that are built.
pub(crate) fn topology_spec(registry: &Registry) -> TopologySpec {
    let limits = &registry.settings.limits;
    let queues = registry.topics.iter().filter(|topic| topic.status == Status::Active).map(|topic| QueueSpec {
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

/// The database, reachable.
pub(crate) async fn database(config: &Config) -> anyhow::Result<PgPool> {
    Ok(db::connect(&config.database_url, config.database_connections_max).await?)
}

/// A publisher on a connection of its own.
pub(crate) fn publisher(config: &Config, name: &str) -> anyhow::Result<Publisher> {
    Ok(Publisher::start(&config.broker(), name)?)
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

/// What an operator does with exports.
pub(crate) async fn exporter(config: &Config, registry: &Arc<Registry>, door: &str) -> anyhow::Result<Exporter> {
    Ok(Exporter::new(database(config).await?, archive(config)?, registry.clone(), config.outbox()).with_source(door))
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
pub(crate) async fn prepare(config: &Config, registry: &Registry, with_database: bool) -> anyhow::Result<()> {
    clock::check()?;
    let spec = safe_topology(registry)?;
    topology::apply(&config.broker(), &spec).await?;
    if with_database {
        db::migrate(&database(config).await?).await?;
    }
    Ok(())
}

/// Roles at work.
pub(crate) struct Running {
    tasks: JoinSet<anyhow::Result<()>>,
    shutdown: CancellationToken,
}

impl Running {
    /// Waits until all have ended. The first failure stops the others and is the outcome.
    pub(crate) async fn wait(mut self) -> anyhow::Result<()> {
        let mut outcome = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            let ended = ended.context("a role ended without an answer").and_then(|ended| ended);
            if let Err(failure) = ended {
                error!(error = format!("{failure:#}"), "a role failed");
                self.shutdown.cancel();
                if outcome.is_ok() {
                    outcome = Err(failure);
                }
            }
        }
        outcome
    }
}

/// Starts the roles. They run until `shutdown`.
pub(crate) async fn start(
    config: &Config,
    registry: &Arc<Registry>,
    roles: Roles,
    shutdown: CancellationToken,
) -> anyhow::Result<Running> {
    let mut tasks = JoinSet::new();
    if roles.produce {
        let publisher = publisher(config, "produce")?;
        let (settings, registry, archive, shutdown) =
            (config.produce.clone(), registry.clone(), archive(config)?, shutdown.clone());
        tasks.spawn(async move {
            let outcome = renkei_producers::run(settings, registry, archive, Arc::new(publisher.clone()), shutdown).await;
            publisher.close().await;
            Ok(outcome?)
        });
    }
    if roles.consume {
        start_consumers(config, registry, &mut tasks, &shutdown).await?;
    }
    Ok(Running { tasks, shutdown })
}

async fn start_consumers(
    config: &Config,
    registry: &Arc<Registry>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    let pool = database(config).await?;
    let publisher = publisher(config, "consume")?;
    let intake = Arc::new(inbound::Intake::new(pool.clone(), registry.clone()));
    let exporter = Exporter::new(pool.clone(), archive(config)?, registry.clone(), config.outbox());
    exporter.deliver_pending().await?;
    for topic in registry.active(Direction::In) {
        let handler = TopicHandler::new(intake.clone(), topic.slug.as_str(), Replies::through(publisher.clone()));
        let (broker, options, publisher, shutdown) = (config.broker(), options(topic), publisher.clone(), shutdown.clone());
        tasks.spawn(async move { Ok(consume::run(&broker, options, publisher, Arc::new(handler), shutdown).await?) });
    }
    for topic in registry.active(Direction::Out) {
        let handler = ExportHandler::new(exporter.clone());
        let (broker, options, publisher, shutdown) = (config.broker(), options(topic), publisher.clone(), shutdown.clone());
        tasks.spawn(async move { Ok(consume::run(&broker, options, publisher, Arc::new(handler), shutdown).await?) });
    }
    let (broker, drain, for_drain) = (config.broker(), failures::DeadLetters::new(pool.clone()), shutdown.clone());
    let (dead, for_dead) = (ConsumeOptions::new(topology::DEAD, false), publisher.clone());
    tasks.spawn(async move { Ok(consume::run(&broker, dead, for_dead, Arc::new(drain), for_drain).await?) });
    let for_seal = shutdown.clone();
    tasks.spawn(async move {
        audit::seal::run(pool, SEAL_EVERY, for_seal).await;
        publisher.close().await;
        Ok(())
    });
    Ok(())
}

fn options(topic: &Topic) -> ConsumeOptions {
    let mut options = ConsumeOptions::new(&topic.queue(), topic.ordered);
    options.prefetch = topic.prefetch;
    options.parallel = topic.parallel;
    options.ladder = waits(&topic.retry);
    options
}

async fn metrics_page() -> impl axum::response::IntoResponse {
    let (text, content_type) = renkei_core::metrics::exposition();
    ([(axum::http::header::CONTENT_TYPE, content_type)], text)
}

/// Serves `/metrics`, `/healthz` and `/readyz` when an address is set.
pub(crate) async fn serve_metrics(config: &Config, shutdown: CancellationToken) -> anyhow::Result<JoinHandle<()>> {
    if config.metrics_listen.is_empty() {
        return Ok(tokio::spawn(async {}));
    }
    let listener = tokio::net::TcpListener::bind(&config.metrics_listen)
        .await
        .with_context(|| format!("cannot listen for metrics on {}; set RENKEI_METRICS_LISTEN", config.metrics_listen))?;
    let app = axum::Router::new()
        .route("/metrics", axum::routing::get(metrics_page))
        .route("/healthz", axum::routing::get(|| async { "ok" }));
    info!(address = config.metrics_listen, "metrics");
    Ok(tokio::spawn(async move {
        if let Err(failure) = axum::serve(listener, app).with_graceful_shutdown(shutdown.cancelled_owned()).await {
            error!(error = failure.to_string(), "metrics ended");
        }
    }))
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
        assert_eq!(seconds(options(own).ladder), [5, 60]);
        assert_eq!(seconds(topology_spec(&registry).ladder), [5, 10, 60, 600, 3600]);
    }
}
