//! The connection that the consumers of a process share.
//!
//! A connection costs the client library some eight megabytes of buffers, a channel next to nothing; a process that consumes
//! thirty queues needs one connection. What fails on a channel (a deleted queue, a refused subscription) is a matter of that
//! consumer; when the connection goes, or a channel cannot even be closed, every consumer begins again on a new one.

use std::sync::{Arc, Weak};

use futures_util::StreamExt;
use lapin::{Connection, Event};
use tokio::sync::{Mutex, watch};

use crate::broker::connection::{self, BrokerConfig, BrokerError, Link};

/// Where consumers get their connection from. Clones share it.
#[derive(Debug, Clone)]
pub struct Line {
    config: BrokerConfig,
    name: String,
    /// The connection in use; nobody's when the last consumer has given it back.
    now: Arc<Mutex<Weak<Wire>>>,
}

/// A connection in use.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) connection: Connection,
    ended: watch::Receiver<Option<String>>,
}

impl Line {
    /// A line whose connection is called `renkei <name>` at the broker. Connects when the first consumer needs it.
    pub fn new(config: &BrokerConfig, name: &str) -> Result<Line, BrokerError> {
        config.uri()?;
        Ok(Line { config: config.clone(), name: format!("renkei {name}"), now: Arc::default() })
    }

    /// The connection in use, or a new one when there is none or it is broken.
    pub(super) async fn take(&self) -> Result<Arc<Wire>, BrokerError> {
        let mut now = self.now.lock().await;
        if let Some(wire) = now.upgrade().filter(|wire| wire.is_open()) {
            return Ok(wire);
        }
        let Link { connection, events } = connection::connect(&self.config, &self.name).await?;
        let wire = Arc::new(Wire { connection, ended: watched(events) });
        *now = Arc::downgrade(&wire);
        Ok(wire)
    }
}

impl Wire {
    fn is_open(&self) -> bool {
        self.connection.status().connected() && self.ended.borrow().is_none()
    }

    /// Waits until the connection has ended, and says why.
    pub(super) async fn ended(&self) -> String {
        let mut ended = self.ended.clone();
        let reason = ended.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone());
        reason.unwrap_or_else(|| "the connection ended".to_owned())
    }

    /// A consumer needs it no longer; the last one closes it.
    pub(super) async fn give_back(self: Arc<Self>) {
        if let Some(wire) = Arc::into_inner(self) {
            connection::close(&wire.connection).await;
        }
    }

    /// Ends it for everybody: something on it does not answer any more, and what it holds must come again.
    pub(super) async fn break_off(&self) {
        connection::close(&self.connection).await;
    }
}

/// Listens for the end of a connection; its events may have one listener only.
fn watched(mut events: std::pin::Pin<Box<dyn futures_util::Stream<Item = Event> + Send>>) -> watch::Receiver<Option<String>> {
    let (tell, ended) = watch::channel(None);
    tokio::spawn(async move {
        let reason = loop {
            match events.next().await {
                Some(Event::Error(error)) => break error.to_string(),
                Some(_) => {}
                None => break "the connection ended".to_owned(),
            }
        };
        tell.send_replace(Some(reason));
    });
    ended
}
