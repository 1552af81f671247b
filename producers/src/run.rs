//! Starts every part and stops it in order: first no more deliveries are taken, then those on their way end or are left on
//! disk for the next start.

use std::collections::BTreeMap;
use std::sync::Arc;

use renkei_core::archive::Archive;
use renkei_core::calendar::file::CalendarSource;
use renkei_core::registry::{Direction, Registry};
use renkei_core::tls::{self, TlsError};
use renkei_core::verdict::{Classify, Verdict};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::ProducerConfig;
use crate::error::IntakeError;
use crate::folder::Worker;
use crate::http::tokens::{Tokens, TokensError};
use crate::http::{self, Api};
use crate::intake::Intake;
use crate::publish::Publish;
use crate::pull::Puller;
use crate::schedule::{ScheduleError, Scheduler};

/// Why the role does not start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The settings are wrong; every fault is named.
    #[error("the settings have {} fault(s):\n{}", .0.len(), .0.join("\n"))]
    Config(Vec<String>),
    /// Directories cannot be made.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The tokens file.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The certificate of the HTTP intake.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A schedule.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The address is taken or not ours.
    #[error("listening on {address}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
}

impl Classify for RunError {
    fn verdict(&self) -> Verdict {
        match self {
            RunError::Config(_) | RunError::Tokens(_) | RunError::Tls(_) => Verdict::Bug,
            RunError::Intake(error) => error.verdict(),
            RunError::Schedule(error) => error.verdict(),
            RunError::Listen { .. } => Verdict::Retry,
        }
    }
}

/// Runs the producing role until `shutdown`. Tells `begun` when folders are watched and uploads are taken; returns when everything
/// has ended.
pub async fn run(
    config: ProducerConfig,
    registry: Arc<Registry>,
    archive: Archive,
    publisher: Arc<dyn Publish>,
    shutdown: CancellationToken,
    begun: oneshot::Sender<()>,
) -> Result<(), RunError> {
    let faults = config.faults();
    if !faults.is_empty() {
        return Err(RunError::Config(faults));
    }
    // Everything that can fail comes before anything starts.
    let intake = Intake::open(config.clone(), registry.clone(), archive, publisher.clone(), shutdown.clone())?;
    let calendar = Arc::new(CalendarSource::new(&config.calendar_file));
    let schedulers = if config.schedule {
        Scheduler::all(&registry, &config.spool_dir.join("schedule"), &publisher, &calendar)?
    } else {
        Vec::new()
    };
    let mut wakes = BTreeMap::new();
    for topic in registry.active(Direction::In) {
        wakes.insert(topic.slug.to_string(), Arc::new(Notify::new()));
    }
    let pullers = pullers(&intake, &config, &wakes)?;
    let http = match &config.http {
        None => None,
        Some(http) => {
            let tokens = Tokens::open(&http.tokens_file, &config.senders_file)?;
            let listening = TcpListener::bind(http.listen).await;
            let listener = listening.map_err(|source| RunError::Listen { address: http.listen, source })?;
            Some((http.clone(), tokens, listener, tls::acceptor(&http.tls_cert, &http.tls_key)?))
        }
    };
    let tasks = TaskTracker::new();
    let places = Arc::new(Semaphore::new(config.deliveries_parallel));
    // Uploads do not queue behind large files: a message is carried at once.
    let uploads_max = config.http.as_ref().map_or(0, |http| http.uploads_max);
    let upload_places = Arc::new(Semaphore::new(uploads_max));
    for topic in registry.active(Direction::In) {
        let wake = wakes.get(topic.slug.as_str()).cloned().unwrap_or_default();
        tasks.spawn(Worker::new(intake.clone(), topic.clone(), places.clone(), wake).run());
    }
    for puller in pullers {
        tasks.spawn(puller.run());
    }
    for scheduler in schedulers {
        tasks.spawn(scheduler.run(shutdown.clone()));
    }
    if let Some((config, tokens, listener, tls)) = http {
        tracing::info!(address = %config.listen, "HTTP intake listens");
        let api = Api::new(intake.clone(), config, tokens, upload_places.clone(), wakes);
        tasks.spawn(http::scim::resume(api.clone()));
        tasks.spawn(http::serve(api, listener, tls, shutdown.clone()));
    }
    tracing::info!(topics = registry.active(Direction::In).count(), inbox = %config.inbox_dir.display(), "producing");
    // Who does not wait for it need not be told.
    let _ = begun.send(());
    shutdown.cancelled().await;
    tasks.close();
    tasks.wait().await;
    // Deliveries that came by HTTP run on their own; they stop at the next stage and are on disk.
    let all = u32::try_from(uploads_max).unwrap_or(u32::MAX);
    let _ = upload_places.acquire_many(all).await;
    tracing::info!("producing ended");
    Ok(())
}

/// One puller for each topic that is fetched. A slug that names no topic that takes files is a mistake of the settings.
fn pullers(
    intake: &Arc<Intake>,
    config: &ProducerConfig,
    wakes: &BTreeMap<String, Arc<Notify>>,
) -> Result<Vec<Puller>, RunError> {
    let (mut pullers, mut faults) = (Vec::new(), Vec::new());
    for slug in config.pull.keys() {
        match intake.topic(slug) {
            Ok(topic) if topic.slug.as_str() == slug => {
                pullers.extend(Puller::of(intake, topic, wakes.get(slug).cloned().unwrap_or_default())?);
            }
            Ok(topic) => faults.push(format!("produce.pull.{slug}: write the topic as {}", topic.slug)),
            Err(error) => faults.push(format!("produce.pull.{slug}: {error}")),
        }
    }
    if faults.is_empty() { Ok(pullers) } else { Err(RunError::Config(faults)) }
}
