//! How a command ends: an exit code, and for an error its sentence or its JSON.

use renkei_consumers::{audit, db, failures, inbound, ledger, outbound};
use renkei_core::archive::ArchiveError;
use renkei_core::broker::{BrokerError, PublishError};
use renkei_core::layout::read::ReadError;
use renkei_core::verdict::{Classify, Verdict};

use super::Global;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// What was asked is done.
    Done = 0,
    /// It could not be done.
    Failed = 1,
    /// The content was rejected, or a rule refuses what was asked.
    Rejected = 3,
    /// Something waits for a person.
    Held = 4,
}

impl Exit {
    /// How a command that ended with this error ends: its verdict tells.
    pub(super) fn of(error: &anyhow::Error) -> Exit {
        match Known::of(error).map(|known| known.verdict) {
            Some(Verdict::Reject) => Exit::Rejected,
            Some(Verdict::Hold) => Exit::Held,
            Some(Verdict::Retry | Verdict::Bug) | None => Exit::Failed,
        }
    }
}

/// Prints an error to standard error: a sentence, or under `--json` an object.
pub(super) fn print_error(global: &Global, error: &anyhow::Error) {
    if !global.json {
        eprintln!("renkei: {error:#}");
        return;
    }
    let known = Known::of(error);
    let verdict = known.as_ref().map_or(Verdict::Bug, |known| known.verdict);
    let object = serde_json::json!({"error": {
        "message": format!("{error:#}"),
        "verdict": verdict,
        "code": known.and_then(|known| known.code),
        "exit": Exit::of(error) as u8,
    }});
    eprintln!("{object}");
}

/// What an error of ours says about itself.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    verdict: Verdict,
    /// Catalogue code, where the error has one.
    code: Option<String>,
}

impl Known {
    /// The outermost error of the chain that knows its verdict.
    fn of(error: &anyhow::Error) -> Option<Known> {
        error.chain().find_map(|cause| {
            let plain = |verdict| Known { verdict, code: None };
            let coded = |verdict, code: String| Known { verdict, code: Some(code) };
            None.or_else(|| cause.downcast_ref::<outbound::OutboundError>().map(|e| coded(e.verdict(), e.code())))
                .or_else(|| cause.downcast_ref::<inbound::IntakeError>().map(|e| coded(e.verdict(), e.code().to_owned())))
                .or_else(|| cause.downcast_ref::<renkei_producers::IntakeError>().map(|e| plain(e.verdict())))
                .or_else(|| cause.downcast_ref::<renkei_producers::RunError>().map(|e| plain(e.verdict())))
                .or_else(|| cause.downcast_ref::<ledger::LedgerError>().map(|e| plain(e.verdict())))
                .or_else(|| cause.downcast_ref::<failures::FailureError>().map(|e| plain(e.verdict())))
                .or_else(|| cause.downcast_ref::<audit::AuditError>().map(|e| plain(e.verdict())))
                .or_else(|| cause.downcast_ref::<db::DbError>().map(|e| plain(e.verdict())))
                .or_else(|| cause.downcast_ref::<PublishError>().map(|e| plain(e.verdict())))
                .or_else(|| cause.downcast_ref::<BrokerError>().map(|e| plain(e.verdict())))
                .or_else(|| cause.downcast_ref::<ArchiveError>().map(|e| plain(e.verdict())))
                .or_else(|| cause.downcast_ref::<ReadError>().map(|e| plain(e.verdict())))
        })
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn the_verdict_is_the_exit_code() {
        let exit = |error: anyhow::Error| Exit::of(&error) as u8;
        assert_eq!(exit(anyhow::anyhow!("a sentence of the command line")), 1);
        assert_eq!(exit(outbound::OutboundError::NoFile(7).into()), 3);
        let dead = outbound::OutboundError::ApprovalDead { file: 7, approver: "shonin".into(), reason: "bytes".into() };
        assert_eq!(exit(dead.into()), 4);
        // What the world does is no refusal, and context in front of an error changes nothing.
        let passing = outbound::OutboundError::Contended { file: 7, attempts: 3 };
        assert_eq!(exit(passing.into()), 1);
        let refused: Result<(), _> = Err(ledger::LedgerError::Refused("the maker may not".into()));
        assert_eq!(exit(refused.context("approving").unwrap_err()), 3);
    }
}
