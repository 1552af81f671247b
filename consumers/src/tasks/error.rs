//! What can go wrong with tasks, as sentences, and which verdict each is.

use renkei_core::verdict::{Classify, Coded, Verdict};
use serde_json::json;

use crate::calendar::CalendarStoreError;
use crate::db::{self, Trouble};

/// A task that could not be made, found or ended.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// A statement failed.
    #[error("cannot {doing}: {}", db::sentence(source))]
    Database {
        /// Completes "cannot …".
        doing: &'static str,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// The calendar could not be read.
    #[error(transparent)]
    Calendar(#[from] CalendarStoreError),
    /// There is no such task.
    #[error("there is no task {0}")]
    Unknown(i64),
    /// It has ended.
    #[error("task {task} was ended by {by}")]
    Ended {
        /// The task.
        task: i64,
        /// By whom.
        by: String,
    },
    /// A rule of the schema refuses it; the sentence is the catalogue's.
    #[error("task {task}: {sentence}")]
    Rule {
        /// The task.
        task: i64,
        /// Constraint name; the catalogue code is `DB_` and this in capitals.
        constraint: String,
        /// In words.
        sentence: String,
    },
    /// What was asked belongs to another kind of task.
    #[error("task {task} is to {is}; {asked} belongs to tasks of kind {wanted}")]
    Kind {
        /// The task.
        task: i64,
        /// Its kind.
        is: String,
        /// What was asked.
        asked: &'static str,
        /// The kind that allows it.
        wanted: &'static str,
    },
}

impl TaskError {
    pub(super) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> TaskError {
        move |source| TaskError::Database { doing, source }
    }

    /// The same for a statement on which the rules of the schema are watched: a broken rule becomes its sentence.
    pub(super) fn on_task(task: i64, doing: &'static str) -> impl FnOnce(sqlx::Error) -> TaskError {
        move |source| match db::broken_rule(&source) {
            Some(constraint) => TaskError::Rule { task, constraint, sentence: db::sentence(&source) },
            None => TaskError::Database { doing, source },
        }
    }
}

impl TaskError {
    /// The driver's error behind it, if any.
    pub(crate) fn cause(&self) -> Option<&sqlx::Error> {
        match self {
            TaskError::Database { source, .. } | TaskError::Calendar(CalendarStoreError::Database { source, .. }) => Some(source),
            _ => None,
        }
    }
}

impl Classify for TaskError {
    fn verdict(&self) -> Verdict {
        match self {
            TaskError::Database { source, .. } => match db::trouble(source) {
                Trouble::Down | Trouble::Passing => Verdict::Retry,
                Trouble::Lasting => Verdict::Bug,
            },
            TaskError::Calendar(error) => error.verdict(),
            TaskError::Unknown(_) | TaskError::Ended { .. } | TaskError::Rule { .. } | TaskError::Kind { .. } => Verdict::Reject,
        }
    }

    fn coded(&self) -> Option<Coded> {
        match self {
            TaskError::Rule { constraint, .. } => Some(Coded::rule(constraint)),
            TaskError::Unknown(task) => Some(Coded::new("TASK_UNKNOWN", Some(json!({ "task": task })))),
            TaskError::Ended { task, by } => Some(Coded::new("TASK_ENDED", Some(json!({ "task": task, "by": by })))),
            _ => None,
        }
    }
}
