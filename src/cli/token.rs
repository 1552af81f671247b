//! `renkei token new NAME`: a token for an upstream system.

use clap::Subcommand;
use renkei_producers::http::tokens;

use super::print::say;
use super::{Exit, Global};

/// `renkei token …`
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and the entry for the tokens file; the token is shown once and kept nowhere
    New {
        /// Name of the sender
        name: String,
        /// Topics it may hand in; `*` for all
        #[arg(long = "topic", required = true)]
        topics: Vec<String>,
    },
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &TokenCommand) -> anyhow::Result<Exit> {
    let TokenCommand::New { name, topics } = command;
    let made = tokens::make(name, topics).map_err(anyhow::Error::msg)?;
    if global.json {
        println!("{}", serde_json::json!({"token": made.token, "entry": made.entry}));
    } else {
        println!("{}:\n  {}\n", say(global.lang, "トークン（この一度だけ表示）", "token (shown this once)"), made.token);
        println!("{}:\n{}", say(global.lang, "tokens.toml に追記", "add to tokens.toml"), made.entry);
    }
    Ok(Exit::Done)
}
