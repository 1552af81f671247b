//! The one shape of all ways out: what can fail is done first (`ready`), then the try is marked, then the file goes (`go`).

use std::time::Duration;

use renkei_core::registry::{DeliveryTarget, Direction};
use sqlx::PgConnection;

use super::http::Push;
use super::object_storage::Put;
use super::outbox::Places;
use crate::outbound::Exporter;
use crate::outbound::error::OutboundError;
use crate::outbound::model::{ExportFile, FileState};

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// Handed over, and what the partner answered.
    Arrived { answer: Option<String> },
    /// It certainly did not arrive: tried again, not before `after` where the partner wishes so.
    NotSent { why: String, after: Option<Duration> },
    /// The partner says no: a person decides.
    Refused { why: String },
    /// Nobody knows whether it arrived.
    Unclear { why: String },
}

impl Ending {
    /// As the metric calls it.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Ending::Arrived { .. } => "arrived",
            Ending::NotSent { .. } => "not_sent",
            Ending::Refused { .. } => "refused",
            Ending::Unclear { .. } => "unclear",
        }
    }
}

/// What is done next.
pub(super) enum Ready {
    /// Everything is prepared: mark it, and go.
    Go,
    /// An earlier try was marked and is gone on with.
    Marked,
    /// It is clear already what came of it.
    Ended(Ending),
}

/// A way out for one file.
pub(super) enum Way {
    Outbox(Places),
    Http(Push),
    ObjectStorage(Put),
}

impl Exporter {
    /// Says at start which topics have a partner with a door and no address here: their files wait for a person in the outbox.
    pub fn tell_unset_addresses(&self) {
        for topic in self.registry.active(Direction::Out) {
            if topic.delivery != DeliveryTarget::Outbox && self.destinations.of(topic.slug.as_str()).is_none() {
                tracing::warn!(topic = %topic.slug, delivery = topic.delivery.as_str(), "no [deliver] table: its files go into the outbox");
            }
        }
    }

    /// The way a file takes: what its topic says, where the installation names an address; else the outbox.
    pub(super) fn way(&self, file: &ExportFile) -> Result<Way, OutboundError> {
        let target = self.registry.topic(&file.topic).map_or(DeliveryTarget::Outbox, |topic| topic.delivery);
        let places = self.places(file);
        let places = places.ok_or(OutboundError::State { file: file.id, state: FileState::Ordered, action: "delivered" })?;
        Ok(match (target, self.destinations.of(&file.topic)) {
            (DeliveryTarget::Http, Some(config)) => Way::Http(Push::new(config, file)),
            (DeliveryTarget::ObjectStorage, Some(config)) => Way::ObjectStorage(Put::new(config, places)),
            (DeliveryTarget::Outbox, _) | (_, None) => Way::Outbox(places),
        })
    }
}

impl Way {
    /// Where the file goes, as people read it; without secrets.
    pub(super) fn place(&self) -> String {
        match self {
            Way::Outbox(places) => places.name.clone(),
            Way::Http(push) => push.place(),
            Way::ObjectStorage(put) => put.place(),
        }
    }

    /// Prepares the try. `placing`: an earlier one was marked, and it is not known how it ended.
    pub(super) async fn ready(
        &self,
        exporter: &Exporter,
        conn: &mut PgConnection,
        file: &ExportFile,
        placing: bool,
    ) -> Result<Ready, OutboundError> {
        match self {
            Way::Outbox(places) => exporter.outbox_ready(conn, file, places, placing).await,
            Way::Http(push) => push.ready(exporter, file, placing).await,
            Way::ObjectStorage(put) => put.ready(exporter, conn, file, placing).await,
        }
    }

    /// Lets the file go.
    pub(super) async fn go(&self, exporter: &Exporter, file: &ExportFile) -> Result<Ending, OutboundError> {
        match self {
            Way::Outbox(places) => places.show().await,
            Way::Http(push) => push.go(exporter, file).await,
            Way::ObjectStorage(put) => put.go(file).await,
        }
    }
}
