//! Accepts connections, with a timeout for slow request heads, and drains them at shutdown.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Api;

/// Pause after a failed accept (too many open files): looping at once would not help.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves until `stopping`; then takes no more connections and lets running requests end for the configured time.
pub async fn serve(api: Arc<Api>, listener: TcpListener, stopping: CancellationToken) {
    let connections = TaskTracker::new();
    let header_timeout = Duration::from_secs(api.config.header_timeout_s);
    let drain = Duration::from_secs(api.config.drain_s);
    let router = super::router(api);
    loop {
        let accepted = tokio::select! {
            () = stopping.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(connection(stream, router.clone(), header_timeout, stopping.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(drain, connections.wait()).await.is_err() {
        tracing::warn!(open = connections.len(), "requests still running at shutdown are cut off; their senders got no 202");
    }
}

async fn connection(stream: TcpStream, router: Router, header_timeout: Duration, stopping: CancellationToken) {
    // Small answers must not wait for more bytes to come.
    let _ = stream.set_nodelay(true);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(header_timeout);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "an HTTP connection ended early");
    }
}
