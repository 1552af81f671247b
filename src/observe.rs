//! What a running role shows of itself: `/metrics`, `/healthz` (the process lives) and `/readyz` (it can work now).

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use renkei_consumers::db::{self, PgPool};
use renkei_core::metrics;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::config::Config;

/// Ports tried from the one that is set: so many processes of one machine may run with the same settings.
const PORTS_MAX: u16 = 8;
/// How long the database may take to say that it is there.
const DATABASE_WAIT: Duration = Duration::from_secs(3);

/// What `/readyz` asks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readiness {
    roles_run: Arc<AtomicBool>,
    database: Option<PgPool>,
}

impl Readiness {
    /// The database is asked too, when the roles use one. Nothing is connected before the first question.
    pub(crate) fn asking(database_url: Option<&str>) -> anyhow::Result<Readiness> {
        let database = database_url.map(db::connect_lazily).transpose()?;
        Ok(Readiness { roles_run: Arc::default(), database })
    }

    /// Every role has begun to work.
    pub(crate) fn roles_run(&self) {
        self.roles_run.store(true, Ordering::Relaxed);
    }

    /// Asks the database, where the roles use one, and shows whether and how soon it answers.
    async fn measure_database(&self) {
        let Some(pool) = &self.database else { return };
        let begun = Instant::now();
        let up = self.database_answers(pool).await;
        metrics::metrics().standing.database_up.set(i64::from(up));
        metrics::metrics().standing.database_answer_seconds.set(begun.elapsed().as_secs_f64());
    }

    async fn database_answers(&self, pool: &PgPool) -> bool {
        tokio::time::timeout(DATABASE_WAIT, db::ping(pool)).await.unwrap_or(false)
    }

    /// What keeps this process from working, one sentence each.
    async fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !self.roles_run.load(Ordering::Relaxed) {
            faults.push("the roles have not started yet".to_owned());
        }
        let (up, known) = metrics::broker_connections();
        if up < known || known == 0 {
            faults.push(format!("{up} of {known} connections to the broker are up"));
        }
        if let Some(pool) = &self.database
            && !self.database_answers(pool).await
        {
            faults.push("the database does not answer".to_owned());
        }
        faults
    }
}

async fn readyz(State(readiness): State<Readiness>) -> (StatusCode, String) {
    let faults = readiness.faults().await;
    if faults.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, faults.join("\n") + "\n")
    }
}

async fn metrics_page(State(readiness): State<Readiness>) -> impl axum::response::IntoResponse {
    readiness.measure_database().await;
    let (text, content_type) = metrics::exposition();
    ([(axum::http::header::CONTENT_TYPE, content_type)], text)
}

/// Serves the pages when an address is set.
pub(crate) async fn serve(config: &Config, readiness: Readiness, shutdown: CancellationToken) -> anyhow::Result<JoinHandle<()>> {
    if config.metrics_listen.is_empty() {
        return Ok(tokio::spawn(async {}));
    }
    let listener = listen(config.metrics_listen.parse().context("metrics_listen is not an address and port")?).await?;
    let app = axum::Router::new()
        .route("/metrics", get(metrics_page))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .with_state(readiness);
    info!(address = %listener.local_addr()?, "metrics");
    Ok(tokio::spawn(async move {
        if let Err(failure) = axum::serve(listener, app).with_graceful_shutdown(shutdown.cancelled_owned()).await {
            error!(error = failure.to_string(), "metrics ended");
        }
    }))
}

/// The address, or the next free port after it: a second role beside the first is no mistake and must not die of it.
async fn listen(wanted: SocketAddr) -> anyhow::Result<TcpListener> {
    let refused = |address: SocketAddr| format!("cannot listen for metrics on {address}; set RENKEI_METRICS_LISTEN");
    let last = wanted.port().saturating_add(PORTS_MAX - 1);
    for port in wanted.port()..=last {
        let address = SocketAddr::new(wanted.ip(), port);
        match TcpListener::bind(address).await {
            Ok(listener) => {
                if address != wanted {
                    warn!(%wanted, %address, "the metrics port is taken, by another role of this machine or a stranger; using the next free one");
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse && port < last => {}
            Err(error) => return Err(error).with_context(|| refused(address)),
        }
    }
    anyhow::bail!(refused(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_role_takes_the_next_port() {
        let first = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
        let wanted = first.local_addr().expect("bound");
        let second = listen(wanted).await.expect("the next port");
        assert!(second.local_addr().expect("bound").port() > wanted.port());
    }

    #[tokio::test]
    async fn who_has_not_started_is_not_ready() {
        let faults = Readiness::default().faults().await;
        assert!(faults.iter().any(|fault| fault.contains("not started")), "{faults:?}");
    }
}
