use std::path::PathBuf;
use std::sync::Arc;

use renkei_consumers::db::PgPool;
use renkei_consumers::inbound::Intake;
use renkei_consumers::ledger::AccountBalance;
use renkei_consumers::outbound::Exporter;
use renkei_core::archive::Archive;
use renkei_core::broker::{BrokerConfig, Publisher};
use renkei_core::registry::{Registry, Topic};
use renkei_core::tls::Proxies;

use crate::access::Role;
use crate::access::oidc::Oidc;
use crate::access::password::Known;
use crate::access::seal::Sealer;
use crate::pages::board::Outlook;
use crate::pages::depths::Depths;
use crate::pages::lists::Lists;
use crate::pages::pulse::Pulse;
use crate::recent::Recent;

/// Finds the name and bytes of a sound sample file by topic and layout.
pub type Samples = fn(&Topic, &str) -> Option<(String, Vec<u8>)>;

/// Everything a page may use. Its database connections name the door `console` in the audit log.
#[derive(Debug)]
pub struct Desk {
    /// The database.
    pub pool: PgPool,
    /// The topics.
    pub registry: Arc<Registry>,
    /// What an operator does with batches.
    pub intake: Intake,
    /// What an operator does with files that go out.
    pub exporter: Exporter,
    /// Every file that came in or went out.
    pub archive: Archive,
    /// For export orders and retries.
    pub publisher: Publisher,
    /// The broker, for the depth of queues.
    pub broker: BrokerConfig,
    /// The one way in, for files handed in by a page.
    pub hand_in: Arc<renkei_producers::Intake>,
    /// Encrypts what must not lie open in the database.
    pub sealer: Sealer,
    /// Messages waiting in queues.
    pub depths: Depths,
    /// The trial balance. Summing takes seconds where the books have millions of lines.
    pub balances: Recent<Vec<AccountBalance>>,
    /// Lists of the ledger that are found by going through whole tables.
    pub lists: Lists,
    /// What is expected and what is planned: looking into a calendar takes longer than asking the database.
    pub outlook: Recent<Outlook>,
    /// Name and bytes of a sound sample file of a topic's layout.
    pub samples: Samples,
    /// Tells open pages that something has changed.
    pub pulse: Pulse,
    /// Whose word about a client's address is taken.
    pub proxies: Proxies,
    /// Signing in with an OpenID provider.
    pub oidc: Option<Oidc>,
    /// The list of senders as producers read it, on this machine.
    pub senders_file: PathBuf,
    /// Further senders, kept by hand, on this machine.
    pub tokens_file: PathBuf,
    /// Roles of which one-time codes are demanded.
    pub codes_for: Vec<Role>,
    /// Passwords that nobody may choose.
    pub known_passwords: Known,
}
