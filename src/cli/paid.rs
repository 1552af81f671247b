//! What was paid without a file of ours: with a slip or at the counter (納付書・窓口払), and pay that came back from the bank.

use clap::Subcommand;
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger;
use renkei_consumers::ledger::returned::PaidPay;
use renkei_core::calendar::{Date, clock};

use super::{Global, worklist};

/// `renkei ledger …` about such payments.
#[derive(Debug, Subcommand)]
pub(crate) enum PaidCommand {
    /// Book orders of the method counter (納付書・窓口払) as paid, as the receipt shows; the maker may not
    PaidAtCounter {
        /// Order numbers
        #[arg(required = true)]
        orders: Vec<String>,
        /// Day of the payment, YYYY-MM-DD
        #[arg(long)]
        on: Date,
        /// What shows it: the receipt (領収書), its number
        #[arg(long)]
        receipt: String,
        /// Who looked
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Pay that came back (給与返戻) reached the person in another way; who handed over the list may not say so
    PaidReturnedPay {
        /// Numbers of 給与返戻, as `ledger returned` shows them
        #[arg(required = true)]
        returns: Vec<i64>,
        /// Day of the payment, YYYY-MM-DD
        #[arg(long)]
        on: Date,
        /// How, and what shows it: cash against receipt, a transfer at the counter
        #[arg(long)]
        how: String,
        /// Who looked
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
}

/// Runs it.
pub(super) async fn run(global: &Global, pool: &PgPool, command: &PaidCommand) -> anyhow::Result<()> {
    let today = clock::today().to_string();
    match command {
        PaidCommand::PaidAtCounter { orders, on, receipt, actor } => {
            let booked = ledger::book_counter_payments(pool, orders, &on.to_string(), receipt, actor, &today).await?;
            worklist::decided(global, ("paid", "件の支払を記帳しました", "payments booked"), booked, orders);
        }
        PaidCommand::PaidReturnedPay { returns, on, how, actor } => {
            let on = on.to_string();
            let pay = PaidPay { returned: returns, paid_on: &on, how, who: actor, today: &today };
            let paid = ledger::returned::pay_returned_pay(pool, &pay).await?;
            let numbers: Vec<String> = returns.iter().map(ToString::to_string).collect();
            worklist::decided(global, ("paid", "件の給与返戻を支給済みとしました", "put down as paid"), paid, &numbers);
        }
    }
    Ok(())
}
