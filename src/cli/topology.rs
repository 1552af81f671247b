//! `renkei topology apply|verify`: exchanges, queues and policies.

use clap::Subcommand;
use renkei_core::broker::topology;
use renkei_core::registry::Registry;

use super::print::say;
use super::{Exit, Global};
use crate::config::Config;
use crate::wiring;

/// `renkei topology …`
#[derive(Debug, Subcommand)]
pub(crate) enum TopologyCommand {
    /// Make what is missing and set the policies
    Apply,
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
            TopologyCommand::Apply => {
                topology::apply(&config.broker(&registry), &spec).await?;
                if global.json {
                    let queues: Vec<&str> = spec.queues.iter().map(|queue| queue.name.as_str()).collect();
                    println!("{}", serde_json::json!({"queues": queues}));
                } else {
                    println!("{}: {}", say(global.lang, "キューを用意しました", "queues are in place"), spec.queues.len());
                }
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
