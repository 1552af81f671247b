//! Pay by person (給与振込): another day for what is unsent, and a transfer for what came back.

use clap::Subcommand;
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger::payroll::{self, PayAgain, PayMove};
use renkei_consumers::ledger::returned::NewAccount;
use renkei_core::calendar::{Date, clock};
use renkei_core::money::Yen;

use super::print::say;
use super::{Global, worklist};

/// `renkei ledger …` about it.
#[derive(Debug, Subcommand)]
#[expect(clippy::enum_variant_names, reason = "they are the commands' names")]
pub(crate) enum PayCommand {
    /// Give pay of a day that no file carries another pay date (支払日の変更); not who ordered it or handed over its list
    MovePay {
        /// The pay date it has, YYYY-MM-DD
        #[arg(long)]
        from: Date,
        /// New pay date, YYYY-MM-DD: a bank business day
        #[arg(long)]
        to: Date,
        /// Only one 支給区分: 1 例月 2 期末勤勉 3 差額 4 随時 5 退職
        #[arg(long, value_parser = ["1", "2", "3", "4", "5"])]
        kind: Option<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Transfer pay that came back (給与返戻) once more: a draft, for a second person to approve
    TransferReturnedPay {
        /// Number of the 給与返戻, as `ledger returned` shows it
        returned: i64,
        /// Pay date, YYYY-MM-DD: a bank business day
        #[arg(long)]
        date: Date,
        /// The person's account as the payroll section corrected it, BANK:BRANCH:KIND:NUMBER; default: the same
        #[arg(long)]
        account: Option<String>,
        /// Holder of that account in the bank's kana; default: as before
        #[arg(long, default_value = "", requires = "account")]
        holder: String,
        /// Who orders it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Approve that pay that came back is transferred once more; not who drafted it
    ApproveReturnedPay {
        /// Numbers of 給与返戻
        #[arg(required = true)]
        returned: Vec<i64>,
        /// Who approves
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Pay that came back is not transferred once more after all, while no file carries it
    WithdrawReturnedPay {
        /// Numbers of 給与返戻
        #[arg(required = true)]
        returned: Vec<i64>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
}

/// Runs it.
pub(super) async fn run(global: &Global, pool: &PgPool, command: &PayCommand) -> anyhow::Result<()> {
    let (lang, today) = (global.lang, clock::today().to_string());
    let numbers = |returned: &[i64]| returned.iter().map(ToString::to_string).collect::<Vec<_>>();
    match command {
        PayCommand::MovePay { from, to, kind, reason, actor } => {
            let (from, to) = (from.to_string(), to.to_string());
            let (kind, today) = (kind.as_deref(), today.as_str());
            let pay = PayMove { from: &from, to: &to, kind, who: actor, reason, today };
            let moved = payroll::move_payroll(pool, &pay).await?;
            if global.json {
                println!("{}", serde_json::json!(moved));
            } else {
                println!(
                    "{} → {}: {} {} · {} {} · {} {}",
                    from,
                    to,
                    moved.runs,
                    say(lang, "件の給与", "payroll(s)"),
                    moved.credits,
                    say(lang, "件の振込", "credit(s)"),
                    Yen(moved.yen),
                    say(lang, "円", "yen")
                );
            }
        }
        PayCommand::TransferReturnedPay { returned, date, account, holder, actor } => {
            let account = account.as_ref().map(|account| NewAccount { account, holder });
            let pay_date = date.to_string();
            let pay = PayAgain { returned: *returned, pay_date: &pay_date, account, who: actor, today: &today };
            payroll::repay_returned_pay(pool, &pay).await?;
            worklist::decided(global, ("drafted", "件の再振込を起票しました", "drafted"), 1, &numbers(&[*returned]));
        }
        PayCommand::ApproveReturnedPay { returned, actor } => {
            let approved = payroll::approve_returned_pay(pool, returned, actor, &today).await?;
            worklist::decided(global, ("approved", "件の再振込を決裁しました", "approved"), approved, &numbers(returned));
        }
        PayCommand::WithdrawReturnedPay { returned, reason, actor } => {
            let withdrawn = payroll::withdraw_returned_pay(pool, returned, actor, reason).await?;
            worklist::decided(global, ("withdrawn", "件の再振込を取り下げました", "withdrawn"), withdrawn, &numbers(returned));
        }
    }
    Ok(())
}
