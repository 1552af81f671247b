//! `renkei token …`: tokens of upstream systems. The administrator's list is in the database, the page of the accounts shows it too;
//! `new` is for a machine that no list reaches.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use jiff::civil::Date;
use renkei_console::access::accounts::By;
use renkei_console::access::senders::{self, SenderToken, Wanted};
use renkei_consumers::db::PgPool;
use renkei_consumers::senders as written;
use renkei_core::registry::Registry;
use renkei_producers::http::tokens;
use uuid::Uuid;

use super::print::{say, table};
use super::{Exit, Global, topic};
use crate::config::Config;
use crate::wiring;

/// `renkei token …`
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Tokens that were issued, who may hand in what, and when a sender was heard of last
    List,
    /// Issue a token; it is shown once and kept nowhere, and counts at once
    Issue {
        /// Name of the sender
        name: String,
        /// Topics it may hand in to, by number or slug; `*` for all
        #[arg(long = "topic", required = true)]
        topics: Vec<String>,
        /// The last day it is good for; without it, until it is revoked
        #[arg(long)]
        through: Option<Date>,
        #[command(flatten)]
        by: Who,
    },
    /// Revoke a token: whoever shows it is refused from then on
    Revoke {
        /// Its number, of `renkei token list`
        token: i64,
        #[command(flatten)]
        by: Who,
    },
    /// Write the list for producers; `renkei consume` does so by itself where the file is its own
    Write {
        /// The file; default: the one of the settings
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Make a token and an entry for tokens.toml by hand, for a machine that the list does not reach
    New {
        /// Name of the sender
        name: String,
        /// Topics it may hand in; `*` for all
        #[arg(long = "topic", required = true)]
        topics: Vec<String>,
    },
}

/// Who issues or revokes it, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Who {
    /// Why
    #[arg(long)]
    reason: String,
    /// Who does it
    #[arg(long = "as", env = "RENKEI_ACTOR")]
    actor: String,
}

impl Who {
    fn by(&self) -> By<'_> {
        By { actor: &self.actor, reason: &self.reason }
    }
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &TokenCommand) -> anyhow::Result<Exit> {
    if let TokenCommand::New { name, topics } = command {
        return new(global, name, topics);
    }
    let config = Config::load(global.config.as_deref())?;
    let registry = Registry::load()?;
    let file = &config.produce.senders_file;
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        match command {
            TokenCommand::List => return list(global, &pool).await,
            TokenCommand::Issue { name, topics, through, by } => {
                let slug = |name: &String| match name.as_str() {
                    "*" => Ok("*".to_owned()),
                    name => topic::find(&registry, name).map(|topic| topic.slug.to_string()),
                };
                let topics = topics.iter().map(slug).collect::<anyhow::Result<Vec<String>>>()?;
                let wanted = Wanted { name, topics: &topics, through: *through, form: Uuid::new_v4() };
                let (id, token) = senders::issue(&pool, &registry, wanted, by.by()).await?;
                show(global, id, &token);
                written::write_down(&pool, file).await.with_context(|| format!("the token {id} is issued, but not told"))?;
            }
            TokenCommand::Revoke { token, by } => {
                senders::revoke(&pool, *token, by.by()).await?;
                written::write_down(&pool, file).await.with_context(|| format!("the token {token} is revoked, but not told"))?;
                return list(global, &pool).await;
            }
            TokenCommand::Write { to } => {
                let path = to.as_ref().unwrap_or(file);
                let changed = written::write_down(&pool, path).await?;
                if global.json {
                    println!("{}", serde_json::json!({"file": path, "changed": changed}));
                } else {
                    println!("{}: {}", say(global.lang, "書き出しました", "written"), path.display());
                }
            }
            TokenCommand::New { .. } => {}
        }
        Ok(Exit::Done)
    })
}

fn show(global: &Global, id: i64, token: &str) {
    if global.json {
        println!("{}", serde_json::json!({"id": id, "token": token}));
    } else {
        println!("{} {id}:\n  {token}", say(global.lang, "トークン（この一度だけ表示）", "token (shown this once)"));
    }
}

fn new(global: &Global, name: &str, topics: &[String]) -> anyhow::Result<Exit> {
    let made = tokens::make(name, topics).map_err(anyhow::Error::msg)?;
    if global.json {
        println!("{}", serde_json::json!({"token": made.token, "entry": made.entry}));
    } else {
        println!("{}:\n  {}\n", say(global.lang, "トークン（この一度だけ表示）", "token (shown this once)"), made.token);
        println!("{}:\n{}", say(global.lang, "tokens.toml に追記", "add to tokens.toml"), made.entry);
    }
    Ok(Exit::Done)
}

async fn list(global: &Global, pool: &PgPool) -> anyhow::Result<Exit> {
    let known = senders::list(pool).await?;
    if global.json {
        println!("{}", serde_json::json!(known));
        return Ok(Exit::Done);
    }
    let lang = global.lang;
    let headings = [
        say(lang, "番号", "no."),
        say(lang, "送信元", "sender"),
        say(lang, "状態", "state"),
        say(lang, "連携", "topics"),
        say(lang, "期限", "through"),
        say(lang, "最後の受付", "last batch"),
        say(lang, "発行", "issued"),
        say(lang, "失効", "revoked"),
    ];
    let signed = |at: Option<String>, by: Option<String>| format!("{} {}", at.unwrap_or_default(), by.unwrap_or_default());
    let rows = known.into_iter().map(|token| {
        let SenderToken {
            id, name, topics, state, valid_through, made_at, made_by, last_batch_at, revoked_at, revoked_by, ..
        } = token;
        let state = match state.as_str() {
            "live" => say(lang, "有効", "counts"),
            "over" => say(lang, "期限切れ", "expired"),
            _ => say(lang, "失効", "revoked"),
        };
        vec![
            id.to_string(),
            name,
            state.to_owned(),
            topics.join(" "),
            valid_through.unwrap_or_default(),
            last_batch_at.unwrap_or_default(),
            signed(Some(made_at), Some(made_by)),
            signed(revoked_at, revoked_by).trim().to_owned(),
        ]
    });
    println!("{}", table(&headings, rows.collect()));
    Ok(Exit::Done)
}
