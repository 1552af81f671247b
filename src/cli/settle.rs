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
    /// Carry what is unpaid of a year over into the next one (滞納繰越), after the books were closed: money for it is booked there from then on
    CarryOver {
        /// 会計年度 whose books were closed on 31 May
        #[arg(long)]
        year: i32,
        /// 予算科目 of the next year where it is another one: 01/2105010101=2105010191; may be given several times
        #[arg(long = "line", value_parser = parse_line)]
        lines: Vec<(String, String)>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Set the weight of a facility in sharing common cost out (配賦基準), from a 会計年度 on
    AllocationKey {
        /// 施設
        facility: String,
        /// Its weight beside the others: 面積, 人員 …; 0 takes part in nothing
        #[arg(long, value_parser = clap::value_parser!(i64).range(0..))]
        weight: i64,
        /// First 会計年度
        #[arg(long)]
        from_year: i32,
        /// 会計
        #[arg(long, default_value = "01")]
        fund: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Share what was spent for no facility out to the facilities (共通費の配賦): by the keys, or where none is set by what each spent itself
    AllocateCommon {
        /// 会計年度
        #[arg(long)]
        year: i32,
        /// 会計
        #[arg(long, default_value = "01")]
        fund: String,
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
        SettleCommand::CarryOver { year, lines, reason, actor } => {
            let lines = lines.iter().cloned().collect();
            Outcome::Settled(ledger::carry_over(pool, *year, &lines, (actor, reason), &today).await?)
        }
        SettleCommand::AllocationKey { facility, weight, from_year, fund, reason, actor } => {
            ledger::set_allocation_key(pool, (fund, facility, *from_year), *weight, (actor, reason)).await?;
            Outcome::Settled(1)
        }
        SettleCommand::AllocateCommon { year, fund, how } => {
            let day = how.day();
            Outcome::Taken(ledger::allocate_common_cost(pool, *year, fund, &how.settling(&day, &today)).await?)
        }
        SettleCommand::UndoSettlement { settlements, reason, actor } => {
            Outcome::Settled(ledger::undo_settlements(pool, settlements, actor, reason, &today).await?)
        }
    };
    tell(global, &outcome);
    Ok(())
}

fn parse_line(text: &str) -> Result<(String, String), String> {
    let (from, to) = text.split_once('=').ok_or("会計/予算科目=予算科目")?;
    Ok((from.to_owned(), to.to_owned()))
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
