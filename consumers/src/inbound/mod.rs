//! Intake: staged, checked, posted, cancelled (design §5).
//!
//! ```text
//! message ──► handler ──► stage (a transaction per chunk) ──► decide (one transaction: totals, duplicate, check.sql, post.sql)
//!                │                                                │
//!                ├─ rejection ► refuse                            ├─ posted · held · awaiting_confirmation · rejected · duplicate
//!                └─ confirm, cancel ► decide, cancel              └─ later: hold, cancel, preview (what an operator does)
//! ```
//!
//! `Intake` is what the consumer, the command line and the console share: every operation on a batch is a method of it.

/// Batches as stored; lists and details.
pub mod batch;
/// 取消.
mod cancel;
/// The ledger object of a held line, chosen by a person.
mod choose;
/// A complete batch is decided.
mod decide;
/// Messages without an envelope.
mod direct;
/// What can go wrong.
pub mod error;
/// Documents that came with a file.
mod evidence;
/// The broker's handler of a topic.
pub mod handler;
/// Lines that wait for a person.
mod hold;
/// Line numbers as people write them.
mod lines;
/// Media that carried batches.
mod medium;
/// Metrics of intake.
pub mod meter;
/// Notes about held lines.
mod note;
/// The journal a batch would make.
pub mod preview;
/// Where the values of a record lie in `intake.record`.
mod record;
/// Deliveries refused before they became records.
mod refuse;
/// State, hops, findings and audit events.
mod settle;
/// Columns in which records are stored.
mod shape;
/// Chunk bodies to rows.
mod split;
/// Chunks to the database.
pub mod stage;
/// Temp tables of the folders' SQL.
mod tables;
/// The steps of a posting.
mod work;

use std::sync::Arc;

use renkei_core::calendar::clock;
use renkei_core::layout::Layout;
use renkei_core::registry::{Integration, Registry, Topic};
use sqlx::postgres::PgPool;

pub use batch::{Batch, Filter, Finding, Hop, StagedRecord, State, StoredFault};
pub use choose::{Choice, Chosen};
pub use direct::{HEADER_LAYOUT, HEADER_MESSAGE_ID};
pub use error::{Blocker, IntakeError};
pub use evidence::StoredDocument;
pub use handler::TopicHandler;
pub use hold::HeldPosted;
pub use medium::CarriedOn;
pub use preview::{Journal, JournalLine, Preview};
pub use stage::{ReplyAddress, Staged};

/// Everything that can be done with a batch.
#[derive(Debug)]
pub struct Intake {
    pool: PgPool,
    registry: Arc<Registry>,
    known: stage::Known,
    business_date: Option<String>,
    source: String,
}

/// An active topic and its folder.
struct TopicSite<'a> {
    topic: &'a Topic,
    integration: &'a Integration,
}

impl<'a> TopicSite<'a> {
    /// A layout variant by name; empty = the first.
    fn variant(&self, name: &str) -> Option<(&'a str, &'a Layout)> {
        let mut layouts = self.integration.layouts.iter();
        let found = if name.is_empty() { layouts.next() } else { layouts.find(|(known, _)| known == name) };
        found.map(|(name, layout)| (name.as_str(), layout.as_ref()))
    }
}

/// A topic with the layout of one batch.
struct Place<'a> {
    topic: &'a Topic,
    integration: &'a Integration,
    layout: &'a Layout,
}

impl Place<'_> {
    fn spec<'s>(
        &'s self,
        batch: &'s Batch,
        lines: Option<&'s [i64]>,
        actor: &'s str,
        business_date: &'s str,
        answers: Option<tables::Answers<'s>>,
    ) -> tables::Spec<'s> {
        tables::Spec { integration: self.integration, layout: self.layout, batch, lines, actor, business_date, answers }
    }
}

impl Intake {
    /// An intake on a migrated database.
    pub fn new(pool: PgPool, registry: Arc<Registry>) -> Self {
        Intake { pool, registry, known: stage::Known::default(), business_date: None, source: "consumer".to_owned() }
    }

    /// Names the door the actions come through in the audit log: `cli`, `console`, `consumer`.
    #[must_use]
    pub fn with_source(mut self, source: &str) -> Self {
        self.source = source.to_owned();
        self
    }

    /// Books on this day (`yyyy-mm-dd`) instead of today.
    #[must_use]
    pub fn on_business_date(mut self, day: &str) -> Self {
        self.business_date = Some(day.to_owned());
        self
    }

    /// The pool.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Lists batches, newest first.
    pub async fn list(&self, filter: &Filter) -> Result<Vec<Batch>, IntakeError> {
        batch::list(&self.pool, filter).await
    }

    /// One batch.
    pub async fn get(&self, id: i64) -> Result<Batch, IntakeError> {
        batch::get(&self.pool, id).await
    }

    /// A batch by its number or its delivery id.
    pub async fn find(&self, name: &str) -> Result<Batch, IntakeError> {
        if let Ok(id) = name.parse::<i64>() {
            return self.get(id).await;
        }
        let unknown = || IntakeError::Unknown(name.to_owned());
        let delivery = name.parse().map_err(|_| unknown())?;
        batch::by_delivery(&self.pool, delivery).await?.ok_or_else(unknown)
    }

    /// What the checks said about a batch.
    pub async fn findings(&self, id: i64) -> Result<Vec<Finding>, IntakeError> {
        batch::findings(&self.pool, id).await
    }

    /// What the checks said about one line.
    pub async fn findings_on(&self, id: i64, line: i64) -> Result<Vec<Finding>, IntakeError> {
        batch::findings_on(&self.pool, id, line).await
    }

    /// Why a file was refused.
    pub async fn faults(&self, id: i64) -> Result<Vec<StoredFault>, IntakeError> {
        batch::faults(&self.pool, id).await
    }

    /// The documents that came with a batch.
    pub async fn documents(&self, id: i64) -> Result<Vec<StoredDocument>, IntakeError> {
        evidence::of(&self.pool, id).await
    }

    /// Records on lines `from..=to` of a batch.
    pub async fn records(&self, id: i64, from: i64, to: i64) -> Result<Vec<StagedRecord>, IntakeError> {
        batch::records(&self.pool, id, from, to).await
    }

    fn today(&self) -> String {
        self.business_date.clone().unwrap_or_else(|| clock::today().to_string())
    }

    fn site(&self, slug: &str) -> Result<TopicSite<'_>, IntakeError> {
        let topic = self.registry.incoming(slug);
        let site = topic.and_then(|topic| Some(TopicSite { topic, integration: topic.integration.as_deref()? }));
        site.ok_or_else(|| IntakeError::Topic(slug.to_owned()))
    }

    fn place(&self, batch: &Batch) -> Result<Place<'_>, IntakeError> {
        self.layout_place(&batch.topic, &batch.layout)
    }

    fn layout_place(&self, slug: &str, variant: &str) -> Result<Place<'_>, IntakeError> {
        let site = self.site(slug)?;
        let (_, layout) = site.variant(variant).ok_or_else(|| IntakeError::Properties {
            topic: slug.to_owned(),
            message_id: String::new(),
            reason: format!("the folder has no layout {variant:?}"),
        })?;
        Ok(Place { topic: site.topic, integration: site.integration, layout })
    }
}
