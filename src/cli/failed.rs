//! `renkei failed …`: messages we could not handle, parked with their evidence.

use anyhow::Context;
use clap::Subcommand;
use renkei_consumers::failures::{self, Failure, Filter};
use renkei_core::catalogue::Lang;
use renkei_core::registry::Registry;

use super::print::{say, table};
use super::{Exit, Global};
use crate::config::Config;
use crate::wiring;

/// Bytes of a body that are shown to a person; a script gets all.
const SHOWN_BYTES_MAX: usize = 2_000;

/// `renkei failed …`
#[derive(Debug, Subcommand)]
pub(crate) enum FailedCommand {
    /// Parked messages, newest first
    List {
        /// Queue they failed in
        #[arg(long)]
        queue: Option<String>,
        /// open, retried, discarded
        #[arg(long, default_value = "open")]
        state: String,
    },
    /// One parked message: headers, error chain, beginning of the body
    Show {
        /// Number
        failure: i64,
    },
    /// Put the original message back on its queue
    Retry {
        /// Number
        failure: i64,
        /// Why it will go well this time
        #[arg(long, default_value = "")]
        reason: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Give a message up
    Discard {
        /// Number
        failure: i64,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &FailedCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        match command {
            FailedCommand::List { queue, state } => {
                let filter = Filter { queue: queue.clone(), state: Some(state.clone()), ..Filter::default() };
                let list = failures::list(&pool, &filter).await?;
                print_list(global, &list);
            }
            FailedCommand::Show { failure } => {
                let (found, body) = failures::get(&pool, *failure).await?;
                if global.json {
                    println!("{}", with_body(&found, &body)?);
                } else {
                    println!("{}", serde_json::to_string_pretty(&found)?);
                    println!("{}", String::from_utf8_lossy(&body[..body.len().min(SHOWN_BYTES_MAX)]));
                }
            }
            FailedCommand::Retry { failure, reason, actor } => {
                let publisher = wiring::publisher(&config, &Registry::load()?, "retry")?;
                failures::retry(&pool, &publisher, *failure, actor, reason).await?;
                publisher.close().await;
                decided(global, *failure, "retried", say(global.lang, "元のキューへ戻しました", "back on its queue"));
            }
            FailedCommand::Discard { failure, reason, actor } => {
                failures::discard(&pool, *failure, actor, reason).await?;
                decided(global, *failure, "discarded", say(global.lang, "破棄しました", "discarded"));
            }
        }
        Ok(Exit::Done)
    })
}

fn decided(global: &Global, failure: i64, state: &str, sentence: &str) {
    if global.json {
        println!("{}", serde_json::json!({"failure": failure, "state": state}));
    } else {
        println!("{sentence}");
    }
}

/// A parked message with its whole body: as `body_text`, or as `body_hex` when it is no UTF-8.
fn with_body(failure: &Failure, body: &[u8]) -> anyhow::Result<serde_json::Value> {
    let mut value = serde_json::to_value(failure)?;
    value.as_object_mut().context("a parked message is an object")?.extend([match std::str::from_utf8(body) {
        Ok(text) => ("body_text".to_owned(), text.into()),
        Err(_) => ("body_hex".to_owned(), hex(body).into()),
    }]);
    Ok(value)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn print_list(global: &Global, list: &[Failure]) {
    if global.json {
        println!("{}", serde_json::json!(list));
        return;
    }
    let headings = match global.lang {
        Lang::Ja => [">番号", "キュー", "種類", "コード", "理由", ">回数", "最終"],
        Lang::En => [">no", "queue", "kind", "code", "reason", ">attempts", "last seen"],
    };
    let rows = list.iter().map(|failure| {
        vec![
            failure.id.to_string(),
            failure.queue.clone(),
            failure.kind.clone(),
            failure.code.clone(),
            failure.reason.chars().take(60).collect(),
            failure.attempts.to_string(),
            failure.last_seen.clone(),
        ]
    });
    println!("{}", table(&headings, rows.collect()));
}
