//! What came back from the bank (振込不能・組戻): the list, the account, the payment made once more (再振込) or given up (戻入).

use clap::Subcommand;
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger::Worklist;
use renkei_consumers::ledger::returned::{self, NewAccount};
use renkei_core::calendar::{Date, clock};

use super::ledger::Rows;
use super::print::say;
use super::{Global, worklist};

/// The part of `renkei ledger` that is about payments that came back.
#[derive(Debug, Subcommand)]
pub(crate) enum ReturnedCommand {
    /// Payments that came back and wait (振込不能・組戻の未処理)
    Returned(Rows),
    /// Pay once more what came back (再振込): a draft that names it, for a second person to approve
    Repay {
        /// Order number
        order: String,
        /// Pay date, YYYY-MM-DD: a bank business day
        #[arg(long)]
        date: Date,
        /// The creditor's new account, BANK:BRANCH:KIND:NUMBER; default: the one it has
        #[arg(long)]
        account: Option<String>,
        /// Holder of the new account in the bank's kana; default: as before
        #[arg(long, default_value = "", requires = "account")]
        holder: String,
        /// Who orders it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Give a creditor another account from today on
    CorrectAccount {
        /// Creditor number
        creditor: String,
        /// BANK:BRANCH:KIND:NUMBER, e.g. 0001:201:1:1234567
        #[arg(long)]
        account: String,
        /// Holder in the bank's kana; default: as before
        #[arg(long, default_value = "")]
        holder: String,
        /// Who corrects it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// A creditor's account from which a transfer came back is right after all
    ConfirmAccount {
        /// Creditor number
        creditor: String,
        /// How it is known
        #[arg(long)]
        reason: String,
        /// Who confirms it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// What came back is not paid again (戻入): its expense is taken back
    SettleReturned {
        /// Order numbers
        #[arg(required = true)]
        orders: Vec<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides; not the maker
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Before the books of a year close (31 May): hold what came back and was not paid again off budget (歳入歳出外現金)
    CarryReturned {
        /// The fiscal year (会計年度) that closes
        #[arg(long)]
        year: i32,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
}

/// Runs it.
pub(super) async fn run(global: &Global, pool: &PgPool, command: &ReturnedCommand) -> anyhow::Result<()> {
    let (lang, today) = (global.lang, clock::today().to_string());
    match command {
        ReturnedCommand::Returned(rows) => worklist::show(global, pool, Worklist::Returned, *rows).await?,
        ReturnedCommand::Repay { order, date, account, holder, actor } => {
            let account = account.as_ref().map(|account| NewAccount { account, holder });
            let made = returned::repay(pool, order, &date.to_string(), account, actor, &today).await?;
            if global.json {
                println!("{}", serde_json::json!(made));
            } else {
                println!("{} {} ({order})", say(lang, "再振込を起票しました:", "second order drafted:"), made.order);
            }
        }
        ReturnedCommand::CorrectAccount { creditor, account, holder, actor } => {
            let begins = returned::correct_account(pool, creditor, NewAccount { account, holder }, actor, &today).await?;
            if global.json {
                println!("{}", serde_json::json!({"creditor": creditor, "account": account, "from": begins}));
            } else {
                println!("{creditor} {account}: {begins} {}", say(lang, "から有効です", "is its first day"));
            }
        }
        ReturnedCommand::ConfirmAccount { creditor, reason, actor } => {
            returned::confirm_account(pool, creditor, actor, reason, &today).await?;
            if global.json {
                println!("{}", serde_json::json!({"creditor": creditor, "confirmed": true}));
            } else {
                println!("{creditor}: {}", say(lang, "口座を確認済みとしました", "account confirmed"));
            }
        }
        ReturnedCommand::SettleReturned { orders, reason, actor } => {
            let settled = returned::settle_returned(pool, orders, actor, reason, &today).await?;
            worklist::decided(global, ("settled", "件を戻入しました", "taken back"), settled, orders);
        }
        ReturnedCommand::CarryReturned { year, actor } => {
            let carried = returned::carry_returned(pool, *year, actor, &today).await?;
            if global.json {
                println!("{}", serde_json::json!({"year": year, "carried": carried}));
            } else {
                println!("{carried} {}", say(lang, "件を歳入歳出外現金に繰り越しました", "carried over off budget"));
            }
        }
    }
    Ok(())
}
