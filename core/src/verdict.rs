//! The four verdicts. Every error type of renkei maps to exactly one, in one function; retry, dead letter, metric and badge
//! follow from it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalogue::act::Part;
use crate::catalogue::{self, Lang};
use crate::fault::Fault;

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

    /// What the catalogue says of it, where it says anything.
    fn coded(&self) -> Option<Coded> {
        None
    }
}

/// A code of the catalogue with the values of its text, where they are known. Errors are English sentences; this is how command line
/// and console tell them in the reader's language, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// The code.
    pub code: String,
    /// Its values.
    pub detail: Option<Value>,
}

impl Coded {
    /// A code, with the values of its text or without.
    pub fn new(code: impl Into<String>, detail: Option<Value>) -> Coded {
        Coded { code: code.into(), detail }
    }

    /// The code of a constraint of the schema.
    pub fn rule(constraint: &str) -> Coded {
        Coded { code: format!("DB_{}", constraint.to_uppercase()), detail: None }
    }

    /// Text and remedy. `None` when the catalogue has no such code, or when its text needs values that are not known here: nobody
    /// should read a question mark for a value.
    pub fn words(&self, lang: Lang) -> Option<(String, String)> {
        let (text, remedy) = catalogue::template(&self.code, lang)?;
        match &self.detail {
            None if text.contains('{') || remedy.contains('{') => None,
            None => Some((text.to_owned(), remedy.into_owned())),
            Some(detail) => {
                let fault = Fault::new(&self.code).with_values(detail);
                Some((catalogue::text(&fault, lang), catalogue::remedy(&fault, lang)))
            }
        }
    }

    /// The same with what to do in parts, for a page.
    pub fn parts(&self, lang: Lang) -> Option<(String, Vec<Part>)> {
        let (text, _) = self.words(lang)?;
        let fault = Fault::new(&self.code).with_values(self.detail.as_ref().unwrap_or(&Value::Null));
        Some((text, catalogue::remedy_parts(&fault, lang)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_with_its_values_or_not_at_all() {
        let rule = Coded::rule("approval_not_by_maker");
        assert_eq!(rule.code, "DB_APPROVAL_NOT_BY_MAKER");
        let (text, remedy) = rule.words(Lang::Ja).expect("a text without values");
        assert_eq!((text.as_str(), remedy.as_str()), ("作成者は自分のファイルを承認できません。", "別の人が承認してください。"));
        let held = |detail| Coded::new("INTAKE_NOT_HELD", detail);
        let (text, _) = held(Some(serde_json::json!({"batch": 3, "line": 12}))).words(Lang::Ja).expect("a text with values");
        assert!(text.contains("受付3の12行目"), "{text}");
        assert_eq!(held(None).words(Lang::Ja), None);
        assert_eq!(Coded::new("NO_SUCH_CODE", None).words(Lang::En), None);
        // So the texts of rules must need none.
        for code in catalogue::codes().filter(|code| code.starts_with("DB_")) {
            for lang in [Lang::Ja, Lang::En] {
                assert!(Coded::new(code, None).words(lang).is_some(), "{code} needs values");
            }
        }
    }
}
