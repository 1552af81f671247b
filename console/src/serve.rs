use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::desk::Desk;
use crate::pages::{depths, pulse};
use crate::{guard, measure, routes};

/// How often it is looked whether open pages should show something new.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How often the queues are counted.
const COUNT_EVERY: Duration = Duration::from_secs(5);

/// All pages.
pub fn app(desk: Arc<Desk>) -> Router {
    routes::router(&desk)
        .fallback(|| async {
            measure::unknown();
            (StatusCode::NOT_FOUND, "404\n").into_response()
        })
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(guard::headers))
        .with_state(desk)
}

/// Serves the pages until `shutdown`; `begun` is told when the first can be asked for.
pub async fn serve(
    desk: Arc<Desk>,
    listen: SocketAddr,
    shutdown: CancellationToken,
    begun: oneshot::Sender<()>,
) -> Result<(), std::io::Error> {
    let listener = TcpListener::bind(listen).await?;
    info!(address = %listener.local_addr()?, "console");
    let looking = tokio::spawn(pulse::keep_looking(desk.clone(), LOOK_EVERY, shutdown.clone()));
    let counting = tokio::spawn(depths::keep_asking(desk.clone(), COUNT_EVERY, shutdown.clone()));
    let app = app(desk).into_make_service_with_connect_info::<SocketAddr>();
    let _ = begun.send(());
    axum::serve(listener, app).with_graceful_shutdown(shutdown.cancelled_owned()).await?;
    looking.abort();
    counting.abort();
    Ok(())
}
