//! Ledger → file (design §7): made, approved, released once.
//!
//! ```text
//! ordered → generated → approved → released → delivered | unknown | void      and: empty, refused, failed, superseded
//! ```
//!
//! | module | duty |
//! |--|--|
//! | `handler` | takes export orders from a topic's queue |
//! | `order` | publishes an export order under a deterministic run id |
//! | `generate` | one repeatable-read transaction: select, write, claim, record |
//! | `stage` | temp tables around an integration's SQL |
//! | `store` | statements about file rows that several steps share |
//! | `stream` | `outgoing_*` rows through the layout's writer into the archive |
//! | `bring` | a file that a person brings to an outbound topic |
//! | `spread` | tables whose columns `select.sql` names |
//! | `claim` | what each record carries, and the fence against carrying it twice |
//! | `name` | file names from the layout's pattern |
//! | `problem` | why a file is not made or does not arrive, for readers of both languages |
//! | `approve` | totals recomputed from the ledger; approval bound to the bytes |
//! | `compare` | the difference from last time, told from the ledger |
//! | `release` | release once, void, unknown |
//! | `deliver` | to the partner – outbox, HTTP push, bucket –, without a second copy after a crash |
//! | `control` | the control totals beside a file |
//! | `twin` | the same content sent before |
//! | `remake` | a past file selected anew |
//! | `retire` | the folders of voided files |
//! | `accepted` | what a person saw the partner accept |
//! | `workbook` | what a file holds, for people who check in Excel |
//! | `payees` | whom a file pays |
//! | `view` | list, show, download, dry run |
//! | `waiting` | why there is nothing to send |
//!
//! Rust carries out, the database decides: who may approve, what may be claimed, which step is allowed are constraints and
//! triggers of `migrations/0003_export.sql`. Here their names become sentences (`error`).

mod accepted;
mod approve;
mod bring;
mod claim;
mod compare;
mod control;
mod deliver;
/// What can go wrong, each with its verdict.
pub mod error;
mod generate;
/// The consumer of outbound topics.
pub mod handler;
/// Files and what is known about them.
pub mod model;
mod name;
mod order;
mod payees;
mod problem;
mod purge;
mod release;
mod remake;
mod retire;
mod spread;
mod stage;
mod store;
mod stream;
mod twin;
mod view;
mod waiting;
mod workbook;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use renkei_core::archive::Archive;
use renkei_core::calendar::clock;
use renkei_core::layout::Layout;
use renkei_core::registry::{Direction, Integration, Registry, Topic};
use sqlx::PgConnection;
use sqlx::postgres::PgPool;

pub use approve::{Review, ReviewRow};
pub use bring::Brought;
pub use compare::{ComparedTotal, Comparison, Notable, NotableItem};
pub use deliver::{DeliverConfig, Destinations, Method};
pub use error::OutboundError;
pub use model::{Approval, Delivery, ExportFile, FileState, Refusal};
pub use order::{OrderRequest, order};
pub use payees::{Payee, payees};
pub use problem::Problem;
pub use release::Found;
pub use remake::Remade;
pub use view::{Download, DryRun, FileDetail, ListFilter, PAYEES_SHOWN, PreviousRelease};
pub use waiting::Waiting;
pub use workbook::Workbook;

/// Everything outbound work needs. What an operator can do is a method; console and CLI are two faces of it.
#[derive(Debug, Clone)]
pub struct Exporter {
    pool: PgPool,
    archive: Archive,
    registry: Arc<Registry>,
    outbox: PathBuf,
    destinations: Arc<Destinations>,
    source: String,
    business_date: Option<Date>,
}

impl Exporter {
    /// `outbox` is the folder from which a person carries released files.
    pub fn new(pool: PgPool, archive: Archive, registry: Arc<Registry>, outbox: impl Into<PathBuf>) -> Self {
        let destinations = Arc::default();
        Exporter {
            pool,
            archive,
            registry,
            outbox: outbox.into(),
            destinations,
            source: "consumer".to_owned(),
            business_date: None,
        }
    }

    /// Delivers to these addresses; files of topics without one lie in the outbox.
    #[must_use]
    pub fn with_destinations(mut self, destinations: Destinations) -> Self {
        self.destinations = Arc::new(destinations);
        self
    }

    /// Names the door the actions come through in the audit log: `cli`, `console`, `consumer`.
    #[must_use]
    pub fn with_source(mut self, source: &str) -> Self {
        self.source = source.to_owned();
        self
    }

    /// Works as if it were this day instead of today in Tokyo. Its time of day is not known: no order is stale then.
    #[must_use]
    pub fn with_business_date(mut self, date: Date) -> Self {
        self.business_date = Some(date);
        self
    }

    /// The outbound topic of a slug, number or queue name.
    pub fn topic(&self, name: &str) -> Result<&Arc<Topic>, OutboundError> {
        let unknown = |reason| OutboundError::Topic { topic: name.to_owned(), reason };
        let topic = self.registry.topic(name).ok_or_else(|| unknown("queues.toml has no such topic"))?;
        match topic.direction {
            Direction::Out => Ok(topic),
            Direction::In => Err(unknown("it is inbound: nothing is exported from it")),
        }
    }

    /// The day files are made for: the one that was set, or today in Tokyo by the program's clock.
    fn today(&self) -> String {
        self.business_date.unwrap_or_else(clock::today).to_string()
    }

    /// Tells the audit log through which door this transaction comes, and the session that times are the ward's.
    async fn set_session(&self, conn: &mut PgConnection) -> Result<(), OutboundError> {
        sqlx::query("select set_config('renkei.source', $1, true), set_config('timezone', 'Asia/Tokyo', true)")
            .bind(&self.source)
            .execute(conn)
            .await
            .map_err(OutboundError::database("begin an action"))?;
        Ok(())
    }
}

/// Folder of a topic that is built.
fn folder(topic: &Topic) -> Result<&Arc<Integration>, OutboundError> {
    topic.built().map_err(|_| OutboundError::Topic { topic: topic.slug.to_string(), reason: "it is planned, not built" })
}

/// The bytes a file is made in.
#[derive(Debug, Clone, Copy)]
struct Shape<'a> {
    /// The profile, or the layout variant where the topic has no profiles: what the order names.
    name: &'a str,
    /// The layout variant the profile lies over: which SQL of the folder makes the file.
    variant: &'a str,
    /// The layout, with the profile applied.
    layout: &'a Arc<Layout>,
}

/// The profile of that name, or the layout variant where the topic has no profiles; an empty name means the topic's first.
fn shape<'a>(topic: &Topic, folder: &'a Integration, name: &str) -> Result<Shape<'a>, OutboundError> {
    let profile = folder.profile(name).map(|p| Shape { name: &p.name, variant: &p.base, layout: &p.layout });
    let variant = || {
        let found = folder.layouts.iter().find(|(variant, _)| name.is_empty() || variant == name);
        found.filter(|_| folder.profiles.is_empty()).map(|(variant, layout)| Shape { name: variant, variant, layout })
    };
    let unknown = || OutboundError::Profile { topic: topic.slug.to_string(), profile: name.to_owned() };
    profile.or_else(variant).ok_or_else(unknown)
}
