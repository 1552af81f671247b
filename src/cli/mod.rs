//! The command line. One file a command; every command ends in an [`Exit`].
//!
//! Exit codes: 0 done · 1 failed · 2 usage · 3 content rejected · 4 held, a person must decide.

/// `renkei check`
mod check;
/// `renkei layout`
mod layout;
/// What commands print: tables, JSON, error lists.
mod print;
/// `renkei topic`
mod topic;
/// `renkei topology`
mod topology;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use renkei_core::catalogue::Lang;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// What was asked is done.
    Done = 0,
    /// It could not be done.
    Failed = 1,
    /// The content was rejected.
    Rejected = 3,
    /// Something waits for a person.
    Held = 4,
}

/// Carries money data between a ward's financial accounting system and its partners.
#[derive(Debug, Parser)]
#[command(name = "renkei", version, after_help = "Exit codes: 0 done, 1 failed, 2 usage, 3 content rejected, 4 held")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Settings file (default: renkei.toml if it is there)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Language of what people read: ja or en
    #[arg(long, global = true, default_value = "ja", env = "RENKEI_LANG", value_parser = parse_lang)]
    pub lang: Lang,
    /// Print JSON for scripts
    #[arg(long, global = true)]
    pub json: bool,
}

fn parse_lang(text: &str) -> Result<Lang, String> {
    Lang::parse(text).ok_or_else(|| "ja or en".to_owned())
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read a file against a topic's layout and say what is wrong; needs no services
    Check(check::CheckArgs),
    /// Show layouts as specification sheets; needs no services
    #[command(subcommand)]
    Layout(layout::LayoutCommand),
    /// The 24 topics
    #[command(subcommand)]
    Topic(topic::TopicCommand),
    /// Exchanges, queues and policies of the broker
    #[command(subcommand)]
    Topology(topology::TopologyCommand),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    crate::telemetry::start(true);
    let outcome = match cli.command {
        Command::Check(args) => check::run(&cli.global, &args),
        Command::Layout(command) => layout::run(&cli.global, &command),
        Command::Topic(command) => topic::run(&cli.global, &command),
        Command::Topology(command) => topology::run(&cli.global, &command),
    };
    match outcome {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            eprintln!("renkei: {error:#}");
            ExitCode::from(Exit::Failed as u8)
        }
    }
}
