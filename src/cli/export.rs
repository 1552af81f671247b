//! `renkei export …`: make, look at, approve, release, take back.

/// What became of a file that was brought.
mod bring;
/// What is different from last time.
mod compare;
/// What a person decides about a file.
mod decide;
/// Files as they stand, and their bytes.
mod look;
/// Making a file.
mod order;
/// A file beside another, and a file made again.
mod remade;
/// What an approver looks at.
mod show;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;
use renkei_consumers::outbound::OrderRequest;
use renkei_core::registry::Registry;

use super::{Exit, Global};
use crate::config::Config;
use crate::wiring;

pub(crate) use look::state_name;
pub(crate) use order::order;
pub(crate) use show::problem;

/// `renkei export …`
#[derive(Debug, Subcommand)]
pub(crate) enum ExportCommand {
    /// Order a file and wait until it is made (a consumer must be running)
    Run {
        /// Number or slug
        topic: String,
        /// Bank profile or layout variant
        #[arg(long, default_value = "")]
        profile: String,
        /// Parameters of the order, e.g. pay_date=2026-11-30; `renkei topic show TOPIC` lists those a topic knows
        #[arg(long = "param", value_parser = parse_param)]
        params: Vec<(String, String)>,
        /// Name of the run: the same name gives the same file
        #[arg(long)]
        key: Option<String>,
        /// Say what would go, make nothing
        #[arg(long)]
        dry_run: bool,
        /// Who orders
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Hand over a file the topic's files need (the payroll section's list), or the partner's answers
    Bring {
        /// Number or slug
        topic: String,
        /// The file
        file: PathBuf,
        /// Bank profile: which layout the file has
        #[arg(long)]
        profile: String,
        /// Who brings it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Files, newest first
    List {
        /// Number or slug
        #[arg(long)]
        topic: Option<String>,
        /// Files shown at most
        #[arg(long, default_value_t = 30)]
        limit: u32,
    },
    /// One file: totals recomputed from the ledger, what is different from last time, approvals, deliveries
    Show {
        /// File number
        file: i64,
        /// Every item worth a second look, not the first of each kind only
        #[arg(long)]
        all: bool,
    },
    /// Approve exactly these bytes; the maker may not
    Approve {
        /// File number
        file: i64,
        /// The SHA-256 the approver saw in `export show`, or its first 12 digits
        #[arg(long)]
        sha256: String,
        /// Who approves
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Release once; the file goes to the outbox
    Release {
        /// File number
        file: i64,
        /// Who releases
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// The partner accepted it (受付確認), as its screen or receipt says
    Accepted {
        /// File number
        file: i64,
        /// What the partner said, e.g. its receipt number
        #[arg(long)]
        result: String,
        /// Who saw it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// The same bytes again (再取得)
    Download {
        /// File number
        file: i64,
        /// Where to
        #[arg(long)]
        to: PathBuf,
        /// Who takes it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Select what a file carries anew from the ledger, and compare: are its bytes still what the ledger says?
    Remake {
        /// File number
        file: i64,
    },
    /// Write a workbook to look a file through in Excel: its contents, totals recounted from the ledger, what was refused
    Workbook {
        /// File number
        file: i64,
        /// Where to; a folder takes the name of the file
        #[arg(long, visible_alias = "out", default_value = ".")]
        to: PathBuf,
        /// Who makes it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Take a file back; its items are free again
    Void {
        /// File number
        file: i64,
        /// Why
        #[arg(long)]
        reason: String,
        /// What the partner confirmed: that it did not process the file
        #[arg(long)]
        confirmation: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Nobody can say whether the partner took it (送信結果不明)
    Unknown {
        /// File number
        file: i64,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who says so
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Deliver a released file once more that certainly did not arrive: the partner refused it, or its next try is still to come
    Retry {
        /// File number
        file: i64,
        /// Why: what was mended
        #[arg(long)]
        reason: String,
        /// Who decides
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// What a person found out about an unknown delivery
    Resolve {
        /// File number
        file: i64,
        /// The partner has it
        #[arg(long, conflicts_with = "not_arrived", required_unless_present = "not_arrived")]
        arrived: bool,
        /// The partner never got it
        #[arg(long)]
        not_arrived: bool,
        /// How that is known
        #[arg(long)]
        reason: String,
        /// What the partner said, in words; a two-person file needs it before it leaves once more, and another person
        #[arg(long, default_value = "")]
        confirmation: String,
        /// Who found out
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
}

fn parse_param(text: &str) -> Result<(String, String), String> {
    text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| "name=value".to_owned())
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &ExportCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let registry = Arc::new(Registry::load()?);
    wiring::runtime()?.block_on(async {
        let exporter = wiring::exporter(&config, &registry, "cli").await?;
        match command {
            ExportCommand::Run { topic, profile, params, key, dry_run, actor } => {
                let request = OrderRequest {
                    variant: profile.clone(),
                    params: params.iter().cloned().collect::<BTreeMap<_, _>>(),
                    ordered_by: actor.clone(),
                    key: key.clone(),
                };
                if *dry_run {
                    return order::dry(global, &exporter, topic, request).await;
                }
                order::run(global, &config, &registry, &exporter, topic, request).await
            }
            ExportCommand::Bring { topic, file, profile, actor } => {
                let brought = exporter.bring(exporter.topic(topic)?, profile, file, actor).await?;
                Ok(bring::print(global, &brought))
            }
            ExportCommand::List { topic, limit } => look::list(global, &registry, &exporter, topic, *limit).await,
            ExportCommand::Show { file, all } => show::show(global, &exporter, *file, *all).await,
            ExportCommand::Download { file, to, actor } => look::download(global, &exporter, *file, to, actor).await,
            ExportCommand::Remake { file } => Ok(remade::print(global, &exporter.remake(*file).await?)),
            ExportCommand::Workbook { file, to, actor } => {
                let book = exporter.workbook(*file, global.lang, actor).await?;
                look::save(global, &book, to)
            }
            decision => {
                let file = decide::carry_out(&exporter, decision).await?;
                look::print_file(global, &file);
                Ok(look::exit_of(file.state))
            }
        }
    })
}
