//! One version of a user onto the topic: written down, claimed, published, confirmed.

use std::sync::Arc;
use std::time::Duration;

use renkei_core::crash;
use renkei_core::fault::{Fault, Severity};
use renkei_core::layout::read::{Event, ReadLimits, read_file};
use serde_json::{Map, Value, json};

use super::error::ScimError;
use super::shape::CORE;
use super::store::Kept;
use super::{Api, Desk, doors};
use crate::delivery::{Delivery, Stage};
use crate::error::IntakeError;
use crate::intake::blocking;
use crate::names;
use crate::send::in_turn;
use crate::station::{chain, write_whole};

/// Seconds a sender waits for the broker; the delivery goes on without him.
const CONFIRM_WAIT: Duration = Duration::from_secs(25);
/// Faults told in one answer.
const FAULTS_MAX: usize = 20;

impl Desk {
    /// The user as he is sent on, archived and shown: his attributes, and what we say about him.
    pub(super) fn document(&self, kept: &Kept) -> Value {
        let mut schemas = vec![Value::from(CORE)];
        let extensions = self.shape.parts.iter().filter(|part| part.is_extension() && kept.content.contains_key(&part.name));
        schemas.extend(extensions.map(|part| Value::from(part.name.as_str())));
        let mut document = Map::from_iter([("schemas".to_owned(), Value::Array(schemas)), ("id".to_owned(), json!(kept.id))]);
        document.extend(kept.content.clone());
        let meta = json!({
            "resourceType": "User", "created": kept.created, "lastModified": kept.modified, "version": kept.etag(),
            "location": format!("/scim/v2/Users/{}", kept.id),
        });
        document.insert("meta".to_owned(), meta);
        Value::Object(document)
    }

    /// What is wrong with a user, in the words of the catalogue: read as his delivery will be read.
    pub(super) fn judge(&self, kept: &Kept) -> Result<(), ScimError> {
        let bytes = self.document(kept).to_string().into_bytes();
        let limits = ReadLimits { faults_max: FAULTS_MAX, ..ReadLimits::default() };
        let mut faults: Vec<Fault> = Vec::new();
        let read = read_file(&self.layout, bytes.as_slice(), &limits, |event| match event {
            Event::Fault(fault) if fault.severity == Severity::Error => faults.push(fault),
            _ => {}
        });
        match read {
            Ok(_) if faults.is_empty() => Ok(()),
            Ok(_) => Err(ScimError::faults(&faults)),
            Err(error) => Err(ScimError::bad("invalidSyntax", chain(&error))),
        }
    }

    /// Brings a version to its topic and notes that it is there. Done already is done.
    pub(super) async fn hand_over(&self, sender: &str, kept: &mut Kept) -> Result<(), ScimError> {
        if kept.confirmed {
            return Ok(());
        }
        self.claim(sender, kept).await?;
        let carried = in_turn(&self.api.intake, &self.topic, kept.delivery, None);
        let outcome = match tokio::time::timeout(CONFIRM_WAIT, carried).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => {
                tracing::warn!(topic = %self.topic.slug, delivery = %kept.delivery, error = %chain(&error), "a SCIM call waits");
                return Err(ScimError::busy());
            }
            Err(_) => return Err(ScimError::busy()),
        };
        if outcome.delivery.stage == Stage::Rejected {
            // Judged as sound a moment ago: the layout was changed in between.
            return Err(ScimError::faults(&outcome.delivery.faults));
        }
        crash::point("producer.scim_confirmed");
        kept.confirmed = true;
        self.store.put(kept).map_err(ScimError::from)
    }

    /// Claims the delivery of a version, once.
    async fn claim(&self, sender: &str, kept: &Kept) -> Result<(), IntakeError> {
        if self.api.intake.delivery(&self.topic, kept.delivery)?.is_some() {
            return Ok(());
        }
        let name = names::shown(&format!("{}.v{}.json", kept.text("userName"), kept.version));
        let mut delivery = Delivery::new(kept.delivery, self.topic.slug.as_str(), name, sender.to_owned());
        delivery.variant = Some(self.variant.clone());
        let station = self.api.intake.spool_of(&self.topic)?.clone();
        let bytes = self.document(kept).to_string().into_bytes();
        blocking("claiming", kept.delivery, move || {
            let beginning = station.begin()?;
            write_whole(&beginning.original(), &bytes)?;
            // Let go again: whoever carries the topic takes it in its turn.
            beginning.name(delivery).map(drop)
        })
        .await
    }
}

/// Goes on with what was taken in and not confirmed when the program ended.
pub async fn resume(api: Arc<Api>) {
    for topic in doors(&api) {
        let resumed = async {
            let desk = Desk::open(&api, &topic)?;
            let _lock = desk.store.lock(&api.intake.stopping).await?;
            for mut kept in desk.store.all()?.into_iter().filter(|kept| !kept.confirmed) {
                if desk.hand_over("http:scim", &mut kept).await.is_err() {
                    tracing::warn!(topic = %topic.slug, delivery = %kept.delivery, "a SCIM call waits for the broker");
                }
            }
            Ok::<(), IntakeError>(())
        };
        if let Err(error) = resumed.await {
            tracing::error!(topic = %topic.slug, error = %chain(&error), "SCIM calls under way could not be resumed");
        }
    }
}
