//! What can go wrong on the way out. The rules of the database come back under their constraint names and become sentences.

use std::path::PathBuf;

use renkei_core::archive::ArchiveError;
use renkei_core::broker::{Outcome, PublishError};
use renkei_core::bucket::BucketError;
use renkei_core::fault::Fault;
use renkei_core::layout::write::WriteError;
use renkei_core::params::ParamFault;
use renkei_core::verdict::{Classify, Coded, Verdict};
use serde_json::{Value, json};

use super::model::FileState;
use crate::db::{self, Trouble};
use crate::tasks::TaskError;

/// Why an export was not made, approved, released, delivered or voided.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// A statement of our own failed.
    #[error("cannot {doing}: {}", db::sentence(.source))]
    Database {
        /// Completes "cannot …".
        doing: &'static str,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// A statement of the integration's SQL failed.
    #[error("integrations/{topic}/{file}: {}", db::sentence(.source))]
    Folder {
        /// Topic.
        topic: String,
        /// File name.
        file: &'static str,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// The integration's SQL does not keep the contract of docs/INTEGRATIONS.md.
    #[error("integrations/{topic}/{file}: {what}")]
    Contract {
        /// Topic.
        topic: String,
        /// File name.
        file: &'static str,
        /// What is wrong.
        what: String,
    },
    /// The topic cannot export.
    #[error("nothing can be exported to topic {topic:?}: {reason}")]
    Topic {
        /// As asked for.
        topic: String,
        /// Why not.
        reason: &'static str,
    },
    /// No such profile.
    #[error("topic {topic} has no profile or layout {profile:?}")]
    Profile {
        /// Topic.
        topic: String,
        /// As asked for.
        profile: String,
    },
    /// Parameters of an order that the topic does not know, or that cannot be read, or that are missing.
    #[error("the order is not understood: {}", sentences(.0))]
    Params(Vec<ParamFault>),
    /// A message whose type is none of this queue's.
    #[error("the message is not an export order: its type is {0:?}, neither \"export\" nor \"missed\"")]
    Properties(String),
    /// A message whose body is no export order.
    #[error("the message is not an export order: {reason}")]
    Message {
        /// Why not.
        reason: String,
    },
    /// The same run id was used for something else.
    #[error("run {run} was already ordered for topic {topic} with other parameters (file {file})")]
    RunReused {
        /// Run id.
        run: uuid::Uuid,
        /// Topic of the first order.
        topic: String,
        /// File of the first order.
        file: i64,
    },
    /// Others took the same items again and again.
    #[error("file {file}: other runs took the same items {attempts} times in a row; it will be tried again")]
    Contended {
        /// File.
        file: i64,
        /// Attempts made.
        attempts: u32,
    },
    /// A value or the order of records does not fit the layout.
    #[error("the file cannot be written: {0}")]
    Write(#[source] WriteError),
    /// The archive.
    #[error("the archive failed: {0}")]
    Archive(#[from] ArchiveError),
    /// The broker did not take the order.
    #[error("the export was not ordered: {0}")]
    Publish(#[from] PublishError),
    /// A missed run could not be written down.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// Excel's rules stand in the way of a workbook.
    #[error("file {file}: no workbook can be made: {source}")]
    Workbook {
        /// File.
        file: i64,
        /// What Excel says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// More records than anybody looks through in a workbook.
    #[error("file {file} has {records} records; a workbook takes at most {limit}")]
    TooLongForWorkbook {
        /// File.
        file: i64,
        /// Its records.
        records: u64,
        /// Most that a workbook takes.
        limit: u64,
    },
    /// No such file.
    #[error("there is no export file {0}")]
    NoFile(i64),
    /// A rule of the database refused it.
    #[error("file {file}: {sentence}")]
    Rule {
        /// File.
        file: i64,
        /// Constraint name; the catalogue code is `DB_` and this in capitals.
        constraint: String,
        /// In words.
        sentence: String,
    },
    /// The file is not in a state in which this can be done.
    #[error("file {file} is {state}; it cannot be {action}")]
    State {
        /// File.
        file: i64,
        /// Its state.
        state: FileState,
        /// Past participle of what was wanted.
        action: &'static str,
    },
    /// The approver saw another file than the one that would be approved.
    #[error("file {file} is not what the approver saw ({seen} was shown, it is {is})")]
    NotAsSeen {
        /// File.
        file: i64,
        /// SHA-256 that was shown.
        seen: String,
        /// SHA-256 of the file.
        is: String,
    },
    /// The totals recomputed from the ledger are not those of the file.
    #[error("file {file} carries {count} item(s), {total} yen; the ledger says {review_count}, {review_yen} yen")]
    ReviewDiffers {
        /// File.
        file: i64,
        /// Items in the file.
        count: i64,
        /// Yen in the file.
        total: i64,
        /// Items by the ledger.
        review_count: i64,
        /// Yen by the ledger.
        review_yen: i64,
    },
    /// The file was changed after its approval.
    #[error("file {file}: the approval by {approver} is dead: {reason}")]
    ApprovalDead {
        /// File.
        file: i64,
        /// Who had approved.
        approver: String,
        /// What changed.
        reason: String,
    },
    /// A reason is missing.
    #[error("file {file} cannot be {action} without a reason")]
    ReasonMissing {
        /// File.
        file: i64,
        /// Past participle.
        action: &'static str,
    },
    /// The ledger refused the step that belongs to a release or a void.
    #[error("file {file}: {step} refuses it: {sentence}")]
    StepRefused {
        /// File.
        file: i64,
        /// `release.sql` or `void.sql`.
        step: &'static str,
        /// Catalogue code.
        code: String,
        /// Values of its text.
        detail: Value,
        /// In words.
        sentence: String,
    },
    /// A file that was brought cannot be read.
    #[error("cannot read {path}")]
    Brought {
        /// Which path.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Its bytes were given up.
    #[error("file {file} was overtaken by later ones; its bytes were given up on {at}")]
    Purged {
        /// File.
        file: i64,
        /// When.
        at: String,
    },
    /// The outbox folder cannot be written.
    #[error("cannot {doing} {path}")]
    Outbox {
        /// Completes "cannot …".
        doing: &'static str,
        /// Which path.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The bucket did not tell what lies in it.
    #[error("file {file}: the bucket does not answer")]
    Bucket {
        /// File.
        file: i64,
        /// Why not.
        source: BucketError,
    },
    /// Something else lies where the file would go.
    #[error("file {file} is not delivered: {path} already holds something else; nothing was overwritten")]
    OutboxOccupied {
        /// File.
        file: i64,
        /// Which path.
        path: PathBuf,
    },
}

/// What the text of a fault about a value needs; the field by the name its layout gives it.
fn of_value(fault: &Fault) -> Value {
    let field = fault.field_name.as_ref().or(fault.field.as_ref());
    let mut detail = json!({ "field": field, "field_id": fault.field, "value": fault.value });
    fault.args.iter().for_each(|(name, value)| detail[name] = json!(value));
    detail
}

fn sentences(faults: &[ParamFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl OutboundError {
    /// An error of a statement of our own; `doing` completes "cannot …".
    pub(super) fn database(doing: &'static str) -> impl FnOnce(sqlx::Error) -> OutboundError {
        move |source| OutboundError::Database { doing, source }
    }

    /// The same for a statement about a file on which the rules of the schema are watched: a broken rule becomes its sentence.
    pub(super) fn on_file(file: i64, doing: &'static str) -> impl FnOnce(sqlx::Error) -> OutboundError {
        move |source| match db::broken_rule(&source) {
            Some(constraint) => {
                let sentence = db::sentence(&source);
                OutboundError::Rule { file, constraint, sentence }
            }
            None => OutboundError::Database { doing, source },
        }
    }

    /// A folder's SQL that raises one of our own codes (`RKnnn`) says no; it is not broken.
    pub(super) fn refused_by_ledger(self, file: i64) -> OutboundError {
        match self {
            OutboundError::Folder { topic, file: step, source } => match db::refusal(&source) {
                Some((code, sentence)) => {
                    let code = code.unwrap_or_else(|| "EXPORT_STEP_REFUSED".to_owned());
                    OutboundError::StepRefused { file, step, code, detail: db::refusal_detail(&source), sentence }
                }
                None => OutboundError::Folder { topic, file: step, source },
            },
            other => other,
        }
    }

    /// The driver's error behind it, if any.
    pub(super) fn cause(&self) -> Option<&sqlx::Error> {
        match self {
            OutboundError::Database { source, .. } | OutboundError::Folder { source, .. } => Some(source),
            OutboundError::Task(error) => error.cause(),
            _ => None,
        }
    }

    /// Whether another transaction was in the way and the attempt should be made again on a new snapshot.
    pub(super) fn is_contention(&self) -> bool {
        const OURS: [&str; 2] = ["claim_live_once", "file_number_once"];
        self.cause().is_some_and(|error| match error {
            sqlx::Error::Database(database) => {
                let raced = database.is_unique_violation() && database.constraint().is_some_and(|name| OURS.contains(&name));
                raced || matches!(database.code().as_deref(), Some("40001" | "40P01"))
            }
            _ => false,
        })
    }

    /// Catalogue code.
    pub fn code(&self) -> String {
        let code = match self {
            OutboundError::Rule { constraint, .. } => return format!("DB_{}", constraint.to_uppercase()),
            OutboundError::StepRefused { code, .. } => return code.clone(),
            OutboundError::Params(faults) => faults.first().map_or("EXPORT_ORDER_NOT_UNDERSTOOD", ParamFault::code),
            OutboundError::Database { .. } | OutboundError::Task(_) => "EXPORT_DATABASE",
            OutboundError::Folder { .. } => "EXPORT_SQL_FAILED",
            OutboundError::Contract { .. } => "EXPORT_SQL_CONTRACT",
            OutboundError::Topic { .. } | OutboundError::Profile { .. } | OutboundError::Message { .. } => {
                "EXPORT_ORDER_NOT_UNDERSTOOD"
            }
            OutboundError::Properties(_) => "EXPORT_PROPERTIES_NOT_UNDERSTOOD",
            OutboundError::RunReused { .. } => "EXPORT_RUN_REUSED",
            OutboundError::Contended { .. } => "EXPORT_CONTENDED",
            OutboundError::Write(error) => return error.fault().map_or("EXPORT_NOT_WRITABLE", |fault| &fault.code).to_owned(),
            OutboundError::Archive(_) => "EXPORT_ARCHIVE",
            OutboundError::Publish(_) => "EXPORT_NOT_ORDERED",
            OutboundError::Workbook { .. } => "EXPORT_WORKBOOK",
            OutboundError::TooLongForWorkbook { .. } => "EXPORT_WORKBOOK_TOO_LONG",
            OutboundError::NoFile(_) => "EXPORT_FILE_UNKNOWN",
            OutboundError::State { .. } => "EXPORT_STATE",
            OutboundError::Purged { .. } => "EXPORT_PURGED",
            OutboundError::NotAsSeen { .. } => "EXPORT_NOT_AS_SEEN",
            OutboundError::ReviewDiffers { .. } => "EXPORT_REVIEW_DIFFERS",
            OutboundError::ApprovalDead { .. } => "EXPORT_APPROVAL_DEAD",
            OutboundError::ReasonMissing { .. } => "EXPORT_REASON_MISSING",
            OutboundError::Brought { .. } => "EXPORT_BROUGHT_UNREADABLE",
            OutboundError::Outbox { .. } => "EXPORT_OUTBOX",
            OutboundError::Bucket { .. } => "EXPORT_BUCKET",
            OutboundError::OutboxOccupied { .. } => "EXPORT_OUTBOX_OCCUPIED",
        };
        code.to_owned()
    }

    /// Values of the catalogue text of its code, where that needs any.
    pub fn detail(&self) -> Option<Value> {
        match self {
            OutboundError::State { file, state, .. } => Some(json!({"file": file, "state": state.as_str()})),
            OutboundError::StepRefused { detail, .. } => Some(detail.clone()),
            OutboundError::Params(faults) => faults.first().map(ParamFault::detail),
            OutboundError::Write(error) => error.fault().map(of_value),
            _ => None,
        }
    }

    /// What the broker does with the message.
    pub fn outcome(&self) -> Outcome {
        let (code, reason) = (self.code(), self.to_string());
        if self.cause().map(db::trouble) == Some(Trouble::Down) {
            return Outcome::Unavailable { reason };
        }
        match self.verdict() {
            Verdict::Retry => Outcome::Retry { code, reason },
            Verdict::Reject | Verdict::Hold | Verdict::Bug => Outcome::Park { code, reason },
        }
    }
}

impl Classify for OutboundError {
    fn verdict(&self) -> Verdict {
        if let Some(cause) = self.cause() {
            return match db::trouble(cause) {
                Trouble::Down | Trouble::Passing => Verdict::Retry,
                Trouble::Lasting => Verdict::Bug,
            };
        }
        match self {
            OutboundError::Archive(error) => error.verdict(),
            OutboundError::Publish(error) => error.verdict(),
            OutboundError::Task(error) => error.verdict(),
            OutboundError::Write(error) => error.verdict(),
            OutboundError::Contended { .. } | OutboundError::Outbox { .. } | OutboundError::Bucket { .. } => Verdict::Retry,
            OutboundError::Contract { .. }
            | OutboundError::Workbook { .. }
            | OutboundError::Message { .. }
            | OutboundError::Properties(_)
            | OutboundError::RunReused { .. } => Verdict::Bug,
            OutboundError::ReviewDiffers { .. } | OutboundError::ApprovalDead { .. } | OutboundError::OutboxOccupied { .. } => {
                Verdict::Hold
            }
            _ => Verdict::Reject,
        }
    }

    fn coded(&self) -> Option<Coded> {
        Some(Coded::new(self.code(), self.detail()))
    }
}
