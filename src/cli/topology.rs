//! `renkei topology apply|verify`: exchanges, queues and policies.

use clap::Subcommand;
use renkei_core::broker::topology::{self, NewUser, TopologySpec};
use renkei_core::registry::Registry;

use super::print::{say, table};
use super::{Exit, Global};
use crate::config::Config;
use crate::wiring;

/// `renkei topology …`
#[derive(Debug, Subcommand)]
pub(crate) enum TopologyCommand {
    /// Make what is missing and set the policies
    Apply {
        /// Make a broker user for each inbound topic, too, which may publish to that topic alone; prints passwords of new ones, once
        #[arg(long)]
        users: bool,
        /// Give the users that are there new passwords
        #[arg(long, requires = "users")]
        renew: bool,
    },
    /// Compare the broker with queues.toml
    Verify,
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &TopologyCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let registry = Registry::load()?;
    let spec = wiring::safe_topology(&registry)?;
    wiring::runtime()?.block_on(async {
        match command {
            TopologyCommand::Apply { users, renew } => {
                topology::apply(&config.broker(&registry), &spec).await?;
                let made = match users {
                    true => topology::apply_users(&config.broker(&registry), &spec, *renew).await?,
                    false => Vec::new(),
                };
                report(global, &spec, &made);
                Ok(Exit::Done)
            }
            TopologyCommand::Verify => {
                let differences = topology::verify(&config.broker(&registry), &spec).await?;
                if global.json {
                    println!("{}", serde_json::json!({"differences": differences}));
                } else if differences.is_empty() {
                    println!("{}", say(global.lang, "相違ありません", "no differences"));
                } else {
                    differences.iter().for_each(|difference| println!("{difference}"));
                }
                Ok(if differences.is_empty() { Exit::Done } else { Exit::Failed })
            }
        }
    })
}

/// Queues that are in place, and the users whose passwords nobody will see again.
fn report(global: &Global, spec: &TopologySpec, made: &[NewUser]) {
    if global.json {
        let queues: Vec<&str> = spec.queues.iter().map(|queue| queue.name.as_str()).collect();
        let users = made
            .iter()
            .map(|user| serde_json::json!({"name": user.name, "password": user.password, "routing_key": user.routing_key}));
        println!("{}", serde_json::json!({"queues": queues, "users": users.collect::<Vec<_>>()}));
        return;
    }
    println!("{}: {}", say(global.lang, "キューを用意しました", "queues are in place"), spec.queues.len());
    if !made.is_empty() {
        println!(
            "{}",
            say(
                global.lang,
                "利用者を用意しました（パスワードは再表示できません）",
                "users were made (passwords are never shown again)"
            )
        );
        let headings = [say(global.lang, "利用者", "user"), say(global.lang, "パスワード", "password")];
        println!("{}", table(&headings, made.iter().map(|user| vec![user.name.clone(), user.password.clone()]).collect()));
    }
}
