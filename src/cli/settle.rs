//! `renkei ledger refund … write-off`: what a person decides about money that came, or did not come.

use clap::{Args, Subcommand};
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger::{self, LedgerError, Settling};
use renkei_core::calendar::{Date, clock};
use renkei_core::money::Yen;

use super::Global;
use super::print::say;

/// Decisions about money. Each is an event that 消込情報 tells the section.
#[derive(Debug, Subcommand)]
pub(crate) enum SettleCommand {
    /// Overpayments (過誤納) were paid back to their payers (還付)
    Refund {
        /// Numbers of `renkei ledger overpayments`
        #[arg(required = true)]
        overpayments: Vec<i64>,
        #[command(flatten)]
        how: How,
    },
    /// Pay back what had been received rightly (戻出), so that the assessment can be reduced
    RefundReceived {
        /// 調定番号
        assessment: String,
        /// Whole yen
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
        yen: i64,
        #[command(flatten)]
        how: How,
    },
    /// An overpayment pays what is unpaid of a receivable (充当); what is more stays open
    Appropriate {
        /// Number of `renkei ledger overpayments`
        overpayment: i64,
        /// 調定番号 of the receivable
        #[arg(long)]
        to: String,
        #[command(flatten)]
        how: How,
    },
    /// Money of 収入未整理 pays the receivable it belongs to; what is more stays open
    Allocate {
        /// Number of `renkei ledger unallocated`
        unallocated: i64,
        /// 調定番号 of the receivable
        #[arg(long)]
        to: String,
        #[command(flatten)]
        how: How,
    },
    /// Give up what is unpaid of receivables (不納欠損)
    WriteOff {
        /// 調定番号
        #[arg(required = true)]
        assessments: Vec<String>,
        #[command(flatten)]
        how: How,
    },
    /// Take settlements back: the opposite events, the journal with swapped sides, the money open again
    UndoSettlement {
        /// Numbers of `renkei ledger settlements`
        #[arg(required = true)]
        settlements: Vec<i64>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
}

/// When, why, who.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// Day it is booked, yyyy-mm-dd; today when omitted
    #[arg(long)]
    on: Option<Date>,
    /// Why
    #[arg(long)]
    reason: String,
    /// Who decides
    #[arg(long = "as", env = "RENKEI_ACTOR")]
    actor: String,
}

/// What a decision came to: a number of things, or yen.
enum Outcome {
    Settled(i64),
    Taken(i64),
}

/// Runs it.
pub(super) async fn run(global: &Global, pool: &PgPool, command: &SettleCommand) -> Result<(), LedgerError> {
    let today = clock::today().to_string();
    let outcome = match command {
        SettleCommand::Refund { overpayments, how } => {
            let day = how.day();
            Outcome::Settled(ledger::refund_overpayments(pool, overpayments, &how.settling(&day, &today)).await?)
        }
        SettleCommand::RefundReceived { assessment, yen, how } => {
            let day = how.day();
            Outcome::Taken(ledger::refund_received(pool, assessment, *yen, &how.settling(&day, &today)).await?)
        }
        SettleCommand::Appropriate { overpayment, to, how } => {
            let day = how.day();
            Outcome::Taken(ledger::appropriate(pool, *overpayment, to, &how.settling(&day, &today)).await?)
        }
        SettleCommand::Allocate { unallocated, to, how } => {
            let day = how.day();
            Outcome::Taken(ledger::allocate(pool, *unallocated, to, &how.settling(&day, &today)).await?)
        }
        SettleCommand::WriteOff { assessments, how } => {
            let day = how.day();
            Outcome::Settled(ledger::write_off(pool, assessments, &how.settling(&day, &today)).await?)
        }
        SettleCommand::UndoSettlement { settlements, reason, actor } => {
            Outcome::Settled(ledger::undo_settlements(pool, settlements, actor, reason, &today).await?)
        }
    };
    tell(global, &outcome);
    Ok(())
}

impl How {
    fn day(&self) -> String {
        self.on.unwrap_or_else(clock::today).to_string()
    }

    fn settling<'a>(&'a self, day: &'a str, today: &'a str) -> Settling<'a> {
        Settling { on: day, who: &self.actor, reason: &self.reason, today }
    }
}

fn tell(global: &Global, outcome: &Outcome) {
    let lang = global.lang;
    match outcome {
        Outcome::Settled(count) if global.json => println!("{}", serde_json::json!({ "settled": count })),
        Outcome::Taken(yen) if global.json => println!("{}", serde_json::json!({ "yen": yen })),
        Outcome::Settled(count) => println!("{count} {}", say(lang, "件を記帳しました", "booked")),
        Outcome::Taken(yen) => println!("{} {}", Yen(*yen), say(lang, "円を記帳しました", "yen booked")),
    }
}
