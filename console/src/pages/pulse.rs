//! A page that is open learns within seconds that something has changed, and asks for itself again. One look at the database serves
//! every open page.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{self, Stream};
use sqlx::postgres::PgPool;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::desk::Desk;

/// So long one stream lasts; then the browser asks again, and who may no longer look is no longer told.
const STREAM: Duration = Duration::from_secs(300);

/// Instead of a digest: the console stops, and so do the streams.
const ENDING: &str = "ending";

/// The state of everything, as a digest.
#[derive(Debug, Clone)]
pub struct Pulse(watch::Sender<String>);

impl Default for Pulse {
    fn default() -> Self {
        Pulse(watch::Sender::new(String::new()))
    }
}

async fn look(pool: &PgPool) -> Result<String, sqlx::Error> {
    sqlx::query_scalar(include_str!("sql/pulse.sql")).fetch_one(pool).await
}

/// Looks again and again, as long as a page is open.
pub(crate) async fn keep_looking(desk: Arc<Desk>, pause: Duration, shutdown: CancellationToken) {
    let Pulse(sender) = &desk.pulse;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.cancelled() => {
                sender.send_replace(ENDING.to_owned());
                return;
            }
        }
        if sender.receiver_count() == 0 {
            continue;
        }
        match look(&desk.pool).await {
            Ok(state) => {
                sender.send_if_modified(|known| {
                    let changed = *known != state;
                    *known = state;
                    changed
                });
            }
            Err(error) => warn!(error = &error as &dyn std::error::Error, "cannot look for changes"),
        }
    }
}

/// One event for each change. It has data: browsers do not pass on an event without any.
pub(crate) async fn stream(State(desk): State<Arc<Desk>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut receiver = desk.pulse.0.subscribe();
    // What happened between the making of the page, or the end of the last stream, and now would be told to nobody: look once.
    receiver.mark_changed();
    let until = Instant::now() + STREAM;
    let events = stream::unfold(receiver, move |mut receiver| async move {
        let changed = tokio::time::timeout_at(until, receiver.changed()).await;
        let ended = !matches!(changed, Ok(Ok(()))) || *receiver.borrow() == ENDING;
        (!ended).then(|| (Ok(Event::default().event("change").data("again")), receiver))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}
