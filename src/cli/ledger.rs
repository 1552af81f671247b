//! `renkei ledger …`: journal, trial balance, payment orders and their approval (決裁), slips and their money, tenders.

/// Journals, balances and orders as tables.
mod show;
/// Tenders and their nominees.
mod tender;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use renkei_consumers::ledger::{self, Worklist};
use renkei_core::calendar::{Date, clock};

use super::lineage::{self, LineageArgs};
use super::organization::{self, OrganizationCommand};
use super::paid::{self, PaidCommand};
use super::pay::{self, PayCommand};
use super::print::say;
use super::returned::{self, ReturnedCommand};
use super::settle::{self, SettleCommand};
use super::slip::{self, SlipArgs};
use super::staff::{self, StaffCommand};
use super::{Exit, Global, issuers, worklist};
use crate::config::Config;
use crate::wiring;

pub(crate) use show::{account_totals, journal};
use show::{orders, trial_balance};

/// `renkei ledger …`
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// 合計残高試算表
    TrialBalance,
    /// The journal a batch or a released file made, or what was booked about a payment order
    #[command(group = clap::ArgGroup::new("of").required(true).args(["batch", "file", "order"]))]
    Journal {
        /// Batch number; with what became of the payment orders it made
        #[arg(long)]
        batch: Option<i64>,
        /// Exported file number
        #[arg(long)]
        file: Option<i64>,
        /// Payment order number (支出命令番号)
        #[arg(long)]
        order: Option<String>,
        /// Lines shown at most
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// From a line of an entry, a payment order or a record of an outgoing file back to the bytes, and forward to the files that carry it
    Lineage(LineageArgs),
    /// Payment orders (支出命令)
    Orders {
        /// draft, approved, in_file, released, paid, returned, cancelled
        #[arg(long, default_value = "")]
        state: String,
        /// Orders shown at most
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Approve drafts (決裁); the maker may not
    Approve {
        /// Order numbers
        #[arg(required_unless_present = "all")]
        orders: Vec<String>,
        /// Every draft
        #[arg(long, conflicts_with = "orders")]
        all: bool,
        /// Who approves
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Enter what 払込通知 announces or the bank credited for a day (払込日)
    FundCredit {
        /// notice (払込通知) or bank (入金)
        #[arg(long, value_parser = ["notice", "bank"])]
        kind: String,
        /// 払込日, yyyy-mm-dd
        #[arg(long)]
        fund_on: Date,
        /// 税目・料金番号
        #[arg(long)]
        fee_item: String,
        /// Whole yen; negative corrects an earlier entry
        #[arg(long, allow_negative_numbers = true)]
        yen: i64,
        /// Why; needed to correct
        #[arg(long, default_value = "")]
        reason: String,
        /// Who enters it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Issue payment slips anew with a later limit (支払期限); the old ones end
    ReissueSlips {
        /// 納入通知書番号 or 案件特定キー
        #[arg(required = true)]
        slips: Vec<String>,
        /// New 支払期限, yyyy-mm-dd
        #[arg(long)]
        limit: Date,
        /// Who issues them
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Slips whose posting day has come although the partner is not known to have accepted them
    LateSlips,
    /// Give approved orders that are in no file another pay date; the maker may not
    Reschedule {
        /// Order numbers
        #[arg(required = true)]
        orders: Vec<String>,
        /// New pay date, YYYY-MM-DD: a bank business day
        #[arg(long)]
        to: Date,
        /// Why; it stays in the audit log
        #[arg(long)]
        reason: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Put down what was seen of a creditor's account (口座確認): a transfer leaves out an account whose last answer is not 0
    AccountCheck {
        /// Creditor number (債権者番号)
        creditor: String,
        /// 0: it is as registered; another digit as the bank gives it
        #[arg(long, value_parser = clap::value_parser!(u8).range(0..=9))]
        answer: u8,
        /// Where that stands: a passbook, a letter of the bank
        #[arg(long)]
        source: String,
        /// Who saw it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Book orders that the bank has debited by itself (口座引落), as the passbook shows
    Debited {
        /// Order numbers
        #[arg(required = true)]
        orders: Vec<String>,
        /// Day of the debit, YYYY-MM-DD
        #[arg(long)]
        on: Date,
        /// Who looked
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Take orders back that are in no file; the expense of approved ones is reversed
    CancelOrders {
        /// Order numbers
        #[arg(required = true)]
        orders: Vec<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides; not the maker, once the order is approved
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Take the published register of qualified invoice issuers (適格請求書発行事業者) in, for the numbers the ledger knows
    LoadIssuers {
        /// The published CSV file, unpacked
        file: PathBuf,
        /// Day it was fetched, YYYY-MM-DD; default: today
        #[arg(long)]
        fetched_on: Option<Date>,
        /// Who loads it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Tenders (案件) before their opening: open, nominate, approve
    #[command(subcommand)]
    Tender(tender::TenderCommand),
    /// Creditors whose bank branch ended or will end (口座変更が必要な債権者)
    PayeesToMove(Rows),
    #[command(flatten)]
    Settle(SettleCommand),
    /// What was decided about money (還付・充当・整理・不納欠損), newest first
    Settlements(Rows),
    /// Money above what was owed (過誤納), not settled yet
    Overpayments(Rows),
    /// Money whose receivable is not known (収入未整理)
    Unallocated(Rows),
    /// Payment slips (納付書) that are neither paid nor void
    Slips(Rows),
    /// Print payment slips as PDF, a page each, with their eL-QR
    Slip(SlipArgs),
    /// Open items of organizations that have ended (廃止所属の未了), and who carries them
    OrphanedItems(Rows),
    #[command(flatten)]
    Organization(OrganizationCommand),
    /// Draft orders of people who leave their post (引継ぎが必要な起案)
    Reassignments(Rows),
    /// Active login ids whose person is not in service (在職しない職員のログインID)
    OrphanedAccounts(Rows),
    #[command(flatten)]
    Returned(ReturnedCommand),
    #[command(flatten)]
    Paid(PaidCommand),
    #[command(flatten)]
    Pay(PayCommand),
    /// Pay to staff, and returns of it, that the payroll system was not told of (未通知の職員支払)
    StaffPayments(Rows),
    #[command(flatten)]
    Staff(StaffCommand),
}

/// How much of a list is shown.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Rows {
    /// Rows shown at most
    #[arg(long, default_value_t = 100)]
    pub(crate) limit: i64,
    /// As CSV for a spreadsheet: a text that looks like a formula stands behind an apostrophe
    #[arg(long)]
    pub(crate) csv: bool,
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &LedgerCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        match command {
            LedgerCommand::TrialBalance => trial_balance(global, &ledger::trial_balance(&pool).await?),
            LedgerCommand::Journal { batch, file, order, limit } => {
                let lines = match (batch, file, order) {
                    (Some(batch), ..) => ledger::journal_of_batch(&pool, *batch, *limit).await?,
                    (None, Some(file), _) => ledger::journal_of_file(&pool, *file, *limit).await?,
                    (None, None, Some(order)) => ledger::journal_of_order(&pool, order, *limit).await?,
                    (None, None, None) => Vec::new(),
                };
                journal(global, &lines);
            }
            LedgerCommand::Lineage(args) => lineage::run(global, &pool, &wiring::archive(&config)?, args).await?,
            LedgerCommand::Orders { state, limit } => orders(global, &ledger::payment_orders(&pool, state, *limit).await?),
            LedgerCommand::Approve { orders, all, actor } => {
                let mut numbers = orders.clone();
                if *all {
                    numbers = ledger::payment_orders(&pool, "draft", i64::MAX).await?.into_iter().map(|order| order.no).collect();
                }
                let day = clock::today().to_string();
                let approved = ledger::approve_payment_orders(&pool, &numbers, actor, &day).await?;
                if global.json {
                    println!("{}", serde_json::json!({"approved": approved, "orders": numbers, "day": day}));
                } else {
                    println!("{approved} {}", say(global.lang, "件を決裁しました", "approved"));
                }
            }
            LedgerCommand::FundCredit { kind, fund_on, fee_item, yen, reason, actor } => {
                let fund_on = fund_on.to_string();
                let credit = ledger::FundCredit { fund_on: &fund_on, fee_item, kind, yen: *yen, reason };
                let sum = ledger::enter_fund_credit(&pool, &credit, actor).await?;
                worklist::credited(global, &credit, sum);
            }
            LedgerCommand::ReissueSlips { slips, limit, actor } => {
                let (limit, today) = (limit.to_string(), clock::today().to_string());
                worklist::reissued(global, &ledger::reissue_slips(&pool, slips, &limit, &today, actor).await?);
            }
            LedgerCommand::LateSlips => {
                let late = ledger::late_slips(&pool, &clock::today().to_string()).await?;
                worklist::late_slips(global, &late);
                return Ok(if late.is_empty() { Exit::Done } else { Exit::Held });
            }
            LedgerCommand::Reschedule { orders, to, reason, actor } => {
                let (to, today) = (to.to_string(), clock::today().to_string());
                let to = ledger::Rescheduling { pay_date: &to, who: actor, reason, today: &today };
                let moved = ledger::reschedule_payment_orders(&pool, orders, &to).await?;
                worklist::decided(global, ("rescheduled", "件の支払日を変更しました", "rescheduled"), moved, orders);
                worklist::bank_hours(global, &pool, to.pay_date, &today).await?;
            }
            LedgerCommand::AccountCheck { creditor, answer, source, actor } => {
                ledger::check_account(&pool, creditor, *answer, source, actor, &clock::today().to_string()).await?;
                let numbers = std::slice::from_ref(creditor);
                worklist::decided(global, ("checked", "件の口座確認を記録しました", "account check recorded"), 1, numbers);
            }
            LedgerCommand::Debited { orders, on, actor } => {
                let booked = ledger::book_direct_debits(&pool, orders, actor, &on.to_string()).await?;
                worklist::decided(global, ("debited", "件の引落しを記帳しました", "debits booked"), booked, orders);
            }
            LedgerCommand::CancelOrders { orders, reason, actor } => {
                let today = clock::today().to_string();
                let cancelled = ledger::cancel_payment_orders(&pool, orders, actor, reason, &today).await?;
                worklist::decided(global, ("cancelled", "件を取り消しました", "cancelled"), cancelled, orders);
            }
            LedgerCommand::LoadIssuers { file, fetched_on, actor } => {
                let fetched_on = fetched_on.unwrap_or_else(clock::today).to_string();
                return issuers::load(global, &pool, file, &fetched_on, actor).await;
            }
            LedgerCommand::Tender(command) => return tender::run(global, &pool, command).await,
            LedgerCommand::PayeesToMove(rows) => worklist::show(global, &pool, Worklist::PayeesToMove, *rows).await?,
            LedgerCommand::Settle(command) => settle::run(global, &pool, command).await?,
            LedgerCommand::Settlements(rows) => worklist::show(global, &pool, Worklist::Settlements, *rows).await?,
            LedgerCommand::Overpayments(rows) => worklist::show(global, &pool, Worklist::Overpayments, *rows).await?,
            LedgerCommand::Unallocated(rows) => worklist::show(global, &pool, Worklist::Unallocated, *rows).await?,
            LedgerCommand::Slips(rows) => worklist::show(global, &pool, Worklist::Slips, *rows).await?,
            LedgerCommand::OrphanedItems(rows) => worklist::show(global, &pool, Worklist::OrphanedItems, *rows).await?,
            LedgerCommand::Organization(command) => organization::run(global, &pool, command).await?,
            LedgerCommand::Reassignments(rows) => worklist::show(global, &pool, Worklist::Reassignments, *rows).await?,
            LedgerCommand::Slip(args) => slip::run(global, &config, &pool, args).await?,
            LedgerCommand::OrphanedAccounts(rows) => {
                worklist::show(global, &pool, Worklist::OrphanedAccounts, *rows).await?;
            }
            LedgerCommand::Returned(command) => returned::run(global, &pool, command).await?,
            LedgerCommand::Paid(command) => paid::run(global, &pool, command).await?,
            LedgerCommand::Pay(command) => pay::run(global, &pool, command).await?,
            LedgerCommand::StaffPayments(rows) => worklist::show(global, &pool, Worklist::StaffPayments, *rows).await?,
            LedgerCommand::Staff(command) => staff::run(global, &pool, command).await?,
        }
        Ok(Exit::Done)
    })
}
