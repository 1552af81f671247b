//! `renkei export …`: make, look at, approve, release, take back.

/// What became of a file that was brought.
mod bring;
/// What is different from last time.
mod compare;
/// A file beside another, and a file made again.
mod remade;
/// What an approver looks at.
mod show;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Subcommand;
use renkei_consumers::outbound::{self, ExportFile, Exporter, FileState, Found, ListFilter, OrderRequest, Workbook};
use renkei_core::calendar::clock;
use renkei_core::catalogue::{self, Lang};
use renkei_core::message::{self, ExportOrder};
use renkei_core::money::Yen;
use renkei_core::registry::Registry;

use super::print::{say, table};
use super::{Exit, Global, progress};
use crate::config::Config;
use crate::wiring;

/// Longest wait for a consumer to make an ordered file.
const MAKE_WAIT: Duration = Duration::from_secs(600);
/// Longest wait for one that leaves by itself to be handed over.
const LEAVE_WAIT: Duration = Duration::from_secs(10);

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
        /// Parameters of the selection, e.g. pay_date=2026-11-30
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
        let file = match command {
            ExportCommand::Run { topic, profile, params, key, dry_run, actor } => {
                let request = OrderRequest {
                    variant: profile.clone(),
                    params: params.iter().cloned().collect::<BTreeMap<_, _>>(),
                    ordered_by: actor.clone(),
                    key: key.clone(),
                };
                if *dry_run {
                    return dry(global, &exporter, topic, request).await;
                }
                let waiting = progress::waiting(global, "ファイルの作成を待っています", "waiting for the file to be made");
                let made = order(&config, &registry, &exporter, topic, request).await;
                waiting.clear();
                let made = made?;
                let files = exporter.files_of_run(made.run).await?;
                print_files(global, &files);
                return Ok(exit_of(made.state));
            }
            ExportCommand::Bring { topic, file, profile, actor } => {
                let brought = exporter.bring(exporter.topic(topic)?, profile, file, actor).await?;
                return Ok(bring::print(global, &brought));
            }
            ExportCommand::List { topic, limit } => return list(global, &registry, &exporter, topic, *limit).await,
            ExportCommand::Show { file, all } => return show::show(global, &exporter, *file, *all).await,
            ExportCommand::Approve { file, sha256, actor } => exporter.approve(*file, actor, sha256).await?,
            ExportCommand::Release { file, actor } => exporter.release(*file, actor).await?,
            ExportCommand::Accepted { file, result, actor } => exporter.accepted(*file, actor, result).await?,
            ExportCommand::Download { file, to, actor } => {
                let download = exporter.download(*file, actor).await?;
                std::fs::write(to, &download.bytes).with_context(|| format!("cannot write {}", to.display()))?;
                let file = exporter.show(*file).await?.file;
                if let Some((_, text)) = exporter.control_file(&file) {
                    let beside = remade::control_path(to);
                    std::fs::write(&beside, text).with_context(|| format!("cannot write {}", beside.display()))?;
                }
                file
            }
            ExportCommand::Remake { file } => return Ok(remade::print(global, &exporter.remake(*file).await?)),
            ExportCommand::Workbook { file, to, actor } => {
                let book = exporter.workbook(*file, global.lang, actor).await?;
                return save(global, &book, to);
            }
            ExportCommand::Void { file, reason, confirmation, actor } => {
                exporter.void(*file, actor, reason, confirmation).await?
            }
            ExportCommand::Retry { file, reason, actor } => exporter.deliver_again(*file, actor, reason).await?,
            ExportCommand::Unknown { file, reason, actor } => exporter.mark_unknown(*file, actor, reason).await?,
            ExportCommand::Resolve { file, arrived, reason, confirmation, actor, .. } => {
                let found = if *arrived { Found::Arrived } else { Found::NotArrived };
                exporter.resolve_unknown(*file, actor, found, reason, confirmation).await?
            }
        };
        print_file(global, &file);
        Ok(exit_of(file.state))
    })
}

/// Saves a workbook, and says what is in it.
fn save(global: &Global, book: &Workbook, to: &Path) -> anyhow::Result<Exit> {
    let path = if to.is_dir() { to.join(&book.name) } else { to.to_owned() };
    std::fs::write(&path, &book.bytes).with_context(|| format!("cannot write {}", path.display()))?;
    if global.json {
        println!("{}", serde_json::json!({ "workbook": path, "sheets": book.sheets }));
    } else {
        println!("{}  {}", path.display(), book.sheets.join(" / "));
    }
    Ok(Exit::Done)
}

/// Publishes the order and waits for the consumer. Gives the first file of the order.
pub(crate) async fn order(
    config: &Config,
    registry: &Registry,
    exporter: &Exporter,
    topic: &str,
    request: OrderRequest,
) -> anyhow::Result<ExportFile> {
    let publisher = wiring::publisher(config, registry, "order")?;
    let ordered = outbound::order(&publisher, exporter.topic(topic)?, request).await?;
    publisher.close().await;
    let deadline = tokio::time::Instant::now() + MAKE_WAIT;
    let mut made_at = None;
    loop {
        let made = exporter.find_run(ordered.run).await?.filter(|file| file.state != FileState::Ordered);
        if let Some(file) = made {
            let made_at = *made_at.get_or_insert_with(tokio::time::Instant::now);
            if !on_its_way(&file) || made_at.elapsed() > LEAVE_WAIT {
                return Ok(file);
            }
        }
        if tokio::time::Instant::now() > deadline {
            bail!(
                "the order {} is on its queue, but no consumer has made the file yet; is `renkei consume` running?",
                ordered.run
            );
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A file that is released by machine, and of which nothing is known yet that keeps it from its partner.
fn on_its_way(file: &ExportFile) -> bool {
    let leaving = matches!(file.state, FileState::Generated | FileState::Released);
    file.release_policy == "automatic" && leaving && file.problem.is_none()
}

/// What a run would send; nothing is kept.
async fn dry(global: &Global, exporter: &Exporter, topic: &str, request: OrderRequest) -> anyhow::Result<Exit> {
    let topic = exporter.topic(topic)?;
    let order = ExportOrder {
        run: message::run_id(topic.slug.as_str(), "dry run"),
        variant: request.variant,
        params: request.params,
        ordered_by: request.ordered_by,
        ordered_at: clock::now_rfc3339(),
    };
    let dry = exporter.dry_run(topic, &order).await?;
    if global.json {
        let totals = dry.files.iter().map(|file| serde_json::json!({"count": file.count, "yen": file.yen}));
        let files: Vec<_> = totals.collect();
        println!("{}", serde_json::json!({"files": files, "rows": dry.rows, "problem": dry.problem, "refusals": dry.refusals}));
    } else {
        let lang = global.lang;
        for (index, file) in dry.files.iter().enumerate() {
            println!(
                "{}{}: {} {} · {} {}",
                say(lang, "作成されるファイル", "would make"),
                if dry.files.len() > 1 { format!(" {}/{}", index + 1, dry.files.len()) } else { String::new() },
                file.count,
                say(lang, "件", "items"),
                Yen(file.yen),
                say(lang, "円", "yen")
            );
        }
        if dry.files.is_empty() {
            println!("{}", say(lang, "作成されるファイルはありません", "no file would be made"));
        }
        if let Some(problem) = &dry.problem {
            println!("{problem}");
        }
        for refusal in &dry.refusals {
            println!("{}", super::print::refusal(lang, refusal));
        }
    }
    Ok(if dry.problem.is_some() { Exit::Rejected } else { Exit::Done })
}

/// The state of a file in the reader's language.
pub(crate) fn state_name(state: FileState, lang: Lang) -> &'static str {
    catalogue::word("file_state", state.as_str(), lang).unwrap_or(state.as_str())
}

/// Files as a table.
pub(crate) fn file_table(lang: Lang, files: &[ExportFile]) -> String {
    let headings = match lang {
        Lang::Ja => [">番号", "トピック", "ファイル", "状態", ">件数", ">金額", "sha256", "作成者", "払出者"],
        Lang::En => [">file", "topic", "name", "state", ">count", ">yen", "sha256", "made by", "released by"],
    };
    let rows = files.iter().map(|file| {
        vec![
            file.id.to_string(),
            file.topic.clone(),
            name_and_part(file),
            state_name(file.state, lang).to_owned(),
            file.count.map(|count| count.to_string()).unwrap_or_default(),
            file.total.map(|total| Yen(total).to_string()).unwrap_or_default(),
            file.sha256.as_deref().unwrap_or_default().chars().take(12).collect(),
            file.made_by.clone(),
            file.released_by.clone().unwrap_or_default(),
        ]
    });
    table(&headings, rows.collect())
}

/// The name of a file, and which of its order's files it is where the order made several.
fn name_and_part(file: &ExportFile) -> String {
    let name = file.file_name.clone().unwrap_or_default();
    if file.parts > 1 { format!("{name} ({}/{})", file.part, file.parts) } else { name }
}

fn print_file(global: &Global, file: &ExportFile) {
    print_files(global, std::slice::from_ref(file));
}

/// The files of an order; under `--json` a line each.
fn print_files(global: &Global, files: &[ExportFile]) {
    if global.json {
        files.iter().for_each(|file| println!("{}", serde_json::json!(file)));
        return;
    }
    println!("{}", file_table(global.lang, files));
    if let [_, _, ..] = files {
        let ja = "1ファイルに載せられる件数・金額を超えるため分割しました。1ファイルずつ承認し、払い出してください。";
        let en = "split, because the partner takes no more in one file: approve and release each of them";
        println!("{}", say(global.lang, ja, en));
    }
    for file in files {
        tell(global, file);
    }
}

/// What a person should know about the state of a file.
fn tell(global: &Global, file: &ExportFile) {
    if file.state == FileState::Released {
        let ja = "払い出しましたが、まだ引き渡していません。相手先または送信フォルダーに届くようになれば自動で引き渡します。";
        let en = "released, but not delivered yet: it is delivered by itself once the partner or the outbox can be reached";
        println!("{}", say(global.lang, ja, en));
    }
    if let Some(problem) = &file.problem {
        println!("{problem}");
    }
}

async fn list(
    global: &Global,
    registry: &Registry,
    exporter: &Exporter,
    topic: &Option<String>,
    limit: u32,
) -> anyhow::Result<Exit> {
    let topic = topic.as_ref().map(|name| super::topic::find(registry, name).map(|topic| topic.slug.to_string())).transpose()?;
    let files = exporter.list(&ListFilter { topic, rows_max: limit, ..ListFilter::default() }).await?;
    if global.json {
        println!("{}", serde_json::json!(files));
    } else {
        println!("{}", file_table(global.lang, &files));
    }
    Ok(Exit::Done)
}

fn exit_of(state: FileState) -> Exit {
    match state {
        FileState::Generated | FileState::Approved | FileState::Unknown | FileState::Ordered | FileState::Released => Exit::Held,
        FileState::Refused => Exit::Rejected,
        FileState::Failed => Exit::Failed,
        _ => Exit::Done,
    }
}
