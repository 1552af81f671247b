//! `renkei audit verify`: walks the chain of sealed events and names the first broken link.

use clap::Subcommand;
use renkei_consumers::audit::{seal, verify};

use super::print::say;
use super::{Exit, Global, progress};
use crate::config::Config;
use crate::wiring;

/// `renkei audit …`
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Seal what is unsealed, then walk the chain from its first link
    Verify {
        /// A head written down earlier (position:sha256): the chain must still lead through it
        #[arg(long)]
        head: Option<String>,
    },
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &AuditCommand) -> anyhow::Result<Exit> {
    let AuditCommand::Verify { head } = command;
    let config = Config::load(global.config.as_deref())?;
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        let waiting = progress::waiting(global, "監査記録の連鎖を検証しています", "walking the audit chain");
        seal::seal(&pool).await?;
        let report = match head {
            Some(head) => verify::verify_against(&pool, &head.parse()?).await?,
            None => verify::verify(&pool).await?,
        };
        waiting.clear();
        if global.json {
            let (head, broken) = (report.head.as_ref().map(ToString::to_string), report.broken.as_ref().map(ToString::to_string));
            println!(
                "{}",
                serde_json::json!({"whole": report.is_whole(), "links": report.links, "seals": report.seals,
                    "unsealed": report.unsealed, "head": head, "broken": broken})
            );
            return Ok(if report.is_whole() { Exit::Done } else { Exit::Failed });
        }
        let lang = global.lang;
        println!("{} {} · {} {}", say(lang, "連鎖", "links"), report.links, say(lang, "未封", "unsealed"), report.unsealed);
        if let Some(head) = &report.head {
            println!("{} {head}", say(lang, "末尾", "head"));
        }
        match &report.broken {
            None => {
                println!("{}", say(lang, "改ざんは見つかりません", "the chain is whole"));
                Ok(Exit::Done)
            }
            Some(broken) => {
                println!("{}: {broken}", say(lang, "最初の破れ", "first broken link"));
                Ok(Exit::Failed)
            }
        }
    })
}
