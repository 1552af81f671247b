//! What can go wrong between a message and the ledger, as sentences, and which verdict each is.

use renkei_core::broker::Outcome;
use renkei_core::verdict::{Classify, Coded, Verdict};
use serde::Serialize;

use super::batch::State;
use crate::db::{self, Trouble};

/// Something downstream that used a batch and so refuses its cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Blocker {
    /// Line of the file, if it is about one.
    pub line: Option<i64>,
    /// Kind of object, e.g. `payment_order`.
    pub object: String,
    /// Its id.
    pub object_id: Option<i64>,
    /// Catalogue code.
    pub code: String,
    /// Values of the catalogue text.
    pub detail: Option<serde_json::Value>,
}

/// An intake that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// A statement of our own failed.
    #[error("cannot {doing}: {}", db::sentence(source))]
    Database {
        /// What was being done, as a verb and its object.
        doing: String,
        /// The cause.
        source: sqlx::Error,
    },
    /// The SQL of an integration folder failed.
    #[error("integrations/{topic}/{file}{}: batch {batch}: {}", place(*.at), db::sentence(source))]
    Folder {
        /// Topic slug.
        topic: String,
        /// `check.sql`, `post.sql`, …
        file: &'static str,
        /// Line and column in the file, if the server said where.
        at: Option<(usize, usize)>,
        /// Batch it ran for.
        batch: i64,
        /// The cause.
        source: sqlx::Error,
    },
    /// The SQL of an integration folder ran but broke its contract.
    #[error("integrations/{topic}/{file}: batch {batch}: {reason}")]
    Contract {
        /// Topic slug.
        topic: String,
        /// `check.sql`, `post.sql`, …
        file: &'static str,
        /// Batch it ran for.
        batch: i64,
        /// What it did wrong.
        reason: String,
    },
    /// The message's type or headers are not what the message contract says, or contradict what came before. Nobody but its sender
    /// mends that.
    #[error("message {message_id} of topic {topic}: {reason}")]
    Properties {
        /// Topic slug.
        topic: String,
        /// AMQP message id.
        message_id: String,
        /// What is wrong.
        reason: String,
    },
    /// The message's body is not what the message contract says.
    #[error("message {message_id} of topic {topic}: {reason}")]
    Message {
        /// Topic slug.
        topic: String,
        /// AMQP message id.
        message_id: String,
        /// What is wrong.
        reason: String,
    },
    /// No such batch.
    #[error("there is no batch {0}")]
    Unknown(String),
    /// The batch is not in a state that allows it.
    #[error("batch {batch} is {state}; to {doing} it must be {wanted}")]
    State {
        /// Batch.
        batch: i64,
        /// Its state.
        state: State,
        /// What was asked.
        doing: &'static str,
        /// The states that allow it, in words.
        wanted: &'static str,
    },
    /// A decision lacks its reason.
    #[error("to {doing} batch {batch} a reason is needed")]
    ReasonMissing {
        /// Batch.
        batch: i64,
        /// What was asked.
        doing: &'static str,
    },
    /// Lines were named that do not wait.
    #[error("batch {batch}: line {line} is not held")]
    NotHeld {
        /// Batch.
        batch: i64,
        /// Line.
        line: i64,
    },
    /// The topic holds whole batches, and only some of the lines were named.
    #[error("batch {batch} waits as a whole; its lines cannot be decided one by one")]
    HeldWhole {
        /// Batch.
        batch: i64,
    },
    /// The checks refuse lines that are to be posted now.
    #[error("batch {batch}: the checks refuse {lines} line(s) now, first line {first:?} with {code}; nothing was changed")]
    RefusedNow {
        /// Batch.
        batch: i64,
        /// How many lines.
        lines: i64,
        /// The first of them.
        first: Option<i64>,
        /// Its code.
        code: String,
    },
    /// A rule of the ledger refused it; the sentence is the catalogue's.
    #[error("batch {batch}: {sentence}")]
    Rule {
        /// Batch.
        batch: i64,
        /// Constraint name; the catalogue code is `DB_` and this in capitals.
        constraint: String,
        /// In words.
        sentence: String,
    },
    /// Something downstream used the batch.
    #[error("batch {batch} cannot be cancelled: {} thing(s) depend on it: {}", .blockers.len(), list(.blockers))]
    Blocked {
        /// Batch.
        batch: i64,
        /// What depends on it.
        blockers: Vec<Blocker>,
    },
    /// The topic of a batch is not active.
    #[error("topic {0} is not active, so its batches cannot be worked on")]
    Topic(String),
    /// A sum left the range of 64 bits.
    #[error("batch {batch}: {what} is beyond 64 bits")]
    Overflow {
        /// Batch.
        batch: i64,
        /// Which sum.
        what: &'static str,
    },
}

fn place(at: Option<(usize, usize)>) -> String {
    at.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default()
}

fn list(blockers: &[Blocker]) -> String {
    const SHOWN_MAX: usize = 5;
    let shown = blockers.iter().take(SHOWN_MAX).map(|blocker| {
        let line = blocker.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let id = blocker.object_id.map(|id| format!(" {id}")).unwrap_or_default();
        format!("{line}{} {}{id}", blocker.code, blocker.object)
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if blockers.len() > SHOWN_MAX {
        text.push_str(", …");
    }
    text
}

impl IntakeError {
    /// An error of a statement of our own; `doing` completes "cannot …".
    pub(crate) fn database(doing: impl Into<String>) -> impl FnOnce(sqlx::Error) -> IntakeError {
        move |source| IntakeError::Database { doing: doing.into(), source }
    }

    /// The same for a statement on which the rules of the schema are watched: a broken rule becomes its sentence.
    pub(super) fn on_batch(batch: i64, doing: &'static str) -> impl FnOnce(sqlx::Error) -> IntakeError {
        move |source| match db::broken_rule(&source) {
            Some(constraint) => IntakeError::Rule { batch, constraint, sentence: db::sentence(&source) },
            None => IntakeError::Database { doing: format!("{doing} of batch {batch}"), source },
        }
    }

    /// The driver's error behind it, if any.
    fn cause(&self) -> Option<&sqlx::Error> {
        match self {
            IntakeError::Database { source, .. } | IntakeError::Folder { source, .. } => Some(source),
            _ => None,
        }
    }

    /// What is wrong with the database, if it is the database.
    fn trouble(&self) -> Option<Trouble> {
        if self.overtaken() { Some(Trouble::Passing) } else { self.cause().map(db::trouble) }
    }

    /// Whether the ledger refuses what the check had found free: budget, or what a commitment still has. Another topic's batch took it
    /// in between. Decided again, the check sees that, and holds or refuses the lines.
    fn overtaken(&self) -> bool {
        const TAKEN: [&str; 2] = ["RK012", "RK013"];
        match self {
            IntakeError::Folder { file: "post.sql", source: sqlx::Error::Database(error), .. } => {
                error.code().is_some_and(|code| TAKEN.contains(&code.as_ref()))
            }
            _ => false,
        }
    }

    /// Catalogue code of a message that could not be handled.
    pub fn code(&self) -> &'static str {
        match self {
            IntakeError::Database { .. } => "INTAKE_DATABASE",
            IntakeError::Folder { .. } => "INTAKE_SQL_FAILED",
            IntakeError::Contract { .. } => "INTAKE_SQL_CONTRACT",
            IntakeError::Message { .. } | IntakeError::Overflow { .. } => "INTAKE_MESSAGE_NOT_UNDERSTOOD",
            IntakeError::Properties { .. } => "INTAKE_PROPERTIES_NOT_UNDERSTOOD",
            IntakeError::Unknown(_) | IntakeError::Topic(_) => "INTAKE_BATCH_UNKNOWN",
            IntakeError::State { .. } => "INTAKE_STATE",
            IntakeError::ReasonMissing { .. } => "INTAKE_REASON_MISSING",
            IntakeError::NotHeld { .. } => "INTAKE_NOT_HELD",
            IntakeError::HeldWhole { .. } => "INTAKE_HELD_WHOLE",
            IntakeError::RefusedNow { .. } => "INTAKE_REFUSED_NOW",
            IntakeError::Rule { .. } => "INTAKE_ORDER_REFUSED",
            IntakeError::Blocked { .. } => "INTAKE_CANCEL_BLOCKED",
        }
    }

    /// Values of the catalogue text of its code, where that needs any.
    pub fn detail(&self) -> Option<serde_json::Value> {
        let json = match self {
            IntakeError::State { batch, state, .. } => serde_json::json!({"batch": batch, "state": state.as_str()}),
            IntakeError::ReasonMissing { batch, .. } | IntakeError::HeldWhole { batch } => serde_json::json!({"batch": batch}),
            IntakeError::NotHeld { batch, line } => serde_json::json!({"batch": batch, "line": line}),
            IntakeError::RefusedNow { batch, lines, first, code } => {
                serde_json::json!({"batch": batch, "lines": lines, "first": first.unwrap_or_default(), "why": code})
            }
            _ => return None,
        };
        Some(json)
    }

    /// What the broker does with the message.
    pub fn outcome(&self) -> Outcome {
        let (code, reason) = (self.code().to_owned(), self.to_string());
        match self.trouble() {
            Some(Trouble::Down) => Outcome::Unavailable { reason },
            Some(Trouble::Passing) => Outcome::Retry { code, reason },
            Some(Trouble::Lasting) | None => Outcome::Park { code, reason },
        }
    }
}

impl Classify for IntakeError {
    fn verdict(&self) -> Verdict {
        match self.trouble() {
            Some(Trouble::Down | Trouble::Passing) => Verdict::Retry,
            Some(Trouble::Lasting) => Verdict::Bug,
            None => match self {
                IntakeError::Contract { .. }
                | IntakeError::Message { .. }
                | IntakeError::Properties { .. }
                | IntakeError::Overflow { .. } => Verdict::Bug,
                IntakeError::Blocked { .. } | IntakeError::RefusedNow { .. } => Verdict::Hold,
                _ => Verdict::Reject,
            },
        }
    }

    fn coded(&self) -> Option<Coded> {
        Some(match self {
            // A broken rule says more than that an order was refused.
            IntakeError::Rule { constraint, .. } => Coded::rule(constraint),
            _ => Coded::new(self.code(), self.detail()),
        })
    }
}
