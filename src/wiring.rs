//! From settings to running roles. What is shared by `up`, `produce`, `consume` and the commands.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use renkei_console::access::oidc::Oidc;
use renkei_console::access::seal::Sealer;
use renkei_console::{Depths, Desk, Pulse, Recent};
use renkei_consumers::db::PgPool;
use renkei_consumers::inbound::{self, TopicHandler};
use renkei_consumers::outbound::handler::ExportHandler;
use renkei_consumers::outbound::{Destinations, Exporter};
use renkei_consumers::replies::Replies;
use renkei_consumers::{accounts, arrivals, audit, calendar, db, failures, paused, payments, standing, tasks as tasks_of_people};
use renkei_core::archive::Archive;
use renkei_core::broker::topology::{self, QueueSpec, TopologySpec};
use renkei_core::broker::{ConsumeOptions, Handler, Publisher, consume, depth};
use renkei_core::calendar::clock;
use renkei_core::registry::topics::RetrySettings;
use renkei_core::registry::{Direction, Registry, Status, Topic};
use renkei_core::tls::{self, Proxies};
use renkei_producers::{Intake, Publish};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::cli::roles::Roles;
use crate::config::Config;
use crate::samples;

/// How often the audit sealer looks for events without a place in the chain.
const SEAL_EVERY: Duration = Duration::from_secs(2);

/// How often released files that wait for the outbox are tried again.
const DELIVER_EVERY: Duration = Duration::from_secs(15);
/// How often the gauges that only the database can tell are set.
const MEASURE_EVERY: Duration = Duration::from_secs(10);
/// How often the audit chain is walked from its beginning to its end.
const WALK_EVERY: Duration = Duration::from_secs(6 * 3_600);
/// How often it is looked which files have not come.
const NOTICE_EVERY: Duration = Duration::from_secs(30);
/// How often the producers' calendar is compared with the ledger's.
const CALENDAR_EVERY: Duration = Duration::from_secs(60);
/// How often payments whose day has passed are written down as paid.
const CONFIRM_EVERY: Duration = Duration::from_secs(600);
/// How often active accounts are compared with staff in service; a night is never missed, whenever the program starts.
const RECONCILE_EVERY: Duration = Duration::from_secs(3_600);
/// How often it is looked which topics stand still.
const LOOK_FOR_PAUSES_EVERY: Duration = Duration::from_secs(2);
/// How often the queues where no message should stay are counted.
const COUNT_EVERY: Duration = Duration::from_secs(15);

/// How old the trial balance of a page may be before it is summed up anew.
const SUMMED_EVERY: Duration = Duration::from_secs(60);
/// The same for what the board says of files that should come.
const EXPECTED_EVERY: Duration = Duration::from_secs(15);

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
        start_consumers(config, registry, &mut tasks, &mut readiness, &shutdown).await?;
    }
    if roles.console && !config.console_listen.is_empty() {
        start_console(config, registry, &mut tasks, &mut readiness, &shutdown).await?;
    }
    Ok(Running { tasks, shutdown, readiness })
}

/// The operators' pages.
async fn start_console(
    config: &Config,
    registry: &Arc<Registry>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
    readiness: &mut Readiness,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    let listen = config.console_listen.parse().context("console_listen is not an address and port")?;
    let pool = database_of_role(config, "console", "renkei_console").await?;
    let publisher = publisher(config, registry, "console")?;
    let desk = Arc::new(Desk {
        intake: inbound::Intake::new(pool.clone(), registry.clone()).with_source("console"),
        exporter: exporter_over(pool.clone(), config, registry)?.with_source("console"),
        archive: archive(config)?,
        hand_in: intake(config, registry, &publisher)?,
        sealer: Sealer::from_file(&config.data.join("console.key"))?,
        broker: config.broker(registry),
        registry: registry.clone(),
        publisher: publisher.clone(),
        samples: samples::sound,
        depths: Depths::default(),
        balances: Recent::new(SUMMED_EVERY),
        outlook: Recent::new(EXPECTED_EVERY),
        pulse: Pulse::default(),
        proxies: Proxies::new(config.console_trusted_proxies.clone()),
        oidc: config.console_oidc.clone().map(Oidc::new),
        codes_for: config.console_codes_for.clone(),
        known_passwords: config.known_passwords()?,
        pool,
    });
    let tls = tls::acceptor(&config.console_tls_cert, &config.console_tls_key)?;
    let (begun, begins) = oneshot::channel();
    readiness.push(begins);
    let shutdown = shutdown.clone();
    tasks.spawn(async move {
        let outcome = renkei_console::serve(desk, listen, tls, shutdown, begun).await;
        publisher.close().await;
        outcome.with_context(|| format!("the console cannot listen on {listen}; set RENKEI_CONSOLE_LISTEN"))
    });
    Ok(())
}

async fn start_consumers(
    config: &Config,
    registry: &Arc<Registry>,
    tasks: &mut JoinSet<anyhow::Result<()>>,
    readiness: &mut Readiness,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    let pool = database_of_role(config, "consumer", "renkei_consumer").await?;
    let broker = config.broker(registry);
    let publisher = Publisher::start(&broker, "consume")?;
    let intake = Arc::new(inbound::Intake::new(pool.clone(), registry.clone()));
    let exporter = exporter_over(pool.clone(), config, registry)?;
    exporter.tell_unset_addresses();
    audit::record_configuration(&pool, registry, "consume").await?;
    exporter.deliver_pending().await?;
    let replies = Replies::through(publisher.clone());
    let line = consume::Line::new(&broker, "consume")?;
    let (tell, still) = watch::channel(paused::slugs(&pool).await?);
    let mut consumers = Consumers { line, publisher, shutdown: shutdown.clone(), still, tasks: JoinSet::new(), readiness };
    for topic in registry.active(Direction::In) {
        let handler = TopicHandler::new(intake.clone(), topic.slug.as_str(), replies.clone());
        consumers.start_topic(topic, handler);
    }
    for topic in registry.active(Direction::Out) {
        consumers.start_topic(topic, ExportHandler::new(exporter.clone()));
    }
    let names = broker.names.clone();
    let drain = |queue: &str| ConsumeOptions { ladder: waits(&registry.settings.retry), ..ConsumeOptions::drain(queue) };
    consumers.start(drain(&names.dead), failures::DeadLetters::new(pool.clone()));
    consumers.start(drain(&names.unrouted), failures::DeadLetters::unrouted(pool.clone()));
    let Consumers { publisher, tasks: consuming, .. } = consumers;
    start_watches(&pool, registry, exporter, tasks, shutdown);
    let (for_pauses, cancel) = (pool.clone(), shutdown.clone());
    tasks.spawn(async move {
        paused::keep_telling(for_pauses, tell, LOOK_FOR_PAUSES_EVERY, cancel).await;
        Ok(())
    });
    let (for_calendar, path, cancel) = (pool.clone(), config.produce.calendar_file.clone(), shutdown.clone());
    tasks.spawn(async move {
        calendar::keep_in_step(for_calendar, path, CALENDAR_EVERY, cancel).await;
        Ok(())
    });
    let (for_accounts, orphans, cancel) = (pool.clone(), config.orphan_accounts, shutdown.clone());
    tasks.spawn(async move {
        accounts::keep_noticing(for_accounts, orphans, RECONCILE_EVERY, cancel).await;
        Ok(())
    });
    let (for_depth, for_seal, for_consumers) = (shutdown.clone(), shutdown.clone(), shutdown.clone());
    tasks.spawn(async move {
        depth::watch_set_aside(&broker, COUNT_EVERY, for_depth).await;
        Ok(())
    });
    tasks.spawn(async move {
        // The handlers that drain at shutdown still publish copies and receipts: the publisher goes last.
        let outcome = all_ended(consuming, &for_consumers).await;
        replies.finish().await;
        publisher.close().await;
        outcome
    });
    tasks.spawn(async move {
        audit::seal::run(pool, SEAL_EVERY, for_seal).await;
        Ok(())
    });
    Ok(())
}

/// What a consuming role looks after beside its queues: files that wait for the outbox, files that have not come, tasks
/// of people, gauges.
fn start_watches(
    pool: &PgPool,
    registry: &Arc<Registry>,
    exporter: Exporter,
    tasks: &mut JoinSet<anyhow::Result<()>>,
    shutdown: &CancellationToken,
) {
    let cancel = shutdown.clone();
    tasks.spawn(async move {
        exporter.keep_delivering(DELIVER_EVERY, cancel).await;
        Ok(())
    });
    let (for_gauges, known, cancel) = (pool.clone(), registry.clone(), shutdown.clone());
    tasks.spawn(async move {
        standing::keep_refreshing(for_gauges, &known, MEASURE_EVERY, cancel).await;
        Ok(())
    });
    let (for_chain, cancel) = (pool.clone(), shutdown.clone());
    tasks.spawn(async move {
        standing::keep_walking_the_chain(for_chain, WALK_EVERY, cancel).await;
        Ok(())
    });
    let (for_payments, cancel) = (pool.clone(), shutdown.clone());
    tasks.spawn(async move {
        payments::keep_confirming(for_payments, CONFIRM_EVERY, cancel).await;
        Ok(())
    });
    let (for_arrivals, known, cancel) = (pool.clone(), registry.clone(), shutdown.clone());
    tasks.spawn(async move {
        arrivals::keep_noticing(for_arrivals, &known, NOTICE_EVERY, cancel).await;
        Ok(())
    });
    let (for_tasks, known, cancel) = (pool.clone(), registry.clone(), shutdown.clone());
    tasks.spawn(async move {
        tasks_of_people::keep_refreshing(for_tasks, &known, NOTICE_EVERY, cancel).await;
        Ok(())
    });
}

/// The consumers of this process.
struct Consumers<'r> {
    line: consume::Line,
    publisher: Publisher,
    shutdown: CancellationToken,
    /// Slugs of the topics that stand still.
    still: watch::Receiver<BTreeSet<String>>,
    tasks: JoinSet<anyhow::Result<()>>,
    readiness: &'r mut Readiness,
}

impl Consumers<'_> {
    fn start<H: Handler>(&mut self, options: ConsumeOptions, handler: H) {
        let (begun, begins) = oneshot::channel();
        self.readiness.push(begins);
        let (line, publisher, shutdown) = (self.line.clone(), self.publisher.clone(), self.shutdown.clone());
        self.tasks.spawn(async move {
            Ok(consume::run_and_tell(&line, options, publisher, Arc::new(handler), shutdown, Some(begun)).await?)
        });
    }
}

impl Consumers<'_> {
    /// Consumes the queue of a topic, except while it stands still: then what is in hand is finished, and the rest waits in the queue.
    fn start_topic<H: Handler>(&mut self, topic: &Topic, handler: H) {
        let (begun, begins) = oneshot::channel();
        self.readiness.push(begins);
        let (line, publisher, shutdown) = (self.line.clone(), self.publisher.clone(), self.shutdown.clone());
        let (slug, options, handler) = (topic.slug.to_string(), options(topic), Arc::new(handler));
        let mut still = self.still.clone();
        self.tasks.spawn(async move {
            let mut begun = Some(begun);
            while !shutdown.is_cancelled() {
                if stands(&still, &slug) {
                    // Nobody waits for the first subscription of what stands still.
                    begun = None;
                    tracing::info!(topic = slug, "the topic is paused; its messages wait");
                    tokio::select! {
                        () = shutdown.cancelled() => break,
                        () = until(&mut still, &slug, false) => {}
                    }
                    tracing::info!(topic = slug, "the topic goes on");
                }
                let stop = shutdown.child_token();
                let consuming =
                    consume::run_and_tell(&line, options.clone(), publisher.clone(), handler.clone(), stop.clone(), begun.take());
                let mut consuming = std::pin::pin!(consuming);
                tokio::select! {
                    ended = &mut consuming => return Ok(ended?),
                    () = until(&mut still, &slug, true) => {
                        stop.cancel();
                        consuming.await?;
                    }
                }
            }
            Ok(())
        });
    }
}

fn stands(still: &watch::Receiver<BTreeSet<String>>, slug: &str) -> bool {
    still.borrow().contains(slug)
}

/// Waits until a topic stands still, or goes on. When nobody tells any more, the program is ending.
async fn until(still: &mut watch::Receiver<BTreeSet<String>>, slug: &str, stands: bool) {
    if still.wait_for(|paused| paused.contains(slug) == stands).await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn options(topic: &Topic) -> ConsumeOptions {
    let mut options = ConsumeOptions::new(&topic.queue(), topic.ordered);
    options.prefetch = topic.prefetch;
    options.parallel = topic.parallel;
    options.ladder = waits(&topic.retry);
    options
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
