use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use renkei_consumers::db::PgPool;
use renkei_consumers::inbound::{self, TopicHandler};
use renkei_consumers::outbound::Exporter;
use renkei_consumers::outbound::handler::ExportHandler;
use renkei_consumers::replies::Replies;
use renkei_consumers::{
    accounts, arrivals, audit, calendar, failures, paused, payments, senders, standing, tasks as tasks_of_people,
};
use renkei_core::broker::{ConsumeOptions, Handler, Publisher, consume, depth};
use renkei_core::registry::{Direction, Registry, Topic};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Readiness, all_ended, database_of_role, exporter_over, waits};
use crate::config::Config;

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
/// How often the list of HTTP senders is compared with the administrator's: a revoked token is good for no longer than this.
const SENDERS_EVERY: Duration = Duration::from_secs(2);
/// How often payments whose day has passed are written down as paid.
const CONFIRM_EVERY: Duration = Duration::from_secs(600);
/// How often active accounts are compared with staff in service; a night is never missed, whenever the program starts.
const RECONCILE_EVERY: Duration = Duration::from_secs(3_600);
/// How often it is looked which topics stand still.
const LOOK_FOR_PAUSES_EVERY: Duration = Duration::from_secs(2);
/// How often the queues where no message should stay are counted.
const COUNT_EVERY: Duration = Duration::from_secs(15);

/// The queues, and what is looked after beside them.
pub(super) async fn start(
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
        consumers.start_topic(topic, failures::Traced::new(handler, pool.clone()));
    }
    for topic in registry.active(Direction::Out) {
        consumers.start_topic(topic, failures::Traced::new(ExportHandler::new(exporter.clone()), pool.clone()));
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
    let (for_senders, path, cancel) = (pool.clone(), config.produce.senders_file.clone(), shutdown.clone());
    tasks.spawn(async move {
        senders::keep_in_step(for_senders, path, SENDERS_EVERY, cancel).await;
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
    let (for_payments, known, cancel) = (pool.clone(), registry.clone(), shutdown.clone());
    tasks.spawn(async move {
        payments::keep_confirming(for_payments, &known, CONFIRM_EVERY, cancel).await;
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

pub(super) fn options(topic: &Topic) -> ConsumeOptions {
    let mut options = ConsumeOptions::new(&topic.queue(), topic.ordered);
    options.prefetch = topic.prefetch;
    options.parallel = topic.parallel;
    options.ladder = waits(&topic.retry);
    options
}
