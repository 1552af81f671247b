//! The four verdicts. Every error type of renkei maps to exactly one, in one function; retry, dead letter, metric and badge
//! follow from it.

use serde::{Deserialize, Serialize};

/// What must happen after something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The world is down (broker, database, partner): try again later, nothing is wrong with the message.
    Retry,
    /// The file or message is wrong: post nothing, tell the sender what and where.
    Reject,
    /// A person must decide: the line waits on a worklist.
    Hold,
    /// We cannot handle it: park it with the evidence.
    Bug,
}

impl Verdict {
    /// The label used in metrics, logs and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Retry => "retry",
            Verdict::Reject => "reject",
            Verdict::Hold => "hold",
            Verdict::Bug => "bug",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error that knows its verdict.
pub trait Classify {
    /// The one verdict of this error.
    fn verdict(&self) -> Verdict;
}
