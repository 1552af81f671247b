//! `renkei medium …`: files carried on a medium (USB).

use std::sync::Arc;

use clap::{Args, Subcommand};
use renkei_consumers::inbound;
use renkei_core::registry::Registry;
use renkei_producers::Controls;
use renkei_producers::medium::{self, Acceptance, Accepted, Found, Item, Mounted, SystemMounts};

use super::print::{say, table};
use super::{Exit, Global, send};
use crate::config::Config;
use crate::wiring;

/// `renkei medium …`
#[derive(Debug, Subcommand)]
pub(crate) enum MediumCommand {
    /// The media that are mounted and what lies on them; takes nothing
    Show {
        /// Topic: number or slug
        #[arg(long)]
        topic: String,
    },
    /// Take the files of a medium, with the names of those who stand for it
    Accept(AcceptArgs),
    /// Record that a clerk has wiped a medium whose files we have
    Wiped {
        /// Id of the medium
        #[arg(long)]
        medium: String,
        /// Who wiped it
        #[arg(long)]
        by: String,
        /// Who records it
        #[arg(long = "as", env = "RENKEI_ACTOR", default_value = "operator")]
        actor: String,
    },
}

/// `renkei medium accept`
#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    /// Topic: number or slug
    #[arg(long)]
    topic: String,
    /// Who brought the medium
    #[arg(long)]
    bearer: String,
    /// Who approved that it is taken; another person
    #[arg(long)]
    approver: String,
    /// Id of the medium; default: the one that is mounted
    #[arg(long, default_value = "")]
    medium: String,
    /// 件数 the partner states; refused when it differs
    #[arg(long)]
    count: Option<u64>,
    /// 合計金額 in yen as the partner's bill has it; refused when it differs
    #[arg(long, allow_hyphen_values = true)]
    sum: Option<i64>,
    /// Who takes it
    #[arg(long = "as", env = "RENKEI_ACTOR", default_value = "operator")]
    actor: String,
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &MediumCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let registry = Arc::new(Registry::load()?);
    match command {
        MediumCommand::Show { topic } => {
            let topic = super::topic::find(&registry, topic)?;
            let found = medium::present(&config.produce.medium, &SystemMounts, topic)?;
            show(global, &found);
            Ok(Exit::Done)
        }
        MediumCommand::Accept(args) => accept(global, &config, &registry, args),
        MediumCommand::Wiped { medium, by, actor } => wiped(global, &config, &registry, medium, by, actor),
    }
}

fn accept(global: &Global, config: &Config, registry: &Arc<Registry>, args: &AcceptArgs) -> anyhow::Result<Exit> {
    let accepted = wiring::runtime()?.block_on(async {
        let publisher = wiring::publisher(config, registry, "medium")?;
        let intake = wiring::intake(config, registry, &publisher)?;
        let controls = (args.count.is_some() || args.sum.is_some()).then(|| Controls {
            count: args.count,
            sum: args.sum,
            ..Controls::default()
        });
        let with = Acceptance {
            medium: args.medium.clone(),
            bearer: args.bearer.clone(),
            approver: args.approver.clone(),
            accepted_by: args.actor.clone(),
            controls,
        };
        let accepted = medium::accept(&intake, &config.produce.medium, &SystemMounts, &args.topic, with).await;
        publisher.close().await;
        anyhow::Ok(accepted?)
    })?;
    report(global, &accepted);
    Ok(if accepted.taken.iter().all(renkei_producers::Outcome::is_published) { Exit::Done } else { Exit::Rejected })
}

fn report(global: &Global, accepted: &Accepted) {
    if global.json {
        let taken: Vec<_> = accepted.taken.iter().map(|outcome| &outcome.delivery).collect();
        println!("{}", serde_json::json!({"medium": accepted.medium, "taken": taken, "known": accepted.known}));
        return;
    }
    let lang = global.lang;
    println!("{} {} ({})", say(lang, "媒体", "medium"), accepted.medium.label, accepted.medium.id);
    for outcome in &accepted.taken {
        send::report(global, outcome);
    }
    for (path, delivery) in &accepted.known {
        println!("{}: {} · {delivery}", path.display(), say(lang, "取込み済みです", "taken before"));
    }
    if accepted.taken.is_empty() && accepted.known.is_empty() {
        println!("{}", say(lang, "媒体にファイルがありません", "there is no file on the medium"));
    }
}

fn show(global: &Global, found: &[(Mounted, Vec<Item>)]) {
    let word = |found: &Found| match found {
        Found::Expected { .. } => ("取込み対象", "expected", "expected"),
        Found::Control => ("合計ファイル", "control file", "control"),
        Found::System => ("媒体の管理ファイル", "of the file system", "system"),
        Found::Refused(why) => ("受け取れません", "refused", why.as_str()),
    };
    if global.json {
        let media = found.iter().map(|(mounted, items)| {
            let items: Vec<_> =
                items.iter().map(|item| serde_json::json!({"path": item.path, "found": word(&item.found).2})).collect();
            serde_json::json!({"medium": mounted.id, "path": mounted.path, "read_only": mounted.read_only, "items": items})
        });
        println!("{}", serde_json::json!(media.collect::<Vec<_>>()));
        return;
    }
    let lang = global.lang;
    if found.is_empty() {
        println!("{}", say(lang, "媒体は接続されていません", "no medium is mounted"));
    }
    for (mounted, items) in found {
        let mode = if mounted.read_only {
            say(lang, "読取専用", "read-only")
        } else {
            say(lang, "書込み可（取り込めません）", "writable (refused)")
        };
        println!("{} {} · {mode}", mounted.id, mounted.path.display());
        let rows = items.iter().map(|item| {
            let (ja, en, why) = word(&item.found);
            vec![item.path.display().to_string(), say(lang, ja, en).to_owned(), why.to_owned()]
        });
        println!("{}", table(&[say(lang, "ファイル", "file"), say(lang, "扱い", "judged"), ""], rows.collect()));
    }
}

fn wiped(
    global: &Global,
    config: &Config,
    registry: &Arc<Registry>,
    medium: &str,
    by: &str,
    actor: &str,
) -> anyhow::Result<Exit> {
    let batches = wiring::runtime()?.block_on(async {
        let intake = inbound::Intake::new(wiring::database(config).await?, registry.clone()).with_source("cli");
        anyhow::Ok(intake.wiped(medium, by, actor).await?)
    })?;
    if global.json {
        println!("{}", serde_json::json!({"medium": medium, "batches": batches}));
    } else if batches.is_empty() {
        println!(
            "{}",
            say(
                global.lang,
                "この媒体で取り込んだ（消去未記録の）バッチはありません",
                "it has carried nothing since it was wiped last"
            )
        );
    } else {
        let numbers = batches.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        println!(
            "{}: {numbers}",
            say(global.lang, "消去を記録しました。取込み済みのバッチ", "the wipe is recorded; batches it carried")
        );
    }
    Ok(if batches.is_empty() { Exit::Rejected } else { Exit::Done })
}
