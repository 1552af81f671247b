//! The command line. One file a command; every command ends in an `Exit`.
//!
//! Exit codes: 0 done · 1 failed · 2 usage · 3 rejected, by its content or by a rule · 4 held, a person must decide.

/// `renkei access`
mod access;
/// `--as`, or the session of `renkei login`
mod actor;
/// `renkei batch arrivals`
mod arrivals;
/// `renkei audit`
mod audit;
/// `renkei batch`
pub(crate) mod batch;
/// `renkei calendar`
mod calendar;
/// `renkei check`
mod check;
/// `renkei export`
pub(crate) mod export;
/// `renkei failed`
mod failed;
/// Proposals for refused names.
mod hint;
/// `renkei ledger load-issuers`
mod issuers;
/// `renkei topic kit`
mod kit;
/// `renkei layout`
mod layout;
/// `renkei ledger`
pub(crate) mod ledger;
/// `renkei ledger lineage`
mod lineage;
/// `renkei login`, `renkei logout`
mod login;
/// `renkei medium`
mod medium;
/// `renkei ledger carrier`
mod organization;
/// How a command ends.
mod outcome;
/// `renkei ledger` of what was paid without a file
mod paid;
/// `renkei ledger` of pay by person
mod pay;
/// What commands print: tables, JSON, error lists.
pub(crate) mod print;
/// Progress of long work.
pub(crate) mod progress;
/// `renkei pull`
mod pull;
/// `renkei ledger` of payments that came back
mod returned;
/// `renkei up`, `produce`, `consume`, `console`
pub(crate) mod roles;
/// `renkei topic sample`
mod sample;
/// `renkei schedule`
mod schedule;
/// `renkei send`
mod send;
/// `renkei ledger refund … write-off`
mod settle;
/// `renkei settlement`
mod settlement;
/// `renkei ledger slip`
mod slip;
/// Pay to staff under `renkei ledger`
mod staff;
/// `renkei task`
mod task;
/// Days and rules in words
mod times;
/// `renkei token`
mod token;
/// `renkei topic`
mod topic;
/// `renkei topology`
mod topology;
mod worklist;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
pub(crate) use outcome::Exit;
use renkei_core::catalogue::Lang;
use renkei_core::words;
use roles::Roles;

/// Carries money data between a ward's financial accounting system and its partners.
#[derive(Debug, Parser)]
#[command(
    name = "renkei",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 usage, 3 rejected (by its content or by a rule), 4 held (a person must decide)"
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Settings file (default: renkei.toml if it is there)
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Language of what people read: ja or en
    #[arg(long, global = true, default_value = "ja", env = "RENKEI_LANG", value_parser = parse_lang)]
    pub(crate) lang: Lang,
    /// Act although the roles cannot be asked, and say why: for the machine's administrator when nobody can sign in. It is written
    /// into the audit log
    #[arg(long, global = true, value_name = "WHY")]
    pub(crate) break_glass: Option<String>,
    /// Print JSON for scripts; errors too, on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
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
    /// All roles in one process: produce, consume, console
    Up,
    /// Watch folders, take uploads, fetch files, run the schedule
    Produce,
    /// Post what came in, make what was ordered
    Consume,
    /// The operators' web console
    Console,
    /// Sign in: commands then act in your name without `--as`
    Login(login::LoginArgs),
    /// End the session of `renkei login`
    Logout,
    /// Who may enter the console, and what they may do there
    #[command(subcommand)]
    Access(access::AccessCommand),
    /// Files that are fetched from partners: how it stands, or fetch now
    Pull(pull::PullArgs),
    /// Hand in a file
    Send(send::SendArgs),
    /// Files carried on a medium (USB): look, take, record the wipe
    #[command(subcommand)]
    Medium(medium::MediumCommand),
    /// What came in and what became of it
    #[command(subcommand)]
    Batch(batch::BatchCommand),
    /// Files that go out: make, approve, release, take back
    #[command(subcommand)]
    Export(export::ExportCommand),
    /// What people must do by a time: carry a file, fetch one, decide about a missed run
    #[command(subcommand)]
    Task(task::TaskCommand),
    /// When exports are ordered and files are due
    #[command(subcommand)]
    Schedule(schedule::ScheduleCommand),
    /// Holidays and business days
    #[command(subcommand)]
    Calendar(calendar::CalendarCommand),
    /// Parked messages
    #[command(subcommand)]
    Failed(failed::FailedCommand),
    /// Journal, trial balance, payment orders
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// What staff edit of 決算統計 (05): rules, figures, portions, earmarks
    #[command(subcommand)]
    Settlement(settlement::SettlementCommand),
    /// The sealed log of who did what
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Tokens of upstream systems
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Bring the database schema up to date
    Migrate,
    /// Carry the built topics through both money loops on sample files
    Demo,
}

/// Runs the command line.
pub(crate) fn run() -> ExitCode {
    let (cli, actor) = actor::read();
    let long_running = matches!(cli.command, Command::Up | Command::Produce | Command::Consume | Command::Console);
    crate::telemetry::start(!long_running);
    let outcome = actor.and_then(|()| dispatch(&cli.global, cli.command));
    match outcome {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            outcome::print_error(&cli.global, &error);
            ExitCode::from(Exit::of(&error) as u8)
        }
    }
}

fn dispatch(global: &Global, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Check(args) => check::run(global, &args),
        Command::Layout(command) => layout::run(global, &command),
        Command::Topic(command) => topic::run(global, &command),
        Command::Topology(command) => topology::run(global, &command),
        Command::Up => roles::run(global, Roles { produce: true, consume: true, console: true }),
        Command::Produce => roles::run(global, Roles { produce: true, ..Roles::default() }),
        Command::Consume => roles::run(global, Roles { consume: true, ..Roles::default() }),
        Command::Console => roles::run(global, Roles { console: true, ..Roles::default() }),
        Command::Login(args) => login::run(global, &args),
        Command::Logout => login::leave(global),
        Command::Access(command) => access::run(global, &command),
        Command::Pull(args) => pull::run(global, &args),
        Command::Send(args) => send::run(global, &args),
        Command::Medium(command) => medium::run(global, &command),
        Command::Batch(command) => batch::run(global, &command),
        Command::Export(command) => export::run(global, &command),
        Command::Task(command) => task::run(global, &command),
        Command::Schedule(command) => schedule::run(global, &command),
        Command::Calendar(command) => calendar::run(global, &command),
        Command::Failed(command) => failed::run(global, &command),
        Command::Ledger(command) => ledger::run(global, &command),
        Command::Settlement(command) => settlement::run(global, &command),
        Command::Audit(command) => audit::run(global, &command),
        Command::Token(command) => token::run(global, &command),
        Command::Migrate => migrate(global),
        Command::Demo => crate::demo::run(global),
    }
}

fn migrate(global: &Global) -> anyhow::Result<Exit> {
    let config = crate::config::Config::load(global.config.as_deref())?;
    crate::wiring::runtime()?.block_on(async {
        renkei_consumers::db::migrate(&crate::wiring::database(&config).await?).await?;
        if global.json {
            println!("{}", serde_json::json!({"schema": "up to date"}));
        } else {
            println!("{}", print::say(global.lang, "スキーマは最新です", "the schema is up to date"));
        }
        Ok(Exit::Done)
    })
}
