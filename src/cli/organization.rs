//! `renkei ledger carrier`: who carries what an organization that has ended left open.

use clap::Subcommand;
use renkei_consumers::db::PgPool;
use renkei_consumers::ledger;
use renkei_core::calendar::clock;

use super::Global;
use super::print::say;

/// `renkei ledger …` about organizations.
#[derive(Debug, Subcommand)]
pub(crate) enum OrganizationCommand {
    /// Say who carries the open items (未了) of an organization that was split or abolished; the last word counts
    Carrier {
        /// 所属コード of the organization that has ended
        organization: String,
        /// 所属コード of the one that carries its items; of a split, one of those it became
        #[arg(long)]
        to: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
}

/// Runs it.
pub(super) async fn run(global: &Global, pool: &PgPool, command: &OrganizationCommand) -> anyhow::Result<()> {
    let OrganizationCommand::Carrier { organization, to, reason, actor } = command;
    let since = ledger::name_carrier(pool, organization, to, reason, actor, &clock::today().to_string()).await?;
    if global.json {
        println!("{}", serde_json::json!({"organization": organization, "carrier": to, "since": since}));
    } else {
        println!(
            "{organization} → {to} {}",
            say(global.lang, "（未了の引継ぎ先として登録しました）", "(carries its open items)")
        );
    }
    Ok(())
}
