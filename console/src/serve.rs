use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use renkei_consumers::failures::group;
use renkei_producers::front::{self, Front};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::access::purge;
use crate::desk::Desk;
use crate::guard::Guarded;
use crate::pages::{depths, pulse};
use crate::refusal::Refusal;
use crate::routes::Need;
use crate::{again, guard, measure, routes};

/// How often it is looked whether open pages should show something new.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How often the queues are counted.
const COUNT_EVERY: Duration = Duration::from_secs(5);

/// How often it is looked for decisions about parked messages that were not carried out to their end.
const CARRY_OUT_EVERY: Duration = Duration::from_secs(15);

/// How often what has been kept long enough is removed.
const PURGE_EVERY: Duration = Duration::from_secs(3_600);

/// Longest wait for a TLS handshake and for the head of a request.
const GREETING: Duration = Duration::from_secs(10);

/// So long running requests get to end at shutdown. Open pages that wait for changes end then, too.
const DRAIN: Duration = Duration::from_secs(10);

/// All pages.
pub fn app(desk: Arc<Desk>) -> Router {
    // Whoever asks for what is served nowhere gets a page like any other: the guard puts it into their frame.
    let guarded = Guarded { desk: desk.clone(), need: Need::Open };
    let elsewhere = || async {
        measure::unknown(StatusCode::NOT_FOUND);
        Refusal::not_found().into_response()
    };
    let otherwise = || async {
        measure::unknown(StatusCode::METHOD_NOT_ALLOWED);
        Refusal::of_a_form().into_response()
    };
    let pages = routes::router(&desk)
        .fallback(elsewhere.layer(from_fn_with_state(guarded.clone(), guard::pass)))
        .method_not_allowed_fallback(otherwise.layer(from_fn_with_state(guarded, guard::pass)))
        .layer(DefaultBodyLimit::disable())
        .with_state(desk);
    // A form that is refused is shown again by asking the same pages.
    pages.clone().layer(from_fn_with_state(pages, again::pass)).layer(from_fn(guard::headers))
}

/// Serves the pages until `shutdown`; `begun` is told when the first can be asked for.
pub async fn serve(
    desk: Arc<Desk>,
    listen: SocketAddr,
    tls: Option<TlsAcceptor>,
    shutdown: CancellationToken,
    begun: oneshot::Sender<()>,
) -> Result<(), std::io::Error> {
    let listener = TcpListener::bind(listen).await?;
    info!(address = %listener.local_addr()?, "console");
    let looking = tokio::spawn(pulse::keep_looking(desk.clone(), LOOK_EVERY, shutdown.clone()));
    let counting = tokio::spawn(depths::keep_asking(desk.clone(), COUNT_EVERY, shutdown.clone()));
    let purging = tokio::spawn(purge::keep_purging(desk.pool.clone(), PURGE_EVERY, shutdown.clone()));
    let (pool, publisher) = (desk.pool.clone(), desk.publisher.clone());
    let deciding = tokio::spawn(group::keep_carrying_out(pool, publisher, CARRY_OUT_EVERY, shutdown.clone()));
    let app = app(desk);
    let _ = begun.send(());
    front::serve(app, listener, Front { tls, greeting: GREETING, drain: DRAIN }, shutdown).await;
    for task in [looking, counting, purging, deciding] {
        task.abort();
    }
    Ok(())
}
