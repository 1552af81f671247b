//! How a command ends: an exit code, and for an error its sentence or its JSON.

use renkei_console::access::AccessError;
use renkei_console::commands::Refused;
use renkei_consumers::{audit, calendar, db, failures, inbound, ledger, outbound, paused, tasks};
use renkei_core::archive::ArchiveError;
use renkei_core::broker::{BrokerError, PublishError};
use renkei_core::calendar::file::CalendarFileError;
use renkei_core::calendar::holidays::HolidayFaults;
use renkei_core::catalogue::Lang;
use renkei_core::layout::read::ReadError;
use renkei_core::slip::SlipError;
use renkei_core::verdict::{Classify, Coded, Verdict};

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
        if let Some(words) = Known::of(error).and_then(|known| known.in_words(global.lang)) {
            eprintln!("{words}");
        }
        return;
    }
    let known = Known::of(error);
    let verdict = known.as_ref().map_or(Verdict::Bug, |known| known.verdict);
    let object = serde_json::json!({"error": {
        "message": format!("{error:#}"),
        "verdict": verdict,
        "code": known.and_then(|known| known.coded).map(|coded| coded.code),
        "exit": Exit::of(error) as u8,
    }});
    eprintln!("{object}");
}

/// What an error of ours says about itself.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    verdict: Verdict,
    coded: Option<Coded>,
}

/// The first of these types that an error is.
macro_rules! first_of {
    ($error:ident: $($known:ty),+ $(,)?) => {
        None $(.or_else(|| $error.downcast_ref::<$known>().map(|e| Known { verdict: e.verdict(), coded: e.coded() })))+
    };
}

impl Known {
    /// What the catalogue says in the reader's language, and what to do: errors themselves are English. A text that needs values
    /// is told where they are known.
    fn in_words(&self, lang: Lang) -> Option<String> {
        let coded = self.coded.as_ref()?;
        let (text, remedy) = coded.words(lang)?;
        Some(format!("[{}] {text}\n  → {remedy}", coded.code))
    }

    /// The outermost error of the chain that knows its verdict.
    fn of(error: &anyhow::Error) -> Option<Known> {
        error.chain().find_map(|cause| {
            first_of!(cause:
                outbound::OutboundError,
                inbound::IntakeError,
                renkei_producers::IntakeError,
                renkei_producers::pull::PullError,
                renkei_producers::medium::MediumError,
                renkei_producers::RunError,
                ledger::LedgerError,
                ledger::PrintError,
                SlipError,
                ledger::lineage::LineageError,
                tasks::TaskError,
                calendar::CalendarStoreError,
                CalendarFileError,
                HolidayFaults,
                failures::FailureError,
                audit::AuditError,
                AccessError,
                Refused,
                paused::PauseError,
                db::DbError,
                PublishError,
                BrokerError,
                ArchiveError,
                ReadError,
            )
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
        assert_eq!(exit(ledger::lineage::LineageError::Unknown { entry: 12, line: 3 }.into()), 3);
    }

    #[test]
    fn a_broken_rule_speaks_the_readers_language() {
        let words = |error: anyhow::Error, lang| Known::of(&error).unwrap().in_words(lang);
        let (constraint, sentence) = ("approval_not_by_maker".to_owned(), "the maker cannot approve".to_owned());
        let file = || outbound::OutboundError::Rule { file: 7, constraint: constraint.clone(), sentence: sentence.clone() };
        let ja = words(file().into(), Lang::Ja).unwrap();
        assert!(ja.contains("作成者は自分のファイルを承認できません。\n  → 別の人が承認してください。"), "{ja}");
        assert!(words(file().into(), Lang::En).unwrap().contains("Have another person approve it."));
        let year = || "entry_year_is_open".to_owned();
        let batch = inbound::IntakeError::Rule { batch: 1, constraint: year(), sentence: sentence.clone() };
        assert!(words(batch.into(), Lang::Ja).unwrap().starts_with("[DB_ENTRY_YEAR_IS_OPEN] "));
        let order = ledger::LedgerError::Rule { constraint: year(), sentence: sentence.clone() };
        assert!(words(order.into(), Lang::Ja).unwrap().starts_with("[DB_ENTRY_YEAR_IS_OPEN] "));
        let detail = serde_json::json!({"tender": "2026-2-001001", "vendor": "0012345678"});
        let code = "SELECTION_NOT_NOMINATED".to_owned();
        let tender = || ledger::LedgerError::Coded { code: code.clone(), detail: detail.clone(), sentence: sentence.clone() };
        assert!(
            words(tender().into(), Lang::Ja).unwrap().contains("受付番号0012345678は、案件2026-2-001001で選定されていません")
        );
        // Refusals that are no broken rule, with their values and without.
        let state = outbound::OutboundError::State { file: 7, state: outbound::FileState::Void, action: "released" };
        assert!(words(state.into(), Lang::Ja).unwrap().contains("ファイル7は「無効」のため"));
        assert!(words(outbound::OutboundError::NoFile(7).into(), Lang::Ja).unwrap().starts_with("[EXPORT_FILE_UNKNOWN] "));
        let held = inbound::IntakeError::NotHeld { batch: 3, line: 12 };
        assert!(words(held.into(), Lang::Ja).unwrap().contains("受付3の12行目は、保留になっていません。"));
        let posted = inbound::IntakeError::State { batch: 3, state: inbound::State::Posted, doing: "post", wanted: "held" };
        assert!(words(posted.into(), Lang::Ja).unwrap().contains("受付3は「記帳済」のため"));
        // Nobody reads a question mark for a value.
        let now = inbound::IntakeError::RefusedNow { batch: 3, lines: 2, first: Some(5), code: "STAFF_KEY_CHANGED".into() };
        assert!(!words(now.into(), Lang::En).unwrap().contains('?'));
    }
}
