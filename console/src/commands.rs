//! Every command that decides something, and what it needs: what the page needs that does the same. So there is one table of needs, the
//! pages' (`routes`), and a command stands beside its page (docs/decisions/0020).

use renkei_core::registry::Registry;
use renkei_core::verdict::{Classify, Coded, Verdict};
use sqlx::PgPool;
use uuid::Uuid;

use crate::access::{AccessError, Action, Person, database};
use crate::routes::{Need, table};

/// Where what a command needs is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// At the page that does the same: method and path.
    Page(&'static str),
    /// Here: no page does it.
    Own(Action),
}

/// What a command is about, and so where a role must hold. The text is the id of its argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The ledger, the settings, the accounts: no topic. The role must hold everywhere.
    House,
    /// Something that is looked for by more than one topic: the role must hold somewhere.
    Somewhere,
    /// A topic, by number or slug.
    Topic(&'static str),
    /// A batch, by number or delivery id.
    Batch(&'static str),
    /// A file that goes out.
    File(&'static str),
    /// A parked message.
    Failure(&'static str),
    /// A task.
    Task(&'static str),
}

impl About {
    /// The argument that names it.
    pub const fn argument(self) -> Option<&'static str> {
        match self {
            About::House | About::Somewhere => None,
            About::Topic(id) | About::Batch(id) | About::File(id) | About::Failure(id) | About::Task(id) => Some(id),
        }
    }
}

/// A command that decides something.
#[derive(Debug, Clone, Copy)]
pub struct Deciding {
    /// Its words behind `renkei`.
    pub words: &'static str,
    /// What it is about.
    pub about: About,
    asks: Asks,
}

const fn page(words: &'static str, about: About, page: &'static str) -> Deciding {
    Deciding { words, about, asks: Asks::Page(page) }
}

const fn own(words: &'static str, about: About, action: Action) -> Deciding {
    Deciding { words, about, asks: Asks::Own(action) }
}

const BATCH: About = About::Batch("batch");
const FILE: About = About::File("file");
const TOPIC: About = About::Topic("topic");
const TASK: About = About::Task("task");
const FAILURE: About = About::Failure("failure");

/// All of them.
const DECIDING: &[Deciding] = &[
    page("access add", About::House, "POST /accounts"),
    page("access give", About::House, "POST /accounts/{login}/give"),
    page("access take", About::House, "POST /accounts/{login}/take"),
    page("access reset", About::House, "POST /accounts/{login}/reset"),
    page("access disable", About::House, "POST /accounts/{login}/disable"),
    page("access enable", About::House, "POST /accounts/{login}/enable"),
    page("access unlock", About::House, "POST /accounts/{login}/unlock"),
    page("batch confirm", BATCH, "POST /batches/{id}/confirm"),
    page("batch cancel", BATCH, "POST /batches/{id}/cancel"),
    page("batch post-held", BATCH, "POST /batches/{id}/held"),
    page("batch choose", BATCH, "POST /batches/{id}/lines/{line}/choose/{object}"),
    page("batch reject-held", BATCH, "POST /batches/{id}/held"),
    page("batch post-duplicate", BATCH, "POST /batches/{id}/post-duplicate"),
    page("batch decide", BATCH, "POST /batches/{id}/decide"),
    page("calendar import", About::House, "POST /settings/calendar"),
    page("calendar day", About::House, "POST /settings/calendar/own-days"),
    page("export run", TOPIC, "POST /topics/{slug}/order"),
    page("export bring", TOPIC, "POST /topics/{slug}/order"),
    page("export approve", FILE, "POST /exports/{id}/approve"),
    page("export release", FILE, "POST /exports/{id}/release"),
    page("export accepted", FILE, "POST /exports/{id}/resolve"),
    page("export download", FILE, "POST /exports/{id}/download"),
    page("export workbook", FILE, "POST /exports/{id}/workbook"),
    page("export void", FILE, "POST /exports/{id}/void"),
    page("export unknown", FILE, "POST /exports/{id}/unknown"),
    page("export retry", FILE, "POST /exports/{id}/retry"),
    page("export resolve", FILE, "POST /exports/{id}/resolve"),
    page("failed retry", FAILURE, "POST /failures/{id}/retry"),
    page("failed discard", FAILURE, "POST /failures/{id}/discard"),
    page("ledger approve", About::House, "POST /ledger/orders/approve"),
    // What gives money up, or counts as the word of a second person, is an approver's.
    own("ledger write-off", About::House, Action::Approve),
    own("ledger confirm-account", About::House, Action::Approve),
    page("ledger cancel-orders", About::House, "POST /ledger/orders/cancel"),
    own("ledger tender approve", About::House, Action::Approve),
    page("ledger move-pay", About::House, "POST /worklists/pay/move"),
    page("ledger approve-returned-pay", About::House, "POST /worklists/pay/returned/{id}/approve"),
    own("ledger account-check", About::House, Action::Operate),
    own("ledger allocate", About::House, Action::Operate),
    own("ledger allocate-common", About::House, Action::Operate),
    own("ledger allocation-key", About::House, Action::Operate),
    own("ledger appropriate", About::House, Action::Operate),
    own("ledger carrier", About::House, Action::Operate),
    own("ledger carry-over", About::House, Action::Operate),
    own("ledger carry-returned", About::House, Action::Operate),
    own("ledger correct-account", About::House, Action::Operate),
    own("ledger debited", About::House, Action::Operate),
    own("ledger fund-credit", About::House, Action::Operate),
    own("ledger load-issuers", About::House, Action::Operate),
    own("ledger note-staff-payment", About::House, Action::Operate),
    own("ledger paid-at-counter", About::House, Action::Operate),
    own("ledger pay-staff", About::House, Action::Operate),
    own("ledger refund", About::House, Action::Operate),
    own("ledger refund-received", About::House, Action::Operate),
    own("ledger reissue-slips", About::House, Action::Operate),
    own("ledger repay", About::House, Action::Operate),
    // A second person gives an approved order its other day.
    page("ledger reschedule", About::House, "POST /ledger/orders/day"),
    own("ledger settle-returned", About::House, Action::Operate),
    own("ledger slip", About::House, Action::Operate),
    own("ledger staff-creditor", About::House, Action::Operate),
    page("ledger paid-returned-pay", About::House, "POST /worklists/pay/returned/{id}/paid"),
    page("ledger transfer-returned-pay", About::House, "POST /worklists/pay/returned/{id}/transfer"),
    page("ledger withdraw-returned-pay", About::House, "POST /worklists/pay/returned/{id}/withdraw"),
    own("ledger tender cancel", About::House, Action::Operate),
    own("ledger tender change", About::House, Action::Operate),
    own("ledger tender nominate", About::House, Action::Operate),
    own("ledger tender open", About::House, Action::Operate),
    own("ledger tender reopen", About::House, Action::Operate),
    own("ledger tender strike", About::House, Action::Operate),
    own("ledger undo-settlement", About::House, Action::Operate),
    own("medium wiped", About::Somewhere, Action::Operate),
    page("settlement enter-form", About::House, "POST /settings/survey/tables"),
    page("settlement rule", About::House, "POST /settings/survey"),
    page("settlement figure", About::House, "POST /settings/survey/shares"),
    page("settlement portion", About::House, "POST /settings/survey/shares"),
    page("settlement funding", About::House, "POST /settings/survey/shares"),
    page("task done", TASK, "POST /tasks/{id}/end"),
    page("task dismiss", TASK, "POST /tasks/{id}/end"),
    page("task run", TASK, "POST /topics/{slug}/order"),
    page("token issue", About::House, "POST /accounts/senders"),
    page("token revoke", About::House, "POST /accounts/senders/{id}/revoke"),
    page("topic pause", TOPIC, "POST /topics/{slug}/pause"),
    page("topic resume", TOPIC, "POST /topics/{slug}/resume"),
];

/// The command of these words, if it decides something.
pub fn deciding(words: &str) -> Option<Deciding> {
    DECIDING.iter().find(|command| command.words == words).copied()
}

/// The words of all of them.
pub fn all() -> impl Iterator<Item = &'static str> {
    DECIDING.iter().map(|command| command.words)
}

/// Why a command is refused before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nobody is signed in, and there is somebody who could be.
    #[error("the command needs a login: `renkei login`, and no --as")]
    NeedsLogin,
    /// `--as` names somebody else.
    #[error("--as names somebody else than who signed in with `renkei login`")]
    OfAnother,
    /// The role does not allow it, or not there.
    #[error("the role of who signed in does not allow the command")]
    NotAllowed,
    /// The role demands one-time codes.
    #[error("the role needs one-time codes: set them up in the console, then sign in again")]
    NeedsCodes,
}

impl Refused {
    /// Catalogue code.
    pub const fn code(self) -> &'static str {
        match self {
            Refused::NeedsLogin => "COMMAND_NEEDS_LOGIN",
            Refused::OfAnother => "COMMAND_OF_ANOTHER",
            Refused::NotAllowed => "COMMAND_NOT_ALLOWED",
            Refused::NeedsCodes => "COMMAND_NEEDS_CODES",
        }
    }
}

impl Classify for Refused {
    fn verdict(&self) -> Verdict {
        Verdict::Reject
    }

    fn coded(&self) -> Option<Coded> {
        Some(Coded::new(self.code(), None))
    }
}

impl Deciding {
    /// What it needs.
    fn need(self) -> Need {
        match self.asks {
            Asks::Own(action) => Need::Role(action),
            Asks::Page(page) => {
                let (method, path) = page.split_once(' ').unwrap_or_default();
                let route = table().into_iter().find(|route| route.method == method && route.path == path);
                // A page that is gone leaves its command to nobody; a test looks that none is.
                route.map_or(Need::OneOf(&[]), |route| route.need)
            }
        }
    }

    /// Whether the roles of a person allow it for what the argument names.
    pub async fn allows(self, pool: &PgPool, registry: &Registry, person: &Person, argument: &str) -> Result<bool, AccessError> {
        let need = self.need();
        Ok(match self.about {
            About::House => need.met(|action| person.may_everywhere(action)),
            About::Somewhere => need.met(|action| person.may(action)),
            About::Topic(_) => {
                // What there is not asks for the role everywhere; that it is not there, the command will say.
                match registry.topic(argument).map(|topic| topic.slug.as_str()) {
                    Some(topic) => need.met(|action| person.may_on(action, topic)),
                    None => need.met(|action| person.may_everywhere(action)),
                }
            }
            About::Batch(_) | About::File(_) | About::Failure(_) | About::Task(_) => {
                let (topic, policy) = self.place(pool, argument).await?.unwrap_or_default();
                let two = self.words == "export release" && policy == "two_person";
                match topic.as_str() {
                    "" => need.met(|action| person.may_everywhere(action)),
                    _ if two => Some(person.may_on(Action::Approve, &topic)),
                    _ => need.met(|action| person.may_on(action, &topic)),
                }
            }
        }
        .unwrap_or(false))
    }

    /// The topic of what the argument names, and for a file how it is released.
    async fn place(self, pool: &PgPool, argument: &str) -> Result<Option<(String, String)>, AccessError> {
        let kind = match self.about {
            About::Batch(_) => "batch",
            About::File(_) => "file",
            About::Failure(_) => "failure",
            _ => "task",
        };
        sqlx::query_as(include_str!("access/sql/place.sql"))
            .bind(kind)
            // Read as the commands read it: 017 is 17.
            .bind(argument.trim().parse::<i64>().ok())
            .bind(argument.trim().parse::<Uuid>().ok())
            .fetch_optional(pool)
            .await
            .map_err(database("look what a command is about"))
    }
}

/// Whether roles are asked here: from the first administrator on. Before, somebody must be able to make one.
pub async fn roles_count(pool: &PgPool) -> Result<bool, AccessError> {
    let known = sqlx::query_scalar("select to_regclass('access.permission') is not null").fetch_one(pool).await;
    if !known.map_err(database("look for accounts"))? {
        return Ok(false);
    }
    let sql = "select exists (select from access.permission where role = 'administrator' and topic is null and ended_at is null)";
    sqlx::query_scalar(sql).fetch_one(pool).await.map_err(database("look for an administrator"))
}

/// Writes down that the roles were passed by, and why.
pub async fn note_broken_glass(pool: &PgPool, actor: &str, words: &str, user: &str, why: &str) -> Result<(), AccessError> {
    sqlx::query("select audit.record($1, 'access.break_glass', 'command', $2, null, $3, $4)")
        .bind(actor)
        .bind(words)
        .bind(serde_json::json!({ "os_user": user }))
        .bind(why)
        .execute(pool)
        .await
        .map(|_| ())
        .map_err(database("write an audit event"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_a_command_stands_beside_is_there_and_needs_a_role() {
        for command in DECIDING {
            let met = command.need().met(|_| true);
            assert_eq!(met, Some(true), "{}: {:?}", command.words, command.asks);
            assert_eq!(command.need().met(|_| false), Some(false), "{}", command.words);
            assert!(!command.need().met(|action| action == Action::See).unwrap(), "{}: to look is not to decide", command.words);
        }
    }

    #[test]
    fn a_command_stands_once_in_the_table() {
        let mut words: Vec<&str> = DECIDING.iter().map(|command| command.words).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), DECIDING.len());
        assert!(deciding("export release").is_some() && deciding("export list").is_none());
    }
}
