//! Accepts connections, plain or with TLS, with a timeout for slow greetings, and drains them at shutdown. The HTTP intake and the
//! console stand behind it.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Pause after a failed accept (too many open files): looping at once would not help.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// How a door behaves.
#[derive(Clone)]
pub struct Front {
    /// Certificate and key; `None`: plain text.
    pub tls: Option<TlsAcceptor>,
    /// Longest wait for a TLS handshake, and for the head of a request.
    pub greeting: Duration,
    /// So long running requests get to end at shutdown.
    pub drain: Duration,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Front { tls, greeting, drain } = self;
        f.debug_struct("Front").field("tls", &tls.is_some()).field("greeting", greeting).field("drain", drain).finish()
    }
}

/// Serves until `stopping`; then takes no more connections and lets running requests end for the configured time. Handlers find the
/// peer's address as `ConnectInfo<SocketAddr>`.
pub async fn serve(router: Router, listener: TcpListener, front: Front, stopping: CancellationToken) {
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stopping.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection(stream, peer, router.clone(), front.clone(), stopping.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(front.drain, connections.wait()).await.is_err() {
        tracing::warn!(open = connections.len(), "requests still running at shutdown are cut off; their senders got no answer");
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, front: Front, stopping: CancellationToken) {
    // Small answers must not wait for more bytes to come.
    let _ = stream.set_nodelay(true);
    let Some(tls) = front.tls else { return requests(stream, peer, router, front.greeting, stopping).await };
    match tokio::time::timeout(front.greeting, tls.accept(stream)).await {
        Ok(Ok(stream)) => requests(stream, peer, router, front.greeting, stopping).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

async fn requests<S>(stream: S, peer: SocketAddr, router: Router, greeting: Duration, stopping: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(greeting);
    let inner = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        inner.call(request)
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
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
